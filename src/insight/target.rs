//! The cheapest changes that give so much more: exact search over steps of several figures, with bounds.

/// A figure that can be moved case by case.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    /// What one case costs.
    pub cost: f64,
    /// What each number of cases gains, from 0 cases on; never falling.
    pub gains: Vec<f64>,
}

/// A way to gain enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Cases of each lever, in the order of the levers.
    pub cases: Vec<usize>,
    /// What they cost together.
    pub cost: f64,
    /// Whether nothing cheaper exists: the search was not cut short.
    pub is_cheapest: bool,
}

/// Branches that are looked into before the cheapest plan so far is told.
const MOST_BRANCHES: usize = 2_000_000;

/// Gains that differ by less are one.
const NOISE: f64 = 1e-9;

/// The cheapest cases of all levers together that gain at least `need`; none if all of them together gain less.
///
/// ```
/// use cchc_insight::{Lever, cheapest};
/// let levers = [
///     Lever { cost: 1.0, gains: vec![0.0, 1.0, 2.0, 3.0] },
///     Lever { cost: 2.0, gains: vec![0.0, 0.0, 5.0] },
/// ];
/// // 4 more: two of the second for 4 gain 5; the first alone gains 3 at most.
/// assert_eq!(cheapest(&levers, 4.0).unwrap().cases, [0, 2]);
/// assert_eq!(cheapest(&levers, 6.0).unwrap().cases, [1, 2]);
/// assert_eq!(cheapest(&levers, 9.0), None);
/// ```
#[must_use]
pub fn cheapest(levers: &[Lever], need: f64) -> Option<Plan> {
    let order = by_yield(levers);
    let most: Vec<f64> = order.iter().map(|at| levers[*at].gains.last().copied().unwrap_or(0.0)).collect();
    if most.iter().sum::<f64>() < need - NOISE {
        return None;
    }
    let slopes: Vec<Vec<(f64, f64)>> = order.iter().map(|at| envelope(&levers[*at])).collect();
    let mut search = Search {
        levers: order.iter().map(|at| &levers[*at]).collect(),
        slopes: (0..=order.len()).map(|from| merged(&slopes[from..])).collect(),
        best: None,
        chosen: vec![0; order.len()],
        left: MOST_BRANCHES,
    };
    search.from(0, need, 0.0);
    let (cost, chosen) = search.best?;
    let mut cases = vec![0; levers.len()];
    for (place, at) in order.iter().enumerate() {
        cases[*at] = chosen[place];
    }
    Some(Plan { cases, cost, is_cheapest: search.left > 0 })
}

/// The fewest cases of one lever that gain at least `need`.
#[must_use]
pub fn fewest(lever: &Lever, need: f64) -> Option<usize> {
    let cases = lever.gains.partition_point(|gain| *gain < need - NOISE);
    (cases < lever.gains.len()).then_some(cases)
}

struct Search<'l> {
    levers: Vec<&'l Lever>,
    /// From each lever on, pieces of gain and cost of all the rest, the cheapest first.
    slopes: Vec<Vec<(f64, f64)>>,
    best: Option<(f64, Vec<usize>)>,
    chosen: Vec<usize>,
    left: usize,
}

impl Search<'_> {
    /// Looks for the cheapest cases of the levers from one on.
    fn from(&mut self, at: usize, need: f64, spent: f64) {
        if need <= NOISE {
            self.chosen[at..].fill(0);
            return self.offer(spent);
        }
        let is_cheaper =
            |best: &Option<(f64, Vec<usize>)>, cost: f64| best.as_ref().is_none_or(|(best, _)| cost < best - NOISE);
        let Some(bound) = least_cost(&self.slopes[at], need) else { return };
        if self.left == 0 || !is_cheaper(&self.best, spent + bound) {
            return;
        }
        self.left -= 1;
        let lever = self.levers[at];
        if at + 1 == self.levers.len() {
            if let Some(cases) = fewest(lever, need) {
                self.chosen[at] = cases;
                self.offer(spent + cases as f64 * lever.cost);
            }
            return;
        }
        // As many as suffice first, so that a good plan is known early; then fewer. Only numbers that gain more count.
        let most = fewest(lever, need).unwrap_or(lever.gains.len() - 1);
        for cases in (0..=most).rev() {
            if cases > 0 && lever.gains[cases] - lever.gains[cases - 1] <= 0.0 {
                continue;
            }
            let (rest, spent) = (need - lever.gains[cases], spent + cases as f64 * lever.cost);
            let bound = if rest <= NOISE { Some(0.0) } else { least_cost(&self.slopes[at + 1], rest) };
            // Fewer cases leave more to the others; what they cannot give is not given by fewer still.
            let Some(bound) = bound else { break };
            if is_cheaper(&self.best, spent + bound) {
                self.chosen[at] = cases;
                self.from(at + 1, rest, spent);
            }
        }
    }

    fn offer(&mut self, cost: f64) {
        if self.best.as_ref().is_none_or(|(best, _)| cost < best - NOISE) {
            self.best = Some((cost, self.chosen.clone()));
        }
    }
}

/// Levers that gain most for their cost first.
fn by_yield(levers: &[Lever]) -> Vec<usize> {
    let steepest = |lever: &Lever| envelope(lever).first().map_or(0.0, |(gain, cost)| gain / cost);
    let mut order: Vec<usize> =
        (0..levers.len()).filter(|at| levers[*at].gains.last().is_some_and(|gain| *gain > 0.0)).collect();
    order.sort_by(|left, right| steepest(&levers[*right]).total_cmp(&steepest(&levers[*left])).then(left.cmp(right)));
    order
}

/// The pieces of the upper hull of a lever's gains: gain and cost of each, the steepest first.
fn envelope(lever: &Lever) -> Vec<(f64, f64)> {
    let mut hull: Vec<(f64, f64)> = Vec::new();
    for (cases, gain) in lever.gains.iter().enumerate() {
        let point = (cases as f64 * lever.cost, *gain);
        while let [.., before, last] = hull.as_slice()
            && (last.1 - before.1) * (point.0 - last.0) <= (point.1 - last.1) * (last.0 - before.0)
        {
            hull.pop();
        }
        hull.push(point);
    }
    hull.windows(2).map(|pair| (pair[1].1 - pair[0].1, pair[1].0 - pair[0].0)).filter(|(gain, _)| *gain > 0.0).collect()
}

fn merged(slopes: &[Vec<(f64, f64)>]) -> Vec<(f64, f64)> {
    let mut all: Vec<(f64, f64)> = slopes.concat();
    all.sort_by(|left, right| (right.0 / right.1).total_cmp(&(left.0 / left.1)));
    all
}

/// What so much gain costs at least, if parts of cases could be had; none if it cannot be had.
fn least_cost(slopes: &[(f64, f64)], need: f64) -> Option<f64> {
    let (mut rest, mut cost) = (need, 0.0);
    for (gain, price) in slopes {
        if rest <= *gain {
            return Some(cost + price * rest / gain - NOISE);
        }
        rest -= gain;
        cost += price;
    }
    (rest <= NOISE).then_some(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cheapest of all numbers of cases.
    fn of_all(levers: &[Lever], need: f64) -> Option<f64> {
        let mut best: Option<f64> = None;
        let mut cases = vec![0; levers.len()];
        loop {
            let gain: f64 = levers.iter().zip(&cases).map(|(lever, cases)| lever.gains[*cases]).sum();
            let cost: f64 = levers.iter().zip(&cases).map(|(lever, cases)| *cases as f64 * lever.cost).sum();
            if gain >= need - NOISE {
                best = Some(best.map_or(cost, |best: f64| best.min(cost)));
            }
            let Some(at) = (0..levers.len()).find(|at| cases[*at] + 1 < levers[*at].gains.len()) else { return best };
            cases[at] += 1;
            cases[..at].fill(0);
        }
    }

    #[test]
    fn plans_are_as_cheap_as_the_cheapest_of_all_in_two_hundred_small_cases() {
        let mut chance = fastrand::Rng::with_seed(5);
        for _ in 0..200 {
            let lever = |chance: &mut fastrand::Rng| {
                let (mut gain, steps) = (0.0, chance.usize(1..7));
                let mut gains = vec![0.0];
                for _ in 0..steps {
                    // Floors and tiers give nothing, then much at once.
                    gain += if chance.bool() { f64::from(chance.u8(0..9)) } else { 0.0 };
                    gains.push(gain);
                }
                Lever { cost: f64::from(chance.u8(1..6)) / 2.0, gains }
            };
            let levers: Vec<Lever> = (0..chance.usize(1..5)).map(|_| lever(&mut chance)).collect();
            let need = f64::from(chance.u8(1..40));
            let found = cheapest(&levers, need);
            let expected = of_all(&levers, need);
            assert_eq!(found.is_some(), expected.is_some(), "{levers:?} {need}");
            if let (Some(found), Some(expected)) = (found, expected) {
                assert!(
                    (found.cost - expected).abs() < 1e-9 && found.is_cheapest,
                    "{levers:?} {need}: {found:?}, {expected}"
                );
                let gain: f64 = levers.iter().zip(&found.cases).map(|(lever, cases)| lever.gains[*cases]).sum();
                assert!(gain >= need - NOISE);
            }
        }
    }

    #[test]
    fn ten_levers_of_a_thousand_cases_are_searched_at_once() {
        let lever = |at: usize| Lever {
            cost: 1.0 + at as f64 / 7.0,
            gains: (0_u16..1000).map(|cases| f64::from(cases) * (1.0 + at as f64 / 9.0) / 100.0).collect(),
        };
        let levers: Vec<Lever> = (0..10).map(lever).collect();
        assert!(cheapest(&levers, 37.77).is_some_and(|plan| plan.is_cheapest));
    }
}
