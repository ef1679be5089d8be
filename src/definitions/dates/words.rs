//! Brings a date with words in it (clocks of 12 hours, names of months and zones) to the digits that patterns read.

use chrono::{NaiveDateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Stands before a month that was written as a word: where it stands, no order of day and month is in doubt.
pub(super) const NAMED: u8 = 1;
/// Vietnam is seven hours ahead of UTC and has no summer time.
pub(super) const VIETNAM: i64 = 7 * 3600;

/// Words in dates, in lower case and composed; read from `queries/reading.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateWords {
    /// Words for the hours before noon.
    morning: Vec<String>,
    /// Words for the hours from noon on.
    afternoon: Vec<String>,
    /// Words before the number of a month.
    month: Vec<String>,
    /// Names of months.
    months: BTreeMap<String, u32>,
    /// Words between hours and minutes.
    hour: Vec<String>,
    /// Words that say nothing: days of the week, "day", "year".
    without_meaning: Vec<String>,
    /// Names of zones → minutes ahead of UTC.
    zones: BTreeMap<String, i64>,
}

/// A date of which only digits are left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain {
    pub text: String,
    pub half: Option<Half>,
    pub zone: Option<Zone>,
}

/// Half of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// Where the clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// Seconds ahead of UTC.
    Ahead(i64),
    Named(Tz),
}

/// The zone that a source declares for dates that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceZone(Zone);

impl SourceZone {
    /// The zone of that name: `UTC`, `Asia/Tokyo`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Zone::of_region(name).map(Self)
    }

    /// Microseconds of the clocks of Vietnam for microseconds of this zone's.
    pub(super) fn in_vietnam(self, micros: i64) -> Option<i64> {
        self.0.in_vietnam(micros)
    }
}

/// What a word means.
#[derive(Clone, Copy)]
enum Meaning {
    Half(Half),
    Month(u32),
    MonthNumber,
    Hour,
    Nothing,
    Zone(i64),
}

impl Half {
    /// The hour of 24 of one of 12: 12 in the morning is midnight, 12 in the afternoon noon. Some systems write both kinds at
    /// once (14:30 in the afternoon); 14:30 in the morning is no time.
    pub fn hour(self, hour: u32) -> Option<u32> {
        match (self, hour) {
            (Self::Morning, 12) => Some(0),
            (Self::Morning, 0..=11) | (Self::Afternoon, 12..=23) => Some(hour),
            (Self::Afternoon, 0..=11) => Some(hour + 12),
            _ => None,
        }
    }
}

impl Zone {
    /// The zone of a region, by its name.
    fn of_region(name: &str) -> Option<Self> {
        TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name)).map(|zone| Self::Named(*zone))
    }

    /// Microseconds of the clocks of Vietnam for microseconds of this zone's.
    pub fn in_vietnam(self, micros: i64) -> Option<i64> {
        let ahead = match self {
            Self::Ahead(seconds) => seconds,
            Self::Named(zone) => {
                let local: NaiveDateTime = chrono::DateTime::from_timestamp_micros(micros)?.naive_utc();
                i64::from(zone.offset_from_local_datetime(&local).earliest()?.fix().local_minus_utc())
            }
        };
        Some(micros + (VIETNAM - ahead) * 1_000_000)
    }
}

impl DateWords {
    /// The digits of a cleaned text with words, breaks or fractions in it; `None` where a word is unknown.
    pub(super) fn plain(&self, text: &str) -> Option<Plain> {
        let mut rewriter = Rewriter { words: self, out: String::with_capacity(text.len()), half: None, zone: None };
        rewriter.take(&text.to_lowercase())?;
        let Rewriter { out, half, zone, .. } = rewriter;
        Some(Plain { text: tightened(&out), half, zone })
    }

    /// The text in digits, as patterns see it; for those who show which patterns occur.
    #[must_use]
    pub fn digits(&self, text: &str) -> Option<String> {
        self.plain(text).map(|plain| plain.text)
    }

    /// The longest known word at the start of a text, with its length.
    fn word(&self, text: &str) -> Option<(usize, Meaning)> {
        let list = |words: &'_ [String], meaning| longest(words.iter(), text).map(|length| (length, meaning));
        let halves = [
            list(&self.morning, Meaning::Half(Half::Morning)),
            list(&self.afternoon, Meaning::Half(Half::Afternoon)),
            list(&self.month, Meaning::MonthNumber),
            list(&self.hour, Meaning::Hour),
            list(&self.without_meaning, Meaning::Nothing),
        ];
        let month =
            longest(self.months.keys(), text).map(|length| (length, Meaning::Month(self.months[&text[..length]])));
        let zone = longest(self.zones.keys(), text).map(|length| (length, Meaning::Zone(self.zones[&text[..length]])));
        halves.into_iter().chain([month, zone]).flatten().max_by_key(|(length, _)| *length)
    }
}

/// Bytes of the longest of some words that a text begins with, as a word of its own.
fn longest<'w>(words: impl Iterator<Item = &'w String>, text: &str) -> Option<usize> {
    let begins = |word: &&String| {
        let after = text.strip_prefix(word.as_str());
        after.is_some_and(|after| !after.starts_with(char::is_alphabetic) || !word.ends_with(char::is_alphabetic))
    };
    words.filter(begins).map(String::len).max()
}

/// A text on its way to digits.
struct Rewriter<'w> {
    words: &'w DateWords,
    out: String,
    half: Option<Half>,
    zone: Option<Zone>,
}

impl Rewriter<'_> {
    fn take(&mut self, text: &str) -> Option<()> {
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if letter == '(' && self.zone.is_some() && rest.ends_with(')') {
                // A date of JavaScript names its zone twice.
                return Some(());
            }
            let used = if letter.is_alphabetic() { self.letters(rest)? } else { self.mark(letter, rest)? };
            rest = &rest[used..];
        }
        Some(())
    }

    /// Takes a word; gives its bytes.
    fn letters(&mut self, rest: &str) -> Option<usize> {
        let after_number = self.out.ends_with(|last: char| last.is_ascii_digit());
        if after_number && rest.starts_with('t') && rest[1..].starts_with(|next: char| next.is_ascii_digit()) {
            self.out.push('T');
            return Some(1);
        }
        if let Some(used) = self.region(rest) {
            return Some(used);
        }
        let (length, meaning) = self.words.word(rest)?;
        let after = &rest[length..];
        let blanks = after.len() - after.trim_start_matches([' ', '.']).len();
        let digits = after[blanks..].bytes().take_while(u8::is_ascii_digit).count();
        match meaning {
            Meaning::Half(half) if self.half.is_none() => {
                self.half = Some(half);
                self.out.push(' ');
                Some(length)
            }
            Meaning::Month(month) => self.month(month).map(|()| length),
            Meaning::MonthNumber => {
                self.month(after[blanks..][..digits].parse().ok()?)?;
                Some(length + blanks + digits)
            }
            Meaning::Hour if self.out.trim_end().ends_with(|last: char| last.is_ascii_digit()) => {
                self.out.truncate(self.out.trim_end().len());
                let minutes = matches!(digits, 1 | 2) && !after[blanks + digits..].starts_with(['/', '-', '.']);
                self.out.push_str(if minutes { ":" } else { ":00 " });
                Some(length + if minutes { blanks } else { 0 })
            }
            Meaning::Half(_) | Meaning::Hour => None,
            Meaning::Nothing => {
                self.out.push(' ');
                Some(length)
            }
            Meaning::Zone(minutes) => self.zone(minutes, after).map(|used| length + used),
        }
    }

    fn month(&mut self, month: u32) -> Option<()> {
        (1..=12).contains(&month).then(|| {
            self.out.push(char::from(NAMED));
            self.out.push_str(&format!("{month:02}"));
        })
    }

    /// A zone with what it is ahead (`GMT+7`); gives the bytes of that.
    fn zone(&mut self, minutes: i64, after: &str) -> Option<usize> {
        let end = after.find(|letter: char| !matches!(letter, '+' | '-' | ':' | '0'..='9')).unwrap_or(after.len());
        let (ahead, used) = match &after[..end] {
            offset if offset.starts_with(['+', '-']) => (seconds_ahead(offset)?, end),
            _ => (0, 0),
        };
        self.set(Zone::Ahead(minutes * 60 + ahead))?;
        Some(used)
    }

    /// A zone by the name of its region (`Asia/Ho_Chi_Minh`); gives its bytes.
    fn region(&mut self, rest: &str) -> Option<usize> {
        let end = rest
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || "/_-+".contains(letter)))
            .unwrap_or(rest.len());
        let name = rest[..end].contains('/').then_some(&rest[..end])?;
        self.set(Zone::of_region(name)?)?;
        Some(end)
    }

    fn set(&mut self, zone: Zone) -> Option<()> {
        self.out.push(' ');
        self.zone.is_none().then(|| self.zone = Some(zone))
    }

    /// Takes a character that is no letter; gives its bytes.
    fn mark(&mut self, letter: char, rest: &str) -> Option<usize> {
        let has_time = self.out.contains(':') && self.out.trim_end().ends_with(|last: char| last.is_ascii_digit());
        if has_time && matches!(letter, '+' | '-') && self.zone.is_none() {
            let end = rest.find(' ').unwrap_or(rest.len());
            if let Some(ahead) = seconds_ahead(&rest[..end]) {
                self.set(Zone::Ahead(ahead))?;
                return Some(end);
            }
        }
        let is_fraction = letter == '.' && self.out.rsplit(' ').next().is_some_and(is_time_of_seconds);
        if is_fraction && rest[1..].starts_with(|next: char| next.is_ascii_digit()) {
            return Some(1 + rest[1..].bytes().take_while(u8::is_ascii_digit).count());
        }
        if !letter.is_ascii() || u32::from(letter) == u32::from(NAMED) {
            return None;
        }
        self.out.push(if letter == ',' { ' ' } else { letter });
        Some(letter.len_utf8())
    }
}

/// Whether a text ends with `HH:mm:ss`.
fn is_time_of_seconds(text: &str) -> bool {
    let time = text.rsplit('T').next().unwrap_or(text);
    time.split(':').count() == 3 && time.split(':').all(|part| matches!(part.len(), 1 | 2))
}

/// Seconds by which a zone is ahead of UTC: `+07:00`, `+0700`, `-05`, `+7`.
pub(super) fn seconds_ahead(offset: &str) -> Option<i64> {
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits = offset.get(1..)?.replacen(':', "", 1);
    if !matches!(digits.len(), 1 | 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let (hours, minutes) = if digits.len() == 4 { (number / 100, number % 100) } else { (number, 0) };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Without blanks beside the marks of dates and times, single blanks elsewhere.
fn tightened(text: &str) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    // `03/03/2025 - 08:15`: this hyphen parts day and time.
    if text.contains('/') || text.contains(char::from(NAMED)) && !text.contains("- \u{1}") {
        words.retain(|word| *word != "-");
    }
    let mut out = String::with_capacity(text.len());
    let mark = |letter: char| matches!(letter, '/' | ':' | '.' | '-');
    for word in words {
        let joins = out.ends_with(mark) || word.starts_with(mark);
        if !out.is_empty() && !joins {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
