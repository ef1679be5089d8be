//! A fault found in data: where, by which rule, how grave. The sentence for people is made from it later.

use std::borrow::Cow;

use serde::Serialize;

/// How grave a finding is. An error means that a row or a file was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Loaded, but somebody should look.
    Warning,
    /// Refused.
    Error,
}

impl Level {
    /// The word used in tables and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One fault. `value` and `hint` never hold a personal value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// File as the user named it.
    pub file: String,
    /// Sheet, empty where the container has none.
    pub sheet: String,
    /// Row as a spreadsheet numbers it (from 1); 0 for the whole file or sheet.
    pub row: u32,
    /// Rule id, the key of its sentence in `report-templates/messages.toml`: one of the code's, or one that a store keeps.
    pub rule: Cow<'static, str>,
    /// How grave.
    pub level: Level,
    /// Heading of the column, if one is to blame.
    pub column: String,
    /// The offending value, only where it cannot be personal.
    pub value: String,
    /// What would help: the nearest name, the file to edit.
    pub hint: String,
    /// How many times, where one finding is about many rows.
    pub count: u64,
}

impl Finding {
    /// A finding on a whole file; chain the other methods for the rest.
    #[must_use]
    pub fn new(level: Level, rule: &'static str, file: &str) -> Self {
        Self {
            file: file.to_owned(),
            sheet: String::new(),
            row: 0,
            rule: Cow::Borrowed(rule),
            level,
            column: String::new(),
            value: String::new(),
            hint: String::new(),
            count: 1,
        }
    }

    /// Adds sheet and row.
    #[must_use]
    pub fn at(mut self, sheet: &str, row: u32) -> Self {
        sheet.clone_into(&mut self.sheet);
        self.row = row;
        self
    }

    /// Adds the column's heading.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = column.into();
        self
    }

    /// Adds the offending value; the caller makes sure that it is not personal.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Adds what would help.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Adds how many rows it is about.
    #[must_use]
    pub const fn count(mut self, count: u64) -> Self {
        self.count = count;
        self
    }
}
