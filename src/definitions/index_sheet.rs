//! How a criteria sheet reads as the definition of an index: its headings, and the words of its rules.

use serde::Deserialize;

use super::{Fault, Files, parse_toml};

/// The file, below `queries/`.
const FILE: &str = "index-sheet.toml";

/// The words of `index-sheet.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetWords {
    /// Headings, by the content of their columns.
    pub headings: SheetHeadings,
    /// Words, in small letters.
    pub words: RuleWords,
}

/// Headings, any of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetHeadings {
    /// Codes of the tree.
    pub code: Vec<String>,
    /// Names.
    pub name: Vec<String>,
    /// Most points.
    pub max: Vec<String>,
    /// How points are given, in words.
    pub rule: Vec<String>,
    /// What must be shown.
    pub evidence: Vec<String>,
    /// Words that the line with the name of the set has, above the headings.
    pub title: Vec<String>,
}

/// Words by which rules are written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleWords {
    /// "yes".
    pub yes: Vec<String>,
    /// "no".
    pub no: Vec<String>,
    /// Behind a number of points.
    pub points: Vec<String>,
    /// Between a condition and its points.
    pub gives: Vec<String>,
    /// Before the lowest figure of a tier.
    pub from: Vec<String>,
    /// Behind it, where the tier has no upper end.
    pub upwards: Vec<String>,
    /// Between the lowest figure and the upper end, which is outside.
    pub to_below: Vec<String>,
    /// Before the upper end, which is outside.
    pub below: Vec<String>,
    /// All other cases.
    pub rest: Vec<String>,
    /// How names of points on top begin.
    pub bonus: Vec<String>,
    /// How names of points to take off begin.
    pub deduction: Vec<String>,
    /// Before the most points on top or off.
    pub cap: Vec<String>,
}

/// Reads the file.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> SheetWords {
    files.get(FILE).and_then(|text| parse_toml(FILE, text, faults)).unwrap_or_default()
}
