//! Writes a corrected file to fill in: the unit's own columns, what is wrong with each row in front, its address behind.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use rust_xlsxwriter::{ColNum, DocProperties, Format, FormatAlign, RowNum, Workbook, Worksheet, XlsxError};

use super::styles::{Styles, colour};
use super::{date_time, measure, names};
use crate::ReportError;
use crate::returned::ReturnWords;
use crate::template::Theme;
use cchc_definitions::CorrectedHeadings;
use cchc_normalise::cell_text;
use cchc_read::Cell;

/// Headings lower than this are not frozen: they would fill the window.
const LOWEST_FROZEN: RowNum = 15;
/// Columns in front of the unit's own.
const FRONT: usize = 2;
/// Width of the columns in front.
const WORDS_WIDTH: f64 = 38.0;
/// Narrowest and widest of the unit's own columns.
const OWN_WIDTH: (f64, f64) = (9.0, 36.0);
/// Fill of a cell to correct.
const TO_CORRECT: &str = "#fff59d";

/// One sheet to correct.
#[derive(Debug)]
pub struct CorrectionSheet {
    /// Its name in the original, empty where the container has none.
    pub name: String,
    /// Day of export of the original, if known.
    pub exported_at: Option<NaiveDate>,
    /// The original's rows above its body; the last is the lowest heading row.
    pub head: Vec<Vec<Cell<'static>>>,
    /// The rows.
    pub rows: Vec<CorrectionRow>,
}

/// One row to correct.
#[derive(Debug, Default)]
pub struct CorrectionRow {
    /// What is wrong; empty in a row that only belongs to others.
    pub wrong: String,
    /// What to do.
    pub to_do: String,
    /// The row as in the original.
    pub cells: Vec<Cell<'static>>,
    /// The cell to blame.
    pub marked: Option<usize>,
    /// File, sheet and row of the original.
    pub origin: [String; 3],
}

/// Writes the workbook. It holds personal cells if the original does.
pub fn render(
    sheets: &[CorrectionSheet],
    ours: &CorrectedHeadings,
    words: &ReturnWords,
    theme: &Theme,
    created: NaiveDateTime,
) -> Result<Vec<u8>, ReportError> {
    let mut workbook = Workbook::new();
    workbook.set_default_format(&Format::new().set_font_name(&theme.font).set_font_size(11), 20, 64)?;
    let properties = DocProperties::new().set_title(&words.correction_title);
    workbook.set_properties(&properties.set_creation_datetime(&date_time(created)?));
    let named = |sheet: &CorrectionSheet| {
        if sheet.name.is_empty() { words.correction_sheet.clone() } else { sheet.name.clone() }
    };
    let own: Vec<String> = sheets.iter().map(named).collect();
    for (sheet, name) in sheets.iter().zip(names::unique(own.iter().map(String::as_str))) {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(name)?;
        CorrectionWriter { ours, theme, styles: Styles::new(theme), formats: HashMap::new() }
            .sheet(worksheet, sheet, words)?;
    }
    Ok(workbook.save_to_buffer()?)
}

struct CorrectionWriter<'a> {
    /// Headings of the columns that are not the unit's.
    ours: &'a CorrectedHeadings,
    theme: &'a Theme,
    styles: Styles<'a>,
    formats: HashMap<(&'static str, bool), Format>,
}

impl CorrectionWriter<'_> {
    fn sheet(
        &mut self,
        worksheet: &mut Worksheet,
        sheet: &CorrectionSheet,
        words: &ReturnWords,
    ) -> Result<(), XlsxError> {
        worksheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        let width = sheet.rows.iter().map(|row| row.cells.len()).chain(sheet.head.iter().map(Vec::len)).max();
        let width = width.unwrap_or(0);
        let mut at = self.above(worksheet, sheet, words)?;
        at = self.head(worksheet, sheet, at, width)?;
        let body = at;
        for row in &sheet.rows {
            self.row(worksheet, at, row, width)?;
            at += 1;
        }
        self.widths(worksheet, sheet, width)?;
        if body <= LOWEST_FROZEN {
            worksheet.set_freeze_panes(body, FRONT as ColNum)?;
        }
        worksheet.set_repeat_rows(body - 1, body - 1)?;
        let last = (FRONT + width + self.ours.origin.len() - 1) as ColNum;
        worksheet.autofilter(body - 1, 0, (at - 1).max(body - 1), last)?;
        Ok(())
    }

    /// Title, day of export and what to do; the day comes first, so that no other text is taken for it.
    fn above(
        &mut self,
        worksheet: &mut Worksheet,
        sheet: &CorrectionSheet,
        words: &ReturnWords,
    ) -> Result<RowNum, XlsxError> {
        let title = Format::new()
            .set_font_name(&self.theme.font)
            .set_bold()
            .set_font_size(14)
            .set_font_color(colour(&self.theme.accent));
        let mut at = 0;
        worksheet.write_string_with_format(at, 0, &words.correction_title, &title)?;
        at += 1;
        let plain =
            Format::new().set_font_name(&self.theme.font).set_font_color(colour(&self.theme.muted)).set_italic();
        if let Some(day) = sheet.exported_at {
            worksheet.write_string_with_format(at, 0, words.date_line(day), &plain)?;
            at += 1;
        }
        worksheet.write_string_with_format(at, 0, &words.correction_intro, &plain)?;
        Ok(at + 2)
    }

    /// The original's head as it is, our headings in its lowest row.
    fn head(
        &mut self,
        worksheet: &mut Worksheet,
        sheet: &CorrectionSheet,
        mut at: RowNum,
        width: usize,
    ) -> Result<RowNum, XlsxError> {
        let header = self.styles.header();
        let plain = Format::new().set_font_name(&self.theme.font).set_font_size(self.theme.size);
        let Some((headings, above)) = sheet.head.split_last() else { return Ok(at) };
        for cells in above {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| **cell != Cell::Empty) {
                let place = (FRONT + column) as ColNum;
                worksheet.write_string_with_format(at, place, cell_text(cell, '.'), &plain)?;
            }
            at += 1;
        }
        for column in 0..width {
            let text = headings.get(column).map(|cell| cell_text(cell, '.')).unwrap_or_default();
            let place = (FRONT + column) as ColNum;
            if text.is_empty() {
                worksheet.write_blank(at, place, &header)?;
            } else {
                worksheet.write_string_with_format(at, place, text, &header)?;
            }
        }
        let ours = [&self.ours.wrong, &self.ours.to_do].into_iter().enumerate();
        let behind = self.ours.origin.iter().enumerate().map(|(place, heading)| (FRONT + width + place, heading));
        for (place, heading) in ours.chain(behind) {
            worksheet.write_string_with_format(at, place as ColNum, heading, &header)?;
        }
        worksheet.set_row_height(at, 33.0)?;
        Ok(at + 1)
    }

    fn row(
        &mut self,
        worksheet: &mut Worksheet,
        at: RowNum,
        row: &CorrectionRow,
        width: usize,
    ) -> Result<(), XlsxError> {
        let words = self.format("", false).clone();
        let ink = words.clone().set_font_color(colour(&self.theme.bad));
        worksheet.write_string_with_format(at, 0, &row.wrong, &ink)?;
        worksheet.write_string_with_format(at, 1, &row.to_do, &words)?;
        for column in 0..width {
            let cell = row.cells.get(column).unwrap_or(&Cell::Empty);
            self.cell(worksheet, at, (FRONT + column) as ColNum, cell, row.marked == Some(column))?;
        }
        let quiet = self.format("@", false).clone().set_font_color(colour(&self.theme.muted));
        for (place, text) in row.origin.iter().enumerate() {
            worksheet.write_string_with_format(at, (FRONT + width + place) as ColNum, text, &quiet)?;
        }
        let points = self.theme.size;
        let own = row.cells.iter().map(|cell| measure::lines(&cell_text(cell, '.'), points, OWN_WIDTH.1));
        let ours = [&row.wrong, &row.to_do].map(|text| measure::lines(text, points, WORDS_WIDTH));
        let lines = own.chain(ours).max().unwrap_or(1);
        worksheet.set_row_height(at, measure::height(lines, points))?;
        Ok(())
    }

    fn cell(
        &mut self,
        worksheet: &mut Worksheet,
        row: RowNum,
        column: ColNum,
        cell: &Cell<'_>,
        is_marked: bool,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Empty => worksheet.write_blank(row, column, self.format("", is_marked))?,
            Cell::Text(text) | Cell::Error(text) => {
                worksheet.write_string_with_format(row, column, text.as_ref(), self.format("@", is_marked))?
            }
            Cell::Number(number) => {
                worksheet.write_number_with_format(row, column, *number, self.format("", is_marked))?
            }
            Cell::Bool(truth) => {
                worksheet.write_boolean_with_format(row, column, *truth, self.format("", is_marked))?
            }
            Cell::DateTime(text) => match moment(text) {
                Some(time) => {
                    let shown = if time.time() == NaiveTime::MIN {
                        "dd/mm/yyyy"
                    } else if time.second() == 0 {
                        "dd/mm/yyyy hh:mm"
                    } else {
                        "dd/mm/yyyy hh:mm:ss"
                    };
                    let format = self.format(shown, is_marked);
                    worksheet.write_datetime_with_format(row, column, date_time(time)?, format)?
                }
                None => worksheet.write_string_with_format(row, column, text.as_ref(), self.format("@", is_marked))?,
            },
        };
        Ok(())
    }

    fn format(&mut self, number: &'static str, is_marked: bool) -> &Format {
        let theme = self.theme;
        self.formats.entry((number, is_marked)).or_insert_with(|| {
            let format = Format::new()
                .set_font_name(&theme.font)
                .set_font_size(theme.size)
                .set_align(FormatAlign::Top)
                .set_text_wrap()
                .set_border(rust_xlsxwriter::FormatBorder::Thin)
                .set_border_color(colour(&theme.grid));
            let format = if number.is_empty() { format } else { format.set_num_format(number) };
            if is_marked { format.set_background_color(colour(TO_CORRECT)).set_bold() } else { format }
        })
    }

    fn widths(&self, worksheet: &mut Worksheet, sheet: &CorrectionSheet, width: usize) -> Result<(), XlsxError> {
        let points = self.theme.size;
        for column in 0..FRONT {
            worksheet.set_column_width(column as ColNum, WORDS_WIDTH)?;
        }
        for column in 0..width {
            let cells = sheet.rows.iter().filter_map(|row| row.cells.get(column));
            let widest = cells.map(|cell| measure::width(&cell_text(cell, '.'), points)).fold(0.0, f64::max);
            let heading = sheet.head.last().and_then(|row| row.get(column)).into_iter();
            // A heading may take two lines.
            let heading =
                heading.map(|cell| measure::width(&cell_text(cell, '.'), points) / 1.8 + 2.0).fold(0.0, f64::max);
            let fitted = measure::column(widest.max(heading)).clamp(OWN_WIDTH.0, OWN_WIDTH.1);
            worksheet.set_column_width((FRONT + column) as ColNum, fitted)?;
        }
        for (place, wide) in [30.0, 12.0, 9.0].into_iter().enumerate() {
            worksheet.set_column_width((FRONT + width + place) as ColNum, wide)?;
        }
        Ok(())
    }
}

fn moment(text: &str) -> Option<NaiveDateTime> {
    // Excel knows no day before 1900; such a cell stays the text that it is.
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok()?;
    (time.date() >= NaiveDate::from_ymd_opt(1900, 3, 1)?).then_some(time)
}
