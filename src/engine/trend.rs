//! A figure or score month by month, by the definitions and for the units of each month or of one day.

use chrono::{Datelike, NaiveDate};

use super::comparison::Compared;
use super::{Engine, EngineError};
use cchc_definitions::Indicator;
use cchc_indicators::{By, Children};
use cchc_indices::{Composed, Index, compose, kind_values, scorecards};
use cchc_insight::{Limits, Point, limits};
use cchc_model::{Period, Policies, UnitRef, UnitsAsOf};
use std::collections::BTreeMap;

/// Which series.
#[derive(Debug, Clone)]
pub struct TrendRequest {
    /// An index or an indicator.
    pub index: String,
    /// Whose series.
    pub units: Compared,
    /// How many months.
    pub months: u32,
    /// The last month; the last one that the newest export covers without it.
    pub to: Option<Period>,
    /// How doubtful dossiers count, and for the units of which day.
    pub policies: Policies,
}

/// The series of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// The unit.
    pub unit: UnitRef,
    /// Month by month.
    pub months: Vec<TrendMonth>,
}

/// A month of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendMonth {
    /// The month.
    pub period: Period,
    /// Its value, and what it is based on.
    pub point: Point,
    /// Between what it lies by chance.
    pub limits: Option<Limits>,
    /// The value of the same month a year before, if the series holds it.
    pub last_year: Option<f64>,
    /// Whether it is based on something else than the month before.
    pub is_break: bool,
}

/// The values of all units in one month.
type OfMonth = BTreeMap<String, (Option<f64>, Option<(f64, f64)>)>;

/// Ten years and two.
const MOST_MONTHS: u32 = 144;

impl Engine {
    /// The series of units.
    ///
    /// # Errors
    /// The request names what is not there, or the store cannot be read.
    pub async fn trend(&self, request: &TrendRequest) -> Result<Vec<Trend>, EngineError> {
        self.refuse_public("trend")?;
        let months = self.months(request)?;
        let last = months.last().ok_or_else(|| EngineError::Request("--months is at least 1".to_owned()))?;
        let units = self.named_units(&request.units, last, request.policies)?;
        let (mut values, mut versions) = (Vec::new(), Vec::new());
        // No version at all is a mistake, one that began later is a gap of the series.
        self.index(&request.index, last)?;
        for month in &months {
            let index = self.index(&request.index, month).ok();
            versions.push(index.as_ref().map(version));
            values.push(match &index {
                Some(index) => self.of_month(index, month, request.policies).await?,
                None => OfMonth::new(),
            });
        }
        let series = |unit: UnitRef| {
            let point = |at: usize| {
                let (value, counts) = values[at].get(&unit.unit_code).copied().unwrap_or_default();
                Point { value, counts, basis: self.series_basis(&unit, &months[at], versions[at].as_deref(), request) }
            };
            let points: Vec<Point> = (0..months.len()).map(point).collect();
            Trend { months: with_limits(&months, points), unit }
        };
        Ok(units.into_iter().map(series).collect())
    }

    fn months(&self, request: &TrendRequest) -> Result<Vec<Period>, EngineError> {
        let last = match &request.to {
            Some(month) => month.clone(),
            None => self.last_month()?,
        };
        if last.months() != [last.clone()] || last.months()[0].start.day() != 1 {
            return Err(EngineError::Request(format!("'{last}' is no month; write 2025-03")));
        }
        if request.months == 0 || request.months > MOST_MONTHS {
            let message = format!("{} months; ask for 1 to {MOST_MONTHS}", request.months);
            return Err(EngineError::Request(message));
        }
        let mut months: Vec<Period> =
            std::iter::successors(Some(last), |month| Some(month.before())).take(request.months as usize).collect();
        months.reverse();
        Ok(months)
    }

    /// The last month that ended before the newest day of export.
    fn last_month(&self) -> Result<Period, EngineError> {
        let nothing = || EngineError::Request("no export says its day; name the last month with --to".to_owned());
        let newest: NaiveDate = self.version().time.ok_or_else(nothing)?;
        let month: Period = format!("{}-{:02}", newest.year(), newest.month()).parse().map_err(|_| nothing())?;
        Ok(if month.end == newest { month } else { month.before() })
    }

    async fn of_month(&self, index: &Index<'_>, month: &Period, policies: Policies) -> Result<OfMonth, EngineError> {
        match index {
            Index::Indicator(_, indicator) => self.figures_of_month(indicator, month, policies).await,
            Index::Points(index) => {
                let question = self.question_about(month, policies)?;
                let cards = scorecards(&question.measuring(policies), index, month).await?;
                let totals = cards.units.iter().zip(&cards.scoring.totals);
                Ok(totals.map(|(unit, total)| (unit.unit_code.clone(), (total.score, None))).collect())
            }
            Index::Composite(index) => {
                let question = self.question_about(month, policies)?;
                let kinds = kind_values(&question.measuring(policies), index, month).await?;
                // A kind whose values do not suit the method has no scores that month.
                let scores = kinds.values().filter_map(|values| compose(index, values.input()).ok());
                let scores = scores.flat_map(|done| Composed::of_units(&done));
                Ok(scores.map(|(unit, score)| (unit, (Some(score), None))).collect())
            }
        }
    }

    async fn figures_of_month(
        &self,
        indicator: &Indicator,
        month: &Period,
        policies: Policies,
    ) -> Result<OfMonth, EngineError> {
        let question = self.question_about(month, policies)?;
        let measuring = question.measuring(policies);
        let rows = measuring.measure(std::slice::from_ref(month), &[indicator], By::Unit, Children::Apart).await?;
        let value = |row: cchc_indicators::GroupedRow| {
            let measure = row.row.measure;
            (row.row.unit.unit_code, (measure.value, measure.numerator.zip(measure.denominator)))
        };
        Ok(rows.into_iter().map(value).collect())
    }

    /// What a value of a month is based on: the version of the definition, and for which units it counts.
    fn series_basis(&self, unit: &UnitRef, month: &Period, version: Option<&str>, request: &TrendRequest) -> String {
        let version = version.unwrap_or("no version in force");
        let units = match request.policies.units_as_of {
            UnitsAsOf::Day(day) => format!("units of {day}"),
            UnitsAsOf::AsReceived => "units as received".to_owned(),
            UnitsAsOf::PeriodEnd => {
                let joined = self.successions().iter().filter(|one| one.to == unit.unit_code && one.date <= month.end);
                match joined.map(|one| one.date).max() {
                    Some(day) => format!("units of each month, as merged on {day}"),
                    None => "units of each month".to_owned(),
                }
            }
        };
        format!("{version}; {units}")
    }
}

/// The id of an index with the first day of its version.
fn version(index: &Index<'_>) -> String {
    let from = match index {
        Index::Indicator(_, indicator) => indicator.valid_from,
        Index::Points(index) => index.head.valid_from,
        Index::Composite(index) => index.head.valid_from,
    };
    from.map_or_else(|| index.id().to_owned(), |day| format!("{}@{day}", index.id()))
}

fn with_limits(months: &[Period], points: Vec<Point>) -> Vec<TrendMonth> {
    let limits = limits(&points);
    let values: Vec<Option<f64>> = points.iter().map(|point| point.value).collect();
    let bases: Vec<String> = points.iter().map(|point| point.basis.clone()).collect();
    let month = |(at, point): (usize, Point)| TrendMonth {
        period: months[at].clone(),
        limits: limits[at],
        last_year: at.checked_sub(12).and_then(|earlier| values[earlier]),
        is_break: at > 0 && bases[at - 1] != bases[at],
        point,
    };
    points.into_iter().enumerate().map(month).collect()
}
