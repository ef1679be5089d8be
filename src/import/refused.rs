//! The refused rows of one sheet: counted by reason, the first in memory, the others put aside on the disk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use cchc_normalise::RejectedRow;
use cchc_store::{Aside, Claim, Piece, StoreError};

/// Rows that are kept or put aside together.
const TOGETHER: usize = 2048;
/// Reasons that are told apart in one sheet; rows of further ones are counted by their rule and column.
const REASONS: usize = 1000;
/// Bytes that a row takes in memory beside its texts.
const ROW_BYTES: usize = size_of::<RejectedRow>();

/// The refused rows of one sheet.
#[derive(Debug, Default)]
pub(super) struct RefusedRows {
    count: u64,
    reasons: BTreeMap<Reason, SameReason>,
    /// Units of the rows, as far as they were recognised.
    units: BTreeSet<String>,
    parts: Vec<Part>,
    /// Rows that do not make a part yet.
    last: Vec<RejectedRow>,
    /// Rules by their position in what is put aside.
    rules: Vec<&'static str>,
}

/// What refused rows have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reason {
    pub rule: &'static str,
    pub column: String,
    pub value: String,
    pub hint: String,
}

/// How many rows were refused for one reason.
#[derive(Debug, Clone, Copy)]
pub(super) struct SameReason {
    pub first: u32,
    pub count: u64,
}

/// Rows in their order.
#[derive(Debug)]
enum Part {
    InMemory { rows: Vec<RejectedRow>, _claim: Claim },
    Aside(Piece),
}

impl RefusedRows {
    /// Takes rows, in the order of the sheet.
    pub fn add(&mut self, rows: impl IntoIterator<Item = RejectedRow>, aside: &Aside) {
        for row in rows {
            self.count(&row);
            self.last.push(row);
            if self.last.len() >= TOGETHER {
                self.part(aside);
            }
        }
    }

    /// No more rows come.
    pub fn finish(&mut self, aside: &Aside) {
        self.part(aside);
    }

    /// How many there are.
    pub const fn len(&self) -> u64 {
        self.count
    }

    /// Reasons and how many rows were refused for each.
    pub const fn reasons(&self) -> &BTreeMap<Reason, SameReason> {
        &self.reasons
    }

    /// Units of the rows, as far as they were recognised.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.units.iter().map(String::as_str)
    }

    /// All rows in their order, part by part.
    pub fn parts<'a>(
        &'a self,
        aside: &'a Aside,
    ) -> impl Iterator<Item = Result<Cow<'a, [RejectedRow]>, StoreError>> + 'a {
        self.parts.iter().map(|part| match part {
            Part::InMemory { rows, .. } => Ok(Cow::Borrowed(rows.as_slice())),
            Part::Aside(piece) => Ok(Cow::Owned(self.unpacked(&aside.take(piece)?))),
        })
    }

    fn count(&mut self, row: &RejectedRow) {
        self.count += 1;
        if !row.unit.is_empty() && !self.units.contains(&row.unit) {
            self.units.insert(row.unit.clone());
        }
        let (mut value, mut hint) = (row.value.clone(), row.hint.clone());
        let mut reason = Reason { rule: row.rule, column: row.column.clone(), value, hint };
        if self.reasons.len() >= REASONS && !self.reasons.contains_key(&reason) {
            (value, hint) = (String::new(), String::new());
            reason = Reason { value, hint, ..reason };
        }
        self.reasons.entry(reason).or_insert(SameReason { first: row.row, count: 0 }).count += 1;
    }

    fn part(&mut self, aside: &Aside) {
        if self.last.is_empty() {
            return;
        }
        let rows = std::mem::take(&mut self.last);
        if let Some(claim) = aside.claim(rows.iter().map(|row| bytes(row) as u64).sum()) {
            self.parts.push(Part::InMemory { rows, _claim: claim });
            return;
        }
        let packed = self.packed(&rows);
        // If the disk is full, the import ends before anybody misses them.
        self.parts.extend(aside.put(&packed).map(Part::Aside));
    }

    /// Rows as bytes: numbers, and texts with their lengths before them.
    fn packed(&mut self, rows: &[RejectedRow]) -> Vec<u8> {
        let mut packed = Vec::with_capacity(rows.iter().map(bytes).sum());
        for row in rows {
            let rule = self.rules.iter().position(|rule| *rule == row.rule).unwrap_or_else(|| {
                self.rules.push(row.rule);
                self.rules.len() - 1
            });
            packed.extend_from_slice(&row.row.to_le_bytes());
            packed.extend_from_slice(&(rule as u32).to_le_bytes());
            for text in [&row.code, &row.unit, &row.column, &row.value, &row.hint, &row.cells] {
                packed.extend_from_slice(&(text.len() as u32).to_le_bytes());
                packed.extend_from_slice(text.as_bytes());
            }
        }
        packed
    }

    fn unpacked(&self, mut packed: &[u8]) -> Vec<RejectedRow> {
        let mut rows = Vec::with_capacity(TOGETHER);
        while !packed.is_empty() {
            let row = number(&mut packed);
            let rule = self.rules[number(&mut packed) as usize];
            let [code, unit, column, value, hint, cells] = std::array::from_fn(|_| text(&mut packed));
            rows.push(RejectedRow { row, code, unit, rule, column, value, hint, cells });
        }
        rows
    }
}

fn bytes(row: &RejectedRow) -> usize {
    let texts = [&row.code, &row.unit, &row.column, &row.value, &row.hint, &row.cells];
    ROW_BYTES + texts.iter().map(|text| text.len()).sum::<usize>()
}

fn number(packed: &mut &[u8]) -> u32 {
    let (number, rest) = packed.split_first_chunk::<4>().expect("rows are unpacked as they were packed");
    *packed = rest;
    u32::from_le_bytes(*number)
}

fn text(packed: &mut &[u8]) -> String {
    let length = number(packed) as usize;
    let (text, rest) = packed.split_at(length);
    *packed = rest;
    String::from_utf8(text.to_vec()).expect("rows are unpacked as they were packed")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn row(number: u32, value: &str) -> RejectedRow {
        RejectedRow {
            row: number,
            code: format!("H{number}"),
            unit: String::new(),
            rule: if number.is_multiple_of(2) { "unknown_unit" } else { "missing_code" },
            column: "Đơn vị".to_owned(),
            value: value.to_owned(),
            hint: String::new(),
            cells: "{\"Đơn vị\":\"x\"}".to_owned(),
        }
    }

    #[test]
    fn rows_put_aside_come_back_in_order_with_what_they_held() {
        for memory in [0, 500_000, u64::MAX] {
            let aside = Aside::below(&std::env::temp_dir(), memory);
            let mut refused = RefusedRows::default();
            let rows: Vec<RejectedRow> = (1..=5_000).map(|number| row(number, "Sở Z")).collect();
            refused.add(rows.clone(), &aside);
            refused.finish(&aside);
            let back: Vec<RejectedRow> = refused.parts(&aside).flat_map(|part| part.unwrap().into_owned()).collect();
            assert_eq!((back, refused.len()), (rows, 5_000), "{memory}");
        }
    }

    #[test]
    fn reasons_are_counted_and_bounded() {
        let aside = Aside::below(&std::env::temp_dir(), u64::MAX);
        let mut refused = RefusedRows::default();
        refused.add((0..4_000).map(|number| row(2 * number, &format!("Sở {}", number % 2_000))), &aside);
        assert_eq!(refused.reasons().len(), REASONS + 1);
        assert_eq!(refused.reasons().values().map(|same| same.count).sum::<u64>(), 4_000);
        assert_eq!(refused.reasons().values().map(|same| same.count).max(), Some(2_000));
    }
}
