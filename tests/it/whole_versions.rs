//! A version that vanished is told and never papered over; what nobody can explain is never deleted.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cchc::store::{Transaction, Workspace};

use crate::kill::killed;
use crate::support::{Place, files_below, list, program};

const JANUARY: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";
const FEBRUARY: &str = "H2,Sở A,Trực tiếp,07/02/2025,10/02/2025,,Đang xử lý";
const MARCH: &str = "H3,Sở A,Trực tiếp,07/03/2025,10/03/2025,,Đang xử lý";

/// Versions 1 (units) to 4: three imports.
fn four_versions() -> Place {
    Place::prepared("four versions", |place| {
        let units = place.file("units.csv", crate::support::UNITS);
        place.run(&["init", "--units", units.to_str().unwrap()]).exits(0);
        place.import_text("a_20250201.csv", &list(&[JANUARY])).1.exits(0);
        place.import_text("b_20250301.csv", &list(&[JANUARY, FEBRUARY])).1.exits(0);
        place.import_text("c_20250401.csv", &list(&[JANUARY, FEBRUARY, MARCH])).1.exits(0);
    })
}

fn version(place: &Place, number: u64) -> PathBuf {
    place.workspace().join(format!("versions/{number:08}.json"))
}

fn export(place: &Place) -> PathBuf {
    place.file("d_20250501.csv", list(&["H4,Sở A,Trực tiếp,07/04/2025,10/04/2025,,Đang xử lý"]))
}

/// Neither an import nor a vacuum touches anything, and both say why.
#[track_caller]
fn nothing_is_written(place: &Place, words: &[&str]) {
    let before = place.snapshot();
    let export = export(place);
    for command in [
        &["import", export.to_str().unwrap()][..],
        &["vacuum"],
        &["vacuum", "--all"],
        &["purge", "--yes", "--import", "2"],
    ] {
        place.run(command).exits(1).says(words);
    }
    assert_eq!(place.snapshot(), before);
}

#[track_caller]
fn repaired(place: &Place, code: i32, words: &[&str]) {
    let files = all_bytes(place);
    place.run(&["--lang", "en", "check", "--store"]).exits(1).says(&["--repair would do"]).says(words);
    place.run(&["--lang", "en", "check", "--store", "--repair"]).exits(code).says(words);
    let after = all_bytes(place);
    assert!(
        files.iter().filter(|bytes| !after.contains(bytes)).count() <= 1,
        "a repair deletes nothing but the journal"
    );
    let export = export(place);
    place.run(&["import", export.to_str().unwrap()]).exits(0);
    place.run(&["vacuum"]).exits(0);
}

fn all_bytes(place: &Place) -> Vec<Vec<u8>> {
    place.snapshot().into_values().collect()
}

#[test]
fn a_newest_version_that_vanished_is_told_and_written_again_from_its_copy() {
    let place = four_versions();
    let figures = place.rows(&["form06", "--period", "2025-Q1"]);
    let bytes = fs::read(version(&place, 4)).unwrap();
    fs::remove_file(version(&place, 4)).unwrap();
    for command in
        [&["form06", "--period", "2025-Q1"][..], &["sql", "SELECT 1"], &["--as-of", "2030-01-01", "sql", "SELECT 1"]]
    {
        let ran = place.run(command).exits(1).says(&["00000004.json", "cchc check --store --repair"]);
        assert!(ran.stdout.is_empty());
    }
    place.run(&["--as-of", "4", "sql", "SELECT 1"]).exits(1).says(&["00000004.json"]);
    place.run(&["--as-of", "3", "sql", "SELECT 1"]).exits(0).says(&["00000004.json"]);
    place.run(&["history"]).exits(0).says(&["00000004.json"]);
    nothing_is_written(&place, &["00000004.json"]);
    place.run(&["check", "--store", "--repair"]).exits(0).says(&["00000004.json"]);
    assert_eq!(fs::read(version(&place, 4)).unwrap(), bytes);
    assert_eq!(place.rows(&["form06", "--period", "2025-Q1"]), figures);
    assert_eq!(place.rows(&["check", "--store"]).len(), 0);
}

#[test]
fn a_damaged_newest_version_is_written_again_too() {
    let place = four_versions();
    let bytes = fs::read(version(&place, 4)).unwrap();
    fs::write(version(&place, 4), &bytes[..40]).unwrap();
    place.run(&["form06", "--period", "2025-Q1"]).exits(1).says(&["00000004.json"]);
    nothing_is_written(&place, &["00000004.json"]);
    place.run(&["check", "--store", "--repair"]).exits(0);
    assert_eq!(fs::read(version(&place, 4)).unwrap(), bytes);
    assert_eq!(fs::read(place.workspace().join("set-aside/versions/00000004.json")).unwrap(), bytes[..40]);
}

#[test]
fn several_newest_versions_that_vanished_are_told() {
    let place = four_versions();
    let figures = place.rows(&["form06", "--period", "2025-Q1"]);
    for number in [3, 4] {
        fs::remove_file(version(&place, number)).unwrap();
    }
    place.run(&["form06", "--period", "2025-Q1"]).exits(1).says(&["3–4"]);
    nothing_is_written(&place, &["3–4"]);
    repaired(&place, 0, &["write "]);
    assert_eq!(place.rows(&["--as-of", "4", "form06", "--period", "2025-Q1"]), figures);
    place.run(&["--as-of", "3", "sql", "SELECT 1"]).exits(1).says(&["can no longer be read"]);
}

#[test]
fn a_gap_between_versions_is_told_and_the_newest_is_read() {
    let place = four_versions();
    let figures = place.rows(&["form06", "--period", "2025-Q1"]);
    fs::remove_file(version(&place, 3)).unwrap();
    let ran =
        place.run(&["--format", "json", "--quiet", "form06", "--period", "2025-Q1"]).exits(0).says(&["00000003.json"]);
    assert_eq!(ran.rows(), figures);
    place.run(&["--as-of", "3", "sql", "SELECT 1"]).exits(1).says(&["00000003.json"]);
    place.run(&["--as-of", "2025-03-15", "sql", "SELECT 1"]).exits(1).says(&["00000003.json"]);
    nothing_is_written(&place, &["00000003.json"]);
    repaired(&place, 0, &["mark version 3 as lost"]);
    assert_eq!(place.rows(&["--as-of", "4", "form06", "--period", "2025-Q1"]), figures);
    assert!(place.rows(&["history"])[2]["note"].as_str().unwrap().contains("lost"));
}

#[test]
fn a_version_under_another_name_is_told_and_gets_its_name_back() {
    let place = four_versions();
    let bytes = fs::read(version(&place, 3)).unwrap();
    fs::rename(version(&place, 3), version(&place, 7)).unwrap();
    place.run(&["form06", "--period", "2025-Q1"]).exits(1).says(&["00000007.json"]);
    nothing_is_written(&place, &["00000007.json"]);
    repaired(&place, 0, &["rename "]);
    assert_eq!(fs::read(version(&place, 3)).unwrap(), bytes);
}

#[test]
fn a_copy_beside_a_version_is_told_and_set_aside() {
    let place = four_versions();
    let copy = place.workspace().join("versions/00000004 (copy).json");
    fs::copy(version(&place, 4), &copy).unwrap();
    place.run(&["form06", "--period", "2025-Q1"]).exits(0).says(&["(copy)"]);
    nothing_is_written(&place, &["(copy)"]);
    repaired(&place, 0, &["set-aside"]);
    assert!(!copy.exists());
}

#[test]
fn a_number_that_no_version_can_have_is_told_and_set_aside() {
    let (largest, place) = (u64::MAX, four_versions());
    let file = place.workspace().join(format!("versions/{largest}.json"));
    fs::copy(version(&place, 4), &file).unwrap();
    place.run(&["form06", "--period", "2025-Q1"]).exits(0).says(&["18446744073709551615"]);
    nothing_is_written(&place, &["18446744073709551615"]);
    repaired(&place, 0, &["set-aside"]);
    // The number within a file, and within a file of an older program, that has no seal.
    let place = four_versions();
    let text = fs::read_to_string(version(&place, 4)).unwrap();
    let impossible = text.replacen("\"number\": 4", &format!("\"number\": {largest}"), 1);
    let (head, _) = impossible.rsplit_once(",\n  \"checksum\"").unwrap();
    for text in [impossible.clone(), format!("{head}\n}}")] {
        fs::write(version(&place, 4), text).unwrap();
        place.run(&["form06", "--period", "2025-Q1"]).exits(1).says(&["00000004.json"]);
        nothing_is_written(&place, &["00000004.json"]);
    }
    // An entry of a log.
    let place = four_versions();
    let log = place.workspace().join("data/dossiers/_delta_log");
    fs::write(log.join(format!("{largest:020}.json")), "{}\n").unwrap();
    place.run(&["form06", "--period", "2025-Q1"]).exits(0).says(&["18446744073709551615"]);
    nothing_is_written(&place, &["18446744073709551615"]);
    repaired(&place, 0, &["set-aside"]);
}

#[test]
fn a_log_newer_than_the_newest_version_is_told_and_nothing_is_written_until_it_is_set_aside() {
    let place = four_versions();
    // As a copy of an older program may have it: the newest version lost, and no journal that knows of it.
    fs::remove_file(version(&place, 4)).unwrap();
    fs::remove_file(place.workspace().join("import.journal")).unwrap();
    place.run(&["form06", "--period", "2025-Q1"]).exits(1).says(&["_delta_log", "cchc check --store --repair"]);
    nothing_is_written(&place, &["_delta_log"]);
    let files = files_below(&place.workspace().join("data")).len();
    repaired(&place, 0, &["set-aside"]);
    let aside = files_below(&place.workspace().join("set-aside")).len();
    assert!(aside > 0 && files_below(&place.workspace().join("data")).len() + aside >= files);
}

/// Gives a file another time.
fn aged(path: &Path, time: SystemTime) {
    File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

fn days_ago(days: u64) -> SystemTime {
    SystemTime::now() - Duration::from_hours(24 * days)
}

#[test]
fn vacuum_keeps_what_nothing_explains_and_what_is_younger_than_a_day() {
    let place = four_versions();
    let strange = place.file("kho/data/dossiers/month=2025-01/part-strange.parquet", "a copy of somebody");
    let note = place.file("kho/data/ghi-chu.txt", "một ghi chú");
    let temporary = place.file("kho/versions/.tmpAbCdEf", "half a version");
    for file in [&strange, &note] {
        aged(file, days_ago(30));
    }
    killed(&place, &["import", export(&place).to_str().unwrap()], "TablesCommitted");
    let left = files_below(&place.workspace().join("data/dossiers/month=2025-04"));
    assert_eq!(left.len(), 1);
    let found: Vec<String> =
        place.rows(&["check", "--store"]).iter().map(|row| row["fault"].as_str().unwrap().to_owned()).collect();
    for kind in ["unexplained", "broken_off", "leftover", "temporary"] {
        assert!(found.iter().any(|found| found == kind), "{kind} is not in {found:?}");
    }
    place.run(&["--lang", "en", "vacuum"]).exits(0).says(&[
        "0 file(s) deleted",
        "younger than a day",
        "2 file(s) that no version",
    ]);
    assert!(left[0].exists() && temporary.exists());
    aged(&left[0], days_ago(2));
    place.run(&["vacuum"]).exits(0).says(&["1 file(s) deleted"]);
    assert!(!left[0].exists() && temporary.exists());
    aged(&temporary, SystemTime::now() + Duration::from_hours(5));
    place.run(&["--lang", "en", "vacuum"]).exits(0).says(&["0 file(s) deleted", "later time than now"]);
    place.run(&["vacuum", "--all"]).exits(0);
    assert!(!temporary.exists() && strange.exists() && note.exists(), "what nobody can explain stays");
    place.run(&["form06", "--period", "2025-Q1"]).exits(0);
}

#[test]
fn files_of_an_older_copy_are_not_taken_for_those_of_a_broken_off_write() {
    let place = four_versions();
    // Versions, logs and journal from a copy of a week ago, the data of today.
    let old = four_versions();
    let export = export(&place);
    place.run(&["import", export.to_str().unwrap()]).exits(0);
    fs::remove_dir_all(place.workspace().join("versions")).unwrap();
    crate::support::copy(&old.workspace().join("versions"), &place.workspace().join("versions"));
    fs::copy(old.workspace().join("import.journal"), place.workspace().join("import.journal")).unwrap();
    for table in fs::read_dir(place.workspace().join("data")).unwrap() {
        let log = table.unwrap().path().join("_delta_log");
        let before = old.workspace().join("data").join(log.parent().unwrap().file_name().unwrap()).join("_delta_log");
        fs::remove_dir_all(&log).unwrap();
        if before.is_dir() {
            crate::support::copy(&before, &log);
        }
    }
    let files = files_below(&place.workspace().join("data"));
    place.run(&["vacuum", "--all"]).exits(0).says(&["0 file(s) deleted"]);
    place.run(&["import", export.to_str().unwrap()]).exits(0);
    place.run(&["vacuum", "--all"]).exits(0);
    assert!(files.iter().all(|file| file.exists()));
}

#[test]
fn a_write_at_work_and_one_whose_process_died_are_told_apart() {
    let place = four_versions();
    let workspace = Workspace::open(&place.workspace()).unwrap();
    let lock = workspace.lock(false, || ()).unwrap();
    let kinds = || -> Vec<serde_json::Value> {
        place.rows(&["check", "--store"]).iter().map(|row| row["fault"].clone()).collect()
    };
    assert_eq!(kinds(), ["writing"]);
    place.run(&["import", "--no-wait", export(&place).to_str().unwrap()]).exits(1).says(&["another import is running"]);
    std::mem::forget(Transaction::begin(&workspace, &lock).unwrap());
    drop(lock);
    assert_eq!(kinds(), ["broken_off"]);
    for (language, words) in
        [("vi", "đã dừng trước khi công bố phiên bản 5"), ("en", "ended before it published version 5")]
    {
        let ran = place.run(&["--lang", language, "check", "--store"]).exits(0);
        assert!(ran.stdout.replace('\n', " ").contains(words), "{}", ran.stdout);
    }
    place.run(&["check", "--store", "--repair"]).exits(0);
    assert_eq!(place.rows(&["check", "--store"]).len(), 0);
}

#[test]
fn a_file_of_a_later_time_is_told_and_changes_no_figure() {
    let place = four_versions();
    let figures = place.rows(&["form06", "--period", "2025-Q1"]);
    let file = files_below(&place.workspace().join("data/dossiers/month=2025-02"))[0].clone();
    aged(&file, SystemTime::now() + Duration::from_hours(24 * 400));
    let found = place.rows(&["check", "--store"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["fault"], &found[0]["level"]), (&"later_than_now".into(), &"warning".into()));
    assert_eq!(place.rows(&["form06", "--period", "2025-Q1"]), figures);
    place.run(&["import", export(&place).to_str().unwrap()]).exits(0);
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_is_told() {
    let place = four_versions();
    let file = files_below(&place.workspace().join("data/dossiers/month=2025-02"))[0].clone();
    if std::os::unix::fs::chown(&file, Some(4711), None).is_err() {
        eprintln!("skipped: this user may give no file away");
        return;
    }
    let found = place.rows(&["check", "--store"]);
    assert_eq!(found.iter().map(|row| &row["fault"]).collect::<Vec<_>>(), ["other_owner"]);
    assert!(found[0]["message"].as_str().unwrap().contains("4711"), "{found:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_told_with_its_table_and_month() {
    use std::os::unix::fs::PermissionsExt;
    let place = four_versions();
    let file = files_below(&place.workspace().join("data/dossiers/month=2025-02"))[0].clone();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&file).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let ran = place.run(&["--lang", "en", "form06", "--period", "2025-Q1"]);
    ran.exits(1).says(&["cannot be read", "dossiers, month 2025-02", "another user"]);
}

#[test]
fn a_folder_for_temporary_files_that_does_not_exist_stops_no_command() {
    let place = four_versions();
    let run = |arguments: &[&str]| {
        let workspace = place.workspace();
        let output = program()
            .env("TMPDIR", "/no/such/folder")
            .args(["--workspace", workspace.to_str().unwrap()])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["import", export(&place).to_str().unwrap()]);
    run(&["report", "--period", "2025-Q1", "--out", place.path("out").to_str().unwrap()]);
    run(&["--format", "xlsx", "form06", "--period", "2025-Q1"]);
    run(&["sql", "SELECT * FROM dossiers ORDER BY received_at"]);
    run(&["check", "--store"]);
    run(&["vacuum", "--all"]);
}
