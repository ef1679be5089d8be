//! A dense table of values, units × columns, stored by column; a missing value is none, never a number.

use std::collections::BTreeSet;
use std::sync::Arc;

use thiserror::Error;

/// One column: a value or nothing for each unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Id of the indicator, node or denominator.
    pub id: String,
    /// In the order of the table's units.
    pub values: Vec<Option<f64>>,
}

/// Values of units, column by column. Every value is finite; no unit and no column is there twice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ValueTable {
    // Every stage makes a table of the same units.
    units: Arc<[String]>,
    columns: Vec<Column>,
}

/// Why columns make no table.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TableError {
    /// A unit has two rows.
    #[error("unit '{0}' has two rows; scored twice, it would count twice")]
    UnitTwice(String),
    /// Two columns have one id.
    #[error("column '{0}' stands twice")]
    ColumnTwice(String),
    /// A column is longer or shorter than the list of units.
    #[error("column '{column}' has {values} values for {units} units")]
    Length {
        /// The column.
        column: String,
        /// Its length.
        values: usize,
        /// Number of units.
        units: usize,
    },
    /// Infinite, or not a number.
    #[error("column '{column}', unit '{unit}': {value} is no value; leave the cell empty")]
    NotFinite {
        /// The column.
        column: String,
        /// The unit.
        unit: String,
        /// The value.
        value: f64,
    },
}

impl ValueTable {
    /// Makes a table.
    ///
    /// ```
    /// use cchc_indices::{Column, ValueTable};
    /// let speed = Column { id: "speed".into(), values: vec![Some(1.5), None] };
    /// let table = ValueTable::new(vec!["A".into(), "B".into()], vec![speed]).unwrap();
    /// assert_eq!(table.column("speed"), Some(&[Some(1.5), None][..]));
    /// let twice = ValueTable::new(vec!["A".into(), "A".into()], Vec::new()).unwrap_err();
    /// assert_eq!(twice[0].to_string(), "unit 'A' has two rows; scored twice, it would count twice");
    /// ```
    ///
    /// # Errors
    /// All that is wrong with the columns at once.
    pub fn new(units: Vec<String>, columns: Vec<Column>) -> Result<Self, Vec<TableError>> {
        let mut errors: Vec<TableError> = twice(&units).map(TableError::UnitTwice).collect();
        errors.extend(twice(columns.iter().map(|column| &column.id)).map(TableError::ColumnTwice));
        for column in &columns {
            if column.values.len() != units.len() {
                errors.push(TableError::Length {
                    column: column.id.clone(),
                    values: column.values.len(),
                    units: units.len(),
                });
            }
            for (unit, value) in units.iter().zip(&column.values) {
                if let Some(value) = value.filter(|value| !value.is_finite()) {
                    errors.push(TableError::NotFinite { column: column.id.clone(), unit: unit.clone(), value });
                }
            }
        }
        if errors.is_empty() { Ok(Self { units: units.into(), columns }) } else { Err(errors) }
    }

    /// Ids of the units, in the order of the rows.
    #[must_use]
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// The columns in their order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Values of one column.
    #[must_use]
    pub fn column(&self, id: &str) -> Option<&[Option<f64>]> {
        self.columns.iter().find(|column| column.id == id).map(|column| column.values.as_slice())
    }

    /// One value.
    #[must_use]
    pub fn value(&self, unit: &str, column: &str) -> Option<f64> {
        let row = self.units.iter().position(|other| other == unit)?;
        self.column(column)?[row]
    }

    /// The table with its rows taken in this order; rows may be left out.
    #[must_use]
    pub fn rows(&self, rows: &[usize]) -> Self {
        Self {
            units: rows.iter().map(|row| self.units[*row].clone()).collect(),
            columns: self
                .columns
                .iter()
                .map(|column| Column {
                    id: column.id.clone(),
                    values: rows.iter().map(|row| column.values[*row]).collect(),
                })
                .collect(),
        }
    }

    /// A table of the same units with other columns, as a stage makes it.
    pub(super) fn with_columns(&self, columns: Vec<Column>) -> Self {
        Self { units: Arc::clone(&self.units), columns }
    }

    /// Adds a column that a stage has made.
    pub(super) fn push(&mut self, column: Column) {
        self.columns.push(column);
    }
}

/// Ids that occur more than once, each named once, in order.
fn twice<'a>(ids: impl IntoIterator<Item = &'a String>) -> impl Iterator<Item = String> {
    let (mut seen, mut again) = (BTreeSet::new(), BTreeSet::new());
    for id in ids {
        if !seen.insert(id) {
            again.insert(id.clone());
        }
    }
    again.into_iter()
}
