//! Two importers, a vacuum and a reader at once: nothing is lost, nothing counts twice, the reader never fails.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::{Place, list, program, row_of};

/// Dossiers that each importer sends in a round, besides the one that it updates every round.
const NEW: usize = 3;

fn begin(place: &Place, arguments: &[&str]) -> Child {
    program()
        .args(["--workspace", place.workspace().to_str().unwrap(), "--quiet"])
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[track_caller]
fn end(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The file of one importer in one round: dossiers of its own unit, and one that both of them send.
fn export(place: &Place, who: &str, unit: &str, round: usize) -> String {
    let row = |code: &str, due: usize| format!("{code},{unit},Trực tuyến,06/01/2025,{due:02}/02/2025,,Đang xử lý");
    let mut rows: Vec<String> = (0..NEW).map(|new| row(&format!("{who}{round}-{new}"), 10)).collect();
    rows.push(row(&format!("{who}-mỗi-lần"), round % 28 + 1));
    let name = format!("{who}_2025{:02}{:02}.csv", 3 + round / 28, round % 28 + 1);
    place.file(&name, list(&rows.iter().map(String::as_str).collect::<Vec<_>>())).to_str().unwrap().to_owned()
}

/// One consistent state: as many dossiers as the accounts of the same version say, none twice; its version.
#[track_caller]
fn read(place: &Place) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM dossiers) AS stored, (SELECT count(DISTINCT dossier_code) FROM dossiers) AS \
               codes, (SELECT COALESCE(sum(loaded), 0) FROM imports) AS loaded, (SELECT count(*) FROM imports) AS imports";
    let row = place.rows(&["sql", sql]).remove(0);
    assert_eq!((&row["stored"], &row["codes"]), (&row["loaded"], &row["loaded"]), "{row}");
    place.rows(&["form06", "--period", "2025-01"]);
    row["imports"].as_i64().unwrap()
}

fn rounds(rounds: usize) {
    let place = Place::new();
    let over = AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = vec![read(&place)];
            while !over.load(Ordering::SeqCst) {
                seen.push(read(&place));
            }
            seen
        });
        for round in 0..rounds {
            let (one, other) = (export(&place, "A", "Sở A", round), export(&place, "B", "Sở Bê", round));
            let both = [begin(&place, &["import", &one]), begin(&place, &["import", &other])];
            let vacuum = begin(&place, &["vacuum"]);
            both.into_iter().chain([vacuum]).for_each(end);
        }
        over.store(true, Ordering::SeqCst);
        reader.join().unwrap()
    });
    assert!(reads.is_sorted(), "versions only go on: {reads:?}");
    assert!(reads.len() >= rounds, "the reader read all the while: {reads:?}");
    let imports = 2 * rounds as u64;
    assert_eq!(read(&place) as u64, imports);
    let codes: Vec<Value> = place.dossiers().iter().map(|row| row["dossier_code"].clone()).collect();
    assert_eq!(codes.len(), 2 * rounds * NEW + 2);
    let accounts =
        place.rows(&["sql", "SELECT sum(rows) r, sum(loaded) l, sum(updated) u, sum(duplicate) d FROM imports"]);
    let each = |key: &str| accounts[0][key].as_u64().unwrap();
    assert_eq!([each("r"), each("l"), each("u"), each("d")], [imports * 4, imports * 3 + 2, imports - 2, 0]);
    let history = place.rows(&["history"]);
    let numbers: Vec<u64> = history.iter().map(|row| row["version"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=imports + 1).collect::<Vec<_>>());
    let changes = place.rows(&["sql", "SELECT count(*) AS n FROM changes"]);
    assert_eq!(changes[0]["n"], imports - 2, "the due date that moves every round");
    let form = place.rows(&["form06", "--period", "2025-01"]);
    for unit in ["A", "B"] {
        assert_eq!(row_of(&form, unit)["c4"], rounds * NEW + 1);
    }
}

#[test]
fn two_importers_and_a_reader_at_once_lose_nothing_and_count_nothing_twice() {
    rounds(5);
}

#[test]
#[ignore = "the full run: tests/robustness.sh"]
fn twenty_rounds_of_two_importers_and_a_reader_at_once() {
    rounds(20);
}

#[test]
fn an_importer_that_does_not_want_to_wait_says_so_and_one_that_waits_says_that() {
    let place = Place::new();
    let workspace = cchc::store::Workspace::open(&place.workspace()).unwrap();
    let lock = workspace.lock(false, || ()).unwrap();
    let file = export(&place, "A", "Sở A", 0);
    place.run(&["import", "--no-wait", &file]).exits(1).says(&["another import is running", "leave out --no-wait"]);
    let mut waiting = begin(&place, &["import", &file]);
    let mut line = String::new();
    let mut said = std::io::BufReader::new(waiting.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    assert!(line.contains("waiting"), "{line}");
    drop(lock);
    assert!(waiting.wait().unwrap().success());
    assert_eq!(place.dossiers().len(), NEW + 1);
}
