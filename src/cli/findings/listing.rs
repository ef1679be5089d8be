//! Lists findings: grouped by file for people, one row each for programs.

use anyhow::Result;

use super::super::lines::{WIDTH, cut, shown, wrapped};
use super::super::output::{self, Columns};
use super::super::{Format, Global, Opened};
use super::stored::Stored;
use cchc_definitions::Language;
use cchc_model::Level;

pub(super) fn write(global: &Global, opened: &Opened, found: &[Stored]) -> Result<()> {
    match global.format {
        Format::Table => output::plain(&listing(global.language(), opened, found)),
        _ => columns(global, opened, found).write(global),
    }
}

fn columns(global: &Global, opened: &Opened, found: &[Stored]) -> Columns {
    let language = global.language();
    let messages = &opened.definitions.messages;
    let sentences: Vec<String> = found.iter().map(|one| messages.sentence(&one.finding, language)).collect();
    let wrong: Vec<String> = found.iter().map(|one| messages.wrong(&one.finding, language)).collect();
    let to_do: Vec<String> = found.iter().map(|one| messages.to_do(&one.finding, language)).collect();
    let units: Vec<String> = found.iter().map(|one| one.units.join(",")).collect();
    let names: Vec<String> = found.iter().map(|one| one.unit_name(opened)).collect();
    Columns::default()
        .int("import", found.iter().map(|one| Some(one.import)))
        .text("file", found.iter().map(|one| Some(one.finding.file.as_str())))
        .text("sheet", found.iter().map(|one| Some(one.finding.sheet.as_str())))
        .int("row", found.iter().map(|one| Some(i64::from(one.finding.row)).filter(|row| *row > 0)))
        .text("level", found.iter().map(|one| Some(one.finding.level.as_str())))
        .text("rule", found.iter().map(|one| Some(one.finding.rule)))
        .text("column", found.iter().map(|one| Some(one.finding.column.as_str())))
        .text("value", found.iter().map(|one| Some(one.finding.value.as_str())))
        .int("count", found.iter().map(|one| Some(one.finding.count as i64)))
        .text("message", sentences.iter().map(|sentence| Some(sentence.as_str())))
        .text("wrong", known(&wrong))
        .text("to_do", known(&to_do))
        .text("unit_code", known(&units))
        .text("unit_name", known(&names))
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

fn listing(language: Language, opened: &Opened, found: &[Stored]) -> String {
    let vi = language == Language::Vi;
    let (import, row, cleared) = if vi {
        ("Lần nhập", "dòng", "đã xử lý ở lần nhập")
    } else {
        ("Import", "row", "cleared by import")
    };
    let mut text = String::new();
    let mut before = None;
    for one in found {
        let finding = &one.finding;
        let place = (one.import, &finding.file, &finding.sheet);
        if before != Some(place) {
            let sheet = if finding.sheet.is_empty() { String::new() } else { format!(" · {}", finding.sheet) };
            let gap = if before.is_some() { "\n" } else { "" };
            text.push_str(&format!("{gap}{import} {} · {}\n", one.import, shown(&format!("{}{sheet}", finding.file))));
            before = Some(place);
        }
        let mark = match finding.level {
            Level::Error => '✗',
            Level::Warning => '!',
            Level::Info => '·',
        };
        let at = if finding.row > 0 { format!(" {row} {}", finding.row) } else { String::new() };
        let known = [one.code.clone(), one.unit_name(opened), finding.rule.to_owned()];
        let known: Vec<String> = known.into_iter().filter(|part| !part.is_empty()).collect();
        let settled = one.cleared.as_ref().map_or_else(String::new, |settled| match settled.by {
            Some(by) => format!(" · {cleared} {by} ({})", settled.how),
            None => format!(" · {}", settled.how),
        });
        let line = format!("  {mark}{at} · {}{settled}", known.join(" · "));
        text.push_str(&format!("{}\n", cut(&shown(&line), WIDTH)));
        text.push_str(&wrapped(&shown(&opened.definitions.messages.sentence(finding, language)), 6));
    }
    text.push_str(&sums(vi, found));
    text
}

fn sums(vi: bool, found: &[Stored]) -> String {
    let open = |is_row: bool| found.iter().filter(|one| one.is_row == is_row && one.cleared.is_none()).count();
    let cleared = found.iter().filter(|one| one.cleared.is_some()).count();
    let (rows, others) = (open(true), open(false));
    let gap = if found.is_empty() { "" } else { "\n" };
    let more = match (cleared, vi) {
        (0, _) => String::new(),
        (some, true) => format!(", {some} đã xử lý"),
        (some, false) => format!(", {some} cleared"),
    };
    if vi {
        format!("{gap}{rows} dòng bị từ chối cần sửa, {others} điểm khác cần xem{more}\n")
    } else {
        format!("{gap}{rows} refused rows to correct, {others} other findings{more}\n")
    }
}
