//! Whole numbers that go beyond 64 bits are an error: sums, differences and products are computed so that they show it.

use std::hash::Hash;
use std::sync::Arc;

use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, internal_err};
use datafusion::error::Result;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator, ScalarFunctionArgs,
    ScalarUDF, ScalarUDFImpl, Signature, Volatility, WindowFunctionDefinition, lit,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::physical_expr_common::datum::apply;
use datafusion::scalar::ScalarValue;

/// What sums of whole numbers are added up as: no number of rows can go beyond it.
const WIDE: DataType = DataType::Decimal128(20, 0);

/// The rule that rewrites a plan whose types are known.
///
/// The engine wraps around in silence: 9223372036854775807 + 1 is -9223372036854775808, and so are sums over rows.
#[derive(Debug)]
pub(super) struct CheckedNumbers;

impl AnalyzerRule for CheckedNumbers {
    fn name(&self) -> &'static str {
        "checked_numbers"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(step)?.data)
    }
}

fn step(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let schema = merge_schema(&plan.inputs());
    let names = NamePreserver::new(&plan);
    let plan = plan.map_expressions(|expression| {
        let name = names.save(&expression);
        let expression = expression.transform_down(|part| operation(part, &schema))?;
        Ok(expression.update_data(|expression| name.restore(expression)))
    })?;
    let plan = plan.map_data(LogicalPlan::recompute_schema)?;
    plan.transform_data(|plan| match plan {
        LogicalPlan::Aggregate(_) | LogicalPlan::Window(_) => sums(plan, &schema),
        other => Ok(Transformed::no(other)),
    })
}

/// A chain of sums, differences and products of whole numbers as one call that shows when it overflows.
///
/// One call for the whole chain, since the engine asks each call for its type and name again and again, and each asks its
/// arguments: 500 calls within each other take minutes to plan.
fn operation(part: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    match &part {
        Expr::BinaryExpr(binary) if sign(binary.op).is_some() => {
            if !part.get_type(schema)?.is_integer() {
                return Ok(Transformed::no(part));
            }
            let (operations, operands) = chain(part);
            Ok(Transformed::yes(call(operations, operands)))
        }
        Expr::Negative(inner) => {
            let kind = inner.get_type(schema)?;
            if !kind.is_signed_integer() {
                return Ok(Transformed::no(part));
            }
            let zero = lit(ScalarValue::new_zero(&kind)?);
            Ok(Transformed::yes(call(vec![Operation::Minus], vec![zero, inner.as_ref().clone()])))
        }
        _ => Ok(Transformed::no(part)),
    }
}

/// `a + b * c - d` from left to right, where the engine has put the left one into the right ones: the operations, and one
/// operand more. All have one type, since types are settled before.
fn chain(mut part: Expr) -> (Vec<Operation>, Vec<Expr>) {
    let (mut operations, mut operands) = (Vec::new(), Vec::new());
    loop {
        match part {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if sign(op).is_some() => {
                operations.extend(sign(op));
                operands.push(*right);
                part = *left;
            }
            first => {
                operands.push(first);
                operations.reverse();
                operands.reverse();
                return (operations, operands);
            }
        }
    }
}

const fn sign(operator: Operator) -> Option<Operation> {
    Some(match operator {
        Operator::Plus => Operation::Plus,
        Operator::Minus => Operation::Minus,
        Operator::Multiply => Operation::Times,
        _ => return None,
    })
}

/// Adds up whole numbers as wider ones, and above that makes them 64 bits again.
fn sums(plan: LogicalPlan, schema: &DFSchema) -> Result<Transformed<LogicalPlan>> {
    let before = Arc::clone(plan.schema());
    let names = NamePreserver::new(&plan);
    let widened = plan.map_expressions(|expression| {
        let name = names.save(&expression);
        let widened = expression.transform_up(|part| widened(part, schema))?;
        Ok(widened.update_data(|expression| name.restore(expression)))
    })?;
    if !widened.transformed {
        return Ok(widened);
    }
    let wide = widened.data.recompute_schema()?;
    let columns = before.iter().zip(wide.schema().fields()).map(|((qualifier, field), now)| {
        let column = Expr::Column(Column::from((qualifier, field)));
        let is_wide = matches!(now.data_type(), DataType::Decimal128(..)) && field.data_type().is_integer();
        match field.data_type() {
            DataType::UInt64 if is_wide => call(vec![Operation::Counted], vec![column]).alias(field.name()),
            _ if is_wide => call(vec![Operation::Whole], vec![column]).alias(field.name()),
            _ => column,
        }
    });
    let columns: Vec<Expr> = columns.collect();
    Ok(Transformed::yes(LogicalPlanBuilder::from(wide).project(columns)?.build()?))
}

fn widened(part: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let widen = |arguments: &mut Vec<Expr>| -> Result<bool> {
        let Some(first) = arguments.first_mut() else { return Ok(false) };
        let is_whole = first.get_type(schema)?.is_integer();
        if is_whole {
            *first = std::mem::take(first).cast_to(&WIDE, schema)?;
        }
        Ok(is_whole)
    };
    match part {
        Expr::AggregateFunction(mut call) if call.func.name() == "sum" => {
            let changed = widen(&mut call.params.args)?;
            Ok(Transformed::new_transformed(Expr::AggregateFunction(call), changed))
        }
        Expr::WindowFunction(mut call) => {
            let is_sum =
                matches!(&call.fun, WindowFunctionDefinition::AggregateUDF(function) if function.name() == "sum");
            let changed = is_sum && widen(&mut call.params.args)?;
            Ok(Transformed::new_transformed(Expr::WindowFunction(call), changed))
        }
        other => Ok(Transformed::no(other)),
    }
}

/// An operation on whole numbers that fails where its result has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Plus,
    Minus,
    Times,
    /// A wide sum as a whole number.
    Whole,
    /// A wide sum as a whole number from 0.
    Counted,
}

impl Operation {
    const fn sign(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Whole | Self::Counted => "",
        }
    }

    /// The result so far with the next operand.
    fn apply(self, left: &ColumnarValue, right: &ColumnarValue) -> Result<ColumnarValue> {
        match self {
            Self::Plus => apply(left, right, numeric::add),
            Self::Minus => apply(left, right, numeric::sub),
            Self::Times => apply(left, right, numeric::mul),
            Self::Whole | Self::Counted => internal_err!("a sum is no operation between two numbers"),
        }
    }
}

/// Calls one operation after the other from left to right.
fn call(operations: Vec<Operation>, operands: Vec<Expr>) -> Expr {
    let checked = Checked { operations, signature: Signature::variadic_any(Volatility::Immutable) };
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::new_from_impl(checked)), operands))
}

/// The operations as a function of the engine, shown in plans as they were written.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Checked {
    operations: Vec<Operation>,
    signature: Signature,
}

impl Checked {
    fn shown(&self, operands: &[Expr], told: impl Fn(&Expr) -> String) -> String {
        let mut shown = operands.first().map(&told).unwrap_or_default();
        for (operation, operand) in self.operations.iter().zip(operands.iter().skip(1)) {
            shown.push_str(&format!(" {} {}", operation.sign(), told(operand)));
        }
        shown
    }
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &'static str {
        "checked"
    }

    fn display_name(&self, operands: &[Expr]) -> Result<String> {
        Ok(self.shown(operands, ToString::to_string))
    }

    fn schema_name(&self, operands: &[Expr]) -> Result<String> {
        Ok(self.shown(operands, |one| one.schema_name().to_string()))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        Ok(match self.operations.as_slice() {
            [Operation::Whole] => DataType::Int64,
            [Operation::Counted] => DataType::UInt64,
            _ => kinds.first().cloned().unwrap_or(DataType::Int64),
        })
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some((first, others)) = arguments.args.split_first() else {
            return internal_err!("a checked operation without operands");
        };
        if others.is_empty() {
            // Nothing but its size keeps a sum of whole numbers from being one.
            let whole = first.cast_to(arguments.return_field.data_type(), None);
            return whole.map_err(|_| ArrowError::ArithmeticOverflow("sum".to_owned()).into());
        }
        let mut operations = self.operations.iter().zip(others);
        operations.try_fold(first.clone(), |result, (operation, operand)| operation.apply(&result, operand))
    }
}
