//! What a proposed source definition is made from: signs of personal columns, meanings of codes, and what sources know.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Fault, Files, parse_toml};

/// The data of `queries/proposal.toml`, and the headings that all sources know.
#[derive(Debug, Clone, Default)]
pub struct ProposalHints {
    /// Signs of personal columns.
    pub personal: PersonalSigns,
    /// Dictionary → code → its meaning in Vietnamese.
    pub codes: BTreeMap<String, BTreeMap<String, String>>,
    /// What each source knows, in order of their ids.
    pub known: Vec<KnownSource>,
    /// All date patterns of all sources.
    pub dates: Vec<String>,
}

/// Signs by which a personal column is suspected.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalSigns {
    /// Parts of headings.
    pub headings: Vec<String>,
    /// Family names.
    pub surnames: Vec<String>,
    /// Words of postal addresses.
    pub address: Vec<String>,
}

/// What one source knows of one table.
#[derive(Debug, Clone)]
pub struct KnownSource {
    /// Its id.
    pub id: String,
    /// The table that it feeds.
    pub table: String,
    /// Columns without which it does not fit.
    pub required: Vec<String>,
    /// Columns of which at least one must be fed.
    pub one_of: Vec<String>,
    /// Whether one row makes several records.
    pub is_wide: bool,
    /// Its columns.
    pub columns: Vec<KnownColumn>,
    /// Headings of personal columns.
    pub personal: Vec<String>,
    /// Its other keys: statuses, rows to skip, marks …
    pub rest: toml::Table,
}

/// What one source knows of one column.
#[derive(Debug, Clone)]
pub struct KnownColumn {
    /// Column of the table.
    pub name: String,
    /// Headings, the most certain one first.
    pub headings: Vec<String>,
    /// Dictionary that it uses.
    pub words: Option<String>,
    /// Whether something other than a heading may feed it.
    pub is_given: bool,
    /// All keys of the column but its headings.
    pub rest: toml::Table,
}

impl KnownSource {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&KnownColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Keys of a source that a proposal writes anew, or that hold for one file only.
const OWN_KEYS: [&str; 12] = [
    "name",
    "table",
    "note",
    "required",
    "one_of",
    "personal",
    "dates",
    "columns",
    "tried",
    "sheets",
    "heading_rows",
    "encoding",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHints {
    personal: PersonalSigns,
    codes: BTreeMap<String, BTreeMap<String, String>>,
}

/// The parts of a source that proposals use; the rest is checked elsewhere.
#[derive(Deserialize)]
struct RawKnown {
    #[serde(default)]
    table: String,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    one_of: Vec<String>,
    #[serde(default)]
    personal: Vec<String>,
    #[serde(default)]
    dates: Vec<String>,
    #[serde(default)]
    columns: BTreeMap<String, toml::Table>,
}

pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> ProposalHints {
    let raw: Option<RawHints> = files.get("proposal.toml").and_then(|text| parse_toml("proposal.toml", text, faults));
    let mut hints = ProposalHints::default();
    if let Some(raw) = raw {
        (hints.personal, hints.codes) = (raw.personal, raw.codes);
    }
    for (path, text) in files.below("sources/", "toml") {
        // A source that does not parse has faults of its own.
        let (Ok(raw), Ok(mut rest)) = (toml::from_str::<RawKnown>(text), text.parse::<toml::Table>()) else { continue };
        for date in raw.dates {
            if !hints.dates.contains(&date) {
                hints.dates.push(date);
            }
        }
        rest.retain(|key, _| !OWN_KEYS.contains(&key));
        hints.known.push(KnownSource {
            id: path.trim_start_matches("sources/").trim_end_matches(".toml").to_owned(),
            table: raw.table,
            required: raw.required,
            one_of: raw.one_of,
            is_wide: rest.contains_key("wide"),
            columns: raw.columns.into_iter().map(known_column).collect(),
            personal: raw.personal,
            rest,
        });
    }
    hints
}

fn known_column((name, mut rest): (String, toml::Table)) -> KnownColumn {
    let headings = rest.remove("headings").and_then(|headings| headings.try_into().ok()).unwrap_or_default();
    let words = rest.get("words").and_then(toml::Value::as_str).map(str::to_owned);
    KnownColumn { name, headings, words, is_given: rest.contains_key("from"), rest }
}
