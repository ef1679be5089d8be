//! The largest sheet that Excel knows: takes minutes to write, so it runs on request.
//!
//! `cargo test --release --test it full_size -- --ignored --nocapture`

use std::io::{BufWriter, Write};
use std::time::Instant;

use zip::write::SimpleFileOptions;

use crate::refusals::peak_mib_and_output;
use crate::support::{Place, account};

/// Rows with the headings, and columns.
const ROWS: u32 = 1_048_576;
const COLUMNS: usize = 20;

const HEADINGS: [&str; COLUMNS] = [
    "STT",
    "Số hồ sơ",
    "Tên thủ tục hành chính",
    "Tên lĩnh vực",
    "Cơ quan/đơn vị",
    "Hình thức tiếp nhận",
    "Chủ hồ sơ",
    "Số điện thoại",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Trạng thái hồ sơ",
    "Ghi chú 1",
    "Ghi chú 2",
    "Ghi chú 3",
    "Ghi chú 4",
    "Ghi chú 5",
    "Ghi chú 6",
    "Ghi chú 7",
    "Ghi chú 8",
];

/// A workbook with a dossier in each row; codes and numbers of telephones differ in every one.
fn write_full_sheet(path: &std::path::Path) {
    let mut package = zip::ZipWriter::new(BufWriter::new(std::fs::File::create(path).unwrap()));
    let options = SimpleFileOptions::default().compression_level(Some(1)).large_file(true);
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Hồ sơ\" sheetId=\"1\" \
                 r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" \
                 Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{office}/sharedStrings\" \
                 Target=\"sharedStrings.xml\"/></Relationships>"
            ),
        ),
    ];
    for (name, text) in parts {
        package.start_file(name, options).unwrap();
        package.write_all(text.as_bytes()).unwrap();
    }
    // Strings of every row come first: code and telephone; then the headings and the words that rows share.
    let words = [
        "Cấp giấy phép xây dựng",
        "Xây dựng",
        "Sở A",
        "Trực tuyến",
        "Nguyễn Văn Thử",
        "06/01/2025",
        "10/01/2025",
        "09/01/2025",
        "Đã trả kết quả",
        "không",
    ];
    let own = 2 * (ROWS - 1);
    package.start_file("xl/sharedStrings.xml", options).unwrap();
    write!(package, "<sst xmlns=\"{main}\" uniqueCount=\"{}\">", own as usize + HEADINGS.len() + words.len()).unwrap();
    for row in 1..ROWS {
        write!(package, "<si><t>H41.12-250106-{row:07}</t></si><si><t>09{:08}</t></si>", row * 7 % 99_999_989).unwrap();
    }
    for word in HEADINGS.iter().chain(&words) {
        write!(package, "<si><t>{word}</t></si>").unwrap();
    }
    package.write_all(b"</sst>").unwrap();
    package.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    write!(package, "<worksheet xmlns=\"{main}\"><dimension ref=\"A1:T{ROWS}\"/><sheetData>").unwrap();
    let mut line = String::new();
    for row in 0..ROWS {
        line.clear();
        line.push_str(&format!("<row r=\"{}\">", row + 1));
        for column in 0..COLUMNS {
            let letter = char::from(b'A' + column as u8);
            let word = |index: u32| own + HEADINGS.len() as u32 + index;
            let string = match (row, column) {
                (0, _) => own + column as u32,
                (_, 0) => {
                    line.push_str(&format!("<c r=\"{letter}{}\"><v>{row}</v></c>", row + 1));
                    continue;
                }
                (_, 1) => 2 * (row - 1),
                (_, 7) => 2 * (row - 1) + 1,
                (_, 2..=6) => word(column as u32 - 2),
                (_, 8..=11) => word(column as u32 - 3),
                _ => word(9),
            };
            line.push_str(&format!("<c r=\"{letter}{}\" t=\"s\"><v>{string}</v></c>", row + 1));
        }
        line.push_str("</row>");
        package.write_all(line.as_bytes()).unwrap();
    }
    package.write_all(b"</sheetData></worksheet>").unwrap();
    package.finish().unwrap().flush().unwrap();
}

#[test]
#[ignore = "takes minutes and a gigabyte; see the head of the file"]
fn full_size_a_sheet_of_all_rows_and_twenty_columns_is_loaded_within_a_minute_and_a_gibibyte() {
    let place = Place::new();
    let file = place.path("day_20250401.xlsx");
    write_full_sheet(&file);
    let workspace = place.workspace();
    for arguments in [
        vec!["--format", "json", "peek", "--cells", "1", file.to_str().unwrap()],
        vec!["--workspace", workspace.to_str().unwrap(), "--format", "json", "import", file.to_str().unwrap()],
    ] {
        let begun = Instant::now();
        let (peak, output) = peak_mib_and_output(&arguments);
        let took = begun.elapsed();
        eprintln!("{arguments:?}: {took:?}, {peak:?} MiB");
        let rows: Vec<serde_json::Value> = serde_json::from_str(&output).unwrap();
        if arguments.contains(&"import") {
            let all = u64::from(ROWS) - 1;
            assert_eq!(account(&rows[0]), [all, all, 0, 0, 0]);
        } else {
            assert_eq!(rows[0]["rows"], ROWS);
        }
        assert!(took.as_secs() < 60, "{took:?}");
        assert!(peak.is_none_or(|peak| peak < 1024), "{peak:?} MiB");
    }
}
