//! All the data that a report is built from, gathered by the caller: nothing is read later.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};

use cchc_definitions::{Composite, Display, PointsIndex};
use cchc_indices::{Composed, Gap, Scorecards, SetAside};
use cchc_model::{FileAccount, Form06Row, IndicatorRow, LateDossier, Level, NotSent, Period, Policies, RankRow};

use super::Template;

/// Everything a report says, in plain values; every list is printed in the order given.
#[derive(Debug, Clone)]
pub struct ReportInput {
    /// Name of the province as written in `units.csv`.
    pub province_name: String,
    /// Who issues the report, for form 06 and the document's properties.
    pub reporting_unit: String,
    /// The period that it is about.
    pub period: Period,
    /// The period before.
    pub before: Period,
    /// The same period last year.
    pub last_year: Period,
    /// Years of the period without a calendar: working days are unknown in them.
    pub unknown_years: Vec<i32>,
    /// Policies in force.
    pub policies: Policies,
    /// What `--units-as-of` makes of the units, if figures are counted for those of another day.
    pub carried: Option<Carried>,
    /// Number of the workspace version that was read.
    pub data_version: u64,
    /// Time of that version: the only time in the report.
    pub data_time: NaiveDateTime,
    /// What was imported so far.
    pub counts: Counts,
    /// Form 06 by unit, with the sums `*KIND` and `*`.
    pub form06: Vec<Form06Row>,
    /// Indicators of the period, of the one before and of last year, at full precision, distinguished by `period`.
    pub indicators: Vec<IndicatorRow>,
    /// What the indicators mean, in display order.
    pub definitions: Vec<IndicatorInfo>,
    /// Rankings, each with the rows of all kinds, in the order of their places.
    pub rankings: Vec<Ranking>,
    /// Late and overdue dossiers.
    pub late: Vec<LateDossier>,
    /// Units whose newest export does not reach the end of the period.
    pub not_sent: Vec<NotSent>,
    /// Imported files.
    pub files: Vec<FileAccount>,
    /// Findings by rule.
    pub findings_by_rule: Vec<RuleCount>,
    /// Kinds of units as (kind, Vietnamese plural), in display order.
    pub kinds: Vec<(String, String)>,
    /// What appears where, and in which words.
    pub template: Template,
}

/// The units of another day, for which figures are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The day.
    pub date: NaiveDate,
    /// Codes of the units that neither exist on that day nor have a successor on it.
    pub left_behind: BTreeSet<String>,
}

/// What was imported. `rows = loaded + updated + duplicate + rejected`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Dossiers stored now.
    pub dossiers: u64,
    /// Files read.
    pub files: u64,
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

/// What an indicator means and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorInfo {
    /// Id.
    pub id: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// One sentence on what it says.
    pub meaning: String,
    /// Id of its theme; indicators of one theme share a sheet.
    pub group: String,
    /// Vietnamese title of the theme.
    pub group_title: String,
    /// What it is counted in.
    pub unit: FigureUnit,
    /// How it is rounded for people.
    pub display: Display,
    /// Whether more is better.
    pub higher_is_better: bool,
    /// Its legal basis with the tag of the source.
    pub legal_basis: String,
    /// How it is computed, for people or as SQL.
    pub formula: String,
    /// The fact table it reads.
    pub table: String,
    /// Whether its rows belong to a period; what does not cannot be compared with the past.
    pub dated: bool,
}

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureUnit {
    /// A share 0–1.
    Rate,
    /// Days.
    Days,
    /// Working hours.
    Hours,
    /// Dossiers or other things counted.
    Count,
    /// Points of an index, or a figure without a unit.
    Points,
}

impl FigureUnit {
    /// The unit that a definition names; a word it does not know is a figure without a unit.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "rate" => Self::Rate,
            "days" => Self::Days,
            "hours" => Self::Hours,
            "count" => Self::Count,
            _ => Self::Points,
        }
    }
}

/// One ranking of all kinds, each kind among its own.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// Id of the index.
    pub index_id: String,
    /// Its Vietnamese title.
    pub title: String,
    /// The indicator whose value is the score, if the index is that simple.
    pub basis: Option<String>,
    /// What the score is counted in.
    pub unit: FigureUnit,
    /// How scores are rounded for people.
    pub display: Display,
    /// Whether a greater score is better.
    pub higher_is_better: bool,
    /// Its legal basis with the tag of the source.
    pub legal_basis: String,
    /// Whether the index and all its rules were read in a published regulation.
    pub is_published: bool,
    /// Rows of all kinds, their scores at full precision.
    pub rows: Vec<RankRow>,
    /// What the scores are made of.
    pub makeup: Makeup,
    /// Kinds that a composite index cannot score.
    pub set_aside: Vec<SetAside>,
    /// Figures that a kind lacks, where hardly any unit has them or nobody is ranked for want of them.
    pub gaps: Vec<Gap>,
    /// Vietnamese names of the indicators that its rules read, by id.
    pub inputs: BTreeMap<String, String>,
    /// Whose scorecards are requested.
    pub cards: Cards,
}

impl Ranking {
    /// Whether the card of a unit is requested, and there is one.
    #[must_use]
    pub fn has_card_of(&self, unit_code: &str) -> bool {
        let Some(row) = self.rows.iter().find(|row| row.unit.unit_code == unit_code) else { return false };
        self.cards.holds(unit_code)
            && match &self.makeup {
                Makeup::Indicator => false,
                Makeup::Points(..) => true,
                Makeup::Composite(_, kinds) => kinds.iter().any(|(kind, _)| row.unit.kind.as_ref() == Some(kind)),
            }
    }
}

impl ReportInput {
    /// Units whose scorecards are requested and that no index has one of, by code.
    #[must_use]
    pub fn without_card(&self) -> Vec<&str> {
        let requested = self.rankings.iter().filter_map(|ranking| match &ranking.cards {
            Cards::Of(codes) => Some(codes),
            Cards::None | Cards::All => None,
        });
        let has_card = |code: &&str| self.rankings.iter().any(|ranking| ranking.has_card_of(code));
        let mut codes: Vec<&str> = requested.flatten().map(String::as_str).filter(|code| !has_card(code)).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

/// What the scores of a ranking are made of.
#[derive(Debug, Clone)]
pub enum Makeup {
    /// The value of one indicator.
    Indicator,
    /// Points by rules.
    Points(Box<PointsIndex>, Box<Scorecards>),
    /// Scaled and weighed values, each kind of unit by itself.
    Composite(Box<Composite>, Vec<(String, Composed)>),
}

/// Units whose scorecards are requested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Cards {
    /// None.
    #[default]
    None,
    /// Those of all units.
    All,
    /// Those of some units, by code.
    Of(Vec<String>),
}

impl Cards {
    /// Whether the card of a unit is requested.
    #[must_use]
    pub fn holds(&self, unit_code: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Of(codes) => codes.iter().any(|code| code == unit_code),
        }
    }
}

/// How often a rule found a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    /// Rule id.
    pub rule: String,
    /// How grave.
    pub level: Level,
    /// The Vietnamese sentence.
    pub sentence: String,
    /// How many times.
    pub count: u64,
}
