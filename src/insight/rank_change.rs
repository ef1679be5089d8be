//! The change of a unit's rank: its own score, the scores of others, and which others there are.

use std::collections::BTreeMap;

use super::change::{Change, Factor, Side};
use super::players::{Player, divided};
use cchc_definitions::index::settings::Ranking;
use cchc_indices::ranks_by;

/// The scores of the other units of a kind that are ranked, by code.
pub type OtherScores = BTreeMap<String, f64>;

/// What the ranks of a unit before and after are made of.
#[derive(Debug, Clone)]
pub struct RankGame<'a> {
    /// The unit's own score before and after.
    pub own: [f64; 2],
    /// The scores of the others before and after.
    pub others: [&'a OtherScores; 2],
    /// How scores become ranks.
    pub settings: Ranking,
}

impl RankGame<'_> {
    /// The change of the rank, a smaller number being better: by the unit's own score, by the scores of units that are
    /// ranked in both periods, and by units that are ranked in one period only.
    #[must_use]
    pub fn change(&self) -> Change {
        let rank = |set: u128| f64::from(self.rank(set));
        let (before, after) = (rank(0), rank(0b111));
        let player = |factor| Player { factor, item: None, group: 0 };
        let players = [Factor::Own, Factor::Others, Factor::Units].map(player);
        let mut parts = divided(after - before, &players, &mut |set| Some(rank(set)));
        parts.retain(|part| part.contribution != 0.0 || part.factor != Factor::Units);
        Change { before: Some(before), after: Some(after), parts }
    }

    fn rank(&self, set: u128) -> u32 {
        let [own, others, units] = [0, 1, 2].map(|factor| Side::of(set, Some(factor)).at());
        let mut scores = vec![Some(self.own[own])];
        for (unit, score) in self.others[units] {
            // A unit that is ranked on one side only has no other score than that of its own side.
            scores.push(Some(self.others[others].get(unit).copied().unwrap_or(*score)));
        }
        ranks_by(&scores, self.settings)[0].unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_falls_by_own_loss_and_by_others_gain_and_the_parts_add_up() {
        let scores =
            |of: &[(&str, f64)]| of.iter().map(|(unit, score)| ((*unit).to_owned(), *score)).collect::<OtherScores>();
        let (before, after) = (scores(&[("b", 80.0), ("c", 70.0)]), scores(&[("b", 80.0), ("c", 86.0), ("d", 95.0)]));
        let game = RankGame { own: [90.0, 84.0], others: [&before, &after], settings: Ranking::default() };
        let change = game.change();
        assert_eq!((change.before, change.after), (Some(1.0), Some(3.0)));
        let of = |factor| {
            change.parts.iter().filter(|part| part.factor == factor).map(|part| part.contribution).sum::<f64>()
        };
        // 84 falls behind c only together with c's 86: half each. d, new and at 95, costs one place.
        assert_eq!((of(Factor::Own), of(Factor::Others), of(Factor::Units)), (0.5, 0.5, 1.0));
    }
}
