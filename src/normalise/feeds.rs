//! What feeds the columns of the records that a row of a sheet makes: cells, fixed texts, the row's own place.

use std::borrow::Cow;

use crate::cell_text;
use crate::given::{self, Place};
use crate::headings::Mapping;
use cchc_definitions::{Given, Layout, ReadingWords, SourceDef};
use cchc_model::ColumnType;
use cchc_read::Cell;

/// What feeds one column of a record.
#[derive(Debug, Clone)]
pub(crate) enum Feed {
    /// A cell of the row, with the decimal mark that its numbers get.
    Cell { at: usize, decimal: char },
    /// A cell of a record, with what an empty one means; of a share the percent sign is left out.
    Figure { at: usize, decimal: char, blank: Option<String>, percent: bool },
    /// A text before the number of the row.
    Place(String),
    /// A time whose day is in another cell.
    Timed { at: usize, day: usize },
    /// Always the same text.
    Text(String),
}

/// What a feed gives a row.
pub(crate) fn value<'t>(feed: &'t Feed, number: u32, cells: &'t [Cell<'_>], texts: &'t [Cow<'_, str>]) -> Cow<'t, str> {
    let text = |at: usize| texts.get(at).map_or("", |text| text.as_ref());
    let cell = |at: usize, decimal| match cells.get(at) {
        Some(cell @ Cell::Number(_)) => cell_text(cell, decimal),
        _ => Cow::Borrowed(text(at)),
    };
    match feed {
        Feed::Text(text) => Cow::Borrowed(text),
        Feed::Place(place) => Cow::Owned(format!("{place}{number}")),
        Feed::Timed { at, day } => timed(text(*at), text(*day)),
        Feed::Cell { at, decimal, .. } => cell(*at, *decimal),
        Feed::Figure { at, decimal, blank, percent } => {
            let value = cell(*at, *decimal);
            match (blank, value.trim()) {
                (Some(blank), "") => Cow::Borrowed(blank),
                (_, text) if *percent && text.ends_with('%') => {
                    Cow::Owned(text.trim_end_matches(['%', ' ']).to_owned())
                }
                _ => value,
            }
        }
    }
}

/// Whether any cell of a record has a value.
pub(crate) fn has_figure(feeds: &[Option<Feed>], values: &[Cow<'_, str>]) -> bool {
    let mut figures = feeds.iter().zip(values).filter(|(feed, _)| matches!(feed, Some(Feed::Figure { .. }))).peekable();
    figures.peek().is_none() || figures.any(|(_, value)| !value.trim().is_empty())
}

/// Per record and column of the source, what feeds it; without records of its own a row is one.
pub(crate) fn records(source: &SourceDef, mapping: &Mapping, shared: Vec<Option<Feed>>) -> Vec<Vec<Option<Feed>>> {
    let position = |name: &str| source.columns.iter().position(|column| column.name == name);
    let mut records = Vec::new();
    for record in &mapping.layout.records {
        let mut feeds = shared.clone();
        for (name, at) in &record.cells {
            let Some(column) = position(name) else { continue };
            let decimal = decimal(&source.layout, source.columns[column].kind);
            let (blank, percent) = (record.blank.clone(), record.percent);
            feeds[column] = Some(Feed::Figure { at: *at, decimal, blank, percent });
        }
        for (name, text) in &record.set {
            let Some(column) = position(name) else { continue };
            feeds[column] = Some(Feed::Text(text.clone()));
        }
        records.push(feeds);
    }
    if records.is_empty() {
        records.push(shared);
    }
    records
}

/// What feeds a column alike in every record: a heading, else what the layout gives.
pub(crate) fn shared_feed(
    source: &SourceDef,
    mapping: &Mapping,
    column: usize,
    place: Place<'_>,
    words: &ReadingWords,
) -> Option<Feed> {
    let (name, kind) = (&source.columns[column].name, source.columns[column].kind);
    let day = mapping.layout.days.iter().find(|(column, _)| column == name).map(|(_, day)| *day);
    let of = |at: Option<usize>| at.map(|at| Feed::Cell { at, decimal: decimal(&source.layout, kind) });
    match (mapping.columns[column], day) {
        (Some(at), Some(day)) => return Some(Feed::Timed { at, day }),
        (Some(at), None) => return of(Some(at)),
        (None, _) => {}
    }
    let mut of_column = source.layout.given.iter().filter(|(column, _)| column == name);
    if let Some((_, Given::Column(other))) = of_column.find(|(_, given)| matches!(given, Given::Column(_))) {
        return of(source.columns.iter().position(|column| column.name == *other).and_then(|at| mapping.columns[at]));
    }
    let is_place = |given: &Given| matches!(given, Given::Place);
    if source.layout.given.iter().any(|(column, given)| column == name && is_place(given)) {
        return Some(Feed::Place(format!("{}#{}#", place.shown, place.sheet)));
    }
    given::text(source, name, place, words).map(Feed::Text)
}

/// Number cells of number columns are written with the mark that the source's texts use.
const fn decimal(layout: &Layout, kind: ColumnType) -> char {
    match kind {
        ColumnType::Int | ColumnType::Float => layout.decimal,
        _ => '.',
    }
}

pub(crate) fn headings(source: &SourceDef, mapping: &Mapping, feeds: &[Option<Feed>]) -> Vec<String> {
    let title = |feeds: &[Option<Feed>]| {
        // A record is known by what its heading says.
        feeds.iter().zip(&source.columns).find_map(|(feed, column)| match feed {
            Some(Feed::Text(text)) if column.kind == ColumnType::Unit => Some(text.clone()),
            _ => None,
        })
    };
    let title = title(feeds);
    feeds
        .iter()
        .zip(&source.columns)
        .map(|(feed, column)| match (feed, &title) {
            (Some(Feed::Figure { at, .. }), Some(title)) => {
                format!("{title} – {}", mapping.headings[*at])
            }
            (Some(Feed::Cell { at, .. } | Feed::Figure { at, .. } | Feed::Timed { at, .. }), _) => {
                mapping.headings[*at].clone()
            }
            (Some(Feed::Text(text)), _) => text.clone(),
            (Some(Feed::Place(_)) | None, _) => column.name.clone(),
        })
        .collect()
}

/// A time of day gets the day of another cell; what has a day of its own keeps it.
fn timed<'t>(time: &'t str, day: &'t str) -> Cow<'t, str> {
    let (time, day) = (time.trim(), day.trim());
    let clock = time.len() <= 8 && time.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') && time.contains(':');
    if !clock || day.is_empty() {
        return Cow::Borrowed(time);
    }
    let day = day.split([' ', 'T']).next().unwrap_or(day);
    Cow::Owned(format!("{day} {time}"))
}

#[cfg(test)]
mod tests {
    use super::timed;

    #[test]
    fn a_time_of_day_gets_the_day_beside_it() {
        assert_eq!(timed("08:15", "02/03/2025"), "02/03/2025 08:15");
        assert_eq!(timed("08:15:30", "2025-03-02T00:00:00"), "2025-03-02 08:15:30");
        assert_eq!(timed("02/03/2025 08:15", "03/03/2025"), "02/03/2025 08:15");
        assert_eq!(timed("", "03/03/2025"), "");
    }
}
