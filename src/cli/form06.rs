//! `cchc form06`: the statutory table of dossiers received, resolved and pending.

use anyhow::Result;
use clap::Args;

use super::estimates::{note_estimates, with_estimates};
use super::figures::{SplitBy, children};
use super::hidden::note_hidden;
use super::output::Columns;
use super::stated::{note_stated, with_stated};
use super::{Global, OpenEngine, Outcome, PolicyArgs, period};
use cchc_engine::Form06Request;
use cchc_indicators::By;
use cchc_model::{Form06Row, Period};

#[derive(Debug, Args)]
pub(super) struct Form06 {
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th; 2026-Q3@581 for the reform report
    #[arg(long, value_parser = period)]
    period: Period,
    /// Split by
    #[arg(long, value_enum, default_value_t)]
    by: SplitBy,
    /// Add to each unit what the units below it resolve
    #[arg(long)]
    with_children: bool,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Form06 {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let by = By::from(self.by);
        let request = Form06Request {
            period: self.period.clone(),
            by,
            children: children(self.with_children),
            policies: self.policies.over(opened.engine.config().policies),
        };
        let form = opened.wait(opened.engine.form06(&request))?;
        let periods: Vec<String> = form.rows.iter().map(|(period, _)| period.to_string()).collect();
        let rows: Vec<&Form06Row> = form.rows.iter().map(|(_, row)| row).collect();
        let mut columns = Columns::default().units(rows.iter().map(|row| &row.unit));
        if !by.is_by_unit() {
            columns = columns.text("group", rows.iter().map(|row| row.field.as_deref()));
        }
        columns = columns.text("period", periods.iter().map(|period| Some(period.as_str())));
        for column in 0..11 {
            columns = columns.int(&format!("c{}", column + 3), rows.iter().map(|row| row.counts[column]));
        }
        let marks = rows.iter().map(|row| (row.unit.unit_code.as_str(), row.estimate));
        let columns = with_estimates(columns, (&opened.engine, &self.period), marks.clone());
        with_stated(columns, rows.iter().map(|row| row.stated)).write(global)?;
        let stated = rows.iter().filter(|row| row.stated).map(|row| row.unit.unit_code.as_str()).collect();
        note_stated(global, &stated, &form.doubts);
        note_estimates(global, (&opened.engine, &self.period), marks);
        note_hidden(global, &opened.engine, form.published);
        if rows.last().is_none_or(|row| row.counts[0] == Some(0)) {
            let hint = form
                .received
                .map_or_else(String::new, |(first, last)| format!("; dossiers were received from {first} to {last}"));
            global.note(&format!("no dossiers in {}{hint}", self.period));
        }
        Ok(Outcome::Done)
    }
}
