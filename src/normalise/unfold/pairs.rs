//! Makes rows of the cells of a declared sheet: figures by themselves, and shares whose part and whole both stand there.

use std::collections::BTreeMap;

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
}

/// Rows in order of the sheet. What stands twice with different values is told and left out.
pub(super) fn rows(cells: Vec<FigureCell>, names: &FigureNames<'_>, remarks: &mut Vec<Remark>) -> Vec<UnfoldedRow> {
    let mut held: BTreeMap<(String, String), BTreeMap<(String, FigureRole), FigureCell>> = BTreeMap::new();
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
                FigureRole::Share if !is_paired => {
                    rows.push(UnfoldedRow { value: Some(cell.value), ..row(cell, figure) })
                }
                _ => {}
            }
        }
    }
    rows.sort_by(|left, right| left.row.cmp(&right.row).then_with(|| left.figure.cmp(&right.figure)));
    rows
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
