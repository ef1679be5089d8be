//! For the units of which day figures count: a named choice, or a day.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// For the units of which day dossiers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum UnitsAsOf {
    /// Those in force on the last day of the period.
    #[default]
    PeriodEnd,
    /// Those that the dossiers name.
    AsReceived,
    /// Those of a day.
    Day(NaiveDate),
}

impl UnitsAsOf {
    /// The day whose units figures of a period ending on `end` count for; none where dossiers stay with the units they name.
    #[must_use]
    pub const fn day(self, end: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::PeriodEnd => Some(end),
            Self::AsReceived => None,
            Self::Day(day) => Some(day),
        }
    }
}

impl fmt::Display for UnitsAsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeriodEnd => f.write_str("period_end"),
            Self::AsReceived => f.write_str("as_received"),
            Self::Day(day) => write!(f, "{day}"),
        }
    }
}

impl FromStr for UnitsAsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "period_end" => Ok(Self::PeriodEnd),
            "as_received" => Ok(Self::AsReceived),
            _ => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map(Self::Day)
                .map_err(|_| format!("'{text}' is neither period_end, nor as_received, nor a day; write 2025-07-01")),
        }
    }
}

impl From<UnitsAsOf> for String {
    fn from(choice: UnitsAsOf) -> Self {
        choice.to_string()
    }
}

impl TryFrom<String> for UnitsAsOf {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
