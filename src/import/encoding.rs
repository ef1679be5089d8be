//! Chooses the encoding of a file whose words do not show it: the one that a source declares, or that its headings fit.

use super::attempt::Attempt;
use super::file::Context;
use cchc_definitions::SourceDef;
use cchc_model::Encoding;
use cchc_normalise::KnownHeadings;
use cchc_read::InputFile;
use cchc_read::{Certainty, Container, ReadAs, Sniffed};

/// Headings with letters outside ASCII that have to fit a source before they decide on an encoding.
const ENOUGH_HEADINGS: usize = 3;

/// The attempt whose result is used.
pub(super) struct Chosen {
    pub attempt: Attempt,
    /// How its text was read.
    pub text: ReadAs,
    /// The encoding of the whole file, if it is a legacy one.
    pub legacy: Option<Encoding>,
}

/// Reads in the encoding that the words show; where they show none, in the one that a source declares, then in one
/// whose headings fit a source, else as windows-1252.
pub(super) fn read_best(input: &InputFile, sniffed: &Sniffed, context: &Context<'_>) -> Chosen {
    let only = if let [only] = context.sources { only.encoding } else { None };
    let is_text = matches!(sniffed.container, Container::Csv | Container::Html | Container::SpreadsheetMl);
    let is_undecided = is_text && sniffed.certainty == Certainty::Undecided;
    let declared = |encoding| ReadAs {
        encoding: if is_undecided { encoding } else { sniffed.encoding },
        declared: Some(encoding),
    };
    let text = only.map_or(sniffed.read_as(), declared);
    let first = Attempt::read(input, sniffed, text, context);
    let is_decided = only.is_some() || first.error.is_some() || !(is_undecided || first.read.is_undecided);
    if !is_decided {
        let chosen = |attempt, encoding| Chosen {
            attempt,
            text: declared(encoding),
            legacy: Some(encoding).filter(|_| is_undecided),
        };
        for encoding in Encoding::LEGACY {
            let is_declared = |source: &&SourceDef| source.encoding == Some(encoding);
            let sources: Vec<SourceDef> = context.sources.iter().filter(is_declared).cloned().collect();
            if sources.is_empty() {
                continue;
            }
            let known = KnownHeadings::of(&sources, context.words);
            let again = Attempt::read(input, sniffed, declared(encoding), &context.with_sources(&sources, &known));
            if !again.typed.sheets.is_empty() {
                return chosen(again, encoding);
            }
        }
        for encoding in Encoding::LEGACY {
            let again = Attempt::read(input, sniffed, declared(encoding), context);
            if fits(&again) && !fits(&first) {
                return chosen(again, encoding);
            }
        }
    }
    let encoding = only.filter(|_| is_undecided).unwrap_or(sniffed.encoding);
    let legacy = Some(encoding).filter(|encoding| is_text && Encoding::LEGACY.contains(encoding));
    Chosen { attempt: first, text, legacy }
}

/// Whether headings with Vietnamese letters fit a source letter by letter: no other encoding would give them.
fn fits(attempt: &Attempt) -> bool {
    attempt.typed.sheets.iter().any(|sheet| {
        let mapping = &sheet.mapping;
        let named = mapping
            .columns
            .iter()
            .flatten()
            .filter(|at| mapping.headings.get(**at).is_some_and(|heading| !heading.is_ascii()));
        mapping.exact >= ENOUGH_HEADINGS && named.count() >= ENOUGH_HEADINGS
    })
}
