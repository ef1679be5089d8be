//! Faults of definitions that only show when their SQL is planned.

use super::gate::{Gate, indicator_faults};
use super::templates::template_faults;
use super::{Engine, EngineError};
use cchc_definitions::{Definitions, Fault, Indicator, OfficialUnits, did_you_mean};
use cchc_indicators::{By, FACT_TABLES, Measuring, fact_columns};
use cchc_indices::unknown_exempt;
use cchc_model::{Period, Policies, UnitIndex};
use cchc_store::{Session, stored_columns};

/// Loads the definitions that a folder lays over the shipped ones, and finds all faults that it can without any data.
///
/// # Errors
/// The faults, or what kept the SQL from being planned at all.
pub async fn checked_definitions(overlay: Option<&std::path::Path>) -> Result<Definitions, EngineError> {
    let definitions = Definitions::load(overlay).map_err(EngineError::Definitions)?;
    let session = Session::planning(&definitions.calendar)?;
    let gate = Gate::new(&session);
    let mut found = planning_faults(&session, &gate, &definitions).await;
    for (name, text) in &definitions.saved {
        let sample = [("$from", "DATE '2020-01-01'"), ("$to", "DATE '2020-03-31'"), ("$unit", "'X'")];
        let bound = sample.iter().fold(text.clone(), |text, (name, value)| text.replace(name, value));
        if let Err(error) = gate.plans(&bound).await {
            let message = first_line(&error.to_string()).to_owned();
            found.push(Fault { file: format!("saved/{name}.sql"), key: String::new(), message });
        }
    }
    for rule in &definitions.audit {
        found.extend(super::audit_sql::named_faults(rule));
        let bound = rule.sql.replace("$from", "DATE '2020-01-01'").replace("$to", "DATE '2020-03-31'");
        if let Err(error) = gate.plans(&bound).await {
            let message = first_line(&error.to_string()).to_owned();
            found.push(Fault { file: rule.file.clone(), key: "sql".into(), message });
        }
    }
    found.extend(OfficialUnits::load(overlay).err().unwrap_or_default());
    found.extend(overlay.map(template_faults).unwrap_or_default());
    if found.is_empty() { Ok(definitions) } else { Err(EngineError::Definitions(found)) }
}

/// Units and figures that definitions name and that a workspace does not have.
#[must_use]
pub fn unit_faults(engine: &Engine) -> Vec<Fault> {
    let (definitions, units) = (engine.definitions(), engine.units());
    let mut found: Vec<Fault> = definitions.points.iter().flat_map(|index| unknown_exempt(index, units)).collect();
    for index in &definitions.composites {
        for leaf in &index.leaves {
            let denominator = leaf.denominator.iter().map(|by| ("denominator", by.column.as_str()));
            for (key, id) in std::iter::once(("column", leaf.column.as_str())).chain(denominator) {
                if definitions.all_indicators().any(|one| one.id == id) {
                    continue;
                }
                let hint = did_you_mean(id, definitions.all_indicators().map(|one| one.id.as_str()));
                let message = format!("no indicator '{id}': no file defines it and no unit declared it{hint}");
                found.push(Fault { file: index.file.clone(), key: format!("{}.{key}", leaf.id), message });
            }
        }
    }
    for grouping in &definitions.groupings {
        for code in grouping.named_units().filter(|code| units.by_code(code).is_none()) {
            let hint = did_you_mean(code, units.units().iter().map(|unit| unit.code.as_str()));
            let message = format!("no unit '{code}'{hint}");
            found.push(Fault { file: grouping.file.clone(), key: "group.units".to_owned(), message });
        }
    }
    found
}

async fn planning_faults(session: &Session, gate: &Gate, definitions: &Definitions) -> Vec<Fault> {
    let units = UnitIndex::default();
    let measuring =
        Measuring { session, definitions, units: &units, policies: Policies::default(), carry: None, protection: None };
    let period: Period = "2020-Q1".parse().expect("a quarter");
    let mut found = Vec::new();
    for indicator in definitions.indicators.iter().filter(|one| one.derived.is_none()) {
        let faults = [named_faults(indicator), indicator_faults(indicator)].concat();
        if !faults.is_empty() {
            found.extend(faults);
            continue;
        }
        for statement in measuring.sql(&[indicator], std::slice::from_ref(&period), By::Unit) {
            let Err(error) = gate.plans(&statement).await else { continue };
            let text = error.to_string();
            let text = first_line(&text);
            let unknown =
                text.split("No field named ").nth(1).and_then(|rest| rest.split(['.', ' ']).next()).unwrap_or_default();
            let hint = did_you_mean(unknown, columns(indicator));
            found.push(fault(indicator, "numerator, denominator", format!("the SQL does not plan: {text}{hint}")));
        }
    }
    found
}

/// Tables and columns that an indicator names and that are not there.
fn named_faults(indicator: &Indicator) -> Vec<Fault> {
    if !FACT_TABLES.contains(&indicator.table.as_str()) {
        let hint = did_you_mean(&indicator.table, FACT_TABLES);
        return vec![fault(indicator, "table", format!("no fact table '{}'{hint}", indicator.table))];
    }
    let words = columns(indicator);
    let unknown = indicator.needs.iter().filter(|need| !words.contains(&need.as_str()));
    let one = |need: &String| {
        fault(indicator, "needs", format!("no column '{need}'{}", did_you_mean(need, words.iter().copied())))
    };
    unknown.map(one).collect()
}

fn columns(indicator: &Indicator) -> Vec<&'static str> {
    let stored = stored_columns(&indicator.table);
    stored.iter().map(|column| column.name).chain(fact_columns(&indicator.table).iter().copied()).collect()
}

fn fault(indicator: &Indicator, key: &str, message: String) -> Fault {
    Fault { file: indicator.file.clone(), key: format!("{}.{key}", indicator.id), message }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
