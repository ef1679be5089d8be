//! Rows of criteria on the form: the cells to fill in, each with what it takes.

use rust_xlsxwriter::{
    ColNum, DataValidation, DataValidationRule, FormatAlign, Formula, RowNum, XlsxError, column_number_to_name,
};

use super::{CHOICES, CODE, EVIDENCE, FormWriter, MAX, NAME, NEEDED, POINTS, REASON, RULE, RowLook, WIDTHS, row_of};
use crate::form::{Allowed, allowed};
use crate::write::xlsx::measure;
use cchc_definitions::Layer;

impl FormWriter<'_, '_> {
    /// The row of an item: what is scored with its cells to fill in, or a sum of its parts.
    pub(super) fn item(&mut self, at: usize) -> Result<(), XlsxError> {
        let index = self.form.index;
        let (item, depth) = (&index.items[at], index.depth(at));
        let row = row_of(at);
        let look = match (&item.rule, depth) {
            (Some(_), _) => RowLook::Leaf,
            (None, 0) => RowLook::Area,
            (None, _) => RowLook::Group,
        };
        let rule = self.words.rule_text(item, self.form.figures.get(at).copied().flatten());
        let name = self.cell(look).set_indent(1 + depth.min(3) as u8);
        let indented = self.cell(look).set_indent(1);
        self.sheet.write_string_with_format(row, CODE, &item.code, &self.centred(look).set_num_format("@"))?;
        self.sheet.write_string_with_format(row, NAME, &item.name, &name)?;
        self.sheet.write_number_with_format(row, MAX, item.max, &self.centred(look))?;
        self.sheet.write_string_with_format(row, RULE, &rule, &indented)?;
        self.sheet.write_string_with_format(row, NEEDED, &item.evidence, &indented)?;
        if look == RowLook::Leaf {
            self.leaf(at, row)?;
        } else {
            self.sum(at, row, look)?;
        }
        let step = measure::INDENT;
        let steps = 1.0 + depth.min(3) as f64;
        let texts = [
            (&item.code, CODE, 0.0),
            (&item.name, NAME, step * steps),
            (&rule, RULE, step),
            (&item.evidence, NEEDED, step),
        ];
        let points = self.theme.size + u16::from(look != RowLook::Leaf);
        let lines =
            texts.map(|(text, column, taken)| measure::lines(text, points, WIDTHS[usize::from(column)] - taken));
        let lines = lines.into_iter().max().unwrap_or(1);
        self.sheet.set_row_height(row, measure::height(lines, self.theme.size))?;
        Ok(())
    }

    /// Cells to fill in, each with what it takes.
    fn leaf(&mut self, at: usize, row: RowNum) -> Result<(), XlsxError> {
        let index = self.form.index;
        let item = &index.items[at];
        let allowed = allowed(item);
        let choices = self.choices(&allowed, row)?;
        let counts = item.counts.as_ref().unwrap_or(&index.counts);
        for (column, layer) in POINTS {
            if layer == Layer::Surveyed && !counts.contains(&layer) {
                self.sheet.write_blank(row, column, &self.closed())?;
                continue;
            }
            self.sheet.write_blank(row, column, &self.entry(FormatAlign::Center))?;
            let validation = match (&choices, layer) {
                // A survey gives whatever it gives.
                (Some(choices), Layer::SelfScored | Layer::Verified) => {
                    let list = if layer == Layer::Verified { &choices.1 } else { &choices.0 };
                    DataValidation::new().allow_list_formula(Formula::new(list))
                }
                (None, Layer::Verified) => {
                    let cell = format!("{}{}", column_number_to_name(column), row + 1);
                    let words = self.words.not_applicable.replace('"', "\"\"");
                    let max = item.max;
                    let rule = format!("=OR(AND(ISNUMBER({cell}),{cell}>=0,{cell}<={max}),{cell}=\"{words}\")");
                    DataValidation::new().allow_custom(Formula::new(rule))
                }
                _ => DataValidation::new().allow_decimal_number(DataValidationRule::Between(0.0, item.max)),
            };
            let shown = if layer == Layer::Surveyed { &Allowed::UpTo(item.max) } else { &allowed };
            let (title, sentence) = self.words.entry(shown, item.max, layer);
            let validation = validation.set_input_title(&title)?.set_input_message(&sentence)?;
            let validation = validation.set_error_title(&title)?.set_error_message(&sentence)?;
            self.sheet.add_data_validation(row, column, row, column, &validation)?;
        }
        for column in [EVIDENCE, REASON] {
            let format = self.entry(FormatAlign::Left).set_text_wrap();
            self.sheet.write_blank(row, column, &format)?;
        }
        Ok(())
    }

    /// Writes the points to choose from; the cells that hold them, without and with the words for what does not apply.
    fn choices(&mut self, allowed: &Allowed, row: RowNum) -> Result<Option<(String, String)>, XlsxError> {
        let Allowed::OneOf(points) = allowed else { return Ok(None) };
        let mut column = CHOICES;
        for one in points {
            self.sheet.write_number(row, column, *one)?;
            self.sheet.set_column_hidden(column)?;
            column += 1;
        }
        self.sheet.write_string(row, column, &self.words.not_applicable)?;
        self.sheet.set_column_hidden(column)?;
        let cells = |last: ColNum| {
            let name = |column: ColNum| column_number_to_name(column);
            format!("=${}${row}:${}${row}", name(CHOICES), name(last), row = row + 1)
        };
        Ok(Some((cells(column - 1), cells(column))))
    }
}
