//! `cchc report`: the workbook and the charts of a period.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::figures::{note_calendar, set_aside};
use super::files::save_all;
use super::hidden::note_hidden;
use super::{Global, OpenEngine, Outcome, PolicyArgs, period};
use cchc_engine::ReportRequest;
use cchc_model::{Period, Policies};
use cchc_report::Cards;
use cchc_report::write::files;

/// Formats that a report is written in.
const FORMATS: [&str; 3] = ["xlsx", "png", "svg"];

#[derive(Debug, Args)]
pub(super) struct Report {
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th; 2026-Q3@581 for the reform report
    #[arg(long, value_parser = period)]
    period: Period,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Show these indices too: ranking, and for points and composite indices heat table, areas and charts
    #[arg(long, value_delimiter = ',', value_name = "ID", num_args = 1..)]
    index: Vec<String>,
    /// Add the scorecard of every unit, for each index of points and composite index named
    #[arg(long, conflicts_with = "scorecard")]
    scorecards: bool,
    /// Add the scorecards of these units
    #[arg(long, value_name = "UNIT", num_args = 1..)]
    scorecard: Vec<String>,
    /// Smallest denominator with which a unit is ranked by an indicator; 0 ranks everybody
    #[arg(long, value_name = "N")]
    smallest: Option<u32>,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Report {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let cards = match (self.scorecards, self.scorecard.as_slice()) {
            (true, _) => Cards::All,
            (false, []) => Cards::None,
            (false, units) => Cards::Of(units.to_vec()),
        };
        let request = ReportRequest {
            period: self.period.clone(),
            indices: self.index.clone(),
            cards,
            policies: Policies { smallest_asked: self.smallest, ..self.policies.over(opened.engine.config().policies) },
        };
        write(global, &opened, &request, &self.out)
    }
}

/// Writes the workbook and a PNG and an SVG of each chart; notes what could not be shown and the paths of the files.
pub(super) fn write(global: &Global, opened: &OpenEngine, request: &ReportRequest, out: &Path) -> Result<Outcome> {
    let report = opened.wait(opened.engine.report(request))?;
    let paths = save_all(out, &files(&report.book, &report.theme, &FORMATS)?)?;
    for (index, one) in &report.set_aside {
        global.note(&set_aside(index, one));
    }
    for index in &report.unranked {
        global.note(&format!("'{index}' ranks nobody: its sheet says which figures are missing and who owes them"));
    }
    for code in &report.without_card {
        global.note(&format!("no index named scores unit '{code}' in {}: it has no scorecard", request.period));
    }
    note_calendar(global, &opened.engine, &request.period);
    note_hidden(global, &opened.engine, report.published);
    for path in paths {
        global.note(&path.display().to_string());
    }
    Ok(if report.unranked.is_empty() { Outcome::Done } else { Outcome::WithErrors })
}
