//! `cchc trend`: a figure or score month by month, with control limits.

use anyhow::Result;
use clap::Args;

use super::output::Columns;
use super::{Global, OpenEngine, Outcome, PolicyArgs, period};
use cchc_engine::{Compared, Trend as Series, TrendMonth, TrendRequest};
use cchc_model::Period;

#[derive(Debug, Args)]
pub(super) struct Trend {
    /// The index whose scores are followed
    #[arg(long, value_name = "ID", default_value = "on-time")]
    index: String,
    /// The indicator whose figures are followed, instead of an index
    #[arg(long, value_name = "ID", conflicts_with = "index")]
    indicator: Option<String>,
    /// Code or name of a unit
    #[arg(long, value_name = "UNIT", required_unless_present = "kind")]
    unit: Option<String>,
    /// All units of this kind
    #[arg(long, value_name = "KIND", conflicts_with = "unit")]
    kind: Option<String>,
    /// How many months
    #[arg(long, value_name = "N", default_value_t = 12)]
    months: u32,
    /// The last month; without it the last one that ended before the newest day of export
    #[arg(long, value_parser = period, value_name = "MONTH")]
    to: Option<Period>,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Trend {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let engine = &opened.engine;
        let units = match (&self.unit, &self.kind) {
            (Some(unit), _) => Compared::Unit(unit.clone()),
            (None, kind) => Compared::Kind(engine.kind_named(kind.as_deref().unwrap_or_default())),
        };
        let request = TrendRequest {
            index: self.indicator.as_ref().unwrap_or(&self.index).clone(),
            units,
            months: self.months,
            to: self.to.clone(),
            policies: self.policies.over(engine.config().policies),
        };
        let found = opened.wait(engine.trend(&request))?;
        let empty = found.iter().filter(|one| one.months.iter().all(|month| month.point.value.is_none())).count();
        if empty > 0 {
            global.note(&format!("{empty} of {} unit(s) have no value in any of the months", found.len()));
        }
        write(global, &found)?;
        Ok(Outcome::Done)
    }
}

fn write(global: &Global, found: &[Series]) -> Result<()> {
    let rows: Vec<(&Series, &TrendMonth)> =
        found.iter().flat_map(|one| one.months.iter().map(move |month| (one, month))).collect();
    let periods: Vec<String> = rows.iter().map(|(_, month)| month.period.to_string()).collect();
    // In words, limits of control are no interval of confidence, which other tables have under the keys low and high.
    let (low, high) = if global.format.is_for_people() { ("limit_low", "limit_high") } else { ("low", "high") };
    Columns::default()
        .text("unit_code", rows.iter().map(|(one, _)| Some(one.unit.unit_code.as_str())))
        .text("period", periods.iter().map(|period| Some(period.as_str())))
        .number("value", rows.iter().map(|(_, month)| month.point.value))
        .number(low, rows.iter().map(|(_, month)| month.limits.map(|limits| limits.low)))
        .number(high, rows.iter().map(|(_, month)| month.limits.map(|limits| limits.high)))
        .flag("out_of_control", rows.iter().map(|(_, month)| month.limits.is_some_and(|limits| limits.is_out)))
        .text("basis", rows.iter().map(|(_, month)| Some(month.point.basis.as_str())))
        .text("unit_name", rows.iter().map(|(one, _)| Some(one.unit.unit_name.as_str())))
        .number("numerator", rows.iter().map(|(_, month)| month.point.counts.map(|counts| counts.0)))
        .number("denominator", rows.iter().map(|(_, month)| month.point.counts.map(|counts| counts.1)))
        .number("value_last_year", rows.iter().map(|(_, month)| month.last_year))
        .flag("is_break", rows.iter().map(|(_, month)| month.is_break))
        .write(global)
}
