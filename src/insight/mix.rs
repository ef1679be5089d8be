//! The change of one rate or count, divided by groups of dossiers: those whose rate changed, and those that became more.

use std::collections::BTreeMap;

use super::change::{Factor, Part};

/// Numerator and denominator of each group.
pub type GroupFigures = BTreeMap<Option<String>, (f64, f64)>;

/// The change of a rate (or mean) as rate effects and mix effects of its groups.
///
/// With w the group's share of all cases and r its rate, the change of Σ w r is divided group by group:
/// rate effect = mean of w × change of r, mix effect = change of w × (mean of r − mean of the whole). Each is the mean over
/// both orders of the two changes. A group that is on one side only changed nothing but the mix.
///
/// ```
/// use std::collections::BTreeMap;
/// use cchc_insight::mixed_parts;
/// let of = |easy: (f64, f64), hard: (f64, f64)| BTreeMap::from([(Some("easy".into()), easy), (Some("hard".into()), hard)]);
/// // 80 of 80 and 10 of 20 → 54 of 60 and 20 of 40: easy 100 % → 90 %, hard stays at 50 %; the hard ones doubled.
/// let parts = mixed_parts(&of((80.0, 80.0), (10.0, 20.0)), &of((54.0, 60.0), (20.0, 40.0)));
/// let of = |word: &str| parts.iter().filter(|part| part.factor.word() == word).map(|part| part.contribution).sum::<f64>();
/// // rate: mean share of easy 0.7 × −0.1; mix: −0.2 × 0.95 + 0.2 × 0.5.
/// assert!((of("rate") + 0.07).abs() < 1e-12);
/// assert!((of("mix") + 0.09).abs() < 1e-12);
/// ```
#[must_use]
pub fn mixed_parts(before: &GroupFigures, after: &GroupFigures) -> Vec<Part> {
    let totals = [before, after].map(|groups| {
        let sum = |pick: fn(&(f64, f64)) -> f64| groups.values().map(pick).sum::<f64>();
        (sum(|figures| figures.0), sum(|figures| figures.1))
    });
    if totals.iter().any(|(_, below)| *below == 0.0) {
        return Vec::new();
    }
    let mean_of_all = (totals[0].0 / totals[0].1).midpoint(totals[1].0 / totals[1].1);
    let mut parts = Vec::new();
    for group in names(before, after) {
        let [then, now] = [before, after].map(|groups| groups.get(&group).copied().unwrap_or_default());
        let (share_then, share_now) = (then.1 / totals[0].1, now.1 / totals[1].1);
        // What a group without cases has on top counts nowhere in a rate of its own, and is no part of the whole either.
        let rate = |(top, below): (f64, f64)| (below != 0.0).then(|| top / below);
        let (rate_then, rate_now) = match (rate(then), rate(now)) {
            (Some(then), Some(now)) => (then, now),
            (Some(only), None) | (None, Some(only)) => (only, only),
            (None, None) => continue,
        };
        let by_rate = share_then.midpoint(share_now) * (rate_now - rate_then);
        let by_mix = (share_now - share_then) * (rate_then.midpoint(rate_now) - mean_of_all);
        parts.push(Part { factor: Factor::Rate, item: group.clone(), contribution: by_rate });
        parts.push(Part { factor: Factor::Mix, item: group, contribution: by_mix });
    }
    parts
}

/// The change of a count, group by group.
#[must_use]
pub fn counted_parts(before: &GroupFigures, after: &GroupFigures) -> Vec<Part> {
    let count = |groups: &GroupFigures, group: &Option<String>| groups.get(group).map_or(0.0, |figures| figures.0);
    let part = |group: Option<String>| Part {
        factor: Factor::Count,
        contribution: count(after, &group) - count(before, &group),
        item: group,
    };
    names(before, after).into_iter().map(part).collect()
}

fn names(before: &GroupFigures, after: &GroupFigures) -> Vec<Option<String>> {
    let mut names: Vec<Option<String>> = before.keys().chain(after.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(of: &[(&str, f64, f64)]) -> GroupFigures {
        of.iter().map(|(name, top, below)| (Some((*name).to_owned()), (*top, *below))).collect()
    }

    fn sum(parts: &[Part]) -> f64 {
        parts.iter().map(|part| part.contribution).sum()
    }

    #[test]
    fn effects_add_up_to_the_change_where_groups_come_and_go() {
        let before = groups(&[("a", 3.0, 4.0), ("b", 1.0, 6.0)]);
        let after = groups(&[("b", 5.0, 7.0), ("c", 2.0, 2.0)]);
        let parts = mixed_parts(&before, &after);
        assert!((sum(&parts) - (7.0 / 9.0 - 4.0 / 10.0)).abs() < 1e-12);
        let of_c: Vec<(Factor, bool)> = parts
            .iter()
            .filter(|part| part.item.as_deref() == Some("c"))
            .map(|part| (part.factor, part.contribution == 0.0))
            .collect();
        assert_eq!(of_c, [(Factor::Rate, true), (Factor::Mix, false)], "a new group changed nothing but the mix");
    }

    #[test]
    fn a_count_changes_by_what_each_group_has_more() {
        let parts = counted_parts(&groups(&[("a", 3.0, 0.0)]), &groups(&[("a", 1.0, 0.0), ("b", 4.0, 0.0)]));
        assert_eq!(parts.iter().map(|part| part.contribution).collect::<Vec<_>>(), [-2.0, 4.0]);
    }
}
