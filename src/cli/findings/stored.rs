//! The findings as a published version keeps them, and which of them are asked for.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::NaiveDate;
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type};

use super::super::{Opened, Usage, output};
use super::Findings;
use cchc_model::{Finding, Level, Resolved};

/// One finding with all that is known of it.
pub(super) struct Stored {
    pub import: i64,
    pub finding: Finding,
    /// Non-personal cells of a refused row as a JSON object; empty for every other finding.
    pub cells: String,
    /// Whether a row was refused; its cells may have been purged since.
    pub is_row: bool,
    /// Code of a refused row.
    pub code: String,
    /// Source that fitted the file.
    pub source: String,
    /// Units that it concerns: the row's own, or those for which the file reports.
    pub units: Vec<String>,
    pub sha256: String,
    pub exported_at: Option<NaiveDate>,
    /// What settled it, if anything did.
    pub cleared: Option<Cleared>,
}

/// What settled a finding.
pub(super) struct Cleared {
    /// The import, where one did.
    pub by: Option<i64>,
    /// `loaded`, `refused_again`, `read_again`, `purged`.
    pub how: String,
}

impl Stored {
    /// Name of its unit; the number of units where they are many.
    pub fn unit_name(&self, opened: &Opened) -> String {
        match self.units.as_slice() {
            [one] => opened.units.by_code(one).map_or_else(|| one.clone(), |unit| unit.name.clone()),
            _ => String::new(),
        }
    }
}

/// All findings of the version, in order of import, file, sheet, row and rule.
pub(super) fn all(opened: &Opened) -> Result<Vec<Stored>> {
    let sql = "SELECT f.file, f.sheet, f.rule, f.level, f.column_name, f.value, f.hint, f.cells, f.code, f.unit, \
                      i.units, i.sha256, c.how, i.source, f.import, f.row, f.count, c.import AS cleared_by, \
                      CAST(i.exported_at AS DATE) AS day \
               FROM findings f \
               LEFT JOIN imports i ON i.import = f.import AND i.file = f.file \
               LEFT JOIN cleared c ON c.old_import = f.import AND c.number = f.number \
               ORDER BY f.import, f.file, f.sheet, f.row, f.rule, f.number";
    let mut found = Vec::new();
    for batch in opened.session.run(sql)? {
        let texts = (0..14).map(|at| cast(batch.column(at), &DataType::Utf8)).collect::<Result<Vec<_>, _>>()?;
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
            let finding = Finding { rule: text(2).into(), ..Finding::new(level, "", &text(0)) }
                .at(&text(1), output::integer(&batch, 15, row) as u32)
                .column(text(4))
                .value(text(5))
                .hint(text(6))
                .count(output::integer(&batch, 16, row) as u64);
            let units = Some(text(9)).filter(|unit| !unit.is_empty()).unwrap_or_else(|| text(10));
            let days = batch.column(18).as_primitive::<Date32Type>();
            // Only refused rows have a code, be it an empty one; findings of older programs have cells.
            let (has_code, has_cells) = (texts[8].is_valid(row), !text(7).is_empty());
            let cleared = if batch.column(17).is_valid(row) {
                Some(Cleared { by: Some(output::integer(&batch, 17, row)), how: text(12) })
            } else {
                (has_code && !has_cells).then(|| Cleared { by: None, how: "purged".to_owned() })
            };
            found.push(Stored {
                import: output::integer(&batch, 14, row),
                is_row: has_code || has_cells,
                source: text(13),
                finding,
                cells: text(7),
                code: text(8),
                units: units.split(',').filter(|unit| !unit.is_empty()).map(str::to_owned).collect(),
                sha256: text(11),
                exported_at: days.is_valid(row).then(|| days.value_as_date(row)).flatten(),
                cleared,
            });
        }
    }
    Ok(found)
}

/// Those that the command asks for.
pub(super) fn wanted(command: &Findings, opened: &Opened) -> Result<Vec<Stored>> {
    let units = command.unit.as_deref().map(|name| asked_units(command, opened, name)).transpose()?;
    let mut found = all(opened)?;
    found.retain(|stored| {
        let finding = &stored.finding;
        (command.all || stored.cleared.is_none())
            && command.file.as_ref().is_none_or(|part| finding.file.contains(part))
            && command.rule.as_ref().is_none_or(|rule| finding.rule == rule)
            && command.level.as_ref().is_none_or(|level| finding.level.as_str() == level)
            && command.import.is_none_or(|import| stored.import == import)
            && units.as_ref().is_none_or(|units| stored.units.iter().any(|unit| units.contains(unit)))
    });
    Ok(found)
}

/// The unit that a user names, by code or name, and if asked all units below it.
fn asked_units(command: &Findings, opened: &Opened, name: &str) -> Result<BTreeSet<String>> {
    let unit = match opened.units.resolve(name) {
        Resolved::One(unit) => unit,
        Resolved::Several(codes) => {
            return Err(
                Usage(format!("'{name}' is the name of several units: {}; give the code", codes.join(", "))).into()
            );
        }
        Resolved::None => {
            let near = opened.units.nearest(name).map_or_else(String::new, |near| format!("; did you mean '{near}'?"));
            return Err(Usage(format!("no unit '{name}'{near}")).into());
        }
    };
    let mut asked = BTreeSet::from([unit.code.clone()]);
    if !command.with_children {
        return Ok(asked);
    }
    loop {
        let below =
            opened.units.units().iter().filter(|unit| unit.parent.as_ref().is_some_and(|of| asked.contains(of)));
        let more: Vec<String> = below.map(|unit| unit.code.clone()).filter(|code| !asked.contains(code)).collect();
        if more.is_empty() {
            return Ok(asked);
        }
        asked.extend(more);
    }
}
