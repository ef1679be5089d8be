//! Why a file does not fit a source: the columns that no heading feeds, and the heading that may be meant.

use std::path::Path;

use super::guess::likeness;
use super::{InspectedSheet, ProposalError};
use cchc_definitions::{Definitions, SourceDef};
use cchc_model::{ColumnType, UnitIndex};
use cchc_normalise::KnownHeadings;
use cchc_read::{Limits, column_letters};

use super::column::{InspectedColumn, plain};

/// A column that no heading feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// Column of the table.
    pub column: String,
    /// The heading that feeds it as a rule.
    pub usual: String,
    /// The heading of the file that is most like one of its headings, with the letters of its column.
    pub nearest: Option<(String, String)>,
}

/// The probable heading row, and the required columns of a source that none of them feeds.
///
/// # Errors
/// The file cannot be read, or nothing in it looks like headings.
pub fn missing_columns(
    path: &Path,
    source: &SourceDef,
    definitions: &Definitions,
    units: &UnitIndex,
    limits: &Limits,
) -> Result<(u32, Vec<MissingColumn>), ProposalError> {
    let layout = InspectedSheet::of(path, None, definitions, units, limits)?;
    let mut lenient = source.clone();
    (lenient.required, lenient.layout.one_of, lenient.layout.wide) = (Vec::new(), Vec::new(), None);
    let headings = KnownHeadings::of(std::slice::from_ref(&lenient), &definitions.reading);
    let found = headings.find(&layout.heads, &layout.sheet).ok();
    let fed = |name: &str| {
        let columns = found.iter().flat_map(|found| lenient.columns.iter().zip(&found.mapping.columns));
        columns.into_iter().any(|(column, at)| column.name == name && at.is_some())
    };
    let given = |name: &str| source.layout.given.iter().any(|(column, _)| column == name);
    let one_of = &source.layout.one_of;
    let none_of = one_of.first().filter(|_| !one_of.iter().any(|name| fed(name) || given(name)));
    let missing = source.required.iter().filter(|name| !fed(name) && !given(name)).chain(none_of);
    let used: Vec<usize> = found.iter().flat_map(|found| found.mapping.columns.iter().flatten().copied()).collect();
    let missing = missing.map(|name| {
        let column = source.column(name);
        let headings = column.map_or(&[][..], |column| &column.headings);
        MissingColumn {
            column: name.clone(),
            usual: headings.first().cloned().unwrap_or_default(),
            nearest: nearest(&layout.columns, &used, column.map(|column| column.kind), headings),
        }
    });
    Ok((layout.heading_row, missing.collect()))
}

/// The free heading most like any of these, of a column whose cells may be meant.
fn nearest(
    columns: &[InspectedColumn],
    used: &[usize],
    kind: Option<ColumnType>,
    headings: &[String],
) -> Option<(String, String)> {
    let headings: Vec<String> = headings.iter().map(|heading| plain(heading)).collect();
    let suits = |column: &InspectedColumn| match kind {
        Some(ColumnType::Time) => column.filled == 0 || column.date_share >= 0.5,
        _ => column.date_share < 0.5,
    };
    let free = columns.iter().enumerate().filter(|(at, column)| {
        !used.contains(at) && !column.heading.is_empty() && column.person.is_none() && suits(column)
    });
    let scored = free.map(|(at, column)| {
        let own = plain(&column.heading);
        (headings.iter().map(|other| likeness(&own, other)).fold(0.0, f64::max), at, column)
    });
    // Of equals the first.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let (_, at, column) = best.filter(|(like, ..)| *like > 0.0)?;
    Some((column.heading.clone(), column_letters(at)))
}
