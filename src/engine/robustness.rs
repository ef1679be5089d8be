//! How firm the ranks of an index are in a period: drawn again under the choices that its definition declares.

use std::collections::BTreeMap;

use super::{Engine, EngineError, Question};
use cchc_definitions::index::settings::Ranking;
use cchc_definitions::{Composite, Indicator, Robustness};
use cchc_indicators::{By, Children, Measuring, not_sent};
use cchc_indices::{Index, KindValues, Ranked, compose, kind_values};
use cchc_insight::robustness::{
    Choice, CompositeModel, Counts, Draw, Firmness, MOST_CHOICES, Model, PointsModel, RateModel, firmness, groups,
    mean_shift, monte_carlo, saltelli_design, sensitivity, tried,
};
use cchc_model::{Measure, Period, Policies, RankRow, UnitRef};

/// Which ranks to try.
#[derive(Debug, Clone)]
pub struct RobustnessRequest {
    /// An index, or an indicator.
    pub index: String,
    /// The period.
    pub period: Period,
    /// Only units of this kind.
    pub kind: Option<String>,
    /// How often ranks are drawn, instead of what the definition says.
    pub draws: Option<u32>,
    /// Where the random numbers begin, instead of what the definition says.
    pub seed: Option<u64>,
    /// What is asked for.
    pub trial: Trial,
    /// On how many threads; the answer is the same on any number.
    pub threads: usize,
    /// How doubtful dossiers count.
    pub policies: Policies,
}

/// What is asked of the draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// The span of each unit's rank.
    Ranks,
    /// How much of the spread each choice makes.
    Sensitivity,
}

/// A rank and how firm it is.
#[derive(Debug, Clone, PartialEq)]
pub struct FirmRank {
    /// The unit.
    pub unit: UnitRef,
    /// The score as it is published.
    pub score: Option<f64>,
    /// The rank as it is published.
    pub rank: Option<u32>,
    /// Its span; none of a unit that is not ranked.
    pub firmness: Option<Firmness>,
    /// Units of one group cannot be told apart.
    pub group: Option<u32>,
}

/// How much of the spread of ranks of a kind a choice makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The kind of units.
    pub kind: String,
    /// The choice.
    pub choice: Choice,
    /// Alone.
    pub first_order: f64,
    /// Alone and together with others.
    pub total: f64,
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FirmRanks {
    /// By kind and rank.
    pub ranks: Vec<FirmRank>,
    /// By kind and choice, where sensitivity is asked for.
    pub shares: Vec<Share>,
    /// Kinds of which nothing can be drawn, with the reason.
    pub fixed: Vec<(String, String)>,
    /// How often ranks were drawn.
    pub draws: usize,
    /// Which choices varied.
    pub choices: Vec<Choice>,
}

/// Counts behind figures: by indicator, then by unit.
type AllCounts = BTreeMap<String, BTreeMap<String, Counts>>;

/// What an index of any kind is drawn from in a period.
struct Basis<'a> {
    index: Index<'a>,
    ranked: Ranked,
    counts: AllCounts,
    values: BTreeMap<String, KindValues>,
}

impl Engine {
    /// Tries the ranks of an index.
    ///
    /// # Errors
    /// The request names what is not there, or the store cannot be read.
    pub async fn robustness(&self, request: &RobustnessRequest) -> Result<FirmRanks, EngineError> {
        self.refuse_public("robustness")?;
        if let Some(kind) = &request.kind {
            self.check_kind(kind)?;
        }
        let question = self.question_about(&request.period, request.policies)?;
        let basis = self.basis(&question, request).await?;
        let settings = settings(&basis.index, request);
        let mut answer = FirmRanks::default();
        for rows in basis.ranked.rows.chunk_by(|left, right| left.unit.kind == right.unit.kind) {
            let kind = rows[0].unit.kind.clone().unwrap_or_default();
            if request.kind.as_ref().is_none_or(|wanted| *wanted == kind) {
                basis.of_kind(&kind, rows, (&settings, request), &mut answer);
            }
        }
        Ok(answer)
    }

    async fn basis(&self, question: &Question<'_>, request: &RobustnessRequest) -> Result<Basis<'_>, EngineError> {
        let index = self.index(&request.index, &request.period)?;
        let measuring = question.measuring(request.policies);
        let missing = not_sent(&measuring, &request.period).await?;
        let ranked = index.rank(&measuring, &request.period, &missing).await?;
        let (mut counts, mut values) = (AllCounts::new(), BTreeMap::new());
        match &index {
            Index::Points(_) => {}
            Index::Indicator(_, indicator) => counts = measured(&measuring, &[*indicator], &request.period).await?,
            Index::Composite(composite) => {
                let of = |leaf: &cchc_definitions::index::composite::Leaf| {
                    self.definitions().indicator(&leaf.column, &request.period)
                };
                // A value that is divided by another is no rate of its own counts.
                let plain = composite.leaves.iter().filter(|leaf| leaf.denominator.is_none());
                let indicators: Vec<&Indicator> = plain.filter_map(of).collect();
                counts = measured(&measuring, &indicators, &request.period).await?;
                values = kind_values(&measuring, composite, &request.period).await?;
            }
        }
        Ok(Basis { index, ranked, counts, values })
    }
}

/// What the definition declares, with what the request says otherwise.
fn settings(index: &Index<'_>, request: &RobustnessRequest) -> Robustness {
    let declared = match index {
        Index::Indicator(..) => Robustness::default(),
        Index::Points(index) => index.robustness.clone(),
        Index::Composite(index) => index.robustness.clone(),
    };
    let (draws, seed) = (request.draws.unwrap_or(declared.draws), request.seed.unwrap_or(declared.seed));
    Robustness { draws, seed, ..declared }
}

async fn measured(
    measuring: &Measuring<'_>,
    indicators: &[&Indicator],
    period: &Period,
) -> Result<AllCounts, EngineError> {
    let mut counts = AllCounts::new();
    if indicators.is_empty() {
        return Ok(counts);
    }
    for row in measuring.measure(std::slice::from_ref(period), indicators, By::Unit, Children::Apart).await? {
        if let Some(found) = of_rate(row.row.measure) {
            counts.entry(row.row.indicator).or_default().insert(row.row.unit.unit_code, found);
        }
    }
    Ok(counts)
}

/// The counts of a figure that is a rate: a mean has a sum on top that may be larger than what it is divided by.
fn of_rate(measure: Measure) -> Option<Counts> {
    let counts = measure.numerator.zip(measure.denominator)?;
    measure.value.filter(|value| (0.0..=1.0).contains(value)).map(|_| counts)
}

impl Basis<'_> {
    /// The ranks of one kind: those that are ranked are drawn, the others stand below as they are.
    fn of_kind(
        &self,
        kind: &str,
        rows: &[RankRow],
        (settings, request): (&Robustness, &RobustnessRequest),
        answer: &mut FirmRanks,
    ) {
        let drawn: Vec<&RankRow> = rows.iter().filter(|row| row.rank.is_some()).collect();
        let nominal: Vec<Option<u32>> = drawn.iter().map(|row| row.rank).collect();
        let model = self.model(kind, &drawn);
        let choices = model.as_deref().map(Model::choices).unwrap_or_default();
        let order = self.index.settings();
        let (mut firm, mut group) = (vec![None; drawn.len()], vec![None; drawn.len()]);
        match model.as_deref().filter(|_| !choices.is_empty() && drawn.len() > 1) {
            None => answer.fixed.push((kind.to_owned(), why_fixed(drawn.len(), rows.len()).to_owned())),
            Some(model) if request.trial == Trial::Sensitivity => {
                answer.draws = settings.draws.next_power_of_two().max(LEAST_BASE) as usize;
                answer.shares.extend(shares(model, kind, (answer.draws, request.threads), (&nominal, order)));
            }
            Some(model) => {
                let draws = monte_carlo(model, settings.seed, settings.draws);
                let scores = tried(model, &draws, request.threads);
                firm = firmness(&scores, order);
                group = groups(&nominal, &firm);
                answer.draws = draws.len();
            }
        }
        for choice in choices {
            if !answer.choices.contains(&choice) {
                answer.choices.push(choice);
            }
        }
        let mut firm = firm.into_iter().zip(group);
        answer.ranks.extend(rows.iter().map(|row| {
            let (firmness, group) = row.rank.and_then(|_| firm.next()).unwrap_or_default();
            FirmRank { unit: row.unit.clone(), score: row.score, rank: row.rank, firmness, group }
        }));
    }

    /// What gives the ranked units of a kind their scores.
    fn model<'m>(&'m self, kind: &str, rows: &[&RankRow]) -> Option<Box<dyn Model + 'm>> {
        match &self.index {
            Index::Indicator(_, indicator) => {
                let counts = self.counts.get(&indicator.id);
                let rate =
                    |row: &&RankRow| (row.score, counts.and_then(|counts| counts.get(&row.unit.unit_code)).copied());
                Some(Box::new(RateModel { rates: rows.iter().map(rate).collect() }))
            }
            Index::Points(index) => {
                let cards = self.ranked.cards.as_ref()?;
                let place = |row: &&RankRow| cards.units.iter().position(|unit| unit.unit_code == row.unit.unit_code);
                let places: Option<Vec<usize>> = rows.iter().map(place).collect();
                Some(Box::new(PointsModel::new(index, cards, &places?)))
            }
            Index::Composite(index) => self.composite(index, kind, rows).map(|model| Box::new(model) as Box<dyn Model>),
        }
    }

    fn composite<'m>(&'m self, index: &'m Composite, kind: &str, rows: &[&RankRow]) -> Option<CompositeModel<'m>> {
        let values = self.values.get(kind)?;
        let nominal = compose(index, values.input()).ok()?;
        let of = |id: &String| {
            let counts = self.counts.get(id)?;
            let of_units = values.units.iter().map(|unit| counts.get(&unit.unit_code).copied()).collect();
            Some((id.clone(), of_units))
        };
        let counts = index.leaves.iter().filter_map(|leaf| of(&leaf.column)).collect();
        let units = rows.iter().map(|row| row.unit.unit_code.clone()).collect();
        Some(CompositeModel::new(index, values, nominal.weights, counts, units))
    }
}

/// Points of the sequence from which indices are worth telling.
const LEAST_BASE: u32 = 256;

fn shares(
    model: &dyn Model,
    kind: &str,
    (base, threads): (usize, usize),
    (nominal, order): (&[Option<u32>], Ranking),
) -> Vec<Share> {
    let choices: Vec<Choice> = model.choices().into_iter().take(MOST_CHOICES).collect();
    let design: Vec<Draw> =
        saltelli_design(choices.len(), base).iter().map(|point| Draw::new(&choices, point)).collect();
    let scores = tried(model, &design, threads);
    let outcomes: Vec<f64> = scores.iter().map(|scores| mean_shift(scores, nominal, order)).collect();
    let found = sensitivity(choices.len(), &outcomes);
    let indices = found.first_order.into_iter().zip(found.total);
    let share = |(choice, (first_order, total))| Share { kind: kind.to_owned(), choice, first_order, total };
    choices.into_iter().zip(indices).map(share).collect()
}

fn why_fixed(ranked: usize, units: usize) -> &'static str {
    match (ranked, units) {
        (0, _) => "nobody of it is ranked",
        (1, 1) => "it has one unit",
        (1, _) => "one unit of it is ranked",
        _ => "its figures have no counts from which a sampling error follows, and its index declares no other choice",
    }
}
