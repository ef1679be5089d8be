//! One Delta table: its files at a version, and one commit that makes its files exactly what they should be.

mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, IntoColumn, ParquetCompression, ParquetReader, ParquetWriter, SerReader, Series};
use serde_json::{Value, json};

use super::kill::{KillPoint, KillSwitch};
use super::{StoreError, frame, io, schema, sync_folder};
use cchc_model::{ColumnType, TableColumn};

pub use log::LogError;

/// The partition column of the fact tables.
pub const PARTITION: &str = "month";

/// Folder of a table's log.
const LOG: &str = "_delta_log";

/// Path below the table's folder → its partition, where the table has any.
pub type TableFiles = BTreeMap<String, Option<String>>;

/// The live files at a version (the newest without one). No table, no files.
pub fn files(path: &Path, table: &str, version: Option<u64>) -> Result<TableFiles, StoreError> {
    let state = log::read(&path.join(LOG), version).map_err(delta(table))?;
    for (file, bytes) in &state.files {
        check(path, table, file, *bytes)?;
    }
    Ok(state.files.into_keys().map(with_partition).collect())
}

/// Refuses a file that is gone or has another length: without its rows every figure would be too small, and silently.
fn check(path: &Path, table: &str, file: &str, expected: u64) -> Result<(), StoreError> {
    let full = path.join(file);
    let found = match fs::metadata(&full) {
        Ok(metadata) => Some(metadata.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(io(&full)(error)),
    };
    if found == Some(expected) {
        return Ok(());
    }
    let month = with_partition(file.to_owned()).1.map(|month| format!(", month {month}")).unwrap_or_default();
    let held = format!("{table}{month}");
    Err(match found {
        None => StoreError::FileMissing { path: full, held },
        Some(found) => StoreError::FileChanged { path: full, held, expected, found },
    })
}

/// All files that are live at any of the versions.
pub fn files_of_all(path: &Path, table: &str, versions: &BTreeSet<u64>) -> Result<BTreeSet<String>, StoreError> {
    let mut all = BTreeSet::new();
    let Some(last) = versions.last() else { return Ok(all) };
    log::each(&path.join(LOG), *last, |version, state| {
        if versions.contains(&version) {
            all.extend(state.files.keys().cloned());
        }
    })
    .map_err(delta(table))?;
    Ok(all)
}

/// Makes the table's live files exactly `target`, in one commit, and returns the version that has them.
pub fn commit(
    path: &Path,
    table: &str,
    columns: &[TableColumn],
    partitioned: bool,
    target: &TableFiles,
    kill: &KillSwitch,
) -> Result<u64, StoreError> {
    let log_folder = path.join(LOG);
    let mut state = log::read(&log_folder, None).map_err(delta(table))?;
    if state.version.is_none() {
        create(&log_folder, table, columns, partitioned)?;
        state = log::read(&log_folder, None).map_err(delta(table))?;
        kill.pass(KillPoint::TableMade);
    }
    let version = state.version.unwrap_or(0);
    let mut actions = new_columns(&state, &log_folder, table, columns, partitioned)?;
    let current: TableFiles = state.files.into_keys().map(with_partition).collect();
    if current == *target && actions.is_empty() {
        return Ok(version);
    }
    let removed = current.iter().filter(|(file, _)| !target.contains_key(*file));
    actions.extend(removed.map(|(file, partition)| log::remove(file, &partition_values(partition.as_ref()))));
    for (file, partition) in target.iter().filter(|(file, _)| !current.contains_key(*file)) {
        let full = path.join(file);
        let bytes = fs::metadata(&full).map_err(io(&full))?.len();
        actions.push(log::add(file, bytes, &partition_values(partition.as_ref())));
    }
    // The time is left out: nothing reads the clock, and the version of the workspace has the day of the data.
    let by: &[&str] = if partitioned { &[PARTITION] } else { &[] };
    actions.push(json!({"commitInfo": {
        "operation": "WRITE", "operationParameters": {"mode": "Overwrite", "partitionBy": json!(by).to_string()},
    }}));
    log::append(&log_folder, version + 1, &actions).map_err(delta(table))?;
    Ok(version + 1)
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

/// Keeps the system's error, which the Parquet writer does not always return.
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
            let empty = Series::full_null(column.name.into(), data.height(), &cchc_normalise::data_type(column.kind));
            data.with_column(empty.into_column()).map_err(frame(table))?;
        }
    }
    Ok(())
}

/// Actions by which other tools know of columns that the table did not have so far.
fn new_columns(
    state: &log::State,
    log_folder: &Path,
    table: &str,
    columns: &[TableColumn],
    partitioned: bool,
) -> Result<Vec<Value>, StoreError> {
    let no_metadata = || delta(table)(LogError::NoMetadata(log_folder.to_owned()));
    let known = state.columns().map_err(|_| no_metadata())?;
    if columns.iter().all(|column| known.contains(column.name)) {
        return Ok(Vec::new());
    }
    let mut metadata = state.metadata.clone().ok_or_else(no_metadata)?;
    metadata["schemaString"] = schema_of(columns, partitioned).into();
    let mut actions = vec![json!({ "metaData": metadata })];
    let protocol = protocol();
    if state.protocol.as_ref().is_none_or(|held| held["readerFeatures"] != protocol["readerFeatures"]) {
        actions.push(json!({ "protocol": protocol }));
    }
    Ok(actions)
}

/// The first entry of a table's log.
fn create(log_folder: &Path, table: &str, columns: &[TableColumn], partitioned: bool) -> Result<(), StoreError> {
    let by: &[&str] = if partitioned { &[PARTITION] } else { &[] };
    let metadata = json!({
        "id": uuid::Uuid::new_v4().to_string(), "name": table, "format": {"provider": "parquet", "options": {}},
        "schemaString": schema_of(columns, partitioned), "partitionColumns": by, "configuration": {},
    });
    let made = [
        json!({"commitInfo": {"operation": "CREATE TABLE", "operationParameters": {}}}),
        json!({ "protocol": protocol() }),
        json!({ "metaData": metadata }),
    ];
    log::append(log_folder, 0, &made).map_err(delta(table))
}

/// Times without a zone ask for the feature of that name, and so for the versions that name features.
fn protocol() -> Value {
    json!({
        "minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["timestampNtz"],
        "writerFeatures": ["timestampNtz"],
    })
}

fn schema_of(columns: &[TableColumn], partitioned: bool) -> String {
    let field =
        |name: &str, kind: ColumnType| json!({"name": name, "type": data_type(kind), "nullable": true, "metadata": {}});
    let mut fields: Vec<Value> = columns.iter().map(|column| field(column.name, column.kind)).collect();
    fields.extend(partitioned.then(|| field(PARTITION, ColumnType::Text)));
    json!({"type": "struct", "fields": fields}).to_string()
}

/// A file and the partition that its folder names.
fn with_partition(file: String) -> (String, Option<String>) {
    let partition = file
        .strip_prefix(&format!("{PARTITION}="))
        .and_then(|rest| rest.split_once('/'))
        .map(|(partition, _)| partition.to_owned());
    (file, partition)
}

fn partition_values(partition: Option<&String>) -> BTreeMap<&str, &str> {
    partition.map(|partition| (PARTITION, partition.as_str())).into_iter().collect()
}

const fn data_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text | ColumnType::Unit | ColumnType::Period => "string",
        ColumnType::Int => "long",
        ColumnType::Float => "double",
        ColumnType::Bool => "boolean",
        ColumnType::Time => "timestamp_ntz",
    }
}

fn delta(table: &str) -> impl Fn(LogError) -> StoreError {
    let table = table.to_owned();
    move |source| StoreError::Delta { table: table.clone(), source: Box::new(source) }
}
