//! Which indices there are, each with all its versions, and the text of the one in force.

use std::path::Path;

use super::EngineError;
use chrono::NaiveDate;

use cchc_definitions::index::Head;
use cchc_definitions::index::settings::WeighMethod;
use cchc_definitions::{Definitions, Files, Origin, did_you_mean};
use cchc_model::Period;

/// One version of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexVersion {
    /// Id, names, days and legal basis.
    pub head: Head,
    /// `indicator`, `points` or `composite`.
    pub kind: &'static str,
    /// Its file below `queries/`.
    pub file: String,
    /// Where that file comes from.
    pub origin: Origin,
}

/// All versions of all indices of a workspace by id and first day; the shipped ones where there is no workspace.
///
/// # Errors
/// The definitions have faults.
pub fn index_versions(root: &Path) -> Result<Vec<IndexVersion>, EngineError> {
    let definitions = Definitions::load(Some(root)).map_err(EngineError::Definitions)?;
    let by_indicator = definitions.indices.iter().map(|index| {
        let indicator = definitions.indicators.iter().find(|one| one.id == index.indicator);
        let head = Head {
            id: index.id.clone(),
            name_vi: index.name_vi.clone(),
            name_en: index.name_en.clone(),
            unit_kinds: Vec::new(),
            valid_from: None,
            valid_to: None,
            legal_basis: indicator.map(|indicator| indicator.legal_basis.clone()).unwrap_or_default(),
            note: String::new(),
        };
        ("indicator", head, format!("indices/{}.toml", index.id))
    });
    let points = definitions.points.iter().map(|index| ("points", index.head.clone(), index.file.clone()));
    let composites = definitions.composites.iter().map(|index| ("composite", index.head.clone(), index.file.clone()));
    let all = by_indicator.chain(points).chain(composites);
    let mut all: Vec<IndexVersion> = all
        .map(|(kind, head, file)| IndexVersion { head, kind, origin: Files::origin(Some(root), &file), file })
        .collect();
    all.sort_by(|left, right| {
        let order = |one: &IndexVersion| (one.head.valid_from, one.head.valid_to);
        (&left.head.id, order(left), &left.file).cmp(&(&right.head.id, order(right), &right.file))
    });
    Ok(all)
}

/// The definition of an index as it is written: the version in force at the end of a period, or the newest.
///
/// # Errors
/// There is no such index, no version of it is in force then, or the definitions have faults.
pub fn index_text(root: &Path, id: &str, period: Option<&Period>) -> Result<String, EngineError> {
    let all = index_versions(root)?;
    let versions: Vec<&IndexVersion> = all.iter().filter(|one| one.head.id == id).collect();
    if versions.is_empty() {
        let hint = did_you_mean(id, all.iter().map(|one| one.head.id.as_str()));
        return Err(EngineError::Request(format!("no index '{id}'{hint}; `cchc index list` lists them")));
    }
    let is_in_force = |one: &&&IndexVersion| period.is_none_or(|period| one.head.is_valid(period.end));
    // The versions are in order of first days, so the last is the newest.
    let Some(version) = versions.iter().rev().find(is_in_force) else {
        let end = period.map_or_else(String::new, |period| period.end.to_string());
        return Err(EngineError::Request(format!("no version of index '{id}' is in force on {end}")));
    };
    let mut faults = Vec::new();
    let files = Files::load(Some(root), &mut faults);
    files.get(&version.file).map(str::to_owned).ok_or(EngineError::Definitions(faults))
}

/// The weights that act in a composite index: for each node what it weighs, each child with its share of the node.
pub type ActingWeights = Vec<(String, Vec<(String, f64)>)>;

/// The weights that act in a composite index at the end of a period, or by its newest weights; none for another index, and
/// none for nodes whose weights follow from the data.
///
/// # Errors
/// The definitions have faults.
pub fn index_weights(
    root: &Path,
    id: &str,
    period: Option<&Period>,
) -> Result<Option<(NaiveDate, ActingWeights)>, EngineError> {
    let definitions = Definitions::load(Some(root)).map_err(EngineError::Definitions)?;
    let versions = definitions.composites.iter().filter(|index| index.head.id == id);
    let in_force = versions.filter(|index| period.is_none_or(|period| index.head.is_valid(period.end)));
    let Some(index) = in_force.max_by_key(|index| index.head.valid_from) else { return Ok(None) };
    let newest = index.weights.iter().filter_map(|weights| weights.from.or(weights.to)).max();
    let Some(day) =
        period.map(|period| period.end).or(newest).or(index.head.valid_from).or(NaiveDate::from_ymd_opt(2000, 1, 1))
    else {
        return Ok(None);
    };
    let given = |node: &&cchc_definitions::index::composite::Node| {
        matches!(node.weigh.method, WeighMethod::Given | WeighMethod::Equal)
    };
    let acting = index.nodes.iter().filter(given).map(|node| {
        let weights = match node.weigh.method {
            WeighMethod::Given => index.given_weights(node, day).unwrap_or_default(),
            _ => vec![1.0; node.children.len()],
        };
        let sum: f64 = weights.iter().sum();
        let shares = node.children.iter().zip(&weights);
        let shares = shares.map(|(child, weight)| (index.child_id(*child).to_owned(), weight / sum)).collect();
        (node.id.clone(), shares)
    });
    Ok(Some((day, acting.collect())))
}
