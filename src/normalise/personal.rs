//! Masks personal values in cells, each distinct text once.

use std::borrow::Cow;
use std::cell::RefCell;

use polars::prelude::PlHashMap;

use cchc_model::{Encoding, Mask, Personal, Where, masked_value};
use cchc_read::decode_legacy;

/// Distinct texts that are remembered; beyond that all are forgotten and looked at anew.
const REMEMBERED: usize = 1 << 16;

/// The mask of the cells of one sheet.
#[derive(Debug)]
pub struct CellMask<'a> {
    mask: &'a Mask,
    /// Cells of text as they stand → what is shown instead, if anything is.
    seen: RefCell<PlHashMap<String, Option<String>>>,
}

impl<'a> CellMask<'a> {
    /// A mask that has seen nothing yet.
    #[must_use]
    pub fn new(mask: &'a Mask) -> Self {
        Self { mask, seen: RefCell::default() }
    }

    /// A cell of text as it may be shown and kept.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // Dates, amounts and short words are most of all cells.
        if text.len() < 4 || text.bytes().all(|byte| !byte.is_ascii_alphabetic()) && text.len() < 9 {
            return Cow::Borrowed(text);
        }
        if let Some(seen) = self.seen.borrow().get(text) {
            return seen.clone().map_or(Cow::Borrowed(text), Cow::Owned);
        }
        let masked = match self.mask.text(text, Where::Cell) {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => self.hidden_by_encoding(text).then(|| masked_value(text)),
        };
        let mut seen = self.seen.borrow_mut();
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(text.to_owned(), masked.clone());
        masked.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// A code as it may be shown, where nobody knows yet what codes of its file look like.
    pub fn code<'t>(&self, code: &'t str) -> Cow<'t, str> {
        if self.mask.code(code).is_some() { Cow::Owned(masked_value(code)) } else { self.text_in_code(code) }
    }

    /// What a whole code may be, if it has the shape of a personal value.
    pub fn suspect(&self, code: &str) -> Option<Personal> {
        self.mask.code(code)
    }

    /// A number as it may be shown: a phone and an identity number begin with 0, an amount does not.
    pub fn number<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.mask.code(text) {
            Some(Personal::Phone | Personal::Identity12 | Personal::Mail | Personal::Name) => {
                Cow::Owned(masked_value(text))
            }
            _ => Cow::Borrowed(text),
        }
    }

    fn text_in_code<'t>(&self, code: &'t str) -> Cow<'t, str> {
        if code.contains([' ', '@']) { self.text(code) } else { Cow::Borrowed(code) }
    }

    /// Whether a text in an encoding that nobody could tell would be personal if it were told: `NguyÔn V¨n An`.
    fn hidden_by_encoding(&self, text: &str) -> bool {
        !text.is_ascii()
            && text.chars().all(|letter| letter <= 'ÿ')
            && Encoding::LEGACY.iter().any(|encoding| {
                let decoded = decode_legacy(text, *encoding);
                decoded != text && self.mask.kind(&decoded, Where::Cell).is_some()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cchc_definitions::shipped_mask;

    #[test]
    fn a_name_in_an_old_encoding_is_masked_though_nobody_could_tell_it() {
        let mask = shipped_mask();
        let cells = CellMask::new(&mask);
        assert_eq!(cells.text("NguyÔn V¨n An"), "N…(13)");
        assert_eq!(cells.text("Së Néi vô"), "Së Néi vô");
    }

    #[test]
    fn amounts_stay_and_phones_among_them_do_not() {
        let mask = shipped_mask();
        let cells = CellMask::new(&mask);
        assert_eq!(cells.number("150000000"), "150000000");
        assert_eq!(cells.number("0912345678"), "0…(10)");
    }
}
