//! Dates as they come: numbers, zones, two date systems, two orders, two-digit and Buddhist years.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use serde_json::Value;

use crate::support::{LIST, Place, Ran, account, list};
use crate::workbook::{C, S, line, t, xlsx, xlsx_1904};

/// A dossier's cells: code, received, due, finished.
fn row(code: &str, received: C, due: C, finished: C) -> Vec<C> {
    let mut cells = line(&format!("{code},Sở A,Trực tuyến,Nguyễn Văn Thử"));
    cells.extend([received, due, finished, t("Đang xử lý")]);
    cells
}

fn sheet(rows: Vec<Vec<C>>) -> S {
    S::of([vec![line(LIST)], rows].concat())
}

/// Imports a workbook of dossiers.
#[track_caller]
fn import(bytes: Vec<u8>) -> (Place, Value, Ran) {
    let place = Place::new();
    let file = place.file("ho-so_20260401.xlsx", bytes);
    let (row, ran) = place.import(&file);
    (place, row, ran)
}

/// A dossier's three dates as the store has them.
#[track_caller]
fn dates(place: &Place, code: &str) -> [String; 3] {
    let all = place.dossiers();
    let row = all.iter().find(|row| row["dossier_code"] == code).unwrap_or_else(|| panic!("no {code} in {all:?}"));
    ["received_at", "due_at", "finished_at"].map(|name| row[name].as_str().unwrap_or("").to_owned())
}

/// The only finding of a rule: level, row, column, count and its sentence in English.
#[track_caller]
fn only(place: &Place, rule: &str) -> (String, u64, String, u64, String) {
    let found = place.rows(&["--lang", "en", "findings", "--rule", rule]);
    assert_eq!(found.len(), 1, "{rule}: {found:?}");
    let text = |name: &str| found[0][name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| found[0][name].as_u64().unwrap();
    (text("level"), number("row"), text("column"), number("count"), text("message"))
}

#[track_caller]
fn warned(place: &Place, rule: &str, row: u64, column: &str, count: u64, words: &[&str]) {
    let (level, at, heading, times, message) = only(place, rule);
    assert_eq!((level.as_str(), at, heading.as_str(), times), ("warning", row, column, count), "{rule}");
    for word in words {
        assert!(message.contains(word), "'{word}' is not in: {message}");
    }
}

const RECEIVED: &str = "Ngày tiếp nhận";
const DUE: &str = "Ngày hẹn trả";

/// 1/3/2026 08:00 as a serial of 1900.
const FIRST_OF_MARCH: f64 = 46_082.0 + 8.0 / 24.0;

#[test]
fn date_cells_of_both_date_systems_are_the_same_days() {
    let expected = ["2026-03-01T08:00:00", "2026-03-11T08:00:00", ""];
    let cells = |shift: f64| {
        sheet(vec![row("H1", C::D(FIRST_OF_MARCH - shift), C::D(FIRST_OF_MARCH + 10.0 - shift), C::Blank)])
    };
    for bytes in [xlsx(&[cells(0.0)]), xlsx_1904(&[cells(1462.0)])] {
        let (place, file, ran) = import(bytes);
        ran.exits(0);
        assert_eq!(account(&file), [1, 1, 0, 0, 0]);
        assert_eq!(dates(&place, "H1"), expected);
        assert!(place.rows(&["findings", "--rule", "serial_date"]).is_empty());
    }
}

#[test]
fn plain_numbers_in_a_date_column_are_serials_of_the_workbooks_own_system() {
    let cells = |shift: f64| sheet(vec![row("H1", C::N(FIRST_OF_MARCH - shift), C::N(46_092.0 - shift), C::Blank)]);
    for bytes in [xlsx(&[cells(0.0)]), xlsx_1904(&[cells(1462.0)])] {
        let (place, file, ran) = import(bytes);
        ran.exits(0).says(&["serial_date"]);
        assert_eq!(account(&file), [1, 1, 0, 0, 0]);
        assert_eq!(dates(&place, "H1"), ["2026-03-01T08:00:00", "2026-03-11T00:00:00", ""]);
        let found = place.rows(&["--lang", "en", "findings", "--rule", "serial_date"]);
        let columns: Vec<&str> = found.iter().map(|row| row["column"].as_str().unwrap()).collect();
        assert_eq!(columns, [DUE, RECEIVED]);
        assert!(found[1]["message"].as_str().unwrap().contains("→ 01/03/2026"), "{found:?}");
    }
}

#[test]
fn serials_in_text_are_dates_with_a_warning() {
    let place = Place::new();
    let text = format!("{LIST}\nH1,Sở A,1,x,46082,10/03/2026,,\nH2,Sở A,1,x,\"46083,5\",10/03/2026,,\n");
    let (file, ran) = place.import_text("ho-so_20260401.csv", &text);
    ran.exits(0);
    assert_eq!(account(&file), [2, 2, 0, 0, 0]);
    assert_eq!(dates(&place, "H1")[0], "2026-03-01T00:00:00");
    assert_eq!(dates(&place, "H2")[0], "2026-03-02T12:00:00");
    warned(&place, "serial_date", 2, RECEIVED, 2, &["46082 → 01/03/2026", "Format the column as dates"]);
}

#[test]
fn serial_1e12_refuses_the_row() {
    let good = row("H1", C::D(FIRST_OF_MARCH), C::D(FIRST_OF_MARCH), C::Blank);
    for cell in [C::D(1e12), C::N(1e12), C::N(-5.0), C::N(3_000_000.0)] {
        let bad = row("H2", cell, C::D(FIRST_OF_MARCH), C::Blank);
        let (place, file, ran) = import(xlsx(&[sheet(vec![good.clone(), bad])]));
        ran.exits(3);
        assert_eq!(account(&file), [2, 1, 0, 0, 1]);
        let (level, at, column, _, message) = only(&place, "unreadable_date");
        assert_eq!((level.as_str(), at, column.as_str()), ("error", 3, RECEIVED));
        assert!(message.contains("dd/MM/yyyy"), "{message}");
    }
}

#[test]
fn serial_60_and_a_time_without_a_day_leave_the_cell_empty_with_a_warning() {
    for (cell, shown) in [(C::D(60.0), "60"), (C::N(60.0), "60"), (C::D(0.0), "00:00:00"), (C::D(0.5), "12:00:00")] {
        let rows = vec![row("H1", C::D(FIRST_OF_MARCH), C::D(FIRST_OF_MARCH + 3.0), cell)];
        let (place, file, ran) = import(xlsx(&[sheet(rows)]));
        ran.exits(0);
        assert_eq!(account(&file), [1, 1, 0, 0, 0]);
        assert_eq!(dates(&place, "H1")[2], "");
        warned(&place, "no_day", 2, "Ngày kết thúc xử lý", 1, &[shown, "count as empty"]);
    }
}

#[test]
fn a_received_date_that_is_no_day_refuses_the_row() {
    let rows = vec![row("H1", C::D(60.0), C::D(FIRST_OF_MARCH), C::Blank)];
    let (place, file, ran) = import(xlsx(&[sheet(rows)]));
    ran.exits(3);
    assert_eq!(account(&file), [1, 0, 0, 0, 1]);
    assert_eq!(only(&place, "missing_received").1, 2);
}

#[test]
fn one_column_may_mix_text_dates_and_true_dates() {
    let rows = vec![
        row("H1", C::D(FIRST_OF_MARCH), t("05/03/2026"), C::Blank),
        row("H2", t("02/03/2026 08:15"), C::D(FIRST_OF_MARCH + 5.0), C::Blank),
        row("H3", t(" 2/3/2026\u{a0}8:15 "), t("2026-03-05"), C::Blank),
    ];
    let (place, file, ran) = import(xlsx(&[sheet(rows)]));
    ran.exits(0);
    assert_eq!(account(&file), [3, 3, 0, 0, 0]);
    assert_eq!(dates(&place, "H1"), ["2026-03-01T08:00:00", "2026-03-05T00:00:00", ""]);
    assert_eq!(dates(&place, "H2"), ["2026-03-02T08:15:00", "2026-03-06T08:00:00", ""]);
    assert_eq!(dates(&place, "H3"), ["2026-03-02T08:15:00", "2026-03-05T00:00:00", ""]);
}

#[test]
fn the_text_02_03_2026_is_the_second_of_march() {
    let place = Place::new();
    let rows =
        ["H1,Sở A,1,02/03/2026,05/03/2026,,", "H2,Sở A,1,02-03-2026,05-03-2026,,", "H3,Sở A,1,2.3.2026,5.3.2026,,"];
    place.import_text("ho-so_20260401.csv", &list(&rows)).1.exits(0);
    for code in ["H1", "H2", "H3"] {
        assert_eq!(dates(&place, code), ["2026-03-02T00:00:00", "2026-03-05T00:00:00", ""]);
    }
}

/// Imports a list that must be refused whole; the English sentence of the one finding.
#[track_caller]
fn file_refused(rows: &[&str]) -> String {
    let place = Place::new();
    let before = place.snapshot();
    let file = place.file("ho-so_20260401.csv", list(rows));
    let ran = place.run(&["--format", "json", "--lang", "en", "import", file.to_str().unwrap()]).exits(3);
    assert_eq!(account(&ran.rows()[0]), [0; 5]);
    assert_eq!(place.snapshot(), before, "the workspace is unchanged");
    let sentence = ran.stderr.lines().find(|line| line.starts_with("error:")).unwrap_or_default().to_owned();
    assert!(sentence.contains(RECEIVED), "{}", ran.stderr);
    sentence
}

#[test]
fn a_month_first_date_refuses_the_file_and_names_its_row() {
    let rows = ["H1,Sở A,1,02/03/2026,05/03/2026,,", "H2,Sở A,1,12/31/2025,05/01/2026,,"];
    let sentence = file_refused(&rows);
    assert!(sentence.contains("12/31/2025 (#3)") && sentence.contains("month first"), "{sentence}");
    let short = rows.map(|row| row.replace("/2026", "/26").replace("/2025", "/25"));
    assert!(file_refused(&[&short[0], &short[1]]).contains("12/31/25 (#3)"));
}

#[test]
fn a_column_of_both_orders_refuses_the_file_with_both_examples() {
    let (day, month) = ("H1,Sở A,1,31/01/2026,05/03/2026,,", "H2,Sở A,1,01/31/2026,05/02/2026,,");
    let filler = "H3,Sở A,1,02/03/2026,05/03/2026,,";
    for (rows, examples) in [
        ([day, filler, month], ["01/31/2026 (#4)", "31/01/2026 (#2)"]),
        ([month, filler, day], ["01/31/2026 (#2)", "31/01/2026 (#4)"]),
    ] {
        let sentence = file_refused(&rows);
        for example in examples {
            assert!(sentence.contains(example), "'{example}' is not in: {sentence}");
        }
        assert!(sentence.contains("day/month/year"), "{sentence}");
    }
}

#[test]
fn the_other_example_may_be_far_above() {
    let mut rows = vec!["H0,Sở A,1,31/01/2026,05/03/2026,,".to_owned()];
    rows.extend((1..40_000).map(|number| format!("H{number},Sở A,1,02/03/2026,05/03/2026,,")));
    rows.push("HX,Sở A,1,01/31/2026,05/03/2026,,".to_owned());
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let sentence = file_refused(&rows);
    assert!(sentence.contains("31/01/2026 (#2)") && sentence.contains("01/31/2026 (#40002)"), "{sentence}");
}

#[test]
fn a_two_digit_year_is_of_this_century_with_a_warning() {
    let place = Place::new();
    let rows = ["H1,Sở A,1,01/02/26,5/3/26 8:30,,", "H2,Sở A,1,01/02/2026,05/03/2026,,"];
    let (file, ran) = place.import_text("ho-so_20260401.csv", &list(&rows));
    ran.exits(0);
    assert_eq!(account(&file), [2, 2, 0, 0, 0]);
    assert_eq!(dates(&place, "H1"), ["2026-02-01T00:00:00", "2026-03-05T08:30:00", ""]);
    let found = place.rows(&["--lang", "en", "findings", "--rule", "short_year"]);
    let columns: Vec<&str> = found.iter().map(|row| row["column"].as_str().unwrap()).collect();
    assert_eq!(columns, [DUE, RECEIVED]);
    let message = found[1]["message"].as_str().unwrap();
    assert!(message.contains("01/02/26 → 01/02/2026") && message.contains("2000–2049"), "{message}");
}

#[test]
fn a_two_digit_year_of_the_last_century_refuses_the_row() {
    let place = Place::new();
    let (file, ran) = place.import_text("ho-so_20260401.csv", &list(&["H1,Sở A,1,01/02/69,05/03/2026,,"]));
    ran.exits(3);
    assert_eq!(account(&file), [1, 0, 0, 0, 1]);
    assert_eq!(only(&place, "year_out_of_range").1, 2);
}

#[test]
fn a_year_of_the_buddhist_calendar_refuses_the_row_and_says_which_year_it_is() {
    for (year, words) in [("2569", "the year is 2026"), ("2543", "the year is 2000")] {
        let place = Place::new();
        let (file, ran) =
            place.import_text("ho-so_20260401.csv", &list(&[&format!("H1,Sở A,1,15/03/{year},05/03/2026,,")]));
        ran.exits(3);
        assert_eq!(account(&file), [1, 0, 0, 0, 1]);
        let message = only(&place, "year_out_of_range").4;
        assert!(message.contains(&format!("15/03/{year}")) && message.contains(words), "{message}");
    }
    let place = Place::new();
    place.import_text("ho-so_20260401.csv", &list(&["H1,Sở A,1,15/03/1925,05/03/2026,,"])).1.exits(3);
    let message = only(&place, "year_out_of_range").4;
    assert!(!message.contains("Buddhist"), "{message}");
}

#[test]
fn iso_and_packed_dates_are_read() {
    let place = Place::new();
    let text = "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n\
        H1,A,20260301080000,20260311,\n\
        H2,A,2026-03-01,2026-03-11T17:00:00,\n\
        H3,A,2026-03-01 08:00,2026-03-11 17:00:00.000,\n";
    place.import_text("dong-bo_20260401.csv", text).1.exits(0);
    assert_eq!(dates(&place, "H1"), ["2026-03-01T08:00:00", "2026-03-11T00:00:00", ""]);
    assert_eq!(dates(&place, "H2"), ["2026-03-01T00:00:00", "2026-03-11T17:00:00", ""]);
    assert_eq!(dates(&place, "H3"), ["2026-03-01T08:00:00", "2026-03-11T17:00:00", ""]);
}

#[test]
fn iso_with_a_zone_is_brought_to_the_clocks_of_vietnam() {
    let place = Place::new();
    let text = "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n\
        H1,A,2026-02-28T18:30:00Z,2026-03-11T00:30:00+07:00,\n\
        H2,A,2026-02-28T18:30:00.250Z,2026-03-11T01:30:00+0900,\n";
    let (file, ran) = place.import_text("dong-bo_20260401.csv", text);
    ran.exits(0);
    assert_eq!(account(&file), [2, 2, 0, 0, 0]);
    assert_eq!(dates(&place, "H1"), ["2026-03-01T01:30:00", "2026-03-11T00:30:00", ""]);
    assert_eq!(dates(&place, "H2"), ["2026-03-01T01:30:00.250", "2026-03-10T23:30:00", ""]);
    // By the clock of UTC the dossier would be one of February.
    let march = place.rows(&["form06", "--period", "2026-03"]);
    assert_eq!(crate::support::counts(crate::support::row_of(&march, "A"))[..2], [2, 0]);
    assert_eq!(crate::support::counts(crate::support::row_of(&march, "A"))[3], 0, "none is carried over");
}

#[test]
fn parquet_times_with_a_zone_are_brought_to_the_clocks_of_vietnam() {
    // 28/2/2026 18:30 UTC is 1/3/2026 01:30 in Vietnam.
    let received = 1_772_303_400_000_000;
    for zone in [Some("UTC"), Some("+07:00"), None] {
        let times = |value: i64| {
            let array = TimestampMicrosecondArray::from(vec![Some(value)]);
            Arc::new(match zone {
                Some(zone) => array.with_timezone(zone),
                None => array,
            }) as ArrayRef
        };
        let none: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>]));
        let batch = RecordBatch::try_from_iter(vec![
            ("MaHoSo", Arc::new(StringArray::from(vec!["H1"])) as ArrayRef),
            ("DonViXuLy", Arc::new(StringArray::from(vec!["A"])) as ArrayRef),
            ("NgayTiepNhan", times(received)),
            ("NgayHenTra", times(received)),
            ("NgayKetThucXuLy", none),
        ])
        .unwrap();
        let mut bytes = Vec::new();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let place = Place::new();
        let file = place.file("dong-bo_20260401.parquet", bytes);
        place.import(&file).1.exits(0);
        let expected = if zone.is_some() { "2026-03-01T01:30:00" } else { "2026-02-28T18:30:00" };
        assert_eq!(dates(&place, "H1")[0], expected, "{zone:?}");
    }
}

#[test]
fn a_time_that_no_clock_shows_refuses_the_row() {
    for bad in ["01/02/2026 24:00", "01/02/2026 25:61", "20260201240000"] {
        let place = Place::new();
        let text = format!(
            "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\nH1,A,{bad},20260311,\nH2,A,20260201,20260311,\n"
        );
        let (file, ran) = place.import_text("dong-bo_20260401.csv", &text);
        ran.exits(3);
        assert_eq!(account(&file), [2, 1, 0, 0, 1], "{bad}");
        let (level, row, column, _, message) = only(&place, "impossible_date");
        assert_eq!((level.as_str(), row, column.as_str()), ("error", 2, "NgayTiepNhan"));
        assert!(message.contains(bad), "{message}");
    }
}

#[test]
fn an_error_of_the_spreadsheet_is_no_date_and_is_reported() {
    for error in ["#N/A", "#REF!", "#VALUE!"] {
        let place = Place::new();
        let rows = [format!("H1,Sở A,1,02/03/2026,05/03/2026,{error},")];
        let (file, ran) = place.import_text("ho-so_20260401.csv", &list(&[&rows[0]]));
        ran.exits(0);
        assert_eq!(account(&file), [1, 1, 0, 0, 0]);
        assert_eq!(dates(&place, "H1")[2], "");
        warned(&place, "error_cell", 2, "Ngày kết thúc xử lý", 1, &[error]);
    }
}

#[test]
fn a_number_of_a_person_in_a_date_column_is_never_repeated() {
    for number in ["001099123456", "0912345678", "00109912345678"] {
        let place = Place::new();
        let (_, ran) = place.import_text("ho-so_20260401.csv", &list(&[&format!("H1,Sở A,1,{number},05/03/2026,,")]));
        let ran = ran.exits(3);
        assert!(!ran.stderr.contains(number) && !ran.stdout.contains(number));
        let kept = place.rows(&["sql", "SELECT * FROM findings"]);
        assert!(!serde_json::to_string(&kept).unwrap().contains(number), "{kept:?}");
    }
}
