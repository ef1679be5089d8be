//! Paths are paths, not patterns: a workspace in a folder of any name answers with the same bytes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{files_below, list, program};

/// Names of folders that mean something to a shell, a pattern, a URL or a parser of arguments.
const NAMES: [&str; 22] = [
    "plain",
    "kho [2025]",
    "a*b",
    "x?y",
    "%20",
    "a b  c",
    "it's",
    "say \"so\"",
    "#1",
    "-rf",
    "--out",
    "kho\nhai",
    "e\u{301}t\u{e9}",
    "{a,b}",
    "a;b|c&d",
    "$HOME",
    "back\\slash",
    "a=b",
    "month=2025-01",
    "~",
    "[!x]",
    "Hồ sơ @ 100%",
];

/// Runs the program in a folder; what it printed.
fn run(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = program().current_dir(folder).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {arguments:?}: {said}", folder.display());
    output.stdout
}

/// All that a workspace answers.
fn answers(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let rows = [
        "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
        "H2,Sở Bê,Trực tiếp,07/02/2025,10/02/2025,,Đang xử lý",
    ];
    std::fs::create_dir_all(folder.join("in")).unwrap();
    std::fs::write(folder.join("in/units.csv"), crate::support::UNITS).unwrap();
    std::fs::write(folder.join("in/a_20250301.csv"), list(&rows)).unwrap();
    let absolute = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let workspace = absolute("kho");
    let asked =
        |arguments: &[&str]| run(folder, &[&["--format", "json", "--workspace", &workspace], arguments].concat());
    asked(&["init", "--units", &absolute("in/units.csv")]);
    // As given, so that the name of the file is the same wherever the folder is.
    asked(&["import", "in/a_20250301.csv"]);
    // When and by whom is what may differ.
    std::fs::remove_file(folder.join("kho/history.log")).unwrap();
    let mut answers = BTreeMap::new();
    for command in [
        &["form06", "--period", "2025-Q1"][..],
        &["indicators", "--period", "2025-Q1"],
        &["rank", "--index", "on-time", "--period", "2025-Q1"],
        &["sql", "SELECT * FROM dossiers ORDER BY dossier_code"],
        &["explain", "on_time_rate", "--unit", "A", "--period", "2025-Q1", "--rows"],
        &["findings"],
        &["units"],
        &["history"],
        &["check", "--store"],
        &["purge", "--yes", "--dossier", "H2", "--dry-run"],
    ] {
        answers.insert(command.join(" "), asked(command));
    }
    asked(&["check"]);
    asked(&["peek", &absolute("in/a_20250301.csv")]);
    asked(&["report", "--period", "2025-Q1", "--out", &absolute("out")]);
    for file in files_below(&folder.join("out")) {
        answers.insert(file.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&file).unwrap());
    }
    let again: serde_json::Value = serde_json::from_slice(&asked(&["import", &absolute("in/a_20250301.csv")])).unwrap();
    assert_eq!(again[0]["duplicate"], 2, "{}", folder.display());
    asked(&["vacuum", "--all"]);
    asked(&["--as-of", "2", "form06", "--period", "2025-Q1"]);
    answers
}

#[cfg(unix)]
#[test]
fn the_same_bytes_come_from_twenty_hostile_paths() {
    let own = tempfile::tempdir().unwrap();
    let mut expected: Option<BTreeMap<String, Vec<u8>>> = None;
    for name in NAMES {
        let folder = own.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        let found = answers(&folder);
        assert!(found.len() > 12, "{:?}", found.keys());
        let expected = expected.get_or_insert_with(|| found.clone());
        for (question, answer) in &found {
            assert!(
                expected.get(question) == Some(answer),
                "{name:?}: {question}: {}",
                String::from_utf8_lossy(answer)
            );
        }
    }
    let text = String::from_utf8(expected.unwrap()["form06 --period 2025-Q1"].clone()).unwrap();
    assert!(text.contains("\"c4\":1"), "{text}");
}
