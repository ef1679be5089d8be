//! One SQL text of a user, read-only, over the tables of a version.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::ScalarValue;

use super::indicators_table::IndicatorsTable;
use super::{Engine, EngineError};
use cchc_definitions::did_you_mean;
use cchc_model::Period;

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
}

impl Engine {
    /// Answers a question in SQL.
    ///
    /// # Errors
    /// A parameter is missing, it does not plan or would write, or the store cannot be read.
    pub async fn sql(&self, request: &SqlRequest) -> Result<SqlAnswer, EngineError> {
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
        let session = self.question()?.session;
        let (schema, batches) = if mentions_indicators(&request.text) {
            let table = IndicatorsTable::new(self, request.period.clone())?;
            session.with_table("indicators", Arc::new(table))?.query(&request.text, &parameters).await?
        } else {
            session.query(&request.text, &parameters).await?
        };
        Ok(SqlAnswer { schema, batches })
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

/// Whether a SQL text names the table `indicators`.
#[must_use]
pub fn mentions_indicators(text: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.to_lowercase().split(|letter| !is_name(letter)).any(|word| word == "indicators")
}
