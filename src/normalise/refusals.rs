//! Decides row by row what is refused, and keeps what may be kept of a refused row.

use std::collections::BTreeMap;

use polars::prelude::PlHashSet;

use super::columns::{CellFault, Normaliser, RejectedRow, Typed};
use super::numbers::number;
use super::raw::RawBatch;
use super::text::clean;
use cchc_definitions::dates::DAY;
use cchc_model::{FinishedBeforeReceived, Kind};

impl Normaliser<'_> {
    /// Rules over several cells of a row: the key, the order of dates, the received date.
    pub(super) fn row_rules(&mut self, typed: &[Option<Typed>], raw: &RawBatch, faults: &mut Vec<CellFault>) {
        let source = self.source;
        let position = |name: &str| source.columns.iter().position(|column| column.name == name);
        let time = |name: &str| {
            position(name).and_then(|at| match &typed[at] {
                Some(Typed::Time(times)) => Some((at, times)),
                _ => None,
            })
        };
        if let Some(at) = position(source.table.key)
            && let Some(Typed::Key(keys)) = &typed[at]
        {
            let missing = keys.iter().enumerate().filter(|(_, key)| key.is_empty());
            faults.extend(missing.map(|(row, _)| CellFault::new(row, "missing_code", at)));
        }
        let Some((received_at, received)) = time("received_at") else { return };
        let (finished, returned, due) = (time("finished_at"), time("returned_at"), time("due_at"));
        let status = position("status").and_then(|at| match &typed[at] {
            Some(Typed::Int(values)) => Some(values),
            _ => None,
        });
        let refused: PlHashSet<usize> = faults.iter().map(|fault| fault.row).collect();
        for (row, &number) in raw.rows.iter().enumerate() {
            let Some(start) = received[row] else {
                let status = status.and_then(|status| status[row]);
                if !status.is_some_and(|status| source.without_received.contains(&status)) {
                    faults.push(CellFault::new(row, "missing_received", received_at));
                }
                continue;
            };
            let before = |times: Option<(usize, &Vec<Option<i64>>)>| {
                let (at, times) = times?;
                times[row].filter(|end| end.div_euclid(DAY) < start.div_euclid(DAY)).map(|_| at)
            };
            let early_finish = before(finished);
            if let Some(at) = early_finish
                && self.policies.finished_before_received == FinishedBeforeReceived::Reject
            {
                faults.push(CellFault::new(row, "finished_before_received", at));
                continue;
            }
            if refused.contains(&row) {
                continue;
            }
            let contradiction =
                status.and_then(|status| status[row]).zip(finished).and_then(|(status, (at, times))| {
                    let rule = match times[row] {
                        None if source.with_finished.contains(&status) => "ended_without_date",
                        Some(_) if source.without_finished.contains(&status) => "date_without_end",
                        _ => return None,
                    };
                    Some((rule, Some(at)))
                });
            let no_due = due.filter(|(_, times)| times[row].is_none()).map(|(at, _)| at);
            let rules = [
                ("finished_before_received", early_finish),
                ("returned_before_received", before(returned)),
                ("no_due_date", no_due),
            ];
            for (rule, found) in rules.into_iter().chain(contradiction) {
                if let Some(at) = found {
                    let heading = self.heading(at, raw, row);
                    self.warn(rule, &heading, "", number, "");
                }
            }
        }
    }

    /// The refusal of the one row of `raw`, none of whose cells was understood.
    #[must_use]
    pub fn refused(&self, raw: &RawBatch, rule: &'static str, value: String, hint: String) -> RejectedRow {
        let key = self.source.columns.iter().position(|column| column.name == self.source.table.key);
        let code = key.and_then(|at| raw.columns.get(at)?.as_ref()).map(|codes| clean(codes.get(0)).into_owned());
        RejectedRow {
            row: raw.rows[0],
            code: code.unwrap_or_default(),
            unit: String::new(),
            rule,
            column: String::new(),
            value,
            hint,
            cells: self.cells(raw, 0),
        }
    }

    /// One refusal per row, by the first rule that applies: code, unit, dates, order of dates.
    pub(super) fn rejected(
        &self,
        raw: &RawBatch,
        typed: &[Option<Typed>],
        faults: Vec<CellFault>,
    ) -> Vec<(usize, RejectedRow)> {
        const ORDER: [&str; 9] = [
            "missing_code",
            "mangled_code",
            "unknown_unit",
            "ambiguous_unit",
            "unreadable_date",
            "impossible_date",
            "year_out_of_range",
            "finished_before_received",
            "missing_received",
        ];
        let rank = |rule: &str| ORDER.iter().position(|other| *other == rule).unwrap_or(ORDER.len());
        let mut first: BTreeMap<usize, CellFault> = BTreeMap::new();
        for fault in faults {
            match first.get(&fault.row) {
                Some(other) if rank(other.rule) <= rank(fault.rule) => {}
                _ => drop(first.insert(fault.row, fault)),
            }
        }
        first
            .into_iter()
            .map(|(row, fault)| {
                let column = self.heading(fault.column, raw, row);
                (
                    row,
                    RejectedRow {
                        row: raw.rows[row],
                        code: self.code_of(typed, row),
                        unit: self.unit_of(typed, row),
                        rule: fault.rule,
                        column,
                        value: fault.value,
                        hint: fault.hint,
                        cells: self.cells(raw, row),
                    },
                )
            })
            .collect()
    }

    fn code_of(&self, typed: &[Option<Typed>], row: usize) -> String {
        let at = self.source.columns.iter().position(|column| column.name == self.source.table.key);
        match at.and_then(|at| typed[at].as_ref()) {
            Some(Typed::Key(keys)) => keys.get(row).to_owned(),
            _ => String::new(),
        }
    }

    /// The last unit column of a table tells whose row it is.
    fn unit_of(&self, typed: &[Option<Typed>], row: usize) -> String {
        let unit = self.source.table.columns.iter().rfind(|column| column.kind == Kind::Unit);
        let at = unit.and_then(|unit| self.source.columns.iter().position(|column| column.name == unit.name));
        at.and_then(|at| match &typed[at] {
            Some(Typed::Text(ids)) => ids[row].map(|id| self.distinct[at][id as usize].clone()),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// The mapped cells of a refused row. What no date and no number is, in a column of dates or numbers, may be a
    /// personal value in the wrong column: it is left out.
    fn cells(&self, raw: &RawBatch, row: usize) -> String {
        let kept = |at: usize, text: &str| {
            let column = &self.source.columns[at];
            match column.kind {
                _ if !column.words.is_empty() || text.trim().is_empty() => true,
                Kind::Time => self.looks_like_a_date(text),
                Kind::Int | Kind::Float | Kind::Bool => number(text).is_some(),
                Kind::Text | Kind::Unit | Kind::Period => true,
            }
        };
        let cells: serde_json::Map<String, serde_json::Value> = self
            .order
            .iter()
            .filter_map(|at| Some((*at, raw.columns.get(*at)?.as_ref()?.get(row))))
            .filter(|(at, text)| kept(*at, text))
            .map(|(at, text)| (self.heading(at, raw, row), clean(text).into_owned().into()))
            .collect();
        serde_json::Value::Object(cells).to_string()
    }
}
