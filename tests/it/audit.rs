//! `cchc audit`: every planted pattern is found, with its dossiers; a clean set is asked nothing; what exports lack is said.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{Place, list};

/// Columns of the national message.
const CODE: usize = 0;
const PROCEDURE: usize = 1;
const PROCEDURE_NAME: usize = 2;
const CHANNEL: usize = 5;
const FILED: usize = 9;
const RECEIVED: usize = 10;
const DUE: usize = 11;
const FINISHED: usize = 12;
const RETURNED: usize = 13;
const REFUSED: usize = 14;
const STATUS: usize = 15;
const UNIT: usize = 17;
const PAUSED: usize = 23;

type Record = Vec<String>;

/// Invented dossiers of a year, by unit, the unit with the most first.
struct Made {
    headings: Record,
    units: Vec<Vec<Record>>,
    codes: BTreeMap<String, String>,
}

fn rows_of(path: &Path) -> (Record, Vec<Record>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let record = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Record>();
    let headings = record(reader.headers().unwrap());
    (headings, reader.records().map(|row| record(&row.unwrap())).collect())
}

fn made(place: &Place) -> Made {
    let out = place.path("made/all.csv");
    place
        .run(&["generate", "--rows", "12000", "--units", "14", "--seed", "3", "--out", out.to_str().unwrap()])
        .exits(0);
    let units = place.path("made/units.csv");
    place.run(&["init", "--units", units.to_str().unwrap()]).exits(0);
    let codes = rows_of(&units).1.into_iter().map(|row| (row[1].clone(), row[0].clone())).collect();
    let (headings, rows) = rows_of(&out);
    let mut of_units: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for row in rows {
        of_units.entry(row[UNIT].clone()).or_default().push(row);
    }
    let mut units: Vec<Vec<Record>> = of_units.into_values().collect();
    units.sort_by_key(|rows| std::cmp::Reverse(rows.len()));
    Made { headings, units, codes }
}

impl Made {
    fn code(&self, unit: usize) -> String {
        self.codes[&self.units[unit][0][UNIT]].clone()
    }

    fn write<'r>(&self, place: &Place, name: &str, rows: impl Iterator<Item = &'r Record>) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.headings).unwrap();
        rows.for_each(|row| writer.write_record(row).unwrap());
        place.import(&place.file(name, writer.into_inner().unwrap())).1.exits(0);
    }
}

/// Rows whose cell lies in May.
fn in_may(rows: &mut [Record], column: usize) -> impl Iterator<Item = &mut Record> {
    rows.iter_mut().filter(move |row| row[column].starts_with("202405"))
}

#[test]
fn every_planted_pattern_is_found_and_nothing_else_is_asked() {
    let place = Place::empty();
    let mut made = made(&place);
    let mut planted: Vec<(&str, String)> = Vec::new();
    let mut plant = |made: &mut Made, rule: &'static str, unit: usize, change: &dyn Fn(&mut Vec<Record>)| {
        planted.push((rule, made.code(unit)));
        change(&mut made.units[unit]);
    };
    plant(&mut made, "returned-at-once", 0, &|rows| {
        in_may(rows, FINISHED).step_by(4).for_each(|row| row[FINISHED] = row[RECEIVED].clone());
    });
    plant(&mut made, "closed-on-last-day", 1, &|rows| {
        in_may(rows, FINISHED).step_by(2).for_each(|row| row[FINISHED] = "20240531150000".into());
    });
    plant(&mut made, "closed-at-night", 2, &|rows| {
        in_may(rows, FINISHED).step_by(3).for_each(|row| row[FINISHED].replace_range(8..10, "23"));
    });
    plant(&mut made, "paused-on-due-day", 3, &|rows| {
        in_may(rows, DUE).step_by(3).for_each(|row| row[PAUSED] = row[DUE].clone());
    });
    plant(&mut made, "online-in-series", 4, &|rows| {
        for row in in_may(rows, RECEIVED).filter(|row| row[CHANNEL] == "2") {
            row[FILED] = "20240502071512".into();
        }
    });
    plant(&mut made, "refused-instead-of-late", 5, &|rows| {
        rows.iter_mut()
            .filter(|row| row[FINISHED].starts_with("202404"))
            .for_each(|row| row[DUE] = "20240331160000".into());
        for (at, row) in in_may(rows, FINISHED).enumerate() {
            row[DUE] = "20240628160000".into();
            if at % 2 == 0 {
                (row[STATUS], row[REFUSED]) = ("3".into(), row[FINISHED].clone());
            }
        }
    });
    plant(&mut made, "received-again", 6, &|rows| {
        let mut again = Vec::new();
        for (at, row) in in_may(rows, RECEIVED).take(8).enumerate() {
            (row[PROCEDURE], row[PROCEDURE_NAME]) = (format!("9.{at:06}"), format!("Thủ tục {at}"));
            let mut new = row.clone();
            let day = row[RECEIVED][..8].to_owned();
            (row[STATUS], row[REFUSED], row[FINISHED]) = ("3".into(), format!("{day}170000"), format!("{day}170000"));
            new[CODE] = format!("{}9", new[CODE]);
            again.push(new);
        }
        rows.extend(again);
    });
    plant(&mut made, "due-beyond-limit", 7, &|rows| {
        in_may(rows, RECEIVED).step_by(2).for_each(|row| row[DUE] = "20241231160000".into());
    });
    plant(&mut made, "due-moved-late", 8, &|_| {});
    plant(&mut made, "late-became-on-time", 9, &|rows| {
        for row in rows
            .iter_mut()
            .filter(|row| ("20240401".."20240429").contains(&row[RECEIVED].as_str()) && row[STATUS] == "10")
        {
            (row[DUE], row[FINISHED]) = ("20240430160000".into(), "20240506100000".into());
            row[RETURNED] = row[FINISHED].clone();
        }
    });
    made.write(&place, "ho-so_20250101.csv", made.units.iter().flatten());
    let later = |unit: usize| made.units[unit].clone().into_iter().map(move |row| resent(unit, row));
    let later: Vec<Record> = later(8).chain(later(9)).collect();
    made.write(&place, "ho-so_20250201.csv", later.iter());
    planted.push(("ratings-of-one-minute", made.code(10)));
    planted.push(("round-declared-figures", made.code(11)));
    others(&place, &made);

    let rows = place.rows(&["audit", "--period", "2024-05"]);
    let keys = ["rule", "unit_code", "count", "of", "threshold", "examples"];
    assert_eq!(rows[0].as_object().unwrap().keys().take(6).collect::<Vec<_>>(), keys);
    let mut found: Vec<(&str, String)> =
        rows.iter().map(|row| (row["rule"].as_str().unwrap(), row["unit_code"].as_str().unwrap().to_owned())).collect();
    found.sort();
    planted.sort();
    assert_eq!(found, planted, "{rows:#?}");
    for row in &rows {
        assert!(row["count"].as_u64() <= row["of"].as_u64(), "{row}");
        let question = row["question"].as_str().unwrap();
        assert!(question.ends_with('?') && !question.contains('{'), "{question}");
    }
    let again = place.rows(&["audit", "--period", "2024-05", "--rule", "closed-at-night"]);
    assert_eq!(again.len(), 1);
    let codes = again[0]["examples"].as_str().unwrap().split("; ").collect::<Vec<_>>();
    assert_eq!(codes.len(), 5, "{codes:?}");
    let clean = place.rows(&["audit", "--period", "2024-09"]);
    assert!(clean.iter().all(|row| row["unit_code"] == "*"), "nothing was planted in September: {clean:#?}");
}

/// A dossier as the later export has it.
fn resent(unit: usize, mut row: Record) -> Record {
    if unit == 8 && row[DUE].starts_with("202405") && row[DUE].as_bytes()[7].is_multiple_of(3) {
        row[DUE] = "20240615160000".into();
    }
    if unit == 9 && row[DUE].starts_with("20240430160000") && row[FINISHED].starts_with("202405") {
        row[FINISHED] = "20240430080000".into();
        row[RETURNED] = "20240430080000".into();
    }
    row
}

/// A catalogue with limits, ratings and declared figures.
fn others(place: &Place, made: &Made) {
    let mut procedures: Vec<(String, String)> =
        made.units.iter().flatten().map(|row| (row[PROCEDURE].clone(), row[PROCEDURE_NAME].clone())).collect();
    procedures.sort();
    procedures.dedup_by(|left, right| left.0 == right.0);
    let lines = procedures.iter().map(|(code, name)| format!("{code},\"{name}\",Tỉnh,4,60"));
    let text =
        format!("Mã TTHC,Tên TTHC,Cấp thực hiện,Mức độ,Thời hạn giải quyết\n{}", lines.collect::<Vec<_>>().join("\n"));
    place.import_text("danh-muc_20250101.csv", &text).1.exits(0);
    let mut ratings = "Mã phiếu,Đơn vị,Ngày đánh giá,Điểm\n".to_owned();
    let mut declared = "Đơn vị,Chỉ tiêu,Kỳ,Tử số,Mẫu số\n".to_owned();
    for (unit, rows) in made.units.iter().enumerate() {
        for at in 0..10 {
            let minute = if unit == 10 { 30 } else { 10 + at };
            ratings.push_str(&format!(
                "P{unit}-{at},{},0{}/05/2024 09:{minute}:0{at},5\n",
                rows[0][UNIT],
                6 + unit % 3
            ));
            let figure = if unit == 11 { 100 + 10 * at } else { 101 + 7 * at + unit };
            declared.push_str(&format!("{},chi_tieu_{at},05/2024,{figure},1000\n", rows[0][UNIT]));
        }
    }
    place.import_text("phieu_20250101.csv", &ratings).1.exits(0);
    place.import_text("khai_20250101.csv", &declared).1.exits(0);
}

#[test]
fn a_rule_whose_columns_the_exports_lack_says_so_and_does_not_pass() {
    let place = Place::new();
    let row = |at| format!("H{at},Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả");
    let rows: Vec<String> = (0..4).map(row).collect();
    place.import_text("ho-so_20250401.csv", &list(&rows.iter().map(String::as_str).collect::<Vec<_>>())).1.exits(0);
    let asked = |rule: &str| place.rows(&["audit", "--period", "2025-01", "--rule", rule]);
    let row = &asked("paused-on-due-day")[0];
    assert_eq!((&row["unit_code"], &row["count"], &row["of"]), (&Value::from("*"), &Value::Null, &Value::Null));
    assert_eq!(row["lacks"], "dossiers.pause1_from");
    let said = place.run(&["audit", "--period", "2025-01"]).exits(0);
    said.says(&["rule 'paused-on-due-day' is asked of nobody: their exports lack dossiers.pause1_from"]);
    // Days without clocks do not tell whether a dossier came back at once.
    assert_eq!(asked("returned-at-once")[0]["count"], Value::Null);
    place
        .run(&["audit", "--period", "2025-01", "--rule", "returned-at-onc"])
        .exits(2)
        .says(&["did you mean 'returned-at-once'"]);
    place.run(&["audit", "--period", "2025-01", "--public"]).exits(2).says(&["no public answer"]);
}

#[test]
fn a_rule_of_the_workspace_is_asked_and_its_faults_are_named() {
    let place = Place::new();
    place
        .import_text("a_20250401.csv", &list(&["H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả"]))
        .1
        .exits(0);
    let rule = |sql: &str, more: &str| {
        format!(
            "question_vi = \"Vì sao {{count}}?\"\nquestion_en = \"Why {{count}}?\"\nneeds = [{more}]\nthreshold = 0.5\nfewest = 1\nsql = \"{sql}\"\n"
        )
    };
    let write = |text: String| place.file("kho/queries/audit/thu.toml", text);
    let ask = || place.run(&["--format", "json", "--lang", "en", "audit", "--period", "2025-01", "--rule", "thu"]);
    write(rule(
        "SELECT resolving_unit AS unit_code, dossier_code AS code, TRUE AS asked FROM dossiers",
        "\"dossiers.due_at\"",
    ));
    let row = &ask().exits(0).rows()[0];
    assert_eq!((&row["unit_code"], &row["examples"], &row["question"]), (&"A".into(), &"H1".into(), &"Why 1?".into()));
    write(rule("SELECT resolving_unit AS unit, dossier_code AS code, TRUE AS asked FROM dossiers", ""));
    ask().exits(1).says(&["audit/thu.toml", "they must be unit_code, code, asked"]);
    write(rule("SELECT nix AS unit_code, 2 AS code, TRUE AS asked FROM dossiers", "\"dossiers.due_att\""));
    place.run(&["check"]).exits(1).says(&[
        "audit/thu.toml: needs: there is no column 'dossiers.due_att'; did you mean 'due_at'?",
        "audit/thu.toml: sql",
    ]);
    write(rule("DELETE FROM dossiers", ""));
    ask().exits(1).says(&["audit/thu.toml"]);
}
