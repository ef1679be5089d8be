//! A killed import or vacuum leaves the version before or after, and the next run converges as if nothing had happened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use cchc::definitions::Definitions;
use cchc::import::{Options, Progress, import as import_files};
use cchc::store::{KillPoint, Mode, PurgeOrder, Shell, Transaction, Workspace, Young, purge, table_names};
use datafusion::arrow::array::AsArray;

use crate::support::{Place, files_below, list, program, project};

/// What a workspace holds, and how its folder looks. Paths outside of it and random names are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// All rows of each table.
    pub rows: BTreeMap<&'static str, Vec<String>>,
    /// All files and folders, with one name for all data files.
    pub shape: Vec<String>,
}

/// Reads everything that the newest version holds, in this process.
pub fn stored(place: &Place) -> Stored {
    let workspace = Workspace::open(&place.workspace()).unwrap();
    let definitions = Definitions::load(None).unwrap();
    let session = workspace.session(&workspace.version(None).unwrap(), &definitions.calendar).unwrap();
    let shell = Shell::new().unwrap();
    let folder = place.path("").to_str().unwrap().to_owned();
    let mut rows = BTreeMap::new();
    for table in table_names() {
        let columns: Vec<String> = cchc::store::stored_columns(table)
            .iter()
            .map(|column| format!("COALESCE(CAST(\"{}\" AS VARCHAR), '∅')", column.name))
            .collect();
        let sql = format!(
            "SELECT arrow_cast(concat_ws(' | ', {}), 'Utf8') AS line FROM {table} ORDER BY line",
            columns.join(", ")
        );
        let lines = shell.wait(session.run(&sql)).unwrap().into_iter().flat_map(|batch| {
            batch.column(0).as_string::<i32>().iter().map(|line| line.unwrap().replace(&folder, "")).collect::<Vec<_>>()
        });
        rows.insert(table, lines.collect());
    }
    Stored { rows, shape: shape(&place.workspace()) }
}

/// Files and folders below; the part of a name that is random is left out.
fn shape(folder: &Path) -> Vec<String> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, found);
            }
            found.push(path);
        }
    }
    let mut found = Vec::new();
    below(folder, &mut found);
    let mut names: Vec<String> = found
        .iter()
        .map(|path| {
            let path = path.strip_prefix(folder).unwrap().to_str().unwrap();
            match path.split_once("part-") {
                Some((folder, rest)) if rest.ends_with(".parquet") => format!("{folder}part.parquet"),
                _ => path.to_owned(),
            }
        })
        .collect();
    names.sort();
    names
}

/// Two imports: the second updates rows of the first, moves one to another month, and adds some.
fn send(place: &Place) -> [PathBuf; 2] {
    let ratings = "Mã phiếu,Đơn vị được đánh giá,Ngày đánh giá,Hình thức,Mã hồ sơ,Mức độ hài lòng\n";
    place.file(
        "lan-1/ho-so_20250201.csv",
        list(&[
            "H1,Sở A,Trực tuyến,06/12/2024,10/01/2025,,Đang xử lý",
            "H2,Sở A,Trực tiếp,07/01/2025,10/01/2025,,Đang xử lý",
            "H3,Sở A,Trực tiếp,08/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
            "H4,Sở Bê,Trực tiếp,,,,Mới đăng ký",
            "H5,Sở Lạ,Trực tiếp,08/01/2025,10/01/2025,,Đang xử lý",
        ]),
    );
    place.file("lan-1/danh-gia_20250201.csv", format!("{ratings}G1,Sở A,09/01/2025,Phiếu giấy,H3,5\n"));
    place.file(
        "lan-2/ho-so_20250301.csv",
        list(&[
            "H1,Sở A,Trực tuyến,06/12/2024,20/01/2025,18/01/2025,Đã trả kết quả",
            "H3,Sở A,Trực tiếp,08/01/2025,10/01/2025,,Đang xử lý",
            "H4,Sở Bê,Trực tiếp,03/02/2025,10/02/2025,,Đang xử lý",
            "H6,Sở Bê,Trực tiếp,04/02/2025,10/02/2025,,Đang xử lý",
        ]),
    );
    place.file("lan-2/danh-gia_20250301.csv", format!("{ratings}G2,Sở A,09/02/2025,Phiếu giấy,,3\n"));
    ["lan-1", "lan-2"].map(|name| place.path(name))
}

/// What undisturbed runs lead to: after `init`, and after each import once and twice.
struct Undisturbed {
    /// After 0, 1, 2 imports.
    once: [Stored; 3],
    /// After the first import twice, and after the first and twice the second.
    twice: [Stored; 2],
}

fn undisturbed() -> &'static Undisturbed {
    static ALL: OnceLock<Undisturbed> = OnceLock::new();
    ALL.get_or_init(|| {
        let run = |order: &[usize]| {
            let place = Place::new();
            let sent = send(&place);
            for at in order {
                import(&place, &sent[*at]);
            }
            stored(&place)
        };
        Undisturbed { once: [run(&[]), run(&[0]), run(&[0, 1])], twice: [run(&[0, 0]), run(&[0, 1, 1])] }
    })
}

#[track_caller]
fn import(place: &Place, path: &Path) {
    // One row is refused on purpose, in the first import only.
    let ran = place.run(&["--quiet", "import", path.to_str().unwrap()]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
}

/// Names the workspace, the point and the command of a process that [`killed`] starts.
const KILLED: [&str; 3] = ["CCHC_TEST_WORKSPACE", "CCHC_TEST_KILL_AT", "CCHC_TEST_COMMAND"];
/// Stands between the words of the command.
const BETWEEN_WORDS: char = '\u{1f}';

/// Runs a command in a process of its own that ends at a point, as a kill would end it.
///
/// The process is this test program again, since the program itself has no switch for that.
#[track_caller]
pub fn killed(place: &Place, arguments: &[&str], point: &str) {
    let workspace = place.workspace();
    let command = arguments.join(&BETWEEN_WORDS.to_string());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child_that_is_killed", "--nocapture"])
        .env(KILLED[0], workspace)
        .env(KILLED[1], point)
        .env(KILLED[2], command)
        .output()
        .unwrap();
    assert!(output.status.code().is_none(), "{point}: it was not killed: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn child_that_is_killed() {
    let [Ok(workspace), Ok(point), Ok(command)] = KILLED.map(std::env::var) else { return };
    let workspace = Workspace::open(Path::new(&workspace)).unwrap().killed_at(Some(point.parse().unwrap()));
    match command.split(BETWEEN_WORDS).collect::<Vec<_>>().as_slice() {
        ["import", path] => {
            let definitions = Definitions::load(Some(workspace.root())).unwrap();
            let (options, shell) = (Options::default(), Shell::new().unwrap());
            import_files(&workspace, &definitions, &[PathBuf::from(path)], &options, &shell, &mut Silent).unwrap();
        }
        ["vacuum"] => {
            let lock = workspace.lock(true, || ()).unwrap();
            workspace.vacuum(&lock, Young::Delete).unwrap();
        }
        ["purge", "--yes", "--dossier", code] => {
            let lock = workspace.lock(true, || ()).unwrap();
            let order = PurgeOrder { dossiers: [(*code).to_owned()].into(), ..PurgeOrder::default() };
            purge(&workspace, &lock, &order, Mode::ForGood).unwrap();
        }
        other => panic!("no command {other:?}"),
    }
}

/// Nobody watches an import that is killed.
struct Silent;

impl Progress for Silent {
    fn files(&mut self, _: usize, _: u64) {}
    fn begun(&mut self, _: &str) {}
    fn done(&mut self, _: u64) {}
    fn waiting(&mut self) {}
    fn merging(&mut self) {}
}

#[track_caller]
fn vacuum(place: &Place) {
    place.run(&["vacuum", "--all"]).exits(0);
}

/// How often an import is killed before it may end.
#[derive(Clone, Copy)]
enum Kills {
    Once,
    /// And `vacuum` runs before the import is repeated.
    OnceThenVacuum,
    Twice,
}

/// Kills the import of number `which` at a point; checks what is stored at once and after a repetition.
#[track_caller]
fn converges(point: KillPoint, passing: u32, which: usize, kills: Kills) {
    let (place, expected) = (Place::new(), undisturbed());
    let sent = send(&place);
    for earlier in &sent[..which] {
        import(&place, earlier);
    }
    let name = format!("{point:?}:{passing}");
    let arguments = ["import", sent[which].to_str().unwrap()];
    killed(&place, &arguments, &name);
    let visible = matches!(point, KillPoint::ManifestRenamed | KillPoint::Published);
    let now = usize::from(visible) + which;
    assert_eq!(stored(&place).rows, expected.once[now].rows, "after a kill at {name}");
    match kills {
        Kills::Once => {}
        Kills::OnceThenVacuum => {
            vacuum(&place);
            assert_eq!(stored(&place), expected.once[now], "vacuum after a kill at {name}");
        }
        // What became visible the first time has no new table to make in the repetition.
        Kills::Twice if visible => {}
        Kills::Twice => killed(&place, &arguments, &name),
    }
    import(&place, &sent[which]);
    vacuum(&place);
    let end = if visible { &expected.twice[which] } else { &expected.once[which + 1] };
    assert_eq!(stored(&place), *end, "repeated after a kill at {name}");
}

#[test]
fn an_import_killed_at_any_point_leaves_the_version_before_or_after_and_a_repetition_converges() {
    for point in KillPoint::OF_AN_IMPORT {
        converges(point, 1, 0, Kills::Once);
    }
}

#[test]
fn vacuum_leaves_nothing_of_a_killed_import() {
    for point in KillPoint::OF_AN_IMPORT {
        converges(point, 1, 1, Kills::OnceThenVacuum);
    }
}

#[test]
fn an_import_killed_twice_at_the_same_point_converges() {
    for point in KillPoint::OF_AN_IMPORT {
        // Later passings: another partition, another table.
        let passing = match point {
            KillPoint::DataFileBegun | KillPoint::DataFileWritten | KillPoint::TableWritten => 3,
            KillPoint::TableCommitted => 2,
            _ => 1,
        };
        converges(point, passing, 1, Kills::Twice);
    }
}

#[test]
fn a_killed_vacuum_drops_nothing_that_is_needed_and_the_next_one_finishes() {
    let (place, expected) = (Place::new(), undisturbed());
    let sent = send(&place);
    import(&place, &sent[0]);
    let arguments = ["import", sent[1].to_str().unwrap()];
    killed(&place, &arguments, "TablesCommitted");
    for passing in ["FileDeleted:1", "FileDeleted:2"] {
        killed(&place, &["vacuum"], passing);
        assert_eq!(stored(&place).rows, expected.once[1].rows, "{passing}");
    }
    vacuum(&place);
    assert_eq!(stored(&place), expected.once[1]);
}

#[test]
fn vacuum_waits_for_a_running_import_and_deletes_nothing_of_it() {
    let (place, expected) = (Place::new(), undisturbed());
    let sent = send(&place);
    let workspace = Workspace::open(&place.workspace()).unwrap();
    let lock = workspace.lock(false, || ()).unwrap();
    // An import that never ends well: nothing is cleaned up behind it.
    std::mem::forget(Transaction::begin(&workspace, &lock).unwrap());
    let mut waiting = program()
        .args(["--workspace", place.workspace().to_str().unwrap(), "vacuum", "--all"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = std::io::BufReader::new(waiting.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    assert!(line.contains("waiting"), "{line}");
    // What a running import has written and not yet published.
    let unpublished = place.workspace().join("data/dossiers/month=2025-01/part-x.parquet");
    std::fs::create_dir_all(unpublished.parent().unwrap()).unwrap();
    std::fs::write(&unpublished, "…").unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(waiting.try_wait().unwrap().is_none(), "it waits");
    assert!(unpublished.exists());
    drop(lock);
    assert!(waiting.wait().unwrap().success());
    assert!(!unpublished.exists(), "nobody works on it any more");
    import(&place, &sent[0]);
    assert_eq!(stored(&place), expected.once[1]);
}

/// Kills imports of the sample after a while that differs each time; the seed makes it repeatable.
fn random_kills(times: u32, seed: u64) {
    let exports = project("sample-data/exports");
    let reference = Place::with_units(&std::fs::read_to_string(project("sample-data/units.csv")).unwrap());
    let before = stored(&reference);
    let begin = Instant::now();
    import(&reference, &exports);
    let whole = begin.elapsed();
    let after = stored(&reference);
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut unseen, mut seen) = (0, 0);
    let place = || Place::with_units(&std::fs::read_to_string(project("sample-data/units.csv")).unwrap());
    let mut current = place();
    for round in 0..times {
        let mut child = program()
            .args([
                "--quiet",
                "--workspace",
                current.workspace().to_str().unwrap(),
                "import",
                exports.to_str().unwrap(),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole.mul_f64(random.f64() * 1.1));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = stored(&current);
        if now.rows == before.rows {
            unseen += 1;
            // Every other time the next import starts from what the killed one left behind.
            if round % 2 == 0 {
                vacuum(&current);
                assert_eq!(stored(&current).shape, before.shape, "round {round}");
            }
        } else {
            seen += 1;
            assert_eq!(now.rows, after.rows, "round {round}");
            vacuum(&current);
            assert_eq!(stored(&current).shape, after.shape, "round {round}");
            current = place();
        }
    }
    import(&current, &exports);
    vacuum(&current);
    assert_eq!(stored(&current), after, "{unseen} kills before, {seen} after publishing");
}

#[test]
fn imports_killed_at_random_times_converge() {
    random_kills(6, 1);
}

#[test]
#[ignore = "the full run: tests/robustness.sh"]
fn fifty_imports_killed_at_random_times_converge() {
    random_kills(50, 50);
}

#[test]
fn no_file_of_the_workspace_is_a_leftover_after_undisturbed_imports() {
    let (place, expected) = (Place::new(), undisturbed());
    for sent in send(&place) {
        import(&place, &sent);
    }
    let files = files_below(&place.workspace()).len();
    vacuum(&place);
    assert_eq!(files_below(&place.workspace()).len(), files);
    assert_eq!(stored(&place), expected.once[2]);
}

#[test]
fn a_checkpoint_beyond_the_published_version_goes_and_a_long_log_is_read_at_every_version() {
    use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};
    let place = Place::new();
    let workspace = Workspace::open(&place.workspace()).unwrap();
    for number in 2..=99_i64 {
        let lock = workspace.lock(true, || ()).unwrap();
        let mut transaction = Transaction::begin(&workspace, &lock).unwrap();
        let column = Series::new("import".into(), [number]).into_column();
        transaction.append("sent", DataFrame::new(1, vec![column]).unwrap()).unwrap();
        transaction.publish("import", None, Vec::new()).unwrap();
    }
    let before = stored(&place);
    let export = place.file("a_20250201.csv", list(&["H1,Sở A,Trực tuyến,06/12/2024,10/01/2025,,Đang xử lý"]));
    killed(&place, &["import", export.to_str().unwrap()], "TablesCommitted");
    let log = place.workspace().join("data/sent/_delta_log");
    // Programs before this one, and others, leave checkpoints in a log.
    let entries = files_below(&log).len() - 1;
    assert_eq!(entries, 99, "the killed import wrote an entry that was never published");
    std::fs::write(log.join(format!("{entries:020}.checkpoint.parquet")), "").unwrap();
    std::fs::write(log.join("_last_checkpoint"), format!("{{\"version\":{entries}}}")).unwrap();
    assert_eq!(stored(&place).rows, before.rows);
    vacuum(&place);
    assert_eq!(stored(&place), before);
    for _ in 0..2 {
        import(&place, &export);
    }
    let sent =
        |version: &str| place.rows(&["--as-of", version, "sql", "SELECT count(*) AS n FROM sent"])[0]["n"].clone();
    for version in [1, 2, 50, 98, 99, 100, 101] {
        assert_eq!(sent(&version.to_string()), version - 1, "version {version}");
    }
    place.run(&["purge", "--yes", "--import", "50"]).exits(0);
    assert_eq!(sent("102"), 99);
}

#[test]
fn an_init_that_was_killed_can_be_repeated_and_a_folder_of_others_is_left_alone() {
    let place = Place::empty();
    let units = place.file("units.csv", crate::support::UNITS);
    for name in ["data", "versions", "queries"] {
        std::fs::create_dir_all(place.workspace().join(name)).unwrap();
    }
    std::fs::write(place.workspace().join(".tmpAbCdEf"), "").unwrap();
    place.run(&["init", "--units", units.to_str().unwrap()]).exits(0);
    assert_eq!(place.rows(&["sql", "SELECT code FROM units"]).len(), 4);
    let other = Place::empty();
    std::fs::create_dir_all(other.workspace().join("data")).unwrap();
    std::fs::write(other.workspace().join("data/theirs.txt"), "").unwrap();
    other.run(&["init"]).exits(1).says(&["is not empty and no workspace"]);
}
