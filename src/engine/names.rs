//! What people call units and kinds of units, wherever a request takes a code.

use super::{Engine, EngineError};
use cchc_definitions::fold_word;
use cchc_model::{Resolved, Unit, UnitIndex};

impl Engine {
    /// The code of the unit that a request names by code or by any of its names. Sums (`*`, `*KIND`) stay as they are, but
    /// for the name of the kind.
    ///
    /// # Errors
    /// No unit or several have the name.
    pub fn unit_named(&self, name: &str) -> Result<String, EngineError> {
        match name.strip_prefix('*') {
            Some("") => Ok(name.to_owned()),
            Some(kind) => Ok(format!("*{}", self.kind_named(kind))),
            None => named(self.units(), name).map(|unit| unit.code.clone()),
        }
    }

    /// The group that a request names: a kind of units, or the code of a unit for all units below it; else the word itself,
    /// which is told where the group is looked for.
    #[must_use]
    pub fn group_named(&self, name: &str) -> String {
        let kind = self.kind_named(name);
        if self.units().kinds().contains(&kind.as_str()) {
            return kind;
        }
        match self.units().resolve(name) {
            Resolved::One(unit) => unit.code.clone(),
            _ => name.to_owned(),
        }
    }

    /// The kind of units that a request names by its id or by a word for it; else the word itself.
    #[must_use]
    pub fn kind_named(&self, name: &str) -> String {
        let kinds = &self.definitions().kind_words;
        kinds.get(&fold_word(name)).map_or_else(|| name.to_owned(), Clone::clone)
    }
}

/// The unit that a request names, by code or name.
pub(super) fn named<'a>(units: &'a UnitIndex, name: &str) -> Result<&'a Unit, EngineError> {
    match units.resolve(name) {
        Resolved::One(unit) => Ok(unit),
        Resolved::Several(codes) => {
            let message = format!("'{name}' is the name of several units: {}; give the code", codes.join(", "));
            Err(EngineError::Request(message))
        }
        Resolved::None => {
            let near = units.nearest(name).map_or_else(String::new, |near| format!("; did you mean '{near}'?"));
            Err(EngineError::Request(format!("no unit '{name}'{near}")))
        }
    }
}
