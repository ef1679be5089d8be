//! The rows of tables whose figures hold for a period: answers, declared figures, criteria, documents, training, tickets.

use cchc_model::{PROVENANCE, Table};

/// The `facts` and `scoped` of such a table, if it is one.
pub(super) fn of(table: &str) -> Option<(String, String)> {
    let facts = |more: &str| facts(table, more);
    Some(match table {
        "ratings" => (
            facts("CAST(rated_from AS DATE) AS from_on, CAST(rated_at AS DATE) AS received_on"),
            within("COALESCE(f.answers, 1) AS answer_count"),
        ),
        "documents" => (
            facts("CAST(period_from AS DATE) AS from_on, CAST(period_to AS DATE) AS received_on"),
            within("TRUE AS plain"),
        ),
        "training" => (
            facts("CAST(held_from AS DATE) AS from_on, CAST(COALESCE(held_to, held_from) AS DATE) AS received_on"),
            within("TRUE AS plain"),
        ),
        "tickets" => (
            facts("CAST(NULL AS DATE) AS from_on, CAST(taken_at AS DATE) AS received_on"),
            within("f.waiting_minutes AS waiting"),
        ),
        "declared" => (
            facts("CAST(declared_from AS DATE) AS from_on, CAST(declared_at AS DATE) AS received_on"),
            stated("f.unit, f.indicator", "declared_code"),
        ),
        "criteria" => (
            facts("CAST(period_from AS DATE) AS from_on, CAST(period_to AS DATE) AS received_on"),
            stated("f.unit, f.criteria_set, f.criterion", "criteria_code"),
        ),
        _ => return None,
    })
}

/// All columns of a table; its own period becomes `of_period`, since `period` is the measured one, and documents
/// received `documents_received`, since `received` means that a row is of the period.
fn facts(name: &str, more: &str) -> String {
    let table = Table::named(name).expect("a table of figures is one that sources feed");
    let columns: Vec<String> = table
        .columns
        .iter()
        .chain(PROVENANCE)
        .map(|column| match column.name {
            "period" => "period AS of_period".to_owned(),
            "received" => "received AS documents_received".to_owned(),
            name => name.to_owned(),
        })
        .collect();
    format!("SELECT {}, unit AS fact_unit, CAST(NULL AS VARCHAR) AS fact_kind, {more} FROM {name}", columns.join(", "))
}

/// Rows dated in the period. A row of a period of its own belongs to those that hold all of it: a quarter's answers
/// count in the half-year, never in the month in which the quarter ends.
fn within(more: &str) -> String {
    format!(
        "SELECT f.*, p.period, p.period_start, p.period_end, TRUE AS received, {more}\n\
         FROM facts f JOIN periods p ON f.received_on BETWEEN p.period_start AND p.period_end\n\
         AND COALESCE(f.from_on >= p.period_start, TRUE)"
    )
}

/// What was stated for the period. Of several statements with the same key columns the one for exactly this period counts, else the
/// latest of a day in it, else the one without a day. What was stated for another period does not count, not even for
/// a part of this one: nothing shows whether it is a state at its end or a sum over it.
fn stated(key_columns: &str, key: &str) -> String {
    format!(
        "SELECT * FROM (SELECT f.*, p.period, p.period_start, p.period_end, TRUE AS received,\n\
         ROW_NUMBER() OVER (PARTITION BY p.period, {key_columns} ORDER BY\n\
         CASE WHEN f.from_on IS NOT NULL THEN 0 WHEN f.received_on IS NOT NULL THEN 1 ELSE 2 END,\n\
         f.received_on DESC, f.exported_at DESC NULLS LAST, f.{key}) AS place\n\
         FROM facts f JOIN periods p ON CASE\n\
         WHEN f.from_on IS NOT NULL THEN f.from_on = p.period_start AND f.received_on = p.period_end\n\
         WHEN f.received_on IS NOT NULL THEN f.received_on BETWEEN p.period_start AND p.period_end\n\
         ELSE TRUE END) AS stated WHERE place = 1"
    )
}
