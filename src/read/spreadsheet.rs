//! Turns the cells that `calamine` streams or lays out into rows; dates become ISO text.

use std::borrow::Cow;

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime};
use chrono::{Duration, NaiveDate};

use super::budget::Budget;
use super::error::ReadError;
use super::{Cell, Flow};

const SECONDS_PER_DAY: f64 = 86_400.0;
/// The day after 31/12/9999, where serial dates end.
const SERIAL_END: f64 = 2_958_466.0;

/// Builds rows from cells in the order of the stream and passes them on.
pub(super) fn stream_rows<'a>(
    mut next: impl FnMut() -> Result<Option<calamine::Cell<DataRef<'a>>>, ReadError>,
    budget: &mut Budget<'_>,
) -> Result<Flow, ReadError> {
    let mut row: Vec<Cell<'a>> = Vec::new();
    let mut current = 0;
    while let Some(cell) = next()? {
        let (number, column) = cell.get_position();
        if number != current {
            let flow = budget.row(current + 1, &row)?;
            if flow != Flow::Continue {
                return Ok(flow);
            }
            row.clear();
            current = number;
        }
        let value = streamed(cell.get_value());
        if value != Cell::Empty {
            let column = budget.column(column)?;
            if row.len() <= column {
                row.resize(column + 1, Cell::Empty);
            }
            row[column] = value;
        }
    }
    budget.row(current + 1, &row)
}

/// The cell for a value of a stream; shared strings stay borrowed from the workbook.
fn streamed<'a>(value: &DataRef<'a>) -> Cell<'a> {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Bool(truth) => Cell::Bool(*truth),
        DataRef::SharedString(text) => text_cell(Cow::Borrowed(text)),
        DataRef::String(text) => text_cell(Cow::Owned(text.clone())),
        DataRef::DateTime(date) => date_cell(date),
        DataRef::DateTimeIso(text) => iso_cell(text),
        DataRef::DurationIso(text) => Cell::Text(Cow::Owned(text.clone())),
        DataRef::Error(error) => error_cell(error),
    }
}

/// The cell for a value of a range in memory.
pub(super) fn laid_out(value: &Data) -> Cell<'_> {
    match value {
        Data::Empty => Cell::Empty,
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(truth) => Cell::Bool(*truth),
        Data::String(text) => text_cell(Cow::Borrowed(text)),
        Data::DateTime(date) => date_cell(date),
        Data::DateTimeIso(text) => iso_cell(text),
        Data::DurationIso(text) => Cell::Text(Cow::Borrowed(text)),
        Data::Error(error) => error_cell(error),
    }
}

/// A date with time from ISO text that may lack the time; a time of day stays one.
pub(super) fn iso_cell<'a>(text: &str) -> Cell<'a> {
    let text = text.trim().trim_end_matches('Z');
    let text = text.split_once('.').map_or(text, |(seconds, _)| seconds);
    let full = match text.len() {
        10 if !text.contains(':') => format!("{text}T00:00:00"),
        16 if text.contains('T') => format!("{text}:00"),
        _ => text.replacen(' ', "T", 1),
    };
    Cell::DateTime(Cow::Owned(full))
}

/// Hours, minutes and seconds: a time of day below 24 hours, text from there on.
pub(super) fn time_cell<'a>(seconds: i64) -> Cell<'a> {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.abs();
    let shown = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if sign.is_empty() && seconds < 86_400 { Cell::DateTime(Cow::Owned(shown)) } else { Cell::Text(Cow::Owned(shown)) }
}

fn text_cell(text: Cow<'_, str>) -> Cell<'_> {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}

fn error_cell<'a>(error: &CellErrorType) -> Cell<'a> {
    Cell::Error(Cow::Owned(error.to_string()))
}

fn date_cell<'a>(date: &ExcelDateTime) -> Cell<'a> {
    let serial = date.as_f64();
    let seconds = (serial * SECONDS_PER_DAY).round();
    if date.is_duration() {
        return if seconds.abs() < 1e12 { time_cell(seconds as i64) } else { Cell::Number(serial) };
    }
    if (0.0..1.0).contains(&serial) {
        return time_cell(seconds as i64);
    }
    // No calendar date: Excel shows such a cell as ####.
    if !(0.0..SERIAL_END).contains(&serial) {
        return Cell::Number(serial);
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let calendar = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))
        .and_then(|day| day.and_hms_opt(u32::from(hour), u32::from(minute), u32::from(second)));
    // Serials are binary fractions of a day, so whole seconds come out a little under or over.
    let rounded = calendar.map(|time| time + Duration::seconds(i64::from(milli >= 500)));
    rounded
        .map_or(Cell::Number(serial), |time| Cell::DateTime(Cow::Owned(time.format("%Y-%m-%dT%H:%M:%S").to_string())))
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    use super::*;

    fn shown(serial: f64, is_1904: bool) -> Cell<'static> {
        date_cell(&ExcelDateTime::new(serial, DateTime, is_1904))
    }

    #[test]
    fn both_date_systems_give_the_same_day() {
        let day = Cell::DateTime("2021-01-01T00:00:00".into());
        assert_eq!(shown(44_197.0, false), day);
        assert_eq!(shown(44_197.0 - 1_462.0, true), day);
    }

    #[test]
    fn fractions_of_a_day_round_to_the_second() {
        assert_eq!(shown(43_831.333_333_333, false), Cell::DateTime("2020-01-01T08:00:00".into()));
        assert_eq!(shown(43_830.999_999_999, false), Cell::DateTime("2020-01-01T00:00:00".into()));
    }

    #[test]
    fn a_time_without_a_date_stays_a_time_and_a_long_one_is_text() {
        assert_eq!(shown(0.5, false), Cell::DateTime("12:00:00".into()));
        let long = ExcelDateTime::new(10.632_060_185, TimeDelta, false);
        assert_eq!(date_cell(&long), Cell::Text("255:10:10".into()));
    }

    #[test]
    fn what_is_no_date_in_the_calendar_stays_a_number() {
        assert_eq!(shown(-1.0, false), Cell::Number(-1.0));
        assert_eq!(shown(1e9, false), Cell::Number(1e9));
    }

    #[test]
    fn iso_dates_get_a_time() {
        assert_eq!(iso_cell("2021-01-01"), Cell::DateTime("2021-01-01T00:00:00".into()));
        assert_eq!(iso_cell("2021-01-01T10:10"), Cell::DateTime("2021-01-01T10:10:00".into()));
        assert_eq!(iso_cell("2021-01-01T10:10:10.120Z"), Cell::DateTime("2021-01-01T10:10:10".into()));
        assert_eq!(iso_cell("10:10:10"), Cell::DateTime("10:10:10".into()));
    }
}
