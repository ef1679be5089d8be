//! Lists the units of a workspace.

use anyhow::Result;

use super::super::output::Columns;
use super::super::{Format, Global};
use cchc_engine::Engine;
use cchc_model::{Carry, Unit, UnitsAsOf};

/// Aliases that a terminal shows; all other formats have all.
const SHOWN: usize = 3;

pub fn list(global: &Global, engine: &Engine, kind: Option<&str>) -> Result<()> {
    if let Some(kind) = kind {
        engine.check_kind(kind)?;
    }
    // Without a day all units are listed: a list is of no period.
    let carry = match engine.config().policies.units_as_of {
        UnitsAsOf::Day(day) => Some(Carry::new(engine.successions(), day)),
        UnitsAsOf::PeriodEnd | UnitsAsOf::AsReceived => None,
    };
    let existing = |unit: &&Unit| carry.as_ref().is_none_or(|carry| carry.exists(unit));
    let units = engine.units().units().iter().filter(|unit| kind.is_none_or(|kind| unit.kind == kind)).filter(existing);
    let units: Vec<&Unit> = units.collect();
    let aliases: Vec<String> = units.iter().map(|unit| aliases(global, unit)).collect();
    let days = |of: fn(&Unit) -> Option<chrono::NaiveDate>| {
        units.iter().map(|unit| of(unit).map(|day| day.to_string())).collect::<Vec<Option<String>>>()
    };
    let (from, to) = (days(|unit| unit.valid_from), days(|unit| unit.valid_to));
    Columns::default()
        .text("code", units.iter().map(|unit| Some(unit.code.as_str())))
        .text("name", units.iter().map(|unit| Some(unit.name.as_str())))
        .text("short_name", units.iter().map(|unit| Some(unit.short_name.as_str())))
        .text("kind", units.iter().map(|unit| Some(unit.kind.as_str())))
        .text("parent", units.iter().map(|unit| unit.parent.as_deref()))
        .text("aliases", aliases.iter().map(|text| Some(text.as_str())))
        .text("valid_from", from.iter().map(Option::as_deref))
        .text("valid_to", to.iter().map(Option::as_deref))
        .write(global)
}

fn aliases(global: &Global, unit: &Unit) -> String {
    if global.format == Format::Table && unit.aliases.len() > SHOWN {
        return format!("{} … (+{})", unit.aliases[..SHOWN].join(" | "), unit.aliases.len() - SHOWN);
    }
    unit.aliases.join("|")
}
