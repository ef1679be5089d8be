//! The scoring form of an index reads back as that index: tree, maxima, rules.

use std::io::Write;

use proptest::prelude::*;

use super::{DefinitionHead, Draft, SheetReading, definition, read_index_sheet};
use cchc_definitions::{Definitions, Item, PointsIndex, Rule, TEMPLATES};
use cchc_read::Limits;
use cchc_report::{Counted, Figure, ScoringForm, ScoringFormWords, Template, Theme, render_form};

fn template(name: &str) -> &'static str {
    TEMPLATES.get_file(name).and_then(include_dir::File::contents_utf8).unwrap()
}

fn words() -> ScoringFormWords {
    ScoringFormWords::parse(template("form.toml")).unwrap()
}

fn theme() -> Theme {
    Template::parse(template("workbook.toml")).unwrap().theme
}

/// The form of an index, read back.
fn read_back(definitions: &Definitions, index: &PointsIndex) -> Draft {
    let figure = |input: &str| {
        let one = definitions.indicators.iter().rfind(|one| one.id == input)?;
        let counted = if one.unit == "rate" { Counted::Share } else { Counted::Number };
        Some(Figure { name: &one.name_vi, counted })
    };
    let figures = index.items.iter().map(|item| figure(item.rule.as_ref()?.input()?)).collect();
    let created = chrono::NaiveDateTime::default();
    let form = ScoringForm { index, unit: None, period: None, figures, created };
    let mut file = tempfile::Builder::new().suffix(".xlsx").tempfile().unwrap();
    file.write_all(&render_form(&form, &words(), &theme()).unwrap()).unwrap();
    let mut known: Vec<(&str, &str)> =
        definitions.indicators.iter().map(|one| (one.name_vi.as_str(), one.id.as_str())).collect();
    known.sort_unstable();
    known.dedup();
    let forms = words();
    let reading =
        SheetReading { words: &definitions.index_sheet, reading: &definitions.reading, forms: &forms, figures: &known };
    read_index_sheet(file.path(), &Limits::default(), reading).unwrap_or_else(|error| panic!("{error}"))
}

fn same_tree(index: &PointsIndex, draft: &Draft) {
    let facts =
        |item: &Item| (item.code.clone(), item.parent, item.name.clone(), item.max, item.role, item.evidence.clone());
    let ours: Vec<_> = index.items.iter().map(facts).collect();
    let read: Vec<_> = draft.items.iter().map(|row| facts(&row.item)).collect();
    assert_eq!(ours, read);
    assert_eq!((index.max, [index.bonus_cap, index.deduction_cap]), (draft.max, draft.caps));
}

/// Rules whose figure bears the name of another one cannot be named for sure.
fn same_rules(definitions: &Definitions, index: &PointsIndex, draft: &Draft) {
    for (item, read) in index.items.iter().zip(&draft.items) {
        // Rules that read the mean of other units, or several figures, are not read from words: they wait for somebody.
        let is_by_hand = |rule: &Rule| matches!(rule, Rule::RelativeToMean { .. } | Rule::Steps { .. });
        let mut expected = item.rule.clone().filter(|rule| !is_by_hand(rule));
        let name = |id: &str| definitions.indicators.iter().rfind(|one| one.id == id).map(|one| &one.name_vi);
        let input = expected.as_ref().and_then(Rule::input).unwrap_or_default().to_owned();
        let is_shared = definitions.indicators.iter().any(|one| one.id != input && Some(&one.name_vi) == name(&input));
        if let Some(rule) = expected.as_mut().filter(|_| is_shared) {
            rule.set_input("");
        }
        assert_eq!(read.item.rule, expected, "{} {}", index.head.id, item.code);
    }
}

#[test]
fn the_form_of_every_shipped_index_reads_back_as_that_index() {
    let definitions = Definitions::load(None).unwrap();
    assert!(definitions.points.len() >= 5);
    for index in &definitions.points {
        let draft = read_back(&definitions, index);
        same_tree(index, &draft);
        same_rules(&definitions, index, &draft);
        let heading = DefinitionHead { id: "thu", file: "thu.xlsx", unit_kinds: &[], legal_basis: "ví dụ" };
        let text = definition(&draft, heading, &definitions.wording);
        let faults = definitions.index_faults(None, "indices/thu.toml", &text);
        assert_eq!(faults, [], "{}:\n{text}", index.head.id);
    }
}

/// A tree of areas, criteria and, below some, sub-criteria, with halves and quarters as points.
fn set() -> impl Strategy<Value = String> {
    let criterion =
        prop_oneof![(1_u32..40).prop_map(|quarters| vec![quarters]), prop::collection::vec(1_u32..40, 1..5)];
    let areas = prop::collection::vec(prop::collection::vec(criterion, 1..12), 1..6);
    areas.prop_map(|areas| {
        let roman = ["I", "II", "III", "IV", "V"];
        let points = |quarters: u32| f64::from(quarters) / 4.0;
        let mut items = String::new();
        let mut push = |code: &str, parent: Option<&str>, quarters: u32, is_leaf: bool| {
            let parent = parent.map_or_else(String::new, |parent| format!("parent = \"{parent}\"\n"));
            let rule = if is_leaf { "rule = { kind = \"scored\" }\n" } else { "" };
            let max = points(quarters);
            items += &format!("[[item]]\ncode = \"{code}\"\n{parent}name = \"Việc {code}\"\nmax = {max}\n{rule}");
        };
        let mut total = 0;
        for (at, area) in areas.iter().enumerate() {
            let of_area: u32 = area.iter().flatten().sum();
            total += of_area;
            push(roman[at], None, of_area, false);
            for (number, parts) in area.iter().enumerate() {
                let code = format!("{}.{}", at + 1, number + 1);
                push(&code, Some(roman[at]), parts.iter().sum(), parts.len() == 1);
                for (part, quarters) in parts.iter().enumerate().filter(|_| parts.len() > 1) {
                    push(&format!("{code}.{}", part + 1), Some(&code), *quarters, true);
                }
            }
        }
        format!(
            "kind = \"points\"\n[index]\nid = \"thu\"\nname_vi = \"Thử\"\nname_en = \"Test\"\nlegal_basis = \"ví dụ\"\n\
             [points]\nmax = {}\n{items}",
            points(total)
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_set_that_is_exported_is_imported_as_the_same_tree(text in set()) {
        let definitions = Definitions::load(None).unwrap();
        let index = definitions.index_of("indices/thu.toml", &text).unwrap();
        let draft = read_back(&definitions, &index);
        same_tree(&index, &draft);
        let heading = DefinitionHead { id: "thu", file: "thu.xlsx", unit_kinds: &[], legal_basis: "ví dụ" };
        let again = definitions.index_of("indices/thu.toml", &definition(&draft, heading, &definitions.wording)).unwrap();
        same_tree(&again, &draft);
    }
}
