//! Recognises a sheet that continues the one before, which was full: no headings, but the same columns.

use super::found::FoundSheet;
use cchc_definitions::ReadingWords;
use cchc_definitions::SourceDef;
use cchc_definitions::dates::{DateReader, DateSystem};
use cchc_model::ColumnType;
use cchc_normalise::{HeadingMatch, looks_like_code};

/// The columns of `before` if these first rows of a sheet without headings are rows of that table too: at least half of
/// them hold a code in the column of the codes, and dates or nothing, but at least one date, in the columns of dates.
/// Any other row is refused by itself later.
pub(super) fn continued(
    rows: &[Vec<String>],
    before: Option<&FoundSheet>,
    sources: &[SourceDef],
    words: &ReadingWords,
) -> Option<(HeadingMatch, String)> {
    let before = before?;
    let source = &sources[before.source];
    let reader = DateReader::new(&source.dates, &words.dates, source.zone);
    let mapped = || source.columns.iter().zip(&before.mapping.columns);
    let key = mapped().find_map(|(column, at)| at.filter(|_| column.name == source.table.key))?;
    let dates: Vec<usize> =
        mapped().filter(|(column, _)| column.kind == ColumnType::Time).filter_map(|(_, at)| *at).collect();
    let width = before.mapping.headings.len();
    let is_code = |text: &String| looks_like_code(text);
    let is_date = |text: &String| reader.is_date(text, text, DateSystem::From1900);
    let conforms = |row: &&Vec<String>| {
        let dated: Vec<&String> = dates.iter().filter_map(|at| row.get(*at)).filter(|text| !text.is_empty()).collect();
        row.len() <= width
            && row.get(key).is_some_and(is_code)
            && !dated.is_empty()
            && dated.iter().all(|text| is_date(text))
    };
    let filled = rows.iter().filter(|row| row.iter().any(|text| !text.is_empty())).count();
    let conforming = rows.iter().filter(conforms).count();
    // The caller puts an empty row before them in place of the heading.
    let found = || HeadingMatch {
        source: before.source,
        first_row: 0,
        last_row: 0,
        mapping: before.mapping.clone(),
        confidence: before.confidence,
    };
    (conforming > 0 && conforming * 2 >= filled).then(|| (found(), before.name.clone()))
}
