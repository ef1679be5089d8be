//! The value of a column that no heading feeds: from the sheet's name, the letterhead, or a fixed text.

use crate::export_date::first_day;
use crate::periods;
use crate::text::clean;
use cchc_definitions::{ExportDayWords, Given, ReadingWords, SourceDef, WideCells, fold_word};
use cchc_model::ColumnType;

/// Where a sheet stands: what can name the period or the unit of all its rows.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The sheet's name.
    pub sheet: &'a str,
    /// The name of its file, without ending.
    pub file: &'a str,
    /// The file as messages name it.
    pub shown: &'a str,
    /// The rows above its headings.
    pub above: &'a [Vec<String>],
}

/// Whether a source reads sheets of this name.
#[must_use]
pub fn takes_sheet(source: &SourceDef, sheet: &str) -> bool {
    source.layout.sheets.is_empty() || source.layout.sheets.contains(&fold_word(sheet))
}

/// The text that a column has in every row of a sheet.
#[must_use]
pub fn text(source: &SourceDef, column: &str, place: Place<'_>, words: &ReadingWords) -> Option<String> {
    let kind = source.table.column(column)?.kind;
    let of_column = source.layout.given.iter().filter(|(name, _)| name == column);
    of_column.map(|(_, given)| given).find_map(|given| one(given, kind, place, words))
}

fn one(given: &Given, kind: ColumnType, place: Place<'_>, words: &ReadingWords) -> Option<String> {
    let named = |name: &str| match kind {
        ColumnType::Period => periods::period_in_name(name, &words.periods).map(|period| period.to_string()),
        _ => as_kind(name, kind, words),
    };
    match given {
        Given::Text(text) => Some(text.clone()),
        Given::Sheet => named(place.sheet),
        Given::File => named(place.file),
        Given::Letterhead(labels) => place
            .above
            .iter()
            .flat_map(|row| row.iter().cloned().chain([row.join(" ")]))
            .filter(|line| kind != ColumnType::Period || !is_dateline(line, &words.export_day))
            .find_map(|line| labels.iter().find_map(|label| given_in_line(&line, label, kind, words))),
        Given::Column(_) | Given::Day(_) | Given::Minutes(..) | Given::Place | Given::Above => None,
    }
}

/// What follows a label in a line. A year is only what is left where the whole line names a part of it ("Tháng 3 năm
/// 2023" below the label "năm").
fn given_in_line(line: &str, label: &str, kind: ColumnType, words: &ReadingWords) -> Option<String> {
    let found = as_kind(after(line, label, kind)?, kind, words)?;
    let part = (kind == ColumnType::Period && found.len() == 4).then(|| as_kind(line, kind, words)).flatten();
    Some(part.filter(|part| part.starts_with(&found) && !part.contains("..")).unwrap_or(found))
}

/// The heading to ask for where a wide sheet has none of its columns.
pub(super) fn usual_wide_heading(source: &SourceDef) -> String {
    let cells = match source.layout.wide.as_ref().map(|wide| &wide.cells) {
        Some(WideCells::Figures(figures)) => figures.first().map(|figure| &figure.cells),
        Some(WideCells::Stacked { cells, .. }) => Some(cells),
        _ => None,
    };
    cells.and_then(|cells| cells.first()?.1.first()).cloned().unwrap_or_default()
}

/// "…, ngày 05 tháng 01 năm 2021" is the day of signing and names no period.
fn is_dateline(line: &str, words: &ExportDayWords) -> bool {
    let lower = line.to_lowercase();
    lower.find(&words.day).is_some_and(|at| lower[at..].contains(&words.month))
}

/// The text after a label in a line; a period or the name of a unit may begin with the label itself ("Quý I năm 2020",
/// "Sở Tư pháp"), unless a colon ends it.
fn after<'a>(line: &'a str, label: &str, kind: ColumnType) -> Option<&'a str> {
    let lower = line.to_lowercase();
    // Lower case may have another length in a few scripts; then the label is not looked for.
    if lower.len() != line.len() {
        return None;
    }
    let at = lower.find(&clean(label).to_lowercase())?;
    let is_part = matches!(kind, ColumnType::Period | ColumnType::Unit) && !label.trim_end().ends_with(':');
    let start = if is_part { at } else { at + clean(label).len() };
    line.get(start..).map(|rest| rest.trim_start_matches([':', ' ', '\u{a0}']))
}

fn as_kind(text: &str, kind: ColumnType, words: &ReadingWords) -> Option<String> {
    let text = clean(text);
    match kind {
        ColumnType::Time => first_day(&text, &words.export_day).map(|day| day.to_string()),
        ColumnType::Period => periods::read_period(&text, None, &words.periods).map(|period| period.to_string()),
        _ => Some(text.into_owned()).filter(|text| !text.is_empty()),
    }
}
