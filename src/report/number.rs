//! Figures inside Vietnamese sentences: a point between thousands, a comma before decimals.

use chrono::NaiveDate;

use super::input::FigureUnit;
use super::plan::CellFormat;
use cchc_definitions::{Display, Rounding};
use cchc_indices::rounded;
use cchc_model::{Measure, Status};

/// Writes a whole number: 12345 is "12.345".
pub fn int(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    if value < 0 { format!("–{text}") } else { text }
}

/// Writes a number with so many digits: 1234.56 with 1 is "1.234,6".
pub fn decimal(value: f64, digits: u8) -> String {
    decimal_by(value, digits, Rounding::HalfUp)
}

/// The same with another way of rounding.
fn decimal_by(value: f64, digits: u8, mode: Rounding) -> String {
    // What is a half but for the last bits counts as one, as Excel shows it.
    let text = format!("{:.*}", usize::from(digits), rounded(value.abs(), digits, mode));
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let whole = int(whole.parse().unwrap_or(i64::MAX));
    let zero = !text.bytes().any(|b| matches!(b, b'1'..=b'9'));
    let sign = if value < 0.0 && !zero { "–" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole},{rest}") }
}

/// Writes a figure as its definition wants it shown; "–" where there was nothing to measure, nothing where it was not
/// sent or may not be shown.
#[must_use]
pub fn shown(measure: &Measure, unit: FigureUnit, display: &Display) -> Option<String> {
    match (measure.status, measure.value) {
        (Status::Ok, Some(value)) => Some(value_shown(value, unit, display)),
        (Status::NotApplicable | Status::Ok, _) => Some("–".to_owned()),
        (Status::Missing | Status::Suppressed, _) => None,
    }
}

/// Writes a value as its definition wants it shown: 0.195035 with two digits is "19,50%".
#[must_use]
pub fn value_shown(value: f64, unit: FigureUnit, display: &Display) -> String {
    match unit {
        FigureUnit::Rate => format!("{}%", decimal_by(value * 100.0, display.digits, display.mode)),
        _ => decimal_by(value, display.digits, display.mode),
    }
}

/// The value that a cell must hold so that a program which rounds halves up shows it as its definition wants.
///
/// Full precision where that is what the program does anyway.
pub fn value_of_cell(value: f64, unit: FigureUnit, display: &Display) -> f64 {
    match (display.mode, unit) {
        (Rounding::HalfUp, _) => value,
        (mode, FigureUnit::Rate) => rounded(value * 100.0, display.digits, mode) / 100.0,
        (mode, _) => rounded(value, display.digits, mode),
    }
}

/// Writes a figure as its column would show it.
pub fn figure(value: f64, kind: CellFormat) -> String {
    match kind {
        CellFormat::Percent(digits) => format!("{}%", decimal(value * 100.0, digits)),
        CellFormat::Number(digits) | CellFormat::Movement(digits, _) => decimal(value, digits),
        _ => decimal(value, 0),
    }
}

/// Writes a day as 31/12/2020.
pub fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_have_points_and_decimals_a_comma() {
        assert_eq!(int(1_234_567), "1.234.567");
        assert_eq!(int(-20), "–20");
        assert_eq!(decimal(1234.56, 1), "1.234,6");
        assert_eq!(decimal(-0.04, 1), "0,0");
        assert_eq!(figure(0.9473, CellFormat::Percent(1)), "94,7%");
    }

    fn display(digits: u8, mode: Rounding) -> Display {
        Display { digits, mode, reason: String::new() }
    }

    #[test]
    fn a_figure_is_shown_by_the_mode_of_its_definition() {
        for (value, digits, mode, text) in [
            (18.0 / 19.0, 2, Rounding::Truncate, "94,73%"),
            (18.0 / 19.0, 2, Rounding::HalfUp, "94,74%"),
            (55.0 / 282.0, 0, Rounding::HalfUp, "20%"),
            (55.0 / 282.0, 0, Rounding::Truncate, "19%"),
            (0.191, 0, Rounding::Ceil, "20%"),
            (0.57, 0, Rounding::Truncate, "57%"),
            (0.57, 0, Rounding::Ceil, "57%"),
            (0.125, 0, Rounding::HalfEven, "12%"),
        ] {
            assert_eq!(value_shown(value, FigureUnit::Rate, &display(digits, mode)), text, "{value} {mode:?}");
        }
        assert_eq!(value_shown(1234.5, FigureUnit::Count, &display(0, Rounding::HalfUp)), "1.235");
        assert_eq!(value_shown(-2.55, FigureUnit::Days, &display(1, Rounding::Truncate)), "–2,5");
    }

    #[test]
    fn a_cell_holds_the_rounded_value_only_where_a_program_would_round_otherwise() {
        let rate = FigureUnit::Rate;
        let cell = |mode| value_of_cell(18.0 / 19.0, rate, &display(2, mode)).to_bits();
        assert_eq!(cell(Rounding::HalfUp), (18.0_f64 / 19.0).to_bits());
        assert_eq!(cell(Rounding::Truncate), 0.9473_f64.to_bits());
    }

    #[test]
    fn nothing_to_measure_is_a_dash_and_what_was_not_sent_is_nothing() {
        let of = |measure: &Measure| shown(measure, FigureUnit::Rate, &display(1, Rounding::HalfUp));
        assert_eq!(of(&Measure::ratio(0.0, 0.0)).as_deref(), Some("–"));
        assert_eq!(of(&Measure::MISSING), None);
        assert_eq!(of(&Measure::ratio(1.0, 8.0)).as_deref(), Some("12,5%"));
    }

    #[test]
    fn halves_go_up_as_in_the_workbook() {
        assert_eq!(figure(29.0 / 32.0, CellFormat::Percent(2)), "90,63%");
        assert_eq!(decimal(1.005, 2), "1,01");
        assert_eq!(decimal(2.5, 0), "3");
    }
}
