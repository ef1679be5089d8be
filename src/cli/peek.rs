//! `cchc peek`: what a file of any container holds.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::output::{self, Columns, safe};
use super::{Format, Global, Outcome, said};
use cchc_read::{Peeked, peek};
use cchc_store::Config;

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
        let shown = safe(&self.file.to_string_lossy());
        let Peeked { sheets, refused } = peek(&self.file, &limits, most).with_context(|| shown.clone())?;
        let mut outcome = Outcome::Done;
        let all_refused = sheets.is_empty() && !refused.is_empty();
        for (name, error) in refused {
            eprintln!("{}", said(&format!("error: {shown}/{}: {error}", safe(&name))));
            outcome = Outcome::WithErrors;
        }
        if all_refused {
            anyhow::bail!("{shown}: no file of the archive can be read");
        }
        if global.format == Format::Json {
            output::json(&serde_json::to_value(&sheets)?)?;
            return Ok(outcome);
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
        let columns = if sheets.iter().any(|sheet| sheet.file.is_some()) {
            Columns::default().text("file", cells.iter().map(|(sheet, _)| sheet.file.as_deref()))
        } else {
            Columns::default()
        };
        columns
            .text("sheet", cells.iter().map(|(sheet, _)| Some(sheet.sheet.as_str())))
            .flag("hidden", cells.iter().map(|(sheet, _)| sheet.hidden))
            .int("rows", cells.iter().map(|(sheet, _)| Some(sheet.rows as i64)))
            .text("address", cells.iter().map(|(_, cell)| Some(cell.address.as_str())))
            .text("value", values.iter().map(|value| Some(value.as_str())))
            .text("type", kinds.iter().map(|kind| Some(kind.as_str())))
            .write(global)?;
        Ok(outcome)
    }
}
