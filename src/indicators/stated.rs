//! Finds out which figures units have declared: each id of the table `declared` is an indicator.

use super::lists::{text, texts};
use cchc_definitions::Aggregate;
use cchc_store::{Session, StoreError};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;

/// The ids that were declared, by id, each as a pair of numbers or as a plain value.
///
/// # Errors
/// The store cannot be read.
pub fn stated(session: &Session) -> Result<Vec<(String, Aggregate)>, StoreError> {
    let sql = "SELECT indicator, COUNT(numerator) + COUNT(denominator) AS pairs FROM declared \
               WHERE indicator IS NOT NULL GROUP BY indicator ORDER BY indicator";
    let mut found = Vec::new();
    for batch in session.run(sql)? {
        let ids = texts(&batch, 1)?;
        let pairs = batch.column(1).as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let Some(id) = text(&ids[0], row) else { continue };
            let aggregate = if pairs.value(row) > 0 { Aggregate::Quotient } else { Aggregate::Value };
            found.push((id.to_owned(), aggregate));
        }
    }
    Ok(found)
}
