//! The method sheet: what each indicator means, how it is computed, on what legal basis.

use super::super::input::IndicatorInfo;
use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, RowPlan, RowStyle, Sheet, TablePlan, Tone};
use super::context::Context;
use super::landscape;

pub fn sheet(context: &Context<'_>) -> Sheet {
    let words = &context.template.method;
    let mut blocks = vec![Block::heading(1, &words.title)];
    blocks.push(Block::Table(TablePlan::new(columns(context), rows(context))));
    blocks.extend(words.notes.iter().map(|note| Block::paragraph(Tone::Note, note)));
    landscape(&words.sheet, blocks)
}

fn columns(context: &Context<'_>) -> Vec<ColumnPlan> {
    let words = &context.template.method;
    vec![
        ColumnPlan::new(&words.name, CellFormat::Text, 28),
        ColumnPlan::new(&words.id, CellFormat::Text, 24),
        ColumnPlan::new(&words.meaning, CellFormat::Text, 42),
        ColumnPlan::new(&words.formula, CellFormat::Text, 38),
        ColumnPlan::new(&words.sense, CellFormat::Text, 10),
        ColumnPlan::new(&words.legal_basis, CellFormat::Text, 28),
        ColumnPlan::new(&words.available, CellFormat::Label, 10),
    ]
}

fn rows(context: &Context<'_>) -> Vec<RowPlan> {
    let mut rows = Vec::new();
    let mut group = "";
    for info in &context.input.definitions {
        if info.group != group {
            group = &info.group;
            let mut cells = vec![Cell::text(&info.group_title)];
            cells.resize(7, Cell::Empty);
            rows.push(RowPlan::new(RowStyle::Section, cells));
        }
        rows.push(row(context, info));
    }
    rows
}

fn row(context: &Context<'_>, info: &IndicatorInfo) -> RowPlan {
    let (words, general) = (&context.template.method, &context.template.words);
    let sense = if info.higher_is_better { &words.more_is_better } else { &words.less_is_better };
    let available = if context.is_available(&info.id) { &general.yes } else { &general.no };
    let texts = [&info.name_vi, &info.id, &info.meaning, &info.formula, sense, &info.legal_basis, available];
    RowPlan::new(RowStyle::Body, texts.into_iter().map(Cell::text).collect())
}
