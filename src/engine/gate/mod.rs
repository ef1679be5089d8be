//! The one gate through which every SQL text of a user passes, whichever door it came by: checked, planned, rewritten.

mod allowed;
mod checked_numbers;
mod definition;
mod plan;
mod refusal;
mod text;
mod three_valued;

use std::sync::Arc;

use datafusion::common::ParamValues;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::scalar::ScalarValue;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::parser::ParserError;

use cchc_store::{Session, StoreError, VietnameseOrder};
use checked_numbers::CheckedNumbers;

pub(super) use definition::{definition_faults, indicator_faults};
pub(super) use refusal::GateError;
pub use refusal::Refusal;
pub(super) use text::DEEPEST;
use three_valued::ThreeValued;

/// Plans what users ask over the tables of one question.
///
/// The order: the text by its length and words, the one statement by its kind, its plan by steps, functions and tables;
/// then the rules that make answers right rewrite the plan: `IN` knows what is unknown, whole numbers that overflow are an
/// error, texts come in Vietnamese order. What `/` means the tables' own SQL knows, too.
pub(super) struct Gate {
    context: SessionContext,
}

impl Gate {
    /// A gate over the tables and the memory of a question.
    pub fn new(session: &Session) -> Self {
        let state = SessionStateBuilder::new_from_existing(session.context().state())
            .with_analyzer_rule(Arc::new(ThreeValued))
            .with_analyzer_rule(Arc::new(CheckedNumbers))
            .with_analyzer_rule(Arc::new(VietnameseOrder))
            .build();
        Self { context: SessionContext::new_with_state(state) }
    }

    /// Plans one text, reading only, with named parameters. Nothing is run, but the rows that the text itself holds.
    ///
    /// # Errors
    /// The gate refuses it, or it does not plan.
    pub async fn ask(&self, text: &str, parameters: &[(&str, ScalarValue)]) -> Result<DataFrame, GateError> {
        let mut plan = self.checked(text).await?;
        if !parameters.is_empty() {
            let named = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            plan = plan.with_param_values(ParamValues::from(named.collect::<Vec<_>>())).map_err(StoreError::from)?;
        }
        Ok(DataFrame::new(self.context.state(), plan))
    }

    /// Plans a text of a definition and checks its types, without computing anything: the rules that make plans faster
    /// evaluate constants.
    ///
    /// # Errors
    /// The gate refuses it, or it does not plan.
    pub async fn plans(&self, text: &str) -> Result<(), GateError> {
        definition::steady(&self.parsed(text)?)?;
        let plan = self.checked(text).await?;
        let state = self.context.state();
        let analyzed = state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {});
        analyzed.map(drop).map_err(|error| GateError::Engine(error.into()))
    }

    async fn checked(&self, text: &str) -> Result<LogicalPlan, GateError> {
        let statement = self.parsed(text)?;
        let planned = self.context.state().statement_to_plan(statement).await;
        let plan = planned.map_err(|error| self.unplanned(error))?;
        plan::check(&plan)?;
        Ok(plan)
    }

    /// A question after a table that does not exist learns which do.
    fn unplanned(&self, error: DataFusionError) -> GateError {
        let told = error.to_string();
        let name =
            told.split_once("table '").and_then(|(_, rest)| rest.split_once("' not found")).map(|(name, _)| name);
        let Some(name) = name else { return GateError::Engine(error.into()) };
        let public = self.context.catalog("datafusion").and_then(|catalog| catalog.schema("public"));
        let mut tables = public.map(|schema| schema.table_names()).unwrap_or_default();
        tables.extend(allowed::MADE_TABLES.map(str::to_owned));
        tables.sort();
        tables.dedup();
        Refusal::NoTable { name: name.trim_start_matches("datafusion.public.").to_owned(), tables }.into()
    }

    fn parsed(&self, text: &str) -> Result<Statement, GateError> {
        text::check(text)?;
        let state = self.context.state();
        let dialect = &state.config_options().sql_parser.dialect;
        let statement = state.sql_to_statement(text, dialect).map_err(unparsed)?;
        allowed::statement(&statement)?;
        Ok(statement)
    }
}

/// Nesting that the parser gives up at is a limit like the others.
fn unparsed(error: DataFusionError) -> GateError {
    match error {
        DataFusionError::SQL(parse, _) if matches!(*parse, ParserError::RecursionLimitExceeded) => {
            Refusal::Depth(text::DEEPEST).into()
        }
        other => GateError::Engine(other.into()),
    }
}
