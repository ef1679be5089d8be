//! Columns that follow from others of the row: the key made of several, the days of a period, minutes between two times,
//! and the rules that a figure may not exceed another.

use super::{Typed, TypedBatch};
use crate::batch::{Batch, CellFault};
use crate::raw::TextColumn;
use cchc_definitions::dates::DAY;
use cchc_definitions::{Given, Unknown};
use cchc_model::{ColumnType, Period};

/// Separates the parts of a made key; no code holds it.
const BETWEEN: char = '|';

/// Tables of declared figures, of which one without a day counts in every period.
const DECLARED_TABLES: [&str; 2] = ["declared", "criteria"];

impl TypedBatch<'_> {
    /// Adds everything that follows from the typed columns of a batch.
    pub fn compute(&mut self, batch: &mut Batch<'_, '_>) {
        self.check_most(batch);
        self.spans();
        self.check_days(batch);
        self.minutes(batch);
        self.keys(batch);
    }

    /// First and last day of each row's period; a period of one day is that day.
    fn spans(&mut self) {
        let Some(span) = self.source.table.span else { return };
        let Some(at) = self.position(span.period) else { return };
        let Some(Typed::Text(periods)) = &self.columns[at] else { return };
        let micros = |day: chrono::NaiveDate| i64::from(day.to_epoch_days()) * DAY;
        let days: Vec<Option<(i64, i64)>> = self.distinct[at]
            .iter()
            .map(|text| text.parse().ok().map(|period: Period| (micros(period.start), micros(period.end))))
            .collect();
        let fed = |name: &str, row: usize| self.times(name).and_then(|(_, times)| times[row]);
        let (mut from, mut to) = (Vec::with_capacity(periods.len()), Vec::with_capacity(periods.len()));
        for (row, period) in periods.iter().enumerate() {
            // A day that is stated says more than the period around it ("năm 2020, số liệu đến ngày 30/06/2020").
            let days = period.and_then(|id| days[id as usize]).filter(|_| fed(span.to, row).is_none());
            from.push(days.map_or_else(|| fed(span.from, row), |(start, end)| Some(start).filter(|_| start != end)));
            to.push(days.map_or_else(|| fed(span.to, row), |(_, end)| Some(end)));
        }
        self.computed.extend([(span.from, Typed::Time(from)), (span.to, Typed::Time(to))]);
    }

    /// A declared figure without period and day counts in every period; any other row would count in none, and is
    /// refused.
    fn check_days(&self, batch: &mut Batch<'_, '_>) {
        let table = self.source.table;
        let Some(span) = table.span.filter(|_| self.column(table.key).is_none()) else { return };
        let has_day = |row: usize| {
            [span.from, span.to]
                .iter()
                .any(|name| matches!(self.stored(name), Some(Typed::Time(days)) if days[row].is_some()))
        };
        let undated: Vec<usize> = (0..batch.height()).filter(|row| !has_day(*row)).collect();
        let blamed = [span.period, span.to, span.from].into_iter().filter(|name| self.column(name).is_some());
        let blamed = blamed.chain([span.period]).find_map(|name| self.position(name)).unwrap_or_default();
        let mut before = None;
        for row in undated {
            let number = batch.raw.rows[row];
            if !DECLARED_TABLES.contains(&table.name) {
                batch.refuse(CellFault::new(row, "missing_value", blamed));
            } else if before != Some(number) {
                batch.warnings.add("no_period", "", "", number, "");
                before = Some(number);
            }
        }
    }

    fn minutes(&mut self, batch: &mut Batch<'_, '_>) {
        let source = self.source;
        for (name, given) in &source.layout.given {
            let Given::Minutes(from, to) = given else { continue };
            // A column that the sheet has is not computed.
            let Some(column) = source.table.column(name).filter(|_| self.column(name).is_none()) else { continue };
            let (Some((_, starts)), Some((end_at, ends))) = (self.times(from), self.times(to)) else { continue };
            let mut minutes = Vec::with_capacity(starts.len());
            for (row, (start, end)) in starts.iter().zip(ends).enumerate() {
                let between = start.zip(*end).map(|(start, end)| (end - start) as f64 / 60_000_000.0);
                if between.is_some_and(|minutes| minutes < 0.0) {
                    batch.warn("ends_before_it_begins", end_at, row, "");
                }
                minutes.push(between.filter(|minutes| *minutes >= 0.0));
            }
            let minutes = match column.kind {
                ColumnType::Int => {
                    Typed::Int(minutes.into_iter().map(|value| value.map(|value| value as i64)).collect())
                }
                _ => Typed::Float(minutes),
            };
            self.computed.push((column.name, minutes));
        }
    }

    /// The key of each row, where no heading feeds it. What a key is made of and the source requires may not be empty.
    fn keys(&mut self, batch: &mut Batch<'_, '_>) {
        let (source, table) = (self.source, self.source.table);
        if self.column(table.key).is_some() {
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
        let mut keys = TextColumn::default();
        for row in 0..batch.height() {
            let mut key = String::new();
            for (place, name) in parts.iter().enumerate() {
                let text = self.key_part(name, row);
                if text.is_empty() && source.required.iter().any(|required| required == name) {
                    batch.refuse(CellFault::new(row, "missing_value", self.position(name).unwrap_or(0)));
                }
                if place > 0 {
                    key.push(BETWEEN);
                }
                key.push_str(&text);
            }
            keys.push(&key);
        }
        self.computed.push((table.key, Typed::Key(keys)));
    }

    /// A value as a part of a key.
    fn key_part(&self, name: &str, row: usize) -> String {
        fn shown<T: ToString>(value: Option<T>) -> String {
            value.map_or_else(String::new, |value| value.to_string())
        }
        match self.stored(name) {
            None => String::new(),
            Some(Typed::Text(_)) => shown(self.position(name).and_then(|at| self.text(at, row))),
            Some(Typed::Key(keys)) => keys.get(row).to_owned(),
            Some(Typed::Int(values)) => shown(values[row]),
            Some(Typed::Float(values)) => shown(values[row]),
            Some(Typed::Bool(values)) => shown(values[row]),
            Some(Typed::Time(values)) => shown(values[row].map(time)),
        }
    }

    /// Points above the maximum, electronic documents above all documents …
    fn check_most(&self, batch: &mut Batch<'_, '_>) {
        for (at, column) in self.source.columns.iter().enumerate() {
            let Some(most) = &column.at_most else { continue };
            let (Some(values), Some(most_at)) = (&self.columns[at], self.position(most)) else { continue };
            let Some(limits) = &self.columns[most_at] else { continue };
            let above = (0..batch.height())
                .filter_map(|row| Some((row, float(values, row)?, float(limits, row)?)))
                .filter(|(_, value, limit)| value > limit);
            for (row, value, limit) in above {
                if column.unknown == Unknown::Reject {
                    let fault = CellFault::new(row, "above_maximum", at);
                    batch.refuse(fault.with_value(value.to_string()).with_hint(limit.to_string()));
                } else {
                    let limit = batch.heading(most_at, row);
                    batch.warn("above_total", at, row, &limit);
                }
            }
        }
    }

    /// A column as it will be stored: the computed one, else that of the sheet.
    pub(super) fn stored(&self, name: &str) -> Option<&Typed> {
        let computed = self.computed.iter().find(|(column, _)| *column == name).map(|(_, typed)| typed);
        computed.or_else(|| self.column(name))
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
