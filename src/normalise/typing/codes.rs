//! Reads the codes that identify rows, and finds those that a spreadsheet has mangled: floats, dates, lost zeros.

use crate::batch::{Batch, CellFault};
use crate::code::{code, is_mended};
use crate::raw::TextColumn;
use crate::text::is_error;

/// A code that has to be changed, checked or refused.
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

/// The cleaned codes of a key column.
pub(super) fn codes(at: usize, texts: &TextColumn, batch: &mut Batch<'_, '_>) -> TextColumn {
    batch.sheet.mask.learn_codes(texts);
    let mut keys = TextColumn::default();
    for (row, text) in texts.iter().enumerate() {
        let code = code(text);
        if is_mended(text, &code) {
            batch.warn("mended_code", at, row, &batch.sheet.mask.code(&code));
        }
        if batch.sheet.mask.is_personal_code(&code) {
            batch.refuse(CellFault::new(row, "personal_code", at).with_value(batch.sheet.mask.code(&code)));
        }
        match odd(&code) {
            None => keys.push(&code),
            Some(Odd::Quoted(inner)) => keys.push(inner),
            Some(Odd::Digits) => {
                batch.warnings.codes.count(&code, batch.raw.rows[row]);
                keys.push(&code);
            }
            Some(Odd::Whole(digits)) => {
                let shown = batch.sheet.mask.code(digits);
                let example = if shown == digits { format!("{code} → {digits}") } else { shown.into_owned() };
                batch.warn("float_code", at, row, &example);
                keys.push(digits);
            }
            Some(Odd::Float) => {
                batch.refuse(CellFault::new(row, "mangled_code", at).with_value(batch.sheet.mask.code(&code)));
                keys.push(&code);
            }
            Some(Odd::Error) => {
                batch.warn("error_cell", at, row, &code);
                keys.push("");
            }
        }
    }
    keys
}

/// Most codes are known by their first byte, without reading on.
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
