//! `cchc rank`: units among their own kind.

use anyhow::Result;
use clap::Args;

use super::carried::{tell_carried, with_carried};
use super::detail::Depth;
use super::figures::{check_kind, status, tell_not_sent, tell_set_aside};
use super::output::Columns;
use super::{Global, Opened, Outcome, PolicyArgs, Usage, detail, note, period};
use cchc_definitions::index::settings::Ranking;
use cchc_indicators::not_sent;
use cchc_indices::{Index, Scorecards, Scored, estimates, rank};
use cchc_model::{Period, RankRow, UnitRef};
use cchc_report::{FigureUnit, value_shown};

#[derive(Debug, Args)]
pub(super) struct Rank {
    /// What to rank by: an index or an indicator
    #[arg(long, value_name = "ID")]
    index: String,
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th
    #[arg(long, value_parser = period)]
    period: Period,
    /// Only units of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Rank within a group only: a kind of units, or the code of a unit for all units below it
    #[arg(long, value_name = "GROUP")]
    within: Option<String>,
    /// Points of each area, criterion and sub-criterion, or scores of each node
    #[arg(long)]
    detail: bool,
    /// With --detail: the values of each indicator after every stage of a composite index
    #[arg(long, requires = "detail")]
    stages: bool,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Rank {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = Opened::open(global)?;
        let engine = opened.engine(self.policies);
        let index = Index::find(&opened.definitions, &self.index, &self.period).map_err(Usage)?;
        let within = self.within.as_deref().map(|group| Group::find(group, &opened)).transpose()?;
        if let Some(kind) = &self.kind {
            check_kind(kind, &opened)?;
        }
        let missing = not_sent(&engine, &self.period)?;
        let ranked = index.rank(&engine, &self.period, &missing)?;
        tell_set_aside(global, &index, &ranked);
        let wanted = |unit: &UnitRef| {
            self.kind.as_ref().is_none_or(|kind| unit.kind.as_ref() == Some(kind))
                && within.as_ref().is_none_or(|group| group.holds(unit, &opened))
        };
        if self.detail {
            let depth = if self.stages { Depth::Stages } else { Depth::Parts };
            detail::write(global, &index, &ranked, depth, &wanted)?;
        } else {
            let rows = within_group(ranked.rows, index.settings(), within.is_some(), &wanted);
            let doubtful = estimates(&engine, &index, &self.period)?;
            let marks = |row: &RankRow| doubtful.contains(&row.unit.unit_code);
            write_ranking(global, &opened, &index, &rows, ranked.cards.as_ref(), &marks)?;
            tell_carried(global, &opened, rows.iter().map(|row| (row.unit.unit_code.as_str(), marks(row))));
        }
        tell_unscored(global, ranked.cards.as_ref());
        tell_not_sent(global, &missing);
        Ok(Outcome::Done)
    }
}

/// A group of units to be ranked among themselves.
enum Group {
    /// All units of a kind.
    Kind(String),
    /// All units below a unit.
    Below(String),
}

impl Group {
    fn find(group: &str, opened: &Opened) -> Result<Self> {
        if opened.units.kinds().contains(&group) {
            return Ok(Self::Kind(group.to_owned()));
        }
        if opened.units.by_code(group).is_some() {
            return Ok(Self::Below(group.to_owned()));
        }
        let known = opened.units.kinds().into_iter().chain(opened.units.units().iter().map(|unit| unit.code.as_str()));
        let hint = cchc_definitions::did_you_mean(group, known);
        Err(Usage(format!("'{group}' is neither a kind of units nor the code of one{hint}")).into())
    }

    fn holds(&self, unit: &UnitRef, opened: &Opened) -> bool {
        match self {
            Self::Kind(kind) => unit.kind.as_ref() == Some(kind),
            Self::Below(code) => {
                let mut above = opened.units.by_code(&unit.unit_code);
                // A list whose units are their own ancestors must not run for ever.
                for _ in 0..opened.units.units().len() {
                    above = above.and_then(|unit| unit.parent.as_deref()).and_then(|code| opened.units.by_code(code));
                    match above {
                        Some(unit) if unit.code == *code => return true,
                        Some(_) => {}
                        None => return false,
                    }
                }
                false
            }
        }
    }
}

/// The wanted rows; ranked anew where a group is named, since ranks among all say nothing about it.
fn within_group(
    mut rows: Vec<RankRow>,
    settings: Ranking,
    is_group: bool,
    wanted: &dyn Fn(&UnitRef) -> bool,
) -> Vec<RankRow> {
    rows.retain(|row| wanted(&row.unit));
    if !is_group {
        return rows;
    }
    let scored = |score: fn(&RankRow) -> Option<f64>| -> Vec<Scored> {
        rows.iter().map(|row| Scored { unit: row.unit.clone(), score: score(row), reason: row.reason }).collect()
    };
    let [now, before, last_year] =
        [scored(|row| row.score), scored(|row| row.score_before), scored(|row| row.score_last_year)];
    let mut again = rank([&now, &before, &last_year], settings, &[]);
    for row in &mut again {
        if let Some(first) = rows.iter().find(|first| first.unit == row.unit) {
            row.class.clone_from(&first.class);
            row.not_sent = first.not_sent;
        }
    }
    again
}

/// Points that nobody could score make every score too low: say so.
fn tell_unscored(global: &Global, cards: Option<&Scorecards>) {
    let Some(cards) = cards else { return };
    let short = cards.scoring.totals.iter().filter(|total| total.unscored > 0.0).count();
    if short > 0 {
        let most = cards.scoring.totals.iter().map(|total| total.unscored).fold(0.0, f64::max);
        note(
            global,
            &format!(
                "{short} of {} units have criteria that nobody scored (up to {most} points), so their scores are too low; \
                 `cchc score --unit CODE --index ID` lists them",
                cards.units.len()
            ),
        );
    }
}

/// Writes a ranking.
fn write_ranking(
    global: &Global,
    opened: &Opened,
    index: &Index<'_>,
    rows: &[RankRow],
    cards: Option<&Scorecards>,
    is_estimate: &dyn Fn(&RankRow) -> bool,
) -> Result<()> {
    let unit = match index {
        Index::Indicator(_, indicator) => FigureUnit::from_word(&indicator.unit),
        Index::Points(_) | Index::Composite(_) => FigureUnit::Points,
    };
    let shown: Vec<Option<String>> =
        rows.iter().map(|row| Some(value_shown(row.score?, unit, index.display()))).collect();
    let movement = rows.iter().map(|row| Some(i64::from(row.rank_before?) - i64::from(row.rank?)));
    let columns = Columns::default()
        .text("unit_code", rows.iter().map(|row| Some(row.unit.unit_code.as_str())))
        .text("unit_name", rows.iter().map(|row| Some(row.unit.unit_name.as_str())))
        .text("kind", rows.iter().map(|row| row.unit.kind.as_deref()))
        .int("rank", rows.iter().map(|row| row.rank.map(i64::from)))
        .flag("tied", rows.iter().map(|row| row.tied))
        .number("score", rows.iter().map(|row| row.score))
        .text("class", rows.iter().map(|row| row.class.as_deref()))
        .int("rank_before", rows.iter().map(|row| row.rank_before.map(i64::from)))
        .int("rank_last_year", rows.iter().map(|row| row.rank_last_year.map(i64::from)))
        .int("movement", movement)
        .text("reason", rows.iter().map(|row| row.reason.map(status)))
        .flag("not_sent", rows.iter().map(|row| row.not_sent))
        .text("shown", shown.iter().map(Option::as_deref));
    let marks = rows.iter().map(|row| (row.unit.unit_code.as_str(), is_estimate(row)));
    let columns = with_carried(columns, opened, marks);
    let Some(cards) = cards else { return columns.write(global) };
    let total = |row: &RankRow| {
        let at = cards.units.iter().position(|unit| unit.unit_code == row.unit.unit_code)?;
        cards.scoring.totals.get(at)
    };
    columns
        .number("points", rows.iter().map(|row| Some(total(row)?.points)))
        .number("max", rows.iter().map(|row| Some(total(row)?.max)))
        .number("unscored", rows.iter().map(|row| Some(total(row)?.unscored)))
        .number("bonus", rows.iter().map(|row| Some(total(row)?.bonus)))
        .number("deduction", rows.iter().map(|row| Some(total(row)?.deduction)))
        .write(global)
}
