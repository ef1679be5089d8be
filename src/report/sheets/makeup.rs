//! The columns of a ranking that say what its scores are made of: areas, what applies, bonus, what nobody scored.

use std::collections::BTreeMap;

use super::super::number;
use super::super::plan::{Block, Cell, ColumnPlan, Tone};
use super::breakdown::{Breakdown, Part, PartResult, Weight};
use super::context::Context;
use cchc_definitions::{Role, fill};
use cchc_indices::points::Total;
use cchc_model::RankRow;

/// One column more, with its cells by code of unit.
pub struct Extra<'a> {
    pub column: ColumnPlan,
    pub cells: BTreeMap<&'a str, Cell>,
}

/// The columns for the units of one kind.
pub fn extras<'a>(context: &Context<'_>, breakdown: &Breakdown<'_>, rows: &[&'a RankRow]) -> Vec<Extra<'a>> {
    let words = &context.template.index;
    let group = if breakdown.adds_up() { &words.areas } else { &words.nodes };
    let criteria = breakdown.criteria();
    let mut extras: Vec<Extra<'a>> = Vec::new();
    for (at, area) in breakdown.areas().iter().enumerate() {
        let heading = named(context, area);
        let column = ColumnPlan::new(&heading, breakdown.figure(), 13).under(group);
        let own: Vec<&Part<'_>> = criteria.iter().filter(|part| part.area == Some(at)).collect();
        let cell = |row: &&'a RankRow| (row.unit.unit_code.as_str(), area_cell(context, breakdown, (area, &own), row));
        extras.push(Extra { column, cells: rows.iter().map(cell).collect() });
    }
    extras.extend(totals(context, breakdown, rows));
    extras
}

/// Points of an area; a word where nothing of it was scored.
fn area_cell(
    context: &Context<'_>,
    breakdown: &Breakdown<'_>,
    (area, criteria): (&Part<'_>, &[&Part<'_>]),
    row: &RankRow,
) -> Cell {
    let (words, code) = (&context.template.words, row.unit.unit_code.as_str());
    let results = || criteria.iter().map(|part| breakdown.result(part, code));
    let is_scored = results().any(|result| matches!(result, PartResult::Has(_)));
    match breakdown.points(area, code).filter(|_| is_scored) {
        Some(points) => Cell::Number(breakdown.shown(points)),
        None if results().all(|result| result == PartResult::NotApplicable) => {
            Cell::Absent(words.not_applicable.clone())
        }
        None => Cell::Absent(words.missing.clone()),
    }
}

/// Whether it is shown, its heading, and the figure.
type TotalColumn<'w> = (bool, &'w str, fn(&Total) -> f64);

/// Points got, points that apply, bonus, deduction, points that nobody scored: each if it says anything of any unit.
fn totals<'a>(context: &Context<'_>, breakdown: &Breakdown<'_>, rows: &[&'a RankRow]) -> Vec<Extra<'a>> {
    let (words, Some(index)) = (&context.template.index, breakdown.points_index()) else { return Vec::new() };
    let has = |role: Role| index.items.iter().any(|item| item.role == role);
    let totals: Vec<(&'a str, &Total)> = rows
        .iter()
        .filter_map(|row| Some((row.unit.unit_code.as_str(), breakdown.total(&row.unit.unit_code)?)))
        .collect();
    let is_rebased = totals.iter().any(|(_, total)| (total.max - index.max).abs() > 1e-9);
    let is_short = totals.iter().any(|(_, total)| total.unscored > 0.0);
    let columns: [TotalColumn<'_>; 5] = [
        (true, &words.points, |total| total.points),
        (is_rebased, &words.applies, |total| total.max),
        (has(Role::Bonus), &words.bonus, |total| total.bonus),
        (has(Role::Deduction), &words.deduction, |total| total.deduction),
        (is_short, &words.unscored, |total| total.unscored),
    ];
    let shown = columns.into_iter().filter(|(is_shown, ..)| *is_shown);
    shown
        .map(|(_, heading, pick)| Extra {
            column: ColumnPlan::new(heading, breakdown.figure(), 11),
            cells: totals.iter().map(|(code, total)| (*code, Cell::Number(breakdown.shown(pick(total))))).collect(),
        })
        .collect()
}

/// An area's name with what it can add.
pub fn named(context: &Context<'_>, part: &Part<'_>) -> String {
    let words = &context.template.index;
    let name = part.code.map_or_else(|| part.name.to_owned(), |code| format!("{code}. {}", part.name));
    match part.weight {
        Weight::Points(most) => fill(&words.area, &[("name", &name), ("max", &short(most))]),
        Weight::Share(Some(weight)) => fill(&words.node, &[("name", &name), ("weight", &short(weight))]),
        Weight::Share(None) => name,
    }
}

/// What must be known of the scores: who has criteria that nobody scored, and how the score follows from the points.
pub fn remarks(context: &Context<'_>, breakdown: &Breakdown<'_>, rows: &[&RankRow]) -> Vec<Block> {
    let (words, Some(index)) = (&context.template.index, breakdown.points_index()) else { return Vec::new() };
    let totals = rows.iter().filter_map(|row| breakdown.total(&row.unit.unit_code));
    let short_of: Vec<f64> = totals.map(|total| total.unscored).filter(|unscored| *unscored > 0.0).collect();
    let mut blocks = Vec::new();
    if !short_of.is_empty() {
        let most = short_of.iter().copied().fold(0.0, f64::max);
        let values = [("count", short_of.len().to_string()), ("all", rows.len().to_string()), ("most", short(most))];
        let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        blocks.push(Block::paragraph(Tone::Alert, fill(&words.unscored_note, &values)));
    }
    blocks.push(Block::paragraph(Tone::Note, fill(&words.score_note, &[("max", &short(index.max))])));
    blocks
}

/// A number with the digits that it has, four at most.
pub fn short(value: f64) -> String {
    number::decimal(value, digits_of(value))
}

/// How many digits a number has, four at most.
pub fn digits_of(value: f64) -> u8 {
    let has = |digits: &u8| {
        let scaled = value * 10_f64.powi(i32::from(*digits));
        (scaled - scaled.round()).abs() < 1e-6
    };
    (0..4).find(has).unwrap_or(4)
}
