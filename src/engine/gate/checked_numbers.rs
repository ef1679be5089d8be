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
        let expression = expression.transform_up(|part| operation(part, &schema))?;
        Ok(expression.update_data(|expression| name.restore(expression)))
    })?;
    let plan = plan.map_data(LogicalPlan::recompute_schema)?;
    plan.transform_data(|plan| match plan {
        LogicalPlan::Aggregate(_) | LogicalPlan::Window(_) => sums(plan, &schema),
        other => Ok(Transformed::no(other)),
    })
}

/// A sum, difference or product of whole numbers as one that shows when it overflows.
fn operation(part: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    match part {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if sign(op).is_some() => {
            let (kind, other) = (left.get_type(schema)?, right.get_type(schema)?);
            match sign(op).filter(|_| kind.is_integer() && kind == other) {
                Some(operation) => Ok(Transformed::yes(operation.of(vec![*left, *right]))),
                None => Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right }))),
            }
        }
        Expr::Negative(inner) => {
            let kind = inner.get_type(schema)?;
            if !kind.is_signed_integer() {
                return Ok(Transformed::no(Expr::Negative(inner)));
            }
            let zero = lit(ScalarValue::new_zero(&kind)?);
            Ok(Transformed::yes(Operation::Minus.of(vec![zero, *inner])))
        }
        other => Ok(Transformed::no(other)),
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
            DataType::UInt64 if is_wide => Operation::Counted.of(vec![column]).alias(field.name()),
            _ if is_wide => Operation::Whole.of(vec![column]).alias(field.name()),
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
    fn of(self, arguments: Vec<Expr>) -> Expr {
        let function = ScalarUDF::new_from_impl(Checked { operation: self, signature: signature() });
        Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), arguments))
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Whole | Self::Counted => "",
        }
    }
}

fn signature() -> Signature {
    Signature::variadic_any(Volatility::Immutable)
}

/// The operation as a function of the engine, shown in plans as it was written.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Checked {
    operation: Operation,
    signature: Signature,
}

impl Checked {
    fn shown(&self, arguments: &[Expr], told: impl Fn(&Expr) -> String) -> String {
        let told: Vec<String> = arguments.iter().map(told).collect();
        told.join(&format!(" {} ", self.operation.sign()))
    }
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &'static str {
        match self.operation {
            Operation::Plus => "checked_plus",
            Operation::Minus => "checked_minus",
            Operation::Times => "checked_times",
            Operation::Whole => "checked_whole",
            Operation::Counted => "checked_counted",
        }
    }

    fn display_name(&self, arguments: &[Expr]) -> Result<String> {
        Ok(self.shown(arguments, |one| one.to_string()))
    }

    fn schema_name(&self, arguments: &[Expr]) -> Result<String> {
        Ok(self.shown(arguments, |one| one.schema_name().to_string()))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        Ok(match self.operation {
            Operation::Whole => DataType::Int64,
            Operation::Counted => DataType::UInt64,
            _ => kinds.first().cloned().unwrap_or(DataType::Int64),
        })
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match (self.operation, arguments.args.as_slice()) {
            (Operation::Plus, [left, right]) => apply(left, right, numeric::add),
            (Operation::Minus, [left, right]) => apply(left, right, numeric::sub),
            (Operation::Times, [left, right]) => apply(left, right, numeric::mul),
            (Operation::Whole | Operation::Counted, [sum]) => {
                let kind = arguments.return_field.data_type();
                // Nothing but its size keeps a sum of whole numbers from being one.
                sum.cast_to(kind, None).map_err(|_| ArrowError::ArithmeticOverflow("sum".to_owned()).into())
            }
            _ => internal_err!("a checked operation has other arguments than it was made with"),
        }
    }
}
