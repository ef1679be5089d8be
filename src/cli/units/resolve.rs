//! `cchc units resolve`: one unit, several candidates, or none with suggestions.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::output::Columns;
use super::super::{Global, OpenEngine};
use super::Resolve;
use cchc_model::{Resolved, Unit, UnitIndex};

/// Suggestions shown for a name that is nobody's.
const MOST: usize = 5;

/// One line of the answer.
struct Line<'a> {
    name: &'a str,
    result: &'static str,
    unit: Option<&'a Unit>,
    likeness: Option<f64>,
}

impl Resolve {
    pub fn run(&self, global: &Global) -> Result<()> {
        let opened = OpenEngine::open(global)?;
        let lines: Vec<Line<'_>> =
            self.names.iter().flat_map(|name| lines(opened.engine.units(), name, self.on)).collect();
        let unit = |of: fn(&Unit) -> &str| lines.iter().map(move |line| line.unit.map(of));
        let days = |of: fn(&Unit) -> Option<NaiveDate>| {
            let day = |line: &Line<'_>| line.unit.and_then(of).map(|day| day.to_string());
            lines.iter().map(day).collect::<Vec<Option<String>>>()
        };
        let (from, to) = (days(|unit| unit.valid_from), days(|unit| unit.valid_to));
        Columns::default()
            .text("name", lines.iter().map(|line| Some(line.name)))
            .text("result", lines.iter().map(|line| Some(line.result)))
            .text("code", unit(|unit| &unit.code))
            .text("unit_name", unit(|unit| &unit.name))
            .text("kind", unit(|unit| &unit.kind))
            .text("parent", lines.iter().map(|line| line.unit.and_then(|unit| unit.parent.as_deref())))
            .text("valid_from", from.iter().map(Option::as_deref))
            .text("valid_to", to.iter().map(Option::as_deref))
            .number("likeness", lines.iter().map(|line| line.likeness))
            .write(global)
    }
}

/// `one`; `by_day` or `several` for each candidate; `none` for each suggestion, or alone.
fn lines<'a>(units: &'a UnitIndex, name: &'a str, on: Option<NaiveDate>) -> Vec<Line<'a>> {
    let line = |result, unit: Option<&'a Unit>, likeness| Line { name, result, unit, likeness };
    match units.resolve_on(name, on) {
        Resolved::One(unit) if on.is_some() || !units.changes_by_day(name) => vec![line("one", Some(unit), None)],
        Resolved::One(_) => {
            let candidates = units.named(name).into_iter();
            candidates.map(|unit| line("by_day", Some(unit), None)).collect()
        }
        Resolved::Several(codes) => {
            let result = if on.is_none() && units.changes_by_day(name) { "by_day" } else { "several" };
            codes.iter().map(|code| line(result, units.by_code(code), None)).collect()
        }
        Resolved::None => {
            let found = units.suggest(name, MOST);
            if found.is_empty() {
                return vec![line("none", None, None)];
            }
            found.iter().map(|one| line("none", Some(one.unit), Some(one.likeness.share))).collect()
        }
    }
}
