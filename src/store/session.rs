//! One published version as SQL tables; figures read the store only through it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use datafusion::arrow::array::{BooleanArray, Date32Array, Int32Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::error::DataFusionError;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::object_store::local::LocalFileSystem;
use datafusion::prelude::{SessionConfig, SessionContext};

use url::Url;

use super::checked::CheckedTable;
use super::counts_view::{COUNTS, counts_view};
use super::functions;
use super::memory::QuestionPool;
use super::whole::DataFile;
use super::{Manifest, Rows, StoreError, Workspace, schema};
use cchc_definitions::{Calendar, CalendarDay};
use cchc_model::{ColumnType, TableColumn};

/// MiB that one question may hold where the workspace does not say.
pub const DEFAULT_MEMORY_MIB: usize = 4096;

/// An answer of the store to come. It is boxed, since an `async fn` is compiled again by every crate that waits for it,
/// here with all of the query engine.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// SQL over one published version.
///
/// A session may be asked many questions side by side. Each [`Session::question`] has its own memory, bounded by the
/// workspace's configuration and free again when the question's future is done or dropped, and its own names of tables;
/// the tables themselves and what is known of their files are shared.
pub struct Session {
    tables: Arc<Vec<(String, Arc<dyn TableProvider>)>>,
    /// Bytes that one question may hold.
    memory: usize,
    /// Bytes that all questions hold.
    reserved: Arc<AtomicUsize>,
    context: SessionContext,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn open(workspace: &Workspace, version: &Manifest, calendar: &Calendar) -> Result<Self, StoreError> {
        let digests = Arc::new(workspace.digests()?);
        let mut tables: Vec<(String, Arc<dyn TableProvider>)> = Vec::new();
        for table in schema::table_names() {
            let files = workspace.files_known(version, table, &digests)?;
            let columns = arrow_schema(&schema::stored_columns(table));
            if files.is_empty() {
                tables.push((table.to_owned(), Arc::new(EmptyTable::new(columns))));
                continue;
            }
            let files: Vec<DataFile> = files.keys().map(|file| DataFile::new(table, file)).collect();
            let urls = files.iter().map(|file| url_below_data(&file.key())).collect::<Result<Vec<_>, _>>()?;
            let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
            let listing =
                ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(columns);
            let listing = Arc::new(ListingTable::try_new(listing)?);
            let checked = CheckedTable::new(listing, workspace.root(), files, Arc::clone(&digests));
            tables.push((table.to_owned(), Arc::new(checked)));
        }
        let runtime = RuntimeEnvBuilder::new().build()?;
        let data = workspace.root().join("data");
        if data.is_dir() {
            let store = LocalFileSystem::new_with_prefix(&data).map_err(DataFusionError::from)?;
            runtime.register_object_store(&data_url(""), Arc::new(store));
        }
        Self::over(tables, calendar, &runtime, workspace.config.memory_mib.unwrap_or(DEFAULT_MEMORY_MIB) << 20)
    }

    /// A session with the tables but no rows, to see whether SQL plans.
    pub fn planning(calendar: &Calendar) -> Result<Self, StoreError> {
        let empty = |table: &str| -> Arc<dyn TableProvider> {
            Arc::new(EmptyTable::new(arrow_schema(&schema::stored_columns(table))))
        };
        let tables = schema::table_names().map(|table| (table.to_owned(), empty(table))).collect();
        Self::over(tables, calendar, &RuntimeEnvBuilder::new().build()?, usize::MAX)
    }

    fn over(
        mut tables: Vec<(String, Arc<dyn TableProvider>)>,
        calendar: &Calendar,
        runtime: &RuntimeEnv,
        memory: usize,
    ) -> Result<Self, StoreError> {
        tables.push(("calendar".to_owned(), Arc::new(calendar_table(calendar)?)));
        let named = |name: &str| tables.iter().find(|(known, _)| known == name).map(|(_, table)| Arc::clone(table));
        if let (Some(stated), Some(procedures)) = (named("stated_counts"), named("procedures")) {
            let counts = counts_view(&SessionContext::new(), stated, procedures)?;
            tables.push((COUNTS.to_owned(), counts));
        }
        let tables = Arc::new(tables);
        let reserved = Arc::default();
        let runtime = with_pool(runtime, memory, &reserved);
        let context = context(&tables, runtime)?;
        Ok(Self { tables, memory, reserved, context })
    }

    /// The same version for one question: with memory of its own.
    pub fn question(&self) -> Result<Self, StoreError> {
        self.question_within(self.memory)
    }

    /// The same with at most so many bytes.
    ///
    /// # Errors
    /// The tables cannot be named.
    pub fn question_within(&self, bytes: usize) -> Result<Self, StoreError> {
        let memory = bytes.min(self.memory);
        let question = self.over_tables(with_pool(&self.context.runtime_env(), memory, &self.reserved))?;
        Ok(Self { memory, ..question })
    }

    /// The same question, that sees one more table.
    pub fn with_table(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<Self, StoreError> {
        let question = self.over_tables(self.context.runtime_env())?;
        question.context.register_table(name, table)?;
        Ok(question)
    }

    fn over_tables(&self, runtime: Arc<RuntimeEnv>) -> Result<Self, StoreError> {
        Ok(Self {
            context: context(&self.tables, runtime)?,
            tables: Arc::clone(&self.tables),
            memory: self.memory,
            reserved: Arc::clone(&self.reserved),
        })
    }

    /// Bytes that all questions of this version hold at the moment.
    #[must_use]
    pub fn reserved(&self) -> usize {
        self.reserved.load(Ordering::Relaxed)
    }

    /// Runs the engine's own SQL.
    ///
    /// # Errors
    /// It does not plan, or the store cannot be read.
    #[must_use]
    pub fn run<'a>(&'a self, sql: &'a str) -> Answer<'a, Vec<RecordBatch>> {
        Box::pin(async move { Ok(self.context.sql(sql).await?.collect().await?) })
    }

    /// Runs the engine's own SQL and reads the answer row by row.
    ///
    /// # Errors
    /// It does not plan, or the store cannot be read.
    #[must_use]
    pub fn rows<'a>(&'a self, sql: &'a str) -> Answer<'a, Rows> {
        Box::pin(async move { Rows::of(&self.run(sql).await?) })
    }

    /// What the gate for texts of users plans with.
    #[must_use]
    pub const fn context(&self) -> &SessionContext {
        &self.context
    }
}

/// A file below `data/` as the query engine names it: below a store of the folder, whose own path may hold what would
/// be a pattern or an escape in a URL.
fn url_below_data(file: &str) -> Result<ListingTableUrl, DataFusionError> {
    ListingTableUrl::try_new(data_url(file), None)
}

fn data_url(file: &str) -> Url {
    let mut url = Url::parse("data://workspace/").expect("a URL");
    url.set_path(file);
    url
}

/// A pool of memory of its own; what is known of files stays shared.
fn with_pool(shared: &RuntimeEnv, memory: usize, reserved: &Arc<AtomicUsize>) -> Arc<RuntimeEnv> {
    let pool = QuestionPool::new(memory, Arc::clone(reserved));
    Arc::new(RuntimeEnv { memory_pool: Arc::new(pool), ..shared.clone() })
}

/// A context of its own over shared tables.
fn context(
    tables: &[(String, Arc<dyn TableProvider>)],
    runtime: Arc<RuntimeEnv>,
) -> Result<SessionContext, StoreError> {
    let mut config = SessionConfig::new().with_information_schema(true);
    config.options_mut().execution.parquet.pushdown_filters = false;
    let mut context = SessionContext::new_with_config_rt(config, runtime);
    functions::register(&mut context)?;
    for (name, table) in tables {
        context.register_table(name.as_str(), Arc::clone(table))?;
    }
    Ok(context)
}

fn arrow_schema(columns: &[TableColumn]) -> SchemaRef {
    Arc::new(Schema::new(
        columns.iter().map(|column| Field::new(column.name, arrow_type(column.kind), true)).collect::<Vec<_>>(),
    ))
}

const fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text | ColumnType::Unit | ColumnType::Period => DataType::Utf8View,
        ColumnType::Int => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Bool => DataType::Boolean,
        ColumnType::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// `calendar(date, working_day_number, is_working, working_minutes_before)` from 2000 to 2100; of years without a calendar
/// file only the days are known, and what is counted with them is unknown, too.
fn calendar_table(calendar: &Calendar) -> Result<MemTable, StoreError> {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar");
    let days: Vec<CalendarDay> = calendar.days(day(2000, 1, 1), day(2100, 12, 31)).collect();
    let schema = Arc::new(Schema::new(vec![
        Field::new("date", DataType::Date32, false),
        Field::new("working_day_number", DataType::Int32, true),
        Field::new("is_working", DataType::Boolean, true),
        Field::new("working_minutes_before", DataType::Int64, true),
    ]));
    let batch = RecordBatch::try_new(
        Arc::clone(&schema),
        vec![
            Arc::new(Date32Array::from_iter_values(days.iter().map(|day| day.date.to_epoch_days()))),
            Arc::new(days.iter().map(|day| day.is_known.then_some(day.number)).collect::<Int32Array>()),
            Arc::new(days.iter().map(|day| day.is_known.then_some(day.is_working)).collect::<BooleanArray>()),
            Arc::new(days.iter().map(|day| day.is_known.then_some(day.minutes_before)).collect::<Int64Array>()),
        ],
    )
    .map_err(DataFusionError::from)?;
    Ok(MemTable::try_new(schema, vec![vec![batch]])?)
}
