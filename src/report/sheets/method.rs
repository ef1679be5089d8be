//! The method sheet: what each indicator means, how it is computed, on what legal basis.

use super::super::input::IndicatorInfo;
use super::super::plan::{Block, Cell, Column, Kind, Row, RowStyle, Sheet, Table, Tone};
use super::context::Context;
use super::landscape;

pub fn sheet(context: &Context<'_>) -> Sheet {
    let words = &context.template.method;
    let mut blocks = vec![Block::heading(1, &words.title)];
    blocks.push(Block::Table(Table::new(columns(context), rows(context))));
    blocks.extend(words.notes.iter().map(|note| Block::paragraph(Tone::Note, note)));
    landscape(&words.sheet, blocks)
}

fn columns(context: &Context<'_>) -> Vec<Column> {
    let words = &context.template.method;
    vec![
        Column::new(&words.name, Kind::Text, 28),
        Column::new(&words.id, Kind::Text, 24),
        Column::new(&words.meaning, Kind::Text, 42),
        Column::new(&words.formula, Kind::Text, 38),
        Column::new(&words.sense, Kind::Text, 10),
        Column::new(&words.legal_basis, Kind::Text, 28),
        Column::new(&words.available, Kind::Label, 10),
    ]
}

fn rows(context: &Context<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut group = "";
    for info in &context.input.definitions {
        if info.group != group {
            group = &info.group;
            let mut cells = vec![Cell::text(&info.group_title)];
            cells.resize(7, Cell::Empty);
            rows.push(Row::new(RowStyle::Section, cells));
        }
        rows.push(row(context, info));
    }
    rows
}

fn row(context: &Context<'_>, info: &IndicatorInfo) -> Row {
    let (words, general) = (&context.template.method, &context.template.words);
    let sense = if info.higher_is_better { &words.more_is_better } else { &words.less_is_better };
    let available = if context.is_available(&info.id) { &general.yes } else { &general.no };
    let texts = [&info.name_vi, &info.id, &info.meaning, &info.formula, sense, &info.legal_basis, available];
    Row::new(RowStyle::Body, texts.into_iter().map(Cell::text).collect())
}
