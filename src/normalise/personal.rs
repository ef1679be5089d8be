//! Masks personal values in cells, each distinct text once.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::PlHashMap;

use crate::code::code;
use crate::raw::TextColumn;
use cchc_model::{Encoding, Mask, Personal, Where, masked_value};
use cchc_read::decode_legacy;

/// Distinct texts that are remembered; beyond that all are forgotten and looked at anew.
const REMEMBERED: usize = 1 << 16;

/// The mask of the cells of one file.
#[derive(Debug)]
pub struct CellMask<'a> {
    mask: &'a Mask,
    /// Cells of text as they stand → what is shown instead, if anything is.
    seen: RefCell<PlHashMap<String, Option<String>>>,
    /// By column; those that identify rows are counted together.
    codes: RefCell<BTreeMap<String, Codes>>,
    /// What an earlier reading of the whole file has shown.
    known: Option<CodeShapes>,
    /// What was said of a shape so far.
    said: RefCell<BTreeMap<(String, Personal), BTreeSet<bool>>>,
}

/// The column of codes that identify rows, of all sheets of a file.
const KEYS: &str = "";

/// By column of codes the shapes of personal values that most of its codes have, so that they are shapes of codes there.
pub type CodeShapes = BTreeSet<(String, Personal)>;

/// What the codes of a column looked like so far.
#[derive(Debug, Default)]
struct Codes {
    all: u64,
    /// Those that have the shape of a personal value.
    shapes: BTreeMap<Personal, u64>,
}

impl<'a> CellMask<'a> {
    /// A mask that has seen nothing yet.
    #[must_use]
    pub fn new(mask: &'a Mask) -> Self {
        Self { mask, seen: RefCell::default(), codes: RefCell::default(), known: None, said: RefCell::default() }
    }

    /// A mask that knows the codes of the whole file.
    #[must_use]
    pub fn knowing(mask: &'a Mask, shapes: CodeShapes) -> Self {
        Self { known: Some(shapes), ..Self::new(mask) }
    }

    /// What the codes of the whole file look like, if a part of it was judged otherwise before they were known.
    #[must_use]
    pub fn misjudged(&self) -> Option<CodeShapes> {
        let usual = |(column, kind): &(String, Personal)| self.counted(column, *kind);
        let said = self.said.borrow();
        let is_wrong = said.iter().any(|(shape, said)| said.contains(&!usual(shape)));
        (self.known.is_none() && is_wrong).then(|| said.keys().filter(|shape| usual(shape)).cloned().collect())
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

    /// Learns what the codes of rows look like from those of one batch, before any of them is judged.
    pub fn learn_codes(&self, codes: &TextColumn) {
        self.learn(KEYS, codes);
    }

    /// Learns what the codes of a column that refers to something look like.
    pub fn learn(&self, column: &str, codes: &TextColumn) {
        let mut columns = self.codes.borrow_mut();
        let known = columns.entry(column.to_owned()).or_default();
        for code in codes.iter().map(code).filter(|code| !code.is_empty()) {
            known.all += 1;
            if let Some(kind) = self.mask.code(&code) {
                *known.shapes.entry(kind).or_default() += 1;
            }
        }
    }

    /// Whether most codes of a column have a shape: of the file where that is known, else of what was read so far.
    pub fn is_usual(&self, column: &str, kind: Personal) -> bool {
        let shape = (column.to_owned(), kind);
        let usual = self.known.as_ref().map_or_else(|| self.counted(column, kind), |known| known.contains(&shape));
        self.said.borrow_mut().entry(shape).or_default().insert(usual);
        usual
    }

    fn counted(&self, column: &str, kind: Personal) -> bool {
        let columns = self.codes.borrow();
        let of = |known: &Codes| known.shapes.get(&kind).copied().unwrap_or_default() * 2 > known.all;
        columns.get(column).is_some_and(of)
    }

    /// Whether a code is a personal value: it has the shape of one, and most codes of the file have not. Names and mail
    /// addresses are never codes.
    pub fn is_personal_code(&self, code: &str) -> bool {
        let Some(kind) = self.mask.code(code) else { return false };
        let is_number = !matches!(kind, Personal::Name | Personal::Mail);
        !is_number || !self.is_usual(KEYS, kind)
    }

    /// A code as it may be shown.
    pub fn code<'t>(&self, code: &'t str) -> Cow<'t, str> {
        match self.mask.code(code) {
            Some(_) if self.is_personal_code(code) => Cow::Owned(masked_value(code)),
            Some(_) => Cow::Borrowed(code),
            None => self.text_in_code(code),
        }
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
