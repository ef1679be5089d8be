//! One SQL text of a user, read-only, over the tables of a version.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::scalar::ScalarValue;
use futures::TryStreamExt;

use super::gate::Gate;
use super::indicators_table::IndicatorsTable;
use super::{Engine, EngineError, Refusal, SqlLimits};
use cchc_definitions::did_you_mean;
use cchc_model::{Period, UnitsAsOf};
use cchc_store::DEFAULT_MEMORY_MIB;

/// A question in SQL and its parameters.
#[derive(Debug, Clone)]
pub struct SqlRequest {
    /// The question.
    pub text: String,
    /// Sets `$from` and `$to`, and the period of the table `indicators`.
    pub period: Option<Period>,
    /// Sets `$unit`.
    pub unit: Option<String>,
}

/// The answer to a question in SQL.
#[derive(Debug, Clone)]
pub struct SqlAnswer {
    /// Its columns, also where there are no rows.
    pub schema: SchemaRef,
    /// Its rows.
    pub batches: Vec<RecordBatch>,
    /// Whether figures are asked for the units of another day, and it reads none: its rows are as they are stored.
    pub reads_apart: bool,
}

impl Engine {
    /// Answers a question in SQL in this process, without limits but that of the workspace's memory.
    ///
    /// # Errors
    /// A parameter is missing, the gate refuses it, it does not plan, or the store cannot be read.
    pub async fn sql(&self, request: &SqlRequest) -> Result<SqlAnswer, EngineError> {
        let (schema, rows) = self.sql_rows(request, None).await?;
        let batches = rows.try_collect().await.map_err(|error| explained(error, self.memory_mib()))?;
        Ok(SqlAnswer { schema, batches, reads_apart: self.reads_apart(request) })
    }

    /// MiB that the steps of one question may claim.
    fn memory_mib(&self) -> u64 {
        self.config().memory_mib.unwrap_or(DEFAULT_MEMORY_MIB) as u64
    }

    /// The columns of the answer, and its rows as they come.
    pub(super) async fn sql_rows(
        &self,
        request: &SqlRequest,
        limits: Option<&SqlLimits>,
    ) -> Result<(SchemaRef, SendableRecordBatchStream), EngineError> {
        if self.is_public()
            && let Some(table) = unprotected_table(&request.text)
        {
            let message = format!(
                "'{table}' holds rows, whose small counts nobody can hide; public questions read the table indicators alone"
            );
            return Err(EngineError::Request(message));
        }
        let unit = request.unit.as_deref().map(|name| self.unit_named(name)).transpose()?;
        let parameters = parameters(&SqlRequest { unit, ..request.clone() })?;
        let mut session = self.0.session.question_within(limits.map_or(usize::MAX, SqlLimits::claimed))?;
        let memory_mib = limits.map_or_else(|| self.memory_mib(), |limits| limits.memory_mib);
        if mentions_indicators(&request.text) {
            let table = IndicatorsTable::new(self, request.period.clone())?;
            session = session.with_table("indicators", Arc::new(table))?;
        }
        let frame = Gate::new(&session).ask(&request.text, &parameters).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        Ok((schema, frame.execute_stream().await.map_err(|error| explained(error, memory_mib))?))
    }

    /// Whether units of another day are asked for in vain.
    pub(super) fn reads_apart(&self, request: &SqlRequest) -> bool {
        matches!(self.config().policies.units_as_of, UnitsAsOf::Day(_)) && !mentions_indicators(&request.text)
    }

    /// The text of a ready question.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn saved_question(&self, name: &str) -> Result<String, EngineError> {
        let saved = &self.definitions().saved;
        saved.get(name).cloned().ok_or_else(|| {
            let hint = did_you_mean(name, saved.keys().map(String::as_str));
            EngineError::Request(format!("no ready question '{name}'{hint}; `cchc sql --list` names them"))
        })
    }
}

/// What `$from`, `$to` and `$unit` stand for.
fn parameters(request: &SqlRequest) -> Result<Vec<(&'static str, ScalarValue)>, EngineError> {
    let mut parameters = Vec::new();
    if let Some(period) = &request.period {
        let day = |day: chrono::NaiveDate| ScalarValue::Date32(Some(day.to_epoch_days()));
        parameters.extend([("from", day(period.start)), ("to", day(period.end))]);
    }
    if let Some(unit) = &request.unit {
        parameters.push(("unit", ScalarValue::Utf8(Some(unit.clone()))));
    }
    for (name, option) in [("from", "--period"), ("to", "--period"), ("unit", "--unit")] {
        if request.text.contains(&format!("${name}")) && !parameters.iter().any(|(given, _)| *given == name) {
            return Err(EngineError::Request(format!("the question needs ${name}; give {option}")));
        }
    }
    Ok(parameters)
}

/// An error of the query engine; limits that it reached have an error of their own.
pub(super) fn explained(error: DataFusionError, memory_mib: u64) -> EngineError {
    match error.find_root() {
        // A text that repeat would make: no buffer of the engine holds it.
        DataFusionError::Execution(text) if text.contains("size overflow") => Refusal::Memory(memory_mib).into(),
        DataFusionError::ResourcesExhausted(_) => Refusal::Memory(memory_mib).into(),
        DataFusionError::ArrowError(arrow, _) if matches!(**arrow, ArrowError::ArithmeticOverflow(_)) => {
            Refusal::Overflow.into()
        }
        _ => EngineError::Store(error.into()),
    }
}

/// A table named in the question whose rows could be counted.
fn unprotected_table(text: &str) -> Option<&'static str> {
    let mut tables =
        cchc_store::table_names().filter(|table| *table != "units").chain(["information_schema", cchc_store::COUNTS]);
    let text = text.to_lowercase();
    tables
        .find(|table| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == *table))
}

/// Whether a SQL text names the table `indicators`.
fn mentions_indicators(text: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.to_lowercase().split(|letter| !is_name(letter)).any(|word| word == "indicators")
}
