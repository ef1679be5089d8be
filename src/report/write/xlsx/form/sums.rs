//! Sums on the form: of the parts of a criterion, and at its foot.

use rust_xlsxwriter::{ColNum, Formula, RowNum, XlsxError, column_number_to_name};

use super::{CODE, EVIDENCE, FormWriter, MAX, NAME, NEEDED, POINTS, REASON, RULE, RowLook, WIDTHS, row_of};
use crate::write::xlsx::measure;
use cchc_definitions::Role;

impl FormWriter<'_, '_> {
    /// The sum of the parts, empty as long as they all are.
    pub(super) fn sum(&mut self, at: usize, row: RowNum, look: RowLook) -> Result<(), XlsxError> {
        let items = self.form.index.items.iter().enumerate();
        let parts: Vec<RowNum> =
            items.filter(|(_, item)| item.parent == Some(at)).map(|(part, _)| row_of(part)).collect();
        for (column, _) in POINTS {
            self.sum_of(row, column, &parts, look)?;
        }
        for column in [EVIDENCE, REASON] {
            self.sheet.write_blank(row, column, &self.cell(look))?;
        }
        Ok(())
    }

    fn sum_of(&mut self, row: RowNum, column: ColNum, parts: &[RowNum], look: RowLook) -> Result<(), XlsxError> {
        let cells = ranges(column, parts);
        let formula = Formula::new(format!("=IF(COUNT({cells})=0,\"\",SUM({cells}))"));
        self.sheet.write_formula_with_format(row, column, formula, &self.centred(look))?;
        Ok(())
    }

    /// Sums at the foot: the areas, then the items outside them; the row of the last.
    pub(super) fn totals(&mut self, mut row: RowNum) -> Result<RowNum, XlsxError> {
        let index = self.form.index;
        let roots = |role: Role| -> Vec<RowNum> {
            let items = index.items.iter().enumerate();
            items.filter(|(_, item)| item.parent.is_none() && item.role == role).map(|(at, _)| row_of(at)).collect()
        };
        let total = row;
        self.total_row(row, &self.words.total.clone(), Some(index.max))?;
        for (column, _) in POINTS {
            self.sum_of(row, column, &roots(Role::Points), RowLook::Total)?;
        }
        let caps = [(Role::Bonus, index.bonus_cap, "+"), (Role::Deduction, index.deduction_cap, "-")];
        let mut more: Vec<(&str, RowNum)> = Vec::new();
        for (role, cap, sign) in caps {
            let (Some(cap), parts) = (cap, roots(role)) else { continue };
            if parts.is_empty() {
                continue;
            }
            row += 1;
            let line = if role == Role::Bonus { self.words.bonus_line(cap) } else { self.words.deduction_line(cap) };
            self.total_row(row, &line, None)?;
            for (column, _) in POINTS {
                let cells = ranges(column, &parts);
                let formula = format!("=IF(COUNT({cells})=0,\"\",MIN({cap},SUM({cells})))");
                let format = self.centred(RowLook::Total);
                self.sheet.write_formula_with_format(row, column, Formula::new(formula), &format)?;
            }
            more.push((sign, row));
        }
        if !more.is_empty() {
            row += 1;
            self.total_row(row, &self.words.last.clone(), None)?;
            for (column, _) in POINTS {
                let cell = |row: RowNum| format!("{}{}", column_number_to_name(column), row + 1);
                let terms: Vec<String> = more.iter().map(|(sign, row)| format!("{sign}N({})", cell(*row))).collect();
                let terms = terms.concat();
                let formula = format!("=IF({0}=\"\",\"\",MAX(0,{0}{terms}))", cell(total));
                let format = self.centred(RowLook::Total);
                self.sheet.write_formula_with_format(row, column, Formula::new(formula), &format)?;
            }
        }
        Ok(row)
    }

    fn total_row(&mut self, row: RowNum, text: &str, max: Option<f64>) -> Result<(), XlsxError> {
        let format = self.cell(RowLook::Total);
        for column in [CODE, MAX, RULE, NEEDED, EVIDENCE, REASON] {
            self.sheet.write_blank(row, column, &format)?;
        }
        self.sheet.write_string_with_format(row, NAME, text, &format.clone().set_indent(1))?;
        if let Some(max) = max {
            self.sheet.write_number_with_format(row, MAX, max, &self.centred(RowLook::Total))?;
        }
        let lines = measure::lines(text, self.theme.size + 1, WIDTHS[usize::from(NAME)] - measure::INDENT);
        self.sheet.set_row_height(row, measure::height(lines, self.theme.size))?;
        Ok(())
    }
}

/// The cells of some rows in a column, neighbours as one range: `F9:F12,F14`.
fn ranges(column: ColNum, rows: &[RowNum]) -> String {
    let name = column_number_to_name(column);
    let mut spans: Vec<(RowNum, RowNum)> = Vec::new();
    for row in rows {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => spans.push((*row, *row)),
        }
    }
    let cell = |row: RowNum| format!("{name}{}", row + 1);
    let span = |(first, last): &(RowNum, RowNum)| {
        if first == last { cell(*first) } else { format!("{}:{}", cell(*first), cell(*last)) }
    };
    spans.iter().map(span).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn neighbours_become_one_range() {
        assert_eq!(ranges(5, &[8, 9, 10, 12]), "F9:F11,F13");
        assert_eq!(ranges(5, &[8]), "F9");
    }
}
