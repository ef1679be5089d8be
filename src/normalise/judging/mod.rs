//! Judges the rows of a batch: which are refused, for which reason, and what may be kept of them.

mod marks;
mod records;

use std::collections::BTreeMap;

use polars::prelude::PlHashSet;

use crate::batch::{Batch, CellFault};
use crate::code::code;
use crate::numbers::number_with_currency;
use crate::raw::RawBatch;
use crate::sheet::SheetFacts;
use crate::text::clean;
use crate::typing::{Typed, TypedBatch};
use cchc_definitions::dates::{DAY, DateReader};
use cchc_model::{ColumnType, FinishedBeforeReceived};

/// A refused row: where it stood, why, and its non-personal cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Row number in the sheet.
    pub row: u32,
    /// Its code, if it has one: the key of the table.
    pub code: String,
    /// Code of the unit that it belongs to, if that was recognised.
    pub unit: String,
    /// The finding that refused it.
    pub rule: &'static str,
    /// Heading of the column at fault.
    pub column: String,
    /// The offending value.
    pub value: String,
    /// What would help.
    pub hint: String,
    /// Mapped cells as JSON object, heading → text. Personal columns are not among them.
    pub cells: String,
}

/// Judges the rows of one sheet.
pub(super) struct RowJudge {
    /// Column of the source that holds the key.
    key: Option<usize>,
    /// Column of the source that says whose row it is.
    unit: Option<usize>,
    /// Columns of the source in the order in which the sheet has them.
    order: Vec<usize>,
    dates: DateReader,
}

/// Of several faults of a row the first of these is reported: code, unit, dates, order of dates.
const FAULT_ORDER: [&str; 10] = [
    "personal_code",
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

impl RowJudge {
    pub fn new(sheet: &SheetFacts<'_>) -> Self {
        let source = sheet.source;
        // The last unit column of a table says whose row it is.
        let unit = source.table.columns.iter().rfind(|column| column.kind == ColumnType::Unit);
        let mut order: Vec<usize> = (0..source.columns.len()).collect();
        order.sort_by_key(|at| sheet.columns.get(*at).copied().flatten());
        Self {
            key: sheet.key(),
            unit: unit.and_then(|unit| sheet.position(unit.name)),
            order,
            dates: DateReader::new(&source.dates, &sheet.words.dates, source.zone),
        }
    }

    /// Rules over several cells of a row: the key, the order of dates, the received date.
    pub fn rules(&self, typed: &TypedBatch<'_>, batch: &mut Batch<'_, '_>) {
        let source = batch.sheet.source;
        if let Some(at) = self.key
            && let Some(Typed::Key(keys)) = typed.column(source.table.key)
        {
            let missing = keys.iter().enumerate().filter(|(_, key)| key.is_empty());
            batch.faults.extend(missing.map(|(row, _)| CellFault::new(row, "missing_code", at)));
        }
        let Some((received_at, received)) = typed.times("received_at") else { return };
        let (finished, returned, due) = (typed.times("finished_at"), typed.times("returned_at"), typed.times("due_at"));
        let status = match typed.column("status") {
            Some(Typed::Int(values)) => Some(values),
            _ => None,
        };
        let refused: PlHashSet<usize> = batch.faults.iter().map(|fault| fault.row).collect();
        for (row, start) in received.iter().enumerate() {
            let status = status.and_then(|status| status[row]);
            let Some(start) = *start else {
                if !status.is_some_and(|status| source.without_received.contains(&status)) {
                    batch.refuse(CellFault::new(row, "missing_received", received_at));
                }
                continue;
            };
            let before = |times: Option<(usize, &[Option<i64>])>| {
                let (at, times) = times?;
                times[row].filter(|end| end.div_euclid(DAY) < start.div_euclid(DAY)).map(|_| at)
            };
            let early_finish = before(finished);
            if let Some(at) = early_finish
                && batch.sheet.policies.finished_before_received == FinishedBeforeReceived::Reject
            {
                batch.refuse(CellFault::new(row, "finished_before_received", at));
                continue;
            }
            if refused.contains(&row) {
                continue;
            }
            let contradiction = status.zip(finished).and_then(|(status, (at, times))| match times[row] {
                None if source.with_finished.contains(&status) => Some(("ended_without_date", Some(at))),
                Some(_) if source.without_finished.contains(&status) => Some(("date_without_end", Some(at))),
                _ => None,
            });
            let no_due = due.filter(|(_, times)| times[row].is_none()).map(|(at, _)| at);
            let rules = [
                ("finished_before_received", early_finish),
                ("returned_before_received", before(returned)),
                ("no_due_date", no_due),
            ];
            for (rule, found) in rules.into_iter().chain(contradiction) {
                if let Some(at) = found {
                    batch.warn(rule, at, row, "");
                }
            }
        }
    }

    /// The refusal of the one row of `raw`, whose cells are not interpreted.
    pub fn unread(
        &self,
        sheet: &SheetFacts<'_>,
        raw: &RawBatch,
        rule: &'static str,
        value: String,
        hint: String,
    ) -> RejectedRow {
        let code = self.key.and_then(|at| raw.columns.get(at)?.as_ref()).map(|codes| code(codes.get(0)).into_owned());
        let code = code.filter(|code| !sheet.mask.is_personal_code(code));
        RejectedRow {
            row: raw.rows[0],
            code: code.unwrap_or_default(),
            unit: String::new(),
            rule,
            column: String::new(),
            value,
            hint,
            cells: self.cells(sheet, raw, 0),
        }
    }

    /// One refusal per row of the batch that has a fault, by the first rule that applies.
    pub fn rejected(&self, typed: &TypedBatch<'_>, batch: &mut Batch<'_, '_>) -> Vec<(usize, RejectedRow)> {
        let rank = |rule: &str| FAULT_ORDER.iter().position(|other| *other == rule).unwrap_or(FAULT_ORDER.len());
        let mut first: BTreeMap<usize, CellFault> = BTreeMap::new();
        for fault in std::mem::take(&mut batch.faults) {
            match first.get(&fault.row) {
                Some(other) if rank(other.rule) <= rank(fault.rule) => {}
                _ => drop(first.insert(fault.row, fault)),
            }
        }
        let key = self.key.and(typed.column(batch.sheet.source.table.key));
        let rejected = |(row, fault): (usize, CellFault)| {
            // Masks of two codes may be alike, so that none of them stands for a code.
            let code = match key {
                Some(Typed::Key(keys)) if fault.rule != "personal_code" => keys.get(row).to_owned(),
                _ => String::new(),
            };
            let unit = self.unit.and_then(|at| typed.text(at, row)).unwrap_or_default().to_owned();
            let rejected = RejectedRow {
                row: batch.raw.rows[row],
                code,
                unit,
                rule: fault.rule,
                column: batch.heading(fault.column, row),
                value: fault.value,
                hint: fault.hint,
                cells: self.cells(batch.sheet, batch.raw, row),
            };
            (row, rejected)
        };
        first.into_iter().map(rejected).collect()
    }

    /// The mapped cells of a refused row as JSON. A text in a column of dates or numbers that is neither may be a
    /// personal value in the wrong column: it is left out.
    fn cells(&self, sheet: &SheetFacts<'_>, raw: &RawBatch, row: usize) -> String {
        let kept = |at: usize, text: &str| {
            let column = &sheet.source.columns[at];
            match column.kind {
                _ if !column.words.is_empty() || text.trim().is_empty() => true,
                ColumnType::Time => self.looks_like_a_date(text, sheet),
                ColumnType::Int | ColumnType::Float | ColumnType::Bool => {
                    number_with_currency(text, &sheet.words.numbers).is_some()
                }
                ColumnType::Text | ColumnType::Unit | ColumnType::Period => true,
            }
        };
        let cells: serde_json::Map<String, serde_json::Value> = self
            .order
            .iter()
            .filter_map(|at| Some((*at, raw.columns.get(*at)?.as_ref()?.get(row))))
            .filter(|(at, text)| kept(*at, text))
            .map(|(at, text)| (sheet.heading(at, raw, row), self.shown(sheet, at, text).into()))
            .collect();
        serde_json::Value::Object(cells).to_string()
    }

    /// A cell without what may be personal.
    fn shown(&self, sheet: &SheetFacts<'_>, at: usize, text: &str) -> String {
        let text = clean(text);
        let masked = match sheet.source.columns[at].kind {
            _ if self.key == Some(at) => return sheet.mask.code(&code(&text)).into_owned(),
            ColumnType::Int | ColumnType::Float | ColumnType::Bool => sheet.mask.number(&text),
            ColumnType::Time => return text.into_owned(),
            ColumnType::Text | ColumnType::Unit | ColumnType::Period => sheet.mask.text(&text),
        };
        masked.into_owned()
    }

    /// Whether a cell holds a date, if only an impossible one.
    fn looks_like_a_date(&self, text: &str, sheet: &SheetFacts<'_>) -> bool {
        self.dates.is_date(text, &clean(text), sheet.date_system)
    }
}
