//! `cchc source test`: a dry run with one definition only, and what is missing where it does not fit.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::super::import::{Bar, mapping};
use super::super::lines::{shown, wrapped};
use super::super::output;
use super::super::words::Words;
use super::super::{Format, Global, Outcome, Usage, faults};
use super::units;
use cchc_authoring::MissingColumn;
use cchc_definitions::{Definitions, did_you_mean};
use cchc_engine::{Misfit, SourceTrial, try_source};
use cchc_import::ImportAccount;
use cchc_model::{Finding, Level};
use cchc_store::{Shell, Workspace};

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
        let mut definitions = global.definitions()?;
        let (source, files) = self.chosen(&mut definitions)?;
        let workspace = Workspace::open(&global.workspace)?;
        let units = units(global, &definitions)?;
        let wanted = (source.as_deref(), files);
        let SourceTrial { account, misfits } =
            try_source(&workspace, &definitions, &units, wanted, &Shell::new()?, &mut Bar::new(global))?;
        if global.format == Format::Table {
            output::plain(
                &(mapping::pages(&definitions, &Words::load(global)?, &account, global.language())
                    + &findings(global, &definitions, &account)),
            )?;
        } else {
            output::json(&Value::Array(documents(global, &definitions, &account, &misfits)))?;
        }
        if let Some(first) = misfits.first() {
            misfits
                .iter()
                .skip(1)
                .for_each(|misfit| global.tell(&format!("error: {}", output::safe(&sentence(misfit)))));
            bail!("{}", sentence(first));
        }
        let refused = account.findings.iter().any(|finding| finding.level == Level::Error);
        if !refused {
            global.note("all rows would load; nothing written");
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

/// Why a file does not fit, and what to do.
fn sentence(misfit: &Misfit) -> String {
    let file = &misfit.file;
    let Some(source) = &misfit.source else {
        return format!("{file}: no source fits; write one with `cchc source new`");
    };
    let Some(row) = misfit.heading_row else {
        return format!(
            "{file} does not fit source '{source}': no row of it looks like headings above rows of data; see `cchc peek`"
        );
    };
    let one = |column: &MissingColumn| {
        let near = column.nearest.as_ref().map_or_else(String::new, |(heading, column)| {
            format!(", nearest heading: \"{heading}\" in column {column}")
        });
        format!("{} (usually \"{}\"{near})", column.column, column.usual)
    };
    let missing: Vec<String> = misfit.missing.iter().map(one).collect();
    let missing = if missing.is_empty() { "see the findings".to_owned() } else { missing.join("; ") };
    format!(
        "{file} does not fit source '{source}': its headings in row {row} lack {missing}. Add the file's headings to \
         queries/sources/{source}.toml, or correct them in the file"
    )
}

fn missing(misfit: &Misfit) -> Value {
    let missing = misfit.missing.iter().map(|column| {
        json!({
            "column": column.column, "heading": column.usual,
            "nearest": column.nearest.as_ref().map(|(heading, _)| heading),
            "nearest_column": column.nearest.as_ref().map(|(_, column)| column),
        })
    });
    Value::Array(missing.collect())
}

/// The entries of a dry run, each with its findings and with what it lacks.
fn documents(global: &Global, definitions: &Definitions, account: &ImportAccount, misfits: &[Misfit]) -> Vec<Value> {
    let language = global.language();
    let mut all = mapping::documents(definitions, account, language);
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
        let findings: Vec<Value> = account.findings.iter().filter(is_own).map(finding).collect();
        let missing = misfits.iter().find(|misfit| misfit.file == file).map(missing);
        entry["findings"] = Value::Array(findings);
        if let Some(missing) = missing {
            entry["missing"] = missing;
        }
    }
    all
}

/// The findings, the gravest first.
fn findings(global: &Global, definitions: &Definitions, account: &ImportAccount) -> String {
    let language = global.language();
    let mut all: Vec<&Finding> = account.findings.iter().collect();
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
        text.push_str(&shown(&global.said(&format!("{}: {} · {place}{times}", finding.level.as_str(), finding.rule))));
        text.push('\n');
        text.push_str(&wrapped(&shown(&sentence), 2));
    }
    if all.len() > SHOWN {
        text.push_str(&format!("… {} (--format json)\n", all.len() - SHOWN));
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}
