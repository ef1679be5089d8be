//! What is purged is gone: from every table, every version, every byte of the workspace; the rest stays as it was.

use serde_json::{Value, json};

use cchc::store::KillPoint;

use crate::kill::{killed, stored};
use crate::support::{Place, files_below, list};

/// The dossier that goes.
const GONE: &str = "H41.12-250106-0001";
/// One whose code begins alike, and stays.
const STAYS: &str = "H41.12-250106-00012";

/// Two imports of dossiers and ratings; the dossier that goes is in facts, changes, findings, a refused row, a name.
fn province() -> Place {
    let place = Place::new();
    let open = |code: &str, due: &str| format!("{code},Sở A,Trực tuyến,06/01/2025,{due}/01/2025,,Đang xử lý");
    let refused = format!("{GONE},Sở Lạ,Trực tuyến,06/01/2025,10/01/2025,,Đang xử lý");
    place.file("gui/ho-so_20250201.csv", list(&[&open(GONE, "10"), &open(STAYS, "10"), &open("H2", "10"), &refused]));
    place.file(&format!("gui/{GONE}_20250202.csv"), list(&[&open("H3", "10")]));
    place.run(&["import", place.path("gui").to_str().unwrap()]).exits(3);
    place
        .import_text("ho-so_20250301.csv", &list(&[&open(GONE, "20"), &open("H2", "20"), &open("H4", "20")]))
        .1
        .exits(0);
    // The same day, another content: a conflict that names the code.
    place.import_text("khac_20250301.csv", &list(&[&open(GONE, "25")])).1.exits(0);
    place
        .import_text(
            "danh-gia_20250301.csv",
            &format!(
                "Mã phiếu,Đơn vị được đánh giá,Ngày đánh giá,Mã hồ sơ,Mức độ hài lòng\n\
                 G1,Sở A,09/01/2025,{GONE},5\nG2,Sở A,09/01/2025,H2,4\n"
            ),
        )
        .1
        .exits(0);
    place
}

/// Files that contain a code: in the bytes and, since pages are compressed, in the rows of data files.
fn places_of(place: &Place, code: &str) -> Vec<String> {
    let longer = format!("{code}2");
    let is_in = |text: &str| text.replace(&longer, "").contains(code);
    let mut found: Vec<String> = Vec::new();
    for path in files_below(&place.workspace()) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.strip_prefix(place.workspace()).unwrap().display().to_string();
        let in_cells = || {
            let is_data = path.extension().is_some_and(|extension| extension == "parquet");
            is_data && cells(&path).iter().any(|cell| is_in(cell))
        };
        if is_in(&String::from_utf8_lossy(&bytes)) || is_in(&name) || in_cells() {
            found.push(name);
        }
    }
    found
}

/// All cells of a Parquet file.
fn cells(path: &std::path::Path) -> Vec<String> {
    use arrow::util::display::{ArrayFormatter, FormatOptions};
    let file = std::fs::File::open(path).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut cells = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        for column in batch.columns() {
            let formatter = ArrayFormatter::try_new(column, &FormatOptions::default()).unwrap();
            cells.extend((0..batch.num_rows()).map(|row| formatter.value(row).to_string()));
        }
    }
    cells
}

fn codes(place: &Place) -> Vec<String> {
    place.dossiers().iter().map(|row| row["dossier_code"].as_str().unwrap().to_owned()).collect()
}

/// What a purge did: table → removed, restored, emptied, marked.
fn counts(rows: &[Value]) -> Value {
    rows.iter()
        .map(|row| {
            let counts = ["removed", "restored", "emptied", "marked"].map(|key| row[key].clone());
            (row["table"].as_str().unwrap().to_owned(), json!(counts))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Dossiers of Sở A received in January.
fn received(place: &Place) -> Value {
    let rows = place.rows(&["form06", "--period", "2025-01"]);
    crate::support::row_of(&rows, "A")["c4"].clone()
}

#[test]
fn a_purged_dossier_is_in_no_byte_of_the_workspace_and_nothing_else_is_lost() {
    let place = province();
    let before = places_of(&place, GONE);
    for part in ["data/dossiers/", "data/changes/", "data/findings/", "data/ratings/", "data/imports/", "versions/"] {
        assert!(before.iter().any(|file| file.starts_with(part)), "the test would show nothing for {part}: {before:?}");
    }
    assert_eq!(received(&place), 5);
    let stays = |place: &Place| {
        let mut rows = place.dossiers();
        rows.retain(|row| row["dossier_code"] != GONE && row["dossier_code"] != "H3");
        rows
    };
    let kept = stays(&place);
    let reported: Vec<Value> = place.rows(&["sql", "SELECT * FROM findings"]);
    let reported = reported.iter().flat_map(|row| row.as_object().unwrap().values()).filter_map(Value::as_str);
    let reported = reported.filter(|cell| cell.replace(STAYS, "").contains(GONE)).count();
    assert!(reported >= 4, "cells of the refused row, a moved due date, a conflict, a file name: {reported}");
    let purged = place.run(&["--format", "json", "purge", "--yes", "--dossier", GONE]).exits(0);
    assert_eq!(
        counts(&purged.rows()),
        json!({
            "dossiers": [1, 0, 1, 0], "ratings": [1, 0, 0, 0], "imports": [0, 0, 1, 0],
            "findings": [0, 0, reported, 0], "sent": [0, 0, 1, 0], "changes": [2, 0, 0, 0],
        })
    );
    assert!(!purged.stderr.contains(GONE), "{}", purged.stderr);
    purged.says(&["version 6; none before it can be read any more"]);
    assert_eq!(places_of(&place, GONE), Vec::<String>::new());
    assert_eq!(codes(&place), ["H2", "H3", "H4", STAYS]);
    assert_eq!(stays(&place), kept, "the others are untouched");
    assert_eq!(received(&place), 4);
    let name = place.rows(&["sql", "SELECT file FROM dossiers WHERE dossier_code = 'H3'"])[0]["file"].clone();
    let account = place.rows(&["sql", "SELECT file, sha256, loaded FROM imports WHERE file LIKE 'sha256-%'"]);
    assert_eq!(account.len(), 1);
    assert_eq!((&account[0]["file"], &account[0]["loaded"]), (&name, &1.into()), "one name for the file everywhere");
    assert!(account[0]["sha256"].as_str().unwrap().starts_with(&name.as_str().unwrap()["sha256-".len()..]));
    assert_eq!(place.rows(&["sql", "SELECT rating_code FROM ratings"])[0]["rating_code"], "G2");
    assert_eq!(place.rows(&["sql", "SELECT dossier_code FROM changes"])[0]["dossier_code"], "H2");
}

#[test]
fn versions_before_a_purge_can_be_read_no_more_and_the_history_says_why() {
    let place = province();
    place.run(&["purge", "--yes", "--dossier", GONE, "--reason", "theo đơn đề nghị"]).exits(0);
    for version in ["1", "2", "5", "2025-02-15"] {
        let ran = place.run(&["--as-of", version, "sql", "SELECT count(*) FROM dossiers"]).exits(1);
        ran.says(&["can no longer be read", "version 6 purged"]);
    }
    for version in ["6", "2025-03-01"] {
        assert_eq!(place.rows(&["--as-of", version, "sql", "SELECT count(*) AS n FROM dossiers"])[0]["n"], 4);
    }
    let history = place.rows(&["history"]);
    let made: Vec<(&str, &Value)> =
        history.iter().map(|row| (row["made_by"].as_str().unwrap(), &row["purged_by"])).collect();
    let (six, none) = (Value::from(6), Value::Null);
    let import = ("import", &six);
    assert_eq!(made, [("init", &six), import, import, import, import, ("purge", &none)]);
    assert_eq!(
        history[5]["note"],
        "1 dossier(s) purged; 4 row(s) removed, 0 of them back to an earlier state; 9 cell(s) emptied; theo đơn đề nghị"
    );
    assert_eq!(history[5]["time"], history[4]["time"], "the data is of the same day");
    let later = list(&["H9,Sở A,Trực tiếp,06/03/2025,10/03/2025,,Đang xử lý"]);
    place.import_text("moi_20250401.csv", &later).1.exits(0);
    assert_eq!(place.rows(&["--as-of", "6", "sql", "SELECT count(*) AS n FROM dossiers"])[0]["n"], 4, "still read");
    place.run(&["vacuum"]).exits(0);
    assert_eq!(codes(&place).len(), 5);
}

#[test]
fn a_purged_import_gives_back_the_state_before_it() {
    let place = Place::new();
    let row = |code: &str, due: &str| format!("{code},Sở A,Trực tuyến,06/01/2025,{due},,Đang xử lý");
    let (first, second, third) = (
        list(&[&row("H1", "10/01/2025"), &row("H2", "10/01/2025"), &row("H3", "10/01/2025")]),
        list(&[
            &row("H1", "20/01/2025"),
            &row("H2", "20/02/2025").replace("06/01", "06/02"),
            &row("H3", "10/01/2025"),
            &row("H4", "20/01/2025"),
            "H5,Sở Lạ,Trực tuyến,06/01/2025,20/01/2025,,Đang xử lý",
        ]),
        list(&[&row("H1", "30/01/2025"), &row("H5", "30/01/2025")]),
    );
    place.import_text("a_20250201.csv", &first).1.exits(0);
    let before = place.dossiers();
    place.import_text("b_20250301.csv", &second).1.exits(3);
    place.import_text("c_20250315.csv", &third).1.exits(0);
    let third_state = place.dossiers();
    let ran = place.run(&["--format", "json", "purge", "--yes", "--import", "3", "--file-names"]).exits(0);
    assert_eq!(
        counts(&ran.rows())["dossiers"],
        json!([3, 2, 0, 0]),
        "H2 and H3 go back, H4 goes, H1 is what import 4 brought"
    );
    let now = place.dossiers();
    assert_eq!(codes(&place), ["H1", "H2", "H3", "H5"]);
    assert_eq!(now[1..3], before[1..3], "with the file and the day that they came from");
    assert_eq!((&now[0], &now[3]), (&third_state[0], &third_state[4]));
    assert_eq!(place.rows(&["sql", "SELECT * FROM changes"]), Vec::<Value>::new(), "all of them compare with import 3");
    assert_eq!(place.rows(&["sql", "SELECT * FROM findings WHERE import = 3"]), Vec::<Value>::new());
    assert_eq!(place.rows(&["sql", "SELECT * FROM sent WHERE import = 3"]), Vec::<Value>::new());
    let accounts = place.rows(&["sql", "SELECT import, file, rows, purged_by FROM imports ORDER BY import"]);
    let marked: Vec<Value> = accounts.iter().map(|one| one["purged_by"].clone()).collect();
    assert_eq!(marked, [json!(null), json!(5), json!(null)]);
    assert!(accounts[1]["file"].as_str().unwrap().starts_with("sha256-") && accounts[1]["rows"] == 5);
    assert_eq!(places_of(&place, "b_20250301"), Vec::<String>::new());
    place.import_text("b_20250301.csv", &second).1.exits(3);
    assert_eq!(codes(&place), ["H1", "H2", "H3", "H4", "H5"], "it can be imported again");
    place.run(&["purge", "--yes", "--import", "3"]).exits(0).says(&["purged before; nothing was changed"]);
}

#[test]
fn what_later_imports_report_of_dossiers_that_only_a_purged_import_brought_goes_too() {
    let place = Place::new();
    let row = |code: &str| format!("{code},Sở A,Trực tuyến,06/01/2025,10/01/2025,,Đang xử lý");
    place.import_text("a_20250201.csv", &list(&[&row("H1"), &row(GONE)])).1.exits(0);
    place.import_text("b_20250301.csv", &list(&[&row("H1")])).1.exits(0);
    let reported = place.rows(&["findings", "--rule", "absent_from_newer_export"]);
    assert_eq!(reported[0]["value"], GONE);
    place.run(&["purge", "--yes", "--import", "2"]).exits(0);
    let reported = place.rows(&["findings", "--rule", "absent_from_newer_export"]);
    assert_eq!((&reported[0]["value"], &reported[0]["count"]), (&"".into(), &1.into()));
    assert_eq!(places_of(&place, GONE), Vec::<String>::new());
    assert_eq!(codes(&place), ["H1"], "confirmed by import 3, which therefore brought it");
}

#[test]
fn imports_purged_together_give_back_what_was_before_all_of_them() {
    let place = Place::new();
    for (day, due) in [("20250201", "10"), ("20250301", "20"), ("20250401", "30")] {
        let row = format!("H1,Sở A,Trực tuyến,06/01/2025,{due}/01/2025,,Đang xử lý");
        place.import_text(&format!("a_{day}.csv"), &list(&[&row])).1.exits(0);
    }
    place.run(&["purge", "--yes", "--import", "3,4"]).exits(0);
    assert_eq!(place.dossiers()[0]["due_at"], "2025-01-10T00:00:00");
    assert_eq!(place.rows(&["history"])[4]["time"], "2025-02-01", "the newest day of what stays");
    place.run(&["purge", "--yes", "--import", "2"]).exits(0);
    assert_eq!(codes(&place), Vec::<String>::new());
}

#[test]
fn what_an_earlier_purge_deleted_does_not_come_back() {
    let place = Place::new();
    for (day, due) in [("20250201", "10"), ("20250301", "20")] {
        let row = format!("H1,Sở A,Trực tuyến,06/01/2025,{due}/01/2025,,Đang xử lý");
        place.import_text(&format!("a_{day}.csv"), &list(&[&row, &row.replace("H1", "H2")])).1.exits(0);
    }
    place.run(&["purge", "--yes", "--dossier", "H1"]).exits(0);
    let ran = place.run(&["--format", "json", "purge", "--yes", "--import", "3"]).exits(0);
    assert_eq!(counts(&ran.rows())["dossiers"], json!([1, 0, 0, 0]), "the state before lies behind the first purge");
    ran.says(&["the state before import 3 was purged earlier"]);
    assert_eq!(codes(&place), Vec::<String>::new());
}

#[test]
fn a_rehearsal_and_what_is_not_there_change_nothing() {
    let place = province();
    let before = stored(&place);
    let rehearsed = place.run(&["--format", "json", "purge", "--dry-run", "--dossier", GONE]).exits(0);
    assert_eq!(rehearsed.rows().len(), 6);
    let rehearsed = rehearsed.says(&["nothing was written", "--yes"]);
    let asked = place.run(&["--format", "json", "purge", "--dossier", GONE]).exits(0);
    assert_eq!(asked.rows(), rehearsed.rows(), "without --yes nothing goes");
    asked.says(&["nothing was written", "--yes"]);
    // A word that stands in names and notes is no code of a dossier.
    place.run(&["purge", "--yes", "--dossier", "danh-gia"]).exits(1).says(&["none of the 1 dossier(s)"]);
    place
        .run(&["purge", "--yes", "--dossier", "H-nobody"])
        .exits(1)
        .says(&["none of the 1 dossier(s)", "nothing was changed"]);
    place.run(&["purge", "--yes", "--import", "9"]).exits(1).says(&["no version '9'"]);
    place.run(&["purge", "--yes", "--import", "1"]).exits(1).says(&["made by 'init'"]);
    place.run(&["purge"]).exits(2);
    let reported = place.run(&["purge", "--yes", "--dossier", GONE, "--reason", &format!("hồ sơ {GONE}")]).exits(1);
    assert!(!reported.stderr.contains(GONE), "{}", reported.stderr);
    assert_eq!(stored(&place), before);
    let version = place.rows(&["history"]).len();
    let list = place.file("ma.txt", format!("\u{feff}{GONE}\r\n\n H2 \nH-nobody\n"));
    place
        .run(&["purge", "--yes", "--dossiers-from", list.to_str().unwrap()])
        .exits(0)
        .says(&["1 of 3 dossier(s) have no row"]);
    assert_eq!(codes(&place), ["H3", "H4", STAYS]);
    assert_eq!(place.rows(&["history"]).len(), version + 1);
}

#[test]
fn a_code_that_only_an_older_version_holds_is_purged_too() {
    let place = Place::new();
    let ratings = |code: &str, day: &str| {
        let headings = "Mã phiếu,Đơn vị được đánh giá,Ngày đánh giá,Mã hồ sơ,Mức độ hài lòng";
        place
            .import_text(&format!("danh-gia_{day}.csv"), &format!("{headings}\nG1,Sở A,09/01/2025,{code},5\n"))
            .1
            .exits(0);
    };
    ratings(GONE, "20250201");
    ratings("H2", "20250301");
    assert!(!places_of(&place, GONE).is_empty());
    place.run(&["purge", "--yes", "--dossier", GONE]).exits(0);
    assert_eq!(places_of(&place, GONE), Vec::<String>::new());
    assert_eq!(place.rows(&["sql", "SELECT dossier_code FROM ratings"])[0]["dossier_code"], "H2");
}

#[test]
fn a_purge_killed_at_any_point_is_whole_or_has_not_happened_and_a_repetition_finishes_it() {
    let (reference, arguments) = (province(), ["purge", "--yes", "--dossier", GONE]);
    let before = stored(&reference).rows;
    reference.run(&arguments).exits(0);
    let after = stored(&reference);
    for point in KillPoint::OF_AN_IMPORT.into_iter().chain(KillPoint::OF_A_PURGE) {
        if point == KillPoint::TableMade {
            continue; // A purge makes no table.
        }
        let (place, name) = (province(), format!("{point:?}"));
        killed(&place, &arguments, &name);
        let visible = [KillPoint::ManifestRenamed, KillPoint::Published].contains(&point)
            || KillPoint::OF_A_PURGE.contains(&point);
        let now = stored(&place).rows;
        assert!(now == if visible { after.rows.clone() } else { before.clone() }, "{name}");
        let old = place.run(&["--as-of", "2", "sql", "SELECT count(*) FROM dossiers"]);
        assert_eq!(old.code, i32::from(visible), "{name}: {}", old.stderr);
        let again = place.run(&arguments).exits(0);
        assert_eq!(again.stderr.contains("which had been interrupted"), visible, "{name}: {}", again.stderr);
        assert_eq!(places_of(&place, GONE), Vec::<String>::new(), "{name}");
        place.run(&["vacuum"]).exits(0);
        assert_eq!(stored(&place), after, "{name}");
    }
}
