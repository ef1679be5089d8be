//! One Delta table: its files at a version, and one commit that makes its files exactly what they should be.

mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, IntoColumn, ParquetCompression, ParquetReader, ParquetWriter, SerReader, Series};
use serde_json::{Value, json};

use super::kill::{KillPoint, KillSwitch};
use super::whole::{DataFile, Depth, Digests, FaultKind, Faults, FileDigest, StoreFault, key};
use super::{StoreError, frame, io, schema, sync_folder};
use cchc_model::{ColumnType, TableColumn};

pub use log::LogError;

/// The partition column of the fact tables.
pub const PARTITION: &str = "month";

/// Folder of a table's log.
const LOG: &str = "_delta_log";

/// Path below the table's folder → its partition, where the table has any.
pub type TableFiles = BTreeMap<String, Option<String>>;

/// A table as its folder holds it, with what is known of its files.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The workspace.
    pub root: &'a Path,
    /// The table.
    pub table: &'a str,
    /// What its files were when they were written.
    pub digests: &'a Digests,
}

impl Place<'_> {
    fn log(&self) -> PathBuf {
        self.root.join("data").join(self.table).join(LOG)
    }

    /// Whether an entry of the log is what was written; one that nobody knows is taken as it is.
    fn is_whole(&self, version: u64, bytes: &[u8]) -> bool {
        let digest = self.digests.get(&key(self.table, &entry_below(version)));
        digest.is_none_or(|digest| digest.is_of_bytes(bytes))
    }

    fn read_log(&self, version: Option<u64>) -> Result<log::State, StoreError> {
        log::read(&self.log(), version, &|version, bytes| self.is_whole(version, bytes)).map_err(delta(self.table))
    }
}

/// The live files at a version (the newest without one), all of which are there in their length: without the rows of
/// one every figure would be too small, and silently. No table, no files.
pub fn files(place: Place<'_>, version: Option<u64>) -> Result<TableFiles, StoreError> {
    let state = place.read_log(version)?;
    let faults = state.files.iter().filter_map(|(file, bytes)| {
        // Only the length is told by the log.
        let known = FileDigest { bytes: *bytes, ..FileDigest::default() };
        DataFile::new(place.table, file).verify(place.root, Some(&known), Depth::Length)
    });
    Faults::refuse(faults.collect())?;
    Ok(state.files.into_keys().map(with_partition).collect())
}

/// All files that are live at any of the versions.
pub fn files_of_all(place: Place<'_>, versions: &BTreeSet<u64>) -> Result<BTreeSet<String>, StoreError> {
    files_where(place, versions.last().copied(), |version| versions.contains(&version))
}

/// All files that are live at any version up to one.
pub fn files_until(place: Place<'_>, last: u64) -> Result<BTreeSet<String>, StoreError> {
    files_where(place, Some(last), |_| true)
}

fn files_where(
    place: Place<'_>,
    last: Option<u64>,
    is_meant: impl Fn(u64) -> bool,
) -> Result<BTreeSet<String>, StoreError> {
    let mut all = BTreeSet::new();
    let Some(last) = last else { return Ok(all) };
    let is_whole: log::IsWhole<'_> = &|version, bytes| place.is_whole(version, bytes);
    log::each(&place.log(), last, is_whole, |version, state| {
        if is_meant(version) {
            all.extend(state.files.keys().cloned());
        }
    })
    .map_err(delta(place.table))?;
    Ok(all)
}

/// The newest entry of the log of a table.
pub fn newest_entry(path: &Path, table: &str) -> Result<Option<u64>, StoreError> {
    Ok(log::versions(&path.join(LOG)).map_err(delta(table))?.last().copied())
}

/// The entries of the log of a table up to a version, below its folder.
pub fn entries(path: &Path, table: &str, last: u64) -> Result<Vec<String>, StoreError> {
    let entries = log::versions(&path.join(LOG)).map_err(delta(table))?;
    Ok(entries.into_iter().filter(|entry| *entry <= last).map(entry_below).collect())
}

/// An entry of a log, below the folder of its table.
pub fn entry_below(version: u64) -> String {
    format!("{LOG}/{}", log::entry_name(version))
}

/// Makes the table's live files exactly `target`, in one commit, and returns the version that has them.
/// What a killed import left behind is dropped by the same commit.
pub fn commit(
    place: Place<'_>,
    columns: &[TableColumn],
    partitioned: bool,
    target: &TableFiles,
    kill: &KillSwitch,
) -> Result<u64, StoreError> {
    let (table, log_folder) = (place.table, place.log());
    let mut state = place.read_log(None)?;
    if state.version.is_none() {
        create(&log_folder, table, columns, partitioned)?;
        state = place.read_log(None)?;
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
        let full = place.root.join("data").join(table).join(file);
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

/// The month whose rows a file of a table holds, as its folder names it.
pub fn month_of(file: &str) -> Option<&str> {
    let rest = file.strip_prefix(PARTITION)?.strip_prefix('=')?;
    rest.split_once('/').map(|(month, _)| month)
}

/// A file and its partition.
fn with_partition(file: String) -> (String, Option<String>) {
    let partition = month_of(&file).map(str::to_owned);
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
    move |error| {
        let fault = |kind, path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            StoreFault::of_table(kind, &table, &format!("{LOG}/{name}"))
        };
        let fault = match &error {
            LogError::Entry { path, line, .. } => fault(FaultKind::LogChanged, path).found(line),
            LogError::Changed(path) | LogError::Checkpoint { path, .. } => fault(FaultKind::LogChanged, path),
            LogError::Hole { version, .. } => fault(FaultKind::LogMissing, Path::new(&log::entry_name(*version))),
            LogError::Io { .. } | LogError::Conflict(_) | LogError::NoMetadata(_) => {
                return StoreError::Delta { table: table.clone(), source: Box::new(error) };
            }
        };
        StoreError::Damaged(Faults(vec![fault]))
    }
}
