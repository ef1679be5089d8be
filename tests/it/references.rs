//! Hard workbooks, CSV files and real budget tables made by others, read as their authors meant them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::support::{Ran, project, run};

/// No file takes longer, on whatever machine.
const LONGEST: Duration = Duration::from_secs(10);

#[track_caller]
fn peek(path: &Path) -> Ran {
    let begun = Instant::now();
    let ran = run(&["--format", "json", "peek", path.to_str().unwrap()]);
    assert!(begun.elapsed() < LONGEST, "{} took {:?}", path.display(), begun.elapsed());
    assert!(!ran.stderr.contains("panicked"), "{}: {}", path.display(), ran.stderr);
    ran
}

/// The lines of a CSV file without its headings.
fn table(path: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(project(path)).unwrap();
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Values of a sheet by address.
fn cells(sheet: &Value) -> BTreeMap<&str, &Value> {
    let cells = sheet["cells"].as_array().unwrap();
    cells.iter().map(|cell| (cell["address"].as_str().unwrap(), &cell["value"])).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(truth) => truth.to_string().to_uppercase(),
        other => other.to_string(),
    }
}

/// All addresses of a range such as `B2:D4`.
fn addresses(range: &str) -> Vec<String> {
    let corner = |text: &str| (text.as_bytes()[0], text[1..].parse::<u32>().unwrap());
    let (from, to) = range.split_once(':').unwrap();
    let ((left, top), (right, bottom)) = (corner(from), corner(to));
    (top..=bottom).flat_map(|row| (left..=right).map(move |column| format!("{}{row}", char::from(column)))).collect()
}

fn workbook(name: &str) -> PathBuf {
    project("tests/data/spreadsheets").join(name)
}

#[test]
fn every_hard_workbook_has_its_sheets_and_rows() {
    let mut expected: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for line in table("tests/data/spreadsheets/sheets.csv") {
        expected.entry(line[0].clone()).or_default().push(line[1..].to_vec());
    }
    assert_eq!(expected.len(), 48);
    for (file, sheets) in expected {
        let found = peek(&workbook(&file)).exits(0).rows();
        let names: Vec<&str> = found.iter().map(|sheet| sheet["sheet"].as_str().unwrap()).collect();
        for sheet in sheets {
            let [name, rows, hidden] = sheet.as_slice() else { panic!("{sheet:?}") };
            let at = names.iter().position(|found| found == name);
            let found = &found[at.unwrap_or_else(|| panic!("{file}: no sheet '{name}' in {names:?}"))];
            let counted = found["rows"].to_string();
            assert!(rows.split('|').any(|rows| rows == counted), "{file}!{name}: {counted} rows, not {rows}");
            assert_eq!(found["hidden"].to_string(), *hidden, "{file}!{name}");
        }
    }
}

#[test]
fn every_cell_of_a_hard_workbook_that_must_be_read_is_read() {
    let mut expected: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for line in table("tests/data/spreadsheets/cells.csv") {
        expected.entry(line[0].clone()).or_default().push(line[1..].to_vec());
    }
    let mut checked = 0;
    for (file, wanted) in expected {
        let sheets = peek(&workbook(&file)).exits(0).rows();
        for cell in wanted {
            let [sheet, address, how, value] = cell.as_slice() else { panic!("{cell:?}") };
            let found = sheets.iter().find(|found| found["sheet"] == **sheet);
            let cells = cells(found.unwrap_or_else(|| panic!("{file}: no sheet '{sheet}'")));
            let text = cells.get(address.as_str()).map(|value| shown(value)).unwrap_or_default();
            let is_right = match how.as_str() {
                "is" => text == *value,
                "contains" => text.contains(value.as_str()),
                "ends" => text.ends_with(value.as_str()),
                "lines" => text.replace("\r\n", "\n") == value.replace("\r\n", "\n"),
                "empty" => text.is_empty(),
                "covered" => addresses(address)[1..].iter().all(|address| !cells.contains_key(address.as_str())),
                other => panic!("{other}"),
            };
            assert!(is_right, "{file}!{sheet}!{address}: '{text}' {how} not '{value}'");
            checked += 1;
        }
    }
    assert_eq!(checked, 149);
}

#[test]
fn hard_workbooks_that_cannot_be_read_are_refused_with_the_reason() {
    let refused = table("tests/data/spreadsheets/refused.csv");
    assert_eq!(refused.len(), 7);
    for line in refused {
        let path = workbook(&line[0]);
        let ran = peek(&path).exits(1).says(&["error: ", &line[0], &line[1]]);
        assert!(ran.stdout.is_empty() && ran.stderr.lines().count() == 1, "{}: one clear message", ran.stderr);
    }
    let text = peek(&workbook("too_small.xls")).exits(0).rows();
    assert!(shown(&text[0]["cells"][0]["value"]).starts_with("Attachment f:\\attachcus"), "text is shown as text");
}

#[test]
fn csv_files_of_the_spectrum_give_what_their_json_says() {
    let folder = project("tests/data/csv-spectrum");
    let mut checked = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let json: Value = serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap();
        let expected = if json.is_array() { json.as_array().unwrap().clone() } else { vec![json] };
        let sheets = peek(&path).exits(0).rows();
        let cells = cells(&sheets[0]);
        assert_eq!(sheets[0]["rows"].as_u64(), Some(expected.len() as u64 + 1), "{name}");
        let at = |column: usize, row: usize| {
            let address = format!("{}{row}", char::from(b'A' + column as u8));
            cells.get(address.as_str()).map(|value| value.as_str().expect("all values are text").to_owned())
        };
        let headings: Vec<String> = (0..10).map_while(|column| at(column, 1)).collect();
        for (row, record) in expected.iter().enumerate() {
            let record = record.as_object().unwrap();
            assert_eq!(record.len(), headings.len(), "{name}");
            for (column, heading) in headings.iter().enumerate() {
                // The source's slip.
                if heading == "Contact Phone Number" {
                    assert_eq!(name, "location_coordinates");
                    continue;
                }
                assert_eq!(at(column, row + 2).unwrap_or_default(), record[heading], "{name}, {heading}");
            }
        }
        checked += 1;
    }
    assert_eq!(checked, 12);
}

#[test]
fn every_expected_cell_of_the_budget_workbooks_is_read() {
    let clean = |text: &str| text.nfc().collect::<String>().replace('\u{a0}', " ").trim().to_owned();
    let mut read: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let expected = table("tests/data/budget/expected.csv");
    assert_eq!(expected.len(), 340);
    for line in expected {
        let [file, sheet, address, _, name, _, _, value, _] = line.as_slice() else { panic!("{line:?}") };
        let sheets =
            read.entry(file.clone()).or_insert_with(|| peek(&project("tests/data/budget").join(file)).exits(0).rows());
        let found = sheets.iter().find(|found| found["sheet"] == **sheet).unwrap_or_else(|| panic!("{file}!{sheet}"));
        let cells = cells(found);
        let place = format!("{file}!{sheet}!{address}");
        match (cells.get(address.as_str()), value.as_str()) {
            (None, "") => {}
            (Some(Value::Number(number)), value) => {
                let expected: f64 = value.parse().unwrap_or_else(|_| panic!("{place}: {number}, not '{value}'"));
                assert!((number.as_f64().unwrap() - expected).abs() < 1e-9 * expected.abs().max(1.0), "{place}");
            }
            (Some(Value::String(text)), value) => assert_eq!(clean(text), clean(value), "{place}"),
            (found, value) => panic!("{place}: {found:?}, not '{value}'"),
        }
        let row = address.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
        let named = ["A", "B"].map(|column| format!("{column}{row}"));
        let is_named = |address: &String| {
            cells.get(address.as_str()).and_then(|value| value.as_str()).is_some_and(|text| clean(text) == *name)
        };
        assert!(named.iter().any(is_named), "{place}: the row is not called '{name}'");
    }
}
