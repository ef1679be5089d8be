//! Compiles all indicators of one table into one SQL pass.

use std::collections::BTreeMap;

use super::facts::with_scoped;
use super::{By, Children, Engine};
use crate::definitions::{Aggregate, Indicator, Rows};

/// One statement and where each indicator's figures stand in its result.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    pub table: String,
    pub sql: String,
    /// Position among the indicators asked for → its columns.
    pub cells: Vec<(usize, Cells)>,
    /// Number of value columns, after `period`, `fact_unit`, `kind`, `grp` and `level`.
    pub width: usize,
}

/// Result columns of one indicator.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cells {
    /// Numerator, denominator, rows in the period, rows of them with all needed columns.
    Ratio { top: usize, bottom: usize, rows: usize, seen: usize },
    /// Count, rows in the period, rows with all needed columns.
    Count { top: usize, rows: usize, seen: usize },
    /// All values (a list), of which a share lies at or below the figure.
    Percentile { values: usize, share: f64, rows: usize, seen: usize },
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

    fn count(&mut self, conditions: &[&str]) -> usize {
        self.add(format!("COUNT(*) FILTER (WHERE {})", all(conditions)))
    }
}

/// One pass per fact table, in the order in which the indicators name them.
pub(super) fn passes(engine: &Engine<'_>, indicators: &[&Indicator], by: By, children: Children) -> Vec<Pass> {
    let mut tables: Vec<&str> = Vec::new();
    for indicator in indicators {
        if !tables.contains(&indicator.table.as_str()) {
            tables.push(&indicator.table);
        }
    }
    tables.into_iter().map(|table| pass(engine, table, indicators, by, children)).collect()
}

fn pass(engine: &Engine<'_>, table: &str, indicators: &[&Indicator], by: By, children: Children) -> Pass {
    let mut select = Select::default();
    let mut cells = Vec::new();
    for (position, indicator) in indicators.iter().enumerate().filter(|(_, one)| one.table == table) {
        cells.push((position, columns(indicator, &mut select)));
    }
    let list = select.list.join(",\n");
    let group = group_column(by, table);
    let with = with_scoped(table, engine.policies, &format!("{list} {group}"), children);
    // depth: 2 is a unit's row, 1 the sum over a kind, 3 everything.
    let (unit, kind, grp, depth, sets) = match (by, children) {
        (By::Unit, Children::Apart) => (
            "unit_code",
            "unit_kind",
            "NULL",
            "GROUPING(unit_code) + 2 * GROUPING(unit_kind)",
            "GROUPING SETS ((period, unit_code), (period, unit_kind), (period))",
        ),
        (By::Unit, Children::Added) => ("unit_code", "NULL", "NULL", "2", "period, unit_code"),
        (_, _) => ("NULL", "NULL", "grp", "3", "period, grp"),
    };
    let of = if children == Children::Added { "tree_unit" } else { "fact_unit" };
    let sql = format!(
        "{with}SELECT period, {unit} AS unit_code, {kind} AS unit_kind, {grp} AS grp, {depth} AS depth,\n{list}\n\
         FROM (SELECT s.*, s.{of} AS unit_code, COALESCE(s.fact_kind, u.kind) AS unit_kind, {group} AS grp\n\
         FROM scoped s LEFT JOIN units u ON u.code = s.fact_unit)\nGROUP BY {sets}"
    );
    Pass { table: table.to_owned(), sql, cells, width: select.list.len() }
}

fn columns(indicator: &Indicator, select: &mut Select) -> Cells {
    let rows_condition = rows(indicator.rows);
    let needed: Vec<String> = indicator.needs.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    let needed: Vec<&str> = needed.iter().map(String::as_str).collect();
    let (top, bottom) = (indicator.numerator.as_str(), indicator.denominator.as_str());
    let in_rows = select.count(&[rows_condition]);
    let seen = select.count(&[&[rows_condition], needed.as_slice()].concat());
    match indicator.aggregate {
        Aggregate::Ratio => Cells::Ratio {
            top: select.count(&[rows_condition, bottom, top]),
            bottom: select.count(&[rows_condition, bottom]),
            rows: in_rows,
            seen,
        },
        Aggregate::Count => Cells::Count { top: select.count(&[rows_condition, bottom, top]), rows: in_rows, seen },
        Aggregate::Mean => Cells::Ratio {
            top: select.add(format!("SUM({top}) FILTER (WHERE {})", all(&[rows_condition, bottom]))),
            bottom: select.add(format!("COUNT({top}) FILTER (WHERE {})", all(&[rows_condition, bottom]))),
            rows: in_rows,
            seen,
        },
        // The engine's percentile_cont rounds its interpolation, so the values come out as a list; the median and
        // the 90th percentile of one value share it.
        Aggregate::Percentile(share) => Cells::Percentile {
            values: select.add(format!(
                "array_agg(CAST({top} AS DOUBLE)) FILTER (WHERE {})",
                all(&[rows_condition, bottom, &format!("{top} IS NOT NULL")])
            )),
            share,
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
    let said: Vec<String> = conditions.iter().filter(|one| **one != "TRUE").map(|one| format!("({one})")).collect();
    if said.is_empty() { "TRUE".to_owned() } else { said.join(" AND ") }
}

/// The column that groups, where figures are not by unit. Tables without it have one group.
fn group_column(by: By, table: &str) -> &'static str {
    match (by, table) {
        (By::Field, "dossiers" | "procedures") => "field",
        (By::Procedure, "dossiers" | "procedures") => "procedure_name",
        (By::Channel, "dossiers") => "CAST(channel AS VARCHAR)",
        (By::Level, "dossiers" | "procedures") => "CAST(service_level AS VARCHAR)",
        _ => "CAST(NULL AS VARCHAR)",
    }
}
