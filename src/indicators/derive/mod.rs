//! Measures indicators that are made of others: what they read is counted in the usual passes, the rest is arithmetic.

mod figure_table;
mod single;
mod sql;
mod units;

use super::figures::{self, Measured};
use super::{By, Children, GroupedRow, Measuring};
use std::collections::HashMap;

use cchc_definitions::{Definitions, Derived, Indicator, Rows};
use cchc_model::{IndicatorRow, Measure, Period};
use cchc_store::StoreError;
use figure_table::FigureTables;
pub(super) use sql::statement;

/// Measures all indicators, counted ones and those made of others, in the order of [`Measuring::measure`].
pub(super) async fn measure(
    measuring: &Measuring<'_>,
    periods: &[Period],
    requested: &[&Indicator],
    by: By,
    children: Children,
) -> Result<Measured, StoreError> {
    if requested.iter().all(|one| one.derived.is_none()) {
        return figures::measure(measuring, periods, requested, by, children).await;
    }
    let needs = Needs::of(measuring.definitions, requested, periods);
    let measured = needs.measure(measuring, by, children).await?;
    let mut tables = FigureTables::new(measuring, by, children, measured);
    // A share or mean over the units below a unit is made of what each of them has without its own children.
    if children == Children::Added && needs.are_of_units() {
        let own = needs.measure(measuring, by, Children::Apart).await?;
        tables.own = Some(Box::new(FigureTables::new(measuring, by, Children::Apart, own)));
    }
    let mut rows = Vec::new();
    for period in periods {
        let columns = requested.iter().map(|one| tables.column(one, period)).collect::<Vec<_>>();
        let id = period.to_string();
        for (row, (unit, group)) in tables.owners(&id).iter().enumerate() {
            rows.extend(requested.iter().zip(&columns).map(|(indicator, column)| GroupedRow {
                group: group.clone(),
                row: IndicatorRow {
                    unit: unit.clone(),
                    period: id.clone(),
                    indicator: indicator.id.clone(),
                    measure: column[row],
                },
            }));
        }
    }
    Ok(Measured { rows, tables_with_rows: tables.tables_with_rows })
}

/// Measures a period and an earlier one, row by row.
pub(super) async fn compare(
    measuring: &Measuring<'_>,
    (period, then): (&Period, &Period),
    requested: &[&Indicator],
    by: By,
    children: Children,
) -> Result<Vec<(GroupedRow, Option<Measure>)>, StoreError> {
    let measured = measure(measuring, &[period.clone(), then.clone()], requested, by, children).await?;
    let (now, earlier) = (period.to_string(), then.to_string());
    let width = requested.len().max(1);
    let has_past: Vec<bool> = requested
        .iter()
        .map(|one| {
            let known = &measured.tables_with_rows;
            one.rows != Rows::All && figure_table::has_rows(measuring, known, one, period, then)
        })
        .collect();
    let mut before = HashMap::new();
    let of_past = |at: usize, row: &GroupedRow| row.row.period == earlier && has_past[at % width];
    for (at, row) in measured.rows.iter().enumerate().filter(|(at, row)| of_past(*at, row)) {
        before.insert((at % width, row.row.unit.unit_code.clone(), row.group.clone()), row.row.measure);
    }
    let rows = measured.rows.into_iter().enumerate().filter(|(_, row)| row.row.period == now);
    let compared = rows.map(|(at, row)| {
        let measure = before.get(&(at % width, row.row.unit.unit_code.clone(), row.group.clone())).copied();
        (row, measure)
    });
    Ok(compared.collect())
}

/// The SQL of all figures that are made of others, inputs first.
pub(super) fn statements(
    definitions: &Definitions,
    requested: &[&Indicator],
    periods: &[Period],
    by: By,
) -> Vec<String> {
    let needs = Needs::of(definitions, requested, periods);
    let mut statements: Vec<String> = Vec::new();
    // Reversed, since inputs come after the indicators that read them.
    for (one, when) in needs.pairs.iter().rev() {
        if let Some(derived) = &one.derived {
            let sql = statement(one, derived, when, by, "");
            if !statements.contains(&sql) {
                statements.push(sql);
            }
        }
    }
    statements
}

/// The counted indicators behind an indicator, itself if it is one.
pub(super) fn counted<'d>(definitions: &'d Definitions, of: &'d Indicator, period: &Period) -> Vec<&'d Indicator> {
    let mut found = Needs::default();
    found.add(definitions, of, period);
    found.pairs.into_iter().map(|(one, _)| one).filter(|one| one.derived.is_none()).collect()
}

/// All indicators that have to be known, each with the periods.
#[derive(Default)]
struct Needs<'d> {
    pairs: Vec<(&'d Indicator, Period)>,
    /// The requested periods.
    periods: Vec<Period>,
}

/// What was counted for a set of periods.
struct Counted<'d> {
    periods: Vec<Period>,
    indicators: Vec<&'d Indicator>,
    measured: Measured,
}

impl<'d> Needs<'d> {
    fn of(definitions: &'d Definitions, requested: &[&'d Indicator], periods: &[Period]) -> Self {
        let mut needs = Self { pairs: Vec::new(), periods: periods.to_vec() };
        for period in periods {
            for indicator in requested {
                needs.add(definitions, indicator, period);
            }
        }
        needs
    }

    fn add(&mut self, definitions: &'d Definitions, indicator: &'d Indicator, period: &Period) {
        if self.pairs.iter().any(|(one, when)| std::ptr::eq(*one, indicator) && when == period) {
            return;
        }
        self.pairs.push((indicator, period.clone()));
        let Some(derived) = &indicator.derived else { return };
        for id in derived.inputs() {
            let Some(read) = definitions.indicator(id, period) else { continue };
            self.add(definitions, read, period);
            if let Derived::Change { against, .. } = derived {
                // By today's definition then too, or the change would be partly one of the definition.
                self.add(definitions, read, &against.earlier(period));
            }
        }
    }

    fn are_of_units(&self) -> bool {
        self.pairs.iter().any(|(one, _)| one.derived.as_ref().is_some_and(Derived::is_of_units))
    }

    /// Counts in at most two rounds: the requested periods, and of earlier ones only what changes read.
    async fn measure(
        &self,
        measuring: &Measuring<'d>,
        by: By,
        children: Children,
    ) -> Result<Vec<Counted<'d>>, StoreError> {
        let is_requested = |period: &Period| self.periods.contains(period);
        let mut counted = Vec::new();
        for requested in [true, false] {
            let (mut periods, mut indicators) = (Vec::<Period>::new(), Vec::<&Indicator>::new());
            for (indicator, period) in self.pairs.iter().filter(|(_, period)| is_requested(period) == requested) {
                if !periods.contains(period) {
                    periods.push(period.clone());
                }
                if indicator.derived.is_none() && !indicators.iter().any(|one| std::ptr::eq(*one, *indicator)) {
                    indicators.push(indicator);
                }
            }
            // Rows are those of what is counted, so something must be.
            if indicators.is_empty() {
                indicators.extend(measuring.definitions.indicators.iter().find(|one| one.derived.is_none()));
            }
            if !periods.is_empty() {
                let measured = figures::measure(measuring, &periods, &indicators, by, children).await?;
                counted.push(Counted { periods, indicators, measured });
            }
        }
        Ok(counted)
    }
}
