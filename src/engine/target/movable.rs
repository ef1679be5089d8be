//! Figures of a unit that can be moved case by case, how, and how far.

use chrono::{Days, NaiveDate};

use super::super::EngineError;
use cchc_definitions::{Aggregate, Direction, Indicator, Rows};
use cchc_indicators::{By, Children, Measuring};
use cchc_model::{Measure, Period, Status};

/// What is done to a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Cases that are counted below come to be counted on top, too.
    More,
    /// Cases that are counted on top no longer are.
    Fewer,
    /// Cases still to come are counted on top and below.
    Coming,
}

impl Move {
    /// The word used in tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::Coming => "coming",
        }
    }
}

/// A figure that can be moved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Movable {
    pub id: String,
    pub name_vi: String,
    /// What its cases are: a word of tables and files.
    pub case: &'static str,
    pub cost: f64,
    pub start: Measure,
    pub way: Move,
    /// Most cases.
    pub most: f64,
}

/// Steps that a figure is moved in at most: large figures are moved in larger ones.
const MOST_STEPS: f64 = 2000.0;

impl Movable {
    /// Cases of one step.
    pub fn step(&self) -> u64 {
        (self.most / MOST_STEPS).ceil().max(1.0) as u64
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        (self.most / self.step() as f64).ceil() as usize
    }

    /// The cases of so many steps.
    pub fn cases(&self, steps: usize) -> f64 {
        (steps as f64 * self.step() as f64).min(self.most)
    }

    /// The figure after so many cases.
    pub fn after(&self, cases: f64) -> Measure {
        match (self.start.numerator, self.start.denominator) {
            (Some(top), Some(below)) => match self.way {
                Move::More => Measure::ratio(top + cases, below),
                Move::Fewer => Measure::ratio(top - cases, below),
                Move::Coming => Measure::ratio(top + cases, below + cases),
            },
            _ => Measure::plain(self.start.value.map(|value| value - cases)),
        }
    }
}

/// How a figure of a unit can be moved; none where it has none or is no count of cases. After the `newest` day of a period
/// that runs on, only what is to come can change: as much as came in the last twelve months, and what is pending.
pub(super) async fn of(
    measuring: &Measuring<'_>,
    indicator: &Indicator,
    period: &Period,
    (unit, newest): (&str, Option<NaiveDate>),
) -> Result<Option<Movable>, EngineError> {
    let Some(start) = figure(measuring, indicator, period, unit).await?.filter(|one| one.status == Status::Ok) else {
        return Ok(None);
    };
    let is_rate = indicator.unit == "rate" || indicator.aggregate == Aggregate::Ratio;
    let counts = start.numerator.zip(start.denominator).filter(|(top, below)| is_rate && top <= below);
    let (way, most) = match (indicator.direction, counts, newest) {
        (Direction::Higher, Some(_), Some(newest)) => {
            (Move::Coming, coming(measuring, indicator, period, (unit, newest)).await?)
        }
        (Direction::Higher, Some((top, below)), None) => (Move::More, below - top),
        (Direction::Lower, Some((top, _)), None) => (Move::Fewer, top),
        (Direction::Lower, None, None) if indicator.aggregate == Aggregate::Count => {
            (Move::Fewer, start.value.unwrap_or(0.0))
        }
        _ => return Ok(None),
    };
    let movable = Movable {
        id: indicator.id.clone(),
        name_vi: indicator.name_vi.clone(),
        case: case(&indicator.table),
        cost: 1.0,
        start,
        way,
        most: most.floor(),
    };
    Ok((movable.most >= 1.0).then_some(movable))
}

/// What the rows of a table are.
fn case(table: &str) -> &'static str {
    match table {
        "dossiers" => "dossiers",
        "ratings" => "answers",
        "feedback" => "complaints",
        "procedures" => "procedures",
        "documents" => "documents",
        _ => "cases",
    }
}

async fn figure(
    measuring: &Measuring<'_>,
    indicator: &Indicator,
    period: &Period,
    unit: &str,
) -> Result<Option<Measure>, EngineError> {
    let rows = measuring.measure(std::slice::from_ref(period), &[indicator], By::Unit, Children::Apart).await?;
    Ok(rows.into_iter().find(|row| row.row.unit.unit_code == unit).map(|row| row.row.measure))
}

/// Cases that may still come until the end of a period.
async fn coming(
    measuring: &Measuring<'_>,
    indicator: &Indicator,
    period: &Period,
    (unit, newest): (&str, NaiveDate),
) -> Result<f64, EngineError> {
    const YEAR: u64 = 365;
    let range = format!("{}..{newest}", newest - Days::new(YEAR - 1));
    let year: Period = range.parse().expect("the first day is before the last");
    let rate = figure(measuring, indicator, &year, unit).await?.and_then(|measure| measure.denominator);
    let days = (period.end - newest).num_days() as f64;
    let expected = rate.unwrap_or(0.0) * days / YEAR as f64;
    let pending = match measuring.definitions.indicator("c12", period).filter(|_| indicator.rows == Rows::Finished) {
        Some(pending) => figure(measuring, pending, period, unit).await?.and_then(|measure| measure.value),
        None => None,
    };
    Ok(expected.round() + pending.unwrap_or(0.0))
}
