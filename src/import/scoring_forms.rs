//! Checks filled scoring forms against the index that they name: version, unit, criteria, maxima.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate};
use polars::prelude::{BooleanChunked, DataFrame, NewChunkedArray};

use super::file::Context;
use super::reading::SheetReading;
use cchc_definitions::{PointsIndex, nearest};
use cchc_model::{Finding, Level, UnitIndex};
use cchc_normalise::RejectedRow;
use cchc_store::AcceptedRows;

/// The table of points that people gave.
const TABLE: &str = "criteria";

/// Its columns of points.
const POINTS: [&str; 3] = ["self_points", "verified_points", "surveyed_points"];

/// Removes rows of criteria that the index does not have from the accepted ones. Returns the reasons why the whole file
/// is refused: it is a form of no index in force.
pub(super) fn check(
    (file, context): (&str, &Context<'_>),
    sheets: &mut [SheetReading],
    batches: &mut [(usize, AcceptedRows)],
    points: &[PointsIndex],
) -> Vec<Finding> {
    let mut refusals = Vec::new();
    for (at, accepted) in batches {
        let sheet = &mut sheets[*at];
        let Some(frame) = accepted.frame_mut().filter(|_| sheet.table.name == TABLE) else { continue };
        let rows = rows(frame);
        let Some(first) = rows.iter().find(|row| !row.set.is_empty()) else { continue };
        let mut refuse = |rule, hint: String| {
            refusals.push(Finding::new(Level::Error, rule, file).at(&sheet.name, 1).value(&first.set).hint(hint));
        };
        let index = match index_of(points, first) {
            Ok(index) => index,
            Err((rule, hint)) => {
                refuse(rule, hint);
                continue;
            }
        };
        if let Some(kinds) = other_kind(index, first, context.units) {
            refuse("form_of_other_kind", kinds);
            continue;
        }
        let (keep, refused) = check_rows(&rows, index, &sheet.columns, frame);
        if refused.is_empty() {
            continue;
        }
        let mask = BooleanChunked::from_iter_values("keep".into(), keep.into_iter());
        *frame = frame.filter(&mask).expect("the mask is as long as the frame");
        sheet.refused.add(refused, &context.aside.refused);
        sheet.refused.finish(&context.aside.refused);
    }
    refusals
}

/// One row of a form, as far as it is checked.
#[derive(Debug, Default)]
struct FormRow {
    number: u32,
    set: String,
    unit: String,
    criterion: String,
    max: Option<f64>,
    /// Self-scored, verified, surveyed.
    points: [Option<f64>; 3],
    /// Last day of the period.
    end: Option<NaiveDate>,
    key: String,
}

fn rows(frame: &DataFrame) -> Vec<FormRow> {
    let text = |name: &str, at: usize| {
        let column = frame.column(name).and_then(|column| column.str()).ok();
        column.and_then(|column| column.get(at)).unwrap_or_default().to_owned()
    };
    let numbers = frame.column("row").and_then(|column| column.i64()).ok();
    let most = frame.column("max_points").and_then(|column| column.f64()).ok();
    let points = POINTS.map(|name| frame.column(name).and_then(|column| column.f64()).ok());
    let ends = frame.column("period_to").and_then(|column| column.datetime()).ok();
    (0..frame.height())
        .map(|at| FormRow {
            number: numbers
                .and_then(|numbers| numbers.get(at))
                .and_then(|row| u32::try_from(row).ok())
                .unwrap_or_default(),
            set: text("criteria_set", at),
            unit: text("unit", at),
            criterion: text("criterion", at),
            max: most.and_then(|most| most.get(at)),
            points: points.map(|points| points.and_then(|points| points.get(at))),
            end: ends
                .and_then(|ends| ends.phys.get(at))
                .and_then(DateTime::from_timestamp_micros)
                .map(|time| time.date_naive()),
            key: text("criteria_code", at),
        })
        .collect()
}

/// The index that a form names, in the version that it names; else the rule that it breaks and what would be right.
fn index_of<'d>(points: &'d [PointsIndex], row: &FormRow) -> Result<&'d PointsIndex, (&'static str, String)> {
    let id = row.set.split('@').next().unwrap_or_default();
    let versions = || points.iter().filter(|index| index.head.id == id);
    if versions().next().is_none() {
        let ids = points.iter().map(|index| index.head.id.as_str());
        return Err(("form_of_unknown_index", nearest(id, ids).unwrap_or_default().to_owned()));
    }
    // Without a period any version may be meant.
    let in_force = |index: &&PointsIndex| match row.end {
        Some(end) => index.head.is_valid(end),
        None => index.set() == row.set,
    };
    match versions().find(in_force) {
        Some(index) if index.set() == row.set => Ok(index),
        found => Err(("form_of_other_version", found.map(PointsIndex::set).unwrap_or_default())),
    }
}

/// The kinds of units that the index scores, if the form's unit is none of them.
fn other_kind(index: &PointsIndex, row: &FormRow, units: &UnitIndex) -> Option<String> {
    let kinds = &index.head.unit_kinds;
    let kind = &units.by_code(&row.unit)?.kind;
    (!kinds.is_empty() && !kinds.contains(kind)).then(|| kinds.join(", "))
}

/// Which rows stay, and those that the index does not have, has with another maximum, or that come twice.
fn check_rows(
    rows: &[FormRow],
    index: &PointsIndex,
    columns: &[(String, String)],
    frame: &DataFrame,
) -> (Vec<bool>, Vec<RejectedRow>) {
    let heading = |name: &str| {
        let found = columns.iter().find(|(column, _)| column == name);
        found.map_or_else(|| name.to_owned(), |(_, heading)| heading.clone())
    };
    let codes = || index.items.iter().map(|item| item.code.as_str());
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let (mut keep, mut refused) = (Vec::with_capacity(rows.len()), Vec::new());
    for (at, row) in rows.iter().enumerate() {
        let item = index.items.iter().find(|item| item.code == row.criterion);
        let negative = POINTS.iter().zip(row.points).find(|(_, points)| points.is_some_and(|points| points < 0.0));
        let fault = match item {
            None => {
                let near = nearest(&row.criterion, codes()).unwrap_or_default().to_owned();
                Some(("unknown_criterion", "criterion", row.criterion.clone(), near))
            }
            Some(item) if row.max.is_some_and(|max| (max - item.max).abs() > 1e-9) => {
                let max = row.max.unwrap_or_default().to_string();
                Some(("other_maximum", "max_points", max, item.max.to_string()))
            }
            Some(_) if !seen.insert((&row.unit, &row.criterion)) => {
                Some(("criterion_twice", "criterion", row.criterion.clone(), String::new()))
            }
            Some(_) => negative
                .map(|(column, points)| ("below_zero", *column, points.unwrap_or_default().to_string(), String::new())),
        };
        keep.push(fault.is_none());
        refused.extend(fault.map(|(rule, column, value, hint)| RejectedRow {
            row: row.number,
            code: row.key.clone(),
            unit: row.unit.clone(),
            rule,
            column: heading(column),
            value,
            hint,
            cells: cells(frame, columns, at),
        }));
    }
    (keep, refused)
}

/// The row's cells by their headings.
fn cells(frame: &DataFrame, columns: &[(String, String)], at: usize) -> String {
    let cell = |name: &str| {
        let value = frame.column(name).ok()?.get(at).ok()?;
        value.get_str().map(str::to_owned).or_else(|| (!value.is_null()).then(|| value.to_string()))
    };
    let cells: serde_json::Map<String, serde_json::Value> =
        columns.iter().map(|(name, heading)| (heading.clone(), cell(name).unwrap_or_default().into())).collect();
    serde_json::Value::Object(cells).to_string()
}
