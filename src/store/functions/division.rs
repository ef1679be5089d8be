//! Division as analysts expect it: `/` gives shares, also of whole numbers, and nothing by zero; `div` cuts off the fraction.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array};
use datafusion::arrow::compute::kernels::arity::try_binary;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::sql::sqlparser::ast::BinaryOperator;

/// `div(a, b)`.
pub(super) const WHOLE: &str = "div";
/// What `a / b` becomes; it cannot be called by this name.
pub(super) const DIVIDED: &str = "divided";

/// Plans `/` between numbers.
#[derive(Debug)]
pub(super) struct Division;

impl ExprPlanner for Division {
    fn plan_binary_op(&self, part: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let is_number = |operand: &Expr| operand.get_type(schema).is_ok_and(|kind| is_number(&kind));
        if part.op != BinaryOperator::Divide || !is_number(&part.left) || !is_number(&part.right) {
            return Ok(PlannerResult::Original(part));
        }
        let divided = Divided { signature: Signature::any(2, Volatility::Immutable) };
        let call = ScalarFunction::new_udf(Arc::new(ScalarUDF::new_from_impl(divided)), vec![part.left, part.right]);
        Ok(PlannerResult::Planned(Expr::ScalarFunction(call)))
    }
}

fn is_number(kind: &DataType) -> bool {
    kind.is_integer() || kind.is_floating()
}

/// `a / b`: a number with a fraction, nothing where `b` is zero.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Divided {
    signature: Signature,
}

impl ScalarUDFImpl for Divided {
    fn name(&self) -> &'static str {
        DIVIDED
    }

    fn display_name(&self, operands: &[Expr]) -> Result<String> {
        Ok(shown(operands, ToString::to_string))
    }

    fn schema_name(&self, operands: &[Expr]) -> Result<String> {
        Ok(shown(operands, |one| one.schema_name().to_string()))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [top, bottom] = operands(&arguments, &DataType::Float64)?;
        let (top, bottom) = (top.as_primitive::<Float64Type>(), bottom.as_primitive::<Float64Type>());
        let values = top.iter().zip(bottom).map(|(top, bottom)| Some(top? / bottom.filter(|bottom| *bottom != 0.0)?));
        answer(&arguments, Arc::new(values.collect::<Float64Array>()))
    }
}

fn shown(operands: &[Expr], told: impl Fn(&Expr) -> String) -> String {
    operands.iter().map(told).collect::<Vec<_>>().join(" / ")
}

/// `div(a, b)` of whole numbers: how often `b` goes into `a`, cut off towards zero; nothing where `b` is zero.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Whole {
    signature: Signature,
}

impl Whole {
    pub fn new() -> Self {
        Self { signature: Signature::exact(vec![DataType::Int64, DataType::Int64], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Whole {
    fn name(&self) -> &'static str {
        WHOLE
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [top, bottom] = operands(&arguments, &DataType::Int64)?;
        let (top, bottom) = (top.as_primitive::<Int64Type>(), bottom.as_primitive::<Int64Type>());
        let bottom: Int64Array = bottom.iter().map(|bottom| bottom.filter(|bottom| *bottom != 0)).collect();
        let overflow = || ArrowError::ArithmeticOverflow("div".to_owned());
        let values: Int64Array = try_binary(top, &bottom, |top, bottom| top.checked_div(bottom).ok_or_else(overflow))?;
        answer(&arguments, Arc::new(values))
    }
}

/// Both operands as arrays of one type; one row where both are constants.
fn operands(arguments: &ScalarFunctionArgs, kind: &DataType) -> Result<[ArrayRef; 2]> {
    let rows = if are_constants(arguments) { 1 } else { arguments.number_rows };
    let operand = |at: usize| arguments.args[at].cast_to(kind, None)?.into_array(rows);
    Ok([operand(0)?, operand(1)?])
}

fn are_constants(arguments: &ScalarFunctionArgs) -> bool {
    arguments.args.iter().all(|one| matches!(one, ColumnarValue::Scalar(_)))
}

fn answer(arguments: &ScalarFunctionArgs, values: ArrayRef) -> Result<ColumnarValue> {
    if are_constants(arguments) {
        return Ok(ColumnarValue::Scalar(datafusion::scalar::ScalarValue::try_from_array(&values, 0)?));
    }
    Ok(ColumnarValue::Array(values))
}
