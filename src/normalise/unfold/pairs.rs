//! Makes rows of the cells of a declared sheet: figures by themselves, and shares whose part and whole both stand there.

use std::collections::{BTreeMap, BTreeSet};

use super::lookup::FigureNames;
use super::{Remark, UnfoldedRow};
use cchc_definitions::{FigureKind, FigureRole};

/// One number of a sheet and what it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FigureCell {
    pub row: u32,
    pub heading: String,
    pub unit: String,
    pub period: String,
    pub figure: String,
    /// A part of a pair that the headings name, or a plain figure.
    pub role: FigureRole,
    pub value: f64,
    /// Whether it is a share without a sign of percent: 87 is then 0.87.
    pub may_be_percent: bool,
}

/// Unit and period → figure and role → its cell.
type Held = BTreeMap<(String, String), BTreeMap<(String, FigureRole), FigureCell>>;

/// Rows in order of the sheet. What stands twice with different values is told and left out.
pub(super) fn rows(cells: Vec<FigureCell>, names: &FigureNames<'_>, remarks: &mut Vec<Remark>) -> Vec<UnfoldedRow> {
    let held = held_cells(percents(cells, remarks), remarks);
    let mut rows = Vec::new();
    for ((unit, period), place) in &held {
        let row = |cell: &FigureCell, figure: &str| UnfoldedRow {
            row: cell.row,
            unit: unit.clone(),
            figure: figure.to_owned(),
            period: period.clone(),
            ..UnfoldedRow::default()
        };
        let pairs = pairs_of(place, names);
        for (share, top, bottom) in &pairs {
            // There may be more computers than staff; of documents the part is never more than the whole.
            let is_part = top.role == FigureRole::Numerator
                || names.known.figure(&bottom.figure).is_some_and(|whole| whole.kind == FigureKind::Flow);
            if is_part && top.value > bottom.value {
                remarks.push(above(top, bottom));
            }
            rows.push(UnfoldedRow { numerator: Some(top.value), denominator: Some(bottom.value), ..row(top, share) });
        }
        for ((figure, role), cell) in place {
            let is_paired = pairs.iter().any(|(share, ..)| share == figure);
            match role {
                FigureRole::Value if !(names.is_share(figure) && is_paired) => {
                    rows.push(UnfoldedRow { value: Some(cell.value), ..row(cell, figure) });
                }
                FigureRole::Value => {}
                _ => match share_of(figure, names) {
                    Some(share) if pairs.iter().any(|(id, ..)| *id == share) => {}
                    // The value of a share is never stored as the figure that it is a share of.
                    Some(share) if *role == FigureRole::Share => {
                        rows.push(UnfoldedRow { value: Some(cell.value), ..row(cell, &share) });
                    }
                    _ => remarks.push(unknown(cell)),
                },
            }
        }
    }
    rows.sort_by(|left, right| left.row.cmp(&right.row).then_with(|| left.figure.cmp(&right.figure)));
    rows
}

/// Cells by unit and period. What stands twice with different values is told and left out.
fn held_cells(cells: Vec<FigureCell>, remarks: &mut Vec<Remark>) -> Held {
    let mut held = Held::new();
    let mut conflicts = Vec::new();
    for cell in cells {
        let place = held.entry((cell.unit.clone(), cell.period.clone())).or_default();
        let key = (cell.figure.clone(), cell.role);
        match place.get(&key) {
            Some(other) if (other.value - cell.value).abs() > f64::EPSILON * cell.value.abs() => {
                remarks.push(Remark {
                    rule: "declared_twice",
                    row: cell.row,
                    column: cell.heading.clone(),
                    value: cell.value.to_string(),
                    hint: format!("{} ({})", other.value, other.row),
                });
                conflicts.push((cell.unit.clone(), cell.period.clone(), key));
            }
            Some(_) => {}
            None => drop(place.insert(key, cell)),
        }
    }
    for (unit, period, key) in conflicts {
        held.get_mut(&(unit, period)).and_then(|place| place.remove(&key));
    }
    held
}

/// Shares as fractions: where a column holds numbers above 1 all of it are percent, and one up to 1 is told, since
/// either could be meant.
fn percents(cells: Vec<FigureCell>, remarks: &mut Vec<Remark>) -> Vec<FigureCell> {
    let above_one = cells.iter().filter(|cell| cell.may_be_percent && cell.value > 1.0);
    let percent: BTreeSet<String> = above_one.map(|cell| cell.heading.clone()).collect();
    let mut kept = Vec::with_capacity(cells.len());
    for mut cell in cells {
        if cell.may_be_percent && percent.contains(&cell.heading) {
            if cell.value > 0.0 && cell.value <= 1.0 {
                let (row, column, value) = (cell.row, cell.heading, cell.value.to_string());
                remarks.push(Remark { rule: "mixed_percent", row, column, value, hint: String::new() });
                continue;
            }
            cell.value /= 100.0;
        }
        kept.push(cell);
    }
    kept
}

/// Shares whose parts are held: id, part, whole.
fn pairs_of<'a>(
    place: &'a BTreeMap<(String, FigureRole), FigureCell>,
    names: &FigureNames<'_>,
) -> Vec<(String, &'a FigureCell, &'a FigureCell)> {
    let of = |figure: &str, role| place.get(&(figure.to_owned(), role));
    let mut pairs = Vec::new();
    for share in &names.known.shares {
        let named = [&share.id, &share.numerator]
            .into_iter()
            .find_map(|figure| Some((of(figure, FigureRole::Numerator)?, of(figure, FigureRole::Denominator)?)));
        let apart = || Some((of(&share.numerator, FigureRole::Value)?, of(&share.denominator, FigureRole::Value)?));
        pairs.extend(named.or_else(apart).map(|(top, bottom)| (share.id.clone(), top, bottom)));
    }
    pairs
}

/// The share that a figure is the part of, or is itself.
fn share_of(figure: &str, names: &FigureNames<'_>) -> Option<String> {
    let share = names.known.shares.iter().find(|share| share.id == figure || share.numerator == figure);
    share.map(|share| share.id.clone())
}

/// A part, whole or share of what has none.
fn unknown(cell: &FigureCell) -> Remark {
    Remark {
        rule: "unknown_figure",
        row: cell.row,
        column: cell.heading.clone(),
        value: cell.heading.clone(),
        hint: String::new(),
    }
}

fn above(top: &FigureCell, bottom: &FigureCell) -> Remark {
    Remark {
        rule: "part_above_whole",
        row: top.row,
        column: top.heading.clone(),
        value: top.value.to_string(),
        hint: bottom.value.to_string(),
    }
}
