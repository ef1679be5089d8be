//! Decodes TCVN3, VNI and windows-1258 from the characters that windows-1252 shows for their bytes.
//!
//! A spreadsheet without these encodings shows `Sè hå s¬` for TCVN3's *Số hồ sơ*. Bytes of a file are decoded as
//! windows-1252 first, too, so that the same tables serve files and cells.

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use cchc_model::Encoding;

/// Characters U+00A0–U+00FF of TCVN3 (TCVN 5712:1993, VN2 and VN3). The capitals with two marks (AF, BA, C0 …) are
/// those of VN2: the fonts have none, so nothing else can be meant. U+00AD, ư, is a soft hyphen elsewhere.
const TCVN3: &str = concat!(
    "\u{a0}ĂÂÊÔƠƯĐăâêôơưđẰ\u{300}\u{309}\u{303}\u{301}\u{323}àảãáạẲằẳẵắẴ",
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò",
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
);

/// The letters that VNI writes with a mark after them, each with the mark in brackets behind the letters it makes:
/// the fonts of VNI Software, as the keyboard programs of the time (xvnkb, `UniKey`) write them.
const VNI_PAIRS: [(char, &str, &str); 7] = [
    ('a', "ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ"),
    ('e', "ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    ('o', "ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    ('ô', "ùøûõï", "ớờởỡợ"),
    ('u', "ùøûõï", "úùủũụ"),
    ('ö', "ùøûõï", "ứừửữự"),
    ('y', "ùøûõ", "ýỳỷỹ"),
];
/// The letters that VNI writes with one byte.
const VNI_SINGLE: [(char, char); 9] =
    [('ô', 'ơ'), ('ö', 'ư'), ('í', 'í'), ('ì', 'ì'), ('æ', 'ỉ'), ('ó', 'ĩ'), ('ò', 'ị'), ('î', 'ỵ'), ('ñ', 'đ')];

static TCVN3_LETTERS: LazyLock<Vec<char>> = LazyLock::new(|| TCVN3.chars().collect());

/// The characters of U+00A0–U+00FF as windows-1258 has them.
static WINDOWS_1258_LETTERS: LazyLock<Vec<char>> = LazyLock::new(|| {
    let bytes: Vec<u8> = (0xa0..=0xff).collect();
    encoding_rs::WINDOWS_1258.decode_without_bom_handling(&bytes).0.chars().collect()
});

/// Decodes text of one of [`Encoding::LEGACY`] character by character; any other encoding leaves it as it is.
pub(super) struct Letters {
    encoding: Encoding,
    /// A letter that the next character may mark.
    base: Option<char>,
}

impl Letters {
    pub(super) const fn of(encoding: Encoding) -> Self {
        Self { encoding, base: None }
    }

    /// Adds the next character, as windows-1252 has it.
    pub(super) fn push(&mut self, shown: char, into: &mut String) {
        match self.encoding {
            Encoding::Tcvn3 => into.push(upper_half(&TCVN3_LETTERS, shown)),
            Encoding::Vni => {
                if let Some(base) = self.base.take() {
                    if let Some(letter) = vni_pair(base, shown) {
                        into.push(letter);
                        return;
                    }
                    into.push(vni_single(base));
                }
                self.start_vni(shown, into);
            }
            Encoding::Windows1258 => {
                let letter = upper_half(&WINDOWS_1258_LETTERS, shown);
                match self.base.filter(|_| is_combining_mark(letter)).and_then(|base| with_tone(base, letter)) {
                    Some(composed) => {
                        self.base = None;
                        into.push(composed);
                    }
                    None => into.extend(self.base.replace(letter)),
                }
            }
            _ => into.push(shown),
        }
    }

    /// Ends the text.
    pub(super) fn finish(&mut self, into: &mut String) {
        if let Some(base) = self.base.take() {
            into.push(if self.encoding == Encoding::Vni { vni_single(base) } else { base });
        }
    }

    fn start_vni(&mut self, shown: char, into: &mut String) {
        if VNI_PAIRS.iter().any(|(base, ..)| *base == lowercase(shown)) {
            self.base = Some(shown);
        } else {
            into.push(vni_single(shown));
        }
    }
}

/// Decodes a whole text.
pub(super) fn decode(text: &str, encoding: Encoding) -> String {
    let mut letters = Letters::of(encoding);
    let mut decoded = String::with_capacity(text.len());
    text.chars().for_each(|shown| letters.push(shown, &mut decoded));
    letters.finish(&mut decoded);
    decoded
}

/// Bytes decoded as windows-1252.
pub(super) fn as_windows_1252(bytes: &[u8]) -> Cow<'_, str> {
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
}

/// The character of windows-1252 for each byte.
pub(super) fn windows_1252_table() -> Vec<char> {
    let bytes: Vec<u8> = (0..=255).collect();
    as_windows_1252(&bytes).chars().collect()
}

fn upper_half(letters: &[char], shown: char) -> char {
    (shown as usize).checked_sub(0xa0).and_then(|at| letters.get(at)).copied().unwrap_or(shown)
}

/// The one letter that a letter and a tone make: ê and a dot below are ệ, though Unicode takes it apart otherwise.
fn with_tone(base: char, tone: char) -> Option<char> {
    if !"aăâeêioôơuưy".contains(base.to_lowercase().next()?) {
        return None;
    }
    let mut composed = [base, tone].into_iter().nfc();
    composed.next().filter(|_| composed.next().is_none())
}

/// The letter of a base and a mark. The mark decides nothing about the case: `AÙ` and `Aù` are both Á.
fn vni_pair(base: char, mark: char) -> Option<char> {
    let (_, marks, letters) = VNI_PAIRS.iter().find(|(letter, ..)| *letter == lowercase(base))?;
    let at = marks.chars().position(|other| other == lowercase(mark))?;
    letters.chars().nth(at).map(|letter| with_case_of(base, letter))
}

fn vni_single(shown: char) -> char {
    let found = VNI_SINGLE.iter().find(|(letter, _)| *letter == lowercase(shown));
    found.map_or(shown, |(_, letter)| with_case_of(shown, *letter))
}

/// In U+00C0–U+00FF small letters are 32 above the capitals; × and ÷ are no letters.
fn lowercase(letter: char) -> char {
    match letter {
        'A'..='Z' => letter.to_ascii_lowercase(),
        '\u{c0}'..='\u{de}' if letter != '×' => char::from(letter as u8 + 32),
        _ => letter,
    }
}

fn with_case_of(model: char, letter: char) -> char {
    if lowercase(model) == model { letter } else { letter.to_uppercase().next().unwrap_or(letter) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(TCVN3_LETTERS.len(), 96);
        assert_eq!(WINDOWS_1258_LETTERS.len(), 96);
        for (base, marks, letters) in VNI_PAIRS {
            assert_eq!(marks.chars().count(), letters.chars().count(), "{base}");
        }
    }

    /// Every Vietnamese letter has its place in each table, and just one.
    #[test]
    fn each_letter_stands_once_in_vni_and_tcvn3() {
        let mut all: Vec<char> = VNI_PAIRS.iter().flat_map(|(.., letters)| letters.chars()).collect();
        all.extend(VNI_SINGLE.iter().map(|(_, letter)| *letter));
        all.sort_unstable();
        let mut expected: Vec<char> =
            "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ".chars().collect();
        expected.sort_unstable();
        assert_eq!(all, expected);
        let small: Vec<char> = TCVN3.chars().filter(|letter| expected.binary_search(letter).is_ok()).collect();
        assert_eq!(small.len(), expected.len());
    }

    #[test]
    fn headings_become_vietnamese() {
        let tcvn3 = "Sè hå s¬, Ngµy hÑn tr¶, §¬n vÞ, H\u{ad}ng, “®Õn” – 5€";
        assert_eq!(decode(tcvn3, Encoding::Tcvn3), "Số hồ sơ, Ngày hẹn trả, Đơn vị, Hưng, “đến” – 5€");
        let vni = "Soá hoà sô, Ngaøy heïn traû, Ñôn vò, Höng, ñeán kyù kyõ Myõ lyù HOÄI ÑOÀNG Aùnh ö ô";
        assert_eq!(
            decode(vni, Encoding::Vni),
            "Số hồ sơ, Ngày hẹn trả, Đơn vị, Hưng, đến ký kỹ Mỹ lý HỘI ĐỒNG Ánh ư ơ"
        );
        let marked = "H\u{e0} Nôòi, ðýõÌng, Tiêìn, Quì";
        assert_eq!(decode(marked, Encoding::Windows1258), "Hà Nội, đường, Tiến, Qú");
    }

    #[test]
    fn a_letter_at_the_end_is_not_lost() {
        for encoding in Encoding::LEGACY {
            assert_eq!(decode("xa", encoding), "xa");
        }
    }
}
