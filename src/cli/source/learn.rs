//! `cchc source learn`: asks once which figure an unknown heading is, and keeps the answer in the workspace.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::super::import::Bar;
use super::super::output::{self, safe};
use super::super::words::Words;
use super::super::{Format, Global, Outcome};
use cchc_definitions::did_you_mean;
use cchc_import::{Options, import};
use cchc_store::{Shell, Workspace};

/// Where answers are kept, below the workspace.
const LEARNT: &str = "queries/declared-learnt.toml";

#[derive(Debug, Args)]
pub(super) struct Learn {
    /// Files and folders of declared figures
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Keep every answer that is sure
    #[arg(long)]
    accept_all_sure: bool,
    /// Keep this answer: the heading, and the id of a figure (a new id makes a figure of its own)
    #[arg(long, value_name = "HEADING=ID")]
    accept: Vec<String>,
}

impl Learn {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let workspace = Workspace::open(&global.workspace)?;
        let definitions = global.definitions()?;
        let words = Words::load(global)?;
        let options = Options { dry_run: true, ..Options::default() };
        let done = import(&workspace, &definitions, &self.paths, &options, &Shell::new()?, &mut Bar::new(global))?;
        let asked = done.findings.iter().filter(|finding| &*finding.rule == "unknown_figure");
        // Heading → the figure that it seems to be, with a question mark where that is not sure.
        let mut asked: BTreeMap<String, String> = asked.map(|one| (one.value.clone(), one.hint.clone())).collect();
        let mut learnt: BTreeMap<String, String> = BTreeMap::new();
        for answer in &self.accept {
            let (heading, id) = answered(answer)?;
            if asked.remove(heading).is_none() {
                let near = did_you_mean(heading, asked.keys().map(String::as_str));
                bail!("no file asks for '{}'{near}", safe(heading));
            }
            learnt.insert(heading.to_owned(), id.to_owned());
        }
        if self.accept_all_sure {
            let sure = asked.extract_if(.., |_, id| !id.is_empty() && !id.ends_with('?'));
            learnt.extend(sure);
        }
        keep(global, &learnt)?;
        let rows = learnt
            .iter()
            .map(|(heading, id)| (heading, id, "kept"))
            .chain(asked.iter().map(|(heading, id)| (heading, id, "asked")));
        if global.format == Format::Json {
            let rows = rows.map(|(heading, id, state)| json!({"heading": heading, "figure": id, "state": state}));
            output::json(&Value::Array(rows.collect()))?;
        } else {
            let line = |(heading, id, state): (&String, &String, &str)| {
                let text = if state == "kept" { &words.import.learnt } else { &words.import.asked };
                cchc_definitions::fill(text, &[("heading", &safe(heading)), ("figure", id)]) + "\n"
            };
            output::plain(&rows.map(line).collect::<String>())?;
        }
        Ok(if asked.is_empty() { Outcome::Done } else { Outcome::WithErrors })
    }
}

/// The heading and the id of an answer.
fn answered(answer: &str) -> Result<(&str, &str)> {
    let parts = answer.rsplit_once('=').map(|(heading, id)| (heading.trim(), id.trim()));
    let is_id = |id: &str| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    match parts {
        Some((heading, id)) if !heading.is_empty() && is_id(id) => Ok((heading, id)),
        _ => bail!("'{}' is no answer; write HEADING=ID, an id of small letters, digits and _", safe(answer)),
    }
}

/// Adds answers to those of the workspace.
fn keep(global: &Global, learnt: &BTreeMap<String, String>) -> Result<()> {
    if learnt.is_empty() {
        return Ok(());
    }
    let path = global.workspace.join(LEARNT);
    let known = if path.is_file() { std::fs::read_to_string(&path)? } else { String::new() };
    let mut all: BTreeMap<String, String> = toml::from_str(&known)?;
    all.extend(learnt.iter().map(|(heading, id)| (heading.clone(), id.clone())));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&path, toml::to_string(&all)?)?;
    Ok(())
}
