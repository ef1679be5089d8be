//! `cchc sql`: any question, read-only, in any format.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::output;
use super::{Global, OpenEngine, Outcome, period};
use cchc_engine::{Engine, SqlRequest, mentions_indicators};
use cchc_model::Period;

#[derive(Debug, Args)]
#[group(required = true, multiple = false, id = "what")]
pub(super) struct Question {
    /// The question
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
}

impl Sql {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let engine = &opened.engine;
        if self.question.list {
            return list(global, &engine.definitions().saved);
        }
        let request = SqlRequest { text: self.text(engine)?, period: self.period.clone(), unit: self.unit.clone() };
        let answer = opened.wait(engine.sql(&request))?;
        if engine.carry().is_some() && !mentions_indicators(&request.text) {
            global.note("--units-as-of acts on the table indicators; other tables are as they are stored");
        }
        output::write(global, &answer.schema, &answer.batches)?;
        Ok(Outcome::Done)
    }

    fn text(&self, engine: &Engine) -> Result<String> {
        if let Some(query) = &self.question.query {
            return Ok(query.clone());
        }
        if let Some(path) = &self.question.file {
            return std::fs::read_to_string(path).with_context(|| path.display().to_string());
        }
        Ok(engine.saved_question(self.question.saved.as_deref().unwrap_or_default())?)
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
