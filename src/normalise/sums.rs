//! Checks the figures of a sheet of ready-made counts against each other: identities of each row, groups and totals
//! against their rows, printed shares against their counts, units that stand twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::headings::Mapping;
use crate::numbers::number_with_currency;
use cchc_definitions::{ReadingWords, fold_word};

/// A sheet of counts has hardly more rows; what follows is not checked.
const MOST_ROWS: usize = 20_000;
/// Printed shares are rounded to two digits.
const ROUNDING: f64 = 0.011;

/// What is wrong with a figure; both figures are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountFault {
    /// The rule of the finding.
    pub rule: &'static str,
    /// Row of the sheet.
    pub row: u32,
    /// Heading of the figure.
    pub column: String,
    /// The figure as it is stated.
    pub value: String,
    /// What it should be, and from what.
    pub hint: String,
}

/// What a row of the sheet is among its sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SumRow {
    /// Of a unit, a field, a procedure.
    Own,
    /// A part of the row above it by service level.
    Level,
    /// The sum of the rows below it.
    Group,
    /// The sum of all.
    Total,
}

#[derive(Debug)]
struct Row {
    number: u32,
    kind: SumRow,
    label: String,
    /// By figure; nothing where the cell is no number.
    values: Vec<Option<f64>>,
}

/// The rows of one sheet so far.
#[derive(Debug)]
pub(crate) struct CountSums {
    /// Measure, column of the sheet, heading.
    figures: Vec<(String, usize, String)>,
    label: Option<usize>,
    rows: Vec<Row>,
}

/// A figure that is the sum of others: its name, and ways to add it up; the first of which the sheet has all parts holds.
type Sum = (&'static str, &'static [&'static [&'static str]]);

const SUMS: [Sum; 9] = [
    ("received_total", &[&["carried", "received_new"]]),
    (
        "received_total",
        &[
            &["carried", "online", "direct_post"],
            &["carried", "online", "direct", "post"],
            &["carried", "full_level_online", "partial_level_online", "other_online", "direct", "post"],
            &["carried", "full_level_online", "not_full_level_online", "direct", "post"],
        ],
    ),
    ("received_new", &[&["online", "direct_post"], &["online", "direct", "post"]]),
    (
        "resolved",
        &[
            &["early", "on_time", "late"],
            &["early_or_on_time", "late"],
            &["early_or_on_time", "late_with_apology", "late_without_apology"],
        ],
    ),
    ("pending", &[&["in_time", "overdue"], &["in_time", "overdue_with_apology", "overdue_without_apology"]]),
    ("received_total", &[&["resolved", "pending"]]),
    ("closing", &[&["pending"]]),
    ("payments_total", &[&["payments_online", "payments_direct"]]),
    ("resolved", &[&["result_digitised", "result_not_digitised"]]),
];

/// Shares in percent: numerators ÷ denominators.
const SHARES: [(&str, &[&str], &[&str]); 7] = [
    ("on_time_rate_pct", &["early", "on_time"], &["early", "on_time", "late"]),
    ("late_share_pct", &["late"], &["resolved"]),
    ("overdue_share_pct", &["overdue"], &["pending"]),
    ("online_share_pct", &["online"], &["online", "direct"]),
    ("digitised_share_pct", &["digitised"], &["digitised", "not_digitised"]),
    ("result_digitised_share_pct", &["result_digitised"], &["result_digitised", "result_not_digitised"]),
    ("payments_online_share_pct", &["payments_national"], &["payments_total"]),
];

impl CountSums {
    /// The figures that the sheet's headings feed.
    pub fn of(mapping: &Mapping, label: Option<usize>) -> Self {
        let figures = mapping.layout.records.iter().filter_map(|record| {
            let measure = record.set.iter().find(|(column, _)| column == "measure")?.1.clone();
            let at = record.cells.first()?.1;
            Some((measure, at, mapping.headings[at].clone()))
        });
        Self { figures: figures.collect(), label, rows: Vec::new() }
    }

    pub fn take(&mut self, number: u32, kind: SumRow, texts: &[Cow<'_, str>], words: &ReadingWords) {
        if self.rows.len() >= MOST_ROWS {
            return;
        }
        let text = |at: usize| texts.get(at).map_or("", |text| text.trim());
        let value = |measure: &str, at: usize| match text(at) {
            "" => (!is_share(measure)).then_some(0.0),
            text => number_with_currency(text.trim_end_matches(['%', ' ']), &words.numbers),
        };
        let values = self.figures.iter().map(|(measure, at, _)| value(measure, *at)).collect();
        let label = fold_word(self.label.map_or("", text).trim_start_matches(['-', '+', '–', '•', ' ']));
        self.rows.push(Row { number, kind, label, values });
    }

    /// Everything that does not add up, in the order of the rows.
    pub fn faults(&self) -> Vec<CountFault> {
        let mut faults = self.negative();
        faults.extend(self.identities());
        let blamed: BTreeSet<&str> = faults.iter().map(|fault| fault.column.as_str()).collect();
        let sums = self.sums(&blamed);
        faults.extend(self.twice());
        faults.extend(sums);
        faults.extend(self.shares());
        faults.sort_by(|left, right| (left.row, left.rule, &left.column).cmp(&(right.row, right.rule, &right.column)));
        faults
    }

    fn own(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.kind == SumRow::Own)
    }

    fn position(&self, measure: &str) -> Option<usize> {
        self.figures.iter().position(|(known, ..)| known == measure)
    }

    fn negative(&self) -> Vec<CountFault> {
        let of = |row: &Row| {
            let below =
                row.values.iter().zip(&self.figures).filter(|(value, _)| value.is_some_and(|value| value < 0.0));
            let fault = |(value, (_, _, heading)): (&Option<f64>, &(String, usize, String))| {
                fault("negative_count", row, heading, value.unwrap_or_default(), String::new())
            };
            below.map(fault).collect::<Vec<_>>()
        };
        self.rows.iter().flat_map(of).collect()
    }

    /// Sums within each row of a unit, a field, a procedure or a level of it.
    fn identities(&self) -> Vec<CountFault> {
        let mut faults = Vec::new();
        for (measure, ways) in SUMS {
            let Some(at) = self.position(measure) else { continue };
            let parts =
                ways.iter().find_map(|way| way.iter().map(|part| self.position(part)).collect::<Option<Vec<_>>>());
            let Some(parts) = parts else { continue };
            for row in self.rows.iter().filter(|row| matches!(row.kind, SumRow::Own | SumRow::Level)) {
                let is_negative = parts.iter().any(|part| row.values[*part].is_some_and(|value| value < 0.0));
                let Some(sum) = parts.iter().map(|part| row.values[*part]).sum::<Option<f64>>() else { continue };
                let Some(stated) = row.values[at].filter(|stated| !is_same(*stated, sum) && !is_negative) else {
                    continue;
                };
                let names: Vec<&str> = parts.iter().map(|part| self.figures[*part].0.as_str()).collect();
                let hint = format!("{} = {}", names.join(" + "), shown(sum));
                faults.push(fault("count_identity", row, &self.figures[at].2, stated, hint));
            }
        }
        faults
    }

    /// Totals and groups against the rows that they add up; a unit that stands twice counts once.
    fn sums(&self, blamed: &BTreeSet<&str>) -> Vec<CountFault> {
        let mut faults = Vec::new();
        for (figure, (measure, _, heading)) in self.figures.iter().enumerate() {
            if is_share(measure)
                || blamed.contains(heading.as_str())
                || self.own().any(|row| row.values[figure].is_none())
            {
                continue;
            }
            let (mut all, mut since_total) = (0.0, 0.0);
            let mut group: Option<(&Row, f64)> = None;
            let mut seen = BTreeSet::new();
            for row in &self.rows {
                let Some(value) = row.values[figure] else { continue };
                match row.kind {
                    SumRow::Level => {}
                    SumRow::Own => {
                        let key =
                            (&row.label, row.values.iter().map(|value| value.map(f64::to_bits)).collect::<Vec<_>>());
                        if !row.label.is_empty() && !seen.insert(key) {
                            continue;
                        }
                        (all, since_total) = (all + value, since_total + value);
                        if let Some((_, sum)) = &mut group {
                            *sum += value;
                        }
                    }
                    SumRow::Group => {
                        faults.extend(group.take().and_then(|group| self.unequal("group_not_sum", group, figure)));
                        group = Some((row, 0.0));
                    }
                    SumRow::Total => {
                        faults.extend(group.take().and_then(|group| self.unequal("group_not_sum", group, figure)));
                        let is_first = self.own().next().is_none_or(|own| own.number > row.number);
                        if !is_first && !is_same(value, all) && !is_same(value, since_total) {
                            faults.push(fault("total_not_sum", row, heading, value, shown(all)));
                        }
                        since_total = 0.0;
                    }
                }
            }
            faults.extend(group.and_then(|group| self.unequal("group_not_sum", group, figure)));
        }
        faults
    }

    fn unequal(&self, rule: &'static str, (row, sum): (&Row, f64), figure: usize) -> Option<CountFault> {
        let stated = row.values[figure].filter(|stated| !is_same(*stated, sum))?;
        Some(fault(rule, row, &self.figures[figure].2, stated, shown(sum)))
    }

    fn twice(&self) -> Vec<CountFault> {
        let mut first: BTreeMap<&str, u32> = BTreeMap::new();
        let mut faults = Vec::new();
        for row in self.own().filter(|row| !row.label.is_empty()) {
            if let Some(before) = first.get(row.label.as_str()) {
                faults.push(CountFault {
                    rule: "unit_twice",
                    row: row.number,
                    column: String::new(),
                    value: row.label.clone(),
                    hint: before.to_string(),
                });
            } else {
                first.insert(&row.label, row.number);
            }
        }
        faults
    }

    fn shares(&self) -> Vec<CountFault> {
        let mut faults = Vec::new();
        for (share, top, bottom) in SHARES {
            let places = |names: &[&str]| names.iter().map(|name| self.position(name)).collect::<Option<Vec<_>>>();
            let (Some(at), Some(top), Some(bottom)) = (self.position(share), places(top), places(bottom)) else {
                continue;
            };
            for row in self.own() {
                let sum = |places: &[usize]| places.iter().map(|at| row.values[*at]).sum::<Option<f64>>();
                let (Some(stated), Some(top), Some(bottom)) = (row.values[at], sum(&top), sum(&bottom)) else {
                    continue;
                };
                let counted = 100.0 * top / bottom;
                if bottom > 0.0 && (stated - counted).abs() > ROUNDING {
                    faults.push(fault("share_not_counts", row, &self.figures[at].2, stated, format!("{counted:.2}")));
                }
            }
        }
        faults
    }
}

fn is_share(measure: &str) -> bool {
    measure.ends_with("_pct") || measure.ends_with("_met")
}

/// Counts are whole numbers.
fn is_same(left: f64, right: f64) -> bool {
    (left - right).abs() < 0.5
}

fn shown(number: f64) -> String {
    number.to_string()
}

fn fault(rule: &'static str, row: &Row, heading: &str, value: f64, hint: String) -> CountFault {
    CountFault { rule, row: row.number, column: heading.to_owned(), value: shown(value), hint }
}
