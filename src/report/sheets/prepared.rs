//! Makes figures and names ready to be shown: rounded as their definitions want, marked where they count for units of another day.

use std::collections::{BTreeMap, BTreeSet};

use super::super::input::{FigureUnit, ReportInput};
use super::super::number::value_of_cell;
use super::super::plan::{Block, Cell, Sheet, Tone};
use super::super::template::Template;
use cchc_definitions::Display;
use cchc_model::UnitRef;

/// The data of a report as its sheets show them.
pub fn prepared(mut input: ReportInput) -> ReportInput {
    round(&mut input);
    mark(&mut input);
    input
}

/// Rounds the figures whose definition rounds otherwise than a table program does; all others keep their precision.
fn round(input: &mut ReportInput) {
    let definitions = input.definitions.iter();
    let shown: BTreeMap<&str, (FigureUnit, &Display)> =
        definitions.map(|info| (info.id.as_str(), (info.unit, &info.display))).collect();
    for row in &mut input.indicators {
        if let (Some(value), Some((unit, display))) = (row.measure.value, shown.get(row.indicator.as_str())) {
            row.measure.value = Some(value_of_cell(value, *unit, display));
        }
    }
    for ranking in &mut input.rankings {
        let (unit, display) = (ranking.unit, &ranking.display);
        let scores = ranking.rows.iter_mut();
        // Ranked at full precision already.
        let scores = scores.flat_map(|row| [&mut row.score, &mut row.score_before, &mut row.score_last_year]);
        scores.flatten().for_each(|score| *score = value_of_cell(*score, unit, display));
    }
}

/// Marks in all tables the names of units whose figures are estimates, and of those that nobody succeeded.
fn mark(input: &mut ReportInput) {
    let Some(carried) = &input.carried else { return };
    let words = &input.template.words;
    let forms = input.form06.iter().filter(|row| row.estimate).map(|row| &row.unit);
    let measures = input.indicators.iter().filter(|row| row.measure.estimate).map(|row| &row.unit);
    let estimates: BTreeSet<String> = forms.chain(measures).map(|unit| unit.unit_code.clone()).collect();
    let named = |unit: &mut UnitRef| {
        if estimates.contains(&unit.unit_code) {
            unit.unit_name = format!("{} {}", unit.unit_name, words.estimate_mark);
        }
        if carried.left_behind.contains(&unit.unit_code) {
            unit.unit_name = format!("{} {}", unit.unit_name, words.not_carried_mark);
        }
    };
    input.form06.iter_mut().for_each(|row| named(&mut row.unit));
    input.indicators.iter_mut().for_each(|row| named(&mut row.unit));
    input.rankings.iter_mut().flat_map(|ranking| &mut ranking.rows).for_each(|row| named(&mut row.unit));
    input.late.iter_mut().for_each(|row| named(&mut row.unit));
    input.not_sent.iter_mut().for_each(|row| named(&mut row.unit));
}

/// Says below a sheet what the marks in its tables mean.
pub fn explain(mut sheet: Sheet, template: &Template) -> Sheet {
    let words = &template.words;
    if is_hidden(&sheet, &words.suppressed) {
        sheet.blocks.push(Block::paragraph(Tone::Note, &words.small_hidden));
    }
    let notes = [(&words.estimate_mark, &words.estimate), (&words.not_carried_mark, &words.not_carried)];
    let noted = notes.into_iter().filter(|(mark, _)| !mark.is_empty() && is_marked(&sheet, mark));
    let noted: Vec<Block> = noted.map(|(_, note)| Block::paragraph(Tone::Note, note)).collect();
    sheet.blocks.extend(noted);
    sheet
}

fn is_hidden(sheet: &Sheet, mark: &str) -> bool {
    cells(sheet).any(|cell| matches!(cell, Cell::Absent(text) if text == mark))
}

fn cells(sheet: &Sheet) -> impl Iterator<Item = &Cell> {
    let tables =
        sheet.blocks.iter().filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
    tables.flat_map(|table| &table.rows).flat_map(|row| &row.cells)
}

fn is_marked(sheet: &Sheet, mark: &str) -> bool {
    cells(sheet).any(|cell| matches!(cell, Cell::Text(text) if text.split([' ', ';']).any(|word| word == mark)))
}
