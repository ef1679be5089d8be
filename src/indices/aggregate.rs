//! Aggregating: scores of children to the score of their parent, unit by unit, summed in the order of the definition.

use cchc_definitions::index::settings::{Aggregate, AggregateMethod};

/// A score that a formula cannot take: which child, of which row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Negative {
    /// Place among the children.
    pub child: usize,
    /// The row.
    pub row: usize,
}

/// Aggregates children; a missing child is left out with its weight, as long as `min_available` allows.
///
/// Under the geometric and the harmonic mean a score of 0 gives 0, their limit. Children of weight 0 are left out.
///
/// ```
/// use cchc_definitions::index::settings::{Aggregate, AggregateMethod};
/// use cchc_indices::aggregate;
/// let (a, b) = ([Some(4.0), Some(1.0)], [Some(9.0), None]);
/// let by = |method| aggregate(&[&a, &b], &[1.0, 1.0], Aggregate { method, min_available: None }).unwrap();
/// assert_eq!(by(AggregateMethod::Arithmetic), [Some(6.5), Some(1.0)]);
/// assert!((by(AggregateMethod::Geometric)[0].unwrap() - 6.0).abs() < 1e-12);
/// assert!((by(AggregateMethod::Harmonic)[0].unwrap() - 72.0 / 13.0).abs() < 1e-12);
/// // A sum with a part missing is no sum.
/// assert_eq!(by(AggregateMethod::Sum), [Some(13.0), None]);
/// assert_eq!(by(AggregateMethod::Copeland), [Some(1.0), Some(-1.0)]);
/// ```
///
/// # Errors
/// Every negative score under the geometric and the harmonic mean; under these, negative weights too (their children's
/// first row stands for them).
pub fn aggregate(
    children: &[&[Option<f64>]],
    weights: &[f64],
    settings: Aggregate,
) -> Result<Vec<Option<f64>>, Vec<Negative>> {
    let method = settings.method;
    let rows = children.first().map_or(0, |child| child.len());
    let is_enough = enough(children, settings);
    if matches!(method, AggregateMethod::Copeland | AggregateMethod::Outranking) {
        return Ok(pairwise(children, weights, method, &is_enough));
    }
    if matches!(method, AggregateMethod::Geometric | AggregateMethod::Harmonic) {
        let negative = negatives(children, weights, &is_enough);
        if !negative.is_empty() {
            return Err(negative);
        }
    }
    let (mut sums, mut totals) = (vec![0.0; rows], vec![0.0; rows]);
    for (child, weight) in children.iter().zip(weights).filter(|(_, weight)| **weight != 0.0) {
        for (row, value) in child.iter().enumerate() {
            if let Some(value) = value {
                totals[row] += weight;
                sums[row] += match method {
                    AggregateMethod::Geometric => weight * value.ln(),
                    AggregateMethod::Harmonic => weight / value,
                    _ => weight * value,
                };
            }
        }
    }
    let score = |row: usize| {
        let (sum, total): (f64, f64) = (sums[row], totals[row]);
        match method {
            AggregateMethod::Sum => Some(sum),
            _ if total == 0.0 => None,
            AggregateMethod::Geometric => Some((sum / total).exp()),
            AggregateMethod::Harmonic => Some(total / sum),
            _ => Some(sum / total),
        }
    };
    Ok((0..rows).map(|row| is_enough[row].then(|| score(row)).flatten()).collect())
}

/// Whether enough children of each row have a score; none at all is never enough.
fn enough(children: &[&[Option<f64>]], settings: Aggregate) -> Vec<bool> {
    let least = settings.min_available.unwrap_or(if settings.method == AggregateMethod::Sum { 1.0 } else { 0.0 });
    let rows = children.first().map_or(0, |child| child.len());
    (0..rows)
        .map(|row| {
            let present = children.iter().filter(|child| child[row].is_some()).count();
            // 0.07 × 100 is a little more than 7 in binary: a count at the limit is not below it.
            present > 0 && present as f64 >= least * children.len() as f64 - 1e-9
        })
        .collect()
}

fn negatives(children: &[&[Option<f64>]], weights: &[f64], is_enough: &[bool]) -> Vec<Negative> {
    let mut found = Vec::new();
    for (child, values) in children.iter().enumerate() {
        if weights[child] < 0.0 {
            found.push(Negative { child, row: 0 });
            continue;
        }
        let is_negative = |row: &usize| is_enough[*row] && values[*row].is_some_and(|value| value < 0.0);
        found.extend((0..values.len()).filter(is_negative).map(|row| Negative { child, row }));
    }
    found
}

/// One against one, on the children that both have: Copeland counts majorities, outranking adds up shares of weight.
fn pairwise(
    children: &[&[Option<f64>]],
    weights: &[f64],
    method: AggregateMethod,
    is_enough: &[bool],
) -> Vec<Option<f64>> {
    let rows: Vec<usize> = (0..is_enough.len()).filter(|row| is_enough[*row]).collect();
    let mut scores = vec![0.0; is_enough.len()];
    for (at, left) in rows.iter().enumerate() {
        for right in &rows[at + 1..] {
            let (mut ahead, mut shared) = (0.0, 0.0);
            for (child, weight) in children.iter().zip(weights) {
                if let (Some(mine), Some(theirs)) = (child[*left], child[*right]) {
                    shared += weight;
                    ahead += match mine.partial_cmp(&theirs) {
                        Some(std::cmp::Ordering::Greater) => *weight,
                        Some(std::cmp::Ordering::Equal) => weight / 2.0,
                        _ => 0.0,
                    };
                }
            }
            let share = if shared > 0.0 { ahead / shared } else { 0.5 };
            let (mine, theirs) = match method {
                AggregateMethod::Outranking => (share, 1.0 - share),
                // Weights such as 0.1 + 0.2 against 0.3 are a draw.
                _ if (share - 0.5).abs() < 1e-12 => (0.0, 0.0),
                _ if share > 0.5 => (1.0, -1.0),
                _ => (-1.0, 1.0),
            };
            scores[*left] += mine;
            scores[*right] += theirs;
        }
    }
    scores.into_iter().zip(is_enough).map(|(score, is_enough)| is_enough.then_some(score)).collect()
}
