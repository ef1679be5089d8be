//! The change of a unit's score by a composite index, indicator by indicator.

use std::collections::BTreeMap;

use super::change::{Change, Factor, Side};
use super::players::{Player, divided};
use cchc_definitions::Composite;
use cchc_definitions::index::composite::Child;
use cchc_indices::{Column, Composed, KindValues, ValueTable, aggregate, compose};

/// A composite index in two periods, by the definitions of both: the units of one kind.
#[derive(Debug, Clone, Copy)]
pub struct CompositeCase<'a> {
    /// The definition in force before, and after.
    pub indices: [&'a Composite; 2],
    /// By definition, then by period: the values that it reads in it.
    pub values: [[&'a KindValues; 2]; 2],
}

/// The state that a mixture takes a unit from: definition, others' period, own period.
type State = [usize; 3];

impl CompositeCase<'_> {
    /// The change of a unit's score: its own indicators, other units (where a scale compares), the definition. A unit that
    /// has no score in one of the periods has no parts.
    #[must_use]
    pub fn change(&self, unit: &str) -> Change {
        let states: BTreeMap<State, Composed> =
            states().filter_map(|state| Some((state, self.composed(unit, state)?))).collect();
        let official = |side: usize| states.get(&[side, side, side]).and_then(|done| of_unit(&done.scores, unit, 0));
        let (before, after) = (official(0), official(1));
        let Some((then, now)) = before.zip(after) else { return Change { before, after, parts: Vec::new() } };
        let players = self.players(unit, &states);
        let mut value = |set: u128| {
            let side = |factor| Side::of(set, players.iter().position(|player| player.factor == factor)).at();
            let (definition, others) = (side(Factor::Definition), side(Factor::Others));
            self.score(unit, &states, &players, (definition, others, set))
        };
        Change { before, after, parts: divided(now - then, &players, &mut value) }
    }

    /// The values of the others' period with the unit's own of another, composed.
    fn composed(&self, unit: &str, [definition, others, own]: State) -> Option<Composed> {
        let (of_others, of_own) = (self.values[definition][others], self.values[definition][own]);
        let mut mixed = of_others.clone();
        if others != own {
            let row = of_others.table.units().iter().position(|other| other == unit)?;
            let columns = of_others.table.columns().iter().map(|column| {
                let mut values = column.values.clone();
                values[row] = of_own.table.value(unit, &column.id);
                Column { id: column.id.clone(), values }
            });
            mixed.table = ValueTable::new(of_others.table.units().to_vec(), columns.collect()).ok()?;
        }
        compose(self.indices[definition], mixed.input()).ok()
    }

    fn players(&self, unit: &str, states: &BTreeMap<State, Composed>) -> Vec<Player> {
        let scaled = |state: State, at: usize| states.get(&state).and_then(|done| of_unit(&done.scaled, unit, at));
        let mut players = Vec::new();
        let mut others_matter = false;
        for (definition, index) in self.indices.iter().enumerate() {
            for (at, leaf) in index.leaves.iter().enumerate() {
                let is_known = players.iter().any(|known: &Player| known.item.as_ref() == Some(&leaf.id));
                let own = [0, 1]
                    .iter()
                    .any(|others| scaled([definition, *others, 0], at) != scaled([definition, *others, 1], at));
                if own && !is_known {
                    let group = above(index, Child::Leaf(at));
                    players.push(Player { factor: Factor::Own, item: Some(leaf.id.clone()), group });
                }
                others_matter |=
                    [0, 1].iter().any(|own| scaled([definition, 0, *own], at) != scaled([definition, 1, *own], at));
            }
            let weights = [0, 1].map(|period| states.get(&[definition, period, period]).map(|done| &done.weights));
            others_matter |= weights[0] != weights[1];
        }
        let apart = |factor| Player { factor, item: None, group: usize::MAX };
        if others_matter {
            players.push(apart(Factor::Others));
        }
        if self.indices[0] != self.indices[1] || self.given_weights(0) != self.given_weights(1) {
            players.push(apart(Factor::Definition));
        }
        players
    }

    /// The weights that a definition gives on its day: they may change without another version.
    fn given_weights(&self, side: usize) -> Vec<Option<Vec<f64>>> {
        let (index, on) = (self.indices[side], self.values[side][side].on);
        index.nodes.iter().map(|node| index.given_weights(node, on)).collect()
    }

    /// The score of a unit whose indicators come from two periods: the other units' scores stay those of theirs.
    fn score(
        &self,
        unit: &str,
        states: &BTreeMap<State, Composed>,
        players: &[Player],
        (definition, others, set): (usize, usize, u128),
    ) -> Option<f64> {
        let index = self.indices[definition];
        let base = states.get(&[definition, others, others])?;
        let row = base.scaled.units().iter().position(|other| other == unit)?;
        let own_side = |id: &String| {
            let at = players.iter().position(|player| player.item.as_ref() == Some(id));
            at.map_or(others, |at| Side::of(set, Some(at)).at())
        };
        let mut scores: Vec<Vec<Option<f64>>> = vec![Vec::new(); index.nodes.len()];
        for at in index.upwards() {
            let node = &index.nodes[at];
            let mut children = Vec::with_capacity(node.children.len());
            for child in &node.children {
                children.push(match child {
                    Child::Leaf(leaf) => {
                        let mut values = base.scaled.columns()[*leaf].values.clone();
                        let state = [definition, others, own_side(&index.leaves[*leaf].id)];
                        values[row] = of_unit(&states.get(&state)?.scaled, unit, *leaf);
                        values
                    }
                    Child::Node(node) => scores[*node].clone(),
                });
            }
            let children: Vec<&[Option<f64>]> = children.iter().map(Vec::as_slice).collect();
            scores[at] = aggregate(&children, &base.weights[at], node.aggregate).ok()?;
        }
        scores[0].get(row).copied().flatten()
    }
}

fn states() -> impl Iterator<Item = State> {
    (0..8).map(|bits| [bits & 1, bits >> 1 & 1, bits >> 2])
}

fn of_unit(table: &ValueTable, unit: &str, column: usize) -> Option<f64> {
    let row = table.units().iter().position(|other| other == unit)?;
    table.columns().get(column)?.values[row]
}

/// The node right below the index that a child is part of.
fn above(index: &Composite, child: Child) -> usize {
    let parent = |child: Child| index.nodes.iter().position(|node| node.children.contains(&child));
    let mut at = parent(child).unwrap_or_default();
    while let Some(next) = parent(Child::Node(at)).filter(|next| *next != 0) {
        at = next;
    }
    at
}
