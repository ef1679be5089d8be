//! Traces a figure to its definition, its SQL, its files and its rows.

use super::compile::{all, rows};
use super::derive::statement;
use super::facts::with_scoped;
use super::figures::receivers;
use super::{By, Children, Measuring};
use cchc_definitions::{Aggregate, Derived, Indicator};
use cchc_model::{IndicatorRow, Period, Status, Table};
use cchc_store::{Row, StoreError};

/// Where a figure comes from.
#[derive(Debug, Clone)]
pub struct Trace {
    /// How it is defined.
    pub definition: Indicator,
    /// The figure.
    pub row: IndicatorRow,
    /// SQL that lists its rows.
    pub sql: String,
    /// Files that hold the rows it counts.
    pub files: Vec<String>,
    /// The rows: those in the denominator, and of each whether it is in the numerator.
    pub rows: Vec<TracedRow>,
    /// The figures that it is made of, each traced in turn.
    pub inputs: Vec<Trace>,
}

/// One counted row; a unit, in a figure that is made of the figures of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedRow {
    /// Its code.
    pub code: String,
    /// Whether it counts in the numerator.
    pub in_numerator: bool,
    /// File, sheet and row it came from.
    pub file: String,
    /// Sheet.
    pub sheet: String,
    /// Row.
    pub row: String,
    /// Of columns that the file does not have, where what they say stood, by column.
    pub kept_from: Vec<KeptFrom>,
}

/// A cell that was kept from an older file, since the row's own file does not have the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFrom {
    /// The column.
    pub column: String,
    /// File of the cell.
    pub file: String,
    /// Its sheet.
    pub sheet: String,
    /// Its row.
    pub row: u64,
}

/// Reads the column `kept_from` of a row.
fn kept_from(note: Option<&str>) -> Vec<KeptFrom> {
    let columns: Option<serde_json::Map<String, serde_json::Value>> =
        note.and_then(|note| serde_json::from_str(note).ok());
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let read = |(column, from): (String, serde_json::Value)| KeptFrom {
        column,
        file: text(&from["file"]),
        sheet: text(&from["sheet"]),
        row: from["row"].as_u64().unwrap_or_default(),
    };
    columns.unwrap_or_default().into_iter().map(read).collect()
}

/// Traces one indicator of one unit (`*KIND` and `*` too) in one period.
///
/// # Errors
/// The store cannot be read; `Ok(None)` if there is no such unit in the period.
pub async fn trace(
    measuring: &Measuring<'_>,
    indicator: &Indicator,
    unit: &str,
    period: &Period,
) -> Result<Option<Trace>, StoreError> {
    let figures = measuring.measure(std::slice::from_ref(period), &[indicator], By::Unit, Children::Apart).await?;
    let Some(figure) = figures.into_iter().find(|one| one.row.unit.unit_code == unit) else { return Ok(None) };
    if figure.row.measure.status == Status::Suppressed {
        // What it counts must not be counted here.
        let sql = row_sql_of(measuring, indicator, unit, period);
        let (files, rows, inputs) = (Vec::new(), Vec::new(), Vec::new());
        return Ok(Some(Trace { definition: indicator.clone(), row: figure.row, sql, files, rows, inputs }));
    }
    if let Some(derived) = &indicator.derived {
        let sql = statement(indicator, derived, period, By::Unit, unit);
        let inputs = Box::pin(inputs(measuring, derived, unit, period)).await?;
        let rows = match derived {
            Derived::UnitShare { .. } | Derived::UnitMean { .. } => units(measuring, derived, unit, period).await?,
            _ => rows_of_inputs(derived, &inputs),
        };
        let files = sorted(inputs.iter().flat_map(|one| one.files.clone()).collect());
        return Ok(Some(Trace { definition: indicator.clone(), row: figure.row, sql, files, rows, inputs }));
    }
    let sql = row_sql(measuring, indicator, unit, period);
    let row = |row: Row<'_>| TracedRow {
        code: row.string(0),
        file: row.string(1),
        sheet: row.string(2),
        row: row.integer(3).map(|row| row.to_string()).unwrap_or_default(),
        in_numerator: row.flag(4).unwrap_or_default(),
        kept_from: kept_from(row.text(5)),
    };
    let traced: Vec<TracedRow> = measuring.session.rows(&sql).await?.iter().map(row).collect();
    let files = sorted(traced.iter().map(|row| row.file.clone()).collect());
    let definition = indicator.clone();
    Ok(Some(Trace { definition, row: figure.row, sql, files, rows: traced, inputs: Vec::new() }))
}

fn sorted(mut files: Vec<String>) -> Vec<String> {
    files.sort();
    files.dedup();
    files
}

/// The figures that a derived one is made of, of the same unit or sum; of a change those of both periods.
async fn inputs(
    measuring: &Measuring<'_>,
    derived: &Derived,
    unit: &str,
    period: &Period,
) -> Result<Vec<Trace>, StoreError> {
    let mut found = Vec::new();
    for id in derived.inputs() {
        let Some(read) = measuring.definitions.indicator(id, period) else { continue };
        found.extend(trace(measuring, read, unit, period).await?);
        if let Derived::Change { against, .. } = derived {
            found.extend(trace(measuring, read, unit, &against.earlier(period)).await?);
        }
    }
    Ok(found)
}

/// The rows of the inputs that are the figure's own: of a ratio what its two figures count, of the first figure with a
/// value what that counts. A formula and a change have none; their inputs have.
fn rows_of_inputs(derived: &Derived, inputs: &[Trace]) -> Vec<TracedRow> {
    match (derived, inputs) {
        (Derived::Ratio { .. }, [top, bottom]) => {
            let counted = |one: &'_ Trace, in_numerator| {
                let rows = one.rows.iter().filter(|row| row.in_numerator).cloned();
                rows.map(|row| TracedRow { in_numerator, ..row }).collect::<Vec<_>>()
            };
            [counted(top, true), counted(bottom, false)].concat()
        }
        (Derived::First { .. }, inputs) => {
            let first = inputs.iter().find(|one| matches!(one.row.measure.status, Status::Ok | Status::Suppressed));
            first.map(|one| one.rows.clone()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The units behind a share or a mean of units, and of each whether it counts in the numerator.
async fn units(
    measuring: &Measuring<'_>,
    derived: &Derived,
    of: &str,
    period: &Period,
) -> Result<Vec<TracedRow>, StoreError> {
    let (Derived::UnitShare { kinds, .. } | Derived::UnitMean { kinds, .. }) = derived else { return Ok(Vec::new()) };
    let read: Vec<&Indicator> =
        derived.inputs().iter().filter_map(|id| measuring.definitions.indicator(id, period)).collect();
    let figures = measuring.measure(std::slice::from_ref(period), &read, By::Unit, Children::Apart).await?;
    let rows =
        figures.chunks(read.len().max(1)).filter(|cells| cells.iter().all(|cell| cell.row.measure.value.is_some()));
    let counted = rows.filter(|cells| {
        let unit = &cells[0].row.unit;
        let kind = unit.kind.as_deref();
        !unit.unit_code.starts_with('*')
            && (kinds.is_empty() || kinds.iter().any(|one| Some(one.as_str()) == kind))
            && receivers(measuring, Some(&unit.unit_code), kind, By::Unit, Children::Apart)
                .iter()
                .any(|code| code == of)
    });
    let mut found: Vec<TracedRow> = counted
        .map(|cells| TracedRow {
            code: cells[0].row.unit.unit_code.clone(),
            in_numerator: match derived {
                Derived::UnitShare { bounds, .. } => {
                    cells[0].row.measure.value.is_some_and(|value| bounds.contain(value))
                }
                _ => true,
            },
            file: String::new(),
            sheet: String::new(),
            row: String::new(),
            kept_from: Vec::new(),
        })
        .collect();
    found.sort_by(|left, right| (right.in_numerator, &left.code).cmp(&(left.in_numerator, &right.code)));
    Ok(found)
}

/// The SQL of a figure, counted or derived.
fn row_sql_of(measuring: &Measuring<'_>, indicator: &Indicator, unit: &str, period: &Period) -> String {
    match &indicator.derived {
        Some(derived) => statement(indicator, derived, period, By::Unit, unit),
        None => row_sql(measuring, indicator, unit, period),
    }
}

fn row_sql(measuring: &Measuring<'_>, indicator: &Indicator, unit: &str, period: &Period) -> String {
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
        Aggregate::Mean
        | Aggregate::Percentile(_)
        | Aggregate::Quotient
        | Aggregate::Sum
        | Aggregate::Value
        | Aggregate::Derived => "TRUE".to_owned(),
    };
    let has_value = |value: &str| format!("{value} IS NOT NULL");
    let bottom = match indicator.aggregate {
        Aggregate::Quotient => all(&[&has_value(&indicator.numerator), &has_value(&indicator.denominator)]),
        Aggregate::Sum | Aggregate::Value => all(&[&has_value(&indicator.numerator), &indicator.denominator]),
        _ => indicator.denominator.clone(),
    };
    let within = all(&[rows(indicator.rows), &indicator.of, &bottom]);
    let used = format!("{top} {within}");
    let with = with_scoped(
        &indicator.table,
        std::slice::from_ref(period),
        measuring.policies,
        &measuring.definitions.calendar,
        measuring.carry,
        &used,
    );
    format!(
        "{with}SELECT {key} AS code, file, sheet, row, {top} AS in_numerator, kept_from\n\
         FROM (SELECT s.* FROM scoped s LEFT JOIN units u ON u.code = s.fact_unit WHERE {of})\n\
         WHERE {within}\nORDER BY in_numerator DESC, code"
    )
}
