//! What is counted and when: the columns that all lines of a set of tables have.

use chrono::NaiveDate;

/// One counted thing.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// The same for the same count, whichever indicator asks for it.
    pub key: String,
    pub timing: Timing,
    /// What it costs to hide one of its cells.
    pub cost: u32,
}

/// How a count hangs together with those of other periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timing {
    /// What happened in the period: a quarter has the sum of its months.
    Within,
    /// How things stood at its end: a quarter has what its last month has.
    AtEnd,
    /// How things stood before it began.
    AtStart,
    /// Of this period alone.
    Alone,
    /// The same in all periods.
    Always,
}

/// When a slot's count is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum When {
    /// What happened between two days.
    Within(NaiveDate, NaiveDate),
    /// How things stood at the end of a day.
    AtEnd(NaiveDate),
    /// Of a period, and of no other.
    Alone(NaiveDate, NaiveDate),
    /// Always.
    Always,
    /// What of a span no part of it that is told holds.
    Rest(NaiveDate, NaiveDate),
}

/// A count of a time.
pub(crate) type Slot = (When, String);

/// The slot of a column in a period.
pub(crate) fn slot_of(column: &Column, (start, end): (NaiveDate, NaiveDate)) -> Slot {
    let when = match column.timing {
        Timing::Within => When::Within(start, end),
        Timing::AtEnd => When::AtEnd(end),
        Timing::AtStart => When::AtEnd(start.pred_opt().unwrap_or(start)),
        Timing::Alone => When::Alone(start, end),
        Timing::Always => When::Always,
    };
    (when, column.key.clone())
}
