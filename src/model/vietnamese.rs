//! The order of texts in Vietnamese: letters by the alphabet (a ă â b … d đ e ê …), then tones, then capitals.

use unicode_normalization::UnicodeNormalization;

/// The letters in their order; f, j, w and z stand where other alphabets have them.
const LETTERS: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// Marks that make another letter (breve, circumflex, horn).
const SHAPES: [char; 3] = ['\u{306}', '\u{302}', '\u{31b}'];

/// Tones in their order: huyền, hỏi, ngã, sắc, nặng; a letter without a mark (ngang) comes first.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// Bytes by which texts are in Vietnamese order: `Dũng` before `Đào`, `An` before `Ân`, `ba` before `bà`.
///
/// Signs come before digits, digits before letters, other scripts last. Only where all letters are the same tones decide,
/// and only then capitals.
#[must_use]
pub fn sort_key(text: &str) -> Vec<u8> {
    let (mut letters, mut tones, mut capitals) = (Vec::with_capacity(text.len() * 4 + 8), Vec::new(), Vec::new());
    let mut marked = text.nfd().peekable();
    while let Some(base) = marked.next() {
        let (mut letter, mut tone) = (base.to_lowercase().next().unwrap_or(base), 0);
        while let Some(mark) = marked.next_if(|mark| SHAPES.contains(mark) || TONES.contains(mark)) {
            match TONES.iter().position(|one| *one == mark) {
                Some(at) => tone = at as u8 + 1,
                None => letter = [letter, mark].into_iter().nfc().next().unwrap_or(letter),
            }
        }
        letters.extend(place(letter).to_be_bytes());
        tones.push(tone);
        capitals.push(u8::from(base.is_uppercase()));
    }
    // No place begins with zeros, so what ends first comes first.
    letters.extend([0; 4]);
    letters.extend(tones);
    letters.push(0);
    letters.extend(capitals);
    letters
}

/// The place of a letter among all signs.
fn place(letter: char) -> u32 {
    let (class, within) = match LETTERS.chars().position(|one| one == letter) {
        Some(at) => (3, at as u32),
        None if letter.is_ascii_digit() => (2, u32::from(letter)),
        None if letter.is_alphanumeric() => (4, u32::from(letter)),
        None => (1, u32::from(letter)),
    };
    class << 24 | within
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_in_the_order_of_the_alphabet_and_tones_after_them() {
        let sorted = [
            "An Giang",
            "An Hòa",
            "Ân Thi",
            "Ba Đình",
            "Bà Rịa",
            "Cà Mau",
            "Dầu Tiếng",
            "Duy Tiên",
            "Đà Nẵng",
            "Đắk Lắk",
            "Eo",
            "Êa Súp",
            "Oanh",
            "Ô Môn",
            "Ơn",
            "Tuy Hòa",
            "Tư Nghĩa",
            "Yên Bái",
        ];
        let mut found = sorted;
        found.reverse();
        found.sort_by_key(|text| sort_key(text));
        assert_eq!(found, sorted);
        let mut tones = ["mạ", "mã", "má", "mả", "ma", "mà"];
        tones.sort_by_key(|text| sort_key(text));
        assert_eq!(tones, ["ma", "mà", "mả", "mã", "má", "mạ"], "ngang, huyền, hỏi, ngã, sắc, nặng");
    }
}
