//! Workbooks as ministries and institutes publish them are read by a source file alone, in a workspace of their own.

use std::collections::BTreeMap;

use crate::support::{Place, account, project};

/// Unit, indicator, period → value.
type Figures = BTreeMap<(String, String, String), Option<f64>>;

/// A workspace with these provinces and a source file of its own.
fn place(provinces: &[(String, String)], source: &str, id: &str) -> Place {
    let mut units =
        "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\nVN,Việt Nam,,country,,,,\n".to_owned();
    for (code, name) in provinces {
        units.push_str(&format!("{code},\"{name}\",,province,VN,,,\n"));
    }
    let place = Place::with_units(&units);
    let text = std::fs::read_to_string(project(source)).unwrap();
    place.file(&format!("kho/queries/sources/{id}.toml"), text);
    place
}

fn table(path: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(project(path)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// As CSV, since the JSON parser of the tests is off by one in the last place of some numbers.
fn figures(place: &Place) -> Figures {
    let query = "SELECT unit, indicator, period, value FROM declared";
    let ran = place.run(&["--format", "csv", "sql", query]).exits(0);
    let mut reader = csv::Reader::from_reader(ran.stdout.trim_start_matches('\u{feff}').as_bytes());
    reader
        .deserialize()
        .map(|row: Result<(String, String, String, Option<f64>), _>| row.unwrap())
        .map(|(unit, indicator, period, value)| ((unit, indicator, period), value))
        .collect()
}

#[test]
fn a_workbook_with_a_sheet_a_year_gives_every_published_figure() {
    let expected = table("tests/data/papi/expected.csv");
    let provinces: BTreeMap<String, String> =
        expected.iter().map(|row| (format!("P{}", row["tinhid"]), row["province"].clone())).collect();
    let place = place(&provinces.into_iter().collect::<Vec<_>>(), "tests/data/papi/source.toml", "papi");
    let (file, _) = place.import(&project("tests/data/papi/PAPI_2011-2016.xlsx"));
    // 63 provinces in six years; the row of highest scores is no province.
    assert_eq!((file["source"].as_str(), account(&file)), (Some("papi"), [378, 378, 0, 0, 0]));
    let figures = figures(&place);
    let mut compared = 0;
    for row in &expected {
        let ids = row
            .iter()
            .filter(|(key, _)| !["year", "tinhid", "province", "province_ascii", "rank"].contains(&key.as_str()));
        for (id, text) in ids {
            let key = (format!("P{}", row["tinhid"]), id.clone(), row["year"].clone());
            // Two provinces have no figures in 2014, and a total of 0 that is none.
            let published = text.parse::<f64>().ok().filter(|value| *value != 0.0);
            assert_eq!(figures.get(&key).copied().flatten(), published, "{key:?}");
            compared += usize::from(published.is_some());
        }
    }
    assert_eq!(compared, 10_904);
    let ranked = place.rows(&["rank", "--index", "total", "--period", "2014", "--kind", "province"]);
    assert_eq!(ranked.iter().filter(|row| row["score"].is_null()).count(), 2);
}

#[test]
fn headings_over_six_rows_are_read_in_both_encodings_of_one_workbook() {
    let rows = table("tests/data/budget/expected_rows.csv");
    let provinces: Vec<(String, String)> = rows
        .iter()
        .filter(|row| row["row_kind"] == "province")
        .enumerate()
        .map(|(at, row)| (format!("P{at:02}"), row["name"].clone()))
        .collect();
    assert_eq!(provinces.len(), 61);
    let place = place(&provinces, "tests/data/budget/source.toml", "plan");
    let (file, _) = place.import(&project("tests/data/budget/Plan_2003.xls"));
    // The Unicode sheet says what the TCVN3 sheet says, in every cell: it adds nothing.
    assert_eq!((file["source"].as_str(), account(&file)), (Some("plan"), [122, 61, 0, 61, 0]));
    let figures = figures(&place);
    let ids = [
        ("Tổng thu NSNN trên địa bàn", "revenue", 127_400_000.0),
        ("Số bổ sung từ ngân sách trung ương", "transfer", 35_764_581.0),
        ("Tổng số chi ngân sách tỉnh", "expenditure", 64_729_441.0),
        ("Trong đó: chi CTMTQG, CT 135, dự án 5 triệu ha rừng, nhiệm vụ khác", "programmes", 13_359_025.0),
        ("Tỷ lệ phân chia các nguồn thu cho NSĐP", "share", 5816.0),
    ];
    for (_, id, sum) in ids {
        let all: f64 = figures.iter().filter(|((_, other, _), _)| other == id).filter_map(|(_, value)| *value).sum();
        assert!((all - sum).abs() < 1e-6, "{id}: {all}");
    }
    let mut compared = 0;
    let is_checked =
        |cell: &&BTreeMap<String, String>| cell["file"] == "Plan_2003.xls" && cell["row_kind"] == "province";
    for cell in table("tests/data/budget/expected.csv").iter().filter(|cell| is_checked(cell)) {
        let (code, _) = provinces.iter().find(|(_, name)| *name == cell["name"]).unwrap();
        let (_, id, _) = ids.iter().find(|(item, _, _)| *item == cell["item"]).unwrap();
        let ours = figures[&(code.clone(), (*id).to_owned(), "2003".to_owned())];
        assert_eq!(ours, cell["value"].parse().ok(), "{} {}", cell["cell"], cell["name"]);
        compared += 1;
    }
    assert_eq!(compared, 50);
    // The column of errors has no value anywhere, and none is 0.
    assert!(figures.iter().filter(|((_, id, _), _)| id == "transfer_h").all(|(_, value)| value.is_none()));
}

#[test]
fn a_table_of_any_units_and_values_is_declared_when_it_is_named() {
    let units: String = table("tests/data/asem/units.csv")
        .iter()
        .map(|unit| format!("{},\"{}\",,country,,,,\n", unit["code"], unit["name"]))
        .collect::<Vec<_>>()
        .concat();
    let place =
        Place::with_units(&format!("code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n{units}"));
    let raw = project("tests/data/asem/stage1_raw.csv");
    let (_, ran) = place.import(&raw);
    assert_eq!(ran.code, 3, "a table that could be anything is taken for nothing");
    let ran = place.run(&["--format", "json", "import", "--source", "declared-wide-point", raw.to_str().unwrap()]);
    assert_eq!(account(&ran.rows()[0]), [51, 51, 0, 0, 0]);
    let figures = figures(&place);
    assert_eq!(figures.len(), 51 * 49);
    for row in table("tests/data/asem/stage1_raw.csv") {
        for (id, text) in row.iter().filter(|(id, _)| *id != "code") {
            assert_eq!(
                figures[&(row["code"].clone(), id.clone(), String::new())],
                text.parse().ok(),
                "{} {id}",
                row["code"]
            );
        }
    }
    // Without a day they hold in every period.
    let measured = place.rows(&["indicators", "--period", "2018", "--indicator", "Goods"]);
    let austria = crate::support::figure(&measured, "AUT", "Goods");
    assert_eq!((austria["value"].as_f64(), austria["status"].as_str()), (Some(278.4264), Some("ok")));
}
