//! Files of a kind that real systems write, with what is right to read of them: pages of HTML, damaged workbooks, lists
//! of one unit, and what is no table at all.

use std::io::{Cursor, Read, Write};

use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::support::{Place, account, files_below, list, project};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    H58,UBND tỉnh Tiền Giang,Tiền Giang,province,,,,\n\
    000.00.02.H58,Sở Giao thông vận tải,Sở GTVT,department,H58,,,\n\
    000.00.03.H58,Sở Tư pháp,Sở TP,department,H58,STP,,\n";

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// Imports a case of `tests/data/cases`.
#[track_caller]
fn case(name: &str, options: &[&str]) -> (Place, Vec<Value>, i32) {
    let place = Place::with_units(UNITS);
    let file = place.file(name, std::fs::read(project("tests/data/cases").join(name)).unwrap());
    let import = [&["--format", "json", "--lang", "en", "import", file.to_str().unwrap()], options].concat();
    let ran = place.run(&import);
    let (rows, code) = (ran.rows(), ran.code);
    (place, rows, code)
}

fn column(dossiers: &[Value], name: &str) -> Vec<String> {
    dossiers.iter().map(|row| row[name].to_string().trim_matches('"').replace("T00:00:00", "")).collect()
}

#[test]
fn a_table_in_a_cell_costs_no_row_and_no_cell() {
    let (place, rows, code) = case("12-table-in-cell_20250401.xls", &[]);
    assert_eq!((account(&rows[0]), code), ([3, 3, 0, 0, 0], 0));
    let dossiers = place.dossiers();
    assert_eq!(column(&dossiers, "received_at"), ["2025-03-03", "2025-03-04", "2025-03-05"]);
    assert_eq!(column(&dossiers, "due_at"), ["2025-03-10", "2025-03-11", "2025-03-12"]);
    assert_eq!(column(&dossiers, "finished_at"), ["2025-03-07", "2025-03-13", "2025-03-12"]);
    assert_eq!(column(&dossiers, "channel"), ["2", "1", "2"]);
    assert_eq!(column(&dossiers, "fee"), ["150000", "0", "200000"]);
}

#[test]
fn a_script_in_a_cell_is_stored_nowhere() {
    let (place, rows, code) = case("22-script-in-cell_20250401.xls", &[]);
    assert_eq!((account(&rows[0]), code), ([3, 3, 0, 0, 0], 0));
    let codes = ["H58-250303-0001", "H58-250304-0002", "H58-250305-0003"];
    assert_eq!(column(&place.dossiers(), "dossier_code"), codes);
    for path in files_below(&place.workspace()) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(5).any(|window| window == b"menu("), "{}", path.display());
    }
}

#[test]
fn text_that_a_style_hides_is_left_out_and_told() {
    let hidden = "<i style='display:none'>x</i></td>";
    let row = |line: &str| ["<tr><td>", &line.replace(',', &[hidden, "<td>"].concat()), hidden, "</tr>"].concat();
    let rows: String = list(&[GOOD]).lines().map(row).collect();
    let place = Place::new();
    place.import_text("ho-so_20250401.xls", &format!("<html><table>{rows}</table>")).1.exits(0);
    assert_eq!(column(&place.dossiers(), "dossier_code"), ["H1"]);
    let found = place.rows(&["--lang", "en", "findings", "--all", "--rule", "hidden_text"]);
    assert_eq!((found.len(), &found[0]["count"]), (1, &2.into()), "{found:?}");
}

#[test]
fn the_refusal_of_a_list_without_units_names_the_way_that_loads_it() {
    let name = "21-no-unit-column_20250401.xlsx";
    let (place, rows, code) = case(name, &[]);
    assert_eq!((account(&rows[0]), code), ([0, 0, 0, 0, 0], 3));
    let file = place.path(name);
    let ran = place.run(&["--lang", "en", "import", file.to_str().unwrap()]).exits(3);
    let said = ran.stdout + &ran.stderr;
    let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["no column of units", "cchc import FILE --unit CODE", "from = \"sheet\"", "letterhead"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let proposed = place.run(&["--lang", "en", "source", "new", file.to_str().unwrap(), "--out", "-"]).exits(0).stdout;
    assert!(proposed.contains("# from = { letterhead") && proposed.contains("--unit CODE"), "{proposed}");

    let (place, rows, code) = case(name, &["--unit", "000.00.03.H58"]);
    assert_eq!((account(&rows[0]), code), ([8, 8, 0, 0, 0], 0));
    assert_eq!(column(&place.dossiers(), "resolving_unit"), ["000.00.03.H58"; 8]);
    assert_eq!(place.rows(&["findings", "--all", "--rule", "missing_unit_column"]).len(), 0);
}

/// What the proposal advises, followed to the letter.
#[test]
fn a_source_takes_the_unit_from_the_lines_above_the_headings() {
    let name = "21-no-unit-column_20250401.xlsx";
    let (place, ..) = case(name, &[]);
    let file = place.path(name);
    let proposed = place.run(&["--lang", "en", "source", "new", file.to_str().unwrap(), "--out", "-"]).exits(0).stdout;
    place.file("kho/queries/sources/mot-so.toml", proposed.replace("# from = { letterhead", "from = { letterhead"));
    place.run(&["--lang", "en", "import", file.to_str().unwrap()]).exits(0);
    assert_eq!(column(&place.dossiers(), "resolving_unit"), ["000.00.03.H58"; 8]);
}

#[test]
fn a_unit_for_one_import_is_a_unit_and_gives_way_to_a_column() {
    let place = Place::new();
    let file = place.file("ho-so_20250401.csv", list(&[GOOD]));
    let file = file.to_str().unwrap();
    place.run(&["--lang", "en", "import", file, "--unit", "ZZZ"]).exits(1).says(&["no unit has the code 'ZZZ'"]);
    let code = place.rows(&["sql", "SELECT code FROM units WHERE kind = 'province'"])[0]["code"].clone();
    place.run(&["import", file, "--unit", code.as_str().unwrap()]).exits(0);
    assert_ne!(place.dossiers()[0]["resolving_unit"], code);
}

#[test]
fn what_is_no_table_is_called_what_it_is() {
    for (rule, name, content, words) in [
        ("frameset_page", "a.xls", "<html><frameset rows='*'><frame src='a_files/sheet001.htm'>", "folder beside it"),
        ("login_page", "b.xls", "<!DOCTYPE html><html><form><input type=\"password\"></form>", "log in"),
        ("error_page", "c.xls", "<html><title>Lỗi 500</title><table><tr><td>Lỗi</table>", "error"),
        ("page_without_table", "d.xls", "<html><body>Xin chào</body></html>", "without any table"),
        ("json_answer", "e.xls", "{\"error\": \"het phien\"}", "JSON"),
        ("picture", "f.xlsx", "GIF89a.......", "GIF"),
        ("other_archive", "g.zip", "7z\u{0}", "7-Zip"),
        ("swallowed_rows", "h.xls", "<table><tr><td>1</table><script><table><tr><td>2</table>", "<script>"),
    ] {
        let place = Place::new();
        let mut bytes = content.as_bytes().to_vec();
        if rule == "other_archive" {
            bytes = b"7z\xbc\xaf\x27\x1c....".to_vec();
        }
        let file = place.file(name, bytes);
        place.import(&file).1.exits(3);
        let found = place.rows(&["--lang", "en", "findings", "--all", "--rule", rule]);
        let refused = place.run(&["--lang", "en", "import", file.to_str().unwrap()]).exits(3);
        let said = refused.stdout + &refused.stderr;
        assert!(said.contains(words), "{rule}: {said} {found:?}");
    }
}

#[test]
fn a_text_that_a_workbook_lost_is_blank_and_named_by_its_address() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in list(&[GOOD, &GOOD.replace("H1", "H2")]).lines().enumerate() {
        for (at, cell) in line.split(',').enumerate() {
            sheet.write(u32::try_from(row).unwrap(), u16::try_from(at).unwrap(), cell).unwrap();
        }
    }
    let mut package = zip::ZipArchive::new(Cursor::new(book.save_to_buffer().unwrap())).unwrap();
    let mut copy = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..package.len() {
        let mut part = package.by_index(index).unwrap();
        let (name, mut text) = (part.name().unwrap().to_string(), String::new());
        part.read_to_string(&mut text).unwrap();
        if let Some(at) = text.find("<c r=\"C2\" t=\"s\"><v>") {
            let start = at + "<c r=\"C2\" t=\"s\"><v>".len();
            let end = start + text[start..].find('<').unwrap();
            text.replace_range(start..end, "-1");
        }
        copy.start_file(name, SimpleFileOptions::default()).unwrap();
        copy.write_all(text.as_bytes()).unwrap();
    }
    let place = Place::new();
    let file = place.file("ho-so_20250401.xlsx", copy.finish().unwrap().into_inner());
    let (row, ran) = place.import(&file);
    ran.exits(0);
    assert_eq!(account(&row), [2, 2, 0, 0, 0]);
    assert_eq!(column(&place.dossiers(), "channel"), ["null", "2"]);
    let found = place.rows(&["--lang", "en", "findings", "--all", "--rule", "lost_text"]);
    assert_eq!((found.len(), &found[0]["row"]), (1, &2.into()), "{found:?}");
    assert!(found[0]["message"].as_str().unwrap().contains("cell C2"), "{found:?}");
}

/// Keys are read from the types that read a source file.
#[test]
fn every_key_of_a_source_file_is_explained() {
    let docs = std::fs::read_to_string(project("docs/sources.md")).unwrap();
    let code: String = ["source_file.rs", "layout_file.rs"]
        .map(|file| std::fs::read_to_string(project("src/definitions").join(file)).unwrap())
        .concat();
    let mut keys = 0;
    for name in ["RawSource", "RawColumn", "RawSkipRows", "RawMark", "RawWide", "RawFigure"] {
        let (_, after) = code.split_once(&format!("struct {name} {{")).unwrap();
        for line in after.split("\n}").next().unwrap().lines().filter(|line| line.ends_with(',')) {
            let key = line.split(':').next().unwrap().trim();
            let shown = [format!("`{key}`"), format!("\n{key} = "), format!("{key}]]\n"), format!("{key}]] ")];
            assert!(shown.iter().any(|way| docs.contains(way)), "{key} of {name} in docs/sources.md");
            keys += 1;
        }
    }
    assert!(keys > 40, "{keys}");
}
