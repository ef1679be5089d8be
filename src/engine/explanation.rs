//! Traces a figure to its definition, SQL, files and dossiers, and a score to its criteria or stages.

use super::{Engine, EngineError, Remarks, Turn};
use cchc_definitions::{Item, Layer, PointsIndex, did_you_mean};
use cchc_indicators::{Measuring, Trace, not_sent, trace};
use cchc_indices::points::{ItemStatus, Judged};
use cchc_indices::{Index, Ranked, Scorecards, estimates};
use cchc_model::{Period, Policies, RankRow};

/// Which figure or score to explain.
#[derive(Debug, Clone)]
pub struct ExplanationRequest {
    /// An indicator or an index.
    pub id: String,
    /// Code of a unit; of an indicator also `*KIND` for the sum over a kind, `*` for everything.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// Only this criterion of an index of points.
    pub item: Option<String>,
    /// How doubtful dossiers count.
    pub policies: Policies,
}

/// What a figure or a score is made of.
#[derive(Debug, Clone)]
pub enum Explanation {
    /// Of an indicator.
    Figure(Box<Trace>),
    /// Of an index of points or a composite one.
    Score(Box<ScoreExplanation>),
}

/// A score with its parts.
#[derive(Debug, Clone)]
pub struct ScoreExplanation {
    /// Id of the index.
    pub index: String,
    /// Its name.
    pub name: String,
    /// Its legal basis.
    pub legal_basis: String,
    /// The unit's row of the ranking.
    pub row: RankRow,
    /// The period.
    pub period: String,
    /// Whether it rests on an estimate.
    pub is_estimate: bool,
    /// Criteria in the order of the index, or values stage by stage.
    pub parts: Vec<Part>,
    /// What the ranking left out, and why.
    pub remarks: Remarks,
}

/// A part of a score.
#[derive(Debug, Clone)]
pub enum Part {
    /// Of an index of points.
    Item(Box<ItemPart>),
    /// Of a composite index.
    Stage(StageValue),
}

/// A criterion, scored.
#[derive(Debug, Clone)]
pub struct ItemPart {
    /// Its definition.
    pub item: Item,
    /// Its depth in the tree, from 1.
    pub level: usize,
    /// Points given.
    pub points: Option<f64>,
    /// How it is scored.
    pub status: ItemStatus,
    /// Whose points count.
    pub layer: Option<Layer>,
    /// Its rule as a formula.
    pub rule: Option<String>,
    /// Points that the rule computes.
    pub computed: Option<f64>,
    /// Points that people gave, if any.
    pub judged: Option<Judged>,
    /// The best figure or the mean that the rule sets the unit's figure against.
    pub reference: Option<f64>,
    /// The figure that its rule reads, or the first of several.
    pub figure: Option<Trace>,
    /// The other figures that it reads.
    pub more: Vec<Trace>,
}

/// A value of a composite index after one of its stages.
#[derive(Debug, Clone)]
pub struct StageValue {
    /// The stage.
    pub stage: &'static str,
    /// An indicator or a node.
    pub name: String,
    /// The value.
    pub value: Option<f64>,
}

impl Engine {
    /// Explains a figure or a score.
    ///
    /// # Errors
    /// The request names what is not there, or the store cannot be read.
    pub async fn explanation(&self, request: &ExplanationRequest) -> Result<Explanation, EngineError> {
        let (unit, period) = (request.unit.as_str(), &request.period);
        let index = Index::find(self.definitions(), &request.id, period).map_err(EngineError::Request)?;
        let Index::Indicator(_, indicator) = index else {
            return self.score_explained(&index, request).await.map(|score| Explanation::Score(Box::new(score)));
        };
        let question = self.question_about(period, request.policies)?;
        let measuring = question.measuring(request.policies);
        let traced = loop {
            let traced = trace(&measuring, indicator, unit, period).await?;
            if let Turn::Tell(_) = question.turn(&measuring).await? {
                break traced;
            }
        };
        traced.map(|trace| Explanation::Figure(Box::new(trace))).ok_or_else(|| self.no_such_row(unit, period))
    }

    /// Why a figure has no row of a unit.
    fn no_such_row(&self, unit: &str, period: &Period) -> EngineError {
        let carry = self.carry(period);
        if let Some((carry, counts_for)) = carry.as_ref().map(|carry| (carry, carry.unit(unit)))
            && counts_for != unit
        {
            return EngineError::Request(format!("on {} '{unit}' counts for '{counts_for}'", carry.date));
        }
        let hint = did_you_mean(unit, self.units().units().iter().map(|unit| unit.code.as_str()));
        EngineError::Request(format!("no unit '{unit}' in {period}{hint}"))
    }

    async fn score_explained(
        &self,
        index: &Index<'_>,
        request: &ExplanationRequest,
    ) -> Result<ScoreExplanation, EngineError> {
        let question = self.question_about(&request.period, request.policies)?;
        let measuring = question.measuring(request.policies);
        loop {
            let explained = Box::pin(self.scored(&measuring, index, request)).await?;
            if let Turn::Tell(_) = question.turn(&measuring).await? {
                return Ok(explained);
            }
        }
    }

    async fn scored(
        &self,
        measuring: &Measuring<'_>,
        index: &Index<'_>,
        request: &ExplanationRequest,
    ) -> Result<ScoreExplanation, EngineError> {
        let period = &request.period;
        let missing = not_sent(measuring, period).await?;
        let ranked = index.rank(measuring, period, &missing).await?;
        let Some(row) = ranked.rows.iter().find(|row| row.unit.unit_code == request.unit) else {
            let hint = did_you_mean(&request.unit, ranked.rows.iter().map(|row| row.unit.unit_code.as_str()));
            let message = format!("index '{}' scores no unit '{}' in {period}{hint}", index.id(), request.unit);
            return Err(EngineError::Request(message));
        };
        let is_estimate = estimates(measuring, index, period).await?.contains(&request.unit);
        let parts = match (index, &ranked.cards) {
            (Index::Points(points), Some(cards)) => self.items(measuring, (points, cards), request).await?,
            _ => stages(&ranked, &request.unit),
        };
        Ok(ScoreExplanation {
            index: index.id().to_owned(),
            name: index.name().to_owned(),
            legal_basis: index.legal_basis().to_owned(),
            row: row.clone(),
            period: period.to_string(),
            is_estimate,
            parts,
            remarks: Remarks::of(index, &ranked),
        })
    }

    /// Every criterion with its rule and, for what was computed, the figure with SQL, files and rows.
    async fn items(
        &self,
        measuring: &Measuring<'_>,
        (index, cards): (&PointsIndex, &Scorecards),
        request: &ExplanationRequest,
    ) -> Result<Vec<Part>, EngineError> {
        let at = cards.units.iter().position(|unit| unit.unit_code == request.unit).unwrap_or_default();
        let wanted = request.item.as_deref();
        if let Some(code) = wanted
            && !index.items.iter().any(|item| item.code == code)
        {
            let hint = did_you_mean(code, index.items.iter().map(|item| item.code.as_str()));
            return Err(EngineError::Request(format!("index '{}' has no criterion '{code}'{hint}", index.head.id)));
        }
        let mut parts = Vec::new();
        for (position, item) in index.items.iter().enumerate() {
            if wanted.is_some_and(|code| code != item.code) {
                continue;
            }
            let mut part = item_part(index, cards, position, at);
            for input in item.rule.as_ref().map(|rule| rule.inputs()).unwrap_or_default() {
                let Some(indicator) = self.definitions().indicator(input, &request.period) else { continue };
                let figure = trace(measuring, indicator, &request.unit, &request.period).await?;
                if part.figure.is_none() {
                    part.figure = figure;
                } else {
                    part.more.extend(figure);
                }
            }
            parts.push(Part::Item(Box::new(part)));
        }
        Ok(parts)
    }
}

/// A criterion as a unit's card has it, without its figure.
fn item_part(index: &PointsIndex, cards: &Scorecards, position: usize, unit: usize) -> ItemPart {
    let (item, scores) = (&index.items[position], &cards.scoring.items[position]);
    ItemPart {
        item: item.clone(),
        level: index.depth(position) + 1,
        points: scores.points[unit],
        status: scores.status[unit],
        layer: scores.layer[unit],
        rule: item.rule.as_ref().map(|rule| rule.formula(item.max)),
        computed: scores.computed[unit],
        judged: cards.judged.get(&(position, unit)).cloned(),
        reference: scores.reference.get(unit).copied().flatten(),
        figure: None,
        more: Vec::new(),
    }
}

/// A unit's values through the stages of a composite index.
fn stages(ranked: &Ranked, unit: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for (_, composed) in &ranked.composed {
        let tables = [
            ("raw", &composed.raw),
            ("denominated", &composed.denominated),
            ("imputed", &composed.imputed),
            ("treated", &composed.treated),
            ("scaled", &composed.scaled),
            ("score", &composed.scores),
        ];
        for (stage, table) in tables {
            let Some(at) = table.units().iter().position(|other| other == unit) else { continue };
            parts.extend(
                table
                    .columns()
                    .iter()
                    .map(|column| Part::Stage(StageValue { stage, name: column.id.clone(), value: column.values[at] })),
            );
        }
    }
    parts
}
