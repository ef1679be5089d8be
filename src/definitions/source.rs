//! Source definitions: which headings of an export feed which columns, and what its words and dates mean.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dates::SourceZone;
use super::layout::Layout;
use cchc_model::{ColumnType, Encoding, Table};

/// How one system's export maps to one table.
#[derive(Debug, Clone)]
pub struct SourceDef {
    /// File name without `.toml`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The table it feeds.
    pub table: &'static Table,
    /// Columns without which a sheet does not fit.
    pub required: Vec<String>,
    /// How each column of the table is fed.
    pub columns: Vec<SourceColumn>,
    /// Headings of personal columns: never read, never shown.
    pub personal: Vec<String>,
    /// Accepted date patterns such as `dd/MM/yyyy HH:mm`; ISO is always accepted.
    pub dates: Vec<String>,
    /// The zone of dates that name none; that of Vietnam where it is not declared.
    pub zone: Option<SourceZone>,
    /// Statuses whose rows may lack a received date (never accepted).
    pub without_received: Vec<i64>,
    /// The legacy encoding of text from which it cannot be recognised.
    pub encoding: Option<Encoding>,
    /// The layout beyond headings.
    pub layout: Layout,
    /// Columns in which a merged cell is the value of each row that it covers.
    pub fill_merged: Vec<String>,
    /// Statuses of ended dossiers, which should have a finished date.
    pub with_finished: Vec<i64>,
    /// Statuses of dossiers that have not ended, which should have none.
    pub without_finished: Vec<i64>,
    /// Headings of columns that are there to be read by people only (folded).
    pub aside: Vec<String>,
    /// Which units of a file have sent by it.
    pub covers: Covers,
}

/// For which of the units that stand in a file it is their export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// The one that has more than half of its rows; of a file of several units, where none has, all of them.
    #[default]
    Main,
    /// Every unit that stands in it.
    All,
}

/// One column of a source.
#[derive(Debug, Clone)]
pub struct SourceColumn {
    /// Column of the table.
    pub name: String,
    /// What it holds.
    pub kind: ColumnType,
    /// Headings, any of them.
    pub headings: Vec<String>,
    /// Folded word → value; empty where the cell is taken as it is.
    pub words: BTreeMap<String, String>,
    /// What happens to a row with an unknown word or unit.
    pub unknown: Unknown,
    /// Values that mean "nobody in particular" and are no fault (folded).
    pub ignore: Vec<String>,
    /// The column that a number of this one may not exceed.
    pub at_most: Option<String>,
    /// The value of a blank cell; none if its value is not known.
    pub blank: Option<String>,
}

/// What an unknown word or unit does to its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// The row is loaded without the value, with a warning.
    #[default]
    Warn,
    /// The row is refused.
    Reject,
}

impl SourceDef {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&SourceColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Words compare like unit names: case, spaces, punctuation and the place of the tone mark fold.
#[must_use]
pub fn fold_word(word: &str) -> String {
    Some(cchc_model::fold_name(word)).filter(|folded| !folded.is_empty()).unwrap_or_else(|| word.trim().to_owned())
}
