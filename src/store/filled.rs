//! Which units ever sent a column: what no export of a unit has cannot be asked of it.

use std::collections::BTreeMap;

use super::{Session, StoreError, schema};

/// The column by which rows of a table belong to a unit; none where they belong to nobody in particular.
#[must_use]
pub fn unit_column(table: &str) -> Option<&'static str> {
    match table {
        "dossiers" => Some("resolving_unit"),
        "ratings" | "feedback" | "declared" | "criteria" | "documents" | "training" | "tickets" | "changes" => {
            Some("unit")
        }
        _ => None,
    }
}

/// Whether a table has a column.
#[must_use]
pub fn has_column(table: &str, column: &str) -> bool {
    schema::table_names().any(|known| known == table)
        && schema::stored_columns(table).iter().any(|known| known.name == column)
}

/// How many values of a column each unit has sent in all; under no unit's code where the table knows none.
///
/// # Errors
/// The store cannot be read, or has no such column.
pub async fn filled(session: &Session, table: &str, column: &str) -> Result<BTreeMap<String, u64>, StoreError> {
    let unit = unit_column(table).unwrap_or("''");
    let sql = format!("SELECT {unit} AS unit, COUNT({column}) AS filled FROM {table} GROUP BY {unit}");
    Ok(session.rows(&sql).await?.iter().map(|row| (row.string(0), row.count(1))).collect())
}
