//! Loads the dictionary of declared figures: what offices call them, and which is a part of which.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Fault, Files, parse_toml};

/// The file below `queries/`.
const FILE: &str = "declared-figures.toml";
/// What a workspace has learnt, below `queries/`: heading → id of a figure.
const LEARNT: &str = "declared-learnt.toml";

/// The data of `queries/declared-figures.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredFigures {
    /// Words without which a figure is the same.
    pub fillers: Vec<String>,
    /// Marks for yes, in lower case.
    pub yes: Vec<String>,
    /// Marks for no, in lower case.
    pub no: Vec<String>,
    /// Short word → words in full.
    pub abbreviations: BTreeMap<String, String>,
    /// What a column or row is, if no figure.
    pub roles: BTreeMap<FigureRole, Vec<String>>,
    /// Unit of money → đồng.
    pub money: BTreeMap<String, f64>,
    /// The figures.
    #[serde(rename = "figure")]
    pub figures: Vec<DeclaredFigure>,
    /// Shares of one figure in another.
    #[serde(rename = "share")]
    pub shares: Vec<DeclaredShare>,
}

/// What a heading says of its column, where it names no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureRole {
    /// Units.
    Unit,
    /// Periods.
    Period,
    /// Names of figures.
    Figure,
    /// Units of measure.
    Measure,
    /// The figure itself.
    Value,
    /// The part of a pair.
    Numerator,
    /// The whole of a pair.
    Denominator,
    /// The part divided by the whole.
    Share,
    /// Nothing that is read.
    Aside,
}

/// A figure that units declare.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredFigure {
    /// Under which it is stored.
    pub id: String,
    /// Whether periods add up.
    pub kind: FigureKind,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// What its numbers measure.
    #[serde(default)]
    pub measure: Measure,
    /// What offices call it.
    pub names: Vec<String>,
}

/// Whether a figure holds on a day or for a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureKind {
    /// On a day.
    Stock,
    /// For a period; periods add up.
    Flow,
}

/// What numbers of a figure measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Things.
    #[default]
    Count,
    /// Đồng.
    Money,
    /// 1 for yes, 0 for no.
    YesNo,
}

/// A share of one figure in another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredShare {
    /// Id of its indicator.
    pub id: String,
    /// Id of the part.
    pub numerator: String,
    /// Id of the whole.
    pub denominator: String,
    /// What offices call it.
    pub names: Vec<String>,
}

/// The dictionary, with what the workspace has learnt.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> DeclaredFigures {
    let mut known: DeclaredFigures =
        files.get(FILE).and_then(|text| parse_toml(FILE, text, faults)).unwrap_or_default();
    let learnt: BTreeMap<String, String> =
        files.get(LEARNT).and_then(|text| parse_toml(LEARNT, text, faults)).unwrap_or_default();
    for (heading, id) in learnt {
        known.learn(heading, id);
    }
    for share in &known.shares {
        for part in [&share.numerator, &share.denominator] {
            if known.figure(part).is_none() {
                let message = format!("'{part}' is no figure of this file");
                faults.push(Fault { file: FILE.to_owned(), key: format!("share {}", share.id), message });
            }
        }
    }
    known
}

impl DeclaredFigures {
    /// The figure of an id.
    #[must_use]
    pub fn figure(&self, id: &str) -> Option<&DeclaredFigure> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    /// Adds a name of a known figure, or a figure of its own.
    fn learn(&mut self, heading: String, id: String) {
        match self.figures.iter_mut().find(|figure| figure.id == id) {
            Some(figure) => figure.names.push(heading),
            None => self.figures.push(DeclaredFigure {
                id,
                kind: FigureKind::Flow,
                name_vi: heading.clone(),
                name_en: heading.clone(),
                measure: Measure::Count,
                names: vec![heading],
            }),
        }
    }
}
