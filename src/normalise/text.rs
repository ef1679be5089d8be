//! Cleans text: NFC, no invisible characters, single spaces, no space at the ends.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Cleans a text; borrows when there is nothing to do.
///
/// Stored values hold no control characters, direction marks or characters of no width but the joiners of emoji and of
/// scripts that need them: none of them can be seen, so two values would look alike and count apart. What is stored is
/// therefore safe to show; names of files and sheets are not cleaned and are escaped where they are shown.
///
/// ```
/// use cchc_normalise::clean;
/// assert_eq!(clean(" Sở\u{a0} Y tế "), "Sở Y tế");
/// assert_eq!(clean("S\u{1a1}\u{309} Y tế"), "Sở Y tế");
/// ```
#[must_use]
#[inline]
pub fn clean(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if is_clean(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    let mut cleaned = String::with_capacity(trimmed.len());
    // Before composing: an invisible character may be between a letter and its tone.
    for letter in trimmed.chars().filter(|letter| !is_invisible(*letter)).nfc() {
        if !letter.is_whitespace() {
            cleaned.push(letter);
        } else if !cleaned.is_empty() && !cleaned.ends_with(' ') {
            cleaned.push(' ');
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    Cow::Owned(cleaned)
}

/// Whether a text is an error of a spreadsheet, such as `#N/A`: no value in any column.
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

/// Characters without width, direction marks, soft hyphens, and control characters that are no space.
fn is_invisible(letter: char) -> bool {
    let is_mark = matches!(
        letter,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
    );
    is_mark || (letter.is_control() && !letter.is_whitespace())
}

/// Without any diacritics, đ as d.
#[must_use]
pub fn without_diacritics(folded: &str) -> String {
    folded
        .nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .map(|letter| if letter == 'đ' { 'd' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spaces_of_every_kind_become_one() {
        for text in
            ["Sở Y tế", " Sở  Y\u{a0}tế ", "\u{feff}Sở\u{2003}Y\n tế\u{3000}", "\u{200b} Sở Y\t\u{200b} tế \u{200b}"]
        {
            assert_eq!(clean(text), "Sở Y tế", "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_dropped_and_letters_are_composed_over_it() {
        assert_eq!(clean("S\u{1a1}\u{200b}\u{309}\u{202e} Y\0 t\u{ad}ế\u{7f}\u{9b}"), "Sở Y tế");
        assert_eq!(clean("👩\u{200d}⚕️"), "👩\u{200d}⚕️");
        assert_eq!(clean("\u{200e}\u{2069}"), "");
    }

    #[test]
    fn clean_text_is_not_copied() {
        assert!(matches!(clean("  Ủy ban nhân dân tỉnh "), Cow::Borrowed("Ủy ban nhân dân tỉnh")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn cleaning_twice_is_cleaning_once(text in "[aơo\u{302}\u{309}\u{323}Å \u{a0}\u{200b}\u{202e}\n\0\u{85}-]{0,12}|\\PC{0,12}") {
            let cleaned = clean(&text).into_owned();
            prop_assert_eq!(&clean(&cleaned), &cleaned);
            prop_assert!(unicode_normalization::is_nfc(&cleaned));
            prop_assert!(!cleaned.contains(is_invisible) && !cleaned.contains("  ") && cleaned.trim() == cleaned);
        }
    }
}
