//! Reads dates that no declared pattern fits: with a time zone, with a two-digit year, as a spreadsheet's serial number.

use super::words::{VIETNAM, seconds_ahead};
use super::{DAY, DateFault, Order, Pattern, iso};

/// Days from 30/12/1899, the zero of spreadsheets, to 1/1/1970.
const EPOCH: f64 = 25_569.0;
/// Days by which the 1904 system counts less.
const DAYS_1904: f64 = 1_462.0;
/// Serials of 1/1/2000 and 1/1/2101: what lies between may be a date, anything else is some other number.
const PLAUSIBLE: std::ops::Range<f64> = 36_526.0..73_416.0;
/// 29/2/1900, which spreadsheets count although it never was.
const NEVER_WAS: f64 = 60.0;

/// From which day the serial numbers of a workbook count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateSystem {
    /// 1 is 1/1/1900.
    #[default]
    From1900,
    /// 0 is 1/1/1904.
    From1904,
}

/// A date in a text that has no pattern's shape. Times are microseconds since 1970 on Vietnam's clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// ISO with a time zone, or with fractions of a second; nothing is in doubt.
    Zoned(i64),
    /// A two-digit year: 00–49 are 2000–2049, 50–99 are 1950–1999 (and so refused).
    ShortYear(i64),
    /// The serial number of a date, without a date's format.
    Serial(i64),
    /// No day at all: a time alone, 0 (what a formula makes of an empty cell), 60 (29/2/1900).
    NoDay,
}

/// Reads a text that [`read`](super::read) calls unreadable. `short` are the patterns with a two-digit year.
///
/// ```
/// use cchc_definitions::dates::{DateSystem, Odd, read, read_odd};
/// let utc = read_odd("2026-03-01T18:30:00Z", &[], DateSystem::From1900);
/// assert_eq!(utc, read("2026-03-02 01:30:00", &[]).map(Odd::Zoned));
/// ```
pub fn read_odd(text: &str, short: &[Pattern], system: DateSystem) -> Result<Odd, DateFault> {
    if let Some(time) = zoned(text) {
        return time.map(Odd::Zoned);
    }
    let fits = |pattern: &Pattern| Some((pattern.fields(text.as_bytes())?, pattern.order));
    if let Some((fields, order)) = short.iter().find_map(fits) {
        return fields.microseconds(order).map(Odd::ShortYear);
    }
    if is_time_alone(text) {
        return Ok(Odd::NoDay);
    }
    serial(text, system).ok_or(DateFault::Unreadable)
}

/// An ISO time with a zone, fractions of a second, or both; `None` if the text is none.
fn zoned(text: &str) -> Option<Result<i64, DateFault>> {
    let bytes = text.as_bytes();
    let is_iso = bytes.len() > 16 && bytes[4] == b'-' && matches!(bytes[10], b'T' | b' ');
    if !is_iso || !text.is_ascii() {
        return None;
    }
    let (clock, zone) = match text[16..].find(['Z', 'z', '+', '-']) {
        Some(at) => (text[..16 + at].trim_end(), Some(&text[16 + at..])),
        None => (text, None),
    };
    let (clock, fraction) = match clock.split_once(['.', ',']) {
        Some((seconds, digits)) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            (seconds, fraction(digits))
        }
        Some(_) => return None,
        None => (clock, 0),
    };
    let ahead = zone.map_or(Some(VIETNAM), ahead_of_utc)?;
    let fields = iso().iter().find_map(|pattern| pattern.fields(clock.as_bytes()))?;
    Some(fields.microseconds(Order::Certain).map(|time| time + (VIETNAM - ahead) * 1_000_000 + fraction))
}

/// Microseconds of the digits behind a second; further digits are cut, as no clock of an office has them.
fn fraction(digits: &str) -> i64 {
    digits.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
}

/// Seconds by which a zone is ahead of UTC: `Z`, `+07:00`, `+0700`, `-05`.
fn ahead_of_utc(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") { Some(0) } else { seconds_ahead(zone).filter(|_| zone.len() > 2) }
}

/// `8:30`, `08:30:00`; a date cell below 1 is handed out so.
fn is_time_alone(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let is_below = |part: &str, end: u32| {
        matches!(part.len(), 1 | 2)
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|number| number < end)
    };
    matches!(parts.len(), 2 | 3) && is_below(parts[0], 24) && parts[1..].iter().all(|part| is_below(part, 60))
}

fn serial(text: &str, system: DateSystem) -> Option<Odd> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    let number: f64 = text.replacen(',', ".", 1).parse().ok().filter(|_| is_number)?;
    // The 1904 system counts no day that never was, and its 0 is a day; yet one of no use to anybody here.
    if number < 1.0 || (number - NEVER_WAS).abs() < f64::EPSILON {
        return Some(Odd::NoDay);
    }
    let number = if system == DateSystem::From1904 { number + DAYS_1904 } else { number };
    let seconds = ((number - EPOCH) * 86_400.0).round() as i64;
    PLAUSIBLE.contains(&number).then_some(Odd::Serial(seconds * (DAY / 86_400)))
}

#[cfg(test)]
mod tests {
    use super::super::{patterns_of, read};
    use super::*;

    fn odd(text: &str) -> Result<Odd, DateFault> {
        let all = patterns_of(&["dd/MM/yyyy HH:mm", "dd/MM/yyyy", "yyyyMMddHHmmss", "yyyyMMdd"]);
        let short: Vec<Pattern> = all.iter().filter_map(Pattern::with_short_year).collect();
        assert_eq!(read(text, &all), Err(DateFault::Unreadable), "{text} is not odd");
        read_odd(text, &short, DateSystem::From1900)
    }

    fn micros(text: &str) -> i64 {
        read(text, &[]).expect("an ISO time")
    }

    #[test]
    fn zones_are_brought_to_the_clocks_of_vietnam() {
        for (text, local) in [
            ("2026-03-01T08:00:00Z", "2026-03-01 15:00:00"),
            ("2026-03-01T18:30:00.123Z", "2026-03-02 01:30:00"),
            ("2026-03-01T08:00:00+07:00", "2026-03-01 08:00:00"),
            ("2026-03-01 08:00:00.000+07", "2026-03-01 08:00:00"),
            ("2026-03-01T08:00+0900", "2026-03-01 06:00:00"),
            ("2026-03-01T20:00:00-05:30", "2026-03-02 08:30:00"),
            ("2026-03-01 08:00:00.0", "2026-03-01 08:00:00"),
        ] {
            assert_eq!(odd(text), Ok(Odd::Zoned(micros(local))), "{text}");
        }
        assert_eq!(odd("2026-02-31T08:00:00Z"), Err(DateFault::Impossible));
        assert_eq!(odd("2026-03-01T08:00:00 sáng"), Err(DateFault::Unreadable));
        assert_eq!(odd("2026-03-01T08:00:00+99:00"), Err(DateFault::Unreadable));
    }

    #[test]
    fn two_digit_years_are_of_this_century_up_to_49() {
        assert_eq!(odd("01/02/26"), Ok(Odd::ShortYear(micros("2026-02-01"))));
        assert_eq!(odd("1/2/49 8:05"), Ok(Odd::ShortYear(micros("2049-02-01 08:05"))));
        assert_eq!(odd("01/02/69"), Err(DateFault::Year(1969)));
        assert_eq!(odd("12/31/25"), Err(DateFault::MonthFirst));
        assert_eq!(odd("31/02/26"), Err(DateFault::Impossible));
        assert_eq!(odd("260102"), Err(DateFault::Unreadable));
    }

    #[test]
    fn serials_are_dates_where_they_can_be_nothing_else() {
        assert_eq!(odd("43831"), Ok(Odd::Serial(micros("2020-01-01"))));
        assert_eq!(odd("43831.3333333333"), Ok(Odd::Serial(micros("2020-01-01 08:00"))));
        assert_eq!(odd("43831,5"), Ok(Odd::Serial(micros("2020-01-01 12:00"))));
        let of_1904 = read_odd("42369", &[], DateSystem::From1904);
        assert_eq!(of_1904, Ok(Odd::Serial(micros("2020-01-01"))));
        for text in ["0", "0.5", "60", "8:30", "00:00:00"] {
            assert_eq!(odd(text), Ok(Odd::NoDay), "{text}");
        }
        for text in ["1000000000000", "2020", "59", "61", "36525", "73416", "99123456789", "25:61", "1e5", "-5"] {
            assert_eq!(odd(text), Err(DateFault::Unreadable), "{text}");
        }
    }
}
