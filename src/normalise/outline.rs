//! Reads the tree that hierarchical codes make of a criteria sheet: I, 1.1, 1.1.2; which rows are leaves, below what.

use std::borrow::Cow;

use crate::headings::Mapping;
use crate::raw::{RawBatch, TextColumn};
use crate::sums::CountFault;
use crate::text::clean;
use cchc_definitions::SourceDef;
use cchc_model::ColumnType;

/// Names of the levels, from the top.
const LEVELS: [&str; 3] = ["area", "criterion", "sub_criterion"];

/// The columns that the tree feeds.
const FED: [&str; 5] = ["level", "leaf", "parent", "area", "area_name"];

/// The rows of one sheet as a tree. They are kept until the sheet ends, since later rows decide what is a leaf.
#[derive(Debug)]
pub(super) struct Outline {
    /// Columns of the sheet.
    code_at: usize,
    name_at: Option<usize>,
    /// Columns of the source: the code and what the tree feeds.
    code: usize,
    fed: [Option<usize>; 5],
    /// Whether a code occurs once in the sheet (units side by side, or only one), or once per unit.
    scope: CodeScope,
    rows: Vec<OutlineRow>,
    kept: RawBatch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CodeScope {
    PerSheet,
    PerUnit,
}

#[derive(Debug)]
struct OutlineRow {
    code: String,
    name: String,
    depth: u8,
    /// Its records among those kept; none for a group row without points.
    kept: std::ops::Range<usize>,
    has_cells: bool,
}

/// A code that a spreadsheet had changed: `1.10` kept as the number 1.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairedCode {
    /// Row of the sheet.
    pub row: u32,
    /// As the sheet has it.
    pub written: String,
    /// As it must have been written.
    pub repaired: String,
}

/// How many rows of a tree are data, and which codes were repaired.
#[derive(Debug, Default)]
pub struct Outlined {
    /// Rows of the sheet.
    pub rows: u64,
    /// Codes that were repaired.
    pub repaired: Vec<RepairedCode>,
    /// Counts that do not add up.
    pub faults: Vec<CountFault>,
}

impl Outline {
    /// `None` if no heading feeds the column of codes.
    pub fn of(source: &SourceDef, mapping: &Mapping) -> Option<Self> {
        let position = |name: &str| source.columns.iter().position(|column| column.name == name);
        let code = position(source.layout.outline.as_ref()?)?;
        let unit = source.columns.iter().position(|column| column.kind == ColumnType::Unit);
        let has_unit = unit.is_some_and(|unit| mapping.columns[unit].is_some());
        Some(Self {
            code_at: mapping.columns[code]?,
            name_at: position("criterion_name").and_then(|at| mapping.columns[at]),
            code,
            fed: FED.map(position),
            scope: if has_unit { CodeScope::PerUnit } else { CodeScope::PerSheet },
            rows: Vec::new(),
            kept: RawBatch::default(),
        })
    }

    /// The columns of the source that the tree writes, beside the code.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.fed.iter().flatten().copied()
    }

    pub fn has_code(&self, texts: &[Cow<'_, str>]) -> bool {
        !cell(texts, Some(self.code_at)).is_empty()
    }

    /// Adds a row that is no data: it may be the title of an area.
    pub fn group(&mut self, texts: &[Cow<'_, str>]) {
        if self.has_code(texts) {
            self.add(texts, 0, false);
        }
    }

    /// Adds a row that may be data; its records follow by [`Outline::keep`].
    pub fn row(&mut self, texts: &[Cow<'_, str>], records: usize, has_cells: bool) {
        self.add(texts, records, has_cells);
    }

    pub fn keep(&mut self, number: u32, record: u32, values: &[Cow<'_, str>]) {
        if self.kept.columns.is_empty() {
            self.kept.columns = vec![Some(TextColumn::default()); values.len()];
        }
        self.kept.rows.push(number);
        self.kept.records.push(record);
        for (column, value) in self.kept.columns.iter_mut().flatten().zip(values) {
            column.push(value);
        }
    }

    /// Adds the rows that are data to the batch: leaves, and rows with points.
    pub fn finish(mut self, batch: &mut RawBatch) -> Outlined {
        let repaired = self.repair_codes();
        let leaves = self.leaves();
        // A letter with areas below it is a part of the sheet; one without is an area, such as points on top.
        if self.rows.iter().any(|row| row.depth == 1) {
            self.rows
                .iter_mut()
                .zip(&leaves)
                .filter(|(row, leaf)| **leaf && row.depth == 0)
                .for_each(|(row, _)| row.depth = 1);
        }
        let top = self.rows.iter().map(|row| row.depth).min().unwrap_or(0);
        let levels = self.levels();
        let mut outlined = Outlined { rows: 0, repaired, faults: Vec::new() };
        let mut above: Vec<usize> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            above.retain(|other| self.rows[*other].depth < row.depth);
            if !row.kept.is_empty() && (leaves[at] || row.has_cells) {
                outlined.rows += 1;
                let parent = above.last().map_or("", |parent| self.rows[*parent].code.as_str());
                let area = above.first().filter(|first| self.rows[**first].depth == top && levels[0] == LEVELS[0]);
                let area = area
                    .map_or(if row.depth == top && levels[0] == LEVELS[0] { Some(at) } else { None }, |at| Some(*at));
                let area = area.map(|at| &self.rows[at]);
                let level = levels[self.rank(row.depth).min(levels.len() - 1)];
                let leaf = if leaves[at] { "true" } else { "false" };
                let tree = [
                    level,
                    leaf,
                    parent,
                    area.map_or("", |area| area.code.as_str()),
                    area.map_or("", |area| area.name.as_str()),
                ];
                self.write(row, tree, batch);
            }
            above.push(at);
        }
        outlined
    }

    fn add(&mut self, texts: &[Cow<'_, str>], records: usize, has_cells: bool) {
        let code = cell(texts, Some(self.code_at));
        let first = self.kept.rows.len();
        self.rows.push(OutlineRow {
            depth: code_depth(&code),
            name: cell(texts, self.name_at),
            code,
            kept: first..first + records,
            has_cells,
        });
    }

    fn write(&self, row: &OutlineRow, tree: [&str; 5], batch: &mut RawBatch) {
        for at in row.kept.clone() {
            batch.rows.push(self.kept.rows[at]);
            batch.records.push(self.kept.records[at]);
            for (column, texts) in batch.columns.iter_mut().enumerate() {
                let Some(texts) = texts else { continue };
                let fed = self.fed.iter().position(|fed| *fed == Some(column));
                match (fed, self.kept.columns[column].as_ref()) {
                    (Some(fed), _) => texts.push(tree[fed]),
                    _ if column == self.code => texts.push(&row.code),
                    (None, Some(kept)) => texts.push(kept.get(at)),
                    (None, None) => texts.push(""),
                }
            }
        }
    }

    /// A row is a leaf if no other is below it: neither by its code nor, for areas, by the order of the sheet.
    fn leaves(&self) -> Vec<bool> {
        let mut order: Vec<(&str, u8)> = Vec::new();
        let mut seen: std::collections::BTreeSet<&str> = std::collections::BTreeSet::new();
        for row in self.rows.iter().filter(|row| !row.code.is_empty()) {
            if seen.insert(&row.code) {
                order.push((&row.code, row.depth));
            }
        }
        let followed: std::collections::BTreeSet<&str> =
            order.windows(2).filter(|pair| pair[1].1 > pair[0].1).map(|pair| pair[0].0).collect();
        self.rows
            .iter()
            .map(|row| {
                let prefix = format!("{}.", row.code.trim_end_matches('.'));
                let has_below = seen.range(prefix.as_str()..).next().is_some_and(|next| next.starts_with(&prefix));
                !has_below && !followed.contains(row.code.as_str())
            })
            .collect()
    }

    /// The distinct depths, from the top.
    fn depths(&self) -> Vec<u8> {
        let depths: std::collections::BTreeSet<u8> =
            self.rows.iter().filter(|row| !row.code.is_empty()).map(|row| row.depth).collect();
        depths.into_iter().collect()
    }

    fn rank(&self, depth: u8) -> usize {
        self.depths().iter().position(|other| *other == depth).unwrap_or(0)
    }

    /// Names of the depths that occur: a sheet that begins with 1.1 has no areas of its own.
    fn levels(&self) -> Vec<&'static str> {
        let depths = self.depths();
        let first = usize::from(depths.first().is_some_and(|depth| *depth >= 3));
        let names = &LEVELS[first..];
        // Parts above the three levels (A, B) are areas too.
        let more = depths.len().saturating_sub(names.len());
        std::iter::repeat_n(LEVELS[0], if first == 0 { more } else { 0 })
            .chain(names.iter().copied())
            .chain(std::iter::repeat_n(LEVELS[2], more))
            .collect()
    }

    /// Repairs `1.10` that was typed as a number and became 1.1, by its position after 1.9.
    fn repair_codes(&mut self) -> Vec<RepairedCode> {
        let mut repaired = Vec::new();
        if self.scope == CodeScope::PerUnit {
            return repaired;
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut before = String::new();
        for row in &mut self.rows {
            if !row.code.is_empty() && seen.contains(&row.code) && !row.kept.is_empty() {
                let longer = format!("{}0", row.code);
                if code_follows(&before, &longer) && !seen.contains(&longer) {
                    let number = self.kept.rows[row.kept.start];
                    repaired.push(RepairedCode { row: number, written: row.code.clone(), repaired: longer.clone() });
                    row.code = longer;
                }
            }
            seen.insert(row.code.clone());
            before.clone_from(&row.code);
        }
        repaired
    }
}

/// Whether `code` is the sibling after `before`, or after one below it: 1.10 after 1.9 or 1.9.2.
#[must_use]
pub fn code_follows(before: &str, code: &str) -> bool {
    let (Some((above, last)), before) = (code.rsplit_once('.'), before) else { return false };
    let Ok(last) = last.parse::<u32>() else { return false };
    last.checked_sub(1).is_some_and(|previous| {
        let sibling = format!("{above}.{previous}");
        before == sibling || before.starts_with(&format!("{sibling}."))
    })
}

fn cell(texts: &[Cow<'_, str>], at: Option<usize>) -> String {
    at.and_then(|at| texts.get(at)).map_or_else(String::new, |text| clean(text).into_owned())
}

/// The depth of a code in the tree: A, then I, then 1, 1.1, 1.1.1 …, then a), -.
#[must_use]
pub fn code_depth(code: &str) -> u8 {
    let plain = code.trim_end_matches(['.', ')', ' ']);
    let is = |fits: fn(char) -> bool| !plain.is_empty() && plain.chars().all(fits);
    if is(|letter| matches!(letter, 'I' | 'V' | 'X' | 'L')) {
        return 1;
    }
    if plain.len() == 1 && is(|letter| letter.is_ascii_uppercase()) {
        return 0;
    }
    if is(|letter| letter.is_ascii_digit() || letter == '.') {
        return 2 + plain.matches('.').count().min(6) as u8;
    }
    if plain.chars().count() <= 1 {
        return 9;
    }
    3
}

#[cfg(test)]
mod tests {
    use super::{code_depth, code_follows};

    #[test]
    fn codes_stand_one_below_the_other() {
        let codes = ["A", "I", "1", "1.1", "1.1.1", "a)"];
        assert!(codes.windows(2).all(|pair| code_depth(pair[0]) < code_depth(pair[1])));
        assert_eq!(code_depth("VIII"), code_depth("II."));
    }

    #[test]
    fn a_number_that_lost_its_zero_follows_the_ninth() {
        assert!(code_follows("1.9", "1.10"));
        assert!(code_follows("1.9.3", "1.10"));
        assert!(code_follows("2.19", "2.20"));
        assert!(!code_follows("1.8", "1.10"));
        assert!(!code_follows("2.9", "1.10"));
    }
}
