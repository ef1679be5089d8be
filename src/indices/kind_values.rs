//! What a composite index is computed from in a period, kind by kind: for whoever composes it again with other values.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::compose::Input;
use super::earlier::{Earlier, groups};
use super::error::ScoreError;
use super::ranking::{values, values_of_kinds};
use super::table::ValueTable;
use cchc_definitions::Composite;
use cchc_indicators::Measuring;
use cchc_model::{Period, UnitRef};

/// The values of the units of one kind in a period, with all that imputation may draw on.
#[derive(Debug, Clone, PartialEq)]
pub struct KindValues {
    /// The units, in the order of the rows.
    pub units: Vec<UnitRef>,
    /// Their values.
    pub table: ValueTable,
    /// Groupings for imputation.
    pub groups: BTreeMap<String, BTreeMap<String, String>>,
    /// Tables of earlier periods, the latest first.
    pub earlier: Vec<ValueTable>,
    /// The last day of the period.
    pub on: NaiveDate,
}

impl KindValues {
    /// What [`super::compose`] takes.
    #[must_use]
    pub fn input(&self) -> Input<'_> {
        Input { values: &self.table, groups: &self.groups, earlier: &self.earlier, on: self.on }
    }
}

/// What a composite index reads in a period, by kind of units. The definition need not be in force in it.
///
/// # Errors
/// The store cannot be read.
pub async fn kind_values(
    measuring: &Measuring<'_>,
    index: &Composite,
    period: &Period,
) -> Result<BTreeMap<String, KindValues>, ScoreError> {
    let earlier = Earlier::read(measuring, index, period).await?;
    let all = values(measuring, index, period).await?;
    let of_kind = |(kind, (units, table)): (String, (Vec<UnitRef>, ValueTable))| {
        let groups = groups(measuring, &units);
        let earlier = earlier.of(&kind);
        (kind, KindValues { units, table, groups, earlier, on: period.end })
    };
    Ok(values_of_kinds(&all).into_iter().map(of_kind).collect())
}
