//! Reporting periods as users write them: `2023`, `2023-Q1`, `2023-03`, `2023-01-01..2023-04-13`, `…@nd09`, `…@581`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

/// A closed range of days with the name that the user gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    shape: Shape,
    /// First day.
    pub start: NaiveDate,
    /// Last day, included.
    pub end: NaiveDate,
}

/// Where a year begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Year {
    /// 1 January to 31 December.
    Calendar,
    /// 15 December of the year before to 14 December: the reporting year of NĐ 09/2019 `[k]`.
    Nd09,
    /// The four reform reports of CV 581/BNV-CCHC `[S]`, on the days of NĐ 09/2019: Quý I, 6 tháng, Quý III, Năm.
    Cv581,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Year(i32, Year),
    Half(i32, u32, Year),
    Quarter(i32, u32, Year),
    Month(i32, u32),
    Days,
}

/// The text is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// None that is known.
    #[error(
        "'{0}' is no period; write 2023, 2023-H1, 2023-Q1, 2023-03 or 2023-01-01..2023-04-13; @nd09 may follow a year, half or quarter, @581 names a reform report (2026-Q3@581)"
    )]
    Unknown(String),
    /// Reform reports are due four times a year.
    #[error(
        "'{0}' is no reform report of CV 581; there are 2026-Q1@581, 2026-H1@581, 2026-Q3@581 and 2026@581 (no Q2, Q4, H2 or months; the year is needed)"
    )]
    NoReformReport(String),
}

impl Period {
    /// The period of the same length just before this one; of reform reports the one whose days end before this one's last
    /// quarter: H1 before Q3, and the year before Q1 and H1.
    ///
    /// ```
    /// use cchc_model::Period;
    /// let range: Period = "2020-01-01..2020-04-13".parse().unwrap();
    /// assert_eq!(range.before().to_string(), "2019-09-19..2019-12-31");
    /// ```
    #[must_use]
    pub fn before(&self) -> Self {
        match self.shape {
            Shape::Quarter(year, 3, Year::Cv581) => Self::of(Shape::Half(year, 1, Year::Cv581)),
            Shape::Year(year, Year::Cv581)
            | Shape::Half(year, _, Year::Cv581)
            | Shape::Quarter(year, _, Year::Cv581) => Self::of(Shape::Year(year - 1, Year::Cv581)),
            Shape::Year(year, kind) => Self::of(Shape::Year(year - 1, kind)),
            Shape::Half(year, 1, kind) => Self::of(Shape::Half(year - 1, 2, kind)),
            Shape::Half(year, half, kind) => Self::of(Shape::Half(year, half - 1, kind)),
            Shape::Quarter(year, 1, kind) => Self::of(Shape::Quarter(year - 1, 4, kind)),
            Shape::Quarter(year, quarter, kind) => Self::of(Shape::Quarter(year, quarter - 1, kind)),
            Shape::Month(year, 1) => Self::of(Shape::Month(year - 1, 12)),
            Shape::Month(year, month) => Self::of(Shape::Month(year, month - 1)),
            Shape::Days => {
                let length = (self.end - self.start).num_days() as u64 + 1;
                Some(Self { shape: Shape::Days, start: self.start - Days::new(length), end: self.start - Days::new(1) })
            }
        }
        .expect("a year before a valid one is valid")
    }

    /// The same period of the year before.
    #[must_use]
    pub fn last_year(&self) -> Self {
        let shape = match self.shape {
            Shape::Year(year, kind) => Shape::Year(year - 1, kind),
            Shape::Half(year, half, kind) => Shape::Half(year - 1, half, kind),
            Shape::Quarter(year, quarter, kind) => Shape::Quarter(year - 1, quarter, kind),
            Shape::Month(year, month) => Shape::Month(year - 1, month),
            Shape::Days => {
                let (start, end) = (self.start - Months::new(12), self.end - Months::new(12));
                // Whole months stay whole: February may be longer than in this year.
                let is_whole = self.start.day() == 1 && (self.end + Days::new(1)).day() == 1;
                let last = (end + Days::new(1)).day() != 1 && is_whole;
                return Self { shape: Shape::Days, start, end: if last { end + Days::new(1) } else { end } };
            }
        };
        Self::of(shape).expect("a year before a valid one is valid")
    }

    /// The calendar months that the period covers, in order; the first and the last may be parts of a month.
    ///
    /// ```
    /// use cchc_model::Period;
    /// let quarter: Period = "2020-Q1@nd09".parse().unwrap();
    /// let months: Vec<String> = quarter.months().iter().map(ToString::to_string).collect();
    /// assert_eq!(months, ["2019-12-15..2019-12-31", "2020-01", "2020-02", "2020-03-01..2020-03-14"]);
    /// ```
    #[must_use]
    pub fn months(&self) -> Vec<Self> {
        let mut found = Vec::new();
        let mut day = self.start;
        while day <= self.end {
            let month = Self::of(Shape::Month(day.year(), day.month())).expect("the month of a day is valid");
            let (start, end) = (month.start.max(self.start), month.end.min(self.end));
            let whole = (start, end) == (month.start, month.end);
            day = month.end + Days::new(1);
            found.push(if whole { month } else { Self { shape: Shape::Days, start, end } });
        }
        found
    }

    /// The part of the period up to a day in it; all of it if that is its last.
    ///
    /// ```
    /// use cchc_model::Period;
    /// let year: Period = "2020".parse().unwrap();
    /// let june = chrono::NaiveDate::from_ymd_opt(2020, 6, 30).unwrap();
    /// assert_eq!(year.up_to(june).to_string(), "2020-01-01..2020-06-30");
    /// ```
    #[must_use]
    pub fn up_to(&self, day: NaiveDate) -> Self {
        if day < self.end {
            Self { shape: Shape::Days, start: self.start, end: day.max(self.start) }
        } else {
            self.clone()
        }
    }

    /// The day on which the reform report of the period is due: the 20th of its last month `[S]`; none for other periods.
    ///
    /// ```
    /// use cchc_model::Period;
    /// let third: Period = "2026-Q3@581".parse().unwrap();
    /// assert_eq!(third.report_due().unwrap().to_string(), "2026-09-20");
    /// assert_eq!("2026-Q3@nd09".parse::<Period>().unwrap().report_due(), None);
    /// ```
    #[must_use]
    pub fn report_due(&self) -> Option<NaiveDate> {
        match self.shape {
            Shape::Year(_, Year::Cv581) | Shape::Half(_, _, Year::Cv581) | Shape::Quarter(_, _, Year::Cv581) => {
                self.end.with_day(20)
            }
            _ => None,
        }
    }

    fn of(shape: Shape) -> Option<Self> {
        let (start, end) = match shape {
            Shape::Year(year, kind) => months(year, 1, 12, kind)?,
            Shape::Half(year, half, kind) => months(year, half * 6 - 5, 6, kind)?,
            Shape::Quarter(year, quarter, kind) => months(year, quarter * 3 - 2, 3, kind)?,
            Shape::Month(year, month) => months(year, month, 1, Year::Calendar)?,
            Shape::Days => return None,
        };
        Some(Self { shape, start, end })
    }
}

/// First and last day of `count` months from `first` on, shifted for the reporting year.
fn months(year: i32, first: u32, count: u32, kind: Year) -> Option<(NaiveDate, NaiveDate)> {
    let start = NaiveDate::from_ymd_opt(year, first, 1)?;
    let next = start.checked_add_months(Months::new(count))?;
    Some(match kind {
        Year::Calendar => (start, next - Days::new(1)),
        Year::Nd09 | Year::Cv581 => {
            let shift = |day: NaiveDate| (day - Months::new(1)).with_day(15);
            (shift(start)?, shift(next)? - Days::new(1))
        }
    })
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = if text.ends_with("@581") { PeriodError::NoReformReport } else { PeriodError::Unknown };
        parse(text).ok_or_else(|| error(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Period> {
    if let Some((start, end)) = text.split_once("..") {
        let (start, end) = (iso(start)?, iso(end)?);
        return (start <= end).then_some(Period { shape: Shape::Days, start, end });
    }
    let (body, kind) = match text.split_once('@') {
        None => (text, Year::Calendar),
        Some((body, "nd09")) => (body, Year::Nd09),
        Some((body, "581")) => (body, Year::Cv581),
        Some(_) => return None,
    };
    let (year, rest) = body.split_at_checked(4)?;
    if !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i32 = year.parse().ok()?;
    if !(1900..=2200).contains(&year) {
        return None;
    }
    let shape = match rest.as_bytes() {
        [] => Shape::Year(year, kind),
        [b'-', b'H', b'2'] | [b'-', b'Q', b'2' | b'4'] if kind == Year::Cv581 => return None,
        [b'-', b'H', half @ b'1'..=b'2'] => Shape::Half(year, u32::from(half - b'0'), kind),
        [b'-', b'Q', quarter @ b'1'..=b'4'] => Shape::Quarter(year, u32::from(quarter - b'0'), kind),
        [b'-', tens @ b'0'..=b'1', units @ b'0'..=b'9'] if kind == Year::Calendar => {
            Shape::Month(year, u32::from(tens - b'0') * 10 + u32::from(units - b'0'))
        }
        _ => return None,
    };
    Period::of(shape)
}

fn iso(text: &str) -> Option<NaiveDate> {
    (text.len() == 10)
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
        .filter(|day| (1900..=2200).contains(&day.year()))
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = |kind| match kind {
            Year::Calendar => "",
            Year::Nd09 => "@nd09",
            Year::Cv581 => "@581",
        };
        match self.shape {
            Shape::Year(year, kind) => write!(f, "{year}{}", suffix(kind)),
            Shape::Half(year, half, kind) => write!(f, "{year}-H{half}{}", suffix(kind)),
            Shape::Quarter(year, quarter, kind) => write!(f, "{year}-Q{quarter}{}", suffix(kind)),
            Shape::Month(year, month) => write!(f, "{year}-{month:02}"),
            Shape::Days => write!(f, "{}..{}", self.start, self.end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> (String, String) {
        let period: Period = text.parse().expect("a period");
        assert_eq!(period.to_string(), text);
        (period.start.to_string(), period.end.to_string())
    }

    #[test]
    fn periods_cover_their_days() {
        for (text, start, end) in [
            ("2023", "2023-01-01", "2023-12-31"),
            ("2023-H1", "2023-01-01", "2023-06-30"),
            ("2023-Q4", "2023-10-01", "2023-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2023-01-01..2023-04-13", "2023-01-01", "2023-04-13"),
            ("2020@nd09", "2019-12-15", "2020-12-14"),
            ("2020-H1@nd09", "2019-12-15", "2020-06-14"),
            ("2020-Q2@nd09", "2020-03-15", "2020-06-14"),
            ("2026-Q1@581", "2025-12-15", "2026-03-14"),
            ("2026-H1@581", "2025-12-15", "2026-06-14"),
            ("2026-Q3@581", "2026-06-15", "2026-09-14"),
            ("2026@581", "2025-12-15", "2026-12-14"),
        ] {
            assert_eq!(days(text), (start.to_owned(), end.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_period() {
        for text in [
            "",
            "23",
            "2023-13",
            "2023-00",
            "2023-Q5",
            "2023-q1",
            "2023-1",
            "2023-03@nd09",
            "2023@x",
            "2026-Q2@581",
            "2026-Q4@581",
            "2026-H2@581",
            "2026-03@581",
            "Q3@581",
            "@581",
            "2023-02-30..2023-03-01",
            "2023-04-01..2023-01-01",
            "２０２３",
            "2023-01-01",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn whole_months_of_the_year_before_are_whole() {
        for (period, last_year) in [
            ("2025-01-01..2025-02-28", "2024-01-01..2024-02-29"),
            ("2024-01-01..2024-02-29", "2023-01-01..2023-02-28"),
            ("2025-01-02..2025-02-28", "2024-01-02..2024-02-28"),
            ("2025-01-01..2025-04-13", "2024-01-01..2024-04-13"),
        ] {
            let period: Period = period.parse().expect("a period");
            assert_eq!(period.last_year().to_string(), last_year);
        }
    }

    #[test]
    fn the_first_quarter_follows_the_fourth_of_the_year_before() {
        let period: Period = "2020-Q1@nd09".parse().expect("a period");
        assert_eq!(period.before().to_string(), "2019-Q4@nd09");
        assert_eq!(period.last_year().to_string(), "2019-Q1@nd09");
    }

    #[test]
    fn reform_reports_follow_each_other_as_they_are_sent() {
        for (period, before, last_year, due) in [
            ("2026-Q1@581", "2025@581", "2025-Q1@581", "2026-03-20"),
            ("2026-H1@581", "2025@581", "2025-H1@581", "2026-06-20"),
            ("2026-Q3@581", "2026-H1@581", "2025-Q3@581", "2026-09-20"),
            ("2026@581", "2025@581", "2025@581", "2026-12-20"),
        ] {
            let period: Period = period.parse().expect("a period");
            let due_on = period.report_due().expect("a reform report is due").to_string();
            let found = (period.before().to_string(), period.last_year().to_string(), due_on);
            assert_eq!(found, (before.to_owned(), last_year.to_owned(), due.to_owned()));
        }
        let error = "Q2@581".parse::<Period>().expect_err("no report");
        assert!(error.to_string().contains("no Q2, Q4, H2"), "{error}");
    }
}
