//! The parts of a ranking: points of areas, criteria and sub-criteria, or scores of the nodes of a composite index.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::output::Columns;
use super::{Global, Usage};
use cchc_definitions::PointsIndex;
use cchc_definitions::index::settings::Ranking;
use cchc_indices::points::ItemStatus;
use cchc_indices::{Index, Ranked, Scorecards, ranks_by};
use cchc_model::UnitRef;

/// How far down a ranking is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Points of items, scores of nodes and indicators.
    Parts,
    /// The values of each indicator after every stage, too.
    Stages,
}

/// One row per unit of the ranking and item or node.
pub(super) fn write(global: &Global, index: &Index<'_>, ranked: &Ranked, depth: Depth) -> Result<()> {
    let units: BTreeSet<&str> = ranked.rows.iter().map(|row| row.unit.unit_code.as_str()).collect();
    let wanted = |unit: &UnitRef| units.contains(unit.unit_code.as_str());
    match (index, &ranked.cards) {
        (Index::Points(_), _) if depth == Depth::Stages => {
            Err(Usage(format!("'{}' is an index of points and has no stages; see `cchc score`", index.id())).into())
        }
        (Index::Points(index), Some(cards)) => points(global, index, cards, &wanted),
        (Index::Composite(_), _) => nodes(global, ranked, index.settings(), depth),
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
        .units(cells.iter().map(|cell| cell.1))
        .int("level", cells.iter().map(|cell| Some(index.depth(cell.2) as i64 + 1)))
        .text("code", cells.iter().map(|cell| Some(item(cell).code.as_str())))
        .text("parent", cells.iter().map(|cell| item(cell).parent.map(|at| index.items[at].code.as_str())))
        .text("name", cells.iter().map(|cell| Some(item(cell).name.as_str())))
        .number("max", cells.iter().map(|cell| Some(item(cell).max)))
        .number("points", cells.iter().map(|cell| scores(cell).points[cell.0]))
        .text("status", cells.iter().map(|cell| Some(status(scores(cell).status[cell.0]))))
        .text("layer", cells.iter().map(|cell| scores(cell).layer[cell.0].map(cchc_definitions::Layer::word)))
        .write(global)
}

/// A unit's row of a node or an indicator.
struct Cell<'c> {
    unit: &'c UnitRef,
    id: &'c str,
    score: Option<f64>,
    rank: Option<u32>,
    /// Values after each stage before scaling: only of indicators.
    stages: [Option<f64>; 4],
}

/// Nodes with their ranks, then indicators on the common scale.
fn nodes(global: &Global, ranked: &Ranked, settings: Ranking, depth: Depth) -> Result<()> {
    let units: BTreeMap<&str, &UnitRef> =
        ranked.rows.iter().map(|row| (row.unit.unit_code.as_str(), &row.unit)).collect();
    let mut cells = Vec::new();
    for (_, composed) in &ranked.composed {
        let ranks: Vec<Vec<Option<u32>>> =
            composed.scores.columns().iter().map(|column| ranks_by(&column.values, settings)).collect();
        let scored: BTreeMap<&String, usize> = composed.scores.units().iter().zip(0..).collect();
        for (row, code) in composed.raw.units().iter().enumerate() {
            let at = scored.get(code).copied();
            // Units that the screen dropped have values at the beginning, but no scores.
            let is_shown = at.is_some() || depth == Depth::Stages;
            let Some(unit) = units.get(code.as_str()).filter(|_| is_shown) else { continue };
            cells.extend(composed.scores.columns().iter().zip(&ranks).map(|(column, ranks)| Cell {
                unit,
                id: &column.id,
                score: at.and_then(|at| column.values[at]),
                rank: at.and_then(|at| ranks[at]),
                stages: [None; 4],
            }));
            cells.extend(composed.scaled.columns().iter().enumerate().map(|(leaf, column)| {
                let first = [&composed.raw, &composed.denominated].map(|table| table.columns()[leaf].values[row]);
                let later = [&composed.imputed, &composed.treated]
                    .map(|table| at.and_then(|at| table.columns()[leaf].values[at]));
                Cell {
                    unit,
                    id: &column.id,
                    score: at.and_then(|at| column.values[at]),
                    rank: None,
                    stages: [first[0], first[1], later[0], later[1]],
                }
            }));
        }
    }
    let mut columns = Columns::default()
        .units(cells.iter().map(|cell| cell.unit))
        .text("node", cells.iter().map(|cell| Some(cell.id)))
        .number("score", cells.iter().map(|cell| cell.score))
        .int("rank", cells.iter().map(|cell| cell.rank.map(i64::from)));
    if depth == Depth::Stages {
        for (at, name) in ["raw", "divided", "imputed", "treated"].into_iter().enumerate() {
            columns = columns.number(name, cells.iter().map(|cell| cell.stages[at]));
        }
    }
    columns.write(global)
}
