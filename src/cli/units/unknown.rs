//! `cchc units --unknown`: every name that imports could not resolve, once, with the units that it may mean.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;

use super::super::output::{Columns, integer};
use super::super::{Format, Global, Opened, note};
use cchc_model::Resolved;

/// Suggestions told for each name.
const MOST: usize = 3;

/// One name.
#[derive(Default)]
struct Unknown {
    refused: i64,
    left_empty: i64,
    files: BTreeSet<String>,
}

/// A line of the list, as text.
struct Line {
    name: String,
    unknown: Unknown,
    result: &'static str,
    best: Option<(String, String, f64)>,
    suggestions: String,
}

pub fn list(global: &Global, opened: &Opened) -> Result<()> {
    let (found, unnamed) = found(opened)?;
    let lines: Vec<Line> = found.into_iter().filter_map(|(name, unknown)| line(opened, name, unknown)).collect();
    let columns = Columns::default()
        .text("name", lines.iter().map(|line| Some(line.name.as_str())))
        .int("rows_refused", lines.iter().map(|line| Some(line.unknown.refused)))
        .int("rows_left_empty", lines.iter().map(|line| Some(line.unknown.left_empty)))
        .text("file", lines.iter().map(|line| line.unknown.files.first().map(String::as_str)))
        .int("files", lines.iter().map(|line| Some(line.unknown.files.len() as i64)));
    // The suggestions in words say the same; a terminal is not that wide.
    let columns = match global.format {
        Format::Table => columns,
        _ => with_best(columns, &lines),
    };
    columns.text("suggestions", lines.iter().map(|line| Some(line.suggestions.as_str()))).write(global)?;
    tell(global, &lines, unnamed);
    Ok(())
}

fn with_best(columns: Columns, lines: &[Line]) -> Columns {
    columns
        .text("result", lines.iter().map(|line| Some(line.result)))
        .text("suggested_code", lines.iter().map(|line| line.best.as_ref().map(|best| best.0.as_str())))
        .text("suggested_name", lines.iter().map(|line| line.best.as_ref().map(|best| best.1.as_str())))
        .number("likeness", lines.iter().map(|line| line.best.as_ref().map(|best| best.2)))
}

fn tell(global: &Global, lines: &[Line], unnamed: i64) {
    if unnamed > 0 {
        note(
            global,
            &format!("{unnamed} more rows in columns that may name a person: see `cchc findings --rule unknown_unit`"),
        );
    }
    if !lines.is_empty() {
        note(global, "`cchc units alias NAME CODE` resolves a name for good; then import the files again");
    }
}

/// Names of open findings of the newest import of each file, and rows whose name is not kept since it may be a person's.
fn found(opened: &Opened) -> Result<(BTreeMap<String, Unknown>, i64)> {
    let sql = "SELECT f.value, f.file, f.rule, CAST(SUM(f.count) AS BIGINT) FROM findings f \
               JOIN (SELECT file, MAX(import) AS import FROM imports GROUP BY file) newest \
               ON newest.file = f.file AND newest.import = f.import \
               LEFT JOIN cleared c ON c.old_import = f.import AND c.number = f.number \
               WHERE c.old_import IS NULL AND f.rule IN ('unknown_unit', 'unknown_receiving_unit', 'ambiguous_unit', \
               'ambiguous_receiving_unit') \
               GROUP BY f.value, f.file, f.rule ORDER BY f.value, f.file, f.rule";
    let (mut names, mut unnamed) = (BTreeMap::<String, Unknown>::new(), 0);
    for batch in opened.session.run(sql)? {
        let texts = (0..3).map(|at| cast(batch.column(at), &DataType::Utf8)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let text = |at: usize| {
                let texts = texts[at].as_string::<i32>();
                if texts.is_valid(row) { texts.value(row) } else { "" }
            };
            let count = integer(&batch, 3, row);
            if text(0).is_empty() {
                unnamed += count;
                continue;
            }
            let name = names.entry(text(0).to_owned()).or_default();
            if text(2).contains("receiving") {
                name.left_empty += count;
            } else {
                name.refused += count;
            }
            name.files.insert(text(1).to_owned());
        }
    }
    Ok((names, unnamed))
}

/// None for a name that means one unit by now.
fn line(opened: &Opened, name: String, unknown: Unknown) -> Option<Line> {
    let told = |code: &str, name: &str| format!("{name} ({code})");
    let (result, best, suggestions) = match opened.units.resolve(&name) {
        Resolved::One(_) => return None,
        Resolved::Several(codes) => {
            let units = codes.iter().filter_map(|code| opened.units.by_code(code));
            ("several", None, units.map(|unit| told(&unit.code, &unit.name)).collect::<Vec<_>>().join("; "))
        }
        Resolved::None => {
            let found = opened.units.suggest(&name, MOST);
            let best = found.first().map(|one| (one.unit.code.clone(), one.unit.name.clone(), one.likeness.share));
            let all = found.iter().map(|one| {
                let spelling = if one.likeness.same_sound { ", spelling" } else { "" };
                format!("{} {:.2}{spelling}", told(&one.unit.code, &one.unit.name), one.likeness.share)
            });
            ("none", best, all.collect::<Vec<_>>().join("; "))
        }
    };
    Some(Line { name, unknown, result, best, suggestions })
}
