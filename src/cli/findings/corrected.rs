//! `cchc findings --from`: refused rows whole, from the file that they came from, ready to correct and send again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::super::report::save;
use super::super::{Global, Opened, Outcome, Usage, note};
use super::stored::{self, Stored};
use super::{Findings, workbook};
use cchc_import::{Original, RebuiltSheet, originals};
use cchc_normalise::Origin;
use cchc_read::Cell;
use cchc_report::{CorrectionRow, CorrectionSheet, render_correction};

/// Writes the rows of a file that are still refused; they hold personal cells, so only to a file that the user names.
pub(super) fn write(command: &Findings, global: &Global, from: &Path) -> Result<Outcome> {
    let Some(out) = &command.out else {
        let name = suggested(from);
        return Err(Usage(format!(
            "rows of the original file hold personal data and are written to no terminal; name the file, for example --out {}",
            name.display()
        ))
        .into());
    };
    let opened = Opened::open(global)?;
    let limits = &opened.workspace.config.limits;
    let files = originals(from, limits).with_context(|| from.display().to_string())?;
    let all = stored::all(&opened)?;
    if !files.iter().any(|file| all.iter().any(|stored| stored.sha256 == file.sha256)) {
        return Err(not_imported(&opened, from, &files)?);
    }
    if out.exists() {
        bail!("{} exists already and may hold corrections; name another file with --out", out.display());
    }
    let open: Vec<Stored> = stored::wanted(command, &opened)?
        .into_iter()
        .filter(|stored| stored.is_row && stored.cleared.is_none())
        .collect();
    let with_rows = |file: &&Original| open.iter().any(|stored| stored.sha256 == file.sha256);
    let file = match files.iter().filter(with_rows).collect::<Vec<_>>().as_slice() {
        [] => {
            note(global, &format!("no row of {} needs correcting", from.display()));
            return Ok(Outcome::Done);
        }
        [one] => *one,
        several => {
            let names: Vec<&str> = several.iter().map(|file| file.name.as_str()).collect();
            bail!("several files of the archive have rows to correct: {}; unpack it and name one", names.join(", "));
        }
    };
    let rows: BTreeMap<(String, u32), Stored> = open
        .into_iter()
        .filter(|stored| stored.sha256 == file.sha256)
        .map(|stored| ((stored.finding.sheet.clone(), stored.finding.row), stored))
        .collect();
    let wanted: BTreeSet<(String, u32)> = rows.keys().cloned().collect();
    let source = rows.values().next().map_or("", |stored| stored.source.as_str());
    let rebuilt = file
        .rows(&wanted, source, &opened.definitions, &opened.units, &opened.workspace.config)
        .with_context(|| from.display().to_string())?;
    let sheets: Vec<CorrectionSheet> =
        rebuilt.into_iter().map(|sheet| correction(global, &opened, &rows, sheet, &file.name)).collect();
    let ours = &opened.definitions.reading.corrected;
    let bytes = render_correction(
        &sheets,
        ours,
        &workbook::words(global)?,
        &workbook::theme(global)?,
        workbook::created(&opened),
    )?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let path = save(folder, &out.file_name().unwrap_or_default().to_string_lossy(), &bytes)?;
    note(global, &format!("{} rows to correct: {} (holds personal data)", wanted.len(), path.display()));
    Ok(Outcome::Done)
}

/// Beside the original and after it in order of names, so that on one day of export the corrected rows win.
fn suggested(from: &Path) -> PathBuf {
    let stem = from.file_stem().unwrap_or_default().to_string_lossy();
    from.with_file_name(format!("{stem}_sua.xlsx"))
}

/// Says what the file is not, and which import knew another file of its name.
fn not_imported(opened: &Opened, from: &Path, files: &[Original]) -> Result<anyhow::Error> {
    let versions = opened.workspace.history()?;
    let sent = || versions.iter().flat_map(|version| version.files.iter().map(move |file| (version.number, file)));
    if sent().any(|(_, sent)| files.iter().any(|file| file.sha256 == sent.sha256)) {
        return Ok(anyhow::anyhow!("{} was imported without any finding; nothing needs correcting", from.display()));
    }
    let name = from.file_name().unwrap_or_default();
    let other = sent()
        .filter(|(_, file)| Path::new(&file.file).file_name() == Some(name))
        .map(|(number, _)| number)
        .next_back();
    let hint = other.map_or_else(String::new, |number| {
        format!("; import {number} had a file of this name with another content: give the very file that was imported")
    });
    let digest = files.first().map_or("", |file| &file.sha256[..16]);
    Ok(anyhow::anyhow!("{} is none of the files imported here (its SHA-256 is {digest}…){hint}", from.display()))
}

fn correction(
    global: &Global,
    opened: &Opened,
    rows: &BTreeMap<(String, u32), Stored>,
    sheet: RebuiltSheet,
    name: &str,
) -> CorrectionSheet {
    let (messages, language) = (&opened.definitions.messages, global.language());
    let mut exported_at = None;
    let corrected = sheet.rows.into_iter().map(|(number, cells): (u32, Vec<Cell<'static>>)| {
        let Some(stored) = rows.get(&(sheet.name.clone(), number)) else {
            return CorrectionRow { cells, ..CorrectionRow::default() };
        };
        exported_at = stored.exported_at;
        let finding = &stored.finding;
        CorrectionRow {
            wrong: messages.wrong(finding, language),
            to_do: messages.to_do(finding, language),
            marked: sheet.names.iter().position(|heading| *heading == finding.column),
            cells,
            origin: Origin::new(&stored.sha256, &sheet.name, number).cells(name),
        }
    });
    let rows = corrected.collect();
    CorrectionSheet { name: sheet.name, exported_at, head: sheet.head, rows }
}
