//! Files that are wrong: each is reported plainly, refused or taken with its sound rows, and nothing else is lost.

use std::io::Write;

use crate::support::{Place, Ran, account, counts, list, project, row_of};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// A workspace that holds one dossier.
fn with_one() -> Place {
    let place = Place::new();
    place.import_text("truoc_20250401.csv", &list(&[GOOD])).1.exits(0);
    place
}

/// Imports a file that must be refused as a whole by this rule; the workspace stays as it was, byte for byte.
#[track_caller]
fn refused(name: &str, content: &[u8], rule_words: &[&str]) -> Ran {
    let place = with_one();
    let before = place.snapshot();
    let file = place.file(name, content);
    let (row, ran) = place.import(&file);
    let ran = ran.exits(3).says(&["error:", name, "the workspace is unchanged"]).says(rule_words);
    assert_eq!(account(&row), [0; 5], "{row}");
    assert_eq!(place.snapshot(), before, "the workspace is unchanged");
    ran
}

/// Imports a list of which one row must be refused by this rule, the sound one loaded.
#[track_caller]
fn one_row_refused(bad: &str, rule: &str, message: &[&str]) {
    let place = Place::new();
    let (row, ran) = place.import_text("ho-so_20250401.csv", &list(&[GOOD, bad]));
    ran.exits(3).says(&[rule]);
    assert_eq!(account(&row), [2, 1, 0, 0, 1]);
    let found = place.rows(&["--lang", "en", "findings", "--level", "error"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0]["rule"].as_str(), found[0]["row"].as_u64()), (Some(rule), Some(3)));
    for word in message {
        assert!(found[0]["message"].as_str().unwrap().contains(word), "{word} in {}", found[0]);
    }
    assert_eq!(place.dossiers().len(), 1);
}

#[test]
fn a_missing_column_names_the_nearest_heading_and_the_file_to_edit() {
    let text = list(&[GOOD]).replace("Ngày hẹn trả", "Ngày hẹn trả lại dân");
    refused(
        "thieu-cot_20250401.csv",
        text.as_bytes(),
        &["lacks the required column \"Ngày hẹn trả\"", "Ngày hẹn trả lại dân", "queries/sources/list-a.toml"],
    );
}

#[test]
fn an_unknown_unit_refuses_the_row_and_names_the_nearest() {
    one_row_refused(
        "H2,Sở Bề,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
        "unknown_unit",
        &["Sở Bề", "Sở Bê"],
    );
}

#[test]
fn units_match_but_for_case_spaces_and_tone_place_and_never_without_diacritics() {
    let place = Place::with_units(&format!(
        "{}D,UBND xã Thạnh Hoà,,commune,P,,,\nE,UBND xã Thanh Hòa,,commune,P,,,\n",
        crate::support::UNITS
    ));
    let rows = ["UBND XÃ  THẠNH HÒA", "ubnd xã thanh hoà", "SA", "a", "UBND xa Thanh Hoa"]
        .map(|unit| format!("{unit}!,{unit},1,06/01/2025,10/01/2025,,").replace('!', ""));
    let (row, _) = place.import_text("ho-so_20250401.csv", &list(&rows.each_ref().map(String::as_str)));
    assert_eq!(account(&row), [5, 4, 0, 0, 1]);
    let stored = place.rows(&["sql", "SELECT dossier_code, resolving_unit FROM dossiers ORDER BY resolving_unit, row"]);
    let units: Vec<&str> = stored.iter().map(|row| row["resolving_unit"].as_str().unwrap()).collect();
    assert_eq!(units, ["A", "A", "D", "E"]);
}

#[test]
fn finished_before_received_refuses_the_row_unless_the_policy_warns() {
    let bad = "H2,Sở A,Trực tuyến,06/01/2025,10/01/2025,05/01/2025,Đã trả kết quả";
    one_row_refused(bad, "finished_before_received", &["before the received date", "Ngày kết thúc xử lý"]);
    let place = Place::new();
    std::fs::write(place.workspace().join("cchc.toml"), "[policies]\nfinished_before_received = \"warn\"\n").unwrap();
    let (row, ran) = place.import_text("ho-so_20250401.csv", &list(&[bad]));
    ran.exits(0).says(&["warning", "finished_before_received"]);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
    let form = place.rows(&["form06", "--period", "2025-01"]);
    assert_eq!(counts(row_of(&form, "A")), [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0], "it ends on the day it was received");
}

#[test]
fn an_impossible_date_refuses_the_row() {
    one_row_refused(
        "H2,Sở A,Trực tuyến,31/02/2025,10/03/2025,,Đang xử lý",
        "impossible_date",
        &["31/02/2025", "does not exist"],
    );
}

#[test]
fn a_year_of_another_era_refuses_the_row() {
    one_row_refused("H2,Sở A,Trực tuyến,06/01/2568,10/01/2568,,Đang xử lý", "year_out_of_range", &["/01/2568"]);
}

#[test]
fn a_row_without_code_or_received_date_is_refused() {
    one_row_refused(",Sở A,Trực tuyến,06/01/2025,10/01/2025,,Đang xử lý", "missing_code", &["no code"]);
    one_row_refused("H2,Sở A,Trực tuyến,,10/01/2025,,Đang xử lý", "missing_received", &["Ngày tiếp nhận"]);
}

#[test]
fn a_month_first_date_refuses_the_whole_file() {
    let text = list(&[GOOD, "H2,Sở A,Trực tuyến,12/31/2025,01/02/2026,,Đang xử lý"]);
    refused("my_20260401.csv", text.as_bytes(), &["12/31/2025", "Ngày tiếp nhận", "month first"]);
}

#[test]
fn files_that_are_no_tables_are_each_named() {
    refused("rong_20250401.csv", b"", &["The file is empty"]);
    refused("vo_20250401.csv", "\u{feff}\r\n \r\n".as_bytes(), &["empty"]);
    refused("gia_20250401.xlsx", "đây là thư, không phải bảng\nkính gửi".as_bytes(), &["No source fits"]);
    refused("anh_20250401.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &["picture"]);
    refused("la_20250401.csv", "tên,tuổi,quê\nAn,3,Huế\n".as_bytes(), &["No source fits"]);
}

#[test]
fn a_list_without_dossiers_is_no_error_and_changes_nothing() {
    let place = Place::new();
    let (_, ran) = place.import_text("tieu-de_20250401.csv", &list(&[]));
    ran.exits(0).says(&["no row of data", "unchanged"]);
}

#[test]
fn a_list_in_csv_named_xlsx_is_read_for_what_it_is() {
    let place = Place::new();
    let (row, ran) = place.import_text("ho-so_20250401.xlsx", &list(&[GOOD]));
    ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
}

#[test]
fn a_truncated_workbook_is_refused_wherever_it_is_cut() {
    let whole = std::fs::read(project("sample-data/exports/ho-so_so-noi-vu_20250401.xlsx")).unwrap();
    for part in [100, whole.len() / 2, whole.len() - 10] {
        refused("cut_20250401.xlsx", &whole[..part], &["truncated or damaged"]);
    }
}

#[test]
fn a_sheet_that_no_source_fits_hides_no_other() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let notes = workbook.add_worksheet().set_name("Ghi chú").unwrap();
    for (row, text) in ["tên", "An", "Bình"].iter().enumerate() {
        notes.write_string(u32::try_from(row).unwrap(), 0, *text).unwrap();
        notes.write_string(u32::try_from(row).unwrap(), 1, "x").unwrap();
    }
    let sheet = workbook.add_worksheet().set_name("Hồ sơ").unwrap();
    for (row, line) in list(&[GOOD]).lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write_string(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), cell).unwrap();
        }
    }
    let place = Place::new();
    let file = place.file("hai-bang_20250401.xlsx", workbook.save_to_buffer().unwrap());
    let (row, ran) = place.import(&file);
    ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
    let reported = place.rows(&["findings", "--rule", "no_source"]);
    assert_eq!((reported[0]["sheet"].as_str(), reported[0]["level"].as_str()), (Some("Ghi chú"), Some("info")));
}

#[test]
fn one_bad_file_never_hides_the_others() {
    let place = Place::new();
    place.file("gui/tot_20250401.csv", list(&[GOOD]));
    place.file("gui/rong_20250401.csv", "");
    place.file("gui/hong_20250401.xlsx", b"PK\x03\x04 broken");
    let folder = place.path("gui");
    let ran = place.run(&["--format", "json", "import", folder.to_str().unwrap()]).exits(3);
    let files = ran.rows();
    assert_eq!(files.len(), 3);
    assert_eq!(files.iter().map(|file| file["loaded"].as_u64().unwrap()).sum::<u64>(), 1);
    let rules: Vec<String> = place
        .rows(&["findings", "--level", "error"])
        .iter()
        .map(|one| one["rule"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(rules, ["truncated_zip", "empty_file"]);
}

#[test]
fn a_zip_that_is_no_workbook_is_refused() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("thu.txt", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(b"xin chao").unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    refused("nen_20250401.xlsx", &bytes, &["error:"]);
}

#[test]
fn duplicates_are_counted_in_a_file_and_across_files() {
    let place = Place::new();
    let (row, ran) = place.import_text("mot_20250401.csv", &list(&[GOOD, GOOD]));
    ran.exits(0);
    assert_eq!(account(&row), [2, 1, 0, 1, 0]);
    let (row, ran) = place.import_text("hai_20250401.csv", &list(&[GOOD]));
    ran.exits(0);
    assert_eq!(account(&row), [1, 0, 0, 1, 0]);
    assert_eq!(place.dossiers().len(), 1);
}

#[test]
fn two_contents_of_one_dossier_are_a_finding_and_the_newest_wins() {
    let place = Place::new();
    let other = GOOD.replace("09/01/2025", "10/01/2025").replace("Sở A", "Sở Bê");
    let (row, ran) = place.import_text("xung-dot_20250401.csv", &list(&[GOOD, &other]));
    ran.exits(0);
    assert_eq!(account(&row), [2, 1, 1, 0, 0]);
    let found = place.rows(&["findings", "--rule", "conflicting_versions"]);
    assert_eq!((found[0]["value"].as_str(), found[0]["level"].as_str()), (Some("H1"), Some("warning")), "{found:?}");
    assert_eq!(place.dossiers()[0]["resolving_unit"], "B");
}

#[test]
fn codes_are_one_but_for_spaces_and_unicode_form() {
    let place = Place::new();
    let (composed, decomposed) = ("HỒ-1", "HO\u{302}\u{300}-1");
    let text = list(&[&GOOD.replace("H1", composed), &GOOD.replace("H1", &format!(" {decomposed}\u{a0}"))]);
    let (row, _) = place.import_text("ma_20250401.csv", &text);
    assert_eq!(account(&row), [2, 1, 0, 1, 0]);
    assert_eq!(place.dossiers()[0]["dossier_code"], composed);
}

#[test]
fn a_period_without_data_gives_zeros_and_a_note() {
    let place = with_one();
    let ran = place.run(&["--format", "json", "form06", "--period", "2031-Q1"]).exits(0);
    let rows = ran.rows();
    assert_eq!(rows.iter().filter(|row| counts(row) == [0; 11]).count(), 6, "{rows:?}");
    ran.says(&["no dossiers in 2031-Q1", "2025-01-06"]);
    let quiet = place.run(&["--format", "json", "--quiet", "form06", "--period", "2031-Q1"]).exits(0);
    assert_eq!(quiet.stderr, "");
    let ranked = place.run(&["--format", "json", "rank", "--index", "on-time", "--period", "2031-Q1"]).exits(3).rows();
    assert!(ranked.iter().all(|row| row["rank"].is_null()));
}

/// Subtotals, groups with a count, repeated headings in capitals, notes and signatures stand among the dossiers of
/// real lists; dates come with no-break spaces, headings stacked over three rows.
#[test]
fn rows_beside_the_data_are_no_dossiers_however_they_are_filled() {
    let place = Place::new();
    let text = "DANH SÁCH HỒ SƠ,,,,,,,,\nNgày xuất: 02-04-2025,,,,,,,,\n\
        STT,Số hồ sơ,Tên thủ tục hành chính,Cơ quan/đơn vị,Thời gian giải quyết,,,Trạng thái hồ sơ,Mức độ\n\
        ,,,,Ngày,,,,\n,,,,Tiếp nhận,Hẹn trả,Kết thúc xử lý,,\n\
        I,Sở A,2 hồ sơ,,,,,,\n\
        1,H1,Khai sinh,Sở A,02/01/2025\u{a0}08:00,03/01/2025,02/01/2025,Đã trả kết quả,3\n\
        Cộng Sở A,,1 hồ sơ,,,,,,\n\
        STT,SỐ HỒ SƠ,TÊN THỦ TỤC HÀNH CHÍNH,CƠ QUAN/ĐƠN VỊ,TIẾP NHẬN,HẸN TRẢ,KẾT THÚC XỬ LÝ,TRẠNG THÁI HỒ SƠ,MỨC ĐỘ\n\
        2,H2,Khai tử,Sở A,06/01/2025,07/01/2025,,Đang xử lý,4\n\
        Tổng: 2,,2 hồ sơ,,,,,,\n\
        3,H3,Khai tử,,,,,,\n\
        ,NGƯỜI LẬP,,KIỂM TRA,,,,THỦ TRƯỞNG,\n";
    let (account, ran) = place.import_text("danh-sach.csv", text);
    // H3 has a code: it is no group and no note, so it is refused and counted, never dropped.
    ran.exits(3);
    assert_eq!(account["rows"], 3, "{account}");
    assert_eq!(account["loaded"], 2);
    assert_eq!(account["rejected"], 1);
    assert_eq!(account["exported_at"], "2025-04-02");
}
