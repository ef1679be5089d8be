//! Proposes a source definition for a sheet that no source fits: the table, the columns, the words, the personal columns.

mod column;
mod dates_and_persons;
mod guess;
mod missing;
mod sample;
mod text;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cchc_definitions::{Definitions, Fault, Language, SourceDef, Tried};
use cchc_model::{Table, UnitIndex, Where};
use cchc_normalise::KnownHeadings;
use cchc_read::{Limits, PathError, ReadError, find_files};
use column::{ColumnInspector, InspectedColumn};
use guess::Guess;
use sample::{Sample, SourceHeadings};

pub use missing::{MissingColumn, missing_columns};

/// A proposed definition.
#[derive(Debug)]
pub struct Proposal {
    /// Its id.
    pub id: String,
    /// The definition as text: valid, with remarks on what to look at.
    pub text: String,
    /// The sheet that it was made from.
    pub sheet: String,
    /// Row of its headings.
    pub heading_row: u32,
    /// The table that the sheet seems to feed.
    pub table: &'static str,
    /// Columns without which it cannot be used and that no heading is known to feed.
    pub missing: Vec<String>,
    /// A source that fits the sheet already, and how surely.
    pub fits: Option<(String, f64)>,
}

/// Why nothing can be proposed.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// The path leads nowhere.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file cannot be unpacked, or is none that is read.
    #[error(transparent)]
    Refused(Arc<ReadError>),
    /// A folder or an archive of several files.
    #[error("{count} files are meant, such as {names}; unpack them if need be and name one")]
    Several {
        /// How many.
        count: usize,
        /// The first of them.
        names: String,
    },
    /// There is no such sheet.
    #[error("the file has no sheet '{name}'; it has {sheets}")]
    NoSheet {
        /// The name that was given.
        name: String,
        /// The sheets that there are.
        sheets: String,
    },
    /// Nothing looks like headings.
    #[error(
        "no table: no row of the file looks like headings above rows of data. See what it holds with `cchc peek`; if the headings are missing, have them exported too"
    )]
    NoHeadings,
    /// No source knows anything of the table.
    #[error("no source feeds table '{0}', so nothing is known of its headings; write the source by hand")]
    NoSource(String),
    /// The text that was written is no definition.
    #[error("the proposed definition is not valid: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Fault>),
}

/// What the user may choose.
#[derive(Debug, Clone, Default)]
pub struct ProposalOptions<'a> {
    /// Id of the source; made of the file's name if it is none.
    pub id: Option<&'a str>,
    /// The sheet; if none, the one that has most known headings, or cells.
    pub sheet: Option<&'a str>,
    /// The table; if none, the likeliest.
    pub table: Option<&'static Table>,
    /// Language of the remarks.
    pub language: Option<Language>,
}

/// Looks at a file and proposes how to read it.
///
/// # Errors
/// The file cannot be read, has no such sheet, or no headings.
pub fn propose(
    path: &Path,
    wanted: &ProposalOptions<'_>,
    definitions: &Definitions,
    units: &UnitIndex,
    limits: &Limits,
) -> Result<Proposal, ProposalError> {
    let layout = InspectedSheet::of(path, wanted.sheet, definitions, units, limits)?;
    let guess = layout.guess(wanted.table, definitions)?;
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let file = definitions.mask.text(&file, Where::Name).into_owned();
    let id = wanted.id.map_or_else(|| id_of(Path::new(&file)), str::to_owned);
    let language = wanted.language.unwrap_or(Language::Vi);
    let text =
        text::SourceWriter { file: &file, id: &id, layout: &layout, guess: &guess, definitions, language }.write();
    // The text is parsed as it will be when it is used.
    definitions.source_of(&id, &text).map_err(ProposalError::Invalid)?;
    let tried: Vec<SourceDef> =
        definitions.sources.iter().filter(|source| source.layout.tried == Tried::Always).cloned().collect();
    let fits = KnownHeadings::of(&tried, &definitions.reading).find(&layout.heads, &layout.sheet).ok();
    let fits = fits.map(|found| (tried[found.source].id.clone(), found.confidence));
    let missing = guess.missing().into_iter().map(str::to_owned).collect();
    let (heading_row, table) = (layout.heading_row, guess.table.name);
    Ok(Proposal { id, text, sheet: layout.sheet, heading_row, table, missing, fits })
}

/// A sheet with its headings found and its columns inspected.
struct InspectedSheet {
    sheet: String,
    /// The first rows, in which headings are looked for.
    heads: Vec<Vec<String>>,
    heading_row: u32,
    columns: Vec<InspectedColumn>,
    /// Body rows looked at.
    rows: usize,
    /// Whether there are more of them.
    is_cut: bool,
    /// The encoding that a source has to declare.
    encoding: Option<cchc_model::Encoding>,
}

impl InspectedSheet {
    fn of(
        path: &Path,
        sheet: Option<&str>,
        definitions: &Definitions,
        units: &UnitIndex,
        limits: &Limits,
    ) -> Result<Self, ProposalError> {
        let files = find_files(&[PathBuf::from(path)], limits)?.files;
        let [input] = files.as_slice() else {
            let names: Vec<&str> = files.iter().take(3).map(|file| file.shown.as_str()).collect();
            return Err(ProposalError::Several { count: files.len(), names: names.join(", ") });
        };
        let known = SourceHeadings::of(definitions);
        let samples = sample::read(input, &known, limits)?;
        let (sample, table) = chosen(&samples.sheets, sheet, &known)?;
        let inspector = ColumnInspector::new(definitions, units);
        let column = |(at, heading): (usize, &String)| {
            let cells: Vec<&str> = table.body.iter().map(|row| row.get(at).map_or("", String::as_str)).collect();
            inspector.column(heading, &table.names[at], &cells)
        };
        Ok(Self {
            sheet: definitions.mask.text(&sample.name, Where::Name).into_owned(),
            heads: sample.rows.iter().take(60).map(|(_, texts)| texts.clone()).collect(),
            heading_row: table.heading_row,
            columns: table.headings.iter().enumerate().map(column).collect(),
            rows: table.body.len(),
            is_cut: sample.rows.len() >= sample::ROWS,
            encoding: samples.encoding,
        })
    }

    fn guess<'a>(
        &self,
        table: Option<&'static Table>,
        definitions: &'a Definitions,
    ) -> Result<Guess<'a>, ProposalError> {
        guess::guess(&self.columns, table, definitions)
            .ok_or_else(|| ProposalError::NoSource(table.map_or("", |table| table.name).to_owned()))
    }
}

/// The sheet of the given name, or the one with most known headings; of equals the one with most cells.
fn chosen<'a>(
    samples: &'a [Sample],
    sheet: Option<&str>,
    known: &SourceHeadings<'_>,
) -> Result<(&'a Sample, sample::SampledTable), ProposalError> {
    let mut best: Option<((usize, usize), &Sample, sample::SampledTable)> = None;
    let candidates = samples.iter().filter(|sample| sheet.is_none_or(|name| sample.name == name));
    let mut is_there = false;
    for sample in candidates {
        is_there = true;
        let Some(table) = sample.table(known) else { continue };
        let score = (table.known, sample.weight());
        if best.as_ref().is_none_or(|(other, ..)| score > *other) {
            best = Some((score, sample, table));
        }
    }
    match (best, sheet) {
        (Some((_, sample, table)), _) => Ok((sample, table)),
        (None, Some(name)) if !is_there => {
            let names: Vec<String> = samples.iter().map(|sample| format!("'{}'", sample.name)).collect();
            let sheets = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Err(ProposalError::NoSheet { name: name.to_owned(), sheets })
        }
        _ => Err(ProposalError::NoHeadings),
    }
}

/// The file's name in letters that suit an id, without its day.
fn id_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let plain = column::plain(&stem);
    let words = plain.split(' ').filter(|word| !(word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit())));
    let id = words.filter(|word| word.is_ascii() && !word.is_empty()).collect::<Vec<_>>().join("-");
    if id.is_empty() { "nguon-moi".to_owned() } else { id }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    /// The code names its sentences by key, so a key that the file lacks would be shown in place of its sentence.
    #[test]
    fn every_remark_has_its_sentence() {
        let definitions = Definitions::load(None).unwrap();
        let mut keys = 0;
        for code in [include_str!("text.rs"), include_str!("words.rs"), include_str!("dates_and_persons.rs")] {
            for call in
                [".say(\"", ".fill(\"", ".fill(\n                \"", ".fill(\n            \"", "=> \"", ", \"date_"]
            {
                for after in code.split(call).skip(1) {
                    let start = if call == ", \"date_" { "date_" } else { "" };
                    let key = format!("{start}{}", after.split('"').next().unwrap());
                    assert!(definitions.wording.has("proposal", &key), "{key}");
                    keys += 1;
                }
            }
        }
        assert!(keys > 40, "{keys}");
    }
}
