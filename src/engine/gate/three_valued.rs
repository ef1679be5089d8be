//! `x IN (SELECT …)` as SQL means it where the engine computes it wrongly: unknown stays unknown.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, Spans};
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::expr::InSubquery;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, merge_schema, split_conjunction_owned};
use datafusion::logical_expr::{Expr, Filter, LogicalPlan, LogicalPlanBuilder, Subquery, lit, not, when};
use datafusion::optimizer::AnalyzerRule;
use datafusion::scalar::ScalarValue;

/// The rule that rewrites a plan whose types are known.
///
/// `'x' NOT IN (SELECT c …)` is unknown where some `c` is empty and none is `'x'`, so that `WHERE` drops the row. With a
/// constant on the left the engine keeps all rows (apache/datafusion#25340, #25473), and so it does where the inner
/// question reads columns of the outer one (#25347, #25336). Both become counts: how many `c` are `x`, how many are empty,
/// how many there are.
#[derive(Debug)]
pub(super) struct ThreeValued;

impl AnalyzerRule for ThreeValued {
    fn name(&self) -> &'static str {
        "three_valued"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(step)?.data)
    }
}

fn step(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let schema = merge_schema(&plan.inputs());
    if let LogicalPlan::Filter(filter) = plan {
        // A row that is looked for and found is computed rightly, whatever the inner question reads.
        let mut changed = false;
        let parts = split_conjunction_owned(filter.predicate).into_iter().map(|part| match part {
            Expr::InSubquery(inner) if !inner.negated && !is_constant(&inner.expr) => Ok(Expr::InSubquery(inner)),
            other => {
                let rewritten = other.transform_up(|part| counted(part, &schema))?;
                changed |= rewritten.transformed;
                Ok(rewritten.data)
            }
        });
        let parts = parts.collect::<Result<Vec<_>>>()?;
        let predicate = conjunction(parts).unwrap_or_else(|| lit(true));
        let filter = LogicalPlan::Filter(Filter::try_new(predicate, filter.input)?);
        return Ok(Transformed::new_transformed(filter, changed));
    }
    let names = NamePreserver::new(&plan);
    plan.map_expressions(|expression| {
        let name = names.save(&expression);
        let rewritten = expression.transform_up(|part| counted(part, &schema))?;
        Ok(rewritten.update_data(|expression| name.restore(expression)))
    })
}

/// Whether no row changes a value.
fn is_constant(value: &Expr) -> bool {
    value.column_refs().is_empty() && !value.contains_outer()
}

/// Puts counts in the place of an `IN`.
fn counted(part: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let Expr::InSubquery(inner) = part else { return Ok(Transformed::no(part)) };
    let is_correlated = !inner.subquery.outer_ref_columns.is_empty();
    if !is_correlated && !is_constant(&inner.expr) {
        return Ok(Transformed::no(Expr::InSubquery(inner)));
    }
    let InSubquery { expr: value, subquery, negated } = inner;
    let cell = Expr::Column(Column::from(subquery.subquery.schema().qualified_field(0)));
    // Seen from inside, columns of the value are those of the outer question.
    let mut outer = subquery.outer_ref_columns.clone();
    let seen = value.as_ref().clone().transform_up(|part| {
        let Expr::Column(column) = part else { return Ok(Transformed::no(part)) };
        let (_, field) = schema.qualified_field_from_column(&column)?;
        let reference = Expr::OuterReferenceColumn(Arc::clone(field), column);
        if !outer.contains(&reference) {
            outer.push(reference.clone());
        }
        Ok(Transformed::yes(reference))
    })?;
    let how_many = |condition: Option<Expr>, outer: &[Expr]| -> Result<Expr> {
        let mut rows = LogicalPlanBuilder::from(subquery.subquery.as_ref().clone());
        if let Some(condition) = condition {
            rows = rows.filter(condition)?;
        }
        let counted = rows.aggregate(Vec::<Expr>::new(), [count(lit(1_i64))])?.build()?;
        let outer_ref_columns = outer.to_vec();
        Ok(Expr::ScalarSubquery(Subquery { subquery: Arc::new(counted), outer_ref_columns, spans: Spans::new() }))
    };
    let is = how_many(Some(cell.clone().eq(seen.data)), &outer)?;
    let empty = how_many(Some(cell.is_null()), &subquery.outer_ref_columns)?;
    let all = how_many(None, &subquery.outer_ref_columns)?;
    let unknown = empty.gt(lit(0_i64)).or(value.is_null().and(all.gt(lit(0_i64))));
    let found =
        when(is.gt(lit(0_i64)), lit(true)).when(unknown, lit(ScalarValue::Boolean(None))).otherwise(lit(false))?;
    Ok(Transformed::yes(if negated { not(found) } else { found }))
}
