//! Lists of cases: dossiers late or overdue, and units whose exports do not reach the end of the period.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::error::DataFusionError;

use super::Engine;
use super::facts::with_scoped;
use super::figures::periods_batch;
use cchc_model::{LateDossier, NotSent, Period, UnitRef};
use cchc_store::StoreError;

/// Dossiers finished late in the period, or open at its end and past their due date; by unit, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn late_dossiers(engine: &Engine<'_>, period: &Period) -> Result<Vec<LateDossier>, StoreError> {
    engine.session.register("periods", periods_batch(std::slice::from_ref(period))?)?;
    let sql = format!(
        "{}SELECT fact_unit, dossier_code, procedure_name, received_on, due_on, CASE WHEN finished THEN finished_on END, \
         CAST(CASE WHEN finished THEN finished_on ELSE period_end END - due_on AS BIGINT) AS days_late\n\
         FROM scoped WHERE (finished AND late) OR (open_at_end AND overdue)\n\
         ORDER BY fact_unit, days_late DESC, dossier_code",
        with_scoped("dossiers", engine.policies, &engine.definitions.calendar, engine.carry, "")
    );
    let mut late = Vec::new();
    for batch in engine.session.run(&sql)? {
        let texts = texts(&batch, 3)?;
        let day = |at: usize, row: usize| day(batch.column(at), row);
        for row in 0..batch.num_rows() {
            let (Some(received), Some(due)) = (day(3, row), day(4, row)) else { continue };
            late.push(LateDossier {
                unit: unit_ref(engine, text(&texts[0], row).unwrap_or_default()),
                dossier_code: text(&texts[1], row).unwrap_or_default().to_owned(),
                procedure: text(&texts[2], row).map(str::to_owned),
                received,
                due,
                finished: day(5, row),
                days_late: batch.column(6).as_primitive::<Int64Type>().value(row),
            });
        }
    }
    Ok(late)
}

/// Units with a row in the period whose newest export is older than its end, or that sent none; by code. Where units of
/// another day are asked for, a unit is named if one of those that count for it has not sent.
///
/// # Errors
/// The store cannot be read.
pub fn not_sent(engine: &Engine<'_>, period: &Period) -> Result<Vec<NotSent>, StoreError> {
    let mut newest = BTreeMap::new();
    for batch in engine.session.run("SELECT unit, CAST(MAX(exported_at) AS DATE) FROM sent GROUP BY unit")? {
        let texts = texts(&batch, 1)?;
        for row in 0..batch.num_rows() {
            newest.insert(text(&texts[0], row).unwrap_or_default().to_owned(), day(batch.column(1), row));
        }
    }
    // Who had to send are the units of the period; whoever counts for one of them has not sent the whole either.
    let missing = Engine { carry: None, ..*engine }
        .units_in(period)
        .into_iter()
        .map(|unit| NotSent { last_export: newest.get(&unit.unit_code).copied().flatten(), unit })
        .filter(|one| one.last_export.is_none_or(|day| day < period.end));
    let mut earliest: BTreeMap<String, NotSent> = BTreeMap::new();
    for one in missing {
        let code = engine.carry.map_or(one.unit.unit_code.as_str(), |carry| carry.unit(&one.unit.unit_code));
        let held = earliest.get(code).is_some_and(|held| held.last_export <= one.last_export);
        if !held {
            let unit = if code == one.unit.unit_code { one.unit.clone() } else { unit_ref(engine, code) };
            earliest.insert(code.to_owned(), NotSent { unit, ..one });
        }
    }
    Ok(earliest.into_values().collect())
}

fn unit_ref(engine: &Engine<'_>, code: &str) -> UnitRef {
    let unit = engine.units.by_code(code);
    UnitRef {
        unit_code: code.to_owned(),
        unit_name: unit.map_or(code, |unit| unit.name.as_str()).to_owned(),
        kind: unit.map(|unit| unit.kind.clone()),
    }
}

pub(super) fn texts(batch: &RecordBatch, count: usize) -> Result<Vec<ArrayRef>, StoreError> {
    let columns = (0..count).map(|at| cast(batch.column(at), &DataType::Utf8)).collect::<Result<_, _>>();
    Ok(columns.map_err(DataFusionError::from)?)
}

pub(super) fn text(column: &ArrayRef, row: usize) -> Option<&str> {
    let texts = column.as_string::<i32>();
    texts.is_valid(row).then(|| texts.value(row))
}

fn day(column: &ArrayRef, row: usize) -> Option<NaiveDate> {
    let days = column.as_primitive::<Date32Type>();
    days.is_valid(row).then(|| days.value_as_date(row)).flatten()
}
