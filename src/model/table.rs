//! The schemas of the tables that sources feed and SQL reads.

/// The type of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
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
    /// A reporting period as [`Period`](super::Period) writes it, read from "Quý I/2020", "03/2020", "Năm 2020" …
    Period,
}

/// A stored period and the two times that hold its first and its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The column of the period.
    pub period: &'static str,
    /// Its first day; empty where a row holds for one day only.
    pub from: &'static str,
    /// Its last day, or the one day for which the row holds.
    pub to: &'static str,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableColumn {
    /// Name in SQL.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnType,
}

/// One table fed by sources.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Name in SQL.
    pub name: &'static str,
    /// What identifies a row, alone.
    pub key: &'static str,
    /// The columns from which the key is made where a source does not feed it; empty where a source must.
    pub made_of: &'static [&'static str],
    /// The period of a row, for tables of figures that hold for one.
    pub span: Option<Span>,
    /// The date whose month partitions the table; `None` for small tables kept as one.
    pub partition_by: Option<&'static str>,
    /// The columns that a source can feed.
    pub columns: &'static [TableColumn],
}

impl Table {
    /// The table of that name, if sources can feed it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Where a stored row came from; on every fact table behind the columns of the source.
pub const PROVENANCE: &[TableColumn] = &[
    column("source", ColumnType::Text),
    column("file", ColumnType::Text),
    column("sheet", ColumnType::Text),
    column("row", ColumnType::Int),
    column("exported_at", ColumnType::Time),
    column("import", ColumnType::Int),
    // Of columns that its file does not have and that keep what an older one said: where that stood, as a JSON object.
    column("kept_from", ColumnType::Text),
];

/// All tables that sources can feed.
pub const TABLES: &[Table] =
    &[DOSSIERS, PROCEDURES, RATINGS, FEEDBACK, DECLARED, CRITERIA, DOCUMENTS, TRAINING, TICKETS, STATED_COUNTS];

const DOSSIERS: Table = Table {
    name: "dossiers",
    key: "dossier_code",
    made_of: &[],
    span: None,
    partition_by: Some("received_at"),
    columns: &[
        column("dossier_code", ColumnType::Text),
        column("procedure_code", ColumnType::Text),
        column("procedure_name", ColumnType::Text),
        column("field", ColumnType::Text),
        column("service_level", ColumnType::Int),
        column("channel", ColumnType::Int),
        column("receiving_unit", ColumnType::Unit),
        column("resolving_unit", ColumnType::Unit),
        column("submitted_at", ColumnType::Time),
        column("received_at", ColumnType::Time),
        column("due_at", ColumnType::Time),
        column("finished_at", ColumnType::Time),
        column("returned_at", ColumnType::Time),
        column("refused_at", ColumnType::Time),
        column("status", ColumnType::Int),
        column("pause1_from", ColumnType::Time),
        column("pause1_to", ColumnType::Time),
        column("pause2_from", ColumnType::Time),
        column("pause2_to", ColumnType::Time),
        column("fee", ColumnType::Int),
        column("paid_online", ColumnType::Int),
        column("digitised", ColumnType::Bool),
        column("e_result", ColumnType::Bool),
        column("reused", ColumnType::Bool),
    ],
};

const PROCEDURES: Table = Table {
    name: "procedures",
    key: "procedure_code",
    made_of: &[],
    span: None,
    partition_by: None,
    columns: &[
        column("procedure_code", ColumnType::Text),
        column("procedure_name", ColumnType::Text),
        column("field", ColumnType::Text),
        column("agency", ColumnType::Unit),
        column("kind", ColumnType::Text),
        column("one_stop", ColumnType::Bool),
        column("service_level", ColumnType::Int),
        column("service_level_text", ColumnType::Text),
        column("limit_days", ColumnType::Int),
        column("limit_text", ColumnType::Text),
        column("fee", ColumnType::Int),
        column("online_payment", ColumnType::Bool),
        column("paper_result", ColumnType::Bool),
    ],
};

const RATINGS: Table = Table {
    name: "ratings",
    key: "rating_code",
    made_of: &[],
    span: Some(Span { period: "period", from: "rated_from", to: "rated_at" }),
    partition_by: Some("rated_at"),
    columns: &[
        column("rating_code", ColumnType::Text),
        column("unit", ColumnType::Unit),
        column("period", ColumnType::Period),
        column("rated_from", ColumnType::Time),
        column("rated_at", ColumnType::Time),
        column("method", ColumnType::Text),
        column("dossier_code", ColumnType::Text),
        column("score", ColumnType::Int),
        column("answers", ColumnType::Int),
    ],
};

const FEEDBACK: Table = Table {
    name: "feedback",
    key: "feedback_code",
    made_of: &[],
    span: None,
    partition_by: Some("received_at"),
    columns: &[
        column("feedback_code", ColumnType::Text),
        column("unit", ColumnType::Unit),
        column("received_at", ColumnType::Time),
        column("due_at", ColumnType::Time),
        column("answered_at", ColumnType::Time),
        column("rating", ColumnType::Text),
    ],
};

const DECLARED: Table = Table {
    name: "declared",
    key: "declared_code",
    made_of: &["unit", "indicator", "period", "declared_at"],
    span: Some(Span { period: "period", from: "declared_from", to: "declared_at" }),
    partition_by: None,
    columns: &[
        column("declared_code", ColumnType::Text),
        column("unit", ColumnType::Unit),
        column("indicator", ColumnType::Text),
        column("period", ColumnType::Period),
        column("declared_from", ColumnType::Time),
        column("declared_at", ColumnType::Time),
        column("numerator", ColumnType::Float),
        column("denominator", ColumnType::Float),
        column("value", ColumnType::Float),
    ],
};

const CRITERIA: Table = Table {
    name: "criteria",
    key: "criteria_code",
    made_of: &["unit", "criteria_set", "criterion", "period", "period_to"],
    span: Some(Span { period: "period", from: "period_from", to: "period_to" }),
    partition_by: None,
    columns: &[
        column("criteria_code", ColumnType::Text),
        column("unit", ColumnType::Unit),
        column("criteria_set", ColumnType::Text),
        column("period", ColumnType::Period),
        column("period_from", ColumnType::Time),
        column("period_to", ColumnType::Time),
        column("criterion", ColumnType::Text),
        column("criterion_name", ColumnType::Text),
        column("level", ColumnType::Text),
        column("leaf", ColumnType::Bool),
        column("parent", ColumnType::Text),
        column("area", ColumnType::Text),
        column("area_name", ColumnType::Text),
        column("max_points", ColumnType::Float),
        column("applies", ColumnType::Bool),
        column("self_points", ColumnType::Float),
        column("verified_points", ColumnType::Float),
        column("surveyed_points", ColumnType::Float),
        column("reason", ColumnType::Text),
        column("evidence", ColumnType::Text),
    ],
};

const DOCUMENTS: Table = Table {
    name: "documents",
    key: "documents_code",
    made_of: &["unit", "period", "period_to"],
    span: Some(Span { period: "period", from: "period_from", to: "period_to" }),
    partition_by: None,
    columns: &[
        column("documents_code", ColumnType::Text),
        column("unit", ColumnType::Unit),
        column("period", ColumnType::Period),
        column("period_from", ColumnType::Time),
        column("period_to", ColumnType::Time),
        column("sent", ColumnType::Int),
        column("sent_electronic", ColumnType::Int),
        column("sent_signed", ColumnType::Int),
        column("received", ColumnType::Int),
        column("received_electronic", ColumnType::Int),
    ],
};

const TRAINING: Table = Table {
    name: "training",
    key: "training_code",
    made_of: &["unit", "course", "period", "held_from"],
    span: Some(Span { period: "period", from: "held_from", to: "held_to" }),
    partition_by: None,
    columns: &[
        column("training_code", ColumnType::Text),
        column("unit", ColumnType::Unit),
        column("course", ColumnType::Text),
        column("period", ColumnType::Period),
        column("held_from", ColumnType::Time),
        column("held_to", ColumnType::Time),
        column("planned", ColumnType::Int),
        column("attended", ColumnType::Int),
    ],
};

const TICKETS: Table = Table {
    name: "tickets",
    key: "ticket_code",
    made_of: &["unit", "ticket", "taken_at"],
    span: None,
    partition_by: Some("taken_at"),
    columns: &[
        column("ticket_code", ColumnType::Text),
        column("unit", ColumnType::Unit),
        column("ticket", ColumnType::Text),
        column("field", ColumnType::Text),
        column("taken_at", ColumnType::Time),
        column("called_at", ColumnType::Time),
        column("served_at", ColumnType::Time),
        column("waiting_minutes", ColumnType::Float),
    ],
};

/// Ready-made counts of one-stop systems: one row a figure that a file states, at its place there.
const STATED_COUNTS: Table = Table {
    name: "stated_counts",
    key: "count_code",
    made_of: &["place", "measure"],
    span: Some(Span { period: "period", from: "period_from", to: "period_to" }),
    partition_by: None,
    columns: &[
        column("count_code", ColumnType::Text),
        column("place", ColumnType::Text),
        column("unit", ColumnType::Unit),
        column("field", ColumnType::Text),
        column("procedure_name", ColumnType::Text),
        column("service_level", ColumnType::Int),
        column("period", ColumnType::Period),
        column("period_from", ColumnType::Time),
        column("period_to", ColumnType::Time),
        column("measure", ColumnType::Text),
        column("value", ColumnType::Float),
    ],
};

const fn column(name: &'static str, kind: ColumnType) -> TableColumn {
    TableColumn { name, kind }
}
