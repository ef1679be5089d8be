//! Lists of cases: dossiers late or overdue, and units whose exports do not reach the end of the period.

use std::collections::BTreeMap;

use super::facts::with_scoped;
use super::{Measuring, reference};
use cchc_model::{LateDossier, NotSent, Period, UnitRef};
use cchc_store::{Row, StoreError, questions};

/// Dossiers finished late in the period, or open at its end and past their due date; by unit, the latest first.
pub async fn late_dossiers(measuring: &Measuring<'_>, period: &Period) -> Result<Vec<LateDossier>, StoreError> {
    let calendar = &measuring.definitions.calendar;
    let sql = format!(
        "{}SELECT fact_unit, dossier_code, procedure_name, received_on, due_on, CASE WHEN finished THEN finished_on END, \
         CAST(CASE WHEN finished THEN finished_on ELSE period_end END - due_on AS BIGINT) AS days_late\n\
         FROM scoped WHERE (finished AND late) OR (open_at_end AND overdue)\n\
         ORDER BY fact_unit, days_late DESC, dossier_code",
        with_scoped("dossiers", std::slice::from_ref(period), measuring.policies, calendar, measuring.carry, "")
    );
    let late = |row: Row<'_>| {
        Some(LateDossier {
            unit: unit_ref(measuring, row.text(0).unwrap_or_default()),
            dossier_code: row.string(1),
            procedure: row.text(2).map(str::to_owned),
            received: row.day(3)?,
            due: row.day(4)?,
            finished: row.day(5),
            days_late: row.integer(6).unwrap_or_default(),
        })
    };
    Ok(measuring.session.rows(&sql).await?.iter().filter_map(late).collect())
}

/// Units with a row in the period whose newest export is older than its end, or that sent none; by code. Where figures are
/// for the units of another day, a unit is named if one of those that count for it has not sent.
pub async fn not_sent(measuring: &Measuring<'_>, period: &Period) -> Result<Vec<NotSent>, StoreError> {
    let newest: BTreeMap<_, _> = questions::newest_exports(measuring.session).await?.into_iter().collect();
    // Who has sent counts of the whole period has sent.
    let stated = Measuring { carry: None, ..*measuring }.stated(std::slice::from_ref(period)).await?;
    // The units of the period had to send. Where one of them has not, the unit of the other day for which it counts lacks
    // data, too.
    let missing = Measuring { carry: None, ..*measuring }
        .units_in(period)
        .into_iter()
        .map(|unit| NotSent { last_export: newest.get(&unit.unit_code).copied().flatten(), unit })
        .filter(|one| one.last_export.is_none_or(|day| day < last_day(measuring, one, period)))
        .filter(|one| !stated.of.contains_key(&(period.to_string(), one.unit.unit_code.clone())));
    let mut earliest: BTreeMap<String, NotSent> = BTreeMap::new();
    for one in missing {
        let code = measuring.carry.map_or(one.unit.unit_code.as_str(), |carry| carry.unit(&one.unit.unit_code));
        let is_later = earliest.get(code).is_some_and(|known| known.last_export <= one.last_export);
        if !is_later {
            let unit = if code == one.unit.unit_code { one.unit.clone() } else { unit_ref(measuring, code) };
            earliest.insert(code.to_owned(), NotSent { unit, ..one });
        }
    }
    Ok(earliest.into_values().collect())
}

/// The day that exports of a unit must reach: the last of the period, or the unit's own last day before it.
fn last_day(measuring: &Measuring<'_>, one: &NotSent, period: &Period) -> chrono::NaiveDate {
    let ended = measuring.units.by_code(&one.unit.unit_code).and_then(|unit| unit.valid_to);
    ended.map_or(period.end, |day| day.min(period.end))
}

fn unit_ref(measuring: &Measuring<'_>, code: &str) -> UnitRef {
    let unknown = || UnitRef { unit_code: code.to_owned(), unit_name: code.to_owned(), kind: None };
    measuring.units.by_code(code).map_or_else(unknown, reference)
}
