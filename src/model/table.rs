//! The schemas of the tables that sources feed and SQL reads.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text in NFC, trimmed, inner spaces single.
    Text,
    /// A whole number.
    Int,
    /// Any number.
    Float,
    /// Yes or no.
    Bool,
    /// Local date and time, microseconds, no zone.
    Time,
    /// A unit's code, resolved from whatever the file calls it.
    Unit,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name in SQL.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// One table fed by sources.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Name in SQL.
    pub name: &'static str,
    /// What identifies a row, alone.
    pub key: &'static str,
    /// The date whose month partitions the table; `None` for small tables kept as one.
    pub partition_by: Option<&'static str>,
    /// The columns that a source can feed.
    pub columns: &'static [Column],
}

impl Table {
    /// The table of that name, if sources can feed it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Where a stored row came from; on every fact table behind the columns of the source.
pub const PROVENANCE: &[Column] = &[
    column("source", Kind::Text),
    column("file", Kind::Text),
    column("sheet", Kind::Text),
    column("row", Kind::Int),
    column("exported_at", Kind::Time),
    column("import", Kind::Int),
];

/// All tables that sources can feed.
pub const TABLES: &[Table] = &[
    Table {
        name: "dossiers",
        key: "dossier_code",
        partition_by: Some("received_at"),
        columns: &[
            column("dossier_code", Kind::Text),
            column("procedure_code", Kind::Text),
            column("procedure_name", Kind::Text),
            column("field", Kind::Text),
            column("service_level", Kind::Int),
            column("channel", Kind::Int),
            column("receiving_unit", Kind::Unit),
            column("resolving_unit", Kind::Unit),
            column("submitted_at", Kind::Time),
            column("received_at", Kind::Time),
            column("due_at", Kind::Time),
            column("finished_at", Kind::Time),
            column("returned_at", Kind::Time),
            column("refused_at", Kind::Time),
            column("status", Kind::Int),
            column("pause1_from", Kind::Time),
            column("pause1_to", Kind::Time),
            column("pause2_from", Kind::Time),
            column("pause2_to", Kind::Time),
            column("fee", Kind::Int),
            column("paid_online", Kind::Int),
            column("digitised", Kind::Bool),
            column("e_result", Kind::Bool),
            column("reused", Kind::Bool),
        ],
    },
    Table {
        name: "procedures",
        key: "procedure_code",
        partition_by: None,
        columns: &[
            column("procedure_code", Kind::Text),
            column("procedure_name", Kind::Text),
            column("field", Kind::Text),
            column("agency", Kind::Unit),
            column("kind", Kind::Text),
            column("one_stop", Kind::Bool),
            column("service_level", Kind::Int),
            column("limit_days", Kind::Int),
            column("fee", Kind::Int),
        ],
    },
    Table {
        name: "ratings",
        key: "rating_code",
        partition_by: Some("rated_at"),
        columns: &[
            column("rating_code", Kind::Text),
            column("unit", Kind::Unit),
            column("rated_at", Kind::Time),
            column("method", Kind::Text),
            column("dossier_code", Kind::Text),
            column("score", Kind::Int),
        ],
    },
    Table {
        name: "feedback",
        key: "feedback_code",
        partition_by: Some("received_at"),
        columns: &[
            column("feedback_code", Kind::Text),
            column("unit", Kind::Unit),
            column("received_at", Kind::Time),
            column("due_at", Kind::Time),
            column("answered_at", Kind::Time),
            column("rating", Kind::Text),
        ],
    },
    Table {
        name: "declared",
        key: "declared_code",
        partition_by: None,
        columns: &[
            column("declared_code", Kind::Text),
            column("unit", Kind::Unit),
            column("indicator", Kind::Text),
            column("declared_at", Kind::Time),
            column("numerator", Kind::Float),
            column("denominator", Kind::Float),
            column("value", Kind::Float),
        ],
    },
];

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}
