//! What a question may use: kinds of statements, steps of a plan, functions, tables. What is not named here is refused.

use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::Statement as Sql;

use super::Refusal;
use cchc_store::{OWN_FUNCTIONS, table_names};

/// Tables beside those of the store.
pub(super) const MADE_TABLES: [&str; 3] = ["calendar", "counts", "indicators"];

/// What `SHOW TABLES`, `DESCRIBE` and `SHOW FUNCTIONS` read; settings of the program are nobody's question.
const ABOUT_TABLES: [&str; 6] = ["tables", "views", "columns", "schemata", "routines", "parameters"];

/// Functions that stand where a table does.
pub(super) const TABLE_FUNCTIONS: [&str; 2] = ["generate_series", "range"];

/// Functions that say something else each time or on each machine.
pub(super) const UNSTEADY: [&str; 9] =
    ["current_date", "current_time", "current_timestamp", "now", "today", "rand", "random", "uuid", "version"];

/// Functions that make one row longer than any text: a definition may only give them a small length.
pub(super) const LENGTHENING: [&str; 3] = ["lpad", "repeat", "rpad"];

/// All other functions.
#[rustfmt::skip]
const FUNCTIONS: &[&str] = &[
    // numbers
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh", "cot", "degrees",
    "exp", "factorial", "floor", "gcd", "greatest", "isnan", "iszero", "lcm", "least", "ln", "log", "log10", "log2",
    "nanvl", "pi", "pow", "power", "radians", "round", "signum", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
    // text
    "ascii", "bit_length", "btrim", "char_length", "character_length", "chr", "concat", "concat_ws", "contains", "decode",
    "encode", "ends_with", "find_in_set", "initcap", "instr", "left", "length", "levenshtein", "lower", "ltrim",
    "octet_length", "overlay", "position", "regexp_count", "regexp_instr", "regexp_like", "regexp_match",
    "regexp_replace", "replace", "reverse", "right", "rtrim", "split_part", "starts_with", "strpos", "substr",
    "substr_index", "substring", "substring_index", "to_hex", "translate", "trim", "upper",
    // days and times
    "date_bin", "date_format", "date_part", "date_trunc", "datepart", "datetrunc", "from_unixtime", "make_date",
    "make_time", "to_char", "to_date", "to_local_time", "to_time", "to_timestamp", "to_timestamp_micros",
    "to_timestamp_millis", "to_timestamp_nanos", "to_timestamp_seconds", "to_unixtime",
    // values and types
    "arrow_cast", "arrow_field", "arrow_metadata", "arrow_try_cast", "arrow_typeof", "cast_to_type", "coalesce",
    "get_field", "ifnull", "named_struct", "nullif", "nvl", "nvl2", "row", "struct", "try_cast_to_type",
    "union_extract", "union_tag", "with_metadata",
    // over rows
    "any_value", "approx_distinct", "approx_median", "approx_percentile_cont", "approx_percentile_cont_with_weight",
    "array_agg", "avg", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "corr", "count", "covar", "covar_pop",
    "covar_samp", "first_value", "grouping", "last_value", "max", "mean", "median", "min", "nth_value",
    "percentile_cont", "quantile_cont", "regr_avgx", "regr_avgy", "regr_count", "regr_intercept", "regr_r2",
    "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "stddev", "stddev_pop", "stddev_samp", "string_agg", "sum", "var",
    "var_pop", "var_population", "var_samp", "var_sample",
    // over windows
    "cume_dist", "dense_rank", "lag", "lead", "ntile", "percent_rank", "rank", "row_number",
];

/// Functions that are refused, each known to the engine: they tell of files and paths.
#[cfg(test)]
const REFUSED: [&str; 2] = ["file_row_index", "input_file_name"];

/// Whether a question may use a function.
pub(super) fn function(name: &str) -> bool {
    let lists = [FUNCTIONS, UNSTEADY.as_slice(), LENGTHENING.as_slice(), OWN_FUNCTIONS.as_slice()];
    lists.iter().any(|list| list.contains(&name))
}

/// Whether a question may read a table: its schema, if one is named, and its name.
pub(super) fn table(schema: Option<&str>, name: &str) -> bool {
    match schema {
        None | Some("public") => {
            table_names().any(|known| known == name) || MADE_TABLES.contains(&name) || is_table_function(name)
        }
        Some("information_schema") => ABOUT_TABLES.contains(&name),
        Some(_) => false,
    }
}

/// Whether a scan reads no table but a function that stands for one.
pub(super) fn is_table_function(name: &str) -> bool {
    TABLE_FUNCTIONS.contains(&name.trim_end_matches("()"))
}

/// Lets questions through, and what asks of tables and plans.
///
/// # Errors
/// The statement is none of them.
pub(super) fn statement(statement: &Statement) -> Result<(), Refusal> {
    match statement {
        Statement::Statement(inner) => sql(inner),
        Statement::Explain(explain) => self::statement(&explain.statement),
        other => Err(refused(other)),
    }
}

fn sql(statement: &Sql) -> Result<(), Refusal> {
    match statement {
        Sql::Query(_)
        | Sql::ExplainTable { .. }
        | Sql::ShowTables { .. }
        | Sql::ShowColumns { .. }
        | Sql::ShowFunctions { .. } => Ok(()),
        Sql::Explain { statement, .. } => sql(statement),
        other => Err(refused(other)),
    }
}

fn refused(statement: &impl ToString) -> Refusal {
    let text = statement.to_string();
    Refusal::Statement(text.split_whitespace().next().unwrap_or_default().to_uppercase())
}

/// Whether a step only reads, and is one that a question needs.
pub(super) const fn step(plan: &LogicalPlan) -> bool {
    matches!(
        plan,
        LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::Window(_)
            | LogicalPlan::Aggregate(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Join(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::TableScan(_)
            | LogicalPlan::EmptyRelation(_)
            | LogicalPlan::Subquery(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::Values(_)
            | LogicalPlan::Explain(_)
            | LogicalPlan::Analyze(_)
            | LogicalPlan::Distinct(_)
            | LogicalPlan::DescribeTable(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::RecursiveQuery(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::execution::SessionStateDefaults as Defaults;

    #[test]
    fn every_function_of_the_engine_is_allowed_or_refused_by_name() {
        let mut names: Vec<String> = Vec::new();
        for function in Defaults::default_scalar_functions() {
            names.extend(
                std::iter::once(function.name())
                    .chain(function.aliases().iter().map(String::as_str))
                    .map(str::to_owned),
            );
        }
        for function in Defaults::default_aggregate_functions() {
            names.extend(
                std::iter::once(function.name())
                    .chain(function.aliases().iter().map(String::as_str))
                    .map(str::to_owned),
            );
        }
        for function in Defaults::default_window_functions() {
            names.push(function.name().to_owned());
        }
        let unknown: Vec<&String> =
            names.iter().filter(|name| !function(name) && !REFUSED.contains(&name.as_str())).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        let idle: Vec<&&str> = FUNCTIONS.iter().filter(|name| !names.iter().any(|one| one == **name)).collect();
        assert!(idle.iter().all(|name| ["position", "trim"].contains(*name)), "{idle:?}");
        let tables = Defaults::default_table_functions();
        assert!(tables.iter().all(|one| TABLE_FUNCTIONS.contains(&one.name())));
    }
}
