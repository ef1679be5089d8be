//! Both ends of a ranking: who leads and who trails, with ties told as what they are.

use cchc_model::RankRow;

/// A line of one end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place<'a> {
    /// A unit.
    Unit(&'a RankRow),
    /// So many units that share the rank of one of them: more than there is room for, and none goes before the others.
    Tied(&'a RankRow, usize),
}

/// The first and the last units of a ranking, at most so many lines each. No unit is at both ends, and units that share a
/// rank are named all or none.
pub fn both_ends<'a>(ranked: &[&'a RankRow], most: usize) -> (Vec<Place<'a>>, Vec<Place<'a>>) {
    let groups: Vec<&[&RankRow]> = ranked.chunk_by(|left, right| left.rank == right.rank).collect();
    // A short ranking is shown once, not from both ends.
    let most = most.min(ranked.len().div_ceil(2));
    let mut used = 0;
    let best = lines(groups.iter().copied(), most, &mut used);
    let mut from_below = 0;
    let mut worst = lines(groups[used..].iter().rev().copied(), most, &mut from_below);
    worst.reverse();
    (best, worst)
}

/// Lines of groups in their order, as far as there is room; counts the groups that they tell of.
fn lines<'g, 'a: 'g>(groups: impl Iterator<Item = &'g [&'a RankRow]>, most: usize, used: &mut usize) -> Vec<Place<'a>> {
    let mut lines = Vec::new();
    for group in groups {
        if lines.len() >= most {
            break;
        }
        *used += 1;
        if group.len() > most - lines.len() {
            lines.push(Place::Tied(group[0], group.len()));
            break;
        }
        lines.extend(group.iter().map(|row| Place::Unit(row)));
    }
    lines
}
