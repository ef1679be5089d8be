//! The day on which a file was exported: in its name, else in its letterhead.

use chrono::NaiveDate;

use cchc_definitions::ExportDayWords;

/// The last day written in a file name as `20200701` or `2020-07-01`, standing alone.
///
/// ```
/// use cchc_normalise::in_name;
/// assert_eq!(in_name("ho-so_so-y-te_20200701 (1).csv").unwrap().to_string(), "2020-07-01");
/// assert_eq!(in_name("ho-so_120200701.csv"), None);
/// assert_eq!(in_name("Danh sách hồ sơ 5_9_2026 8_3.xls").unwrap().to_string(), "2026-09-05");
/// assert_eq!(in_name("Sổ theo dõi hồ sơ_2026_09_05_02_41.xlsx").unwrap().to_string(), "2026-09-05");
/// assert_eq!(in_name("tu 01-01-2020 den 31-03-2020.xlsx"), None);
/// ```
#[must_use]
pub fn in_name(name: &str) -> Option<NaiveDate> {
    compact(name).or_else(|| apart(name))
}

/// Day, month and year apart, padded or not, as a browser saves a report: `5_9_2026`, `05-09-2026`, `2026_09_05`.
/// Two such days are those that the file covers.
fn apart(name: &str) -> Option<NaiveDate> {
    let mut runs: Vec<(&str, bool)> = Vec::new();
    let mut rest = name;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let follows = !runs.is_empty() && start == 1 && rest.starts_with(['_', '-', '.']);
        let end = rest[start..].find(|letter: char| !letter.is_ascii_digit()).map_or(rest.len(), |end| start + end);
        runs.push((&rest[start..end], follows));
        rest = &rest[end..];
    }
    let number = |text: &str| text.parse::<u32>().ok();
    let day = |[first, month, last]: [&str; 3]| {
        let (day, year) = match (first.len(), last.len()) {
            (4, 2) if month.len() == 2 => (last, first),
            (1 | 2, 4) if month.len() <= 2 => (first, last),
            _ => return None,
        };
        NaiveDate::from_ymd_opt(number(year)?.try_into().ok()?, number(month)?, number(day)?)
            .filter(|day| plausible(*day))
    };
    let found: Vec<NaiveDate> = runs
        .windows(3)
        .filter(|three| three[1].1 && three[2].1)
        .filter_map(|three| day([three[0].0, three[1].0, three[2].0]))
        .collect();
    if let [one] = found.as_slice() { Some(*one) } else { None }
}

fn compact(name: &str) -> Option<NaiveDate> {
    let mut found = None;
    let mut digits = String::new();
    let mut separated = String::new();
    for letter in name.chars().chain(std::iter::once('.')) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            separated.push(letter);
            continue;
        }
        found = day(&digits, "%Y%m%d", 8).or(found);
        digits.clear();
        if letter == '-' && !separated.is_empty() && !separated.ends_with('-') {
            separated.push('-');
        } else {
            found = day(separated.trim_end_matches('-'), "%Y-%m-%d", 10).or(found);
            separated.clear();
        }
    }
    found
}

/// The export day in the rows above the headings: after a word for exporting or making the list,
/// as `01/07/2020` or `ngày 01 tháng 07 năm 2020`. The days a list covers ("từ ngày … đến ngày …") are no export day.
#[must_use]
pub fn in_letterhead<'a>(texts: impl IntoIterator<Item = &'a str>, words: &ExportDayWords) -> Option<NaiveDate> {
    texts.into_iter().find_map(|text| {
        let text = crate::clean(text).to_lowercase();
        // The days that a list covers are no export day.
        let covered = text.find(&words.covered);
        let behind = text.rfind(&words.after_covered).filter(|at| covered.is_some_and(|covered| *at > covered));
        let text = text[..covered.unwrap_or(text.len())].to_owned() + behind.map_or("", |at| &text[at..]);
        let after = words.before.iter().find_map(|word| text.find(word).map(|at| &text[at..]));
        let is_dateline = || text.contains(&words.dateline) && text.contains(&words.month);
        after
            .and_then(|after| first_day(after, words))
            .or_else(|| is_dateline().then(|| spelled(&text, words)).flatten())
    })
}

pub(super) fn first_day(text: &str, words: &ExportDayWords) -> Option<NaiveDate> {
    let slashed = text
        .split(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '/' | '-' | '.'))
        .find_map(|word| {
            let patterns = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"];
            patterns.iter().find_map(|pattern| NaiveDate::parse_from_str(word, pattern).ok())
        })
        .filter(|day| plausible(*day));
    slashed.or_else(|| spelled(text, words))
}

fn spelled(text: &str, words: &ExportDayWords) -> Option<NaiveDate> {
    let mut numbers =
        text[text.find(&words.day)?..].split(|letter: char| !letter.is_ascii_digit()).filter(|word| !word.is_empty());
    let (day, month, year) = (numbers.next()?, numbers.next()?, numbers.next()?);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).filter(|day| plausible(*day))
}

fn day(text: &str, format: &str, length: usize) -> Option<NaiveDate> {
    (text.len() == length).then(|| NaiveDate::parse_from_str(text, format).ok())?.filter(|day| plausible(*day))
}

fn plausible(day: NaiveDate) -> bool {
    (2000..=2100).contains(&chrono::Datelike::year(&day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_letterhead<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<NaiveDate> {
        super::in_letterhead(texts, &cchc_definitions::ReadingWords::shipped().export_day)
    }

    #[test]
    fn a_name_may_hold_the_day_with_hyphens() {
        assert_eq!(in_name("xuat 2025-04-01.xlsx").map(|day| day.to_string()).as_deref(), Some("2025-04-01"));
        assert_eq!(in_name("ho-so.xlsx"), None);
        assert_eq!(in_name("ho-so_20201340.xlsx"), None);
    }

    #[test]
    fn the_covered_days_are_not_the_export_day() {
        let line = "(Từ ngày 13/08/2019 đến ngày 30/06/2020; thời điểm xuất: 01/07/2020 08:00)";
        assert_eq!(in_letterhead([line]).map(|day| day.to_string()).as_deref(), Some("2020-07-01"));
        assert_eq!(in_letterhead(["(Từ ngày 13/08/2019 đến ngày 30/06/2020)"]), None);
        assert_eq!(in_letterhead(["Dữ liệu kết xuất từ ngày 01/01/2020 đến ngày 30/06/2020"]), None);
        assert_eq!(in_letterhead(["Ngày xuất: 02-07-2020"]).map(|day| day.to_string()).as_deref(), Some("2020-07-02"));
        assert_eq!(
            in_letterhead(["Vinh, ngày 02 tháng 4 năm 2025"]).map(|day| day.to_string()).as_deref(),
            Some("2025-04-02")
        );
    }
}
