//! `cchc units`: the units of a workspace, what imports could not resolve, and how both are changed.

mod alias;
mod init;
mod list;
mod resolve;
mod successions;
mod unknown;

use std::path::PathBuf;

use anyhow::Result;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{Global, OpenEngine, Outcome, Usage};
use cchc_store::{Shell, Workspace};
use cchc_units::{UnitBook, UnitBookError, change_units};

#[derive(Debug, Args)]
pub(super) struct Units {
    /// Only units of this kind
    #[arg(long, value_name = "KIND", conflicts_with = "unknown")]
    kind: Option<String>,
    /// List the names in imported files that are no unit's, or several units', with the nearest units
    #[arg(long)]
    unknown: bool,
    #[command(subcommand)]
    change: Option<Change>,
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Make a name mean a unit, or take it away again
    Alias(Alias),
    /// Show what a name leads to
    Resolve(Resolve),
    /// Load the official lists of a province, old and new, with what became what
    Init(Init),
    /// Add the units of a list, or change those of the same code
    Add(Add),
    /// List which unit became which, or add to the list from a file
    Successions(Successions),
}

#[derive(Debug, Args)]
struct Alias {
    /// The name as files write it
    name: String,
    /// Code of the unit that it means
    #[arg(required_unless_present = "remove")]
    code: Option<String>,
    /// Take the name away, from all units or from that of CODE
    #[arg(long)]
    remove: bool,
}

#[derive(Debug, Args)]
struct Resolve {
    /// Names as files write them
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Day that decides between units of one name that did not exist together
    #[arg(long, value_name = "DATE", value_parser = super::day)]
    on: Option<NaiveDate>,
}

#[derive(Debug, Args)]
struct Init {
    /// Official code or name of the province, such as 40; the whole country without it
    #[arg(long, value_name = "CODE")]
    province: Option<String>,
    /// Year of the structure by which the province is meant
    #[arg(long, value_name = "YEAR")]
    year: u16,
    /// Load the units of that structure alone, without the other one and what became what
    #[arg(long)]
    without_history: bool,
    /// More units from a CSV file as `cchc init --units` takes it, such as the departments
    #[arg(long, value_name = "FILE")]
    departments: Option<PathBuf>,
    /// Replace the units that are there
    #[arg(long)]
    replace: bool,
}

#[derive(Debug, Args)]
struct Add {
    /// CSV with `code`, `name`, `short_name`, `level`, `parent_code`, `aliases`, `valid_from`, `valid_to`
    file: PathBuf,
}

#[derive(Debug, Args)]
struct Successions {
    /// CSV with `from_code`, `to_code`, `date`, `default`, `split`
    file: Option<PathBuf>,
}

impl Units {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        if self.change.is_some() && (self.unknown || self.kind.is_some()) {
            return Err(Usage("--kind and --unknown list units; leave them out to do something else".to_owned()).into());
        }
        match &self.change {
            None if self.unknown => unknown::list(global)?,
            None => list::list(global, &OpenEngine::open(global)?.engine, self.kind.as_deref())?,
            Some(Change::Alias(alias)) => alias.run(global)?,
            Some(Change::Resolve(resolve)) => resolve.run(global)?,
            Some(Change::Init(init)) => init.run(global)?,
            Some(Change::Add(add)) => add.run(global)?,
            Some(Change::Successions(successions)) => successions.run(global)?,
        }
        Ok(Outcome::Done)
    }
}

/// Changes the newest version; notes the new version's number, or that nothing changed.
fn change<T>(global: &Global, edit: impl FnOnce(&mut UnitBook) -> Result<T, UnitBookError>) -> Result<T> {
    if global.as_of.is_some() {
        return Err(Usage("units change on the newest version; leave out --as-of".to_owned()).into());
    }
    let workspace = Workspace::open(&global.workspace)?;
    let definitions = global.definitions()?;
    let waiting = || global.note("an import is running; waiting for it to end");
    let (given, version) = change_units(&workspace, &definitions.calendar, &Shell::new()?, waiting, edit).map_err(
        |error| match error {
            UnitBookError::NoUnit { .. } | UnitBookError::BadAlias(_) | UnitBookError::NoAlias { .. } => {
                Usage(error.to_string()).into()
            }
            error => anyhow::Error::from(error),
        },
    )?;
    match version {
        Some(version) => global.note(&format!("version {version}")),
        None => global.note("nothing to change; the workspace is as it was"),
    }
    Ok(given)
}
