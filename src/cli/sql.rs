//! `cchc sql`: any question, read-only, in any format.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use datafusion::common::ScalarValue;

use super::output;
use super::{Global, Opened, Outcome, Usage, period};
use crate::definitions::did_you_mean;
use crate::model::Period;

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
        let opened = Opened::open(global)?;
        if self.question.list {
            return list(global, &opened);
        }
        let text = self.text(&opened)?;
        let mut parameters = Vec::new();
        if let Some(period) = &self.period {
            let day = |day: chrono::NaiveDate| ScalarValue::Date32(Some(day.to_epoch_days()));
            parameters.extend([("from", day(period.start)), ("to", day(period.end))]);
        }
        if let Some(unit) = &self.unit {
            parameters.push(("unit", ScalarValue::Utf8(Some(unit.clone()))));
        }
        for (name, option) in [("from", "--period"), ("to", "--period"), ("unit", "--unit")] {
            if text.contains(&format!("${name}")) && !parameters.iter().any(|(given, _)| *given == name) {
                return Err(Usage(format!("the question needs ${name}; give {option}")).into());
            }
        }
        let (schema, batches) = opened.session.query(&text, &parameters)?;
        output::write(global, &schema, &batches)?;
        Ok(Outcome::Done)
    }

    fn text(&self, opened: &Opened) -> Result<String> {
        if let Some(query) = &self.question.query {
            return Ok(query.clone());
        }
        if let Some(path) = &self.question.file {
            return std::fs::read_to_string(path).with_context(|| path.display().to_string());
        }
        let name = self.question.saved.as_deref().unwrap_or_default();
        let saved = &opened.definitions.saved;
        Ok(saved.get(name).cloned().ok_or_else(|| {
            let hint = did_you_mean(name, saved.keys().map(String::as_str));
            Usage(format!("no ready question '{name}'{hint}; `cchc sql --list` names them"))
        })?)
    }
}

fn list(global: &Global, opened: &Opened) -> Result<Outcome> {
    let saved = &opened.definitions.saved;
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
