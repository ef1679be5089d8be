//! Source definitions from the command line: listed, shown, proposed for an unknown layout, tried on a file.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{Place, account, list, project, run};

const GOOD: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

/// A list of a system that no source knows: a letterhead, other headings in another order, words and dates of its own.
const KIOSK: &str = "UBND TỈNH THỬ,,,,,,,,,,,\n\
    Sổ theo dõi hồ sơ,,,,,,,,,,,\n\
    STT,Mã hồ sơ,Màu bìa,Nơi nhận,Đơn vị giải quyết,Người nộp,Liên lạc,Giờ nhận,Hẹn trả,Ngày có kết quả,Cách nộp,Tình trạng\n";

pub fn kiosk() -> String {
    let mut text = KIOSK.to_owned();
    for row in 0..40 {
        let unit = if row % 3 == 0 { "Sở A" } else { "Sở Bê" };
        let (how, state) = if row % 4 == 0 { ("Ki-ốt", "Xong việc") } else { ("Trực tiếp", "Đang xử lý") };
        let done = if row % 4 == 0 { format!("{:02}-01-2025 09:15", row % 20 + 5) } else { String::new() };
        text.push_str(&format!(
            "{},K99-{row:04},xanh,{unit},{unit},Nguyễn Văn Thử,0611{row:06},{:02}-01-2025 8:30,{:02}-01-2025,{done},{how},{state}\n",
            row + 1,
            row % 20 + 1,
            row % 20 + 8,
        ));
    }
    text
}

/// A proposed definition as TOML, not written anywhere.
#[track_caller]
fn proposed(place: &Place, file: &Path) -> (String, toml::Table) {
    let ran = place.run(&["source", "new", file.to_str().unwrap(), "--out", "-"]).exits(0);
    let parsed = ran.stdout.parse().unwrap_or_else(|error| panic!("{error} in:\n{}", ran.stdout));
    (ran.stdout, parsed)
}

fn heading<'a>(definition: &'a toml::Table, column: &str) -> Option<&'a str> {
    definition["columns"].get(column)?["headings"][0].as_str()
}

fn texts(list: &toml::Value) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(toml::Value::as_str).collect()
}

#[test]
fn an_unknown_layout_goes_from_a_proposal_by_one_heading_to_the_right_rows() {
    let place = Place::new();
    let file = place.file("so-theo-doi_20250401.csv", kiosk());
    place.run(&["--lang", "vi", "import", file.to_str().unwrap()]).exits(3);
    let ran = place.run(&["--lang", "vi", "source", "new", file.to_str().unwrap()]).exits(0);
    ran.says(&["tiêu đề ở dòng 3, bảng dossiers", "chưa nhận ra 1 cột bắt buộc: received_at"]);
    let path = place.workspace().join("queries/sources/so-theo-doi.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    place.run(&["--lang", "vi", "check"]).exits(0);

    let definition: toml::Table = text.parse().unwrap();
    assert_eq!(
        texts(&definition["required"]),
        ["dossier_code", "resolving_unit", "received_at", "due_at", "finished_at"],
        "nothing needed is dropped because the file seems to lack it"
    );
    for (column, expected) in [
        ("dossier_code", "Mã hồ sơ"),
        ("resolving_unit", "Đơn vị giải quyết"),
        ("due_at", "Hẹn trả"),
        ("finished_at", "Ngày có kết quả"),
        ("status", "Tình trạng"),
    ] {
        assert_eq!(heading(&definition, column), Some(expected), "{column} in:\n{text}");
    }
    assert_eq!(heading(&definition, "channel"), None, "a likeness is asked about, never taken for sure");
    assert!(text.contains("# [columns.channel]\n# headings = [\"Cách nộp\"]\n# words = \"channel\""), "{text}");
    assert!(text.contains("\"Giờ nhận\" (cột H: ngày, 40/40 ô"), "{text}");
    assert!(text.contains("#   \"Màu bìa\" (cột C"), "{text}");
    assert!(
        texts(&definition["personal"]).contains(&"Người nộp") && texts(&definition["personal"]).contains(&"Liên lạc")
    );
    assert_eq!(texts(&definition["dates"])[..2], ["dd-MM-yyyy HH:mm", "dd-MM-yyyy"]);
    assert!(text.contains("dd-MM-yyyy HH:mm × 50"), "{text}");
    for personal in ["Nguyễn", "0611", "K99", "xanh"] {
        assert!(!text.contains(personal), "no value of a column that is not coded: {personal} in\n{text}");
    }

    let tested = ["--format", "json", "source", "test", "so-theo-doi", file.to_str().unwrap()];
    let ran = place.run(&tested).exits(1).says(&["received_at", "\"Giờ nhận\" in column H", "so-theo-doi.toml"]);
    let entry = &ran.rows()[0];
    assert_eq!(entry["missing"][0]["column"], "received_at");
    assert_eq!(
        (&entry["missing"][0]["nearest"], &entry["missing"][0]["nearest_column"]),
        (&"Giờ nhận".into(), &"H".into())
    );
    assert_eq!(entry["missing"].as_array().unwrap().len(), 1);

    let edited = text
        .replace("headings = [\"Ngày tiếp nhận\"]", "headings = [\"Giờ nhận\"]")
        .replace("# \"Xong việc\" = ?", "\"Xong việc\" = 9")
        .replace(
            "# [columns.channel]\n# headings = [\"Cách nộp\"]\n# words = \"channel\"",
            "[columns.channel]\nheadings = [\"Cách nộp\"]\nwords = \"channel\"\nmore_words = { \"Ki-ốt\" = 1 }",
        );
    std::fs::write(&path, edited).unwrap();
    place.run(&["--lang", "vi", "check"]).exits(0);
    let before = place.snapshot();
    let ran = place.run(&tested).exits(0);
    assert_eq!(place.snapshot(), before, "nothing is written");
    assert_eq!(account(&ran.rows()[0]), [40, 40, 0, 0, 0]);
    let (row, ran) = place.import(&file);
    ran.exits(0);
    assert_eq!((account(&row), &row["source"]), ([40, 40, 0, 0, 0], &"so-theo-doi".into()));
    let stored = place.rows(&[
        "sql",
        "SELECT channel, status, count(*) AS n, min(received_at) AS first, count(finished_at) AS done FROM dossiers \
         GROUP BY channel, status ORDER BY status",
    ]);
    assert_eq!(
        stored,
        [
            serde_json::json!({"channel": 1, "status": 4, "n": 30, "first": "2025-01-02T08:30:00", "done": 0}),
            serde_json::json!({"channel": 1, "status": 9, "n": 10, "first": "2025-01-01T08:30:00", "done": 10})
        ]
    );
}

#[test]
fn a_layout_whose_needed_columns_are_all_known_imports_at_once() {
    let place = Place::new();
    let headings = "Ngày hẹn trả,Kênh nộp,Họ tên,Mã biên nhận,Kệ,Đơn vị xử lý,Thời điểm tiếp nhận,Ngày ra kết quả";
    let file = place.file(
        "moi_20250401.csv",
        format!("{headings}\n13/01/2025,Trực tuyến,Trần Thị Thử,H1,3,Sở A,06/01/2025,09/01/2025\n14/01/2025,Tại máy,Trần Thị Thử,H2,4,SA,07/01/2025,\n"),
    );
    place
        .run(&["--lang", "vi", "source", "new", file.to_str().unwrap(), "--id", "aa-moi"])
        .exits(0)
        .says(&["đã khớp trang này"]);
    let text = std::fs::read_to_string(place.workspace().join("queries/sources/aa-moi.toml")).unwrap();
    assert!(text.contains("# \"Tại máy\" = ") && text.contains("nhập được ngay"), "{text}");
    assert!(!text.contains("Trần") && !text.contains("H1"), "{text}");
    place.run(&["--lang", "vi", "check"]).exits(0);
    let ran =
        place.run(&["--lang", "vi", "--format", "json", "source", "test", "aa-moi", file.to_str().unwrap()]).exits(0);
    let entry = &ran.rows()[0];
    assert_eq!(account(entry), [2, 2, 0, 0, 0]);
    assert!(entry["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "unknown_word"), "{entry}");
    let ran = place
        .run(&["--lang", "vi", "--format", "json", "import", "--source", "aa-moi", file.to_str().unwrap()])
        .exits(0);
    assert_eq!(account(&ran.rows()[0]), [2, 2, 0, 0, 0]);
    assert_eq!(place.dossiers()[0]["due_at"], "2025-01-13T00:00:00");
}

#[test]
fn a_proposal_for_a_known_layout_finds_the_same_columns_and_persons() {
    let place = Place::empty();
    place.run(&["init", "--units", project("sample-data/units.csv").to_str().unwrap()]).exits(0);
    let sources = place.rows(&["source", "list"]);
    let mut compared = 0;
    for name in [
        "exports/ho-so_nhieu-don-vi_20250401 (1).csv",
        "exports/ho-so_so-noi-vu_20250401.xlsx",
        "exports/dong-bo_ubnd-huyen-doi-mo_20250401.parquet",
        "tables/danh-gia-hai-long.csv",
        "tables/danh-muc-tthc.xlsx",
        "tables/phan-anh-kien-nghi.xlsx",
    ] {
        let file = project("sample-data").join(name);
        let shown = place.run(&["--format", "json", "--quiet", "import", "--dry-run", file.to_str().unwrap()]).rows();
        let sheets: Vec<&Value> = shown.iter().filter(|sheet| !sheet["sheet"].is_null()).collect();
        let [sheet] = sheets.as_slice() else { continue };
        let (text, definition) = proposed(&place, &file);
        let source = sources.iter().find(|source| source["id"] == sheet["source"]).unwrap();
        assert_eq!(definition["table"].as_str(), source["table"].as_str(), "{}", file.display());
        for fed in sheet["columns"].as_array().unwrap() {
            let column = fed["column"].as_str().unwrap();
            let ours = heading(&definition, column).unwrap_or_default();
            assert!(
                fed["heading"].as_str().unwrap().ends_with(ours) || ours.ends_with(fed["heading"].as_str().unwrap()),
                "{column} of {}: {ours} in\n{text}",
                file.display()
            );
            assert!(!ours.is_empty(), "{column} of {}\n{text}", file.display());
            compared += 1;
        }
        let personal: Vec<&str> =
            definition["personal"].as_array().unwrap().iter().filter_map(toml::Value::as_str).collect();
        for heading in sheet["personal"].as_array().unwrap() {
            assert!(personal.contains(&heading.as_str().unwrap()), "{heading} of {}", file.display());
        }
        let path = place.file("de-xuat.toml", &text);
        let definition = ["--definition", path.to_str().unwrap()];
        let tested =
            place.run(&[&["--format", "json", "source", "test", file.to_str().unwrap()], &definition[..]].concat());
        let tested = &tested.rows()[0];
        assert_eq!(
            (account(tested)[0], &tested["source"]),
            (account(sheet)[0], &"de-xuat".into()),
            "{}",
            file.display()
        );
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn a_definition_is_tried_on_a_file_before_it_is_saved() {
    let place = Place::new();
    let file = place.file("a_20250401.csv", list(&[GOOD, "H2,Sở Lạ,Ki-ốt,06/01/2025,10/01/2025,,"]));
    let path = file.to_str().unwrap();
    let before = place.snapshot();
    let ran = place.run(&["--lang", "vi", "--format", "json", "source", "test", "list-a", path]).exits(3);
    let sheet = &ran.rows()[0];
    assert_eq!(account(sheet), [2, 1, 0, 0, 1]);
    assert_eq!(sheet["words"].as_array().unwrap().iter().filter(|word| word["status"] == "unknown").count(), 1);
    let refused = sheet["findings"].as_array().unwrap().iter().find(|one| one["level"] == "error").unwrap();
    assert_eq!((&refused["rule"], refused["row"].as_u64()), (&"unknown_unit".into(), Some(3)));
    assert!(!ran.stdout.contains("Nguyễn Văn Thử"));
    let page = place.run(&["--lang", "vi", "source", "test", "list-a", path]).exits(3).stdout;
    for reported in
        ["dossier_code   ← Số hồ sơ", "2 dòng = 1 mới + 0 cập nhật + 0 trùng + 1 bị loại", "Lỗi: unknown_unit"]
    {
        assert!(page.contains(reported), "{reported} is not in:\n{page}");
    }
    assert_eq!(
        place.run(&["--lang", "vi", "--format", "json", "source", "test", path]).exits(3).rows()[0]["source"],
        "list-a"
    );
    place
        .run(&["--lang", "vi", "source", "test", "message", path])
        .exits(1)
        .says(&["không khớp nguồn “message”", "dossier_code"]);
    let own = place.file("rieng.toml", "name = \"x\"\ntable = \"dossiers\"\nrequired = [\"dossier_code\"]\n[columns.dossier_code]\nheadings = [\"Số hồ sơ\"]\n[columns.received_at]\nheadings = [\"Ngày tiếp nhận\"]\n");
    let ran =
        place.run(&["--lang", "vi", "--format", "json", "source", "test", path, "--definition", own.to_str().unwrap()]);
    assert_eq!(ran.rows()[0]["source"], "rieng");
    let wrong = place
        .file("sai.toml", "name = \"x\"\ntable = \"dossier\"\n[columns.dossier_code]\nheadings = [\"Số hồ sơ\"]\n");
    place
        .run(&["source", "test", path, "--definition", wrong.to_str().unwrap()])
        .exits(1)
        .says(&["no table 'dossier'", "did you mean 'dossiers'?"]);
    place
        .run(&["--lang", "vi", "source", "test", "list-c", path])
        .exits(2)
        .says(&["không có nguồn, cũng không có tệp “list-c”", "có phải"]);
    place.run(&["--lang", "vi", "source", "test", "list-a"]).exits(2).says(&["nêu tệp"]);
    assert_eq!(place.snapshot(), before, "nothing is written");
}

#[test]
fn sources_are_listed_with_those_of_the_workspace_and_shown_as_they_are() {
    let place = Place::new();
    let text = "name = \"Hệ thống thử\"\ntable = \"dossiers\"\nrequired = [\"dossier_code\"]\n[columns.dossier_code]\nheadings = [\"Mã\"]\n";
    place.file("kho/queries/sources/thu.toml", text);
    place.file("kho/queries/sources/list-b.toml", text);
    let sources: BTreeMap<String, Value> =
        place.rows(&["source", "list"]).into_iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row)).collect();
    let own = &sources["thu"];
    assert_eq!(
        (&own["origin"], &own["table"], &own["name"]),
        (&"own".into(), &"dossiers".into(), &"Hệ thống thử".into())
    );
    assert!(own["file"].as_str().unwrap().ends_with("queries/sources/thu.toml"));
    assert_eq!((&sources["list-a"]["origin"], &sources["list-a"]["file"]), (&"shipped".into(), &Value::Null));
    assert_eq!(sources["list-b"]["origin"], "overridden");
    assert_eq!(place.run(&["source", "show", "list-b"]).exits(0).stdout, text);
    let shipped = std::fs::read_to_string(project("queries/sources/list-a.toml")).unwrap();
    assert_eq!(run(&["--workspace", "/khong/co", "source", "show", "list-a"]).exits(0).stdout, shipped);
    place.run(&["source", "show", "list-x"]).exits(2).says(&["no source 'list-x'", "did you mean"]);
}

#[test]
fn nothing_that_exists_is_overwritten_and_no_shipped_source_replaced() {
    let place = Place::new();
    let file = place.file("a_20250401.csv", list(&[GOOD]));
    let path = file.to_str().unwrap();
    place.run(&["source", "new", path, "--id", "moi"]).exits(0);
    let edited = "name = \"x\"\ntable = \"dossiers\"\nrequired = [\"dossier_code\"]\n[columns.dossier_code]\nheadings = [\"Mã\"]\n";
    place.file("kho/queries/sources/moi.toml", edited);
    let kept = ["exists and is left as it is", "--id", "--out"];
    place.run(&["source", "new", path, "--id", "moi"]).exits(1).says(&kept);
    place
        .run(&["source", "new", path, "--out", place.path("kho/queries/sources/moi.toml").to_str().unwrap()])
        .exits(1)
        .says(&kept);
    assert_eq!(std::fs::read_to_string(place.path("kho/queries/sources/moi.toml")).unwrap(), edited);
    std::fs::remove_file(place.path("kho/queries/sources/moi.toml")).unwrap();
    let before = place.snapshot();
    place.run(&["source", "new", path, "--id", "list-a"]).exits(1).says(&["shipped source", "--id"]);
    place.run(&["source", "new", path, "--id", "../ra-ngoai"]).exits(2).says(&["is no id"]);
    place.run(&["source", "new", path, "--table", "dossier"]).exits(2).says(&["did you mean 'dossiers'?"]);
    assert_eq!(place.snapshot(), before);
    let elsewhere = ["--workspace", "/khong/co", "source", "new", path];
    run(&elsewhere).exits(1).says(&["no workspace in /khong/co", "--out"]);
    let out = place.path("de-xuat.toml");
    let ran = run(&["--workspace", "/khong/co", "source", "new", path, "--out", out.to_str().unwrap()]).exits(0);
    assert_eq!(ran.stdout, "");
    assert!(out.is_file());
}

#[test]
fn what_cannot_be_proposed_says_why() {
    let place = Place::new();
    for (name, content, reason) in [
        ("so.csv", "1,2,3\n4,5,6\n7,8,9\n", "no row of the file looks like headings"),
        ("thu.csv", "Kính gửi Sở Nội vụ\nVề việc báo cáo\n", "no row of the file looks like headings"),
        ("ten.csv", "Nguyễn Văn Thử,Xã A,Nam\nTrần Thị Thử,Xã B,Nữ\n", "no row of the file looks like headings"),
        (
            "khong-tieu-de.csv",
            "Lê Thử,Hồ sơ đất đai,H1-0001,01/02/2025\nLê Thử,Hồ sơ đất đai,H1-0002,01/02/2025\n",
            "no row of the file",
        ),
        ("rong.csv", "", "empty"),
        ("hong.xlsx", "PK\u{3}\u{4}rubbish", "hong.xlsx"),
    ] {
        let file = place.file(name, content);
        let before = place.snapshot();
        let ran = place.run(&["source", "new", file.to_str().unwrap()]).exits(1).says(&[reason]);
        assert!(!ran.stderr.contains("Thử"), "{}", ran.stderr);
        assert_eq!(place.snapshot(), before, "{name}");
    }
    place.run(&["source", "new", place.path("khong-co.csv").to_str().unwrap()]).exits(1).says(&["khong-co.csv"]);
    place.run(&["source", "new", place.path(".").to_str().unwrap()]).exits(1).says(&["files are meant", "name one"]);
    let file = place.file("a.csv", list(&[GOOD]));
    place.run(&["source", "new", file.to_str().unwrap(), "--sheet", "Trang 2"]).exits(1).says(&["no sheet 'Trang 2'"]);
}

/// Everything stored but where it came from.
fn stored(place: &Place) -> Vec<Value> {
    let mut rows = place.dossiers();
    for row in &mut rows {
        for origin in ["source", "file", "import"] {
            row.as_object_mut().unwrap().remove(origin);
        }
    }
    rows
}

#[test]
fn a_real_export_under_other_headings_gives_the_same_dossiers_through_a_proposed_source() {
    let original = std::fs::read_to_string(project("sample-data/exports/ho-so_nhieu-don-vi_20250401.csv")).unwrap();
    let (name, units) =
        ("he-thong-moi_20250401.csv", std::fs::read_to_string(project("sample-data/units.csv")).unwrap());
    let known = Place::with_units(&units);
    let (account_of_known, _) = known.import_text(name, &original);

    let place = Place::with_units(&units);
    let renamed = [
        ("Số hồ sơ", "Số phiếu"),
        ("Ngày kết thúc xử lý", "Xong ngày"),
        ("Hình thức tiếp nhận", "Cách nộp"),
        ("Chủ hồ sơ", "Tên công dân nộp"),
    ];
    let text = renamed.iter().fold(original, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let file = place.file(name, &text);
    place.run(&["--lang", "vi", "--format", "json", "import", file.to_str().unwrap()]).exits(3);
    place
        .run(&["--lang", "vi", "source", "new", file.to_str().unwrap(), "--id", "moi"])
        .exits(0)
        .says(&["dossier_code, finished_at"]);
    let path = place.workspace().join("queries/sources/moi.toml");
    let proposed = std::fs::read_to_string(&path).unwrap();
    let mut persons = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(';').collect();
        for person in cells.get(9..12).into_iter().flatten().filter(|person| person.len() > 5) {
            assert!(!proposed.contains(person), "a person in\n{proposed}");
            persons += 1;
        }
    }
    assert!(persons > 1000, "{persons}");
    // What the remarks ask is answered; nothing else is edited.
    let mut edited = proposed.clone();
    for (column, usual, heading) in
        [("dossier_code", "Số hồ sơ", "Số phiếu"), ("finished_at", "Ngày kết thúc xử lý", "Xong ngày")]
    {
        assert!(
            proposed.contains(&format!("\"{heading}\" (cột ")),
            "{column}: {heading} is not proposed in\n{proposed}"
        );
        edited = edited.replace(&format!("headings = [\"{usual}\"]"), &format!("headings = [\"{heading}\"]"));
    }
    let question = "# [columns.channel]\n# headings = [\"Cách nộp\"]\n# words = \"channel\"";
    assert!(proposed.contains(question), "{proposed}");
    edited = edited.replace(question, &question.replace("# ", ""));
    std::fs::write(&path, edited).unwrap();
    place.run(&["--lang", "vi", "check"]).exits(0);
    let (row, _) = place.import(&file);
    assert_eq!((account(&row), &row["source"]), (account(&account_of_known), &"moi".into()));
    assert_eq!(stored(&place), stored(&known));
}
