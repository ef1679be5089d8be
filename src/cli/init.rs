//! `cchc init`: a new workspace, and its list of units.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::{Global, Outcome};
use cchc_model::Unit;
use cchc_store::{Config, Shell, Workspace};
use cchc_units::{change_units, publish_unit_list, read_unit_list};

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
            let province = self.province.clone().unwrap_or_default();
            Workspace::init(&global.workspace, &Config { province, ..Config::default() })?
        };
        global.note(&format!("workspace {}", global.workspace.display()));
        if let (Some(units), Some(path)) = (units, &self.units) {
            let count = units.len();
            if exists {
                replace(global, &workspace, units)?;
            } else {
                publish_unit_list(&workspace, &units, || global.tell("waiting for another import to end"))?;
            }
            global.note(&format!("{count} units from {}", path.display()));
        }
        Ok(Outcome::Done)
    }
}

/// Puts a list in place of the one that is there; notes what the old one has and the new one lacks.
fn replace(global: &Global, workspace: &Workspace, units: Vec<Unit>) -> Result<()> {
    let definitions = global.definitions()?;
    let waiting = || global.note("waiting for another import to end");
    let (lost, _) =
        change_units(workspace, &definitions.calendar, &Shell::new()?, waiting, |book| Ok(book.replace(units)))?;
    if lost.aliases + lost.successions > 0 {
        global.note(&format!(
            "left out with the old list: {} aliases, {} successions; `cchc units add FILE` would have kept them",
            lost.aliases, lost.successions
        ));
    }
    Ok(())
}
