//! Reads the codes that identify rows, and tells those that a spreadsheet has mangled: floats, dates, lost zeros.

use super::columns::{CellFault, Normaliser};
use super::raw::{RawBatch, TextColumn};
use super::text::{clean, is_error};
use cchc_model::{Finding, Level};

/// Codes of more digits than this are not looked at.
const LONGEST: usize = 24;

/// What the codes of digits alone look like: where some begin with 0 and all of those are equally long, a shorter one
/// has lost a zero.
#[derive(Debug, Clone, Default)]
pub(super) struct Digits {
    /// By number of digits: how many codes, the first row, whether one begins with 0.
    lengths: [(u64, u32, bool); LONGEST + 1],
}

impl Digits {
    fn see(&mut self, code: &str, row: u32) {
        let Some((count, first, padded)) = self.lengths.get_mut(code.len()) else { return };
        if *count == 0 {
            *first = row;
        }
        *count += 1;
        *padded |= code.starts_with('0');
    }

    /// How many codes are too short, the first row of one, and how long the others are.
    pub(super) fn shortened(&self) -> Option<(u64, u32, usize)> {
        let mut padded = (0..=LONGEST).filter(|length| self.lengths[*length].2);
        let width = padded.next().filter(|_| padded.next().is_none())?;
        if self.lengths[width + 1..].iter().any(|(count, ..)| *count > 0) {
            return None;
        }
        let short = self.lengths[..width].iter().filter(|(count, ..)| *count > 0);
        let (count, row) = short.fold((0, u32::MAX), |(all, row), (count, first, _)| (all + count, row.min(*first)));
        (count > 0).then_some((count, row, width))
    }
}

/// A code that is not simply taken as it stands.
enum Odd<'a> {
    /// `3.8E+10`: the digits are lost.
    Float,
    /// `123.0`: a number that was a code.
    Whole(&'a str),
    /// `="0123"`, which keeps its zeros in a spreadsheet.
    Quoted(&'a str),
    /// Digits alone.
    Digits,
    /// `#N/A`.
    Error,
}

impl Normaliser<'_> {
    /// A warning if codes have lost a leading zero.
    pub(super) fn shortened_codes(&self) -> Option<Finding> {
        let (count, row, width) = self.digits.shortened()?;
        let key = self.source.columns.iter().position(|column| column.name == self.source.table.key)?;
        let finding = Finding::new(Level::Warning, "short_code", self.file).at(&self.sheet, row);
        Some(finding.column(&self.headings[key]).hint(width.to_string()).count(count))
    }

    /// The cleaned codes of a key column.
    pub(super) fn codes(
        &mut self,
        at: usize,
        texts: &TextColumn,
        raw: &RawBatch,
        faults: &mut Vec<CellFault>,
    ) -> TextColumn {
        let mut keys = TextColumn::default();
        for (row, text) in texts.iter().enumerate() {
            let code = clean(text);
            match odd(&code) {
                None => keys.push(&code),
                Some(Odd::Quoted(inner)) => keys.push(inner),
                Some(Odd::Digits) => {
                    self.digits.see(&code, raw.rows[row]);
                    keys.push(&code);
                }
                Some(Odd::Whole(digits)) => {
                    self.warn_of("float_code", at, raw, row, &format!("{code} → {digits}"));
                    keys.push(digits);
                }
                Some(Odd::Float) => {
                    let value = code.clone().into_owned();
                    faults.push(CellFault { row, rule: "mangled_code", column: at, value, hint: String::new() });
                    keys.push(&code);
                }
                Some(Odd::Error) => {
                    self.warn_of("error_cell", at, raw, row, &code);
                    keys.push("");
                }
            }
        }
        keys
    }
}

/// Most codes are told by their first byte, without reading on.
fn odd(code: &str) -> Option<Odd<'_>> {
    match code.as_bytes().first()? {
        b'0'..=b'9' => {}
        b'=' => return code.strip_prefix("=\"")?.strip_suffix('"').map(Odd::Quoted),
        b'#' => return is_error(code).then_some(Odd::Error),
        _ => return None,
    }
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    match &code[digits..] {
        "" => Some(Odd::Digits),
        ".0" | ",0" => Some(Odd::Whole(&code[..digits])),
        rest => is_exponent(rest).then_some(Odd::Float),
    }
}

/// What follows the first digits of `3.8E+10`, `3,80E+10`, `4E+10`.
fn is_exponent(rest: &str) -> bool {
    let Some((fraction, exponent)) = rest.split_once(['E', 'e']) else { return false };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_fraction = fraction.is_empty() || fraction.strip_prefix(['.', ',']).is_some_and(is_digits);
    is_fraction && exponent.strip_prefix('+').is_some_and(is_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(codes: &[&str]) -> Option<(u64, u32, usize)> {
        let mut digits = Digits::default();
        (2..).zip(codes).for_each(|(row, code)| digits.see(code, row));
        digits.shortened()
    }

    #[test]
    fn a_zero_is_lost_where_others_of_one_length_have_theirs() {
        assert_eq!(shortened(&["000123", "123456", "4567", "98765"]), Some((2, 4, 6)));
        assert_eq!(shortened(&["000123", "123456"]), None);
        assert_eq!(shortened(&["1", "22", "333"]), None, "numbers without padding have any length");
        assert_eq!(shortened(&["0123", "12345", "99"]), None, "longer codes say that the length is not fixed");
        assert_eq!(shortened(&["0123", "01234", "99"]), None);
    }

    #[test]
    fn codes_are_taken_as_they_stand_unless_a_spreadsheet_made_them() {
        for (code, is_float) in [
            ("3.8E+10", true),
            ("4E+10", true),
            ("3,80e+10", true),
            ("1E5", false),
            ("1.001193", false),
            ("000.00.12.H41-230101-0001", false),
            ("E+10", false),
            ("5E+1A", false),
        ] {
            assert_eq!(matches!(odd(code), Some(Odd::Float)), is_float, "{code}");
        }
    }
}
