//! What the commands of figures share: how figures are split, and who has not sent.

use std::collections::BTreeSet;

use clap::ValueEnum;

use super::{Format, Global, Outcome};
use cchc_definitions::{Indicator, Wording};
use cchc_engine::{Engine, Remarks};
use cchc_indicators::{By, Children};
use cchc_indices::{Ranked, SetAside};
use cchc_model::{Held, NotSent, Period, Policies, one_line};

/// How figures are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum SplitBy {
    /// By unit, with sums per kind and over all
    #[default]
    Unit,
    /// By field
    Field,
    /// By procedure
    Procedure,
    /// By channel
    Channel,
    /// By service level
    Level,
    /// By month: every unit in each month of the period
    Month,
}

impl From<SplitBy> for By {
    fn from(split: SplitBy) -> Self {
        match split {
            SplitBy::Unit => Self::Unit,
            SplitBy::Field => Self::Field,
            SplitBy::Procedure => Self::Procedure,
            SplitBy::Channel => Self::Channel,
            SplitBy::Level => Self::Level,
            SplitBy::Month => Self::Month,
        }
    }
}

pub(super) const fn children(with: bool) -> Children {
    if with { Children::Added } else { Children::Apart }
}

pub(super) fn has_not_sent(missing: &[NotSent], code: &str) -> bool {
    missing.binary_search_by(|one| one.unit.unit_code.as_str().cmp(code)).is_ok()
}

pub(super) fn note_not_sent(global: &Global, missing: &[NotSent]) {
    if !missing.is_empty() && global.format == Format::Table {
        global.note(&format!(
            "{} unit(s) have not sent an export that reaches the end of the period; they look idle and may not be \
             (column not_sent)",
            missing.len()
        ));
    }
}

/// Says which sheets of criteria were taken for another index's.
pub(super) fn note_ignored_sheets<'a>(global: &Global, id: &str, sheets: impl IntoIterator<Item = &'a String>) {
    for sheet in sheets {
        let sheet = one_line(sheet.trim());
        global.note(&format!(
            "{sheet}: names no index, and most of its maxima are not those of '{id}': its points are left out here"
        ));
    }
}

/// Says which kinds a composite index could not score and why, and which indicators it left out.
pub(super) fn note_remarks(global: &Global, remarks: &Remarks) {
    for one in &remarks.set_aside {
        global.note(&set_aside(&remarks.index, one));
    }
    note_ignored_sheets(global, &remarks.index, &remarks.passed_over);
    for (kind, ids) in &remarks.left_out {
        global.note(&format!(
            "kind '{kind}': no unit has a value of {}; the scores are of the other indicators only",
            ids.join(", ")
        ));
    }
}

/// Why a kind is not ranked by an index, and what to do.
pub(super) fn set_aside(index_id: &str, one: &SetAside) -> String {
    let faults: Vec<String> = one.faults.iter().map(|fault| format!("  {fault}")).collect();
    format!(
        "kind '{}' ({} unit(s)) is not ranked by '{index_id}':\n{}\n  send what is missing, take the \
         indicator out of the definition, or leave the kind out of its unit_kinds",
        one.kind,
        one.units,
        faults.join("\n")
    )
}

/// Says of each kind how many units are ranked and what keeps the others out; nobody ranked at all is no answer.
pub(super) fn note_ranked(global: &Global, ranked: &Ranked) -> Outcome {
    let kinds: BTreeSet<&str> = ranked.rows.iter().filter_map(|row| row.unit.kind.as_deref()).collect();
    for kind in kinds {
        let rows = || ranked.rows.iter().filter(|row| row.unit.kind.as_deref() == Some(kind));
        let placed = rows().filter(|row| row.rank.is_some()).count();
        if placed == rows().count() {
            continue;
        }
        let held = |why: Held| rows().filter(|row| row.held == Some(why)).count();
        let (incomplete, few) = (held(Held::Incomplete), held(Held::FewCases));
        global.note(&format!(
            "kind '{kind}': {placed} of {} unit(s) ranked; {incomplete} provisional, since they lack too many of the common \
             items (column lacking), {few} with too few cases, {} without a score",
            rows().count(),
            rows().filter(|row| row.score.is_none()).count()
        ));
        note_gaps(global, ranked, kind, placed);
    }
    if ranked.rows.iter().any(|row| row.rank.is_some()) {
        return Outcome::Done;
    }
    global.note("nobody is ranked: no unit has the figures that the index needs in this period");
    Outcome::WithErrors
}

/// The figures that a kind of which nobody is ranked lacks, and who owes them.
fn note_gaps(global: &Global, ranked: &Ranked, kind: &str, placed: usize) {
    const NAMED: usize = 5;
    if placed > 0 {
        return;
    }
    for gap in ranked.gaps.iter().filter(|gap| gap.kind == kind) {
        let names: Vec<&str> = gap.owed_by.iter().take(NAMED).map(|unit| unit.unit_name.as_str()).collect();
        let who = if gap.owed_by.len() == gap.units { "every unit".to_owned() } else { names.join(", ") };
        let more = gap.owed_by.len().saturating_sub(NAMED);
        let more =
            if gap.owed_by.len() == gap.units || more == 0 { String::new() } else { format!(" and {more} more") };
        global.note(&format!("  '{}' is owed by {who}{more}", gap.item.id));
    }
}

/// The choices by which the figure was counted, as `cchc.toml` writes them.
pub(super) fn policy_line(policies: Policies) -> String {
    let chosen = serde_json::json!(policies);
    let one = |(name, choice): (&String, &serde_json::Value)| {
        format!("{name} = {}", choice.as_str().map_or_else(|| choice.to_string(), str::to_owned))
    };
    let chosen: Vec<String> = chosen.as_object().into_iter().flatten().map(one).collect();
    format!("policies     {}\n", chosen.join(", "))
}

/// Says which years of a period have no calendar: working days are unknown there.
pub(super) fn note_calendar(global: &Global, engine: &Engine, period: &Period) {
    let years = engine.definitions().calendar.unknown_years(period.start, period.end);
    let (Some(first), Some(last)) = (years.first(), years.last()) else { return };
    let all = if first == last { first.to_string() } else { format!("{first}–{last}") };
    let values: [(&str, &dyn std::fmt::Display); 2] = [("years", &all), ("year", last)];
    global.note(&Wording::shipped().fill("calendar", "unknown", global.language(), &values));
}

/// Whether a figure counts working days or hours.
pub(super) fn counts_working_time(indicator: &Indicator) -> bool {
    let sql = [&indicator.numerator, &indicator.denominator];
    sql.iter().any(|sql| sql.contains("working_") || sql.contains("acceptance_minutes"))
}
