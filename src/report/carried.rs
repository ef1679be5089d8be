//! Marks what `--units-as-of` makes of a report: units whose figures are estimates, and units without a successor.

use std::collections::BTreeSet;

use super::input::ReportInput;
use super::number;
use super::plan::{Block, Cell, Sheet, Tone};
use super::template::{Template, fill};
use cchc_indicators::Measuring;
use cchc_model::UnitRef;

/// Marks names of units in all tables, and says among the policies for which day's units figures are counted.
pub(super) fn mark(mut input: ReportInput, engine: &Measuring<'_>) -> ReportInput {
    let Some(carry) = engine.carry else { return input };
    let words = input.template.words.clone();
    let estimates: BTreeSet<String> = input
        .form06
        .iter()
        .filter(|row| row.estimate)
        .map(|row| &row.unit)
        .chain(input.indicators.iter().filter(|row| row.measure.estimate).map(|row| &row.unit))
        .map(|unit| unit.unit_code.clone())
        .collect();
    let stands = |unit: &UnitRef| engine.units.by_code(&unit.unit_code).is_none_or(|unit| carry.holds(unit));
    let named = |unit: &mut UnitRef| {
        if estimates.contains(&unit.unit_code) {
            unit.unit_name = format!("{} {}", unit.unit_name, words.estimate_mark);
        }
        if !stands(unit) {
            unit.unit_name = format!("{} {}", unit.unit_name, words.not_carried_mark);
        }
    };
    input.form06.iter_mut().for_each(|row| named(&mut row.unit));
    input.indicators.iter_mut().for_each(|row| named(&mut row.unit));
    input.rankings.iter_mut().flat_map(|ranking| &mut ranking.rows).for_each(|row| named(&mut row.unit));
    input.late.iter_mut().for_each(|row| named(&mut row.unit));
    input.not_sent.iter_mut().for_each(|row| named(&mut row.unit));
    let day = number::day(carry.date);
    input.policies.push((words.units_as_of.clone(), fill(&words.units_as_of_text, &[("day", &day)])));
    input
}

/// Says below a sheet what the marks in its tables mean.
pub(super) fn explain(mut sheet: Sheet, template: &Template) -> Sheet {
    let words = &template.words;
    let notes = [(&words.estimate_mark, &words.estimate), (&words.not_carried_mark, &words.not_carried)];
    let noted = notes.into_iter().filter(|(mark, _)| !mark.is_empty() && is_marked(&sheet, mark));
    let noted: Vec<Block> = noted.map(|(_, note)| Block::paragraph(Tone::Note, note)).collect();
    sheet.blocks.extend(noted);
    sheet
}

fn is_marked(sheet: &Sheet, mark: &str) -> bool {
    let tables =
        sheet.blocks.iter().filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
    let mut cells = tables.flat_map(|table| &table.rows).flat_map(|row| &row.cells);
    cells.any(|cell| matches!(cell, Cell::Text(text) if text.split([' ', ';']).any(|word| word == mark)))
}
