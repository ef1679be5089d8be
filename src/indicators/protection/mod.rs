//! Keeps small counts of measured tables from being told: gathers all tables of a question, decides once, then hides.

mod counts;
mod lines;
mod rounding;
mod slots;
mod spans;
mod system;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::{By, Children, GroupedRow, Measuring};
use cchc_disclosure::suppress;
use cchc_model::{Disclosure, Measure, Period, Status};

pub use counts::AskedTable;
pub(super) use counts::{CountTable, counted};
pub(super) use rounding::BASE;
use slots::{Slot, When, slot_of};
use system::{System, line};

/// The tables of one question, or of a named publication, and what of them may be told.
#[derive(Debug, Default)]
pub struct Protection {
    state: Mutex<State>,
    /// What was shown, and what hidden, by earlier tables of the publication.
    earlier: BTreeMap<(String, String), bool>,
}

#[derive(Debug, Default)]
struct State {
    gathered: Vec<CountTable>,
    decision: Option<Decision>,
    told: PublishedCounts,
}

/// What is hidden; whatever it does not know is hidden, too.
#[derive(Debug, Clone, Default)]
struct Decision {
    /// Of each count whether it is hidden, and the count.
    cells: BTreeMap<String, BTreeMap<Slot, (bool, i64)>>,
}

/// One cell of a publication.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublishedCell {
    /// Unit, sum or group.
    pub line: String,
    /// When, and what is counted.
    pub slot: String,
    /// Whether it is shown.
    pub is_shown: bool,
}

/// How many counts were told, and how many not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublishedCounts {
    /// Counts of all tables.
    pub cells: usize,
    /// Those that are too small.
    pub small: usize,
    /// Those hidden, the small ones with them.
    pub hidden: usize,
}

impl Protection {
    /// Nothing is known yet, but what earlier tables of the same publication told.
    #[must_use]
    pub fn after(earlier: impl IntoIterator<Item = PublishedCell>) -> Self {
        let earlier = earlier.into_iter().map(|cell| ((cell.line, cell.slot), cell.is_shown)).collect();
        Self { state: Mutex::default(), earlier }
    }

    /// The tables gathered so far.
    pub fn gathered(&self) -> Vec<AskedTable> {
        self.locked(|state| state.gathered.iter().map(|table| table.asked.clone()).collect())
    }

    /// Decides what of the gathered tables is shown; from then on figures are measured with what is hidden left out.
    ///
    /// # Errors
    /// Periods overlap, or too much has been shown before: the text says what.
    pub fn decide(&self, measuring: &Measuring<'_>) -> Result<PublishedCounts, String> {
        let parent = |unit: &str| measuring.units.by_code(unit).and_then(|unit| unit.parent.clone());
        let below = measuring.policies.suppress_below;
        let earlier = |line: &str, slot: &Slot| self.earlier.get(&(line.to_owned(), text(slot))).copied();
        self.locked(|state| {
            let system = System::of(&state.gathered, &parent, &earlier)?;
            let found = system.told_before().unwrap_or_else(|| suppress(&system.tables, below));
            if let Some((line, slot)) = found.unprotected.first() {
                return Err(unprotected(&system, *line, *slot));
            }
            let (decision, told) = Decision::of(&system, &found.hidden, below);
            (state.decision, state.told) = (Some(decision), told);
            Ok(told)
        })
    }

    /// How much is told, once that is decided.
    pub fn told(&self) -> Option<PublishedCounts> {
        self.locked(|state| state.decision.is_some().then_some(state.told))
    }

    /// All cells of the tables, in order.
    pub fn cells(&self) -> Vec<PublishedCell> {
        let of = |state: &mut State| {
            let cells = state.decision.iter().flat_map(|decision| &decision.cells);
            let told = cells.flat_map(|(line, slots)| {
                slots.iter().map(|(slot, (hidden, _))| PublishedCell {
                    line: line.clone(),
                    slot: text(slot),
                    is_shown: !hidden,
                })
            });
            told.collect()
        };
        self.locked(of)
    }

    /// Hides what must not be told, or remembers the table if nothing is decided yet.
    fn protect(&self, table: CountTable, rows: &mut [GroupedRow]) {
        self.locked(|state| match &state.decision {
            Some(decision) => decision.hide(&table, rows),
            None => state.gathered.push(table),
        });
    }

    /// Whether it is decided what may be told.
    pub fn is_decided(&self) -> bool {
        self.locked(|state| state.decision.is_some())
    }

    /// Decides for tables that nobody tells others with; where nothing can be decided, nothing is told.
    pub(super) fn decide_alone(&self, measuring: &Measuring<'_>) {
        if self.decide(measuring).is_err() {
            self.locked(|state| state.decision = Some(Decision::default()));
        }
    }

    /// A total of form 06, if it may be told.
    pub(super) fn total(
        &self,
        row: &GroupedRow,
        (by, children): (By, Children),
        period: &Period,
        column: u8,
    ) -> Option<i64> {
        let line = lines::line_of(&row.row.unit.unit_code, row.group.as_deref(), by, children);
        let slot = counts::total_slot(column, period);
        self.locked(|state| {
            let (is_hidden, count) = *state.decision.as_ref()?.cells.get(&line)?.get(&slot)?;
            (!is_hidden).then_some(count)
        })
    }

    fn locked<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Measuring<'_> {
    /// Keeps the small counts of a measured table from being told.
    pub(super) fn protect(&self, table: CountTable, rows: &mut [GroupedRow]) {
        if self.policies.disclosure == Disclosure::Round5 {
            rounding::round(&table, rows, self.policies.suppress_below);
        } else if let Some(protection) = self.protection {
            protection.protect(table, rows);
        } else {
            // Nobody said which tables are told together, so this one is told alone.
            let alone = Protection::default();
            alone.locked(|state| state.gathered.push(table.clone()));
            alone.decide_alone(self);
            alone.protect(table, rows);
        }
    }
}

impl Decision {
    fn of(system: &System, hidden: &[bool], below: u32) -> (Self, PublishedCounts) {
        let (mut decision, mut told) = (Self::default(), PublishedCounts::default());
        for (name, line) in system.lines.named() {
            for (slot, at) in &system.slots {
                let Some(cell) = system.tables.cell(line, *at) else { continue };
                if lines::Lines::is_rest(name) || matches!(slot.0, When::Rest(..)) {
                    continue;
                }
                let is_hidden = hidden[system.tables.at(line, *at)];
                told.cells += 1;
                told.small += usize::from(cchc_disclosure::is_small(cell.value, below));
                told.hidden += usize::from(is_hidden);
                decision.cells.entry(name.to_owned()).or_default().insert(slot.clone(), (is_hidden, cell.value));
            }
        }
        (decision, told)
    }

    fn is_hidden(&self, line: &str, slot: &Slot) -> bool {
        self.cells.get(line).and_then(|slots| slots.get(slot)).is_none_or(|(hidden, _)| *hidden)
    }

    fn hide(&self, table: &CountTable, rows: &mut [GroupedRow]) {
        let width = table.behind.len().max(1);
        for (row, cells) in table.rows.iter().zip(rows.chunks_mut(width)) {
            let (period, line) = (&table.periods[row.period], line(row, table));
            let hidden: BTreeSet<usize> = (0..table.columns.len())
                .filter(|at| {
                    row.counts[*at].is_some()
                        && self.is_hidden(&line, &slot_of(&table.columns[*at], (period.start, period.end)))
                })
                .collect();
            for (cell, behind) in cells.iter_mut().zip(&table.behind) {
                if behind.iter().any(|column| hidden.contains(column)) {
                    cell.row.measure = HIDDEN;
                }
            }
        }
    }
}

/// A figure that is not told.
const HIDDEN: Measure =
    Measure { numerator: None, denominator: None, value: None, status: Status::Suppressed, estimate: false };

fn unprotected(system: &System, line: usize, slot: usize) -> String {
    let name = system.lines.named().find(|(_, at)| *at == line).map_or("", |(name, _)| name);
    let when = system.slots.iter().find(|(_, at)| **at == slot).map(|((when, _), _)| when);
    format!("a small count of '{name}' ({when:?}) would follow from what has been shown before")
}

/// A slot as it is recorded: the same for the same count, whatever it is called.
fn text((when, key): &Slot) -> String {
    let when = match when {
        When::Within(start, end) => format!("{start}..{end}"),
        When::AtEnd(day) => format!("..{day}"),
        When::Alone(start, end) => format!("{start}..{end} alone"),
        When::Always => "always".to_owned(),
        When::Rest(start, end) => format!("{start}..{end} rest"),
    };
    // FNV-1a: long SQL need not be kept to be told from other SQL.
    let mark = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |mark, byte| (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{when} {mark:016x}")
}
