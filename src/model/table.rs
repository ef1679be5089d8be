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
    /// The columns of which the key is made where a source feeds none; empty where a source must feed it.
    pub made_of: &'static [&'static str],
    /// The period of a row, for tables of figures that hold for one.
    pub span: Option<Span>,
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
pub const TABLES: &[Table] =
    &[DOSSIERS, PROCEDURES, RATINGS, FEEDBACK, DECLARED, CRITERIA, DOCUMENTS, TRAINING, TICKETS];

const DOSSIERS: Table = Table {
    name: "dossiers",
    key: "dossier_code",
    made_of: &[],
    span: None,
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
};

const PROCEDURES: Table = Table {
    name: "procedures",
    key: "procedure_code",
    made_of: &[],
    span: None,
    partition_by: None,
    columns: &[
        column("procedure_code", Kind::Text),
        column("procedure_name", Kind::Text),
        column("field", Kind::Text),
        column("agency", Kind::Unit),
        column("kind", Kind::Text),
        column("one_stop", Kind::Bool),
        column("service_level", Kind::Int),
        column("service_level_text", Kind::Text),
        column("limit_days", Kind::Int),
        column("limit_text", Kind::Text),
        column("fee", Kind::Int),
        column("online_payment", Kind::Bool),
        column("paper_result", Kind::Bool),
    ],
};

const RATINGS: Table = Table {
    name: "ratings",
    key: "rating_code",
    made_of: &[],
    span: Some(Span { period: "period", from: "rated_from", to: "rated_at" }),
    partition_by: Some("rated_at"),
    columns: &[
        column("rating_code", Kind::Text),
        column("unit", Kind::Unit),
        column("period", Kind::Period),
        column("rated_from", Kind::Time),
        column("rated_at", Kind::Time),
        column("method", Kind::Text),
        column("dossier_code", Kind::Text),
        column("score", Kind::Int),
        column("answers", Kind::Int),
    ],
};

const FEEDBACK: Table = Table {
    name: "feedback",
    key: "feedback_code",
    made_of: &[],
    span: None,
    partition_by: Some("received_at"),
    columns: &[
        column("feedback_code", Kind::Text),
        column("unit", Kind::Unit),
        column("received_at", Kind::Time),
        column("due_at", Kind::Time),
        column("answered_at", Kind::Time),
        column("rating", Kind::Text),
    ],
};

const DECLARED: Table = Table {
    name: "declared",
    key: "declared_code",
    made_of: &["unit", "indicator", "period", "declared_at"],
    span: Some(Span { period: "period", from: "declared_from", to: "declared_at" }),
    partition_by: None,
    columns: &[
        column("declared_code", Kind::Text),
        column("unit", Kind::Unit),
        column("indicator", Kind::Text),
        column("period", Kind::Period),
        column("declared_from", Kind::Time),
        column("declared_at", Kind::Time),
        column("numerator", Kind::Float),
        column("denominator", Kind::Float),
        column("value", Kind::Float),
    ],
};

const CRITERIA: Table = Table {
    name: "criteria",
    key: "criteria_code",
    made_of: &["unit", "criteria_set", "criterion", "period", "period_to"],
    span: Some(Span { period: "period", from: "period_from", to: "period_to" }),
    partition_by: None,
    columns: &[
        column("criteria_code", Kind::Text),
        column("unit", Kind::Unit),
        column("criteria_set", Kind::Text),
        column("period", Kind::Period),
        column("period_from", Kind::Time),
        column("period_to", Kind::Time),
        column("criterion", Kind::Text),
        column("criterion_name", Kind::Text),
        column("level", Kind::Text),
        column("leaf", Kind::Bool),
        column("parent", Kind::Text),
        column("area", Kind::Text),
        column("area_name", Kind::Text),
        column("max_points", Kind::Float),
        column("applies", Kind::Bool),
        column("self_points", Kind::Float),
        column("verified_points", Kind::Float),
        column("surveyed_points", Kind::Float),
        column("reason", Kind::Text),
        column("evidence", Kind::Text),
    ],
};

const DOCUMENTS: Table = Table {
    name: "documents",
    key: "documents_code",
    made_of: &["unit", "period", "period_to"],
    span: Some(Span { period: "period", from: "period_from", to: "period_to" }),
    partition_by: None,
    columns: &[
        column("documents_code", Kind::Text),
        column("unit", Kind::Unit),
        column("period", Kind::Period),
        column("period_from", Kind::Time),
        column("period_to", Kind::Time),
        column("sent", Kind::Int),
        column("sent_electronic", Kind::Int),
        column("sent_signed", Kind::Int),
        column("received", Kind::Int),
        column("received_electronic", Kind::Int),
    ],
};

const TRAINING: Table = Table {
    name: "training",
    key: "training_code",
    made_of: &["unit", "course", "period", "held_from"],
    span: Some(Span { period: "period", from: "held_from", to: "held_to" }),
    partition_by: None,
    columns: &[
        column("training_code", Kind::Text),
        column("unit", Kind::Unit),
        column("course", Kind::Text),
        column("period", Kind::Period),
        column("held_from", Kind::Time),
        column("held_to", Kind::Time),
        column("planned", Kind::Int),
        column("attended", Kind::Int),
    ],
};

const TICKETS: Table = Table {
    name: "tickets",
    key: "ticket_code",
    made_of: &["unit", "ticket", "taken_at"],
    span: None,
    partition_by: Some("taken_at"),
    columns: &[
        column("ticket_code", Kind::Text),
        column("unit", Kind::Unit),
        column("ticket", Kind::Text),
        column("field", Kind::Text),
        column("taken_at", Kind::Time),
        column("called_at", Kind::Time),
        column("served_at", Kind::Time),
        column("waiting_minutes", Kind::Float),
    ],
};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}
