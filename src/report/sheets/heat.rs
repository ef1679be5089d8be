//! The heat tables: units against criteria, as shares of the most points, or as values on the common scale.

use super::super::input::Ranking;
use super::super::plan::{
    Block, Cell, CellFormat, ColumnPlan, Emphasis, RowPlan, RowStyle, Sense, Sheet, TablePlan, Tie, Tone, Turn,
};
use super::basis;
use super::breakdown::{Breakdown, Part, PartResult, Weight};
use super::context::{Context, kind_of};
use super::landscape;
use super::makeup::{named, short};
use cchc_definitions::fill;
use cchc_model::RankRow;

/// Characters that a criterion's column takes; an area's heading may run over three lines of its columns.
const WIDTH: u16 = 6;
const AREA_LINES: usize = 3;

/// One sheet for each kind of unit.
pub fn sheets(context: &Context<'_>, ranking: &Ranking) -> Vec<Sheet> {
    let kinds = context.kinds.iter().filter_map(|(kind, title)| {
        let breakdown = Breakdown::of(ranking, kind)?;
        let rows: Vec<&RankRow> = ranking.rows.iter().filter(|row| row.unit.kind.as_deref() == Some(kind)).collect();
        (!rows.is_empty()).then(|| sheet(context, ranking, title, (&breakdown, &rows)))
    });
    kinds.collect()
}

fn sheet(
    context: &Context<'_>,
    ranking: &Ranking,
    title: &str,
    (breakdown, rows): (&Breakdown<'_>, &[&RankRow]),
) -> Sheet {
    let words = &context.template.index;
    let filled = |sentence: &str| {
        let values = [("kind", title), ("title", ranking.title.as_str()), ("index", ranking.index_id.as_str())];
        fill(&context.fill(sentence), &values)
    };
    let criteria = breakdown.criteria();
    let mut body: Vec<RowPlan> = rows.iter().map(|row| unit_row(context, breakdown, (&criteria, row))).collect();
    body.push(mean_row(context, breakdown, &criteria, rows));
    let note = if breakdown.adds_up() { &words.heat_note } else { &words.heat_note_scaled };
    let mut blocks = vec![
        Block::heading(1, filled(&words.heat_title).to_uppercase()),
        Block::paragraph(Tone::Subtitle, filled(&words.subtitle)),
    ];
    blocks.extend(basis::source(context, ranking));
    blocks.extend([
        Block::Table(TablePlan::new(columns(context, ranking, breakdown, &criteria), body)),
        Block::paragraph(Tone::Note, note),
    ]);
    landscape(filled(&words.heat_sheet), blocks)
}

fn columns(
    context: &Context<'_>,
    ranking: &Ranking,
    breakdown: &Breakdown<'_>,
    criteria: &[Part<'_>],
) -> Vec<ColumnPlan> {
    let (words, general) = (&context.template.ranking, &context.template.words);
    let mut columns = vec![
        ColumnPlan::new(&words.rank, CellFormat::Rank, 7),
        ColumnPlan::new(&general.unit, CellFormat::Text, 34),
        ColumnPlan::new(&words.score, kind_of(ranking.unit, ranking.display.digits), 9),
    ];
    let areas = breakdown.areas();
    let (figure, emphasis) = if breakdown.adds_up() {
        (CellFormat::Percent(0), Emphasis::Share)
    } else {
        (breakdown.figure(), Emphasis::ColourScale(Sense::MoreIsBetter))
    };
    for part in criteria {
        let column = |heading: &str| ColumnPlan::new(heading, figure, WIDTH).emphasis(emphasis).turn(Turn::Upright);
        let span = criteria.iter().filter(|other| other.area == part.area).count();
        let name = named(context, part);
        columns.push(match part.area.map(|area| &areas[area]) {
            // An area without parts is its own criterion.
            Some(area) if !area.is(part) => match area_heading(context, area, span) {
                Some(heading) => column(&name).under(&heading),
                None => column(&format!("{}: {name}", area.name)),
            },
            _ => column(&name),
        });
    }
    columns
}

/// The area's whole name where its columns have room for it, else its code and what it can add, if it has a code.
fn area_heading(context: &Context<'_>, area: &Part<'_>, span: usize) -> Option<String> {
    let whole = named(context, area);
    let room = span * usize::from(WIDTH) * AREA_LINES;
    if whole.chars().count() <= room {
        return Some(whole);
    }
    match (area.code, area.weight) {
        (Some(code), Weight::Points(most)) => {
            Some(fill(&context.template.index.area, &[("name", code), ("max", &short(most))]))
        }
        _ if span > 1 => Some(whole),
        _ => None,
    }
}

fn unit_row(context: &Context<'_>, breakdown: &Breakdown<'_>, (criteria, row): (&[Part<'_>], &RankRow)) -> RowPlan {
    let tie = if row.tied { Tie::Shared } else { Tie::Alone };
    let mut cells = vec![
        row.rank.map_or(Cell::Empty, |rank| Cell::Rank(rank, tie)),
        Cell::text(&row.unit.unit_name),
        row.score.map_or_else(|| Cell::Absent(context.template.words.missing.clone()), Cell::Number),
    ];
    cells.extend(criteria.iter().map(|part| cell(context, breakdown, part, &row.unit.unit_code)));
    RowPlan::new(context.row_style(&row.unit), cells)
}

fn cell(context: &Context<'_>, breakdown: &Breakdown<'_>, part: &Part<'_>, unit_code: &str) -> Cell {
    let words = &context.template.index;
    match breakdown.result(part, unit_code) {
        PartResult::Has(value) => Cell::Number(shown(part, value)),
        PartResult::NotApplicable => Cell::Absent(context.template.words.not_applicable.clone()),
        PartResult::Missing => Cell::Absent(words.heat_missing.clone()),
    }
}

/// Points as a share of the most points; a scaled value as it is.
fn shown(part: &Part<'_>, value: f64) -> f64 {
    match part.weight {
        Weight::Points(most) => value / most,
        Weight::Share(_) => value,
    }
}

/// The plain mean over the units that have a value, in the order of the rows.
fn mean_row(context: &Context<'_>, breakdown: &Breakdown<'_>, criteria: &[Part<'_>], rows: &[&RankRow]) -> RowPlan {
    let mean = |values: Vec<f64>| {
        let count = values.len();
        Cell::optional((count > 0).then(|| values.iter().fold(0.0, |sum, value| sum + value) / count as f64))
    };
    let scores = rows.iter().filter_map(|row| row.score).collect();
    let mut cells = vec![Cell::Empty, Cell::text(&context.template.index.mean), mean(scores)];
    cells.extend(criteria.iter().map(|part| {
        let values = rows.iter().filter_map(|row| match breakdown.result(part, &row.unit.unit_code) {
            PartResult::Has(value) => Some(shown(part, value)),
            _ => None,
        });
        mean(values.collect())
    }));
    RowPlan::new(RowStyle::Total, cells)
}
