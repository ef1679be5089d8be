//! A dry run shows how a file would be understood, counts its rows against the store, and leaves no trace.

use serde_json::Value;

use crate::support::{Place, account, list};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// The one sheet of a dry run.
#[track_caller]
fn shown(place: &Place, name: &str, text: &str, code: i32) -> Value {
    let file = place.file(name, text);
    let ran = place.run(&["--format", "json", "import", "--dry-run", file.to_str().unwrap()]).exits(code);
    let mut rows = ran.rows();
    assert_eq!(rows.len(), 1, "{}", ran.stdout);
    rows.remove(0)
}

fn of<'a>(sheet: &'a Value, list: &str, key: &str, wanted: &str) -> &'a Value {
    let found = sheet[list].as_array().unwrap().iter().find(|one| one[key] == wanted);
    found.unwrap_or_else(|| panic!("no {wanted} among {list}: {}", sheet[list]))
}

#[test]
fn the_mapping_is_shown_heading_by_heading_and_word_by_word() {
    let place = Place::new();
    let rows = [
        GOOD,
        "H2,SA,1,6/1/2025 8:30,10/01/2025,,Đang xử lý",
        "H3,Sở Bề,Ki-ốt,06/01/2025,10/01/2025,,Đang xử lý",
        "H4,Sở A,Ki-ốt,31/02/2025,10/01/2025,,Đang xử lý",
    ];
    let text = list(&rows).replace("Ngày hẹn trả", "Ngay hen tra");
    let sheet = shown(&place, "a_20250201.csv", &text, 3);
    assert_eq!(account(&sheet), [4, 2, 0, 0, 2]);
    assert_eq!(
        (&sheet["source"], &sheet["heading_row"], &sheet["exported_at"]),
        (&"list-a".into(), &1.into(), &"2025-02-01".into())
    );
    assert_eq!(of(&sheet, "columns", "column", "dossier_code")["heading"], "Số hồ sơ");
    assert_eq!(of(&sheet, "columns", "column", "dossier_code")["match"], "exact");
    let loose = of(&sheet, "columns", "column", "due_at");
    assert_eq!(
        (loose["heading"].as_str(), loose["match"].as_str(), loose["confidence"].as_f64()),
        (Some("Ngay hen tra"), Some("fuzzy"), Some(0.9))
    );
    assert_eq!(sheet["personal"], serde_json::json!(["Chủ hồ sơ"]));
    assert!(sheet["missing"].as_array().unwrap().contains(&"service_level".into()), "{}", sheet["missing"]);
    let known = of(&sheet, "words", "word", "Trực tuyến");
    assert_eq!(
        (known["column"].as_str(), known["value"].as_str(), known["rows"].as_u64()),
        (Some("channel"), Some("2"), Some(1))
    );
    let unknown = of(&sheet, "words", "word", "Ki-ốt");
    assert_eq!((unknown["status"].as_str(), unknown["rows"].as_u64()), (Some("unknown"), Some(2)));
    assert!(unknown["value"].is_null());
    let alias = of(&sheet, "units", "name", "SA");
    assert_eq!(
        (alias["code"].as_str(), alias["unit_name"].as_str(), alias["confidence"].as_f64()),
        (Some("A"), Some("Sở A"), Some(1.0))
    );
    let nobody = of(&sheet, "units", "name", "Sở Bề");
    assert_eq!((nobody["status"].as_str(), &nobody["candidates"][0]["code"]), (Some("unknown"), &"B".into()));
    assert!(nobody["candidates"][0]["confidence"].as_f64().unwrap() > 0.5 && nobody["code"].is_null());
    let dates: Vec<(&str, u64)> = sheet["dates"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["column"] == "received_at")
        .map(|one| (one["pattern"].as_str().unwrap(), one["cells"].as_u64().unwrap()))
        .collect();
    assert_eq!(dates, [("dd/MM/yyyy", 3), ("dd/MM/yyyy HH:mm", 1)]);
    let sample = sheet["sample"].as_array().unwrap();
    assert_eq!(sample.len(), 2, "accepted rows only");
    assert_eq!(
        sample[0],
        serde_json::json!({"dossier_code": "H1", "channel": "2", "resolving_unit": "A", "received_at": "2025-01-06", "due_at": "2025-01-10", "finished_at": "2025-01-09", "status": "10"})
    );
    assert!(!sheet.to_string().contains("Nguyễn Văn Thử"), "no personal cell");
}

#[test]
fn a_name_of_several_units_shows_them_all() {
    let place = Place::with_units(&format!(
        "{}D,UBND xã Tân,,commune,A,,,\nE,UBND xã Tân,,commune,B,,,\n",
        crate::support::UNITS
    ));
    let sheet = shown(&place, "a_20250201.csv", &list(&["H1,UBND xã Tân,1,06/01/2025,10/01/2025,,"]), 3);
    let name = &sheet["units"][0];
    assert_eq!(name["status"], "ambiguous");
    let codes: Vec<&str> =
        name["candidates"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["D", "E"]);
}

#[test]
fn rows_are_counted_as_an_import_would_count_them_now() {
    let place = Place::new();
    let first = list(&[GOOD, "H2,Sở Bê,1,06/01/2025,10/01/2025,,"]);
    place.import_text("a_20250201.csv", &first).1.exits(0);
    let second = list(&[
        GOOD,
        "H2,Sở Bê,1,06/01/2025,10/01/2025,12/01/2025,",
        "H3,Sở A,1,06/01/2025,10/01/2025,,",
        "H4,Sở Lạ,1,,,,",
    ]);
    let sheet = shown(&place, "b_20250301.csv", &second, 3);
    assert_eq!(account(&sheet), [4, 1, 1, 1, 1]);
    let (row, _) = place.import(&place.path("b_20250301.csv"));
    assert_eq!(account(&row), account(&sheet), "and then it does");
}

#[test]
fn nothing_is_written_and_nobody_is_waited_for() {
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&[GOOD])).1.exits(0);
    let before = place.snapshot();
    let lock = std::fs::File::options().write(true).open(place.workspace().join("import.lock")).unwrap();
    lock.lock().unwrap();
    let file = place.file("b_20250301.csv", list(&[GOOD, "H2,Sở Lạ,1,06/01/2025,10/01/2025,,"]));
    let ran =
        place.run(&["--lang", "vi", "import", "--dry-run", file.to_str().unwrap()]).exits(3).says(&["chưa ghi gì"]);
    drop(lock);
    assert_eq!(place.snapshot(), before, "byte for byte");
    for reported in [
        "list-a (100 %)",
        "dossier_code   ← Số hồ sơ",
        "Cột cá nhân, bỏ nội dung: Chủ hồ sơ",
        "? \"Sở Lạ\" → chưa hiểu",
        "received_at: dd/MM/yyyy × 2",
        "Dòng mẫu 1",
        "2 dòng = 0 mới + 0 cập nhật + 1 trùng + 1 bị loại",
    ] {
        assert!(ran.stdout.contains(reported), "{reported} is not in:\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("Nguyễn Văn Thử"), "{}", ran.stdout);
}

#[test]
fn a_file_that_would_be_refused_is_an_entry_of_its_own() {
    let place = Place::new();
    place.file("gui/a_20250201.csv", list(&[GOOD]));
    place.file("gui/b_20250201.csv", list(&[GOOD]).replace("Ngày hẹn trả", "Ngày khác"));
    let ran = place.run(&["--format", "json", "import", "--dry-run", place.path("gui").to_str().unwrap()]).exits(3);
    let rows = ran.rows();
    assert_eq!(rows.len(), 2);
    let refused = rows.iter().find(|row| row["file"].as_str().unwrap().ends_with("b_20250201.csv")).unwrap();
    assert_eq!((account(refused), refused["sheet"].is_null()), ([0; 5], true));
    assert!(refused["refused"].as_str().unwrap().contains("Ngày hẹn trả"), "{refused}");
}
