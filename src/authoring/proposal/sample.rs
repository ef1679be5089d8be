//! Reads the first rows of each sheet of a file as text, and finds its heading rows.

use std::collections::HashSet;

use super::ProposalError;
use cchc_definitions::{Definitions, Layout, PersonalSigns, ReadingWords, SourceDef};
use cchc_model::{Encoding, fold_name};
use cchc_normalise::{KnownHeadings, RowKind, cell_text, classify, clean, stacked_headings};
use cchc_read::InputFile;
use cchc_read::{
    Cell, Certainty, Container, Flow, Limits, ReadAs, ReadError, RowFault, RowSink, Sheet, TextKind, TextNote,
    read_rows, sniff,
};

use super::column::may_be_person;

/// Rows of a sheet that are looked at.
pub const ROWS: usize = 5_000;
/// Headings are looked for in this many rows, as by an import.
const HEAD: usize = 60;
/// Headings stack over at most this many rows.
const DEEPEST: usize = 3;
/// The longest text that may be a heading.
const LONGEST: usize = 120;
/// Known headings that make a row the heading row.
const ENOUGH: usize = 2;

/// The first rows of one sheet.
#[derive(Debug, Default)]
pub struct Sample {
    pub name: String,
    /// Row numbers and texts.
    pub rows: Vec<(u32, Vec<String>)>,
}

/// The first rows of a file.
#[derive(Debug, Default)]
pub struct Samples {
    pub sheets: Vec<Sample>,
    /// The encoding that a source has to declare, since the words do not show it.
    pub encoding: Option<Encoding>,
}

/// The headings of a sheet, and its body.
#[derive(Debug)]
pub struct SampledTable {
    /// Row number of the lowest heading row.
    pub heading_row: u32,
    /// Per column of the sheet its heading; empty where it has none.
    pub headings: Vec<String>,
    /// Per column the names under which it may be known, the lowest heading first.
    pub names: Vec<Vec<String>>,
    /// Texts of the body rows.
    pub body: Vec<Vec<String>>,
    /// Headings of it that sources know.
    pub known: usize,
}

/// The first rows of all sheets. Where the words do not show the encoding, known headings decide on it.
pub fn read(input: &InputFile, known: &SourceHeadings<'_>, limits: &Limits) -> Result<Samples, ProposalError> {
    let ready = input.ready().map_err(ProposalError::Refused)?;
    let path = &ready.input.path;
    let sniffed = sniff(path)?;
    let take = |text: ReadAs| -> Result<Sampler, ReadError> {
        let mut sampler = Sampler::default();
        read_rows(path, &sniffed, text, limits, &mut sampler)?;
        Ok(sampler)
    };
    let first = take(sniffed.read_as())?;
    let is_text = matches!(sniffed.container, Container::Csv | Container::Html | Container::SpreadsheetMl);
    let is_unknown = is_text && sniffed.certainty == Certainty::Undecided;
    let mut best = (known.count(&first.samples), Samples { sheets: first.samples, encoding: None });
    if is_unknown || first.is_undecided {
        for encoding in Encoding::LEGACY {
            let text =
                ReadAs { encoding: if is_unknown { encoding } else { sniffed.encoding }, declared: Some(encoding) };
            let again = take(text)?.samples;
            let known_headings = known.count(&again);
            if known_headings >= ENOUGH && known_headings > best.0 {
                best = (known_headings, Samples { sheets: again, encoding: Some(encoding) });
            }
        }
    }
    Ok(best.1)
}

#[derive(Default)]
struct Sampler {
    samples: Vec<Sample>,
    is_undecided: bool,
}

impl RowSink for Sampler {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        self.samples.push(Sample { name: sheet.name.clone(), rows: Vec::new() });
        Flow::Continue
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        let Some(sample) = self.samples.last_mut() else { return Flow::SkipSheet };
        let texts: Vec<String> = cells.iter().map(|cell| clean(&cell_text(cell, '.')).into_owned()).collect();
        if texts.iter().any(|text| !text.is_empty()) {
            sample.rows.push((number, texts));
        }
        if sample.rows.len() < ROWS { Flow::Continue } else { Flow::SkipSheet }
    }

    fn refused_row(&mut self, number: u32, cells: &[Cell<'_>], _fault: RowFault) -> Flow {
        self.row(number, cells)
    }

    fn text_note(&mut self, note: TextNote) {
        self.is_undecided |= matches!(note.kind, TextKind::Undecided(_));
    }
}

impl Sample {
    /// How much of a table it may be: its rows times their usual width.
    pub fn weight(&self) -> usize {
        self.rows.iter().map(|(_, texts)| texts.iter().filter(|text| !text.is_empty()).count()).sum()
    }

    /// Its headings and body: found as an import finds them, else by what the widest row of labels above data is;
    /// nothing if no row looks like headings.
    pub fn table(&self, known: &SourceHeadings<'_>) -> Option<SampledTable> {
        let heads: Vec<Vec<String>> = self.rows.iter().take(HEAD).map(|(_, texts)| texts.clone()).collect();
        let found = KnownHeadings::of(&known.tables, known.words).find(&heads, &self.name).ok();
        let found = found.map(|found| (found.mapping.columns.iter().flatten().count(), found));
        let (known_headings, first, last) =
            if let Some((known_headings, found)) = found.filter(|(known_headings, _)| *known_headings >= ENOUGH) {
                (known_headings, found.first_row, found.last_row)
            } else {
                let last = self.widest_labels(known)?;
                (0, self.first_of_stack(last), last)
            };
        let stack: Vec<Vec<String>> = self.rows[first..=last].iter().map(|(_, texts)| texts.clone()).collect();
        let parts = stacked_headings(&stack);
        let lowest = stack.last().cloned().unwrap_or_default();
        let body = self.rows[last + 1..].iter().map(|(_, texts)| texts.clone());
        let body = body.filter(|texts| classify(texts, &lowest, &known.words.rows) == RowKind::Body).collect();
        let names = parts.iter().map(|parts| names(parts)).collect();
        Some(SampledTable {
            heading_row: self.rows[last].0,
            headings: named(&parts),
            names,
            body,
            known: known_headings,
        })
    }

    /// The row of labels, and of nothing else, that is most like headings.
    fn widest_labels(&self, known: &SourceHeadings<'_>) -> Option<usize> {
        let scores = (0..self.rows.len().min(HEAD)).filter_map(|row| Some((row, self.score(row, known)?)));
        // Of equals the first.
        let best = scores.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(row, _)| row)
    }

    /// How much a row looks like headings of the rows below it. A row of data must never be taken for one, since it
    /// may hold personal values. So every cell must be a label that names no person, and some cells below must be no
    /// labels.
    fn score(&self, row: usize, known: &SourceHeadings<'_>) -> Option<f64> {
        let cells = &self.rows[row].1;
        let filled: Vec<(usize, &String)> = cells.iter().enumerate().filter(|(_, text)| !text.is_empty()).collect();
        if filled.len() < 2 || !filled.iter().all(|(_, text)| is_label(text) && !may_be_person(text, known.persons)) {
            return None;
        }
        let below: Vec<&Vec<String>> = self.rows[row + 1..].iter().take(5).map(|(_, texts)| texts).collect();
        let width = |texts: &&Vec<String>| texts.iter().filter(|text| !text.is_empty()).count();
        let is_above_rows = below.iter().any(|texts| width(texts) * 2 >= filled.len());
        let is_value = |text: &String| !text.is_empty() && !is_label(text);
        let is_above_values =
            filled.iter().any(|(at, _)| below.iter().any(|texts| texts.get(*at).is_some_and(is_value)));
        let known_headings = filled.iter().filter(|(_, text)| known.has(text)).count();
        (is_above_rows && is_above_values).then_some((filled.len() + 2 * known_headings) as f64)
    }

    /// The first of the rows that stack over the lowest headings: above cells that are empty in it, group headings.
    fn first_of_stack(&self, last: usize) -> usize {
        let mut first = last;
        while first > 0 && last - first + 1 < DEEPEST {
            let above = &self.rows[first - 1].1;
            let filled: Vec<&String> = above.iter().filter(|text| !text.is_empty()).collect();
            let lowest = &self.rows[last].1;
            let completes = above
                .iter()
                .enumerate()
                .any(|(at, text)| !text.is_empty() && lowest.get(at).is_none_or(String::is_empty));
            if filled.len() < 2 || !completes || !filled.iter().all(|text| is_label(text)) {
                break;
            }
            first -= 1;
        }
        first
    }
}

/// The lowest part of each heading, or all of it where that alone says too little.
fn named(parts: &[Vec<String>]) -> Vec<String> {
    let lowest: Vec<&str> = parts.iter().map(|parts| parts.last().map_or("", String::as_str)).collect();
    let is_alone = |text: &str| lowest.iter().filter(|other| **other == text).count() == 1;
    let name = |(parts, lowest): (&Vec<String>, &&str)| {
        if lowest.is_empty() || is_alone(lowest) { (*lowest).to_owned() } else { parts.join(" ") }
    };
    parts.iter().zip(&lowest).map(name).collect()
}

/// The lowest part, then with one more of the parts above it each time.
fn names(parts: &[String]) -> Vec<String> {
    (0..parts.len()).rev().map(|first| parts[first..].join(" ")).collect()
}

/// Words, and not a number, a date or a code.
fn is_label(text: &str) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    letters > digits && text.chars().count() <= LONGEST
}

/// The headings that sources know.
pub struct SourceHeadings<'a> {
    folded: HashSet<String>,
    /// What all sources of each table know together; requires nothing.
    tables: Vec<SourceDef>,
    persons: &'a PersonalSigns,
    words: &'a ReadingWords,
}

impl<'a> SourceHeadings<'a> {
    pub fn of(definitions: &'a Definitions) -> Self {
        let hints = &definitions.proposal;
        let of_columns = hints.known.iter().flat_map(|source| &source.columns).flat_map(|column| &column.headings);
        let of_persons = hints.known.iter().flat_map(|source| &source.personal);
        Self {
            folded: of_columns.chain(of_persons).map(|heading| fold_name(heading)).collect(),
            tables: together(&definitions.sources),
            persons: &hints.personal,
            words: &definitions.reading,
        }
    }

    fn has(&self, text: &str) -> bool {
        self.folded.contains(&fold_name(text))
    }

    /// Known headings among the first rows of all sheets.
    fn count(&self, samples: &[Sample]) -> usize {
        let heads = samples.iter().flat_map(|sample| sample.rows.iter().take(HEAD));
        heads.flat_map(|(_, texts)| texts).filter(|text| !text.is_ascii() && self.has(text)).count()
    }
}

/// One source for each table with the headings of all of them.
fn together(sources: &[SourceDef]) -> Vec<SourceDef> {
    let mut all: Vec<SourceDef> = Vec::new();
    for source in sources {
        let Some(one) = all.iter_mut().find(|one| one.table == source.table) else {
            all.push(SourceDef { required: Vec::new(), layout: Layout::default(), ..source.clone() });
            continue;
        };
        one.personal.extend(source.personal.iter().cloned());
        for column in &source.columns {
            match one.columns.iter_mut().find(|known| known.name == column.name) {
                Some(known) => known.headings.extend(column.headings.iter().cloned()),
                None => one.columns.push(column.clone()),
            }
        }
    }
    all
}
