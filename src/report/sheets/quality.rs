//! The data quality sheets: faults by rule, and the account of every file.

use cchc_model::{FileAccount, Level};

use super::super::number;
use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, Emphasis, RowPlan, RowStyle, Sheet, TablePlan, Tone};
use super::context::Context;
use super::landscape;

pub fn sheets(context: &Context<'_>) -> Vec<Sheet> {
    let words = &context.template.quality;
    if context.input.policies.protects() {
        let left_out = Block::paragraph(Tone::Body, &context.template.words.small_left_out);
        return vec![landscape(&words.sheet, vec![Block::heading(1, &words.title), left_out])];
    }
    let mut rules =
        vec![Block::heading(1, &words.title), Block::Facts(facts(context)), Block::heading(2, &words.rules)];
    if context.input.findings_by_rule.is_empty() {
        rules.push(Block::paragraph(Tone::Body, &words.none));
    } else {
        rules.push(Block::Table(TablePlan::new(rule_columns(context), rule_rows(context)).filtered()));
    }
    let files = vec![
        Block::heading(1, &words.title_files),
        Block::paragraph(Tone::Subtitle, &words.identity),
        Block::Table(TablePlan::new(file_columns(context), file_rows(context)).filtered()),
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

fn rule_columns(context: &Context<'_>) -> Vec<ColumnPlan> {
    let (words, general) = (&context.template.quality, &context.template.words);
    vec![
        ColumnPlan::new(&general.number, CellFormat::Label, 6),
        ColumnPlan::new(&words.level, CellFormat::Text, 18),
        ColumnPlan::new(&words.rule, CellFormat::Text, 36),
        ColumnPlan::new(&words.sentence, CellFormat::Text, 80),
        ColumnPlan::new(&words.count, CellFormat::Int, 12).emphasis(Emphasis::DataBar),
    ]
}

fn rule_rows(context: &Context<'_>) -> Vec<RowPlan> {
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
        rows.push(RowPlan::new(style, cells));
    }
    rows
}

fn file_columns(context: &Context<'_>) -> Vec<ColumnPlan> {
    let (words, general) = (&context.template.quality, &context.template.words);
    let mut columns = vec![
        ColumnPlan::new(&general.number, CellFormat::Label, 6),
        ColumnPlan::new(&words.file, CellFormat::Text, 64),
        ColumnPlan::new(&words.source, CellFormat::Text, 34),
        ColumnPlan::new(&words.exported, CellFormat::Label, 14),
    ];
    for heading in [&words.rows, &words.loaded, &words.updated, &words.duplicate, &words.rejected] {
        columns.push(ColumnPlan::new(heading, CellFormat::Int, 11));
    }
    columns
}

fn file_rows(context: &Context<'_>) -> Vec<RowPlan> {
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
        rows.push(RowPlan::new(style, cells));
    }
    let mut cells = vec![Cell::Empty, Cell::text(&words.total), Cell::Empty, Cell::Empty];
    cells.extend(total.map(Cell::count));
    rows.push(RowPlan::new(RowStyle::Total, cells));
    rows
}

/// Length of the folder that all files are in, which need not be shown.
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
