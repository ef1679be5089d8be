//! When a dossier is past its due date: by the minute, and where the due day is a day off.

use super::facts::{day, join_calendar};
use cchc_model::DueOnDayOff;

/// Microseconds of a time after midnight.
fn hour(time: &str) -> String {
    format!("CAST({time} AS BIGINT) % 86400000000")
}

/// Whether the hour of the due date counts: the export wrote one, and for the day on which the dossier is due.
///
/// A due date without an hour is stored as midnight and means the whole day, and so does a day to which a due date was moved
/// from a day off. Pauses move the day and keep the hour.
fn has_hour() -> String {
    format!("({} <> 0 AND f.due_day_is_off IS NOT TRUE)", hour("f.due_at"))
}

/// A dossier ended after the due minute of its due day, fractions of a second included.
pub(super) fn is_past() -> String {
    format!(
        "(f.finished_on > f.due_on OR (f.finished_on = f.due_on AND {} AND {} < {}))",
        has_hour(),
        hour("f.due_at"),
        hour("f.finished_at")
    )
}

/// An open dossier is past its due minute when the last day of the period is over: due on that day at an hour is past, due
/// on that day without an hour is not.
pub(super) fn is_past_at_end() -> String {
    format!("(f.due_on < p.period_end OR (f.due_on = p.period_end AND {}))", has_hour())
}

/// Whether the due date was moved from a day off.
pub(super) const fn day_is_off(policy: DueOnDayOff) -> &'static str {
    match policy {
        DueOnDayOff::AsWritten => "FALSE",
        DueOnDayOff::NextWorkingDay => "due_off.is_working IS FALSE",
    }
}

/// The exported due day, or the next working day where nobody works on it; days that the calendar lacks stay.
pub(super) fn on_a_working_day(joins: &mut String) -> String {
    let exported = day("d.due_at");
    join_calendar(joins, "due_off", &exported);
    // The first day of a number is the working day; those after it up to the next working day are off.
    joins.push_str(
        "\nLEFT JOIN (SELECT working_day_number, MIN(date) AS date FROM calendar GROUP BY working_day_number) due_next \
         ON due_next.working_day_number = due_off.working_day_number + 1",
    );
    format!("CASE WHEN due_off.is_working IS FALSE THEN COALESCE(due_next.date, {exported}) ELSE {exported} END")
}
