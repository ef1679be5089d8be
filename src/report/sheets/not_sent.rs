//! The sheet of units whose newest export does not reach the end of the period.

use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, Emphasis, RowPlan, RowStyle, Sheet, TablePlan, Tone};
use super::context::Context;
use super::landscape;

pub fn sheet(context: &Context<'_>) -> Sheet {
    let words = &context.template.not_sent;
    let mut blocks = vec![Block::heading(1, &words.title)];
    if context.input.not_sent.is_empty() {
        blocks.push(Block::paragraph(Tone::Body, &words.none));
    } else {
        blocks.push(Block::paragraph(Tone::Subtitle, context.fill(&words.subtitle)));
        blocks.push(Block::Table(TablePlan::new(columns(context), rows(context)).filtered()));
        blocks.push(Block::paragraph(Tone::Note, &words.note));
    }
    landscape(&words.sheet, blocks)
}

fn columns(context: &Context<'_>) -> Vec<ColumnPlan> {
    let (words, general) = (&context.template.not_sent, &context.template.words);
    vec![
        ColumnPlan::new(&general.number, CellFormat::Label, 6),
        ColumnPlan::new(&general.unit, CellFormat::Text, 56),
        ColumnPlan::new(&words.kind, CellFormat::Text, 26),
        ColumnPlan::new(&words.last_export, CellFormat::Date, 22),
        ColumnPlan::new(&words.days, CellFormat::Int, 18).emphasis(Emphasis::DataBar),
    ]
}

fn rows(context: &Context<'_>) -> Vec<RowPlan> {
    let input = context.input;
    let title = |kind: Option<&str>| {
        let known = context.kinds.iter().find(|(id, _)| Some(*id) == kind);
        known.map_or_else(|| kind.unwrap_or_default().to_owned(), |(_, title)| (*title).to_owned())
    };
    let mut rows = Vec::new();
    for (place, row) in input.not_sent.iter().enumerate() {
        let never = || Cell::Absent(context.template.not_sent.never.clone());
        let cells = vec![
            Cell::Int(place as i64 + 1),
            Cell::text(&row.unit.unit_name),
            Cell::Text(title(row.unit.kind.as_deref())),
            row.last_export.map_or_else(never, Cell::Date),
            row.last_export.map_or(Cell::Empty, |day| Cell::Int((input.period.end - day).num_days())),
        ];
        rows.push(RowPlan::new(RowStyle::Body, cells));
    }
    rows
}
