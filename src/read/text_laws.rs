//! Properties of the legacy encodings: their text is decoded exactly, and no other text is taken for them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use unicode_normalization::UnicodeNormalization;

use super::budget::Budget;
use super::collected::Collected;
use super::encodings::{shown, tcvn3, vni, windows_1258};
use super::evidence::{Evidence, Verdict};
use super::letters::{as_windows_1252, decode};
use super::syllable::inventory;
use super::{Cell, Limits};
use cchc_model::Encoding;

type Writer = fn(&str) -> Vec<u8>;

const WRITERS: [(Encoding, Writer); 3] =
    [(Encoding::Tcvn3, tcvn3), (Encoding::Vni, vni), (Encoding::Windows1258, windows_1258)];

/// A syllable in small letters, with a capital, or in capitals.
fn syllable() -> impl Strategy<Value = String> {
    let all = inventory();
    assert!(all.len() > 5_000, "{}", all.len());
    (0..all.len(), 0_u8..3).prop_map(move |(at, case)| {
        let small = &all[at];
        let mut letters = small.chars();
        match (case, letters.next()) {
            (0, _) => small.clone(),
            (1, Some(first)) => first.to_uppercase().chain(letters).collect(),
            _ => small.to_uppercase(),
        }
    })
}

fn vietnamese(words: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    vec((syllable(), "[ ,.;:()/0-9-]{1,3}"), words)
        .prop_map(|words| words.into_iter().map(|(word, between)| word + &between).collect::<String>())
}

/// Text of other languages and of none, none of it Vietnamese in an old encoding.
fn foreign() -> impl Strategy<Value = String> {
    let word = |letters: &'static str| vec(proptest::sample::select(letters.chars().collect::<Vec<_>>()), 1..12);
    let french = word("aabcdeeeefghiijlmnnooprrssttuuvéèêëàâçùûüôîïœÉÈÀÇ");
    let german = word("aabcdeeefghiiklmnnooprrssttuuwzäöüßÄÖÜ");
    let other = word("aabcdeeghiilmnooprstuvåäöøæñãõáéíóúçìòùèÅØÆÑÃÁ");
    let words = prop_oneof![french, german, other].prop_map(|letters| letters.into_iter().collect::<String>());
    prop_oneof![
        4 => vec(words, 1..30).prop_map(|words| words.join(" ")),
        1 => "[ -~]{0,60}",
        1 => "\\PC{0,40}",
        1 => proptest::sample::select(REAL.to_vec()).prop_map(str::to_owned),
    ]
}

/// Sentences as they occur in real lists.
const REAL: [&str; 9] = [
    "Excel®, Windows©, Müller™, «Été», l'Oréal®",
    "Société Générale d'Électricité à Nîmes, où l'été dernier la Préfecture a été très occupée",
    "Größe über Straßenbahnhöfe: Müller & Söhne GmbH, Fußgängerübergänge für Köln",
    "São João, ação não põe coração em irmã, às três e à uma, Conceição",
    "El niño de la señora pidió más champiñón en la montaña, ¿qué? ¡ningún!",
    "På øya bor også små får; blåbærsyltetøy er på båten, så vær så god",
    "Città, perché, così, più, là, è, lunedì, virtù, università",
    "37 °C ± 2, 5 m² × 3 m³, ½ «guillemets» ¶ § 12 © ® ª º ¿ ¡",
    "Het coördinatieteam van België, één reünie, financiële privé-ideeën",
];

/// The cells that come out of a sheet of these cells, three to a row.
fn passed(cells: &[String]) -> Vec<String> {
    let (limits, mut sink) = (Limits::default(), Collected::default());
    let mut budget = Budget::decoding(&mut sink, &limits, None);
    let _ = budget.sheet("", false);
    for (number, row) in (1..).zip(cells.chunks(3)) {
        let row: Vec<Cell<'_>> = row.iter().map(|text| Cell::Text(format!("1 {text}").into())).collect();
        budget.row(number, &row).expect("the limits are wide");
    }
    let _ = budget.finish();
    let text = |cell: &Cell<'_>| match cell {
        Cell::Text(text) => text[2..].to_owned(),
        other => panic!("{other:?}"),
    };
    sink.rows.iter().flat_map(|(.., row)| row.iter().map(text)).collect()
}

/// Capitals with a tone are written small in TCVN3.
fn same(encoding: Encoding, left: &str, right: &str) -> bool {
    let fold = |text: &str| if encoding == Encoding::Tcvn3 { text.to_lowercase() } else { text.to_owned() };
    fold(left) == fold(&right.nfc().collect::<String>())
}

/// The same cases in every run: the laws are about likelihood, and a rare word is no reason for a red build.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(20_261_122),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn vietnamese_comes_back_from_every_encoding(text in vietnamese(1..12)) {
        for (encoding, write) in WRITERS {
            let bytes = write(&text);
            let decoded = decode(&as_windows_1252(&bytes), encoding);
            prop_assert!(same(encoding, &decoded, &text), "{encoding:?}: {text} became {decoded}");
        }
    }

    #[test]
    fn other_text_is_never_taken_for_an_old_encoding(cells in vec(foreign(), 1..9)) {
        prop_assert_eq!(passed(&cells), cells);
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn a_sentence_shows_its_encoding_and_no_other(text in vietnamese(14..30)) {
        for (encoding, write) in WRITERS {
            let mut evidence = Evidence::default();
            evidence.add(&as_windows_1252(&write(&text)));
            prop_assert_eq!(evidence.verdict(), Verdict::Sure(encoding), "{}", text);
        }
        prop_assert_eq!(passed(std::slice::from_ref(&text)), [text]);
    }

    /// Names of other languages between Vietnamese ones, in Unicode and in TCVN3.
    #[test]
    fn other_text_survives_beside_vietnamese(at in 0..REAL.len(), text in vietnamese(14..30)) {
        let names: Vec<String> = REAL[at].split(", ").map(str::to_owned).collect();
        survive(&names, &text);
    }
}

/// Panics unless the names stay as they are beside a text in Unicode and in TCVN3.
fn survive(names: &[String], text: &str) {
    for beside in [text.to_owned(), shown(&tcvn3(text))] {
        let cells: Vec<String> = names.iter().flat_map(|name| [beside.clone(), "1".into(), name.clone()]).collect();
        let after: Vec<String> = passed(&cells).into_iter().skip(2).step_by(3).collect();
        assert_eq!(after, names, "beside {beside}");
    }
}

#[test]
fn names_that_were_once_taken_for_vietnamese_survive() {
    let city: Vec<String> = REAL[6].split(", ").map(str::to_owned).collect();
    let near = "biêm(biêm biêm biêm0biêm,biêm biêm0biêm,biêm biêm cỏong biên(býêm(bóoc0";
    survive(&["å".to_owned()], near);
    let near = "bụp,băm,nhỵ biêm(cừu(biên bũy chựt(biêng0chũy,chuơ biêu0biếc,biếm0biến(biếng,biếp biết dỵ(biếu(ngũy(biềm0biền0";
    survive(&city, near);
}
