//! Gathers the warnings of a sheet, whose rows are loaded all the same: one finding per rule, column and value.

use std::collections::BTreeMap;

use crate::answers::Answers;
use crate::lost_zeros::CodeLengths;
use crate::sheet::SheetFacts;
use cchc_definitions::SourceDef;
use cchc_model::{Finding, Level};

/// The warnings of one sheet, over all its batches.
pub(super) struct Warnings {
    /// By rule, column and value.
    counted: BTreeMap<(&'static str, String, String), Counted>,
    /// Records left out of rows that were loaded, in the same way.
    left_out: BTreeMap<(&'static str, String, String), Counted>,
    /// The answers of the yes/no columns, for each column of the source.
    answers: Vec<Option<Answers>>,
    /// How long the codes of digits are.
    pub codes: CodeLengths,
}

/// How often a warning occurred.
struct Counted {
    /// The row of the sheet in which it occurred first.
    row: u32,
    count: u64,
    /// The example shown, from that row.
    hint: String,
}

impl Warnings {
    pub fn new(source: &SourceDef) -> Self {
        Self {
            counted: BTreeMap::new(),
            left_out: BTreeMap::new(),
            answers: source.columns.iter().map(Answers::of).collect(),
            codes: CodeLengths::default(),
        }
    }

    /// Adds a warning; its row and hint are kept if it is the first of its rule, column and value.
    pub fn add(&mut self, rule: &'static str, column: &str, value: &str, row: u32, hint: &str) {
        let key = (rule, column.to_owned(), value.to_owned());
        self.counted.entry(key).or_insert_with(|| Counted { row, count: 0, hint: hint.to_owned() }).count += 1;
    }

    /// Adds a record that was left out of a row that is loaded.
    pub fn leave_out(&mut self, rule: &'static str, column: String, value: String, row: u32, hint: String) {
        self.left_out.entry((rule, column, value)).or_insert(Counted { row, count: 0, hint }).count += 1;
    }

    /// The answers of a column, if it is one of yes and no.
    pub fn answers(&mut self, column: usize) -> Option<&mut Answers> {
        self.answers[column].as_mut()
    }

    /// Everything that was gathered.
    pub fn findings(&self, sheet: &SheetFacts<'_>) -> Vec<Finding> {
        let finding = |level, (rule, column, value): &(&'static str, String, String), counted: &Counted| {
            Finding::new(level, rule, sheet.file)
                .at(&sheet.sheet, counted.row)
                .column(column)
                .value(value)
                .hint(&counted.hint)
                .count(counted.count)
        };
        let level = |rule: &str| if rule == "no_due_date" { Level::Info } else { Level::Warning };
        let counted = self.counted.iter().map(|(key, counted)| finding(level(key.0), key, counted));
        let left_out = self.left_out.iter().map(|(key, counted)| finding(Level::Error, key, counted));
        counted.chain(left_out).chain(self.only_yes(sheet)).chain(self.lost_zeros(sheet)).collect()
    }

    /// A warning for each column whose share would be 100 % by leaving out the blanks.
    fn only_yes(&self, sheet: &SheetFacts<'_>) -> impl Iterator<Item = Finding> {
        let columns = self.answers.iter().zip(&sheet.headings);
        columns.filter_map(|(answers, heading)| {
            let answers = answers.filter(|answers| answers.yes > 0 && answers.no == 0 && answers.blank > 0)?;
            let finding = Finding::new(Level::Warning, "only_yes", sheet.file).at(&sheet.sheet, answers.first_blank);
            let file = format!("queries/sources/{}.toml", sheet.source.id);
            Some(finding.column(heading).value(answers.yes.to_string()).hint(file).count(answers.blank))
        })
    }

    /// A warning if codes have lost a leading zero.
    fn lost_zeros(&self, sheet: &SheetFacts<'_>) -> Option<Finding> {
        let (count, row, width) = self.codes.shortened()?;
        let key = sheet.key()?;
        let finding = Finding::new(Level::Warning, "short_code", sheet.file).at(&sheet.sheet, row);
        Some(finding.column(&sheet.headings[key]).hint(width.to_string()).count(count))
    }
}
