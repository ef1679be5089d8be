//! The parts of a ranking: points of areas, criteria and sub-criteria, or scores of the nodes of a composite index.

use anyhow::Result;

use super::output::Columns;
use super::{Global, Usage};
use crate::definitions::PointsIndex;
use crate::indices::points::ItemStatus;
use crate::indices::{Index, Ranked, Scorecards};
use crate::model::UnitRef;

/// One row per unit and item or node.
pub(super) fn write(
    global: &Global,
    index: &Index<'_>,
    ranked: &Ranked,
    wanted: &dyn Fn(&UnitRef) -> bool,
) -> Result<()> {
    match (index, &ranked.cards) {
        (Index::Points(index), Some(cards)) => points(global, index, cards, wanted),
        (Index::Composite(_), _) => nodes(global, ranked, wanted),
        _ => Err(Usage(format!("'{}' is one indicator and has no parts; see `cchc explain`", index.id())).into()),
    }
}

/// The word of a status in JSON.
pub(super) const fn status(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Scored => "scored",
        ItemStatus::NotApplicable => "not_applicable",
        ItemStatus::FullByDefault => "full_by_default",
        ItemStatus::Missing => "missing",
    }
}

fn points(global: &Global, index: &PointsIndex, cards: &Scorecards, wanted: &dyn Fn(&UnitRef) -> bool) -> Result<()> {
    let units = cards.units.iter().enumerate().filter(|(_, unit)| wanted(unit));
    let cells: Vec<(usize, &UnitRef, usize)> =
        units.flat_map(|(at, unit)| (0..index.items.len()).map(move |item| (at, unit, item))).collect();
    let item = |cell: &(usize, &UnitRef, usize)| &index.items[cell.2];
    let scores = |cell: &(usize, &UnitRef, usize)| &cards.scoring.items[cell.2];
    Columns::default()
        .text("unit_code", cells.iter().map(|cell| Some(cell.1.unit_code.as_str())))
        .text("unit_name", cells.iter().map(|cell| Some(cell.1.unit_name.as_str())))
        .text("kind", cells.iter().map(|cell| cell.1.kind.as_deref()))
        .int("level", cells.iter().map(|cell| Some(index.depth(cell.2) as i64 + 1)))
        .text("code", cells.iter().map(|cell| Some(item(cell).code.as_str())))
        .text("parent", cells.iter().map(|cell| item(cell).parent.map(|at| index.items[at].code.as_str())))
        .text("name", cells.iter().map(|cell| Some(item(cell).name.as_str())))
        .number("max", cells.iter().map(|cell| Some(item(cell).max)))
        .number("points", cells.iter().map(|cell| scores(cell).points[cell.0]))
        .text("status", cells.iter().map(|cell| Some(status(scores(cell).status[cell.0]))))
        .text("layer", cells.iter().map(|cell| scores(cell).layer[cell.0].map(crate::definitions::Layer::word)))
        .write(global)
}

fn nodes(global: &Global, ranked: &Ranked, wanted: &dyn Fn(&UnitRef) -> bool) -> Result<()> {
    let mut cells = Vec::new();
    for row in ranked.rows.iter().filter(|row| wanted(&row.unit)) {
        for (_, composed) in &ranked.composed {
            let Some(at) = composed.scores.units().iter().position(|unit| *unit == row.unit.unit_code) else {
                continue;
            };
            let columns = composed.scores.columns().iter().chain(composed.scaled.columns());
            cells.extend(columns.map(|column| (&row.unit, column.id.as_str(), column.values[at])));
        }
    }
    Columns::default()
        .text("unit_code", cells.iter().map(|cell| Some(cell.0.unit_code.as_str())))
        .text("unit_name", cells.iter().map(|cell| Some(cell.0.unit_name.as_str())))
        .text("kind", cells.iter().map(|cell| cell.0.kind.as_deref()))
        .text("node", cells.iter().map(|cell| Some(cell.1)))
        .number("score", cells.iter().map(|cell| cell.2))
        .write(global)
}
