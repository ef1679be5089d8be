//! Names that are no unit's, each once over all files of an import, however many rows they refused.

use std::collections::BTreeMap;

use super::super::Global;
use super::super::output::safe;
use super::super::words::{ImportWords, counted};
use cchc_definitions::fill;
use cchc_import::ImportAccount;

/// Names listed; `cchc units --unknown` lists all.
const LISTED: usize = 20;

/// Rules whose value is a name of a unit that was not found.
const RULES: [&str; 4] = ["unknown_unit", "ambiguous_unit", "unknown_receiving_unit", "ambiguous_receiving_unit"];

/// Lists each name with its rows and the nearest unit, the most frequent first.
pub(super) fn note(global: &Global, words: &ImportWords, done: &ImportAccount) {
    let mut names: BTreeMap<(&str, bool, &str), u64> = BTreeMap::new();
    for finding in done.findings.iter().filter(|one| RULES.contains(&&*one.rule)) {
        // A name that may be a person's is not kept.
        if !finding.value.is_empty() {
            let several = finding.rule.starts_with("ambiguous");
            *names.entry((&finding.value, several, &finding.hint)).or_default() += finding.count;
        }
    }
    if names.is_empty() {
        return;
    }
    let mut sorted: Vec<_> = names.into_iter().collect();
    sorted.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    let mut text = words.unknown_units.clone();
    for ((name, several, hint), count) in sorted.iter().take(LISTED) {
        let leads = if *several { &words.unknown_several } else { &words.unknown_near };
        let hint =
            if hint.is_empty() { String::new() } else { format!(" ({})", fill(leads, &[("units", &safe(hint))])) };
        let rows = counted(&words.unknown_rows, "count", count);
        text.push_str(&format!("\n  {rows}: \"{}\"{hint}", safe(name)));
    }
    if let Some(rest) = sorted.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
        text.push_str(&format!("\n  {}", counted(&words.unknown_more, "count", rest)));
    }
    text.push_str(&format!("\n{}", words.unknown_todo));
    global.note(&text);
}
