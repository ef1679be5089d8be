//! `cchc rank`: units among their own kind.

use anyhow::Result;
use clap::Args;

use super::figures::{check_kind, status, tell_not_sent};
use super::output::Columns;
use super::{Global, Opened, Outcome, PolicyArgs, Usage, period};
use crate::definitions::Indicator;
use crate::indicators::{By, Children, not_sent};
use crate::indices::{Scores, rank};
use crate::model::{IndicatorRow, NotSent, Period, RankRow};

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
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Rank {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = Opened::open(global)?;
        if let Some(kind) = &self.kind {
            check_kind(kind, &opened)?;
        }
        let missing = not_sent(&opened.engine(self.policies), &self.period)?;
        let mut rows = ranking(&opened, self.policies, &self.index, &self.period, &missing)?;
        rows.retain(|row| self.kind.as_ref().is_none_or(|kind| row.unit.kind.as_ref() == Some(kind)));
        write_ranking(global, &rows)?;
        tell_not_sent(global, &missing);
        Ok(Outcome::Done)
    }
}

/// Ranks all units by an index, with the period before and the same period last year.
pub(super) fn ranking(
    opened: &Opened,
    policies: PolicyArgs,
    index: &str,
    period: &Period,
    missing: &[NotSent],
) -> Result<Vec<RankRow>> {
    let engine = opened.engine(policies);
    let indicator = index_indicator(opened, index, period)?;
    let periods = [period.clone(), period.before(), period.last_year()];
    let rows = engine.measure(&periods, &[indicator], By::Unit, Children::Apart)?;
    let of = |period: &Period| {
        let id = period.to_string();
        rows.iter().map(|row| row.row.clone()).filter(|row| row.period == id).collect::<Vec<IndicatorRow>>()
    };
    let (now, before, last_year) = (of(&periods[0]), of(&periods[1]), of(&periods[2]));
    Ok(rank(Scores { now: &now, before: &before, last_year: &last_year }, indicator.direction, missing))
}

/// The indicator that an index ranks by.
pub(super) fn index_indicator<'a>(opened: &'a Opened, index: &str, period: &Period) -> Result<&'a Indicator> {
    let found =
        opened.definitions.index(index).and_then(|index| opened.definitions.indicator(&index.indicator, period));
    Ok(found.ok_or_else(|| {
        let known = opened.definitions.indices.iter().map(|index| index.id.as_str());
        let known = known.chain(opened.definitions.indicators.iter().map(|indicator| indicator.id.as_str()));
        Usage(format!("no index '{index}'{}", crate::definitions::did_you_mean(index, known)))
    })?)
}

/// Writes a ranking.
pub(super) fn write_ranking(global: &Global, rows: &[RankRow]) -> Result<()> {
    Columns::default()
        .text("unit_code", rows.iter().map(|row| Some(row.unit.unit_code.as_str())))
        .text("unit_name", rows.iter().map(|row| Some(row.unit.unit_name.as_str())))
        .text("kind", rows.iter().map(|row| row.unit.kind.as_deref()))
        .int("rank", rows.iter().map(|row| row.rank.map(i64::from)))
        .flag("tied", rows.iter().map(|row| row.tied))
        .number("score", rows.iter().map(|row| row.score))
        .text("class", rows.iter().map(|row| row.class.as_deref()))
        .int("rank_before", rows.iter().map(|row| row.rank_before.map(i64::from)))
        .int("rank_last_year", rows.iter().map(|row| row.rank_last_year.map(i64::from)))
        .text("reason", rows.iter().map(|row| row.reason.map(status)))
        .flag("not_sent", rows.iter().map(|row| row.not_sent))
        .write(global)
}
