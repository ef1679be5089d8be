//! Form 06 (II.06a/VPCP/KSTT) as prescribed: letterhead, 13 columns, three heading rows, sections, total.

use cchc_definitions::fill;
use cchc_model::Form06Row;

use super::super::plan::{
    Block, Cell, CellFormat, ColumnPlan, Filter, Numbering, RowPlan, RowStyle, Sheet, TablePlan, Tone,
};
use super::context::{ALL, Context, is_sum, sum_code};
use super::landscape;

pub fn sheet(context: &Context<'_>) -> Sheet {
    let words = &context.template.form06;
    let mut centre = words.title.clone();
    centre.push(context.fill(&words.period));
    centre.push(context.fill(&words.days));
    let letterhead = Block::Letterhead {
        left: vec![words.form.clone()],
        centre,
        right: vec![
            fill(&words.reporting, &[("unit", &context.input.reporting_unit)]),
            fill(&words.receiving, &[("unit", &words.receiver)]),
        ],
    };
    let table = TablePlan {
        columns: columns(context),
        numbering: Numbering::Columns,
        filter: Filter::Off,
        rows: rows(context),
    };
    let marked = table.rows.iter().any(|row| row.style == RowStyle::Marked);
    let mut blocks = vec![letterhead, Block::paragraph(Tone::Unit, &words.unit), Block::Table(table)];
    if marked {
        blocks.push(Block::paragraph(Tone::Note, &context.template.words.marked));
    }
    landscape(&words.sheet, blocks)
}

fn columns(context: &Context<'_>) -> Vec<ColumnPlan> {
    let headings = context.template.form06.columns.iter().enumerate();
    headings
        .map(|(index, heading)| {
            let (kind, width) = match index {
                0 => (CellFormat::Label, 6),
                1 => (CellFormat::Text, 44),
                _ => (CellFormat::Int, 13),
            };
            ColumnPlan { heading: heading.clone(), ..ColumnPlan::new("", kind, width) }
        })
        .collect()
}

fn rows(context: &Context<'_>) -> Vec<RowPlan> {
    let form = &context.input.form06;
    let sum = |code: &str| form.iter().find(|row| row.unit.unit_code == code);
    let mut rows = Vec::new();
    for (place, (kind, title)) in context.kinds.iter().enumerate() {
        rows.push(line(context, (RowStyle::Section, roman(place + 1)), title, sum(&sum_code(kind))));
        let units = form.iter().filter(|row| row.unit.kind.as_deref() == Some(kind) && !is_sum(&row.unit));
        for (place, row) in units.enumerate() {
            let name = row.field.as_deref().unwrap_or(&row.unit.unit_name);
            rows.push(line(context, (context.row_style(&row.unit), (place + 1).to_string()), name, Some(row)));
        }
    }
    rows.push(line(context, (RowStyle::Total, String::new()), &context.template.form06.total, sum(ALL)));
    rows
}

fn line(context: &Context<'_>, (style, number): (RowStyle, String), name: &str, row: Option<&Form06Row>) -> RowPlan {
    let mut cells = vec![Cell::Text(number), Cell::text(name)];
    match row {
        Some(row) => cells.extend(row.counts.iter().map(|count| context.told(*count))),
        None => cells.extend((0..11).map(|_| Cell::Empty)),
    }
    RowPlan::new(style, cells)
}

fn roman(mut number: usize) -> String {
    let mut text = String::new();
    for (value, letters) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while number >= value {
            text.push_str(letters);
            number -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::roman;

    #[test]
    fn sections_are_numbered_in_roman() {
        assert_eq!([1, 3, 4, 9, 14].map(roman), ["I", "III", "IV", "IX", "XIV"]);
    }
}
