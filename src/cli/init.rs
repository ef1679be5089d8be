//! `cchc init`: a new workspace, and its list of units.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::{Global, Outcome, faults, note};
use cchc_definitions::Definitions;
use cchc_model::Unit;
use cchc_store::{Config, Shell, Transaction, Workspace};
use cchc_units::{change_units, read_unit_list, units_frame};

#[derive(Debug, Args)]
pub(super) struct Init {
    /// List of units: CSV with `code`, `name`, `short_name`, `level`, `parent_code`, `aliases`, `valid_from`, `valid_to`.
    /// In an existing workspace it replaces the list
    #[arg(long, value_name = "FILE")]
    units: Option<PathBuf>,
    /// Name of the province, for reports; without it the unit above all others names it
    #[arg(long, value_name = "NAME")]
    province: Option<String>,
}

impl Init {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let exists = global.workspace.join("FORMAT").exists();
        let units = self.units.as_deref().map(read_unit_list).transpose()?;
        let workspace = if exists && units.is_some() {
            Workspace::open(&global.workspace)?
        } else {
            Workspace::init(
                &global.workspace,
                &Config { province: self.province.clone().unwrap_or_default(), ..Config::default() },
            )?
        };
        note(global, &format!("workspace {}", global.workspace.display()));
        if let (Some(units), Some(path)) = (units, &self.units) {
            let count = units.len();
            if exists {
                replace(global, &workspace, units)?;
            } else {
                publish(&workspace, &units)?;
            }
            note(global, &format!("{count} units from {}", path.display()));
        }
        Ok(Outcome::Done)
    }
}

/// Puts a list in place of the one that is there; tells what the old one said and the new one does not.
fn replace(global: &Global, workspace: &Workspace, units: Vec<Unit>) -> Result<()> {
    let definitions = Definitions::load(Some(&global.workspace)).map_err(|found| faults(&found))?;
    let waiting = || note(global, "waiting for another import to end");
    let (lost, _) =
        change_units(workspace, &definitions.calendar, &Shell::new()?, waiting, |book| Ok(book.replace(units)))?;
    if lost.aliases + lost.successions > 0 {
        note(
            global,
            &format!(
                "left out with the old list: {} aliases, {} successions; `cchc units add FILE` would have kept them",
                lost.aliases, lost.successions
            ),
        );
    }
    Ok(())
}

/// Publishes a version with that list of units.
pub(super) fn publish(workspace: &Workspace, units: &[Unit]) -> Result<()> {
    let lock = workspace.lock(true, || eprintln!("waiting for another import to end"))?;
    let mut transaction = Transaction::begin(workspace, &lock)?;
    transaction.replace("units", units_frame(units))?;
    transaction.publish("init", None, Vec::new())?;
    Ok(())
}

/// A fresh workspace with the units of a file.
pub(super) fn fresh(root: &Path, units: &[Unit]) -> Result<Workspace> {
    let workspace = Workspace::init(root, &Config::default())?;
    publish(&workspace, units)?;
    Ok(workspace)
}
