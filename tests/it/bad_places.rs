//! Workspaces and output folders that cannot be used, a second import while one runs, and an import that is killed.

use std::time::Duration;

use crate::support::{Place, files_below, list, program, project, run, sample};

const ROW: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// Whether this user may write where the permissions forbid it; such a test would prove nothing.
fn may_write_anything(what: &str) -> bool {
    let probe = tempfile::tempdir().unwrap();
    forbid(probe.path(), true);
    let may = std::fs::write(probe.path().join("x"), "").is_ok();
    forbid(probe.path(), false);
    if may {
        eprintln!("SKIPPED: {what}: this user may write to read-only folders (root)");
    }
    may
}

/// Takes or gives back the right to write to a folder and everything below it.
fn forbid(folder: &std::path::Path, read_only: bool) {
    let set = |path: &std::path::Path| {
        let mut permissions = std::fs::metadata(path).unwrap().permissions();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = permissions.mode();
            permissions.set_mode(if read_only { mode & !0o222 } else { mode | 0o200 });
        }
        #[cfg(not(unix))]
        permissions.set_readonly(read_only);
        std::fs::set_permissions(path, permissions).unwrap();
    };
    if !read_only {
        set(folder);
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { forbid(&path, read_only) } else { set(&path) }
    }
    if read_only {
        set(folder);
    }
}

#[test]
fn a_missing_workspace_is_an_error_that_says_what_to_do() {
    let place = Place::empty();
    for command in [&["form06", "--period", "2025"][..], &["history"], &["import", "."], &["findings"], &["vacuum"]] {
        place.run(command).exits(1).says(&["no workspace in", "cchc init --workspace"]);
    }
    assert!(!place.workspace().exists(), "nothing is made by asking");
}

#[test]
fn a_folder_of_something_else_is_no_workspace_and_is_not_filled() {
    let place = Place::empty();
    place.file("kho/thu.txt", "không phải kho");
    place.run(&["history"]).exits(1).says(&["no workspace in"]);
    place.run(&["init"]).exits(1).says(&["not empty"]);
    assert_eq!(files_below(&place.workspace()).len(), 1);
}

#[test]
fn an_empty_folder_becomes_a_workspace_and_a_workspace_is_not_begun_twice() {
    let place = Place::empty();
    std::fs::create_dir(place.workspace()).unwrap();
    place.run(&["init"]).exits(0);
    place.run(&["init"]).exits(1).says(&["is a workspace already"]);
    let file = place.file("ho-so_20250401.csv", list(&[ROW]));
    place.run(&["import", file.to_str().unwrap()]).exits(1).says(&["has no units", "cchc init --units"]);
}

#[test]
fn a_faulty_list_of_units_names_row_and_column_and_changes_nothing() {
    let place = Place::new();
    let before = place.snapshot();
    for (list, words) in [
        ("code,name\nA,Sở A\n", ["no column 'level'", "units.csv"]),
        ("code,name,level\nA,Sở A,department\nA,Sở B,department\n", ["row 3", "row 2 already"]),
        ("code,name,level,valid_from\nA,Sở A,department,1/1/2025\n", ["'1/1/2025' is no day", "row 2"]),
    ] {
        let file = place.file("moi/units.csv", list);
        place.run(&["init", "--units", file.to_str().unwrap()]).exits(1).says(&words);
    }
    assert_eq!(place.snapshot(), before);
}

#[test]
fn a_workspace_of_another_layout_is_refused_and_left_alone() {
    let place = Place::new();
    std::fs::write(place.workspace().join("FORMAT"), "cchc workspace 9\n").unwrap();
    let before = place.snapshot();
    let file = place.file("ho-so_20250401.csv", list(&[ROW]));
    for command in [&["form06", "--period", "2025"][..], &["import", file.to_str().unwrap()], &["vacuum"]] {
        place.run(command).exits(1).says(&["cchc workspace 9", "cchc workspace 1"]);
    }
    assert_eq!(place.snapshot(), before);
}

#[test]
fn a_read_only_workspace_can_be_read_and_not_imported_into() {
    if may_write_anything("a read-only workspace") {
        return;
    }
    let place = Place::new();
    let file = place.file("ho-so_20250401.csv", list(&[ROW]));
    place.import(&file).1.exits(0);
    let before = place.snapshot();
    forbid(&place.workspace(), true);
    let read = place.run(&["--format", "json", "form06", "--period", "2025"]);
    let written = place.run(&["import", file.to_str().unwrap()]);
    forbid(&place.workspace(), false);
    read.exits(0);
    written.exits(1).says(&["import.lock"]);
    assert_eq!(place.snapshot(), before);
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let place = Place::new();
    place.import_text("ho-so_20250401.csv", &list(&[ROW])).1.exits(0);
    let report = |out: &std::path::Path| place.run(&["report", "--period", "2025-Q1", "--out", out.to_str().unwrap()]);
    let file = place.file("ra", "một tệp, không phải thư mục");
    report(&file).exits(1).says(&["cannot make the folder", "ra"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "một tệp, không phải thư mục");
    let taken = place.path("ra-2");
    std::fs::create_dir_all(taken.join("bao-cao_2025-Q1.xlsx/x")).unwrap();
    report(&taken).exits(1).says(&["bao-cao_2025-Q1.xlsx", "--out"]);
    assert_eq!(files_below(&taken).len(), 0, "nothing half-written is left");
    if !may_write_anything("an unwritable output folder") {
        let closed = place.path("ra-3");
        std::fs::create_dir(&closed).unwrap();
        forbid(&closed, true);
        let ran = report(&closed);
        forbid(&closed, false);
        ran.exits(1).says(&["ra-3", "--out"]);
    }
}

#[test]
fn a_second_import_fails_at_once_without_waiting_and_waits_otherwise() {
    let place = Place::new();
    let file = place.file("ho-so_20250401.csv", list(&[ROW]));
    let lock = std::fs::File::create(place.workspace().join("import.lock")).unwrap();
    lock.lock().unwrap();
    place.run(&["import", "--no-wait", file.to_str().unwrap()]).exits(1).says(&["another import is running"]);
    place.run(&["--format", "json", "form06", "--period", "2025"]).exits(0);
    let waiting = program()
        .args(["--workspace", place.workspace().to_str().unwrap(), "import", file.to_str().unwrap()])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(place.dossiers().len(), 0, "it waits");
    drop(lock);
    let done = waiting.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&done.stderr).contains("another import is running; waiting"), "{done:?}");
    assert!(done.status.success());
    assert_eq!(place.dossiers().len(), 1);
}

#[test]
fn a_killed_import_leaves_the_old_version_and_the_next_one_converges() {
    converges_after(&[60, 300]);
}

#[test]
#[ignore = "the full run: tests/robustness.sh"]
fn an_import_killed_at_any_moment_leaves_the_old_version_and_the_next_one_converges() {
    converges_after(&[20, 120, 200, 450, 600, 900]);
}

/// Kills an import of the sample after so many milliseconds, then imports and clears up.
fn converges_after(delays: &[u64]) {
    let exports = project("sample-data/exports");
    let dossiers = "SELECT * FROM dossiers ORDER BY dossier_code";
    let whole = sample().place.rows(&["sql", dossiers]);
    let units = std::fs::read_to_string(project("sample-data/units.csv")).unwrap();
    for delay in delays {
        let place = Place::with_units(&units);
        let mut child = program()
            .args(["--workspace", place.workspace().to_str().unwrap(), "--quiet", "import", exports.to_str().unwrap()])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(*delay));
        let _ = child.kill();
        child.wait().unwrap();
        let versions = place.rows(&["history"]).len();
        let stored = place.rows(&["sql", dossiers]);
        assert!(if versions == 1 { stored.is_empty() } else { stored == whole }, "killed after {delay} ms");
        // What is left over must not stop the next import, nor count twice.
        place.run(&["--format", "json", "import", exports.to_str().unwrap()]).exits(3);
        assert_eq!(place.rows(&["sql", dossiers]), whole, "killed after {delay} ms");
        place.run(&["vacuum", "--all"]).exits(0).says(&["deleted"]);
        place.run(&["vacuum", "--all"]).exits(0).says(&["0 file(s) deleted"]);
        assert_eq!(place.rows(&["sql", dossiers]), whole, "killed after {delay} ms, then vacuumed");
        assert_eq!(
            place.rows(&["form06", "--period", "2025-Q1"]),
            sample().place.rows(&["form06", "--period", "2025-Q1"])
        );
    }
}

#[test]
fn tables_committed_but_never_published_are_invisible_and_the_next_import_takes_their_place() {
    let place = Place::new();
    place.import_text("ho-so_20250401.csv", &list(&[ROW])).1.exits(0);
    let stored = place.dossiers();
    let other = ROW.replace("H1", "H2");
    let sent = place.file("ho-so_20250501.csv", list(&[ROW, &other]));
    crate::kill::killed(&place, &["import", sent.to_str().unwrap()], "tables-committed");
    assert_eq!(place.rows(&["history"]).len(), 2);
    assert_eq!(place.dossiers(), stored);
    let (row, _) = place.import_text("ho-so_20250601.csv", &list(&[&other]));
    assert_eq!(crate::support::account(&row), [1, 1, 0, 0, 0]);
    let files: Vec<String> =
        place.dossiers().iter().map(|row| row["file"].as_str().unwrap().rsplit('/').next().unwrap().into()).collect();
    assert_eq!(files, ["ho-so_20250401.csv", "ho-so_20250601.csv"]);
    place.run(&["vacuum", "--all"]).exits(0);
    assert_eq!(place.dossiers().len(), 2);
    assert_eq!(place.rows(&["--as-of", "2", "sql", "SELECT * FROM dossiers"]), stored);
}

#[test]
fn a_path_that_leads_nowhere_is_reported() {
    let place = Place::new();
    place.run(&["import", "/khong/co/dau"]).exits(1).says(&["/khong/co/dau"]);
    std::fs::create_dir(place.path("trong")).unwrap();
    place.run(&["import", place.path("trong").to_str().unwrap()]).exits(1).says(&["no files to import"]);
    run(&["peek", "/khong/co/dau"]).exits(1).says(&["/khong/co/dau"]);
}
