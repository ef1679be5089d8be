//! The columns of every stored table: those that sources feed and those that the engine keeps about its own work.

use cchc_model::{Column, Kind, PROVENANCE, TABLES, Table};

/// Tables that the engine fills itself.
pub const ENGINE_TABLES: &[(&str, &[Column])] = &[
    (
        "units",
        &[
            column("code", Kind::Text),
            column("name", Kind::Text),
            column("short_name", Kind::Text),
            column("kind", Kind::Text),
            column("parent_code", Kind::Text),
            column("aliases", Kind::Text),
            column("valid_from", Kind::Time),
            column("valid_to", Kind::Time),
        ],
    ),
    (
        "successions",
        &[
            column("from_code", Kind::Text),
            column("to_code", Kind::Text),
            column("date", Kind::Time),
            column("is_default", Kind::Bool),
            column("split", Kind::Bool),
        ],
    ),
    (
        "imports",
        &[
            column("import", Kind::Int),
            column("file", Kind::Text),
            column("source", Kind::Text),
            column("table_name", Kind::Text),
            column("exported_at", Kind::Time),
            column("rows", Kind::Int),
            column("loaded", Kind::Int),
            column("updated", Kind::Int),
            column("duplicate", Kind::Int),
            column("rejected", Kind::Int),
            column("sha256", Kind::Text),
            column("purged_by", Kind::Int),
            // Columns of the table that the file has, separated by commas: an empty cell is told from no column.
            column("columns", Kind::Text),
            // Units of its rows, separated by commas.
            column("units", Kind::Text),
        ],
    ),
    (
        "findings",
        &[
            column("import", Kind::Int),
            column("file", Kind::Text),
            column("sheet", Kind::Text),
            column("row", Kind::Int),
            column("rule", Kind::Text),
            column("level", Kind::Text),
            column("column_name", Kind::Text),
            column("value", Kind::Text),
            column("hint", Kind::Text),
            column("count", Kind::Int),
            column("cells", Kind::Text),
            // What follows is absent from findings of older versions of the program; they stay open.
            column("number", Kind::Int),
            column("table_name", Kind::Text),
            column("code", Kind::Text),
            column("unit", Kind::Text),
        ],
    ),
    (
        "cleared",
        &[
            // The import that settled it; if that is purged, the finding is open again.
            column("import", Kind::Int),
            // The finding: its import and its number in it.
            column("old_import", Kind::Int),
            column("number", Kind::Int),
            column("how", Kind::Text),
        ],
    ),
    (
        "sent",
        &[
            column("import", Kind::Int),
            column("file", Kind::Text),
            column("unit", Kind::Text),
            column("exported_at", Kind::Time),
        ],
    ),
    (
        "changes",
        &[
            column("dossier_code", Kind::Text),
            column("unit", Kind::Text),
            column("column_name", Kind::Text),
            column("old_value", Kind::Text),
            column("new_value", Kind::Text),
            column("import", Kind::Int),
            column("file", Kind::Text),
            column("sheet", Kind::Text),
            column("row", Kind::Int),
            column("exported_at", Kind::Time),
            column("old_import", Kind::Int),
            column("old_file", Kind::Text),
            column("old_exported_at", Kind::Time),
        ],
    ),
];

/// All stored tables.
pub fn table_names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name).chain(ENGINE_TABLES.iter().map(|(name, _)| *name))
}

/// The columns of a stored table in their order.
#[must_use]
pub fn stored_columns(table: &str) -> Vec<Column> {
    if let Some(table) = Table::named(table) {
        return table.columns.iter().chain(PROVENANCE).copied().collect();
    }
    ENGINE_TABLES.iter().find(|(name, _)| *name == table).map_or_else(Vec::new, |(_, columns)| columns.to_vec())
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}
