//! The catalogue of bad containers, one test each: refused with words that say what to do, or read right.

use std::io::{Cursor, Read, Write};
use std::process::Stdio;

use zip::write::SimpleFileOptions;

use crate::biff::{Book, Value, compound, record, shared_strings, sheet_of};
use crate::support::{Place, Ran, account, list, program};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// A workspace that holds one dossier.
fn with_one() -> Place {
    let place = Place::new();
    place.import_text("truoc_20250401.csv", &list(&[GOOD])).1.exits(0);
    place
}

/// Imports a file that must be refused within ten seconds with these words; the workspace stays as it was, byte for byte.
#[track_caller]
fn refused(name: &str, content: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    refused_in(&with_one(), name, content, words)
}

#[track_caller]
fn refused_in(place: &Place, name: &str, content: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    let ran = not_imported(place, name, content, words);
    place.run(&["peek", place.path(name).to_str().unwrap()]).exits(1).says(&[name]);
    ran
}

#[track_caller]
fn not_imported(place: &Place, name: &str, content: impl AsRef<[u8]>, words: &[&str]) -> Ran {
    let before = place.snapshot();
    let file = place.file(name, content);
    let begun = std::time::Instant::now();
    let (row, ran) = place.import(&file);
    assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
    let ran = ran.exits(3).says(&["error:", name, "the workspace is unchanged"]).says(words);
    assert_eq!(account(&row), [0; 5], "{row}");
    assert_eq!(place.snapshot(), before, "the workspace is unchanged");
    ran
}

/// Imports a file that must give the one dossier of [`GOOD`].
#[track_caller]
fn loaded(name: &str, content: impl AsRef<[u8]>) -> (Place, Ran) {
    let place = Place::new();
    let file = place.file(name, content);
    let begun = std::time::Instant::now();
    let (row, ran) = place.import(&file);
    assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
    let ran = ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0], "{row}");
    let held = place.dossiers();
    assert_eq!((held[0]["dossier_code"].as_str(), held[0]["resolving_unit"].as_str()), (Some("H1"), Some("A")));
    (place, ran)
}

/// A workbook of one sheet with the cells of a CSV text.
fn workbook(csv: &str) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    fill(workbook.add_worksheet(), csv);
    workbook.save_to_buffer().unwrap()
}

fn fill(sheet: &mut rust_xlsxwriter::Worksheet, csv: &str) {
    for (row, line) in csv.lines().enumerate() {
        for (column, cell) in line.split(',').enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row as u32, column as u16, cell).unwrap();
        }
    }
}

/// A copy of a zipped workbook with one part changed, which must change.
fn with_part(workbook: &[u8], part: &str, change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut change = Some(change);
    for index in 0..from.len() {
        let mut entry = from.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        if name == part {
            let changed = change.take().unwrap()(&text);
            assert_ne!(changed, text);
            text = changed;
        }
        to.start_file(name, SimpleFileOptions::default()).unwrap();
        to.write_all(text.as_bytes()).unwrap();
    }
    assert!(change.is_none(), "no part {part}");
    to.finish().unwrap().into_inner()
}

/// An `OpenDocument` spreadsheet with this content.
fn ods(content: &str) -> Vec<u8> {
    let mut package = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)] {
        package.start_file(name, SimpleFileOptions::default()).unwrap();
        package.write_all(text.as_bytes()).unwrap();
    }
    package.finish().unwrap().into_inner()
}

/// The same, and the memory that the program claims stays below so many MiB beside the program itself.
#[track_caller]
fn bounded(mib: u64, name: &str, content: &[u8], words: &[&str]) -> Ran {
    let ran = refused(name, content, words);
    let place = Place::empty();
    let file = place.file(name, content);
    let peak = peak_mib(&["peek", file.to_str().unwrap()]);
    assert!(peak.is_none_or(|peak| peak < mib), "{name} took {peak:?} MiB");
    ran
}

/// The most memory that a run of the program and the processes that it starts hold at one time, where that can be told.
fn peak_mib(arguments: &[&str]) -> Option<u64> {
    let mut child = program().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        let own = held_kib(child.id());
        let started = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).unwrap_or_default();
        let others: u64 = started.split_whitespace().filter_map(|id| held_kib(id.parse().ok()?)).sum();
        peak = own.map(|own| (own + others) >> 10).max(peak);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    peak
}

fn held_kib(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}

/// The cells of a CSV text, each turned into a cell of an .xls file.
fn cells(csv: &str, value: impl Fn(&str) -> Value) -> Vec<(u16, u16, Value)> {
    let rows = csv.lines().enumerate();
    rows.flat_map(|(row, line)| {
        let cells = line.split(',').enumerate();
        cells.map(move |(column, text)| (row as u16, column as u16, text)).collect::<Vec<_>>()
    })
    .map(|(row, column, text)| (row, column, value(text)))
    .collect()
}

/// All values that `peek` lists, as NFC.
fn peeked(place: &Place, file: &str) -> Vec<String> {
    use unicode_normalization::UnicodeNormalization;
    let sheets = place.rows(&["peek", place.path(file).to_str().unwrap()]);
    let cells = sheets.iter().flat_map(|sheet| sheet["cells"].as_array().unwrap());
    cells.map(|cell| cell["value"].as_str().unwrap().nfc().collect()).collect()
}

/// Windows' Vietnamese code page has letters with hat, breve and horn, and tone marks of their own.
fn windows_1258(text: &str) -> Vec<u8> {
    use unicode_normalization::UnicodeNormalization;
    let mut marked = String::new();
    for letter in text.nfc() {
        let parts: Vec<char> = std::iter::once(letter).nfd().collect();
        let is_tone = |part: &&char| matches!(part, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
        marked.extend(parts.iter().filter(|part| !is_tone(part)).copied().nfc());
        marked.extend(parts.iter().filter(is_tone));
    }
    let text = marked;
    let (bytes, _, lossy) = encoding_rs::WINDOWS_1258.encode(&text);
    assert!(!lossy, "{text}");
    bytes.into_owned()
}

const TEXT: [&str; 8] =
    ["Số hồ sơ", "Cơ quan/đơn vị", "Hình thức tiếp nhận", "Sở Bê", "Ngày hẹn trả", "Đã trả", "Ủy ban", "ưỡn ẹo"];

#[test]
fn c01_zero_bytes_are_refused() {
    refused("rong_20250401.xlsx", b"", &["The file is empty", "Export it"]);
    refused("rong_20250401.csv", "\u{feff} \r\n".as_bytes(), &["The file is empty"]);
}

#[test]
fn c02_headings_without_rows_are_told_and_change_nothing() {
    for (name, content) in [
        ("tieu-de_20250401.csv", list(&[]).into_bytes()),
        ("tieu-de_20250401.xlsx", workbook(&list(&[]))),
        ("tieu-de_20250401.xls", Book::biff8(sheet_of(&list(&[])).0, sheet_of(&list(&[])).1).file()),
    ] {
        let place = with_one();
        let before = place.snapshot();
        let file = place.file(name, content);
        let (row, ran) = place.import(&file);
        ran.exits(0).says(&["warning:", "no row of data", "the workspace is unchanged"]);
        assert_eq!(account(&row), [0; 5]);
        assert_eq!(place.snapshot(), before);
    }
}

#[test]
fn c03_text_named_xlsx_is_refused() {
    not_imported(
        &with_one(),
        "thu_20250401.xlsx",
        "Kính gửi Sở Nội vụ,\nđây là thư.\n",
        &["No source fits", "docs/sources.md"],
    );
    refused("anh_20250401.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &["not recognised", "Export it as one of these"]);
    refused("thu_20250401.xlsx", b"%PDF-1.7\n%...", &["PDF", "save it as .xlsx"]);
}

#[test]
fn c04_an_html_table_named_xls_is_loaded() {
    let text = list(&[GOOD]);
    let rows = text.lines().map(|line| format!("<tr><td>{}</td></tr>", line.replace(',', "</td><td>")));
    let rows = rows.collect::<Vec<String>>().concat();
    let html = format!("<html><head><meta charset=utf-8></head><body><table border=1>{rows}</table></body></html>");
    loaded("ho-so_20250401.xls", html);
}

#[test]
fn c05_a_spreadsheet_of_2003_in_xml_is_loaded() {
    let row = |line: &str| {
        let cells = line.split(',').map(|cell| format!("<Cell><Data ss:Type=\"String\">{cell}</Data></Cell>"));
        format!("<Row>{}</Row>\n", cells.collect::<Vec<String>>().concat())
    };
    let rows = list(&[GOOD]).lines().map(row).collect::<Vec<String>>().concat();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
         <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"Sheet1\"><Table>{rows}</Table>\
         </Worksheet></Workbook>"
    );
    loaded("ho-so_20250401.xls", &xml);
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(xml.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    loaded("ho-so_20250401.xml", wide);
    refused("cut_20250401.xls", &xml.as_bytes()[..xml.len() - 60], &["ends in the middle of a table"]);
}

#[test]
fn c06_an_xlsx_named_xls_is_loaded_and_so_is_an_xls_named_xlsx() {
    loaded("ho-so_20250401.xls", workbook(&list(&[GOOD])));
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    loaded("ho-so_20250401.xlsx", Book::biff8(strings, cells).file());
}

#[test]
fn c07_a_truncated_workbook_is_refused_wherever_it_is_cut() {
    let whole = workbook(&list(&[GOOD]));
    for part in [30, whole.len() / 3, whole.len() - 30] {
        refused("cut_20250401.xlsx", &whole[..part], &["truncated or damaged", "Send it again"]);
    }
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    let whole = Book::biff8(strings, cells).file();
    for part in [600, whole.len() / 2, whole.len() - 4096] {
        refused("cut_20250401.xls", &whole[..part], &["xls content of the file is damaged"]);
    }
}

#[test]
fn c08_a_workbook_that_is_a_bomb_is_refused_by_ratio_and_by_size() {
    let whole = workbook(&list(&[GOOD]));
    let spaces = " ".repeat(100 << 20);
    let bomb = with_part(&whole, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace("<sheetData>", &format!("{spaces}<sheetData>"))
    });
    assert!(bomb.len() < 1 << 20);
    bounded(512, "bom_20250401.xlsx", &bomb, &["max_inflation_ratio = 400", "[limits] in cchc.toml"]);
    let place = with_one();
    std::fs::write(place.workspace().join("cchc.toml"), "[limits]\nmax_inflated_mib = 0\n").unwrap();
    refused_in(&place, "bom_20250401.xlsx", whole, &["max_inflated_mib = 0", "Split it"]);
}

#[test]
fn c09_two_cells_in_the_far_corners_are_two_cells() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "a").unwrap();
    sheet.write(1_048_575, 16_383, 2).unwrap();
    let place = Place::empty();
    let file = place.file("goc.xlsx", workbook.save_to_buffer().unwrap());
    let sheets = place.rows(&["peek", file.to_str().unwrap()]);
    assert_eq!(sheets[0]["rows"], 2);
    assert_eq!(sheets[0]["cells"][1], serde_json::json!({"address": "XFD1048576", "value": 2, "type": "number"}));
}

#[test]
fn c10_a_false_count_of_strings_and_a_false_dimension_do_no_harm() {
    let whole = workbook(&list(&[GOOD]));
    let counted = with_part(&whole, "xl/sharedStrings.xml", |xml| {
        let at = xml.find("uniqueCount=\"").unwrap() + 13;
        let end = at + xml[at..].find('"').unwrap();
        format!("{}{}{}", &xml[..at], 1_u64 << 60, &xml[end..])
    });
    loaded("ho-so_20250401.xlsx", counted);
    let dimension = with_part(&whole, "xl/worksheets/sheet1.xml", |xml| {
        let at = xml.find("<dimension ref=\"").unwrap() + 16;
        let end = at + xml[at..].find('"').unwrap();
        format!("{}1:69{}", &xml[..at], &xml[end..])
    });
    loaded("ho-so_20250401.xlsx", dimension);
}

/// Each entity is ten of the one before: a billion words in a few bytes.
const LAUGHS: &str = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
    <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
    <!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">\
    <!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">\
    <!ENTITY i \"&h;&h;&h;&h;&h;&h;&h;&h;&h;&h;\">]>";

#[test]
fn c14_a_billion_laughs_are_refused_in_every_xml() {
    let laugh = |xml: &str| {
        let at = xml.find("?>").unwrap() + 2;
        format!("{}{LAUGHS}{}", &xml[..at], &xml[at..]).replace("Sở A", "&i;")
    };
    let whole = workbook(&list(&[GOOD]));
    let strings = with_part(&whole, "xl/sharedStrings.xml", laugh);
    bounded(512, "cuoi_20250401.xlsx", &strings, &["xlsx content of the file is damaged"]);
    let sheet = with_part(&whole, "xl/worksheets/sheet1.xml", |xml| {
        laugh(xml).replacen("<c r=\"A1\"", "<c r=\"A1\" t=\"inlineStr\"><is><t>&i;</t></is></c><c r=\"B1\"", 1)
    });
    bounded(512, "cuoi_20250401.xlsx", &sheet, &["error:"]);
    let ods = ods(&format!(
        "<?xml version=\"1.0\"?>{LAUGHS}<office:body><table:table table:name=\"a\"><table:table-row>\
         <table:table-cell><text:p>&i;</text:p></table:table-cell></table:table-row></table:table></office:body>"
    ));
    bounded(512, "cuoi_20250401.ods", &ods, &["ods content of the file is damaged"]);
}

#[test]
fn c15_chains_that_run_in_circles_are_refused_at_once() {
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    let whole = Book::biff8(strings, cells).file();
    // Sectors of 4.096 bytes: the table of the chains is sector 0, the directory sector 1, the stream begins at 2.
    let next = |sector: usize, to: u32| {
        let mut file = whole.clone();
        file[4096 + 4 * sector..][..4].copy_from_slice(&to.to_le_bytes());
        file
    };
    let at = |place: usize, number: u32| {
        let mut file = whole.clone();
        file[place..place + 4].copy_from_slice(&number.to_le_bytes());
        file
    };
    for (what, file) in [
        ("the stream leads to itself", next(2, 2)),
        ("the directory leads to itself", next(1, 1)),
        ("the list of tables leads to itself", {
            let mut file = at(68, 0);
            file[2 * 4096 - 4..2 * 4096].fill(0);
            file
        }),
        ("the mini stream leads to itself", {
            let mut file = at(60, 1);
            file[64] = 1;
            file[4096 + 4..4096 + 8].copy_from_slice(&1_u32.to_le_bytes());
            file
        }),
        ("a chain leads past the end", next(2, 4_000_000_000)),
    ] {
        let begun = std::time::Instant::now();
        let ran = bounded(512, "vong_20250401.xls", &file, &["xls content of the file is damaged"]);
        assert!(begun.elapsed().as_secs() < 8, "{what}: {:?} {ran:?}", begun.elapsed());
        let place = Place::empty();
        let path = place.file("vong.xls", &file);
        let begun = std::time::Instant::now();
        place.run(&["peek", path.to_str().unwrap()]).exits(1).says(&["damaged"]);
        assert!(begun.elapsed().as_secs() < 2, "{what}: {:?}", begun.elapsed());
    }
}

#[test]
fn c16_a_password_is_named_in_every_kind_of_workbook() {
    let words = &["protected by a password", "Remove the password"];
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    let stream = Book::biff8(strings, cells).stream();
    let begin = 4 + usize::from(u16::from_le_bytes([stream[2], stream[3]]));
    let locked = [&stream[..begin], &record(0x002f, &[1, 0, 1, 0, 1, 0]), &stream[begin..]].concat();
    refused("khoa_20250401.xls", compound("Workbook", &locked), words);
    refused("khoa_20250401.xlsx", compound("EncryptedPackage", &[0; 5000]), words);
    let mut package = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"),
        ("content.xml", "\u{1}\u{2}"),
    ] {
        package.start_file(name, SimpleFileOptions::default()).unwrap();
        package.write_all(content.as_bytes()).unwrap();
    }
    refused("khoa_20250401.ods", package.finish().unwrap().into_inner(), words);
}

#[test]
fn c17_a_hidden_sheet_is_read_and_told() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "bìa").unwrap();
    let sheet = book.add_worksheet().set_name("Ẩn").unwrap();
    fill(sheet, &list(&[GOOD]));
    sheet.set_hidden(true);
    let (place, ran) = loaded("an_20250401.xlsx", book.save_to_buffer().unwrap());
    ran.says(&["warning:", "hidden"]);
    assert_eq!(place.rows(&["findings", "--rule", "hidden_sheet"])[0]["sheet"], "Ẩn");
}

#[test]
fn c18_a_sheet_that_ends_at_row_65536_may_be_cut_and_one_row_less_may_not() {
    for (rows, told) in [(65_536_u32, 1), (65_535, 0)] {
        let place = Place::new();
        let columns = [
            ("Số hồ sơ", ""),
            ("Cơ quan/đơn vị", "Sở A"),
            ("Ngày tiếp nhận", "06/01/2025"),
            ("Ngày hẹn trả", "10/01/2025"),
            ("Ngày kết thúc xử lý", "09/01/2025"),
        ];
        let mut strings: Vec<String> =
            columns.iter().flat_map(|(heading, value)| [*heading, *value]).map(String::from).collect();
        let mut cells = Vec::new();
        for row in 0..rows {
            for column in 0..columns.len() {
                let mut index = 2 * column + usize::from(row > 0);
                if row > 0 && column == 0 {
                    index = strings.len();
                    strings.push(format!("H{row}"));
                }
                cells.push((row as u16, column as u16, Value::Shared(index as u32)));
            }
        }
        let file = place.file("day_20250401.xls", Book::biff8(strings, cells).file());
        let (row, ran) = place.import(&file);
        let ran = ran.exits(0);
        assert_eq!(account(&row), [u64::from(rows) - 1, u64::from(rows) - 1, 0, 0, 0]);
        assert_eq!(ran.stderr.contains("may be cut"), told == 1, "{}", ran.stderr);
        assert_eq!(place.rows(&["findings", "--rule", "may_be_cut"]).len(), told);
    }
}

#[test]
fn c11_biff8_is_utf16_whatever_its_code_page_record_says() {
    for page in [1252, 1258, 21010, 874, 0] {
        let (strings, shared) = sheet_of(&list(&[GOOD]));
        let mut book = Book::biff8(strings, shared);
        book.code_page = Some(page);
        let (place, _) = loaded("ho-so_20250401.xls", book.file());
        let expected: Vec<String> =
            list(&[GOOD]).split([',', '\n']).filter(|t| !t.is_empty()).map(String::from).collect();
        assert_eq!(peeked(&place, "ho-so_20250401.xls"), expected, "code page {page}");
        let mut labels = Book::biff8(Vec::new(), cells(&TEXT.join(","), |text| Value::Wide(text.to_owned())));
        // One byte a character is the low half of UTF-16, so é is 0xe9 in every code page.
        labels.sheets[0].cells.push((1, 0, Value::Narrow(b"caf\xe9".to_vec())));
        labels.code_page = Some(page);
        place.file("nhan.xls", labels.file());
        assert_eq!(peeked(&place, "nhan.xls"), [&TEXT[..], &["café"]].concat(), "code page {page}");
    }
}

#[test]
fn c12_biff5_in_windows_1258_is_loaded() {
    let bytes = |text: &str| Value::Bytes(windows_1258(text));
    let (place, _) = loaded("ho-so_20250401.xls", Book::biff5(1258, cells(&list(&[GOOD]), bytes)).file());
    place.file("chu.xls", Book::biff5(1258, cells(&TEXT.join(","), bytes)).file());
    assert_eq!(peeked(&place, "chu.xls"), TEXT);
}

#[test]
fn c13_numbers_of_an_xls_stay_numbers() {
    let place = Place::empty();
    let numbers = vec![(0, 0, Value::Number(1.5)), (65_535, 9, Value::Number(-3.0))];
    let file = place.file("so.xls", Book::biff8(Vec::new(), numbers).file());
    let sheets = place.rows(&["peek", file.to_str().unwrap()]);
    assert_eq!(sheets[0]["rows"], 2);
    assert_eq!(sheets[0]["cells"][1], serde_json::json!({"address": "J65536", "value": -3, "type": "number"}));
}

#[test]
fn c30_an_xls_of_a_unit_is_loaded_by_a_process_of_its_own() {
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    loaded("ho-so_20250401.xls", Book::biff8(strings, cells).file());
}

#[test]
fn c31_an_xls_that_would_take_all_memory_is_refused_by_the_limit_on_memory() {
    let place = with_one();
    std::fs::write(place.workspace().join("cchc.toml"), "[limits]\nmax_xls_memory_mib = 200\n").unwrap();
    let strings = vec!["x".repeat(32_767)];
    let cells = (0..60_000).map(|row| (row, 0, Value::Shared(0))).collect();
    let file = Book::biff8(strings, cells).file();
    refused_in(&place, "day_20250401.xls", file, &["max_xls_memory_mib = 200", "[limits] in cchc.toml", "Split it"]);
}

#[test]
fn c32_an_xls_that_takes_too_long_is_refused_by_the_limit_on_time() {
    let place = with_one();
    std::fs::write(place.workspace().join("cchc.toml"), "[limits]\nmax_xls_seconds = 0\n").unwrap();
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    let file = Book::biff8(strings, cells).file();
    refused_in(&place, "lau_20250401.xls", file, &["max_xls_seconds = 0"]);
}

#[test]
fn c33_an_xls_with_a_damaged_record_is_refused_and_hides_no_other_file() {
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    let book = Book::biff8(strings, cells);
    let stream = book.stream();
    let whole = shared_strings(&book.strings);
    let at = stream.windows(whole.len()).position(|window| window == whole).unwrap();
    let damaged = compound("Workbook", &[&stream[..at], &record(0x00fc, &[1]), &stream[at + whole.len()..]].concat());
    refused("hong_20250401.xls", &damaged, &["xls content of the file is damaged"]);
    let place = Place::new();
    place.file("gui/hong_20250401.xls", damaged);
    place.file("gui/tot_20250401.xls", book.file());
    let ran = place.run(&["--format", "json", "import", place.path("gui").to_str().unwrap()]).exits(3);
    assert_eq!(ran.rows().iter().map(|file| file["loaded"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1]);
}
