//! The cells of a set of tables: lines (units, kinds, groups, everything) by slots (a count of a period), and their sums.

/// One count of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// How many.
    pub value: i64,
    /// What may be done with it.
    pub standing: Standing,
}

/// What may be done with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is about to be shown, unless it is hidden now.
    Open,
    /// It was shown earlier, which cannot be taken back.
    Shown,
    /// It was hidden earlier, and stays hidden.
    Hidden,
    /// No table has it, but it may follow from others.
    Implied,
}

/// A line: a leaf, or a sum of leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The lines that it is the sum of, in order; of a leaf itself alone. Units and fields are two families of leaves:
    /// a sum over everything holds all of both, and is the sum of either.
    pub leaves: Vec<usize>,
    /// Of a leaf, the family that it belongs to.
    pub family: usize,
    /// What it costs to hide one of its cells, as a number of plain cells.
    pub cost: u32,
}

/// Lines by slots.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    pub(crate) lines: Vec<Line>,
    /// What it costs to hide a slot's cell in a line.
    pub(crate) slots: Vec<u32>,
    /// Of each sum of slots, its slots: the parts with +1, the whole with −1.
    pub(crate) sums: Vec<Vec<(usize, i8)>>,
    /// Of each slot the sums it is in, with its sign.
    pub(crate) within: Vec<Vec<(usize, i8)>>,
    pub(crate) cells: Vec<Option<Cell>>,
}

impl Tables {
    /// Tables without cells, of these lines and as many slots as there are costs.
    #[must_use]
    pub fn new(lines: Vec<Line>, slots: Vec<u32>) -> Self {
        let (cells, within) = (vec![None; lines.len() * slots.len()], vec![Vec::new(); slots.len()]);
        Self { lines, slots, sums: Vec::new(), within, cells }
    }

    /// Says that in every line a slot is the sum of others.
    pub fn add_sum(&mut self, whole: usize, parts: &[usize]) {
        if parts.contains(&whole) || parts.is_empty() {
            return;
        }
        let sum: Vec<(usize, i8)> = parts.iter().map(|part| (*part, 1)).chain([(whole, -1)]).collect();
        for (slot, sign) in &sum {
            self.within[*slot].push((self.sums.len(), *sign));
        }
        self.sums.push(sum);
    }

    /// Puts a cell.
    pub fn set(&mut self, line: usize, slot: usize, cell: Cell) {
        let at = self.at(line, slot);
        self.cells[at] = Some(cell);
    }

    /// The cell of a line and a slot, if any table has it or gives it away.
    #[must_use]
    pub fn cell(&self, line: usize, slot: usize) -> Option<Cell> {
        self.cells[self.at(line, slot)]
    }

    /// Place of a cell in a list of all.
    #[must_use]
    pub const fn at(&self, line: usize, slot: usize) -> usize {
        line * self.slots.len() + slot
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The sums of slots: the parts with +1 and the whole with −1.
    #[must_use]
    pub fn sums(&self) -> &[Vec<(usize, i8)>] {
        &self.sums
    }

    /// Number of slots.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.slots.len()
    }

    /// What it costs to hide a cell.
    pub(crate) fn cost(&self, line: usize, slot: usize) -> i64 {
        i64::from(self.lines[line].cost) * i64::from(self.slots[slot])
    }

    /// The families of leaves, in order.
    pub(crate) fn families(&self) -> Vec<usize> {
        let leaves = self.lines.iter().enumerate().filter(|(at, line)| line.leaves == [*at]);
        let mut families: Vec<usize> = leaves.map(|(_, line)| line.family).collect();
        families.sort_unstable();
        families.dedup();
        families
    }
}
