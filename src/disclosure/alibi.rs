//! Hides small counts, and with each as many others as give it an alibi.

use super::is_small;
use super::shifts::{Shift, Shifts};
use super::tables::{Standing, Tables};

/// Choices of one search for a shift.
const BUDGET: usize = 3000;
/// How many different shifts are looked for of each slot, beside those that only add.
const VARIANTS: u64 = 12;
/// Exchanges for which a shift of their own is looked for where none of the usual ones fits.
const CLOSE_LOOKS: usize = 1000;

/// What may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Of each cell whether it is hidden, by [`Tables::at`].
    pub hidden: Vec<bool>,
    /// Small counts (line, slot) that could be worked out all the same, since too much has been shown before.
    pub unprotected: Vec<(usize, usize)>,
}

/// Lines that move together, and in which direction: all sums of lines still add up.
type Exchange = Vec<(usize, i8)>;

/// Hides small counts, and with each as many others as give it an alibi: a set of tables with the same figures shown,
/// the same sums and nothing negative, in which it is larger by `below` − 1. So nobody can tell that it is small at all.
///
/// An alibi moves counts between slots and between lines: what one leaf gains another loses, which in a table by units
/// and columns is a rectangle, in one with months a cube. Where nobody has enough to lose, sums grow, too, and are hidden.
///
/// ```
/// use cchc_disclosure::{Cell, Line, Standing, Tables, suppress};
/// let unit = Line { leaves: vec![0], family: 0, cost: 1 };
/// // Late, early, on time and all.
/// let mut tables = Tables::new(vec![unit], vec![1, 1, 1, 3]);
/// tables.add_sum(3, &[0, 1, 2]);
/// for (slot, value) in [2, 40, 9, 51].into_iter().enumerate() {
///     tables.set(0, slot, Cell { value, standing: Standing::Open });
/// }
/// assert_eq!(suppress(&tables, 5).hidden, [true, true, false, false]);
/// ```
#[must_use]
pub fn suppress(tables: &Tables, below: u32) -> Suppression {
    let mut search = Search::new(tables, below);
    let mut small: Vec<(usize, usize)> = Vec::new();
    for line in 0..tables.lines.len() {
        for slot in 0..tables.width() {
            let cell = tables.cell(line, slot).filter(|cell| cell.standing != Standing::Shown);
            small.extend(cell.filter(|cell| is_small(cell.value, below)).map(|_| (line, slot)));
        }
    }
    // Sums first: what hides them decides most of what is below.
    small.sort_by_key(|(line, slot)| (std::cmp::Reverse(tables.cost(*line, *slot)), *line, *slot));
    let mut has_alibi = vec![false; tables.cells.len()];
    let mut unprotected = Vec::new();
    for (line, slot) in small {
        if has_alibi[tables.at(line, slot)] {
            continue;
        }
        let Some((exchange, shift)) = search.alibi(line, slot) else {
            // Where nothing else helps, nothing is told of what hangs together with it.
            match search.all_of(slot) {
                Some(cells) => cells.into_iter().for_each(|at| (search.hidden[at], has_alibi[at]) = (true, true)),
                None => unprotected.push((line, slot)),
            }
            continue;
        };
        for (line, line_by) in &exchange {
            for (slot, slot_by) in &shift {
                let at = tables.at(*line, *slot);
                search.hidden[at] = true;
                // The same other tables are an alibi of every count that grows in them.
                has_alibi[at] |= line_by * slot_by > 0;
            }
        }
    }
    Suppression { hidden: search.hidden, unprotected }
}

struct Search<'a> {
    tables: &'a Tables,
    reach: i64,
    hidden: Vec<bool>,
    shifts: Shifts<'a>,
    /// Of each slot the shifts that are tried first.
    usual: Vec<Option<Vec<Shift>>>,
    families: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(tables: &'a Tables, below: u32) -> Self {
        let is_hidden = |cell: &Option<super::Cell>| {
            cell.is_some_and(|cell| match cell.standing {
                Standing::Hidden | Standing::Implied => true,
                Standing::Open => is_small(cell.value, below),
                Standing::Shown => false,
            })
        };
        Self {
            tables,
            reach: i64::from(below.saturating_sub(1)),
            hidden: tables.cells.iter().map(is_hidden).collect(),
            shifts: Shifts::new(tables),
            usual: vec![None; tables.width()],
            families: tables.families(),
        }
    }

    /// All cells of the slots that hang together with one by sums, if none of them is shown already.
    fn all_of(&self, slot: usize) -> Option<Vec<usize>> {
        let tables = self.tables;
        let (mut slots, mut next) = (vec![slot], 0);
        while let Some(slot) = slots.get(next) {
            let near = tables.within[*slot].iter().flat_map(|(sum, _)| &tables.sums[*sum]).map(|(near, _)| *near);
            let more: Vec<usize> = near.filter(|near| !slots.contains(near)).collect();
            slots.extend(more);
            slots.dedup();
            next += 1;
        }
        let lines = 0..tables.lines.len();
        let cells: Vec<usize> = lines.flat_map(|line| slots.iter().map(move |slot| tables.at(line, *slot))).collect();
        let is_shown = |at: &usize| tables.cells[*at].is_some_and(|cell| cell.standing == Standing::Shown);
        (!cells.iter().any(is_shown)).then_some(cells)
    }

    /// The cheapest alibi that is found.
    fn alibi(&mut self, line: usize, slot: usize) -> Option<(Exchange, Shift)> {
        let usual = self.usual(slot);
        let exchanges = self.exchanges(line, self.largest(&self.tables.lines[line].leaves));
        let mut best: Option<(i64, usize, usize)> = None;
        for (place, exchange) in exchanges.iter().enumerate() {
            for (which, shift) in usual.iter().enumerate() {
                let limit = best.map_or(i64::MAX, |(cost, ..)| cost);
                if let Some(cost) = self.cost(exchange, shift, limit) {
                    best = Some((cost, place, which));
                }
            }
        }
        if let Some((_, place, which)) = best {
            return Some((exchanges[place].clone(), usual[which].clone()));
        }
        // None of the usual ones fits: much is shown already, or counts are small everywhere.
        let mut found: Option<(i64, Exchange, Shift)> = None;
        for exchange in self.all_exchanges(line).into_iter().take(CLOSE_LOOKS) {
            if found.as_ref().is_some_and(|(cost, ..)| *cost == 0) {
                break;
            }
            let Some(shift) = self.close_look(&exchange, slot) else { continue };
            let limit = found.as_ref().map_or(i64::MAX, |(cost, ..)| *cost);
            if let Some(cost) = self.cost(&exchange, &shift, limit) {
                found = Some((cost, exchange, shift));
            }
        }
        found.map(|(_, exchange, shift)| (exchange, shift))
    }

    /// What hiding all that moves costs, if it may move and costs less than `limit`.
    fn cost(&self, exchange: &Exchange, shift: &Shift, limit: i64) -> Option<i64> {
        let mut cost = 0;
        for (line, line_by) in exchange {
            for (slot, slot_by) in shift {
                cost += self.price(*line, *slot, line_by * slot_by)?;
                if cost >= limit {
                    return None;
                }
            }
        }
        Some(cost)
    }

    /// What it costs to move a cell; nothing comes if it may not move so.
    fn price(&self, line: usize, slot: usize, by: i8) -> Option<i64> {
        let at = self.tables.at(line, slot);
        let Some(cell) = self.tables.cells[at] else { return Some(0) };
        if cell.standing == Standing::Shown || (by < 0 && cell.value < self.reach) {
            return None;
        }
        Some(if self.hidden[at] { 0 } else { self.tables.cost(line, slot) })
    }

    /// A shift for just these lines.
    fn close_look(&mut self, exchange: &Exchange, slot: usize) -> Option<Shift> {
        let mut shifts = std::mem::replace(&mut self.shifts, Shifts::new(self.tables));
        let price = |slot: usize, by: i8| {
            exchange.iter().try_fold(0, |cost, (line, line_by)| Some(cost + self.price(*line, slot, line_by * by)?))
        };
        let found = shifts.find(slot, BUDGET, &price);
        self.shifts = shifts;
        found
    }

    /// The shifts of a slot that are tried first: some that move others, some that only add.
    fn usual(&mut self, slot: usize) -> Vec<Shift> {
        if let Some(known) = &self.usual[slot] {
            return known.clone();
        }
        let mut found: Vec<Shift> = Vec::new();
        for variant in 0..VARIANTS {
            let only_adds = variant % 3 == 2;
            let price = |slot: usize, by: i8| {
                let cost = i64::from(self.tables.slots[slot]);
                (by > 0 || !only_adds).then(|| 2 * cost + taste(slot, by, variant))
            };
            found.extend(self.shifts.find(slot, BUDGET, &price));
        }
        found.sort_by_key(Vec::len);
        found.dedup();
        self.usual[slot] = Some(found.clone());
        found
    }

    /// Lines that may move with `line` up: each leaf of it against each of its family that is not, and at last sums too.
    fn exchanges(&self, line: usize, own: usize) -> Vec<Exchange> {
        let lines = &self.tables.lines;
        let family = lines[own].family;
        let is_other = |other: &usize| {
            lines[*other].leaves == [*other]
                && lines[*other].family == family
                && lines[line].leaves.binary_search(other).is_err()
        };
        let mut found: Vec<Exchange> =
            (0..lines.len()).filter(is_other).map(|other| self.exchange(&[own], &[other])).collect();
        // Those that leave the most sums as they are, and of those that have the most to lose, first.
        found.sort_by_key(Vec::len);
        let others = self.families.iter().filter(|other| **other != family);
        let one_each = others.filter_map(|other| {
            let leaves: Vec<usize> = (0..lines.len())
                .filter(|leaf| lines[*leaf].leaves == [*leaf] && lines[*leaf].family == *other)
                .collect();
            (!leaves.is_empty()).then(|| self.largest(&leaves))
        });
        let up: Vec<usize> = [own].into_iter().chain(one_each).collect();
        found.push(self.exchange(&up, &[]));
        found
    }

    /// The same with each leaf of a line in turn.
    fn all_exchanges(&self, line: usize) -> Vec<Exchange> {
        let leaves = &self.tables.lines[line].leaves;
        leaves.iter().flat_map(|own| self.exchanges(line, *own)).collect()
    }

    /// All lines whose sums change when some leaves grow and others shrink by one.
    fn exchange(&self, up: &[usize], down: &[usize]) -> Exchange {
        let family = |leaf: usize| self.tables.lines[leaf].family;
        let of = |line: &super::Line, leaves: &[usize], of: usize| {
            leaves.iter().filter(|leaf| family(**leaf) == of && line.leaves.binary_search(leaf).is_ok()).count() as i8
        };
        let by = |line: &super::Line| {
            let changes = self.families.iter().map(|one| of(line, up, *one) - of(line, down, *one));
            changes.max_by_key(|change| change.abs()).unwrap_or(0)
        };
        let changes = self.tables.lines.iter().enumerate().map(|(at, line)| (at, by(line)));
        changes.filter(|(_, by)| *by != 0).collect()
    }

    /// The leaf with the largest counts.
    fn largest(&self, leaves: &[usize]) -> usize {
        let size = |leaf: &usize| -> i64 {
            (0..self.tables.width()).filter_map(|slot| self.tables.cell(*leaf, slot)).map(|cell| cell.value).sum()
        };
        leaves.iter().copied().max_by_key(|leaf| (size(leaf), std::cmp::Reverse(*leaf))).unwrap_or_default()
    }
}

/// A small preference for some slots over others, so that variants differ.
fn taste(slot: usize, by: i8, variant: u64) -> i64 {
    if variant < 3 {
        return 0;
    }
    let mixed =
        (slot as u64 + 31).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (variant << 17)).wrapping_add(u64::from(by > 0));
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 60) as i64 % 8
}
