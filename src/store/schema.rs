//! The columns of every stored table: those that sources feed and those that the engine keeps about its own work.

use cchc_model::{ColumnType, PROVENANCE, TABLES, Table, TableColumn};

/// Tables that the engine fills itself.
pub const ENGINE_TABLES: &[(&str, &[TableColumn])] = &[
    (
        "units",
        &[
            column("code", ColumnType::Text),
            column("name", ColumnType::Text),
            column("short_name", ColumnType::Text),
            column("kind", ColumnType::Text),
            column("parent_code", ColumnType::Text),
            column("aliases", ColumnType::Text),
            column("valid_from", ColumnType::Time),
            column("valid_to", ColumnType::Time),
        ],
    ),
    (
        "successions",
        &[
            column("from_code", ColumnType::Text),
            column("to_code", ColumnType::Text),
            column("date", ColumnType::Time),
            column("is_default", ColumnType::Bool),
            column("split", ColumnType::Bool),
        ],
    ),
    (
        "imports",
        &[
            column("import", ColumnType::Int),
            column("file", ColumnType::Text),
            column("source", ColumnType::Text),
            column("table_name", ColumnType::Text),
            column("exported_at", ColumnType::Time),
            column("rows", ColumnType::Int),
            column("loaded", ColumnType::Int),
            column("updated", ColumnType::Int),
            column("duplicate", ColumnType::Int),
            column("rejected", ColumnType::Int),
            column("sha256", ColumnType::Text),
            column("purged_by", ColumnType::Int),
            // Columns of the table that the file has, separated by commas: an empty cell is told from no column.
            column("columns", ColumnType::Text),
            // Units of its rows, separated by commas.
            column("units", ColumnType::Text),
        ],
    ),
    (
        "findings",
        &[
            column("import", ColumnType::Int),
            column("file", ColumnType::Text),
            column("sheet", ColumnType::Text),
            column("row", ColumnType::Int),
            column("rule", ColumnType::Text),
            column("level", ColumnType::Text),
            column("column_name", ColumnType::Text),
            column("value", ColumnType::Text),
            column("hint", ColumnType::Text),
            column("count", ColumnType::Int),
            column("cells", ColumnType::Text),
            // What follows is absent from findings of older versions of the program; they stay open.
            column("number", ColumnType::Int),
            column("table_name", ColumnType::Text),
            column("code", ColumnType::Text),
            column("unit", ColumnType::Text),
        ],
    ),
    (
        "cleared",
        &[
            // The import that cleared it; if that is purged, the finding is open again.
            column("import", ColumnType::Int),
            // The finding: its import and its number in it.
            column("old_import", ColumnType::Int),
            column("number", ColumnType::Int),
            column("how", ColumnType::Text),
        ],
    ),
    (
        "sent",
        &[
            column("import", ColumnType::Int),
            column("file", ColumnType::Text),
            column("unit", ColumnType::Text),
            column("exported_at", ColumnType::Time),
        ],
    ),
    (
        "changes",
        &[
            column("dossier_code", ColumnType::Text),
            column("unit", ColumnType::Text),
            column("column_name", ColumnType::Text),
            column("old_value", ColumnType::Text),
            column("new_value", ColumnType::Text),
            column("import", ColumnType::Int),
            column("file", ColumnType::Text),
            column("sheet", ColumnType::Text),
            column("row", ColumnType::Int),
            column("exported_at", ColumnType::Time),
            column("old_import", ColumnType::Int),
            column("old_file", ColumnType::Text),
            column("old_exported_at", ColumnType::Time),
        ],
    ),
];

/// All stored tables.
pub fn table_names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name).chain(ENGINE_TABLES.iter().map(|(name, _)| *name))
}

/// The columns of a stored table in their order.
#[must_use]
pub fn stored_columns(table: &str) -> Vec<TableColumn> {
    if let Some(table) = Table::named(table) {
        return table.columns.iter().chain(PROVENANCE).copied().collect();
    }
    ENGINE_TABLES.iter().find(|(name, _)| *name == table).map_or_else(Vec::new, |(_, columns)| columns.to_vec())
}

const fn column(name: &'static str, kind: ColumnType) -> TableColumn {
    TableColumn { name, kind }
}
