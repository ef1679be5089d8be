//! Shifts between the slots of a line: counts that move so that every sum of slots still adds up.

use std::collections::BTreeSet;

use super::tables::Tables;

/// Ways that may be tried to mend one sum before another way is looked for.
const WIDTH: usize = 4;
/// What a sum that does not add up yet weighs against slots to move.
const OPEN_SUM: i64 = 6;

/// The slots that move by one, and in which direction.
pub(super) type Shift = Vec<(usize, i8)>;

/// Moves that each mend a sum: price, slot, direction.
type Ways = Vec<(i64, usize, i8)>;

/// Looks for shifts. It moves one slot up, then mends the sums that no longer add up by moving others, until all do.
pub(super) struct Shifts<'a> {
    tables: &'a Tables,
    moves: Vec<i8>,
    moved: Vec<usize>,
    excess: Vec<i32>,
    open: BTreeSet<usize>,
    left: usize,
}

/// What a slot's move costs; nothing if it may not move so.
pub(super) trait Price: Fn(usize, i8) -> Option<i64> {}
impl<T: Fn(usize, i8) -> Option<i64>> Price for T {}

impl<'a> Shifts<'a> {
    pub fn new(tables: &'a Tables) -> Self {
        Self {
            tables,
            moves: vec![0; tables.width()],
            moved: Vec::new(),
            excess: vec![0; tables.sums.len()],
            open: BTreeSet::new(),
            left: 0,
        }
    }

    /// A cheap shift in which `slot` goes up by one; none was found within `budget` choices if nothing comes.
    pub fn find(&mut self, slot: usize, budget: usize, price: &impl Price) -> Option<Shift> {
        price(slot, 1)?;
        self.left = budget;
        self.apply(slot, 1);
        let is_found = self.mend(price);
        let mut found: Shift = self.moved.iter().map(|moved| (*moved, self.moves[*moved])).collect();
        found.sort_unstable();
        while !self.moved.is_empty() {
            self.undo();
        }
        is_found.then_some(found)
    }

    /// Mends sum after sum, those with one way first.
    fn mend(&mut self, price: &impl Price) -> bool {
        if self.open.is_empty() {
            return true;
        }
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let mut best: Option<((bool, i64), Ways)> = None;
        for sum in &self.open {
            let ways = self.ways(*sum, price);
            let Some(first) = ways.first() else { return false };
            let rank = (ways.len() > 1, first.0);
            if best.as_ref().is_none_or(|(other, _)| rank < *other) {
                best = Some((rank, ways));
            }
        }
        for (_, slot, by) in best.map(|(_, ways)| ways).unwrap_or_default() {
            self.apply(slot, by);
            if self.mend(price) {
                return true;
            }
            self.undo();
        }
        false
    }

    /// The best slots to mend a sum with: score, slot, direction.
    fn ways(&self, sum: usize, price: &impl Price) -> Ways {
        let towards = if self.excess[sum] > 0 { -1 } else { 1 };
        let free = self.tables.sums[sum].iter().filter(|(slot, _)| self.moves[*slot] == 0);
        let mut ways: Vec<(i64, usize, i8)> = free
            .filter_map(|(slot, sign)| {
                let by = towards * sign;
                Some((price(*slot, by)? + OPEN_SUM * self.opened(*slot, by), *slot, by))
            })
            .collect();
        ways.sort_unstable();
        ways.truncate(WIDTH);
        ways
    }

    /// How many sums more do not add up after a move; negative if it mends more than it breaks.
    fn opened(&self, slot: usize, by: i8) -> i64 {
        let change = |(sum, sign): &(usize, i8)| {
            let now = self.excess[*sum];
            i64::from((now + i32::from(by * sign)).abs() - now.abs())
        };
        self.tables.within[slot].iter().map(change).sum()
    }

    fn apply(&mut self, slot: usize, by: i8) {
        self.moves[slot] = by;
        self.moved.push(slot);
        self.weigh(slot, by);
    }

    fn undo(&mut self) {
        if let Some(slot) = self.moved.pop() {
            let by = std::mem::take(&mut self.moves[slot]);
            self.weigh(slot, -by);
        }
    }

    fn weigh(&mut self, slot: usize, by: i8) {
        for (sum, sign) in &self.tables.within[slot] {
            self.excess[*sum] += i32::from(by * sign);
            if self.excess[*sum] == 0 {
                self.open.remove(sum);
            } else {
                self.open.insert(*sum);
            }
        }
    }
}
