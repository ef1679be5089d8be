//! Counts in which encoding words are Vietnamese syllables; each distinct word counts once.

use std::collections::HashSet;

use super::letters::decode;
use super::syllable::is_syllable;
use cchc_model::Encoding;

/// Least number of syllables in an encoding before anything is decoded.
const LEAST_SYLLABLES: usize = 3;
/// Least percentage of syllables among the words that are decisive. Names and abbreviations may be none.
const LEAST_PERCENT: usize = 85;
/// Most distinct words that are counted; more do not change the verdict.
const MAX_WORDS: usize = 4_000;

/// Characters that are no letters in TCVN3 fonts, though the standard has letters for some.
const NOT_IN_TCVN3_FONTS: [char; 20] = [
    '\u{af}', '\u{b0}', '\u{b1}', '\u{b2}', '\u{b3}', '\u{b4}', '\u{ba}', '\u{bf}', '\u{c0}', '\u{c1}', '\u{c2}',
    '\u{c3}', '\u{c4}', '\u{c5}', '\u{cd}', '\u{d9}', '\u{da}', '\u{e0}', '\u{f0}', '\u{ff}',
];

/// The encoding of a text by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No legacy encoding.
    Plain,
    /// The text is in this encoding and no other.
    Sure(Encoding),
    /// Probably this encoding, but not surely enough to decode.
    Unsure(Encoding),
}

/// What a word says of the encoding before anything is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordClass {
    /// Nothing: ASCII, letters that windows-1252 lacks, or one letter.
    Neutral,
    /// A Vietnamese syllable in Unicode; it may be another one in a legacy encoding.
    Vietnamese,
    /// No Vietnamese syllable in Unicode.
    Foreign,
}

/// Distinct words, whatever their case, of a text as windows-1252 shows it.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    seen: HashSet<String>,
    /// By the position of the encoding in [`Encoding::LEGACY`]: words that are syllables in it, words that are not.
    syllables: [usize; 3],
    others: [usize; 3],
}

impl Evidence {
    /// Adds the words of a text.
    pub(super) fn add(&mut self, text: &str) {
        for word in words(text) {
            if word.is_ascii() || self.seen.len() >= MAX_WORDS || !self.seen.insert(word.to_lowercase()) {
                continue;
            }
            if classify_word(word) != WordClass::Foreign {
                continue;
            }
            for (at, encoding) in Encoding::LEGACY.into_iter().enumerate() {
                match is_syllable_in(word, encoding) {
                    Some(true) => self.syllables[at] += 1,
                    Some(false) => self.others[at] += 1,
                    None => {}
                }
            }
        }
    }

    /// The encoding by all words.
    pub(super) fn verdict(&self) -> Verdict {
        let mut order = [0, 1, 2];
        order.sort_by_key(|at| std::cmp::Reverse(self.syllables[*at]));
        let [best, second, _] = order;
        let (yes, no) = (self.syllables[best], self.others[best]);
        let encoding = Encoding::LEGACY[best];
        let clear = self.syllables[second] * 2 <= yes;
        if yes >= LEAST_SYLLABLES && yes * 100 >= LEAST_PERCENT * (yes + no) && clear {
            Verdict::Sure(encoding)
        } else if yes > 0 && yes >= no {
            Verdict::Unsure(encoding)
        } else {
            Verdict::Plain
        }
    }
}

/// The words of a text. Signs between U+00A1 and U+00FF are letters of a legacy encoding, so they split nothing.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| {
        letter.is_ascii_alphabetic()
            || ('\u{a1}'..='\u{ff}').contains(&letter)
            || (letter > 'ÿ' && letter.is_alphanumeric())
            || ('\u{300}'..='\u{36f}').contains(&letter)
    };
    text.split(move |letter| !is_part(letter)).filter(|word| !word.is_empty())
}

/// Classifies a word before anything is decoded.
pub(super) fn classify_word(word: &str) -> WordClass {
    let is_shown = |letter: char| letter.is_ascii() || ('\u{a1}'..='\u{ff}').contains(&letter);
    let mut letters = word.chars();
    if word.is_ascii() || !word.chars().all(is_shown) || (letters.next().is_some() && letters.next().is_none()) {
        // One letter alone is a sign as often as a word.
        WordClass::Neutral
    } else if is_syllable(word) || (word.contains(['Ð', 'ð']) && is_syllable(&word.replace(['Ð', 'ð'], "đ"))) {
        // Unicode text has the Icelandic letter for Đ so often that this says nothing.
        WordClass::Vietnamese
    } else {
        WordClass::Foreign
    }
}

/// Whether a word is a syllable in an encoding; `None` if it is an abbreviation such as `HĐND`, which is not decisive.
pub(super) fn is_syllable_in(word: &str, encoding: Encoding) -> Option<bool> {
    if encoding == Encoding::Tcvn3 && word.contains(NOT_IN_TCVN3_FONTS) {
        return Some(false);
    }
    let decoded = decode(word, encoding);
    if is_syllable(&decoded) {
        return Some(true);
    }
    let is_abbreviation = decoded.chars().all(|letter| letter.is_uppercase() && letter.is_alphabetic());
    (!is_abbreviation).then_some(false)
}
