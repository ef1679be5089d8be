//! Ready-made counts beside what dossiers give, unit by unit.

use std::collections::BTreeMap;

use super::{Engine, EngineError, StatedDoubts};
use cchc_indicators::{By, Children, Stated};
use cchc_model::{Form06Row, Period, Policies, UnitRef};

/// The columns of form 06 as measures of counts, by their place in a row.
const MEASURES: [(usize, &str); 11] = [
    (0, "received_total"),
    (1, "online"),
    (2, "direct_post"),
    (3, "carried"),
    (4, "resolved"),
    (5, "early"),
    (6, "on_time"),
    (7, "late"),
    (8, "pending"),
    (9, "in_time"),
    (10, "overdue"),
];

/// One figure of one unit from both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct ReconciledFigure {
    /// The unit.
    pub unit: UnitRef,
    /// The measure, as counts name it.
    pub measure: &'static str,
    /// What files state, if they state it.
    pub counts: Option<f64>,
    /// What the unit's dossiers give, if it sent any.
    pub dossiers: Option<f64>,
}

impl ReconciledFigure {
    /// Counts less dossiers, where there are both.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        Some(self.counts? - self.dossiers?)
    }
}

/// Counts and dossiers of a period.
#[derive(Debug, Clone)]
pub struct Reconciled {
    /// By unit, in the order of the columns of form 06.
    pub figures: Vec<ReconciledFigure>,
    /// What counts say twice, or leave out.
    pub doubts: StatedDoubts,
}

impl Engine {
    /// Sets counts and dossiers of a period beside each other, for units that have either.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn reconcile_counts(&self, period: &Period, policies: Policies) -> Result<Reconciled, EngineError> {
        let question = self.question_about(period, policies)?;
        let measuring = question.measuring(policies);
        let stated = Stated::beside_dossiers(&measuring, std::slice::from_ref(period)).await?;
        let form = measuring.form06(period, By::Unit, Children::Apart).await?;
        let counted: BTreeMap<&str, &Form06Row> =
            form.iter().filter(|row| !row.stated).map(|row| (row.unit.unit_code.as_str(), row)).collect();
        let mut figures = Vec::new();
        for row in form.iter().filter(|row| !row.unit.unit_code.starts_with('*')) {
            let code = row.unit.unit_code.as_str();
            let counts = stated.of.get(&(period.to_string(), code.to_owned()));
            let dossiers = counted.get(code).filter(|row| row.counts[0].is_some_and(|all| all > 0));
            if counts.is_none() && dossiers.is_none() {
                continue;
            }
            figures.extend(MEASURES.map(|(at, measure)| ReconciledFigure {
                unit: row.unit.clone(),
                measure,
                counts: counts.and_then(|counts| counts.get(measure)),
                dossiers: dossiers.and_then(|row| row.counts[at]).map(|count| count as f64),
            }));
        }
        Ok(Reconciled { figures, doubts: StatedDoubts { conflicts: stated.conflicts, gaps: stated.gaps } })
    }
}
