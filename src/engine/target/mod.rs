//! What would bring a unit to a rank, class or score: the cheapest changes of its own figures, each tried on a copy of them.

mod copy;
mod movable;

use super::{Engine, EngineError, Question};
use cchc_definitions::{did_you_mean, fold_word};
use cchc_indicators::not_sent;
use cchc_indices::{Index, kind_values};
use cchc_insight::{Lever, cheapest, fewest};
use cchc_model::{NamedItem, Period, Policies, RankRow, UnitRef};
use copy::{Copy, Outcome};
use movable::Movable;

pub use movable::Move;

/// What to reach.
#[derive(Debug, Clone)]
pub struct TargetRequest {
    /// Code or name of the unit.
    pub unit: String,
    /// An index, or an indicator.
    pub index: String,
    /// The period.
    pub period: Period,
    /// What is to be reached.
    pub goal: Goal,
    /// How doubtful dossiers count.
    pub policies: Policies,
}

/// What is to be reached.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// This rank or a better one.
    Rank(u32),
    /// This class of scores or a better one.
    Class(String),
    /// This score or a better one.
    Score(f64),
    /// At least the mean of the other units of the kind.
    Mean,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetAnswer {
    /// The unit.
    pub unit: UnitRef,
    /// Its score now.
    pub score: Option<f64>,
    /// Its rank now.
    pub rank: Option<u32>,
    /// Whether it is there already.
    pub is_there: bool,
    /// Whether the period runs on after the newest export: only what is still to come can change.
    pub is_running: bool,
    /// The ways, the cheapest first; where the target is out of reach, the furthest that all changes together come.
    pub alternatives: Vec<Alternative>,
    /// Criteria or indicators that no change of figures moves.
    pub unmoved: Vec<NamedItem>,
}

/// A way to the target.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// What changes.
    pub changes: Vec<TargetChange>,
    /// What all of it costs.
    pub cost: f64,
    /// Whether the copy with these changes reaches the target.
    pub is_reached: bool,
    /// The score of the copy.
    pub score: Option<f64>,
    /// The rank of the copy.
    pub rank: Option<u32>,
    /// Whether nothing cheaper exists.
    pub is_cheapest: bool,
}

/// A change of one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetChange {
    /// The indicator.
    pub indicator: String,
    /// Its name in Vietnamese.
    pub name_vi: String,
    /// What its cases are: `dossiers`, `answers`, `complaints`, `procedures`, `documents` or `cases`.
    pub unit: &'static str,
    /// What is done.
    pub way: Move,
    /// How many cases more or fewer.
    pub cases: u64,
    /// What they cost.
    pub cost: f64,
}

/// Ways that are told.
const MOST_ALTERNATIVES: usize = 5;

/// How often a way that falls short on the copy is sought again for as much more.
const MOST_TRIES: usize = 6;

impl Engine {
    /// Seeks what brings a unit to a target.
    ///
    /// # Errors
    /// The request names what is not there, the unit has no score or rank, or the store cannot be read.
    pub async fn target(&self, request: &TargetRequest) -> Result<TargetAnswer, EngineError> {
        self.refuse_public("target")?;
        let code = self.unit_named(&request.unit)?;
        let question = self.question_about(&request.period, request.policies)?;
        let index = self.index(&request.index, &request.period)?;
        let measuring = question.measuring(request.policies);
        let missing = not_sent(&measuring, &request.period).await?;
        let ranked = index.rank(&measuring, &request.period, &missing).await?;
        let row = ranked.rows.iter().find(|row| row.unit.unit_code == code);
        let row = row.filter(|row| row.score.is_some() && row.rank.is_some());
        let row = row.ok_or_else(|| EngineError::Request(unranked(&index, &code, &ranked.rows)))?.clone();
        let kind = row.unit.kind.clone().unwrap_or_default();
        let values = match &index {
            Index::Composite(composite) => kind_values(&measuring, composite, &request.period).await?.remove(&kind),
            _ => None,
        };
        let copy = Copy::new(&index, &ranked, values, &row)?;
        let movable = self.movable(&question, (&index, &copy), request, &code).await?;
        let goal = Sought::new(&request.goal, &index)?;
        let now = copy.with(&[]);
        let mut answer = TargetAnswer {
            unit: row.unit.clone(),
            score: row.score,
            rank: row.rank,
            is_there: goal.shortage(&now) <= 0.0,
            is_running: self.is_running(&request.period),
            alternatives: Vec::new(),
            unmoved: copy.unmoved(&movable),
        };
        if !answer.is_there {
            answer.alternatives = alternatives(&copy, &movable, &goal, &now);
        }
        Ok(answer)
    }

    fn is_running(&self, period: &Period) -> bool {
        self.version().time.is_some_and(|newest| newest < period.end)
    }

    /// The figures of a unit that can be moved, and how far.
    async fn movable(
        &self,
        question: &Question<'_>,
        (index, copy): (&Index<'_>, &Copy<'_>),
        request: &TargetRequest,
        unit: &str,
    ) -> Result<Vec<Movable>, EngineError> {
        let measuring = question.measuring(request.policies);
        let newest = self.version().time.filter(|newest| *newest < request.period.end);
        let mut found = Vec::new();
        for id in copy.inputs(index) {
            let Some(indicator) = self.definitions().indicator(&id, &request.period) else { continue };
            let movable = movable::of(&measuring, indicator, &request.period, (unit, newest)).await?;
            let cost = match index {
                Index::Indicator(..) => 1.0,
                Index::Points(index) => index.costs.of(&id),
                Index::Composite(index) => index.costs.of(&id),
            };
            found.extend(movable.map(|movable| Movable { cost, ..movable }));
        }
        Ok(found)
    }
}

fn unranked(index: &Index<'_>, unit: &str, rows: &[RankRow]) -> String {
    let Some(row) = rows.iter().find(|row| row.unit.unit_code == unit) else {
        let hint = did_you_mean(unit, rows.iter().map(|row| row.unit.unit_code.as_str()));
        return format!("index '{}' scores no unit '{unit}'{hint}", index.id());
    };
    let lacking: Vec<&str> = row.lacking.iter().map(|item| item.id.as_str()).collect();
    let why = if lacking.is_empty() {
        "it has too few cases or no figures".to_owned()
    } else {
        format!("it lacks {}", lacking.join(", "))
    };
    format!("'{unit}' has no rank by '{}', so nothing can be sought for it: {why}", index.id())
}

/// A goal with all that is needed to see how far a copy is from it.
struct Sought {
    goal: Goal,
    /// Lowest score of a class or of the request, with the sign by which more is better.
    from: Option<f64>,
    sign: f64,
}

impl Sought {
    fn new(goal: &Goal, index: &Index<'_>) -> Result<Self, EngineError> {
        use cchc_definitions::index::settings::First;
        let sign = if index.settings().first == First::Lowest { -1.0 } else { 1.0 };
        let from = match goal {
            Goal::Rank(0) => return Err(EngineError::Request("ranks begin with 1".to_owned())),
            Goal::Rank(_) | Goal::Mean => None,
            Goal::Score(score) => Some(score * sign),
            Goal::Class(name) => {
                let classes = if let Index::Points(index) = index { index.classes.as_slice() } else { &[] };
                let class = classes.iter().find(|class| fold_word(&class.name) == fold_word(name));
                let known: Vec<&str> = classes.iter().map(|class| class.name.as_str()).collect();
                let missing = || match known.as_slice() {
                    [] => format!("index '{}' has no classes", index.id()),
                    known => format!("no class '{name}'; there are {}", known.join(", ")),
                };
                Some(class.ok_or_else(|| EngineError::Request(missing()))?.from)
            }
        };
        Ok(Self { goal: goal.clone(), from, sign })
    }

    /// How much the score of a copy lacks; 0 or less where it is enough.
    fn shortage(&self, outcome: &Outcome) -> f64 {
        let Some(own) = outcome.own.map(|own| own * self.sign) else { return f64::INFINITY };
        let mut others: Vec<f64> = outcome.others.iter().map(|score| score * self.sign).collect();
        others.sort_unstable_by(|left, right| right.total_cmp(left));
        let enough = match self.goal {
            Goal::Rank(rank) if outcome.rank.is_some_and(|own| own <= rank) => return 0.0,
            Goal::Rank(rank) => others.get(rank as usize - 1).copied(),
            Goal::Mean if others.is_empty() => None,
            Goal::Mean => Some(others.iter().sum::<f64>() / others.len() as f64),
            Goal::Score(_) | Goal::Class(_) => self.from,
        };
        enough.map_or(0.0, |enough| enough - own)
    }
}

/// The ways to a goal: of all figures together, of each alone, and without each that the cheapest way uses.
fn alternatives(copy: &Copy<'_>, movable: &[Movable], goal: &Sought, now: &Outcome) -> Vec<Alternative> {
    let levers: Vec<Lever> =
        movable.iter().enumerate().map(|(at, one)| lever(copy, movable, (at, one), now, goal.sign)).collect();
    let all: Vec<usize> = (0..levers.len()).collect();
    let mut sets: Vec<Vec<usize>> = vec![all.clone()];
    sets.extend(all.iter().map(|at| vec![*at]));
    let first = sought(copy, movable, &levers, &all, goal);
    if let Some((cases, _)) = &first {
        let used = all.iter().filter(|at| cases[**at] > 0);
        sets.extend(used.map(|at| all.iter().copied().filter(|other| other != at).collect::<Vec<_>>()));
    }
    let mut plans: Vec<(Vec<usize>, bool)> =
        sets.iter().filter_map(|set| sought(copy, movable, &levers, set, goal)).collect();
    if plans.is_empty() {
        plans.push((
            levers.iter().map(|lever| fewest(lever, lever.gains.last().copied().unwrap_or(0.0)).unwrap_or(0)).collect(),
            false,
        ));
    }
    let mut told: Vec<Alternative> = Vec::new();
    for (cases, is_cheapest) in plans {
        let one = alternative(copy, movable, &cases, goal, is_cheapest);
        if !one.changes.is_empty() && told.iter().all(|known| known.changes != one.changes) {
            told.push(one);
        }
    }
    told.sort_by(|left, right| left.cost.total_cmp(&right.cost));
    told.truncate(MOST_ALTERNATIVES);
    told
}

/// What each number of cases of one figure gains.
fn lever(copy: &Copy<'_>, movable: &[Movable], (at, one): (usize, &Movable), now: &Outcome, sign: f64) -> Lever {
    let mut gains = vec![0.0; one.steps() + 1];
    for (steps, gain) in gains.iter_mut().enumerate().skip(1) {
        let moved = copy.with(&[(&movable[at], one.cases(steps))]);
        *gain = moved.own.zip(now.own).map_or(0.0, |(moved, now)| (moved - now) * sign);
    }
    // A figure that helps up to a point is not moved beyond it.
    for step in 1..gains.len() {
        gains[step] = gains[step].max(gains[step - 1]);
    }
    Lever { cost: one.cost * one.step() as f64, gains }
}

/// The cheapest steps of some of the figures that reach the goal on the copy.
fn sought(
    copy: &Copy<'_>,
    movable: &[Movable],
    levers: &[Lever],
    set: &[usize],
    goal: &Sought,
) -> Option<(Vec<usize>, bool)> {
    let of_set: Vec<Lever> = set.iter().map(|at| levers[*at].clone()).collect();
    let mut need = goal.shortage(&copy.with(&[]));
    for _ in 0..MOST_TRIES {
        let plan = cheapest(&of_set, need)?;
        let mut steps = vec![0; levers.len()];
        for (at, cases) in set.iter().zip(&plan.cases) {
            steps[*at] = *cases;
        }
        let shortage = goal.shortage(&copy.with(&changed(movable, &steps)));
        if shortage <= 1e-9 {
            let is_exact = movable.iter().all(|one| one.step() == 1);
            return Some((steps, plan.is_cheapest && is_exact && set.len() == levers.len()));
        }
        // Others lose or gain by it, too, or figures work together: as much more is sought as is lacking.
        need += shortage.max(1e-9);
    }
    None
}

fn changed<'m>(movable: &'m [Movable], steps: &[usize]) -> Vec<(&'m Movable, f64)> {
    let used = movable.iter().zip(steps).filter(|(_, steps)| **steps > 0);
    used.map(|(one, steps)| (one, one.cases(*steps))).collect()
}

fn alternative(copy: &Copy<'_>, movable: &[Movable], steps: &[usize], goal: &Sought, is_cheapest: bool) -> Alternative {
    let changes = changed(movable, steps);
    let outcome = copy.with(&changes);
    let change = |(one, cases): &(&Movable, f64)| TargetChange {
        indicator: one.id.clone(),
        name_vi: one.name_vi.clone(),
        unit: one.case,
        way: one.way,
        cases: *cases as u64,
        cost: one.cost * cases,
    };
    let changes: Vec<TargetChange> = changes.iter().map(change).collect();
    Alternative {
        cost: changes.iter().map(|change| change.cost).sum(),
        changes,
        is_reached: goal.shortage(&outcome) <= 1e-9,
        score: outcome.own,
        rank: outcome.rank,
        is_cheapest,
    }
}
