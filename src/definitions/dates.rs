//! Reads dates by declared patterns, day first, and says what is wrong with one it cannot read.

use chrono::NaiveDate;

/// Microseconds of one day.
pub const DAY: i64 = 86_400_000_000;

/// A compiled pattern such as `dd/MM/yyyy HH:mm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Day(usize),
    Month(usize),
    Year(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    Literal(u8),
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFault {
    /// No pattern fits.
    Unreadable,
    /// A pattern fits, but there is no such day (31/02).
    Impossible,
    /// The year is outside 2000–2100.
    Year,
    /// Only readable with the month first (12/31/2025), so that the file's other dates would be misread.
    MonthFirst,
}

impl Pattern {
    /// Compiles a pattern of `dd MM yyyy HH mm ss` and literal characters; `None` if it names no day, month and year.
    #[must_use]
    pub fn compile(pattern: &str) -> Option<Self> {
        let bytes = pattern.as_bytes();
        let mut parts = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let letter = bytes[at];
            let run = bytes[at..].iter().take_while(|byte| **byte == letter).count();
            let part = match letter {
                b'd' => Part::Day(run),
                b'M' => Part::Month(run),
                b'y' if run == 4 => Part::Year(run),
                b'H' => Part::Hour(run),
                b'm' => Part::Minute(run),
                b's' => Part::Second(run),
                _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => Part::Literal(letter),
                b'T' => Part::Literal(letter),
                _ => return None,
            };
            at += if matches!(part, Part::Literal(_)) { 1 } else { run };
            parts.push(part);
        }
        let has = |wanted: fn(&Part) -> bool| parts.iter().any(wanted);
        (has(|part| matches!(part, Part::Day(_)))
            && has(|part| matches!(part, Part::Month(_)))
            && has(|part| matches!(part, Part::Year(_))))
        .then_some(Self(parts))
    }

    /// The fields of a text that has this pattern's shape.
    fn fields(&self, text: &[u8]) -> Option<Fields> {
        let mut fields = Fields::default();
        let mut at = 0;
        for (index, part) in self.0.iter().enumerate() {
            let (width, field) = match *part {
                Part::Literal(letter) => {
                    if text.get(at) != Some(&letter) {
                        return None;
                    }
                    at += 1;
                    continue;
                }
                Part::Day(width) => (width, &mut fields.day),
                Part::Month(width) => (width, &mut fields.month),
                Part::Year(width) => (width, &mut fields.year),
                Part::Hour(width) => (width, &mut fields.hour),
                Part::Minute(width) => (width, &mut fields.minute),
                Part::Second(width) => (width, &mut fields.second),
            };
            // A number that another number follows without a separator has exactly its width.
            let fixed = width == 4 || matches!(self.0.get(index + 1), Some(next) if !matches!(next, Part::Literal(_)));
            let longest = width.max(2);
            let digits = text[at.min(text.len())..]
                .iter()
                .take(if fixed { width } else { longest })
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits == 0 || (fixed && digits != width) {
                return None;
            }
            *field = text[at..at + digits].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
            at += digits;
        }
        (at == text.len()).then_some(fields)
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Fields {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl Fields {
    fn microseconds(self) -> Result<i64, DateFault> {
        let Some(date) = NaiveDate::from_ymd_opt(self.year as i32, self.month, self.day) else {
            let swapped = self.month > 12 && NaiveDate::from_ymd_opt(self.year as i32, self.day, self.month).is_some();
            return Err(if swapped { DateFault::MonthFirst } else { DateFault::Impossible });
        };
        if !(2000..=2100).contains(&self.year) {
            return Err(DateFault::Year);
        }
        if self.hour > 23 || self.minute > 59 || self.second > 59 {
            return Err(DateFault::Impossible);
        }
        let days = i64::from(date.to_epoch_days());
        let seconds = i64::from(self.hour * 3600 + self.minute * 60 + self.second);
        Ok(days * DAY + seconds * 1_000_000)
    }
}

/// Reads a text by the first pattern whose shape it has; ISO is always accepted. Gives microseconds since 1970.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str, patterns: &[Pattern]) -> Result<i64, DateFault> {
    let bytes = text.as_bytes();
    for pattern in patterns.iter().chain(iso()) {
        if let Some(fields) = pattern.fields(bytes) {
            return fields.microseconds();
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
mod tests {
    use super::*;

    fn patterns() -> Vec<Pattern> {
        ["dd/MM/yyyy HH:mm", "dd/MM/yyyy", "yyyyMMddHHmmss"]
            .iter()
            .filter_map(|pattern| Pattern::compile(pattern))
            .collect()
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
            ("12/03/2569", DateFault::Year),
            ("32/13/2020", DateFault::Impossible),
            ("hôm qua", DateFault::Unreadable),
            ("02/03/26", DateFault::Unreadable),
            ("02/03/2026x", DateFault::Unreadable),
        ] {
            assert_eq!(read(text, &patterns()), Err(fault), "{text}");
        }
    }
}
