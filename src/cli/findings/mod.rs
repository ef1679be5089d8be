//! `cchc findings`: what imports found, given back to whoever can act on it.

mod listing;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use super::figures::children;
use super::files::{folder_of, save};
use super::{Format, Global, OpenEngine, Outcome, Usage, output};
use cchc_engine::{ClearedFindings, FindingsRequest, StoredFinding};
use cchc_model::{Level, Resolved};

#[derive(Debug, Args)]
pub(super) struct Findings {
    /// Only files whose name contains this
    #[arg(long, value_name = "TEXT")]
    file: Option<String>,
    /// Only this unit, by code or name: rows that are its own, and those of no known unit in its files
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// With the units below it
    #[arg(long, requires = "unit")]
    with_children: bool,
    /// Only this import, by its version
    #[arg(long, value_name = "N")]
    import: Option<i64>,
    /// Only this rule
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// Only this level
    #[arg(long, value_name = "LEVEL", value_parser = ["info", "warning", "error"])]
    level: Option<String>,
    /// Also what later imports have cleared
    #[arg(long)]
    all: bool,
    /// Take the refused rows whole out of this file, the very one that was imported, to be corrected; needs --out.
    /// They hold personal data
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Write a workbook, or into a folder one workbook for each unit
    #[arg(long, value_name = "FILE.xlsx|DIR")]
    out: Option<PathBuf>,
}

impl Findings {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        if self.out.is_some() && !matches!(global.format, Format::Table | Format::Xlsx) {
            return Err(
                Usage("--out writes workbooks; for another format, send standard output to a file".into()).into()
            );
        }
        if let Some(from) = &self.from {
            return self.corrections(global, from);
        }
        let opened = OpenEngine::open(global)?;
        if self.out.is_none() && global.format != Format::Xlsx {
            listing::write(global, &opened, &self.request())?;
            return Ok(Outcome::Done);
        }
        let found = opened.wait(opened.engine.findings(&self.request()))?;
        let Some(out) = &self.out else {
            output::bytes(&self.workbook(global, &opened, &found)?)?;
            return Ok(Outcome::Done);
        };
        let is_workbook = out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"));
        if is_workbook && !out.is_dir() {
            let name = out.file_name().unwrap_or_default().to_string_lossy();
            let path = save(folder_of(out), &name, &self.workbook(global, &opened, &found)?)?;
            global.note(&path.display().to_string());
            return Ok(Outcome::Done);
        }
        let files = opened.engine.findings_by_unit(&found, global.language())?;
        for path in super::files::save_all(out, &files)? {
            global.note(&path.display().to_string());
        }
        Ok(Outcome::Done)
    }

    fn request(&self) -> FindingsRequest {
        FindingsRequest {
            file: self.file.clone(),
            unit: self.unit.clone(),
            children: children(self.with_children),
            import: self.import,
            rule: self.rule.clone(),
            level: self.level.as_deref().map(|level| match level {
                "error" => Level::Error,
                "warning" => Level::Warning,
                _ => Level::Info,
            }),
            cleared: if self.all { ClearedFindings::Listed } else { ClearedFindings::LeftOut },
        }
    }

    /// One workbook for all, titled with the chosen unit.
    fn workbook(&self, global: &Global, opened: &OpenEngine, found: &[StoredFinding]) -> Result<Vec<u8>> {
        let unit = match self.unit.as_deref().map(|name| opened.engine.units().resolve(name)) {
            Some(Resolved::One(unit)) => Some(unit.name.as_str()),
            _ => None,
        };
        Ok(opened.engine.findings_workbook(found, unit, global.language())?)
    }

    /// Writes the rows of a file that are still refused; they hold personal cells, so only to a file that the user names.
    fn corrections(&self, global: &Global, from: &Path) -> Result<Outcome> {
        let Some(out) = &self.out else {
            // Beside the original and after it in order of names, so that on one day of export the corrected rows win.
            let stem = from.file_stem().unwrap_or_default().to_string_lossy();
            let name = from.with_file_name(format!("{stem}_sua.xlsx"));
            return Err(Usage(format!(
                "rows of the original file hold personal data and are written to no terminal; name the file, for example --out {}",
                name.display()
            ))
            .into());
        };
        let opened = OpenEngine::open(global)?;
        let files = opened.wait(opened.engine.originals(from))?;
        if out.exists() {
            bail!("{} exists already and may hold corrections; name another file with --out", out.display());
        }
        let request = self.request();
        let correction = opened.engine.correction(from, &files, &request, global.language());
        let Some(correction) = opened.wait(correction)? else {
            global.note(&format!("no row of {} needs correcting", from.display()));
            return Ok(Outcome::Done);
        };
        let path = save(folder_of(out), &out.file_name().unwrap_or_default().to_string_lossy(), &correction.workbook)?;
        global.note(&format!("{} rows to correct: {} (holds personal data)", correction.rows, path.display()));
        Ok(Outcome::Done)
    }
}
