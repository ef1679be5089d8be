//! Rules of findings that no other test raises, one test each through the commands, and that none is without a test.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::archives::archive;
use crate::support::{Place, files_below, list, program, project};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

const MESSAGE: &str =
    "MaHoSo,MaTTHC,NoiNopHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,LePhi\n";

/// The only finding of one rule in the findings of a workspace.
#[track_caller]
fn finding(place: &Place, rule: &str) -> Value {
    let mut found = place.rows(&["--lang", "en", "findings", "--all", "--rule", rule]);
    assert_eq!(found.len(), 1, "{rule}: {found:?}");
    found.remove(0)
}

/// Imports a sound file beside one that is refused whole: the sound one is loaded, the other is listed.
#[track_caller]
fn refused(settings: &str, name: &str, bytes: &[u8], temporary: Option<&str>) -> Value {
    let place = Place::new();
    if !settings.is_empty() {
        std::fs::write(place.workspace().join("cchc.toml"), settings).unwrap();
    }
    place.file("gui/ho-so_20250401.csv", list(&[GOOD]));
    place.file(&format!("gui/{name}"), bytes);
    let mut command = program();
    command.arg("--workspace").arg(place.workspace()).arg("import").arg(place.path("gui"));
    if let Some(folder) = temporary {
        command.env("TMPDIR", place.path(folder));
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(place.dossiers().len(), 1, "the sound file is loaded");
    let all = place.rows(&["--lang", "en", "findings", "--all", "--level", "error"]);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0]["file"].as_str().unwrap().contains(name), "{}", all[0]);
    all[0].clone()
}

#[test]
fn a_fraction_in_a_column_of_whole_numbers_is_left_empty_and_reported() {
    let place = Place::new();
    let text = "Đơn vị,Tháng,Văn bản đi,Văn bản đi điện tử,Văn bản đi ký số,Văn bản đến,Văn bản đến điện tử\n\
        Sở A,01/2025,\"10,5\",9,8,20,15\n";
    place.import_text("van-ban_20250405.csv", text).1.exits(0);
    let found = finding(&place, "not_whole");
    assert_eq!((&found["level"], &found["column"]), (&"warning".into(), &"Văn bản đi".into()), "{found}");
    assert!(found["message"].as_str().unwrap().contains("for example 10,5"), "{found}");
    assert_eq!(place.numbers("SELECT sent, received FROM documents"), [None, Some(20.0)]);
}

#[test]
fn a_receiving_unit_that_nobody_knows_is_left_empty_and_reported() {
    let place = Place::new();
    let text = format!("{MESSAGE}H1,,Sở Vũ trụ,A,20250106,20250110,20250109,10,0\n");
    place.import_text("dong-bo_20250401.csv", &text).1.exits(0);
    let found = finding(&place, "unknown_receiving_unit");
    assert_eq!((&found["level"], &found["value"]), (&"warning".into(), &"Sở Vũ trụ".into()), "{found}");
    assert_eq!(found["column"], "NoiNopHoSo");
    let dossier = &place.dossiers()[0];
    assert_eq!((&dossier["receiving_unit"], &dossier["resolving_unit"]), (&Value::Null, &"A".into()));
}

#[test]
fn a_reference_that_a_spreadsheet_turned_into_a_date_is_reported() {
    let place = Place::new();
    let path = place.path("dong-bo_20250401.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, heading) in MESSAGE.trim().split(',').enumerate() {
        sheet.write_string(0, at as u16, heading).unwrap();
    }
    for (at, text) in ["H1", "", "", "A", "20250106", "20250110", "20250109", "10", "0"].iter().enumerate() {
        sheet.write_string(1, at as u16, *text).unwrap();
    }
    let date = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2003, 12, 1).unwrap();
    sheet.write_datetime_with_format(1, 1, &day, &date).unwrap();
    book.save(&path).unwrap();
    place.import(&path).1.exits(0);
    let found = finding(&place, "mangled_reference");
    assert_eq!((&found["level"], &found["column"]), (&"warning".into(), &"MaTTHC".into()), "{found}");
    assert_eq!(place.dossiers().len(), 1, "a reference identifies nothing, so the row is loaded");
}

#[test]
fn a_file_beyond_a_reading_limit_is_refused() {
    let large = list(&vec![GOOD; 14_000]);
    assert!(large.len() > 1 << 20);
    let found = refused("[limits]\nmax_file_mib = 1\n", "to_20250401.csv", large.as_bytes(), None);
    assert_eq!(found["rule"], "too_big");
    assert!(found["message"].as_str().unwrap().contains("max_file_mib = 1"), "{found}");
}

#[test]
fn a_file_of_no_known_kind_is_refused() {
    let found = refused("", "la_20250401.dat", b"\x00\x01\x02\x00\x00\xff\xfe\x00garbage", None);
    assert_eq!(found["rule"], "unknown_container");
}

#[test]
fn an_archive_that_cannot_be_unpacked_for_want_of_room_is_refused() {
    let packed = archive(&[("ho-so_20250402.csv", list(&[GOOD]).as_bytes())]);
    let found = refused("", "goi_20250401.zip", &packed, Some("no/such/folder"));
    assert_eq!(found["rule"], "no_room");
    let message = found["message"].as_str().unwrap();
    assert!(message.contains("entity not found") && message.contains("TMPDIR"), "{found}");
    let again = refused("", "goi_20250401.zip", &packed, Some("no/such/folder"));
    assert_eq!(again["message"], message, "the random name of the temporary file is not part of it");
}

#[test]
fn an_archive_packed_by_a_method_that_is_not_read_is_refused() {
    let mut packed = archive(&[("ho-so_20250402.csv", list(&[GOOD]).as_bytes())]);
    // Method 12 (bzip2) in the local header and in the central one.
    for (mark, offset) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
        let at = packed.windows(4).position(|window| window == mark).unwrap();
        packed[at + offset] = 12;
    }
    assert_eq!(refused("", "goi_20250401.zip", &packed, None)["rule"], "unusual_packing");
}

#[test]
fn a_spreadsheet_in_xml_whose_bytes_are_no_text_is_refused() {
    let row = |line: &str| {
        let cells: String =
            line.split(',').map(|cell| ["<Cell><Data ss:Type=\"String\">", cell, "</Data></Cell>"].concat()).collect();
        format!("<Row>{cells}</Row>")
    };
    let rows: String = list(&[GOOD]).lines().map(row).collect();
    let name = "urn:schemas-microsoft-com:office:spreadsheet";
    let page = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Workbook xmlns=\"{name}\" xmlns:ss=\"{name}\">\
         <Worksheet ss:Name=\"a\"><Table>{rows}</Table></Worksheet></Workbook>"
    );
    let mut bytes = page.into_bytes();
    let at = bytes.windows(3).position(|window| window == "ử".as_bytes()).unwrap();
    bytes[at] = 0xff;
    assert_eq!(refused("", "bang_20250401.xml", &bytes, None)["rule"], "bad_encoding");
}

#[test]
fn dates_that_contradict_each_other_and_missing_due_dates_are_reported_and_loaded() {
    let place = Place::new();
    let text = "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,NgayTra,TrangThaiHoSo\n\
        H1,A,20250106,20250110,20250109,20250105,10\nH2,A,20250106,,20250109,20250109,10\n";
    place.import_text("dong-bo_20250401.csv", text).1.exits(0);
    for (rule, column) in [("returned_before_received", "NgayTra"), ("no_due_date", "NgayHenTra")] {
        let found = finding(&place, rule);
        assert_eq!((&found["column"], &found["count"]), (&column.into(), &1.into()), "{found}");
    }
    assert_eq!(place.dossiers().len(), 2);
}

#[test]
fn a_receiving_unit_whose_name_two_units_bear_is_left_empty_and_reported() {
    let units = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\nP,UBND tỉnh Thử,,province,,,,\n\
        A,Sở A,,department,P,,,\nH,UBND huyện Hát,,district,P,,,\nK,UBND huyện Ka,,district,P,,,\n\
        X,UBND xã Một,,commune,H,,,\nY,UBND xã Một,,commune,K,,,\n";
    let place = Place::with_units(units);
    let text = format!("{MESSAGE}H1,,UBND xã Một,A,20250106,20250110,20250109,10,0\n");
    place.import_text("dong-bo_20250401.csv", &text).1.exits(0);
    let found = finding(&place, "ambiguous_receiving_unit");
    assert_eq!((&found["level"], &found["value"]), (&"warning".into(), &"UBND xã Một".into()), "{found}");
    assert_eq!(place.dossiers()[0]["receiving_unit"], Value::Null);
}

/// Rules that tests recognise by the words of their sentence: rule, test file, words in it.
const BY_WORDS: [(&str, &str, &str); 10] = [
    ("same_heading_twice", "bad_layout.rs", "The whole file was refused"),
    ("missing_column", "bad_input.rs", "lacks the required column"),
    ("no_body_rows", "bad_input.rs", "no row of data"),
    ("day_first_date", "worded_dates.rs", "the source declares the month first"),
    ("mixed_date_order", "bad_dates.rs", "month first"),
    ("empty_archive", "archives.rs", "holds no file to read"),
    ("nested_archive", "archives.rs", "inside another"),
    ("changed_while_read", "bad_paths.rs", "was written to or replaced while it was read"),
    ("unclosed_quote", "bad_text.rs", "opens in line"),
    ("unreadable", "bad_paths.rs", "cannot be read"),
];

/// Rules that no file is known to raise, with the reason why they stay.
const NEVER_SEEN: [(&str, &str); 1] =
    [("record_count", "two counts of the records of one CSV file: a guard against a fault of a reader, not of a file")];

/// Texts of tests: those of `tests/it`, and of the unit tests beside the code.
fn texts_of_tests() -> Vec<String> {
    let is_code = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut own = files_below(&project("tests/it"));
    own.retain(|path| !path.ends_with("finding_rules.rs"));
    let beside = files_below(&project("src"));
    let own = own.iter().filter(|path| is_code(path)).map(|path| read(path));
    let beside = beside.iter().filter(|path| is_code(path)).filter_map(|path| {
        let text = read(path);
        let at = text.find("#[cfg(test)]")?;
        Some(text[at..].to_owned())
    });
    // The lists above name rules without raising them.
    let this = include_str!("finding_rules.rs").split("const BY_WORDS").next().unwrap_or_default().to_owned();
    own.chain(beside).chain([this]).collect()
}

#[test]
fn every_rule_of_a_finding_is_named_in_a_test() {
    let sentences: toml::Table =
        std::fs::read_to_string(project("report-templates/messages.toml")).unwrap().parse().unwrap();
    let texts = texts_of_tests();
    let words: BTreeSet<&str> =
        texts.iter().flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')).collect();
    // A rule of findings has the words of what to do; other sentences of the file have none.
    let rules = sentences.iter().filter(|(_, sentence)| sentence.get("do_vi").is_some()).map(|(rule, _)| rule.as_str());
    let rules: Vec<&str> = rules.filter(|rule| NEVER_SEEN.iter().all(|(other, _)| other != rule)).collect();
    for (rule, file, part) in BY_WORDS {
        let sentence = sentences[rule]["en"].as_str().unwrap();
        let test = std::fs::read_to_string(project("tests/it").join(file)).unwrap();
        assert!(sentence.contains(part) && test.contains(part), "'{part}' of {rule} in {file}");
    }
    let by_words = |rule: &str| BY_WORDS.iter().any(|(other, ..)| *other == rule);
    let without: Vec<&&str> = rules.iter().filter(|rule| !words.contains(*rule) && !by_words(rule)).collect();
    assert!(without.is_empty(), "rules of findings that no test names: {without:?}");
}
