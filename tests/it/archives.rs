//! Zip archives as input: each file in them is a file of the import, and nothing in them leads out.

use std::io::{Cursor, Write};

use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::support::{Place, Ran, account, list, project};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

fn dossier(code: &str) -> String {
    list(&[&GOOD.replacen("H1", code, 1)])
}

/// A zip archive of these files.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Imports an archive; its files by their path below the archive, with what was loaded of each.
fn imported(place: &Place, name: &str, bytes: impl AsRef<[u8]>) -> (Vec<(String, u64)>, Vec<Value>, Ran) {
    let path = place.file(name, bytes);
    let begun = std::time::Instant::now();
    let ran = place.run(&["--format", "json", "--lang", "en", "import", path.to_str().unwrap()]);
    assert!(begun.elapsed().as_secs() < 10, "{name} took {:?}", begun.elapsed());
    let files = ran.rows();
    let below = |file: &Value| file["file"].as_str().unwrap().rsplit_once(name).unwrap().1.to_owned();
    (files.iter().map(|file| (below(file), file["loaded"].as_u64().unwrap())).collect(), files, ran)
}

fn pairs<const N: usize>(expected: [(&str, u64); N]) -> [(String, u64); N] {
    expected.map(|(name, loaded)| (name.to_owned(), loaded))
}

#[test]
fn every_file_of_an_archive_is_read_as_what_it_is() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in dossier("H2").lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write_string(row as u32, column as u16, cell).unwrap();
        }
    }
    let xlsx = workbook.save_to_buffer().unwrap();
    let (strings, cells) = crate::biff::sheet_of(&dossier("H3"));
    let xls = crate::biff::Book::biff8(strings, cells).file();
    let place = Place::new();
    let bytes = archive(&[
        ("xa/a_20250401.csv", dossier("H1").as_bytes()),
        ("b_20250402.xlsx", &xlsx),
        ("xa/sâu/c.xls", &xls),
        ("rong/", b""),
    ]);
    let (below, files, ran) = imported(&place, "gui_20250331.zip", bytes);
    ran.exits(0);
    assert_eq!(below, pairs([("/b_20250402.xlsx", 1), ("/xa/a_20250401.csv", 1), ("/xa/sâu/c.xls", 1)]));
    let days: Vec<&str> = files.iter().map(|file| file["exported_at"].as_str().unwrap()).collect();
    assert_eq!(days, ["2025-04-02", "2025-04-01", "2025-03-31"], "the archive's day is the last resort");
    let stored = place.dossiers();
    assert_eq!(stored.len(), 3);
    assert!(stored[0]["file"].as_str().unwrap().ends_with("/gui_20250331.zip/xa/a_20250401.csv"));
}

#[test]
fn what_systems_add_is_passed_over_and_lock_files_are_reported() {
    let place = Place::new();
    let bytes = archive(&[
        ("__MACOSX/._h_20250401.csv", b"x"),
        (".DS_Store", b"x"),
        ("a/.git/config", b"x"),
        ("a/~$h_20250401.xlsx", b"x"),
        ("h_20250401.csv", dossier("H1").as_bytes()),
    ]);
    let (below, _, ran) = imported(&place, "gui.zip", bytes);
    ran.exits(0).says(&["skipped:", "gui.zip/a/~$h_20250401.xlsx"]);
    assert_eq!(below, pairs([("/h_20250401.csv", 1)]));
}

#[test]
fn names_in_an_archive_lead_nowhere() {
    let place = Place::new();
    let outside = format!("{}/z03-outside.csv", std::env::temp_dir().display());
    let bytes = archive(&[
        ("../../../../../../../../../../../../tmp/z03-outside.csv", dossier("H1").as_bytes()),
        (outside.as_str(), dossier("H2").as_bytes()),
        ("C:\\z03\\..\\outside.csv", dossier("H3").as_bytes()),
        ("\u{202e}vsc.\u{1b}[2Jx.csv", dossier("H4").as_bytes()),
    ]);
    let (below, _, ran) = imported(&place, "gui_20250401.zip", bytes);
    let ran = ran.exits(0);
    assert!(below.iter().all(|(name, loaded)| *loaded == 1 && !name.contains("/../")), "{below:?}");
    assert!(below.iter().any(|(name, _)| name == "/C:/z03/%2E%2E/outside.csv"), "{below:?}");
    assert!(!std::path::Path::new(&outside).exists());
    assert!(!ran.stdout.contains(['\u{202e}', '\u{1b}']));
    assert_eq!(place.dossiers().len(), 4);
}

#[test]
fn a_zip_in_a_zip_is_refused_and_the_files_beside_it_are_read() {
    let inner = archive(&[("h_20250401.csv", dossier("H2").as_bytes())]);
    let place = Place::new();
    let bytes = archive(&[("trong.zip", &inner), ("h_20250401.csv", dossier("H1").as_bytes())]);
    let (below, _, ran) = imported(&place, "gui.zip", bytes);
    ran.exits(3).says(&["trong.zip", "inside another", "Unpack the outer archive"]);
    assert_eq!(below, pairs([("/h_20250401.csv", 1), ("/trong.zip", 0)]));
}

#[test]
fn an_encrypted_entry_is_refused_and_says_so() {
    let place = Place::new();
    let mut bytes =
        archive(&[("bi-mat_20250401.csv", dossier("H2").as_bytes()), ("h_20250401.csv", dossier("H1").as_bytes())]);
    // The flag is in the entry's own header and in the directory.
    let central = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[6] |= 1;
    bytes[central + 8] |= 1;
    let (below, _, ran) = imported(&place, "gui.zip", bytes);
    ran.exits(3).says(&["bi-mat_20250401.csv", "password"]);
    assert_eq!(below, pairs([("/bi-mat_20250401.csv", 0), ("/h_20250401.csv", 1)]));
}

#[test]
fn a_damaged_entry_is_refused_and_the_others_are_read() {
    let place = Place::new();
    let text = dossier("H2");
    let mut bytes = archive(&[("hong_20250401.csv", text.as_bytes()), ("h_20250401.csv", dossier("H1").as_bytes())]);
    bytes[70] ^= 0xff;
    let (below, _, ran) = imported(&place, "gui.zip", bytes);
    ran.exits(3).says(&["hong_20250401.csv", "truncated or damaged"]);
    assert_eq!(below, pairs([("/h_20250401.csv", 1), ("/hong_20250401.csv", 0)]));
}

#[test]
fn an_archive_that_is_cut_off_is_one_refused_file() {
    let whole = archive(&[("h_20250401.csv", dossier("H1").as_bytes())]);
    for part in [10, whole.len() / 2, whole.len() - 3] {
        let place = Place::new();
        let before = place.snapshot();
        let (below, files, ran) = imported(&place, "gui.zip", &whole[..part]);
        ran.exits(3).says(&["truncated or damaged", "Send it again"]);
        assert_eq!((below, account(&files[0])), (vec![(String::new(), 0)], [0; 5]));
        assert_eq!(place.snapshot(), before);
    }
}

#[test]
fn bombs_are_refused_by_ratio_by_size_and_by_number() {
    let zeros = vec![0; 100 << 20];
    let noise: Vec<u8> = std::iter::repeat_with({
        let mut state = 7_u64;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        }
    })
    .take(2 << 20)
    .collect();
    let csv = dossier("H1");
    let cases = [
        ("", archive(&[("a.csv", &zeros), ("b.csv", csv.as_bytes())]), "max_inflation_ratio = 400"),
        ("max_inflated_mib = 1", archive(&[("a.csv", &noise)]), "max_inflated_mib = 1"),
        ("max_parts = 2", archive(&[("a", b"1"), ("b", b"2"), ("c", b"3")]), "max_parts = 2"),
    ];
    for (setting, bytes, words) in cases {
        let place = Place::new();
        std::fs::write(place.workspace().join("cchc.toml"), format!("[limits]\n{setting}\n")).unwrap();
        let before = place.snapshot();
        let (below, _, ran) = imported(&place, "bom.zip", bytes);
        ran.exits(3).says(&[words, "[limits] in cchc.toml", "Split it"]);
        assert_eq!(below, pairs([("", 0)]));
        assert_eq!(place.snapshot(), before);
        place.run(&["peek", place.path("bom.zip").to_str().unwrap()]).exits(1).says(&["in [limits] of cchc.toml"]);
    }
}

#[test]
fn a_size_that_an_archive_understates_is_not_believed() {
    let place = Place::new();
    let text = "x".repeat(1 << 20);
    let mut bytes = archive(&[("a.csv", text.as_bytes())]);
    let (size, small) = ((text.len() as u32).to_le_bytes(), 10_u32.to_le_bytes());
    let mut places = 0;
    while let Some(at) = bytes.windows(4).position(|window| window == size) {
        bytes[at..at + 4].copy_from_slice(&small);
        places += 1;
    }
    assert!(places >= 1);
    let (below, _, ran) = imported(&place, "gui.zip", bytes);
    ran.exits(3).says(&["a.csv", "truncated or damaged"]);
    assert_eq!(below, pairs([("/a.csv", 0)]));
}

#[test]
fn an_archive_without_files_is_refused() {
    for bytes in [archive(&[]), archive(&[("thu-muc/", b""), (".an", b"x")])] {
        let place = Place::new();
        let (below, _, ran) = imported(&place, "rong.zip", bytes);
        ran.exits(3).says(&["holds no file to read"]);
        assert_eq!(below, pairs([("", 0)]));
    }
}

#[test]
fn office_documents_are_no_archives_of_files() {
    for (inner, kind) in
        [("word/document.xml", "Word"), ("ppt/presentation.xml", "PowerPoint"), ("[Content_Types].xml", "Office")]
    {
        let place = Place::new();
        let (below, _, ran) = imported(&place, "thu.docx", archive(&[(inner, b"<x/>"), ("a.xml", b"<x/>")]));
        ran.exits(3).says(&[kind]);
        assert_eq!(below, pairs([("", 0)]));
    }
}

#[test]
fn peek_shows_the_sheets_of_all_files_and_which_are_refused() {
    let place = Place::empty();
    let sample = std::fs::read(project("sample-data/exports/ho-so_so-noi-vu_20250401.xlsx")).unwrap();
    let path = place.file("gui.zip", archive(&[("a.csv", b"x,1\n"), ("b/c.xlsx", &sample), ("rong.csv", b"")]));
    let ran = place.run(&["--format", "json", "peek", "--cells", "1", path.to_str().unwrap()]).exits(3);
    let rows = ran.rows();
    let ran = ran.says(&["gui.zip/rong.csv", "empty"]);
    assert_eq!((rows[0]["file"].as_str(), rows[0]["rows"].as_u64()), (Some("a.csv"), Some(1)));
    assert_eq!(rows[0]["cells"][0]["value"], "x");
    assert!(rows.len() > 1 && rows[1..].iter().all(|sheet| sheet["file"] == "b/c.xlsx"), "{}", ran.stdout);
    let only_bad = place.file("hong.zip", archive(&[("rong.csv", b"")]));
    place.run(&["peek", only_bad.to_str().unwrap()]).exits(1).says(&["rong.csv", "empty"]);
}

#[test]
fn hundreds_of_files_in_an_archive_are_read_one_by_one() {
    let names: Vec<String> = (0..300).map(|number| format!("xa-{number}/h_20250401.csv")).collect();
    let texts: Vec<String> = (0..300).map(|number| dossier(&format!("H{number}"))).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let place = Place::new();
    let (below, _, ran) = imported(&place, "gui.zip", archive(&files));
    ran.exits(0);
    assert_eq!(below.iter().map(|(_, loaded)| loaded).sum::<u64>(), 300);
}
