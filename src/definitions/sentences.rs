//! Sentences of the program in Vietnamese, as `report-templates/sentences.toml` words them, found by their English form.
//!
//! Errors and notes are written in English where they arise, with the values in them, and cross every room as plain
//! errors. Whoever prints them for people looks the sentence up here, as message catalogues do, so that no room below
//! knows languages. A sentence that has no counterpart stays as it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::template_text;

/// The file, embedded and of a workspace.
pub(super) const FILE: &str = "report-templates/sentences.toml";

/// Sentences within sentences (a value that is a sentence itself) are looked up so deep.
const DEEPEST: usize = 6;

/// English sentences with gaps, and what they are in Vietnamese.
#[derive(Debug, Clone, Default)]
pub struct Sentences(Vec<Sentence>);

#[derive(Debug, Clone)]
struct Sentence {
    /// The letters between the gaps; one more than gaps.
    letters: Vec<String>,
    /// Names of the gaps; a gap without one is called by its place, from 1.
    gaps: Vec<String>,
    vietnamese: String,
}

#[derive(Debug, Default, Deserialize)]
struct File(BTreeMap<String, BTreeMap<String, String>>);

impl Sentences {
    /// The shipped sentences, replaced and extended by those of a workspace.
    ///
    /// # Errors
    /// The workspace's own file cannot be read, or is no such file.
    pub fn load(overlay: Option<&Path>) -> Result<Self, String> {
        let text = |from| template_text(from, "sentences.toml").map_err(|error| error.to_string());
        let mut words = read(&text(None)?)?;
        if overlay.is_some() {
            words.extend(read(&text(overlay)?)?);
        }
        let sentences = words.iter().map(|(english, vietnamese)| Sentence::new(english, vietnamese)).collect();
        Ok(Self(sentences))
    }

    /// Whether an English sentence, as the program writes it with its gaps, has a counterpart. Line by line.
    #[must_use]
    pub fn has(&self, english: &str) -> bool {
        english.lines().map(str::trim_start).filter(|line| line.chars().any(char::is_alphabetic)).all(|line| {
            let asked = Sentence::new(line, "");
            self.0.iter().any(|known| known.letters == asked.letters)
        })
    }

    /// A text in Vietnamese, line by line; lines and values that have no counterpart stay.
    #[must_use]
    pub fn vietnamese<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let lines: Vec<Cow<'_, str>> = text
            .split('\n')
            .map(|line| {
                let bare = line.trim_start();
                let indent = &line[..line.len() - bare.len()];
                self.line(bare, DEEPEST).map_or(Cow::Borrowed(line), |said| Cow::Owned(format!("{indent}{said}")))
            })
            .collect();
        if lines.iter().all(|line| matches!(line, Cow::Borrowed(_))) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(lines.join("\n"))
    }

    /// A line that is a sentence, ends in one behind a place (`file: key: sentence`), or has one added (`…; sentence`).
    fn line(&self, line: &str, depth: usize) -> Option<String> {
        if depth == 0 || line.is_empty() {
            return None;
        }
        if let Some(said) = self.whole(line, depth) {
            return Some(said);
        }
        let behind_a_place = line.match_indices(": ").find_map(|(at, colon)| {
            let said = self.whole(&line[at + colon.len()..], depth)?;
            Some(format!("{}: {said}", self.part(&line[..at], depth - 1)))
        });
        behind_a_place.or_else(|| {
            line.match_indices("; ").find_map(|(at, _)| {
                let said = self.whole(&line[at..], depth)?;
                Some(format!("{}{said}", self.part(&line[..at], depth - 1)))
            })
        })
    }

    fn whole(&self, text: &str, depth: usize) -> Option<String> {
        let fits = |known: &&Sentence| known.values(text).is_some();
        let best =
            self.0.iter().filter(fits).max_by_key(|known| known.letters.iter().map(String::len).sum::<usize>())?;
        let values = best.values(text)?;
        let named: Vec<(&str, String)> =
            best.gaps.iter().zip(values).map(|(name, value)| (name.as_str(), self.part(value, depth - 1))).collect();
        Some(filled(&best.vietnamese, &named))
    }

    fn part(&self, text: &str, depth: usize) -> String {
        self.line(text, depth).unwrap_or_else(|| text.to_owned())
    }
}

impl Sentence {
    fn new(english: &str, vietnamese: &str) -> Self {
        let (mut letters, mut gaps) = (vec![String::new()], Vec::new());
        let mut rest = english;
        while let Some((before, after)) = rest.split_once('{') {
            // A brace that opens no gap (`write { low = … }`, in Rust `{{`) is a letter.
            let gap = after.split_once('}').filter(|(name, _)| !name.contains(['{', ' ']));
            let last = letters.last_mut().expect("it begins with one");
            last.push_str(before);
            let Some((name, after)) = gap else {
                last.push('{');
                rest = after.strip_prefix('{').unwrap_or(after);
                continue;
            };
            let name = name.split(':').next().unwrap_or_default();
            gaps.push(if name.is_empty() { (unnamed(&gaps) + 1).to_string() } else { name.to_owned() });
            letters.push(String::new());
            rest = after;
        }
        letters.last_mut().expect("it begins with one").push_str(&rest.replace("}}", "}"));
        Self { letters, gaps, vietnamese: vietnamese.to_owned() }
    }

    /// What stands in the gaps, if the text is this sentence.
    fn values<'a>(&self, text: &'a str) -> Option<Vec<&'a str>> {
        let (first, others) = self.letters.split_first()?;
        let Some((last, between)) = others.split_last() else { return (text == first).then(Vec::new) };
        let mut rest = text.strip_prefix(first.as_str())?.strip_suffix(last.as_str())?;
        let mut values = Vec::with_capacity(self.gaps.len());
        for letters in between {
            // Of two gaps side by side the second holds what is added (`; did you mean …`).
            let (value, after) = match letters.as_str() {
                "" => rest.split_at(rest.find(';').unwrap_or(rest.len())),
                letters => rest.split_once(letters)?,
            };
            values.push(value);
            rest = after;
        }
        values.push(rest);
        Some(values)
    }
}

/// How many of the gaps so far bear a number for a name, because they have none of their own.
fn unnamed(gaps: &[String]) -> usize {
    gaps.iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()) && *name != "0").count()
}

/// The sentence with its gaps filled, each once: braces in a value stay.
fn filled(sentence: &str, values: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let gap = after.split_once('}').and_then(|(name, after)| {
            let value = values.iter().find(|(known, _)| *known == name.split(':').next().unwrap_or_default())?;
            Some((value.1.as_str(), after))
        });
        let Some((value, after)) = gap else {
            text.push('{');
            rest = after;
            continue;
        };
        text.push_str(value);
        rest = after;
    }
    text + rest
}

fn read(text: &str) -> Result<BTreeMap<String, String>, String> {
    let File(sections) = toml::from_str(text).map_err(|error| error.to_string())?;
    Ok(sections.into_values().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(english: &str, vietnamese: &str, text: &str) -> String {
        Sentences(vec![
            Sentence::new(english, vietnamese),
            Sentence::new("; did you mean '{near}'?", "\nGợi ý: có phải “{near}”?"),
            Sentence::new("every unit", "mọi đơn vị"),
        ])
        .vietnamese(text)
        .into_owned()
    }

    #[test]
    fn values_go_where_the_other_language_has_them() {
        let said = said("{} of {sought} rows of '{name}'", "“{name}”: {1}/{sought} dòng", "3 of 5 rows of 'a {1} b'");
        assert_eq!(said, "“a {1} b”: 3/5 dòng");
    }

    #[test]
    fn a_sentence_is_known_behind_a_place_and_within_another() {
        let said =
            said("no index '{id}'{hint}", "không có “{id}”.{hint}", "  a.toml: key: no index 'x'; did you mean 'y'?");
        assert_eq!(said, "  a.toml: key: không có “x”.\nGợi ý: có phải “y”?");
        let owed = |who| self::said("'{}' is owed by {who}", "“{1}”: {who}", who);
        assert_eq!(owed("'x' is owed by every unit"), "“x”: mọi đơn vị");
    }

    #[test]
    fn what_is_not_known_stays() {
        assert_eq!(said("a b", "c", "a b c: d"), "a b c: d");
    }

    #[test]
    fn every_gap_of_the_vietnamese_is_one_of_the_english() {
        let sentences = Sentences::load(None).expect("the shipped file is sound");
        assert!(sentences.0.len() > 300);
        for sentence in &sentences.0 {
            for gap in Sentence::new(&sentence.vietnamese, "").gaps {
                assert!(sentence.gaps.contains(&gap), "{{{gap}}} in: {}", sentence.vietnamese);
            }
        }
    }
}
