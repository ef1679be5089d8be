//! `cchc findings`: what imports found, with a sentence that a unit can act on.

use anyhow::Result;
use clap::Args;
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;

use super::output::{self, Columns};
use super::{Format, Global, Opened, Outcome};
use crate::model::{Finding, Level};

#[derive(Debug, Args)]
pub(super) struct Findings {
    /// Only files whose name contains this
    #[arg(long, value_name = "TEXT")]
    file: Option<String>,
    /// Only this rule
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// Only this level: info, warning, error
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
}

impl Findings {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = Opened::open(global)?;
        let sql = "SELECT file, sheet, rule, level, column_name, value, hint, cells, import, row, count FROM findings ORDER BY import, file, sheet, row, rule";
        let language = global.language();
        let mut rows = Vec::new();
        for batch in opened.session.run(sql)? {
            let texts = (0..8).map(|at| cast(batch.column(at), &DataType::Utf8)).collect::<Result<Vec<_>, _>>()?;
            for row in 0..batch.num_rows() {
                let text = |at: usize| {
                    let texts = texts[at].as_string::<i32>();
                    if texts.is_valid(row) { texts.value(row).to_owned() } else { String::new() }
                };
                let level = match text(3).as_str() {
                    "error" => Level::Error,
                    "warning" => Level::Warning,
                    _ => Level::Info,
                };
                // Rules are few and named in the code; a stored one is one of them or unknown.
                let rule: &'static str = Box::leak(text(2).into_boxed_str());
                let finding = Finding::new(level, rule, &text(0))
                    .at(&text(1), output::integer(&batch, 9, row) as u32)
                    .column(text(4))
                    .value(text(5))
                    .hint(text(6))
                    .count(output::integer(&batch, 10, row) as u64);
                let wanted = self.file.as_ref().is_none_or(|part| finding.file.contains(part))
                    && self.rule.as_ref().is_none_or(|rule| finding.rule == rule)
                    && self.level.as_ref().is_none_or(|level| finding.level.as_str() == level);
                if wanted {
                    let sentence = opened.definitions.messages.sentence(&finding, language);
                    rows.push((output::integer(&batch, 8, row), finding, sentence, text(7)));
                }
            }
        }
        let columns = Columns::default()
            .int("import", rows.iter().map(|(import, ..)| Some(*import)))
            .text("file", rows.iter().map(|(_, finding, ..)| Some(finding.file.as_str())))
            .text("sheet", rows.iter().map(|(_, finding, ..)| Some(finding.sheet.as_str())))
            .int("row", rows.iter().map(|(_, finding, ..)| Some(i64::from(finding.row)).filter(|row| *row > 0)))
            .text("level", rows.iter().map(|(_, finding, ..)| Some(finding.level.as_str())))
            .text("rule", rows.iter().map(|(_, finding, ..)| Some(finding.rule)))
            .text("column", rows.iter().map(|(_, finding, ..)| Some(finding.column.as_str())))
            .text("value", rows.iter().map(|(_, finding, ..)| Some(finding.value.as_str())))
            .int("count", rows.iter().map(|(_, finding, ..)| Some(finding.count as i64)))
            .text("message", rows.iter().map(|(_, _, sentence, _)| Some(sentence.as_str())));
        // The cells of refused rows are too wide to read in a terminal; every other format has them.
        let columns = match global.format {
            Format::Table => columns,
            _ => columns
                .text("cells", rows.iter().map(|(.., cells)| Some(cells.as_str()).filter(|cells| !cells.is_empty()))),
        };
        columns.write(global)?;
        Ok(Outcome::Done)
    }
}
