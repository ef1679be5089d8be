//! What SQL means here beyond the query engine, the same in every question: `/` divides, `div` cuts off, texts have an order.

mod division;
mod order;

use std::sync::Arc;

use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;

use super::StoreError;
pub use order::{BYTES, VietnameseOrder};

/// Functions that the tables' own SQL and users may call beside those of the engine.
pub const OWN_FUNCTIONS: [&str; 3] = [division::WHOLE, division::DIVIDED, BYTES];

/// Makes them known to a context.
pub(super) fn register(context: &mut SessionContext) -> Result<(), StoreError> {
    context.register_expr_planner(Arc::new(division::Division))?;
    context.register_udf(Arc::new(ScalarUDF::new_from_impl(division::Whole::new())))?;
    context.register_udf(Arc::new(ScalarUDF::new_from_impl(order::Bytes::new())))?;
    Ok(())
}
