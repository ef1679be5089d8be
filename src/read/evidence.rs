//! Weighs in which encoding words are Vietnamese: each distinct word counts once, by the build of its syllables.

use std::collections::HashSet;

use super::letters::decode;
use super::syllable::is_syllable;
use cchc_model::Encoding;

/// Words that have to speak for an encoding before anything is decoded.
const ENOUGH: usize = 3;
/// Of a hundred words that tell anything, those that have to speak for it. Names and abbreviations may not.
const MOST: usize = 85;
/// Distinct words that are kept; a text that has not told by then never will.
const MANY: usize = 4_000;

/// Characters that stand for no letter of a TCVN3 font, though the standard has some there.
const NO_FONT_HAS: [char; 20] = [
    '\u{af}', '\u{b0}', '\u{b1}', '\u{b2}', '\u{b3}', '\u{b4}', '\u{ba}', '\u{bf}', '\u{c0}', '\u{c1}', '\u{c2}',
    '\u{c3}', '\u{c4}', '\u{c5}', '\u{cd}', '\u{d9}', '\u{da}', '\u{e0}', '\u{f0}', '\u{ff}',
];

/// What the words of a text tell of its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing speaks for a legacy encoding.
    Plain,
    /// The text is in this encoding and no other.
    Sure(Encoding),
    /// Something speaks for this encoding, not enough to act on.
    Unsure(Encoding),
}

/// What one word tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// ASCII, or letters that the Western code page lacks, or an abbreviation.
    Mute,
    /// A Vietnamese syllable as it stands; it may be another one in a legacy encoding.
    AsItStands,
    /// No syllable as it stands.
    Foreign,
}

/// Distinct words, whatever their case, gathered from a text as the Western code page shows it.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    seen: HashSet<String>,
    /// By the position of the encoding in [`Encoding::LEGACY`]: words that are syllables in it, words that are not.
    syllables: [usize; 3],
    others: [usize; 3],
}

impl Evidence {
    /// Takes the words of a text.
    pub(super) fn add(&mut self, text: &str) {
        for word in words(text) {
            if word.is_ascii() || self.seen.len() >= MANY || !self.seen.insert(word.to_lowercase()) {
                continue;
            }
            if as_it_stands(word) != Word::Foreign {
                continue;
            }
            for (at, encoding) in Encoding::LEGACY.into_iter().enumerate() {
                match weigh(word, encoding) {
                    Some(true) => self.syllables[at] += 1,
                    Some(false) => self.others[at] += 1,
                    None => {}
                }
            }
        }
    }

    /// What the words tell together.
    pub(super) fn verdict(&self) -> Verdict {
        let mut order = [0, 1, 2];
        order.sort_by_key(|at| std::cmp::Reverse(self.syllables[*at]));
        let [best, second, _] = order;
        let (yes, no) = (self.syllables[best], self.others[best]);
        let encoding = Encoding::LEGACY[best];
        let clear = self.syllables[second] * 2 <= yes;
        if yes >= ENOUGH && yes * 100 >= MOST * (yes + no) && clear {
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

/// What a word is before anything is decoded.
pub(super) fn as_it_stands(word: &str) -> Word {
    let is_shown = |letter: char| letter.is_ascii() || ('\u{a1}'..='\u{ff}').contains(&letter);
    let mut letters = word.chars();
    if word.is_ascii() || !word.chars().all(is_shown) || (letters.next().is_some() && letters.next().is_none()) {
        // One letter alone is a sign as often as a word.
        Word::Mute
    } else if is_syllable(word) || (word.contains(['Ð', 'ð']) && is_syllable(&word.replace(['Ð', 'ð'], "đ"))) {
        // Unicode text has the Icelandic letter for Đ so often that this says nothing.
        Word::AsItStands
    } else {
        Word::Foreign
    }
}

/// Whether a word is a syllable in an encoding; `None` if it is an abbreviation such as `HĐND`, which tells nothing.
pub(super) fn weigh(word: &str, encoding: Encoding) -> Option<bool> {
    if encoding == Encoding::Tcvn3 && word.contains(NO_FONT_HAS) {
        return Some(false);
    }
    let decoded = decode(word, encoding);
    if is_syllable(&decoded) {
        return Some(true);
    }
    let is_abbreviation = decoded.chars().all(|letter| letter.is_uppercase() && letter.is_alphabetic());
    (!is_abbreviation).then_some(false)
}
