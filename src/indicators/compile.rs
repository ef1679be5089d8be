//! Compiles all indicators of one table into one SQL pass.

use std::collections::BTreeMap;

use super::facts::with_scoped;
use super::{By, Measuring};
use cchc_definitions::{Aggregate, Indicator, Rows};
use cchc_model::Period;

/// One statement and the columns of each indicator in its result.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    pub table: String,
    pub sql: String,
    /// Position among the requested indicators → its columns.
    pub cells: Vec<(usize, Cells)>,
    /// Number of value columns, after `period`, `fact_unit`, `fact_kind`, `grp` and `split_from`.
    pub width: usize,
    /// The expression of each value column.
    pub expressions: Vec<String>,
}

/// Result columns of one indicator.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cells {
    /// Numerator and what it is divided by, denominator, rows in the period, rows of them with all needed columns.
    Ratio { top: usize, per: f64, bottom: usize, rows: usize, seen: usize },
    /// Sum on top, sum below, rows with both.
    Quotient { top: usize, bottom: usize, seen: usize },
    /// Sum, rows with the value.
    Sum { top: usize, seen: usize },
    /// The value of the one row that a unit has, rows with it.
    Value { top: usize, seen: usize },
    /// Count, rows in the period, rows with all needed columns.
    Count { top: usize, rows: usize, seen: usize },
    /// All values (a list), of which a share lies at or below the figure.
    Percentile { values: usize, share: f64, per: f64, rows: usize, seen: usize },
}

/// Expressions already in the select list: each is computed once.
#[derive(Default)]
struct Select {
    positions: BTreeMap<String, usize>,
    list: Vec<String>,
}

impl Select {
    fn add(&mut self, expression: String) -> usize {
        if let Some(at) = self.positions.get(&expression) {
            return *at;
        }
        let at = self.list.len();
        self.list.push(format!("{expression} AS v{at}"));
        self.positions.insert(expression, at);
        at
    }

    /// The expressions in the order of the list.
    fn expressions(&self) -> Vec<String> {
        let mut expressions = vec![String::new(); self.list.len()];
        for (expression, at) in &self.positions {
            expressions[*at].clone_from(expression);
        }
        expressions
    }

    fn count(&mut self, conditions: &[&str]) -> usize {
        self.add(format!("COUNT(*) FILTER (WHERE {})", all(conditions)))
    }

    fn sum(&mut self, value: &str, conditions: &[&str]) -> usize {
        self.add(format!("SUM(CAST({value} AS DOUBLE)) FILTER (WHERE {})", all(conditions)))
    }

    /// Rows, or the sum of their weights.
    fn weighted_count(&mut self, weight: Option<&str>, conditions: &[&str]) -> usize {
        match weight {
            None => self.count(conditions),
            Some(weight) => self.sum(weight, conditions),
        }
    }
}

/// One pass per fact table, in the order in which the indicators name them.
pub(super) fn passes(measuring: &Measuring<'_>, periods: &[Period], indicators: &[&Indicator], by: By) -> Vec<Pass> {
    let mut tables: Vec<&str> = Vec::new();
    for indicator in indicators {
        if !tables.contains(&indicator.table.as_str()) {
            tables.push(&indicator.table);
        }
    }
    tables.into_iter().map(|table| pass(measuring, table, periods, indicators, by)).collect()
}

fn pass(measuring: &Measuring<'_>, table: &str, periods: &[Period], indicators: &[&Indicator], by: By) -> Pass {
    let mut select = Select::default();
    let mut cells = Vec::new();
    for (position, indicator) in indicators.iter().enumerate().filter(|(_, one)| one.table == table) {
        cells.push((position, columns(indicator, &mut select)));
    }
    let list = select.list.join(",\n");
    let group = group_column(by, table);
    let carry = measuring.carry.filter(|_| by.is_by_unit());
    let used = format!("{list} {group}");
    let with = with_scoped(table, periods, measuring.policies, &measuring.definitions.calendar, carry, &used);
    let (split, by_split) =
        if carry.is_some() { ("split_from", ", split_from") } else { ("CAST(NULL AS VARCHAR) AS split_from", "") };
    // Sums over kinds, over everything and over the units below a unit are added up from this one grouping.
    let sql = match by {
        By::Unit | By::Month if table == "procedures" => format!(
            "{with}SELECT period, fact_unit, fact_kind, CAST(NULL AS VARCHAR) AS grp, {split},\n{list}\nFROM scoped\n\
             GROUP BY period, fact_unit, fact_kind{by_split}"
        ),
        // Elsewhere the kind is the unit's, and two plain keys group faster than three.
        By::Unit | By::Month => format!(
            "{with}SELECT period, fact_unit, CAST(NULL AS VARCHAR) AS fact_kind, CAST(NULL AS VARCHAR) AS grp, {split},\n\
             {list}\nFROM scoped\nGROUP BY period, fact_unit{by_split}"
        ),
        _ => format!(
            "{with}SELECT period, CAST(NULL AS VARCHAR) AS fact_unit, CAST(NULL AS VARCHAR) AS fact_kind, \
             {group} AS grp, {split},\n{list}\nFROM scoped\nGROUP BY period, {group}"
        ),
    };
    Pass { table: table.to_owned(), sql, cells, width: select.list.len(), expressions: select.expressions() }
}

/// The pass of one indicator by unit and, within it, by group.
pub(super) fn pass_within_units(
    measuring: &Measuring<'_>,
    periods: &[Period],
    indicator: &Indicator,
    by: By,
) -> (Pass, Cells) {
    let mut select = Select::default();
    let cells = columns(indicator, &mut select);
    let (list, group) = (select.list.join(",\n"), group_column(by, &indicator.table));
    let used = format!("{list} {group}");
    let calendar = &measuring.definitions.calendar;
    let with = with_scoped(&indicator.table, periods, measuring.policies, calendar, measuring.carry, &used);
    let sql = format!(
        "{with}SELECT period, fact_unit, fact_kind, {group} AS grp, CAST(NULL AS VARCHAR) AS split_from,\n{list}\n\
         FROM scoped\nGROUP BY period, fact_unit, fact_kind, {group}"
    );
    let expressions = select.expressions();
    let table = indicator.table.clone();
    (Pass { table, sql, cells: vec![(0, cells)], width: select.list.len(), expressions }, cells)
}

fn columns(indicator: &Indicator, select: &mut Select) -> Cells {
    let rows_condition = all(&[rows(indicator.rows), &indicator.of]);
    let rows_condition = rows_condition.as_str();
    let weight = indicator.weight.as_deref();
    let needed: Vec<String> = indicator.needs.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
    let (top, bottom) = (indicator.numerator.as_str(), indicator.denominator.as_str());
    let in_rows = select.count(&[rows_condition]);
    let seen = select.count(&[&[rows_condition], needed.as_slice()].concat());
    match indicator.aggregate {
        Aggregate::Ratio => Cells::Ratio {
            top: select.weighted_count(weight, &[rows_condition, bottom, top]),
            per: 1.0,
            bottom: select.weighted_count(weight, &[rows_condition, bottom]),
            rows: in_rows,
            seen,
        },
        Aggregate::Count => {
            Cells::Count { top: select.weighted_count(weight, &[rows_condition, bottom, top]), rows: in_rows, seen }
        }
        Aggregate::Quotient => {
            let (above, below) = (format!("{top} IS NOT NULL"), format!("{bottom} IS NOT NULL"));
            let both = [rows_condition, above.as_str(), below.as_str()];
            Cells::Quotient {
                top: select.sum(top, &both),
                bottom: select.sum(bottom, &both),
                seen: select.count(&both),
            }
        }
        Aggregate::Sum | Aggregate::Value => {
            let has = format!("{top} IS NOT NULL");
            let with = [rows_condition, bottom, has.as_str()];
            let (top, seen) = (select.sum(top, &with), select.count(&with));
            if indicator.aggregate == Aggregate::Sum { Cells::Sum { top, seen } } else { Cells::Value { top, seen } }
        }
        Aggregate::Derived => unreachable!("figures of figures are no columns of a pass"),
        Aggregate::Mean => Cells::Ratio {
            top: select.add(format!("SUM({top}) FILTER (WHERE {})", all(&[rows_condition, bottom]))),
            per: indicator.per,
            bottom: select.add(format!("COUNT({top}) FILTER (WHERE {})", all(&[rows_condition, bottom]))),
            rows: in_rows,
            seen,
        },
        // The query engine's percentile_cont rounds its interpolation, so the values come out as a list; the median and
        // the 90th percentile of one value share it.
        Aggregate::Percentile(share) => Cells::Percentile {
            values: select.add(format!(
                "array_agg(CAST({top} AS DOUBLE)) FILTER (WHERE {})",
                all(&[rows_condition, bottom, &format!("{top} IS NOT NULL")])
            )),
            share,
            per: indicator.per,
            rows: in_rows,
            seen,
        },
    }
}

/// The condition that puts a row of `scoped` into the period.
pub(super) const fn rows(rows: Rows) -> &'static str {
    match rows {
        Rows::Received => "received",
        Rows::Finished => "finished",
        Rows::OpenAtEnd => "open_at_end",
        Rows::InScope | Rows::All => "TRUE",
    }
}

/// All conditions together, without those that are always true.
pub(super) fn all(conditions: &[&str]) -> String {
    let needed: Vec<String> = conditions.iter().filter(|one| **one != "TRUE").map(|one| format!("({one})")).collect();
    if needed.is_empty() { "TRUE".to_owned() } else { needed.join(" AND ") }
}

/// Whether rows of a table have the column that groups.
pub(super) fn has_groups(by: By, table: &str) -> bool {
    group_column(by, table) != NO_GROUP
}

/// All rows of a table without the column are one group.
const NO_GROUP: &str = "CAST(NULL AS VARCHAR)";

/// The column that groups, where figures are not by unit. Tables without it have one group.
fn group_column(by: By, table: &str) -> &'static str {
    match (by, table) {
        (By::Field, "dossiers" | "procedures") => "field",
        (By::Procedure, "dossiers" | "procedures") => "procedure_name",
        (By::Channel, "dossiers") => "CAST(channel AS VARCHAR)",
        (By::Level, "dossiers" | "procedures") => "CAST(service_level AS VARCHAR)",
        _ => NO_GROUP,
    }
}
