//! Dates that were moved and dossiers that went back stay on record, each change once.

use serde_json::Value;

use crate::support::{Place, account, list, sample};

const ALL: &str = "SELECT dossier_code, unit, column_name, old_value, new_value, import, old_import, row, \
     CAST(CAST(exported_at AS DATE) AS VARCHAR) AS day, CAST(CAST(old_exported_at AS DATE) AS VARCHAR) AS old_day \
     FROM changes ORDER BY dossier_code, import, day, column_name";

/// Code, column, old and new value, import before and after.
fn changes(place: &Place) -> Vec<String> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or("–").replace(" 00:00:00", "");
    place
        .rows(&["sql", ALL])
        .iter()
        .map(|row| {
            let [code, column, old, new] =
                ["dossier_code", "column_name", "old_value", "new_value"].map(|key| text(row, key));
            format!("{code} {column} {old} → {new} ({} → {})", row["old_import"], row["import"])
        })
        .collect()
}

#[test]
fn moved_dates_and_a_status_that_went_back_are_kept_with_old_and_new_value() {
    let place = Place::new();
    place.import_text(
        "a_20250201.csv",
        &list(&[
            "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,,Đang xử lý",
            "H2,Sở A,Trực tiếp,07/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
            "H3,Sở A,Trực tiếp,08/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
            "H4,Sở A,Trực tiếp,08/01/2025,10/01/2025,,Đang xử lý",
            "H5,Sở A,Trực tiếp,,,,Mới đăng ký",
        ]),
    );
    assert_eq!(changes(&place), Vec::<String>::new(), "a first state changes nothing");
    let (row, _) = place.import_text(
        "b_20250301.csv",
        &list(&[
            "H1,Sở A,Trực tuyến,06/01/2025,20/01/2025,,Đang xử lý",
            "H2,Sở A,Trực tiếp,07/01/2025,10/01/2025,,Đang xử lý",
            "H3,Sở A,Trực tiếp,06/01/2025,,12/01/2025,Đã trả kết quả",
            "H4,Sở A,Trực tiếp,08/01/2025,10/01/2025,10/01/2025,Đã xử lý xong",
            "H5,Sở A,Trực tiếp,03/02/2025,10/02/2025,,Đang xử lý",
        ]),
    );
    assert_eq!(account(&row), [5, 0, 5, 0, 0]);
    assert_eq!(
        changes(&place),
        [
            "H1 due_at 2025-01-10 → 2025-01-20 (2 → 3)",
            "H2 finished_at 2025-01-09 → – (2 → 3)",
            "H2 status 10 → 4 (2 → 3)",
            "H3 due_at 2025-01-10 → – (2 → 3)",
            "H3 finished_at 2025-01-09 → 2025-01-12 (2 → 3)",
            "H3 received_at 2025-01-08 → 2025-01-06 (2 → 3)",
        ],
        "a date that is set for the first time is no change"
    );
    let first = &place.rows(&["sql", ALL])[0];
    assert_eq!((&first["unit"], &first["row"]), (&"A".into(), &2.into()));
    assert_eq!((&first["day"], &first["old_day"]), (&"2025-03-01".into(), &"2025-02-01".into()));
}

#[test]
fn the_same_exports_again_and_older_ones_add_no_change() {
    let (place, old, new) = (
        Place::new(),
        list(&["H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,,Đang xử lý"]),
        list(&["H1,Sở A,Trực tuyến,06/01/2025,20/01/2025,,Đang xử lý"]),
    );
    place.import_text("a_20250201.csv", &old);
    place.import_text("b_20250301.csv", &new);
    let once = changes(&place);
    assert_eq!(once.len(), 1);
    for (name, text) in [("a_20250201.csv", &old), ("b_20250301.csv", &new), ("c_20250401.csv", &new)] {
        place.import_text(name, text);
        assert_eq!(changes(&place), once, "{name}");
    }
    place.import_text("d_20250501.csv", &old);
    let expected = ["H1 due_at 2025-01-10 → 2025-01-20 (2 → 3)", "H1 due_at 2025-01-20 → 2025-01-10 (6 → 7)"];
    assert_eq!(changes(&place), expected, "moved back, after import 6 had confirmed the day");
}

#[test]
fn every_step_between_exports_of_one_import_is_kept() {
    let place = Place::new();
    for (day, due) in [("20250201", "10/01/2025"), ("20250301", "20/01/2025"), ("20250401", "30/01/2025")] {
        let row = format!("H1,Sở A,Trực tuyến,06/01/2025,{due},,Đang xử lý");
        place.file(&format!("gui/a_{day}.csv"), list(&[&row]));
    }
    place.run(&["import", place.path("gui").to_str().unwrap()]).exits(0);
    assert_eq!(
        changes(&place),
        ["H1 due_at 2025-01-10 → 2025-01-20 (2 → 2)", "H1 due_at 2025-01-20 → 2025-01-30 (2 → 2)"]
    );
}

#[test]
fn changes_of_the_sample_equal_its_findings_and_answer_the_ready_questions() {
    let place = &sample().place;
    let counted = |rule: &str| -> i64 {
        place.rows(&["findings", "--rule", rule]).iter().map(|one| one["count"].as_i64().unwrap()).sum()
    };
    let kept = |condition: &str| -> i64 {
        let sql = format!("SELECT count(*) AS n FROM changes WHERE {condition}");
        place.rows(&["sql", &sql])[0]["n"].as_i64().unwrap()
    };
    assert!(counted("changed_due_date") > 0 && counted("reopened") > 0);
    assert_eq!(kept("column_name = 'due_at'"), counted("changed_due_date"));
    assert_eq!(kept("column_name = 'finished_at' AND new_value IS NULL"), counted("reopened"));
    let in_period = |column: &str| {
        format!(
            "{column} AND (substr(old_value, 1, 7) BETWEEN '2025-01' AND '2025-03' \
             OR substr(new_value, 1, 7) BETWEEN '2025-01' AND '2025-03')"
        )
    };
    let listed = place.rows(&["sql", "--saved", "changed-dates", "--period", "2025-Q1"]);
    assert_eq!(listed.len() as i64, kept(&in_period("column_name <> 'status'")));
    let moved = listed.iter().find(|row| row["column_name"] == "due_at").unwrap();
    assert!(moved["days_moved"].as_i64().unwrap() != 0, "{moved}");
    let by_unit = place.rows(&["sql", "--saved", "due-dates-moved-by-unit", "--period", "2025-Q1"]);
    let dossiers: i64 = by_unit.iter().map(|row| row["dossiers"].as_i64().unwrap()).sum();
    assert!(dossiers > 0);
    assert_eq!(dossiers, kept(&in_period("column_name = 'due_at'")));
}
