//! The scorecard of a composite index: one unit's values through all stages, along the tree.

use super::super::plan::{Cell, CellFormat, ColumnPlan, RowPlan, RowStyle, TablePlan};
use super::context::Context;
use super::makeup::digits_of;
use cchc_definitions::index::composite::Child;
use cchc_definitions::{Composite, Direction};
use cchc_indices::{Composed, ValueTable};

/// The table of one unit.
pub fn table(context: &Context<'_>, index: &Composite, (composed, unit): (&Composed, &str)) -> TablePlan {
    let words = &context.template.scorecard;
    let figure = CellFormat::Number(index.display.digits.max(2));
    let value = |heading: &str| ColumnPlan::new(heading, CellFormat::Number(4), 12);
    let columns = vec![
        ColumnPlan::new(&words.name, CellFormat::Text, 46),
        ColumnPlan::new(&words.weight, CellFormat::Number(4), 10),
        ColumnPlan::new(&context.template.method.sense, CellFormat::Label, 12),
        value(&words.raw),
        value(&words.divided),
        value(&words.imputed),
        value(&words.treated),
        ColumnPlan::new(&words.scaled, figure, 12),
    ];
    let card = Card { context, index, composed, unit };
    let mut rows = vec![card.node(0, None)];
    card.below(0, &mut rows);
    TablePlan::new(columns, rows)
}

struct Card<'a> {
    context: &'a Context<'a>,
    index: &'a Composite,
    composed: &'a Composed,
    unit: &'a str,
}

impl Card<'_> {
    fn below(&self, node: usize, rows: &mut Vec<RowPlan>) {
        for (at, child) in self.index.nodes[node].children.iter().enumerate() {
            let weight = self.composed.weights[node].get(at).copied();
            match child {
                Child::Leaf(leaf) => rows.push(self.leaf(*leaf, weight)),
                Child::Node(below) => {
                    rows.push(self.node(*below, weight));
                    self.below(*below, rows);
                }
            }
        }
    }

    fn node(&self, node: usize, weight: Option<f64>) -> RowPlan {
        let mut cells = vec![Cell::text(&self.index.nodes[node].name_vi), weighed(weight)];
        cells.resize(7, Cell::Empty);
        cells.push(self.value(&self.composed.scores, node));
        RowPlan::new(RowStyle::Sum, cells)
    }

    fn leaf(&self, leaf: usize, weight: Option<f64>) -> RowPlan {
        let (words, definition) = (&self.context.template.method, &self.index.leaves[leaf]);
        let sense =
            if definition.direction == Direction::Lower { &words.less_is_better } else { &words.more_is_better };
        let stages = &self.composed;
        let mut cells = vec![Cell::text(&definition.name_vi), weighed(weight), Cell::text(sense)];
        let tables = [&stages.raw, &stages.denominated, &stages.imputed, &stages.treated, &stages.scaled];
        cells.extend(tables.map(|table| self.value(table, leaf)));
        RowPlan::new(RowStyle::Body, cells)
    }

    fn value(&self, table: &ValueTable, column: usize) -> Cell {
        let row = table.units().iter().position(|unit| unit == self.unit);
        let value = row.and_then(|row| table.columns().get(column)?.values[row]);
        value.map_or_else(|| Cell::Absent(self.context.template.words.missing.clone()), Cell::Number)
    }
}

/// Given weights are whole or short, those of principal components are not.
fn weighed(weight: Option<f64>) -> Cell {
    weight.map_or(Cell::Empty, |weight| Cell::As(CellFormat::Number(digits_of(weight)), weight))
}
