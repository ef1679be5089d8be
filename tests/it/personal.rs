//! Personal values go in with the exports and come out nowhere: no store file, no finding, no stream, no report.

use std::collections::HashMap;

use crate::support::{Place, Ran, files_below, project, sample};

/// Names, identity numbers and phones of the sample as far as text finds them: cells of the personal columns.
fn personal_values() -> Vec<String> {
    let mut found = Vec::new();
    for (file, columns) in [
        ("ho-so_nhieu-don-vi_20250401.csv", &["Chủ hồ sơ", "Số CMND/CCCD", "Số điện thoại"]),
        ("dong-bo_ubnd-thi-xa-ben-suong_20250401.csv", &["ChuHoSo", "MaDoiTuong", "SoDienThoai"]),
    ] {
        let text = std::fs::read_to_string(project("sample-data/exports").join(file)).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        let delimiter = if text.lines().next().unwrap().contains(';') { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let headings = reader.headers().unwrap().clone();
        let at: Vec<usize> =
            columns.iter().map(|name| headings.iter().position(|heading| heading == *name).unwrap()).collect();
        for record in reader.records() {
            let record = record.unwrap();
            found.extend(at.iter().filter_map(|at| record.get(*at)).map(|cell| cell.trim().to_owned()));
        }
    }
    found.retain(|value| value.chars().count() > 6);
    found.sort();
    found.dedup();
    assert!(found.len() > 1000, "the sample has personal values: {}", found.len());
    found
}

/// Bytes by which values are looked up, so that a text is gone through once for thousands of them.
const START: usize = 6;

/// Fails if the text holds a value; digits inside a longer run of them, such as a hash, are no phone.
#[track_caller]
fn holds_none(what: &str, text: &str, values: &[String]) {
    let mut by_start: HashMap<&[u8], Vec<&str>> = HashMap::new();
    for value in values {
        by_start.entry(&value.as_bytes()[..START]).or_default().push(value);
    }
    let alone = |at: usize, length: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + length..].chars().next();
        !before.into_iter().chain(after).any(char::is_alphanumeric)
    };
    for (at, start) in text.as_bytes().windows(START).enumerate() {
        for value in by_start.get(start).into_iter().flatten() {
            let number = value.bytes().all(|byte| byte.is_ascii_digit());
            let found = text.as_bytes()[at..].starts_with(value.as_bytes()) && (!number || alone(at, value.len()));
            assert!(!found, "a personal value in {what}, at {at}");
        }
    }
}

#[test]
fn a_personal_value_that_is_planted_is_found() {
    let values = ["Trần Thị Lệch".to_owned(), "0611223344".to_owned()];
    for (text, found) in [
        ("x,Trần Thị Lệch,y", true),
        ("Trần Thị Lệc", false),
        ("tel 0611223344.", true),
        ("a0611223344f", false),
        ("0611223344", true),
    ] {
        let ended = std::panic::catch_unwind(|| holds_none("a text", text, &values));
        assert_eq!(ended.is_err(), found, "{text}");
    }
}

/// All text that Parquet files of the store hold, by way of the program itself.
fn stored(place: &Place) -> String {
    let mut text = String::new();
    for table in
        ["dossiers", "procedures", "ratings", "feedback", "declared", "units", "imports", "findings", "cleared", "sent"]
    {
        text.push_str(&place.run(&["--format", "csv", "sql", &format!("SELECT * FROM {table}")]).exits(0).stdout);
    }
    text
}

#[test]
fn no_personal_value_of_the_sample_is_stored_or_shown() {
    let values = personal_values();
    let place = &sample().place;
    holds_none("the store", &stored(place), &values);
    let Ran { stdout, stderr, .. } = &sample().imported;
    holds_none("the output of import", stdout, &values);
    holds_none("the messages of import", stderr, &values);
    for command in [
        &["findings"][..],
        &["--lang", "en", "findings"],
        &["explain", "on_time_rate", "--unit", "*", "--period", "2025-Q1", "--rows"],
        &["sql", "--saved", "refused-rows"],
    ] {
        let ran = place.run(command).exits(0);
        holds_none(&command.join(" "), &(ran.stdout + &ran.stderr), &values);
    }
}

#[test]
fn no_file_of_the_workspace_holds_a_personal_value_in_the_open() {
    let values = personal_values();
    for path in files_below(&sample().place.workspace()) {
        let bytes = std::fs::read(&path).unwrap();
        if path.extension().is_none_or(|extension| extension != "parquet") {
            holds_none(&path.display().to_string(), &String::from_utf8_lossy(&bytes), &values);
        }
    }
}

#[test]
fn a_personal_value_in_the_wrong_column_is_refused_and_not_repeated() {
    let place = Place::new();
    let text = "Số hồ sơ,Cơ quan/đơn vị,Chủ hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc xử lý\n\
        H1,Sở A,Trần Thị Lệch,Trần Thị Lệch,10/01/2025,\n\
        H2,Sở A,Trần Thị Lệch,06/01/2025,0611223344,\n";
    let (_, ran) = place.import_text("lech-cot_20250401.csv", text);
    let values = ["Trần Thị Lệch".to_owned(), "0611223344".to_owned()];
    holds_none("the messages of import", &(ran.stdout + &ran.stderr), &values);
    holds_none("the store", &stored(&place), &values);
    let findings = place.run(&["findings"]).exits(0);
    assert!(findings.stdout.contains("unreadable_date"), "{}", findings.stdout);
    holds_none("findings", &findings.stdout, &values);
}

#[test]
fn free_text_and_unknown_columns_are_kept_out() {
    let place = Place::new();
    let text = "Số hồ sơ,Cơ quan/đơn vị,Ghi chú,Cột lạ,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc xử lý\n\
        H1,Sở A,gọi 0699887766,bà Lạ 0655443322,06/01/2025,10/01/2025,\n\
        H2,Sở Lạ,gọi 0699887766,bà Lạ 0655443322,06/01/2025,10/01/2025,\n";
    let (row, ran) = place.import_text("la-cot_20250401.csv", text);
    assert_eq!(row["rejected"], 1);
    let values = ["0699887766".to_owned(), "bà Lạ".to_owned(), "0655443322".to_owned()];
    holds_none("the messages of import", &(ran.stdout + &ran.stderr), &values);
    holds_none("the store", &stored(&place), &values);
}
