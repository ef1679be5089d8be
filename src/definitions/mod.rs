//! Loads and checks `queries/` and `report-templates/` (embedded, overlaid by a workspace), all faults at once.

mod audit;
mod calendar;
mod catalogue;
mod chains;
pub mod dates;
mod declared;
mod declared_figures;
mod derived;
mod files;
mod groupings;
pub mod index;
mod index_sheet;
mod indicator;
mod layout;
mod layout_file;
mod messages;
mod official;
mod own_files;
mod persons;
mod proposal;
mod reading_words;
mod sentences;
mod source;
mod source_file;
mod source_tags;
mod stated;
mod unit_kinds;
mod wording;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use cchc_model::{Mask, Period};

pub use audit::AuditRule;
pub use calendar::{Calendar, CalendarDay};
pub use catalogue::{DefinitionFile, definition_files, shipped_text, unfinished_sources};
pub use declared_figures::{DeclaredFigure, DeclaredFigures, DeclaredShare, FigureKind, FigureRole, Measure};
pub use derived::{Against, Bounds, Derived, Expressed, Sums};
pub use files::{Files, Origin, TEMPLATES, template_text};
pub use groupings::{Grouping, UnitGroup};
pub use index::IndexDef;
pub use index::classes::{Class, Quota, QuotaRounding};
pub use index::composite::Composite;
pub use index::conditions::{Condition, Read, Step};
pub use index::costs::Costs;
pub use index::exemptions::Exemption;
pub use index::formula::Formula;
pub use index::points::{Item, Layer, MissingPoints, NotApplicable, PointsIndex, Role, Sheets, ZeroPoints};
pub use index::robustness::Robustness;
pub use index::rule::{Among, Rule, Tier};
pub use index_sheet::{RuleWords, SheetHeadings, SheetWords};
pub use indicator::{Aggregate, Direction, Display, Group, Indicator, Rounding, Rows};
pub use layout::{Figure, Fold, Given, Layout, MOST_HEADING_ROWS, Mark, SkipKind, SkipRows, Tried, Wide, WideCells};
pub use messages::{Language, Messages};
pub use official::{Crosswalk, CrosswalkRow, OfficialUnit, OfficialUnits, Spellings, Structure, UnitType, is_number};
pub use own_files::text as own_text;
pub use persons::shipped_mask;
pub use proposal::{KnownColumn, KnownSource, PersonalSigns, ProposalHints};
pub use reading_words::{
    CorrectedHeadings, ExportDayWords, HeadingWords, NumberWords, PeriodWords, ReadingWords, RowWords,
};
pub use sentences::Sentences;
pub use source::{Covers, SourceColumn, SourceDef, Unknown, fold_word};
pub use source_tags::SourceTags;
pub use stated::StatedParts;
pub use wording::{Bilingual, Wording, fill};

/// One fault of a definition file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as a path below `queries/`.
    pub file: String,
    /// The key or table with the fault, if known.
    pub key: String,
    /// What is wrong, with the nearest valid name where one is near.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.file, self.message)
        } else {
            write!(f, "{}: {}: {}", self.file, self.key, self.message)
        }
    }
}

/// Everything that is data and not code.
#[derive(Debug, Clone)]
pub struct Definitions {
    /// How exports map to tables, by id.
    pub sources: Vec<SourceDef>,
    /// Shared dictionaries: folded word → code, by dictionary name.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// All indicators in file order.
    pub indicators: Vec<Indicator>,
    /// Indicators that are not listed, only found by their id: declared figures that nobody declared or defined.
    pub unlisted: Vec<Indicator>,
    /// What units call the figures that they declare.
    pub declared: DeclaredFigures,
    /// Themes of the indicators, in the order of their files.
    pub groups: Vec<Group>,
    /// What units can be ranked by.
    pub indices: Vec<IndexDef>,
    /// Composite indices, every version of each.
    pub composites: Vec<Composite>,
    /// Indices of points, every version of each.
    pub points: Vec<PointsIndex>,
    /// Groupings of units in which results are published.
    pub groupings: Vec<Grouping>,
    /// Days off and worked Saturdays.
    pub calendar: Calendar,
    /// Patterns that flatter figures, by id.
    pub audit: Vec<AuditRule>,
    /// Ready questions: name → SQL.
    pub saved: BTreeMap<String, String>,
    /// How criteria sheets read as definitions.
    pub index_sheet: SheetWords,
    /// Marks by which a source note says whether its rule was read in a published regulation.
    pub source_tags: SourceTags,
    /// Sentences for findings.
    pub messages: Messages,
    /// Sentences for people outside reports.
    pub wording: Wording,
    /// Indicator → the ready-made counts that give it.
    pub stated: BTreeMap<String, StatedParts>,
    /// What proposed sources are made from.
    pub proposal: ProposalHints,
    /// Words that the reader looks for in exports.
    pub reading: ReadingWords,
    /// What is masked wherever it is shown: names of persons, their numbers.
    pub mask: Mask,
    /// Titles of the unit kinds, in the order of reports: kind → plural title.
    pub kinds: Vec<(String, String)>,
    /// Folded word for a kind of units, its title among them → kind.
    pub kind_words: BTreeMap<String, String>,
    /// Title of all units together.
    pub all_units: String,
}

impl Definitions {
    /// Loads the embedded definitions, overlaid by `overlay/queries` where a workspace is given.
    ///
    /// # Errors
    /// All faults found in any file.
    pub fn load(overlay: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let files = Files::load(overlay, &mut faults);
        let words = source_file::parse_words(&files, &mut faults);
        let (groups, indicators) = indicator::parse(&files, &mut faults);
        let index::Indices { by_indicator: indices, composites, points } =
            index::parse(&files, &indicators, &mut faults);
        let groupings = groupings::parse(&files, &mut faults);
        index::check_groupings(&points, &groupings, &mut faults);
        let kinds = unit_kinds::parse(&files, &mut faults);
        let saved = files
            .below("saved/", "sql")
            .map(|(path, text)| (path["saved/".len()..path.len() - ".sql".len()].to_owned(), text.to_owned()))
            .collect();
        let ids: Vec<&str> = indicators.iter().map(|one| one.id.as_str()).collect();
        let stated = stated::parse(&files, &ids, &mut faults);
        let definitions = Self {
            stated,
            sources: source_file::parse(&files, &words, &mut faults),
            words,
            indicators,
            unlisted: Vec::new(),
            groups,
            indices,
            composites,
            points,
            groupings,
            calendar: calendar::parse(&files, &mut faults),
            audit: audit::parse(&files, &mut faults),
            saved,
            index_sheet: index_sheet::parse(&files, &mut faults),
            source_tags: source_tags::parse(&files, &mut faults),
            messages: Messages::load(overlay, &mut faults),
            wording: Wording::load(overlay, &mut faults),
            proposal: proposal::parse(&files, &mut faults),
            reading: reading_words::parse(&files, &mut faults),
            declared: declared_figures::parse(&files, &mut faults),
            mask: persons::parse(&files, &mut faults),
            kinds: kinds.titles,
            kind_words: kinds.words,
            all_units: kinds.all,
        };
        if let Err(message) = Sentences::load(overlay) {
            faults.push(Fault { file: sentences::FILE.to_owned(), key: String::new(), message });
        }
        faults.sort();
        if faults.is_empty() { Ok(definitions) } else { Err(faults) }
    }

    /// A source definition from outside `queries/sources/`, by its text.
    pub fn source_of(&self, id: &str, text: &str) -> Result<SourceDef, Vec<Fault>> {
        let mut faults = Vec::new();
        let parsed = source_file::parse_one(&format!("sources/{id}.toml"), text, &self.words, &mut faults);
        parsed.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The index of points that a file of this path and text would define.
    pub fn index_of(&self, path: &str, text: &str) -> Result<PointsIndex, Vec<Fault>> {
        let known: Vec<&str> = self.indicators.iter().map(|indicator| indicator.id.as_str()).collect();
        PointsIndex::parse(path, text, &known)
    }

    /// Faults of the index that a file of this path and text would define, beside all others.
    #[must_use]
    pub fn index_faults(&self, overlay: Option<&Path>, path: &str, text: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let files = Files::load(overlay, &mut faults).with(path, text);
        index::parse(&files, &self.indicators, &mut faults);
        faults.retain(|fault| fault.file == path);
        faults
    }

    /// The indicator of that id as it is in force in a period.
    #[must_use]
    pub fn indicator(&self, id: &str, period: &Period) -> Option<&Indicator> {
        self.all_indicators().find(|indicator| indicator.id == id && indicator.is_valid(period))
    }

    /// All indicators in force in a period.
    pub fn indicators_in<'a>(&'a self, period: &'a Period) -> impl Iterator<Item = &'a Indicator> {
        self.indicators.iter().filter(|indicator| indicator.is_valid(period))
    }

    /// The version of a composite index in force on a day.
    #[must_use]
    pub fn composite(&self, id: &str, day: NaiveDate) -> Option<&Composite> {
        self.composites.iter().find(|index| index.head.id == id && index.head.is_valid(day))
    }

    /// The index of points of that id as it is in force on a day.
    #[must_use]
    pub fn points_index(&self, id: &str, day: NaiveDate) -> Option<&PointsIndex> {
        self.points.iter().find(|index| index.head.id == id && index.head.is_valid(day))
    }

    /// The grouping of that id.
    #[must_use]
    pub fn grouping(&self, id: &str) -> Option<&Grouping> {
        self.groupings.iter().find(|grouping| grouping.id == id)
    }

    /// The index of that id; an indicator's own id is an index too.
    #[must_use]
    pub fn index(&self, id: &str) -> Option<IndexDef> {
        self.indices.iter().find(|index| index.id == id).cloned().or_else(|| {
            let indicator = self.all_indicators().find(|indicator| indicator.id == id)?;
            Some(IndexDef {
                id: id.to_owned(),
                name_vi: indicator.name_vi.clone(),
                name_en: indicator.name_en.clone(),
                indicator: id.to_owned(),
                smallest: None,
            })
        })
    }
}

/// The workspace's own text of a template's file; what cannot be read is a fault.
fn own_template(overlay: Option<&Path>, name: &str, faults: &mut Vec<Fault>) -> Option<String> {
    match own_files::text(&overlay?.join("report-templates").join(name)) {
        Ok(text) => text,
        Err(error) => {
            let file = format!("report-templates/{name}");
            faults.push(Fault { file, key: String::new(), message: error.to_string() });
            None
        }
    }
}

/// Whether two spans of days share a day; an absent end is open.
fn overlap(left: index::Days, right: index::Days) -> bool {
    let before = |end: Option<NaiveDate>, start: Option<NaiveDate>| matches!((end, start), (Some(end), Some(start)) if end < start);
    !before(left.1, right.0) && !before(right.1, left.0)
}

/// Of `candidates` the one most like `word`, as words to append to a message.
#[must_use]
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |near| format!("; did you mean '{near}'?"))
}

/// Of `candidates` the one most like `word`, if any is like it at all.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

/// Letters of one text of a definition: a cell of a workbook holds 32.767.
const LONGEST_TEXT: usize = 10_000;

/// What is wrong with a TOML file whose texts are too long for any sheet; nothing if it is none.
#[must_use]
pub fn too_long_text(text: &str) -> Option<String> {
    // Most files are shorter than one such text.
    let table: toml::Table = (text.len() > LONGEST_TEXT).then(|| text.parse().ok()).flatten()?;
    let mut open: Vec<(&String, &toml::Value)> = table.iter().collect();
    while let Some((key, value)) = open.pop() {
        match value {
            toml::Value::String(text) if text.chars().count() > LONGEST_TEXT => {
                return Some(format!("{key} has more than {LONGEST_TEXT} letters, too many for a cell of a workbook"));
            }
            toml::Value::Array(list) => open.extend(list.iter().map(|inner| (key, inner))),
            toml::Value::Table(table) => open.extend(table),
            _ => {}
        }
    }
    None
}

/// Parses one TOML file into `T`; a fault names the place and the nearest valid key.
fn parse_toml<T: serde::de::DeserializeOwned>(file: &str, text: &str, faults: &mut Vec<Fault>) -> Option<T> {
    match toml::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            let key = error.span().map_or_else(String::new, |span| {
                format!("line {}", text[..span.start.min(text.len())].lines().count().max(1))
            });
            faults.push(Fault { file: file.to_owned(), key, message: explain(error.message()) });
            None
        }
    }
}

/// serde lists the valid keys of an unknown one; the nearest is named first.
fn explain(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let hint = match (message.starts_with("unknown"), quoted.next()) {
        (true, Some(unknown)) => did_you_mean(unknown, quoted),
        _ => String::new(),
    };
    format!("{message}{hint}")
}
