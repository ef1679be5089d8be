//! One Delta table: its files at a version, and one commit that makes its files exactly what they should be.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, DataType, MetadataExt, PrimitiveType, Remove, StructField, StructType};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use polars::prelude::{DataFrame, IntoColumn, ParquetCompression, ParquetReader, ParquetWriter, SerReader, Series};
use url::Url;

use super::kill::{KillPoint, KillSwitch};
use super::{StoreError, frame, io, schema, sync_folder};
use crate::model::{Column, Kind};

/// The partition column of the fact tables.
pub const PARTITION: &str = "month";

/// Path below the table's folder → its partition, where the table has any.
pub type TableFiles = BTreeMap<String, Option<String>>;

/// The live files at a version (the newest without one). No table, no files.
pub async fn files(path: &Path, table: &str, version: Option<u64>) -> Result<TableFiles, StoreError> {
    if !is_table(path) {
        return Ok(TableFiles::new());
    }
    let opened = open(path, table, version).await?;
    listed(&opened, path, table)
}

/// All files that are live at any of the versions. Reads the log once, since it is kept whole; opening each version
/// would read it as often as there are versions.
pub async fn files_of_all(path: &Path, table: &str, versions: &BTreeSet<u64>) -> Result<BTreeSet<String>, StoreError> {
    let (mut live, mut all) = (Some(BTreeSet::new()), BTreeSet::new());
    for version in 0..=versions.last().copied().unwrap_or(0) {
        let entry = path.join("_delta_log").join(format!("{version:020}.json"));
        match (fs::read_to_string(&entry), &mut live) {
            (Ok(text), Some(live)) => apply(&text, &entry, live)?,
            (Ok(_), None) => {}
            // Another tool cleaned the log behind a checkpoint: from here on each version is opened.
            (Err(error), _) if error.kind() == std::io::ErrorKind::NotFound => live = None,
            (Err(error), _) => return Err(io(&entry)(error)),
        }
        match &live {
            _ if !versions.contains(&version) => {}
            Some(live) => all.extend(live.iter().cloned()),
            None => all.extend(files(path, table, Some(version)).await?.into_keys()),
        }
    }
    Ok(all)
}

/// Takes the files of one entry of a log in and out.
fn apply(text: &str, entry: &Path, live: &mut BTreeSet<String>) -> Result<(), StoreError> {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let action: serde_json::Value = serde_json::from_str(line)
            .map_err(|error| StoreError::Config { path: entry.to_owned(), message: error.to_string() })?;
        let path = |name: &str| action[name]["path"].as_str().map(|path| path.replace("%3D", "="));
        live.extend(path("add"));
        if let Some(removed) = path("remove") {
            live.remove(&removed);
        }
    }
    Ok(())
}

/// Makes the table's live files exactly `target`, in one commit, and returns the version that holds them.
/// What a killed import left behind is dropped by the same commit.
pub async fn commit(
    path: &Path,
    table: &str,
    columns: &[Column],
    partitioned: bool,
    target: &TableFiles,
    kill: &KillSwitch,
) -> Result<u64, StoreError> {
    let mut opened = if is_table(path) {
        open(path, table, None).await?
    } else {
        let made = create(path, table, columns, partitioned).await?;
        kill.pass(KillPoint::TableMade);
        made
    };
    let current = listed(&opened, path, table)?;
    let mut actions = Vec::new();
    actions.extend(new_columns(&opened, table, columns, partitioned)?);
    if current == *target && actions.is_empty() {
        return Ok(opened.version().unwrap_or(0));
    }
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
    // The log is kept whole: older published versions are read through their own entries of it.
    let properties = CommitProperties::default().with_cleanup_expired_logs(Some(false));
    let done = CommitBuilder::from(properties)
        .with_actions(actions)
        .build(Some(snapshot), opened.log_store(), operation)
        .await
        .map_err(delta(table))?;
    let version = done.version();
    opened.update_state().await.map_err(delta(table))?;
    let log = path.join("_delta_log");
    let entry = log.join(format!("{version:020}.json"));
    File::open(&entry).and_then(|entry| entry.sync_all()).map_err(io(&entry))?;
    sync_folder(&log)?;
    Ok(version)
}

/// Writes a frame as one Parquet file below the table's folder and syncs it; returns its path below the folder.
pub fn write(
    path: &Path,
    table: &str,
    partition: Option<&str>,
    data: &mut DataFrame,
    kill: &KillSwitch,
) -> Result<String, StoreError> {
    let name = format!("part-{}.parquet", uuid::Uuid::new_v4());
    let below = partition.map_or_else(|| name.clone(), |partition| format!("{PARTITION}={partition}/{name}"));
    let full = path.join(&below);
    if let Some(folder) = full.parent() {
        fs::create_dir_all(folder).map_err(io(folder))?;
    }
    complete(data, table)?;
    let file = File::create(&full).map_err(io(&full))?;
    kill.pass(KillPoint::DataFileBegun);
    let mut writer = Remembering { file: &file, error: None };
    let written = ParquetWriter::new(&mut writer).with_compression(ParquetCompression::Snappy).finish(data);
    if let Some(error) = writer.error {
        return Err(io(&full)(error));
    }
    written.map_err(frame(table))?;
    kill.pass(KillPoint::DataFileWritten);
    file.sync_all().map_err(io(&full))?;
    Ok(below)
}

/// Keeps the system's error, which the Parquet writer does not hand on everywhere.
struct Remembering<'a> {
    file: &'a File,
    error: Option<std::io::Error>,
}

impl Write for Remembering<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes).map_err(|error| {
            let kind = error.kind();
            if kind != std::io::ErrorKind::Interrupted {
                self.error.get_or_insert(error);
            }
            kind.into()
        })
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Makes the names of a table's data files last.
pub fn sync_names<'a>(path: &Path, files: impl Iterator<Item = &'a String>) -> Result<(), StoreError> {
    let mut folders: BTreeSet<PathBuf> =
        files.filter_map(|file| path.join(file).parent().map(Path::to_owned)).collect();
    // The folders of partitions have their own names in the table's folder.
    folders.extend((!folders.is_empty()).then(|| path.to_owned()));
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

/// Reads one file; columns that the table did not have when it was written are empty.
pub fn read(path: &Path, table: &str) -> Result<DataFrame, StoreError> {
    let file = File::open(path).map_err(io(path))?;
    let mut data = ParquetReader::new(file).finish().map_err(frame(table))?;
    complete(&mut data, table)?;
    Ok(data)
}

/// Adds columns that are lacking, empty.
fn complete(data: &mut DataFrame, table: &str) -> Result<(), StoreError> {
    for column in schema::stored_columns(table) {
        if data.get_column_index(column.name).is_none() {
            let empty = Series::full_null(column.name.into(), data.height(), &crate::normalise::data_type(column.kind));
            data.with_column(empty.into_column()).map_err(frame(table))?;
        }
    }
    Ok(())
}

/// Whether there is a table: a killed write may leave its log without an entry.
fn is_table(path: &Path) -> bool {
    fs::read_dir(path.join("_delta_log")).is_ok_and(|mut log| {
        log.any(|entry| entry.is_ok_and(|entry| entry.path().extension() == Some("json".as_ref())))
    })
}

/// What tells other tools of columns that the table did not have so far.
fn new_columns(
    opened: &DeltaTable,
    table: &str,
    columns: &[Column],
    partitioned: bool,
) -> Result<Option<Action>, StoreError> {
    let snapshot = opened.snapshot().map_err(delta(table))?;
    let known = snapshot.schema();
    if columns.iter().all(|column| known.field(column.name).is_some()) {
        return Ok(None);
    }
    let schema = StructType::try_new(fields(columns, partitioned))
        .map_err(|error| delta(table)(DeltaTableError::from(error)))?;
    let metadata = snapshot.metadata().clone().with_schema(&schema);
    let metadata = metadata.map_err(|error| delta(table)(DeltaTableError::from(error)))?;
    Ok(Some(Action::Metadata(metadata)))
}

fn fields(columns: &[Column], partitioned: bool) -> Vec<StructField> {
    let mut fields: Vec<StructField> =
        columns.iter().map(|column| StructField::nullable(column.name, data_type(column.kind))).collect();
    if partitioned {
        fields.push(StructField::nullable(PARTITION, data_type(Kind::Text)));
    }
    fields
}

async fn create(path: &Path, table: &str, columns: &[Column], partitioned: bool) -> Result<DeltaTable, StoreError> {
    fs::create_dir_all(path).map_err(io(path))?;
    let mut builder = CreateBuilder::new()
        .with_location(address(path)?.to_string())
        .with_table_name(table)
        .with_columns(fields(columns, partitioned));
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
        Kind::Text | Kind::Unit | Kind::Period => PrimitiveType::String,
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
