//! Writes headings, paragraphs, facts and letterheads across the grid.

use rust_xlsxwriter::{ColNum, Format, FormatAlign, RowNum, Worksheet, XlsxError};

use super::grid::Grid;
use super::measure;
use super::styles::Styles;
use crate::plan::Tone;

pub fn heading(
    worksheet: &mut Worksheet,
    grid: &mut Grid,
    styles: &mut Styles<'_>,
    level: u8,
    text: &str,
) -> Result<(), XlsxError> {
    let row = grid.begin();
    if level > 1 {
        grid.part_rows.push(row);
    }
    let size = if level == 1 { styles.theme().title_size } else { grid.points + 2 };
    let format = styles.heading(level);
    let last = grid.text_column();
    let lines = if level == 1 { measure::lines(text, size + 1, grid.span(0, last)) } else { 1 };
    across(worksheet, row, (0, last), text, &format)?;
    let room_above = if level == 1 { 4.0 } else { 10.0 };
    grid.set_height(worksheet, row, measure::height(lines, size) + room_above)?;
    grid.row += 1;
    Ok(())
}

pub fn paragraph(
    worksheet: &mut Worksheet,
    grid: &mut Grid,
    styles: &mut Styles<'_>,
    tone: Tone,
    text: &str,
) -> Result<(), XlsxError> {
    let row = grid.begin();
    let last = grid.text_column();
    let lines = measure::lines(text, grid.points, grid.span(0, last));
    across(worksheet, row, (0, last), text, &styles.paragraph(tone))?;
    let room = if tone == Tone::Subtitle { 5.0 } else { 0.0 };
    grid.set_height(worksheet, row, measure::height(lines, grid.points) + room)?;
    grid.row += 1;
    Ok(())
}

pub fn facts(
    worksheet: &mut Worksheet,
    grid: &mut Grid,
    styles: &mut Styles<'_>,
    facts: &[(String, String)],
) -> Result<(), XlsxError> {
    grid.begin();
    let (name_format, value_format) = styles.fact();
    let longest = facts.iter().map(|(name, _)| measure::width(name, grid.points)).fold(0.0, f64::max);
    let last = grid.last_column();
    // A name may wrap once rather than take another column.
    let split = split_after(grid, (measure::column(longest) * 0.7).min(grid.total_width() / 2.0));
    for (name, value) in facts {
        let row = grid.row;
        across(worksheet, row, (0, split), name, &name_format)?;
        let lines = if split < last {
            across(worksheet, row, (split + 1, last), value, &value_format)?;
            measure::lines(value, grid.points, grid.span(split + 1, last))
        } else {
            1
        };
        let name_lines = measure::lines(name, grid.points, grid.span(0, split));
        grid.set_height(worksheet, row, measure::height(lines.max(name_lines), grid.points))?;
        grid.row += 1;
    }
    Ok(())
}

/// Three columns of lines; the middle one takes about half the width.
pub fn letterhead(
    worksheet: &mut Worksheet,
    grid: &mut Grid,
    styles: &mut Styles<'_>,
    parts: [&Vec<String>; 3],
) -> Result<(), XlsxError> {
    grid.begin();
    let last = grid.last_column();
    let total = grid.total_width();
    let left = split_after(grid, total * 0.24).min(last.saturating_sub(2));
    let centre = split_after(grid, total * 0.68).clamp(left + 1, last.saturating_sub(1).max(left + 1));
    let spans = [(0, left), (left + 1, centre), (centre + 1, last)];
    let aligns = [FormatAlign::Left, FormatAlign::Center, FormatAlign::Left];
    for index in 0..parts.iter().map(|lines| lines.len()).max().unwrap_or(0) {
        let (row, mut height) = (grid.row, 1);
        for ((lines, span), align) in parts.iter().zip(spans).zip(aligns) {
            if let Some(text) = lines.get(index).filter(|_| span.0 <= span.1) {
                across(worksheet, row, span, text, &styles.letterhead(align, text))?;
                height = height.max(measure::lines(text, grid.points + 1, grid.span(span.0, span.1)));
            }
        }
        grid.set_height(worksheet, row, measure::height(height, grid.points + 2))?;
        grid.row += 1;
    }
    Ok(())
}

/// The column after which neighbouring columns from the left are at least so wide.
fn split_after(grid: &Grid, wanted: f64) -> ColNum {
    let mut sum = 0.0;
    let split = grid.widths.iter().position(|width| {
        sum += width;
        sum >= wanted
    });
    split.map_or(grid.last_column(), |split| split as ColNum)
}

fn across(
    worksheet: &mut Worksheet,
    row: RowNum,
    (first, last): (ColNum, ColNum),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if first < last {
        worksheet.merge_range(row, first, row, last, "", format)?;
    }
    // Always as a string: a merged range would read a leading "=" no differently, but say so once.
    worksheet.write_string_with_format(row, first, text, format)?;
    Ok(())
}
