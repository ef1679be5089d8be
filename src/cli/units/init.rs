//! `cchc units init` and `add`: official lists and lists of one's own.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::{Global, OpenEngine, Usage, faults};
use super::{Add, Init, change};
use cchc_definitions::OfficialUnits;
use cchc_model::Unit;
use cchc_units::{History, UnitBookError, official_units, province_code, read_unit_list};

impl Init {
    pub fn run(&self, global: &Global) -> Result<()> {
        let official = OfficialUnits::load(Some(&global.workspace)).map_err(|found| faults(&found))?;
        let history = if self.without_history { History::Without } else { History::With };
        let province = self.province.as_deref();
        let mut book =
            official_units(&official, province, self.year, history).map_err(|error| Usage(error.to_string()))?;
        let summary = counts(&book.units);
        let successions = book.successions.len();
        if let Some(file) = &self.departments {
            let mut departments = read_unit_list(file)?;
            // What names no unit above is placed below the province, if there is one.
            let root = province.and_then(|province| province_code(&official, province, self.year).ok());
            for unit in departments.iter_mut().filter(|unit| unit.parent.is_none()) {
                unit.parent.clone_from(&root);
            }
            let done = book.merge(departments);
            global.note(&format!("{} units from {}", done.added + done.changed, file.display()));
        }
        change(global, |current| {
            if !current.units.is_empty() && !self.replace {
                return Err(UnitBookError::NotEmpty(current.units.len()));
            }
            *current = book;
            current.check()
        })?;
        global.note(&format!("{summary}; {successions} successions"));
        warn_of_missing_units(global)
    }
}

impl Add {
    pub fn run(&self, global: &Global) -> Result<()> {
        let units = read_unit_list(&self.file)?;
        let done = change(global, |book| Ok(book.merge(units)))?;
        global.note(&format!("{} units added, {} changed, from {}", done.added, done.changed, self.file.display()));
        Ok(())
    }
}

/// "1 province, 20 district, 542 commune"
fn counts(units: &[Unit]) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for unit in units {
        *kinds.entry(&unit.kind).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = kinds.into_iter().collect();
    counts.sort_by_key(|(_, count)| *count);
    counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
}

/// Dossiers whose unit the new list lacks count in no unit's row: that must not happen in silence.
fn warn_of_missing_units(global: &Global) -> Result<()> {
    let opened = OpenEngine::open(global)?;
    let missing = opened.wait(opened.engine.units_without_entry())?;
    if !missing.is_empty() {
        let dossiers: i64 = missing.iter().map(|(_, count)| count).sum();
        let codes: Vec<&str> = missing.iter().take(5).map(|(code, _)| code.as_str()).collect();
        global.note(&format!(
            "warning: {dossiers} dossiers belong to {} units that the new list lacks ({} …); they count in the \
             total alone until their files are imported again or `cchc units add` brings the units back",
            missing.len(),
            codes.join(", ")
        ));
    }
    Ok(())
}
