//! Ready-made counts as figures of units that sent no dossiers of a period.

mod choose;
mod combine;
mod figures;
mod wholes;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Measuring;
use super::figures::is_empty;
use cchc_model::Period;
use cchc_store::StoreError;

pub use choose::Statement;
pub use figures::StatedFigures;
pub(super) use wholes::StatedWholes;

/// The table that the store keeps them in.
const STORED: &str = "stated_counts";

/// What counts say of units and periods of which there are no dossiers.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    /// By period and unit.
    pub of: BTreeMap<(String, String), StatedFigures>,
    /// Figures that several files state differently: used by nothing.
    pub conflicts: Vec<StatedConflict>,
    /// Units whose counts leave a part of a period out: they have no figure.
    pub gaps: Vec<StatedGap>,
}

/// A figure that is stated twice, differently.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedConflict {
    /// Code of the unit.
    pub unit: String,
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// The measure.
    pub measure: String,
    /// What is stated, and where.
    pub statements: Vec<Statement>,
}

/// Days of a period that no file of counts covers, although others do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedGap {
    /// Code of the unit.
    pub unit: String,
    /// The period.
    pub period: String,
    /// First and last day that is missing.
    pub days: (NaiveDate, NaiveDate),
}

impl Stated {
    /// What files state of these periods, for units without dossiers in them.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) async fn of(measuring: &Measuring<'_>, periods: &[Period]) -> Result<Self, StoreError> {
        if is_empty(measuring, STORED).await? {
            return Ok(Self::default());
        }
        let with_dossiers = units_with_dossiers(measuring, periods).await?;
        Self::without(measuring, periods, &with_dossiers).await
    }

    /// What files state of these periods, also of units with dossiers.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn beside_dossiers(measuring: &Measuring<'_>, periods: &[Period]) -> Result<Self, StoreError> {
        Self::without(measuring, periods, &BTreeSet::new()).await
    }

    async fn without(
        measuring: &Measuring<'_>,
        periods: &[Period],
        with_dossiers: &BTreeSet<(u64, String)>,
    ) -> Result<Self, StoreError> {
        let statements = choose::of_all_dossiers(statements(measuring, periods).await?);
        let torn = choose::torn_days(&statements);
        let mut stated = Self::default();
        if statements.is_empty() {
            return Ok(stated);
        }
        let mut by_unit: BTreeMap<String, Vec<Statement>> = BTreeMap::new();
        for statement in statements {
            by_unit.entry(statement.unit.clone()).or_default().push(statement);
        }
        for (unit, statements) in by_unit {
            let (chosen, conflicts) = choose::choose(statements, measuring.policies.same_unit, &torn);
            stated.conflicts.extend(conflicts);
            for (at, period) in periods.iter().enumerate() {
                if with_dossiers.contains(&(at as u64, unit.clone())) {
                    continue;
                }
                let key = || (period.to_string(), unit.clone());
                match combine::over(&chosen, (period.start, period.end)) {
                    combine::Combined::Figures(figures) => drop(stated.of.insert(key(), figures)),
                    combine::Combined::Gap(days) => {
                        stated.gaps.push(StatedGap { unit: unit.clone(), period: period.to_string(), days });
                    }
                    combine::Combined::Nothing => {}
                }
            }
        }
        Ok(stated)
    }

    /// The units that counts speak for in a period.
    pub fn units<'a>(&'a self, period: &'a str) -> impl Iterator<Item = (&'a str, &'a StatedFigures)> {
        self.of.iter().filter(move |((of, _), _)| of == period).map(|((_, unit), figures)| (unit.as_str(), figures))
    }
}

async fn statements(measuring: &Measuring<'_>, periods: &[Period]) -> Result<Vec<Statement>, StoreError> {
    let (Some(from), Some(to)) =
        (periods.iter().map(|period| period.start).min(), periods.iter().map(|period| period.end).max())
    else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT unit, period_from, period_to, measure, value, exported_at, file, sheet, row FROM counts \
         WHERE unit IS NOT NULL AND field IS NULL AND procedure_name IS NULL AND service_level IS NULL \
         AND value >= 0 AND period_from >= DATE '{from}' AND period_to <= DATE '{to}' ORDER BY file, sheet, row, measure"
    );
    let carried = |code: String| measuring.carry.map_or(code.clone(), |carry| carry.unit(&code).to_owned());
    let rows = measuring.session.rows(&sql).await?;
    let statement = |row: cchc_store::Row<'_>| {
        Some(Statement {
            unit: carried(row.string(0)),
            days: (row.day(1)?, row.day(2)?),
            measure: row.string(3),
            value: row.number(4)?,
            exported_at: row.day(5),
            place: (row.string(6), row.string(7), row.count(8)),
        })
    };
    Ok(rows.iter().filter_map(statement).collect())
}

/// Positions of periods and units that have dossiers in them: those are counted, whatever else is stated.
async fn units_with_dossiers(
    measuring: &Measuring<'_>,
    periods: &[Period],
) -> Result<BTreeSet<(u64, String)>, StoreError> {
    let mut all = BTreeSet::new();
    for (at, period) in periods.iter().enumerate() {
        let sql = format!(
            "SELECT DISTINCT resolving_unit FROM dossiers WHERE resolving_unit IS NOT NULL \
             AND CAST(received_at AS DATE) <= DATE '{}' \
             AND (finished_at IS NULL OR CAST(finished_at AS DATE) >= DATE '{}')",
            period.end, period.start
        );
        let carried = |code: String| measuring.carry.map_or(code.clone(), |carry| carry.unit(&code).to_owned());
        all.extend(measuring.session.rows(&sql).await?.iter().map(|row| (at as u64, carried(row.string(0)))));
    }
    Ok(all)
}
