//! What `import` shows of each file: how it was recognised, its account, its commonest findings, and why it was refused.

use crate::support::{LIST, Place, account, list, project};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// A folder with a sound file, one with refused rows, one without a required column, an empty one.
fn mixed() -> Place {
    let place = Place::new();
    place.file("gui/tot_20250401.csv", list(&[GOOD]));
    let bad = [
        "H2,Sở Lạ,1,06/01/2025,10/01/2025,,",
        "H3,Sở Lạ,1,06/01/2025,10/01/2025,,",
        "H4,Sở A,9,31/02/2025,10/01/2025,,",
        "H5,Sở A,8,06/01/2025,,,",
        "H6,Sở A,7,06/01/2025,,,",
        "H7,Sở A,6,06/01/2025,,,",
    ];
    place.file("gui/xau_20250401.csv", list(&bad));
    place.file("gui/thieu_20250401.csv", list(&[GOOD]).replace("Ngày hẹn trả", "Ngày khác"));
    place.file("gui/rong_20250401.csv", "");
    place
}

#[test]
fn each_file_has_a_line_its_commonest_findings_and_the_sums_add_up() {
    let place = mixed();
    let ran = place.run(&["--lang", "vi", "import", place.path("gui").to_str().unwrap()]).exits(3);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 100 || line.starts_with("Thư mục")), "{}", ran.stdout);
    let numbers = |start: &str| -> Vec<String> {
        let line =
            lines.iter().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}: {}", ran.stdout));
        line.split_whitespace().rev().take(5).map(str::to_owned).collect::<Vec<_>>().into_iter().rev().collect()
    };
    assert_eq!(numbers("tot_20250401.csv"), ["1", "1", "0", "0", "0"]);
    assert_eq!(numbers("xau_20250401.csv"), ["6", "3", "0", "0", "3"]);
    assert!(!lines.iter().any(|line| line.starts_with("thieu_")), "a refused file has no numbers: {}", ran.stdout);
    assert_eq!(numbers("4 tệp"), ["7", "4", "0", "0", "3"]);
    assert!(lines.contains(&"7 dòng = 4 mới + 0 cập nhật + 0 trùng + 3 bị loại"), "{}", ran.stdout);
    let at = lines.iter().position(|line| line.starts_with("xau_")).unwrap();
    assert!(lines[at].contains("list-a 100%") && lines[at].contains(":1"), "{}", lines[at]);
    assert_eq!(lines[at + 1], "    ✗ 2 × đơn vị không có trong danh sách (cột \"Cơ quan/đơn vị\"): \"Sở Lạ\"");
    assert!(lines[at + 2].starts_with("    ✗ 1 × ngày không có trong lịch"), "{}", lines[at + 2]);
    assert!(lines[at + 3].starts_with("    ! 4 × giá trị ngoài từ điển"), "{}", lines[at + 3]);
    assert!(!lines[at + 4].starts_with(' '), "three kinds of findings at most: {}", lines[at + 4]);
}

#[test]
fn refused_files_are_listed_last_with_reason_and_what_to_do() {
    let place = mixed();
    let ran = place.run(&["--lang", "vi", "import", place.path("gui").to_str().unwrap()]).exits(3);
    let (_, refused) = ran.stdout.split_once("\nTệp bị loại (2)\n").unwrap();
    let plain = refused.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plain.starts_with("Tệp rỗng. Đề nghị xuất và gửi lại. rong_20250401.csv Bảng thiếu cột"), "{plain}");
    assert!(plain.contains("Bảng thiếu cột bắt buộc \"Ngày hẹn trả\""), "{plain}");
    assert!(plain.contains(" thieu_20250401.csv"), "{plain}");
    let english = place.run(&["--lang", "en", "import", place.path("gui").to_str().unwrap()]).exits(3);
    assert!(english.stdout.contains("\nRefused files (2)\n"), "{}", english.stdout);
    assert!(english.stdout.contains("Export it and send it again."), "{}", english.stdout);
    // Files that share a reason are listed below it once.
    place.file("gui/rong-hai_20250401.csv", "");
    let again = place.run(&["--lang", "vi", "import", place.path("gui").to_str().unwrap()]).exits(3);
    assert_eq!(again.stdout.matches("Tệp rỗng.").count(), 1, "{}", again.stdout);
    assert!(again.stdout.contains("      rong-hai_20250401.csv\n      rong_20250401.csv\n"), "{}", again.stdout);
    assert!(plain.contains("queries/sources/list-a.toml"), "{plain}");
}

#[test]
fn programs_get_the_same_facts_beside_the_fields_of_the_contract() {
    let place = mixed();
    let ran = place.run(&["--format", "json", "import", place.path("gui").to_str().unwrap()]).exits(3);
    let rows = ran.rows();
    let names: Vec<&str> = rows.iter().map(|row| row["file"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["rong_20250401.csv", "thieu_20250401.csv", "tot_20250401.csv", "xau_20250401.csv"]);
    for row in &rows {
        let [rows, parts @ ..] = account(row);
        assert_eq!(rows, parts.iter().sum::<u64>(), "{row}");
    }
    let (missing, good, bad) = (&rows[1], &rows[2], &rows[3]);
    assert!(missing["source"].is_null() && missing["sheets"].as_array().unwrap().is_empty(), "{missing}");
    assert!(missing["refused"].as_str().unwrap().contains("Ngày hẹn trả"), "{missing}");
    assert_eq!((good["source"].as_str(), good["exported_at"].as_str()), (Some("list-a"), Some("2025-04-01")));
    assert!(good["refused"].is_null());
    let sheet = &good["sheets"][0];
    assert_eq!((sheet["confidence"].as_f64(), sheet["heading_row"].as_u64()), (Some(1.0), Some(1)));
    let found: Vec<_> =
        bad["findings"].as_array().unwrap().iter().map(|rule| (&rule["rule"], &rule["count"])).collect();
    assert_eq!(found[0], (&"unknown_unit".into(), &2.into()));
    assert_eq!(found.len(), 4, "{bad}");
}

#[test]
fn a_sheet_that_the_source_knows_in_part_is_less_sure() {
    let place = Place::new();
    let text = list(&[GOOD]).replace(LIST, &format!("{LIST},Màu bìa,Ngăn tủ")).replace("kết quả\n", "kết quả,đỏ,3\n");
    let (row, _) = place.import_text("a_20250401.csv", &text);
    assert_eq!(row["sheets"][0]["confidence"].as_f64(), Some(0.8), "{row}");
    let extra = row["findings"].as_array().unwrap().iter().find(|rule| rule["rule"] == "extra_columns").unwrap();
    assert!(extra["message"].as_str().unwrap().contains("Màu bìa, Ngăn tủ"), "{extra}");
}

#[test]
fn control_and_direction_characters_of_a_name_are_not_shown() {
    let place = Place::new();
    let file = place.file("la\u{202e}\u{1b}[31m_20250401.csv", list(&[GOOD]));
    let ran = place.run(&["import", file.to_str().unwrap()]).exits(0);
    assert!(!ran.stdout.contains(['\u{202e}', '\u{1b}']), "{}", ran.stdout);
}

#[test]
fn a_workspace_may_word_what_the_command_line_says_and_a_missing_word_is_named_before_anything_is_imported() {
    let place = mixed();
    let shipped = std::fs::read_to_string(project("report-templates/cli.toml")).unwrap();
    place.file("kho/report-templates/cli.toml", shipped.replace("\"Thư mục\"", "\"Nơi lưu\""));
    let folder = place.path("gui");
    let ran = place.run(&["--lang", "vi", "import", folder.to_str().unwrap()]).exits(3);
    assert!(ran.stdout.starts_with("Nơi lưu "), "{}", ran.stdout);
    place.file("kho/report-templates/cli.toml", shipped.replace("folder = \"Thư mục\"\n", ""));
    let versions = place.rows(&["--lang", "vi", "history"]).len();
    place
        .run(&["--lang", "vi", "import", folder.to_str().unwrap()])
        .exits(1)
        .says(&["report-templates/cli.toml", "folder"]);
    assert_eq!(place.rows(&["--lang", "vi", "history"]).len(), versions);
}
