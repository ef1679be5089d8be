//! `cchc sql`: any question, read-only, in any format.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use datafusion::common::ScalarValue;

use super::carried::with_carried;
use super::output;
use super::{Global, Opened, Outcome, PolicyArgs, Usage, indicators, note, period};
use cchc_definitions::{Indicator, did_you_mean};
use cchc_indicators::{By, Children};
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
        if mentions_indicators(&text) {
            self.register_indicators(&opened)?;
        } else if opened.carry.is_some() {
            note(global, "--units-as-of acts on the table indicators; other tables are as they are stored");
        }
        let (schema, batches) = opened.session.query(&text, &parameters)?;
        output::write(global, &schema, &batches)?;
        Ok(Outcome::Done)
    }

    /// The table `indicators` is measured when a question names it: of --period, or of every month, quarter and year
    /// in which dossiers were received.
    fn register_indicators(&self, opened: &Opened) -> Result<()> {
        let periods = match &self.period {
            Some(period) => vec![period.clone()],
            None => held_periods(opened)?,
        };
        let engine = opened.engine(PolicyArgs::NONE);
        let all: Vec<&Indicator> = opened.definitions.indicators.iter().collect();
        let rows = engine.measure(&periods, &all, By::Unit, Children::Apart)?;
        let figures: Vec<_> = rows.iter().map(|row| &row.row).collect();
        let marks = figures.iter().map(|row| (row.unit.unit_code.as_str(), row.measure.estimate));
        let columns = with_carried(indicators::columns(&figures), opened, marks);
        opened.session.register("indicators", columns.batch()?)?;
        Ok(())
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

/// Whether the word stands in the question as a name.
fn mentions_indicators(text: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.to_lowercase().split(|letter| !is_name(letter)).any(|word| word == "indicators")
}

/// Years, quarters and months in which dossiers were received.
fn held_periods(opened: &Opened) -> Result<Vec<Period>> {
    let sql = "SELECT DISTINCT date_part('year', received_at), date_part('month', received_at) FROM dossiers \
               WHERE received_at IS NOT NULL";
    let mut names = BTreeSet::new();
    for batch in opened.session.run(sql)? {
        for row in 0..batch.num_rows() {
            let (year, month) = (output::integer(&batch, 0, row), output::integer(&batch, 1, row));
            names.extend([format!("{year}"), format!("{year}-Q{}", (month + 2) / 3), format!("{year}-{month:02}")]);
        }
    }
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}
