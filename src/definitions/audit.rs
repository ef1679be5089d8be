//! Rules of `audit/`: patterns that flatter figures, each a question in two languages, a threshold, and SQL that finds them.

use serde::Deserialize;

use super::{Fault, Files, Language, parse_toml};

/// A pattern that is asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRule {
    /// Its id: the name of the file.
    pub id: String,
    /// The file, below `queries/`.
    pub file: String,
    /// The question in Vietnamese, with `{unit}`, `{count}` and `{of}` in it.
    pub question_vi: String,
    /// The question in English.
    pub question_en: String,
    /// Columns without which nothing can be said, as `table.column`.
    pub needs: Vec<(String, String)>,
    /// From which share of what was looked at the question is asked.
    pub threshold: f64,
    /// From how many cases it is asked.
    pub fewest: u32,
    /// One row for each case that is looked at: `unit_code`, `code`, `asked`.
    pub sql: String,
}

impl AuditRule {
    /// The question in a language.
    #[must_use]
    pub fn question(&self, language: Language) -> &str {
        match language {
            Language::Vi => &self.question_vi,
            Language::En => &self.question_en,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    question_vi: String,
    question_en: String,
    needs: Vec<String>,
    threshold: f64,
    fewest: u32,
    sql: String,
}

/// Reads every file of `audit/`, in the order of their names.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> Vec<AuditRule> {
    let mut rules = Vec::new();
    for (path, text) in files.below("audit/", "toml") {
        let Some(raw) = parse_toml::<Raw>(path, text, faults) else { continue };
        let mut fault = |key: &str, message: String| {
            faults.push(Fault { file: path.to_owned(), key: key.to_owned(), message });
        };
        if !(raw.threshold > 0.0 && raw.threshold <= 1.0) {
            fault("threshold", format!("{} is no share above 0 and up to 1", raw.threshold));
        }
        if raw.fewest == 0 {
            fault("fewest", "is 0; a question is asked of one case at least".to_owned());
        }
        let mut needs = Vec::new();
        for need in &raw.needs {
            match need.split_once('.') {
                Some((table, column)) => needs.push((table.to_owned(), column.to_owned())),
                None => fault("needs", format!("'{need}' names no column; write \"dossiers.due_at\"")),
            }
        }
        let id = path.trim_start_matches("audit/").trim_end_matches(".toml").to_owned();
        rules.push(AuditRule {
            id,
            file: path.to_owned(),
            question_vi: raw.question_vi,
            question_en: raw.question_en,
            needs,
            threshold: raw.threshold,
            fewest: raw.fewest,
            sql: raw.sql,
        });
    }
    rules
}
