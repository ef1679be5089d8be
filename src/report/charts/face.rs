//! The bundled faces: how far each letter advances and where its ink begins.
//!
//! plotters draws a glyph from the left edge of its ink and forgets the space before it, so words drawn by it
//! come out uneven. With the space read here, each letter is drawn at its own place.

use std::collections::HashMap;
use std::sync::OnceLock;

use plotters::style::{FontStyle, register_font};
use unicode_normalization::UnicodeNormalization;

use super::super::ReportError;

/// Family under which the faces are registered with plotters.
pub const FAMILY: &str = "cchc-noto-sans";

static REGULAR: &[u8] = include_bytes!("../../../report-templates/fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../../report-templates/fonts/NotoSans-Bold.ttf");

/// Weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// Both weights.
#[derive(Debug)]
pub struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    /// Reads and registers the bundled faces, once.
    pub fn bundled() -> Result<&'static Self, ReportError> {
        static FACES: OnceLock<Option<Faces>> = OnceLock::new();
        let faces = FACES.get_or_init(|| {
            register_font(FAMILY, FontStyle::Normal, REGULAR).ok()?;
            register_font(FAMILY, FontStyle::Bold, BOLD).ok()?;
            Some(Self { regular: Face::read(REGULAR)?, bold: Face::read(BOLD)? })
        });
        faces.as_ref().ok_or(ReportError::Font("Noto Sans"))
    }

    pub const fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Width of a text at a size of so many pixels an em.
    pub fn width(&self, text: &str, em: f64, weight: Weight) -> f64 {
        let face = self.face(weight);
        text.nfc().map(|c| face.metrics(c).advance).sum::<f64>() * em
    }

    /// Breaks a text between words into lines no wider than `room`; a single longer word stays whole.
    pub fn wrap(&self, text: &str, em: f64, weight: Weight, room: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), em, weight) <= room => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

/// Metrics of one face, in ems.
#[derive(Debug)]
pub struct Face {
    letters: HashMap<char, Metrics>,
    /// Ascent to descent: what plotters calls the size of a text.
    pub height: f64,
}

/// Metrics of one letter, in ems.
#[derive(Debug, Clone, Copy, Default)]
pub struct Metrics {
    /// From its origin to that of the next letter.
    pub advance: f64,
    /// From its origin to its ink.
    pub bearing: f64,
}

impl Face {
    /// The letter's metrics; of a letter the face lacks, those of a digit.
    pub fn metrics(&self, c: char) -> Metrics {
        self.letters.get(&c).or_else(|| self.letters.get(&'0')).copied().unwrap_or_default()
    }

    /// Whether the face has the letter.
    #[cfg(test)]
    pub fn has(&self, c: char) -> bool {
        self.letters.contains_key(&c)
    }

    /// Reads the tables `head`, `hhea`, `hmtx` and `cmap` (format 4) of a TrueType file.
    fn read(file: &[u8]) -> Option<Self> {
        let hhea = table(file, *b"hhea")?;
        let em = f64::from(short(table(file, *b"head")?, 18)?);
        let height = f64::from(signed(hhea, 4)?) - f64::from(signed(hhea, 6)?);
        let long_metrics = usize::from(short(hhea, 34)?);
        let hmtx = table(file, *b"hmtx")?;
        let mut letters = HashMap::new();
        for (c, glyph) in characters(table(file, *b"cmap")?)? {
            let glyph = usize::from(glyph);
            let advance = short(hmtx, glyph.min(long_metrics - 1) * 4)?;
            let bearing = if glyph < long_metrics {
                signed(hmtx, glyph * 4 + 2)?
            } else {
                signed(hmtx, long_metrics * 4 + (glyph - long_metrics) * 2)?
            };
            letters.insert(c, Metrics { advance: f64::from(advance) / em, bearing: f64::from(bearing) / em });
        }
        Some(Self { letters, height: height / em })
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn signed(bytes: &[u8], at: usize) -> Option<i16> {
    short(bytes, at).map(u16::cast_signed)
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

fn table(file: &[u8], tag: [u8; 4]) -> Option<&[u8]> {
    let count = usize::from(short(file, 4)?);
    let entry = (0..count).map(|index| 12 + index * 16).find(|at| file.get(*at..at + 4) == Some(&tag[..]))?;
    let (start, length) = (long(file, entry + 8)?, long(file, entry + 12)?);
    file.get(start..start + length)
}

/// Characters and their glyphs, from the first subtable of format 4.
fn characters(cmap: &[u8]) -> Option<Vec<(char, u16)>> {
    let count = usize::from(short(cmap, 2)?);
    let offsets = (0..count).filter_map(|index| long(cmap, 4 + index * 8 + 4));
    let map = offsets.filter_map(|at| cmap.get(at..)).find(|map| short(map, 0) == Some(4))?;
    let segments = usize::from(short(map, 6)? / 2);
    let (ends, starts) = (14, 16 + segments * 2);
    let (deltas, ranges) = (starts + segments * 2, starts + segments * 4);
    let mut found = Vec::new();
    for segment in 0..segments {
        let at = segment * 2;
        let (first, last) = (short(map, starts + at)?, short(map, ends + at)?);
        let (delta, range) = (short(map, deltas + at)?, short(map, ranges + at)?);
        for code in first..=last.min(0xfffe) {
            let glyph = if range == 0 {
                code.wrapping_add(delta)
            } else {
                let place = ranges + at + usize::from(range) + usize::from(code - first) * 2;
                short(map, place).filter(|glyph| *glyph != 0).map_or(0, |glyph| glyph.wrapping_add(delta))
            };
            if let Some(c) = char::from_u32(u32::from(code)).filter(|_| glyph != 0) {
                found.push((c, glyph));
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vietnamese_letter_has_a_glyph() {
        let letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz";
        let marks = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];
        let faces = Faces::bundled().expect("the bundled faces are sound");
        for weight in [Weight::Regular, Weight::Bold] {
            for letter in letters.chars().chain(letters.to_uppercase().chars()) {
                let toned = marks.map(|mark| format!("{letter}{mark}"));
                let vowel = "aăâeêioôơuưy".contains(letter.to_lowercase().next().unwrap_or(letter));
                let toned = toned.iter().filter(|_| vowel).flat_map(|text| text.nfc());
                for c in [letter].into_iter().chain(toned) {
                    assert!(faces.face(weight).has(c), "{c} in {weight:?}");
                    assert!(faces.face(weight).metrics(c).advance > 0.1, "{c} in {weight:?}");
                }
            }
        }
        assert!("0123456789.,%–…“”()/&₫".chars().all(|c| faces.face(Weight::Regular).has(c)));
    }

    #[test]
    fn a_decomposed_name_is_as_wide_as_a_composed_one() {
        let faces = Faces::bundled().expect("the bundled faces are sound");
        let name = "Sở Kế hoạch và Đầu tư";
        let apart: String = name.nfd().collect();
        let width = |text: &str| faces.width(text, 13.0, Weight::Regular);
        assert!((width(name) - width(&apart)).abs() < 1e-9);
    }
}
