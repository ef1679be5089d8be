//! `cchc findings`: what imports found, given back to whoever can act on it.

mod corrected;
mod listing;
mod stored;
mod workbook;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::{Format, Global, Opened, Outcome, Usage, note, output};

pub(super) use workbook::{created, file_name};

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
            return corrected::write(self, global, from);
        }
        let opened = Opened::open(global)?;
        let found = stored::wanted(self, &opened)?;
        let Some(out) = &self.out else {
            if global.format == Format::Xlsx {
                output::bytes(&workbook::one(global, &opened, &found, self.unit_name(&opened).as_deref())?)?;
            } else {
                listing::write(global, &opened, &found)?;
            }
            return Ok(Outcome::Done);
        };
        let is_workbook = out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"));
        let written = if is_workbook && !out.is_dir() {
            let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
            let bytes = workbook::one(global, &opened, &found, self.unit_name(&opened).as_deref())?;
            let name = out.file_name().unwrap_or_default().to_string_lossy();
            vec![super::report::save(folder.unwrap_or_else(|| std::path::Path::new(".")), &name, &bytes)?]
        } else {
            workbook::by_unit(global, &opened, &found, out)?
        };
        for path in written {
            note(global, &path.display().to_string());
        }
        Ok(Outcome::Done)
    }

    /// Full name of the unit asked for.
    fn unit_name(&self, opened: &Opened) -> Option<String> {
        match opened.units.resolve(self.unit.as_deref()?) {
            cchc_model::Resolved::One(unit) => Some(unit.name.clone()),
            _ => None,
        }
    }
}
