//! Writes the forms on which units score themselves by an index of points.

use std::path::PathBuf;

use anyhow::Result;

use super::super::files::{folder_of, make, save};
use super::super::output::Columns;
use super::super::{Global, OpenEngine};
use super::Export;
use cchc_engine::{FormUnits, ScoringFormsRequest, UnitScoringForm};

impl Export {
    pub fn run(&self, global: &Global) -> Result<()> {
        let opened = OpenEngine::open(global)?;
        let units = match &self.unit {
            _ if self.all_units => FormUnits::All,
            Some(name) => FormUnits::One(opened.engine.unit_named(name)?),
            None => FormUnits::Unnamed,
        };
        let request = ScoringFormsRequest { index: self.id.clone(), period: self.period.clone(), units };
        let forms = opened.engine.forms(&request)?;
        let is_folder = self.all_units || self.out.extension().is_none_or(|extension| extension != "xlsx");
        let mut written = Vec::new();
        for form in &forms {
            let (folder, name) = if is_folder {
                (self.out.as_path(), form.file.name.clone())
            } else {
                (folder_of(&self.out), self.out.file_name().unwrap_or_default().to_string_lossy().into_owned())
            };
            make(folder)?;
            written.push(save(folder, &name, &form.file.bytes)?);
        }
        list(global, &forms, &written)
    }
}

/// Lists the files.
fn list(global: &Global, forms: &[UnitScoringForm], written: &[PathBuf]) -> Result<()> {
    let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    let units = || forms.iter().map(|form| form.unit.as_ref());
    Columns::default()
        .text("unit_code", units().map(|unit| unit.map(|unit| unit.unit_code.as_str())))
        .text("unit_name", units().map(|unit| unit.map(|unit| unit.unit_name.as_str())))
        .text("file", files.iter().map(|file| Some(file.as_str())))
        .write(global)
}
