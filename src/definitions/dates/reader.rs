//! Reads the dates of one source: by its patterns, with words beside them, and what no pattern fits.

use std::sync::OnceLock;

use super::words::Plain;
use super::{DateFault, DateSystem, DateWords, Field, Odd, Order, Pattern, SourceZone, read_dated, read_odd};

/// A date that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// Microseconds since 1970 on Vietnam's clocks.
    pub time: i64,
    /// The order of day and month that decided what it means.
    pub order: Order,
}

/// Reads the dates of one source.
#[derive(Debug, Clone)]
pub struct DateReader {
    patterns: Vec<Pattern>,
    /// The same with a two-digit year.
    short: Vec<Pattern>,
    words: DateWords,
    zone: Option<SourceZone>,
}

impl DateReader {
    /// The reader of a source that declares these patterns.
    #[must_use]
    pub fn new(patterns: &[String], words: &DateWords, zone: Option<SourceZone>) -> Self {
        let patterns: Vec<Pattern> = patterns.iter().filter_map(|pattern| Pattern::compile(pattern)).collect();
        Self {
            short: patterns.iter().filter_map(Pattern::with_short_year).collect(),
            patterns,
            words: words.clone(),
            zone,
        }
    }

    /// Reads a cleaned text by a pattern alone: nearly all dates.
    pub fn read(&self, text: &str) -> Result<Dated, DateFault> {
        read_dated(text, &self.patterns).map(|dated| Dated { time: self.local(dated.time, text), ..dated })
    }

    /// A time of a text without a zone on the clocks of Vietnam. A day alone stays that day.
    fn local(&self, time: i64, text: &str) -> i64 {
        let is_bare = text.bytes().all(|byte| byte.is_ascii_digit());
        // A count since 1970 is one of UTC by itself.
        let is_count = is_bare && self.patterns.iter().any(Pattern::is_epoch);
        let has_time = text.contains(':') || is_bare && text.len() > "yyyyMMdd".len();
        let zone = self.zone.filter(|_| has_time && !is_count);
        zone.and_then(|zone| zone.in_vietnam(time)).unwrap_or(time)
    }

    /// Reads a cell that no pattern fits: with words, with breaks inside, or without a date's format.
    pub fn read_odd(&self, cell: &str, text: &str, system: DateSystem) -> Result<(Odd, Order), DateFault> {
        match read_odd(text, &self.short, system) {
            Err(DateFault::Unreadable) => {}
            Ok(odd) => return Ok((odd, self.order_of_short(odd))),
            Err(fault) => return Err(fault),
        }
        match self.worded(text) {
            Err(DateFault::Unreadable) if cell.contains(['\n', '\r']) => {
                // A break inside of a number: `03/03/20` and `25` below it.
                let joined: String = cell.trim().chars().filter(|letter| !matches!(letter, '\n' | '\r')).collect();
                self.read(&joined).map(|dated| (Odd::Zoned(dated.time), dated.order)).or_else(|_| self.worded(&joined))
            }
            read => read,
        }
    }

    /// Whether a text is a date of some kind, if only an impossible one.
    #[must_use]
    pub fn is_date(&self, cell: &str, text: &str, system: DateSystem) -> bool {
        self.read(text) != Err(DateFault::Unreadable) || self.read_odd(cell, text, system) != Err(DateFault::Unreadable)
    }

    fn order_of_short(&self, odd: Odd) -> Order {
        match odd {
            Odd::ShortYear(_) => self.short.first().map_or(Order::Certain, Pattern::order),
            _ => Order::Certain,
        }
    }

    fn worded(&self, text: &str) -> Result<(Odd, Order), DateFault> {
        let plain = self.words.plain(text).ok_or(DateFault::Unreadable)?;
        if plain.text == text && plain.half.is_none() && plain.zone.is_none() {
            return Err(DateFault::Unreadable);
        }
        let is_short = |pattern: &Pattern| self.short.contains(pattern);
        let patterns = self.patterns.iter().chain(named()).chain(super::iso()).chain(&self.short);
        let mut fault = DateFault::Unreadable;
        for pattern in patterns {
            let Some(time) = time_of(pattern, &plain) else { continue };
            match time {
                Ok(time) if is_short(pattern) => return Ok((Odd::ShortYear(time), pattern.order)),
                Ok(time) => {
                    let time = if plain.zone.is_some() { time } else { self.local(time, &plain.text) };
                    let order = if plain.zone.is_some() { Order::Certain } else { pattern.order };
                    return Ok((Odd::Zoned(time), order));
                }
                Err(found) => {
                    fault = found;
                    break;
                }
            }
        }
        Err(fault)
    }
}

/// The time of a text by a pattern; `None` where it has not its shape.
fn time_of(pattern: &Pattern, plain: &Plain) -> Option<Result<i64, DateFault>> {
    let mut fields = pattern.fields(plain.text.as_bytes())?;
    let has_time = pattern.place(Field::Hour).is_some();
    if pattern.is_bare() && !super::THINKABLE_YEARS.contains(&fields.get(Field::Year)) {
        return Some(Err(DateFault::Unreadable));
    }
    if let Some(half) = plain.half {
        if !has_time {
            return Some(Err(DateFault::Unreadable));
        }
        match half.hour(fields.get(Field::Hour)) {
            Some(hour) => fields.0[Field::Hour as usize] = hour,
            None => return Some(Err(DateFault::Impossible)),
        }
    }
    let time = match fields.microseconds(pattern.order) {
        Ok(time) => time,
        Err(fault) => return Some(Err(fault)),
    };
    let zone = plain.zone.filter(|_| has_time);
    Some(zone.map_or(Some(time), |zone| zone.in_vietnam(time)).ok_or(DateFault::Impossible))
}

/// Dates with the month in words, in the orders in which people and programs write them.
fn named() -> &'static [Pattern] {
    static NAMED: OnceLock<Vec<Pattern>> = OnceLock::new();
    NAMED.get_or_init(|| {
        let days = [
            "d MMM yyyy",
            "d-MMM-yyyy",
            "d/MMM/yyyy",
            "dMMM/yyyy",
            "d.MMM.yyyy",
            "dMMM yyyy",
            "MMM d yyyy",
            "MMM-d-yyyy",
            "MMM/d/yyyy",
            "yyyy MMM d",
            "yyyy-MMM-d",
            "dMMMyyyy",
        ];
        let times = ["", "HH:mm", "HH:mm:ss"];
        let both = |day: &str, time: &str| match time {
            "" => vec![day.to_owned()],
            time => vec![format!("{day} {time}"), format!("{time} {day}")],
        };
        let written = days.iter().flat_map(|day| times.iter().flat_map(move |time| both(day, time)));
        let unix = ["MMM d HH:mm:ss yyyy".to_owned()];
        written.chain(unix).filter_map(|pattern| Pattern::compile(&pattern)).collect()
    })
}
