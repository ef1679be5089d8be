//! Why a question in SQL is refused or was ended: the limit that it went beyond, or what it may not use.

use std::fmt;

use serde::{Deserialize, Serialize};

use cchc_definitions::{Language, Wording};
use cchc_store::StoreError;

/// A question that the gate refuses, or that was ended while it ran. The number of a limit is the most there may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// KiB of the text.
    Length(usize),
    /// Words, numbers and signs of the text.
    Words(usize),
    /// Brackets and parts within each other.
    Depth(usize),
    /// Operations: AND, OR, comparisons, sums and the like.
    Operations(usize),
    /// UNION, INTERSECT and EXCEPT.
    Unions(usize),
    /// Steps of the plan, with those of every part that is read more than once.
    Steps(usize),
    /// A statement that is no question.
    Statement(String),
    /// A step that is not allowed.
    Step(String),
    /// A function that is not allowed.
    Function(String),
    /// A table that is not allowed.
    Table(String),
    /// A table that does not exist: its name, and those that do.
    NoTable {
        /// What was asked for.
        name: String,
        /// The tables, in their order.
        tables: Vec<String>,
    },
    /// A definition asks a question of its own.
    Subquery,
    /// Seconds.
    Seconds(u64),
    /// MiB of memory.
    Memory(u64),
    /// MiB of the answer.
    Result(u64),
    /// Cells of an answer that is laid out whole.
    Cells(u64),
    /// A whole number went beyond 64 bits.
    Overflow,
    /// The process that computed it ended without a word.
    Crashed,
}

/// A question that does not pass the gate.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// It goes beyond a limit, or uses what it may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It does not plan.
    #[error(transparent)]
    Engine(#[from] StoreError),
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Language::En))
    }
}

impl Refusal {
    /// What is wrong and what to do.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        if let Self::NoTable { name, tables } = self {
            let tables = tables.join(", ");
            return Wording::shipped().fill("sql", "no_table", language, &[("what", name), ("tables", &tables)]);
        }
        let (key, value) = self.parts();
        Wording::shipped().fill("sql", key, language, &[("most", &value), ("what", &value)])
    }

    fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Length(most) => ("length", most.to_string()),
            Self::Words(most) => ("words", most.to_string()),
            Self::Depth(most) => ("depth", most.to_string()),
            Self::Operations(most) => ("operations", most.to_string()),
            Self::Unions(most) => ("unions", most.to_string()),
            Self::Steps(most) => ("steps", most.to_string()),
            Self::Statement(what) => ("statement", what.clone()),
            Self::Step(what) => ("step", what.clone()),
            Self::Function(what) => ("function", what.clone()),
            Self::Table(what) => ("table", what.clone()),
            Self::NoTable { name, .. } => ("no_table", name.clone()),
            Self::Subquery => ("subquery", String::new()),
            Self::Seconds(most) => ("seconds", most.to_string()),
            Self::Memory(most) => ("memory", most.to_string()),
            Self::Result(most) => ("result", most.to_string()),
            Self::Cells(most) => ("cells", most.to_string()),
            Self::Overflow => ("overflow", String::new()),
            Self::Crashed => ("crashed", String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_sentence_in_both_languages_with_its_value() {
        let all = [
            Refusal::Length(7),
            Refusal::Words(7),
            Refusal::Depth(7),
            Refusal::Operations(7),
            Refusal::Unions(7),
            Refusal::Steps(7),
            Refusal::Statement("7".into()),
            Refusal::Step("7".into()),
            Refusal::Function("7".into()),
            Refusal::Table("7".into()),
            Refusal::NoTable { name: "7".into(), tables: vec!["dossiers".into()] },
            Refusal::Seconds(7),
            Refusal::Memory(7),
            Refusal::Result(7),
            Refusal::Cells(7),
        ];
        for language in [Language::Vi, Language::En] {
            for one in &all {
                assert!(one.sentence(language).contains('7'), "{one:?}: {}", one.sentence(language));
            }
            for one in [Refusal::Subquery, Refusal::Overflow, Refusal::Crashed] {
                assert!(one.sentence(language).contains(' '), "{one:?}: {}", one.sentence(language));
            }
        }
    }
}
