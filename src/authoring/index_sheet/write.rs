//! Writes a draft as a definition in TOML, with what is left to do as comments.

use std::fmt::Display;

use super::{Draft, DraftItem};
use cchc_definitions::{Language, Role, Rule, Wording};

/// What a definition needs beside the sheet.
#[derive(Debug, Clone, Copy)]
pub struct DefinitionHead<'a> {
    /// Id.
    pub id: &'a str,
    /// Name of the file that it was read from.
    pub file: &'a str,
    /// Kinds of units that it scores; empty for any.
    pub unit_kinds: &'a [String],
    /// The regulation with its tag; `ví dụ` where there is none.
    pub legal_basis: &'a str,
}

/// The section of the wording with the remarks of a definition.
const SECTION: &str = "criteria_definition";

/// The definition as text.
#[must_use]
pub fn definition(draft: &Draft, heading: DefinitionHead<'_>, wording: &Wording) -> String {
    let name = if draft.title.is_empty() { heading.id } else { &draft.title };
    let kinds: Vec<String> = heading.unit_kinds.iter().map(|kind| quoted(kind)).collect();
    let mut text = format!(
        "# {}\n\
         kind = \"points\"\n\n[index]\nid = {}\nname_vi = {}\nname_en = {}\nunit_kinds = [{}]\nlegal_basis = {}\n\n\
         [points]\nmax = {}\ncounts = [\"verified\", \"surveyed\", \"computed\"]\n",
        wording.fill(
            SECTION,
            "intro",
            Language::Vi,
            &[("file", &quoted(heading.file)), ("sheet", &quoted(&draft.sheet))],
        ),
        quoted(heading.id),
        quoted(name),
        quoted(heading.id),
        kinds.join(", "),
        quoted(heading.legal_basis),
        draft.max,
    );
    for (key, cap) in ["bonus_cap", "deduction_cap"].into_iter().zip(draft.caps) {
        text += &cap.map_or_else(String::new, |cap| format!("{key} = {cap}\n"));
    }
    text += &format!(
        "\n[display]\ndigits = 2\nmode = \"half_up\"\nreason = {}\n",
        quoted(wording.say(SECTION, "digits", Language::Vi))
    );
    for row in &draft.items {
        let is_parent = |at: usize| draft.items[at].item.code == row.item.code;
        let is_sum = draft.items.iter().any(|other| other.item.parent.is_some_and(is_parent));
        text += &item_text(draft, row, is_sum, heading.file, wording);
    }
    text
}

fn item_text(draft: &Draft, row: &DraftItem, is_sum: bool, file: &str, wording: &Wording) -> String {
    let item = &row.item;
    let mut text = "\n".to_owned();
    for line in row.words.lines().filter(|line| !line.is_empty()) {
        text += &format!("# {}\n", line.replace(char::is_control, " "));
    }
    text += &format!("[[item]]\ncode = {}\n", quoted(&item.code));
    if let Some(parent) = item.parent {
        text += &format!("parent = {}\n", quoted(&draft.items[parent].item.code));
    }
    text += &format!("name = {}\nmax = {}\n", quoted(&item.name), item.max);
    match item.role {
        Role::Points => {}
        Role::Bonus => text += "role = \"bonus\"\n",
        Role::Deduction => text += "role = \"deduction\"\n",
    }
    if !is_sum {
        text += &match &item.rule {
            None => scored(),
            Some(rule) if rule.input() == Some("") => {
                let input = wording.say(SECTION, "input", Language::Vi);
                format!("# {input}\n# {}{}", rule_text(rule), scored())
            }
            Some(rule) => rule_text(rule),
        };
    }
    if !item.evidence.is_empty() {
        text += &format!("evidence = {}\n", quoted(&item.evidence));
    }
    let place: [(&str, &dyn Display); 3] = [("file", &file), ("sheet", &draft.sheet), ("row", &row.row)];
    let source = wording.fill(SECTION, "source", Language::Vi, &place);
    text + &format!("source = {}\n", quoted(&source))
}

fn scored() -> String {
    "rule = { kind = \"scored\" }\n".to_owned()
}

/// A rule on one line, so that it can be commented out.
fn rule_text(rule: &Rule) -> String {
    let input = rule.input().map_or_else(String::new, |input| format!(", input = {}", quoted(input)));
    let more = match rule {
        Rule::Scored | Rule::YesNo { .. } | Rule::Linear { .. } | Rule::RelativeToBest { .. } => String::new(),
        Rule::Tiers { tiers, .. } => {
            let tier = |tier: &cchc_definitions::Tier| match tier.from {
                Some(from) => format!("{{ from = {from}, points = {} }}", tier.points),
                None => format!("{{ points = {} }}", tier.points),
            };
            format!(", tiers = [{}]", tiers.iter().map(tier).collect::<Vec<_>>().join(", "))
        }
        Rule::Floor { floor, .. } => format!(", floor = {floor}"),
        Rule::Target { target, .. } => format!(", target = {target}"),
        Rule::Deduction { per, .. } => format!(", per = {per}"),
        Rule::External { factor, .. } => format!(", factor = {factor}"),
        Rule::Improvement { by, .. } => format!(", by = {by}"),
        Rule::RelativeToMean { among, per, at_mean, .. } => {
            let number =
                |key: &str, value: &Option<f64>| value.map_or_else(String::new, |value| format!(", {key} = {value}"));
            format!(", among = {}{}{}", quoted(among.word()), number("per", per), number("at_mean", at_mean))
        }
        // No sentence of a sheet is read as steps.
        Rule::Steps { .. } => return scored(),
        Rule::Formula { formula } => format!(", formula = {}", quoted(formula.text())),
    };
    format!("rule = {{ kind = {}{input}{more} }}\n", quoted(rule.word()))
}

/// Text as TOML writes it on one line.
fn quoted(text: &str) -> String {
    toml::Value::String(text.replace(char::is_control, " ")).to_string()
}
