//! Screening: which units have enough values to be scored.

use super::table::ValueTable;
use cchc_definitions::index::settings::Screen;

/// A unit with too few values, and how few.
#[derive(Debug, Clone, PartialEq)]
pub struct Dropped {
    /// The unit.
    pub unit: String,
    /// Share of the indicators that it has a value of.
    pub available: f64,
    /// Share of its values that are not zero; none without values.
    pub nonzero: Option<f64>,
}

/// Splits the units of a table into the rows that stay and the units that are dropped.
///
/// A unit stays if the share of columns with a value is at least `min_available` and the share of its values that are not
/// zero at least `min_nonzero`.
///
/// ```
/// use cchc_definitions::index::settings::Screen;
/// use cchc_indices::{Column, ValueTable, screen};
/// let column = |id: &str, values: [Option<f64>; 2]| Column { id: id.into(), values: values.to_vec() };
/// let columns = vec![column("x", [Some(1.0), Some(2.0)]), column("y", [Some(3.0), None])];
/// let table = ValueTable::new(vec!["A".into(), "B".into()], columns).unwrap();
/// let (stay, dropped) = screen(&table, Screen { min_available: 0.9, ..Screen::default() });
/// assert_eq!(stay, [0]);
/// assert_eq!((dropped[0].unit.as_str(), dropped[0].available), ("B", 0.5));
/// ```
#[must_use]
pub fn screen(table: &ValueTable, settings: Screen) -> (Vec<usize>, Vec<Dropped>) {
    let width = table.columns().len();
    let (mut stay, mut dropped) = (Vec::new(), Vec::new());
    for (row, unit) in table.units().iter().enumerate() {
        let values = table.columns().iter().filter_map(|column| column.values[row]);
        let (mut present, mut zeros) = (0_usize, 0_usize);
        for value in values {
            present += 1;
            zeros += usize::from(value == 0.0);
        }
        let available = if width == 0 { 0.0 } else { present as f64 / width as f64 };
        let nonzero = (present > 0).then(|| 1.0 - zeros as f64 / present as f64);
        let is_full = present as f64 >= settings.min_available * width as f64 - EDGE;
        let is_filled =
            nonzero.is_none_or(|_| (present - zeros) as f64 >= settings.min_nonzero * present as f64 - EDGE);
        if is_full && is_filled {
            stay.push(row);
        } else {
            dropped.push(Dropped { unit: unit.clone(), available, nonzero });
        }
    }
    (stay, dropped)
}

/// 0.07 × 100 is a little more than 7 in binary: a count at the limit is not below it.
const EDGE: f64 = 1e-9;
