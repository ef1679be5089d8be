//! `cchc reconcile --counts`: ready-made counts beside what dossiers give.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Args;

use super::asked::period;
use super::output::Columns;
use super::stated::note_stated;
use super::{Format, Global, OpenEngine, Outcome, PolicyArgs, Usage};
use cchc_engine::ReconciledFigure;
use cchc_model::Period;

#[derive(Debug, Args)]
pub(super) struct Reconcile {
    /// Ready-made counts against dossiers, unit by unit
    #[arg(long)]
    counts: bool,
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th
    #[arg(long, value_parser = period)]
    period: Period,
    /// Only this unit, by code
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Also figures that agree; a table lists those that differ
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Reconcile {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        if !self.counts {
            return Err(Usage("name what to reconcile: --counts".to_owned()).into());
        }
        let opened = OpenEngine::open(global)?;
        let policies = self.policies.over(opened.engine.config().policies);
        let found = opened.wait(opened.engine.reconcile_counts(&self.period, policies))?;
        let of_unit = |one: &&ReconciledFigure| self.unit.as_ref().is_none_or(|unit| one.unit.unit_code == *unit);
        let differs = |one: &&ReconciledFigure| one.difference().is_some_and(|difference| difference.abs() > 1e-9);
        let is_shown = |one: &&ReconciledFigure| self.all || global.format != Format::Table || differs(one);
        let rows: Vec<&ReconciledFigure> = found.figures.iter().filter(of_unit).filter(is_shown).collect();
        let period = self.period.to_string();
        Columns::default()
            .units(rows.iter().map(|row| &row.unit))
            .text("period", rows.iter().map(|_| Some(period.as_str())))
            .text("measure", rows.iter().map(|row| Some(row.measure)))
            .number("counts", rows.iter().map(|row| row.counts))
            .number("dossiers", rows.iter().map(|row| row.dossiers))
            .number("difference", rows.iter().map(|row| row.difference()))
            .write(global)?;
        let compared = found.figures.iter().filter(of_unit).filter(|one| one.difference().is_some()).count();
        let different = found
            .figures
            .iter()
            .filter(of_unit)
            .filter(|one| one.difference().is_some_and(|difference| difference.abs() > 1e-9))
            .count();
        global.note(&format!("{compared} figures stand in counts and in dossiers; {different} differ"));
        note_stated(global, &BTreeSet::new(), &found.doubts);
        Ok(Outcome::Done)
    }
}
