//! Texts of an answer come in Vietnamese order, unless `bin(x)` asks for that of their bytes.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BinaryArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, SortExpr,
    Volatility,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::scalar::ScalarValue;

use cchc_model::sort_key;

/// `bin(x)`.
pub const BYTES: &str = "bin";

/// The rule that puts the rows of an answer in Vietnamese order where its outermost `ORDER BY` names texts.
#[derive(Debug)]
pub struct VietnameseOrder;

impl AnalyzerRule for VietnameseOrder {
    fn name(&self) -> &'static str {
        "vietnamese_order"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        ordered(plan)
    }
}

/// Only what the answer itself is sorted by: inside a question an order has no meaning but for a `LIMIT`.
fn ordered(plan: LogicalPlan) -> Result<LogicalPlan> {
    match plan {
        LogicalPlan::Limit(_) | LogicalPlan::Projection(_) | LogicalPlan::Explain(_) => {
            let inputs = plan.inputs().into_iter().cloned().map(ordered).collect::<Result<Vec<_>>>()?;
            plan.with_new_exprs(plan.expressions(), inputs)
        }
        LogicalPlan::Sort(mut sort) => {
            let mut keys = Vec::with_capacity(sort.expr.len());
            for key in std::mem::take(&mut sort.expr) {
                if is_text(&key.expr, &sort.input)? {
                    keys.push(SortExpr { expr: call(key.expr.clone()), ..key.clone() });
                }
                // Texts that the language puts at one place are told apart by their bytes.
                keys.push(key);
            }
            sort.expr = keys;
            Ok(LogicalPlan::Sort(sort))
        }
        other => Ok(other),
    }
}

fn is_text(key: &Expr, input: &LogicalPlan) -> Result<bool> {
    let by_bytes = matches!(key, Expr::ScalarFunction(call) if call.func.name() == BYTES);
    Ok(!by_bytes && matches!(key.get_type(input.schema())?, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View))
}

fn call(text: Expr) -> Expr {
    let key = Key { signature: Signature::any(1, Volatility::Immutable) };
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::new_from_impl(key)), vec![text]))
}

/// The bytes by which a text is in Vietnamese order.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    signature: Signature,
}

impl ScalarUDFImpl for Key {
    fn name(&self) -> &'static str {
        "vietnamese_order"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let keys = |texts: &ArrayRef| -> Result<BinaryArray> {
            let texts = cast(texts, &DataType::Utf8)?;
            Ok(texts.as_string::<i32>().iter().map(|text| text.map(sort_key)).collect())
        };
        Ok(match &arguments.args[0] {
            ColumnarValue::Array(texts) => ColumnarValue::Array(Arc::new(keys(texts)?)),
            ColumnarValue::Scalar(text) => {
                let keys: ArrayRef = Arc::new(keys(&text.to_array()?)?);
                ColumnarValue::Scalar(ScalarValue::try_from_array(&keys, 0)?)
            }
        })
    }
}

/// `bin(x)`: the text itself, sorted by its bytes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Bytes {
    signature: Signature,
}

impl Bytes {
    pub fn new() -> Self {
        Self { signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Bytes {
    fn name(&self) -> &'static str {
        BYTES
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        Ok(kinds.first().cloned().unwrap_or(DataType::Utf8))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(arguments.args[0].clone())
    }
}
