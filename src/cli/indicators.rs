//! `cchc indicators`: every figure of every unit, with its two counts.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::estimates::{note_estimates, with_estimates};
use super::figures::{SplitBy, children, counts_working_time, has_not_sent, note_calendar, note_not_sent};
use super::hidden::note_hidden;
use super::output::{self, Columns};
use super::stated::{note_stated, with_stated};
use super::{Global, OpenEngine, Outcome, PolicyArgs, period};
use cchc_definitions::{Against, Indicator};
use cchc_engine::{ComparedFigure, FiguresRequest, Months};
use cchc_model::{IndicatorRow, Period};
use cchc_report::{FigureUnit, shown};

#[derive(Debug, Args)]
pub(super) struct Indicators {
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th; 2026-Q3@581 for the reform report
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
    against: Option<AgainstArg>,
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
enum AgainstArg {
    /// The period of the same length just before
    Before,
    /// The same period of the year before
    Year,
}

impl From<AgainstArg> for Against {
    fn from(against: AgainstArg) -> Self {
        match against {
            AgainstArg::Before => Self::Before,
            AgainstArg::Year => Self::LastYear,
        }
    }
}

impl Indicators {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let engine = &opened.engine;
        let request = FiguresRequest {
            indicators: self.indicator.clone(),
            period: self.period.clone(),
            kind: self.kind.as_deref().map(|kind| engine.kind_named(kind)),
            by: self.by.into(),
            months: if self.cumulative { Months::Cumulative } else { Months::Apart },
            against: self.against.map(Into::into),
            children: children(self.with_children),
            policies: self.policies.over(engine.config().policies),
        };
        if self.show_sql {
            output::plain(&(engine.figures_sql(&request)?.join(";\n\n") + ";\n"))?;
            return Ok(Outcome::Done);
        }
        let answer = opened.wait(engine.figures(&request))?;
        let rows = &answer.rows;
        let figures: Vec<&IndicatorRow> = rows.iter().map(|one| &one.figure.row).collect();
        let has_not_sent = |row: &&IndicatorRow| has_not_sent(&answer.not_sent, &row.unit.unit_code);
        let mut columns = columns(&figures).flag("not_sent", figures.iter().map(has_not_sent));
        if !request.by.is_by_unit() {
            columns = columns.text("group", rows.iter().map(|one| one.figure.group.as_deref()));
        }
        let texts = shown_texts(&figures, &answer.indicators);
        columns = columns.text("shown", texts.iter().map(Option::as_deref));
        if self.against.is_some() {
            columns = compared(columns, rows);
        }
        let marks = figures.iter().map(|row| (row.unit.unit_code.as_str(), row.measure.estimate));
        let intervals = intervals(&figures, &answer.indicators);
        let columns = with_estimates(columns, (engine, &self.period), marks.clone())
            .number("low", intervals.iter().map(|ends| ends.map(|(low, _)| low)))
            .number("high", intervals.iter().map(|ends| ends.map(|(_, high)| high)));
        let is_stated =
            |row: &&&IndicatorRow| answer.stated.contains(&(row.period.clone(), row.unit.unit_code.clone()));
        with_stated(columns, figures.iter().map(|row| is_stated(&row))).write(global)?;
        let stated = figures.iter().filter(is_stated).map(|row| row.unit.unit_code.as_str()).collect();
        note_stated(global, &stated, &answer.doubts);
        note_estimates(global, (engine, &self.period), marks);
        if answer.indicators.iter().any(counts_working_time) {
            note_calendar(global, engine, &self.period);
        }
        note_not_sent(global, &answer.not_sent);
        note_hidden(global, engine, answer.published);
        Ok(Outcome::Done)
    }
}

/// Each figure as its definition wants it shown.
fn shown_texts(figures: &[&IndicatorRow], chosen: &[Indicator]) -> Vec<Option<String>> {
    let width = chosen.len().max(1);
    let of = |(at, row): (usize, &&IndicatorRow)| {
        let indicator = &chosen[at % width];
        shown(&row.measure, FigureUnit::from_word(&indicator.unit), &indicator.display)
    };
    figures.iter().enumerate().map(of).collect()
}

/// The 95 % interval of each rate.
fn intervals(figures: &[&IndicatorRow], chosen: &[Indicator]) -> Vec<Option<(f64, f64)>> {
    let width = chosen.len().max(1);
    let of = |(at, row): (usize, &&IndicatorRow)| {
        let is_rate = FigureUnit::from_word(&chosen[at % width].unit) == FigureUnit::Rate;
        row.measure.interval().filter(|_| is_rate)
    };
    figures.iter().enumerate().map(of).collect()
}

/// The earlier figures and what has changed: now − then, and that share of then.
fn compared(columns: Columns, rows: &[ComparedFigure]) -> Columns {
    let change = |one: &ComparedFigure| Some((one.figure.row.measure.value?, one.earlier?.value?));
    columns
        .text("compared_with", rows.iter().map(|one| one.earlier_period.as_deref()))
        .number("earlier_value", rows.iter().map(|one| one.earlier?.value))
        .text("earlier_status", rows.iter().map(|one| one.earlier.map(|measure| measure.status.word())))
        .number("change", rows.iter().map(|one| change(one).map(|(now, then)| now - then)))
        .number(
            "relative_change",
            rows.iter().map(|one| {
                let (now, then) = change(one)?;
                (then != 0.0).then(|| (now - then) / then)
            }),
        )
}

/// Indicator rows as columns.
fn columns(figures: &[&IndicatorRow]) -> Columns {
    Columns::default()
        .units(figures.iter().map(|row| &row.unit))
        .text("period", figures.iter().map(|row| Some(row.period.as_str())))
        .text("indicator", figures.iter().map(|row| Some(row.indicator.as_str())))
        .number("numerator", figures.iter().map(|row| row.measure.numerator))
        .number("denominator", figures.iter().map(|row| row.measure.denominator))
        .number("value", figures.iter().map(|row| row.measure.value))
        .text("status", figures.iter().map(|row| Some(row.measure.status.word())))
}
