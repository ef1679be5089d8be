//! One published version as SQL tables: the only way that figures read the store.

use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{BooleanArray, Date32Array, Int32Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::datasource::MemTable;
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};

use super::{Manifest, StoreError, Workspace, schema};
use cchc_definitions::{Calendar, CalendarDay};
use cchc_model::{Column, Kind};

/// SQL over one published version.
pub struct Session {
    context: SessionContext,
    runtime: tokio::runtime::Handle,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn open(workspace: &Workspace, version: &Manifest, calendar: &Calendar) -> Result<Self, StoreError> {
        let memory = workspace.config.memory_mib.unwrap_or(4096) << 20;
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(FairSpillPool::new(memory))).build_arc()?;
        let mut config = SessionConfig::new().with_information_schema(true);
        config.options_mut().execution.parquet.pushdown_filters = false;
        let context = SessionContext::new_with_config_rt(config, runtime);
        for table in schema::table_names() {
            let files = workspace.files(version, table)?;
            let root = workspace.table_path(table);
            let columns = arrow_schema(&schema::stored_columns(table));
            if files.is_empty() {
                context.register_table(table, Arc::new(EmptyTable::new(columns)))?;
                continue;
            }
            let urls = files
                .keys()
                .map(|file| ListingTableUrl::parse(root.join(file).to_string_lossy()))
                .collect::<Result<Vec<_>, _>>()?;
            let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
            let listing =
                ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(columns);
            context.register_table(table, Arc::new(ListingTable::try_new(listing)?))?;
        }
        context.register_table("calendar", Arc::new(calendar_table(calendar)?))?;
        Ok(Self { context, runtime: workspace.runtime().handle().clone() })
    }

    /// A session with the tables but no rows, to see whether SQL plans.
    pub fn planning(calendar: &Calendar) -> Result<(Self, tokio::runtime::Runtime), StoreError> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().build().map_err(super::io(std::path::Path::new(".")))?;
        let context = SessionContext::new();
        for table in schema::table_names() {
            context.register_table(table, Arc::new(EmptyTable::new(arrow_schema(&schema::stored_columns(table)))))?;
        }
        context.register_table("calendar", Arc::new(calendar_table(calendar)?))?;
        Ok((Self { context, runtime: runtime.handle().clone() }, runtime))
    }

    /// Adds a small table of this run.
    pub fn register(&self, name: &str, batch: RecordBatch) -> Result<(), StoreError> {
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]])?;
        self.context.deregister_table(name)?;
        self.context.register_table(name, Arc::new(table))?;
        Ok(())
    }

    /// Runs the engine's own SQL.
    pub fn run(&self, sql: &str) -> Result<Vec<RecordBatch>, StoreError> {
        self.blocking(|context| async move { context.sql(sql).await?.collect().await })
    }

    /// Runs a user's SQL: reading only, with named parameters. Gives the schema too, since there may be no rows.
    pub fn query(
        &self,
        sql: &str,
        parameters: &[(&str, ScalarValue)],
    ) -> Result<(SchemaRef, Vec<RecordBatch>), StoreError> {
        let parameters: Vec<(String, ScalarValue)> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.blocking(|context| async move {
            let read_only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            let mut frame = context.sql_with_options(sql, read_only).await?;
            if !parameters.is_empty() {
                frame = frame.with_param_values(ParamValues::from(parameters))?;
            }
            let schema: SchemaRef = Arc::new(frame.schema().as_arrow().clone());
            Ok((schema, frame.collect().await?))
        })
    }

    /// Plans SQL without running it.
    pub fn plans(&self, sql: &str) -> Result<(), StoreError> {
        self.blocking(|context| async move { context.sql(sql).await?.create_physical_plan().await.map(drop) })
    }

    fn blocking<T, F>(&self, work: impl FnOnce(SessionContext) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, DataFusionError>>,
    {
        Ok(self.runtime.block_on(work(self.context.clone()))?)
    }
}

fn arrow_schema(columns: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(
        columns.iter().map(|column| Field::new(column.name, arrow_type(column.kind), true)).collect::<Vec<_>>(),
    ))
}

const fn arrow_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Unit | Kind::Period => DataType::Utf8View,
        Kind::Int => DataType::Int64,
        Kind::Float => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// `calendar(date, working_day_number, is_working, working_minutes_before)` from 2000 to 2100.
fn calendar_table(calendar: &Calendar) -> Result<MemTable, StoreError> {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar");
    let days: Vec<CalendarDay> = calendar.days(day(2000, 1, 1), day(2100, 12, 31)).collect();
    let schema = Arc::new(Schema::new(vec![
        Field::new("date", DataType::Date32, false),
        Field::new("working_day_number", DataType::Int32, false),
        Field::new("is_working", DataType::Boolean, false),
        Field::new("working_minutes_before", DataType::Int64, false),
    ]));
    let batch = RecordBatch::try_new(
        Arc::clone(&schema),
        vec![
            Arc::new(Date32Array::from_iter_values(days.iter().map(|day| day.date.to_epoch_days()))),
            Arc::new(Int32Array::from_iter_values(days.iter().map(|day| day.number))),
            Arc::new(days.iter().map(|day| Some(day.is_working)).collect::<BooleanArray>()),
            Arc::new(Int64Array::from_iter_values(days.iter().map(|day| day.minutes_before))),
        ],
    )
    .map_err(DataFusionError::from)?;
    Ok(MemTable::try_new(schema, vec![vec![batch]])?)
}
