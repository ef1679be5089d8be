//! The log of a Delta table: entries of JSON that take files in and out, read up to a version and added to by one.
//!
//! Written by hand, since the libraries that do it bring two HTTP clients, two TLS stacks and a second set of Arrow
//! features into a program that never leaves the disk. Format: the Delta transaction log protocol,
//! <https://github.com/delta-io/delta/blob/master/PROTOCOL.md>.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use serde_json::{Value, json};

/// Why a log cannot be read or added to.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A file of the log cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An entry is no log entry.
    #[error("{path}: line {line} is no entry of a Delta log: {source}")]
    Entry {
        /// The entry.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// An entry is not what was written.
    #[error("{0} is not what was written")]
    Changed(PathBuf),
    /// A checkpoint cannot be read.
    #[error("{path}: the checkpoint cannot be read: {source}")]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// Why.
        source: Box<parquet::errors::ParquetError>,
    },
    /// Entries are missing and no checkpoint holds what they said.
    #[error("{log} has no entry {version:020}.json; without it the files of the table are not known")]
    Hole {
        /// The folder of the log.
        log: PathBuf,
        /// The first entry that is missing.
        version: u64,
    },
    /// Somebody else wrote the entry first.
    #[error("{0} was written by another program meanwhile; run the command again")]
    Conflict(PathBuf),
    /// No entry says what columns the table has.
    #[error("{0} does not say what columns the table has")]
    NoMetadata(PathBuf),
}

/// What a log says of a table at a version.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The version; none of a table without entries.
    pub version: Option<u64>,
    /// The live files: path below the table's folder → bytes.
    pub files: BTreeMap<String, u64>,
    /// The newest `metaData`.
    pub metadata: Option<Value>,
    /// The newest `protocol`.
    pub protocol: Option<Value>,
}

impl State {
    /// Names of the columns.
    pub fn columns(&self) -> Result<BTreeSet<String>, serde_json::Error> {
        let text = self.metadata.as_ref().and_then(|metadata| metadata["schemaString"].as_str()).unwrap_or("{}");
        let schema: Value = serde_json::from_str(text)?;
        let fields = schema["fields"].as_array().into_iter().flatten();
        Ok(fields.filter_map(|field| field["name"].as_str().map(str::to_owned)).collect())
    }

    fn apply(&mut self, action: &Value) {
        let path = |name: &str| action[name]["path"].as_str().map(decoded);
        self.files.extend(path("add").map(|path| (path, action["add"]["size"].as_u64().unwrap_or_default())));
        if let Some(removed) = path("remove") {
            self.files.remove(&removed);
        }
        for (name, held) in [("metaData", &mut self.metadata), ("protocol", &mut self.protocol)] {
            if action[name].is_object() {
                *held = Some(action[name].clone());
            }
        }
    }
}

/// The versions that have an entry, oldest first. No folder, no entries.
pub fn versions(log: &Path) -> Result<Vec<u64>, LogError> {
    numbered(log, ".json")
}

/// Whether the entry of a version is what was written, as far as that is known.
pub type IsWhole<'a> = &'a dyn Fn(u64, &[u8]) -> bool;

/// Reads a log up to a version, the newest without one.
///
/// # Errors
/// An entry or a checkpoint that is needed is missing, was changed, or cannot be read.
pub fn read(log: &Path, version: Option<u64>, is_whole: IsWhole<'_>) -> Result<State, LogError> {
    let last = match version {
        Some(version) => Some(version),
        None => versions(log)?.last().copied(),
    };
    let Some(last) = last else { return Ok(State::default()) };
    let mut state = State::default();
    each(log, last, is_whole, |version, now| {
        if version == last {
            state.clone_from(now);
        }
    })?;
    Ok(state)
}

/// Calls `see` with what the log says at each version that it can tell, up to `last`, oldest first.
pub fn each(log: &Path, last: u64, is_whole: IsWhole<'_>, mut see: impl FnMut(u64, &State)) -> Result<(), LogError> {
    let (mut state, mut next) = (State::default(), 0);
    while next <= last {
        let path = entry_path(log, next);
        match fs::read(&path) {
            Ok(bytes) if is_whole(next, &bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| LogError::Changed(path.clone()))?;
                apply_entry(&text, &path, &mut state)?;
            }
            Ok(_) => return Err(LogError::Changed(path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                // Another tool cleaned the log behind a checkpoint, which holds what the entries before it said.
                let beyond = |version: &u64| (next..=last).contains(version);
                let Some(at) = numbered(log, ".checkpoint.parquet")?.into_iter().find(beyond) else {
                    return Err(LogError::Hole { log: log.to_owned(), version: next });
                };
                state = checkpoint(&log.join(format!("{at:020}.checkpoint.parquet")))?;
                next = at;
            }
            Err(source) => return Err(LogError::Io { path, source }),
        }
        state.version = Some(next);
        see(next, &state);
        next += 1;
    }
    Ok(())
}

/// Adds an entry: it is there whole or not at all, and never replaces another.
///
/// # Errors
/// [`LogError::Conflict`] if there is an entry of that version.
pub fn append(log: &Path, version: u64, actions: &[Value]) -> Result<(), LogError> {
    let path = entry_path(log, version);
    let fail = |source| LogError::Io { path: path.clone(), source };
    fs::create_dir_all(log).map_err(fail)?;
    let mut file = super::super::temporary_in(log).map_err(fail)?;
    for action in actions {
        writeln!(file, "{action}").map_err(fail)?;
    }
    file.as_file().sync_all().map_err(fail)?;
    file.persist_noclobber(&path).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => LogError::Conflict(path.clone()),
        _ => fail(error.error),
    })?;
    if cfg!(unix) {
        File::open(log).and_then(|folder| folder.sync_all()).map_err(fail)?;
    }
    Ok(())
}

/// A live file as an entry takes it in.
#[must_use]
pub fn add(path: &str, bytes: u64, partition: &BTreeMap<&str, &str>) -> Value {
    json!({"add": {
        "path": encoded(path), "partitionValues": partition, "size": bytes, "modificationTime": 0, "dataChange": true,
    }})
}

/// A file as an entry takes it out.
#[must_use]
pub fn remove(path: &str, partition: &BTreeMap<&str, &str>) -> Value {
    json!({"remove": {
        "path": encoded(path), "deletionTimestamp": 0, "dataChange": true, "extendedFileMetadata": true,
        "partitionValues": partition,
    }})
}

fn entry_path(log: &Path, version: u64) -> PathBuf {
    log.join(entry_name(version))
}

/// The file of an entry.
#[must_use]
pub fn entry_name(version: u64) -> String {
    format!("{version:020}.json")
}

fn numbered(log: &Path, ending: &str) -> Result<Vec<u64>, LogError> {
    let entries = match fs::read_dir(log) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(LogError::Io { path: log.to_owned(), source }),
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.map_err(|source| LogError::Io { path: log.to_owned(), source })?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(ending)).filter(|number| number.len() == 20);
        found.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    found.sort_unstable();
    Ok(found)
}

fn apply_entry(text: &str, path: &Path, state: &mut State) -> Result<(), LogError> {
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let action: Value = serde_json::from_str(line).map_err(|source| LogError::Entry {
            path: path.to_owned(),
            line: at + 1,
            source,
        })?;
        state.apply(&action);
    }
    Ok(())
}

/// What a checkpoint holds: a row an action, as the entries of the log have a line.
fn checkpoint(path: &Path) -> Result<State, LogError> {
    let file = File::open(path).map_err(|source| LogError::Io { path: path.to_owned(), source })?;
    let fail = |source| LogError::Checkpoint { path: path.to_owned(), source: Box::new(source) };
    let reader = SerializedFileReader::new(file).map_err(fail)?;
    let mut state = State::default();
    for row in reader.get_row_iter(None).map_err(fail)? {
        let row = row.map_err(fail)?;
        for (at, (name, _)) in row.get_column_iter().enumerate() {
            let Ok(group) = row.get_group(at) else { continue };
            let text = |field: &str| {
                let at = group.get_column_iter().position(|(name, _)| name == field)?;
                group.get_string(at).ok().cloned()
            };
            match name.as_str() {
                "add" => {
                    let at = group.get_column_iter().position(|(name, _)| name == "size");
                    let bytes = at.and_then(|at| group.get_long(at).ok()).unwrap_or_default();
                    state.files.extend(text("path").as_deref().map(|path| (decoded(path), bytes.cast_unsigned())));
                }
                "metaData" => {
                    if let (Some(id), Some(schema)) = (text("id"), text("schemaString")) {
                        state.metadata = Some(json!({"id": id, "schemaString": schema}));
                    }
                }
                _ => {}
            }
        }
    }
    Ok(state)
}

/// A path as an entry writes it: what has a meaning in a URI is escaped.
fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('=', "%3D").replace(' ', "%20")
}

fn decoded(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn file(name: &str) -> Value {
        add(name, 1, &BTreeMap::new())
    }

    #[test]
    fn a_version_holds_what_its_entries_took_in_and_not_out() {
        let log = folder();
        append(log.path(), 0, &[file("month=2025-01/a.parquet"), file("b.parquet")]).unwrap();
        append(log.path(), 1, &[remove("b.parquet", &BTreeMap::new()), file("c d.parquet")]).unwrap();
        let names = |version| read(log.path(), version, &|_, _| true).unwrap().files.into_keys().collect::<Vec<_>>();
        assert_eq!(names(Some(0)), ["b.parquet", "month=2025-01/a.parquet"]);
        assert_eq!(names(None), ["c d.parquet", "month=2025-01/a.parquet"]);
        assert_eq!(versions(log.path()).unwrap(), [0, 1]);
    }

    #[test]
    fn an_entry_is_never_replaced() {
        let log = folder();
        append(log.path(), 0, &[file("a.parquet")]).unwrap();
        assert!(matches!(append(log.path(), 0, &[file("b.parquet")]), Err(LogError::Conflict(_))));
        assert!(read(log.path(), None, &|_, _| true).unwrap().files.contains_key("a.parquet"));
    }

    #[test]
    fn a_missing_entry_and_a_broken_line_are_named() {
        let log = folder();
        append(log.path(), 1, &[file("a.parquet")]).unwrap();
        assert!(matches!(read(log.path(), None, &|_, _| true), Err(LogError::Hole { version: 0, .. })));
        fs::write(entry_path(log.path(), 0), "{}\n{\"add\": ").unwrap();
        assert!(matches!(read(log.path(), None, &|_, _| true), Err(LogError::Entry { line: 2, .. })));
    }

    #[test]
    fn an_entry_that_was_changed_is_named_and_one_that_nobody_knows_is_read() {
        let log = folder();
        append(log.path(), 0, &[file("a.parquet")]).unwrap();
        let changed = read(log.path(), None, &|version, bytes| version != 0 || bytes.is_empty());
        assert!(matches!(changed, Err(LogError::Changed(path)) if path.ends_with("00000000000000000000.json")));
    }

    #[test]
    fn a_checkpoint_stands_for_the_entries_that_another_program_cleaned_away() {
        let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/delta-checkpoint");
        let before = read(&log, Some(3), &|_, _| true).unwrap();
        assert_eq!((before.files.len(), before.version), (4, Some(3)));
        assert!(before.files.iter().all(|(path, bytes)| path.ends_with(".parquet") && *bytes > 100), "{before:?}");
        assert!(before.columns().unwrap().contains("a"));
        assert_eq!(read(&log, None, &|_, _| true).unwrap().files.len(), 5);
        assert!(
            matches!(read(&log, Some(2), &|_, _| true), Err(LogError::Hole { version: 0, .. })),
            "what it was before is not known"
        );
    }
}
