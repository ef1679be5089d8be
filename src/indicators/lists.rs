//! Lists of cases: dossiers late or overdue, and units whose exports do not reach the end of the period.

use std::collections::BTreeMap;

use super::Measuring;
use super::facts::with_scoped;
use cchc_model::{LateDossier, NotSent, Period, UnitRef};
use cchc_store::{Row, StoreError, questions};

/// Dossiers finished late in the period, or open at its end and past their due date; by unit, the latest first.
///
/// # Errors
/// The store cannot be read.
pub async fn late_dossiers(engine: &Measuring<'_>, period: &Period) -> Result<Vec<LateDossier>, StoreError> {
    let calendar = &engine.definitions.calendar;
    let sql = format!(
        "{}SELECT fact_unit, dossier_code, procedure_name, received_on, due_on, CASE WHEN finished THEN finished_on END, \
         CAST(CASE WHEN finished THEN finished_on ELSE period_end END - due_on AS BIGINT) AS days_late\n\
         FROM scoped WHERE (finished AND late) OR (open_at_end AND overdue)\n\
         ORDER BY fact_unit, days_late DESC, dossier_code",
        with_scoped("dossiers", std::slice::from_ref(period), engine.policies, calendar, engine.carry, "")
    );
    let late = |row: Row<'_>| {
        Some(LateDossier {
            unit: unit_ref(engine, row.text(0).unwrap_or_default()),
            dossier_code: row.string(1),
            procedure: row.text(2).map(str::to_owned),
            received: row.day(3)?,
            due: row.day(4)?,
            finished: row.day(5),
            days_late: row.integer(6).unwrap_or_default(),
        })
    };
    Ok(engine.session.rows(&sql).await?.iter().filter_map(late).collect())
}

/// Units with a row in the period whose newest export is older than its end, or that sent none; by code. Where units of
/// another day are asked for, a unit is named if one of those that count for it has not sent.
///
/// # Errors
/// The store cannot be read.
pub async fn not_sent(engine: &Measuring<'_>, period: &Period) -> Result<Vec<NotSent>, StoreError> {
    let newest: BTreeMap<_, _> = questions::newest_exports(engine.session).await?.into_iter().collect();
    // Who had to send are the units of the period; whoever counts for one of them has not sent the whole either.
    let missing = Measuring { carry: None, ..*engine }
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

fn unit_ref(engine: &Measuring<'_>, code: &str) -> UnitRef {
    let unit = engine.units.by_code(code);
    UnitRef {
        unit_code: code.to_owned(),
        unit_name: unit.map_or(code, |unit| unit.name.as_str()).to_owned(),
        kind: unit.map(|unit| unit.kind.clone()),
    }
}
