//! Tells columns of yes and blank: whoever marks only the yes leaves it open whether a blank is a no.

use super::columns::{Normaliser, Typed};
use cchc_definitions::SourceColumn;
use cchc_model::{Finding, Kind, Level};

/// What a yes/no column has said so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Answers {
    yes: u64,
    no: u64,
    blank: u64,
    first_blank: u32,
}

/// Whether a column says yes or no: true or false, or codes of which one is 0.
pub(super) fn is_yes_no(column: &SourceColumn) -> bool {
    let is_coded = column.words.keys().any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    match column.kind {
        Kind::Bool => true,
        Kind::Int => is_coded && column.words.values().any(|value| value == "0"),
        _ => false,
    }
}

impl Answers {
    /// Counts one batch.
    pub(super) fn see(&mut self, typed: &Typed, rows: &[u32]) {
        match typed {
            Typed::Bool(values) => values.iter().zip(rows).for_each(|(value, row)| self.count(*value, *row)),
            Typed::Int(values) => {
                values.iter().zip(rows).for_each(|(value, row)| self.count(value.map(|value| value != 0), *row));
            }
            _ => {}
        }
    }

    fn count(&mut self, value: Option<bool>, row: u32) {
        match value {
            Some(true) => self.yes += 1,
            Some(false) => self.no += 1,
            None => {
                if self.blank == 0 {
                    self.first_blank = row;
                }
                self.blank += 1;
            }
        }
    }
}

impl Normaliser<'_> {
    /// A warning for each column whose share would be 100 % by leaving out the blanks.
    pub(super) fn only_yes(&self) -> impl Iterator<Item = Finding> {
        self.answers
            .iter()
            .zip(&self.headings)
            .filter(|(answers, _)| {
                answers.is_some_and(|answers| answers.yes > 0 && answers.no == 0 && answers.blank > 0)
            })
            .filter_map(|(answers, heading)| {
                let answers = (*answers)?;
                Some(
                    Finding::new(Level::Warning, "only_yes", self.file)
                        .at(&self.sheet, answers.first_blank)
                        .column(heading)
                        .value(answers.yes.to_string())
                        .hint(format!("queries/sources/{}.toml", self.source.id))
                        .count(answers.blank),
                )
            })
    }
}
