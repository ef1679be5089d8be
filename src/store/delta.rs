//! One Delta table: its files at a version, and one commit that makes its files exactly what they should be.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use deltalake_core::kernel::transaction::CommitBuilder;
use deltalake_core::kernel::{Action, Add, DataType, PrimitiveType, Remove, StructField};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use polars::prelude::{DataFrame, ParquetCompression, ParquetReader, ParquetWriter, SerReader};
use url::Url;

use super::{StoreError, frame, io};
use crate::model::{Column, Kind};

/// The partition column of the fact tables.
pub const PARTITION: &str = "month";

/// Path below the table's folder → its partition, where the table has any.
pub type TableFiles = BTreeMap<String, Option<String>>;

/// The live files at a version (the newest without one). No table, no files.
pub async fn files(path: &Path, table: &str, version: Option<u64>) -> Result<TableFiles, StoreError> {
    if !path.join("_delta_log").is_dir() {
        return Ok(TableFiles::new());
    }
    let opened = open(path, table, version).await?;
    listed(&opened, path, table)
}

/// Makes the table's live files exactly `target`, in one commit, and returns the version that holds them.
/// What a killed import left behind is dropped by the same commit.
pub async fn commit(
    path: &Path,
    table: &str,
    columns: &[Column],
    partitioned: bool,
    target: &TableFiles,
) -> Result<u64, StoreError> {
    let mut opened = if path.join("_delta_log").is_dir() {
        open(path, table, None).await?
    } else {
        create(path, table, columns, partitioned).await?
    };
    let current = listed(&opened, path, table)?;
    if current == *target {
        return Ok(opened.version().unwrap_or(0));
    }
    let mut actions = Vec::new();
    for (file, partition) in current.iter().filter(|(file, _)| !target.contains_key(*file)) {
        actions.push(Action::Remove(Remove {
            path: file.clone(),
            data_change: true,
            deletion_timestamp: Some(0),
            partition_values: Some(partition_values(partition.as_ref())),
            extended_file_metadata: Some(true),
            ..Remove::default()
        }));
    }
    for (file, partition) in target.iter().filter(|(file, _)| !current.contains_key(*file)) {
        let full = path.join(file);
        let size = fs::metadata(&full).map_err(io(&full))?.len() as i64;
        actions.push(Action::Add(Add {
            path: file.clone(),
            size,
            data_change: true,
            partition_values: partition_values(partition.as_ref()),
            ..Add::default()
        }));
    }
    let operation = DeltaOperation::Write {
        mode: SaveMode::Overwrite,
        partition_by: partitioned.then(|| vec![PARTITION.to_owned()]),
        predicate: None,
    };
    let snapshot = opened.snapshot().map_err(delta(table))?;
    let done = CommitBuilder::default()
        .with_actions(actions)
        .build(Some(snapshot), opened.log_store(), operation)
        .await
        .map_err(delta(table))?;
    let version = done.version();
    opened.update_state().await.map_err(delta(table))?;
    Ok(version)
}

/// Writes a frame as one Parquet file below the table's folder and syncs it; returns its path below the folder.
pub fn write(path: &Path, table: &str, partition: Option<&str>, data: &mut DataFrame) -> Result<String, StoreError> {
    let name = format!("part-{}.parquet", uuid::Uuid::new_v4());
    let below = partition.map_or_else(|| name.clone(), |partition| format!("{PARTITION}={partition}/{name}"));
    let full = path.join(&below);
    if let Some(folder) = full.parent() {
        fs::create_dir_all(folder).map_err(io(folder))?;
    }
    let file = File::create(&full).map_err(io(&full))?;
    ParquetWriter::new(&file).with_compression(ParquetCompression::Snappy).finish(data).map_err(frame(table))?;
    file.sync_all().map_err(io(&full))?;
    Ok(below)
}

/// Reads one file, or some columns of it.
pub fn read(path: &Path, table: &str, columns: Option<Vec<String>>) -> Result<DataFrame, StoreError> {
    let file = File::open(path).map_err(io(path))?;
    ParquetReader::new(file).with_columns(columns).finish().map_err(frame(table))
}

/// All data files below a folder.
pub fn data_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "_delta_log") {
                found.extend(data_files(&path)?);
            }
        } else if path.extension().is_some_and(|extension| extension == "parquet") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

async fn create(path: &Path, table: &str, columns: &[Column], partitioned: bool) -> Result<DeltaTable, StoreError> {
    fs::create_dir_all(path).map_err(io(path))?;
    let mut fields: Vec<StructField> =
        columns.iter().map(|column| StructField::nullable(column.name, data_type(column.kind))).collect();
    if partitioned {
        fields.push(StructField::nullable(PARTITION, data_type(Kind::Text)));
    }
    let mut builder =
        CreateBuilder::new().with_location(address(path)?.to_string()).with_table_name(table).with_columns(fields);
    if partitioned {
        builder = builder.with_partition_columns([PARTITION]);
    }
    builder.await.map_err(delta(table))
}

async fn open(path: &Path, table: &str, version: Option<u64>) -> Result<DeltaTable, StoreError> {
    let mut builder = DeltaTableBuilder::from_url(address(path)?).map_err(delta(table))?;
    if let Some(version) = version {
        builder = builder.with_version(version);
    }
    builder.load().await.map_err(delta(table))
}

fn listed(opened: &DeltaTable, path: &Path, table: &str) -> Result<TableFiles, StoreError> {
    let root = address(path)?;
    let prefix = root.path().trim_end_matches('/').to_owned() + "/";
    let uris = opened.get_file_uris().map_err(delta(table))?;
    Ok(uris
        .map(|uri| {
            let path = uri.strip_prefix("file://").unwrap_or(&uri);
            let decoded = path
                .strip_prefix(&prefix)
                .or_else(|| path.rsplit_once(&format!("/{table}/")).map(|(_, below)| below))
                .unwrap_or(path);
            let below = decoded.replace("%3D", "=");
            let partition = below
                .strip_prefix(&format!("{PARTITION}="))
                .and_then(|rest| rest.split_once('/'))
                .map(|(partition, _)| partition.to_owned());
            (below, partition)
        })
        .collect())
}

fn partition_values(partition: Option<&String>) -> HashMap<String, Option<String>> {
    partition.map(|partition| (PARTITION.to_owned(), Some(partition.clone()))).into_iter().collect()
}

fn address(path: &Path) -> Result<Url, StoreError> {
    let full = fs::canonicalize(path).map_err(io(path))?;
    Url::from_directory_path(&full)
        .map_err(|()| StoreError::Io { path: full, source: std::io::Error::other("not an absolute path") })
}

const fn data_type(kind: Kind) -> DataType {
    DataType::Primitive(match kind {
        Kind::Text | Kind::Unit => PrimitiveType::String,
        Kind::Int => PrimitiveType::Long,
        Kind::Float => PrimitiveType::Double,
        Kind::Bool => PrimitiveType::Boolean,
        Kind::Time => PrimitiveType::TimestampNtz,
    })
}

fn delta(table: &str) -> impl Fn(DeltaTableError) -> StoreError {
    let table = table.to_owned();
    move |source| StoreError::Delta { table: table.clone(), source: Box::new(source) }
}
