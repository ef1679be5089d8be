//! One unit's points, criterion by criterion.

use super::{Engine, EngineError, Turn};
use cchc_definitions::{PointsIndex, did_you_mean};
use cchc_indicators::{PublishedCounts, not_sent};
use cchc_indices::{Index, Scorecards};
use cchc_model::{NotSent, Period, Policies, RankRow};

/// Which unit's points to list.
#[derive(Debug, Clone)]
pub struct ScorecardRequest {
    /// An index of points.
    pub index: String,
    /// Code of the unit.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// How doubtful dossiers count.
    pub policies: Policies,
}

/// A unit's points among those of all units that the index scores.
#[derive(Debug, Clone)]
pub struct Scorecard {
    /// The index.
    pub index: PointsIndex,
    /// The points of all units.
    pub cards: Scorecards,
    /// Which of the units it is.
    pub at: usize,
    /// Its row of the ranking.
    pub row: Option<RankRow>,
    /// Who has not sent the whole period.
    pub not_sent: Vec<NotSent>,
    /// How much is published, where small counts are hidden.
    pub published: Option<PublishedCounts>,
}

impl Engine {
    /// The points of a unit.
    ///
    /// # Errors
    /// The request names what is not there, what people gave has faults, or the store cannot be read.
    pub async fn scorecard(&self, request: &ScorecardRequest) -> Result<Scorecard, EngineError> {
        let ScorecardRequest { index: id, unit, period, policies } = request;
        let Index::Points(index) = self.index(id, period)? else {
            let message = format!("'{id}' is no index of points; see `cchc rank --detail` or `cchc explain`");
            return Err(EngineError::Request(message));
        };
        let question = self.question_about(period, *policies)?;
        let measuring = question.measuring(*policies);
        let not_sent = not_sent(&measuring, period).await?;
        let (ranked, published) = loop {
            let ranked = Index::Points(index).rank(&measuring, period, &not_sent).await?;
            if let Turn::Tell(published) = question.turn(&measuring).await? {
                break (ranked, published);
            }
        };
        let cards = ranked.cards.expect("an index of points gives points");
        let Some(at) = cards.units.iter().position(|one| one.unit_code == *unit) else {
            let hint = did_you_mean(unit, cards.units.iter().map(|unit| unit.unit_code.as_str()));
            return Err(EngineError::Request(format!("index '{id}' scores no unit '{unit}' in {period}{hint}")));
        };
        let row = ranked.rows.into_iter().find(|row| row.unit.unit_code == *unit);
        Ok(Scorecard { index: index.clone(), cards, at, row, not_sent, published })
    }
}
