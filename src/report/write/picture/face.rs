//! The bundled faces: their files, and how far each letter advances.

use std::collections::HashMap;
use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use unicode_normalization::UnicodeNormalization;

use crate::ReportError;

/// Family of both faces.
pub const FAMILY: &str = "Noto Sans";

/// The files of both faces.
pub static FILES: [&[u8]; 2] = [
    include_bytes!("../../../../report-templates/fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../../../report-templates/fonts/NotoSans-Bold.ttf"),
];

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
    /// Reads the bundled faces, once.
    pub fn bundled() -> Result<&'static Self, ReportError> {
        static FACES: OnceLock<Option<Faces>> = OnceLock::new();
        let [regular, bold] = FILES;
        let faces = FACES.get_or_init(|| Some(Self { regular: Face::read(regular)?, bold: Face::read(bold)? }));
        faces.as_ref().ok_or(ReportError::Font(FAMILY))
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
        text.nfc().map(|c| face.advance(c)).sum::<f64>() * em
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

/// How far the letters of one face advance, in ems.
#[derive(Debug)]
pub struct Face {
    advances: HashMap<char, f64>,
}

impl Face {
    /// How far a letter advances; one that the face lacks, as far as a digit.
    pub fn advance(&self, c: char) -> f64 {
        self.advances.get(&c).or_else(|| self.advances.get(&'0')).copied().unwrap_or_default()
    }

    /// Whether the face has the letter.
    #[cfg(test)]
    pub fn has(&self, c: char) -> bool {
        self.advances.contains_key(&c)
    }

    fn read(file: &[u8]) -> Option<Self> {
        let font = FontRef::new(file).ok()?;
        let em = f64::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let advance = |(code, glyph)| Some((char::from_u32(code)?, f64::from(metrics.advance_width(glyph)?) / em));
        Some(Self { advances: font.charmap().mappings().filter_map(advance).collect() })
    }
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
                    assert!(faces.face(weight).advance(c) > 0.1, "{c} in {weight:?}");
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
