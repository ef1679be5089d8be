//! `cchc check`: all faults of all definitions at once, before anything is computed.

use anyhow::Result;
use clap::Args;

use super::{Global, Outcome, faults, note};
use cchc_definitions::{Definitions, Fault, OfficialUnits, did_you_mean};
use cchc_indicators::{By, Children, Engine, FACT_TABLES, fact_columns};
use cchc_model::{Period, Policies, UnitIndex};
use cchc_store::{Session, stored_columns};

#[derive(Debug, Args)]
pub(super) struct Check {}

impl Check {
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let overlay = global.workspace.join("FORMAT").is_file().then_some(global.workspace.as_path());
        let overlay =
            overlay.or_else(|| global.workspace.join("queries").is_dir().then_some(global.workspace.as_path()));
        let definitions = Definitions::load(overlay).map_err(|found| faults(&found))?;
        let mut found = planning_faults(&definitions)?;
        found.extend(OfficialUnits::load(overlay).err().unwrap_or_default());
        if !found.is_empty() {
            return Err(faults(&found));
        }
        note(
            global,
            &format!(
                "{} sources, {} indicators, {} indices, {} ready questions, calendars of {} years: no faults",
                definitions.sources.len(),
                definitions.indicators.len(),
                definitions.indices.len() + definitions.points.len() + definitions.composites.len(),
                definitions.saved.len(),
                definitions.calendar.years().len(),
            ),
        );
        Ok(Outcome::Done)
    }
}

/// Faults that only show when the SQL is planned.
fn planning_faults(definitions: &Definitions) -> Result<Vec<Fault>> {
    let (session, _runtime) = Session::planning(&definitions.calendar)?;
    let units = UnitIndex::default();
    let engine = Engine { session: &session, definitions, units: &units, policies: Policies::default(), carry: None };
    let period: Period = "2020-Q1".parse()?;
    let mut found = Vec::new();
    for indicator in definitions.indicators.iter().filter(|one| one.derived.is_none()) {
        let mut fault = |key: &str, message: String| {
            found.push(Fault { file: indicator.file.clone(), key: format!("{}.{key}", indicator.id), message });
        };
        if !FACT_TABLES.contains(&indicator.table.as_str()) {
            fault(
                "table",
                format!("no fact table '{}'{}", indicator.table, did_you_mean(&indicator.table, FACT_TABLES)),
            );
            continue;
        }
        let stored = stored_columns(&indicator.table);
        let words: Vec<&str> =
            stored.iter().map(|column| column.name).chain(fact_columns(&indicator.table).iter().copied()).collect();
        let unknown: Vec<&String> = indicator.needs.iter().filter(|need| !words.contains(&need.as_str())).collect();
        for need in &unknown {
            fault("needs", format!("no column '{need}'{}", did_you_mean(need, words.iter().copied())));
        }
        if !unknown.is_empty() {
            continue;
        }
        if let Err(error) = engine.measure(std::slice::from_ref(&period), &[indicator], By::Unit, Children::Apart) {
            let text = error.to_string();
            let text = text.lines().next().unwrap_or_default();
            let unknown =
                text.split("No field named ").nth(1).and_then(|rest| rest.split(['.', ' ']).next()).unwrap_or_default();
            fault(
                "numerator, denominator",
                format!("the SQL does not plan: {text}{}", did_you_mean(unknown, words.iter().copied())),
            );
        }
    }
    for (name, text) in &definitions.saved {
        let sample = [("$from", "DATE '2020-01-01'"), ("$to", "DATE '2020-03-31'"), ("$unit", "'X'")];
        let bound = sample.iter().fold(text.clone(), |text, (name, value)| text.replace(name, value));
        if let Err(error) = session.plans(&bound) {
            let text = error.to_string();
            found.push(Fault {
                file: format!("saved/{name}.sql"),
                key: String::new(),
                message: text.lines().next().unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(found)
}
