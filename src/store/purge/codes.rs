//! Finds codes of dossiers wherever a text holds them: alone, in a message, in a file name, in the cells of a row.

use std::borrow::Cow;

use aho_corasick::AhoCorasick;
use polars::prelude::PlHashSet;

use cchc_normalise::{clean, code, with_plain_hyphens};

/// The codes to look for.
#[derive(Debug)]
pub(super) struct Codes {
    exact: PlHashSet<String>,
    /// Of the folded codes; none if there are none.
    within: Option<AhoCorasick>,
    shortest: usize,
}

impl Codes {
    pub fn new<'a>(codes: impl Iterator<Item = &'a String>) -> Self {
        let exact: PlHashSet<String> = codes.map(|given| code(given).into_owned()).collect();
        let mut folded: Vec<String> = exact.iter().map(|code| fold(code).into_owned()).collect();
        folded.sort_unstable();
        let shortest = folded.iter().map(String::len).min().unwrap_or(usize::MAX);
        // Building fails for more than two thousand million bytes of codes only.
        let within = if folded.is_empty() { None } else { AhoCorasick::new(&folded).ok() };
        Self { exact, within, shortest }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty()
    }

    /// Whether it is one of the codes.
    pub fn contains(&self, stored: &str) -> bool {
        self.exact.contains(&*code(stored))
    }

    /// Whether one of the codes stands in the text, not as a part of a longer word or number.
    pub fn occurs_in(&self, text: &str) -> bool {
        let Some(within) = self.within.as_ref().filter(|_| text.len() >= self.shortest) else { return false };
        let text = fold(text);
        let found = |text: &str| {
            within.find_overlapping_iter(text).any(|found| {
                let before = text[..found.start()].chars().next_back();
                let after = text[found.end()..].chars().next();
                !before.into_iter().chain(after).any(char::is_alphanumeric)
            })
        };
        found(&text) || text.contains('\\') && found(&unescaped(&text))
    }
}

/// Spellings that mean the same code to a person who looks for it.
fn fold(text: &str) -> Cow<'_, str> {
    match clean(text) {
        Cow::Borrowed(text) if !text.bytes().any(|byte| byte.is_ascii_uppercase()) && text.is_ascii() => {
            Cow::Borrowed(text)
        }
        text => Cow::Owned(with_plain_hyphens(&text).to_lowercase()),
    }
}

/// Cells are kept as JSON, where a backslash stands before some characters.
fn unescaped(text: &str) -> String {
    text.replace("\\\"", "\"").replace("\\\\", "\\").replace("\\/", "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &[&str]) -> Codes {
        let list: Vec<String> = list.iter().map(|code| (*code).to_owned()).collect();
        Codes::new(list.iter())
    }

    #[test]
    fn a_code_is_found_in_messages_names_and_cells_and_not_within_longer_ones() {
        let codes = codes(&["H41.12-230101-0001", "H1"]);
        for text in [
            "H41.12-230101-0001",
            "gui/H41.12-230101-0001 (1).csv",
            r#"{"Mã hồ sơ":"h41.12-230101-0001"}"#,
            "Hồ sơ H1, H2",
            "H1_20250401.csv",
        ] {
            assert!(codes.occurs_in(text), "{text}");
        }
        for text in ["H41.12-230101-00012", "H12", "XH1", "", "H"] {
            assert!(!codes.occurs_in(text), "{text}");
        }
        assert!(codes.contains("H1") && !codes.contains("h1") && !codes.contains("H12"));
    }

    #[test]
    fn a_code_with_signs_that_json_escapes_is_found_in_cells() {
        assert!(codes(&["A\\B\"C"]).occurs_in(r#"{"Mã":"A\\B\"C"}"#));
        assert!(codes(&["Đ-01"]).occurs_in("Hồ sơ đ-01."), "folded");
    }

    #[test]
    fn no_codes_are_found_nowhere() {
        assert!(!codes(&[]).occurs_in("H1"));
    }
}
