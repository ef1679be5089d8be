//! Units among their own kind, by an index or an indicator.

use std::collections::BTreeSet;

use super::blocks::{among_themselves, grouping, regroup, set_means};
use super::{Engine, EngineError, Remarks, Turn};
use cchc_definitions::did_you_mean;
use cchc_indicators::{Measuring, PublishedCounts, not_sent};
use cchc_indices::{Index, Ranked, estimates};
use cchc_model::{NotSent, Period, Policies, UnitIndex, UnitRef};

/// What to rank, and who.
#[derive(Debug, Clone)]
pub struct RankingRequest {
    /// An index or an indicator.
    pub index: String,
    /// The period.
    pub period: Period,
    /// Only units of this kind.
    pub kind: Option<String>,
    /// Ranks within a group only: a kind of units, or the code of a unit for all units below it.
    pub within: Option<String>,
    /// Ranks within the groups of this grouping.
    pub blocks: Option<String>,
    /// How doubtful dossiers count.
    pub policies: Policies,
}

/// A ranking, with what a reader of it must know.
#[derive(Debug, Clone)]
pub struct RankingAnswer {
    /// The requested rows, and the points or the stages of all units.
    pub ranked: Ranked,
    /// What was left out.
    pub remarks: Remarks,
    /// Who has not sent the whole period.
    pub not_sent: Vec<NotSent>,
    /// Codes of units whose scores rest on estimates.
    pub estimates: BTreeSet<String>,
    /// How much is published, where small counts are hidden.
    pub published: Option<PublishedCounts>,
}

/// A group of units to be ranked among themselves.
enum Group {
    /// All units of a kind.
    Kind(String),
    /// All units below a unit.
    Below(String),
}

impl Engine {
    /// Ranks units.
    ///
    /// # Errors
    /// The request names what is not there, what people gave has faults, or the store cannot be read.
    pub async fn ranking(&self, request: &RankingRequest) -> Result<RankingAnswer, EngineError> {
        let question = self.question_about(&request.period, request.policies)?;
        let measuring = question.measuring(request.policies);
        loop {
            let answer = Box::pin(self.ranked(&measuring, request)).await?;
            if let Turn::Tell(published) = question.turn(&measuring).await? {
                return Ok(RankingAnswer { published, ..answer });
            }
        }
    }

    async fn ranked(&self, measuring: &Measuring<'_>, request: &RankingRequest) -> Result<RankingAnswer, EngineError> {
        let index = self.index(&request.index, &request.period)?;
        let within = request.within.as_deref().map(|group| Group::find(group, self.units())).transpose()?;
        let blocks = request.blocks.as_deref().map(|id| grouping(self.definitions(), id)).transpose()?;
        if let Some(kind) = &request.kind {
            self.check_kind(kind)?;
        }
        let not_sent = not_sent(measuring, &request.period).await?;
        let mut ranked = index.rank(measuring, &request.period, &not_sent).await?;
        let remarks = Remarks::of(&index, &ranked);
        ranked.rows.retain(|row| {
            request.kind.as_ref().is_none_or(|kind| row.unit.kind.as_ref() == Some(kind))
                && within.as_ref().is_none_or(|group| group.holds(&row.unit, self.units()))
        });
        if within.is_some() {
            ranked.rows = among_themselves(&ranked.rows, index.settings());
        }
        if let Some(grouping) = blocks {
            regroup(&mut ranked, &index, grouping);
        }
        set_means(&mut ranked.rows);
        let estimates = estimates(measuring, &index, &request.period).await?;
        // An index of declared figures does not ask whose exports reach the period.
        let not_sent = if ranked.rows.iter().any(|row| row.not_sent) { not_sent } else { Vec::new() };
        Ok(RankingAnswer { ranked, remarks, not_sent, estimates, published: None })
    }

    /// The index of that id as it is in force in a period.
    ///
    /// # Errors
    /// There is none.
    pub fn index(&self, id: &str, period: &Period) -> Result<Index<'_>, EngineError> {
        Index::find(self.definitions(), id, period).map_err(EngineError::Request)
    }

    /// Refuses a word that is no kind of units.
    ///
    /// # Errors
    /// No unit is of that kind.
    pub fn check_kind(&self, kind: &str) -> Result<(), EngineError> {
        let kinds = self.units().kinds();
        if kinds.contains(&kind) {
            return Ok(());
        }
        let hint = did_you_mean(kind, kinds.iter().copied());
        Err(EngineError::Request(format!("no unit is of kind '{kind}'{hint}; the kinds are {}", kinds.join(", "))))
    }
}

impl Group {
    fn find(group: &str, units: &UnitIndex) -> Result<Self, EngineError> {
        if units.kinds().contains(&group) {
            return Ok(Self::Kind(group.to_owned()));
        }
        if units.by_code(group).is_some() {
            return Ok(Self::Below(group.to_owned()));
        }
        let known = units.kinds().into_iter().chain(units.units().iter().map(|unit| unit.code.as_str()));
        let hint = did_you_mean(group, known);
        Err(EngineError::Request(format!("'{group}' is neither a kind of units nor the code of one{hint}")))
    }

    fn holds(&self, unit: &UnitRef, units: &UnitIndex) -> bool {
        match self {
            Self::Kind(kind) => unit.kind.as_ref() == Some(kind),
            Self::Below(code) => units.ancestors(&unit.unit_code).any(|above| above.code == *code),
        }
    }
}
