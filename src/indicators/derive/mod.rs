//! Measures indicators that are made of others: what they read is counted in the usual passes, the rest is arithmetic.

mod sheet;
mod single;
mod sql;
mod units;

use super::figures::{self, Measured};
use super::{By, Children, GroupedRow, Measuring};
use std::collections::HashMap;

use cchc_definitions::{Against, Definitions, Derived, Indicator, Rows};
use cchc_model::{IndicatorRow, Measure, Period};
use cchc_store::StoreError;
use sheet::Sheets;
pub(super) use sql::{of_unit, statement};

/// Measures all indicators, counted ones and those made of others, in the order of [`Measuring::measure`].
pub(super) async fn measure(
    engine: &Measuring<'_>,
    periods: &[Period],
    asked: &[&Indicator],
    by: By,
    children: Children,
) -> Result<Measured, StoreError> {
    if asked.iter().all(|one| one.derived.is_none()) {
        return figures::measure(engine, periods, asked, by, children).await;
    }
    let needs = Needs::of(engine.definitions, asked, periods);
    let measured = needs.measure(engine, by, children).await?;
    // What a unit itself has is what its parent's share and mean are made of.
    let of_units = children == Children::Added && needs.are_of_units();
    let own = if of_units {
        Some(Sheets::new(engine, by, needs.measure(engine, by, Children::Apart).await?, None))
    } else {
        None
    };
    let mut sheets = Sheets::new(engine, by, measured, own).with_children(children);
    let mut rows = Vec::new();
    for period in periods {
        let columns = asked.iter().map(|one| sheets.column(one, period)).collect::<Vec<_>>();
        let id = period.to_string();
        for (row, (unit, group)) in sheets.who(&id).iter().enumerate() {
            rows.extend(asked.iter().zip(&columns).map(|(indicator, column)| GroupedRow {
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
    Ok(Measured { rows, held: sheets.held() })
}

/// Measures a period and an earlier one, row by row.
pub(super) async fn compare(
    engine: &Measuring<'_>,
    (period, then): (&Period, &Period),
    asked: &[&Indicator],
    by: By,
    children: Children,
) -> Result<Vec<(GroupedRow, Option<Measure>)>, StoreError> {
    let measured = measure(engine, &[period.clone(), then.clone()], asked, by, children).await?;
    let (now, earlier) = (period.to_string(), then.to_string());
    let width = asked.len().max(1);
    let tells: Vec<bool> = asked
        .iter()
        .map(|one| one.rows != Rows::All && sheet::is_held(engine, &measured.held, one, period, then))
        .collect();
    let mut before = HashMap::new();
    for (at, row) in measured.rows.iter().enumerate().filter(|(at, row)| row.row.period == earlier && tells[at % width])
    {
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
pub(super) fn statements(definitions: &Definitions, asked: &[&Indicator], periods: &[Period], by: By) -> Vec<String> {
    let needs = Needs::of(definitions, asked, periods);
    let mut said: Vec<String> = Vec::new();
    // What reads stands before what is read.
    for (one, when) in needs.pairs.iter().rev() {
        if let Some(derived) = &one.derived {
            let sql = statement(one, derived, when, by);
            if !said.contains(&sql) {
                said.push(sql);
            }
        }
    }
    said
}

/// The definition of an input: the one in force in the period of the figure that reads it.
pub(super) fn input<'d>(definitions: &'d Definitions, id: &str, period: &Period) -> Option<&'d Indicator> {
    definitions.indicator(id, period)
}

/// The earlier period of a change.
pub(super) fn earlier(period: &Period, against: Against) -> Period {
    match against {
        Against::Before => period.before(),
        Against::LastYear => period.last_year(),
    }
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
    /// The periods that were asked for.
    periods: Vec<Period>,
}

/// What was counted for a set of periods.
struct Counted<'d> {
    periods: Vec<Period>,
    indicators: Vec<&'d Indicator>,
    measured: Measured,
}

impl<'d> Needs<'d> {
    fn of(definitions: &'d Definitions, asked: &[&'d Indicator], periods: &[Period]) -> Self {
        let mut needs = Self { pairs: Vec::new(), periods: periods.to_vec() };
        for period in periods {
            for indicator in asked {
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
            let Some(read) = input(definitions, id, period) else { continue };
            self.add(definitions, read, period);
            if let Derived::Change { against, .. } = derived {
                // By today's definition then too, or the change would be partly one of the definition.
                self.add(definitions, read, &earlier(period, *against));
            }
        }
    }

    fn are_of_units(&self) -> bool {
        self.pairs.iter().any(|(one, _)| one.derived.as_ref().is_some_and(Derived::is_of_units))
    }

    /// Counts in at most two rounds: what was asked for, and of earlier periods only what changes read.
    async fn measure(
        &self,
        engine: &Measuring<'d>,
        by: By,
        children: Children,
    ) -> Result<Vec<Counted<'d>>, StoreError> {
        let is_asked = |period: &Period| self.periods.contains(period);
        let mut counted = Vec::new();
        for asked in [true, false] {
            let (mut periods, mut indicators) = (Vec::<Period>::new(), Vec::<&Indicator>::new());
            for (indicator, period) in self.pairs.iter().filter(|(_, period)| is_asked(period) == asked) {
                if !periods.contains(period) {
                    periods.push(period.clone());
                }
                if indicator.derived.is_none() && !indicators.iter().any(|one| std::ptr::eq(*one, *indicator)) {
                    indicators.push(indicator);
                }
            }
            // Rows are those of what is counted, so something must be.
            if indicators.is_empty() {
                indicators.extend(engine.definitions.indicators.iter().find(|one| one.derived.is_none()));
            }
            if !periods.is_empty() {
                let measured = figures::measure(engine, &periods, &indicators, by, children).await?;
                counted.push(Counted { periods, indicators, measured });
            }
        }
        Ok(counted)
    }
}
