//! Writes a table: stacked headings, rows, emphasis, filter, and headings that stay in sight and repeat in print.

use rust_xlsxwriter::{
    ColNum, ConditionalFormat3ColorScale, ConditionalFormatDataBar, ConditionalFormatType, RowNum, Url, Worksheet,
    XlsxError,
};

use super::grid::{self, Grid};
use super::measure;
use super::styles::{Change, Look, Styles, colour};
use crate::plan::{
    Cell, CellFormat, ColumnPlan, Emphasis, Filter, Numbering, RowPlan, RowStyle, Sense, TablePlan, Tie, Turn,
};
use cchc_model::escaped;

/// Headings lower than this are not frozen: they would fill the window.
const LOWEST_FROZEN: RowNum = 15;

pub fn write(
    worksheet: &mut Worksheet,
    grid: &mut Grid,
    styles: &mut Styles<'_>,
    table: &TablePlan,
) -> Result<(), XlsxError> {
    let first = grid.begin();
    headings(worksheet, grid, styles, table)?;
    let body = grid.row;
    for row in &table.rows {
        write_row(worksheet, grid, styles, table, row)?;
    }
    emphasise(worksheet, styles, table, body)?;
    if table.filter == Filter::On || grid.tables == 1 {
        main_table(worksheet, grid, table, (first, body))?;
    }
    // A chart beside begins under the headings: printing repeats these, and all that lies over them.
    grid.end_table(body, table.columns.len());
    grid.row += 1;
    Ok(())
}

/// Filter, frozen panes and print titles belong to one table of a sheet.
fn main_table(
    worksheet: &mut Worksheet,
    grid: &mut Grid,
    table: &TablePlan,
    (first, body): (RowNum, RowNum),
) -> Result<(), XlsxError> {
    if grid.has_main {
        return Ok(());
    }
    grid.has_main = true;
    worksheet.set_repeat_rows(first, body - 1)?;
    if body <= LOWEST_FROZEN {
        worksheet.set_freeze_panes(body, grid::name_columns(table))?;
    }
    let filtered = table.rows.iter().rposition(|row| row.style != RowStyle::Total && row.style != RowStyle::Note);
    if let Some(last) = filtered.filter(|_| table.filter == Filter::On) {
        worksheet.autofilter(body - 1, 0, body + last as RowNum, last_column(table))?;
    }
    Ok(())
}

fn last_column(table: &TablePlan) -> ColNum {
    table.columns.len().saturating_sub(1) as ColNum
}

fn headings(
    worksheet: &mut Worksheet,
    grid: &mut Grid,
    styles: &mut Styles<'_>,
    table: &TablePlan,
) -> Result<(), XlsxError> {
    let (top, across, upright) = (grid.row, styles.header(), styles.upright());
    let depth = table.columns.iter().map(|column| column.heading.len()).max().unwrap_or(1);
    let (mut heights, mut tallest) = (vec![1; depth], 0.0);
    for level in 0..depth {
        let mut start = 0;
        while start < table.columns.len() {
            let end = group_end(&table.columns, start, level);
            if let Some(text) = table.columns[start].heading.get(level) {
                let is_leaf = level + 1 == table.columns[start].heading.len();
                let bottom = if is_leaf { depth - 1 } else { level };
                let (row, last_row) = (top + level as RowNum, top + bottom as RowNum);
                let (column, last) = (start as ColNum, end as ColNum);
                let is_upright = is_leaf && table.columns[start].turn == Turn::Upright;
                let format = if is_upright { &upright } else { &across };
                if last_row > row || last > column {
                    worksheet.merge_range(row, column, last_row, last, "", format)?;
                }
                worksheet.write_string_with_format(row, column, text, format)?;
                if is_upright {
                    tallest = measure::upright_height(text, grid.points + 1, grid.widths[start]).max(tallest);
                    start = end + 1;
                    continue;
                }
                let lines = measure::lines(text, grid.points + 1, grid.span(column, last) - 1.0);
                // A heading over several levels can use the rows between.
                heights[bottom] = heights[bottom].max(lines.saturating_sub(bottom - level));
            }
            start = end + 1;
        }
    }
    for (level, lines) in heights.into_iter().enumerate() {
        let least = if level + 1 == depth { tallest } else { 0.0 };
        let (row, height) = (grid.row, (measure::height(lines, grid.points) + 3.0).max(least));
        grid.set_height(worksheet, row, height)?;
        grid.row += 1;
    }
    if table.numbering == Numbering::Columns {
        let format = styles.numbering();
        for column in 0..table.columns.len() {
            worksheet.write_string_with_format(grid.row, column as ColNum, format!("({})", column + 1), &format)?;
        }
        grid.row += 1;
    }
    Ok(())
}

/// Last column of the group that shares a heading with `start` down to `level`; a lowest heading is its own group.
fn group_end(columns: &[ColumnPlan], start: usize, level: usize) -> usize {
    let heading = &columns[start].heading;
    if level + 1 >= heading.len() {
        return start;
    }
    let shares =
        |column: &ColumnPlan| column.heading.len() > level + 1 && column.heading[..=level] == heading[..=level];
    start + columns[start + 1..].iter().take_while(|column| shares(column)).count()
}

fn write_row(
    worksheet: &mut Worksheet,
    grid: &mut Grid,
    styles: &mut Styles<'_>,
    table: &TablePlan,
    row: &RowPlan,
) -> Result<(), XlsxError> {
    let at = grid.row;
    grid.row += 1;
    if row.style == RowStyle::Note {
        let text = row.cells.first().map_or_else(String::new, |cell| measure::shown(cell, CellFormat::Text));
        let (last, format) = (last_column(table), styles.cell(row.style, Look::Shown(CellFormat::Text)));
        if last > 0 {
            worksheet.merge_range(at, 0, at, last, "", format)?;
        }
        worksheet.write_string_with_format(at, 0, &text, format)?;
        let lines = measure::lines(&text, grid.points, grid.span(0, last));
        return grid.set_height(worksheet, at, measure::height(lines, grid.points));
    }
    let mut lines = 1;
    for (index, (column, cell)) in table.columns.iter().zip(&row.cells).enumerate() {
        write_cell(worksheet, styles, (at, index as ColNum), row.style, column.kind, cell)?;
        if let Cell::Text(text) = cell
            && column.kind == CellFormat::Text
            && row.style != RowStyle::Section
        {
            lines = lines.max(measure::lines(text, grid.points, grid.widths[index] - measure::INDENT));
        }
    }
    if lines > 1 {
        grid.set_height(worksheet, at, measure::height(lines, grid.points))?;
    }
    Ok(())
}

fn write_cell(
    worksheet: &mut Worksheet,
    styles: &mut Styles<'_>,
    (row, column): (RowNum, ColNum),
    style: RowStyle,
    kind: CellFormat,
    cell: &Cell,
) -> Result<(), XlsxError> {
    let look = match cell {
        Cell::Number(value) => figure(kind, *value),
        Cell::As(kind, value) => figure(*kind, *value),
        Cell::Date(_) => Look::Shown(CellFormat::Date),
        Cell::Rank(_, Tie::Shared) => Look::SharedRank,
        Cell::Absent(_) => Look::Absent,
        Cell::Link { .. } => Look::Link,
        // Words in a column of figures are set like words.
        Cell::Text(_) if !matches!(kind, CellFormat::Text | CellFormat::Label) => Look::Shown(CellFormat::Label),
        _ => Look::Shown(kind),
    };
    let format = styles.cell(style, look);
    match cell {
        Cell::Text(text) | Cell::Absent(text) => {
            worksheet.write_string_with_format(row, column, escaped(text), format)?
        }
        Cell::Int(value) => worksheet.write_number_with_format(row, column, *value as f64, format)?,
        Cell::Number(value) | Cell::As(_, value) => {
            let value = &as_shown(*value, look);
            worksheet.write_number_with_format(row, column, *value, format)?
        }
        Cell::Rank(rank, _) => worksheet.write_number_with_format(row, column, *rank, format)?,
        Cell::Date(day) => worksheet.write_datetime_with_format(row, column, super::date(*day)?, format)?,
        Cell::Link { words, .. } => {
            // Excel doubles a quote in the name of a sheet.
            let target = format!("internal:'{}'!A1", words.replace('\'', "''"));
            worksheet.write_url_with_format(row, column, Url::new(target).set_text(words), format)?
        }
        Cell::Empty => worksheet.write_blank(row, column, format)?,
    };
    Ok(())
}

fn figure(kind: CellFormat, value: f64) -> Look {
    match kind {
        CellFormat::Movement(digits, sense) => Look::Moved(kind, Change::of(value, digits, sense)),
        _ => Look::Shown(kind),
    }
}

/// A change that rounds to nothing is written as none, so that it shows "0" and no arrow with a zero.
fn as_shown(value: f64, look: Look) -> f64 {
    if matches!(look, Look::Moved(_, Change::None)) { 0.0 } else { value }
}

/// Colours and bars compare units only, so sums stay outside.
fn emphasise(worksheet: &mut Worksheet, styles: &Styles<'_>, table: &TablePlan, body: RowNum) -> Result<(), XlsxError> {
    let theme = styles.theme();
    let stretches = stretches(table, body);
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return Ok(()) };
    let mut shared: Option<(ColNum, ColNum)> = None;
    for (index, column) in table.columns.iter().enumerate() {
        let at = index as ColNum;
        if column.emphasis == Emphasis::Share {
            shared = Some((shared.map_or(at, |(from, _)| from), at));
            continue;
        }
        let letter = rust_xlsxwriter::column_number_to_name(at);
        let ranges: Vec<String> =
            stretches.iter().map(|(from, to)| format!("{letter}{}:{letter}{}", from + 1, to + 1)).collect();
        match column.emphasis {
            Emphasis::None | Emphasis::Share => {}
            Emphasis::DataBar => {
                let bar = ConditionalFormatDataBar::new()
                    .set_fill_color(colour(&theme.bar))
                    .set_solid_fill(true)
                    .set_border_off(true)
                    .set_multi_range(ranges.join(" "));
                worksheet.add_conditional_format(first.0, at, last.1, at, &bar)?;
            }
            Emphasis::ColourScale(sense) => {
                let (low, high) = match sense {
                    Sense::MoreIsBetter => (&theme.scale_low, &theme.scale_high),
                    Sense::LessIsBetter => (&theme.scale_high, &theme.scale_low),
                };
                let scale = ConditionalFormat3ColorScale::new()
                    // Half of the way, not the middle unit: where most reach the best, the best is still green.
                    .set_midpoint(ConditionalFormatType::Percent, 50)
                    .set_minimum_color(colour(low))
                    .set_midpoint_color(colour(&theme.scale_middle))
                    .set_maximum_color(colour(high))
                    .set_multi_range(ranges.join(" "));
                worksheet.add_conditional_format(first.0, at, last.1, at, &scale)?;
            }
        }
    }
    shared.map_or(Ok(()), |columns| share_colours(worksheet, styles, columns, &stretches))
}

/// One scale from 0 to 1 over all columns of shares, so that a colour means the same in each.
fn share_colours(
    worksheet: &mut Worksheet,
    styles: &Styles<'_>,
    (from, to): (ColNum, ColNum),
    stretches: &[(RowNum, RowNum)],
) -> Result<(), XlsxError> {
    let theme = styles.theme();
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return Ok(()) };
    let [left, right] = [from, to].map(rust_xlsxwriter::column_number_to_name);
    let ranges: Vec<String> =
        stretches.iter().map(|(top, bottom)| format!("{left}{}:{right}{}", top + 1, bottom + 1)).collect();
    let scale = ConditionalFormat3ColorScale::new()
        .set_minimum(ConditionalFormatType::Number, 0)
        .set_midpoint(ConditionalFormatType::Number, 0.5)
        .set_maximum(ConditionalFormatType::Number, 1)
        .set_minimum_color(colour(&theme.scale_low))
        .set_midpoint_color(colour(&theme.scale_middle))
        .set_maximum_color(colour(&theme.scale_high))
        .set_multi_range(ranges.join(" "));
    worksheet.add_conditional_format(first.0, from, last.1, to, &scale)?;
    Ok(())
}

/// First and last rows of each run of body rows.
fn stretches(table: &TablePlan, body: RowNum) -> Vec<(RowNum, RowNum)> {
    let mut stretches: Vec<(RowNum, RowNum)> = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        if !matches!(row.style, RowStyle::Body | RowStyle::Marked) {
            continue;
        }
        let at = body + index as RowNum;
        match stretches.last_mut() {
            Some(last) if last.1 + 1 == at => last.1 = at,
            _ => stretches.push((at, at)),
        }
    }
    stretches
}
