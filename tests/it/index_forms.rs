//! The forms on which units score themselves: written, filled in, imported, scored; and definitions read from sheets.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Place, account, files_below, row_of};

/// A small set in which the unit's own points count where nobody checked them.
const SET: &str = r#"
kind = "points"

[index]
id = "nho"
name_vi = "Chỉ số nhỏ"
name_en = "Small index"
unit_kinds = ["department"]
legal_basis = "ví dụ"

[points]
max = 10
counts = ["verified", "self"]

[display]
digits = 2
mode = "half_up"
reason = "ví dụ"

[[item]]
code = "I"
name = "Chỉ đạo, điều hành"
max = 6

[[item]]
code = "1"
parent = "I"
name = "Kế hoạch"
max = 3.5

[[item]]
code = "1.1"
parent = "1"
name = "Ban hành kế hoạch"
max = 2
rule = { kind = "yes_no", input = "plan_on_time" }
evidence = "Kế hoạch, ngày ban hành"

[[item]]
code = "1.2"
parent = "1"
name = "Kiểm tra"
max = 1.5
rule = { kind = "tiers", input = "meeting_count", tiers = [
  { from = 4, points = 1.5 },
  { from = 2, points = 0.5 },
  { points = 0 },
] }

[[item]]
code = "2"
parent = "I"
name = "Sáng kiến \"một chạm\" & <thử>"
max = 2.5
rule = { kind = "scored" }

[[item]]
code = "II"
name = "Hài lòng"
max = 4
counts = ["surveyed", "self"]
rule = { kind = "scored" }
"#;

/// Points of each criterion for one unit.
type Given<'a> = &'a [(&'a str, &'a str)];

fn place_with(set: &str) -> Place {
    let place = Place::new();
    place.file("kho/queries/indices/nho.toml", set);
    place
}

/// Writes the forms of all departments; their paths by unit code.
fn export_all(place: &Place, id: &str, period: &str) -> BTreeMap<String, PathBuf> {
    let out = place.path("bieu");
    let rows = place.rows(&["index", "export", id, "--period", period, "--all-units", "--out", out.to_str().unwrap()]);
    rows.iter()
        .map(|row| (row["unit_code"].as_str().unwrap().to_owned(), PathBuf::from(row["file"].as_str().unwrap())))
        .collect()
}

/// Cells of a form by address.
fn cells(place: &Place, form: &Path) -> BTreeMap<String, Value> {
    let sheets = place.rows(&["peek", form.to_str().unwrap()]);
    assert_eq!(sheets.len(), 1);
    let cells = sheets[0]["cells"].as_array().unwrap().iter();
    cells.map(|cell| (cell["address"].as_str().unwrap().to_owned(), cell["value"].clone())).collect()
}

/// The row of a criterion.
fn row_of_code(cells: &BTreeMap<String, Value>, code: &str) -> String {
    let found = cells.iter().find(|(address, value)| address.starts_with('A') && *value == code);
    found.unwrap_or_else(|| panic!("no row '{code}'")).0[1..].to_owned()
}

/// The parts of a workbook.
fn parts(file: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            (part.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn sheet_xml(file: &Path) -> String {
    let parts = parts(file);
    String::from_utf8(parts.into_iter().find(|(name, _)| name.ends_with("sheet1.xml")).unwrap().1).unwrap()
}

/// Writes cells into a form as a spreadsheet program would: address → number, or text behind a quotation mark.
fn write_cells(file: &Path, to: &Path, values: &[(String, String)]) {
    let mut writer = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for (name, bytes) in parts(file) {
        writer.start_file(&name, zip::write::SimpleFileOptions::default()).unwrap();
        if !name.ends_with("sheet1.xml") {
            writer.write_all(&bytes).unwrap();
            continue;
        }
        let mut xml = String::from_utf8(bytes).unwrap();
        for (address, value) in values {
            let start = xml.find(&format!("<c r=\"{address}\"")).unwrap_or_else(|| panic!("no cell {address}"));
            let close = start + xml[start..].find('>').unwrap();
            let end = if xml[..=close].ends_with("/>") {
                close + 1
            } else {
                start + xml[start..].find("</c>").unwrap() + "</c>".len()
            };
            let style = xml[start..close].split("s=\"").nth(1).map_or("0", |rest| rest.split('"').next().unwrap());
            let cell = match value.strip_prefix('\'') {
                Some(text) => {
                    format!("<c r=\"{address}\" s=\"{style}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
                }
                None => format!("<c r=\"{address}\" s=\"{style}\"><v>{value}</v></c>"),
            };
            xml.replace_range(start..end, &cell);
        }
        writer.write_all(xml.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
}

/// Fills points into a column of a form, in place.
fn fill(place: &Place, form: &Path, column: char, given: Given<'_>) {
    let cells = cells(place, form);
    let values: Vec<(String, String)> = given
        .iter()
        .map(|(code, value)| (format!("{column}{}", row_of_code(&cells, code)), (*value).to_owned()))
        .collect();
    let filled = form.with_extension("filled");
    write_cells(form, &filled, &values);
    std::fs::rename(&filled, form).unwrap();
}

/// One unit's scorecard: code → row.
fn card(place: &Place, index: &str, unit: &str, period: &str) -> BTreeMap<String, Value> {
    let rows = place.rows(&["score", "--unit", unit, "--index", index, "--period", period]);
    rows.into_iter().map(|row| (row["code"].as_str().unwrap().to_owned(), row)).collect()
}

const A: Given<'_> = &[("1.1", "2"), ("1.2", "0.5"), ("2", "1.25"), ("II", "3.75")];
const B: Given<'_> = &[("1.1", "0"), ("1.2", "1.5"), ("2", "2.5"), ("II", "4")];

#[test]
fn forms_of_all_units_come_back_as_the_points_that_were_filled_in() {
    let place = place_with(SET);
    let forms = export_all(&place, "nho", "2025-H1");
    assert_eq!(forms.keys().collect::<Vec<_>>(), ["A", "B"], "units of the index's kind, one file each");
    fill(&place, &forms["A"], 'F', A);
    fill(&place, &forms["B"], 'F', B);
    fill(&place, &forms["B"], 'H', &[("1.2", "0.5"), ("2", "'Không áp dụng")]);
    fill(&place, &forms["B"], 'J', &[("1.2", "'Chỉ có 2 biên bản")]);
    fill(&place, &forms["B"], 'I', &[("II", "3")]);
    let ran = place.run(&["--format", "json", "--lang", "en", "import", place.path("bieu").to_str().unwrap()]).exits(0);
    for file in ran.rows() {
        // Four criteria; sums of an empty column are no rows. B has sums that say nothing, too.
        assert_eq!((file["source"].as_str(), account(&file)), (Some("criteria-unit"), [4, 4, 0, 0, 0]));
    }
    assert_eq!(
        place.rows(&["findings"]).iter().map(|one| one["rule"].as_str().unwrap()).collect::<Vec<_>>(),
        ["no_export_date", "no_export_date"],
        "every heading is understood"
    );
    let stored = place.rows(&["sql", "SELECT DISTINCT criteria_set, period FROM criteria"]);
    assert_eq!((stored.len(), &stored[0]["criteria_set"], &stored[0]["period"]), (1, &"nho".into(), &"2025-H1".into()));

    let card_of_a = card(&place, "nho", "A", "2025-H1");
    for (code, points) in A {
        assert_eq!(card_of_a[*code]["self"].as_f64(), Some(points.parse().unwrap()), "{code}");
        assert_eq!(card_of_a[*code]["points"], card_of_a[*code]["self"], "{code}: nobody checked them");
    }
    assert_eq!(card_of_a["1"]["points"].as_f64(), Some(2.5));
    let card_of_b = card(&place, "nho", "B", "2025-H1");
    assert_eq!((card_of_b["1.2"]["self"].as_f64(), card_of_b["1.2"]["points"].as_f64()), (Some(1.5), Some(0.5)));
    assert_eq!(card_of_b["1.2"]["reason"], "Chỉ có 2 biên bản");
    assert_eq!((card_of_b["2"]["status"].as_str(), &card_of_b["2"]["points"]), (Some("not_applicable"), &Value::Null));
    assert_eq!((card_of_b["II"]["layer"].as_str(), card_of_b["II"]["points"].as_f64()), (Some("surveyed"), Some(3.0)));

    // A: 2 + 0.5 + 1.25 + 3.75. B: 0 + 0.5 + 3 of the 7.5 that apply.
    let ranking = place.rows(&["rank", "--index", "nho", "--period", "2025-H1"]);
    assert_eq!((row_of(&ranking, "A")["score"].as_f64(), row_of(&ranking, "A")["rank"].as_u64()), (Some(7.5), Some(1)));
    let score = row_of(&ranking, "B")["score"].as_f64().unwrap();
    assert!((score - 3.5 * 10.0 / 7.5).abs() < 1e-12, "{score}");
}

#[test]
fn the_same_form_is_the_same_bytes_and_one_unit_s_is_among_those_of_all() {
    let place = place_with(SET);
    let forms = export_all(&place, "nho", "2025-H1");
    let all: Vec<Vec<u8>> = forms.values().map(|form| std::fs::read(form).unwrap()).collect();
    export_all(&place, "nho", "2025-H1");
    assert_eq!(forms.values().map(|form| std::fs::read(form).unwrap()).collect::<Vec<_>>(), all);
    let one = place.path("mot.xlsx");
    let options = ["--period", "2025-H1", "--unit", "A", "--out", one.to_str().unwrap()];
    place.run(&[&["index", "export", "nho"], options.as_slice()].concat()).exits(0);
    assert_eq!(std::fs::read(&one).unwrap(), all[0]);
}

#[test]
fn a_form_names_unit_period_and_rules_and_every_criterion_with_its_maximum() {
    let place = place_with(SET);
    let cells = cells(&place, &export_all(&place, "nho", "2025-H1")["A"]);
    let reported: Vec<&str> = cells.values().filter_map(Value::as_str).collect();
    for text in
        ["Mã đơn vị: A", "Mã bộ chỉ số: nho", "Mã kỳ: 2025-H1", "Đơn vị: Sở A", "Kỳ đánh giá: 6 tháng đầu năm 2025"]
    {
        assert!(reported.contains(&text), "'{text}' is not in {reported:?}");
    }
    let codes = ["I", "1", "1.1", "1.2", "2", "II"];
    let most: Vec<f64> =
        codes.iter().map(|code| cells[&format!("C{}", row_of_code(&cells, code))].as_f64().unwrap()).collect();
    assert_eq!(most, [6.0, 3.5, 2.0, 1.5, 2.5, 4.0]);
    let rule = |code: &str| cells[&format!("D{}", row_of_code(&cells, code))].as_str().unwrap().to_owned();
    assert!(rule("1.1").starts_with("Có: 2 điểm; không: 0 điểm. Số liệu: "), "{}", rule("1.1"));
    let tiers = "Từ 4 trở lên: 1,5 điểm; từ 2 đến dưới 4: 0,5 điểm; dưới 2: 0 điểm. Số liệu: ";
    assert!(rule("1.2").starts_with(tiers), "{}", rule("1.2"));
    assert_eq!(rule("2"), "Chấm theo tài liệu kiểm chứng, từ 0 đến 2,5 điểm");
    assert_eq!(cells[&format!("B{}", row_of_code(&cells, "2"))], "Sáng kiến \"một chạm\" & <thử>");
    assert_eq!(cells[&format!("E{}", row_of_code(&cells, "1.1"))], "Kế hoạch, ngày ban hành");
}

#[test]
fn cells_take_what_the_rule_allows_and_nothing_else_can_be_changed() {
    let place = place_with(SET);
    let form = &export_all(&place, "nho", "2025-H1")["A"];
    let (xml, cells) = (sheet_xml(form), cells(&place, form));
    let row = |code: &str| row_of_code(&cells, code);
    let validation = |cell: &str| {
        let end = xml.find(&format!("sqref=\"{cell}\">")).unwrap_or_else(|| panic!("{cell} takes anything"));
        let start = xml[..end].rfind("<dataValidation ").unwrap();
        xml[start..end + xml[end..].find("</dataValidation>").unwrap()].to_owned()
    };
    let free = validation(&format!("F{}", row("2")));
    assert!(
        free.contains("type=\"decimal\"") && free.contains("<formula1>0</formula1><formula2>2.5</formula2>"),
        "{free}"
    );
    // A list names cells of its own row, so that it works with a decimal comma, too.
    for (code, points) in [("1.1", vec![0.0, 2.0]), ("1.2", vec![0.0, 0.5, 1.5])] {
        let list = validation(&format!("F{}", row(code)));
        let last = ['L', 'M', 'N', 'O'][points.len() - 1];
        assert!(list.contains("type=\"list\""), "{list}");
        assert!(list.contains(&format!("<formula1>$L${0}:${last}${0}</formula1>", row(code))), "{list}");
        let stored: Vec<f64> =
            ('L'..=last).map(|column| cells[&format!("{column}{}", row(code))].as_f64().unwrap()).collect();
        assert_eq!(stored, points);
    }
    let checked = validation(&format!("H{}", row("2")));
    assert!(checked.contains("type=\"custom\"") && checked.contains("Không áp dụng"), "{checked}");
    assert!(xml.contains("<sheetProtection sheet=\"1\""));
    let styles = parts(form).into_iter().find(|(name, _)| name == "xl/styles.xml").unwrap().1;
    let styles = String::from_utf8(styles).unwrap();
    let formats = &styles[styles.find("<cellXfs").unwrap()..styles.find("</cellXfs>").unwrap()];
    let formats: Vec<&str> = formats.split("<xf ").skip(1).collect();
    let is_open = |cell: &str| {
        let start = xml.find(&format!("<c r=\"{cell}\"")).unwrap();
        let style: usize = xml[start..].split("s=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
        formats[style].contains("locked=\"0\"")
    };
    for (column, open) in
        [('A', false), ('B', false), ('C', false), ('D', false), ('F', true), ('G', true), ('H', true)]
    {
        assert_eq!(is_open(&format!("{column}{}", row("2"))), open, "{column}");
    }
    assert!(!is_open(&format!("I{}", row("2"))) && is_open(&format!("I{}", row("II"))), "a survey counts for II only");
    assert!(!is_open(&format!("F{}", row("1"))), "sums are formulas");
    let sum = |code: &str| {
        let start = xml.find(&format!("<c r=\"F{}\"", row(code))).unwrap();
        xml[start..start + xml[start..].find("</c>").unwrap()].to_owned()
    };
    let (one, two) = (row("1.1"), row("1.2"));
    assert!(sum("1").ends_with(&format!("SUM(F{one}:F{two}))</f><v></v>")), "{}", sum("1"));
    assert!(sum("I").contains(&format!("SUM(F{},F{})", row("1"), row("2"))), "{}", sum("I"));
    assert!(xml.contains("paperSize=\"9\"") && xml.contains("orientation=\"landscape\""));
    let book = parts(form).into_iter().find(|(name, _)| name == "xl/workbook.xml").unwrap().1;
    assert!(String::from_utf8(book).unwrap().contains("_xlnm.Print_Titles"), "headings on every page");
}

#[test]
fn a_form_for_any_unit_takes_name_and_period_by_hand() {
    let place = place_with(SET);
    let form = place.path("trong.xlsx");
    place.run(&["index", "export", "nho", "--out", form.to_str().unwrap()]).exits(0);
    let filled = place.path("tu-cham_20250705.xlsx");
    let mut values: Vec<(String, String)> =
        vec![("A1".into(), "'Đơn vị: sở bê".into()), ("F1".into(), "'Kỳ đánh giá: Quý II năm 2025".into())];
    let cells = cells(&place, &form);
    values.extend(B.iter().map(|(code, value)| (format!("F{}", row_of_code(&cells, code)), (*value).to_owned())));
    write_cells(&form, &filled, &values);
    let (file, _) = place.import(&filled);
    assert_eq!(account(&file), [4, 4, 0, 0, 0]);
    let card = card(&place, "nho", "B", "2025-Q2");
    assert_eq!(card["II"]["self"].as_f64(), Some(4.0));
    // A quarter says nothing of the quarter before.
    let ranking = place.run(&["--format", "json", "rank", "--index", "nho", "--period", "2025-Q1"]).exits(3).rows();
    assert!(ranking.iter().all(|row| row["score"].is_null()));
}

#[test]
fn every_period_that_can_be_requested_comes_back_from_a_form() {
    let place = place_with(SET);
    for period in ["2025", "2025-H2", "2025-Q3", "2025-03", "2025-01-01..2025-04-13", "2025-H1@nd09"] {
        let out = place.path("ky");
        place
            .run(&["index", "export", "nho", "--period", period, "--unit", "A", "--out", out.to_str().unwrap()])
            .exits(0);
        let form = files_below(&out).remove(0);
        fill(&place, &form, 'F', A);
        let (file, _) = place.import(&form);
        assert_eq!((account(&file), &file["exported_at"]), ([4, 4, 0, 0, 0], &Value::Null), "{period}");
        let stored = place.rows(&["sql", &format!("SELECT count(*) AS n FROM criteria WHERE period = '{period}'")]);
        assert_eq!(stored[0]["n"].as_u64(), Some(4), "{period}");
        std::fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn indices_are_listed_with_their_files_and_shown_as_they_are_in_force() {
    let place = place_with(SET);
    let newer = SET.replace("unit_kinds", "valid_from = \"2026-01-01\"\nunit_kinds");
    place.file("kho/queries/indices/nho-2026.toml", &newer);
    place.file("kho/queries/indices/nho.toml", SET.replace("unit_kinds", "valid_to = \"2025-12-31\"\nunit_kinds"));
    let rows = place.rows(&["index", "list"]);
    let own: Vec<String> = rows
        .iter()
        .filter(|row| row["id"] == "nho")
        .map(|row| {
            ["kind", "unit_kinds", "valid_from", "valid_to", "file", "origin"].map(|key| row[key].to_string()).join(" ")
        })
        .collect();
    assert_eq!(
        own,
        [
            r#""points" "department" null "2025-12-31" "indices/nho.toml" "own""#,
            r#""points" "department" "2026-01-01" null "indices/nho-2026.toml" "own""#,
        ]
    );
    let shipped = rows.iter().find(|row| row["id"] == "qd766").unwrap();
    assert_eq!((shipped["origin"].as_str(), shipped["kind"].as_str()), (Some("shipped"), Some("points")));
    assert!(shipped["legal_basis"].as_str().unwrap().contains("[S]"));
    assert!(place.run(&["index", "show", "nho", "--period", "2026-Q1"]).exits(0).stdout == newer);
    assert!(place.run(&["index", "show", "nho"]).exits(0).stdout == newer, "the newest");
    assert!(place.run(&["index", "show", "nho", "--period", "2025"]).exits(0).stdout.contains("valid_to"));
    place.run(&["index", "show", "nhoo"]).exits(2).says(&["no index 'nhoo'", "did you mean 'nho'"]);
    place.run(&["index", "export", "on-time", "--out", "x"]).exits(2).says(&["is no index of points"]);
    let out = place.path("x");
    let options = ["--period", "2025", "--unit", "C", "--out", out.to_str().unwrap()];
    place.run(&[&["index", "export", "nho"], options.as_slice()].concat()).exits(2).says(&["scores no unit 'C'"]);
}

#[test]
fn the_shipped_sets_have_forms_whose_every_criterion_is_understood() {
    let copy = Place::with_units(&std::fs::read_to_string(crate::support::project("sample-data/units.csv")).unwrap());
    for id in ["par-department", "par-commune", "qd766", "nd61"] {
        let out = copy.path(id);
        let rows =
            copy.rows(&["index", "export", id, "--period", "2025-H1", "--all-units", "--out", out.to_str().unwrap()]);
        let form = PathBuf::from(rows[0]["file"].as_str().unwrap());
        let unit = rows[0]["unit_code"].as_str().unwrap();
        let empty = card(&copy, id, unit, "2025-H1");
        let leaves: Vec<(String, String)> = empty
            .values()
            .filter(|row| !row["rule"].is_null())
            .map(|row| (row["code"].as_str().unwrap().to_owned(), row["max"].to_string()))
            .collect();
        let given: Vec<(&str, &str)> = leaves.iter().map(|(code, max)| (code.as_str(), max.as_str())).collect();
        fill(&copy, &form, 'F', &given);
        let (file, _) = copy.import(&form);
        assert_eq!(account(&file)[4], 0, "{id}");
        let card = card(&copy, id, unit, "2025-H1");
        for (code, max) in &leaves {
            assert_eq!(card[code]["self"].to_string().parse(), max.parse::<f64>(), "{id} {code}");
        }
    }
}

/// What an import reported, by rule: rule, sheet, row, column, value.
fn reported(place: &Place, level: &str) -> Vec<String> {
    let rows = place.rows(&["findings", "--level", level]);
    let mut reported: Vec<String> = rows
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {} {}", text("rule"), text("sheet"), row["row"], text("column"), text("value"))
        })
        .collect();
    reported.sort();
    reported
}

#[test]
fn every_fault_of_a_filled_form_is_named_with_its_cell_and_the_sound_rows_are_loaded() {
    let set = SET.replace("max = 10\n", "max = 16\n").replace("max = 6\n", "max = 12\n");
    let more: String = (3..9).fold(String::new(), |text, at| {
        text + &format!("\n[[item]]\ncode = \"{at}\"\nparent = \"I\"\nname = \"Việc {at}\"\nmax = 1\nrule = {{ kind = \"scored\" }}\n")
    });
    let place = place_with(&(set + &more));
    let form = export_all(&place, "nho", "2025-H1").remove("A").unwrap();
    let cells = cells(&place, &form);
    let at = |column: char, code: &str| format!("{column}{}", row_of_code(&cells, code));
    let filled = place.path("tu-cham_20250705.xlsx");
    let values = [
        (at('F', "1.1"), "3"),
        (at('F', "1.2"), "'một điểm"),
        (at('F', "2"), "'đạt"),
        (at('A', "3"), "'7.9"),
        (at('C', "4"), "2"),
        (at('A', "6"), "'5"),
        (at('F', "5"), "1"),
        (at('F', "6"), "0.5"),
        (at('F', "7"), "'1,0"),
        (at('F', "8"), "-1"),
        (at('F', "II"), "4"),
    ];
    write_cells(&form, &filled, &values.map(|(cell, value)| (cell, value.to_owned())));
    let (file, ran) = place.import(&filled);
    assert_eq!(ran.code, 3);
    let row = |code: &str| row_of_code(&cells, code);
    let mut expected = vec![
        format!("above_maximum Tự chấm {} Tự chấm 3", row("1.1")),
        format!("unreadable_number Tự chấm {} Tự chấm ", row("1.2")),
        format!("unreadable_number Tự chấm {} Tự chấm ", row("2")),
        format!("unknown_criterion Tự chấm {} STT 7.9", row("3")),
        format!("other_maximum Tự chấm {} Điểm tối đa 2", row("4")),
        format!("criterion_twice Tự chấm {} STT 5", row("6")),
        format!("below_zero Tự chấm {} Tự chấm -1", row("8")),
    ];
    expected.sort();
    assert_eq!(reported(&place, "error"), expected);
    // 5, 7 and II; that "1,0" is text with a comma is no fault.
    assert_eq!(account(&file), [10, 3, 0, 0, 7]);
    let stored = place.rows(&["sql", "SELECT criterion, self_points FROM criteria ORDER BY criterion"]);
    let stored: Vec<String> = stored.iter().map(|row| format!("{} {}", row["criterion"], row["self_points"])).collect();
    assert_eq!(stored, ["\"5\" 1.0", "\"7\" 1.0", "\"II\" 4.0"]);
}

#[test]
fn forms_of_another_index_version_or_kind_of_unit_are_refused_and_all_named_at_once() {
    let place = place_with(&SET.replace("unit_kinds", "valid_from = \"2025-01-01\"\nunit_kinds"));
    let form = export_all(&place, "nho", "2025-H1").remove("A").unwrap();
    let folder = place.path("gui");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, values: &[(&str, &str)]| {
        let values: Vec<(String, String)> =
            values.iter().map(|(cell, value)| ((*cell).to_owned(), (*value).to_owned())).collect();
        write_cells(&form, &folder.join(name), &values);
    };
    write("khac-bo.xlsx", &[("D1", "'Mã bộ chỉ số: nhoo")]);
    write("khac-ban.xlsx", &[("D1", "'Mã bộ chỉ số: nho@2024-01-01")]);
    write("truoc-hieu-luc.xlsx", &[("F1", "'Mã kỳ: 2024")]);
    write("xa.xlsx", &[("A1", "'Mã đơn vị: C")]);
    let ran = place.run(&["--format", "json", "--lang", "en", "import", folder.to_str().unwrap()]).exits(3);
    assert!(ran.rows().iter().all(|file| account(file) == [0, 0, 0, 0, 0]), "{}", ran.stdout);
    let files = ran.rows();
    let reported: Vec<(String, &str)> = files
        .iter()
        .map(|row| {
            let file = Path::new(row["file"].as_str().unwrap()).file_name().unwrap();
            let error = row["findings"].as_array().unwrap().iter().find(|finding| finding["level"] == "error");
            (file.to_string_lossy().into_owned(), error.unwrap()["rule"].as_str().unwrap())
        })
        .collect();
    let expected = [
        ("khac-ban.xlsx", "form_of_other_version"),
        ("khac-bo.xlsx", "form_of_unknown_index"),
        ("truoc-hieu-luc.xlsx", "form_of_other_version"),
        ("xa.xlsx", "form_of_other_kind"),
    ];
    assert_eq!(reported, expected.map(|(file, rule)| (file.to_owned(), rule)));
    let refused = files[0]["refused"].as_str().unwrap();
    assert!(refused.contains("\"nho@2024-01-01\"") && refused.contains("In force: nho@2025-01-01."), "{refused}");
}

#[test]
fn a_unit_scored_twice_is_reported_by_import_and_stops_the_ranking_where_sheets_differ() {
    let place = place_with(SET);
    let form = export_all(&place, "nho", "2025-H1").remove("A").unwrap();
    fill(&place, &form, 'F', A);
    let folder = place.path("hai");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(&form, folder.join("mot.xlsx")).unwrap();
    fill(&place, &form, 'F', &[("2", "2")]);
    std::fs::copy(&form, folder.join("hai.xlsx")).unwrap();
    place.run(&["import", folder.to_str().unwrap()]).exits(0);
    let conflict = reported(&place, "warning").into_iter().find(|one| one.starts_with("conflicting_versions")).unwrap();
    assert!(conflict.contains("A|nho|2|"), "{conflict}");

    // The same unit in another sheet, which says nothing of the set: one of the two must go.
    let other = "BẢNG CHẤM ĐIỂM 6 THÁNG ĐẦU NĂM 2025,,,,\nSTT,Tiêu chí,Điểm tối đa,Sở A,\n,,,Tự chấm,Thẩm định\n\
        1.1,Ban hành kế hoạch,2,1,2\n1.2,Kiểm tra,\"1,5\",\"0,5\",\"0,5\"\n";
    place.import_text("bang-chung.csv", other);
    let ran = place.run(&["rank", "--index", "nho", "--period", "2025-H1"]).exits(1);
    assert!(ran.stderr.contains("unit A, criterion 1.1: scored twice: "), "{}", ran.stderr);
    assert!(!ran.stderr.contains("criterion 1.2"), "the two agree: {}", ran.stderr);
}

#[test]
fn a_sheet_of_the_check_adds_its_layer_to_the_self_scored_points_of_the_forms() {
    let place = place_with(SET);
    let form = export_all(&place, "nho", "2025-H1").remove("A").unwrap();
    fill(&place, &form, 'F', A);
    place.import(&form);
    let check = "BẢNG THẨM ĐỊNH 6 THÁNG ĐẦU NĂM 2025,,,\nSTT,Tiêu chí,Điểm tối đa,Sở A,Sở Bê\n\
        ,,,Thẩm định,Thẩm định\n1.1,Ban hành kế hoạch,2,1,2\n1.2,Kiểm tra,\"1,5\",0,1\n";
    place.import_text("tham-dinh_20250720.csv", check);
    let card = card(&place, "nho", "A", "2025-H1");
    let points = |code: &str| ["self", "verified", "points"].map(|key| card[code][key].as_f64());
    assert_eq!(points("1.1"), [Some(2.0), Some(1.0), Some(1.0)]);
    assert_eq!(points("1.2"), [Some(0.5), Some(0.0), Some(0.0)]);
    assert_eq!(points("2"), [Some(1.25), None, Some(1.25)]);
}

/// A sheet as a department keeps it: letterhead, areas without points of their own, letters, a rule of two lines.
fn kept_sheet() -> Vec<u8> {
    use crate::workbook::{C, S, line, t, xlsx};
    let row =
        |code: &str, name: &str, max: C, rule: &str, evidence: &str| vec![t(code), t(name), max, t(rule), t(evidence)];
    let rows = vec![
        line("UBND TỈNH THỬ"),
        line("BỘ CHỈ SỐ CẢI CÁCH HÀNH CHÍNH CẤP SỞ"),
        vec![],
        line("STT,Nội dung đánh giá,Điểm tối đa,Cách chấm,Tài liệu kiểm chứng"),
        line("(1),(2),(3),(4),(5)"),
        row("I.", "Chỉ đạo, điều hành", C::Blank, "", ""),
        row("1", "Kế hoạch", C::N(3.0), "", ""),
        row("1.1", "Ban hành kế hoạch", C::N(1.0), "Có: 1 điểm; không: 0", "Kế hoạch, ngày ban hành"),
        row("1.2", "Hoàn thành kế hoạch", C::N(2.0), "", ""),
        row("a)", "Nhiệm vụ của năm", t("1,5"), "Chậm một việc trừ 0,5 điểm", ""),
        row("b)", "Nhiệm vụ khác", C::N(0.5), "", ""),
        row(
            "2",
            "Hồ sơ đúng hạn",
            C::N(2.0),
            "Đúng hạn từ 95% trở lên: 2 điểm;\nTừ 90% đến dưới 95%: 1 điểm;\nDưới 90%: 0 điểm",
            "",
        ),
        row("II.", "Hài lòng", C::N(5.0), "", ""),
        row("3", "Chỉ số \"hài lòng\"", C::N(5.0), "Tỷ lệ × 5 điểm. Số liệu: Tỷ lệ giải quyết trước và đúng hạn", ""),
        row("", "Tổng điểm", C::N(10.0), "", ""),
        row("III.", "Điểm thưởng sáng kiến", C::N(2.0), "", ""),
        vec![],
        line(",NGƯỜI LẬP BIỂU,,THỦ TRƯỞNG"),
    ];
    xlsx(&[S { name: "Bộ chỉ số", rows, ..S::default() }])
}

#[test]
fn a_criteria_sheet_becomes_a_definition_that_passes_the_check_and_scores() {
    let place = Place::new();
    let sheet = place.file("Bo chi so 2026.xlsx", kept_sheet());
    let options = ["--id", "so-2026", "--unit-kind", "department", "--legal-basis", "QĐ 1/QĐ-UBND [s]"];
    let ran =
        place.run(&[&["--format", "json", "index", "import", sheet.to_str().unwrap()], options.as_slice()].concat());
    let reported: Vec<String> = ran
        .exits(0)
        .says(&["so-2026.toml: 10 items of sheet 'Bộ chỉ số', 10 points; 2 rules wait for the id of their figure"])
        .rows()
        .iter()
        .map(|row| {
            ["code", "parent", "max", "rule", "to_do"].map(|key| row[key].to_string().replace('"', "")).join(" ")
        })
        .collect();
    assert_eq!(
        reported,
        [
            "I null 5.0 null false",
            "1 I 3.0 null false",
            "1.1 1 1.0 yes_no true",
            "1.2 1 2.0 null false",
            "1.2.a 1.2 1.5 scored false",
            "1.2.b 1.2 0.5 scored false",
            "2 I 2.0 tiers true",
            "II null 5.0 null false",
            "3 II 5.0 linear false",
            "III null 2.0 scored false",
        ]
    );
    let file = std::fs::read_to_string(place.workspace().join("queries/indices/so-2026.toml")).unwrap();
    for text in [
        "name_vi = \"BỘ CHỈ SỐ CẢI CÁCH HÀNH CHÍNH CẤP SỞ\"",
        "legal_basis = \"QĐ 1/QĐ-UBND [s]\"",
        "bonus_cap = 2",
        "role = \"bonus\"",
        "# Đúng hạn từ 95% trở lên: 2 điểm;\n# Từ 90% đến dưới 95%: 1 điểm;\n# Dưới 90%: 0 điểm\n[[item]]\ncode = \"2\"",
        "# rule = { kind = \"tiers\", input = \"\", tiers = [{ from = 0.95, points = 2 }, { from = 0.9, points = 1 }, { points = 0 }] }",
        "rule = { kind = \"linear\", input = \"on_time_rate\" }",
        "# Chậm một việc trừ 0,5 điểm\n[[item]]",
        "source = \"Bo chi so 2026.xlsx, trang Bộ chỉ số, dòng 8\"",
    ] {
        assert!(file.contains(text), "'{text}' is not in:\n{file}");
    }
    place.run(&["check"]).exits(0);
    let rows = place.rows(&["score", "--unit", "A", "--index", "so-2026", "--period", "2026"]);
    assert_eq!(rows.len(), 10);
    // What is there is not written over.
    place.run(&["index", "import", sheet.to_str().unwrap(), "--id", "so-2026"]).exits(2).says(&["is there already"]);
}

#[test]
fn every_fault_of_a_criteria_sheet_is_named_with_its_cell_and_nothing_is_written() {
    use crate::workbook::{C, S, line, t, xlsx};
    let place = Place::new();
    let row = |code: &str, name: &str, max: C| vec![t(code), t(name), max];
    let rows = vec![
        line("STT,Tiêu chí,Điểm tối đa"),
        row("I", "Chỉ đạo", C::N(6.0)),
        row("1", "Kế hoạch", C::N(3.0)),
        row("1.1", "Ban hành", C::N(1.0)),
        row("1.2", "Hoàn thành", C::N(1.5)),
        row("1.1", "Lần nữa", C::N(1.0)),
        row("2", "Kiểm tra", t("hai")),
        row("", "Không mã", C::N(1.0)),
        row("4.1.1", "Không có mục trên", C::N(1.0)),
        row("5", "Không điểm", C::Blank),
        row("6", "Số không", C::N(0.0)),
        row("7", "", C::N(1.0)),
        row("", "Tổng điểm", C::N(100.0)),
    ];
    let sheet = place.file("loi.xlsx", xlsx(&[S { name: "Sheet1", rows, ..S::default() }]));
    let ran = place.run(&["index", "import", sheet.to_str().unwrap()]).exits(1);
    for fault in [
        "9 fault(s) in the criteria sheet; nothing is written",
        "sheet 'Sheet1', row 3, column C (Điểm tối đa): '1' has 3 points, but its parts add up to 3.5",
        "sheet 'Sheet1', row 6, column A (STT): the code '1.1' stands in row 4 already",
        "sheet 'Sheet1', row 7, column C (Điểm tối đa): 'hai' is no number",
        "sheet 'Sheet1', row 8, column A (STT): 'Không mã' has a maximum but no code",
        "sheet 'Sheet1', row 9, column A (STT): '4.1.1' is part of '4.1', which no row above has",
        "sheet 'Sheet1', row 10, column C (Điểm tối đa): '5' has no maximum",
        "sheet 'Sheet1', row 11, column C (Điểm tối đa): 0 is not above 0",
        "sheet 'Sheet1', row 12, column B (Tiêu chí): '7' has no name",
        "sheet 'Sheet1', row 13, column C (Điểm tối đa): the total is 100, but the areas add up to 7",
    ] {
        assert!(ran.stderr.contains(fault), "'{fault}' is not in:\n{}", ran.stderr);
    }
    assert!(!place.workspace().join("queries/indices").exists());

    let other = place.file("khac.csv", "Cột,Khác\n1,2\n");
    place.run(&["index", "import", other.to_str().unwrap()]).exits(1).says(&["no sheet has headings", "Điểm tối đa"]);
    let gone = place.path("mat.xlsx");
    place.run(&["index", "import", gone.to_str().unwrap(), "--id", "a/b"]).exits(2).says(&["is no id"]);
    place.run(&["index", "import", gone.to_str().unwrap()]).exits(1);
}

#[test]
fn a_total_that_the_areas_do_not_add_up_to_is_a_fault_and_indentation_makes_a_tree_too() {
    let place = Place::new();
    let text = "Nội dung,Điểm tối đa\nChỉ đạo,5\n  Kế hoạch,3\n    Ban hành,1\n    Hoàn thành,2\n  Kiểm tra,2\nHài lòng,5\nTổng điểm,11\n";
    let sheet = place.file("thut-dong.csv", text);
    place
        .run(&["index", "import", sheet.to_str().unwrap()])
        .exits(1)
        .says(&["row 8, column B (Điểm tối đa): the total is 11, but the areas add up to 10"]);
    std::fs::write(&sheet, text.replace("Tổng điểm,11", "Tổng điểm,10")).unwrap();
    let rows = place.rows(&["index", "import", sheet.to_str().unwrap()]);
    let reported: Vec<String> =
        rows.iter().map(|row| format!("{} {} {}", row["code"], row["parent"], row["max"]).replace('"', "")).collect();
    assert_eq!(reported, ["1 null 5.0", "1.1 1 3.0", "1.1.1 1.1 1.0", "1.1.2 1.1 2.0", "1.2 1 2.0", "2 null 5.0"]);
    place.run(&["check"]).exits(0);
}

#[test]
fn a_form_that_was_exported_comes_back_as_its_definition() {
    let place = place_with(SET);
    let form = place.path("bieu.xlsx");
    place.run(&["index", "export", "nho", "--period", "2025", "--unit", "A", "--out", form.to_str().unwrap()]).exits(0);
    place.run(&["index", "import", form.to_str().unwrap(), "--id", "lai", "--unit-kind", "department"]).exits(0);
    let tree = |id: &str| {
        let rows = place.rows(&["score", "--unit", "A", "--index", id, "--period", "2025"]);
        let keys = ["level", "code", "name", "max", "rule", "indicator", "evidence"];
        rows.iter().map(|row| keys.map(|key| row[key].to_string())).collect::<Vec<_>>()
    };
    assert_eq!(tree("lai"), tree("nho"));
}

#[test]
fn a_sheet_that_names_no_index_leaves_those_alone_that_take_named_ones_only() {
    let place = Place::new();
    let sheet = "BẢNG CHẤM ĐIỂM QUÝ I NĂM 2025,,,,\nSTT,Tiêu chí,Điểm tối đa,Sở A,\n,,,Tự chấm,Thẩm định\n\
                 1.1,Ban hành kế hoạch đúng hạn,2,2,2\n";
    let (_, imported) = place.import_text("cham-diem_20250401.csv", sheet);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    let cell = |index: &str| {
        let rows = place.rows(&["score", "--index", index, "--period", "2025-Q1", "--unit", "A"]);
        let row = rows.into_iter().find(|row| row["code"] == "1.1").unwrap();
        (row["max"].as_f64(), row["verified"].as_f64(), row["status"].as_str().map(str::to_owned))
    };
    assert_eq!(cell("par-department"), (Some(2.0), Some(2.0), Some("scored".into())));
    // Its 1.1 is another criterion, with another maximum: neither a fault nor points.
    assert_eq!(cell("qd766"), (Some(6.0), None, Some("missing".into())));
}

#[test]
fn a_sheet_without_a_name_whose_maxima_are_others_is_left_out_and_reported() {
    let place = place_with(SET);
    let sheet = |max: f64| {
        let rows: String = ["1.1", "1.2", "2", "3"]
            .iter()
            .map(|code| format!("{code},Tiêu chí,{max},1,1\n"))
            .collect::<Vec<_>>()
            .concat();
        format!("BẢNG CHẤM ĐIỂM 6 THÁNG ĐẦU NĂM 2025,,,,\nSTT,Tiêu chí,Điểm tối đa,Sở A,\n,,,Tự chấm,Thẩm định\n{rows}")
    };
    place.import_text("bo-khac_20250720.csv", &sheet(7.0));
    let ran = place.run(&["rank", "--index", "nho", "--period", "2025-H1"]).exits(3);
    assert!(ran.stderr.contains("bo-khac_20250720.csv: names no index, and most of its maxima are not those of 'nho'"));
    let card = card(&place, "nho", "A", "2025-H1");
    assert!(card["1.1"]["verified"].is_null(), "{}", card["1.1"]);
    let ran = place.run(&["score", "--unit", "A", "--index", "nho", "--period", "2025-H1"]).exits(0);
    assert!(ran.stderr.contains("its points are left out here"), "{}", ran.stderr);
}
