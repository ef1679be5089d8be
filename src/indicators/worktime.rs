//! Working days and working minutes between two times of a dossier: processing, acceptance, pauses.

use super::facts::{day, join_calendar};
use cchc_definitions::Calendar;

/// The two pauses that a dossier can have: the time it stopped and the time it went on.
const PAUSES: [(&str, &str); 2] = [("pause1_from", "pause1_to"), ("pause2_from", "pause2_to")];

/// The words about working time among those `used`, with the joins that they need.
///
/// Durations are differences of two readings of one clock that only runs while offices are open: days by
/// `working_day_number`, minutes by those worked before that day and on it. Both
/// are whole numbers, so that their sums do not depend on the order of adding. What is handed in at night, on a
/// weekend or a holiday starts with the next working minute.
pub(super) fn columns(calendar: &Calendar, used: &str, joins: &mut String) -> Vec<String> {
    let mut clock = Clock { calendar, joins, joined: Vec::new() };
    let mut columns = Vec::new();
    // `pause_working_days` holds the word `working_days`, so words are looked for whole.
    let uses = |word: &str| {
        used.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|other| other == word)
    };
    if uses("working_days") {
        columns.push(format!("{} AS working_days", clock.days("received_at", "finished_at")));
    }
    if uses("working_minutes") {
        columns.push(format!("{} AS working_minutes", clock.minutes_between("received_at", "finished_at")));
    }
    if uses("acceptance_minutes") {
        columns.push(format!("{} AS acceptance_minutes", clock.minutes_between("submitted_at", "received_at")));
    }
    if uses("pause_working_days") {
        columns.push(pauses(|from, to| clock.days(from, to), "pause_working_days"));
    }
    if uses("pause_working_minutes") {
        columns.push(pauses(|from, to| clock.minutes_between(from, to), "pause_working_minutes"));
    }
    if uses("pauses_known") {
        // An empty cell is no pause only where the export has the column at all.
        clock.joins.push_str(
            "\nLEFT JOIN (SELECT DISTINCT file FROM imports WHERE columns LIKE '%pause1_from%') with_pauses \
             ON with_pauses.file = d.file",
        );
        columns.push("CASE WHEN with_pauses.file IS NOT NULL THEN TRUE END AS pauses_known".to_owned());
    }
    columns
}

/// The length of all pauses together; one that has not ended has no length yet.
fn pauses(mut length: impl FnMut(&str, &str) -> String, word: &str) -> String {
    let parts = PAUSES.map(|(from, to)| format!("COALESCE({}, 0)", length(from, to)));
    format!("CASE WHEN d.pause1_to IS NOT NULL THEN {} END AS {word}", parts.join(" + "))
}

struct Clock<'c> {
    calendar: &'c Calendar,
    joins: &'c mut String,
    joined: Vec<String>,
}

impl Clock<'_> {
    /// The calendar's row of the day of a column.
    fn row(&mut self, column: &str) -> String {
        let alias = format!("at_{column}");
        if !self.joined.contains(&alias) {
            join_calendar(self.joins, &alias, &day(&format!("d.{column}")));
            self.joined.push(alias.clone());
        }
        alias
    }

    fn days(&mut self, from: &str, to: &str) -> String {
        let (from, to) = (self.row(from), self.row(to));
        format!("{to}.working_day_number - {from}.working_day_number")
    }

    /// Never below zero: a clock that was set back between two systems measures nothing.
    fn minutes_between(&mut self, from: &str, to: &str) -> String {
        let difference = format!("{} - {}", self.minutes(to), self.minutes(from));
        format!("CASE WHEN d.{to} >= d.{from} THEN {difference} END")
    }

    /// Minutes that offices were open from the start of the calendar up to a time.
    fn minutes(&mut self, column: &str) -> String {
        let row = self.row(column);
        let minute = format!("(div(CAST(d.{column} AS BIGINT), 60000000) % 1440)");
        let today = self
            .calendar
            .sessions()
            .iter()
            .map(|(from, to)| format!("LEAST(GREATEST({minute} - {from}, 0), {})", to - from));
        let today = today.collect::<Vec<_>>().join(" + ");
        format!("({row}.working_minutes_before + CASE WHEN {row}.is_working THEN {today} ELSE 0 END)")
    }
}
