//! The workbook read back cell by cell, and the charts beside it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use calamine::{Data, Reader, Xlsx, open_workbook};

use crate::support::{Place, close, counts, files_below, row_of, sample};

const PERIOD: &str = "2025-Q1";

/// The report of the sample, written once.
fn written() -> &'static Path {
    static WRITTEN: OnceLock<PathBuf> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let out = sample().place.path("bao-cao");
        let ran = sample().place.run(&["report", "--period", PERIOD, "--out", out.to_str().unwrap()]).exits(0);
        assert_eq!(ran.stdout, "");
        ran.says(&["bao-cao_2025-Q1.xlsx", ".png", ".svg"]);
        out
    })
}

/// The cells of a sheet.
fn sheet(name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(written().join("bao-cao_2025-Q1.xlsx")).unwrap();
    let cells = book.worksheet_range(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    cells.rows().map(<[Data]>::to_vec).collect()
}

fn sheet_names() -> Vec<String> {
    let book: Xlsx<_> = open_workbook(written().join("bao-cao_2025-Q1.xlsx")).unwrap();
    book.sheet_names()
}

fn text(cell: &Data) -> String {
    match cell {
        Data::String(text) => text.clone(),
        _ => String::new(),
    }
}

fn number(cell: &Data) -> Option<f64> {
    match cell {
        Data::Float(number) => Some(*number),
        Data::Int(number) => Some(*number as f64),
        _ => None,
    }
}

#[test]
fn form_06_has_its_thirteen_columns_with_the_counts_of_the_command() {
    let cells = sheet("Biểu 06");
    let numbering = cells.iter().position(|row| text(&row[0]) == "(1)").unwrap();
    let numbers: Vec<String> = cells[numbering].iter().map(text).collect();
    assert_eq!(numbers, (1..=13).map(|column| format!("({column})")).collect::<Vec<_>>());
    assert!(numbering >= 3, "three rows of headings");
    let rows = sample().place.rows(&["form06", "--period", PERIOD]);
    let mut found = 0;
    for row in &rows {
        let expected = counts(row);
        let name = row["unit_name"].as_str().unwrap();
        let is_total = row["unit_code"] == "*";
        let shown = cells[numbering + 1..].iter().find(|cells| {
            if is_total {
                cells.iter().take(2).any(|cell| text(cell) == "TỔNG CỘNG")
            } else {
                text(&cells[1]) == name && cells[2..].iter().all(|cell| number(cell).is_some())
            }
        });
        let shown = shown.unwrap_or_else(|| panic!("no row of {name}"));
        let ours: Vec<f64> = shown[2..13].iter().map(|cell| number(cell).unwrap()).collect();
        assert_eq!(ours, expected.map(|count| count as f64), "{name}");
        found += 1;
    }
    assert_eq!(found, 40, "36 units, three kinds, everything");
}

#[test]
fn rankings_equal_the_command() {
    let rows = sample().place.rows(&["rank", "--index", "on-time", "--period", PERIOD]);
    for (name, kind) in
        [("XH Sở, ban, ngành", "department"), ("XH UBND cấp huyện", "district"), ("XH UBND cấp xã", "commune")]
    {
        let cells = sheet(name);
        let headings: Vec<String> =
            cells.iter().find(|row| text(&row[0]) == "Hạng").unwrap().iter().map(text).collect();
        let rate = headings.iter().position(|heading| heading == "Tỷ lệ").unwrap();
        for row in rows.iter().filter(|row| row["kind"] == kind) {
            let unit = row["unit_name"].as_str().unwrap();
            let shown =
                cells.iter().find(|cells| text(&cells[1]) == unit).unwrap_or_else(|| panic!("{unit} in {name}"));
            close(number(&shown[0]), row["rank"].as_f64(), unit);
            close(number(&shown[rate]), row["score"].as_f64(), unit);
            let note = shown.iter().any(|cell| text(cell).contains("Chưa gửi đủ dữ liệu"));
            assert_eq!(note, row["not_sent"] == true, "{unit}");
        }
    }
}

#[test]
fn who_has_not_sent_is_listed_with_the_last_day() {
    let cells = sheet("Chưa gửi");
    let names: Vec<String> = cells.iter().map(|row| text(&row[1])).filter(|name| name.starts_with("Sở ")).collect();
    assert_eq!(names, ["Sở Công Thương", "Sở Khoa học và Công nghệ"]);
    assert!(cells.iter().any(|row| row.iter().any(|cell| matches!(cell, Data::DateTime(_)))), "the day is a date");
}

#[test]
fn data_quality_counts_files_and_refusals() {
    let files = sheet("Tệp dữ liệu");
    for account in sample().imported.rows() {
        // Folders that all files share may be left out, the file's own name never.
        let file = account["file"].as_str().unwrap();
        let name = file.rsplit('/').next().unwrap();
        let names = |cell: &str| file.ends_with(cell) && cell.ends_with(name);
        let shown = files.iter().find(|row| row.iter().any(|cell| names(&text(cell))));
        let numbers: Vec<f64> = shown.unwrap().iter().rev().take(5).rev().filter_map(number).collect();
        let expected = crate::support::account(&account).map(|count| count as f64);
        assert_eq!(numbers, expected, "{account}");
    }
    let rules = sheet("Chất lượng dữ liệu");
    let refused: f64 = rules
        .iter()
        .filter(|row| row.iter().any(|cell| text(cell).starts_with("Lỗi")))
        .filter_map(|row| row.iter().rev().find_map(number))
        .sum();
    close(Some(refused), Some(32.0), "refused rows");
}

#[test]
fn the_workbook_has_all_its_sheets() {
    let names = sheet_names();
    for name in [
        "Bìa",
        "XH Sở, ban, ngành",
        "Biểu 06",
        "So sánh",
        "Hồ sơ quá hạn",
        "Chưa gửi",
        "Chất lượng dữ liệu",
        "Phương pháp",
    ] {
        assert!(names.iter().any(|other| other == name), "no sheet {name} in {names:?}");
    }
    let cover = sheet("Bìa");
    let all: Vec<String> = cover.iter().flatten().map(text).collect();
    for words in ["UBND tỉnh Sông Mây", "Quý I năm 2025", "Phiên bản dữ liệu", "tính đúng hạn"] {
        assert!(all.iter().any(|cell| cell.contains(words)), "{words} on the cover");
    }
    let overdue = sheet("Hồ sơ quá hạn").iter().filter(|row| number(&row[0]).is_some()).count();
    let form = sample().place.rows(&["form06", "--period", PERIOD]);
    let total = counts(row_of(&form, "*"));
    assert_eq!(overdue as i64, total[7] + total[10], "late and overdue, each by its code");
}

#[test]
fn the_workbook_has_native_charts() {
    let file = std::fs::File::open(written().join("bao-cao_2025-Q1.xlsx")).unwrap();
    let archive = zip::ZipArchive::new(file).unwrap();
    let charts =
        archive.file_names().filter(|name| name.as_ref().is_ok_and(|name| name.starts_with("xl/charts/chart"))).count();
    assert!(charts >= 10, "{charts}");
}

#[test]
fn every_chart_is_a_png_and_an_svg_that_show_something() {
    let all = files_below(written());
    let of = |extension: &str| {
        all.iter().filter(|path| path.extension().is_some_and(|own| own == extension)).cloned().collect::<Vec<_>>()
    };
    let (png, svg) = (of("png"), of("svg"));
    assert!(png.len() >= 10, "{png:?}");
    assert_eq!(png.len(), svg.len());
    for path in png {
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 10_000, "{}", path.display());
        let size = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        assert!(size(16) >= 800 && size(20) >= 300, "{}: {} × {}", path.display(), size(16), size(20));
    }
    for path in svg {
        let drawn = std::fs::read_to_string(&path).unwrap();
        assert!(drawn.contains("<svg") && drawn.trim_end().ends_with("</svg>"), "{}", path.display());
        assert!(drawn.matches("<rect").count() + drawn.matches("<poly").count() > 3, "{}", path.display());
        assert!(drawn.contains("<text"), "{}", path.display());
    }
}

#[test]
fn the_same_report_twice_is_the_same_bytes() {
    let again = sample().place.path("bao-cao-2");
    sample().place.run(&["--quiet", "report", "--period", PERIOD, "--out", again.to_str().unwrap()]).exits(0);
    let (first, second) = (files_below(written()), files_below(&again));
    assert_eq!(first.len(), second.len());
    for (left, right) in first.iter().zip(&second) {
        assert_eq!(left.file_name(), right.file_name());
        assert!(std::fs::read(left).unwrap() == std::fs::read(right).unwrap(), "{}", left.display());
    }
}

#[test]
fn another_index_gives_its_own_ranking_sheet_and_chart() {
    let out = sample().place.path("bao-cao-3");
    sample()
        .place
        .run(&["report", "--period", PERIOD, "--index", "online_share", "--out", out.to_str().unwrap()])
        .exits(0);
    let charts = files_below(&out).iter().filter(|path| path.to_string_lossy().contains("rank-online_share")).count();
    assert_eq!(charts, 6, "three kinds, PNG and SVG");
    let book: Xlsx<_> = open_workbook(out.join("bao-cao_2025-Q1.xlsx")).unwrap();
    assert!(book.sheet_names().len() > sheet_names().len());
    sample().place.run(&["report", "--period", PERIOD, "--index", "nothing", "--out", "x"]).exits(2);
}

#[test]
fn strings_like_formulas_stay_strings() {
    let place = Place::with_units(
        "code,name,level,parent_code\nP,Tỉnh,province,\nA,=1+1,department,P\nB,+cmd,department,P\nC,@SUM(A1),department,P\nD,-2,department,P\n",
    );
    let row = |code: &str, unit: &str| format!("=H{code},{unit},1,06/01/2025,07/01/2025,09/01/2025,Đã trả kết quả");
    let rows = [row("1", "A"), row("2", "B"), row("3", "C"), row("4", "D")];
    place.import_text("ho-so_20250401.csv", &crate::support::list(&rows.each_ref().map(String::as_str))).1.exits(0);
    let out = place.path("ra");
    place.run(&["report", "--period", PERIOD, "--out", out.to_str().unwrap()]).exits(0);
    let path = out.join("bao-cao_2025-Q1.xlsx");
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let (mut seen, mut formulas) = (Vec::new(), 0);
    for name in book.sheet_names() {
        formulas += book.worksheet_formula(&name).unwrap().used_cells().filter(|cell| !cell.2.is_empty()).count();
        seen.extend(book.worksheet_range(&name).unwrap().used_cells().map(|cell| text(cell.2)));
    }
    for word in ["=1+1", "+cmd", "@SUM(A1)", "-2", "=H1"] {
        assert!(seen.iter().any(|cell| cell == word), "{word} is shown as it is");
    }
    assert_eq!(formulas, 0, "no cell is a formula");
    let xlsx = place.run(&["--format", "xlsx", "sql", "SELECT dossier_code FROM dossiers"]).exits(0);
    let file = place.file("ma.xlsx", xlsx.bytes);
    let mut book: Xlsx<_> = open_workbook(&file).unwrap();
    assert!(book.worksheet_formula("Sheet1").unwrap().is_empty());
}

#[test]
fn a_report_of_a_period_without_data_is_written_all_the_same() {
    let place = Place::new();
    let out = place.path("ra");
    place.run(&["report", "--period", "2031-Q1", "--out", out.to_str().unwrap()]).exits(0);
    let book: Xlsx<_> = open_workbook(out.join("bao-cao_2031-Q1.xlsx")).unwrap();
    assert!(book.sheet_names().iter().any(|name| name == "Biểu 06"));
}
