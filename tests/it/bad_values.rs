//! Codes, numbers, yes and no, statuses as spreadsheets and people leave them.

use serde_json::Value;

use crate::support::{LIST, Place, Ran, account, import, list};
use crate::workbook::{C, S, line, t, xlsx};

/// Imports a workbook of dossiers: the code of each, and the rest sound.
#[track_caller]
fn import_codes(codes: Vec<C>) -> (Place, Value, Ran) {
    let rows = codes.into_iter().map(|code| [vec![code], line(SOUND)].concat());
    import("ho-so_20260401.xlsx", xlsx(&[S::of([vec![line(LIST)], rows.collect()].concat())]))
}

/// A dossier's cells behind its code.
const SOUND: &str = "Sở A,Trực tuyến,x,02/03/2026,05/03/2026,,Đang xử lý";

#[track_caller]
fn codes(place: &Place) -> Vec<String> {
    place.dossiers().iter().map(|row| row["dossier_code"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn found(place: &Place, rule: &str) -> Vec<Value> {
    place.rows(&["--lang", "en", "findings", "--rule", rule])
}

/// The only finding of a rule has this level, row, column and count, and says these words.
#[track_caller]
fn reported(place: &Place, rule: &str, level: &str, row: u64, column: &str, count: u64, words: &[&str]) {
    let all = found(place, rule);
    assert_eq!(all.len(), 1, "{rule}: {all:?}");
    let one = &all[0];
    let place = (one["level"].as_str(), one["row"].as_u64(), one["column"].as_str(), one["count"].as_u64());
    assert_eq!(place, (Some(level), Some(row), Some(column), Some(count)), "{one}");
    let message = one["message"].as_str().unwrap();
    for word in words {
        assert!(message.contains(word), "'{word}' is not in: {message}");
    }
}

/// A list with one more column.
fn with_column(heading: &str, cells: &[&str]) -> String {
    let mut text = format!("{LIST},{heading}\n");
    for (number, cell) in cells.iter().enumerate() {
        text.push_str(&format!("H{number},{SOUND},\"{cell}\"\n"));
    }
    text
}

/// One column of all dossiers, in order of code.
#[track_caller]
fn column(place: &Place, name: &str) -> Vec<Value> {
    place.dossiers().iter().map(|row| row[name].clone()).collect()
}

const CODE: &str = "Số hồ sơ";

#[test]
fn a_code_as_a_float_refuses_the_row_and_says_what_to_do() {
    for code in ["3.8E+10", "3,80E+10", "4e+11"] {
        let text = format!("{LIST}\n\"{code}\",{SOUND}\nH2,{SOUND}\n");
        let (place, row, ran) = import("ho-so_20260401.csv", text);
        ran.exits(3);
        assert_eq!(account(&row), [2, 1, 0, 0, 1]);
        reported(&place, "mangled_code", "error", 2, CODE, 1, &[code, "Format the column of codes as text"]);
        assert_eq!(codes(&place), ["H2"]);
    }
}

#[test]
fn a_code_of_more_digits_than_a_spreadsheet_keeps_or_turned_into_a_date_refuses_the_row() {
    for (cell, shown) in [(C::N(38_000_000_000_000_000.0), "38000000000000000"), (C::D(46_082.0), "2026-03-01")] {
        let (place, row, ran) = import_codes(vec![cell, t("H2")]);
        ran.exits(3);
        assert_eq!(account(&row), [2, 1, 0, 0, 1]);
        reported(&place, "mangled_code", "error", 2, CODE, 1, &[shown]);
    }
}

#[test]
fn a_number_in_the_column_of_codes_is_loaded_whole_with_a_warning() {
    let (place, row, ran) = import_codes(vec![C::N(1.0), t("00123"), C::N(38_000_000_001.0)]);
    ran.exits(0);
    assert_eq!(account(&row), [3, 3, 0, 0, 0]);
    assert_eq!(codes(&place), ["00123", "1", "38000000001"], "never 1.0, never 3.8E+10");
    reported(&place, "number_code", "warning", 2, CODE, 2, &["zeros at the start or the end may be lost"]);
}

#[test]
fn a_code_shorter_than_its_padded_neighbours_is_reported() {
    let text = format!("{LIST}\n000123,{SOUND}\n123456,{SOUND}\n4567,{SOUND}\n98765,{SOUND}\n");
    let (place, row, ran) = import("ho-so_20260401.csv", text);
    ran.exits(0);
    assert_eq!(account(&row), [4, 4, 0, 0, 0]);
    reported(&place, "short_code", "warning", 4, CODE, 2, &["the 6 digits of the others"]);
    assert_eq!(codes(&place), ["000123", "123456", "4567", "98765"], "nothing is made up");
    let plain = format!("{LIST}\n1,{SOUND}\n22,{SOUND}\n333,{SOUND}\n");
    let (place, _, _) = import("ho-so_20260401.csv", plain);
    assert!(found(&place, "short_code").is_empty());
}

#[test]
fn a_code_with_a_tail_of_a_float_is_the_code() {
    let text = format!("{LIST}\n123.0,{SOUND}\n123,{SOUND}\n1.001193,{SOUND}\n\"=\"\"0456\"\"\",{SOUND}\n");
    let (place, row, ran) = import("ho-so_20260401.csv", text);
    ran.exits(0);
    assert_eq!(account(&row), [4, 3, 0, 1, 0]);
    assert_eq!(codes(&place), ["0456", "1.001193", "123"]);
    reported(&place, "float_code", "warning", 2, CODE, 1, &["123.0 → 123"]);
}

#[test]
fn no_break_and_zero_width_spaces_and_nfd_change_nothing() {
    let rows = [
        "H1,Sở A,Trực tuyến,02/03/2026,05/03/2026,,",
        "\u{200b}H1\u{a0},S\u{1a1}\u{309}\u{a0}A\u{200b},Trực\u{a0}tuyến,02/03/2026\u{a0},\u{feff}05/03/2026,,",
    ];
    let (place, row, ran) = import("ho-so_20260401.csv", list(&rows));
    ran.exits(0);
    assert_eq!(account(&row), [2, 1, 0, 1, 0]);
    assert_eq!(codes(&place), ["H1"]);
}

#[test]
fn an_error_in_the_column_of_codes_is_no_code() {
    let (place, row, ran) = import_codes(vec![C::E("#N/A"), t("#REF!"), t("H3")]);
    ran.exits(3);
    assert_eq!(account(&row), [3, 1, 0, 0, 2]);
    assert_eq!(found(&place, "missing_code").len(), 2);
    assert_eq!(codes(&place), ["H3"]);
}

#[test]
fn vietnamese_numbers_are_read() {
    let cells = ["1.234", "1.234,0", "150.000 đ", "150.000 VNĐ", "1.234.567", "200000,00", "8000", "0", "", "Không"];
    let (place, _, ran) = import("ho-so_20260401.csv", with_column("\"Phí, lệ phí (đồng)\"", &cells));
    ran.exits(0);
    let fees: Vec<Option<i64>> = column(&place, "fee").iter().map(Value::as_i64).collect();
    let expected = [1234, 1234, 150_000, 150_000, 1_234_567, 200_000, 8000, 0];
    assert_eq!(fees[..8], expected.map(Some));
    assert_eq!(fees[8..], [None, Some(0)]);
    assert!(found(&place, "unknown_word").is_empty());
}

#[test]
fn english_numbers_are_read_where_no_other_reading_is_possible() {
    let cells = ["1,234,567", "1,234.0", "150,000", "1,500"];
    let (place, _, ran) = import("ho-so_20260401.csv", with_column("Lệ phí", &cells));
    ran.exits(0);
    let fees: Vec<Option<i64>> = column(&place, "fee").iter().map(Value::as_i64).collect();
    assert_eq!(fees, [1_234_567, 1234, 150_000, 1500].map(Some));
    reported(&place, "comma_thousands", "warning", 4, "Lệ phí", 2, &["150,000 → 150000"]);
}

#[test]
fn what_is_no_number_is_left_empty_and_reported_with_its_place() {
    let place = Place::new();
    let catalogue = |limits: &[&str]| {
        let mut text = "Mã TTHC,Cấp thực hiện,Mức độ,Thời hạn giải quyết\n".to_owned();
        for (number, limit) in limits.iter().enumerate() {
            text.push_str(&format!("1.{number:06},Cấp xã,Toàn trình,\"{limit}\"\n"));
        }
        text
    };
    let (row, ran) = place.import_text("danh-muc.csv", &catalogue(&["5", "12,5", "mươi ngày", "#N/A", "1e5"]));
    ran.exits(0);
    assert_eq!(account(&row)[1], 5);
    let days = place.rows(&["sql", "SELECT limit_days FROM procedures ORDER BY procedure_code"]);
    let days: Vec<Option<i64>> = days.iter().map(|row| row["limit_days"].as_i64()).collect();
    assert_eq!(days, [Some(5), None, None, None, None]);
    let reported: Vec<(u64, String)> = found(&place, "unknown_word")
        .iter()
        .map(|one| (one["row"].as_u64().unwrap(), one["value"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [(3, "12,5"), (4, "mươi ngày"), (5, "#N/A"), (6, "1e5")];
    for (row, value) in expected {
        assert!(reported.contains(&(row, value.to_owned())), "{value} is not in {reported:?}");
    }
    assert_eq!(reported.len(), expected.len());
}

/// Sources of a workspace, for columns that no shipped source has.
fn source(place: &Place, text: &str) {
    let path = place.workspace().join("queries/sources/rieng.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

const DECLARED: &str = "name = \"Số liệu khai\"\ntable = \"declared\"\nrequired = [\"declared_code\", \"value\"]\n\
    [columns.declared_code]\nheadings = [\"Mã dòng riêng\"]\n[columns.value]\nheadings = [\"Giá trị riêng\"]\n";

#[test]
fn numbers_of_figures_keep_fractions_percents_and_signs() {
    let place = Place::new();
    source(&place, DECLARED);
    let cells = [
        ("1.234,5", Some(1234.5)),
        ("1,234.5", Some(1234.5)),
        ("1.234", Some(1234.0)),
        ("0.124", Some(0.124)),
        ("12,4%", Some(0.124)),
        ("12.4%", Some(0.124)),
        ("-5", Some(-5.0)),
        ("(1.234)", Some(-1234.0)),
        ("(1)", None),
        ("12.345%", None),
        ("khoảng 5", None),
        ("1 234,5", Some(1234.5)),
    ];
    let mut text = "Mã dòng riêng,Giá trị riêng\n".to_owned();
    for (number, (cell, _)) in cells.iter().enumerate() {
        text.push_str(&format!("D{number:02},\"{cell}\"\n"));
    }
    place.import_text("so-lieu_20260401.csv", &text).1.exits(0);
    let rows = place.rows(&["sql", "SELECT value FROM declared ORDER BY declared_code"]);
    let values: Vec<Option<f64>> = rows.iter().map(|row| row["value"].as_f64()).collect();
    assert_eq!(values, cells.map(|(_, value)| value));
    reported(&place, "unreadable_number", "warning", 10, "Giá trị riêng", 3, &["no numbers"]);
    let all = serde_json::to_string(&place.rows(&["sql", "SELECT * FROM findings"])).unwrap();
    assert!(!all.contains("khoảng 5"), "what is no number may be a person's: it is not repeated");
}

#[test]
fn a_number_cell_is_taken_as_it_is() {
    let place = Place::new();
    source(&place, DECLARED);
    let rows = vec![
        line("Mã dòng riêng,Giá trị riêng"),
        vec![t("D1"), C::N(1.5)],
        vec![t("D2"), C::N(1.234)],
        vec![t("D3"), C::E("#DIV/0!")],
    ];
    let file = place.file("so-lieu_20260401.xlsx", xlsx(&[S::of(rows)]));
    place.import(&file).1.exits(0);
    let rows = place.rows(&["sql", "SELECT value FROM declared ORDER BY declared_code"]);
    let values: Vec<Option<f64>> = rows.iter().map(|row| row["value"].as_f64()).collect();
    assert_eq!(values, [Some(1.5), Some(1.234), None]);
    reported(&place, "error_cell", "warning", 4, "Giá trị riêng", 1, &["#DIV/0!"]);
}

/// The shipped source with a policy on blanks of one column.
fn with_blank(place: &Place, word: &str) {
    let shipped = std::fs::read_to_string(crate::support::project("queries/sources/list-a.toml")).unwrap();
    let (before, after) = shipped.split_once("[columns.digitised]\n").unwrap();
    let path = place.workspace().join("queries/sources/list-a.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("{before}[columns.digitised]\nblank = \"{word}\"\n{after}")).unwrap();
}

#[test]
fn a_column_of_yes_and_blanks_is_reported_unless_the_source_says_what_a_blank_means() {
    let text = with_column("Số hóa", &["x", "", "X", "-", ""]);
    let (place, _, ran) = import("ho-so_20260401.csv", &text);
    ran.exits(0).says(&["only_yes"]);
    assert_eq!(column(&place, "digitised"), [true.into(), Value::Null, true.into(), Value::Null, Value::Null]);
    reported(
        &place,
        "only_yes",
        "warning",
        3,
        "Số hóa",
        3,
        &["2 cells of yes", "blank = \"không\"", "queries/sources/list-a.toml"],
    );

    let place = Place::new();
    with_blank(&place, "Không");
    place.run(&["check"]).exits(0);
    place.import_text("ho-so_20260401.csv", &text).1.exits(0);
    assert_eq!(column(&place, "digitised"), [true, false, true, false, false].map(Value::from));
    assert!(found(&place, "only_yes").is_empty());
}

#[test]
fn a_column_with_a_no_is_not_reported_and_its_blanks_stay_unknown() {
    let (place, _, _) = import("ho-so_20260401.csv", with_column("Số hóa", &["x", "", "không"]));
    assert_eq!(column(&place, "digitised"), [true.into(), Value::Null, false.into()]);
    assert!(found(&place, "only_yes").is_empty());
}

#[test]
fn a_blank_must_be_a_word_of_its_column() {
    let place = Place::new();
    with_blank(&place, "khôngg");
    let ran = place.run(&["check"]).exits(1);
    assert!(ran.stderr.contains("columns.digitised") && ran.stderr.contains("'khôngg'"), "{}", ran.stderr);
}

#[test]
fn a_status_that_nobody_knows_is_left_empty_and_reported() {
    let rows = ["H1,Sở A,1,02/03/2026,05/03/2026,,Chờ trăng lên", "H2,Sở A,1,02/03/2026,05/03/2026,,Chờ trăng lên"];
    let (place, row, ran) = import("ho-so_20260401.csv", list(&rows));
    ran.exits(0);
    assert_eq!(account(&row), [2, 2, 0, 0, 0]);
    assert_eq!(column(&place, "status"), [Value::Null, Value::Null]);
    reported(&place, "unknown_word", "warning", 2, "Trạng thái hồ sơ", 2, &["Chờ trăng lên", "words.toml"]);
}

#[test]
fn a_status_against_the_dates_is_reported_and_the_dates_count() {
    let rows = [
        "H1,Sở A,1,02/03/2026,05/03/2026,,Đã trả kết quả",
        "H2,Sở A,1,02/03/2026,05/03/2026,04/03/2026,Đang xử lý",
        "H3,Sở A,1,02/03/2026,05/03/2026,04/03/2026,Đã trả kết quả",
        "H4,Sở A,1,02/03/2026,05/03/2026,,Đang xử lý",
        "H5,Sở A,1,02/03/2026,05/03/2026,,Rút hồ sơ",
    ];
    let (place, row, ran) = import("ho-so_20260401.csv", list(&rows));
    ran.exits(0);
    assert_eq!(account(&row), [5, 5, 0, 0, 0]);
    let finished = "Ngày kết thúc xử lý";
    reported(&place, "ended_without_date", "warning", 2, finished, 2, &["count by their dates"]);
    reported(&place, "date_without_end", "warning", 3, finished, 1, &["count by their dates"]);
    let form = place.rows(&["form06", "--period", "2026-03"]);
    let counts = crate::support::counts(crate::support::row_of(&form, "A"));
    assert_eq!((counts[4], counts[8]), (2, 3), "two resolved, three pending: {counts:?}");
}

#[test]
fn a_word_that_means_nothing_is_no_blank() {
    let place = Place::new();
    let shipped = std::fs::read_to_string(crate::support::project("queries/sources/list-a.toml")).unwrap();
    let changed = shipped.replacen(
        "[columns.digitised]\n",
        "[columns.digitised]\nblank = \"không\"\nignore = [\"không rõ\"]\n",
        1,
    );
    assert_ne!(shipped, changed);
    let path = place.workspace().join("queries/sources/list-a.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, changed).unwrap();
    place.import_text("ho-so_20260401.csv", &with_column("Số hóa", &["x", "", "Không rõ"])).1.exits(0);
    assert_eq!(column(&place, "digitised"), [true.into(), false.into(), Value::Null]);
}
