//! Computes a composite index: all stages in order, on one period's values, with every fault named before a score is given.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::aggregate::aggregate;
use super::composed::Composed;
use super::denominate::denominate;
use super::impute::{Sources, impute};
use super::scale::{ScaleError, Scaling, scale};
use super::screen::screen;
use super::table::{Column, ValueTable};
use super::treat::{Treated, treat};
use super::weigh::{Loadings, WeighError, principal_component};
use cchc_definitions::index::composite::{Child, Composite, Leaf, Node};
use cchc_definitions::index::settings::{Empty, ImputeMethod, WeighMethod};
use cchc_definitions::{Fault, did_you_mean};

/// What a composite index is computed from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Columns of the indicators and of their denominators; the units to be compared with each other.
    pub values: &'a ValueTable,
    /// Groupings for imputation: name → unit → group.
    pub groups: &'a BTreeMap<String, BTreeMap<String, String>>,
    /// Tables of earlier periods, the latest first, for imputation by `last_period`.
    pub earlier: &'a [ValueTable],
    /// The last day of the period: weights that hold on it count.
    pub on: NaiveDate,
}

/// Computes an index. Units are taken in the order of their ids, so that the order of rows can change no digit.
///
/// ```
/// use std::collections::BTreeMap;
/// use cchc_definitions::Composite;
/// use cchc_indices::{Column, Input, ValueTable, compose};
/// let index = Composite::parse("indices/two.toml", r#"
///     kind = "composite"
///     index = { id = "two", name_vi = "Hai", name_en = "Two", legal_basis = "constructed" }
///     scale = { method = "goalposts", range = [0, 100] }
///     indicator = [
///       { id = "speed", goalposts = { low = 0, high = 50 }, weight = 3 },
///       { id = "days", goalposts = { low = 5, high = 25 }, direction = "lower" },
///     ]
/// "#).unwrap();
/// let column = |id: &str, values: [f64; 2]| Column { id: id.into(), values: values.map(Some).to_vec() };
/// let columns = vec![column("speed", [25.0, 50.0]), column("days", [5.0, 20.0])];
/// let values = ValueTable::new(vec!["A".into(), "B".into()], columns).unwrap();
/// let on = "2024-12-31".parse().unwrap();
/// let done = compose(&index, Input { values: &values, groups: &BTreeMap::new(), earlier: &[], on }).unwrap();
/// // A: (3 × 50 + 100) / 4, B: (3 × 100 + 25) / 4
/// assert_eq!(done.index(), [Some(62.5), Some(81.25)]);
/// assert_eq!(done.ranks("two", index.rank).unwrap(), [Some(2), Some(1)]);
/// ```
///
/// # Errors
/// All faults of the values under this definition, each with indicator or node and, where it is one, the unit.
pub fn compose(index: &Composite, input: Input<'_>) -> Result<Composed, Vec<Fault>> {
    let mut run = Run { index, input, faults: Vec::new(), broken: BTreeSet::new(), left_out: Vec::new() };
    run.check_frame();
    let order = in_order(input.values);
    let values = input.values.rows(&order);
    let raw = run.raw(&values);
    let denominated = run.denominated(&values, &raw);
    let (stay, dropped) = screen(&denominated, index.screen);
    if stay.is_empty() && !order.is_empty() {
        run.fault("screen", "no unit has enough values".to_owned());
    }
    let screened = denominated.rows(&stay);
    let (imputed, imputed_counts) = run.imputed(&screened);
    let (treated, treatments) = run.treated(&imputed);
    let scaled = run.scaled(&treated);
    let (scores, weights) = run.aggregated(&scaled);
    if !run.faults.is_empty() {
        run.faults.sort();
        return Err(run.faults);
    }
    let left_out = run.left_out;
    Ok(Composed {
        left_out,
        raw,
        denominated,
        dropped,
        imputed,
        imputed_counts,
        treated,
        treatments,
        scaled,
        scores,
        weights,
    })
}

/// Rows in the order of the units' ids.
fn in_order(values: &ValueTable) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.units().len()).collect();
    order.sort_by(|left, right| values.units()[*left].cmp(&values.units()[*right]));
    order
}

/// One computation: what it works on and what it has found wrong so far.
struct Run<'a> {
    index: &'a Composite,
    input: Input<'a>,
    faults: Vec<Fault>,
    /// Indicators and nodes with a fault; nodes above them get no fault of their own.
    broken: BTreeSet<Child>,
    /// Indicators without any value, where the definition leaves these out.
    left_out: Vec<usize>,
}

impl Run<'_> {
    fn fault(&mut self, key: &str, message: String) {
        self.faults.push(Fault { file: self.index.file.clone(), key: key.to_owned(), message });
    }

    fn fault_at(&mut self, child: Child, stage: &str, message: String) {
        let key = format!("{}.{stage}", self.index.child_id(child));
        self.fault(&key, message);
        self.broken.insert(child);
    }

    /// What can be checked before any value is read.
    fn check_frame(&mut self) {
        let on = self.input.on;
        if self.input.values.units().is_empty() {
            self.fault("index", "there are no units to score".to_owned());
        }
        if !self.index.head.is_valid(on) {
            self.fault("index.valid_from", format!("this version does not hold on {on}"));
        }
        if !self.index.weights.is_empty() && self.index.given_weights(&self.index.nodes[0], on).is_none() {
            self.fault("weights", format!("none hold on {on}; add [[weights]] for that day"));
        }
        let groupings: BTreeSet<&String> =
            self.index.leaves.iter().filter_map(|leaf| leaf.impute.group.as_ref()).collect();
        for grouping in groupings {
            if !self.input.groups.contains_key(grouping) {
                let hint = did_you_mean(grouping, self.input.groups.keys().map(String::as_str));
                self.fault("impute.group", format!("units have no grouping '{grouping}'{hint}"));
            }
        }
    }

    /// A column of the input; an unknown one is a fault of the indicator.
    fn input_column<'v>(
        &mut self,
        values: &'v ValueTable,
        at: usize,
        key: &str,
        id: &str,
    ) -> Option<&'v [Option<f64>]> {
        let found = values.column(id);
        if found.is_none() {
            let hint = did_you_mean(id, values.columns().iter().map(|column| column.id.as_str()));
            self.fault_at(Child::Leaf(at), key, format!("there is no column '{id}'{hint}"));
        }
        found
    }

    fn raw(&mut self, values: &ValueTable) -> ValueTable {
        let index = self.index;
        let columns = index.leaves.iter().enumerate().map(|(at, leaf)| {
            let column = self.input_column(values, at, "column", &leaf.column).map(<[_]>::to_vec);
            if column.as_ref().is_some_and(|column| column.iter().all(Option::is_none)) && !values.units().is_empty() {
                if index.screen.empty == Empty::LeaveOut {
                    self.left_out.push(at);
                } else {
                    let message =
                        format!("no unit has a value in column '{}'; send it or leave the indicator out", leaf.column);
                    self.fault_at(Child::Leaf(at), "column", message);
                }
            }
            Column { id: leaf.id.clone(), values: column.unwrap_or_else(|| vec![None; values.units().len()]) }
        });
        let columns = columns.collect();
        values.with_columns(columns)
    }

    fn denominated(&mut self, values: &ValueTable, raw: &ValueTable) -> ValueTable {
        let index = self.index;
        let columns = index.leaves.iter().zip(raw.columns()).enumerate().map(|(at, (leaf, column))| {
            let Some(by) = &leaf.denominator else { return column.clone() };
            let Some(denominators) = self.input_column(values, at, "denominator", &by.column) else {
                return column.clone();
            };
            let negative: Vec<usize> = below_zero(denominators);
            if !negative.is_empty() {
                let message = format!("'{}' is negative for {}", by.column, named(&negative, raw));
                self.fault_at(Child::Leaf(at), "denominator", message);
            }
            let quotients = denominate(&column.values, denominators, by.per);
            let is_known = self.broken.contains(&Child::Leaf(at)) || self.left_out.contains(&at);
            if quotients.iter().all(Option::is_none) && !is_known && !quotients.is_empty() {
                let message = format!("no unit has both a value and '{}' other than 0", by.column);
                self.fault_at(Child::Leaf(at), "denominator", message);
            }
            Column { id: leaf.id.clone(), values: quotients }
        });
        let columns = columns.collect();
        raw.with_columns(columns)
    }

    fn imputed(&mut self, table: &ValueTable) -> (ValueTable, Vec<usize>) {
        let groups: BTreeMap<&String, Vec<Option<usize>>> =
            self.input.groups.iter().map(|(name, groups)| (name, numbered(groups, table.units()))).collect();
        let mut counts = Vec::with_capacity(self.index.leaves.len());
        let mut columns = Vec::with_capacity(self.index.leaves.len());
        for (leaf, column) in self.index.leaves.iter().zip(table.columns()) {
            let groups = leaf.impute.group.as_ref().and_then(|grouping| groups.get(grouping));
            let earlier =
                if leaf.impute.method == ImputeMethod::LastPeriod { self.earlier(leaf, table) } else { Vec::new() };
            let sources = Sources { groups: groups.map_or(&[], Vec::as_slice), earlier: &earlier };
            let (values, count) = impute(&column.values, leaf.impute.method, sources);
            counts.push(count);
            columns.push(Column { id: leaf.id.clone(), values });
        }
        (table.with_columns(columns), counts)
    }

    /// An indicator's denominated values of earlier periods, for the units of a table. Absent tables or columns give none.
    fn earlier(&self, leaf: &Leaf, table: &ValueTable) -> Vec<Vec<Option<f64>>> {
        let periods = leaf.impute.max_periods.unwrap_or(1) as usize;
        let of = |earlier: &ValueTable| -> Option<Vec<Option<f64>>> {
            let values = earlier.column(&leaf.column)?;
            let values = match &leaf.denominator {
                Some(by) => denominate(values, earlier.column(&by.column)?, by.per),
                None => values.to_vec(),
            };
            let rows: BTreeMap<&String, usize> = earlier.units().iter().zip(0..).collect();
            Some(table.units().iter().map(|unit| values[*rows.get(unit)?]).collect())
        };
        self.input.earlier.iter().take(periods).filter_map(of).collect()
    }

    fn treated(&mut self, table: &ValueTable) -> (ValueTable, Vec<Treated>) {
        let index = self.index;
        let mut done = Vec::with_capacity(index.leaves.len());
        let columns = index.leaves.iter().zip(table.columns()).enumerate().map(|(at, (leaf, column))| {
            let (values, what) = treat(&column.values, &leaf.treat).unwrap_or_else(|why| {
                self.fault_at(Child::Leaf(at), "treat", why);
                (column.values.clone(), Treated::default())
            });
            done.push(what);
            Column { id: leaf.id.clone(), values }
        });
        let columns = columns.collect();
        (table.with_columns(columns), done)
    }

    fn scaled(&mut self, table: &ValueTable) -> ValueTable {
        let index = self.index;
        let columns = index.leaves.iter().zip(table.columns()).enumerate().map(|(at, (leaf, column))| {
            let values = scale(&column.values, Scaling::from(leaf)).unwrap_or_else(|error| {
                let is_constant = matches!(error, ScaleError::Constant { .. });
                if is_constant && index.screen.constant == Empty::LeaveOut {
                    self.left_out.push(at);
                } else if !self.broken.contains(&Child::Leaf(at)) {
                    let message = match &error {
                        ScaleError::NoLogarithm(rows) | ScaleError::NoFraction(rows) => {
                            format!("{error}: {}", named(rows, table))
                        }
                        _ => error.to_string(),
                    };
                    self.fault_at(Child::Leaf(at), "scale", message);
                }
                vec![None; column.values.len()]
            });
            Column { id: leaf.id.clone(), values }
        });
        let columns = columns.collect();
        table.with_columns(columns)
    }

    /// Scores of the nodes, from the indicators upwards, and the weights used.
    fn aggregated(&mut self, scaled: &ValueTable) -> (ValueTable, Vec<Vec<f64>>) {
        let index = self.index;
        let mut scores: Vec<Vec<Option<f64>>> = vec![Vec::new(); index.nodes.len()];
        let mut weights: Vec<Vec<f64>> = vec![Vec::new(); index.nodes.len()];
        for at in index.upwards() {
            let node = &index.nodes[at];
            let children: Vec<&[Option<f64>]> = node
                .children
                .iter()
                .map(|child| match child {
                    Child::Leaf(at) => scaled.columns()[*at].values.as_slice(),
                    Child::Node(at) => scores[*at].as_slice(),
                })
                .collect();
            let (score, used) = if node.children.iter().any(|child| self.broken.contains(child)) {
                self.broken.insert(Child::Node(at));
                (vec![None; scaled.units().len()], Vec::new())
            } else {
                self.node(at, node, &children, scaled)
            };
            weights[at] = used;
            scores[at] = score;
        }
        let mut table = scaled.with_columns(Vec::new());
        for (node, values) in index.nodes.iter().zip(scores) {
            table.push(Column { id: node.id.clone(), values });
        }
        (table, weights)
    }

    fn node(
        &mut self,
        at: usize,
        node: &Node,
        children: &[&[Option<f64>]],
        table: &ValueTable,
    ) -> (Vec<Option<f64>>, Vec<f64>) {
        let nothing = || vec![None; table.units().len()];
        let weights = match self.weights(node, children) {
            Ok(weights) => weights,
            Err(error) => {
                let message = match &error {
                    WeighError::Constant(columns) => {
                        let ids: Vec<&str> = columns.iter().map(|at| self.index.child_id(node.children[*at])).collect();
                        format!("{error}: {}", ids.join(", "))
                    }
                    _ => error.to_string(),
                };
                self.fault_at(Child::Node(at), "weigh", message);
                return (nothing(), Vec::new());
            }
        };
        match aggregate(children, &weights, node.aggregate) {
            Ok(scores) => (scores, weights),
            Err(negative) => {
                for (child, id) in node.children.iter().enumerate().map(|(at, child)| (at, self.index.child_id(*child)))
                {
                    let rows: Vec<usize> =
                        negative.iter().filter(|one| one.child == child).map(|one| one.row).collect();
                    if weights[child] < 0.0 {
                        let message =
                            format!("'{id}' has a negative weight, {}, which this mean cannot take", weights[child]);
                        self.fault_at(Child::Node(at), "aggregate", message);
                    } else if !rows.is_empty() {
                        let message =
                            format!("'{id}' is negative, which this mean cannot take: {}", named(&rows, table));
                        self.fault_at(Child::Node(at), "aggregate", message);
                    }
                }
                (nothing(), weights)
            }
        }
    }

    fn weights(&self, node: &Node, children: &[&[Option<f64>]]) -> Result<Vec<f64>, WeighError> {
        match node.weigh.method {
            // A day without weights is a fault already; any will do to go on looking for others.
            WeighMethod::Given => {
                Ok(self.index.given_weights(node, self.input.on).unwrap_or_else(|| vec![1.0; children.len()]))
            }
            WeighMethod::Equal => Ok(vec![1.0; children.len()]),
            WeighMethod::PrincipalComponent => components(children, Loadings::Plain),
            WeighMethod::PrincipalComponentSquared => components(children, Loadings::Squared),
        }
    }
}

/// Weights of the children that any unit has; one that was left out has none.
fn components(children: &[&[Option<f64>]], loadings: Loadings) -> Result<Vec<f64>, WeighError> {
    let is_there: Vec<bool> = children.iter().map(|child| child.iter().any(Option::is_some)).collect();
    let there: Vec<&[Option<f64>]> =
        children.iter().zip(&is_there).filter(|(_, is_there)| **is_there).map(|(child, _)| *child).collect();
    let mut weights = principal_component(&there, loadings)
        .map_err(|error| match error {
            WeighError::Constant(columns) => {
                let places: Vec<usize> = (0..children.len()).filter(|at| is_there[*at]).collect();
                WeighError::Constant(columns.into_iter().map(|at| places[at]).collect())
            }
            other => other,
        })?
        .into_iter();
    Ok(is_there.into_iter().map(|is_there| if is_there { weights.next().unwrap_or(0.0) } else { 0.0 }).collect())
}

/// The group of each unit as its place among the groups.
fn numbered(groups: &BTreeMap<String, String>, units: &[String]) -> Vec<Option<usize>> {
    let places: BTreeMap<&String, usize> =
        groups.values().collect::<BTreeSet<_>>().into_iter().enumerate().map(|(at, group)| (group, at)).collect();
    units.iter().map(|unit| places.get(groups.get(unit)?).copied()).collect()
}

fn below_zero(values: &[Option<f64>]) -> Vec<usize> {
    (0..values.len()).filter(|row| values[*row].is_some_and(|value| value < 0.0)).collect()
}

/// The first few units of rows, and how many more.
fn named(rows: &[usize], table: &ValueTable) -> String {
    const SHOWN: usize = 5;
    let units: Vec<&str> = rows.iter().take(SHOWN).map(|row| table.units()[*row].as_str()).collect();
    let more = rows.len().saturating_sub(SHOWN);
    let units = units.join(", ");
    if more == 0 { format!("unit {units}") } else { format!("unit {units} and {more} more") }
}
