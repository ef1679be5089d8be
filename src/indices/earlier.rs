//! What imputation may draw on beside a period's own values: tables of earlier periods, and groupings of units.

use std::collections::BTreeMap;

use super::error::ScoreError;
use super::ranking::{values, values_of_kinds};
use super::table::ValueTable;
use cchc_definitions::Composite;
use cchc_indicators::Measuring;
use cchc_model::{Period, UnitRef};

/// Unit → group.
type Grouping = BTreeMap<String, String>;

/// The tables of earlier periods that a definition needs, the latest first: for each period, kind of units → table.
pub(super) struct Earlier(Vec<BTreeMap<String, ValueTable>>);

impl Earlier {
    /// Reads as many periods as the definition's imputation goes back; none where it does not.
    pub(super) async fn read(
        measuring: &Measuring<'_>,
        index: &Composite,
        period: &Period,
    ) -> Result<Self, ScoreError> {
        let mut tables = Vec::new();
        let mut at = period.before();
        for _ in 0..index.periods_back() {
            let of_kinds = values_of_kinds(&values(measuring, index, &at).await?);
            tables.push(of_kinds.into_iter().map(|(kind, (_, table))| (kind, table)).collect());
            at = at.before();
        }
        Ok(Self(tables))
    }

    /// The tables of one kind. A period without units of the kind gives an empty table, so that the others keep their places.
    pub(super) fn of(&self, kind: &str) -> Vec<ValueTable> {
        self.0.iter().map(|tables| tables.get(kind).cloned().unwrap_or_default()).collect()
    }
}

/// Groupings that imputation may name: `parent`, the unit right above; or a kind of units, the nearest above of that kind.
pub(super) fn groups(measuring: &Measuring<'_>, units: &[UnitRef]) -> BTreeMap<String, Grouping> {
    let mut groups = BTreeMap::from([("parent".to_owned(), Grouping::new())]);
    for unit in units {
        for (place, group) in measuring.units.ancestors(&unit.unit_code).enumerate() {
            for name in std::iter::once("parent").filter(|_| place == 0).chain([group.kind.as_str()]) {
                let grouping = groups.entry(name.to_owned()).or_default();
                grouping.entry(unit.unit_code.clone()).or_insert_with(|| group.code.clone());
            }
        }
    }
    groups
}
