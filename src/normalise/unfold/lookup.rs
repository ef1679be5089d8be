//! What a text of a declared sheet means: a figure, a share, what a column is, a unit, a period, a number, a mark.

use std::collections::{BTreeSet, HashMap};

use crate::numbers::number_with_currency;
use crate::periods::asked_period;
use crate::text::without_diacritics;
use cchc_definitions::{DeclaredFigures, FigureRole, ReadingWords};
use cchc_model::{Resolved, UnitIndex, fold_name};

/// The meaning of one cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    Empty,
    Number(f64),
    /// Of "87,5 %" the 0.875.
    Percent(f64),
    Mark(bool),
    Role(FigureRole),
    /// A figure or a share, by id.
    Figure(String),
    Unit(String),
    Period(String),
    Text,
}

/// The dictionary, folded once.
pub struct FigureNames<'a> {
    pub(super) known: &'a DeclaredFigures,
    words: &'a ReadingWords,
    fillers: BTreeSet<String>,
    abbreviations: HashMap<String, Vec<String>>,
    roles: HashMap<String, FigureRole>,
    names: HashMap<String, String>,
    bare: HashMap<String, String>,
}

impl<'a> FigureNames<'a> {
    /// Folds a dictionary.
    #[must_use]
    pub fn of(known: &'a DeclaredFigures, words: &'a ReadingWords) -> Self {
        let split = |text: &str| tokens(text);
        let mut names = Self {
            known,
            words,
            fillers: known.fillers.iter().map(|word| fold_name(word)).collect(),
            abbreviations: known.abbreviations.iter().map(|(short, full)| (fold_name(short), split(full))).collect(),
            roles: HashMap::new(),
            names: HashMap::new(),
            bare: HashMap::new(),
        };
        for (role, headings) in &known.roles {
            names.roles.extend(headings.iter().map(|heading| (plain(heading), *role)));
        }
        let figures = known.figures.iter().map(|figure| (&figure.id, &figure.names));
        for (id, called) in figures.chain(known.shares.iter().map(|share| (&share.id, &share.names))) {
            for name in called {
                let name = names.canonical(name);
                names.bare.entry(without_diacritics(&name)).or_insert_with(|| id.clone());
                names.names.entry(name).or_insert_with(|| id.clone());
            }
        }
        names
    }

    /// A name without numbering, remarks in brackets and words that change nothing.
    fn canonical(&self, text: &str) -> String {
        let outside: String = text.split('(').enumerate().fold(String::new(), |all, (at, part)| {
            let part = if at == 0 { part } else { part.split_once(')').map_or("", |(_, rest)| rest) };
            all + " " + part
        });
        let words = tokens(&outside);
        let is_numbering = |word: &&String| {
            word.bytes().all(|byte| byte.is_ascii_digit())
                || matches!(word.as_str(), "i" | "ii" | "iii" | "iv" | "v" | "a" | "b" | "c")
        };
        let start = words.iter().take_while(is_numbering).count();
        let full = words[start..].iter().flat_map(|word| match self.abbreviations.get(word) {
            Some(full) => full.clone(),
            None => vec![word.clone()],
        });
        full.filter(|word| !self.fillers.contains(word)).collect::<Vec<_>>().join(" ")
    }

    /// The figure or share that a text names.
    pub(super) fn figure(&self, text: &str) -> Option<&str> {
        let name = self.canonical(text);
        if name.is_empty() {
            return None;
        }
        self.names.get(&name).or_else(|| self.bare.get(&without_diacritics(&name))).map(String::as_str)
    }

    /// The role that a heading names.
    pub(super) fn role(&self, text: &str) -> Option<FigureRole> {
        let whole = text.split('(').next().unwrap_or_default();
        [text, whole].iter().find_map(|text| self.roles.get(&plain(text)).copied())
    }

    pub(super) fn is_share(&self, id: &str) -> bool {
        self.known.shares.iter().any(|share| share.id == id)
    }

    /// The figure nearest to an unknown heading: sure where all words of the heading are words of names of this figure
    /// only, and else with a question mark. A word more may make another figure of it ("văn bản đi bằng giấy").
    pub(super) fn nearest(&self, text: &str) -> String {
        let words: BTreeSet<String> = self.canonical(text).split(' ').map(str::to_owned).collect();
        let likeness = |name: &str| {
            let other: BTreeSet<String> = name.split(' ').map(str::to_owned).collect();
            let both = words.intersection(&other).count();
            (both == words.len() && both > 1, 2.0 * both as f64 / (words.len() + other.len()) as f64)
        };
        let mut near: Vec<(bool, f64, &String)> = self
            .names
            .iter()
            .map(|(name, id)| {
                let (is_part, likeness) = likeness(name);
                (is_part, likeness, id)
            })
            .filter(|(_, likeness, _)| *likeness >= 0.6)
            .collect();
        near.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.2.cmp(right.2)));
        let sure: BTreeSet<&String> = near.iter().filter(|one| one.0).map(|one| one.2).collect();
        match (near.first(), sure.len()) {
            (_, 1) => sure.into_iter().next().cloned().unwrap_or_default(),
            (Some((.., id)), _) => format!("{id}?"),
            (None, _) => String::new(),
        }
    }

    /// What a cleaned text means.
    pub(super) fn meaning(&self, text: &str, units: &UnitIndex) -> Meaning {
        if text.is_empty() || text.chars().all(|letter| matches!(letter, '-' | '–' | '…' | '.')) {
            return Meaning::Empty;
        }
        if let Some(percent) = text.strip_suffix('%').and_then(|text| self.number(text.trim())) {
            return Meaning::Percent(percent / 100.0);
        }
        if let Some(number) = self.number(text) {
            return Meaning::Number(number);
        }
        let lower = text.to_lowercase();
        if self.known.yes.contains(&lower) {
            return Meaning::Mark(true);
        }
        if self.known.no.contains(&lower) {
            return Meaning::Mark(false);
        }
        if let Some(role) = self.role(text) {
            return Meaning::Role(role);
        }
        if let Some(id) = self.figure(text) {
            return Meaning::Figure(id.to_owned());
        }
        if let Resolved::One(unit) = units.resolve(text) {
            return Meaning::Unit(unit.code.clone());
        }
        match asked_period(text, &self.words.periods) {
            Some(period) => Meaning::Period(period.to_string()),
            None => Meaning::Text,
        }
    }

    fn number(&self, text: &str) -> Option<f64> {
        text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-').then_some(())?;
        number_with_currency(text, &self.words.numbers)
    }

    /// Đồng in one of the unit of money that a text names.
    pub(super) fn money(&self, text: &str) -> Option<f64> {
        let lower = format!(" {} ", tokens(text).join(" "));
        let names =
            self.known.money.iter().filter(|(name, _)| lower.contains(&format!(" {} ", tokens(name).join(" "))));
        names.max_by_key(|(name, _)| name.len()).map(|(_, dong)| *dong)
    }
}

fn tokens(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric()).map(fold_name).filter(|word| !word.is_empty()).collect()
}

fn plain(text: &str) -> String {
    let folded = tokens(text).join(" ");
    // "%" has no letters.
    if folded.is_empty() { text.trim().to_owned() } else { folded }
}
