//! Writes a plan as an Excel workbook: one worksheet a sheet, ready to print on A4.

mod chart;
mod correction;
mod form;
mod grid;
mod links;
mod measure;
mod names;
mod page;
mod styles;
mod table;
mod text;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::ReportError;
use crate::plan::{Block, Book, ChartPosition, Sheet};
use crate::template::Theme;

pub use correction::{CorrectionRow, CorrectionSheet, render as render_correction};
pub use form::render as render_form;

use chart::DataSheet;
use grid::Grid;
use styles::Styles;

/// Writes the workbook. The same book and theme give the same bytes.
pub fn render(book: &Book, theme: &Theme) -> Result<Vec<u8>, ReportError> {
    let mut workbook = Workbook::new();
    // Columns are measured in digits of the default face, so it must be the one that is used.
    workbook.set_default_format(&Format::new().set_font_name(&theme.font).set_font_size(11), 20, 64)?;
    workbook.set_properties(&properties(book)?);
    let names = names::unique(book.sheets.iter().map(|sheet| sheet.name.as_str()).chain([theme.data_sheet.as_str()]));
    let data = DataSheet::new(names.last().map_or("", |n| n));
    let mut writer = WorkbookWriter { styles: Styles::new(theme), theme, data, names: &names };
    for (sheet, name) in book.sheets.iter().zip(&names) {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(name)?;
        page::set_up(worksheet, sheet.orientation, &book.title, theme);
        writer.sheet(worksheet, sheet)?;
    }
    if !writer.data.is_empty() {
        writer.data.write(workbook.add_worksheet())?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// What is shared by all sheets.
struct WorkbookWriter<'a> {
    styles: Styles<'a>,
    theme: &'a Theme,
    data: DataSheet,
    /// Names of the sheets as they are written.
    names: &'a [String],
}

impl WorkbookWriter<'_> {
    fn sheet(&mut self, worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
        let mut grid = Grid::new(&sheet.blocks, self.theme.size);
        grid.set_widths(worksheet)?;
        for block in &sheet.blocks {
            match block {
                Block::Letterhead { left, centre, right } => {
                    text::letterhead(worksheet, &mut grid, &mut self.styles, [left, centre, right])?;
                }
                Block::Heading { level, text } => {
                    text::heading(worksheet, &mut grid, &mut self.styles, *level, text)?;
                }
                Block::Paragraph { tone, text } => {
                    text::paragraph(worksheet, &mut grid, &mut self.styles, *tone, text)?;
                }
                Block::Facts(facts) => text::facts(worksheet, &mut grid, &mut self.styles, facts)?,
                Block::Table(table) => {
                    let table = links::named(table, self.names);
                    table::write(worksheet, &mut grid, &mut self.styles, &table)?;
                }
                Block::Chart(chart) => {
                    let native = self.data.chart(chart, self.theme);
                    let (width, height) = chart::size(chart);
                    let place = match chart.place {
                        ChartPosition::Beside => grid.beside(width, height),
                        ChartPosition::Below => grid.below(width, height),
                    };
                    worksheet.insert_chart_with_offset(place.row, 0, &native, place.x, 4)?;
                }
            }
        }
        page::finish(worksheet, &grid, sheet.orientation)
    }
}

fn properties(book: &Book) -> Result<DocProperties, XlsxError> {
    let properties = DocProperties::new().set_title(&book.title).set_subject(&book.subject).set_author(&book.author);
    Ok(properties.set_creation_datetime(&date_time(book.created)?))
}

fn date(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(0), day.month() as u8, day.day() as u8)
}

fn date_time(time: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    date(time.date())?.and_hms(time.hour() as u16, time.minute() as u8, time.second())
}

#[cfg(test)]
mod tests;
