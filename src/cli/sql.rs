//! `cchc sql`: any question, read-only, in any format.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::{Format, Global, OpenEngine, Outcome, period};
use super::{output, store_faults};
use cchc_engine::{Asked, EngineError, SqlAnswer, SqlLimits, SqlQuestion, SqlRequest, ask_isolated};
use cchc_model::Period;
use cchc_store::Workspace;

#[derive(Debug, Args)]
#[group(required = true, multiple = false, id = "what")]
pub(super) struct Question {
    /// The question; it may begin with a comment
    #[arg(allow_hyphen_values = true)]
    query: Option<String>,
    /// Read it from a file
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A ready question of queries/saved
    #[arg(long, value_name = "NAME")]
    saved: Option<String>,
    /// List the ready questions
    #[arg(long)]
    list: bool,
}

#[derive(Debug, Args)]
pub(super) struct Sql {
    #[command(flatten)]
    question: Question,
    /// Sets $from and $to to the period's first and last day
    #[arg(long, value_parser = period)]
    period: Option<Period>,
    /// Sets $unit
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Ends the question after so many seconds
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// Ends the question when it needs more memory, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = clap::value_parser!(u64).range(64..=1_048_576))]
    memory: u64,
    /// Computes without limits on time, memory and answer: for a machine of one's own
    #[arg(long, conflicts_with_all = ["timeout", "memory"])]
    no_limits: bool,
}

/// Bytes that are read of a file; the gate takes a quarter.
const LONGEST_FILE: u64 = 1 << 20;

/// Cells of an answer that is laid out whole, as a table or a workbook.
const MOST_CELLS: u64 = 2_000_000;

impl Sql {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        if self.question.list {
            return list(global, &OpenEngine::open(global)?.engine.definitions().saved);
        }
        let answer = if self.no_limits { self.unlimited(global) } else { self.limited(global) };
        let answer = answer.map_err(|error| in_language(global, error))?;
        if answer.reads_apart {
            global.note("--units-as-of acts on the table indicators; other tables are as they are stored");
        }
        output::write(global, &answer.schema, &answer.batches)?;
        Ok(Outcome::Done)
    }

    /// Asks in a process of its own, which ends at the limits.
    fn limited(&self, global: &Global) -> Result<SqlAnswer> {
        let is_whole = matches!(global.format, Format::Table | Format::Xlsx);
        let mut question = SqlQuestion::new(&global.workspace, self.asked()?).with_period(self.period.as_ref());
        question.opening = global.opening();
        question.unit.clone_from(&self.unit);
        question.limits = SqlLimits {
            seconds: self.timeout,
            memory_mib: self.memory,
            cells: is_whole.then_some(MOST_CELLS),
            ..SqlLimits::default()
        };
        let program = std::env::current_exe().context("the program itself, which computes the question")?;
        // The other process hands on texts of errors only: what is wrong with files is told from here.
        let workspace = Workspace::open(&global.workspace)?;
        let version = workspace.version(global.as_of.as_deref())?;
        store_faults::warn(global, &workspace)?;
        let answer = ask_isolated(&program, &question);
        if answer.is_err() {
            workspace.look_at(&version)?;
        }
        Ok(answer?)
    }

    /// Asks in this process.
    fn unlimited(&self, global: &Global) -> Result<SqlAnswer> {
        let opened = OpenEngine::open(global)?;
        let text = match self.asked()? {
            Asked::Text(text) => text,
            Asked::Saved(name) => opened.engine.saved_question(&name)?,
        };
        let request = SqlRequest { text, period: self.period.clone(), unit: self.unit.clone() };
        opened.wait(opened.engine.sql(&request))
    }

    fn asked(&self) -> Result<Asked> {
        if let Some(query) = &self.question.query {
            return Ok(Asked::Text(query.clone()));
        }
        if let Some(path) = &self.question.file {
            return Ok(Asked::Text(beginning(path).with_context(|| path.display().to_string())?));
        }
        Ok(Asked::Saved(self.question.saved.clone().unwrap_or_default()))
    }
}

/// As much of a file as a question may have, and a bit more, by which it is told that it has too much.
fn beginning(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST_FILE).read_to_string(&mut text)?;
    Ok(text)
}

/// A refusal in the language asked for; other errors as they are.
fn in_language(global: &Global, error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(EngineError::Gate(refusal)) => anyhow::anyhow!(refusal.sentence(global.language())),
        _ => error,
    }
}

fn list(global: &Global, saved: &BTreeMap<String, String>) -> Result<Outcome> {
    let comment =
        |text: &str, line: usize| text.lines().nth(line).unwrap_or_default().trim_start_matches("--").trim().to_owned();
    let what: Vec<(String, String)> = saved.values().map(|text| (comment(text, 0), comment(text, 1))).collect();
    output::Columns::default()
        .text("name", saved.keys().map(|name| Some(name.as_str())))
        .text("question", what.iter().map(|(question, _)| Some(question.as_str())))
        .text("parameters", what.iter().map(|(_, parameters)| Some(parameters.as_str())))
        .write(global)?;
    Ok(Outcome::Done)
}
