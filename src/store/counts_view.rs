//! The table `counts` of SQL: what files state of ready-made counts, with days as days and procedures by their codes.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::provider_as_source;
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::logical_expr::{LogicalPlanBuilder, cast};
use datafusion::prelude::{JoinType, SessionContext, col};

use super::StoreError;

/// The name of the table.
pub const COUNTS: &str = "counts";

/// One row a stated figure: `unit, field, procedure_code, service_level, period_from, period_to, measure, value, file,
/// sheet, row`, then what else is known of it. A procedure has the code that the catalogue gives its name, if it gives one.
pub(super) fn counts_view(
    context: &SessionContext,
    stated: Arc<dyn TableProvider>,
    procedures: Arc<dyn TableProvider>,
) -> Result<Arc<dyn TableProvider>, StoreError> {
    // The gate for questions knows tables by their names.
    let named = |name: &str, table| -> Result<DataFrame, StoreError> {
        let plan = LogicalPlanBuilder::scan(name, provider_as_source(table), None)?.build()?;
        Ok(DataFrame::new(context.state(), plan))
    };
    let codes = named("procedures", procedures)?
        .aggregate(
            vec![col("procedure_name").alias("known_name")],
            vec![min(col("procedure_code")).alias("procedure_code"), max(col("procedure_code")).alias("last_code")],
        )?
        .filter(col("procedure_code").eq(col("last_code")))?;
    let day = |name: &str| cast(col(name), DataType::Date32).alias(name);
    let view = named("stated_counts", stated)?
        .filter(col("value").is_not_null())?
        .join(codes, JoinType::Left, &["procedure_name"], &["known_name"], None)?
        .select(vec![
            col("unit"),
            col("field"),
            col("procedure_code"),
            col("service_level"),
            day("period_from"),
            day("period_to"),
            col("measure"),
            col("value"),
            col("file"),
            col("sheet"),
            col("row"),
            col("procedure_name"),
            day("exported_at"),
            col("source"),
            col("import"),
        ])?;
    Ok(view.into_view())
}
