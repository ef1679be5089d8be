//! `cchc source test`: a dry run with one definition only, and what is missing where it does not fit.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::super::import::{Bar, mapping};
use super::super::lines::{shown, wrapped};
use super::super::output;
use super::super::words::Words;
use super::super::{Format, Global, Outcome, Usage, faults, note, said};
use super::{definitions, units};
use cchc_authoring::{Asked, missing_columns};
use cchc_definitions::{Definitions, SourceDef, did_you_mean};
use cchc_import::{ImportAccount, Options, import};
use cchc_model::{FileAccount, Finding, Level};
use cchc_store::Workspace;

/// Findings shown of one file to people; programs get all.
const SHOWN: usize = 40;

#[derive(Debug, Args)]
pub(super) struct Test {
    /// Id of the source, then files; without an id the source that fits best
    #[arg(required = true, value_name = "[ID] FILE")]
    words: Vec<PathBuf>,
    /// A definition that is not in the workspace, instead of ID
    #[arg(long, value_name = "FILE.toml")]
    definition: Option<PathBuf>,
}

impl Test {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let mut definitions = definitions(global)?;
        let (source, files) = self.chosen(&mut definitions)?;
        let workspace = Workspace::open(&global.workspace)?;
        let options = Options { source: source.clone(), dry_run: true, ..Options::default() };
        let report = import(&workspace, &definitions, files, &options, &mut Bar::new(global))?;
        let misfits = misfits(&report, source.as_deref(), global, &definitions, &workspace)?;
        if global.format == Format::Table {
            output::plain(
                &(mapping::pages(&definitions, &Words::load(global)?, &report, global.language())
                    + &told(global, &definitions, &report)),
            )?;
        } else {
            output::json(&Value::Array(documents(global, &definitions, &report, &misfits)))?;
        }
        if let Some(first) = misfits.first() {
            misfits.iter().skip(1).for_each(|misfit| eprintln!("error: {}", said(&output::safe(&misfit.told()))));
            bail!("{}", first.told());
        }
        let refused = report.findings.iter().any(|finding| finding.level == Level::Error);
        if !refused {
            note(global, "all rows would load; nothing written");
        }
        Ok(if refused { Outcome::WithErrors } else { Outcome::Done })
    }

    /// The id of the source to try, if one is named, and the files.
    fn chosen(&self, definitions: &mut Definitions) -> Result<(Option<String>, &[PathBuf])> {
        if let Some(path) = &self.definition {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let source = definitions.source_of(&id, &text).map_err(|found| faults(&found))?;
            definitions.sources.retain(|one| one.id != id);
            definitions.sources.push(source);
            return Ok((Some(id), &self.words));
        }
        let first = self.words[0].to_string_lossy();
        if definitions.sources.iter().any(|source| source.id == first) {
            if self.words.len() == 1 {
                return Err(Usage(format!("name a file to try source '{first}' on")).into());
            }
            return Ok((Some(first.into_owned()), &self.words[1..]));
        }
        if self.words.len() > 1 && std::fs::symlink_metadata(&self.words[0]).is_err() {
            let hint = did_you_mean(&first, definitions.sources.iter().map(|source| source.id.as_str()));
            return Err(
                Usage(format!("no source and no file '{first}'{hint}; `cchc source list` names the sources")).into()
            );
        }
        Ok((None, &self.words))
    }
}

/// A file that does not fit.
struct Misfit {
    file: String,
    source: Option<String>,
    /// Row in which its headings seem to stand, if any row looks like it.
    heading_row: Option<u32>,
    missing: Vec<Asked>,
}

/// The files that no sheet of fits, with what is missing.
fn misfits(
    report: &ImportAccount,
    source: Option<&str>,
    global: &Global,
    definitions: &Definitions,
    workspace: &Workspace,
) -> Result<Vec<Misfit>> {
    let units = units(global, definitions)?;
    let fits_not = |file: &&FileAccount| {
        let is_one = |finding: &Finding| {
            finding.file == file.file
                && finding.level == Level::Error
                && matches!(&*finding.rule, "no_source" | "missing_column")
        };
        !report.sheets.iter().any(|sheet| sheet.file == file.file) && report.findings.iter().any(is_one)
    };
    let misfit = |file: &FileAccount| {
        let near = report.findings.iter().find(|one| one.file == file.file && one.rule == "missing_column");
        let near = near.and_then(|one| Some(one.hint.rsplit('/').next()?.trim_end_matches(".toml").to_owned()));
        let id = source.map(str::to_owned).or(near);
        let found: Option<&SourceDef> = id.as_ref().and_then(|id| definitions.sources.iter().find(|one| one.id == *id));
        let limits = &workspace.config.limits;
        // A file in an archive has no path of its own; then the finding has to do.
        let path = Path::new(&file.file);
        let asked = found.and_then(|found| missing_columns(path, found, definitions, &units, limits).ok());
        let (row, missing) = asked.map_or((None, Vec::new()), |(row, missing)| (Some(row), missing));
        Misfit { file: file.file.clone(), source: id, heading_row: row, missing }
    };
    Ok(report.files.iter().filter(fits_not).map(misfit).collect())
}

impl Misfit {
    fn told(&self) -> String {
        let Some(source) = &self.source else {
            return format!("{}: no source fits; write one with `cchc source new`", self.file);
        };
        let Some(row) = self.heading_row else {
            return format!(
                "{} does not fit source '{source}': no row of it looks like headings above rows of data; see `cchc peek`",
                self.file
            );
        };
        let one = |asked: &Asked| {
            let near = asked.nearest.as_ref().map_or_else(String::new, |(heading, column)| {
                format!(", nearest heading: \"{heading}\" in column {column}")
            });
            format!("{} (usually \"{}\"{near})", asked.column, asked.usual)
        };
        let missing: Vec<String> = self.missing.iter().map(one).collect();
        let missing = if missing.is_empty() { "see the findings".to_owned() } else { missing.join("; ") };
        format!(
            "{} does not fit source '{source}': its headings in row {row} lack {missing}. Add the file's headings to queries/sources/{source}.toml, or correct them in the file",
            self.file
        )
    }

    fn document(&self) -> Value {
        let missing = self.missing.iter().map(|asked| {
            json!({
                "column": asked.column, "heading": asked.usual,
                "nearest": asked.nearest.as_ref().map(|(heading, _)| heading),
                "nearest_column": asked.nearest.as_ref().map(|(_, column)| column),
            })
        });
        Value::Array(missing.collect())
    }
}

/// The entries of a dry run, each with its findings and with what it lacks.
fn documents(global: &Global, definitions: &Definitions, report: &ImportAccount, misfits: &[Misfit]) -> Vec<Value> {
    let language = global.language();
    let mut all = mapping::documents(definitions, report, language);
    for entry in &mut all {
        let (file, sheet) = (entry["file"].as_str().unwrap_or_default(), entry["sheet"].as_str());
        let is_own = |finding: &&Finding| {
            finding.file == file && sheet.is_none_or(|sheet| finding.sheet == sheet || finding.sheet.is_empty())
        };
        let finding = |finding: &Finding| {
            json!({
                "level": finding.level, "rule": finding.rule, "sheet": finding.sheet, "row": finding.row,
                "column": finding.column, "value": finding.value, "count": finding.count,
                "message": definitions.messages.sentence(finding, language),
            })
        };
        let findings: Vec<Value> = report.findings.iter().filter(is_own).map(finding).collect();
        let missing = misfits.iter().find(|misfit| misfit.file == file).map(Misfit::document);
        entry["findings"] = Value::Array(findings);
        if let Some(missing) = missing {
            entry["missing"] = missing;
        }
    }
    all
}

/// The findings, the gravest first.
fn told(global: &Global, definitions: &Definitions, report: &ImportAccount) -> String {
    let language = global.language();
    let mut all: Vec<&Finding> = report.findings.iter().collect();
    all.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let mut text = String::new();
    for finding in all.iter().take(SHOWN) {
        let mut place = finding.file.clone();
        if !finding.sheet.is_empty() {
            place.push_str(&format!(" · {}", finding.sheet));
        }
        if finding.row > 0 {
            place.push_str(&format!(" · {}", finding.row));
        }
        let times = if finding.count > 1 { format!(" (× {})", finding.count) } else { String::new() };
        let sentence = definitions.messages.sentence(finding, language);
        text.push_str(&shown(&format!("{} {} · {place}{times}", finding.level.as_str(), finding.rule)));
        text.push('\n');
        text.push_str(&wrapped(&shown(&sentence), 2));
    }
    if all.len() > SHOWN {
        text.push_str(&format!("… {} (--format json)\n", all.len() - SHOWN));
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}
