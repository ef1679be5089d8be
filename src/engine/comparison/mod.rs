//! Why a figure, a score or a rank of a unit changed between two periods, or between two versions of the workspace.

mod indicator;
mod ranks;
mod scores;

use super::{Engine, EngineError};
use cchc_indicators::By;
use cchc_indices::Index;
use cchc_insight::Change;
use cchc_model::{Period, Policies, UnitRef, UnitsAsOf};

/// Which change to divide.
#[derive(Debug, Clone)]
pub struct ComparisonRequest {
    /// An index or an indicator.
    pub index: String,
    /// Its figure or score, or the rank by it.
    pub quantity: ComparedQuantity,
    /// Whose change.
    pub units: Compared,
    /// The earlier period.
    pub from: Period,
    /// The later period.
    pub to: Period,
    /// By which groups of dossiers a figure is divided.
    pub by: By,
    /// How doubtful dossiers count, in both periods.
    pub policies: Policies,
}

/// What of an index is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparedQuantity {
    /// The figure of an indicator, the score of another index.
    Score,
    /// The rank.
    Rank,
}

/// Whose change is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// One unit's.
    Unit(String),
    /// That of every unit of a kind.
    Kind(String),
}

/// The change of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The unit.
    pub unit: UnitRef,
    /// The change with its parts, the largest first.
    pub change: Change,
}

/// One side of a comparison: which version, and which period of it.
#[derive(Clone, Copy)]
struct Held<'a> {
    engine: &'a Engine,
    period: &'a Period,
    policies: Policies,
}

impl Engine {
    /// Divides the changes of units between two periods. With an `earlier` version of the workspace the earlier period is
    /// told from it: of one period this is what came late.
    ///
    /// # Errors
    /// The request names what is not there, or the store cannot be read.
    pub async fn comparison(
        &self,
        earlier: Option<&Self>,
        request: &ComparisonRequest,
    ) -> Result<Vec<Comparison>, EngineError> {
        self.refuse_public("compare")?;
        let from = Held { engine: earlier.unwrap_or(self), period: &request.from, policies: request.policies };
        let to = Held { engine: self, period: &request.to, policies: request.policies };
        let units = self.named_units(&request.units, &request.to, request.policies)?;
        let index = self.index(&request.index, &request.to)?;
        let then = from.engine.index(&request.index, &request.from)?;
        let changes = match (request.quantity, &then, &index) {
            (ComparedQuantity::Rank, ..) => ranks::changes([from, to], [&then, &index], &units).await?,
            (_, Index::Indicator(_, then), Index::Indicator(_, now)) => {
                indicator::changes([from, to], [then, now], &units, request.by).await?
            }
            (_, Index::Points(then), Index::Points(now)) => scores::points([from, to], [then, now], &units).await?,
            (_, Index::Composite(then), Index::Composite(now)) => {
                scores::composite([from, to], [then, now], &units).await?
            }
            _ => {
                let message = format!(
                    "'{}' is an index of another kind in {} than in {}: their scores have no common measure",
                    request.index, request.from, request.to
                );
                return Err(EngineError::Request(message));
            }
        };
        Ok(units.into_iter().zip(changes).map(|(unit, change)| Comparison { unit, change: sorted(change) }).collect())
    }

    /// Refuses a question whose answer names dossiers or single counts, where small counts must not be told.
    pub(super) fn refuse_public(&self, command: &str) -> Result<(), EngineError> {
        if self.is_public() {
            let message = format!("`{command}` tells single dossiers and small counts: it has no public answer");
            return Err(EngineError::Request(message));
        }
        Ok(())
    }

    /// The units of a period that a request names.
    pub(super) fn named_units(
        &self,
        units: &Compared,
        period: &Period,
        policies: Policies,
    ) -> Result<Vec<UnitRef>, EngineError> {
        let question = self.question_about(period, policies)?;
        let mut known = question.measuring(policies).units_in(period);
        match units {
            Compared::Unit(name) => {
                let code = self.unit_named(name)?;
                let unit = self.units().by_code(&code);
                let ended = unit.map(|unit| UnitRef {
                    unit_code: code.clone(),
                    unit_name: unit.name.clone(),
                    kind: Some(unit.kind.clone()),
                });
                known.retain(|unit| unit.unit_code == code);
                // A unit that ended by then has no figure in the later period, which its row says.
                Ok(if known.is_empty() { ended.into_iter().collect() } else { known })
            }
            Compared::Kind(kind) => {
                self.check_kind(kind)?;
                known.retain(|unit| unit.kind.as_ref() == Some(kind));
                Ok(known)
            }
        }
    }
}

impl Held<'_> {
    /// The same period for the units of the last day of another, where units changed in between and figures are for the
    /// units of the end of a period.
    fn within_boundaries_of(self, later: Self) -> Option<Self> {
        let is_by_end = self.policies.units_as_of == UnitsAsOf::PeriodEnd;
        let changed =
            later.engine.successions().iter().any(|one| one.date > self.period.end && one.date <= later.period.end);
        let policies = Policies { units_as_of: UnitsAsOf::Day(later.period.end), ..self.policies };
        (is_by_end && changed).then_some(Self { policies, ..self })
    }
}

/// The largest parts first; parts that are nothing are left out.
fn sorted(mut change: Change) -> Change {
    change.parts.retain(|part| part.contribution != 0.0);
    change.parts.sort_by(|left, right| {
        let by_size = right.contribution.abs().total_cmp(&left.contribution.abs());
        by_size.then_with(|| (left.factor, &left.item).cmp(&(right.factor, &right.item)))
    });
    change
}
