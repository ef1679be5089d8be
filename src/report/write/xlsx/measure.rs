//! How wide text is and how many lines it takes, by the letter widths of a book face, and how much a page has room for.

use unicode_normalization::UnicodeNormalization;

use crate::number;
use crate::plan::{Cell, CellFormat, Tie};

/// Pixels of one unit of column width, and of a cell's two margins, as Excel counts them.
pub const UNIT: f64 = 7.0;
const MARGIN: f64 = 7.0;
/// Room that Excel gives one step of indentation; words are indented, so that figures beside them stay apart.
pub const INDENT: f64 = 1.3;

/// Sides of A4 less the margins, in pixels: across, then along the short side.
pub const PRINTABLE: (f64, f64) = (1008.0, 669.0);
/// A sheet printed smaller than this cannot be read.
pub const SMALLEST: f64 = 0.45;
/// Width in pixels of what can be read on one page.
pub const READABLE: f64 = PRINTABLE.0 / SMALLEST;

/// Width of a line of text in units of column width, without margins.
pub fn width(text: &str, points: u16) -> f64 {
    let ems: f64 = text.nfd().map(em).sum();
    ems * f64::from(points) * 96.0 / 72.0 / UNIT
}

/// Width of a column that holds text so wide.
pub fn column(text_width: f64) -> f64 {
    text_width + MARGIN / UNIT
}

/// Lines that a text takes in a column so wide, broken between words.
pub fn lines(text: &str, points: u16, column_width: f64) -> usize {
    // A column made to fit its longest text holds it, whatever was rounded on the way.
    let room = (column_width - MARGIN / UNIT).max(1.0) + 0.3;
    text.lines().map(|line| wrapped(line, points, room)).sum::<usize>().max(1)
}

/// Height in points of a row whose heading runs from the bottom up in a column so wide.
pub fn upright_height(text: &str, points: u16, column_width: f64) -> f64 {
    const LEAST: f64 = 6.0;
    const MOST: f64 = 46.0;
    let line = f64::from(points) * 1.28 * 96.0 / 72.0;
    let room = ((column_width * UNIT) / line).floor().max(1.0) as usize;
    let mut length = LEAST;
    while length < MOST && lines(text, points, length) > room {
        length += 1.0;
    }
    (length * UNIT + MARGIN) * 72.0 / 96.0
}

/// Height in points of a row with so many lines.
pub fn height(lines: usize, points: u16) -> f64 {
    (lines as f64 * f64::from(points) * 1.28 + 3.0).clamp(15.0, 400.0)
}

/// What a cell looks like, to measure it.
pub fn shown(cell: &Cell, kind: CellFormat) -> String {
    match cell {
        Cell::Text(text) | Cell::Absent(text) | Cell::Link { words: text, .. } => text.clone(),
        Cell::Int(value) => format!("{})", number::int(*value)),
        Cell::Number(value) => measured(*value, kind),
        Cell::As(kind, value) => measured(*value, *kind),
        Cell::Date(day) => number::day(*day),
        Cell::Rank(rank, Tie::Alone) => rank.to_string(),
        Cell::Rank(rank, Tie::Shared) => format!("{rank}="),
        Cell::Empty => String::new(),
    }
}

fn measured(value: f64, kind: CellFormat) -> String {
    let text = number::figure(value, kind);
    if matches!(kind, CellFormat::Movement(..)) { format!("▲ {text}") } else { text + ")" }
}

fn wrapped(line: &str, points: u16, room: f64) -> usize {
    let space = width(" ", points);
    let (mut lines, mut used) = (1, 0.0);
    for word in line.split(' ') {
        let mut word = width(word, points);
        if used > 0.0 && used + space + word > room {
            lines += 1;
            used = 0.0;
        }
        while word > room {
            lines += 1;
            word -= room;
        }
        used += if used > 0.0 { space + word } else { word };
    }
    lines
}

/// Letter widths in ems of Times New Roman and the faces made to its measure, rounded up.
fn em(c: char) -> f64 {
    match c {
        '\u{300}'..='\u{36f}' => 0.0,
        '.' | ',' | ' ' | '\'' | '|' => 0.26,
        'i' | 'j' | 'l' | 't' | ';' | ':' | '/' => 0.29,
        'f' | 'r' | 'I' | '(' | ')' | '-' | '!' => 0.34,
        's' | 'J' => 0.40,
        'a' | 'c' | 'e' | 'z' | '“' | '”' => 0.45,
        'm' | '&' => 0.79,
        'w' => 0.73,
        'a'..='z' | '0'..='9' | 'đ' | '–' | '_' => 0.51,
        'F' | 'P' | 'S' | '=' | '+' | '<' | '>' | 'E' | 'L' | 'T' | 'Z' => 0.61,
        'B' | 'C' | 'R' => 0.68,
        '%' | 'M' | 'W' => 0.92,
        '…' | '▲' | '▼' => 1.0,
        _ => 0.73,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_wraps_between_words() {
        let name = "Sở Giáo dục và Đào tạo";
        assert_eq!(lines(name, 11, 60.0), 1);
        assert_eq!(lines(name, 11, 16.0), 2);
        assert_eq!(lines("một\nhai", 11, 60.0), 2);
    }

    #[test]
    fn an_accent_takes_no_room() {
        assert!((width("ế", 11) - width("e", 11)).abs() < 1e-9);
    }
}
