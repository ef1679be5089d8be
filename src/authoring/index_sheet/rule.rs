//! Reads rules in words – yes or no, tiers – where they are unambiguous; any other rule stays words.

use cchc_definitions::{Rule, RuleWords, Tier};
use cchc_normalise::vietnamese_number;

/// Points may be off by this much: decimal fractions have no exact binary form.
const TOLERANCE: f64 = 1e-9;

/// The rule that words state, its input without a name.
pub(super) fn read(words: &str, max: f64, speech: &RuleWords) -> Option<Rule> {
    let text = words.to_lowercase();
    let clauses: Option<Vec<(String, f64)>> = text
        .split([';', '\n'])
        .flat_map(|part| part.split(". "))
        .map(|part| part.trim().trim_end_matches(['.', ',']).trim())
        .filter(|part| !part.is_empty())
        .map(|part| clause(part, speech))
        .collect();
    let clauses = clauses?;
    yes_no(&clauses, max, speech).or_else(|| tiers(&clauses, max, speech))
}

/// `có: 1 điểm` as condition and points.
fn clause(text: &str, speech: &RuleWords) -> Option<(String, f64)> {
    let colon = text.rfind(':').map(|at| (at, at + 1));
    let (start, end) = colon.or_else(|| last_word(text, &speech.gives))?;
    let condition = text[..start].trim();
    let mut points = text[end..].trim();
    for word in &speech.points {
        points = points.strip_suffix(word.as_str()).unwrap_or(points).trim_end();
    }
    let is_plain = points.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ','));
    let points = vietnamese_number(points).filter(|_| is_plain)?;
    (!condition.is_empty()).then(|| (condition.to_owned(), points))
}

fn yes_no(clauses: &[(String, f64)], max: f64, speech: &RuleWords) -> Option<Rule> {
    let [(first, all), (second, none)] = clauses else { return None };
    let fits = speech.yes.contains(first) && speech.no.contains(second);
    let whole = (all - max).abs() < TOLERANCE && *none == 0.0;
    (fits && whole).then(|| Rule::YesNo { input: String::new() })
}

/// A range of a figure, without its upper end.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    from: Option<Amount>,
    below: Option<Amount>,
}

/// A number, and whether it was written in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Amount {
    value: f64,
    is_percent: bool,
}

fn tiers(clauses: &[(String, f64)], max: f64, speech: &RuleWords) -> Option<Rule> {
    if clauses.len() < 2 {
        return None;
    }
    let last = clauses.len() - 1;
    let mut ranges: Vec<(Range, f64)> = Vec::new();
    for (at, (condition, points)) in clauses.iter().enumerate() {
        let is_rest = at == last && speech.rest.contains(condition);
        let range = if is_rest { Range { from: None, below: None } } else { range(condition, speech)? };
        ranges.push((range, *points));
    }
    let amounts = || ranges.iter().flat_map(|(range, _)| [range.from, range.below]).flatten();
    let in_percent = amounts().any(|amount| amount.is_percent);
    // "80 đến dưới 100 %": one sign is for both.
    let value = |amount: Amount| if in_percent && !amount.is_percent { amount.value / 100.0 } else { amount.value };
    let mut tiers: Vec<Tier> = Vec::new();
    for (at, (range, points)) in ranges.iter().enumerate() {
        let (from, below) = (range.from.map(value), range.below.map(value));
        let above = tiers.last().and_then(|tier| tier.from);
        let follows = match (below, above) {
            (None, None) => at == 0,
            (Some(below), Some(above)) => (below - above).abs() < TOLERANCE,
            // All that no other tier covers.
            (None, Some(_)) => at == last && from.is_none(),
            (Some(_), None) => false,
        };
        let falls = from.is_none_or(|from| above.is_none_or(|above| from < above));
        let ends = from.is_some() || at == last;
        let opens_downwards = at < last || from.is_none_or(|from| from <= 0.0);
        if !(follows && falls && ends && opens_downwards && (0.0..=max + TOLERANCE).contains(points)) {
            return None;
        }
        tiers.push(Tier { from, points: *points });
    }
    Some(Rule::Tiers { input: String::new(), tiers })
}

/// `đúng hạn từ 90% đến dưới 95%`, `từ 95% trở lên`, `≥ 95%`, `dưới 80%`, `100%`.
fn range(text: &str, speech: &RuleWords) -> Option<Range> {
    if let Some((start, end)) = first_word(text, &speech.to_below) {
        let from = lowest(&text[..start], speech)?;
        return Some(Range { from: Some(from), below: Some(amount(&text[end..])?) });
    }
    if let Some((start, end)) = first_word(text, &speech.upwards) {
        let is_last = !text[end..].contains(|letter: char| letter.is_ascii_digit());
        let from = lowest(&text[..start], speech).filter(|_| is_last)?;
        return Some(Range { from: Some(from), below: None });
    }
    if let Some((start, end)) = first_word(text, &speech.below) {
        let below = amount(&text[end..]).filter(|_| is_subject(&text[..start]))?;
        return Some(Range { from: None, below: Some(below) });
    }
    let symbols: Vec<String> = speech.from.iter().filter(|word| !word.contains(char::is_alphabetic)).cloned().collect();
    if let Some((start, end)) = first_word(text, &symbols) {
        let from = amount(&text[end..]).filter(|_| is_subject(&text[..start]))?;
        return Some(Range { from: Some(from), below: None });
    }
    // No share is above 100 %.
    let whole = amount(text).filter(|amount| amount.is_percent && (amount.value - 1.0).abs() < TOLERANCE)?;
    Some(Range { from: Some(whole), below: None })
}

/// The number behind `từ`, or alone.
fn lowest(text: &str, speech: &RuleWords) -> Option<Amount> {
    match first_word(text, &speech.from) {
        Some((start, end)) => amount(&text[end..]).filter(|_| is_subject(&text[..start])),
        None => amount(text),
    }
}

/// Whether a text before a condition only names its subject: it holds no number.
fn is_subject(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_ascii_digit())
}

/// A number with what is counted behind it: `4 cuộc`.
fn amount(text: &str) -> Option<Amount> {
    let text = text.trim();
    let end = text.find(char::is_alphabetic).unwrap_or(text.len());
    let number = text[..end].trim();
    let value = vietnamese_number(number).filter(|_| is_subject(&text[end..]))?;
    Some(Amount { value, is_percent: number.ends_with('%') })
}

/// The first position of one of some words, the longest of those that begin there; words of letters must not be parts of longer ones.
fn first_word(text: &str, words: &[String]) -> Option<(usize, usize)> {
    let places = words.iter().filter_map(|word| {
        let at = text.match_indices(word.as_str()).map(|(at, _)| at).find(|at| stands_alone(text, *at, word))?;
        Some((at, at + word.len()))
    });
    places.min_by_key(|(start, end)| (*start, usize::MAX - *end))
}

fn last_word(text: &str, words: &[String]) -> Option<(usize, usize)> {
    let places = words.iter().filter_map(|word| {
        let at = text.rmatch_indices(word.as_str()).map(|(at, _)| at).find(|at| stands_alone(text, *at, word))?;
        Some((at, at + word.len()))
    });
    places.max()
}

fn stands_alone(text: &str, at: usize, word: &str) -> bool {
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphabetic);
    let before = word.starts_with(char::is_alphabetic) && is_letter(text[..at].chars().next_back());
    let after = word.ends_with(char::is_alphabetic) && is_letter(text[at + word.len()..].chars().next());
    !before && !after
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use cchc_definitions::Definitions;

    fn rule(words: &str, max: f64) -> Option<Rule> {
        read(words, max, &Definitions::load(None).unwrap().index_sheet.words)
    }

    fn tiers_of(words: &str, max: f64) -> Vec<(Option<f64>, f64)> {
        match rule(words, max) {
            Some(Rule::Tiers { tiers, .. }) => tiers.iter().map(|tier| (tier.from, tier.points)).collect(),
            other => panic!("{words}: {other:?}"),
        }
    }

    #[test]
    fn yes_or_no_is_all_or_nothing() {
        for words in [
            "Có: 1 điểm; không: 0",
            "Có: 1đ; Không có: 0đ",
            "Đạt: 1 điểm. Không đạt: 0 điểm.",
            "Có: 1 điểm\nKhông: 0 điểm",
        ] {
            assert_eq!(rule(words, 1.0), Some(Rule::YesNo { input: String::new() }), "{words}");
        }
        for words in
            ["Có: 0,5 điểm; không: 0", "Có: 1 điểm; không: 0,5", "Có: 1 điểm", "Có kế hoạch: 1 điểm; muộn: 0", ""]
        {
            assert_eq!(rule(words, 1.0), None, "{words}");
        }
    }

    #[test]
    fn tiers_are_read_as_people_write_them() {
        let expected = [(Some(0.95), 2.0), (Some(0.9), 1.0), (None, 0.0)];
        for words in [
            "Đúng hạn từ 95% trở lên: 2 điểm; từ 90% đến dưới 95%: 1 điểm; dưới 90%: 0 điểm",
            "Đúng hạn từ 95 % trở lên được 2 điểm; từ 90 đến dưới 95% được 1 điểm; còn lại được 0 điểm",
            "≥ 95%: 2; 90 – < 95%: 1; < 90%: 0",
            ">= 95%: 2\n90%-<95%: 1\nCác trường hợp còn lại: 0",
        ] {
            assert_eq!(tiers_of(words, 2.0), expected, "{words}");
        }
        assert_eq!(
            tiers_of("100 %: 1; 80–<100 %: 0,5; <80 %: 0", 1.0),
            [(Some(1.0), 1.0), (Some(0.8), 0.5), (None, 0.0)]
        );
        assert_eq!(
            tiers_of("Từ 4 cuộc trở lên: 1,5 điểm; từ 2 đến dưới 4 cuộc: 0,75 điểm; từ 0 đến dưới 2: 0 điểm", 1.5),
            [(Some(4.0), 1.5), (Some(2.0), 0.75), (Some(0.0), 0.0)]
        );
    }

    #[test]
    fn what_leaves_a_doubt_stays_words() {
        for words in [
            // A gap, an overlap, nothing said of the rest, too many points, a closed upper end.
            "Từ 95% trở lên: 2; từ 80% đến dưới 90%: 1; dưới 80%: 0",
            "Từ 90% trở lên: 2; từ 80% đến dưới 95%: 1; dưới 80%: 0",
            "Từ 95% trở lên: 2; từ 90% đến dưới 95%: 1",
            "Từ 95% trở lên: 3; dưới 95%: 0",
            "Từ 95% đến 100%: 2; từ 90% đến dưới 95%: 1; dưới 90%: 0",
            "Từ 5 đến 10 hồ sơ từ 95% trở lên: 2; dưới 95%: 0",
            "Mỗi cuộc họp: 0,5 điểm",
            "4 cuộc: 2 điểm; 3 cuộc: 1,5 điểm",
            "Chậm 1 ngày trừ 0,25 điểm",
            "Theo Hướng dẫn số 5/HD-SNV",
        ] {
            assert_eq!(rule(words, 2.0), None, "{words}");
        }
    }
}
