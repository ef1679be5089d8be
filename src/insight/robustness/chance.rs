//! Random numbers that are the same everywhere: one seeded stream a draw and purpose.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_distr::{Beta, Distribution, Gamma, StandardNormal};

use super::Counts;

/// Cases on the rarer side from which the normal curve stands for the exact one.
const MANY: f64 = 50.0;

/// The random numbers of a draw.
pub(super) fn of_draw(seed: u64, draw: u64) -> ChaCha8Rng {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    chance.set_stream(draw);
    chance
}

/// The random numbers that a coordinate of a draw stands for, where a choice is made of many.
pub(super) fn of_coordinate(coordinate: f64, purpose: u64) -> ChaCha8Rng {
    of_draw(coordinate.to_bits(), purpose)
}

/// A number from 0 up to 1, of 53 bits.
pub(super) fn uniform(chance: &mut ChaCha8Rng) -> f64 {
    (chance.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A rate that the counted cases may as well come from: drawn from Jeffreys' posterior, Beta(x + ½, n − x + ½). None where
/// the counts are no rate.
///
/// From 50 cases on the rarer side on, a normal curve of its mean and variance is drawn from instead, which differs by less
/// than the curve's own width by a hundredth.
#[must_use]
pub fn sampled_rate((top, below): Counts, chance: &mut ChaCha8Rng) -> Option<f64> {
    if !(top >= 0.0 && below > 0.0 && top <= below) {
        return None;
    }
    let (with, without) = (top + 0.5, below - top + 0.5);
    let sum = with + without;
    if with.min(without) < MANY {
        return Beta::new(with, without).ok().map(|curve| curve.sample(chance));
    }
    let deviation = (with * without / (sum * sum * (sum + 1.0))).sqrt();
    let drawn: f64 = StandardNormal.sample(chance);
    Some((with / sum + deviation * drawn).clamp(0.0, 1.0))
}

/// What each weight is multiplied by: 1 − range … 1 + range.
pub(super) fn ranged(weights: usize, range: f64, chance: &mut ChaCha8Rng) -> Vec<f64> {
    (0..weights).map(|_| 1.0 - range + 2.0 * range * uniform(chance)).collect()
}

/// What each weight is multiplied by so that the weights are drawn from a Dirichlet distribution around themselves.
pub(super) fn dirichlet(weights: &[f64], concentration: f64, chance: &mut ChaCha8Rng) -> Vec<f64> {
    let whole: f64 = weights.iter().map(|weight| weight.abs()).sum();
    let drawn: Vec<f64> = weights
        .iter()
        .map(|weight| {
            let shape = weight.abs() / whole * concentration;
            Gamma::new(shape, 1.0).map_or(0.0, |curve| curve.sample(chance))
        })
        .collect();
    let sum: f64 = drawn.iter().sum();
    let factor = |(weight, drawn): (&f64, &f64)| {
        if *weight == 0.0 || sum == 0.0 { 1.0 } else { drawn / sum * whole / weight.abs() }
    };
    weights.iter().zip(&drawn).map(factor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_sampled_rates_cover_the_truth_in_ninety_five_of_a_hundred_provinces() {
        let mut chance = of_draw(7, 0);
        let mut covered = 0;
        let provinces = 2000;
        for _ in 0..provinces {
            let (truth, cases) = (0.02 + 0.96 * uniform(&mut chance), 20 + (uniform(&mut chance) * 400.0) as u32);
            let top = (0..cases).filter(|_| uniform(&mut chance) < truth).count() as f64;
            let mut drawn: Vec<f64> =
                (0..1000).filter_map(|_| sampled_rate((top, f64::from(cases)), &mut chance)).collect();
            drawn.sort_unstable_by(f64::total_cmp);
            covered += u32::from(drawn[25] <= truth && truth <= drawn[974]);
        }
        let share = f64::from(covered) / f64::from(provinces);
        assert!((0.94..=0.96).contains(&share), "{share}");
    }

    #[test]
    fn weights_drawn_around_others_have_their_sum_and_on_average_themselves() {
        let (weights, mut chance) = ([1.0, 2.0, 5.0], of_draw(1, 0));
        let mut means = [0.0; 3];
        for _ in 0..4000 {
            let factors = dirichlet(&weights, 40.0, &mut chance);
            let drawn: Vec<f64> = weights.iter().zip(&factors).map(|(weight, factor)| weight * factor).collect();
            assert!((drawn.iter().sum::<f64>() - 8.0).abs() < 1e-9);
            for (mean, drawn) in means.iter_mut().zip(&drawn) {
                *mean += drawn / 4000.0;
            }
        }
        assert!(means.iter().zip(weights).all(|(mean, weight)| (mean - weight).abs() < 0.05), "{means:?}");
        assert!(ranged(100, 0.25, &mut chance).iter().all(|factor| (0.75..=1.25).contains(factor)));
    }
}
