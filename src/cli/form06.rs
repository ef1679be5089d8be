//! `cchc form06`: the statutory table of dossiers received, resolved and pending.

use anyhow::{Result, bail};
use clap::Args;

use super::carried::{tell_carried, with_carried};
use super::figures::{SplitBy, children};
use super::output::Columns;
use super::{Global, Opened, Outcome, PolicyArgs, note, period};
use cchc_indicators::{By, broken_identity};
use cchc_model::Period;

#[derive(Debug, Args)]
pub(super) struct Form06 {
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th
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
        let opened = Opened::open(global)?;
        let engine = opened.engine(self.policies);
        let (mut periods, mut rows) = (Vec::new(), Vec::new());
        for period in self.by.periods(&self.period) {
            let found = engine.form06(&period, self.by.into(), children(self.with_children))?;
            if let Some(broken) = broken_identity(&found) {
                bail!("form 06 of {} does not add up: received is not resolved + pending", broken.unit.unit_code);
            }
            periods.resize(periods.len() + found.len(), period.to_string());
            rows.extend(found);
        }
        let mut columns = Columns::default()
            .text("unit_code", rows.iter().map(|row| Some(row.unit.unit_code.as_str())))
            .text("unit_name", rows.iter().map(|row| Some(row.unit.unit_name.as_str())))
            .text("kind", rows.iter().map(|row| row.unit.kind.as_deref()));
        if By::from(self.by) != By::Unit {
            columns = columns.text("group", rows.iter().map(|row| row.field.as_deref()));
        }
        columns = columns.text("period", periods.iter().map(|period| Some(period.as_str())));
        for column in 0..11 {
            columns = columns.int(&format!("c{}", column + 3), rows.iter().map(|row| Some(row.counts[column])));
        }
        let marks = rows.iter().map(|row| (row.unit.unit_code.as_str(), row.estimate));
        with_carried(columns, &opened, marks.clone()).write(global)?;
        tell_carried(global, &opened, marks);
        tell_empty(global, &opened, &self.period, rows.last().is_none_or(|row| row.counts[0] == 0));
        Ok(Outcome::Done)
    }
}

fn tell_empty(global: &Global, opened: &Opened, period: &Period, empty: bool) {
    if empty {
        let held =
            opened.session.run("SELECT CAST(MIN(received_at) AS DATE), CAST(MAX(received_at) AS DATE) FROM dossiers");
        let held = held.ok().and_then(|batches| datafusion::arrow::util::pretty::pretty_format_batches(&batches).ok());
        let hint = held.map_or_else(String::new, |table| {
            let days: Vec<String> = table
                .to_string()
                .split('|')
                .map(str::trim)
                .filter(|word| word.len() == 10 && word.starts_with("20"))
                .map(str::to_owned)
                .collect();
            if let [first, last] = days.as_slice() {
                format!("; dossiers were received from {first} to {last}")
            } else {
                String::new()
            }
        });
        note(global, &format!("no dossiers in {period}{hint}"));
    }
}
