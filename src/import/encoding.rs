//! Chooses how the text of a file is read where its words do not tell: by what a source declares, or by its headings.

use super::file::{Context, FileOutcome, Reading, read_as, settle};
use super::unread::shown;
use cchc_definitions::SourceDef;
use cchc_model::{Encoding, Finding, Level};
use cchc_normalise::KnownHeadings;
use cchc_read::InputFile;
use cchc_read::{Certainty, Container, ReadAs, Sniffed};

/// Headings with letters outside ASCII that have to fit a source before they vouch for an encoding.
const ENOUGH_HEADINGS: usize = 3;

/// Reads as the words tell; where they leave it open, as a source declares, then as headings fit, else as it stands.
pub(super) fn read_best(
    outcome: FileOutcome,
    input: &InputFile,
    sniffed: &Sniffed,
    context: &Context<'_>,
) -> FileOutcome {
    let only = if let [only] = context.sources { only.encoding } else { None };
    let is_text = matches!(sniffed.container, Container::Csv | Container::Html | Container::SpreadsheetMl);
    let is_open = is_text && sniffed.certainty == Certainty::Open;
    let declared =
        |encoding| ReadAs { encoding: if is_open { encoding } else { sniffed.encoding }, declared: Some(encoding) };
    let first = only.map_or(sniffed.read_as(), declared);
    let read = read_as(input, sniffed, first, context);
    let is_settled = only.is_some() || read.error.is_some() || !(is_open || read.is_undecided);
    if !is_settled {
        for encoding in Encoding::LEGACY {
            let says_so = |source: &&SourceDef| source.encoding == Some(encoding);
            let sources: Vec<SourceDef> = context.sources.iter().filter(says_so).cloned().collect();
            if sources.is_empty() {
                continue;
            }
            let known = KnownHeadings::of(&sources);
            let context = context.with_sources(&sources, &known);
            let again = read_as(input, sniffed, declared(encoding), &context);
            if !again.found.is_empty() {
                return told(settle(outcome, input, again, &context), declared(encoding), encoding, is_open);
            }
        }
        for encoding in Encoding::LEGACY {
            let again = read_as(input, sniffed, declared(encoding), context);
            if fits(&again) && !fits(&read) {
                return told(settle(outcome, input, again, context), declared(encoding), encoding, is_open);
            }
        }
    }
    let encoding = only.filter(|_| is_open).unwrap_or(sniffed.encoding);
    let is_legacy = is_text && Encoding::LEGACY.contains(&encoding);
    told(settle(outcome, input, read, context), first, encoding, is_legacy)
}

/// Whether headings with Vietnamese letters fit a source letter by letter: no other encoding would give them.
fn fits(read: &Reading) -> bool {
    read.found.iter().any(|sheet| {
        let mapping = &sheet.found.mapping;
        let named = mapping
            .columns
            .iter()
            .flatten()
            .filter(|at| mapping.headings.get(**at).is_some_and(|heading| !heading.is_ascii()));
        mapping.exact >= ENOUGH_HEADINGS && named.count() >= ENOUGH_HEADINGS
    })
}

/// Adds which encoding the whole file was read in.
fn told(mut outcome: FileOutcome, read_as: ReadAs, encoding: Encoding, is_whole_file: bool) -> FileOutcome {
    outcome.read_as = Some(read_as);
    if is_whole_file {
        let finding = Finding::new(Level::Info, "legacy_text", &outcome.account.file);
        outcome.findings.push(finding.value(shown(encoding)));
    }
    outcome
}
