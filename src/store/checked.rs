//! A table whose files are looked at before a question reads them: what was changed is never read.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{ScanArgs, ScanResult, Session};
use datafusion::common::Statistics;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

use super::whole::{self, DataFile, Depth, Digests, Faults};

/// A table of one version, with what its files should be.
#[derive(Debug)]
pub(super) struct CheckedTable {
    table: Arc<dyn TableProvider>,
    files: Arc<Files>,
}

/// Files that are looked at once a session, by their lengths and fast checksums.
#[derive(Debug)]
struct Files {
    root: PathBuf,
    data: Vec<DataFile>,
    digests: Arc<Digests>,
    looked: OnceLock<std::result::Result<(), Faults>>,
}

impl Files {
    fn look(&self) -> std::result::Result<(), Faults> {
        let look = || {
            let faults = whole::verify(&self.root, &self.data, &self.digests, Depth::Fast);
            if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
        };
        self.looked.get_or_init(look).clone()
    }
}

impl CheckedTable {
    pub fn new(table: Arc<dyn TableProvider>, root: &Path, files: Vec<DataFile>, digests: Arc<Digests>) -> Self {
        let files = Files { root: root.to_owned(), data: files, digests, looked: OnceLock::new() };
        Self { table, files: Arc::new(files) }
    }

    /// Reading takes a moment in which other questions go on.
    async fn look(&self) -> Result<()> {
        let files = Arc::clone(&self.files);
        let looked = tokio::task::spawn_blocking(move || files.look()).await;
        let external = |error: Box<dyn std::error::Error + Send + Sync>| DataFusionError::External(error);
        looked.map_err(|error| external(Box::new(error)))?.map_err(|faults| external(Box::new(faults)))
    }
}

#[async_trait]
impl TableProvider for CheckedTable {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        self.table.table_type()
    }

    fn get_logical_plan(&'_ self) -> Option<Cow<'_, LogicalPlan>> {
        self.table.get_logical_plan()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.look().await?;
        self.table.scan(state, projection, filters, limit).await
    }

    async fn scan_with_args<'a>(&self, state: &dyn Session, args: ScanArgs<'a>) -> Result<ScanResult> {
        self.look().await?;
        self.table.scan_with_args(state, args).await
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.table.supports_filters_pushdown(filters)
    }

    fn statistics(&self) -> Option<Statistics> {
        self.table.statistics()
    }
}
