//! Guesses which table a sheet feeds and which heading feeds which column, by likeness of headings and by content.

use std::collections::{BTreeMap, BTreeSet};

use super::column::{InspectedColumn, plain};
use cchc_definitions::{Definitions, KnownColumn, KnownSource};
use cchc_model::{ColumnType, TABLES, Table, fold_name};
use cchc_normalise::without_diacritics;

/// The confidence in a heading that a source lists, before its cells are compared.
const LISTED_CONFIDENCE: f64 = 0.7;
/// The least confidence of a guess.
const LEAST_CONFIDENCE: f64 = 0.5;
/// The least likeness of two headings for which the cells may decide.
const LEAST_LIKENESS: f64 = 0.45;

/// A guess of the table that a sheet feeds, and of its columns.
#[derive(Debug)]
pub struct Guess<'a> {
    pub table: &'static Table,
    /// The source of that table which knows most of the sheet: what it says beside headings is taken over.
    pub base: &'a KnownSource,
    /// Headings that a source lists, and the columns that they feed.
    pub fed: Vec<ColumnGuess>,
    /// Columns guessed by likeness or content only: the user has to confirm them.
    pub unsure: Vec<ColumnGuess>,
}

/// A column of the table and what feeds it, or may.
#[derive(Debug, Clone)]
pub struct ColumnGuess {
    /// Column of the table.
    pub name: String,
    /// Column of the sheet.
    pub at: usize,
    /// The name of that column which is to be matched.
    pub heading: String,
    /// How sure the guess is, 0–1.
    pub sure: f64,
    /// Whether a source lists the heading.
    pub is_listed: bool,
}

impl Guess<'_> {
    /// Whether a listed heading feeds the column.
    pub fn is_fed(&self, name: &str) -> bool {
        self.fed.iter().any(|fed| fed.name == name)
    }

    /// Columns without which the source must not fit and that no listed heading feeds.
    pub fn missing(&self) -> Vec<&str> {
        let is_there = |name: &str| self.is_fed(name) || self.base.column(name).is_some_and(|column| column.is_given);
        let one_of = &self.base.one_of;
        let first = one_of.first().filter(|_| !one_of.iter().any(|name| is_there(name)));
        let required = self.base.required.iter().filter(|name| !is_there(name));
        required.chain(first).map(String::as_str).collect()
    }
}

/// What all sources of one table know of one column.
struct KnownTableColumn<'a> {
    name: &'a str,
    headings: Vec<FoldedHeading>,
    words: Option<&'a str>,
}

/// A heading as it is compared.
struct FoldedHeading {
    /// Words apart, without diacritics.
    plain: String,
    folded: String,
    /// Folded, without diacritics.
    bare: String,
}

impl FoldedHeading {
    fn of(heading: &str) -> Self {
        let folded = fold_name(heading);
        Self { plain: plain(heading), bare: without_diacritics(&folded), folded }
    }
}

/// The likeliest table and columns; only the given table, if one is.
pub fn guess<'a>(
    columns: &[InspectedColumn],
    only: Option<&'static Table>,
    definitions: &'a Definitions,
) -> Option<Guess<'a>> {
    let tables = TABLES.iter().filter(|table| only.is_none_or(|only| only.name == table.name));
    let guesses = tables.filter_map(|table| of_table(table, columns, definitions));
    // A table whose key and required columns are fed is likelier than one that merely takes as many.
    let score = |guess: &Guess<'_>| {
        let required = guess.base.required.iter().filter(|name| guess.is_fed(name)).count() as f64;
        let sure = guess.fed.iter().chain(&guess.unsure).map(|fed| fed.sure).sum::<f64>();
        sure + required + if guess.is_fed(guess.table.key) { 1.0 } else { 0.0 }
    };
    guesses.reduce(|best, next| if score(&next) > score(&best) { next } else { best })
}

fn of_table<'a>(table: &'static Table, columns: &[InspectedColumn], definitions: &'a Definitions) -> Option<Guess<'a>> {
    let sources = || definitions.proposal.known.iter().filter(|source| source.table == table.name);
    let mut known: Vec<KnownTableColumn<'_>> = Vec::new();
    for column in sources().flat_map(|source| &source.columns) {
        merge(&mut known, column);
    }
    let personal: BTreeSet<String> =
        sources().flat_map(|source| &source.personal).map(|heading| fold_name(heading)).collect();
    let mut candidates: Vec<ColumnGuess> = Vec::new();
    for known in known.iter().filter(|known| table.column(known.name).is_some()) {
        for (at, column) in columns.iter().enumerate().filter(|(_, column)| !column.heading.is_empty()) {
            candidates.extend(candidate(table, known, (at, column), &personal, definitions));
        }
    }
    // Listed headings go before similar ones.
    candidates.sort_by(|left, right| {
        let listed = right.is_listed.cmp(&left.is_listed);
        listed.then_with(|| right.sure.total_cmp(&left.sure)).then_with(|| left.at.cmp(&right.at))
    });
    let (mut names, mut taken) = (BTreeSet::new(), BTreeSet::new());
    let mut all: Vec<ColumnGuess> = Vec::new();
    for candidate in candidates {
        if !names.contains(&candidate.name) && taken.insert(candidate.at) {
            names.insert(candidate.name.clone());
            all.push(candidate);
        }
    }
    all.extend(code(table, columns, &all));
    all.extend(owner(table, columns, &all));
    for column in known.iter().filter(|column| is_alone(column, &known)) {
        all.extend(by_words(column, columns, &all, definitions));
    }
    all.sort_by_key(|fed| fed.at);
    let (fed, unsure): (Vec<ColumnGuess>, Vec<ColumnGuess>) = all.into_iter().partition(|fed| fed.is_listed);
    let takes = |source: &KnownSource| fed.iter().filter(|fed| source.column(&fed.name).is_some()).count();
    // Of equals the first; one that makes several records of a row only where there is no other.
    let score = |source: &KnownSource| (!source.is_wide, takes(source));
    let base = sources().reduce(|best, next| if score(next) > score(best) { next } else { best })?;
    Some(Guess { table, base, fed, unsure })
}

/// Without a listed heading: the free column whose cells are codes, all different.
fn code(table: &'static Table, columns: &[InspectedColumn], fed: &[ColumnGuess]) -> Option<ColumnGuess> {
    let score = |column: &InspectedColumn| if column.filled * 2 > column.rows { column.code_share } else { 0.0 };
    by_content(table.key, columns, fed, &score).filter(|_| table.made_of.is_empty())
}

/// Without a listed heading: the free column whose cells are units is the unit of the row.
fn owner(table: &'static Table, columns: &[InspectedColumn], fed: &[ColumnGuess]) -> Option<ColumnGuess> {
    let owner = table.columns.iter().rfind(|column| column.kind == ColumnType::Unit)?;
    by_content(owner.name, columns, fed, &|column| column.unit_share)
}

/// Whether no other column of the table uses the column's dictionary: "có" and "không" say nothing about which it is.
fn is_alone(column: &KnownTableColumn<'_>, known: &[KnownTableColumn<'_>]) -> bool {
    column.words.is_some() && known.iter().filter(|other| other.words == column.words).count() == 1
}

/// Without a listed heading: the free column most of whose words only this column's dictionary knows.
fn by_words(
    known: &KnownTableColumn<'_>,
    columns: &[InspectedColumn],
    fed: &[ColumnGuess],
    definitions: &Definitions,
) -> Option<ColumnGuess> {
    let dictionary = definitions.words.get(known.words?)?;
    let letters = |column: &InspectedColumn| {
        let words = column.words.iter().filter(|(word, _)| word.chars().any(char::is_alphabetic)).cloned().collect();
        covered(&InspectedColumn { words, ..column.clone() }, Some(dictionary)) / BY_WORDS * BY_CONTENT
    };
    let found = by_content(known.name, columns, fed, &letters)?;
    Some(ColumnGuess { sure: LEAST_CONFIDENCE, ..found })
}

/// Least share of cells whose words are known, without a listed heading.
const BY_WORDS: f64 = 0.5;
/// Least share of cells that fit, without a listed heading.
const BY_CONTENT: f64 = 0.8;

fn by_content(
    name: &str,
    columns: &[InspectedColumn],
    fed: &[ColumnGuess],
    score: &dyn Fn(&InspectedColumn) -> f64,
) -> Option<ColumnGuess> {
    if fed.iter().any(|fed| fed.name == name) {
        return None;
    }
    let is_free = |at: usize, column: &InspectedColumn| {
        !fed.iter().any(|fed| fed.at == at) && !column.heading.is_empty() && column.person.is_none()
    };
    let free = columns.iter().enumerate().filter(|(at, column)| is_free(*at, column));
    // Of equals the first.
    let scored = free.map(|(at, column)| (at, score(column)));
    let best = scored.reduce(|best, next| if next.1 > best.1 { next } else { best });
    let (at, share) = best.filter(|(_, share)| *share >= BY_CONTENT)?;
    let heading = columns[at].heading.clone();
    Some(ColumnGuess { name: name.to_owned(), at, heading, sure: LEAST_CONFIDENCE * share, is_listed: false })
}

fn merge<'a>(known: &mut Vec<KnownTableColumn<'a>>, column: &'a KnownColumn) {
    let headings = column.headings.iter().map(|heading| FoldedHeading::of(heading));
    match known.iter_mut().find(|one| one.name == column.name) {
        Some(one) => {
            one.headings.extend(headings);
            one.words = one.words.or(column.words.as_deref());
        }
        None => {
            known.push(KnownTableColumn {
                name: &column.name,
                headings: headings.collect(),
                words: column.words.as_deref(),
            });
        }
    }
}

fn candidate(
    table: &'static Table,
    known: &KnownTableColumn<'_>,
    (at, column): (usize, &InspectedColumn),
    personal: &BTreeSet<String>,
    definitions: &Definitions,
) -> Option<ColumnGuess> {
    let kind = table.column(known.name)?.kind;
    let listed = column.names.iter().rev().find_map(|name| Some((name, rank(known, name, personal)?)));
    let fits = fits(table, known, kind, column, definitions);
    let sure = if let Some((_, rank)) = listed {
        // Of two headings of one column the earlier one in the list, as for an import.
        LISTED_CONFIDENCE + (1.0 - LISTED_CONFIDENCE) * fits - 0.001 * rank.min(100) as f64
    } else {
        let own = plain(&column.heading);
        let like = known.headings.iter().map(|other| likeness(&own, &other.plain)).fold(0.0, f64::max);
        if column.person.is_some() || like < LEAST_LIKENESS || (fits < 0.3 && column.filled > 0) {
            return None;
        }
        0.5 * like + 0.5 * fits
    };
    (listed.is_some() || sure >= LEAST_CONFIDENCE).then(|| ColumnGuess {
        name: known.name.to_owned(),
        at,
        heading: listed.map_or(&column.heading, |(name, _)| name).clone(),
        sure,
        is_listed: listed.is_some(),
    })
}

/// The place of a heading in the list of a column, with its diacritics or without; nothing if it is personal.
fn rank(known: &KnownTableColumn<'_>, heading: &str, personal: &BTreeSet<String>) -> Option<usize> {
    let folded = fold_name(heading);
    if folded.is_empty() || personal.contains(&folded) {
        return None;
    }
    let exact = known.headings.iter().position(|other| other.folded == folded);
    exact.or_else(|| {
        let bare = without_diacritics(&folded);
        known.headings.iter().position(|other| other.bare == bare)
    })
}

/// How like two plain headings are, 0–1: shared pairs of letters and shared words.
pub(super) fn likeness(left: &str, right: &str) -> f64 {
    if left == right {
        return 1.0;
    }
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<BTreeSet<String>>();
    let (mine, theirs) = (words(left), words(right));
    let shared = mine.intersection(&theirs).count() as f64;
    let of_words = 2.0 * shared / (mine.len() + theirs.len()) as f64;
    0.99 * (0.5 * strsim::sorensen_dice(left, right) + 0.5 * of_words)
}

/// How well the cells fit a column, 0–1.
fn fits(
    table: &Table,
    known: &KnownTableColumn<'_>,
    kind: ColumnType,
    column: &InspectedColumn,
    definitions: &Definitions,
) -> f64 {
    if column.filled == 0 {
        return 0.5;
    }
    if let Some(dictionary) = known.words {
        return covered(column, definitions.words.get(dictionary)).max(if kind == ColumnType::Int {
            0.9 * column.number_share
        } else {
            0.0
        });
    }
    match kind {
        ColumnType::Time => column.date_share,
        ColumnType::Unit if definitions.sources.is_empty() => 0.5,
        ColumnType::Unit => {
            column.unit_share.max(if column.number_share + column.date_share < 0.2 { 0.35 } else { 0.0 })
        }
        ColumnType::Int | ColumnType::Float => column.number_share,
        ColumnType::Bool => covered(column, definitions.words.get("yes_no")),
        ColumnType::Text if known.name == table.key => column.code_share,
        ColumnType::Text | ColumnType::Period => {
            0.6 - 0.5 * column.date_share.max(if known.name.ends_with("code") { 0.0 } else { column.number_share })
        }
    }
}

/// Share of the filled cells whose words a dictionary knows.
fn covered(column: &InspectedColumn, dictionary: Option<&BTreeMap<String, String>>) -> f64 {
    let Some(dictionary) = dictionary else { return 0.0 };
    let known = column.words.iter().filter(|(word, _)| dictionary.contains_key(&cchc_definitions::fold_word(word)));
    known.map(|(_, rows)| *rows as f64).sum::<f64>() / column.filled as f64
}
