//! What ranks over many draws say of each unit: the span of its ranks, and who cannot be told from whom.

use cchc_definitions::index::settings::Ranking;
use cchc_indices::ranks_by;

/// The ranks of one unit over all draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Firmness {
    /// 5 of 100 draws give a better rank.
    pub low: u32,
    /// 5 of 100 draws give a worse rank.
    pub high: u32,
    /// The mean rank.
    pub mean: f64,
    /// The share of draws that put it among the first three.
    pub first_three: f64,
}

/// The share of draws beyond each end of an interval.
const TAIL: f64 = 0.05;

/// The firmness of each unit's rank; none where no draw ranks it.
#[must_use]
pub fn firmness(scores: &[Vec<Option<f64>>], settings: Ranking) -> Vec<Option<Firmness>> {
    let units = scores.first().map_or(0, Vec::len);
    let mut ranks: Vec<Vec<u32>> = vec![Vec::with_capacity(scores.len()); units];
    for scores in scores {
        for (ranks, rank) in ranks.iter_mut().zip(ranks_by(scores, settings)) {
            ranks.extend(rank);
        }
    }
    ranks.into_iter().map(of_unit).collect()
}

fn of_unit(mut ranks: Vec<u32>) -> Option<Firmness> {
    let last = ranks.len().checked_sub(1)?;
    ranks.sort_unstable();
    let beyond = (TAIL * ranks.len() as f64) as usize;
    let count = ranks.len() as f64;
    Some(Firmness {
        low: ranks[beyond.min(last)],
        high: ranks[last - beyond.min(last)],
        mean: ranks.iter().map(|rank| f64::from(*rank)).sum::<f64>() / count,
        first_three: ranks.iter().filter(|rank| **rank <= 3).count() as f64 / count,
    })
}

/// By how many places the ranks of a draw lie from the nominal ones, on average over the units that have both.
#[must_use]
pub fn mean_shift(scores: &[Option<f64>], nominal: &[Option<u32>], settings: Ranking) -> f64 {
    let ranks = ranks_by(scores, settings);
    let shifts: Vec<f64> = ranks
        .iter()
        .zip(nominal)
        .filter_map(|(rank, nominal)| Some(f64::from(rank.as_ref()?.abs_diff((*nominal)?))))
        .collect();
    if shifts.is_empty() { 0.0 } else { shifts.iter().sum::<f64>() / shifts.len() as f64 }
}

/// Groups of units that cannot be told apart, numbered from 1 by rank: a group ends where all its ranks are better than all
/// those of the units behind it.
#[must_use]
pub fn groups(nominal: &[Option<u32>], firmness: &[Option<Firmness>]) -> Vec<Option<u32>> {
    let mut order: Vec<(u32, usize)> = nominal
        .iter()
        .enumerate()
        .filter_map(|(unit, rank)| Some((rank.filter(|_| firmness[unit].is_some())?, unit)))
        .collect();
    order.sort_unstable();
    let mut groups = vec![None; nominal.len()];
    let (mut group, mut worst) = (0, 0);
    for (place, (_, unit)) in order.iter().enumerate() {
        let best_behind = order[place..].iter().filter_map(|(_, unit)| firmness[*unit]).map(|one| one.low).min();
        if best_behind.is_some_and(|best| best > worst) {
            group += 1;
        }
        worst = worst.max(firmness[*unit].map_or(0, |one| one.high));
        groups[*unit] = Some(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(of: &[[f64; 3]]) -> Vec<Vec<Option<f64>>> {
        of.iter().map(|scores| scores.iter().copied().map(Some).collect()).collect()
    }

    #[test]
    fn units_that_change_places_are_one_group() {
        let scores = draws(&[[9.0, 5.0, 4.0], [9.0, 4.0, 5.0], [8.0, 5.0, 4.0], [9.0, 3.0, 6.0]]);
        let found = firmness(&scores, Ranking::default());
        let spans: Vec<(u32, u32)> = found.iter().flatten().map(|one| (one.low, one.high)).collect();
        assert_eq!(spans, [(1, 1), (2, 3), (2, 3)]);
        assert_eq!(groups(&[Some(1), Some(2), Some(3)], &found), [Some(1), Some(2), Some(2)]);
        assert!((mean_shift(&scores[1], &[Some(1), Some(2), Some(3)], Ranking::default()) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn five_of_a_hundred_draws_lie_beyond_each_end() {
        let scores: Vec<Vec<Option<f64>>> =
            (0..100).map(|draw| vec![Some(if draw < 4 { 0.0 } else { 2.0 }), Some(1.0)]).collect();
        let found = firmness(&scores, Ranking::default());
        assert_eq!(found[0].map(|one| (one.low, one.high)), Some((1, 1)), "four of a hundred are too few");
    }
}
