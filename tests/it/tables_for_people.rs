//! Tables for people speak their language, and write numbers as Excel here reads them.

use crate::support::{Place, list};

fn place() -> Place {
    let place = Place::new();
    place.import_text(
        "a_20250401.csv",
        &list(&[
            "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
            "H2,Sở A,Trực tiếp,07/02/2025,10/02/2025,12/02/2025,Đã trả kết quả",
            "H3,Sở A,Trực tiếp,07/02/2025,10/02/2025,12/02/2025,Đã trả kết quả",
        ]),
    );
    place
}

const RATE: [&str; 5] = ["indicators", "--indicator", "on_time_rate", "--period", "2025-Q1"];

#[test]
fn headings_and_values_are_words_in_tables_for_people_and_keys_elsewhere() {
    let place = place();
    let ask = |how: &[&str]| place.run(&[how, &RATE[..]].concat()).exits(0).stdout;
    let table = ask(&["--lang", "vi"]);
    assert!(table.contains("Mã đơn vị") && table.contains("Tử số") && table.contains("có số liệu"), "{table}");
    assert!(table.contains("0,333333"), "{table}");
    let english = ask(&["--lang", "en"]);
    assert!(english.contains("numerator") && english.contains("0.333333") && !english.contains("Tử số"), "{english}");
    let csv = ask(&["--format", "csv"]);
    assert!(csv.starts_with("unit_code,unit_name,kind,"), "{csv}");
    let excel = ask(&["--lang", "vi", "--format", "csv-excel"]);
    assert!(excel.starts_with("\u{feff}Mã đơn vị;Tên đơn vị;"), "{excel}");
    assert!(excel.lines().any(|line| line.starts_with("A;Sở A;") && line.contains(";1;3;0,333333;")), "{excel}");
}

#[test]
fn the_language_of_the_environment_is_taken() {
    let place = place();
    let mut command = crate::support::program();
    command.env("CCHC_LANG", "en").arg("--workspace").arg(place.workspace()).args(RATE);
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(output.contains("numerator") && !output.contains("Tử số"), "{output}");
}

/// Keys of tables stand in the code as the first argument of what builds a column.
#[test]
fn every_column_of_a_table_has_a_heading_in_both_languages() {
    let words = std::fs::read_to_string(crate::support::project("report-templates/columns.toml")).unwrap();
    let words: toml::Table = words.parse().unwrap();
    let headings = words["heading"].as_table().unwrap();
    let mut missing = Vec::new();
    for path in crate::support::files_below(&crate::support::project("src/cli")) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for call in [".text(", ".int(", ".number(", ".flag("] {
            for part in text.split(call).skip(1) {
                let Some(key) = part.trim_start().strip_prefix('"').and_then(|part| part.split('"').next()) else {
                    continue;
                };
                if !headings.contains_key(key) {
                    missing.push(format!("{}: {key}", path.display()));
                }
            }
        }
    }
    assert!(headings.len() > 100 && missing.is_empty(), "{missing:#?}");
}
