//! Names in files that no import could resolve to a unit, and the units that they may mean.

use std::collections::{BTreeMap, BTreeSet};

use super::{Engine, EngineError};
use cchc_model::{Resolved, is_masked};
use cchc_store::questions;

/// Suggestions for each name.
const MOST: usize = 3;

/// All names, and how many rows have a name that is not kept.
#[derive(Debug, Clone, Default)]
pub struct UnknownNames {
    /// By name.
    pub names: Vec<UnknownName>,
    /// Rows whose name is not kept, since it may be a person's.
    pub unnamed_rows: i64,
}

/// One name that means no unit or several, in open findings of the newest import of each file.
#[derive(Debug, Clone)]
pub struct UnknownName {
    /// As files write it.
    pub name: String,
    /// Rows refused for it.
    pub refused: i64,
    /// Rows whose cell was left empty for it.
    pub left_empty: i64,
    /// Files that hold it.
    pub files: BTreeSet<String>,
    /// What it may mean.
    pub meaning: UnknownMeaning,
}

/// What an unknown name may mean.
#[derive(Debug, Clone)]
pub enum UnknownMeaning {
    /// Several units have it: code and name of each.
    Several(Vec<(String, String)>),
    /// No unit has it; the most similar units first.
    Like(Vec<Suggestion>),
}

/// A unit with a similar name.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How similar, from 0 to 1.
    pub likeness: f64,
    /// Whether only the spelling differs.
    pub same_sound: bool,
}

/// Rows and files of a name.
#[derive(Default)]
struct Uses {
    refused: i64,
    left_empty: i64,
    files: BTreeSet<String>,
}

impl Engine {
    /// Every name that imports could not resolve and that still means no unit or several.
    pub async fn unknown_names(&self) -> Result<UnknownNames, EngineError> {
        let (mut uses, mut unnamed_rows) = (BTreeMap::<String, Uses>::new(), 0);
        for found in questions::unresolved_names(&self.question()?.session).await? {
            if found.name.is_empty() {
                unnamed_rows += found.rows;
                continue;
            }
            let uses = uses.entry(found.name).or_default();
            if found.rule.contains("receiving") {
                uses.left_empty += found.rows;
            } else {
                uses.refused += found.rows;
            }
            uses.files.insert(found.file);
        }
        let name = |(name, uses): (String, Uses)| {
            let meaning = self.unknown_meaning(&name)?;
            let Uses { refused, left_empty, files } = uses;
            Some(UnknownName { name, refused, left_empty, files, meaning })
        };
        Ok(UnknownNames { names: uses.into_iter().filter_map(name).collect(), unnamed_rows })
    }

    /// None for a name that means one unit by now.
    fn unknown_meaning(&self, name: &str) -> Option<UnknownMeaning> {
        match self.units().resolve(name) {
            Resolved::One(_) => None,
            Resolved::Several(codes) => {
                let units = codes.iter().filter_map(|code| self.units().by_code(code));
                Some(UnknownMeaning::Several(units.map(|unit| (unit.code.clone(), unit.name.clone())).collect()))
            }
            // A masked name is like no unit.
            Resolved::None if is_masked(name) => Some(UnknownMeaning::Like(Vec::new())),
            Resolved::None => {
                let suggestions = self.units().suggest(name, MOST).into_iter().map(|one| Suggestion {
                    code: one.unit.code.clone(),
                    name: one.unit.name.clone(),
                    likeness: one.likeness.share,
                    same_sound: one.likeness.same_sound,
                });
                Some(UnknownMeaning::Like(suggestions.collect()))
            }
        }
    }
}
