//! `cchc check`: all faults of all definitions at once, before anything is computed; with `--store`, of all files.

use anyhow::Result;
use clap::Args;

use super::check_store::{self, Mode};
use super::{Global, OpenEngine, Outcome};
use cchc_definitions::{Wording, unfinished_sources};
use cchc_engine::{EngineError, checked_definitions, unit_faults};
use cchc_store::Shell;

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Check every file of the workspace instead: by SHA-256, all that any kept version names
    #[arg(long)]
    store: bool,
    /// Put right what can be put right without losing anything; says what it does, deletes nothing
    #[arg(long, requires = "store")]
    repair: bool,
}

impl Check {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        if self.store {
            return check_store::run(global, if self.repair { Mode::Repair } else { Mode::Look });
        }
        let definitions = Shell::new()?.wait(checked_definitions(Some(&global.workspace)))?;
        // Units are known where there is a workspace; definitions alone need none.
        if global.workspace.join("FORMAT").is_file()
            && let Ok(opened) = OpenEngine::open(global)
        {
            let faults = unit_faults(&opened.engine);
            if !faults.is_empty() {
                return Err(EngineError::Definitions(faults).into());
            }
        }
        for (source, asked) in unfinished_sources(&global.workspace) {
            let values: [(&str, &dyn std::fmt::Display); 2] = [("source", &source), ("count", &asked)];
            global.note(&Wording::shipped().fill("check", "unfinished", global.language(), &values));
        }
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
}
