//! Masks personal values in text: names of persons, phone numbers, identity numbers and e-mail addresses.

mod name;
mod number;
mod token;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{Unit, fold_name};
use name::Names;
use token::{plain, tokens};

/// What persons are called, and what else bears their names: the data of `queries/persons.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonWords {
    /// Family names that hardly begin anything but a name of a person.
    pub family_names: Vec<String>,
    /// Family names that are words or begin names of places, too.
    pub other_family_names: Vec<String>,
    /// Family names that are told only by a sure middle name behind them.
    pub rare_family_names: Vec<String>,
    /// Middle names that hardly stand behind a family name but in a name.
    pub sure_middle_names: Vec<String>,
    /// Other middle names.
    pub middle_names: Vec<String>,
    /// Given names that are no middle names.
    pub given_names: Vec<String>,
    /// Words before a name of a person: ông, bà …
    pub addresses: Vec<String>,
    /// Words before the name of a unit, a street, a school: what follows is no person.
    pub unit_words: Vec<String>,
    /// Those of them that are told without their diacritics, too.
    pub plain_unit_words: Vec<String>,
    /// Units of the country whose bare names look like names of persons.
    pub places: Vec<String>,
}

/// Where a text stands, which decides what its numbers may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// A cell of text: any number of the shape of one of a person is one.
    Cell,
    /// A cell of codes: only what is nothing else.
    Code,
    /// The name of a file, a sheet or a column, in which days and times are numbers, too.
    Name,
    /// A sentence of this program, in which nine digits may be a count.
    Sentence,
}

/// What a personal value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Personal {
    /// A name of a person.
    Name,
    /// A phone number.
    Phone,
    /// Twelve digits that begin with 0.
    Identity12,
    /// Nine digits.
    Identity9,
    /// An e-mail address.
    Mail,
}

impl Personal {
    /// The key of its word for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Identity12 | Self::Identity9 => "identity",
            Self::Mail => "mail",
        }
    }
}

/// Knows personal values by their shape, and shows no more of them than the first letter and how long they are.
///
/// ```
/// use cchc_model::{Mask, PersonWords, Where};
/// let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
/// let mask = Mask::new(&PersonWords {
///     family_names: words(&["Nguyễn", "Trần"]),
///     sure_middle_names: words(&["Văn", "Thị"]),
///     given_names: words(&["An", "Phán"]),
///     unit_words: words(&["xã"]),
///     ..PersonWords::default()
/// });
/// let shown = |text| mask.text(text, Where::Cell).into_owned();
/// assert_eq!(shown("Nguyễn Văn An"), "N…(13)");
/// assert_eq!(shown("hồ sơ của Nguyễn Văn An, 0912 345 678"), "hồ sơ của N…(13), 0…(12)");
/// assert_eq!(shown("UBND xã Trần Phán"), "UBND xã Trần Phán");
/// assert_eq!(mask.text("ho-so_nguyen-van-an_20250401.csv", Where::Name), "ho-so_n…(13)_20250401.csv");
/// ```
#[derive(Debug, Clone)]
pub struct Mask {
    names: Arc<Names>,
    /// Bare names of units, folded, and without diacritics.
    places: Arc<BTreeSet<String>>,
}

impl Mask {
    /// A mask that knows these words.
    #[must_use]
    pub fn new(words: &PersonWords) -> Self {
        let mut places = BTreeSet::new();
        words.places.iter().for_each(|place| add_place(&mut places, place));
        Self { names: Arc::new(Names::new(words)), places: Arc::new(places) }
    }

    /// The same that also knows the names of these units: communes bear names of persons.
    #[must_use]
    pub fn knowing(&self, units: &[Unit]) -> Self {
        let mut places = (*self.places).clone();
        let names = units.iter().flat_map(|unit| [&unit.name, &unit.short_name].into_iter().chain(&unit.aliases));
        for name in names {
            add_place(&mut places, name);
            let bare = self.names.without_unit_words(name);
            if bare != name {
                add_place(&mut places, bare);
            }
        }
        Self { names: Arc::clone(&self.names), places: Arc::new(places) }
    }

    /// The text with its personal values masked; borrowed where there is none.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str, place: Where) -> Cow<'t, str> {
        if !self.may_hold(text) {
            return Cow::Borrowed(text);
        }
        let composed = composed(text);
        let found = self.find(&composed, place);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::with_capacity(composed.len());
        let mut end = 0;
        for (span, _) in found {
            masked.push_str(&composed[end..span.start]);
            masked.push_str(&masked_value(&composed[span.clone()]));
            end = span.end;
        }
        masked.push_str(&composed[end..]);
        Cow::Owned(masked)
    }

    /// What the first personal value of a text is, if there is one.
    #[must_use]
    pub fn kind(&self, text: &str, place: Where) -> Option<Personal> {
        if !self.may_hold(text) {
            return None;
        }
        self.find(&composed(text), place).first().map(|(_, kind)| *kind)
    }

    /// What a whole code is, if it has the shape of a personal value.
    #[must_use]
    pub fn code(&self, code: &str) -> Option<Personal> {
        let (mut letters, mut digits, mut others, mut at) = (0_usize, 0_usize, 0_usize, false);
        for byte in code.bytes() {
            match byte {
                b'0'..=b'9' => digits += 1,
                b'a'..=b'z' | b'A'..=b'Z' | 128.. => letters += 1,
                _ => others += 1,
            }
            at |= byte == b'@';
        }
        match (letters, digits, others) {
            _ if at => self.kind(code, Where::Code),
            (0, 9..=12, 0) => number::whole(code),
            // Codes have digits, names have none; `0912 345 678` has nothing else.
            (0, 9..=12, 1..=5) => self.kind(code, Where::Cell).filter(|kind| *kind == Personal::Phone),
            (1.., 0, _) => self.kind(code, Where::Code),
            _ => None,
        }
    }

    /// Whether a look is worth while: most cells hold neither a family name nor enough digits, and are not copied.
    fn may_hold(&self, text: &str) -> bool {
        number::may_hold(text) || self.names.may_hold(text)
    }

    /// Personal values in order, none of which reaches into another.
    fn find(&self, text: &str, place: Where) -> Vec<(Range<usize>, Personal)> {
        let mut found = number::find(text, place);
        let is_free = |span: &Range<usize>, found: &[(Range<usize>, Personal)]| {
            found.iter().all(|(other, _)| span.end <= other.start || other.end <= span.start)
        };
        for span in self.names.find(text, &tokens(text), &self.places) {
            if is_free(&span, &found) {
                found.push((span, Personal::Name));
            }
        }
        found.sort_by_key(|(span, _)| span.start);
        found
    }
}

/// First letter and length, such as `N…(13)`. A mask is no personal value, so that masking twice is masking once.
#[must_use]
pub fn masked_value(value: &str) -> String {
    let first = value.chars().next().map(String::from).unwrap_or_default();
    format!("{first}…({})", value.chars().count())
}

/// Whether a personal value was masked in a text.
#[must_use]
pub fn is_masked(text: &str) -> bool {
    text.match_indices("…(").any(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest[digits..].starts_with(')')
    })
}

fn composed(text: &str) -> Cow<'_, str> {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

fn add_place(places: &mut BTreeSet<String>, name: &str) {
    let folded = fold_name(name);
    places.insert(plain(&folded));
    places.insert(folded);
}

#[cfg(test)]
mod tests;
