//! Figures inside Vietnamese sentences: a point between thousands, a comma before decimals.

use chrono::NaiveDate;

use super::plan::Kind;

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
    // Halves go up, and what is a half but for the last bits counts as one, as Excel shows it.
    let scale = 10_f64.powi(i32::from(digits));
    let rounded = (value.abs() * scale * (1.0 + 4.0 * f64::EPSILON)).round() / scale;
    let text = format!("{rounded:.*}", usize::from(digits));
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let whole = int(whole.parse().unwrap_or(i64::MAX));
    let zero = !text.bytes().any(|b| matches!(b, b'1'..=b'9'));
    let sign = if value < 0.0 && !zero { "–" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole},{rest}") }
}

/// Writes a figure as its column would show it.
pub fn figure(value: f64, kind: Kind) -> String {
    match kind {
        Kind::Percent(digits) => format!("{}%", decimal(value * 100.0, digits)),
        Kind::Number(digits) | Kind::Movement(digits, _) => decimal(value, digits),
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
        assert_eq!(figure(0.9473, Kind::Percent(1)), "94,7%");
    }

    #[test]
    fn halves_go_up_as_in_the_workbook() {
        assert_eq!(figure(29.0 / 32.0, Kind::Percent(2)), "90,63%");
        assert_eq!(decimal(1.005, 2), "1,01");
        assert_eq!(decimal(2.5, 0), "3");
    }
}
