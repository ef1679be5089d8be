//! The catalogue of bad containers, one test each: refused with words that say what to do, or read right.

use crate::biff::{Book, Value, compound, record, shared_strings, sheet_of};
use crate::support::{Place, Ran, account, list};

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
    let before = place.snapshot();
    let file = place.file(name, content);
    let begun = std::time::Instant::now();
    let (row, ran) = place.import(&file);
    assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
    let ran = ran.exits(3).says(&["error:", name, "the workspace is unchanged"]).says(words);
    assert_eq!(account(&row), [0; 5], "{row}");
    assert_eq!(place.snapshot(), before, "the workspace is unchanged");
    place.run(&["peek", file.to_str().unwrap()]).exits(1).says(&[name]);
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
