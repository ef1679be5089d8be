//! Every import is a version: sending twice changes nothing, the newest export wins, old versions stay readable.

use serde_json::Value;

use crate::support::{Place, account, list, project};

const OPEN: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,,Đang xử lý";
const DONE: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";
const OTHER: &str = "H2,Sở A,Trực tiếp,07/01/2025,10/01/2025,,Đang xử lý";

fn finished(place: &Place, as_of: &str) -> Vec<Option<String>> {
    let query = "SELECT CAST(CAST(finished_at AS DATE) AS VARCHAR) AS day FROM dossiers ORDER BY dossier_code";
    let rows =
        if as_of.is_empty() { place.rows(&["sql", query]) } else { place.rows(&["--as-of", as_of, "sql", query]) };
    rows.iter().map(|row| row["day"].as_str().map(str::to_owned)).collect()
}

#[test]
fn the_same_import_again_changes_no_row() {
    let place = Place::with_units(&std::fs::read_to_string(project("sample-data/units.csv")).unwrap());
    let (exports, tables) = (project("sample-data/exports"), project("sample-data/tables"));
    let arguments = ["--format", "json", "import", exports.to_str().unwrap(), tables.to_str().unwrap()];
    place.run(&arguments).exits(3);
    let tables = [
        "dossiers ORDER BY dossier_code",
        "procedures ORDER BY procedure_code",
        "ratings ORDER BY rating_code",
        "feedback ORDER BY feedback_code",
    ];
    let stored = || tables.map(|table| place.rows(&["sql", &format!("SELECT * FROM {table}")]));
    let figures = || place.rows(&["indicators", "--period", "2025-Q1"]);
    let (before, measured) = (stored(), figures());
    let again = place.run(&arguments).exits(3).rows();
    for file in &again {
        let [rows, loaded, updated, duplicate, rejected] = account(file);
        assert_eq!((loaded, updated, duplicate), (0, 0, rows - rejected), "{file}");
    }
    assert!(stored() == before, "the same rows");
    assert_eq!(figures(), measured);
}

#[test]
fn a_newer_export_replaces_the_older_and_versions_can_be_read_again() {
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&[OPEN])).1.exits(0);
    let (row, _) = place.import_text("a_20250301.csv", &list(&[DONE, OTHER]));
    assert_eq!(account(&row), [2, 1, 1, 0, 0]);
    let done = Some("2025-01-09".to_owned());
    assert_eq!(finished(&place, ""), [done.clone(), None]);
    assert_eq!(finished(&place, "2"), [None]);
    assert_eq!(finished(&place, "3"), [done.clone(), None]);
    assert_eq!(finished(&place, "2025-02-28"), [None], "the newest version of data not later than that day");
    assert_eq!(finished(&place, "2025-03-01"), [done, None]);
    for unknown in ["9", "2020-01-01", "mai"] {
        place.run(&["--as-of", unknown, "sql", "SELECT 1"]).exits(1).says(&[unknown, "cchc history"]);
    }
}

#[test]
fn history_lists_versions_with_the_day_of_their_data() {
    let place = Place::new();
    place.import_text("a_20250301.csv", &list(&[DONE])).1.exits(0);
    place.import_text("a_20250201.csv", &list(&[OPEN])).1.exits(0);
    let rows = place.rows(&["history"]);
    let reported: Vec<(Option<u64>, Option<&str>, &str)> = rows
        .iter()
        .map(|row| (row["version"].as_u64(), row["time"].as_str(), row["made_by"].as_str().unwrap()))
        .collect();
    assert_eq!(
        reported,
        [(Some(1), None, "init"), (Some(2), Some("2025-03-01"), "import"), (Some(3), Some("2025-03-01"), "import")]
    );
}

#[test]
fn an_older_export_never_overrides_a_newer_one_whatever_the_order() {
    let exports = [
        ("a_20250201.csv", list(&[OPEN, OTHER])),
        ("b_20250215.csv", list(&[&OPEN.replace("10/01/2025", "15/01/2025"), OTHER])),
        ("c_20250301.csv", list(&[DONE, OTHER])),
    ];
    let without_provenance = |place: &Place| {
        let mut rows = place.dossiers();
        for row in &mut rows {
            for column in ["file", "row", "exported_at", "import"] {
                row.as_object_mut().unwrap().remove(column);
            }
        }
        rows
    };
    let mut outcomes: Vec<Vec<Value>> = Vec::new();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let place = Place::new();
        for at in order {
            let (row, ran) = place.import_text(exports[at].0, &exports[at].1);
            ran.exits(0);
            let [rows, loaded, updated, duplicate, rejected] = account(&row);
            assert_eq!(rows, loaded + updated + duplicate + rejected, "{order:?}");
        }
        outcomes.push(without_provenance(&place));
    }
    let place = Place::new();
    for (name, text) in &exports {
        place.file(&format!("gui/{name}"), text);
    }
    let ran = place.run(&["--format", "json", "import", place.path("gui").to_str().unwrap()]).exits(0);
    let accounts: Vec<[u64; 5]> = ran.rows().iter().map(account).collect();
    assert_eq!(accounts, [[2, 2, 0, 0, 0], [2, 0, 1, 1, 0], [2, 0, 1, 1, 0]], "files count by day, then path");
    outcomes.push(without_provenance(&place));
    for outcome in &outcomes {
        assert_eq!(*outcome, outcomes[0]);
    }
    assert_eq!(finished(&place, "")[0].as_deref(), Some("2025-01-09"));
}

#[test]
fn a_file_of_unknown_day_is_older_than_any_dated_one_unless_the_day_is_given() {
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&[OPEN])).1.exits(0);
    let (row, ran) = place.import_text("moi.csv", &list(&[DONE]));
    ran.exits(0).says(&["day of export is unknown"]);
    assert_eq!(account(&row), [1, 0, 0, 1, 0]);
    let file = place.path("moi.csv");
    let ran =
        place.run(&["--format", "json", "import", "--exported-at", "2025-03-01", file.to_str().unwrap()]).exits(0);
    assert_eq!(account(&ran.rows()[0]), [1, 0, 1, 0, 0]);
    assert_eq!(ran.rows()[0]["exported_at"], "2025-03-01");
}

#[test]
fn a_dossier_whose_received_date_changes_leaves_its_old_month() {
    let place = Place::new();
    let undated = "H1,Sở A,Trực tuyến,,,,Mới đăng ký";
    for (name, row, month) in [
        ("a_20250201.csv", undated, "undated"),
        ("b_20250301.csv", OPEN, "2025-01"),
        ("c_20250401.csv", &OPEN.replace("06/01", "06/02") as &str, "2025-02"),
    ] {
        place.import_text(name, &list(&[row])).1.exits(0);
        assert_eq!(place.dossiers().len(), 1, "{name}");
        let stored = place.rows(&["form06", "--period", "2025-Q1"]);
        let received = crate::support::counts(crate::support::row_of(&stored, "A"))[1];
        assert_eq!(received, i64::from(month != "undated"), "{name}");
        assert!(place.workspace().join("data/dossiers").join(format!("month={month}")).is_dir());
    }
    let jan = place.rows(&["form06", "--period", "2025-01"]);
    assert_eq!(crate::support::counts(crate::support::row_of(&jan, "A"))[1], 0);
}

#[test]
fn a_dossier_absent_from_the_newer_export_stays_with_a_finding() {
    for together in [false, true] {
        let place = Place::new();
        let (old, new) = (list(&[OPEN, OTHER]), list(&[DONE]));
        if together {
            place.file("gui/a_20250201.csv", old);
            place.file("gui/b_20250301.csv", new);
            place.run(&["import", place.path("gui").to_str().unwrap()]).exits(0);
        } else {
            place.import_text("a_20250201.csv", &old).1.exits(0);
            place.import_text("b_20250301.csv", &new).1.exits(0);
        }
        assert_eq!(place.dossiers().len(), 2);
        let found = place.rows(&["findings", "--rule", "absent_from_newer_export"]);
        assert_eq!(found.len(), 1, "in one import: {together}");
        assert_eq!(found[0]["count"], 1);
        assert!(found[0]["message"].as_str().unwrap().contains("H2"), "{}", found[0]);
    }
}

#[test]
fn a_new_list_of_units_is_a_version_of_its_own() {
    let place = Place::new();
    let (row, _) = place.import_text("a_20250201.csv", &list(&["H9,Sở Dê,1,06/01/2025,10/01/2025,,"]));
    assert_eq!(account(&row), [1, 0, 0, 0, 1]);
    let units = place.file("units-2.csv", format!("{}D,Sở Dê,,department,P,,,\n", crate::support::UNITS));
    place.run(&["init", "--units", units.to_str().unwrap()]).exits(0);
    let (row, _) = place.import_text("a_20250201.csv", &list(&["H9,Sở Dê,1,06/01/2025,10/01/2025,,"]));
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
    assert_eq!(place.rows(&["--as-of", "1", "sql", "SELECT code FROM units"]).len(), 4);
}

#[test]
fn a_newer_export_of_other_months_only_is_reported_once_a_file_and_not_as_loss() {
    let place = Place::new();
    let row = |code: &str, unit: &str, month: &str| {
        format!("{code},{unit},Trực tiếp,06/{month}/2025,20/{month}/2025,,Đang xử lý")
    };
    let sent = |rows: &[(&str, &str, &str)]| -> String {
        let rows: Vec<String> = rows.iter().map(|(code, unit, month)| row(code, unit, month)).collect();
        list(&rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let january = [("H1", "Sở A", "01"), ("H2", "Sở A", "01"), ("H3", "Sở Bê", "01"), ("H4", "Sở Bê", "01")];
    place.import_text("a_20250201.csv", &sent(&january)).1.exits(0);
    let february = [("H5", "Sở A", "02"), ("H6", "Sở Bê", "02"), ("H3", "Sở Bê", "01")];
    let (_, ran) = place.import_text("b_20250301.csv", &sent(&february));
    ran.exits(0);
    assert_eq!(place.dossiers().len(), 6, "all stay");
    let partial = place.rows(&["findings", "--rule", "absent_from_partial_export"]);
    assert_eq!(partial.len(), 1, "{partial:?}");
    assert_eq!((&partial[0]["count"], &partial[0]["level"]), (&2.into(), &"info".into()), "H1 and H2 of January");
    let absent = place.rows(&["findings", "--rule", "absent_from_newer_export"]);
    assert_eq!(absent.len(), 1, "{absent:?}");
    assert_eq!(
        (&absent[0]["count"], &absent[0]["value"]),
        (&1.into(), &"H4".into()),
        "January of Sở Bê is there, without H4"
    );
}

#[test]
fn single_facts_are_never_absent_from_a_newer_export() {
    let place = Place::new();
    let ratings = |code: &str, day: &str| {
        format!("Mã phiếu,Đơn vị được đánh giá,Ngày đánh giá,Mức độ hài lòng\n{code},Sở A,{day}/01/2025,5\n")
    };
    place.import_text("danh-gia_20250201.csv", &ratings("G1", "06")).1.exits(0);
    place.import_text("danh-gia_20250301.csv", &ratings("G2", "07")).1.exits(0);
    assert_eq!(place.rows(&["findings", "--level", "warning"]), Vec::<Value>::new());
}
