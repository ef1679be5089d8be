//! Who is not ranked and why: how many are, which figures are missing, and who owes them.

use cchc_definitions::fill;
use cchc_indices::Gap;
use cchc_model::{Held, RankRow, UnitRef};

use super::super::input::Ranking;
use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, RowPlan, RowStyle, TablePlan, Tone};
use super::context::Context;

/// How many units of a kind are ranked of how many, and which items hardly anybody has.
pub fn who_is_ranked(context: &Context<'_>, ranking: &Ranking, (kind, title): (&str, &str)) -> Vec<Block> {
    let words = &context.template.ranking;
    let of_kind = |row: &&RankRow| row.unit.kind.as_deref() == Some(kind);
    let all = ranking.rows.iter().filter(of_kind).count();
    let placed = ranking.rows.iter().filter(of_kind).filter(|row| row.rank.is_some()).count();
    let mut blocks = Vec::new();
    if placed < all {
        let values = [("kind", title), ("ranked", &placed.to_string()), ("all", &all.to_string())];
        blocks.push(Block::paragraph(Tone::Note, fill(&words.ranked_of, &values)));
    }
    if placed > 0 {
        let gaps = ranking.gaps.iter().filter(|gap| gap.kind == kind);
        let names: Vec<String> = gaps.map(|gap| format!("{} ({}/{})", gap.item.name, has(gap), gap.units)).collect();
        if !names.is_empty() {
            let values = [("kind", title), ("items", &names.join("; "))];
            blocks.push(Block::paragraph(Tone::Note, fill(&words.hardly_any, &values)));
        }
    }
    blocks
}

/// The figures that are missing and who owes them, where nobody of a kind is ranked.
pub fn owed(context: &Context<'_>, ranking: &Ranking, kind: &str) -> Option<Block> {
    let words = &context.template.ranking;
    let is_ranked = |row: &RankRow| row.rank.is_some() && row.unit.kind.as_deref() == Some(kind);
    let gaps: Vec<&Gap> = ranking.gaps.iter().filter(|gap| gap.kind == kind).collect();
    if gaps.is_empty() || ranking.rows.iter().any(is_ranked) {
        return None;
    }
    let columns = vec![
        ColumnPlan::new(&words.owed_figure, CellFormat::Text, 46),
        ColumnPlan::new(&words.owed_units, CellFormat::Int, 12),
        ColumnPlan::new(&words.owed_by, CellFormat::Text, 90),
    ];
    let rows = gaps.iter().map(|gap| {
        let cells = vec![
            Cell::text(&gap.item.name),
            Cell::Int(gap.owed_by.len() as i64),
            Cell::Text(debtors(context, &gap.owed_by, gap.units)),
        ];
        RowPlan::new(RowStyle::Body, cells)
    });
    Some(Block::Table(TablePlan::new(columns, rows.collect())))
}

/// Why a unit with a score has no rank, and what it lacks.
pub fn held_note(context: &Context<'_>, held: Held, row: &RankRow) -> String {
    let words = &context.template.ranking;
    match held {
        Held::FewCases => words.few_cases.clone(),
        Held::Incomplete => {
            let names: Vec<&str> = row.lacking.iter().map(|item| item.name.as_str()).collect();
            fill(&words.incomplete, &[("items", &names.join("; "))])
        }
    }
}

/// How many units of a kind have the figure.
fn has(gap: &Gap) -> usize {
    gap.units - gap.owed_by.len()
}

fn debtors(context: &Context<'_>, owed_by: &[UnitRef], units: usize) -> String {
    let words = &context.template.ranking;
    if owed_by.len() == units {
        return fill(&words.owed_by_all, &[("count", &units.to_string())]);
    }
    owed_by.iter().map(|unit| unit.unit_name.as_str()).collect::<Vec<_>>().join("; ")
}
