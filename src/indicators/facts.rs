//! The rows that indicators count, with the words that definitions may use, by the chosen policies.

use super::carry::carried;
use super::{due, figure_facts, worktime};
use cchc_definitions::Calendar;
use cchc_model::{Carry, Compare, DueOnDayOff, MissingDue, PROVENANCE, Pause, Period, Policies, Table, Withdrawn};

/// Tables that indicators can count.
pub const FACT_TABLES: [&str; 9] =
    ["dossiers", "ratings", "feedback", "procedures", "declared", "criteria", "documents", "training", "tickets"];

/// The words of a fact table beside its stored columns.
#[must_use]
pub fn fact_columns(table: &str) -> &'static [&'static str] {
    match table {
        "dossiers" => &[
            "received_on",
            "due_on",
            "finished_on",
            "received",
            "carried_over",
            "finished",
            "open_at_end",
            "early",
            "on_time",
            "late",
            "in_time",
            "overdue",
            "no_due",
            "due_counts",
            "online",
            "post",
            "withdrawn",
            "days",
            "working_days",
            "working_minutes",
            "acceptance_minutes",
            "pauses_known",
            "pause_working_days",
            "pause_working_minutes",
            "paper_result",
            "period_start",
            "period_end",
        ],
        "ratings" => &["answer_count", "of_period", "received_on", "received", "period_start", "period_end"],
        "tickets" => &["waiting", "received_on", "received", "period_start", "period_end"],
        "documents" => &["documents_received", "of_period", "received_on", "received", "period_start", "period_end"],
        "declared" | "criteria" | "training" => &["of_period", "received_on", "received", "period_start", "period_end"],
        "feedback" => &["received_on", "due_on", "answered_on", "answered", "received", "period_start", "period_end"],
        "procedures" => &["online_dossiers", "paid_dossiers", "period_start", "period_end"],
        _ => &["period_start", "period_end"],
    }
}

/// The `WITH` part of a pass: `scoped` holds one row per fact and period, with every word that definitions use.
///
/// `used` is all SQL that will read it: joins that nobody needs are left out.
/// `carry` assigns the facts to the units of another day.
/// The periods are part of the text, so that anyone can run it again and questions of different periods run side by side.
pub(super) fn with_scoped(
    table: &str,
    periods: &[Period],
    policies: Policies,
    calendar: &Calendar,
    carry: Option<&Carry>,
    used: &str,
) -> String {
    let (facts, scoped) = match table {
        "dossiers" => (dossiers(policies, calendar, used), dossiers_in_period(policies)),
        _ if figure_facts::of(table).is_some() => figure_facts::of(table).unwrap_or_default(),
        "feedback" => (
            "SELECT *, unit AS fact_unit, NULL AS fact_kind, CAST(received_at AS DATE) AS received_on, \
             CAST(due_at AS DATE) AS due_on, CAST(answered_at AS DATE) AS answered_on FROM feedback"
                .to_owned(),
            dated("COALESCE(f.answered_on <= p.period_end, FALSE) AS answered"),
        ),
        _ => {
            ("SELECT *, agency AS fact_unit, kind AS fact_kind FROM procedures".to_owned(), procedures_in_period(used))
        }
    };
    let facts = carry.map_or_else(|| format!("facts AS (\n{facts}\n)"), |carry| carried(&facts, carry));
    format!("WITH {}, {facts}, scoped AS (\n{scoped}\n)\n", with_periods(periods))
}

/// The CTE `periods(period, period_start, period_end)`; `period` is the place in the list.
fn with_periods(periods: &[Period]) -> String {
    let row = |(at, one): (usize, &Period)| format!("({at}, DATE '{}', DATE '{}')", one.start, one.end);
    let rows: Vec<String> = periods.iter().enumerate().map(row).collect();
    format!(
        "periods AS (\nSELECT CAST(column1 AS INT) AS period, column2 AS period_start, column3 AS period_end\n\
         FROM (VALUES {})\n)",
        rows.join(", ")
    )
}

/// Facts of one date: those dated in the period.
fn dated(more: &str) -> String {
    format!(
        "SELECT f.*, p.period, p.period_start, p.period_end, TRUE AS received, {more}\n\
         FROM facts f JOIN periods p ON f.received_on BETWEEN p.period_start AND p.period_end"
    )
}

fn dossiers(policies: Policies, calendar: &Calendar, used: &str) -> String {
    let table = Table::named("dossiers").expect("the table of dossiers exists");
    let uses = |word: &str| used.contains(word);
    let level = uses("service_level") || policies.missing_due == MissingDue::FromStatutoryLimit;
    let catalogue = level || uses("paper_result");
    let mut columns: Vec<String> = table
        .columns
        .iter()
        .chain(PROVENANCE)
        .map(|column| match column.name {
            // The row's own level; the catalogue's only where the export has none.
            "service_level" if level => "COALESCE(d.service_level, c.service_level) AS service_level".to_owned(),
            name => format!("d.{name}"),
        })
        .collect();
    let mut joins = String::new();
    if catalogue {
        joins.push_str("\nLEFT JOIN procedures c ON c.procedure_code = d.procedure_code");
    }
    if uses("paper_result") {
        columns.push("c.paper_result".to_owned());
    }
    columns.extend(
        [
            "d.resolving_unit AS fact_unit",
            "CAST(NULL AS VARCHAR) AS fact_kind",
            &format!("{} AS received_on", day("d.received_at")),
            // Only where the workspace loads impossible orders of dates with a warning do the two differ.
            &format!(
                "{} AS finished_on",
                day("CASE WHEN d.finished_at < d.received_at THEN d.received_at ELSE d.finished_at END")
            ),
            "d.channel = 2 AS online",
            "d.channel = 3 AS post",
            "d.status = 7 AS withdrawn",
        ]
        .map(ToString::to_string),
    );
    let due = due_on(policies, &mut joins);
    columns.push(format!("{due} AS due_on"));
    columns.push(format!("{} AS due_day_is_off", due::day_is_off(policies.due_on_day_off)));
    columns.extend(worktime::columns(calendar, used, &mut joins));
    format!("SELECT {}\nFROM dossiers d{joins}\nWHERE d.received_at IS NOT NULL", columns.join(", "))
}

/// Words of a procedure that are counted from dossiers: the word, the column that it needs, and the condition.
const OF_DOSSIERS: [(&str, &str, &str); 2] = [
    ("online_dossiers", "channel", "d.channel = 2"),
    ("paid_dossiers", "paid_online", "d.fee > 0 AND d.paid_online >= 1"),
];

/// The catalogue, the same in every period, with counts of the dossiers of each procedure received in the period.
///
/// A dossier without the code of its procedure belongs to the only one of its name. A procedure without dossiers counts 0
/// where other dossiers of its agency (of its kind, without an agency) have the column and their procedure; where none
/// has, the count is unknown.
fn procedures_in_period(used: &str) -> String {
    let words: Vec<_> = OF_DOSSIERS.into_iter().filter(|(word, ..)| used.contains(word)).collect();
    let plain = "SELECT f.*, p.period, p.period_start, p.period_end";
    if words.is_empty() {
        return format!("{plain} FROM facts f CROSS JOIN periods p");
    }
    let list = |part: &dyn Fn(&str, &str, &str) -> String| {
        words.iter().map(|(word, column, counts)| part(word, column, counts)).collect::<Vec<_>>().join(", ")
    };
    let known = list(&|word, column, _| format!("COUNT(d.{column}) AS {word}_told"));
    let counted = list(&|word, _, counts| format!("COUNT(*) FILTER (WHERE {counts}) AS {word}"));
    let shown = list(&|word, _, _| {
        format!(
            "CASE WHEN of_code.{word}_told > 0 THEN of_code.{word} WHEN of_code.code IS NULL \
             AND COALESCE(of_unit.{word}_told, of_kind.{word}_told) > 0 THEN 0 END AS {word}"
        )
    });
    let of = |key: &str, counted: &str, join: &str| {
        format!(
            "SELECT p.period, {key}, {known}{counted} FROM dossiers d{join}\n\
             LEFT JOIN (SELECT lower(procedure_name) AS name, MIN(procedure_code) AS code FROM procedures \
             GROUP BY lower(procedure_name) HAVING COUNT(*) = 1) n ON d.procedure_code IS NULL AND n.name = lower(d.procedure_name)\n\
             JOIN periods p ON {} BETWEEN p.period_start AND p.period_end\n\
             WHERE COALESCE(d.procedure_code, n.code) IS NOT NULL GROUP BY p.period, {}",
            day("d.received_at"),
            key.split(" AS ").next().unwrap_or(key),
        )
    };
    format!(
        "{plain}, {shown}\nFROM facts f CROSS JOIN periods p\n\
         LEFT JOIN ({}) of_code ON of_code.period = p.period AND of_code.code = f.procedure_code\n\
         LEFT JOIN ({}) of_unit ON of_unit.period = p.period AND of_unit.resolving_unit = f.agency\n\
         LEFT JOIN ({}) of_kind ON of_kind.period = p.period AND of_kind.kind = f.kind AND f.agency IS NULL",
        of("COALESCE(d.procedure_code, n.code) AS code", &format!(", {counted}"), ""),
        of("d.resolving_unit", "", ""),
        of("u.kind", "", " JOIN units u ON u.code = d.resolving_unit"),
    )
}

/// The due date by the policies for days off, for pauses and for missing due dates.
fn due_on(policies: Policies, joins: &mut String) -> String {
    let exported = &match policies.due_on_day_off {
        DueOnDayOff::AsWritten => day("d.due_at"),
        DueOnDayOff::NextWorkingDay => due::on_a_working_day(joins),
    };
    let by_limit = policies.missing_due == MissingDue::FromStatutoryLimit;
    if policies.pause == Pause::AsExported && !by_limit {
        return exported.clone();
    }
    join_calendar(joins, "pr", &day("d.received_at"));
    join_calendar(joins, "pd", exported);
    let limit = if by_limit { "pr.working_day_number + c.limit_days" } else { "NULL" };
    let due = format!("COALESCE(pd.working_day_number, {limit})");
    let number = match policies.pause {
        Pause::AsExported => due,
        Pause::Subtract => {
            for (alias, column) in
                [("p1f", "pause1_from"), ("p1t", "pause1_to"), ("p2f", "pause2_from"), ("p2t", "pause2_to")]
            {
                join_calendar(joins, alias, &day(&format!("d.{column}")));
            }
            let pause =
                |from: &str, to: &str| format!("COALESCE({to}.working_day_number - {from}.working_day_number, 0)");
            format!("{due} + {} + {}", pause("p1f", "p1t"), pause("p2f", "p2t"))
        }
        Pause::Restart => {
            join_calendar(joins, "pe", &day("COALESCE(d.pause2_to, d.pause1_to)"));
            format!("{due} + COALESCE(pe.working_day_number - pr.working_day_number, 0)")
        }
    };
    joins.push_str(&format!(
        "\nLEFT JOIN (SELECT working_day_number, MIN(date) AS date FROM calendar GROUP BY working_day_number) due_day \
         ON due_day.working_day_number = {number}"
    ));
    match policies.pause {
        Pause::AsExported => format!("COALESCE({exported}, due_day.date)"),
        // Without a pause the exported day counts, even if it is no working day.
        // In a year without a calendar nothing can be added to the exported day.
        _ => format!(
            "CASE WHEN d.pause1_to IS NULL AND d.due_at IS NOT NULL THEN {exported} ELSE COALESCE(due_day.date, {exported}) END"
        ),
    }
}

/// The day of a time. Division keeps to whole columns where a plain cast goes through a calendar row by row.
pub(super) fn day(time: &str) -> String {
    format!("CAST(CAST(div(CAST({time} AS BIGINT), 86400000000) AS INT) AS DATE)")
}

pub(super) fn join_calendar(joins: &mut String, alias: &str, date: &str) {
    joins.push_str(&format!("\nLEFT JOIN calendar {alias} ON {alias}.date = {date}"));
}

/// State as of the end of the period, read from the dates and never from today's status.
fn dossiers_in_period(policies: Policies) -> String {
    let (past_due, overdue) = match policies.compare {
        Compare::Date => ("f.finished_on > f.due_on".to_owned(), "f.due_on < p.period_end".to_owned()),
        Compare::Time => (due::is_past(), due::is_past_at_end()),
    };
    let excused = match policies.withdrawn {
        Withdrawn::ByDates => "FALSE",
        Withdrawn::OnTime => "COALESCE(f.withdrawn, FALSE)",
    };
    let due_counts = if policies.missing_due == MissingDue::Exclude { "f.due_on IS NOT NULL" } else { "TRUE" };
    format!(
        "SELECT f.*, p.period, p.period_start, p.period_end,\n\
         f.received_on >= p.period_start AS received,\n\
         f.received_on < p.period_start AS carried_over,\n\
         COALESCE(f.finished_on <= p.period_end, FALSE) AS finished,\n\
         COALESCE(f.finished_on > p.period_end, TRUE) AS open_at_end,\n\
         f.due_on IS NULL AS no_due,\n\
         COALESCE(f.finished_on < f.due_on, FALSE) AND NOT {excused} AS early,\n\
         ({excused} OR (NOT COALESCE({past_due}, FALSE) AND NOT COALESCE(f.finished_on < f.due_on, FALSE))) AS on_time,\n\
         COALESCE({past_due}, FALSE) AND NOT {excused} AS late,\n\
         NOT COALESCE({overdue}, FALSE) AS in_time,\n\
         COALESCE({overdue}, FALSE) AS overdue,\n\
         {due_counts} AS due_counts,\n\
         CAST(f.finished_on AS INT) - CAST(f.received_on AS INT) AS days\n\
         FROM facts f JOIN periods p\n\
         ON f.received_on <= p.period_end AND COALESCE(f.finished_on >= p.period_start, TRUE)"
    )
}
