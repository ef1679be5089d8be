//! The factors of a change of a score or rank, in groups small enough for every mixture to be valued.

use super::change::{Factor, Part};
use super::shapley::{MOST, Value, grouped};

/// A factor of a change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Player {
    pub factor: Factor,
    pub item: Option<String>,
    /// Factors of one group are divided together if there are many: the areas of an index.
    pub group: usize,
}

/// Divides a change between factors. Where a mixture has no value, all of it stands together.
pub(super) fn divided(whole: f64, players: &[Player], value: &mut Value<'_>) -> Vec<Part> {
    let together = || vec![Part { factor: Factor::Together, item: None, contribution: whole }];
    if players.is_empty() {
        return if whole == 0.0 { Vec::new() } else { together() };
    }
    let Some(contributions) = grouped(&groups(players), value) else { return together() };
    let part = |(player, contribution): (&Player, f64)| Part {
        factor: player.factor,
        item: player.item.clone(),
        contribution,
    };
    players.iter().zip(contributions).map(part).collect()
}

/// One group of up to eight factors; else by area, larger areas in pieces, and small neighbours joined until there are
/// no more than eight groups.
fn groups(players: &[Player]) -> Vec<Vec<usize>> {
    if players.len() <= MOST {
        return vec![(0..players.len()).collect()];
    }
    let mut areas: Vec<usize> = players.iter().map(|player| player.group).collect();
    areas.sort_unstable();
    areas.dedup();
    let of = |area: &usize| (0..players.len()).filter(|at| players[*at].group == *area).collect::<Vec<_>>();
    let mut groups: Vec<Vec<usize>> =
        areas.iter().flat_map(|area| of(area).chunks(MOST).map(<[usize]>::to_vec).collect::<Vec<_>>()).collect();
    while groups.len() > MOST {
        let size = |at: &usize| groups[*at].len() + groups[*at + 1].len();
        let at = (0..groups.len() - 1).min_by_key(size).expect("there is more than one group");
        let next = groups.remove(at + 1);
        groups[at].extend(next);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_factors_stand_in_at_most_eight_groups_and_each_once() {
        let of = |count: usize, areas: usize| -> Vec<Player> {
            (0..count).map(|at| Player { factor: Factor::Own, item: None, group: at % areas }).collect()
        };
        assert_eq!(groups(&of(8, 8)), [(0..8).collect::<Vec<_>>()]);
        for (count, areas) in [(9, 3), (20, 2), (40, 12)] {
            let found = groups(&of(count, areas));
            assert!(found.len() <= MOST);
            let mut all = found.concat();
            all.sort_unstable();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_sum_of_forty_factors_is_divided_into_its_terms() {
        let players: Vec<Player> =
            (0..40).map(|at| Player { factor: Factor::Own, item: Some(at.to_string()), group: at / 6 }).collect();
        let value = |set: u128| Some((0_u8..40).filter(|at| set >> at & 1 == 1).map(f64::from).sum::<f64>());
        let parts = divided(780.0, &players, &mut { value });
        assert!(parts.iter().enumerate().all(|(at, part)| (part.contribution - at as f64).abs() < 1e-9));
    }
}
