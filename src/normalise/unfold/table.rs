//! Walks over the rows of a declared sheet: finds headings, gives every number the labels of its column and its row.

use std::collections::{BTreeMap, BTreeSet};

use super::lookup::Meaning;
use super::pairs::FigureCell;
use super::{Remark, Unfolded, Unfolding};
use crate::headings::stacked_headings;
use crate::periods::read_period_below;
use crate::rows::is_total;
use cchc_definitions::{FigureRole, Measure};

/// What is known of a number beside its value.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels {
    pub unit: Option<String>,
    pub period: Option<String>,
    pub figure: Option<String>,
    pub role: Option<FigureRole>,
    /// Đồng in one of its unit of money.
    pub money: Option<f64>,
}

/// A column below its headings.
#[derive(Debug, Clone, Default)]
struct Column {
    heading: String,
    labels: Labels,
}

/// The texts of a row and what each means.
struct Line<'a> {
    number: u32,
    texts: &'a [String],
    means: Vec<Meaning>,
}

impl Unfolding<'_> {
    /// Whether a row holds headings: two or more labels and no number. Below headings that are complete a row of one
    /// unit, one figure and one period without a number is an empty row of the table.
    pub(super) fn is_heading(&self, texts: &[String], below: bool) -> bool {
        let means: Vec<Meaning> = texts.iter().map(|text| self.names.meaning(text, self.units)).collect();
        let count = |kind: fn(&Meaning) -> bool| means.iter().filter(|one| kind(one)).count();
        let roles = count(|one| matches!(one, Meaning::Role(_)));
        let figures = count(|one| matches!(one, Meaning::Figure(_)));
        let units = count(|one| matches!(one, Meaning::Unit(_)));
        let periods = count(|one| matches!(one, Meaning::Period(_)));
        // Years above columns are numbers.
        let is_year = |one: &Meaning| matches!(one, Meaning::Number(year) if (1990.0..=2100.0).contains(year));
        let numbers = count(|one| matches!(one, Meaning::Number(_) | Meaning::Percent(_)));
        let years = means.iter().filter(|one| is_year(one)).count();
        if numbers > 0 && !(years == numbers && years > 1 && roles > 0) {
            return false;
        }
        let same = [figures, units, periods].into_iter().max().unwrap_or_default();
        roles > 1
            || (roles > 0 && roles + figures + units + periods + years > 1)
            || same > 1
            || (!below && figures + units + periods > 1)
    }

    /// All figures of the rows from the first headings on.
    pub(super) fn cells(
        &self,
        rows: &[(u32, Vec<String>)],
        whole: &Labels,
        year: Option<i32>,
        found: &mut Unfolded,
    ) -> Vec<FigureCell> {
        let (mut cells, mut columns, mut section) = (Vec::new(), Vec::new(), whole.clone());
        let mut asked = Asked::default();
        let mut at = 0;
        while let Some((number, texts)) = rows.get(at) {
            if self.is_heading(texts, !columns.is_empty()) {
                let depth =
                    1 + rows[at + 1..].iter().take(3).take_while(|(_, below)| self.continues(texts, below)).count();
                let stack: Vec<Vec<String>> = rows[at..at + depth].iter().map(|(_, texts)| texts.clone()).collect();
                columns = self.columns(&stack, year);
                found.heading_row = rows[at + depth - 1].0;
                at += depth;
                continue;
            }
            at += 1;
            let means = texts.iter().map(|text| self.names.meaning(text, self.units)).collect();
            let line = Line { number: *number, texts, means };
            if let [only] = filled(texts).as_slice() {
                self.title(&line.means[*only], &texts[*only], &mut section);
                continue;
            }
            if !is_numbering(&line.means) {
                let table = Table { columns: &columns, section: &section, year };
                self.row(&line, &table, &mut cells, &mut asked);
            }
        }
        found.remarks.extend(asked.unread.into_iter().map(|(row, column, value)| Remark {
            rule: "unreadable_number",
            row,
            column,
            value,
            hint: String::new(),
        }));
        found.remarks.extend(asked.unknown.into_iter().map(|(heading, row)| Remark {
            rule: "unknown_figure",
            row,
            hint: self.names.nearest(&heading),
            value: heading.clone(),
            column: heading,
        }));
        cells
    }

    /// Whether the row below headings belongs to them: no number, some label, and nothing in the first column that
    /// another row could begin with.
    fn continues(&self, above: &[String], texts: &[String]) -> bool {
        let means: Vec<Meaning> = texts.iter().map(|text| self.names.meaning(text, self.units)).collect();
        let has_number =
            means.iter().any(|one| matches!(one, Meaning::Number(_) | Meaning::Percent(_) | Meaning::Mark(_)));
        let labels = means.iter().filter(|one| !matches!(one, Meaning::Empty | Meaning::Text)).count();
        let first = filled(texts).first().copied().unwrap_or_default();
        let below_text = above.get(first).is_some_and(|text| !text.is_empty());
        let starts_row =
            matches!(means.get(first), Some(Meaning::Unit(_) | Meaning::Figure(_))) && first < 2 && below_text;
        !has_number && labels > 0 && !starts_row
    }

    /// A line of one text between rows: the period or unit of what follows, or nothing.
    fn title(&self, meaning: &Meaning, text: &str, section: &mut Labels) {
        match meaning {
            Meaning::Unit(code) => section.unit = Some(code.clone()),
            Meaning::Figure(id) => section.figure = Some(id.clone()),
            Meaning::Period(period) => section.period = Some(period.clone()),
            _ => section.money = self.names.money(text).or(section.money),
        }
    }

    fn columns(&self, stack: &[Vec<String>], year: Option<i32>) -> Vec<Column> {
        let parts = stacked_headings(stack);
        let is_part = |text: &String| self.names.role(text) == Some(FigureRole::Numerator);
        let paired: BTreeSet<&String> = parts
            .iter()
            .filter(|parts| parts.len() > 1 && parts.last().is_some_and(is_part))
            .filter_map(|parts| parts.get(parts.len() - 2))
            .collect();
        parts.iter().map(|parts| self.column(parts, &paired, year)).collect()
    }

    fn column(&self, parts: &[String], paired: &BTreeSet<&String>, year: Option<i32>) -> Column {
        let heading = parts.join(" ");
        let mut labels = Labels { money: self.names.money(&heading), ..Labels::default() };
        let is_pair = parts.len() > 1 && paired.contains(&parts[parts.len() - 2]);
        if !is_pair {
            let mut joined = (0..parts.len().saturating_sub(1)).map(|from| parts[from..].join(" "));
            labels.figure = joined.find_map(|text| self.names.figure(&text).map(str::to_owned));
        }
        for (depth, part) in parts.iter().enumerate().rev() {
            match self.names.meaning(part, self.units) {
                Meaning::Figure(id) => drop(labels.figure.get_or_insert(id)),
                Meaning::Unit(code) => drop(labels.unit.get_or_insert(code)),
                Meaning::Period(period) => drop(labels.period.get_or_insert(period)),
                Meaning::Role(role) => drop(labels.role.get_or_insert(role)),
                Meaning::Number(_) | Meaning::Text => {
                    let above = parts[..depth].last().map_or("", String::as_str);
                    let period = read_period_below(above, part, year, &self.words.periods);
                    if let Some(period) = period {
                        labels.period.get_or_insert(period.to_string());
                    }
                }
                _ => {}
            }
        }
        Column { heading, labels }
    }

    fn row(&self, line: &Line<'_>, table: &Table<'_>, cells: &mut Vec<FigureCell>, asked: &mut Asked) {
        let Some(own) = self.row_labels(line, table) else { return };
        for (at, meaning) in line.means.iter().enumerate().filter(|(_, meaning)| **meaning != Meaning::Empty) {
            let Some(column) = table.columns.get(at).filter(|column| !column.is_aside()) else { continue };
            let Some(figure) = figure_of(line, column, &own, meaning, asked) else { continue };
            // A total beside columns of units.
            let by_unit = table.columns.iter().any(|column| column.labels.unit.is_some());
            if by_unit && column.labels.unit.is_none() {
                continue;
            }
            let role = match column.labels.role {
                Some(role @ (FigureRole::Numerator | FigureRole::Denominator | FigureRole::Share)) => role,
                _ => FigureRole::Value,
            };
            let is_share = role == FigureRole::Share || self.names.is_share(&figure);
            let money = own.labels.money.or(column.labels.money).or(table.section.money).unwrap_or(1.0);
            let is_money = self.names.known.figure(&figure).is_some_and(|figure| figure.measure == Measure::Money);
            let heading = if column.labels.figure.is_some() { &column.heading } else { &own.title };
            let (value, may_be_percent) = match meaning {
                Meaning::Number(number) if is_share => (*number, true),
                Meaning::Number(number) => (if is_money { number * money } else { *number }, false),
                Meaning::Percent(share) => (*share, false),
                Meaning::Mark(mark) => (f64::from(*mark), false),
                _ => {
                    asked.unread.push((line.number, heading.clone(), line.texts[at].clone()));
                    continue;
                }
            };
            let label = |of: fn(&Labels) -> &Option<String>| {
                of(&column.labels).clone().or_else(|| of(&own.labels).clone()).unwrap_or_default()
            };
            let (unit, period) = (label(|labels| &labels.unit), label(|labels| &labels.period));
            let (row, heading) = (line.number, heading.clone());
            cells.push(FigureCell { row, heading, unit, period, figure, role, value, may_be_percent });
        }
    }

    /// What the texts of a row say of its numbers; nothing of a total.
    fn row_labels(&self, line: &Line<'_>, table: &Table<'_>) -> Option<RowLabels> {
        let Table { columns, section, year } = *table;
        let figure = section.figure.clone().filter(|_| columns.iter().all(|column| column.labels.figure.is_none()));
        let mut own = RowLabels { labels: Labels { money: None, ..section.clone() }, figure, ..RowLabels::default() };
        let by_row = columns.iter().any(|column| column.labels.role == Some(FigureRole::Unit))
            && !columns.iter().any(|column| column.labels.unit.is_some());
        let mut units = false;
        for (at, text) in line.texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let (role, heading) = columns.get(at).map_or((None, ""), |one| (one.labels.role, one.heading.as_str()));
            if at < 3 && is_total(text, &self.words.rows) && self.names.figure(text).is_none() {
                return None;
            }
            match (role, &line.means[at]) {
                (Some(FigureRole::Aside), _) => {}
                (Some(FigureRole::Period), _) => {
                    let period =
                        read_period_below(heading, text, year, &self.words.periods).map(|period| period.to_string());
                    own.labels.period = Some(period.unwrap_or_else(|| text.clone()));
                }
                (Some(FigureRole::Measure), _) => own.labels.money = self.names.money(text).or(own.labels.money),
                (_, Meaning::Unit(code)) => {
                    own.labels.unit = Some(code.clone());
                    units = true;
                }
                // A name that no unit has is refused where units are resolved, with the nearest one.
                (Some(FigureRole::Unit), Meaning::Text) if by_row => {
                    own.labels.unit = Some(text.clone());
                    units = true;
                }
                (Some(FigureRole::Unit), Meaning::Text) => {
                    own.labels.money = self.names.money(text).or(own.labels.money);
                }
                (_, Meaning::Figure(id)) => {
                    (own.figure, own.title) = (Some(id.clone()), text.clone());
                    own.labels.money = self.names.money(text).or(own.labels.money);
                }
                (_, Meaning::Period(period)) => own.labels.period = Some(period.clone()),
                (Some(FigureRole::Figure), Meaning::Text) => own.text = Some(text.clone()),
                _ => {}
            }
        }
        // In a table of units a row without one is a group, a note or the hand of its author.
        (units || !by_row).then_some(own)
    }
}

/// A table: its columns, what stands above it, and its year.
struct Table<'a> {
    columns: &'a [Column],
    section: &'a Labels,
    year: Option<i32>,
}

/// What a sheet leaves open.
#[derive(Debug, Default)]
struct Asked {
    /// Heading or name of a figure → its row, 0 of a column.
    unknown: BTreeMap<String, u32>,
    /// Row, heading and text of a cell that should be a number.
    unread: Vec<(u32, String, String)>,
}

/// The figure of a cell by its column or its row; where neither knows it, or they say two things, the text is asked about.
fn figure_of(
    line: &Line<'_>,
    column: &Column,
    own: &RowLabels,
    meaning: &Meaning,
    asked: &mut Asked,
) -> Option<String> {
    let is_value = matches!(meaning, Meaning::Number(_) | Meaning::Percent(_) | Meaning::Mark(_));
    let takes_values = column.takes_values();
    match (&column.labels.figure, &own.figure) {
        (Some(column), None) => return Some(column.clone()).filter(|_| is_value || *meaning == Meaning::Text),
        (Some(column), Some(row)) if column == row => return Some(column.clone()).filter(|_| is_value),
        (None, Some(row)) if takes_values => {
            return Some(row.clone()).filter(|_| is_value || *meaning == Meaning::Text);
        }
        _ if !is_value => {}
        (None, None) if takes_values && own.text.is_some() => {
            asked.unknown.entry(own.text.clone().unwrap_or_default()).or_insert(line.number);
        }
        _ if !column.heading.is_empty() && column.labels.unit.is_none() => {
            asked.unknown.entry(column.heading.clone()).or_insert(0);
        }
        _ => {}
    }
    None
}

/// What a row says of its numbers.
#[derive(Debug, Clone, Default)]
struct RowLabels {
    labels: Labels,
    figure: Option<String>,
    title: String,
    /// The name of a figure that the dictionary lacks.
    text: Option<String>,
}

impl Column {
    fn is_aside(&self) -> bool {
        use FigureRole::{Aside, Figure, Measure, Period, Unit};
        let beside = self.labels.role.is_some_and(|role| matches!(role, Aside | Figure | Measure | Period | Unit));
        beside && self.labels.figure.is_none() && self.labels.unit.is_none() && self.labels.period.is_none()
    }

    /// Whether its numbers are those of the row's figure.
    const fn takes_values(&self) -> bool {
        self.labels.role.is_some() || self.labels.unit.is_some() || self.labels.period.is_some()
    }
}

fn filled(texts: &[String]) -> Vec<usize> {
    (0..texts.len()).filter(|at| !texts[*at].is_empty()).collect()
}

/// "(1) (2) (3)" under headings.
fn is_numbering(means: &[Meaning]) -> bool {
    let numbers: Vec<f64> =
        means.iter().filter_map(|one| if let Meaning::Number(n) = one { Some(*n) } else { None }).collect();
    let others = means.iter().filter(|one| !matches!(one, Meaning::Empty | Meaning::Number(_))).count();
    others == 0
        && numbers.len() > 2
        && numbers.windows(2).all(|pair| (pair[1] - pair[0] - 1.0).abs() < f64::EPSILON)
        && numbers[0] <= 2.0
}
