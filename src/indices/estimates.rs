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
    let inputs = index.inputs(measuring.definitions, period);
    let rows = measuring.measure(std::slice::from_ref(period), &inputs, By::Unit, Children::Apart).await?;
    let doubtful = rows.into_iter().map(|row| row.row).filter(|row| row.measure.estimate);
    Ok(doubtful.map(|row| row.unit.unit_code).collect())
}
