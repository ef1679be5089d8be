//! `cchc peek`: what a file of any container holds.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::output::{self, Columns};
use super::{Format, Global, Outcome};
use crate::read::peek;
use crate::store::Config;

#[derive(Debug, Args)]
pub(super) struct Peek {
    /// The file
    file: PathBuf,
    /// Show at most this many cells of each sheet
    #[arg(long, value_name = "N")]
    cells: Option<usize>,
}

impl Peek {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let most = self.cells.unwrap_or(if global.format == Format::Table { 200 } else { usize::MAX });
        let limits = Config::read(&global.workspace)?.limits;
        let sheets = peek(&self.file, &limits, most).with_context(|| self.file.display().to_string())?;
        if global.format == Format::Json {
            output::json(&serde_json::to_value(&sheets)?)?;
            return Ok(Outcome::Done);
        }
        let cells: Vec<_> = sheets.iter().flat_map(|sheet| sheet.cells.iter().map(move |cell| (sheet, cell))).collect();
        let values: Vec<String> = cells
            .iter()
            .map(|(_, cell)| cell.value.as_str().map_or_else(|| cell.value.to_string(), str::to_owned))
            .collect();
        let kinds: Vec<String> = cells
            .iter()
            .map(|(_, cell)| {
                serde_json::to_value(cell.kind)
                    .ok()
                    .and_then(|kind| kind.as_str().map(str::to_owned))
                    .unwrap_or_default()
            })
            .collect();
        Columns::default()
            .text("sheet", cells.iter().map(|(sheet, _)| Some(sheet.sheet.as_str())))
            .flag("hidden", cells.iter().map(|(sheet, _)| sheet.hidden))
            .int("rows", cells.iter().map(|(sheet, _)| Some(sheet.rows as i64)))
            .text("address", cells.iter().map(|(_, cell)| Some(cell.address.as_str())))
            .text("value", values.iter().map(|value| Some(value.as_str())))
            .text("type", kinds.iter().map(|kind| Some(kind.as_str())))
            .write(global)?;
        Ok(Outcome::Done)
    }
}
