//! Tables of the figures of all indicators, one for each period, in which figures are computed from others.

use std::collections::{BTreeSet, HashMap};

use super::units::RowOwner;
use super::{Counted, single, units};
use crate::{By, Children, Measuring};
use cchc_definitions::{Derived, Indicator, Sums};
use cchc_model::{Measure, Period, Status};

/// The figures of one period: a row for each owner, and the columns computed so far.
struct FigureTable<'d> {
    owners: Vec<RowOwner>,
    row_of: HashMap<(String, Option<String>), usize>,
    columns: Vec<(&'d Indicator, Vec<Measure>)>,
}

/// The figures of all periods.
pub(super) struct FigureTables<'e, 'd> {
    measuring: &'e Measuring<'d>,
    by: By,
    children: Children,
    by_period: HashMap<String, FigureTable<'d>>,
    /// Period and table, where the table has rows in the period.
    pub tables_with_rows: BTreeSet<(String, String)>,
    /// The same without children, where figures of the units themselves are needed.
    pub own: Option<Box<FigureTables<'e, 'd>>>,
}

impl<'e, 'd> FigureTables<'e, 'd> {
    pub fn new(measuring: &'e Measuring<'d>, by: By, children: Children, counted: Vec<Counted<'d>>) -> Self {
        let (mut by_period, mut tables_with_rows) = (HashMap::new(), BTreeSet::new());
        for mut part in counted {
            tables_with_rows.append(&mut part.measured.tables_with_rows);
            for period in &part.periods {
                let id = period.to_string();
                let table = FigureTable::new(&part, &id);
                by_period.insert(id, table);
            }
        }
        Self { measuring, by, children, by_period, tables_with_rows, own: None }
    }

    /// Whose figures the rows of a period are.
    pub fn owners(&self, period: &str) -> &[RowOwner] {
        self.by_period.get(period).map_or(&[], |table| &table.owners)
    }

    /// The figures of an indicator in a period, by row; computed if they are not yet known.
    pub fn column(&mut self, indicator: &'d Indicator, period: &Period) -> Vec<Measure> {
        let id = period.to_string();
        let known = |table: &FigureTable<'d>| {
            table.columns.iter().find(|(one, _)| std::ptr::eq(*one, indicator)).map(|(_, column)| column.clone())
        };
        if let Some(column) = self.by_period.get(&id).and_then(known) {
            return column;
        }
        let column = match &indicator.derived {
            None => vec![Measure::MISSING; self.owners(&id).len()],
            Some(derived) => self.compute(derived, period),
        };
        if let Some(table) = self.by_period.get_mut(&id) {
            table.columns.push((indicator, column.clone()));
        }
        column
    }

    fn compute(&mut self, derived: &Derived, period: &Period) -> Vec<Measure> {
        let then = match derived {
            Derived::Change { of, against, .. } => self.then(of, period, &against.earlier(period)),
            _ => Vec::new(),
        };
        let mut column = self.row_by_row(derived, period, &then);
        if let Derived::OfKind { .. } = derived {
            self.fill_from_kinds(period, &mut column);
        }
        self.sums(derived, period, &mut column);
        column
    }

    /// Gives units without a figure that of their kind, which is in the row of its sum.
    fn fill_from_kinds(&self, period: &Period, column: &mut [Measure]) {
        let id = period.to_string();
        let Some(table) = self.by_period.get(&id) else { return };
        let of_kind = |(unit, group): &RowOwner| {
            let sum = format!("*{}", unit.kind.as_deref()?);
            table.row_of.get(&(sum, group.clone())).map(|row| column[*row])
        };
        let kinds: Vec<Option<Measure>> = self.owners(&id).iter().map(of_kind).collect();
        for (measure, kind) in column.iter_mut().zip(kinds) {
            if matches!(measure.status, Status::Missing | Status::NotApplicable)
                && let Some(kind) = kind
            {
                *measure = kind;
            }
        }
    }

    /// Each row's figure, made of the inputs in the same row.
    fn row_by_row(&mut self, derived: &Derived, period: &Period, then: &[Measure]) -> Vec<Measure> {
        let inputs = self.inputs(derived, period);
        let below = self.measuring.policies.suppress_below;
        (0..self.owners(&period.to_string()).len())
            .map(|row| {
                let read: Vec<Measure> = inputs.iter().map(|column| column[row]).collect();
                single::measure(derived, &read, then.get(row).copied(), below)
            })
            .collect()
    }

    fn inputs(&mut self, derived: &Derived, period: &Period) -> Vec<Vec<Measure>> {
        derived.inputs().into_iter().map(|id| self.input(id, period)).collect()
    }

    fn input(&mut self, id: &str, period: &Period) -> Vec<Measure> {
        match self.measuring.definitions.indicator(id, period) {
            Some(read) => self.column(read, period),
            None => vec![Measure::MISSING; self.owners(&period.to_string()).len()],
        }
    }

    /// The figures of an earlier period in the rows of a later one; missing where no table has rows of that period.
    fn then(&mut self, of: &str, period: &Period, earlier: &Period) -> Vec<Measure> {
        let owners = self.owners(&period.to_string()).to_vec();
        let known = self.measuring.definitions.indicator(of, period);
        let known = known.filter(|read| has_rows(self.measuring, &self.tables_with_rows, read, period, earlier));
        let Some(read) = known else { return vec![Measure::MISSING; owners.len()] };
        let column = self.column(read, earlier);
        let table = self.by_period.get(&earlier.to_string());
        let row = |(unit, group): &RowOwner| {
            table?.row_of.get(&(unit.unit_code.clone(), group.clone())).map(|row| column[*row])
        };
        owners.iter().map(|owner| row(owner).unwrap_or(Measure::MISSING)).collect()
    }

    /// Replaces the sums that are made of the units' own figures.
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
                for (measure, (unit, _)) in column.iter_mut().zip(self.owners(&id)) {
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
            // Groups are counted over all units at once, so no unit has figures in them.
            column.fill(Measure::plain(None));
            return;
        }
        let (own_owners, own) = match self.own.as_mut() {
            Some(own) => (own.owners(&id).to_vec(), own.units(derived, period)),
            None => (self.owners(&id).to_vec(), self.units(derived, period)),
        };
        let owners = self.owners(&id).to_vec();
        units::fill(self.measuring, self.children, &owners, (&own_owners, &own), derived, column);
    }

    /// The units' own figures that a sum over units reads.
    fn units(&mut self, derived: &Derived, period: &Period) -> Vec<Vec<Measure>> {
        match derived {
            Derived::UnitShare { .. } | Derived::UnitMean { .. } => self.inputs(derived, period),
            _ => vec![self.row_by_row(derived, period, &[])],
        }
    }
}

/// Whether any table behind an indicator has rows in an earlier period.
pub(super) fn has_rows(
    measuring: &Measuring<'_>,
    tables_with_rows: &BTreeSet<(String, String)>,
    read: &Indicator,
    period: &Period,
    earlier: &Period,
) -> bool {
    let id = earlier.to_string();
    let counted = super::counted(measuring.definitions, read, period);
    counted.iter().any(|one| tables_with_rows.contains(&(id.clone(), one.table.clone())))
}

impl<'d> FigureTable<'d> {
    fn new(part: &Counted<'d>, period: &str) -> Self {
        let rows: Vec<_> = part.measured.rows.iter().filter(|row| row.row.period == period).collect();
        let width = part.indicators.len().max(1);
        let owners: Vec<RowOwner> =
            rows.chunks(width).map(|cells| (cells[0].row.unit.clone(), cells[0].group.clone())).collect();
        let row_of =
            owners.iter().enumerate().map(|(row, (unit, group))| ((unit.unit_code.clone(), group.clone()), row));
        let columns = part
            .indicators
            .iter()
            .enumerate()
            .map(|(at, indicator)| (*indicator, rows.chunks(width).map(|cells| cells[at].row.measure).collect()));
        Self { row_of: row_of.collect(), columns: columns.collect(), owners }
    }
}
