//! The paper: A4, one page wide, margins, and a footer with title and page number.

use rust_xlsxwriter::{RowNum, Worksheet, XlsxError};

use super::grid::Grid;
use super::measure::{PRINTABLE, SMALLEST};
use crate::plan::Orientation;
use crate::template::Theme;
use cchc_definitions::fill;

/// Number by which Excel knows A4.
const A4: u8 = 9;
/// Excel refuses a longer footer.
const LONGEST_FOOTER: usize = 200;
/// How much longer than a page a sheet may be and still be printed on one, somewhat smaller.
const SQUEEZE: f64 = 1.45;

pub fn set_up(worksheet: &mut Worksheet, orientation: Orientation, title: &str, theme: &Theme) {
    match orientation {
        Orientation::Portrait => worksheet.set_portrait(),
        Orientation::Landscape => worksheet.set_landscape(),
    };
    worksheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_screen_gridlines(false);
    // Inches: 15 mm at the sides, 15 above and 18 below, so that the footer has room.
    worksheet.set_margins(0.59, 0.59, 0.59, 0.71, 0.3, 0.3);
    worksheet.set_print_center_horizontally(true);
    let title: String = title.chars().take(LONGEST_FOOTER).collect();
    // What Excel calls the number of a page and how many there are.
    let page = fill(&theme.page, &[("page", "&P"), ("pages", "&N")]);
    worksheet.set_footer(format!("&L&8{}&R&8{}", title.replace('&', "&&"), page));
}

/// Once the contents are known: a sheet a little longer than a page is printed on one, and a sheet of charts
/// or of several tables breaks between them.
pub fn finish(worksheet: &mut Worksheet, grid: &Grid, orientation: Orientation) -> Result<(), XlsxError> {
    let (width, height) = match orientation {
        Orientation::Landscape => PRINTABLE,
        Orientation::Portrait => (PRINTABLE.1, PRINTABLE.0),
    };
    let scale = (width / grid.content_width().max(1.0)).min(1.0);
    if !grid.page_columns.is_empty() {
        return across_pages(worksheet, grid);
    }
    let scale = if grid.tables == 0 { scale.min(height / tallest(grid)).max(SMALLEST) } else { scale };
    let page = height / scale;
    let whole = grid.height_between(0, grid.end());
    let starts = if grid.tables == 0 { &grid.chart_rows } else { &grid.part_rows };
    if grid.tables == 1 || starts.is_empty() || (grid.tables > 1 && whole <= page * SQUEEZE) {
        if whole > page && whole <= page * SQUEEZE {
            worksheet.set_print_fit_to_pages(1, 1);
        }
        return Ok(());
    }
    // Excel heeds breaks only at a fixed scale; other programs make columns a tenth wider.
    let percent = (scale * 88.0).floor().clamp(10.0, 100.0);
    let breaks_at = |percent: f64| breaks(grid, starts, height / (percent / 100.0));
    // Somewhat smaller, if that saves a page.
    let smaller = (0..=12).map(|step| percent - f64::from(step)).filter(|percent| *percent >= 10.0);
    let percent = smaller.min_by_key(|percent| breaks_at(*percent).len()).unwrap_or(percent);
    worksheet.set_print_scale(percent as u16);
    let breaks = breaks_at(percent);
    if !breaks.is_empty() {
        worksheet.set_page_breaks(&breaks)?;
    }
    Ok(())
}

/// A table too wide for one page runs over several beside each other, each with the names of its rows.
fn across_pages(worksheet: &mut Worksheet, grid: &Grid) -> Result<(), XlsxError> {
    let ends = grid.page_columns.iter().copied().chain([grid.last_column() + 1]);
    let mut from = 0;
    let mut widest: f64 = 0.0;
    for end in ends {
        let names = if from == 0 { 0.0 } else { grid.names_width() };
        widest = widest.max(grid.width_between(from, end) + names);
        from = end;
    }
    // Other programs make columns a tenth wider.
    let percent = (PRINTABLE.0 / widest * 90.0).floor().clamp(10.0, 100.0);
    worksheet.set_print_scale(percent as u16).set_repeat_columns(0, grid.name_columns - 1)?;
    let columns: Vec<u32> = grid.page_columns.iter().map(|column| u32::from(*column)).collect();
    worksheet.set_vertical_page_breaks(&columns)?;
    Ok(())
}

/// Height in pixels of the tallest part of a sheet of charts, with the title above the first.
fn tallest(grid: &Grid) -> f64 {
    let starts = std::iter::once(0).chain(grid.chart_rows.iter().copied().skip(1));
    let ends = grid.chart_rows.iter().copied().skip(1).chain([grid.end()]);
    starts.zip(ends).map(|(from, to)| grid.height_between(from, to)).fold(1.0, f64::max)
}

/// Rows at which pages begin, none of them inside a part; a title does not stay behind alone.
fn breaks(grid: &Grid, starts: &[RowNum], page: f64) -> Vec<RowNum> {
    let (mut start, mut breaks) = (0, Vec::new());
    for (index, row) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or_else(|| grid.end());
        let is_title = index == 0 && grid.height_between(start, *row) < page / 8.0;
        if *row > start && !is_title && grid.height_between(start, end) > page {
            breaks.push(*row);
            start = *row;
        }
    }
    breaks
}
