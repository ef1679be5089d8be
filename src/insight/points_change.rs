//! The change of a unit's score by an index of points, criterion by criterion.

use std::collections::BTreeMap;

use super::change::{Change, Factor, Side};
use super::players::{Player, divided};
use cchc_definitions::{NotApplicable, PointsIndex, Role, Rule};
use cchc_indices::Scorecards;
use cchc_indices::points::{Figures, ItemStatus, Judgements, Scoring, score};

/// An index of points in two periods, by the definitions of both.
#[derive(Debug, Clone, Copy)]
pub struct PointsCase<'a> {
    /// The definition in force before, and after.
    pub indices: [&'a PointsIndex; 2],
    /// By definition, then by period: its figures scored by that definition.
    pub cards: [[&'a Scorecards; 2]; 2],
}

/// A criterion of one unit, scored.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Leaf {
    points: Option<f64>,
    status: ItemStatus,
}

/// A unit's criteria in every state that a mixture can take them from: definition, others' period, own period.
struct Leaves {
    scored: BTreeMap<[usize; 3], Vec<Leaf>>,
    /// For each definition, the place of each of its leaves among the factors.
    players: [Vec<Option<usize>>; 2],
}

impl PointsCase<'_> {
    /// The change of a unit's score: its own criteria, other units (where a rule compares with the best), the definition.
    /// A unit that is in one period only has no parts.
    #[must_use]
    pub fn change(&self, unit: &str) -> Change {
        let (players, mut leaves) = self.players(unit);
        let official = |side: Side| {
            let cards = self.cards[side.at()][side.at()];
            row(cards, unit).and_then(|at| cards.scoring.totals[at].score)
        };
        let (before, after) = (official(Side::Before), official(Side::After));
        let Some((then, now)) = before.zip(after) else { return Change { before, after, parts: Vec::new() } };
        leaves.number(self, &players);
        let mut value = |set: u128| self.score(&leaves, &players, set);
        Change { before, after, parts: divided(now - then, &players, &mut value) }
    }

    /// The score of a unit in a mixture: the own criteria of the set as after, the other factors likewise.
    fn score(&self, leaves: &Leaves, players: &[Player], set: u128) -> Option<f64> {
        let side = |factor| Side::of(set, players.iter().position(|player| player.factor == factor)).at();
        let (definition, others) = (side(Factor::Definition), side(Factor::Others));
        let index = self.indices[definition];
        let both = [0, 1].map(|own| leaves.scored.get(&[definition, others, own]));
        let own = leaves.players[definition].iter().enumerate().map(|(at, player)| {
            let own = player.map_or(0, |player| Side::of(set, Some(player)).at());
            both[own].and_then(|leaves| leaves.get(at)).copied()
        });
        let own: Option<Vec<Leaf>> = own.collect();
        total(index, &own?)
    }

    /// The factors of a unit's change, without those that change nothing, and the states to mix.
    fn players(&self, unit: &str) -> (Vec<Player>, Leaves) {
        let mut scored = BTreeMap::new();
        for definition in [0, 1] {
            for others in [0, 1] {
                for own in [0, 1] {
                    if let Some(leaves) = self.leaves(unit, [definition, others, own]) {
                        scored.insert([definition, others, own], leaves);
                    }
                }
            }
        }
        let is_other = |left: [usize; 3], right: [usize; 3]| scored.get(&left) != scored.get(&right);
        let mut players = Vec::new();
        for (definition, index) in self.indices.iter().enumerate() {
            for (at, (position, item)) in index.leaves().enumerate() {
                let leaf =
                    |others, own| scored.get(&[definition, others, own]).and_then(|leaves: &Vec<Leaf>| leaves.get(at));
                let changes = [0, 1].iter().any(|others| leaf(*others, 0) != leaf(*others, 1));
                let is_known = players.iter().any(|known: &Player| known.item.as_ref() == Some(&item.code));
                if changes && !is_known {
                    let group = area(index, position);
                    players.push(Player { factor: Factor::Own, item: Some(item.code.clone()), group });
                }
            }
        }
        let mixes = || [0, 1].into_iter().flat_map(|one| [0, 1].map(|other| (one, other)));
        let apart = |factor| Player { factor, item: None, group: usize::MAX };
        if mixes().any(|(definition, own)| is_other([definition, 0, own], [definition, 1, own])) {
            players.push(apart(Factor::Others));
        }
        if self.indices[0] != self.indices[1] {
            players.push(apart(Factor::Definition));
        }
        (players, Leaves { scored, players: [Vec::new(), Vec::new()] })
    }

    /// A unit's leaves by one definition, with others' figures of one period and its own of another.
    fn leaves(&self, unit: &str, [definition, others, own]: [usize; 3]) -> Option<Vec<Leaf>> {
        let index = self.indices[definition];
        let (of_others, of_own) = (self.cards[definition][others], self.cards[definition][own]);
        let from = row(of_own, unit)?;
        let is_relative = index
            .leaves()
            .any(|(_, item)| matches!(item.rule, Some(Rule::RelativeToBest { .. } | Rule::RelativeToMean { .. })));
        if others == own || !is_relative {
            return Some(leaves_of(index, &of_own.scoring, from));
        }
        let to = row(of_others, unit)?;
        let (figures, judged) = mixed((of_others, to), (of_own, from));
        Some(leaves_of(index, &score(index, &figures, &judged), to))
    }
}

impl Leaves {
    /// Numbers the leaves of both definitions by the factor that moves them.
    fn number(&mut self, case: &PointsCase<'_>, players: &[Player]) {
        self.players = case.indices.map(|index| {
            let of = |code: &String| players.iter().position(|player| player.item.as_ref() == Some(code));
            index.leaves().map(|(_, item)| of(&item.code)).collect()
        });
    }
}

/// The figures of a period with one unit's row from another period.
fn mixed((others, to): (&Scorecards, usize), (own, from): (&Scorecards, usize)) -> (Figures, Judgements) {
    let mut figures = others.figures.clone();
    for (columns, own) in [(&mut figures.now, &own.figures.now), (&mut figures.before, &own.figures.before)] {
        for (id, column) in columns {
            if let (Some(measure), Some(place)) = (own.get(id).and_then(|own| own.get(from)), column.get_mut(to)) {
                *place = *measure;
            }
        }
    }
    let mut judged = others.judged.clone();
    judged.retain(|(_, unit), _| *unit != to);
    let of_unit = own.judged.iter().filter(|((_, unit), _)| *unit == from);
    judged.extend(of_unit.map(|((item, _), judged)| ((*item, to), judged.clone())));
    (figures, judged)
}

fn leaves_of(index: &PointsIndex, scoring: &Scoring, unit: usize) -> Vec<Leaf> {
    let leaf = |at: usize| Leaf { points: scoring.items[at].points[unit], status: scoring.items[at].status[unit] };
    index.leaves().map(|(at, _)| leaf(at)).collect()
}

pub(super) fn row(cards: &Scorecards, unit: &str) -> Option<usize> {
    cards.units.iter().position(|other| other.unit_code == unit)
}

/// The position of the area that an item is part of.
fn area(index: &PointsIndex, item: usize) -> usize {
    std::iter::successors(Some(item), |at| index.items[*at].parent).last().unwrap_or(item)
}

/// The total of a unit's leaves: as the index adds them up, re-based where criteria do not apply.
fn total(index: &PointsIndex, leaves: &[Leaf]) -> Option<f64> {
    let (mut points, mut bonus, mut deduction, mut rescaled, mut is_scored) = (0.0, 0.0, 0.0, 0.0, false);
    for ((_, item), leaf) in index.leaves().zip(leaves) {
        let given = leaf.points.unwrap_or(0.0);
        match item.role {
            Role::Bonus => bonus += given,
            Role::Deduction => deduction += given,
            Role::Points => {
                points += given;
                let drops_out = item.not_applicable.unwrap_or(index.not_applicable) != NotApplicable::Exclude;
                match leaf.status {
                    ItemStatus::NotApplicable if drops_out => rescaled += item.max,
                    ItemStatus::Scored => is_scored = true,
                    _ => {}
                }
            }
        }
    }
    let bonus = bonus.min(index.bonus_cap.unwrap_or(f64::INFINITY));
    let deduction = deduction.min(index.deduction_cap.unwrap_or(f64::INFINITY));
    let base = index.max - rescaled;
    let rebased = if rescaled == 0.0 { points } else { points * index.max / base };
    (is_scored && base > 0.0).then(|| (rebased + bonus - deduction).max(0.0))
}
