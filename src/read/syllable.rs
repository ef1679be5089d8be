//! Recognises Vietnamese syllables by their parts: an opening, a rime of a closed list, one tone.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// What a syllable may open with; `gi` and `qu` hide the vowel that they end in.
const OPENINGS: [&str; 27] = [
    "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu", "r",
    "s", "t", "th", "tr", "v", "x",
];

/// The rimes of written Vietnamese, without tones; `ăk` for Đắk Lắk and Đắk Nông.
const RIMES: &str = "\
a ac ach ai am an ang anh ao ap at au ay \
ăc ăk ăm ăn ăng ăp ăt \
âc âm ân âng âp ât âu ây \
e ec em en eng eo ep et \
ê êch êm ên ênh êp êt êu \
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu \
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot \
ô ôc ôi ôm ôn ông ôp ôt \
ơ ơi ơm ơn ơp ơt \
u ua uân uâng uây uât uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut \
uy uya uych uyên uyêt uyn uynh uyp uyt uyu \
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu \
y yêm yên yêng yêt yêu";

/// After `gi` the i of `iê` is not written twice: giếng, giết.
const AFTER_GI: [&str; 4] = ["êc", "êng", "êm", "êt"];
/// After `qu` the u of `uynh` is not written twice: Quỳnh, quýt.
const AFTER_QU: [&str; 4] = ["ych", "yn", "ynh", "yt"];

static ALL_RIMES: LazyLock<HashSet<&str>> = LazyLock::new(|| RIMES.split(' ').collect());

/// Whether a word, in any case and Unicode form, is built as Vietnamese syllables are.
///
/// It needs no dictionary: of letters thrown together hardly any pass, of Vietnamese words nearly all.
pub(super) fn is_syllable(word: &str) -> bool {
    let Some(Letters { plain, tone }) = Letters::of(word) else { return false };
    let speaks = match tone {
        // Before c, ch, k, p and t only two of the tones are spoken.
        Some((_, ACUTE | DOT)) => true,
        _ => !closes_with_stop(&plain),
    };
    speaks && parses(&plain, tone.map(|(at, _)| at))
}

const ACUTE: char = '\u{301}';
const DOT: char = '\u{323}';

/// A word in small letters without its tone, and the tone with the position of its letter.
struct Letters {
    plain: String,
    tone: Option<(usize, char)>,
}

impl Letters {
    /// `None` if there are two tones, or other letters.
    fn of(word: &str) -> Option<Self> {
        let mut tone = None;
        let mut bare = String::with_capacity(word.len());
        let mut letters = 0_usize;
        for letter in word.nfd().flat_map(char::to_lowercase) {
            match letter {
                '\u{300}' | ACUTE | '\u{303}' | '\u{309}' | DOT if tone.is_some() => return None,
                '\u{300}' | ACUTE | '\u{303}' | '\u{309}' | DOT => tone = Some((letters.checked_sub(1)?, letter)),
                '\u{302}' | '\u{306}' | '\u{31b}' => bare.push(letter),
                'a'..='z' | 'đ' => {
                    letters += 1;
                    bare.push(letter);
                }
                _ => return None,
            }
        }
        (letters > 0).then(|| Self { plain: bare.nfc().collect(), tone })
    }
}

fn closes_with_stop(plain: &str) -> bool {
    plain.chars().count() > 1 && plain.ends_with(['c', 'h', 'k', 'p', 't']) && !plain.ends_with("nh")
}

/// Whether the letters split into an opening and a rime, and the tone is on the letter that has it in that rime.
fn parses(plain: &str, tone_at: Option<usize>) -> bool {
    let fits = |opening: &str, rime: &str| match tone_at.map(|at| at.checked_sub(opening.chars().count())) {
        None => true,
        Some(at) => at.is_some_and(|at| bears_tone(rime, at)),
    };
    if ALL_RIMES.contains(plain) && fits("", plain) {
        return true;
    }
    OPENINGS.iter().any(|opening| {
        let Some(rime) = plain.strip_prefix(opening) else { return false };
        let is_rime = match *opening {
            "gi" => ALL_RIMES.contains(rime) || AFTER_GI.contains(&rime),
            "qu" => ALL_RIMES.contains(rime) || AFTER_QU.contains(&rime),
            "k" | "gh" | "ngh" => rime.starts_with(['e', 'ê', 'i', 'y']) && ALL_RIMES.contains(rime),
            "c" | "ng" => !rime.starts_with(['e', 'ê', 'i', 'y']) && ALL_RIMES.contains(rime),
            // gì, gìn: the i belongs to the opening.
            "g" => (!rime.starts_with(['e', 'ê', 'i']) || matches!(rime, "i" | "in")) && ALL_RIMES.contains(rime),
            _ => ALL_RIMES.contains(rime),
        };
        is_rime && fits(opening, rime)
    })
}

/// Whether the letter at a position of a rime may bear its tone: the last vowel with a mark, else the last before a
/// consonant, else the middle of three and the first of two. Of oa, oe and uy either may.
fn bears_tone(rime: &str, at: usize) -> bool {
    let letters: Vec<char> = rime.chars().collect();
    let vowels = letters.iter().take_while(|letter| !letter.is_ascii() || "aeiouy".contains(**letter)).count();
    if let Some(marked) = letters[..vowels].iter().rposition(|letter| !letter.is_ascii()) {
        return at == marked;
    }
    match vowels {
        _ if vowels < letters.len() => at + 1 == vowels,
        2 if matches!(rime, "oa" | "oe" | "uy") => at < 2,
        3 => at == 1,
        _ => at == 0,
    }
}

/// Every syllable that has a letter outside ASCII, in small letters.
#[cfg(test)]
pub(super) fn inventory() -> Vec<String> {
    let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
    let mut all = std::collections::BTreeSet::new();
    for opening in OPENINGS.iter().chain(&[""]) {
        for rime in ALL_RIMES.iter().chain(&AFTER_GI).chain(&AFTER_QU) {
            for (at, _) in rime.char_indices() {
                for tone in tones {
                    let (before, behind) = rime.split_at(at + rime[at..].chars().next().map_or(0, char::len_utf8));
                    let word: String = format!("{opening}{before}{tone}{behind}").nfc().collect();
                    if !word.is_ascii() && is_syllable(&word) {
                        all.insert(word);
                    }
                }
            }
        }
    }
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_words_are_syllables_in_any_case_and_form() {
        for word in "Số hồ sơ Ngày hẹn trả Đơn vị giải quyết Nghĩa trang thuỷ thủy khuya giếng gì ương yêu quý Quí \
            ĐẮK LẮK Ngoại giữa nghiêng khuỷu ngoằng ô ở ý xoong Hoà Hòa uỷ Quỳnh S\u{1a1}\u{309}"
            .split_whitespace()
        {
            assert!(is_syllable(word), "{word}");
        }
    }

    #[test]
    fn other_words_are_none() {
        for word in
            "école café für Müller naïf Citroën mójibake kà ngé cát\u{300} bàt mảc đ ngh trư\u{300}\u{301} Sè1 hå ¬n \u{301}a \
            Sôì traò tòan ngưòi qúy giaò khúyên"
                .split_whitespace()
        {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
