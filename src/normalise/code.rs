//! Brings codes to the one spelling by which they are compared: no spaces or line breaks, plain hyphens, nothing invisible.

use std::borrow::Cow;

use crate::text::clean;

/// A code as it is compared and stored. What no code can hold is removed: spaces and line breaks of every kind, characters
/// that cannot be seen; every hyphen becomes `-`. A text without a digit is no code and keeps its spaces.
///
/// ```
/// use cchc_normalise::code;
/// assert_eq!(code("H58\u{2011}25\u{ad}0303\n-0001 "), "H58-250303-0001");
/// assert_eq!(code("không có"), "không có");
/// ```
#[must_use]
#[inline]
pub fn code(text: &str) -> Cow<'_, str> {
    let cleaned = clean(text);
    if !cleaned.contains(|letter| is_foreign(letter) || is_hyphen(letter)) || !cleaned.contains(char::is_numeric) {
        return cleaned;
    }
    let letters = cleaned.chars().filter(|letter| !is_foreign(*letter));
    Cow::Owned(letters.map(|letter| if is_hyphen(letter) { '-' } else { letter }).collect())
}

/// A text with every hyphen plain.
#[must_use]
pub fn with_plain_hyphens(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_hyphen) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.replace(is_hyphen, "-"))
    }
}

/// Whether a cell holds more than its code: something inside it had to be removed or replaced. Spaces around it are no matter.
#[must_use]
#[inline]
pub fn is_mended(text: &str, code: &str) -> bool {
    let ends = |letter: char| letter.is_whitespace() || clean(letter.encode_utf8(&mut [0; 4])).is_empty();
    let within = text.trim_matches(ends);
    within != code && !unicode_normalization::UnicodeNormalization::nfc(within).eq(code.chars())
}

/// Whether a cell in a column of codes looks like a code and not like a remark: every word of it holds a digit or is a mark.
#[must_use]
pub fn looks_like_code(text: &str) -> bool {
    let cleaned = clean(text);
    let is_part =
        |word: &str| word.contains(|letter: char| letter.is_ascii_digit()) || !word.contains(char::is_alphabetic);
    cleaned.bytes().any(|byte| byte.is_ascii_digit()) && cleaned.split(' ').all(is_part)
}

/// Spaces, and joiners and selectors that [`clean`] leaves to scripts that need them.
fn is_foreign(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '\u{34f}' | '\u{180e}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Hyphens and dashes that word processors put in the place of a plain one.
const fn is_hyphen(letter: char) -> bool {
    matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_code_are_one_code() {
        for text in [
            "H58-250303-0001",
            " H58-250303-\n0001",
            "H58\u{2010}250303\u{2011}0001",
            "H58\u{2013}250303\u{2212}0001",
            "H58-2503\u{ad}03-0001",
            "H58-25\u{200b}0303\u{feff}-00\u{200d}01",
            "H58 - 250303\u{a0}-\u{2003}0001\r\n",
            "H58-\t250303-0001\u{2028}",
        ] {
            assert_eq!(code(text), "H58-250303-0001", "{text:?}");
            assert_eq!(code(&code(text)), code(text));
        }
        assert!(matches!(code("H58-250303-0001"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_what_stood_inside_a_code_is_told() {
        for (text, mended) in [
            ("H1-2", false),
            (" H1-2\n", false),
            ("\u{feff}H1-2", false),
            ("H1 -2", true),
            ("H1\u{2011}2", true),
            ("H1\u{ad}-2", true),
            ("Đ\u{a0}1", true),
            ("A\u{302}1", false),
        ] {
            assert_eq!(is_mended(text, &code(text)), mended, "{text:?}");
        }
    }

    #[test]
    fn a_remark_is_no_code() {
        for text in ["H58-25 0303-0001", "H58 - 25 - 1", "000.00.01.\nH58-1", "12"] {
            assert!(looks_like_code(text), "{text:?}");
        }
        for text in ["", "Tổng số 12 hồ sơ", "Quý 1", "II", "ngày 01/02/2025"] {
            assert!(!looks_like_code(text), "{text:?}");
        }
    }
}
