//! The named choices where the rules leave room; each is printed with every figure that it touches.

use super::UnitsAsOf;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How a dossier without a due date counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum MissingDue {
    /// On time, as form 06 does.
    #[default]
    AsOnTime,
    /// Outside the rates; form 06 stays whole.
    Exclude,
    /// Due after the statutory limit of the catalogue, in working days.
    FromStatutoryLimit,
}

/// What a pause for a supplement does to the due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Pause {
    /// Nothing: the exported due date holds.
    #[default]
    AsExported,
    /// The due date moves by the working days of the pauses.
    Subtract,
    /// The whole limit starts again after the last pause (NĐ 61/2018 `[k]`).
    Restart,
}

/// Whether late means after the due day or after the due minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Compare {
    /// By day.
    #[default]
    Date,
    /// By day and time.
    Time,
}

/// What happens to a dossier that ended before it was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum FinishedBeforeReceived {
    /// The row is refused.
    #[default]
    Reject,
    /// The row is loaded with a warning and counts as finished on the day it was received.
    Warn,
}

/// What happens to a file in which a spreadsheet program has swapped day and month of some dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum MixedDates {
    /// The file is refused.
    #[default]
    Refuse,
    /// Day and month of these dates are swapped back, with a warning.
    Swap,
}

/// How a withdrawn dossier counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Withdrawn {
    /// By its dates, like any other.
    #[default]
    ByDates,
    /// Always on time.
    OnTime,
}

/// Ready-made counts of one unit and period that differ, as of two systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum SameUnit {
    /// None is used, and all are told.
    #[default]
    Refuse,
    /// They add up: each file counts other dossiers.
    Add,
    /// The one of the newest export.
    Newest,
}

/// What becomes of a due day on which nobody works: a weekend, a holiday, a day swapped for a worked Saturday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum DueOnDayOff {
    /// It holds as it is written.
    #[default]
    AsWritten,
    /// It becomes the whole next working day (Bộ luật Dân sự 2015, điều 148, khoản 5 và 6 `[k]`).
    NextWorkingDay,
}

/// How small counts are kept from being told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Disclosure {
    /// They are hidden, and with them as many others as keep them from being worked out.
    #[default]
    Suppress,
    /// All counts are rounded to a multiple of five.
    Round5,
}

/// All policies of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policies {
    /// No due date.
    pub missing_due: MissingDue,
    /// Pauses.
    pub pause: Pause,
    /// Day or minute.
    pub compare: Compare,
    /// Impossible order of dates.
    pub finished_before_received: FinishedBeforeReceived,
    /// Withdrawn dossiers.
    pub withdrawn: Withdrawn,
    /// Due days off.
    pub due_on_day_off: DueOnDayOff,
    /// For the units of which day dossiers count.
    pub units_as_of: UnitsAsOf,
    /// Counts from 1 to one less are not told; 0 tells all.
    pub suppress_below: u32,
    /// How they are kept from being told.
    #[serde(skip_serializing_if = "is_default")]
    pub disclosure: Disclosure,
    /// Counts of one unit and period that differ.
    #[serde(skip_serializing_if = "is_default")]
    pub same_unit: SameUnit,
    /// Smallest denominator with which a unit is ranked, where an index does not set its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smallest: Option<u32>,
    /// The smallest denominator asked for with one question: it goes before that of the index.
    #[serde(skip)]
    pub smallest_asked: Option<u32>,
}

/// The smallest count that anything public tells.
pub const PUBLIC_BELOW: u32 = 5;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_default<T: Default + PartialEq>(choice: &T) -> bool {
    *choice == T::default()
}

impl Policies {
    /// Whether small counts are kept from being told.
    #[must_use]
    pub const fn protects(&self) -> bool {
        self.suppress_below > 0 || matches!(self.disclosure, Disclosure::Round5)
    }

    /// The same for something public: five is the smallest count told, unless the policies are stricter.
    #[must_use]
    pub fn public(self) -> Self {
        Self { suppress_below: self.suppress_below.max(PUBLIC_BELOW), ..self }
    }
}
