//! One SQL text of a user, read-only, over the tables of a version.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;

use super::{Engine, EngineError};
use cchc_definitions::{Indicator, did_you_mean};
use cchc_indicators::{By, Children, GroupedRow};
use cchc_model::Period;
use cchc_store::{StoreError, questions};

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
        let question = if mentions_indicators(&request.text) {
            let table = self.indicators_table(request.period.as_ref()).await?;
            self.session().question_with("indicators", Arc::new(table))?
        } else {
            self.session().question()?
        };
        let (schema, batches) = question.query(&request.text, &parameters).await?;
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

    /// The table `indicators`: of a period, or of every month, quarter and year in which dossiers were received.
    async fn indicators_table(&self, period: Option<&Period>) -> Result<MemTable, EngineError> {
        let periods = match period {
            Some(period) => vec![period.clone()],
            None => self.received_periods().await?,
        };
        let all: Vec<&Indicator> = self.definitions().indicators.iter().collect();
        let measuring = self.measuring(self.config().policies);
        let rows = measuring.measure(&periods, &all, By::Unit, Children::Apart).await?;
        let batch = self.batch(&rows).map_err(StoreError::from)?;
        Ok(MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(StoreError::from)?)
    }

    fn batch(&self, rows: &[GroupedRow]) -> Result<RecordBatch, DataFusionError> {
        let rows = || rows.iter().map(|one| &one.row);
        let text = |values: StringArray| Arc::new(values) as ArrayRef;
        let number = |values: Float64Array| Arc::new(values) as ArrayRef;
        let flag = |values: BooleanArray| Arc::new(values) as ArrayRef;
        let mut columns = vec![
            ("unit_code", text(rows().map(|row| Some(row.unit.unit_code.as_str())).collect())),
            ("unit_name", text(rows().map(|row| Some(row.unit.unit_name.as_str())).collect())),
            ("kind", text(rows().map(|row| row.unit.kind.as_deref()).collect())),
            ("period", text(rows().map(|row| Some(row.period.as_str())).collect())),
            ("indicator", text(rows().map(|row| Some(row.indicator.as_str())).collect())),
            ("numerator", number(rows().map(|row| row.measure.numerator).collect())),
            ("denominator", number(rows().map(|row| row.measure.denominator).collect())),
            ("value", number(rows().map(|row| row.measure.value).collect())),
            ("status", text(rows().map(|row| Some(row.measure.status.word())).collect())),
        ];
        if self.carry().is_some() {
            columns.push(("estimate", flag(rows().map(|row| Some(row.measure.estimate)).collect())));
            columns.push((
                "not_carried",
                flag(rows().map(|row| Some(self.is_not_carried(&row.unit.unit_code))).collect()),
            ));
        }
        let columns = columns.into_iter().map(|(name, values)| (name, values, true));
        Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
    }

    /// Years, quarters and months in which dossiers were received.
    async fn received_periods(&self) -> Result<Vec<Period>, EngineError> {
        let months = questions::received_months(self.session()).await?;
        let names: BTreeSet<String> = months
            .into_iter()
            .flat_map(|(year, month)| {
                [format!("{year}"), format!("{year}-Q{}", (month + 2) / 3), format!("{year}-{month:02}")]
            })
            .collect();
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }
}

/// Whether the word stands in the question as a name.
#[must_use]
pub fn mentions_indicators(text: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.to_lowercase().split(|letter| !is_name(letter)).any(|word| word == "indicators")
}
