//! Nothing is destroyed unasked: the newest change can be taken back, and the history says who changed what, and when.

use crate::support::{Place, list, program, project};

const ROWS: [&str; 2] = [
    "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
    "H2,Sở A,Trực tiếp,07/01/2025,10/01/2025,,Đang xử lý",
];

fn codes(place: &Place) -> Vec<String> {
    let rows = place.rows(&["sql", "SELECT dossier_code FROM dossiers ORDER BY 1"]);
    rows.iter().map(|row| row["dossier_code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_newest_import_is_taken_back_and_the_one_before_it_next() {
    let place = Place::new();
    place.import_text("a_20250301.csv", &list(&ROWS[..1]));
    place.import_text("b_20250401.csv", &list(&ROWS));
    let figures = || place.run(&["--format", "csv", "form06", "--period", "2025-Q1"]).exits(0).stdout;
    let with_both = figures();
    assert_eq!(codes(&place), ["H1", "H2"]);
    place.run(&["undo"]).exits(0).says(&["version 4", "version 2", "version 3"]);
    assert_eq!(codes(&place), ["H1"]);
    place.run(&["check", "--store"]).exits(0);
    // The file may come again, and all is as it was.
    place.import_text("b_20250401.csv", &list(&ROWS));
    assert_eq!((codes(&place), figures()), (vec!["H1".to_owned(), "H2".to_owned()], with_both));
    for left in [vec!["H1"], vec![]] {
        place.run(&["undo"]).exits(0);
        assert_eq!(codes(&place), left);
    }
    place.run(&["undo"]).exits(1).says(&["no change"]);
    place.run(&["vacuum", "--all"]).exits(0);
    place.run(&["check", "--store"]).exits(0);
    assert_eq!(
        place.run(&["--as-of", "3", "--format", "csv", "sql", "SELECT count(*) AS n FROM dossiers"]).stdout,
        "n\n2\n"
    );
}

#[test]
fn a_change_of_units_is_taken_back_and_a_purge_is_not() {
    let place = Place::new();
    place.import_text("a_20250301.csv", &list(&ROWS));
    place.run(&["units", "alias", "Sở An", "A"]).exits(0);
    let aliases =
        || place.run(&["--format", "json", "sql", "SELECT aliases FROM units WHERE code = 'A'"]).exits(0).stdout;
    assert!(aliases().contains("Sở An"));
    place.run(&["undo"]).exits(0);
    assert!(!aliases().contains("Sở An"));
    assert_eq!(codes(&place), ["H1", "H2"]);
    place.run(&["purge", "--yes", "--dossier", "H1"]).exits(0);
    place.run(&["undo"]).exits(1).says(&["cannot be shown again"]);
    assert_eq!(codes(&place), ["H2"]);
}

#[test]
fn the_history_says_when_what_and_who_and_no_figure_depends_on_it() {
    let place = Place::new();
    let file = place.file("a_20250301.csv", list(&ROWS));
    let workspace = place.workspace();
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.env("USER", "chuyen-vien").arg("--workspace").arg(&workspace).args(arguments);
        assert!(command.output().unwrap().status.success());
    };
    run(&["import", file.to_str().unwrap()]);
    let versions = place.rows(&["history"]);
    let import = versions.last().unwrap();
    assert_eq!((&import["made_by"], &import["time"]), (&"import".into(), &"2025-03-01".into()));
    assert_eq!(import["recorded_by"], "chuyen-vien");
    assert!(import["recorded_at"].as_str().unwrap().len() == 19, "{import}");
    assert!(import["names"].as_str().unwrap().ends_with("a_20250301.csv"), "{import}");
    // Without the record everything else is the same.
    let before = place.run(&["--format", "csv", "form06", "--period", "2025-Q1"]).stdout;
    std::fs::remove_file(workspace.join("history.log")).unwrap();
    assert_eq!(place.run(&["--format", "csv", "form06", "--period", "2025-Q1"]).stdout, before);
    place.run(&["check", "--store"]).exits(0);
    assert!(place.rows(&["history"]).last().unwrap()["recorded_at"].is_null());
}

#[test]
fn the_demo_replaces_only_a_workspace_that_it_made() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("kho");
    let units = project("sample-data/units.csv");
    let init =
        program().args(["--workspace", theirs.to_str().unwrap(), "init", "--units", units.to_str().unwrap()]).output();
    assert!(init.unwrap().status.success());
    let output = program().args(["demo", "--out", folder.path().to_str().unwrap()]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("was not made by `cchc demo`"), "{said}");
    assert!(theirs.join("FORMAT").is_file());
}
