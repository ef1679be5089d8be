//! The list of rules in `docs/findings.md` is that of `report-templates/messages.toml`, and its levels are those that imports give.

use std::collections::BTreeMap;

use crate::support::{project, sample};

const START: &str = "<!-- rules -->\n";
const END: &str = "<!-- end of rules -->\n";
/// Set, the list is written anew instead of compared; new rules get a level to be checked.
const WRITE: &str = "CCHC_WRITE_DOCS";

/// One rule of the list: its section, id, and sentences.
struct Rule {
    section: String,
    id: String,
    short_vi: String,
    short_en: String,
    to_do: String,
}

fn rules() -> Vec<Rule> {
    let text = std::fs::read_to_string(project("report-templates/messages.toml")).unwrap();
    let sentences: toml::Table = text.parse().unwrap();
    let (mut section, mut rules) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# --- ") {
            title.trim_end_matches(['-', ' ']).clone_into(&mut section);
        }
        let Some(id) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) else { continue };
        let part = |key: &str| {
            let text = sentences[id].get(key).and_then(toml::Value::as_str).unwrap_or_default();
            ["{hint}", "{value}", "{column}", "{count}"]
                .iter()
                .fold(text.to_owned(), |text, name| text.replace(name, "…"))
        };
        rules.push(Rule {
            section: section.clone(),
            id: id.to_owned(),
            short_vi: part("short_vi"),
            short_en: part("short_en"),
            to_do: part("do_en"),
        });
    }
    rules
}

/// Level words by rule as the document has them.
fn levels(listed: &str) -> BTreeMap<String, String> {
    let cells = listed.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    cells.map(|(id, rest)| (id.to_owned(), rest.split(" | ").next().unwrap_or_default().to_owned())).collect()
}

fn list(rules: &[Rule], levels: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut section = "";
    for rule in rules {
        if rule.section != section {
            section = &rule.section;
            text.push_str(&format!(
                "\n### {section}\n\n| rule | level | what is wrong | sai ở đâu | what to do |\n|---|---|---|---|---|\n"
            ));
        }
        let level = levels.get(&rule.id).map_or("error", String::as_str);
        let (en, vi, to_do) = (&rule.short_en, &rule.short_vi, &rule.to_do);
        text.push_str(&format!("| `{}` | {level} | {en} | {vi} | {to_do} |\n", rule.id));
    }
    text + "\n"
}

fn document() -> (String, String, String) {
    let text = std::fs::read_to_string(project("docs/findings.md")).unwrap();
    let (before, rest) = text.split_once(START).expect("the list begins with a mark");
    let (listed, after) = rest.split_once(END).expect("the list ends with a mark");
    (before.to_owned(), listed.to_owned(), after.to_owned())
}

#[test]
fn the_document_lists_every_rule_with_its_words() {
    let (before, listed, after) = document();
    let expected = list(&rules(), &levels(&listed));
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(project("docs/findings.md"), [&before, START, &expected, END, &after].concat()).unwrap();
        return;
    }
    assert_eq!(
        listed, expected,
        "docs/findings.md does not list the rules of messages.toml; run the test with {WRITE}=1, then check the levels"
    );
}

#[test]
fn the_levels_of_the_document_are_those_that_imports_give() {
    let levels = levels(&document().1);
    let found = sample().place.rows(&["findings", "--all"]);
    let mut seen = 0;
    for finding in &found {
        let (rule, level) = (finding["rule"].as_str().unwrap(), finding["level"].as_str().unwrap());
        let words = levels.get(rule).unwrap_or_else(|| panic!("{rule} is not in docs/findings.md"));
        assert!(
            words.split(", ").any(|word| word == level),
            "{rule} is of level {level}, docs/findings.md says {words}"
        );
        seen += 1;
    }
    assert!(seen > 50, "{seen}");
    assert!(
        levels.values().flat_map(|words| words.split(", ")).all(|word| ["error", "warning", "info"].contains(&word))
    );
}
