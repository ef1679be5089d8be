//! Turns raw columns of text into typed columns of a table: headings found, columns typed, rows judged, warnings gathered.
//!
//! Personal columns never get this far.

mod answers;
mod batch;
mod code;
mod correction;
mod export_date;
mod feeds;
mod given;
mod headings;
mod judging;
mod lost_zeros;
mod marks;
mod numbers;
mod outline;
mod periods;
mod personal;
mod raw;
mod reshape;
mod rows;
mod sheet;
mod sums;
mod text;
mod typing;
mod unfold;
mod warnings;
mod wide;

pub use code::{code, looks_like_code, with_plain_hyphens};
pub use correction::{Origin, origin_columns, own_columns};
pub use export_date::{in_letterhead, in_name};
pub use given::Place;
pub use headings::{Duplicate, HeadingMatch, KnownHeadings, Mapping, NearMiss, stacked_headings};
pub use judging::RejectedRow;
pub use marks::{Mark, MarkKind};
pub use numbers::{number_with_currency, vietnamese_number};
pub use outline::{Outlined, RepairedCode, code_depth, code_follows};
pub use periods::{asked_period, only_year, period_in_name, read_period, read_period_below};
pub use personal::{CellMask, CodeShapes};
pub use raw::{RawBatch, TextColumn};
pub use reshape::Reshape;
pub use rows::{RowKind, classify, is_total};
pub use sheet::{Normalised, Refused, SheetFacts, SheetNormaliser};
pub use sums::CountFault;
pub use text::{clean, without_diacritics};
pub use typing::{Meaning, MixedOrder, data_type};
pub use unfold::{FigureNames, Remark, Unfolded, UnfoldedRow, Unfolding};
pub use wide::{LayoutMatch, Record};

use std::borrow::Cow;

use cchc_read::Cell;

/// A cell as text. Numbers keep a decimal comma where the column is a number, so that 1.5 in a number
/// cell is never taken for 1500, and a point where it is a code.
#[must_use]
#[inline]
pub fn cell_text<'a>(cell: &'a Cell<'_>, decimal: char) -> Cow<'a, str> {
    match cell {
        Cell::Empty | Cell::Error(_) => Cow::Borrowed(""),
        Cell::Text(text) | Cell::DateTime(text) => Cow::Borrowed(text),
        Cell::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Cell::Number(number) if decimal == ',' => Cow::Owned(number.to_string().replace('.', ",")),
        Cell::Number(number) => Cow::Owned(number.to_string()),
    }
}
