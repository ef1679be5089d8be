//! Reads numbers as Vietnamese offices write them, and as English-speaking programs do where only that reading is possible.

use cchc_definitions::NumberWords;

/// Larger whole numbers are no counts and no fees, and a float does not represent them exactly.
const LARGEST_WHOLE: f64 = 9e15;

/// A number whose decimal mark is `decimal`: Vietnamese with a comma, else as machines write it (`2e-06` too).
pub(super) fn number_in(text: &str, decimal: char, words: &NumberWords) -> Option<f64> {
    if decimal == ',' {
        return number_with_currency(text, words);
    }
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if plain && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().filter(|number: &f64| number.is_finite());
    }
    // 1,234.5 and 12.4% are the Vietnamese number with its marks the other way round.
    let swapped: String = text
        .chars()
        .map(|letter| match letter {
            ',' => '.',
            '.' => ',',
            other => other,
        })
        .collect();
    number_with_currency(&swapped, words)
}

/// The number of a cell: [`vietnamese_number`], with or without a currency behind it.
#[must_use]
pub fn number_with_currency(text: &str, words: &NumberWords) -> Option<f64> {
    vietnamese_number(without_currency(text.trim(), words))
}

/// A number. `1.234` is 1234 and `1,5` one and a half; where the Vietnamese reading is impossible the other one holds:
/// `1,234.5`, `1,234,567`, `12.5`, `0.124`. `12,4%` is 0,124; `(1.234)` is negative.
#[must_use]
pub fn vietnamese_number(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        // A single digit in brackets is the mark of a footnote or of a column, not a loss.
        let digits = inner.bytes().filter(u8::is_ascii_digit).count();
        return unsigned(inner.trim()).filter(|_| digits > 1).map(|number| -number);
    }
    let (sign, text) = match text.strip_prefix(['-', '−']) {
        Some(digits) => (-1.0, digits),
        None => (1.0, text),
    };
    let Some(percent) = text.strip_suffix('%') else { return unsigned(text).map(|number| sign * number) };
    // 12.345 % may be twelve or twelve thousand.
    let percent = percent.trim();
    let is_ambiguous = !percent.contains(',') && percent.matches('.').count() == 1 && is_grouped(percent, '.');
    unsigned(percent).filter(|_| !is_ambiguous).map(|number| sign * number / 100.0)
}

/// `150,000` in a column of whole numbers: as a Vietnamese number it would be 150 with three zeros behind the comma,
/// which is never written. `None` for any other text.
pub(super) fn comma_thousands(text: &str, words: &NumberWords) -> Option<f64> {
    let text = without_currency(text.trim(), words);
    let is_one_group = text.matches(',').count() == 1 && !text.contains('.') && is_grouped(text, ',');
    is_one_group.then(|| text.replace(',', "").parse().ok())?
}

/// A number as one that a column of whole numbers may hold.
pub(super) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= LARGEST_WHOLE).then_some(number as i64)
}

fn without_currency<'t>(text: &'t str, words: &NumberWords) -> &'t str {
    // Most numbers end in a digit, and need not be compared with words.
    if text.ends_with(|letter: char| letter.is_ascii_digit()) {
        return text;
    }
    let lower = text.to_lowercase();
    let unit = words.currency.iter().find(|unit| lower.ends_with(unit.as_str()));
    let end = unit.and_then(|unit| text.len().checked_sub(unit.len()));
    end.and_then(|end| text.get(..end)).unwrap_or(text).trim()
}

fn unsigned(text: &str) -> Option<f64> {
    let is_mark = |letter: char| matches!(letter, '.' | ',') || letter.is_whitespace();
    if !text.starts_with(|letter: char| letter.is_ascii_digit())
        || !text.chars().all(|letter| letter.is_ascii_digit() || is_mark(letter))
    {
        return None;
    }
    let text: String = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    let (whole, fraction) = match (text.rfind('.'), text.rfind(',')) {
        (Some(point), Some(comma)) => text.split_at(point.max(comma)),
        (Some(_), None) if is_grouped(&text, '.') => (text.as_str(), ""),
        (None, Some(_)) if text.matches(',').count() > 1 => (text.as_str(), ""),
        (Some(mark), None) | (None, Some(mark)) => text.split_at(mark),
        (None, None) => (text.as_str(), ""),
    };
    let fraction = fraction.trim_start_matches(['.', ',']);
    let group = whole.chars().find(|letter| is_mark(*letter));
    // The mark of the groups is not the one of the fraction, or it would not be clear which is which.
    let is_whole =
        group.is_none_or(|mark| is_grouped(whole, mark) && text.matches(mark).count() == whole.matches(mark).count());
    if !is_whole || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    format!("{digits}.{fraction}0").parse().ok()
}

/// Groups of three digits behind one to three that do not begin with 0: `1.234`, `12.345.678`.
fn is_grouped(text: &str, mark: char) -> bool {
    let is_digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = text.split(mark);
    let first = groups.next().is_some_and(|first| is_digits(first) && first.len() <= 3 && !first.starts_with('0'));
    let mut others = groups.peekable();
    first && others.peek().is_some() && others.all(|group| is_digits(group) && group.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::whole;
    use cchc_definitions::ReadingWords;

    fn number(text: &str) -> Option<f64> {
        super::number_with_currency(text, &ReadingWords::shipped().numbers)
    }

    #[test]
    fn numbers_of_machines_have_a_point() {
        let words = ReadingWords::shipped().numbers;
        for (text, value) in [
            ("278.4264", Some(278.4264)),
            ("1.234", Some(1.234)),
            ("2e-06", Some(2e-6)),
            ("1,234.5", Some(1234.5)),
            ("12.4%", Some(0.124)),
            ("-5", Some(-5.0)),
            ("n/a", None),
            ("", None),
            ("1e999", None),
        ] {
            assert_eq!(super::number_in(text, '.', &words), value, "{text}");
        }
        assert_eq!(super::number_in("1.234", ',', &words), Some(1234.0));
    }

    #[test]
    fn numbers_are_vietnamese() {
        for (text, value) in [
            ("1.234", Some(1234.0)),
            ("1.234,5", Some(1234.5)),
            ("200000,00", Some(200_000.0)),
            ("8000", Some(8000.0)),
            ("12,4%", Some(0.124)),
            ("1.23", Some(1.23)),
            ("1,234.5", Some(1234.5)),
            ("1,234,567", Some(1_234_567.0)),
            ("1.234.567,89", Some(1_234_567.89)),
            ("0.124", Some(0.124)),
            ("0,124", Some(0.124)),
            ("1,234", Some(1.234)),
            ("1234.567", Some(1234.567)),
            ("1 234 567", Some(1_234_567.0)),
            ("1\u{a0}234,5", Some(1234.5)),
            ("12.4%", Some(0.124)),
            ("100 %", Some(1.0)),
            ("-12,5%", Some(-0.125)),
            ("12.345%", None),
            ("(1.234)", Some(-1234.0)),
            ("(1)", None),
            ("−5", Some(-5.0)),
            ("--5", None),
            ("1.23.4", None),
            ("1,23,456", None),
            ("1.234,567.8", None),
            ("12 34", None),
            (".5", None),
            ("5 ngày", None),
            ("1e5", None),
            ("Ⅻ", None),
            ("đ", None),
            ("1,2,3", None),
            ("", None),
            ("abc", None),
            ("-5", Some(-5.0)),
            ("150.000 VNĐ", Some(150_000.0)),
            ("20.000 đồng", Some(20_000.0)),
            ("150.000 VNĐ", Some(150_000.0)),
            ("20.000 đồng", Some(20_000.0)),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
    }

    #[test]
    fn a_comma_before_three_digits_groups_whole_numbers() {
        for (text, value) in [
            ("150,000", Some(150_000.0)),
            ("1,234 đ", Some(1234.0)),
            ("1,23", None),
            ("0,125", None),
            ("1,234,567", None),
            ("1.234,500", None),
            ("150.000", None),
            ("", None),
        ] {
            assert_eq!(super::comma_thousands(text, &ReadingWords::shipped().numbers), value, "{text}");
        }
    }

    #[test]
    fn whole_numbers_have_no_fraction_and_an_end() {
        assert_eq!(whole(150_000.0), Some(150_000));
        assert_eq!(whole(1.5), None);
        assert_eq!(whole(1e30), None);
    }
}
