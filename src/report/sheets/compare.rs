//! The comparison sheet: each indicator by kind of unit now, in the period before, and last year.

use super::super::input::{FigureUnit, IndicatorInfo};
use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, RowPlan, RowStyle, Sheet, TablePlan, Tone};
use super::context::{ALL, Context, kind_of, sense_of, sum_code};
use super::landscape;

pub fn sheet(context: &Context<'_>) -> Sheet {
    let words = &context.template.compare;
    let table = TablePlan::new(columns(context), rows(context));
    let mut blocks = vec![
        Block::heading(1, &words.title),
        Block::paragraph(Tone::Subtitle, context.fill(&words.subtitle)),
        Block::Table(table),
        Block::paragraph(Tone::Note, &words.note),
    ];
    blocks.extend(context.unknown_periods());
    landscape(&words.sheet, blocks)
}

fn columns(context: &Context<'_>) -> Vec<ColumnPlan> {
    let (words, general) = (&context.template.compare, &context.template.words);
    // Every figure cell has its own format, since each indicator has its unit.
    let figure = |heading: &str| ColumnPlan::new(heading, CellFormat::Number(1), 16);
    vec![
        ColumnPlan::new(&words.indicator, CellFormat::Text, 56),
        ColumnPlan::new(&words.counted, CellFormat::Label, 14),
        figure(&general.now),
        figure(&general.before),
        figure(&general.last_year),
        figure(&words.change_before),
        figure(&words.change_last_year),
    ]
}

fn rows(context: &Context<'_>) -> Vec<RowPlan> {
    let mut rows = Vec::new();
    for info in context.input.definitions.iter().filter(|info| context.is_available(&info.id)) {
        let mut head = vec![Cell::text(&info.name_vi), Cell::text(counted(context, info.unit))];
        head.resize(7, Cell::Empty);
        rows.push(RowPlan::new(RowStyle::Section, head));
        for (kind, title) in &context.kinds {
            rows.push(row(context, info, title, &sum_code(kind)));
        }
        rows.push(row(context, info, &context.template.words.all_units, ALL));
    }
    rows
}

fn counted<'a>(context: &'a Context<'_>, unit: FigureUnit) -> &'a str {
    let words = &context.template.compare;
    match unit {
        FigureUnit::Rate => &words.rate,
        FigureUnit::Days => &words.days,
        FigureUnit::Hours => &words.hours,
        FigureUnit::Count => &words.count,
        FigureUnit::Points => &words.points,
    }
}

fn row(context: &Context<'_>, info: &IndicatorInfo, title: &str, code: &str) -> RowPlan {
    let kind = kind_of(info.unit, info.display.digits);
    let shown = |period: &str| match context.period_cell(period, &info.id, code) {
        Cell::Number(value) => Cell::As(kind, value),
        other => other,
    };
    let now = context.value(&context.now.id, &info.id, code);
    let change = |period: &str| {
        let then = context.value(period, &info.id, code);
        now.zip(then).map_or(Cell::Empty, |(now, then)| difference(info, now - then))
    };
    let cells = vec![
        Cell::text(title),
        Cell::Empty,
        shown(&context.now.id),
        shown(&context.before.id),
        shown(&context.last_year.id),
        change(&context.before.id),
        change(&context.last_year.id),
    ];
    RowPlan::new(RowStyle::Body, cells)
}

/// A difference of shares is given in percentage points.
fn difference(info: &IndicatorInfo, difference: f64) -> Cell {
    let (scale, digits) = match info.unit {
        FigureUnit::Rate => (100.0, info.display.digits.max(1)),
        FigureUnit::Count => (1.0, 0),
        FigureUnit::Days | FigureUnit::Hours | FigureUnit::Points => (1.0, info.display.digits.max(1)),
    };
    Cell::As(CellFormat::Movement(digits, sense_of(info)), difference * scale)
}
