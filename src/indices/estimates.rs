//! Which scores are estimates, where figures are for the units of another day.

use std::collections::BTreeSet;

use super::ranking::Index;
use cchc_indicators::{By, Children, Measuring};
use cchc_model::Period;
use cchc_store::StoreError;

/// Codes of the units of whose inputs one or more are estimates; none unless figures are for the units of another day.
pub async fn estimates(
    measuring: &Measuring<'_>,
    index: &Index<'_>,
    period: &Period,
) -> Result<BTreeSet<String>, StoreError> {
    if measuring.carry.is_none() {
        return Ok(BTreeSet::new());
    }
    let mut inputs: Vec<_> =
        inputs(index).iter().filter_map(|id| measuring.definitions.indicator(id, period)).collect();
    if let Index::Indicator(_, indicator) = index {
        inputs = vec![*indicator];
    }
    let rows = measuring.measure(std::slice::from_ref(period), &inputs, By::Unit, Children::Apart).await?;
    let doubtful = rows.into_iter().map(|row| row.row).filter(|row| row.measure.estimate);
    Ok(doubtful.map(|row| row.unit.unit_code).collect())
}

/// Ids of the indicators that an index of several reads.
fn inputs<'i>(index: &'i Index<'_>) -> BTreeSet<&'i str> {
    match index {
        Index::Indicator(..) => BTreeSet::new(),
        Index::Points(index) => index.inputs().into_iter().collect(),
        Index::Composite(index) => {
            let denominators = index.leaves.iter().filter_map(|leaf| leaf.denominator.as_ref());
            let columns = index.leaves.iter().map(|leaf| leaf.column.as_str());
            columns.chain(denominators.map(|denominator| denominator.column.as_str())).collect()
        }
    }
}
