//! Lists findings: grouped by file for people, one row each for programs.

use anyhow::Result;

use super::super::lines::{WIDTH, cut, shown, wrapped};
use super::super::output::{self, Columns};
use super::super::words::{FindingsWords, Words, counted};
use super::super::{Format, Global};
use cchc_definitions::{Messages, fill};
use cchc_engine::StoredFinding;
use cchc_model::Level;

pub(super) fn write(global: &Global, messages: &Messages, found: &[StoredFinding]) -> Result<()> {
    match global.format {
        Format::Table => output::plain(&listing(global, messages, found)?),
        _ => columns(global, messages, found).write(global),
    }
}

fn columns(global: &Global, messages: &Messages, found: &[StoredFinding]) -> Columns {
    let language = global.language();
    let sentences: Vec<String> = found.iter().map(|one| messages.sentence(&one.finding, language)).collect();
    let wrong: Vec<String> = found.iter().map(|one| messages.wrong(&one.finding, language)).collect();
    let to_do: Vec<String> = found.iter().map(|one| messages.to_do(&one.finding, language)).collect();
    let units: Vec<String> = found.iter().map(|one| one.units.join(",")).collect();
    Columns::default()
        .int("import", found.iter().map(|one| Some(one.import)))
        .text("file", found.iter().map(|one| Some(one.finding.file.as_str())))
        .text("sheet", found.iter().map(|one| Some(one.finding.sheet.as_str())))
        .int("row", found.iter().map(|one| Some(i64::from(one.finding.row)).filter(|row| *row > 0)))
        .text("level", found.iter().map(|one| Some(one.finding.level.as_str())))
        .text("rule", found.iter().map(|one| Some(&*one.finding.rule)))
        .text("column", found.iter().map(|one| Some(one.finding.column.as_str())))
        .text("value", found.iter().map(|one| Some(one.finding.value.as_str())))
        .int("count", found.iter().map(|one| Some(one.finding.count as i64)))
        .text("message", sentences.iter().map(|sentence| Some(sentence.as_str())))
        .text("wrong", known(&wrong))
        .text("to_do", known(&to_do))
        .text("unit_code", known(&units))
        .text("unit_name", found.iter().map(|one| Some(one.unit_name.as_str()).filter(|name| !name.is_empty())))
        .text("code", found.iter().map(|one| Some(one.code.as_str()).filter(|code| !code.is_empty())))
        .text("status", found.iter().map(|one| Some(if one.cleared.is_some() { "cleared" } else { "open" })))
        .int("cleared_by", found.iter().map(|one| one.cleared.as_ref().and_then(|cleared| cleared.by)))
        .text("how", found.iter().map(|one| one.cleared.as_ref().map(|cleared| cleared.how.as_str())))
        .text("cells", found.iter().map(|one| Some(one.cells.as_str()).filter(|cells| !cells.is_empty())))
}

/// Texts, nothing for an empty one.
fn known(values: &[String]) -> impl Iterator<Item = Option<&str>> {
    values.iter().map(|value| Some(value.as_str()).filter(|value| !value.is_empty()))
}

fn listing(global: &Global, messages: &Messages, found: &[StoredFinding]) -> Result<String> {
    let (language, words) = (global.language(), Words::load(global)?.findings);
    let mut text = String::new();
    let mut before = None;
    for one in found {
        let finding = &one.finding;
        let place = (one.import, &finding.file, &finding.sheet);
        if before != Some(place) {
            let sheet = if finding.sheet.is_empty() { String::new() } else { format!(" · {}", finding.sheet) };
            let gap = if before.is_some() { "\n" } else { "" };
            let import = counted(&words.import, "import", one.import);
            text.push_str(&format!("{gap}{import} · {}\n", shown(&format!("{}{sheet}", finding.file))));
            before = Some(place);
        }
        let mark = match finding.level {
            Level::Error => '✗',
            Level::Warning => '!',
            Level::Info => '·',
        };
        let at = if finding.row > 0 { format!(" {}", counted(&words.row, "row", finding.row)) } else { String::new() };
        let known = [one.code.clone(), one.unit_name.clone(), finding.rule.clone().into_owned()];
        let known: Vec<String> = known.into_iter().filter(|part| !part.is_empty()).collect();
        let cleared = one.cleared.as_ref().map_or_else(String::new, |cleared| match cleared.by {
            Some(by) => {
                let by = by.to_string();
                format!(" · {}", fill(&words.cleared, &[("import", &by), ("how", &cleared.how)]))
            }
            None => format!(" · {}", cleared.how),
        });
        let line = format!("  {mark}{at} · {}{cleared}", known.join(" · "));
        text.push_str(&format!("{}\n", cut(&shown(&line), WIDTH)));
        text.push_str(&wrapped(&shown(&messages.sentence(finding, language)), 6));
    }
    text.push_str(&sums(&words, found));
    Ok(text)
}

fn sums(words: &FindingsWords, found: &[StoredFinding]) -> String {
    let open = |is_row: bool| found.iter().filter(|one| one.is_row == is_row && one.cleared.is_none()).count();
    let cleared = found.iter().filter(|one| one.cleared.is_some()).count();
    let (rows, others) = (open(true), open(false));
    let gap = if found.is_empty() { "" } else { "\n" };
    let more = if cleared > 0 { counted(&words.cleared_count, "count", cleared) } else { String::new() };
    let open = fill(&words.open, &[("rows", &rows.to_string()), ("others", &others.to_string())]);
    format!("{gap}{open}{more}\n")
}
