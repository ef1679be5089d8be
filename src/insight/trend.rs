//! Control limits of a series: which values are further from the mean than chance alone puts them.

/// A value of a series.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Point {
    /// The value, if there is one.
    pub value: Option<f64>,
    /// Numerator and denominator, where the value is a rate of counted cases.
    pub counts: Option<(f64, f64)>,
    /// By which definition and for which units it counts: values of another basis are not compared.
    pub basis: String,
}

/// Between what a value lies by chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
    /// Whether the value is beyond them.
    pub is_out: bool,
}

/// Standard errors from the mean to a limit (Shewhart).
const WIDTH: f64 = 3.0;

/// 3 / 1.128: from the mean moving range of neighbours to three standard deviations of single values.
const OF_MOVING_RANGE: f64 = 2.66;

/// Values below which no limits are worth drawing.
const FEWEST: usize = 3;

/// The limits of each value, stretch by stretch of one basis: of rates by their denominators (a p-chart), of other values by
/// the mean moving range of neighbours (an individuals chart). A stretch of fewer than three values has none.
///
/// ```
/// use cchc_insight::{Point, limits};
/// let month = |top: f64| Point { value: Some(top / 100.0), counts: Some((top, 100.0)), basis: "a".into() };
/// let points: Vec<Point> = [90.0, 91.0, 89.0, 90.0, 70.0].map(month).to_vec();
/// let found = limits(&points);
/// // mean 430/500 = 0.86; 3 × √(0.86 × 0.14 / 100) = 0.104…
/// let last = found[4].unwrap();
/// assert!((last.low - (0.86 - 3.0 * (0.86_f64 * 0.14 / 100.0).sqrt())).abs() < 1e-12);
/// assert!(last.is_out && found[..4].iter().all(|one| !one.unwrap().is_out));
/// ```
#[must_use]
pub fn limits(points: &[Point]) -> Vec<Option<Limits>> {
    points.chunk_by(|left, right| left.basis == right.basis).flat_map(of_stretch).collect()
}

fn of_stretch(points: &[Point]) -> Vec<Option<Limits>> {
    let values: Vec<f64> = points.iter().filter_map(|point| point.value).collect();
    if values.len() < FEWEST {
        return vec![None; points.len()];
    }
    let are_rates = points.iter().filter(|point| point.value.is_some()).all(|point| is_rate(point.counts));
    if are_rates { of_rates(points) } else { of_values(points, &values) }
}

fn is_rate(counts: Option<(f64, f64)>) -> bool {
    counts.is_some_and(|(top, below)| top >= 0.0 && below > 0.0 && top <= below)
}

fn of_rates(points: &[Point]) -> Vec<Option<Limits>> {
    let counted = || points.iter().filter(|point| point.value.is_some()).filter_map(|point| point.counts);
    let (top, below) = counted().fold((0.0, 0.0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
    let mean = top / below;
    let limit = |point: &Point| {
        let (value, (_, below)) = (point.value?, point.counts?);
        let width = WIDTH * (mean * (1.0 - mean) / below).sqrt();
        Some(beyond(value, (mean - width).max(0.0), (mean + width).min(1.0)))
    };
    points.iter().map(limit).collect()
}

fn of_values(points: &[Point], values: &[f64]) -> Vec<Option<Limits>> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let ranges: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    let width = OF_MOVING_RANGE * ranges / (values.len() - 1) as f64;
    points.iter().map(|point| Some(beyond(point.value?, mean - width, mean + width))).collect()
}

/// What is at a limit but for the last bits is not beyond it.
fn beyond(value: f64, low: f64, high: f64) -> Limits {
    let noise = 1e-12 * value.abs().max(1.0);
    Limits { low, high, is_out: value < low - noise || value > high + noise }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: Option<f64>, basis: &str) -> Point {
        Point { value, counts: None, basis: basis.into() }
    }

    #[test]
    fn a_break_begins_other_limits_and_few_values_have_none() {
        let points: Vec<Point> = [5.0, 6.0, 5.0, 6.0].map(|value| plain(Some(value), "a")).to_vec();
        let after = [50.0, 51.0].map(|value| plain(Some(value), "b"));
        let found = limits(&[points, after.to_vec()].concat());
        // mean 5.5, mean moving range 1.
        assert_eq!(found[0], Some(Limits { low: 5.5 - 2.66, high: 5.5 + 2.66, is_out: false }));
        assert_eq!(found[4..], [None, None]);
    }

    #[test]
    fn a_month_without_a_value_has_no_limits_and_breaks_nothing() {
        let points = [Some(1.0), None, Some(1.0), Some(1.0)].map(|value| plain(value, "a"));
        let found = limits(&points);
        assert_eq!(found[1], None);
        assert_eq!(found[3], Some(Limits { low: 1.0, high: 1.0, is_out: false }));
    }

    #[test]
    fn small_months_have_wide_limits() {
        let month = |top, below| Point { value: Some(top / below), counts: Some((top, below)), basis: String::new() };
        let found = limits(&[month(900.0, 1000.0), month(5.0, 10.0), month(900.0, 1000.0), month(800.0, 1000.0)]);
        let is_out: Vec<bool> = found.iter().flatten().map(|one| one.is_out).collect();
        assert_eq!(is_out, [true, true, true, true]);
        let found = limits(&[month(900.0, 1000.0), month(8.0, 10.0), month(900.0, 1000.0), month(895.0, 1000.0)]);
        assert!(found.iter().flatten().all(|one| !one.is_out));
    }
}
