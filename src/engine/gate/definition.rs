//! SQL that definitions bring: conditions and values of one row, without questions of their own, the same each time.

use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Query, TableFactor, Value, Visit, Visitor,
};

use super::{GateError, Refusal, allowed, text, unparsed};
use cchc_definitions::{Aggregate, Definitions, Fault, Indicator};

/// The longest text that a function may make in a definition.
const LONGEST: u64 = 10_000;

/// Texts of definitions that the gate refuses, before any of them becomes part of a statement.
pub(crate) fn definition_faults(definitions: &Definitions) -> Vec<Fault> {
    let counted = definitions.indicators.iter().filter(|one| one.aggregate != Aggregate::Derived);
    counted.flat_map(indicator_faults).collect()
}

/// Texts of one indicator that the gate refuses.
pub(crate) fn indicator_faults(indicator: &Indicator) -> Vec<Fault> {
    let texts = [
        ("numerator", indicator.numerator.as_str()),
        ("denominator", &indicator.denominator),
        ("of", &indicator.of),
        ("weight", indicator.weight.as_deref().unwrap_or("1")),
    ];
    let fault = |key: &str, said: String| Fault {
        file: indicator.file.clone(),
        key: format!("{}.{key}", indicator.id),
        message: said,
    };
    texts.iter().filter_map(|(key, text)| Some(fault(key, expression(text).err()?))).collect()
}

/// Whether a text is one expression that a definition may have.
fn expression(text: &str) -> Result<(), String> {
    text::check(text).map_err(|refusal| refusal.to_string())?;
    let parsed = DFParserBuilder::new(text).with_recursion_limit(text::DEEPEST).build();
    let parsed = parsed.and_then(|mut parser| parser.parse_into_expr()).map_err(unparsed);
    let parsed = parsed.map_err(|error: GateError| {
        let told = error.to_string();
        format!("the SQL does not plan: {}", told.lines().next().unwrap_or_default())
    })?;
    match parsed.expr.visit(&mut Definition) {
        ControlFlow::Break(refusal) => Err(refusal.to_string()),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Looks at the parts of an expression.
struct Definition;

impl Visitor for Definition {
    type Break = Refusal;

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<Refusal> {
        ControlFlow::Break(Refusal::Subquery)
    }

    fn pre_visit_expr(&mut self, part: &Expr) -> ControlFlow<Refusal> {
        let Expr::Function(call) = part else { return ControlFlow::Continue(()) };
        let name = call.name.to_string().to_lowercase();
        let is_allowed = if allowed::LENGTHENING.contains(&name.as_str()) {
            length(&call.args).is_some_and(|length| length <= LONGEST)
        } else {
            allowed::function(&name) && !allowed::UNSTEADY.contains(&name.as_str())
        };
        if is_allowed { ControlFlow::Continue(()) } else { ControlFlow::Break(Refusal::Function(name)) }
    }
}

/// Whether functions that stand for tables in a ready question have plain values only: the planner evaluates them.
///
/// # Errors
/// A value is computed.
pub(super) fn steady(statement: &Statement) -> Result<(), Refusal> {
    let Statement::Statement(statement) = statement else { return Ok(()) };
    match statement.visit(&mut TableFunctions) {
        ControlFlow::Break(refusal) => Err(refusal),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Looks at functions that stand for tables.
struct TableFunctions;

impl Visitor for TableFunctions {
    type Break = Refusal;

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Refusal> {
        let (name, arguments) = match table {
            TableFactor::Table { name, args: Some(call), .. } => (name, call.args.as_slice()),
            TableFactor::Function { name, args, .. } => (name, args.as_slice()),
            _ => return ControlFlow::Continue(()),
        };
        let is_plain =
            |one: &FunctionArg| matches!(one, FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) if is_plain(value));
        if arguments.iter().all(is_plain) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(Refusal::Function(name.to_string()))
        }
    }
}

/// Whether a value is written out: a number, a text, a day, an interval.
fn is_plain(value: &Expr) -> bool {
    match value {
        Expr::Value(_) | Expr::TypedString(_) => true,
        Expr::UnaryOp { expr, .. } | Expr::Cast { expr, .. } => is_plain(expr),
        Expr::Interval(interval) => is_plain(&interval.value),
        _ => false,
    }
}

/// The second argument, if it is a plain number.
fn length(arguments: &FunctionArguments) -> Option<u64> {
    let FunctionArguments::List(list) = arguments else { return None };
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) = list.args.get(1)? else { return None };
    match &value.value {
        Value::Number(number, _) => number.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_one_row_pass() {
        for text in
            ["late AND due_counts", "fee > 0 AND paid_online >= 1", "lpad(CAST(row AS VARCHAR), 5, '0') = '00001'"]
        {
            assert_eq!(expression(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_asks_runs_on_or_changes_is_refused() {
        for (text, said) in [
            ("(SELECT count(*) FROM generate_series(1, 1000000000000)) > 0", "SELECT"),
            ("late) FROM dossiers; DROP TABLE dossiers; --", "does not plan"),
            ("TRUE) OR (TRUE", "does not plan"),
            ("received_at > now()", "now"),
            ("finished_at > CURRENT_DATE", "current_date"),
            ("random() > 0.5", "random"),
            ("rpad('x', 2000000000) = 'x'", "rpad"),
            ("repeat('x', fee) = 'x'", "repeat"),
        ] {
            let found = expression(text).expect_err(text);
            assert!(found.contains(said), "{text}: {found}");
        }
        assert!(expression(&"1+".repeat(200_000)).is_err());
        assert!(expression(&"NOT ".repeat(900)).is_err());
    }
}
