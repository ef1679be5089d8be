//! Writes the form on which a unit scores itself: locked but for the cells to fill in, which take what the rule allows.

mod items;
mod sums;

use rust_xlsxwriter::{
    ColNum, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    ProtectionOptions, RowNum, Workbook, Worksheet, XlsxError,
};

use super::styles::{Styles, colour};
use super::{date_time, measure, page};
use crate::ReportError;
use crate::form::{ScoringForm, ScoringFormWords};
use crate::period_label;
use crate::plan::Orientation;
use crate::template::Theme;
use cchc_definitions::{Language, Layer};

// The columns, in the order of the sheet.
const CODE: ColNum = 0;
const NAME: ColNum = 1;
const MAX: ColNum = 2;
const RULE: ColNum = 3;
const NEEDED: ColNum = 4;
const SELF: ColNum = 5;
const EVIDENCE: ColNum = 6;
const VERIFIED: ColNum = 7;
const SURVEYED: ColNum = 8;
const REASON: ColNum = 9;
/// The points that a cell may take are listed from here on, in hidden columns of its own row: a list that names cells
/// works whatever decimal mark the reader's country has, one that is written out does not.
const CHOICES: ColNum = 11;

/// Widths of the columns: together a page across at a legible size.
const WIDTHS: [f64; 10] = [7.0, 34.0, 8.0, 34.0, 21.0, 9.0, 25.0, 10.0, 10.0, 17.0];
/// Columns for points, with the layer that they hold.
const POINTS: [(ColNum, Layer); 3] =
    [(SELF, Layer::SelfScored), (VERIFIED, Layer::Verified), (SURVEYED, Layer::Surveyed)];

/// First row of the head, and the row of the headings.
const TITLE: RowNum = 1;
const HEADINGS: RowNum = 7;

/// Writes the workbook. The same form gives the same bytes.
///
/// # Errors
/// The writer refuses, for instance a text longer than a cell can hold.
pub fn render(form: &ScoringForm<'_>, words: &ScoringFormWords, theme: &Theme) -> Result<Vec<u8>, ReportError> {
    let mut workbook = Workbook::new();
    workbook.set_default_format(&Format::new().set_font_name(&theme.font).set_font_size(11), 20, 64)?;
    let title = format!("{} – {}", words.title, form.index.head.name_vi);
    let properties = DocProperties::new().set_title(&title).set_creation_datetime(&date_time(form.created)?);
    workbook.set_properties(&properties);
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(&words.sheet)?;
    page::set_up(worksheet, Orientation::Landscape, &title, theme);
    FormWriter { form, words, theme, styles: Styles::new(theme), sheet: worksheet }.sheet()?;
    Ok(workbook.save_to_buffer()?)
}

struct FormWriter<'a, 's> {
    form: &'a ScoringForm<'a>,
    words: &'a ScoringFormWords,
    theme: &'a Theme,
    styles: Styles<'a>,
    sheet: &'s mut Worksheet,
}

/// How a row of the table looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowLook {
    /// A sum at the top of the tree.
    Area,
    /// A sum below it.
    Group,
    /// What is scored.
    Leaf,
    /// A sum at the foot.
    Total,
}

impl FormWriter<'_, '_> {
    fn sheet(&mut self) -> Result<(), XlsxError> {
        // The sums of an empty form are empty too, for readers that take them as they are kept.
        self.sheet.set_formula_result_default("");
        for (column, width) in WIDTHS.into_iter().enumerate() {
            self.sheet.set_column_width(column as ColNum, width)?;
        }
        self.head()?;
        self.headings()?;
        let items = self.form.index.items.len() as RowNum;
        for item in 0..items as usize {
            self.item(item)?;
        }
        let last = self.totals(HEADINGS + 1 + items)?;
        self.signatures(last + 2)?;
        self.sheet.set_freeze_panes(HEADINGS + 1, MAX)?;
        self.sheet.set_repeat_rows(HEADINGS, HEADINGS)?;
        self.sheet.set_print_area(0, CODE, last + 3, REASON)?;
        let options = ProtectionOptions { format_columns: true, format_rows: true, ..ProtectionOptions::default() };
        self.sheet.protect_with_options(&options);
        Ok(())
    }

    /// What the form is recognised by, title, period, unit, day and what to do.
    fn head(&mut self) -> Result<(), XlsxError> {
        let quiet = self.text().set_font_color(colour(&self.theme.muted)).set_font_size(self.theme.size - 2);
        let entry = self.entry(FormatAlign::Left);
        let [unit, set, period] = self.words.marks(self.form);
        self.sheet.write_string_with_format(0, RULE, set, &quiet)?;
        match self.form.unit {
            Some(_) => self.sheet.write_string_with_format(0, CODE, unit, &quiet)?,
            None => self.sheet.merge_range(0, CODE, 0, MAX, &unit, &entry)?,
        };
        match self.form.period {
            Some(_) => self.sheet.write_string_with_format(0, SELF, period, &quiet)?,
            None => self.sheet.merge_range(0, SELF, 0, EVIDENCE, &period, &entry)?,
        };
        let title = self.styles.heading(1);
        let name = format!("{} – {}", self.words.title, self.form.index.head.name_vi.to_uppercase());
        self.across(TITLE, &name, &title, self.theme.title_size)?;
        let centred = self.text().set_align(FormatAlign::Center);
        if let Some(period) = self.form.period {
            self.across(2, &self.words.period_line(&period_label(period, Language::Vi)), &centred, self.theme.size)?;
        }
        if let Some((_, name)) = self.form.unit {
            let bold = centred.clone().set_bold().set_font_size(self.theme.size + 2);
            self.across(3, &self.words.unit_line(name), &bold, self.theme.size + 2)?;
        }
        let label = self.text().set_align(FormatAlign::Right);
        self.sheet.write_string_with_format(4, NAME, &self.words.day, &label)?;
        let day = self.entry(FormatAlign::Left).set_num_format("dd/mm/yyyy");
        self.sheet.merge_range(4, MAX, 4, RULE, "", &day)?;
        let earliest = ExcelDateTime::from_ymd(2000, 1, 1)?;
        let rule = DataValidation::new().allow_date(DataValidationRule::GreaterThanOrEqualTo(earliest));
        self.sheet.add_data_validation(4, MAX, 4, RULE, &rule.set_error_message(&self.words.day_error)?)?;
        let note = self.text().set_italic().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        self.across(5, &self.words.intro, &note, self.theme.size)
    }

    /// One text over all columns, as high as it needs to be.
    fn across(&mut self, row: RowNum, text: &str, format: &Format, points: u16) -> Result<(), XlsxError> {
        self.sheet.merge_range(row, CODE, row, REASON, text, format)?;
        let lines = measure::lines(text, points, WIDTHS.iter().sum());
        self.sheet.set_row_height(row, measure::height(lines, points))?;
        Ok(())
    }

    fn headings(&mut self) -> Result<(), XlsxError> {
        let format = self.styles.header();
        let columns = &self.words.columns;
        let texts = [
            &columns.code,
            &columns.name,
            &columns.max,
            &columns.rule,
            &columns.needed,
            &columns.self_points,
            &columns.evidence,
            &columns.verified,
            &columns.surveyed,
            &columns.reason,
        ];
        let mut lines = 1;
        for (column, text) in texts.into_iter().enumerate() {
            self.sheet.write_string_with_format(HEADINGS, column as ColNum, text, &format)?;
            // Bold letters are wider.
            lines = lines.max(measure::lines(text, self.theme.size + 1, WIDTHS[column]));
        }
        self.sheet.set_row_height(HEADINGS, measure::height(lines, self.theme.size))?;
        Ok(())
    }

    fn signatures(&mut self, row: RowNum) -> Result<(), XlsxError> {
        let bold = self.text().set_bold().set_align(FormatAlign::Center);
        let signed = self.text().set_italic().set_align(FormatAlign::Center);
        for (column, text) in [(NAME, &self.words.drawn_up), (EVIDENCE, &self.words.head)] {
            self.sheet.write_string_with_format(row, column, text, &bold)?;
            self.sheet.write_string_with_format(row + 1, column, &self.words.signed, &signed)?;
        }
        Ok(())
    }

    fn text(&self) -> Format {
        Format::new().set_font_name(&self.theme.font).set_font_size(self.theme.size)
    }

    fn cell(&self, look: RowLook) -> Format {
        let format = self.text().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        let format = format.set_border(FormatBorder::Thin).set_border_color(colour(&self.theme.grid));
        match look {
            RowLook::Area => format.set_bold().set_background_color(colour(&self.theme.section_fill)),
            RowLook::Group => format.set_bold(),
            RowLook::Leaf => format,
            RowLook::Total => format.set_bold().set_background_color(colour(&self.theme.total_fill)),
        }
    }

    fn centred(&self, look: RowLook) -> Format {
        self.cell(look).set_align(FormatAlign::Center)
    }

    /// A cell that nobody fills in.
    fn closed(&self) -> Format {
        self.cell(RowLook::Leaf).set_background_color(colour(&self.theme.section_fill))
    }

    /// A cell to fill in.
    fn entry(&self, align: FormatAlign) -> Format {
        let format = self.cell(RowLook::Leaf).set_align(align).set_unlocked();
        format.set_background_color(colour(&self.words.entry_fill))
    }
}

/// The row of an item.
const fn row_of(item: usize) -> RowNum {
    HEADINGS + 1 + item as RowNum
}
