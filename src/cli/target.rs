//! `cchc target`: what would bring a unit to a rank, class or score.

use anyhow::Result;
use clap::{ArgGroup, Args};

use super::output::Columns;
use super::{Global, OpenEngine, Outcome, PolicyArgs, Usage, period};
use cchc_engine::{Alternative, Goal, TargetAnswer, TargetChange, TargetRequest};
use cchc_model::Period;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("goal").required(true).args(["rank", "class", "score", "above_mean"])))]
pub(super) struct Target {
    /// Code or name of a unit
    #[arg(long, value_name = "UNIT")]
    unit: String,
    /// The index, or an indicator
    #[arg(long, value_name = "ID")]
    index: String,
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th
    #[arg(long, value_parser = period)]
    period: Period,
    /// This rank or a better one
    #[arg(long, value_name = "N")]
    rank: Option<u32>,
    /// This class or a better one
    #[arg(long, value_name = "NAME")]
    class: Option<String>,
    /// This score or a better one; a rate from 0 to 1
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    score: Option<f64>,
    /// At least the mean of the other units of its kind
    #[arg(long)]
    above_mean: bool,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Target {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let engine = &opened.engine;
        let request = TargetRequest {
            unit: self.unit.clone(),
            index: self.index.clone(),
            period: self.period.clone(),
            goal: self.goal()?,
            policies: self.policies.over(engine.config().policies),
        };
        let found = opened.wait(engine.target(&request))?;
        note(global, &found);
        write(global, &found)?;
        let is_reached = found.is_there || found.alternatives.iter().any(|one| one.is_reached);
        Ok(if is_reached { Outcome::Done } else { Outcome::WithErrors })
    }

    fn goal(&self) -> Result<Goal> {
        match (self.rank, &self.class, self.score) {
            (Some(rank), ..) => Ok(Goal::Rank(rank)),
            (_, Some(class), _) => Ok(Goal::Class(class.clone())),
            (.., Some(score)) if score.is_finite() => Ok(Goal::Score(score)),
            (.., Some(_)) => Err(Usage("--score is a number".to_owned()).into()),
            _ => Ok(Goal::Mean),
        }
    }
}

fn note(global: &Global, found: &TargetAnswer) {
    let name = format!("{} ({})", found.unit.unit_name, found.unit.unit_code);
    if found.is_there {
        let score = found.score.unwrap_or_default();
        global.note(&format!("{name} is there already: score {score}, rank {}", found.rank.unwrap_or_default()));
        return;
    }
    let when = if found.is_running {
        "the period runs on: only pending dossiers and those to come are counted, as many as in the last twelve months"
    } else {
        "the period is over: this is what would have been needed"
    };
    global.note(when);
    if found.alternatives.iter().any(|one| one.is_reached) {
        return;
    }
    match found.alternatives.first() {
        Some(best) => global.note(&format!(
            "out of reach for {name}: all changes together come to score {}, rank {}",
            best.score.unwrap_or_default(),
            best.rank.unwrap_or_default()
        )),
        None => global.note(&format!("out of reach for {name}: none of its figures can be moved")),
    }
    let still: Vec<&str> = found.unmoved.iter().map(|item| item.id.as_str()).collect();
    if !still.is_empty() {
        global.note(&format!("what no figure moves (scored by people, declared or missing): {}", still.join(", ")));
    }
}

fn write(global: &Global, found: &TargetAnswer) -> Result<()> {
    let rows: Vec<(usize, &Alternative, &TargetChange)> = found
        .alternatives
        .iter()
        .enumerate()
        .flat_map(|(at, one)| one.changes.iter().map(move |change| (at + 1, one, change)))
        .collect();
    Columns::default()
        .text("unit_code", rows.iter().map(|_| Some(found.unit.unit_code.as_str())))
        .int("alternative", rows.iter().map(|(at, ..)| Some(*at as i64)))
        .text("indicator", rows.iter().map(|(.., change)| Some(change.indicator.as_str())))
        .int("change", rows.iter().map(|(.., change)| Some(signed(change))))
        .text("change_unit", rows.iter().map(|(.., change)| Some(change.unit)))
        .number("cost", rows.iter().map(|(.., change)| Some(change.cost)))
        .flag("reached", rows.iter().map(|(_, one, _)| one.is_reached))
        .text("indicator_name", rows.iter().map(|(.., change)| Some(change.name_vi.as_str())))
        .text("way", rows.iter().map(|(.., change)| Some(change.way.word())))
        .number("score", rows.iter().map(|(_, one, _)| one.score))
        .int("rank", rows.iter().map(|(_, one, _)| one.rank.map(i64::from)))
        .number("cost_of_all", rows.iter().map(|(_, one, _)| Some(one.cost)))
        .flag("is_cheapest", rows.iter().map(|(_, one, _)| one.is_cheapest))
        .write(global)
}

/// Cases more, or with a minus those fewer.
fn signed(change: &TargetChange) -> i64 {
    let cases = change.cases as i64;
    if change.way == cchc_engine::Move::Fewer { -cases } else { cases }
}
