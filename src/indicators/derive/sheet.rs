//! The figures of all indicators laid out by period, so that one can be made of others.

use std::collections::{BTreeSet, HashMap};

use super::units::Who;
use super::{Counted, earlier, input, single, units};
use crate::{By, Children, Measuring};
use cchc_definitions::{Derived, Indicator, Sums};
use cchc_model::{Measure, Period};

/// All rows of one period, and the columns known so far.
struct Sheet<'d> {
    who: Vec<Who>,
    at: HashMap<(String, Option<String>), usize>,
    columns: Vec<(&'d Indicator, Vec<Measure>)>,
}

/// The sheets of all periods.
pub(super) struct Sheets<'e, 'd> {
    engine: &'e Measuring<'d>,
    by: By,
    children: Children,
    by_period: HashMap<String, Sheet<'d>>,
    held: BTreeSet<(String, String)>,
    /// The same without children, where what units themselves have is needed.
    own: Option<Box<Sheets<'e, 'd>>>,
}

impl<'e, 'd> Sheets<'e, 'd> {
    pub fn new(engine: &'e Measuring<'d>, by: By, counted: Vec<Counted<'d>>, own: Option<Self>) -> Self {
        let (mut sheets, mut held) = (HashMap::new(), BTreeSet::new());
        for mut part in counted {
            held.append(&mut part.measured.held);
            for period in &part.periods {
                let id = period.to_string();
                let sheet = Sheet::new(&part, &id);
                sheets.insert(id, sheet);
            }
        }
        Self { engine, by, children: Children::Apart, by_period: sheets, held, own: own.map(Box::new) }
    }

    pub const fn with_children(mut self, children: Children) -> Self {
        self.children = children;
        self
    }

    /// The rows of a period.
    pub fn who(&self, period: &str) -> &[Who] {
        self.by_period.get(period).map_or(&[], |sheet| &sheet.who)
    }

    /// Period and table, where the table has rows in the period.
    pub fn held(self) -> BTreeSet<(String, String)> {
        self.held
    }

    /// The figures of an indicator in a period, by row; what is not yet known is made.
    pub fn column(&mut self, indicator: &'d Indicator, period: &Period) -> Vec<Measure> {
        let id = period.to_string();
        let known = |sheet: &Sheet<'d>| {
            sheet.columns.iter().find(|(one, _)| std::ptr::eq(*one, indicator)).map(|(_, column)| column.clone())
        };
        if let Some(column) = self.by_period.get(&id).and_then(known) {
            return column;
        }
        let column = match &indicator.derived {
            None => vec![Measure::MISSING; self.who(&id).len()],
            Some(derived) => self.made(derived, period),
        };
        if let Some(sheet) = self.by_period.get_mut(&id) {
            sheet.columns.push((indicator, column.clone()));
        }
        column
    }

    fn made(&mut self, derived: &Derived, period: &Period) -> Vec<Measure> {
        let rows = self.who(&period.to_string()).len();
        let inputs: Vec<Vec<Measure>> = derived.inputs().into_iter().map(|id| self.input(id, period)).collect();
        let then = match derived {
            Derived::Change { of, against, .. } => self.then(of, period, &earlier(period, *against)),
            _ => Vec::new(),
        };
        let below = self.engine.policies.suppress_below;
        let mut column: Vec<Measure> = (0..rows)
            .map(|row| {
                let read: Vec<Measure> = inputs.iter().map(|column| column[row]).collect();
                single::measure(derived, &read, then.get(row).copied(), below)
            })
            .collect();
        self.sums(derived, period, &mut column);
        column
    }

    fn input(&mut self, id: &str, period: &Period) -> Vec<Measure> {
        match input(self.engine.definitions, id, period) {
            Some(read) => self.column(read, period),
            None => vec![Measure::MISSING; self.who(&period.to_string()).len()],
        }
    }

    /// The figures of an earlier period in the rows of a later one; a past of which nothing is known is missing.
    fn then(&mut self, of: &str, period: &Period, earlier: &Period) -> Vec<Measure> {
        let who = self.who(&period.to_string()).to_vec();
        let known = input(self.engine.definitions, of, period)
            .filter(|read| is_held(self.engine, &self.held, read, period, earlier));
        let Some(read) = known else { return vec![Measure::MISSING; who.len()] };
        let column = self.column(read, earlier);
        let sheet = self.by_period.get(&earlier.to_string());
        let row = |unit: &Who| sheet?.at.get(&(unit.0.unit_code.clone(), unit.1.clone())).map(|row| column[*row]);
        who.iter().map(|unit| row(unit).unwrap_or(Measure::MISSING)).collect()
    }

    /// Puts in the sums that are made of the units' own figures.
    fn sums(&mut self, derived: &Derived, period: &Period, column: &mut [Measure]) {
        let (Derived::Ratio { sums, .. } | Derived::Formula { sums, .. }) = derived else {
            if derived.is_of_units() {
                self.over_units(derived, period, column);
            }
            return;
        };
        match sums {
            Sums::Apply => {}
            Sums::Add => self.over_units(derived, period, column),
            Sums::None => {
                let id = period.to_string();
                for (measure, (unit, _)) in column.iter_mut().zip(self.who(&id)) {
                    if unit.unit_code.starts_with('*') {
                        *measure = Measure::plain(None);
                    }
                }
            }
        }
    }

    fn over_units(&mut self, derived: &Derived, period: &Period, column: &mut [Measure]) {
        let id = period.to_string();
        if !self.by.is_by_unit() {
            // Groups are counted over all units at once, so there is nothing of a unit in them.
            column.fill(Measure::plain(None));
            return;
        }
        let (own_who, own) = match self.own.as_mut() {
            Some(own) => (own.who(&id).to_vec(), own.units(derived, period)),
            None => (self.who(&id).to_vec(), self.units(derived, period)),
        };
        let who = self.who(&id).to_vec();
        units::fill(self.engine, self.children, &who, (&own_who, &own), derived, column);
    }

    /// What units themselves have: the figures that a sum over units reads.
    fn units(&mut self, derived: &Derived, period: &Period) -> Vec<Vec<Measure>> {
        match derived {
            Derived::UnitShare { .. } | Derived::UnitMean { .. } => {
                derived.inputs().into_iter().map(|id| self.input(id, period)).collect()
            }
            _ => {
                let inputs: Vec<Vec<Measure>> = derived.inputs().into_iter().map(|id| self.input(id, period)).collect();
                let below = self.engine.policies.suppress_below;
                let rows = self.who(&period.to_string()).len();
                let row = |row: usize| {
                    let read: Vec<Measure> = inputs.iter().map(|column| column[row]).collect();
                    single::measure(derived, &read, None, below)
                };
                vec![(0..rows).map(row).collect()]
            }
        }
    }
}

/// Whether any table behind an indicator has rows in an earlier period.
pub(super) fn is_held(
    engine: &Measuring<'_>,
    held: &BTreeSet<(String, String)>,
    read: &Indicator,
    period: &Period,
    earlier: &Period,
) -> bool {
    let id = earlier.to_string();
    let counted = super::counted(engine.definitions, read, period);
    counted.iter().any(|one| held.contains(&(id.clone(), one.table.clone())))
}

impl<'d> Sheet<'d> {
    fn new(part: &Counted<'d>, period: &str) -> Self {
        let rows: Vec<_> = part.measured.rows.iter().filter(|row| row.row.period == period).collect();
        let width = part.indicators.len().max(1);
        let who: Vec<Who> =
            rows.chunks(width).map(|cells| (cells[0].row.unit.clone(), cells[0].group.clone())).collect();
        let at = who.iter().enumerate().map(|(row, (unit, group))| ((unit.unit_code.clone(), group.clone()), row));
        let columns = part
            .indicators
            .iter()
            .enumerate()
            .map(|(at, indicator)| (*indicator, rows.chunks(width).map(|cells| cells[at].row.measure).collect()));
        Self { at: at.collect(), columns: columns.collect(), who }
    }
}
