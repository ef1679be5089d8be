//! Names that are no unit's, each once over all files of an import, however many rows they refused.

use std::collections::BTreeMap;

use super::super::output::safe;
use super::super::{Global, note};
use cchc_definitions::Language;
use cchc_import::ImportReport;

/// Names told; `cchc units --unknown` lists all.
const TOLD: usize = 20;

/// Rules whose value is a name of a unit that was not found.
const RULES: [&str; 4] = ["unknown_unit", "ambiguous_unit", "unknown_receiving_unit", "ambiguous_receiving_unit"];

/// Tells each name with its rows and the nearest unit, the most frequent first.
pub(super) fn tell(global: &Global, report: &ImportReport) {
    let mut names: BTreeMap<(&str, bool, &str), u64> = BTreeMap::new();
    for finding in report.findings.iter().filter(|one| RULES.contains(&one.rule)) {
        // A name that may be a person's is not kept.
        if !finding.value.is_empty() {
            let several = finding.rule.starts_with("ambiguous");
            *names.entry((&finding.value, several, &finding.hint)).or_default() += finding.count;
        }
    }
    if names.is_empty() {
        return;
    }
    let vietnamese = global.language() == Language::Vi;
    let mut sorted: Vec<_> = names.into_iter().collect();
    sorted.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    let [title, rows, near, of, more] = if vietnamese {
        ["Tên đơn vị không rõ, mỗi tên một lần:", "dòng", "gần với", "là tên của", "tên khác"]
    } else {
        ["Names of units that are not known, each once:", "rows", "near", "the name of", "more names"]
    };
    let mut text = title.to_owned();
    for ((name, several, hint), count) in sorted.iter().take(TOLD) {
        let leads = if *several { of } else { near };
        let hint = if hint.is_empty() { String::new() } else { format!(" ({leads}: {})", safe(hint)) };
        text.push_str(&format!("\n  {count} {rows}: \"{}\"{hint}", safe(name)));
    }
    if let Some(rest) = sorted.len().checked_sub(TOLD).filter(|rest| *rest > 0) {
        text.push_str(&format!("\n  + {rest} {more}"));
    }
    text.push_str(if vietnamese {
        "\nXem đủ: cchc units --unknown. Ghi nhận một tên: cchc units alias TÊN MÃ, rồi nhập lại tệp."
    } else {
        "\nAll of them: cchc units --unknown. Resolve one for good: cchc units alias NAME CODE, then import again."
    });
    note(global, &text);
}
