//! Runs the passes and arranges their figures by period, unit and indicator.

use std::collections::{BTreeSet, HashMap};

use super::carry::estimated_receivers;
use super::compile::{Cells, Pass, has_groups, passes};
use super::protection::{CountTable, counted};
use super::stated::{Stated, StatedFigures};
use super::{By, Children, GroupedRow, Measuring, reference};
use cchc_definitions::Indicator;
use cchc_model::{IndicatorRow, Measure, Period, Status, UnitRef};
use cchc_store::{Row, StoreError};

/// Whose figure a result row is: a unit's code, `*KIND`, `*`, or a group.
type Key = (String, String, Option<String>);

/// The result of a pass, added up.
struct PassResult {
    pass: Pass,
    values: HashMap<Key, Values>,
    /// The part of it that comes from divided units, which makes the figure an estimate.
    estimated: HashMap<Key, Values>,
    /// Whether the table has no rows at all.
    is_empty: bool,
}

/// Numerator and denominator of an indicator as counts give it, if they give it.
fn stated_parts(measuring: &Measuring<'_>, figures: &StatedFigures, indicator: &Indicator) -> Option<(f64, f64)> {
    let parts = measuring.definitions.stated.get(&indicator.id)?;
    Some((figures.sum(&parts.numerator)?, figures.sum(&parts.denominator)?))
}

/// Ready-made counts stand for rows of this table.
const STATED_INSTEAD_OF: &str = "dossiers";

impl PassResult {
    /// Adds what files state of units without dossiers. An indicator that counts do not give has rows there, but none
    /// that came with its column.
    fn state(
        &mut self,
        measuring: &Measuring<'_>,
        (stated, indicators): (&Stated, &[&Indicator]),
        split: (By, Children),
    ) {
        for ((period, unit), figures) in &stated.of {
            self.is_empty = false;
            let mut values = vec![Value::Number(None); self.pass.width];
            let mut set = |at: usize, number: f64| values[at] = Value::Number(Some(number));
            let sums = |position: usize| stated_parts(measuring, figures, indicators[position]);
            // A value column may serve several indicators: how many rows there are, then what is counted.
            for (position, cells) in &self.pass.cells {
                if let Cells::Ratio { rows, seen, .. }
                | Cells::Count { rows, seen, .. }
                | Cells::Percentile { rows, seen, .. } = *cells
                {
                    set(rows, 1.0);
                    if sums(*position).is_some() {
                        set(seen, 1.0);
                    }
                }
            }
            for (position, cells) in &self.pass.cells {
                match (*cells, sums(*position)) {
                    (Cells::Ratio { top, per, bottom, .. }, Some((numerator, denominator))) => {
                        set(top, numerator * per);
                        set(bottom, denominator);
                    }
                    (Cells::Count { top, .. }, Some((count, _))) => set(top, count),
                    _ => {}
                }
            }
            for code in receivers(measuring, Some(unit), None, split.0, split.1) {
                add_to(&mut self.values, (period.clone(), code, None), &values);
            }
        }
    }
}

/// Columns of a result before its values: period, unit, kind, group, divided unit.
pub(super) const LEAD: usize = 5;

/// Value columns of one result row: a number (or NULL), or a list of numbers.
pub(super) type Values = Vec<Value>;

#[derive(Debug, Clone)]
pub(super) enum Value {
    Number(Option<f64>),
    List(Vec<f64>),
}

/// Figures, and which tables have rows in which periods.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// By period, then unit or group, then indicator.
    pub rows: Vec<GroupedRow>,
    /// Period and table, where the table has rows in the period.
    pub tables_with_rows: BTreeSet<(String, String)>,
}

/// The results of all passes, with the counts of units that have no dossiers.
async fn results(
    measuring: &Measuring<'_>,
    periods: &[Period],
    indicators: &[&Indicator],
    (by, children): (By, Children),
) -> Result<(Vec<PassResult>, Stated), StoreError> {
    let mut results: Vec<PassResult> = Vec::new();
    for pass in passes(measuring, periods, indicators, by) {
        results.push(run(measuring, pass, periods, by, children).await?);
    }
    let stated = if by.is_by_unit() { Stated::of(measuring, periods).await? } else { Stated::default() };
    if !stated.of.is_empty() {
        for result in results.iter_mut().filter(|result| result.pass.table == STATED_INSTEAD_OF) {
            result.state(measuring, (&stated, indicators), (by, children));
        }
    }
    Ok((results, stated))
}

pub(super) async fn measure(
    measuring: &Measuring<'_>,
    periods: &[Period],
    indicators: &[&Indicator],
    by: By,
    children: Children,
) -> Result<Measured, StoreError> {
    let (results, stated) = results(measuring, periods, indicators, (by, children)).await?;
    let mut table = table(measuring, (periods, indicators), &results, (by, children));
    let mut rows = Vec::new();
    for (at, period) in periods.iter().enumerate() {
        let period_id = period.to_string();
        for (unit, group) in row_owners(measuring, period, &period_id, by, &results) {
            let key = (period_id.clone(), unit.unit_code.clone(), group.clone());
            let mut measures = vec![Measure::MISSING; indicators.len()];
            let mut counts = vec![Vec::new(); indicators.len()];
            for result in results.iter().filter(|result| !result.is_empty) {
                for (position, cells) in &result.pass.cells {
                    let estimate = result.estimated.get(&key).is_some_and(|values| counts_rows(values, *cells));
                    // Values of single units have no sum; a table without the column that groups has no figure of a group.
                    let has_none = (matches!(cells, Cells::Value { .. }) && unit.unit_code.starts_with('*'))
                        || (group.is_some() && !has_groups(by, &result.pass.table));
                    let values = result.values.get(&key);
                    let of_counts = stated.of.get(&(period_id.clone(), unit.unit_code.clone()));
                    let of_counts = of_counts.filter(|_| result.pass.table == STATED_INSTEAD_OF);
                    let is_stated = |figures| stated_parts(measuring, figures, indicators[*position]).is_some();
                    let measure = match of_counts {
                        _ if has_none => Measure::plain(None),
                        Some(figures) if !is_stated(figures) => Measure::MISSING,
                        _ => cell(values, *cells),
                    };
                    measures[*position] = Measure { estimate, ..measure };
                    if !has_none && measure.status != Status::Missing {
                        counts[*position] = counted(*cells, indicators[*position], |at| length(values, at));
                    }
                }
            }
            if let Some(table) = &mut table {
                table.add((at, &unit, group.as_ref()), &counts, indicators);
            }
            for (indicator, measure) in indicators.iter().zip(measures) {
                let row = IndicatorRow {
                    unit: unit.clone(),
                    period: period_id.clone(),
                    indicator: indicator.id.clone(),
                    measure,
                };
                rows.push(GroupedRow { group: group.clone(), row });
            }
        }
    }
    if let Some(table) = table {
        measuring.protect(table, &mut rows);
    }
    let tables_with_rows = results
        .iter()
        .flat_map(|result| result.values.keys().map(|key| (key.0.clone(), result.pass.table.clone())))
        .collect();
    Ok(Measured { rows, tables_with_rows })
}

/// Whose figures the rows of a period are: units, then kinds, then everything; or the groups in order of their name.
fn row_owners(
    measuring: &Measuring<'_>,
    period: &Period,
    period_id: &str,
    by: By,
    results: &[PassResult],
) -> Vec<(UnitRef, Option<String>)> {
    let unit_name = measuring.definitions.all_units.clone();
    let everything = UnitRef { unit_code: "*".into(), unit_name, kind: None };
    if !by.is_by_unit() {
        let mut groups: Vec<Option<String>> = results
            .iter()
            .flat_map(|result| result.values.keys())
            .filter(|key| key.0 == period_id)
            .map(|key| key.2.clone())
            .collect();
        groups.sort();
        groups.dedup();
        return groups.into_iter().map(|group| (everything.clone(), group)).collect();
    }
    let mut units = measuring.units_in(period);
    // A unit outside its validity that counts something is shown all the same: nothing is lost.
    for unit in measuring.units.units() {
        let is_root = unit.parent.is_none();
        let stays = measuring.stays_in(unit, period) && !is_root;
        let has_figures = stays
            || !measuring.exists(unit, period)
                && results.iter().any(|one| one.values.contains_key(&(period_id.to_owned(), unit.code.clone(), None)));
        if has_figures && !units.iter().any(|other| other.unit_code == unit.code) {
            units.push(reference(unit));
        }
    }
    units.sort();
    let mut kinds: Vec<&str> = units.iter().filter_map(|unit| unit.kind.as_deref()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let title = |kind: &str| {
        measuring.definitions.kinds.iter().find(|(id, _)| id == kind).map_or(kind, |(_, title)| title).to_owned()
    };
    let sums: Vec<UnitRef> = kinds
        .iter()
        .map(|kind| UnitRef { unit_code: format!("*{kind}"), unit_name: title(kind), kind: Some((*kind).to_owned()) })
        .collect();
    units.into_iter().chain(sums).chain([everything]).map(|unit| (unit, None)).collect()
}

/// Whether a figure counts any row of the period.
fn counts_rows(values: &Values, cells: Cells) -> bool {
    let (Cells::Ratio { rows, .. }
    | Cells::Count { rows, .. }
    | Cells::Percentile { rows, .. }
    | Cells::Quotient { seen: rows, .. }
    | Cells::Sum { seen: rows, .. }
    | Cells::Value { seen: rows, .. }) = cells;
    matches!(values[rows], Value::Number(Some(count)) if count > 0.0)
}

/// The counts of the table, if small ones are not to be told.
fn table(
    measuring: &Measuring<'_>,
    (periods, indicators): (&[Period], &[&Indicator]),
    results: &[PassResult],
    split: (By, Children),
) -> Option<CountTable> {
    let passes: Vec<&Pass> = results.iter().map(|result| &result.pass).collect();
    measuring.policies.protects().then(|| CountTable::new(periods, indicators, &passes, split))
}

/// The number of a value column, or how many numbers it lists.
fn length(values: Option<&Values>, at: usize) -> f64 {
    match values.map(|values| &values[at]) {
        Some(Value::Number(number)) => number.unwrap_or(0.0),
        Some(Value::List(list)) => list.len() as f64,
        None => 0.0,
    }
}

/// The figure of a result row.
pub(super) fn cell(values: Option<&Values>, cells: Cells) -> Measure {
    let count = |position: usize| match values.map(|values| &values[position]) {
        Some(Value::Number(Some(number))) => *number,
        _ => 0.0,
    };
    let list = |position: usize| match values.map(|values| &values[position]) {
        Some(Value::List(list)) => list.as_slice(),
        _ => &[],
    };
    let (measure, rows, seen) = match cells {
        Cells::Ratio { top, per, bottom, rows, seen } => (Measure::ratio(count(top) / per, count(bottom)), rows, seen),
        Cells::Quotient { seen, .. } | Cells::Sum { seen, .. } | Cells::Value { seen, .. } if count(seen) == 0.0 => {
            return Measure::MISSING;
        }
        Cells::Quotient { top, bottom, seen } => (Measure::ratio(count(top), count(bottom)), seen, seen),
        Cells::Sum { top, seen } => (Measure::plain(Some(count(top))), seen, seen),
        // With its children added, a unit has several values, which have no sum.
        Cells::Value { top, seen } => (Measure::plain(Some(count(top)).filter(|_| count(seen) < 1.5)), seen, seen),
        Cells::Count { top, rows, seen } => (Measure::plain(Some(count(top))), rows, seen),
        Cells::Percentile { values, share, per, rows, seen } => {
            (Measure::plain(percentile(list(values), share).map(|value| value / per)), rows, seen)
        }
    };
    // There were rows, but none of them came with the column.
    if count(rows) > 0.0 && count(seen) == 0.0 {
        return Measure { value: None, status: Status::Missing, ..measure };
    }
    measure
}

/// A figure without a value, and why.
pub(super) const fn without_value(status: Status) -> Measure {
    Measure { numerator: None, denominator: None, value: None, status, estimate: false }
}

/// Runs a pass and adds its rows up: to the unit, its kind, everything, and with [`Children::Added`] to the units above it.
async fn run(
    measuring: &Measuring<'_>,
    pass: Pass,
    periods: &[Period],
    by: By,
    children: Children,
) -> Result<PassResult, StoreError> {
    let ids: Vec<String> = periods.iter().map(ToString::to_string).collect();
    let (mut values_of, mut estimated) = (HashMap::new(), HashMap::new());
    let is_empty = is_empty(measuring, &pass.table).await?;
    for row in measuring.session.rows(&pass.sql).await?.iter() {
        let period = &ids[row.count(0) as usize];
        let values: Values = (LEAD..LEAD + pass.width).map(|at| value(row, at)).collect();
        for code in receivers(measuring, row.text(1), row.text(2), by, children) {
            add_to(&mut values_of, (period.clone(), code, row.text(3).map(str::to_owned)), &values);
        }
        if let Some(divided) = row.text(4) {
            for code in estimated_receivers(measuring, divided, row.text(2), by, children) {
                add_to(&mut estimated, (period.clone(), code, None), &values);
            }
        }
    }
    Ok(PassResult { pass, values: values_of, estimated, is_empty })
}

pub(super) fn value(row: Row<'_>, at: usize) -> Value {
    row.numbers(at).map_or_else(|| Value::Number(row.number(at)), Value::List)
}

/// Whose figures a result row adds to.
pub(super) fn receivers(
    measuring: &Measuring<'_>,
    unit: Option<&str>,
    kind: Option<&str>,
    by: By,
    children: Children,
) -> Vec<String> {
    let mut receivers = vec!["*".to_owned()];
    if !by.is_by_unit() {
        return receivers;
    }
    let known = unit.and_then(|code| measuring.units.by_code(code));
    let kind = kind.or_else(|| known.map(|unit| unit.kind.as_str()));
    receivers.extend(kind.map(|kind| format!("*{kind}")));
    receivers.extend(unit.map(str::to_owned));
    if let (Some(code), Children::Added) = (unit, children) {
        receivers.extend(measuring.units.ancestors(code).map(|unit| unit.code.clone()));
    }
    receivers
}

fn add_to(sums: &mut HashMap<Key, Values>, key: Key, values: &Values) {
    match sums.get_mut(&key) {
        Some(sum) => add(sum, values),
        None => drop(sums.insert(key, values.clone())),
    }
}

/// Counts and sums add up, lists are joined: a rate or a median is computed after that, never averaged.
pub(super) fn add(sum: &mut Values, more: &Values) {
    for (left, right) in sum.iter_mut().zip(more) {
        match (left, right) {
            (Value::Number(left), Value::Number(Some(right))) => *left = Some(left.unwrap_or(0.0) + right),
            (Value::List(left), Value::List(right)) => left.extend_from_slice(right),
            _ => {}
        }
    }
}

/// The value below which `share` of the values lie, interpolated linearly between neighbours; none of no values.
fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = share * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

pub(super) async fn is_empty(measuring: &Measuring<'_>, table: &str) -> Result<bool, StoreError> {
    Ok(measuring.session.rows(&format!("SELECT 1 FROM {table} LIMIT 1")).await?.is_empty())
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_lies_between_its_neighbours() {
        assert_eq!(percentile(&[], 0.5), None);
        assert_eq!(percentile(&[7.0], 0.9), Some(7.0));
        assert_eq!(percentile(&[4.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 10.0], 0.5), Some(2.5));
        // 0.9 × 3 = 2.7: seven tenths of the way from 3 to 10.
        assert!(percentile(&[1.0, 2.0, 3.0, 10.0], 0.9).is_some_and(|value| (value - 7.9).abs() < 1e-12));
    }
}
