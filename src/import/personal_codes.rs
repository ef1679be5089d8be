//! Refuses rows whose codes are personal values, which is told by the codes of the whole file.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{BooleanChunked, DataFrame, NewChunkedArray};

use super::reading::SheetReading;
use cchc_model::{Mask, Personal, masked_value};
use cchc_normalise::{RejectedRow, SuspectRow};

/// A shape of the codes of one table.
type Shape = (&'static str, Personal);

/// Refuses the rows whose codes have the shape of a personal value, unless most codes of the file have that shape, and
/// masks such codes of rows that are refused for something else. Names and mail addresses are never codes.
pub(super) fn refuse(sheets: &mut [SheetReading], batches: &mut [(usize, DataFrame)], mask: &Mask) {
    let rejected = |sheet: &SheetReading| -> BTreeMap<Personal, u64> {
        let kinds = sheet.rejected.iter().filter_map(|row| mask.code(&row.code));
        kinds.fold(BTreeMap::new(), |mut counts, kind| {
            *counts.entry(kind).or_default() += 1;
            counts
        })
    };
    let mut shapes: BTreeMap<Shape, u64> = BTreeMap::new();
    let mut all: BTreeMap<&'static str, u64> = BTreeMap::new();
    for sheet in sheets.iter() {
        let table = sheet.table.name;
        sheet.suspects.iter().for_each(|suspect| *shapes.entry((table, suspect.kind)).or_default() += 1);
        for (kind, count) in rejected(sheet) {
            *shapes.entry((table, kind)).or_default() += count;
        }
        *all.entry(table).or_default() += sheet.rejected.iter().filter(|row| !row.code.is_empty()).count() as u64;
    }
    if shapes.is_empty() {
        return;
    }
    for (sheet, frame) in batches.iter() {
        *all.entry(sheets[*sheet].table.name).or_default() += frame.height() as u64;
    }
    let are_codes = |shape: &Shape| {
        let (table, kind) = shape;
        let is_number = !matches!(kind, Personal::Name | Personal::Mail);
        is_number && shapes.get(shape).copied().unwrap_or_default() * 2 > all.get(table).copied().unwrap_or_default()
    };
    for (at, sheet) in sheets.iter_mut().enumerate() {
        let table = sheet.table.name;
        let personal: Vec<SuspectRow> =
            std::mem::take(&mut sheet.suspects).into_iter().filter(|one| !are_codes(&(table, one.kind))).collect();
        for row in &mut sheet.rejected {
            if mask.code(&row.code).is_some_and(|kind| !are_codes(&(table, kind))) {
                *row = masked(row.clone());
            }
        }
        if personal.is_empty() {
            continue;
        }
        let codes: BTreeSet<(i64, &str)> =
            personal.iter().map(|one| (i64::from(one.refusal.row), one.code.as_str())).collect();
        for (_, frame) in batches.iter_mut().filter(|(of, _)| *of == at) {
            without(frame, sheet.table.key, &codes);
        }
        sheet.rejected.extend(personal.into_iter().map(|one| masked(one.refusal)));
        sheet.rejected.sort_by_key(|row| row.row);
    }
}

/// Takes rows out of a frame.
fn without(frame: &mut DataFrame, key: &str, codes: &BTreeSet<(i64, &str)>) {
    let rows = frame.column("row").and_then(|column| column.i64().cloned());
    let keys = frame.column(key).and_then(|column| column.str().cloned());
    let (Ok(rows), Ok(keys)) = (rows, keys) else { return };
    let is_kept = |(row, key): (Option<i64>, Option<&str>)| !row.zip(key).is_some_and(|place| codes.contains(&place));
    let kept = BooleanChunked::from_iter_values("kept".into(), rows.iter().zip(keys.iter()).map(is_kept));
    *frame = frame.filter(&kept).expect("there is one mark for each row");
}

/// A refused row without its code, which is masked among its cells. Masks of two codes may be alike, so that none of
/// them stands for a code.
fn masked(mut row: RejectedRow) -> RejectedRow {
    let code = std::mem::take(&mut row.code);
    let shown = masked_value(&code);
    let cells: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&row.cells).unwrap_or_default();
    let cell = |value: serde_json::Value| if value.as_str() == Some(&code) { shown.clone().into() } else { value };
    let cells: serde_json::Map<_, _> = cells.into_iter().map(|(heading, value)| (heading, cell(value))).collect();
    row.cells = serde_json::Value::Object(cells).to_string();
    if row.value == code {
        row.value = shown;
    }
    row
}
