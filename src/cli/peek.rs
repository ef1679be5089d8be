//! `cchc peek`: what a file of any container holds.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::output::{self, Columns, safe};
use super::{Format, Global, Outcome};
use cchc_read::{CellType, PeekCell, PeekSheet, Peeked, peek};
use cchc_store::Config;

/// Cells that are written at once.
const AT_ONCE: usize = 1 << 14;

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
        let mut peeked = peek(&self.file, &limits, most).with_context(|| shown.clone())?;
        let mut outcome = Outcome::Done;
        let all_refused = peeked.sheets.is_empty() && !peeked.refused.is_empty();
        for (name, error) in &peeked.refused {
            global.tell(&format!("error: {shown}/{}: {error}", safe(name)));
            outcome = Outcome::WithErrors;
        }
        if all_refused {
            anyhow::bail!("{shown}: no file of the archive can be read");
        }
        let sheets = std::mem::take(&mut peeked.sheets);
        if global.format == Format::Json {
            output::json_pieces(|out| document(&sheets, &mut peeked, out))?;
        } else {
            rows(global, &sheets, &mut peeked)?;
        }
        Ok(outcome)
    }
}

/// Writes all sheets as one array: what is known of a sheet, then its cells as they come.
fn document(sheets: &[PeekSheet], peeked: &mut Peeked, out: &mut dyn Write) -> Result<()> {
    let mut cells = peeked.cells()?;
    out.write_all(b"[")?;
    for (at, sheet) in sheets.iter().enumerate() {
        let head = serde_json::to_string(sheet)?;
        let gap = if at == 0 { "" } else { "," };
        write!(out, "{gap}{},\"cells\":[", head.strip_suffix('}').unwrap_or(&head))?;
        for (listed, cell) in cells.by_ref().take(sheet.listed).enumerate() {
            let gap = if listed == 0 { "" } else { "," };
            write!(out, "{gap}{}", cell?)?;
        }
        write!(out, "],\"faults\":{}}}", serde_json::to_string(&sheet.faults)?)?;
    }
    out.write_all(b"]")?;
    Ok(())
}

/// Writes one row for each cell.
fn rows(global: &Global, sheets: &[PeekSheet], peeked: &mut Peeked) -> Result<()> {
    let in_archive = sheets.iter().any(|sheet| sheet.file.is_some());
    let mut cells = peeked.cells()?;
    let mut sheets = sheets.iter().flat_map(|sheet| std::iter::repeat_n(sheet, sheet.listed)).peekable();
    let mut is_first = true;
    let batches = std::iter::from_fn(|| {
        let of = |(sheet, line): (_, std::io::Result<String>)| -> Result<(&PeekSheet, PeekCell)> {
            Ok((sheet, serde_json::from_str(&line?)?))
        };
        let batch: Result<Vec<_>> = sheets.by_ref().zip(cells.by_ref()).take(AT_ONCE).map(of).collect();
        let batch = match batch {
            // A table without rows has headings.
            Ok(batch) if batch.is_empty() && !is_first => return None,
            Ok(batch) => batch,
            Err(error) => return Some(Err(error)),
        };
        is_first = false;
        Some(columns(&batch, in_archive).batch())
    });
    output::stream(global, batches)
}

fn columns(cells: &[(&PeekSheet, PeekCell)], in_archive: bool) -> Columns {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values: Vec<String> = cells.iter().map(|(_, cell)| text(&cell.value)).collect();
    let kind = |kind| match kind {
        CellType::Text => "text",
        CellType::Number => "number",
        CellType::Bool => "bool",
        CellType::Date => "date",
        CellType::Error => "error",
    };
    let columns = if in_archive {
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
        .text("type", cells.iter().map(|(_, cell)| Some(kind(cell.kind))))
}
