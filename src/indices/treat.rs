//! Treating outliers: winsorising by limits of skewness and kurtosis, and the transformations that follow if that fails.

use super::moments::{mean, shape};
use cchc_definitions::index::settings::{Transform, Treat, TreatMethod, TreatWhen};

/// What was done to one indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Treated {
    /// Points winsorised at the low end.
    pub low: usize,
    /// Points winsorised at the high end.
    pub high: usize,
    /// The transformation, if one was applied (of the untreated values).
    pub transform: Option<Transform>,
    /// Whether the result is still beyond the limits.
    pub beyond: bool,
}

/// Treats a column; also gives what was done. An `Err` says why the transformation cannot be applied.
///
/// A column passes if |skewness| < `max_skewness` or kurtosis < `max_kurtosis`. With `winsorise`, while it does not pass and
/// fewer than `max_points` points are moved: if skewness ≥ 0, all points at the maximum (those moved before included) take
/// the next lower value, else all at the minimum the next higher. If it still does not pass, the untreated values are
/// transformed.
///
/// ```
/// use cchc_definitions::index::settings::{Treat, TreatMethod};
/// use cchc_indices::treat;
/// let column: Vec<Option<f64>> = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30, 100].map(|x| Some(f64::from(x))).to_vec();
/// let (treated, done) = treat(&column, &Treat { method: TreatMethod::Winsorise, ..Treat::default() }).unwrap();
/// assert_eq!(done.high, 1);
/// assert_eq!(treated[11], Some(30.0));
/// ```
///
/// # Errors
/// A transformation that has no result, or that would turn the order round.
pub fn treat(values: &[Option<f64>], settings: &Treat) -> Result<(Vec<Option<f64>>, Treated), String> {
    let present: Vec<f64> = values.iter().flatten().copied().collect();
    let mut done = Treated::default();
    let is_due = settings.when == TreatWhen::Always || !passes(&present, settings);
    if settings.method == TreatMethod::None || !is_due {
        return Ok((values.to_vec(), done));
    }
    let mut after = present.clone();
    if settings.method == TreatMethod::Winsorise {
        winsorise(&mut after, settings, &mut done);
    }
    let is_transformed = settings.method == TreatMethod::Transform || !passes(&after, settings);
    if is_transformed && settings.transform != Transform::None {
        done = Treated { transform: Some(settings.transform), ..Treated::default() };
        after = transform(&present, settings.transform, settings.lambda)?;
    }
    done.beyond = !passes(&after, settings);
    let mut after = after.into_iter();
    Ok((values.iter().map(|value| value.and_then(|_| after.next())).collect(), done))
}

/// Which end is drawn out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Low,
    High,
}

/// The end that takes a column beyond the limits. Too few or equal values have no shape, so there is nothing to treat.
fn beyond(values: &[f64], settings: &Treat) -> Option<End> {
    let shape = shape(values)?;
    let is_beyond = shape.skewness.abs() >= settings.max_skewness && shape.kurtosis >= settings.max_kurtosis;
    is_beyond.then_some(if shape.skewness >= 0.0 { End::High } else { End::Low })
}

fn passes(values: &[f64], settings: &Treat) -> bool {
    beyond(values, settings).is_none()
}

fn winsorise(values: &mut [f64], settings: &Treat, done: &mut Treated) {
    while done.low + done.high < settings.max_points as usize {
        let Some(end) = beyond(values, settings) else { return };
        let is_further = |left: f64, right: f64| if end == End::High { left > right } else { left < right };
        let further = |left: f64, right: f64| if is_further(right, left) { right } else { left };
        let Some(extreme) = values.iter().copied().reduce(further) else { return };
        let Some(next) = values.iter().copied().filter(|value| is_further(extreme, *value)).reduce(further) else {
            return;
        };
        let mut moved = 0;
        for value in values.iter_mut().filter(|value| !is_further(extreme, **value)) {
            *value = next;
            moved += 1;
        }
        *(if end == End::High { &mut done.high } else { &mut done.low }) = moved;
    }
}

/// Whether the skewness is above 0; its sign is that of the third moment. A column that leans to neither side is not:
/// `log_CT_plus` of `COINr` mirrors it.
fn is_skewed_upwards(values: &[f64]) -> bool {
    mean(values).is_some_and(|mean| values.iter().map(|value| (value - mean).powi(3)).sum::<f64>() > 0.0)
}

fn transform(values: &[f64], transform: Transform, lambda: f64) -> Result<Vec<f64>, String> {
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = max - min;
    let each = |formula: &dyn Fn(f64) -> f64| values.iter().map(|value| formula(*value)).collect::<Vec<f64>>();
    let is_spread = range > 0.0;
    let after = match transform {
        Transform::None => values.to_vec(),
        Transform::LogCt | Transform::LogCtPlus | Transform::LogGii if !is_spread => {
            return Err("all values are equal; the transformation has no range to work on".to_owned());
        }
        Transform::LogCtPlus if !is_skewed_upwards(values) => each(&|x| -(max - x + 0.01 * range).ln()),
        Transform::LogCt | Transform::LogCtPlus => each(&|x| (x - min + 0.01 * range).ln()),
        Transform::LogCtOrig => each(&|x| (x - min + 1.0).ln()),
        Transform::LogGii if max <= 1.0 => {
            return Err(format!("log_gii turns the order round, since the largest value, {max}, is not above 1"));
        }
        Transform::LogGii => each(&|x| ((max - 1.0) * (x - min) / range + 1.0).ln()),
        Transform::Log if min <= 0.0 => return Err(format!("the smallest value, {min}, has no logarithm")),
        Transform::Log => each(&f64::ln),
        Transform::BoxCox if lambda == 0.0 => each(&|x| (x - min + 1.0).ln()),
        Transform::BoxCox => each(&|x| ((x - min + 1.0).powf(lambda) - 1.0) / lambda),
    };
    match after.iter().find(|value| !value.is_finite()) {
        Some(value) => Err(format!("the transformation gives {value}")),
        None => Ok(after),
    }
}
