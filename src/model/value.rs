//! A figure and why it may be absent: missing, not applicable, suppressed and zero are four different things.

use serde::Serialize;

/// Why a value can or cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There is a value.
    Ok,
    /// The column or table it needs was never sent.
    Missing,
    /// The denominator is zero: there was nothing to measure.
    NotApplicable,
    /// Too few cases to publish.
    Suppressed,
}

impl Status {
    /// The word used in tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::NotApplicable => "not_applicable",
            Self::Suppressed => "suppressed",
        }
    }
}

/// One measured figure of one unit: a rate keeps its two counts, a median has neither.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// What was counted (on top of the fraction), if the figure is a ratio or a sum.
    pub numerator: Option<f64>,
    /// Out of how many.
    pub denominator: Option<f64>,
    /// Full precision; `None` unless `status` is [`Status::Ok`].
    pub value: Option<f64>,
    /// Why there is a value, or none.
    pub status: Status,
    /// Whether figures of a divided unit are in it, or should be: an unknown part of them.
    pub estimate: bool,
}

impl Measure {
    /// A figure that no sent column or table can give.
    pub const MISSING: Self =
        Self { numerator: None, denominator: None, value: None, status: Status::Missing, estimate: false };

    /// Divides; a denominator of zero gives no value, never 0 and never 1.
    ///
    /// ```
    /// use cchc_model::{Measure, Status};
    /// assert_eq!(Measure::ratio(3.0, 4.0).value, Some(0.75));
    /// assert_eq!(Measure::ratio(0.0, 0.0).status, Status::NotApplicable);
    /// ```
    #[must_use]
    pub fn ratio(numerator: f64, denominator: f64) -> Self {
        let applies = denominator != 0.0;
        Self {
            numerator: Some(numerator),
            denominator: Some(denominator),
            value: applies.then(|| numerator / denominator),
            status: if applies { Status::Ok } else { Status::NotApplicable },
            estimate: false,
        }
    }

    /// A count or another figure without numerator and denominator.
    #[must_use]
    pub const fn plain(value: Option<f64>) -> Self {
        Self {
            numerator: None,
            denominator: None,
            value,
            status: if value.is_some() { Status::Ok } else { Status::NotApplicable },
            estimate: false,
        }
    }
}
