//! `cchc source`: list and show source definitions, propose one for an unknown layout, try one on files.

mod learn;
mod list;
mod new;
mod test;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{Global, Outcome};
use cchc_definitions::Definitions;
use cchc_model::UnitIndex;
use cchc_store::{Shell, Workspace};
use cchc_units::stored_units;

#[derive(Debug, Args)]
pub(super) struct Source {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List all source definitions, shipped ones and the workspace's own
    List,
    /// Print a definition as it is in force
    Show {
        /// Its id
        id: String,
    },
    /// Write a starting definition for a file that no source fits
    New(new::New),
    /// Say once which declared figure an unknown heading is; the answer is kept in the workspace
    Learn(learn::Learn),
    /// Try one definition on files: what fits, what is missing, which words are unknown. Writes nothing
    Test(test::Test),
}

impl Source {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        match &self.action {
            Action::List => list::list(global),
            Action::Show { id } => list::show(global, id),
            Action::Learn(learn) => learn.run(global),
            Action::New(new) => new.run(global),
            Action::Test(test) => test.run(global),
        }
    }
}

/// The units of the workspace; none where there is no workspace, or none in it.
fn units(global: &Global, definitions: &Definitions) -> Result<UnitIndex> {
    if !global.workspace.join("FORMAT").is_file() {
        return Ok(UnitIndex::default());
    }
    let workspace = Workspace::open(&global.workspace)?;
    let session = workspace.session(&workspace.version(None)?, &definitions.calendar)?;
    Ok(Shell::new()?.wait(stored_units(&session))?)
}
