//! Finds which columns of a wide sheet make which record, and the columns that its layout names beside those that feed the table.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::text::{clean, without_diacritics};
use cchc_definitions::{Fold, Given, Layout, SourceDef, WideCells, fold_word};
use cchc_model::{ColumnType, fold_name};

/// One record of each row of a wide sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Column of the table → text that it always has.
    pub set: Vec<(String, String)>,
    /// Column of the table → column of the sheet.
    pub cells: Vec<(String, usize)>,
    /// The value of an empty cell.
    pub blank: Option<String>,
    /// Whether its cells are shares in percent.
    pub percent: bool,
}

/// What a layout finds among the headings of one sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayoutMatch {
    /// The records of each row; none where a row is a record.
    pub records: Vec<Record>,
    /// Columns of the sheet that feed records.
    pub used: BTreeSet<usize>,
    /// How many of them count when sources are compared: those that the source names.
    pub named: usize,
    /// For each rule on rows to skip the column that it looks at.
    pub skips: Vec<Option<usize>>,
    /// Column of the table → the column of the sheet that holds its day.
    pub days: Vec<(String, usize)>,
    /// Columns whose heading feeds a cell of a record that another column feeds.
    pub duplicates: Vec<usize>,
}

/// The heading of one column of a sheet: its names from the bottom one to the longest, folded and without diacritics,
/// and its parts from top to bottom as they are written.
pub(super) struct Heading<'a> {
    pub names: &'a [(String, String)],
    pub parts: &'a [String],
}

/// A cell of a record, and the rank of the heading among its synonyms.
#[derive(Debug, Clone, Copy)]
struct RecordCell {
    record: usize,
    cell: usize,
    rank: usize,
}

/// The headings that a layout names, folded, with and without diacritics.
pub(super) struct LayoutNames<'a> {
    layout: &'a Layout,
    unit_above: bool,
    exact: HashMap<String, Vec<RecordCell>>,
    bare: HashMap<String, Vec<RecordCell>>,
}

impl<'a> LayoutNames<'a> {
    pub fn of(source: &'a SourceDef) -> Self {
        let layout = &source.layout;
        let mut names = Self { layout, unit_above: false, exact: HashMap::new(), bare: HashMap::new() };
        match layout.wide.as_ref().map(|wide| &wide.cells) {
            Some(WideCells::Figures(figures)) => {
                for (record, figure) in figures.iter().enumerate() {
                    names.add(record, &figure.cells);
                }
            }
            Some(WideCells::Stacked { heading, cells, .. }) => {
                names.unit_above = source.table.column(heading).is_some_and(|column| column.kind == ColumnType::Unit);
                names.add(0, cells);
            }
            Some(WideCells::Others { .. }) | None => {}
        }
        names
    }

    fn add(&mut self, record: usize, cells: &[(String, Vec<String>)]) {
        for (cell, (_, headings)) in cells.iter().enumerate() {
            for (rank, heading) in headings.iter().enumerate() {
                let (folded, place) = (fold_name(heading), RecordCell { record, cell, rank });
                self.bare.entry(without_diacritics(&folded)).or_default().push(place);
                self.exact.entry(folded).or_default().push(place);
            }
        }
    }

    /// The cells of records that a heading feeds; the longest name that fits decides, with its diacritics if they fit.
    fn record_cells(&self, names: &[(String, String)]) -> Option<&[RecordCell]> {
        let exact = names.iter().rev().find_map(|(folded, _)| self.exact.get(folded));
        exact.or_else(|| names.iter().rev().find_map(|(_, bare)| self.bare.get(bare))).map(Vec::as_slice)
    }

    /// Assigns the columns that no column of the source claims to records.
    pub fn claim(&self, headings: &[Heading<'_>], unclaimed: &[usize]) -> LayoutMatch {
        let mut found = match self.layout.wide.as_ref().map(|wide| &wide.cells) {
            None => LayoutMatch::default(),
            Some(WideCells::Figures(figures)) => {
                let mut found = self.figures(figures.len(), headings, unclaimed);
                for (record, figure) in found.records.iter_mut().zip(figures) {
                    record.set.clone_from(&figure.set);
                    record.blank.clone_from(&figure.blank);
                    record.percent = figure.percent;
                    for (cell, (column, _)) in record.cells.iter_mut().zip(&figure.cells) {
                        cell.0.clone_from(column);
                    }
                    // Half a pair is no figure.
                    let is_whole = record.cells.len() == figure.cells.len();
                    if !is_whole || record.cells.iter().any(|(_, at)| *at == usize::MAX) {
                        record.cells.clear();
                    }
                }
                found.records.retain(|record| !record.cells.is_empty());
                let feeding =
                    |at: &usize| found.records.iter().any(|record| record.cells.iter().any(|cell| cell.1 == *at));
                found.used = found.used.iter().copied().filter(feeding).collect();
                found.named = found.used.len();
                found
            }
            Some(WideCells::Stacked { heading, fold, cells }) => {
                self.stacked(heading, *fold, cells, headings, unclaimed)
            }
            Some(WideCells::Others { heading, fold, cell }) => self.others(heading, *fold, cell, headings, unclaimed),
        };
        if let Some(blank) = self.layout.wide.as_ref().and_then(|wide| wide.blank.as_ref()) {
            found
                .records
                .iter_mut()
                .for_each(|record| record.blank = record.blank.take().or_else(|| Some(blank.clone())));
        }
        let position = |wanted: &[String]| {
            wanted.iter().map(|heading| fold_name(heading)).find_map(|wanted| {
                let bare = without_diacritics(&wanted);
                let fits = |exact: bool| {
                    headings.iter().position(|heading| {
                        heading.names.iter().any(|(name, plain)| if exact { *name == wanted } else { *plain == bare })
                    })
                };
                fits(true).or_else(|| fits(false))
            })
        };
        found.skips = self.layout.skip_rows.iter().map(|rule| position(&rule.headings)).collect();
        found.days = self
            .layout
            .given
            .iter()
            .filter_map(|(column, given)| match given {
                Given::Day(headings) => Some((column.clone(), position(headings)?)),
                _ => None,
            })
            .collect();
        found
    }

    fn figures(&self, count: usize, headings: &[Heading<'_>], unclaimed: &[usize]) -> LayoutMatch {
        let mut found = LayoutMatch { records: vec![Record::default(); count], ..LayoutMatch::default() };
        let mut ranks: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for position in unclaimed {
            let Some(places) = self.record_cells(headings[*position].names) else { continue };
            found.used.insert(*position);
            let mut taken = false;
            for place in places {
                let cells = &mut found.records[place.record].cells;
                while cells.len() <= place.cell {
                    cells.push((String::new(), usize::MAX));
                }
                let best = ranks.entry((place.record, place.cell)).or_insert(usize::MAX);
                if place.rank < *best {
                    *best = place.rank;
                    cells[place.cell].1 = *position;
                    taken = true;
                }
            }
            if !taken {
                found.duplicates.push(*position);
            }
        }
        found
    }

    fn stacked(
        &self,
        heading: &str,
        fold: Fold,
        cells: &[(String, Vec<String>)],
        headings: &[Heading<'_>],
        unclaimed: &[usize],
    ) -> LayoutMatch {
        let mut found = LayoutMatch::default();
        let mut last: Option<String> = None;
        for position in unclaimed {
            let parts = headings[*position].parts;
            // The bottom name only: the texts above it are the record.
            let Some((above, place)) = parts.len().checked_sub(1).filter(|depth| *depth > 0).and_then(|depth| {
                let place = self.record_cells(&headings[*position].names[..1])?.first()?;
                let from = if self.unit_above { depth - 1 } else { 0 };
                Some((parts[from..depth].join(" "), place))
            }) else {
                continue;
            };
            if self.is_excepted(&above) {
                continue;
            }
            if last.as_ref() != Some(&above) {
                let set = vec![(heading.to_owned(), heading_as_value(&above, fold))];
                found.records.push(Record { set, ..Record::default() });
                last = Some(above);
            }
            let record = found.records.last_mut().expect("a record was just begun");
            let column = &cells[place.cell].0;
            if record.cells.iter().any(|(other, _)| other == column) {
                found.duplicates.push(*position);
            } else {
                record.cells.push((column.clone(), *position));
            }
            found.used.insert(*position);
        }
        found.named = found.used.len();
        found
    }

    fn others(
        &self,
        heading: &str,
        fold: Fold,
        cell: &str,
        headings: &[Heading<'_>],
        unclaimed: &[usize],
    ) -> LayoutMatch {
        let mut found = LayoutMatch::default();
        for position in unclaimed {
            let text = headings[*position].parts.join(" ");
            if text.is_empty() || self.is_excepted(&text) {
                continue;
            }
            found.used.insert(*position);
            found.records.push(Record {
                set: vec![(heading.to_owned(), heading_as_value(&text, fold))],
                cells: vec![(cell.to_owned(), *position)],
                ..Record::default()
            });
        }
        found
    }

    fn is_excepted(&self, heading: &str) -> bool {
        self.layout.wide.as_ref().is_some_and(|wide| wide.except.contains(&fold_word(heading)))
    }
}

/// A heading as the value of a column.
fn heading_as_value(heading: &str, fold: Fold) -> String {
    match fold {
        Fold::Text => clean(heading).into_owned(),
        Fold::Id => {
            let mut id = String::new();
            for word in clean(heading).split(|letter: char| !letter.is_alphanumeric()) {
                let word = without_diacritics(&fold_name(word));
                if !word.is_empty() {
                    if !id.is_empty() {
                        id.push('_');
                    }
                    id.push_str(&word);
                }
            }
            id
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_becomes_an_id() {
        assert_eq!(heading_as_value("Số máy tính / CBCCVC (2020)", Fold::Id), "so_may_tinh_cbccvc_2020");
        assert_eq!(heading_as_value(" Đường  bộ ", Fold::Id), "duong_bo");
        assert_eq!(heading_as_value(" FDI  in ", Fold::Text), "FDI in");
    }
}
