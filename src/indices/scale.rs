//! Scaling: an indicator onto the common scale, where more is always better.

use thiserror::Error;

use super::moments::{deviation, mean};
use cchc_definitions::Direction;
use cchc_definitions::index::composite::{Curve, Goalposts, Leaf};
use cchc_definitions::index::settings::{Cut, Scale};

/// How one indicator is scaled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaling {
    /// The method with its range.
    pub scale: Scale,
    /// Which way is good.
    pub direction: Direction,
    /// For `goalposts`.
    pub goalposts: Option<Goalposts>,
    /// For `distance_to_target`.
    pub target: Option<f64>,
}

impl From<&Leaf> for Scaling {
    fn from(leaf: &Leaf) -> Self {
        Self { scale: leaf.scale, direction: leaf.direction, goalposts: leaf.goalposts, target: leaf.target }
    }
}

/// Why a column cannot be scaled. Rows are those of the column.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ScaleError {
    /// Methods that compare units need more than one value.
    #[error("only one unit has a value, and the method compares units")]
    OneValue,
    /// All values are equal.
    #[error("all {units} values are {value}; a constant tells no unit from another")]
    Constant {
        /// The value.
        value: f64,
        /// How many units have it.
        units: usize,
    },
    /// No logarithm.
    #[error("values of 0 or less have no logarithm")]
    NoLogarithm(Vec<usize>),
    /// A fraction of the best value needs positive numbers.
    #[error("a fraction of the best value needs values above 0 (or, where more is better, not below)")]
    NoFraction(Vec<usize>),
    /// The target is no better than the worst value.
    #[error("the target, {target}, is not better than the worst value, {worst}")]
    TargetBehind {
        /// The target.
        target: f64,
        /// The worst value.
        worst: f64,
    },
    /// The definition lacks what the method needs.
    #[error("the method needs {0}")]
    Lacks(&'static str),
}

/// Scales a column; missing stays missing. A column without any value stays so.
///
/// ```
/// use cchc_definitions::Direction;
/// use cchc_definitions::index::composite::{Curve, Goalposts};
/// use cchc_definitions::index::settings::{Cut, Scale};
/// use cchc_indices::{Scaling, scale};
/// let values = [Some(2.0), Some(4.0), None, Some(6.0)];
/// let by = |scale, direction| Scaling { scale, direction, goalposts: None, target: None };
/// let scores = scale(&values, by(Scale::MinMax { range: [0.0, 100.0] }, Direction::Lower)).unwrap();
/// assert_eq!(scores, [Some(100.0), Some(50.0), None, Some(0.0)]);
/// let scores = scale(&values, by(Scale::ZScore { mean: 0.0, sd: 1.0 }, Direction::Higher)).unwrap();
/// assert_eq!(scores, [Some(-1.0), Some(0.0), None, Some(1.0)]);
/// // The income index of the HDI: (ln 46 563 − ln 100) / (ln 75 000 − ln 100)
/// let posts = Goalposts { low: 100.0, high: 75_000.0, curve: Curve::Log };
/// let income = Scaling {
///     scale: Scale::Goalposts { range: [0.0, 1.0], cut: Cut::Both },
///     direction: Direction::Higher,
///     goalposts: Some(posts),
///     target: None,
/// };
/// let score = scale(&[Some(46_563.0)], income).unwrap()[0].unwrap();
/// assert!((score - 465.63_f64.ln() / 750_f64.ln()).abs() < 1e-12);
/// ```
///
/// # Errors
/// Columns on which the method has no result.
pub fn scale(values: &[Option<f64>], by: Scaling) -> Result<Vec<Option<f64>>, ScaleError> {
    let sign = if by.direction == Direction::Lower { -1.0 } else { 1.0 };
    // More is better from here on.
    let signed: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| value * sign)).collect();
    let present: Vec<f64> = signed.iter().flatten().copied().collect();
    if present.is_empty() {
        return Ok(signed);
    }
    let each = |formula: &dyn Fn(f64) -> f64| signed.iter().map(|value| value.map(formula)).collect::<Vec<_>>();
    let onto = |[low, high]: [f64; 2], share: f64| share * (high - low) + low;
    Ok(match by.scale {
        Scale::None {} => signed,
        Scale::MinMax { range } | Scale::DistanceToBest { range } => {
            let (worst, best) = spread(&present, sign)?;
            each(&|value| onto(range, (value - worst) / (best - worst)))
        }
        Scale::ZScore { mean: centre, sd } => {
            spread(&present, sign)?;
            let (mean, deviation) = mean(&present).zip(deviation(&present)).ok_or(ScaleError::OneValue)?;
            each(&|value| (value - mean) / deviation * sd + centre)
        }
        Scale::Rank {} | Scale::Borda {} | Scale::PercentileRank { .. } => places(&signed, present, by.scale)?,
        Scale::Goalposts { range, cut } => {
            let posts = by.goalposts.ok_or(ScaleError::Lacks("goalposts"))?;
            between(values, posts, by.direction, cut)?
                .into_iter()
                .map(|share| share.map(|share| onto(range, share)))
                .collect()
        }
        Scale::DistanceToTarget { range, cut } => {
            let target = by.target.ok_or(ScaleError::Lacks("a target"))? * sign;
            let worst = present.iter().copied().fold(f64::INFINITY, f64::min);
            if target <= worst {
                return Err(ScaleError::TargetBehind { target: target * sign, worst: worst * sign });
            }
            let end = if matches!(cut, Cut::Top | Cut::Both) { 1.0 } else { f64::INFINITY };
            each(&|value| onto(range, ((value - worst) / (target - worst)).min(end)))
        }
        Scale::FractionOfBest { range } => {
            fractions(values, by.direction)?.into_iter().map(|share| share.map(|share| onto(range, share))).collect()
        }
    })
}

/// Worst and best of values of which more is better.
fn spread(present: &[f64], sign: f64) -> Result<(f64, f64), ScaleError> {
    let worst = present.iter().copied().fold(f64::INFINITY, f64::min);
    let best = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match present.len() {
        1 => Err(ScaleError::OneValue),
        units if worst >= best => Err(ScaleError::Constant { value: worst * sign, units }),
        _ => Ok((worst, best)),
    }
}

/// Ranks from 1 for the worst; ties share the lower number.
fn places(signed: &[Option<f64>], mut present: Vec<f64>, scale: Scale) -> Result<Vec<Option<f64>>, ScaleError> {
    present.sort_by(f64::total_cmp);
    let others = present.len() as f64 - 1.0;
    if matches!(scale, Scale::PercentileRank { .. }) && present.len() < 2 {
        return Err(ScaleError::OneValue);
    }
    let below = |value: f64| present.partition_point(|other| *other < value) as f64;
    let score = |value: f64| match scale {
        Scale::Rank {} => below(value) + 1.0,
        Scale::PercentileRank { range: [low, high] } => below(value) / others * (high - low) + low,
        _ => below(value),
    };
    Ok(signed.iter().map(|value| value.map(score)).collect())
}

/// The share of the way from the bad goalpost to the good one. Values are cut before their logarithm is taken.
fn between(
    values: &[Option<f64>],
    posts: Goalposts,
    direction: Direction,
    cut: Cut,
) -> Result<Vec<Option<f64>>, ScaleError> {
    let is_lower = direction == Direction::Lower;
    let cuts_good = matches!(cut, Cut::Both | Cut::Top);
    let cuts_bad = matches!(cut, Cut::Both | Cut::Bottom);
    let (cuts_low, cuts_high) = if is_lower { (cuts_good, cuts_bad) } else { (cuts_bad, cuts_good) };
    let within = |value: f64| {
        let value = if cuts_low { value.max(posts.low) } else { value };
        if cuts_high { value.min(posts.high) } else { value }
    };
    let cut: Vec<Option<f64>> = values.iter().map(|value| value.map(within)).collect();
    let way = |value: f64| match posts.curve {
        Curve::Linear => value,
        Curve::Log => value.ln(),
    };
    if posts.curve == Curve::Log {
        let none: Vec<usize> = rows(&cut, |value| value <= 0.0);
        if !none.is_empty() {
            return Err(ScaleError::NoLogarithm(none));
        }
    }
    let (low, high) = (way(posts.low), way(posts.high));
    let share = |value: f64| if is_lower { high - way(value) } else { way(value) - low } / (high - low);
    Ok(cut.into_iter().map(|value| value.map(share)).collect())
}

fn fractions(values: &[Option<f64>], direction: Direction) -> Result<Vec<Option<f64>>, ScaleError> {
    let is_lower = direction == Direction::Lower;
    let wrong = rows(values, |value| value < 0.0 || (is_lower && value == 0.0));
    if !wrong.is_empty() {
        return Err(ScaleError::NoFraction(wrong));
    }
    let present = || values.iter().flatten().copied();
    if is_lower {
        let best = present().fold(f64::INFINITY, f64::min);
        return Ok(values.iter().map(|value| value.map(|value| best / value)).collect());
    }
    let best = present().fold(0.0, f64::max);
    if best <= 0.0 {
        return Err(ScaleError::Constant { value: 0.0, units: present().count() });
    }
    Ok(values.iter().map(|value| value.map(|value| value / best)).collect())
}

fn rows(values: &[Option<f64>], is_meant: impl Fn(f64) -> bool) -> Vec<usize> {
    values.iter().enumerate().filter(|(_, value)| value.is_some_and(&is_meant)).map(|(row, _)| row).collect()
}
