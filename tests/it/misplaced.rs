//! Personal values stand where none belong: in columns of units, words and codes, in names of files, sheets and columns.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::encodings::tcvn3;
use crate::support::{Place, Ran, files_below, project};
use crate::workbook::{S, line, xlsx};

/// Columns of a list of dossiers; those in [`WRONG`] are no place for a person.
const HEADINGS: [&str; 15] = [
    "Số hồ sơ",
    "Cơ quan/đơn vị",
    "Đơn vị tiếp nhận",
    "Hình thức tiếp nhận",
    "Mức độ",
    "Mã TTHC",
    "Tên thủ tục hành chính",
    "Tên lĩnh vực",
    "Trạng thái hồ sơ",
    "Phí",
    "Chủ hồ sơ",
    "Cột lạ",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
];
/// Ten columns that are read, one that is personal, one that nothing uses.
const WRONG: usize = 12;
/// Canaries in all.
const CANARIES: usize = 2_000;

const FAMILIES: [&str; 14] =
    ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Lý"];
const MIDDLES: [&str; 12] =
    ["Văn", "Thị", "Hữu", "Đức", "Minh", "Ngọc", "Thanh", "Quang", "Thị Thu", "Văn Minh", "Thị Ngọc", "Hoàng"];
const GIVENS: [&str; 20] = [
    "An", "Bích", "Cường", "Dũng", "Giang", "Hạnh", "Khoa", "Lộc", "Mỹ", "Nga", "Oanh", "Phúc", "Quyên", "Sáng",
    "Tuyết", "Uyên", "Vượng", "Xuyến", "Yến", "Tuấn",
];

/// A personal value: how it is written, and by what it is looked for.
#[derive(Debug, Clone)]
struct Canary {
    written: String,
    sought: String,
}

/// Small letters without diacritics, one blank between words: whatever a text is written like, a name in it is the same.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfd().filter(|letter| !matches!(letter, '\u{300}'..='\u{36f}')) {
        let letter = if matches!(letter, 'đ' | 'Đ') { 'd' } else { letter };
        if letter.is_whitespace() || matches!(letter, '-' | '_') {
            if !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else {
            folded.extend(letter.to_lowercase());
        }
    }
    folded
}

fn person(number: usize) -> String {
    let (family, rest) = (FAMILIES[number % 14], number / 14);
    format!("{family} {} {}", MIDDLES[rest % 12], GIVENS[(rest / 12 + number) % 20])
}

/// Names in five spellings, phones, identity numbers of both lengths, mail addresses: all of them different.
fn canaries() -> Vec<Canary> {
    let mut all = Vec::with_capacity(CANARIES);
    let mut number = 0;
    while all.len() < CANARIES {
        number += 1;
        let serial = number * 7919 % 1_000_000;
        let name = person(number);
        let written = match number % 10 {
            0 | 1 => name.clone(),
            2 => name.to_uppercase(),
            3 => name.nfd().collect(),
            4 => folded(&name).split(' ').map(capital).collect::<Vec<_>>().join(" "),
            5 => folded(&name).to_uppercase(),
            6 => format!("09{:08}", 10_000_000 + serial),
            7 => format!("0{:02}2{:02}{serial:06}", 1 + number % 96, number % 100),
            8 => format!("{}", 200_000_000 + serial * 37),
            _ => format!("dan.{serial}@thu-dien-tu.vn"),
        };
        let sought = if number % 10 < 6 { folded(&name) } else { written.clone() };
        all.push(Canary { written, sought });
    }
    all
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// Fails if a text holds a canary.
#[track_caller]
fn holds_none(what: &str, text: &str, canaries: &[Canary]) {
    const START: usize = 6;
    let text = folded(text);
    let mut by_start: HashMap<&[u8], Vec<&str>> = HashMap::new();
    for canary in canaries {
        by_start.entry(&canary.sought.as_bytes()[..START]).or_default().push(&canary.sought);
    }
    let bytes = text.as_bytes();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for at in 0..bytes.len().saturating_sub(START) {
        for sought in by_start.get(&bytes[at..at + START]).into_iter().flatten() {
            let before = at.checked_sub(1).map(|before| bytes[before]);
            let after = bytes.get(at + sought.len());
            // A run of digits in a hash is nobody's number.
            let is_number = sought.bytes().all(|byte| byte.is_ascii_digit());
            let is_alone = !before.iter().chain(after).any(u8::is_ascii_alphanumeric);
            if bytes[at..].starts_with(sought.as_bytes()) && (is_alone || !is_number) {
                found.insert(sought);
            }
        }
    }
    assert!(
        found.is_empty(),
        "{} personal values in {what}: {:?}",
        found.len(),
        found.iter().take(5).collect::<Vec<_>>()
    );
}

/// All text of a file, the parts of a workbook unpacked.
fn text_of(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let mut text = format!("{}\n", path.display());
    if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(&bytes)) {
        for at in 0..archive.len() {
            let mut part = Vec::new();
            archive.by_index(at).unwrap().read_to_end(&mut part).unwrap();
            text.push_str(&String::from_utf8_lossy(&part));
        }
        return text;
    }
    text + &String::from_utf8_lossy(&bytes)
}

/// One row, sound but for a canary in one column.
fn row(number: usize, wrong: usize, canary: &str) -> Vec<String> {
    let sound = [
        &format!("H{number:05}"),
        "Sở A",
        "Sở Bê",
        "Trực tiếp",
        "3",
        "1.000001",
        "Cấp giấy phép",
        "Đất đai",
        "Đã trả kết quả",
        "20000",
        "Trần Thị Thử",
        "lạ",
        "06/01/2025",
        "10/01/2025",
        "09/01/2025",
    ];
    let mut row: Vec<String> = sound.iter().map(|cell| (*cell).to_owned()).collect();
    canary.clone_into(&mut row[wrong]);
    row
}

fn table(rows: &[Vec<String>]) -> String {
    let lines = rows.iter().map(|row| row.join(","));
    [HEADINGS.join(",")].into_iter().chain(lines).collect::<Vec<_>>().join("\n") + "\n"
}

fn html(rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<&str>| format!("<tr><td>{}</td></tr>", cells.join("</td><td>"));
    let body: String = rows.iter().map(|row| line(row.iter().map(String::as_str).collect())).collect();
    format!(
        "<html><head><meta charset=\"utf-8\"></head><body><table>{}{body}</table></body></html>",
        line(HEADINGS.to_vec())
    )
}

/// Writes the canaries into files of several containers; each stands in one wrong place.
fn planted(place: &Place, canaries: &[Canary]) -> std::path::PathBuf {
    let (names, cells) = canaries.split_at(120);
    for (part, canaries) in cells.chunks(188).enumerate() {
        let rows: Vec<Vec<String>> = canaries
            .iter()
            .enumerate()
            .map(|(at, canary)| {
                // Nine digits are a sound amount in a column of amounts.
                let is_amount = at % WRONG == 9 && canary.written.len() == 9 && canary.written.parse::<u32>().is_ok();
                row(part * 1000 + at, if is_amount { 8 } else { at % WRONG }, &canary.written)
            })
            .chain((500..900).map(|at| row(part * 1000 + at, 11, "lạ")))
            .collect();
        match part % 3 {
            0 => place.file(&format!("gui/ho-so-{part}_20250401.csv"), table(&rows)),
            1 => place.file(&format!("gui/ho-so-{part}_20250401.xls"), html(&rows)),
            _ => {
                let lines = [HEADINGS.join(",")].into_iter().chain(rows.iter().map(|row| row.join(",")));
                let sheet = S { name: "Hồ sơ", ..S::of(lines.map(|text| line(&text)).collect()) };
                place.file(&format!("gui/ho-so-{part}_20250401.xlsx"), xlsx(&[sheet]))
            }
        };
    }
    for (at, name) in names.iter().enumerate() {
        let rows = [row(90_000 + at, 11, "lạ")];
        match at % 3 {
            0 => place.file(&format!("gui/{}_20250401.csv", name.written), table(&rows)),
            1 => {
                place.file(&format!("gui/tieu-de-{at}_20250401.csv"), table(&rows).replacen("Cột lạ", &name.written, 1))
            }
            _ => {
                let lines = [HEADINGS.join(","), rows[0].join(",")];
                let sheet =
                    S { name: name.written.clone().leak(), ..S::of(lines.iter().map(|text| line(text)).collect()) };
                place.file(&format!("gui/bang-{at}_20250401.xlsx"), xlsx(&[sheet]))
            }
        };
    }
    place.path("gui")
}

const TABLES: [&str; 14] = [
    "dossiers",
    "procedures",
    "ratings",
    "feedback",
    "declared",
    "criteria",
    "units",
    "imports",
    "findings",
    "cleared",
    "sent",
    "changes",
    "indicators",
    "calendar",
];

#[test]
fn two_thousand_misplaced_personal_values_come_out_nowhere() {
    let place = Place::new();
    let canaries = canaries();
    let sent = planted(&place, &canaries);
    let sent = sent.to_str().unwrap();
    let check = |what: &str, ran: &Ran| {
        assert!(ran.code != 101, "{what}: {}", ran.stderr);
        holds_none(what, &(ran.stdout.clone() + &ran.stderr), &canaries);
    };
    check("a dry run", &place.run(&["import", sent, "--dry-run"]));
    check("a dry run as JSON", &place.run(&["--format", "json", "import", sent, "--dry-run"]));
    let imported = place.run(&["--format", "json", "import", sent]).exits(3);
    check("import", &imported);
    for account in imported.rows() {
        let count = |key: &str| account[key].as_u64().unwrap();
        assert_eq!(
            count("rows"),
            count("loaded") + count("updated") + count("duplicate") + count("rejected"),
            "{account}"
        );
    }
    for format in ["table", "csv", "json", "ndjson"] {
        check("import", &place.run(&["--format", format, "--lang", "en", "import", sent]));
        check("findings", &place.run(&["--format", format, "findings", "--all"]));
        check("units", &place.run(&["--format", format, "units", "--unknown"]));
        check("history", &place.run(&["--format", format, "history"]));
        for table in TABLES {
            let query = format!("SELECT * FROM {table}");
            check(table, &place.run(&["--format", format, "sql", &query]));
        }
    }
    for command in [
        &["form06", "--period", "2025"][..],
        &["indicators", "--period", "2025"],
        &["explain", "on_time_rate", "--unit", "*", "--period", "2025-Q1", "--rows"],
        &["sql", "--saved", "refused-rows"],
        &["source", "list"],
        &["check"],
    ] {
        check(&command.join(" "), &place.run(command));
    }
    let book = place.path("tra-lai.xlsx");
    check("findings as workbook", &place.run(&["findings", "--out", book.to_str().unwrap()]));
    holds_none("the workbook of findings", &text_of(&book), &canaries);
    let report = place.path("bao-cao");
    check("report", &place.run(&["report", "--period", "2025-Q1", "--out", report.to_str().unwrap()]).exits(0));
    for path in files_below(&report).into_iter().chain(files_below(&place.workspace())) {
        holds_none(&path.display().to_string(), &text_of(&path), &canaries);
    }
    for file in files_below(Path::new(sent)) {
        let file = file.to_str().unwrap();
        check("source new", &place.run(&["source", "new", file, "--out", "-"]));
        if file.contains("bang-2") || file.contains("ho-so-1") || file.ends_with("an_20250401.csv") {
            check("source test", &place.run(&["source", "test", file]));
        }
        check("no such file", &place.run(&["import", &format!("{file}.khong-co")]));
        check("no such file", &place.run(&["peek", &format!("{file}.khong-co")]));
    }
}

#[test]
fn a_misplaced_value_is_found_and_its_row_refused_for_what_it_is() {
    let place = Place::new();
    let mut rows: Vec<Vec<String>> = (0..40).map(|at| row(at, 11, "lạ")).collect();
    rows.push(row(100, 1, "Nguyễn Văn Lạc"));
    rows.push(row(101, 2, "Nguyễn Văn Lạc"));
    rows.push(row(102, 0, "079201001234"));
    rows.push(row(103, 6, "Cấp giấy phép cho ông Nguyễn Văn Lạc"));
    let (account, _) = place.import_text("lech_20250401.csv", &table(&rows));
    assert_eq!((account["rows"].as_u64(), account["rejected"].as_u64()), (Some(44), Some(2)));
    let findings = place.rows(&["findings"]);
    let one = |rule: &str, column: &str| -> Value {
        let found = findings.iter().find(|row| row["rule"] == rule && row["column"] == column);
        found.unwrap_or_else(|| panic!("no {rule} in {column}: {findings:#?}")).clone()
    };
    assert_eq!(one("unknown_unit", "Cơ quan/đơn vị")["value"], "N…(14)");
    assert_eq!(one("unknown_receiving_unit", "Đơn vị tiếp nhận")["value"], "N…(14)");
    assert_eq!(one("personal_code", "Số hồ sơ")["value"], "0…(12)");
    assert_eq!(one("personal_value", "Tên thủ tục hành chính")["count"], 1);
    let names = place.rows(&["sql", "SELECT procedure_name FROM dossiers WHERE dossier_code = 'H00103'"]);
    assert_eq!(names[0]["procedure_name"], "Cấp giấy phép cho ông N…(14)");
}

#[test]
fn codes_that_most_rows_have_are_codes_whatever_they_look_like() {
    let rows: Vec<Vec<String>> = (0..9).map(|at| row(0, 0, &format!("0792010012{at:02}"))).collect();
    let place = Place::new();
    let (account, _) = place.import_text("ma-so_20250401.csv", &table(&rows));
    assert_eq!((account["loaded"].as_u64(), account["rejected"].as_u64()), (Some(9), Some(0)));
    assert_eq!(place.dossiers()[0]["dossier_code"], "079201001200");
    let mixed: Vec<Vec<String>> = (0..9).map(|at| row(at, 11, "lạ")).chain(rows.into_iter().take(9)).collect();
    let place = Place::new();
    let (account, _) = place.import_text("lan-lon_20250401.csv", &table(&mixed));
    assert_eq!((account["loaded"].as_u64(), account["rejected"].as_u64()), (Some(9), Some(9)), "half are not most");
}

#[test]
fn a_refused_row_is_corrected_from_its_original_though_its_names_are_masked() {
    let place = Place::new();
    let lines = [HEADINGS.join(","), row(1, 11, "lạ").join(","), row(2, 1, "Nguyễn Văn Lạc").join(",")];
    let sheet = S { name: "Trần Thị Lạc", ..S::of(lines.iter().map(|text| line(text)).collect()) };
    let file = place.file("Lê Văn Lạc_20250401.xlsx", xlsx(&[sheet]));
    let (account, _) = place.import(&file);
    assert!(account["file"].as_str().unwrap().ends_with("/L…(10)_20250401.xlsx"), "{account}");
    assert_eq!(account["rejected"], 1);
    let out = place.path("sua.xlsx");
    let from = ["findings", "--from", file.to_str().unwrap(), "--out", out.to_str().unwrap()];
    place.run(&from).exits(0);
    let corrected = text_of(&out);
    assert!(corrected.contains("Nguyễn Văn Lạc"), "the original is read again");
    let bytes = std::fs::read(&out).unwrap();
    let sound = place.file("sua_20250402.xlsx", replaced(&bytes, "Nguyễn Văn Lạc", "Sở A"));
    let (account, _) = place.import(&sound);
    assert_eq!((account["loaded"].as_u64(), account["rejected"].as_u64()), (Some(1), Some(0)), "{account}");
    let open = place.rows(&["findings", "--rule", "unknown_unit"]);
    assert!(open.is_empty(), "the row was loaded, so that its finding is cleared: {open:?}");
}

/// A workbook with another text in place of one.
fn replaced(workbook: &[u8], old: &str, new: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        let name = part.name().unwrap().into_owned();
        if let Ok(text) = String::from_utf8(bytes.clone()) {
            bytes = text.replace(old, new).into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut out, &bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn two_files_and_two_sheets_of_one_mask_stay_two() {
    let place = Place::new();
    let sheet = |number: usize, name: &'static str| {
        let lines = [HEADINGS.join(","), row(number, 1, "Sở Lạ").join(",")];
        S { name, ..S::of(lines.iter().map(|text| line(text)).collect()) }
    };
    place.file("gui/Nguyễn Văn An_20250401.xlsx", xlsx(&[sheet(1, "Trần Thị Hoa"), sheet(2, "Trần Thị Mai")]));
    place.file("gui/Nguyễn Văn Ba_20250401.csv", table(&[row(3, 1, "Sở Lạ")]));
    place.file("gui/Nguyễn Văn Tư_20250401.csv", table(&[row(4, 1, "Sở Lạ")]));
    place.run(&["import", place.path("gui").to_str().unwrap()]).exits(3);
    let rows = place
        .rows(&["sql", "SELECT DISTINCT file, sheet FROM findings WHERE rule = 'unknown_unit' ORDER BY file, sheet"]);
    assert_eq!(rows.len(), 4, "{rows:#?}");
    let named = place.rows(&["findings", "--rule", "personal_name"]);
    assert_eq!(named.len(), 5, "three files and two sheets: {named:#?}");
    for (key, ending) in [("sheet", "T…(12) #2"), ("file", "N…(13)_20250401.csv #2")] {
        assert!(rows.iter().any(|row| row[key].as_str().is_some_and(|text| text.ends_with(ending))), "{rows:#?}");
    }
}

#[test]
fn a_name_in_an_encoding_that_nobody_could_tell_is_masked_in_it() {
    let place = Place::new();
    let rows = [row(1, 11, "la"), row(2, 1, "Nguyễn Văn Lạc"), row(3, 2, "Trần Thị Tuyết Sương")];
    for (name, bytes) in [("abc_20250401.csv", tcvn3(&table(&rows)))] {
        let file = place.file(name, bytes);
        let (_, ran) = place.import(&file);
        let told = ran.stdout
            + &ran.stderr
            + &place.run(&["--format", "csv", "sql", "SELECT * FROM findings"]).exits(0).stdout;
        for sought in ["Nguyễn Văn Lạc", "NguyÔn V¨n L¹c", "Trần Thị Tuyết Sương", "TrÇn ThÞ TuyÕt"]
        {
            assert!(!told.contains(sought), "{sought} in {told}");
        }
    }
}

#[test]
fn a_purge_takes_names_that_an_older_program_kept() {
    let place = Place::new();
    place.import_text("ho-so_20250401.csv", &table(&[row(1, 11, "lạ"), row(2, 1, "Sở Lạ")]));
    // An older program kept the name of the file as it was, and no hashes.
    place.without_hashes();
    let version = place.workspace().join("versions/00000002.json");
    let text = std::fs::read_to_string(&version).unwrap();
    std::fs::write(&version, text.replace("ho-so_20250401.csv", "Nguyễn Văn Lạc_20250401.csv")).unwrap();
    place.run(&["purge", "--yes", "--dossier", "H00001", "--reason", "theo đơn của Nguyễn Văn Lạc"]).exits(0);
    assert!(std::fs::read_to_string(&version).unwrap().contains("sha256-"));
    for path in files_below(&place.workspace()) {
        assert!(!text_of(&path).contains("Nguyễn Văn Lạc"), "{}", path.display());
    }
}

/// Words of every kind that are shown: names of units of the whole country, words and headings of the definitions, names of
/// the sample's files, procedures and fields.
#[test]
fn no_unit_procedure_field_or_heading_is_taken_for_a_person() {
    use cchc::definitions::{OfficialUnits, shipped_mask};
    use cchc::model::Where;
    let mask = shipped_mask();
    let mut texts: BTreeSet<(bool, String)> = BTreeSet::new();
    let official = OfficialUnits::load(None).unwrap();
    for unit in official.structures.iter().flat_map(|structure| &structure.units) {
        let bare = official.typed(&unit.full_name).map_or("", |(_, bare)| bare);
        for name in
            [unit.full_name.clone(), format!("UBND {}", unit.full_name), unit.full_name.to_uppercase(), bare.to_owned()]
        {
            texts.insert((false, name));
        }
    }
    for folder in ["queries", "report-templates", "sample-data", "tests/data"] {
        for path in files_below(&project(folder)) {
            texts.insert((true, path.file_name().unwrap().to_string_lossy().into_owned()));
            let is_text = path.extension().is_some_and(|kind| kind == "toml" || kind == "csv");
            if !is_text || path.ends_with("persons.toml") || path.ends_with("proposal.toml") || folder == "tests/data" {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if path.extension().is_some_and(|kind| kind == "toml") {
                texts.extend(text.split('"').skip(1).step_by(2).map(|text| (false, text.to_owned())));
            }
        }
    }
    for table in ["procedures", "dossiers"] {
        let place = &crate::support::sample().place;
        for row in place.rows(&["sql", &format!("SELECT DISTINCT procedure_name, field FROM {table}")]) {
            texts.extend(
                ["procedure_name", "field"].iter().filter_map(|key| Some((false, row[*key].as_str()?.to_owned()))),
            );
        }
    }
    assert!(texts.len() > 40_000, "{}", texts.len());
    let masked: Vec<&String> = texts
        .iter()
        .filter(|(is_name, text)| mask.kind(text, if *is_name { Where::Name } else { Where::Cell }).is_some())
        .map(|(_, text)| text)
        .collect();
    assert!(masked.is_empty(), "{} of {} are taken for persons: {masked:#?}", masked.len(), texts.len());
    let findings = crate::support::sample().place.rows(&["sql", "SELECT * FROM findings WHERE rule LIKE 'personal_%'"]);
    assert!(findings.is_empty(), "{findings:#?}");
}
