//! `cchc check`: all faults of all definitions at once, before anything is computed.

use anyhow::Result;
use clap::Args;

use super::{Global, Outcome, note};
use cchc_engine::checked_definitions;
use cchc_store::Shell;

#[derive(Debug, Args)]
pub(super) struct Check {}

impl Check {
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let overlay = global.workspace.join("FORMAT").is_file().then_some(global.workspace.as_path());
        let overlay =
            overlay.or_else(|| global.workspace.join("queries").is_dir().then_some(global.workspace.as_path()));
        let definitions = Shell::new()?.wait(checked_definitions(overlay))?;
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
