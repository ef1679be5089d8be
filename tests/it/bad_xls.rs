//! The catalogue of bad .xls files, one test each, and what happens to the process that reads them.

use crate::biff::{Book, Value, compound, record, shared_strings, sheet_of};
use crate::refusals::{GOOD, bounded, loaded, refused, refused_in, with_one};
use crate::support::{Place, account, list};

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
fn chains_that_run_in_circles_are_refused_at_once() {
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
fn a_sheet_that_ends_at_row_65536_may_be_cut_and_one_row_less_may_not() {
    for (rows, reported) in [(65_536_u32, 1), (65_535, 0)] {
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
        assert_eq!(ran.stderr.contains("may be cut"), reported == 1, "{}", ran.stderr);
        assert_eq!(place.rows(&["findings", "--rule", "may_be_cut"]).len(), reported);
    }
}

#[test]
fn biff8_is_utf16_whatever_its_code_page_record_says() {
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
fn biff5_in_windows_1258_is_loaded() {
    let bytes = |text: &str| Value::Bytes(windows_1258(text));
    let (place, _) = loaded("ho-so_20250401.xls", Book::biff5(1258, cells(&list(&[GOOD]), bytes)).file());
    place.file("chu.xls", Book::biff5(1258, cells(&TEXT.join(","), bytes)).file());
    assert_eq!(peeked(&place, "chu.xls"), TEXT);
}

#[test]
fn numbers_of_an_xls_stay_numbers() {
    let place = Place::empty();
    let numbers = vec![(0, 0, Value::Number(1.5)), (65_535, 9, Value::Number(-3.0))];
    let file = place.file("so.xls", Book::biff8(Vec::new(), numbers).file());
    let sheets = place.rows(&["peek", file.to_str().unwrap()]);
    assert_eq!(sheets[0]["rows"], 2);
    assert_eq!(sheets[0]["cells"][1], serde_json::json!({"address": "J65536", "value": -3, "type": "number"}));
}

#[test]
fn an_xls_of_a_unit_is_loaded_by_a_process_of_its_own() {
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    loaded("ho-so_20250401.xls", Book::biff8(strings, cells).file());
}

#[test]
fn an_xls_that_would_take_all_memory_is_refused_by_the_limit_on_memory() {
    let place = with_one();
    std::fs::write(place.workspace().join("cchc.toml"), "[limits]\nmax_xls_memory_mib = 200\n").unwrap();
    let strings = vec!["x".repeat(32_767)];
    let cells = (0..60_000).map(|row| (row, 0, Value::Shared(0))).collect();
    let file = Book::biff8(strings, cells).file();
    refused_in(&place, "day_20250401.xls", file, &["max_xls_memory_mib = 200", "[limits] in cchc.toml", "Split it"]);
}

#[test]
fn an_xls_that_takes_too_long_is_refused_by_the_limit_on_time() {
    let place = with_one();
    std::fs::write(place.workspace().join("cchc.toml"), "[limits]\nmax_xls_seconds = 0\n").unwrap();
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    let file = Book::biff8(strings, cells).file();
    refused_in(&place, "lau_20250401.xls", file, &["max_xls_seconds = 0"]);
}

#[test]
fn an_xls_with_a_damaged_record_is_refused_and_hides_no_other_file() {
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
