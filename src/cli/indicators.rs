//! `cchc indicators`: every figure of every unit, with its two counts.

use anyhow::Result;
use clap::Args;

use super::carried::{tell_carried, with_carried};
use super::figures::{SplitBy, check_kind, children, has_not_sent, status, tell_not_sent};
use super::output::{self, Columns};
use super::{Global, Opened, Outcome, PolicyArgs, Usage, period};
use crate::indicators::{By, not_sent};
use crate::model::{IndicatorRow, Period};

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
        let periods = self.by.periods(&self.period);
        let mut rows = engine.measure(&periods, &chosen, self.by.into(), children(self.with_children))?;
        rows.retain(|row| self.kind.as_ref().is_none_or(|kind| row.row.unit.kind.as_ref() == Some(kind)));
        let missing = not_sent(&engine, &self.period)?;
        let figures: Vec<&IndicatorRow> = rows.iter().map(|row| &row.row).collect();
        let mut columns =
            columns(&figures).flag("not_sent", figures.iter().map(|row| has_not_sent(&missing, &row.unit.unit_code)));
        if By::from(self.by) != By::Unit {
            columns = columns.text("group", rows.iter().map(|row| row.group.as_deref()));
        }
        let marks = figures.iter().map(|row| (row.unit.unit_code.as_str(), row.measure.estimate));
        with_carried(columns, &opened, marks.clone()).write(global)?;
        tell_carried(global, &opened, marks);
        tell_not_sent(global, &missing);
        Ok(Outcome::Done)
    }
}

/// Indicator rows as columns, as they are printed and as SQL sees them.
pub(super) fn columns(figures: &[&IndicatorRow]) -> Columns {
    Columns::default()
        .text("unit_code", figures.iter().map(|row| Some(row.unit.unit_code.as_str())))
        .text("unit_name", figures.iter().map(|row| Some(row.unit.unit_name.as_str())))
        .text("kind", figures.iter().map(|row| row.unit.kind.as_deref()))
        .text("period", figures.iter().map(|row| Some(row.period.as_str())))
        .text("indicator", figures.iter().map(|row| Some(row.indicator.as_str())))
        .number("numerator", figures.iter().map(|row| row.measure.numerator))
        .number("denominator", figures.iter().map(|row| row.measure.denominator))
        .number("value", figures.iter().map(|row| row.measure.value))
        .text("status", figures.iter().map(|row| Some(status(row.measure.status))))
}
