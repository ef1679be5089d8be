//! `cchc robustness`: how firm ranks are.

use anyhow::Result;
use clap::Args;

use super::output::Columns;
use super::{Global, OpenEngine, Outcome, PolicyArgs, period};
use cchc_engine::{FirmRanks, RobustnessRequest, Trial};
use cchc_model::Period;

#[derive(Debug, Args)]
pub(super) struct Robustness {
    /// The index whose ranks are tried, or an indicator
    #[arg(long, value_name = "ID")]
    index: String,
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th
    #[arg(long, value_parser = period)]
    period: Period,
    /// Only units of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// How much of the spread each choice makes, instead of the ranks
    #[arg(long)]
    sensitivity: bool,
    /// How often ranks are drawn; the definition's own number without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    draws: Option<u32>,
    /// Where the random numbers begin; the definition's own seed without it
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Robustness {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let engine = &opened.engine;
        let request = RobustnessRequest {
            index: self.index.clone(),
            period: self.period.clone(),
            kind: self.kind.as_deref().map(|kind| engine.kind_named(kind)),
            draws: self.draws,
            seed: self.seed,
            trial: if self.sensitivity { Trial::Sensitivity } else { Trial::Ranks },
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            policies: self.policies.over(engine.config().policies),
        };
        let found = opened.wait(engine.robustness(&request))?;
        for (kind, why) in &found.fixed {
            global.note(&format!("kind '{kind}': no rank is drawn, {why}"));
        }
        let choices: Vec<&str> = found.choices.iter().map(|choice| choice.word()).collect();
        if found.draws > 0 {
            global.note(&format!("{} draws; what varies: {}", found.draws, choices.join(", ")));
        }
        if self.sensitivity {
            write_shares(global, &found)?;
        } else {
            write_ranks(global, &found)?;
        }
        Ok(if found.draws > 0 { Outcome::Done } else { Outcome::WithErrors })
    }
}

fn write_ranks(global: &Global, found: &FirmRanks) -> Result<()> {
    let rows = &found.ranks;
    Columns::default()
        .units(rows.iter().map(|row| &row.unit))
        .number("score", rows.iter().map(|row| row.score))
        .int("rank", rows.iter().map(|row| row.rank.map(i64::from)))
        .int("rank_low", rows.iter().map(|row| row.firmness.map(|firm| i64::from(firm.low))))
        .int("rank_high", rows.iter().map(|row| row.firmness.map(|firm| i64::from(firm.high))))
        .number("first_three", rows.iter().map(|row| row.firmness.map(|firm| firm.first_three)))
        .number("rank_mean", rows.iter().map(|row| row.firmness.map(|firm| firm.mean)))
        .int("rank_group", rows.iter().map(|row| row.group.map(i64::from)))
        .write(global)
}

fn write_shares(global: &Global, found: &FirmRanks) -> Result<()> {
    let rows = &found.shares;
    Columns::default()
        .text("kind", rows.iter().map(|row| Some(row.kind.as_str())))
        .text("choice", rows.iter().map(|row| Some(row.choice.word())))
        .number("first_order", rows.iter().map(|row| Some(row.first_order)))
        .number("total", rows.iter().map(|row| Some(row.total)))
        .write(global)
}
