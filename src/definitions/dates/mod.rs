//! Reads dates by declared patterns, day first unless those say otherwise, and names what is wrong with one that it cannot read.

mod odd;
mod reader;
mod words;

use chrono::{Datelike, NaiveDate, Timelike};

pub use odd::{DateSystem, Odd, read_odd};
pub use reader::{DateReader, Dated};
pub use words::{DateWords, SourceZone};

use words::{NAMED, VIETNAM};

/// Microseconds of one day.
pub const DAY: i64 = 86_400_000_000;

/// A compiled pattern such as `dd/MM/yyyy HH:mm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    order: Order,
}

/// In which order a date names day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
    /// Year first, or the month in words: nothing is in doubt.
    Certain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// So many digits; fewer or more (up to two) only where no other number touches them.
    Number {
        of: Field,
        width: usize,
        fixed: bool,
    },
    Literal(u8),
    /// A count of so many parts of a second since 1970 in UTC.
    Epoch(i64),
}

/// What a number of a pattern is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFault {
    /// No pattern fits.
    Unreadable,
    /// A pattern fits, but there is no such day (31/02).
    Impossible,
    /// This year is outside 2000–2100.
    Year(u32),
    /// Only readable with the month first (12/31/2025), so that the file's other dates would be misread.
    MonthFirst,
    /// Only readable with the day first (31/12/2025), although the pattern has the month first.
    DayFirst,
}

/// The pattern of milliseconds since 1970 in UTC.
const EPOCH_MS: &str = "epoch-ms";
/// The pattern of seconds since 1970 in UTC.
const EPOCH_S: &str = "epoch-s";

impl Pattern {
    /// Whether a text has this pattern's shape, be it a day that exists or not.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        self.fields(text.as_bytes()).is_some()
    }

    /// The order in which it names day and month.
    #[must_use]
    pub const fn order(&self) -> Order {
        self.order
    }

    /// Whether both read one text in two orders, so that no date of it is certain.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        let shape = |pattern: &Self| {
            let part = |part: &Part| match *part {
                Part::Number { of: Field::Day | Field::Month, .. } => Part::Literal(b'd'),
                part => part,
            };
            pattern.parts.iter().map(part).collect::<Vec<_>>()
        };
        self.order != other.order && shape(self) == shape(other)
    }

    /// Compiles a pattern of `dd MM yyyy HH mm ss` and literal characters; `None` if it names no day, month and year. A
    /// month in words is `MMM`; `hh` and `a` (a clock of 12 hours), `z` (a zone) stand for what is read beside any pattern.
    /// `epoch-ms` and `epoch-s` are patterns of their own.
    #[must_use]
    pub fn compile(pattern: &str) -> Option<Self> {
        match pattern {
            EPOCH_MS => return Some(Self { parts: vec![Part::Epoch(1000)], order: Order::Certain }),
            EPOCH_S => return Some(Self { parts: vec![Part::Epoch(1)], order: Order::Certain }),
            _ => {}
        }
        let blank = |letter: char| matches!(letter, 'a' | 'z' | 'X' | 'Z' | ',');
        let digits = pattern.replace(blank, " ");
        let digits = digits.split_whitespace().collect::<Vec<_>>().join(" ");
        let bytes = digits.as_bytes();
        let mut parts = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let letter = bytes[at];
            let run = bytes[at..].iter().take_while(|byte| **byte == letter).count();
            let number = |of| Part::Number { of, width: run, fixed: false };
            let part = match letter {
                b'd' => number(Field::Day),
                b'M' if run > 2 => {
                    parts.push(Part::Literal(NAMED));
                    Part::Number { of: Field::Month, width: 2, fixed: true }
                }
                b'M' => number(Field::Month),
                b'y' if run == 4 || run == 2 => number(Field::Year),
                b'H' | b'h' => number(Field::Hour),
                b'm' => number(Field::Minute),
                b's' => number(Field::Second),
                _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => Part::Literal(letter),
                b'T' => Part::Literal(letter),
                _ => return None,
            };
            at += if matches!(part, Part::Literal(_)) { 1 } else { run };
            parts.push(part);
        }
        let mut compiled = Self { parts, order: Order::Certain }.with_fixed_widths();
        compiled.order = compiled.order_of_parts();
        [Field::Day, Field::Month, Field::Year].iter().all(|of| compiled.place(*of).is_some()).then_some(compiled)
    }

    /// This pattern with a two-digit year, if it is day first and no other digits touch the year.
    #[must_use]
    pub fn with_short_year(&self) -> Option<Self> {
        let year = self.place(Field::Year)?;
        if self.order == Order::Certain || self.touches_a_number(year) {
            return None;
        }
        let mut parts = self.parts.clone();
        parts[year] = Part::Number { of: Field::Year, width: 2, fixed: true };
        Some(Self { parts, order: self.order })
    }

    /// A year, and a number that touches another one, has exactly its width.
    fn with_fixed_widths(mut self) -> Self {
        for index in 0..self.parts.len() {
            let touches = self.touches_a_number(index);
            if let Part::Number { of, fixed, .. } = &mut self.parts[index] {
                *fixed = *of == Field::Year || touches;
            }
        }
        self
    }

    fn touches_a_number(&self, index: usize) -> bool {
        let neighbours = [index.checked_sub(1), Some(index + 1)];
        neighbours.into_iter().flatten().any(|at| matches!(self.parts.get(at), Some(Part::Number { .. })))
    }

    fn place(&self, wanted: Field) -> Option<usize> {
        self.parts.iter().position(|part| matches!(part, Part::Number { of, .. } if *of == wanted))
    }

    fn is_epoch(&self) -> bool {
        matches!(self.parts[..], [Part::Epoch(_)])
    }

    fn order_of_parts(&self) -> Order {
        let [day, month, year] = [Field::Day, Field::Month, Field::Year].map(|of| self.place(of));
        if year < day || year < month || self.parts.contains(&Part::Literal(NAMED)) {
            Order::Certain
        } else if day < month {
            Order::DayFirst
        } else {
            Order::MonthFirst
        }
    }

    /// Whether it is nothing but digits: other long numbers have its shape too.
    fn is_bare(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Number { .. }))
    }

    /// The fields of a text that has this pattern's shape.
    fn fields(&self, text: &[u8]) -> Option<Fields> {
        let mut fields = Fields::default();
        let mut at = 0;
        for part in &self.parts {
            let (of, width, fixed) = match *part {
                Part::Literal(letter) if text.get(at) == Some(&letter) => {
                    at += 1;
                    continue;
                }
                Part::Literal(_) => return None,
                Part::Epoch(parts) => return Fields::since_1970(text, parts),
                Part::Number { of, width, fixed } => (of, width, fixed),
            };
            let longest = if fixed { width } else { width.max(2) };
            let digits = text[at..].iter().take(longest).take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 || (fixed && digits != width) {
                return None;
            }
            let number = text[at..at + digits].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
            at += digits;
            fields.0[of as usize] = match (of, width) {
                (Field::Year, 2) if number < SHORT_YEARS_TURN => 2000 + number,
                (Field::Year, 2) => 1900 + number,
                _ => number,
            };
        }
        (at == text.len()).then_some(fields)
    }
}

/// Years that somebody may have meant, those of the Buddhist calendar too.
const THINKABLE_YEARS: std::ops::RangeInclusive<u32> = 1900..=2700;
/// Two-digit years below this are of the 2000s, the others of the 1900s.
const SHORT_YEARS_TURN: u32 = 50;

/// The numbers of a text, in the order of [`Field`].
#[derive(Debug, Clone, Copy, Default)]
struct Fields([u32; 6]);

impl Fields {
    const fn get(self, field: Field) -> u32 {
        self.0[field as usize]
    }

    /// The fields on the clocks of Vietnam of a count of parts of a second.
    fn since_1970(text: &[u8], parts: i64) -> Option<Self> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        let seconds = text.parse::<i64>().ok()? / parts + VIETNAM;
        let time = chrono::DateTime::from_timestamp_secs(seconds)?;
        let year = u32::try_from(time.year()).ok()?;
        Some(Self([year, time.month(), time.day(), time.hour(), time.minute(), time.second()]))
    }

    fn microseconds(self, order: Order) -> Result<i64, DateFault> {
        let [year, month, day, hour, minute, second] = self.0;
        let Some(date) = NaiveDate::from_ymd_opt(year as i32, month, day) else {
            let swapped = month > 12 && NaiveDate::from_ymd_opt(year as i32, day, month).is_some();
            return Err(match order {
                Order::MonthFirst if swapped => DateFault::DayFirst,
                _ if swapped => DateFault::MonthFirst,
                _ => DateFault::Impossible,
            });
        };
        if !(2000..=2100).contains(&year) {
            return Err(DateFault::Year(year));
        }
        if hour > 23 || minute > 59 || second > 59 {
            return Err(DateFault::Impossible);
        }
        let days = i64::from(date.to_epoch_days());
        let seconds = i64::from(hour * 3600 + minute * 60 + second);
        Ok(days * DAY + seconds * 1_000_000)
    }
}

/// Reads a text by the first pattern whose shape it has; ISO is always accepted. Gives microseconds since 1970.
pub fn read(text: &str, patterns: &[Pattern]) -> Result<i64, DateFault> {
    read_dated(text, patterns).map(|dated| dated.time)
}

/// The same with the order of day and month that decided.
fn read_dated(text: &str, patterns: &[Pattern]) -> Result<Dated, DateFault> {
    let bytes = text.as_bytes();
    for pattern in patterns.iter().chain(iso()) {
        if let Some(fields) = pattern.fields(bytes) {
            // A long number that would be a date of no year at all may be somebody's ID number.
            let is_another_number = !THINKABLE_YEARS.contains(&fields.get(Field::Year)) && pattern.is_bare();
            if is_another_number {
                return Err(DateFault::Unreadable);
            }
            return fields.microseconds(pattern.order).map(|time| Dated { time, order: pattern.order });
        }
    }
    Err(DateFault::Unreadable)
}

/// What date cells become, and what databases write.
fn iso() -> &'static [Pattern] {
    static ISO: std::sync::OnceLock<Vec<Pattern>> = std::sync::OnceLock::new();
    ISO.get_or_init(|| {
        ["yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm"]
            .iter()
            .filter_map(|pattern| Pattern::compile(pattern))
            .collect()
    })
}

#[cfg(test)]
fn patterns_of(patterns: &[&str]) -> Vec<Pattern> {
    patterns.iter().filter_map(|pattern| Pattern::compile(pattern)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns() -> Vec<Pattern> {
        patterns_of(&["dd/MM/yyyy HH:mm", "dd/MM/yyyy", "yyyyMMddHHmmss"])
    }

    fn micros(text: &str) -> i64 {
        chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a time").and_utc().timestamp_micros()
    }

    #[test]
    fn dates_are_day_first() {
        assert_eq!(read("02/03/2026", &patterns()), Ok(micros("2026-03-02 00:00:00")));
        assert_eq!(read("2/3/2026 8:05", &patterns()), Ok(micros("2026-03-02 08:05:00")));
        assert_eq!(read("20200225135828", &patterns()), Ok(micros("2020-02-25 13:58:28")));
        assert_eq!(read("2020-02-25T13:58:28", &patterns()), Ok(micros("2020-02-25 13:58:28")));
    }

    #[test]
    fn what_is_no_date_says_why() {
        for (text, fault) in [
            ("31/02/2020", DateFault::Impossible),
            ("20200231080000", DateFault::Impossible),
            ("12/31/2025", DateFault::MonthFirst),
            ("12/03/2569", DateFault::Year(2569)),
            ("32/13/2020", DateFault::Impossible),
            ("hôm qua", DateFault::Unreadable),
            ("02/03/26", DateFault::Unreadable),
            ("02/03/2026x", DateFault::Unreadable),
            ("2020022513582", DateFault::Unreadable),
            ("00109912345678", DateFault::Unreadable),
        ] {
            assert_eq!(read(text, &patterns()), Err(fault), "{text}");
        }
    }
}
