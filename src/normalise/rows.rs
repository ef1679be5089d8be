//! Distinguishes body rows from group, total, numbering, signature and repeated heading rows, by rule and not by position.

use crate::text::clean;
use cchc_definitions::RowWords;
use cchc_model::fold_name;

/// What a row below the headings is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    /// A row of data.
    Body,
    /// Nothing in it.
    Blank,
    /// `(1) (2) (3)` or `1 2 3` under the headings.
    Numbering,
    /// A group row such as `I | Sở Y tế`, or a signature or note: too few cells to be data.
    Sparse,
    /// `Tổng cộng`, `Cộng` …
    Total,
    /// The headings again, as after a page break.
    Heading,
}

/// Classifies one row. `cells` are all cells of the row, `headings` the texts of the heading row.
///
/// A row with a quarter of the headings filled or fewer cannot be data; neither can `I | name` alone.
#[must_use]
pub fn classify<T: AsRef<str>>(cells: &[T], headings: &[String], words: &RowWords) -> RowKind {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    let cells = cells.as_slice();
    let width = headings.iter().filter(|heading| !heading.is_empty()).count();
    let filled = cells.iter().filter(|cell| !is_blank(cell)).count();
    if filled == 0 {
        return RowKind::Blank;
    }
    if repeats_headings(cells, headings, filled) {
        return RowKind::Heading;
    }
    if cells.iter().filter(|cell| !is_blank(cell)).take(2).any(|cell| is_total(cell, words)) {
        return RowKind::Total;
    }
    if is_numbering(cells, filled) {
        return RowKind::Numbering;
    }
    let ordinal = cells.iter().find(|cell| !is_blank(cell)).is_some_and(|cell| is_group_ordinal(cell));
    if filled * 4 <= width || (filled <= 2 && (ordinal || width > 4)) {
        return RowKind::Sparse;
    }
    RowKind::Body
}

fn is_blank(cell: &str) -> bool {
    match cell.as_bytes().first() {
        None => true,
        Some(b'!'..=b'~') => false,
        Some(_) => cell.trim().is_empty(),
    }
}

/// Whether most filled cells repeat their heading; for most rows the first cell shows that they do not.
fn repeats_headings(cells: &[&str], headings: &[String], filled: usize) -> bool {
    let same = |cell: &str, heading: &str| {
        let plain = cell.trim();
        plain == heading
            || (!plain.starts_with(|letter: char| letter.is_ascii_digit()) && fold_name(plain) == fold_name(heading))
    };
    let repeats = |(position, cell): (usize, &&str)| {
        headings.get(position).is_some_and(|heading| !heading.is_empty() && same(cell, heading))
    };
    let mut cells = cells.iter().enumerate().filter(|(_, cell)| !is_blank(cell));
    if filled < 2 || !cells.next().is_some_and(repeats) {
        return false;
    }
    (cells.filter(|cell| repeats(*cell)).count() + 1) * 2 > filled
}

/// "Tổng cộng", "Tổng số", "Cộng", "Cộng:", "TỔNG" – and never "Công ty".
#[must_use]
pub fn is_total(cell: &str, words: &RowWords) -> bool {
    let first = cell.trim_start().as_bytes().first().copied();
    if !matches!(first, Some(b't' | b'T' | b'c' | b'C')) {
        return false;
    }
    let text = clean(cell).to_lowercase();
    let text = text.trim_end_matches([':', '.', ' ']);
    words.total.iter().any(|word| word == text) || words.total_begins.iter().any(|word| text.starts_with(word.as_str()))
}

/// `(1) (2) (3)`, `A B 1 2`, `3 4=5+6 5`: consecutive letters, then consecutive numbers, in every filled cell.
fn is_numbering(cells: &[&str], filled: usize) -> bool {
    if filled < 3 {
        return false;
    }
    let mut letter: Option<u8> = None;
    let mut number: Option<u32> = None;
    cells.iter().filter(|cell| !is_blank(cell)).all(|cell| {
        let token = cell.trim();
        let token = token.strip_prefix(['(', '[']).and_then(|token| token.strip_suffix([')', ']'])).unwrap_or(token);
        if let ([one @ b'A'..=b'Z'], None) = (token.as_bytes(), number) {
            let follows = letter.map_or(*one == b'A', |before| *one == before + 1);
            letter = Some(*one);
            return follows;
        }
        let Some(this) = numbered_column(token) else { return false };
        let follows = number.map_or(this <= 2, |before| this == before + 1);
        number = Some(this);
        follows
    })
}

/// The number of a column, alone or with how it is computed: `4`, `4=5+6`, `(4)=(5)+(6)`.
fn numbered_column(token: &str) -> Option<u32> {
    let (own, rule) = token.split_once('=').map_or((token, None), |(own, rule)| (own, Some(rule)));
    let is_rule = |rule: &str| {
        rule.bytes().any(|byte| byte.is_ascii_digit())
            && rule.bytes().all(|byte| byte.is_ascii_digit() || b" ()[]+-*/x:%.,".contains(&byte))
    };
    let own = own.trim().trim_matches(['(', ')', '[', ']']);
    own.parse().ok().filter(|_| rule.is_none_or(is_rule))
}

/// I, II, IV, A, B …
pub(crate) fn is_group_ordinal(cell: &str) -> bool {
    let text = cell.trim().trim_end_matches(['.', ')']);
    let roman =
        !text.is_empty() && text.len() <= 6 && text.chars().all(|letter| matches!(letter, 'I' | 'V' | 'X' | 'L'));
    roman || (text.len() == 1 && text.chars().all(|letter| letter.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(cells: &[&str]) -> RowKind {
        let headings: Vec<String> =
            ["STT", "Số hồ sơ", "Tên thủ tục", "Lĩnh vực", "Ngày nhận", "Ngày hẹn", "Ngày xong", "Đơn vị"]
                .iter()
                .map(|text| (*text).to_owned())
                .collect();
        classify(cells, &headings, &cchc_definitions::ReadingWords::shipped().rows)
    }

    #[test]
    fn rows_are_known_by_rule() {
        for (cells, expected) in [
            (&["", " ", "\u{a0}"][..], RowKind::Blank),
            (&["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"], RowKind::Numbering),
            (&["1", "2", "3", "4", "5", "6", "7", "8"], RowKind::Numbering),
            (&["A", "B", "1", "2", "3", "4=5+6", "5", "6"], RowKind::Numbering),
            (&["(1)", "(2)", "(3)=(4)+(5)", "[4]", "(5)", "(6)=(5)/(4)x100%", "", ""], RowKind::Numbering),
            (&["", "2", "3", "4", "5", "6", "7", "8"], RowKind::Numbering),
            (&["A", "C", "1", "2", "", "", "", "x"], RowKind::Body),
            (&["7", "8", "9", "10", "", "", "", ""], RowKind::Body),
            (&["1", "2", "3=x", "4", "", "", "", ""], RowKind::Body),
            (&["I", "Sở Y tế"], RowKind::Sparse),
            (&["", "", "", "", "", "THỦ TRƯỞNG ĐƠN VỊ"], RowKind::Sparse),
            (&["Tổng cộng", "", "68 hồ sơ"], RowKind::Total),
            (&["", "Cộng:", "1", "2", "3", "4", "5", "6"], RowKind::Total),
            (
                &["STT", "Số hồ sơ", "Tên thủ tục", "Lĩnh vực", "Ngày nhận", "Ngày hẹn", "Ngày xong", "Đơn vị"],
                RowKind::Heading,
            ),
            (&["1", "", "Khai sinh", "Hộ tịch", "01/02/2020", "", "", "Sở Y tế"], RowKind::Body),
            (&["Công ty TNHH A", "H1", "Khai sinh", "Hộ tịch", "", "", "", ""], RowKind::Body),
        ] {
            assert_eq!(kind(cells), expected, "{cells:?}");
        }
    }
}
