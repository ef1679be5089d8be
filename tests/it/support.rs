//! What all tests share: the program as a process, fresh workspaces, the sample province, tiny exports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// Headings of [`list`]: the layout that most units export.
pub const LIST: &str = "Số hồ sơ,Cơ quan/đơn vị,Hình thức tiếp nhận,Chủ hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc xử lý,Trạng thái hồ sơ";

/// No command of these tests takes longer, even on a slow machine.
const LONGEST: Duration = Duration::from_mins(1);

/// Two departments and a commune below a province.
pub const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    A,Sở A,,department,P,SA,,\n\
    B,Sở Bê,,department,P,,,\n\
    C,UBND xã Xê,,commune,A,,,\n";

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub bytes: Vec<u8>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Fails with both streams unless the exit code is the expected one.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Fails unless standard error says all of this.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "'{word}' is not in: {}", self.stderr);
        }
        self
    }

    /// Standard output as the one JSON array that it must be.
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in: {}", self.stdout))
    }
}

/// The program, with the environment cut down to what it may depend on.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cchc"));
    // Tests state English sentences, but for those that ask for Vietnamese by --lang.
    command.env_remove("RUST_LOG").env_remove("CCHC_WORKSPACE").env("CCHC_LANG", "en");
    command
}

/// Runs the program to its end; what hangs is killed and fails.
#[track_caller]
pub fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Ran {
    let mut command = program();
    command.args(arguments);
    let output = assert_cmd::Command::from_std(command).timeout(LONGEST).output().unwrap();
    assert!(
        output.status.code().is_some(),
        "no end after {LONGEST:?}: {:?}",
        arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>()
    );
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        bytes: output.stdout,
    }
}

/// A path of the project.
pub fn project(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// A workspace that is made once: its number, and where it is when it is made.
type Made = Arc<(usize, OnceLock<PathBuf>)>;

/// A workspace of one test, with a folder beside it for files to import.
pub struct Place {
    _own: Option<TempDir>,
    folder: PathBuf,
}

impl Place {
    /// Makes the workspace one of an older program, which kept no hashes and no journal.
    pub fn without_hashes(&self) {
        std::fs::remove_file(self.workspace().join("import.journal")).unwrap();
        for path in files_below(&self.workspace().join("versions")) {
            let mut version: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            for key in ["written", "checksum"] {
                version.as_object_mut().unwrap().shift_remove(key);
            }
            std::fs::write(&path, serde_json::to_vec_pretty(&version).unwrap()).unwrap();
        }
    }

    /// An empty folder without a workspace in it.
    pub fn empty() -> Self {
        let own = TempDir::new().unwrap();
        Self { folder: own.path().to_owned(), _own: Some(own) }
    }

    /// A workspace with the units of [`UNITS`].
    pub fn new() -> Self {
        Self::with_units(UNITS)
    }

    /// A workspace with these units.
    pub fn with_units(units: &str) -> Self {
        Self::prepared(units, |place| {
            let list = place.file("units.csv", units);
            place.run(&["init", "--units", list.to_str().unwrap()]).exits(0);
        })
    }

    /// A copy of what is made once under a name: a workspace that many tests begin with. Files imported while it is made
    /// keep the paths that they had then.
    pub fn prepared(name: &str, make: impl FnOnce(&Self)) -> Self {
        static MADE: Mutex<BTreeMap<String, Made>> = Mutex::new(BTreeMap::new());
        let made = {
            let mut all = MADE.lock().unwrap_or_else(PoisonError::into_inner);
            let number = all.len();
            Arc::clone(all.entry(name.to_owned()).or_insert_with(|| Arc::new((number, OnceLock::new()))))
        };
        let from = made.1.get_or_init(|| {
            let place = Self::kept("prepared", &made.0.to_string());
            make(&place);
            place.folder
        });
        let place = Self::empty();
        copy(from, &place.folder);
        place
    }

    /// An empty folder below the target folder, since nothing drops what is static; those of old runs are removed.
    fn kept(kind: &str, name: &str) -> Self {
        static CLEANED: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join(kind);
        let run = all.join(std::process::id().to_string());
        let mut cleaned = CLEANED.lock().unwrap_or_else(PoisonError::into_inner);
        if !cleaned.iter().any(|done| done == kind) {
            remove_old(&all);
            let _ = std::fs::remove_dir_all(&run);
            cleaned.push(kind.to_owned());
        }
        let folder = run.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { _own: None, folder }
    }

    /// A file beside the workspace.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A path beside the workspace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The workspace.
    pub fn workspace(&self) -> PathBuf {
        self.path("kho")
    }

    /// Runs a command on the workspace.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["--workspace".into(), self.workspace().into_os_string()];
        all.extend(arguments.iter().map(Into::into));
        run(&all)
    }

    /// Runs a command that must succeed and print one JSON array.
    #[track_caller]
    pub fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        self.run(&[&["--format", "json", "--quiet"], arguments].concat()).exits(0).rows()
    }

    /// Imports one file; the account of that file and how the run ended.
    #[track_caller]
    pub fn import(&self, file: &Path) -> (Value, Ran) {
        let ran = self.run(&["--format", "json", "--lang", "en", "import", file.to_str().unwrap()]);
        let mut rows = ran.rows();
        assert_eq!(rows.len(), 1, "{}", ran.stdout);
        (rows.remove(0), ran)
    }

    /// Writes a file and imports it.
    #[track_caller]
    pub fn import_text(&self, name: &str, text: &str) -> (Value, Ran) {
        let file = self.file(name, text);
        self.import(&file)
    }

    /// All dossiers stored, by code, as the store has them.
    #[track_caller]
    pub fn dossiers(&self) -> Vec<Value> {
        self.rows(&["sql", "SELECT * FROM dossiers ORDER BY dossier_code"])
    }

    /// Everything below the workspace: path → content.
    pub fn snapshot(&self) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
        files_below(&self.workspace()).into_iter().map(|path| (path.clone(), std::fs::read(&path).unwrap())).collect()
    }

    /// Numbers of one query's only row.
    #[track_caller]
    pub fn numbers(&self, query: &str) -> Vec<Option<f64>> {
        let rows = self.rows(&["sql", query]);
        assert_eq!(rows.len(), 1, "{query}");
        rows[0].as_object().unwrap().values().map(Value::as_f64).collect()
    }
}

/// Imports one file into a new workspace.
#[track_caller]
pub fn import(name: &str, bytes: impl AsRef<[u8]>) -> (Place, Value, Ran) {
    let place = Place::new();
    let file = place.file(name, bytes);
    let (row, ran) = place.import(&file);
    (place, row, ran)
}

/// Copies a folder with everything in it, empty folders too.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// All files below a folder, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A list of dossiers in CSV: each line is code, unit, channel, received, due, finished, status.
pub fn list(rows: &[&str]) -> String {
    let mut text = format!("{LIST}\n");
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        let [code, unit, channel, dates @ ..] = cells.as_slice() else { panic!("too few cells: {row}") };
        text.push_str(&format!("{code},{unit},{channel},Nguyễn Văn Thử,{}\n", dates.join(",")));
    }
    text
}

/// A row's account: rows, loaded, updated, duplicate, rejected.
#[track_caller]
pub fn account(file: &Value) -> [u64; 5] {
    ["rows", "loaded", "updated", "duplicate", "rejected"].map(|key| file[key].as_u64().unwrap())
}

/// A figure of `indicators` or `rank`.
#[track_caller]
pub fn figure<'a>(rows: &'a [Value], unit: &str, indicator: &str) -> &'a Value {
    rows.iter()
        .find(|row| row["unit_code"] == unit && row["indicator"] == indicator)
        .unwrap_or_else(|| panic!("no {indicator} of {unit}"))
}

/// A row of `form06` or `rank`.
#[track_caller]
pub fn row_of<'a>(rows: &'a [Value], unit: &str) -> &'a Value {
    rows.iter().find(|row| row["unit_code"] == unit).unwrap_or_else(|| panic!("no row of {unit}"))
}

/// Columns 3 to 13 of a form 06 row.
#[track_caller]
pub fn counts(row: &Value) -> [i64; 11] {
    std::array::from_fn(|at| row[format!("c{}", at + 3)].as_i64().unwrap())
}

/// Equal but for the last bits.
#[track_caller]
pub fn close(ours: Option<f64>, theirs: Option<f64>, what: &str) {
    let same = match (ours, theirs) {
        (None, None) => true,
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0),
        _ => false,
    };
    assert!(same, "{what}: {ours:?} is not {theirs:?}");
}

/// The sample province imported once; tests only read it.
pub struct Sample {
    pub place: Place,
    /// How the import ended.
    pub imported: Ran,
}

/// The shared sample workspace.
pub fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let place = Place::kept("sample", "province");
        let units = project("sample-data/units.csv");
        place.run(&["init", "--units", units.to_str().unwrap()]).exits(0);
        let (exports, tables) = (project("sample-data/exports"), project("sample-data/tables"));
        let imported =
            place.run(&["--format", "json", "import", exports.to_str().unwrap(), tables.to_str().unwrap()]).exits(3);
        Sample { place, imported }
    })
}

/// Workspaces of earlier runs; another run may still use a young one.
fn remove_old(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age.as_secs() > 3600) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
