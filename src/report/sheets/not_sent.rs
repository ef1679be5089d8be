//! The sheet of units whose newest export does not reach the end of the period.

use super::super::plan::{Block, Cell, Column, Emphasis, Kind, Row, RowStyle, Sheet, Table, Tone};
use super::context::Context;
use super::landscape;

pub fn sheet(context: &Context<'_>) -> Sheet {
    let words = &context.template.not_sent;
    let mut blocks = vec![Block::heading(1, &words.title)];
    if context.input.not_sent.is_empty() {
        blocks.push(Block::paragraph(Tone::Body, &words.none));
    } else {
        blocks.push(Block::paragraph(Tone::Subtitle, context.fill(&words.subtitle)));
        blocks.push(Block::Table(Table::new(columns(context), rows(context)).filtered()));
        blocks.push(Block::paragraph(Tone::Note, &words.note));
    }
    landscape(&words.sheet, blocks)
}

fn columns(context: &Context<'_>) -> Vec<Column> {
    let (words, general) = (&context.template.not_sent, &context.template.words);
    vec![
        Column::new(&general.number, Kind::Label, 6),
        Column::new(&general.unit, Kind::Text, 56),
        Column::new(&words.kind, Kind::Text, 26),
        Column::new(&words.last_export, Kind::Date, 22),
        Column::new(&words.days, Kind::Int, 18).emphasis(Emphasis::DataBar),
    ]
}

fn rows(context: &Context<'_>) -> Vec<Row> {
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
            row.last_export.map_or(Cell::Empty, |day| Cell::Int((input.to - day).num_days())),
        ];
        rows.push(Row::new(RowStyle::Body, cells));
    }
    rows
}
