//! `cchc form06`, `indicators` and `rank`: the engine's figures as tables.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::output::{self, Columns};
use super::{Format, Global, Opened, Outcome, PolicyArgs, Usage, note, period};
use crate::definitions::Indicator;
use crate::indicators::{By, Children, broken_identity, not_sent};
use crate::indices::{Scores, rank};
use crate::model::{IndicatorRow, NotSent, Period, RankRow, Status};

/// How figures are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum SplitBy {
    /// By unit, with sums per kind and over all
    #[default]
    Unit,
    /// By field
    Field,
    /// By procedure
    Procedure,
    /// By channel
    Channel,
    /// By service level
    Level,
}

impl From<SplitBy> for By {
    fn from(split: SplitBy) -> Self {
        match split {
            SplitBy::Unit => Self::Unit,
            SplitBy::Field => Self::Field,
            SplitBy::Procedure => Self::Procedure,
            SplitBy::Channel => Self::Channel,
            SplitBy::Level => Self::Level,
        }
    }
}

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
        let rows = opened.engine(self.policies).form06(&self.period, self.by.into(), children(self.with_children))?;
        if let Some(broken) = broken_identity(&rows) {
            anyhow::bail!("form 06 of {} does not add up: received is not resolved + pending", broken.unit.unit_code);
        }
        let mut columns = Columns::default()
            .text("unit_code", rows.iter().map(|row| Some(row.unit.unit_code.as_str())))
            .text("unit_name", rows.iter().map(|row| Some(row.unit.unit_name.as_str())))
            .text("kind", rows.iter().map(|row| row.unit.kind.as_deref()));
        if self.by != SplitBy::Unit {
            columns = columns.text("group", rows.iter().map(|row| row.field.as_deref()));
        }
        for column in 0..11 {
            columns = columns.int(&format!("c{}", column + 3), rows.iter().map(|row| Some(row.counts[column])));
        }
        columns.write(global)?;
        tell_empty(global, &opened, &self.period, rows.last().is_none_or(|row| row.counts[0] == 0));
        Ok(Outcome::Done)
    }
}

#[derive(Debug, Args)]
pub(super) struct Indicators {
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th
    #[arg(long, value_parser = period)]
    period: Period,
    /// Only units of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only these indicators
    #[arg(long, value_name = "ID", num_args = 1..)]
    indicator: Vec<String>,
    /// Split by
    #[arg(long, value_enum, default_value_t)]
    by: SplitBy,
    /// Add to each unit what the units below it resolve
    #[arg(long)]
    with_children: bool,
    /// Print the SQL instead of running it
    #[arg(long)]
    show_sql: bool,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Indicators {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = Opened::open(global)?;
        let engine = opened.engine(self.policies);
        let chosen = engine.chosen(&self.indicator, &self.period).map_err(Usage)?;
        if self.show_sql {
            output::plain(&(engine.sql(&chosen, self.by.into()).join(";\n\n") + ";\n"))?;
            return Ok(Outcome::Done);
        }
        if let Some(kind) = &self.kind {
            check_kind(kind, &opened)?;
        }
        let mut rows = engine.measure(
            std::slice::from_ref(&self.period),
            &chosen,
            self.by.into(),
            children(self.with_children),
        )?;
        rows.retain(|row| self.kind.as_ref().is_none_or(|kind| row.row.unit.kind.as_ref() == Some(kind)));
        let missing = not_sent(&engine, &self.period)?;
        let figures = rows.iter().map(|row| &row.row);
        let mut columns = Columns::default()
            .text("unit_code", figures.clone().map(|row| Some(row.unit.unit_code.as_str())))
            .text("unit_name", figures.clone().map(|row| Some(row.unit.unit_name.as_str())))
            .text("kind", figures.clone().map(|row| row.unit.kind.as_deref()))
            .text("period", figures.clone().map(|row| Some(row.period.as_str())))
            .text("indicator", figures.clone().map(|row| Some(row.indicator.as_str())))
            .number("numerator", figures.clone().map(|row| row.measure.numerator))
            .number("denominator", figures.clone().map(|row| row.measure.denominator))
            .number("value", figures.clone().map(|row| row.measure.value))
            .text("status", figures.clone().map(|row| Some(status(row.measure.status))))
            .flag("not_sent", figures.map(|row| has_not_sent(&missing, &row.unit.unit_code)));
        if self.by != SplitBy::Unit {
            columns = columns.text("group", rows.iter().map(|row| row.group.as_deref()));
        }
        columns.write(global)?;
        tell_not_sent(global, &missing);
        Ok(Outcome::Done)
    }
}

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
    let indicator = index_indicator(opened, index)?;
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
pub(super) fn index_indicator<'a>(opened: &'a Opened, index: &str) -> Result<&'a Indicator> {
    let found = opened.definitions.index(index).and_then(|index| opened.definitions.indicator(&index.indicator));
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

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Missing => "missing",
        Status::NotApplicable => "not_applicable",
        Status::Suppressed => "suppressed",
    }
}

const fn children(with: bool) -> Children {
    if with { Children::Added } else { Children::Apart }
}

fn check_kind(kind: &str, opened: &Opened) -> Result<()> {
    let kinds = opened.units.kinds();
    if kinds.contains(&kind) {
        return Ok(());
    }
    let hint = crate::definitions::did_you_mean(kind, kinds.iter().copied());
    Err(Usage(format!("no unit is of kind '{kind}'{hint}; the kinds are {}", kinds.join(", "))).into())
}

fn has_not_sent(missing: &[NotSent], code: &str) -> bool {
    missing.binary_search_by(|one| one.unit.unit_code.as_str().cmp(code)).is_ok()
}

fn tell_not_sent(global: &Global, missing: &[NotSent]) {
    if !missing.is_empty() && global.format == Format::Table {
        note(
            global,
            &format!(
                "{} unit(s) have not sent an export that reaches the end of the period; they look idle and may not be (column not_sent)",
                missing.len()
            ),
        );
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
