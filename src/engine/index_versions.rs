//! Which indices there are, each with all its versions, and the text of the one in force.

use std::path::Path;

use super::EngineError;
use cchc_definitions::index::Head;
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
