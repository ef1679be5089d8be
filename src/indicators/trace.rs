//! Leads a figure back to its definition, its SQL, its files and its rows.

use super::compile::{all, rows};
use super::derive::{earlier, input, of_unit};
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
    /// The figures that it is made of, each led back in turn.
    pub inputs: Vec<Trace>,
}

/// One counted row; a unit, in a figure that is made of the figures of units.
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
pub async fn trace(
    engine: &Measuring<'_>,
    indicator: &Indicator,
    unit: &str,
    period: &Period,
) -> Result<Option<Trace>, StoreError> {
    let figures = engine.measure(std::slice::from_ref(period), &[indicator], By::Unit, Children::Apart).await?;
    let Some(figure) = figures.into_iter().find(|one| one.row.unit.unit_code == unit) else { return Ok(None) };
    if figure.row.measure.status == Status::Suppressed {
        // What it counts must not be counted here.
        let sql = row_sql_of(engine, indicator, unit, period);
        let (files, rows, inputs) = (Vec::new(), Vec::new(), Vec::new());
        return Ok(Some(Trace { definition: indicator.clone(), row: figure.row, sql, files, rows, inputs }));
    }
    if let Some(derived) = &indicator.derived {
        let sql = of_unit(indicator, derived, period, unit);
        // A figure of figures is traced in turn.
        let inputs = Box::pin(inputs(engine, derived, unit, period)).await?;
        let rows = match derived {
            Derived::UnitShare { .. } | Derived::UnitMean { .. } => units(engine, derived, unit, period).await?,
            _ => passed_on(derived, &inputs),
        };
        let files = sorted(inputs.iter().flat_map(|one| one.files.clone()).collect());
        return Ok(Some(Trace { definition: indicator.clone(), row: figure.row, sql, files, rows, inputs }));
    }
    let sql = row_sql(engine, indicator, unit, period);
    let row = |row: Row<'_>| TracedRow {
        code: row.string(0),
        file: row.string(1),
        sheet: row.string(2),
        row: row.integer(3).map(|row| row.to_string()).unwrap_or_default(),
        in_numerator: row.flag(4).unwrap_or_default(),
    };
    let traced: Vec<TracedRow> = engine.session.rows(&sql).await?.iter().map(row).collect();
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
    engine: &Measuring<'_>,
    derived: &Derived,
    unit: &str,
    period: &Period,
) -> Result<Vec<Trace>, StoreError> {
    let mut found = Vec::new();
    for id in derived.inputs() {
        let Some(read) = input(engine.definitions, id, period) else { continue };
        found.extend(trace(engine, read, unit, period).await?);
        if let Derived::Change { against, .. } = derived {
            found.extend(trace(engine, read, unit, &earlier(period, *against)).await?);
        }
    }
    Ok(found)
}

/// The rows of the inputs that are the figure's own: of a ratio what its two figures count, of the first that is there
/// what that counts. A formula and a change have none; their inputs have.
fn passed_on(derived: &Derived, inputs: &[Trace]) -> Vec<TracedRow> {
    match (derived, inputs) {
        (Derived::Ratio { .. }, [top, bottom]) => {
            let counted = |one: &'_ Trace, in_numerator| {
                let rows = one.rows.iter().filter(|row| row.in_numerator).cloned();
                rows.map(|row| TracedRow { in_numerator, ..row }).collect::<Vec<_>>()
            };
            [counted(top, true), counted(bottom, false)].concat()
        }
        (Derived::First { .. }, inputs) => {
            let told = inputs.iter().find(|one| matches!(one.row.measure.status, Status::Ok | Status::Suppressed));
            told.map(|one| one.rows.clone()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The units behind a share or a mean of units, and of each whether it is on top.
async fn units(
    engine: &Measuring<'_>,
    derived: &Derived,
    of: &str,
    period: &Period,
) -> Result<Vec<TracedRow>, StoreError> {
    let (Derived::UnitShare { kinds, .. } | Derived::UnitMean { kinds, .. }) = derived else { return Ok(Vec::new()) };
    let read: Vec<&Indicator> =
        derived.inputs().iter().filter_map(|id| input(engine.definitions, id, period)).collect();
    let figures = engine.measure(std::slice::from_ref(period), &read, By::Unit, Children::Apart).await?;
    let rows =
        figures.chunks(read.len().max(1)).filter(|cells| cells.iter().all(|cell| cell.row.measure.value.is_some()));
    let counted = rows.filter(|cells| {
        let unit = &cells[0].row.unit;
        let kind = unit.kind.as_deref();
        !unit.unit_code.starts_with('*')
            && (kinds.is_empty() || kinds.iter().any(|one| Some(one.as_str()) == kind))
            && receivers(engine, Some(&unit.unit_code), kind, By::Unit, Children::Apart).iter().any(|code| code == of)
    });
    let mut found: Vec<TracedRow> = counted
        .map(|cells| TracedRow {
            code: cells[0].row.unit.unit_code.clone(),
            in_numerator: match derived {
                Derived::UnitShare { holds, .. } => cells[0].row.measure.value.is_some_and(|value| holds.of(value)),
                _ => true,
            },
            file: String::new(),
            sheet: String::new(),
            row: String::new(),
        })
        .collect();
    found.sort_by(|left, right| (right.in_numerator, &left.code).cmp(&(left.in_numerator, &right.code)));
    Ok(found)
}

/// The SQL of a figure, counted or derived.
fn row_sql_of(engine: &Measuring<'_>, indicator: &Indicator, unit: &str, period: &Period) -> String {
    match &indicator.derived {
        Some(derived) => of_unit(indicator, derived, period, unit),
        None => row_sql(engine, indicator, unit, period),
    }
}

fn row_sql(engine: &Measuring<'_>, indicator: &Indicator, unit: &str, period: &Period) -> String {
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
    let stated = |value: &str| format!("{value} IS NOT NULL");
    let bottom = match indicator.aggregate {
        Aggregate::Quotient => all(&[&stated(&indicator.numerator), &stated(&indicator.denominator)]),
        Aggregate::Sum | Aggregate::Value => all(&[&stated(&indicator.numerator), &indicator.denominator]),
        _ => indicator.denominator.clone(),
    };
    let within = all(&[rows(indicator.rows), &indicator.of, &bottom]);
    let used = format!("{top} {within}");
    let with = with_scoped(
        &indicator.table,
        std::slice::from_ref(period),
        engine.policies,
        &engine.definitions.calendar,
        engine.carry,
        &used,
    );
    format!(
        "{with}SELECT {key} AS code, file, sheet, row, {top} AS in_numerator\n\
         FROM (SELECT s.* FROM scoped s LEFT JOIN units u ON u.code = s.fact_unit WHERE {of})\n\
         WHERE {within}\nORDER BY in_numerator DESC, code"
    )
}
