//! Cleans text: NFC, no invisible characters, single spaces, no space at the ends.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Cleans a text; borrows when there is nothing to do.
///
/// ```
/// use cchc::normalise::clean;
/// assert_eq!(clean(" Sở\u{a0} Y tế "), "Sở Y tế");
/// assert_eq!(clean("S\u{1a1}\u{309} Y tế"), "Sở Y tế");
/// ```
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if is_clean(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    let mut cleaned = String::with_capacity(trimmed.len());
    for letter in trimmed.nfc().filter(|letter| !is_invisible(*letter)) {
        if !letter.is_whitespace() {
            cleaned.push(letter);
        } else if !cleaned.ends_with(' ') {
            cleaned.push(' ');
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    Cow::Owned(cleaned)
}

/// Whether a text is an error of a spreadsheet, such as `#N/A`: no value, whatever column it stands in.
pub(super) fn is_error(text: &str) -> bool {
    text.starts_with('#')
        && matches!(
            text.to_ascii_uppercase().as_str(),
            "#N/A" | "#REF!" | "#VALUE!" | "#DIV/0!" | "#NAME?" | "#NUM!" | "#NULL!" | "#SPILL!" | "#CALC!"
        )
}

fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    let spaced = bytes.windows(2).any(|pair| pair == b"  ") || bytes.iter().any(|byte| *byte < b' ' || *byte == 0x7f);
    if spaced {
        return false;
    }
    text.is_ascii()
        || (is_nfc_quick(text.chars()) == IsNormalized::Yes
            && !text.chars().any(|letter| is_invisible(letter) || (letter.is_whitespace() && letter != ' ')))
}

/// Zero-width characters, direction marks and control characters that are no space.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
        || (letter.is_control() && !letter.is_whitespace())
}
