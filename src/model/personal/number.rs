//! Finds phone numbers, identity numbers and e-mail addresses by their shape.

use std::ops::Range;

use super::{Personal, Where};

/// Digits of which fewer are no number of a person.
const FEWEST: usize = 9;

/// Whether a text has enough digits, or the sign of a mail address.
pub(super) fn may_hold(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut digits = 0;
    bytes.len() >= 5
        && bytes.iter().any(|byte| {
            digits += usize::from(byte.is_ascii_digit());
            digits >= FEWEST || *byte == b'@'
        })
}

/// What a text is that is nothing but a number.
pub(super) fn whole(text: &str) -> Option<Personal> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.len() {
        12 if text.starts_with('0') => Some(Personal::Identity12),
        9 => Some(Personal::Identity9),
        _ => is_phone(text).then_some(Personal::Phone),
    }
}

/// All numbers and addresses in order.
pub(super) fn find(text: &str, place: Where) -> Vec<(Range<usize>, Personal)> {
    if !may_hold(text) {
        return Vec::new();
    }
    let mut found = mails(text);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let is_start = bytes[at].is_ascii_digit() || (bytes[at] == b'+' && bytes.get(at + 1) == Some(&b'8'));
        if !is_start {
            at += 1;
            continue;
        }
        let run = run(text, at);
        let is_free = found.iter().all(|(span, _)| run.end <= span.start || span.end <= run.start);
        if is_free && stands_alone(text, &run, place) {
            let place = if place == Where::Sentence && is_in_path(text, &run) { Where::Name } else { place };
            found.extend(kind(&text[run.clone()], place).map(|kind| (run.clone(), kind)));
        }
        at = run.end.max(at + 1);
    }
    found.sort_by_key(|(span, _)| span.start);
    found
}

/// Digits from here on, with single blanks, dots or hyphens between groups.
fn run(text: &str, start: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut end = start + 1;
    while end < bytes.len() {
        let is_gap = matches!(bytes[end], b' ' | b'.' | b'-') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !bytes[end].is_ascii_digit() && !is_gap {
            break;
        }
        end += 1;
    }
    start..end
}

/// Whether no letter or digit touches it; in names letters may, since nobody writes blanks there.
fn stands_alone(text: &str, run: &Range<usize>, place: Where) -> bool {
    let before = text[..run.start].chars().next_back();
    let after = text[run.end..].chars().next();
    let touches = |letter: char| match place {
        Where::Code => letter != ' ',
        Where::Name => letter.is_ascii_digit(),
        Where::Sentence => letter.is_alphanumeric(),
        Where::Cell => letter.is_alphanumeric() || letter == '_',
    };
    !before.into_iter().chain(after).any(touches)
}

/// Whether a number in a sentence belongs to the name of a file: no count stands between such signs.
fn is_in_path(text: &str, run: &Range<usize>) -> bool {
    let before = text[..run.start].chars().next_back();
    let mut after = text[run.end..].chars();
    let sign = after.next();
    matches!(before, Some('/' | '\\' | '_' | '-'))
        || matches!(sign, Some('_' | '-' | '/' | '\\'))
        || (sign == Some('.') && after.next().is_some_and(char::is_alphabetic))
}

fn kind(run: &str, place: Where) -> Option<Personal> {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    let is_bare = digits.len() == run.len();
    let is_time = place == Where::Name && is_bare && is_day_and_time(&digits);
    if is_time {
        return None;
    }
    if is_bare {
        return match whole(&digits) {
            Some(Personal::Identity9) if place == Where::Sentence => None,
            None if digits.len() == 11 && digits.starts_with("84") && is_phone(&format!("0{}", &digits[2..])) => {
                Some(Personal::Phone)
            }
            other => other,
        };
    }
    if let Some(rest) = run.strip_prefix("+84") {
        let rest: String = rest.chars().filter(char::is_ascii_digit).collect();
        return is_phone(&format!("0{}", rest.trim_start_matches('0'))).then_some(Personal::Phone);
    }
    if place == Where::Code {
        return None;
    }
    let groups: Vec<usize> = run.split([' ', '.', '-']).map(str::len).collect();
    let is_grouped = groups.len() <= 5 && groups.iter().all(|group| (2..=7).contains(group));
    // Where nine or twelve digits are written in threes, they may be an amount: `123.456.789`.
    let threes = groups.iter().all(|group| *group == 3);
    match digits.len() {
        12 if digits.starts_with('0') && is_grouped && !run.contains('-') => Some(Personal::Identity12),
        9 if threes && run.contains(' ') && place == Where::Cell => Some(Personal::Identity9),
        10 | 11 if is_grouped && !is_date(run) && is_phone(&digits) => Some(Personal::Phone),
        _ => None,
    }
}

/// A mobile or a fixed line: ten digits, eleven of the old prefixes and of fixed lines.
fn is_phone(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    match bytes {
        [b'0', b'3' | b'5' | b'7' | b'8' | b'9', ..] => bytes.len() == 10,
        [b'0', b'2', second, ..] => *second != b'0' && (10..=11).contains(&bytes.len()),
        [b'0', b'1', b'2' | b'6' | b'8' | b'9', ..] => bytes.len() == 11,
        _ => false,
    }
}

/// Groups that begin with a day, a month and a year: `01-07-2020 08`.
fn is_date(run: &str) -> bool {
    let groups: Vec<u32> = run.split([' ', '.', '-']).filter_map(|group| group.parse().ok()).collect();
    matches!(groups[..], [day, month, year, ..] if (1..=31).contains(&day) && (1..=12).contains(&month) && is_year(year))
        || matches!(groups[..], [year, month, day, ..] if (1..=31).contains(&day) && (1..=12).contains(&month) && is_year(year))
}

const fn is_year(year: u32) -> bool {
    matches!(year, 1990..=2049)
}

/// Digits that begin with a day and go on with a time: `20200701`, `01072020`, `010720200803`, `202007010803`.
fn is_day_and_time(digits: &str) -> bool {
    let number = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let fits = |year: Range<usize>, month: Range<usize>, day: Range<usize>| {
        number(year).is_some_and(is_year)
            && number(month).is_some_and(|month| (1..=12).contains(&month))
            && number(day).is_some_and(|day| (1..=31).contains(&day))
    };
    let rest = digits.get(8..).unwrap_or_default();
    let pairs = (0..rest.len() / 2).filter_map(|pair| rest.get(2 * pair..2 * pair + 2)?.parse::<u32>().ok());
    let is_time = pairs.enumerate().all(|(place, value)| value < if place == 0 { 24 } else { 60 });
    is_time && (fits(0..4, 4..6, 6..8) || fits(4..8, 2..4, 0..2))
}

/// Mail addresses: what stands around an `@`, with a dot in the part behind it.
fn mails(text: &str) -> Vec<(Range<usize>, Personal)> {
    let mut found: Vec<(Range<usize>, Personal)> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let is_own = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+' | '%');
        let start = text[..at].char_indices().rev().take_while(|(_, letter)| is_own(*letter)).last();
        let Some(start) = start.map(|(start, _)| start) else { continue };
        let is_domain = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-');
        let domain: &str = &text[at + 1..];
        let length = domain.find(|letter| !is_domain(letter)).unwrap_or(domain.len());
        let domain = domain[..length].trim_end_matches(['.', '-']);
        let has_dot = domain.split_once('.').is_some_and(|(host, rest)| !host.is_empty() && !rest.is_empty());
        if has_dot && found.last().is_none_or(|(span, _)| span.end <= start) {
            found.push((start..at + 1 + domain.len(), Personal::Mail));
        }
    }
    found
}
