//! Leads a figure back to its definition, its SQL, its files and its rows.

use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

use super::compile::{all, rows};
use super::facts::with_scoped;
use super::lists::{text, texts};
use super::{By, Children, Engine};
use crate::definitions::{Aggregate, Indicator};
use crate::model::{IndicatorRow, Period, Table};
use crate::store::StoreError;

/// Where a figure comes from.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The figure.
    pub row: IndicatorRow,
    /// SQL that lists its rows.
    pub sql: String,
    /// Files that hold the rows it counts.
    pub files: Vec<String>,
    /// The rows: those in the denominator, and of each whether it is in the numerator.
    pub rows: Vec<TracedRow>,
}

/// One counted row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedRow {
    /// Its code.
    pub code: String,
    /// Whether it counts on top of the fraction.
    pub in_numerator: bool,
    /// File, sheet and row it came from.
    pub file: String,
    /// Sheet.
    pub sheet: String,
    /// Row.
    pub row: String,
}

/// Traces one indicator of one unit (`*KIND` and `*` too) in one period.
///
/// # Errors
/// The store cannot be read; `Ok(None)` if there is no such unit in the period.
pub fn trace(
    engine: &Engine<'_>,
    indicator: &Indicator,
    unit: &str,
    period: &Period,
) -> Result<Option<Trace>, StoreError> {
    let figures = engine.measure(std::slice::from_ref(period), &[indicator], By::Unit, Children::Apart)?;
    let Some(figure) = figures.into_iter().find(|one| one.row.unit.unit_code == unit) else { return Ok(None) };
    let sql = row_sql(engine, indicator, unit, period);
    let mut traced = Vec::new();
    for batch in engine.session.run(&sql)? {
        let columns = texts(&batch, 4)?;
        let top = cast(batch.column(4), &DataType::Boolean).map_err(DataFusionError::from)?;
        for row in 0..batch.num_rows() {
            let cell = |at: usize| text(&columns[at], row).unwrap_or_default().to_owned();
            traced.push(TracedRow {
                code: cell(0),
                file: cell(1),
                sheet: cell(2),
                row: cell(3),
                in_numerator: top.as_boolean().value(row),
            });
        }
    }
    let mut files: Vec<String> = traced.iter().map(|row| row.file.clone()).collect();
    files.sort();
    files.dedup();
    Ok(Some(Trace { row: figure.row, sql, files, rows: traced }))
}

fn row_sql(engine: &Engine<'_>, indicator: &Indicator, unit: &str, period: &Period) -> String {
    let key = Table::named(&indicator.table).map_or("", |table| table.key);
    let quoted = unit.replace('\'', "''");
    let of = match unit.strip_prefix('*') {
        None => format!("s.fact_unit = '{quoted}'"),
        Some("") => "TRUE".to_owned(),
        Some(_) => format!("COALESCE(s.fact_kind, u.kind) = '{}'", quoted.trim_start_matches('*')),
    };
    let top = match indicator.aggregate {
        Aggregate::Ratio | Aggregate::Count => format!("COALESCE({}, FALSE)", indicator.numerator),
        // Of a mean or a percentile every row with a value is on both sides.
        Aggregate::Mean | Aggregate::Percentile(_) | Aggregate::Quotient | Aggregate::Sum | Aggregate::Value => {
            "TRUE".to_owned()
        }
    };
    let stated = |value: &str| format!("{value} IS NOT NULL");
    let bottom = match indicator.aggregate {
        Aggregate::Quotient => all(&[&stated(&indicator.numerator), &stated(&indicator.denominator)]),
        Aggregate::Sum | Aggregate::Value => all(&[&stated(&indicator.numerator), &indicator.denominator]),
        _ => indicator.denominator.clone(),
    };
    let within = all(&[rows(indicator.rows), &indicator.of, &bottom]);
    let used = format!("{top} {within}");
    // The period stands in the SQL, so that anyone can run it again.
    let periods = format!(
        "WITH periods AS (SELECT 0 AS period, DATE '{}' AS period_start, DATE '{}' AS period_end), ",
        period.start, period.end
    );
    let with = with_scoped(&indicator.table, engine.policies, &engine.definitions.calendar, engine.carry, &used)
        .replacen("WITH ", &periods, 1);
    format!(
        "{with}SELECT {key} AS code, file, sheet, row, {top} AS in_numerator\n\
         FROM (SELECT s.* FROM scoped s LEFT JOIN units u ON u.code = s.fact_unit WHERE {of})\n\
         WHERE {within}\nORDER BY in_numerator DESC, code"
    )
}
