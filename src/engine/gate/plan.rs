//! Walks a plan before anything of it runs: every step, function and table is one that a question may use.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result as Walked;
use datafusion::logical_expr::expr::{AggregateFunction, ScalarFunction, WindowFunction};
use datafusion::logical_expr::{Expr, LogicalPlan, WindowFunctionDefinition};

use super::{Refusal, allowed};

/// Steps of a plan: a part that is read twice counts twice, and a part of such parts four times.
const MOST_STEPS: usize = 2000;

/// Looks at every step of a plan, those of its subqueries, too.
///
/// # Errors
/// The first thing that is not allowed.
pub(super) fn check(plan: &LogicalPlan) -> Result<(), Refusal> {
    let (mut steps, mut refusal, mut recursive) = (0, None, Vec::new());
    let walked = plan.apply_with_subqueries(|step| {
        steps += 1;
        if let LogicalPlan::RecursiveQuery(query) = step {
            recursive.push(query.name.clone());
        }
        refusal = if steps > MOST_STEPS { Some(Refusal::Steps(MOST_STEPS)) } else { refused(step, &recursive)? };
        Ok(if refusal.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    debug_assert!(walked.is_ok(), "the walk itself cannot fail");
    refusal.map_or(Ok(()), Err)
}

/// What is not allowed of a step; questions that read themselves have their own name as a table.
fn refused(step: &LogicalPlan, recursive: &[String]) -> Walked<Option<Refusal>> {
    if !allowed::step(step) {
        let told = step.display().to_string();
        return Ok(Some(Refusal::Step(told.split([':', ' ']).next().unwrap_or_default().to_owned())));
    }
    if let LogicalPlan::TableScan(scan) = step
        && !allowed::table(scan.table_name.schema(), scan.table_name.table())
        && !recursive.iter().any(|name| name == scan.table_name.table())
    {
        return Ok(Some(Refusal::Table(scan.table_name.to_string())));
    }
    let mut refusal = None;
    step.apply_expressions(|expression| {
        expression.apply(|part| {
            refusal = function(part).filter(|name| !allowed::function(name)).map(Refusal::Function);
            Ok(if refusal.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        })
    })?;
    Ok(refusal)
}

/// The function that an expression calls; a lambda or a variable of the program counts as one.
fn function(expression: &Expr) -> Option<String> {
    match expression {
        Expr::ScalarFunction(ScalarFunction { func, .. }) => Some(func.name().to_owned()),
        Expr::AggregateFunction(AggregateFunction { func, .. }) => Some(func.name().to_owned()),
        Expr::WindowFunction(window) => {
            let WindowFunction { fun, .. } = window.as_ref();
            Some(match fun {
                WindowFunctionDefinition::AggregateUDF(function) => function.name().to_owned(),
                WindowFunctionDefinition::WindowUDF(function) => function.name().to_owned(),
            })
        }
        Expr::HigherOrderFunction(_) | Expr::Lambda(_) | Expr::LambdaVariable(_) => Some("->".to_owned()),
        Expr::ScalarVariable(_, names) => Some(names.join(".")),
        _ => None,
    }
}
