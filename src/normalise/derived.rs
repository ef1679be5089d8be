//! Columns that follow from others of the row: the key made of several, the days of a period, minutes between two times,
//! and the rules that a figure may not exceed another.

use super::columns::{CellFault, Normaliser, Typed};
use super::raw::{RawBatch, TextColumn};
use cchc_definitions::dates::DAY;
use cchc_definitions::{Given, Unknown};
use cchc_model::{Kind, Period};

/// Separates the parts of a made key; no code holds it.
const BETWEEN: char = '|';

/// Tables of statements, of which one without a day counts in every period.
const STATED: [&str; 2] = ["declared", "criteria"];

/// Columns of the table that no column of the source feeds, by name.
pub(super) type Derived = Vec<(&'static str, Typed)>;

impl Normaliser<'_> {
    /// Everything that follows from the typed columns of a batch.
    pub(super) fn derive(&mut self, typed: &[Option<Typed>], raw: &RawBatch, faults: &mut Vec<CellFault>) -> Derived {
        self.check_most(typed, raw, faults);
        let mut derived = self.spans(typed, raw.rows.len());
        self.check_days(&derived, typed, raw, faults);
        self.minutes(typed, raw, &mut derived);
        self.keys(typed, raw, &mut derived, faults);
        derived
    }

    /// First and last day of each row's period; a period of one day is that day.
    fn spans(&self, typed: &[Option<Typed>], height: usize) -> Derived {
        let Some(span) = self.source.table.span else { return Vec::new() };
        let Some(Typed::Text(periods)) = self.typed(typed, span.period) else { return Vec::new() };
        let at = self.position(span.period).expect("a typed column is one of the source");
        let micros = |day: chrono::NaiveDate| i64::from(day.to_epoch_days()) * DAY;
        let days: Vec<Option<(i64, i64)>> = self.distinct[at]
            .iter()
            .map(|text| text.parse().ok().map(|period: Period| (micros(period.start), micros(period.end))))
            .collect();
        let fed = |name: &str, row: usize| match self.typed(typed, name) {
            Some(Typed::Time(times)) => times[row],
            _ => None,
        };
        let (mut from, mut to) = (Vec::with_capacity(height), Vec::with_capacity(height));
        for (row, period) in periods.iter().enumerate() {
            // A day that is stated says more than the period around it ("năm 2020, số liệu đến ngày 30/06/2020").
            let days = period.and_then(|id| days[id as usize]).filter(|_| fed(span.to, row).is_none());
            from.push(days.map_or_else(|| fed(span.from, row), |(start, end)| Some(start).filter(|_| start != end)));
            to.push(days.map_or_else(|| fed(span.to, row), |(_, end)| Some(end)));
        }
        vec![(span.from, Typed::Time(from)), (span.to, Typed::Time(to))]
    }

    /// A statement of no period and no day counts in every period; anything else would count in none, and is refused.
    fn check_days(&mut self, derived: &Derived, typed: &[Option<Typed>], raw: &RawBatch, faults: &mut Vec<CellFault>) {
        let table = self.source.table;
        let Some(span) = table.span.filter(|_| !self.is_fed(table.key, typed)) else { return };
        let times = |name: &str| {
            let made = derived.iter().find(|(column, _)| *column == name).map(|(_, typed)| typed);
            match made.or_else(|| self.typed(typed, name)) {
                Some(Typed::Time(times)) => Some(times),
                _ => None,
            }
        };
        let (from, to) = (times(span.from), times(span.to));
        let has_day = |row: usize| [from, to].into_iter().flatten().any(|times| times[row].is_some());
        let undated: Vec<usize> = (0..raw.rows.len()).filter(|row| !has_day(*row)).collect();
        let blamed = [span.period, span.to, span.from].into_iter().filter(|name| self.is_fed(name, typed));
        let blamed = blamed.chain([span.period]).find_map(|name| self.position(name)).unwrap_or_default();
        let mut before = None;
        for row in undated {
            if !STATED.contains(&table.name) {
                faults.push(CellFault::new(row, "missing_value", blamed));
            } else if before != Some(raw.rows[row]) {
                self.warn("no_period", "", "", raw.rows[row], "");
                before = Some(raw.rows[row]);
            }
        }
    }

    fn is_fed(&self, name: &str, typed: &[Option<Typed>]) -> bool {
        self.source.columns.iter().zip(typed).any(|(column, typed)| column.name == name && typed.is_some())
    }

    fn minutes(&mut self, typed: &[Option<Typed>], raw: &RawBatch, derived: &mut Derived) {
        let source = self.source;
        for (name, given) in &source.layout.given {
            let Given::Minutes(from, to) = given else { continue };
            // What the sheet states itself is not computed.
            let Some(column) = source.table.column(name).filter(|_| self.typed(typed, name).is_none()) else {
                continue;
            };
            let (Some(Typed::Time(starts)), Some(Typed::Time(ends))) = (self.typed(typed, from), self.typed(typed, to))
            else {
                continue;
            };
            let mut minutes = Vec::with_capacity(starts.len());
            for (row, (start, end)) in starts.iter().zip(ends).enumerate() {
                let between = start.zip(*end).map(|(start, end)| (end - start) as f64 / 60_000_000.0);
                if between.is_some_and(|minutes| minutes < 0.0) {
                    let heading = self.heading_of(to, raw, row);
                    self.warn("ends_before_it_begins", &heading, "", raw.rows[row], "");
                }
                minutes.push(between.filter(|minutes| *minutes >= 0.0));
            }
            let minutes = match column.kind {
                Kind::Int => Typed::Int(minutes.into_iter().map(|value| value.map(|value| value as i64)).collect()),
                _ => Typed::Float(minutes),
            };
            derived.push((column.name, minutes));
        }
    }

    /// The key of each row, where no heading feeds it. What a key is made of and the source requires may not be empty.
    fn keys(&self, typed: &[Option<Typed>], raw: &RawBatch, derived: &mut Derived, faults: &mut Vec<CellFault>) {
        let (source, table) = (self.source, self.source.table);
        if self.is_fed(table.key, typed) {
            return;
        }
        let parts: Vec<&str> = if source.layout.key.is_empty() {
            table.made_of.to_vec()
        } else {
            source.layout.key.iter().map(String::as_str).collect()
        };
        if parts.is_empty() {
            return;
        }
        let part = |name: &str, row: usize| -> String {
            let made = derived.iter().find(|(column, _)| *column == name).map(|(_, typed)| typed);
            let Some(typed) = made.or_else(|| self.typed(typed, name)) else { return String::new() };
            match typed {
                Typed::Text(ids) => {
                    let at = self.position(name).expect("a typed column is one of the source");
                    ids[row].map_or_else(String::new, |id| self.distinct[at][id as usize].clone())
                }
                Typed::Key(keys) => keys.get(row).to_owned(),
                Typed::Int(values) => values[row].map_or_else(String::new, |value| value.to_string()),
                Typed::Float(values) => values[row].map_or_else(String::new, |value| value.to_string()),
                Typed::Bool(values) => values[row].map_or_else(String::new, |value| value.to_string()),
                Typed::Time(values) => values[row].map_or_else(String::new, time),
            }
        };
        let mut keys = TextColumn::default();
        for row in 0..raw.rows.len() {
            let mut key = String::new();
            for (place, name) in parts.iter().enumerate() {
                let text = part(name, row);
                if text.is_empty() && source.required.iter().any(|required| required == name) {
                    let at = self.position(name).unwrap_or(0);
                    faults.push(CellFault::new(row, "missing_value", at));
                }
                if place > 0 {
                    key.push(BETWEEN);
                }
                key.push_str(&text);
            }
            keys.push(&key);
        }
        derived.push((table.key, Typed::Key(keys)));
    }

    /// Points above the maximum, electronic documents above all documents …
    fn check_most(&mut self, typed: &[Option<Typed>], raw: &RawBatch, faults: &mut Vec<CellFault>) {
        let source = self.source;
        for (at, column) in source.columns.iter().enumerate() {
            let Some(most) = &column.at_most else { continue };
            let (Some(values), Some(limits)) = (typed[at].as_ref(), self.typed(typed, most)) else { continue };
            let above: Vec<(usize, f64, f64)> = (0..raw.rows.len())
                .filter_map(|row| Some((row, float(values, row)?, float(limits, row)?)))
                .filter(|(_, value, limit)| value > limit)
                .collect();
            for (row, value, limit) in above {
                if column.unknown == Unknown::Reject {
                    let (value, hint) = (value.to_string(), limit.to_string());
                    faults.push(CellFault { row, rule: "above_maximum", column: at, value, hint });
                } else {
                    let heading = self.heading(at, raw, row);
                    self.warn("above_total", &heading, "", raw.rows[row], &self.heading_of(most, raw, row));
                }
            }
        }
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.source.columns.iter().position(|column| column.name == name)
    }

    fn typed<'t>(&self, typed: &'t [Option<Typed>], name: &str) -> Option<&'t Typed> {
        typed[self.position(name)?].as_ref()
    }

    fn heading_of(&self, name: &str, raw: &RawBatch, row: usize) -> String {
        self.position(name).map_or_else(|| name.to_owned(), |at| self.heading(at, raw, row))
    }
}

fn float(typed: &Typed, row: usize) -> Option<f64> {
    match typed {
        Typed::Float(values) => values[row],
        Typed::Int(values) => values[row].map(|value| value as f64),
        _ => None,
    }
}

/// A time as ISO text; midnight is the day alone.
fn time(micros: i64) -> String {
    let time = chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default();
    if micros.rem_euclid(DAY) == 0 {
        time.format("%Y-%m-%d").to_string()
    } else {
        time.format("%Y-%m-%dT%H:%M:%S").to_string()
    }
}
