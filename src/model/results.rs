//! The rows of the results: form 06, indicators, rankings, units that have not sent, accounts of files.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Measure, Status};

/// Whose figure it is. Sums have `*` (everything) or `*KIND` as code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnitRef {
    /// Unit code, `*KIND` for the sum over a kind, `*` for every loaded row.
    pub unit_code: String,
    /// Name for people.
    pub unit_name: String,
    /// The unit's kind (department, district, commune …); `None` on the row `*`.
    pub kind: Option<String>,
}

/// One row of form 06: columns 3 to 13 of the statutory table, in dossiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form06Row {
    /// Unit or sum.
    pub unit: UnitRef,
    /// The field, where the form is split by field.
    pub field: Option<String>,
    /// `counts[0]` is c3 … `counts[10]` is c13; a count that may not be told is none.
    pub counts: [Option<i64>; 11],
    /// Whether dossiers of a divided unit are in it, or should be.
    pub estimate: bool,
    /// Whether ready-made counts are in it, in place of dossiers.
    pub stated: bool,
}

/// One indicator of one unit in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorRow {
    /// Unit or sum.
    pub unit: UnitRef,
    /// The period as the user writes it.
    pub period: String,
    /// Indicator id.
    pub indicator: String,
    /// The figure.
    pub measure: Measure,
}

/// Why a unit with a score is listed without a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It lacks too much of what most units of its kind have: the score is provisional.
    Incomplete,
    /// Its denominator is below the smallest that is ranked.
    FewCases,
}

impl Held {
    /// The word used in tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::FewCases => "few_cases",
        }
    }
}

/// Why a unit has another class than its score alone gives, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassReason {
    /// A side condition of the better class does not hold.
    Condition,
    /// What a side condition looks at was not sent: it has no class.
    Unknown,
    /// The better class has no more places.
    Quota,
}

impl ClassReason {
    /// The word used in tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Unknown => "unknown_condition",
            Self::Quota => "quota",
        }
    }
}

/// A criterion or an indicator of an index, by its id and its Vietnamese name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedItem {
    /// Its code or id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// One unit's place in a ranking of its own kind.
#[derive(Debug, Clone, PartialEq)]
pub struct RankRow {
    /// The unit.
    pub unit: UnitRef,
    /// 1-2-2-4 within the kind; `None` if there is nothing to rank.
    pub rank: Option<u32>,
    /// What it is ranked by, at full precision.
    pub score: Option<f64>,
    /// The class of the score, where the index has classes.
    pub class: Option<String>,
    /// Why the class is not the one of the score.
    pub class_reason: Option<ClassReason>,
    /// The group in which the unit is ranked, by its id, where units are ranked by a grouping.
    pub group: Option<String>,
    /// The mean score of the ranked units of its group, or of its kind.
    pub group_mean: Option<f64>,
    /// Whether another unit of the kind has the same rank.
    pub tied: bool,
    /// Rank in the period before.
    pub rank_before: Option<u32>,
    /// Rank in the same period last year.
    pub rank_last_year: Option<u32>,
    /// Score in the period before.
    pub score_before: Option<f64>,
    /// Score in the same period last year.
    pub score_last_year: Option<f64>,
    /// Why the unit has no score, and so no rank.
    pub reason: Option<Status>,
    /// Why the unit has no rank although it has a score.
    pub held: Option<Held>,
    /// The score over the common items alone, where the index is made of items.
    pub score_common: Option<f64>,
    /// The rank by it.
    pub rank_common: Option<u32>,
    /// Common items of the kind that nobody scored for this unit.
    pub lacking: Vec<NamedItem>,
    /// Its newest export does not reach the end of the period.
    pub not_sent: bool,
}

/// A unit whose newest export does not reach the end of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// The unit.
    pub unit: UnitRef,
    /// Day of its newest export, if it ever sent one.
    pub last_export: Option<NaiveDate>,
}

/// One dossier finished late or open after its due date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateDossier {
    /// Resolving unit.
    pub unit: UnitRef,
    /// Dossier code: never a name, never another personal value.
    pub dossier_code: String,
    /// Procedure name.
    pub procedure: Option<String>,
    /// Day received.
    pub received: NaiveDate,
    /// Day due.
    pub due: NaiveDate,
    /// Day finished; `None` while open.
    pub finished: Option<NaiveDate>,
    /// Days after the due date, up to the finish or the end of the period.
    pub days_late: i64,
}

/// How the rows of one imported file were counted. `rows = loaded + updated + duplicate + rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileAccount {
    /// The argument as given plus the path below it.
    pub file: String,
    /// Id of the source definition that fitted; empty if none.
    pub source: String,
    /// Day of export (ISO), if known.
    pub exported_at: Option<String>,
    /// Body rows read.
    pub rows: u64,
    /// Rows new to the store.
    pub loaded: u64,
    /// Rows that replaced an older state.
    pub updated: u64,
    /// Rows that added nothing.
    pub duplicate: u64,
    /// Rows refused.
    pub rejected: u64,
}
