//! The data quality sheets: faults by rule, and the account of every file.

use cchc_model::{FileAccount, Level};

use super::super::number;
use super::super::plan::{Block, Cell, Column, Emphasis, Kind, Row, RowStyle, Sheet, Table, Tone};
use super::context::Context;
use super::landscape;

pub fn sheets(context: &Context<'_>) -> Vec<Sheet> {
    let words = &context.template.quality;
    let mut rules =
        vec![Block::heading(1, &words.title), Block::Facts(facts(context)), Block::heading(2, &words.rules)];
    if context.input.findings_by_rule.is_empty() {
        rules.push(Block::paragraph(Tone::Body, &words.none));
    } else {
        rules.push(Block::Table(Table::new(rule_columns(context), rule_rows(context)).filtered()));
    }
    let files = vec![
        Block::heading(1, &words.title_files),
        Block::paragraph(Tone::Subtitle, &words.identity),
        Block::Table(Table::new(file_columns(context), file_rows(context)).filtered()),
    ];
    vec![landscape(&words.sheet, rules), landscape(&words.sheet_files, files)]
}

fn facts(context: &Context<'_>) -> Vec<(String, String)> {
    let (words, counts) = (&context.template.quality, &context.input.counts);
    let pairs = [
        (&words.files, counts.files),
        (&words.dossiers, counts.dossiers),
        (&words.rows, counts.rows),
        (&words.loaded, counts.loaded),
        (&words.updated, counts.updated),
        (&words.duplicate, counts.duplicate),
        (&words.rejected, counts.rejected),
    ];
    pairs.into_iter().map(|(name, count)| (name.clone(), number::int(count as i64))).collect()
}

fn rule_columns(context: &Context<'_>) -> Vec<Column> {
    let (words, general) = (&context.template.quality, &context.template.words);
    vec![
        Column::new(&general.number, Kind::Label, 6),
        Column::new(&words.level, Kind::Text, 18),
        Column::new(&words.rule, Kind::Text, 36),
        Column::new(&words.sentence, Kind::Text, 80),
        Column::new(&words.count, Kind::Int, 12).emphasis(Emphasis::DataBar),
    ]
}

fn rule_rows(context: &Context<'_>) -> Vec<Row> {
    let words = &context.template.quality;
    let level = |level: Level| match level {
        Level::Error => &words.error,
        Level::Warning => &words.warning,
        Level::Info => &words.info,
    };
    let mut rows = Vec::new();
    for (place, rule) in context.input.findings_by_rule.iter().enumerate() {
        let style = if rule.level == Level::Error { RowStyle::Marked } else { RowStyle::Body };
        let cells = vec![
            Cell::Int(place as i64 + 1),
            Cell::text(level(rule.level)),
            Cell::text(&rule.rule),
            Cell::text(&rule.sentence),
            Cell::count(rule.count),
        ];
        rows.push(Row::new(style, cells));
    }
    rows
}

fn file_columns(context: &Context<'_>) -> Vec<Column> {
    let (words, general) = (&context.template.quality, &context.template.words);
    let mut columns = vec![
        Column::new(&general.number, Kind::Label, 6),
        Column::new(&words.file, Kind::Text, 64),
        Column::new(&words.source, Kind::Text, 34),
        Column::new(&words.exported, Kind::Label, 14),
    ];
    for heading in [&words.rows, &words.loaded, &words.updated, &words.duplicate, &words.rejected] {
        columns.push(Column::new(heading, Kind::Int, 11));
    }
    columns
}

fn file_rows(context: &Context<'_>) -> Vec<Row> {
    let words = &context.template.quality;
    let mut total = [0_u64; 5];
    let folder = common_folder(&context.input.files);
    let mut rows = Vec::new();
    for (place, file) in context.input.files.iter().enumerate() {
        let counts = [file.rows, file.loaded, file.updated, file.duplicate, file.rejected];
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
        let mut cells = vec![Cell::Int(place as i64 + 1), Cell::text(&file.file[folder..])];
        cells.push(if file.source.is_empty() { Cell::text(&words.no_source) } else { Cell::text(&file.source) });
        cells.push(exported(file, &words.unknown_day));
        cells.extend(counts.map(Cell::count));
        let style = if file.source.is_empty() { RowStyle::Marked } else { RowStyle::Body };
        rows.push(Row::new(style, cells));
    }
    let mut cells = vec![Cell::Empty, Cell::text(&words.total), Cell::Empty, Cell::Empty];
    cells.extend(total.map(Cell::count));
    rows.push(Row::new(RowStyle::Total, cells));
    rows
}

/// Length of the folder that all files stand in, which tells nothing.
fn common_folder(files: &[FileAccount]) -> usize {
    let Some(first) = files.first().map(|file| file.file.as_str()) else { return 0 };
    let folder = |path: &str| path.rfind(['/', '\\']).map_or(0, |at| at + 1);
    let mut end = folder(first);
    while !files.iter().all(|file| file.file.starts_with(&first[..end])) {
        end = folder(&first[..end - 1]);
    }
    end
}

/// The day as a date where it reads as one, so that it sorts.
fn exported(file: &FileAccount, unknown: &str) -> Cell {
    match &file.exported_at {
        None => Cell::text(unknown),
        Some(day) => day.parse().map_or_else(|_| Cell::text(day), Cell::Date),
    }
}
