//! Finds out which figures units have declared: each id of the table `declared` is an indicator.

use cchc_definitions::Aggregate;
use cchc_store::{Session, StoreError, questions};

/// The ids that were declared, by id, each as a pair of numbers or as a plain value.
///
/// # Errors
/// The store cannot be read.
pub async fn declared_figures(session: &Session) -> Result<Vec<(String, Aggregate)>, StoreError> {
    let aggregate = |is_pair| if is_pair { Aggregate::Quotient } else { Aggregate::Value };
    let declared = questions::declared(session).await?;
    Ok(declared.into_iter().map(|one| (one.indicator, aggregate(one.is_pair))).collect())
}
