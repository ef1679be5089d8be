//! What a report asks of a published version beside its figures: imported files, dossiers, findings by rule.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::error::DataFusionError;

use super::{Session, StoreError};
use cchc_model::{FileAccount, Level};

/// How often a rule found something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTotal {
    /// Rule id.
    pub rule: String,
    /// How grave.
    pub level: Level,
    /// How often.
    pub count: u64,
}

/// The account of every imported file that was not purged, in order of import and file; the source by its id.
///
/// # Errors
/// The store cannot be read.
pub fn imported_files(session: &Session) -> Result<Vec<FileAccount>, StoreError> {
    let sql = "SELECT file, source, CAST(CAST(exported_at AS DATE) AS VARCHAR), rows, loaded, updated, duplicate, \
               rejected FROM imports WHERE purged_by IS NULL ORDER BY import, file";
    let mut files = Vec::new();
    for batch in session.run(sql)? {
        let texts = texts(&batch, 3)?;
        for row in 0..batch.num_rows() {
            let count = |at: usize| batch.column(at).as_primitive::<Int64Type>().value(row) as u64;
            files.push(FileAccount {
                file: text(&texts[0], row).unwrap_or_default(),
                source: text(&texts[1], row).unwrap_or_default(),
                exported_at: text(&texts[2], row),
                rows: count(3),
                loaded: count(4),
                updated: count(5),
                duplicate: count(6),
                rejected: count(7),
            });
        }
    }
    Ok(files)
}

/// Number of dossiers.
///
/// # Errors
/// The store cannot be read.
pub fn dossier_count(session: &Session) -> Result<u64, StoreError> {
    let batches = session.run("SELECT CAST(COUNT(*) AS BIGINT) FROM dossiers")?;
    Ok(batches.first().map_or(0, |batch| batch.column(0).as_primitive::<Int64Type>().value(0)) as u64)
}

/// All findings added up by rule, the gravest and the most frequent first.
///
/// # Errors
/// The store cannot be read.
pub fn findings_by_rule(session: &Session) -> Result<Vec<RuleTotal>, StoreError> {
    let sql = "SELECT rule, level, CAST(SUM(count) AS BIGINT) AS total FROM findings GROUP BY rule, level \
               ORDER BY CASE level WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, total DESC, rule";
    let mut rules = Vec::new();
    for batch in session.run(sql)? {
        let texts = texts(&batch, 2)?;
        for row in 0..batch.num_rows() {
            let level = match text(&texts[1], row).as_deref() {
                Some("error") => Level::Error,
                Some("warning") => Level::Warning,
                _ => Level::Info,
            };
            let count = batch.column(2).as_primitive::<Int64Type>().value(row) as u64;
            rules.push(RuleTotal { rule: text(&texts[0], row).unwrap_or_default(), level, count });
        }
    }
    Ok(rules)
}

fn texts(batch: &RecordBatch, count: usize) -> Result<Vec<ArrayRef>, StoreError> {
    let columns = (0..count).map(|at| cast(batch.column(at), &DataType::Utf8)).collect::<Result<_, _>>();
    Ok(columns.map_err(DataFusionError::from)?)
}

fn text(column: &ArrayRef, row: usize) -> Option<String> {
    let texts = column.as_string::<i32>();
    texts.is_valid(row).then(|| texts.value(row).to_owned())
}
