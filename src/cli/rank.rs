//! `cchc rank`: units among their own kind.

use anyhow::Result;
use clap::Args;

use super::detail::Depth;
use super::estimates::{note_estimates, with_estimates};
use super::figures::{note_not_sent, note_ranked, note_remarks};
use super::hidden::note_hidden;
use super::output::Columns;
use super::{Format, Global, OpenEngine, Outcome, PolicyArgs, detail, period};
use cchc_definitions::{Language, Wording};
use cchc_engine::{Engine, RankingAnswer, RankingRequest};
use cchc_indices::{Index, Scorecards};
use cchc_model::{ClassReason, Held, Period, Policies, RankRow, Status};
use cchc_report::{FigureUnit, value_shown};

#[derive(Debug, Args)]
pub(super) struct Rank {
    /// What to rank by: an index or an indicator
    #[arg(long, value_name = "ID")]
    index: String,
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th; 2026-Q3@581 for the reform report
    #[arg(long, value_parser = period)]
    period: Period,
    /// Only units of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Rank within a group only: a kind of units, or the code of a unit for all units below it
    #[arg(long, value_name = "GROUP")]
    within: Option<String>,
    /// Rank in the groups of a grouping (queries/groupings): publication for departments, wards, communes and special zones
    #[arg(long, value_name = "GROUPING", num_args = 0..=1, default_missing_value = "publication")]
    blocks: Option<String>,
    /// Points of each area, criterion and sub-criterion, or scores of each node
    #[arg(long)]
    detail: bool,
    /// With --detail: the values of each indicator after every stage of a composite index
    #[arg(long, requires = "detail")]
    stages: bool,
    /// Smallest denominator with which a unit is ranked by an indicator; 0 ranks everybody
    #[arg(long, value_name = "N")]
    smallest: Option<u32>,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Rank {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let engine = &opened.engine;
        let request = RankingRequest {
            index: self.index.clone(),
            period: self.period.clone(),
            kind: self.kind.as_deref().map(|kind| engine.kind_named(kind)),
            within: self.within.as_deref().map(|group| engine.group_named(group)),
            blocks: self.blocks.clone(),
            policies: Policies { smallest_asked: self.smallest, ..self.policies.over(engine.config().policies) },
        };
        let answer = opened.wait(engine.ranking(&request))?;
        let index = engine.index(&self.index, &self.period)?;
        note_remarks(global, &answer.remarks);
        if self.detail {
            let depth = if self.stages { Depth::Stages } else { Depth::Parts };
            detail::write(global, &index, &answer.ranked, depth)?;
        } else {
            write_ranking(global, (engine, &self.period), &index, &answer)?;
            let marks = |row: &RankRow| answer.estimates.contains(&row.unit.unit_code);
            let rows = answer.ranked.rows.iter();
            note_estimates(global, (engine, &self.period), rows.map(|row| (row.unit.unit_code.as_str(), marks(row))));
        }
        note_unscored(global, answer.ranked.cards.as_ref());
        note_groups(global, engine, &answer.ranked.rows);
        let outcome = note_ranked(global, &answer.ranked);
        note_not_sent(global, &answer.not_sent);
        note_hidden(global, engine, answer.published);
        Ok(outcome)
    }
}

/// How many units of each block are above and below its mean.
fn note_groups(global: &Global, engine: &Engine, rows: &[RankRow]) {
    let mut groups: Vec<&str> = Vec::new();
    for group in rows.iter().filter_map(|row| row.group.as_deref()) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    for group in groups {
        let of_group = || rows.iter().filter(|row| row.group.as_deref() == Some(group) && row.rank.is_some());
        let Some(mean) = of_group().find_map(|row| row.group_mean) else { continue };
        let counted = |side: &str| of_group().filter(|row| against_mean(row) == Some(side)).count().to_string();
        let name = group_name(engine, group, global.language());
        let (above, at, below) = (counted("above"), counted("at"), counted("below"));
        let mean = format!("{mean:.2}");
        let values: [(&str, &dyn std::fmt::Display); 5] =
            [("group", &name), ("mean", &mean), ("above", &above), ("at", &at), ("below", &below)];
        global.note(&Wording::shipped().fill("rank", "group", global.language(), &values));
    }
}

/// The name of a group of a grouping.
fn group_name(engine: &Engine, id: &str, language: Language) -> String {
    let groups = engine.definitions().groupings.iter().flat_map(|grouping| &grouping.groups);
    let mut named = groups.filter(|group| group.id == id);
    named.next().map_or_else(
        || id.to_owned(),
        |group| if language == Language::En { group.name_en.clone() } else { group.name_vi.clone() },
    )
}

/// On which side of the mean of its group a ranked unit stands.
fn against_mean(row: &RankRow) -> Option<&'static str> {
    let (score, mean) = (row.score.filter(|_| row.rank.is_some())?, row.group_mean?);
    let noise = 1e-12 * mean.abs().max(score.abs());
    Some(if (score - mean).abs() <= noise {
        "at"
    } else if score > mean {
        "above"
    } else {
        "below"
    })
}

/// Why a class is not the one of the score, the block of a unit, and the mean of its group.
fn with_groups(columns: Columns, (global, engine): (&Global, &Engine), rows: &[RankRow]) -> Columns {
    // On a terminal the mean stands beside scores that are ranked in blocks; other tables have it always.
    let is_told = |row: &&RankRow| row.group.is_some() || global.format != Format::Table;
    let told = |row: &RankRow| Some(row).filter(is_told).map(|_| ());
    let language = global.language();
    let names: Vec<Option<String>> =
        rows.iter().map(|row| row.group.as_deref().map(|id| group_name(engine, id, language))).collect();
    columns
        .text("class_reason", rows.iter().map(|row| row.class_reason.map(ClassReason::word)))
        .text("block", rows.iter().map(|row| row.group.as_deref()))
        .text("block_name", names.iter().map(Option::as_deref))
        .number("group_mean", rows.iter().map(|row| told(row).and(row.group_mean)))
        .text("against_mean", rows.iter().map(|row| told(row).and(against_mean(row))))
}

/// Points that nobody could score make every score too low: say so.
fn note_unscored(global: &Global, cards: Option<&Scorecards>) {
    let Some(cards) = cards else { return };
    let short = cards.scoring.totals.iter().filter(|total| total.unscored > 0.0).count();
    if short > 0 {
        let most = cards.scoring.totals.iter().map(|total| total.unscored).fold(0.0, f64::max);
        global.note(&format!(
            "{short} of {} units have criteria that nobody scored (up to {most} points), so their scores are too low; \
                 `cchc score --unit CODE --index ID` lists them",
            cards.units.len()
        ));
    }
}

/// Writes a ranking.
fn write_ranking(
    global: &Global,
    (engine, period): (&Engine, &Period),
    index: &Index<'_>,
    answer: &RankingAnswer,
) -> Result<()> {
    let rows = &answer.ranked.rows;
    let unit = match index {
        Index::Indicator(_, indicator) => FigureUnit::from_word(&indicator.unit),
        Index::Points(_) | Index::Composite(_) => FigureUnit::Points,
    };
    let shown: Vec<Option<String>> =
        rows.iter().map(|row| Some(value_shown(row.score?, unit, index.display()))).collect();
    let movement = rows.iter().map(|row| Some(i64::from(row.rank_before?) - i64::from(row.rank?)));
    let columns = Columns::default()
        .units(rows.iter().map(|row| &row.unit))
        .int("rank", rows.iter().map(|row| row.rank.map(i64::from)))
        .flag("tied", rows.iter().map(|row| row.tied))
        .number("score", rows.iter().map(|row| row.score))
        .text("class", rows.iter().map(|row| row.class.as_deref()))
        .int("rank_before", rows.iter().map(|row| row.rank_before.map(i64::from)))
        .int("rank_last_year", rows.iter().map(|row| row.rank_last_year.map(i64::from)))
        .int("movement", movement)
        .text("reason", rows.iter().map(|row| row.reason.map(Status::word).or(row.held.map(Held::word))))
        .flag("not_sent", rows.iter().map(|row| row.not_sent))
        .text("shown", shown.iter().map(Option::as_deref));
    let marks = rows.iter().map(|row| (row.unit.unit_code.as_str(), answer.estimates.contains(&row.unit.unit_code)));
    let columns = with_estimates(columns, (engine, period), marks);
    let Some(cards) = &answer.ranked.cards else {
        return with_groups(with_common(columns, index, rows), (global, engine), rows).write(global);
    };
    let total = |row: &RankRow| {
        let at = cards.units.iter().position(|unit| unit.unit_code == row.unit.unit_code)?;
        cards.scoring.totals.get(at)
    };
    let columns = columns
        .number("points", rows.iter().map(|row| Some(total(row)?.points)))
        .number("max", rows.iter().map(|row| Some(total(row)?.max)))
        .number("unscored", rows.iter().map(|row| Some(total(row)?.unscored)))
        .number("bonus", rows.iter().map(|row| Some(total(row)?.bonus)))
        .number("deduction", rows.iter().map(|row| Some(total(row)?.deduction)));
    with_groups(with_common(columns, index, rows), (global, engine), rows).write(global)
}

/// Score and rank over the common items alone, and the common items that a unit lacks; an indicator has none.
fn with_common(columns: Columns, index: &Index<'_>, rows: &[RankRow]) -> Columns {
    if matches!(index, Index::Indicator(..)) {
        return columns;
    }
    let lacking: Vec<Option<String>> = rows
        .iter()
        .map(|row| {
            let ids: Vec<&str> = row.lacking.iter().map(|item| item.id.as_str()).collect();
            (!ids.is_empty()).then(|| ids.join("; "))
        })
        .collect();
    columns
        .number("score_common", rows.iter().map(|row| row.score_common))
        .int("rank_common", rows.iter().map(|row| row.rank_common.map(i64::from)))
        .text("lacking", lacking.iter().map(Option::as_deref))
}
