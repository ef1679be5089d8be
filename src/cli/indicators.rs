//! `cchc indicators`: every figure of every unit, with its two counts.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::carried::{tell_carried, with_carried};
use super::figures::{SplitBy, check_kind, children, has_not_sent, status, tell_not_sent};
use super::output::{self, Columns};
use super::{Global, Opened, Outcome, PolicyArgs, Usage, period};
use cchc_definitions::Indicator;
use cchc_indicators::{By, Engine, GroupedRow, not_sent};
use cchc_model::{IndicatorRow, Measure, Period};
use cchc_report::{FigureUnit, shown};

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
    /// With --by month: each month's figures count from the first day of the period (year to date)
    #[arg(long)]
    cumulative: bool,
    /// Set an earlier period beside it: the one just before, or the same of last year
    #[arg(long, value_enum, value_name = "PERIOD")]
    against: Option<Earlier>,
    /// Add to each unit what the units below it resolve
    #[arg(long)]
    with_children: bool,
    /// Print the SQL instead of running it
    #[arg(long)]
    show_sql: bool,
    #[command(flatten)]
    policies: PolicyArgs,
}

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Earlier {
    /// The period of the same length just before
    Before,
    /// The same period of the year before
    Year,
}

impl Earlier {
    fn than(self, period: &Period) -> Period {
        match self {
            Self::Before => period.before(),
            Self::Year => period.last_year(),
        }
    }

    /// The name of the earlier period by that of the period.
    fn names(self, periods: &[Period]) -> BTreeMap<String, String> {
        periods.iter().map(|period| (period.to_string(), self.than(period).to_string())).collect()
    }
}

/// Figures, each with that of the earlier period where one was asked for.
type Compared = Vec<(GroupedRow, Option<Measure>)>;

impl Indicators {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = Opened::open(global)?;
        let engine = opened.engine(self.policies);
        let chosen = engine.chosen(&self.indicator, &self.period).map_err(Usage)?;
        if self.show_sql {
            output::plain(&(engine.sql(&chosen, &self.period, self.by.into()).join(";\n\n") + ";\n"))?;
            return Ok(Outcome::Done);
        }
        if let Some(kind) = &self.kind {
            check_kind(kind, &opened)?;
        }
        let periods = self.periods()?;
        let mut rows = self.measure(&engine, &periods, &chosen)?;
        rows.retain(|(row, _)| self.kind.as_ref().is_none_or(|kind| row.row.unit.kind.as_ref() == Some(kind)));
        let missing = not_sent(&engine, &self.period)?;
        let figures: Vec<&IndicatorRow> = rows.iter().map(|(row, _)| &row.row).collect();
        let mut columns =
            columns(&figures).flag("not_sent", figures.iter().map(|row| has_not_sent(&missing, &row.unit.unit_code)));
        if By::from(self.by) != By::Unit {
            columns = columns.text("group", rows.iter().map(|(row, _)| row.group.as_deref()));
        }
        let texts = shown_texts(&figures, &chosen);
        columns = columns.text("shown", texts.iter().map(Option::as_deref));
        if let Some(against) = self.against {
            columns = compared(columns, &rows, &against.names(&periods));
        }
        let marks = figures.iter().map(|row| (row.unit.unit_code.as_str(), row.measure.estimate));
        with_carried(columns, &opened, marks.clone()).write(global)?;
        tell_carried(global, &opened, marks);
        tell_not_sent(global, &missing);
        Ok(Outcome::Done)
    }

    /// The figures of all periods, each with the earlier one where a comparison was asked for.
    fn measure(&self, engine: &Engine<'_>, periods: &[Period], chosen: &[&Indicator]) -> Result<Compared> {
        let (by, children) = (self.by.into(), children(self.with_children));
        let Some(against) = self.against else {
            let rows = engine.measure(periods, chosen, by, children)?;
            return Ok(rows.into_iter().map(|row| (row, None)).collect());
        };
        let mut rows = Vec::new();
        for period in periods {
            rows.extend(engine.compare((period, &against.than(period)), chosen, by, children)?);
        }
        Ok(rows)
    }

    fn periods(&self) -> Result<Vec<Period>> {
        if !self.cumulative {
            return Ok(self.by.periods(&self.period));
        }
        if self.by != SplitBy::Month {
            return Err(Usage("--cumulative needs --by month".to_owned()).into());
        }
        Ok(self.period.months().into_iter().map(|month| self.period.up_to(month.end)).collect())
    }
}

/// Each figure as its definition wants it shown.
fn shown_texts(figures: &[&IndicatorRow], chosen: &[&Indicator]) -> Vec<Option<String>> {
    let width = chosen.len().max(1);
    let of = |(at, row): (usize, &&IndicatorRow)| {
        let indicator = chosen[at % width];
        shown(&row.measure, FigureUnit::from_word(&indicator.unit), &indicator.display)
    };
    figures.iter().enumerate().map(of).collect()
}

/// The earlier figures and what has changed: now − then, and that share of then.
fn compared(columns: Columns, rows: &[(GroupedRow, Option<Measure>)], earlier: &BTreeMap<String, String>) -> Columns {
    let change = |row: &(GroupedRow, Option<Measure>)| Some((row.0.row.measure.value?, row.1?.value?));
    columns
        .text("compared_with", rows.iter().map(|(row, _)| earlier.get(&row.row.period).map(String::as_str)))
        .number("earlier_value", rows.iter().map(|row| row.1?.value))
        .text("earlier_status", rows.iter().map(|row| row.1.map(|measure| status(measure.status))))
        .number("change", rows.iter().map(|row| change(row).map(|(now, then)| now - then)))
        .number(
            "relative_change",
            rows.iter().map(|row| {
                let (now, then) = change(row)?;
                (then != 0.0).then(|| (now - then) / then)
            }),
        )
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
