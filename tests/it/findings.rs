//! Refused rows given back: which are open, whose they are, what clears them, and the file to correct.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader};
use serde_json::Value;

use crate::support::{Place, account, list, project};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";
const UNKNOWN: &str = "H2,Sở Lạ,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";
const IMPOSSIBLE: &str = "H3,Sở Bê,Trực tuyến,31/02/2025,10/03/2025,,Đang xử lý";
const NAMELESS: &str = ",Sở A,Trực tiếp,07/01/2025,10/01/2025,,Đang xử lý";

/// Rows that are still refused: file name, row, rule.
#[track_caller]
fn open(place: &Place) -> Vec<(String, u64, String)> {
    let found = place.rows(&["findings", "--level", "error"]);
    found
        .iter()
        .map(|one| (name(one), one["row"].as_u64().unwrap_or(0), one["rule"].as_str().unwrap().to_owned()))
        .collect()
}

fn name(row: &Value) -> String {
    Path::new(row["file"].as_str().unwrap()).file_name().unwrap().to_string_lossy().into_owned()
}

/// Findings that a later import cleared: code, import, how.
fn cleared(place: &Place) -> Vec<(String, u64, String)> {
    let found = place.rows(&["findings", "--all", "--level", "error"]);
    let found_cleared = found.iter().filter(|one| one["status"] == "cleared");
    found_cleared
        .map(|one| {
            let code = one["code"].as_str().unwrap_or_default().to_owned();
            (code, one["cleared_by"].as_u64().unwrap(), one["how"].as_str().unwrap().to_owned())
        })
        .collect()
}

/// The corrected file of an original, without any correction yet.
fn corrected(place: &Place, original: &Path, out: &str) -> PathBuf {
    let out = place.path(out);
    place
        .run(&["--lang", "vi", "findings", "--from", original.to_str().unwrap(), "--out", out.to_str().unwrap()])
        .exits(0);
    out
}

/// All cells of a workbook, sheet by sheet.
fn grids(path: &Path) -> Vec<(String, Vec<Vec<String>>)> {
    let mut book = calamine::open_workbook_auto(path).unwrap();
    let names = book.sheet_names();
    let grid = |range: calamine::Range<Data>| {
        let end = range.end().map_or((0, 0), |(row, column)| (row as usize + 1, column as usize + 1));
        let cell = |row: usize, column: usize| {
            range.get_value((row as u32, column as u32)).map(ToString::to_string).unwrap_or_default()
        };
        (0..end.0).map(|row| (0..end.1).map(|column| cell(row, column)).collect()).collect()
    };
    names.into_iter().map(|name| (name.clone(), grid(book.worksheet_range(&name).unwrap()))).collect()
}

/// Rewrites a workbook as a person would correct it: in rows whose cell under one heading is this, another cell changes.
fn correct(path: &Path, fixes: &[(&str, &str, &str, &str)]) {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let mut done = 0;
    for (name, mut grid) in grids(path) {
        let heading = grid.iter().position(|row| row.iter().any(|cell| cell == "Lỗi")).unwrap();
        let at = |wanted: &str| grid[heading].iter().position(|cell| cell == wanted);
        let places: Vec<_> = fixes.iter().map(|(key, _, column, _)| (at(key), at(column))).collect();
        for row in &mut grid[heading + 1..] {
            for ((_, value, _, fixed), (key, column)) in fixes.iter().zip(&places) {
                if key.is_some_and(|key| row[key] == *value) {
                    (*fixed).clone_into(&mut row[column.unwrap()]);
                    done += 1;
                }
            }
        }
        let sheet = workbook.add_worksheet().set_name(&name).unwrap();
        for (row, cells) in grid.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row as u32, column as u16, cell).unwrap();
            }
        }
    }
    assert_eq!(done, fixes.len(), "every correction meets one row");
    workbook.save(path).unwrap();
}

#[test]
fn a_refused_row_is_cleared_when_a_later_import_brings_its_code_sound() {
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&[GOOD, UNKNOWN, IMPOSSIBLE])).1.exits(3);
    assert_eq!(open(&place).len(), 2);
    let fixed = UNKNOWN.replace("Sở Lạ", "Sở Bê");
    place.import_text("b_20250301.csv", &list(&[&fixed, GOOD])).1.exits(0);
    assert_eq!(open(&place), [("a_20250201.csv".to_owned(), 4, "impossible_date".to_owned())]);
    assert_eq!(cleared(&place), [("H2".to_owned(), 3, "loaded".to_owned())]);
    let before = place.rows(&["--as-of", "2", "findings", "--level", "error"]);
    assert_eq!(before.len(), 2, "an older version still has both");
}

#[test]
fn an_older_export_does_not_clear_what_a_newer_one_got_wrong() {
    let place = Place::new();
    place.import_text("b_20250301.csv", &list(&[UNKNOWN])).1.exits(3);
    place.import_text("a_20250201.csv", &list(&[&UNKNOWN.replace("Sở Lạ", "Sở A")])).1.exits(0);
    assert_eq!(open(&place), [("b_20250301.csv".to_owned(), 2, "unknown_unit".to_owned())]);
    place.import_text("c_20250301.csv", &list(&[&UNKNOWN.replace("Sở Lạ", "Sở A")])).1.exits(0);
    assert_eq!(open(&place), [], "one of the same day does");
}

#[test]
fn in_one_import_only_a_newer_file_clears_an_older_one() {
    let fixed = UNKNOWN.replace("Sở Lạ", "Sở A");
    for (bad, good, left) in [("a_20250201.csv", "b_20250301.csv", 0), ("b_20250301.csv", "a_20250201.csv", 1)] {
        let place = Place::new();
        place.file(&format!("gui/{bad}"), list(&[UNKNOWN]));
        place.file(&format!("gui/{good}"), list(&[&fixed]));
        place.run(&["import", place.path("gui").to_str().unwrap()]).exits(3);
        assert_eq!(open(&place).len(), left, "{bad}, {good}");
    }
}

#[test]
fn a_row_refused_again_is_open_once() {
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&[GOOD, UNKNOWN, NAMELESS])).1.exits(3);
    place.import_text("b_20250301.csv", &list(&[GOOD, UNKNOWN, NAMELESS, NAMELESS])).1.exits(3);
    let names: Vec<String> = open(&place).into_iter().map(|(file, ..)| file).collect();
    assert_eq!(names, ["b_20250301.csv"; 3], "the newer findings replace the older ones");
    let how: Vec<String> = cleared(&place).into_iter().map(|(.., how)| how).collect();
    assert_eq!(how, ["refused_again"; 2]);
}

#[test]
fn reading_a_file_again_does_not_double_its_findings() {
    let place = Place::new();
    let text = list(&[GOOD, UNKNOWN, NAMELESS, "H5,Sở A,8,06/01/2025,,,"]);
    place.import_text("a_20250201.csv", &text).1.exits(3);
    let first = place.rows(&["findings"]);
    place.import_text("a_20250201.csv", &text).1.exits(3);
    let again = place.rows(&["findings"]);
    let reported =
        |rows: &[Value]| rows.iter().map(|row| (row["rule"].clone(), row["row"].clone())).collect::<Vec<_>>();
    assert_eq!(reported(&again), reported(&first));
    assert!(again.iter().all(|row| row["import"] == 3), "{again:?}");
    assert_eq!(place.rows(&["findings", "--all"]).len(), 2 * first.len());
}

#[test]
fn a_refused_file_is_cleared_when_its_path_is_read_at_last() {
    let place = Place::new();
    place.file("gui/tot_20250201.csv", list(&[GOOD]));
    place.file("gui/my.csv", list(&["H9,Sở A,1,12/31/2024,01/02/2025,,"]));
    place.run(&["import", place.path("gui").to_str().unwrap()]).exits(3);
    assert_eq!(open(&place), [("my.csv".to_owned(), 0, "month_first_date".to_owned())]);
    place.file("gui/my.csv", list(&["H9,Sở A,1,31/12/2024,01/02/2025,,"]));
    place.run(&["import", place.path("gui").to_str().unwrap()]).exits(0);
    assert_eq!(open(&place), []);
}

#[test]
fn the_corrected_file_holds_the_whole_rows_in_the_units_own_order_and_clears_them() {
    let place = Place::new();
    let original = place.file("a_20250201.csv", list(&[GOOD, UNKNOWN, NAMELESS, IMPOSSIBLE]));
    place.import(&original).1.exits(3);
    let out = corrected(&place, &original, "a_20250201_sua.xlsx");
    let sheets = grids(&out);
    assert_eq!(sheets.len(), 1);
    let rows = &sheets[0].1;
    let at = rows.iter().position(|row| row[0] == "Lỗi").unwrap();
    assert!(rows[..at].iter().any(|row| row[0] == "Ngày xuất dữ liệu: 01/02/2025"), "{rows:?}");
    assert_eq!(rows[at][..4], ["Lỗi", "Cách sửa", "Số hồ sơ", "Cơ quan/đơn vị"]);
    assert_eq!(rows[at][10..], ["Tệp gốc", "Trang gốc", "Dòng gốc"]);
    let own: Vec<&[String]> = rows[at + 1..].iter().map(|row| &row[2..10]).collect();
    let sent = |row: &str| {
        let cells: Vec<&str> = row.split(',').collect();
        [&cells[..3], &["Nguyễn Văn Thử"], &cells[3..]]
            .concat()
            .iter()
            .map(|cell| (*cell).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(own, [sent(UNKNOWN), sent(NAMELESS), sent(IMPOSSIBLE)]);
    assert!(rows[at + 2][0].contains("không có mã") && rows[at + 2][1].contains("bổ sung mã"), "{:?}", rows[at + 2]);
    assert_eq!(rows[at + 2][12], "4");
    correct(
        &out,
        &[
            ("Số hồ sơ", "H2", "Cơ quan/đơn vị", "Sở Bê"),
            ("Dòng gốc", "4", "Số hồ sơ", "H7"),
            ("Số hồ sơ", "H3", "Ngày tiếp nhận", "28/02/2025"),
        ],
    );
    let (row, ran) = place.import(&out);
    ran.exits(0);
    assert_eq!(account(&row), [3, 3, 0, 0, 0]);
    assert_eq!((row["source"].as_str(), row["exported_at"].as_str()), (Some("list-a"), Some("2025-02-01")));
    assert_eq!(row["sheets"][0]["confidence"].as_f64(), Some(1.0));
    assert!(!row["findings"].to_string().contains("extra_columns"), "{row}");
    assert_eq!(open(&place), []);
    let how: Vec<(String, u64)> = cleared(&place).into_iter().map(|(code, by, _)| (code, by)).collect();
    assert_eq!(how, [("H2".to_owned(), 3), (String::new(), 3), ("H3".to_owned(), 3)]);
    assert_eq!(place.dossiers().len(), 4);
}

#[test]
fn a_correction_that_is_still_wrong_leaves_one_open_finding_that_can_be_corrected_in_turn() {
    let place = Place::new();
    let original = place.file("a_20250201.csv", list(&[UNKNOWN, NAMELESS]));
    place.import(&original).1.exits(3);
    let out = corrected(&place, &original, "a_20250201_sua.xlsx");
    correct(&out, &[("Số hồ sơ", "H2", "Cơ quan/đơn vị", "Sở A")]);
    let (row, _) = place.import(&out);
    assert_eq!(account(&row), [2, 1, 0, 0, 1]);
    let left = open(&place);
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!((left[0].0.as_str(), left[0].2.as_str()), ("a_20250201_sua.xlsx", "missing_code"));
    let ran = place.run(&["findings", "--from", original.to_str().unwrap(), "--out", "khong.xlsx"]).exits(0);
    ran.says(&["no row of", "needs correcting"]);
    let again = corrected(&place, &out, "a_20250201_sua_2.xlsx");
    let address = |path: &Path| grids(path)[0].1.last().unwrap().last().unwrap().clone();
    correct(&again, &[("Dòng gốc", &address(&again), "Số hồ sơ", "H8")]);
    place.import(&again).1.exits(0);
    assert_eq!(open(&place), []);
}

#[test]
fn rows_of_every_layout_come_back_from_their_file_and_are_recognised_again() {
    let place = Place::empty();
    place.run(&["init", "--units", project("sample-data/units.csv").to_str().unwrap()]).exits(0);
    let exports = project("sample-data/exports");
    let imported = place.run(&["--format", "json", "import", exports.to_str().unwrap()]).exits(3).rows();
    let mut refused = 0;
    for file in imported.iter().filter(|file| file["rejected"].as_u64() > Some(0)) {
        let original = PathBuf::from(file["file"].as_str().unwrap());
        let name = original.file_stem().unwrap().to_str().unwrap().to_owned();
        // Rows of an older export may be cleared by a newer file of the same import.
        let left = place.rows(&["findings", "--level", "error", "--file", file["file"].as_str().unwrap()]).len() as u64;
        if left == 0 {
            continue;
        }
        let out = corrected(&place, &original, &format!("{name}_sua.xlsx"));
        let (row, _) = place.import(&out);
        assert_eq!(account(&row), [left, 0, 0, 0, left], "{row}");
        assert_eq!((&row["source"], &row["exported_at"]), (&file["source"], &file["exported_at"]), "{row}");
        let again = place.rows(&["findings", "--level", "error", "--file", out.to_str().unwrap()]);
        let first = place.rows(&["findings", "--all", "--level", "error", "--file", file["file"].as_str().unwrap()]);
        let found_cleared: Vec<_> =
            first.iter().filter(|one| one["how"] == "refused_again").map(|one| &one["rule"]).collect();
        assert_eq!(again.iter().map(|one| &one["rule"]).collect::<Vec<_>>(), found_cleared, "{name}");
        assert_eq!(
            again.iter().map(|one| &one["cells"]).collect::<Vec<_>>(),
            first.iter().filter(|one| one["how"] == "refused_again").map(|one| &one["cells"]).collect::<Vec<_>>(),
            "{name}: cells come back as they were"
        );
        refused += left;
    }
    assert!(refused > 30, "the sample has refused rows in several layouts: {refused}");
}

#[test]
fn only_the_very_file_that_was_imported_gives_its_rows_back_and_only_into_a_file() {
    let place = Place::new();
    let original = place.file("a_20250201.csv", list(&[UNKNOWN]));
    place.import(&original).1.exits(3);
    let from = original.to_str().unwrap();
    let ran = place.run(&["findings", "--from", from]).exits(2).says(&["personal", "--out", "a_20250201_sua.xlsx"]);
    assert_eq!(ran.stdout, "");
    place.run(&["--format", "xlsx", "findings", "--from", from]).exits(2);
    let out = place.path("a_sua.xlsx");
    let to = out.to_str().unwrap();
    place.run(&["findings", "--from", from, "--out", from]).exits(1).says(&["exists already"]);
    place.run(&["findings", "--from", from, "--out", to]).exits(0).says(&["1 rows to correct", "personal data"]);
    place.run(&["findings", "--from", from, "--out", to]).exits(1).says(&["exists already"]);
    place.file("a_20250201.csv", list(&[UNKNOWN, GOOD]));
    let other = place.path("b.xlsx");
    let ran = place.run(&["findings", "--from", from, "--out", other.to_str().unwrap()]).exits(1);
    ran.says(&["none of the files imported here", "another content"]);
    assert!(!other.exists());
}

/// A district with two communes that reports for all of them, and rows of no unit.
fn district() -> Place {
    let units = format!("{}D,UBND huyện Đê,,district,P,,,\nE,UBND xã E,,commune,D,,,\n", crate::support::UNITS);
    let place = Place::with_units(&units.replace("C,UBND xã Xê,,commune,A", "C,UBND xã Xê,,commune,D"));
    let rows = [
        "K1,UBND huyện Đê,1,06/01/2025,10/01/2025,,",
        "K2,UBND xã Xê,1,06/01/2025,10/01/2025,,",
        "K3,UBND xã E,1,31/02/2025,10/03/2025,,",
        "K4,UBND xã Lạ,1,06/01/2025,10/01/2025,,",
    ];
    place.import_text("huyen_20250201.csv", &list(&rows)).1.exits(3);
    place.import_text("so_20250201.csv", &list(&[GOOD, IMPOSSIBLE, "K9,Sở Lạ,1,06/01/2025,10/01/2025,,"])).1.exits(3);
    place
}

#[test]
fn a_unit_sees_its_own_rows_and_those_of_no_unit_in_its_files() {
    let place = district();
    let of = |more: &[&str]| -> Vec<String> {
        let found = place.rows(&[&["findings", "--level", "error", "--unit"], more].concat());
        found.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of(&["UBND xã E"]), ["K3", "K4"], "by name");
    assert_eq!(of(&["E"]), ["K3", "K4"], "by code");
    assert_eq!(of(&["D"]), ["K4"]);
    assert_eq!(of(&["D", "--with-children"]), ["K3", "K4"]);
    assert_eq!(of(&["A"]), ["K9"], "a file of two units");
    assert_eq!(of(&["B"]), ["H3", "K9"]);
    place.run(&["findings", "--unit", "UBND xã Xế"]).exits(2).says(&["no unit", "did you mean 'UBND xã Xê'?"]);
    let found = place.rows(&["findings", "--unit", "E", "--rule", "impossible_date"]);
    assert_eq!((found[0]["unit_code"].as_str(), found[0]["unit_name"].as_str()), (Some("E"), Some("UBND xã E")));
    assert_eq!(place.rows(&["findings", "--import", "2", "--level", "error"]).len(), 2);
    place.run(&["findings", "--level", "fatal"]).exits(2);
}

#[test]
fn each_unit_gets_a_workbook_with_its_rows_what_is_wrong_and_what_to_do() {
    let place = district();
    let out = place.path("tra-lai");
    place.run(&["--lang", "vi", "findings", "--out", out.to_str().unwrap()]).exits(0);
    let names: Vec<String> = crate::support::files_below(&out)
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["b_so-be.xlsx", "d_ubnd-huyen-de.xlsx", "e_ubnd-xa-e.xlsx", "khong-ro-don-vi.xlsx"]);
    let book: BTreeMap<String, Vec<Vec<String>>> = grids(&out.join("e_ubnd-xa-e.xlsx")).into_iter().collect();
    assert_eq!(
        book.keys().collect::<Vec<_>>(),
        ["Dòng cần sửa", "Nội dung cần xem lại", "Nội dung đã gửi", "Tổng hợp"]
    );
    let rows = &book["Dòng cần sửa"];
    let last = rows.last().unwrap();
    assert_eq!(last[..5], ["huyen_20250201.csv", "", "4", "K3", "UBND xã E"]);
    assert!(last[5].contains("\"31/02/2025\"") && !last[5].contains("Đề nghị"), "{last:?}");
    assert!(last[6].starts_with("Đề nghị sửa"), "{last:?}");
    let sent = &book["Nội dung đã gửi"];
    let (headings, cells) = (&sent[sent.len() - 2], &sent[sent.len() - 1]);
    let under = |heading: &str| &cells[headings.iter().position(|own| own == heading).unwrap()];
    assert_eq!((under("Số hồ sơ"), under("Ngày tiếp nhận")), (&"K3".to_owned(), &"31/02/2025".to_owned()));
    assert!(!headings.iter().any(|heading| heading == "Chủ hồ sơ"), "{headings:?}");
    assert_eq!(headings[3..6], ["Số hồ sơ", "Cơ quan/đơn vị", "Hình thức tiếp nhận"], "in the order of the file");
    let one = place.path("mot.xlsx");
    place.run(&["--lang", "vi", "findings", "--unit", "UBND xã E", "--out", one.to_str().unwrap()]).exits(0);
    assert_eq!(grids(&one).len(), 4);
    let twice = place.run(&["--lang", "vi", "--format", "xlsx", "findings"]).exits(0);
    assert_eq!(
        twice.bytes,
        place.run(&["--lang", "vi", "--format", "xlsx", "findings"]).exits(0).bytes,
        "the same bytes"
    );
    place.run(&["--lang", "vi", "--format", "csv", "findings", "--out", one.to_str().unwrap()]).exits(2);
}

#[test]
fn the_list_groups_by_file_and_says_how_many_rows_are_left() {
    let place = district();
    let ran = place.run(&["--lang", "vi", "findings", "--level", "error"]).exits(0);
    assert!(
        ran.stdout.lines().all(|line| line.chars().count() <= 100 || line.starts_with("Lần nhập")),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("  ✗ dòng 4 · K3 · UBND xã E · impossible_date\n"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("4 dòng bị loại cần sửa, 0 vấn đề khác cần xem\n"), "{}", ran.stdout);
}

#[test]
fn findings_of_an_older_program_are_still_listed() {
    use polars::prelude::{ParquetReader, ParquetWriter, SerReader};
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&[GOOD, UNKNOWN])).1.exits(3);
    for path in crate::support::files_below(&place.workspace().join("data/findings")) {
        if path.extension().is_some_and(|extension| extension == "parquet") {
            let frame = ParquetReader::new(std::fs::File::open(&path).unwrap()).finish().unwrap();
            let mut old = frame.drop_many(["number", "table_name", "code", "unit"]);
            let bytes = std::fs::metadata(&path).unwrap().len();
            ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut old).unwrap();
            // That program wrote into the log how long its file was.
            let log = place.workspace().join("data/findings/_delta_log/00000000000000000001.json");
            let reported = std::fs::read_to_string(&log).unwrap();
            let size = |bytes| format!("\"size\":{bytes},");
            assert!(reported.contains(&size(bytes)), "{reported}");
            let now = std::fs::metadata(&path).unwrap().len();
            std::fs::write(log, reported.replace(&size(bytes), &size(now))).unwrap();
        }
    }
    place.without_hashes();
    assert_eq!(open(&place), [("a_20250201.csv".to_owned(), 3, "unknown_unit".to_owned())]);
    place.import_text("b_20250301.csv", &list(&[UNKNOWN])).1.exits(3);
    assert_eq!(open(&place).len(), 2, "what is not numbered stays open");
}

#[test]
fn rows_come_back_from_a_file_in_an_archive_too() {
    use std::io::Write;
    let place = Place::new();
    let path = place.path("gui_20250201.zip");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, rows) in [("so-a.csv", [GOOD, UNKNOWN]), ("so-b.csv", [GOOD, GOOD])] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(list(&rows).as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    place.run(&["import", path.to_str().unwrap()]).exits(3);
    let out = corrected(&place, &path, "so-a_sua.xlsx");
    correct(&out, &[("Số hồ sơ", "H2", "Cơ quan/đơn vị", "Sở A")]);
    let (row, ran) = place.import(&out);
    ran.exits(0);
    assert_eq!((account(&row), row["exported_at"].as_str()), ([1, 1, 0, 0, 0], Some("2025-02-01")));
    assert_eq!(open(&place), []);
}

#[test]
fn a_purge_opens_what_the_purged_import_had_cleared_and_closes_what_a_purged_dossier_left() {
    let place = Place::new();
    place.import_text("a_20250201.csv", &list(&[GOOD, UNKNOWN])).1.exits(3);
    place.import_text("b_20250301.csv", &list(&[&UNKNOWN.replace("Sở Lạ", "Sở A")])).1.exits(0);
    assert_eq!(open(&place), []);
    place.run(&["purge", "--yes", "--import", "3"]).exits(0);
    assert_eq!(open(&place), [("a_20250201.csv".to_owned(), 3, "unknown_unit".to_owned())], "nothing holds H2 now");
    place.run(&["purge", "--yes", "--dossier", "H2"]).exits(0);
    assert_eq!(open(&place), []);
    let left = place.rows(&["findings", "--all", "--level", "error"]);
    assert_eq!((left.len(), left[0]["how"].as_str(), left[0]["cells"].as_str()), (1, Some("purged"), None), "{left:?}");
}
