//! `cchc check`: all faults of all definitions at once, before anything is computed.

use anyhow::Result;

use super::{Global, Outcome};
use cchc_engine::checked_definitions;
use cchc_store::Shell;

pub(super) fn run(global: &Global) -> Result<Outcome> {
    let definitions = Shell::new()?.wait(checked_definitions(Some(&global.workspace)))?;
    global.note(&format!(
        "{} sources, {} indicators, {} indices, {} ready questions, calendars of {} years: no faults",
        definitions.sources.len(),
        definitions.indicators.len(),
        definitions.indices.len() + definitions.points.len() + definitions.composites.len(),
        definitions.saved.len(),
        definitions.calendar.years().len(),
    ));
    Ok(Outcome::Done)
}
