//! Puts measured tables together as one system of lines and slots, with every sum that anybody can form between them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::counts::{CountRow, CountTable};
use super::lines::{Lines, line_of};
use super::slots::{Slot, When, slot_of};
use super::spans::nested;
use cchc_disclosure::{Cell, Standing, Suppression, Tables, sums};

/// The measured tables as one system.
#[derive(Debug, Default)]
pub(crate) struct System {
    pub tables: Tables,
    pub lines: Lines,
    pub slots: BTreeMap<Slot, usize>,
    /// Measured counts by line and slot.
    values: BTreeMap<String, BTreeMap<usize, i64>>,
    costs: Vec<u32>,
}

impl System {
    /// Puts tables together; `earlier` says of a line and a slot whether it was shown (or hidden) before.
    ///
    /// # Errors
    /// Periods overlap, and neither holds the other: what follows from both cannot be told.
    pub fn of(
        measured: &[CountTable],
        parent: &dyn Fn(&str) -> Option<String>,
        earlier: &dyn Fn(&str, &Slot) -> Option<bool>,
    ) -> Result<Self, String> {
        let mut system = Self::default();
        for table in measured {
            system.add_values(table);
        }
        let spans = system.spans()?;
        let sums_of_slots = system.column_sums(measured).into_iter().chain(spans).chain(system.carried()).collect();
        let lines: BTreeSet<String> = system.values.keys().cloned().collect();
        let kinds = measured.iter().flat_map(|table| &table.rows).filter_map(|row| {
            Some((row.unit.unit_code.clone(), row.unit.kind.clone().filter(|_| row.group.is_none())?))
        });
        system.lines = Lines::of(&lines, &kinds.collect(), parent);
        system.fill_lines();
        system.fill(sums_of_slots, earlier);
        Ok(system)
    }

    /// What was decided before, if all that is told was told before.
    pub fn told_before(&self) -> Option<Suppression> {
        let places = 0..self.lines.lines().len() * self.tables.width();
        let cell = |at: usize| self.tables.cell(at / self.tables.width(), at % self.tables.width());
        let standing = |at: usize| cell(at).map(|cell| cell.standing);
        let is_old = places.clone().all(|at| standing(at) != Some(Standing::Open));
        is_old.then(|| Suppression {
            hidden: places.map(|at| standing(at) == Some(Standing::Hidden)).collect(),
            unprotected: Vec::new(),
        })
    }

    fn slot(&mut self, slot: Slot, cost: u32) -> usize {
        let next = self.slots.len();
        let at = *self.slots.entry(slot).or_insert(next);
        if at == next {
            self.costs.push(cost);
        }
        at
    }

    fn add_values(&mut self, table: &CountTable) {
        for row in &table.rows {
            let period = &table.periods[row.period];
            let line = line_of(&row.unit.unit_code, row.group.as_deref(), table.asked.by, table.asked.children);
            for (column, count) in table.columns.iter().zip(&row.counts) {
                let Some(count) = count else { continue };
                let days = (period.end - period.start).num_days();
                let cost = column.cost * [1, 2, 3][usize::from(days > 31) + usize::from(days > 93)];
                let slot = self.slot(slot_of(column, (period.start, period.end)), cost);
                self.values.entry(line.clone()).or_default().insert(slot, *count);
            }
        }
    }

    /// Sums of columns that hold in every row of the periods that have the same columns.
    fn column_sums(&self, measured: &[CountTable]) -> Vec<(usize, Vec<usize>)> {
        let mut columns: BTreeMap<(NaiveDate, NaiveDate), BTreeMap<String, usize>> = BTreeMap::new();
        for table in measured {
            for period in &table.periods {
                let of = columns.entry((period.start, period.end)).or_default();
                for column in &table.columns {
                    if let Some(slot) = self.slots.get(&slot_of(column, (period.start, period.end))) {
                        of.insert(column.key.clone(), *slot);
                    }
                }
            }
        }
        let mut frames: BTreeMap<Vec<&String>, Vec<&BTreeMap<String, usize>>> = BTreeMap::new();
        for of in columns.values() {
            frames.entry(of.keys().collect()).or_default().push(of);
        }
        let mut found = Vec::new();
        for (keys, periods) in frames {
            let counts: Vec<Vec<i64>> = keys.iter().map(|key| self.column(key, &periods)).collect();
            let counts: Vec<&[i64]> = counts.iter().map(Vec::as_slice).collect();
            for sum in sums(&counts) {
                let slot = |of: &BTreeMap<String, usize>, column: usize| of[keys[column]];
                found.extend(
                    periods
                        .iter()
                        .map(|of| (slot(of, sum.whole), sum.parts.iter().map(|part| slot(of, *part)).collect())),
                );
            }
        }
        found
    }

    fn column(&self, key: &str, periods: &[&BTreeMap<String, usize>]) -> Vec<i64> {
        let lines = self.values.values();
        lines.flat_map(|line| periods.iter().map(|of| line.get(&of[key]).copied().unwrap_or(0))).collect()
    }

    /// Longer spans as sums of the shorter ones in them and of what is left.
    fn spans(&mut self) -> Result<Vec<(usize, Vec<usize>)>, String> {
        let mut by_column: BTreeMap<String, Vec<(NaiveDate, NaiveDate)>> = BTreeMap::new();
        for (when, key) in self.slots.keys() {
            if let When::Within(start, end) = when {
                by_column.entry(key.clone()).or_default().push((*start, *end));
            }
        }
        let mut found = Vec::new();
        for (key, spans) in by_column {
            for (whole, parts, is_covered) in nested(&spans)? {
                let slot = |span: (NaiveDate, NaiveDate)| self.slots[&(When::Within(span.0, span.1), key.clone())];
                let (at, mut slots) = (slot(whole), parts.iter().map(|part| slot(*part)).collect::<Vec<_>>());
                if !is_covered {
                    let rest = self.slot((When::Rest(whole.0, whole.1), key.clone()), 1);
                    for values in self.values.values_mut() {
                        let Some(sum) = values.get(&at) else { continue };
                        let told: i64 = slots.iter().filter_map(|part| values.get(part)).sum();
                        values.insert(rest, sum - told);
                    }
                    slots.push(rest);
                }
                found.push((at, slots));
            }
        }
        Ok(found)
    }

    /// What a period carries over is what was pending when the one before ended.
    fn carried(&self) -> Vec<(usize, Vec<usize>)> {
        let mut by_day: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
        for ((when, _), slot) in &self.slots {
            if let When::AtEnd(day) = when {
                by_day.entry(*day).or_default().push(*slot);
            }
        }
        let mut found = Vec::new();
        for slots in by_day.values() {
            let counts: Vec<Vec<i64>> = slots
                .iter()
                .map(|slot| self.values.values().map(|line| line.get(slot).copied().unwrap_or(0)).collect())
                .collect();
            let counts: Vec<&[i64]> = counts.iter().map(Vec::as_slice).collect();
            let named = |sum: cchc_disclosure::Sum| {
                (slots[sum.whole], sum.parts.iter().map(|part| slots[*part]).collect::<Vec<_>>())
            };
            found.extend(sums(&counts).into_iter().map(named));
        }
        found
    }

    /// The counts of lines that no table has: what units resolve themselves, and what sums hold beside their parts.
    fn fill_lines(&mut self) {
        for (line, whole, parts) in self.lines.rests() {
            let Some(of) = self.values.get(&whole) else { continue };
            let told = |slot: &usize| {
                let part = |part: &String| self.values.get(part).and_then(|values| values.get(slot));
                parts.iter().filter_map(part).sum::<i64>()
            };
            let rest: BTreeMap<usize, i64> = of.iter().map(|(slot, count)| (*slot, count - told(slot))).collect();
            let own = self.values.entry(line).or_default();
            for (slot, count) in rest {
                own.entry(slot).or_insert(count);
            }
        }
    }

    fn fill(&mut self, sums_of_slots: Vec<(usize, Vec<usize>)>, earlier: &dyn Fn(&str, &Slot) -> Option<bool>) {
        let mut tables = Tables::new(self.lines.lines().to_vec(), self.costs.clone());
        let known: BTreeSet<(usize, Vec<usize>)> = sums_of_slots.into_iter().collect();
        for (whole, parts) in known {
            tables.add_sum(whole, &parts);
        }
        let names: BTreeMap<usize, &Slot> = self.slots.iter().map(|(slot, at)| (*at, slot)).collect();
        for (line, values) in &self.values {
            let Some(at) = self.lines.place(line) else { continue };
            for (slot, value) in values {
                let name = names[slot];
                let is_rest = matches!(name.0, When::Rest(..)) || Lines::is_rest(line);
                let standing = match earlier(line, name) {
                    _ if is_rest => Standing::Implied,
                    Some(true) => Standing::Shown,
                    Some(false) => Standing::Hidden,
                    None => Standing::Open,
                };
                tables.set(at, *slot, Cell { value: *value, standing });
            }
        }
        self.tables = tables;
    }
}

/// The line of a row.
pub(crate) fn line(row: &CountRow, table: &CountTable) -> String {
    line_of(&row.unit.unit_code, row.group.as_deref(), table.asked.by, table.asked.children)
}
