//! Divides a difference between factors whatever their order: exact Shapley values, and those of factors in groups.

use std::collections::HashMap;

/// The value where some factors are as after and the others as before: bit `i` of the set says of factor `i`. None where
/// such a mixture has no value.
pub type Value<'v> = dyn FnMut(u128) -> Option<f64> + 'v;

/// Most factors of which every subset is valued.
pub const MOST: usize = 8;

/// The part of each factor in `value(all) − value(none)`: the mean of what it adds over all orders in which factors can
/// change. The parts add up to the whole. None if a mixture has no value.
///
/// ```
/// use cchc_insight::shapley;
/// // 10 × 4 → 12 × 5: half of the extra 2 × 1 goes to each factor.
/// let parts = shapley(2, &mut |set| Some([10.0, 12.0][(set & 1) as usize] * [4.0, 5.0][(set >> 1) as usize]));
/// assert_eq!(parts, Some(vec![9.0, 11.0]));
/// ```
#[must_use]
pub fn shapley(factors: usize, value: &mut Value<'_>) -> Option<Vec<f64>> {
    let all: Vec<usize> = (0..factors).collect();
    grouped(&[all], value)
}

/// The parts of factors that stand in groups: a group is divided as a whole against the others, then within itself by the
/// same rule. One group gives plain Shapley values, and so do groups of one.
///
/// # Panics
/// A factor is beyond 127.
#[must_use]
pub fn grouped(groups: &[Vec<usize>], value: &mut Value<'_>) -> Option<Vec<f64>> {
    let factors = groups.iter().flatten().max().map_or(0, |last| last + 1);
    assert!(factors <= 128, "a set of factors is 128 bits");
    let mut known: HashMap<u128, f64> = HashMap::new();
    let mut parts = vec![0.0; factors];
    for (at, group) in groups.iter().enumerate() {
        let others: Vec<u128> =
            groups.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| set_of(other)).collect();
        let members: Vec<u128> = group.iter().map(|factor| 1 << factor).collect();
        let (outer, inner) = (weights(others.len() + 1), weights(members.len()));
        for joined in subsets(&others) {
            for within in subsets(&members) {
                for (factor, bit) in group.iter().zip(&members).filter(|(_, bit)| within.set & **bit == 0) {
                    let set = joined.set | within.set;
                    let gain = valued(&mut known, value, set | bit)? - valued(&mut known, value, set)?;
                    parts[*factor] += outer[joined.size] * inner[within.size] * gain;
                }
            }
        }
    }
    Some(parts)
}

fn set_of(factors: &[usize]) -> u128 {
    factors.iter().fold(0, |set, factor| set | 1 << factor)
}

fn valued(known: &mut HashMap<u128, f64>, value: &mut Value<'_>, set: u128) -> Option<f64> {
    if let Some(found) = known.get(&set) {
        return Some(*found);
    }
    let found = value(set)?;
    known.insert(set, found);
    Some(found)
}

/// The share of the orders of `factors` in which exactly `size` others come first: size! (factors − size − 1)! / factors!.
fn weights(factors: usize) -> Vec<f64> {
    let mut weights = Vec::with_capacity(factors);
    let mut weight = 1.0 / factors.max(1) as f64;
    for size in 0..factors {
        weights.push(weight);
        if size + 1 < factors {
            weight *= (size + 1) as f64 / (factors - size - 1) as f64;
        }
    }
    weights
}

/// Some of the members together.
struct Subset {
    set: u128,
    size: usize,
}

fn subsets(members: &[u128]) -> impl Iterator<Item = Subset> + '_ {
    (0_u64..1 << members.len()).map(|chosen| Subset {
        set: members
            .iter()
            .enumerate()
            .filter(|(at, _)| chosen >> at & 1 == 1)
            .fold(0, |set, (_, member)| set | member),
        size: chosen.count_ones() as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each factor adds, averaged over all orders one by one.
    fn over_all_orders(factors: usize, value: &dyn Fn(u128) -> f64) -> Vec<f64> {
        fn orders(rest: &[usize]) -> Vec<Vec<usize>> {
            if rest.is_empty() {
                return vec![Vec::new()];
            }
            let mut all = Vec::new();
            for first in rest {
                let others: Vec<usize> = rest.iter().copied().filter(|other| other != first).collect();
                all.extend(orders(&others).into_iter().map(|order| [vec![*first], order].concat()));
            }
            all
        }
        let all = orders(&(0..factors).collect::<Vec<_>>());
        let mut parts = vec![0.0; factors];
        for order in &all {
            let mut set = 0;
            for factor in order {
                parts[*factor] += (value(set | 1 << factor) - value(set)) / all.len() as f64;
                set |= 1 << factor;
            }
        }
        parts
    }

    fn is_near(left: &[f64], right: &[f64]) -> bool {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| (left - right).abs() < 1e-9)
    }

    #[test]
    fn parts_are_those_of_all_orders_and_add_up() {
        let mut chance = fastrand::Rng::with_seed(15);
        for factors in 1..=6 {
            let values: Vec<f64> = (0..1 << factors).map(|_| chance.f64() * 100.0).collect();
            let value = |set: u128| values[set as usize];
            let parts = shapley(factors, &mut |set| Some(value(set))).expect("every mixture has a value");
            assert!(is_near(&parts, &over_all_orders(factors, &value)), "{factors} factors");
            let whole = values[values.len() - 1] - values[0];
            assert!((parts.iter().sum::<f64>() - whole).abs() < 1e-9);
        }
    }

    #[test]
    fn groups_divide_the_whole_and_those_of_one_change_nothing() {
        let mut chance = fastrand::Rng::with_seed(16);
        let values: Vec<f64> = (0..32).map(|_| chance.f64()).collect();
        let value = |set: u128| Some(values[set as usize]);
        let plain = shapley(5, &mut { value }).expect("every mixture has a value");
        let single: Vec<Vec<usize>> = (0..5).map(|factor| vec![factor]).collect();
        assert!(is_near(&grouped(&single, &mut { value }).expect("every mixture has a value"), &plain));
        let parts = grouped(&[vec![0, 3], vec![1, 2, 4]], &mut { value }).expect("every mixture has a value");
        assert!((parts.iter().sum::<f64>() - (values[31] - values[0])).abs() < 1e-12);
        // The two groups against each other are two factors.
        let two = |set: u128| value(if set & 1 == 1 { 0b01001 } else { 0 } | if set & 2 == 2 { 0b10110 } else { 0 });
        let of_groups = shapley(2, &mut { two }).expect("every mixture has a value");
        assert!(is_near(&[parts[0] + parts[3], parts[1] + parts[2] + parts[4]], &of_groups));
    }

    #[test]
    fn a_mixture_without_a_value_leaves_nothing_divided() {
        assert_eq!(shapley(2, &mut |set| (set != 1).then_some(1.0)), None);
    }
}
