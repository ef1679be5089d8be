//! Rows are compared by what is stored, and what a newer file does not have stays as an older one said it.

use serde_json::{Value, json};

use crate::support::{Place, account, project};

/// All columns of the list.
const FULL: &str = "Số hồ sơ,Cơ quan/đơn vị,Hình thức tiếp nhận,Chủ hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc xử lý,Trạng thái hồ sơ,Phí";

/// A workspace whose lists need less than the shipped ones.
fn place() -> Place {
    let place = Place::new();
    let shipped = std::fs::read_to_string(project("queries/sources/list-a.toml")).unwrap();
    let needed = "required = [\"dossier_code\", \"resolving_unit\", \"received_at\", \"due_at\", \"finished_at\"]";
    assert!(shipped.contains(needed));
    let path = place.workspace().join("queries/sources/list-a.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, shipped.replace(needed, "required = [\"dossier_code\", \"resolving_unit\"]")).unwrap();
    place
}

fn table(headings: &str, rows: &[&str]) -> String {
    format!("{headings}\n{}\n", rows.join("\n"))
}

fn dossiers(place: &Place) -> Vec<Value> {
    place.rows(&[
        "sql",
        "SELECT dossier_code, CAST(CAST(received_at AS DATE) AS VARCHAR) AS received, CAST(CAST(due_at AS DATE) AS VARCHAR) \
         AS due, channel, fee, status, import, file, kept_from FROM dossiers ORDER BY dossier_code",
    ])
}

fn cells<'a>(rows: &'a [Value], column: &str) -> Vec<&'a Value> {
    rows.iter().map(|row| &row[column]).collect()
}

const OLD: [&str; 3] = [
    "H1,Sở A,Trực tuyến,Nguyễn Văn Thử,06/01/2025,10/01/2025,,Đang xử lý,50000",
    "H2,Sở A,Trực tiếp,Nguyễn Văn Thử,07/01/2025,13/01/2025,,Đang xử lý,60000",
    "H3,Sở A,Trực tiếp,Nguyễn Văn Thử,08/01/2025,14/01/2025,,Đang xử lý,70000",
];

/// Without the due date and the fee.
const NARROW: &str = "Số hồ sơ,Cơ quan/đơn vị,Hình thức tiếp nhận,Ngày tiếp nhận,Ngày kết thúc xử lý,Trạng thái hồ sơ";

const NEW: [&str; 2] =
    ["H1,Sở A,Trực tuyến,06/01/2025,,Đang xử lý", "H2,Sở A,Trực tiếp,07/01/2025,12/01/2025,Đã trả kết quả"];

#[test]
fn what_a_newer_file_has_no_column_for_stays_and_an_empty_cell_erases() {
    let place = place();
    place.import_text("a_20250201.csv", &table(FULL, &OLD));
    let (narrow, _) = place.import_text("b_20250301.csv", &table(NARROW, &NEW));
    assert_eq!(account(&narrow), [2, 0, 1, 1, 0], "H1 says nothing new, H2 is finished");
    let rows = dossiers(&place);
    assert_eq!(cells(&rows, "due"), ["2025-01-10", "2025-01-13", "2025-01-14"]);
    assert_eq!(cells(&rows, "fee"), [50000, 60000, 70000]);
    let kept: Value = serde_json::from_str(rows[1]["kept_from"].as_str().unwrap()).unwrap();
    let file = place.path("a_20250201.csv").to_str().unwrap().to_owned();
    for column in ["due_at", "fee"] {
        assert_eq!(kept[column], json!({"file": file, "sheet": "", "row": 3, "import": 2}), "{kept}");
    }
    assert!(kept.get("status").is_none() && kept.get("channel").is_none(), "{kept}");
    assert!(place.rows(&["sql", "SELECT * FROM changes"]).is_empty(), "no due date was moved");
    assert!(place.rows(&["findings", "--rule", "changed_due_date"]).is_empty());
    // A file that has the column, and nothing in it, says that there is none.
    let empty = "H2,Sở A,Trực tiếp,Nguyễn Văn Thử,07/01/2025,,12/01/2025,Đã trả kết quả,";
    place.import_text("c_20250401.csv", &table(FULL, &[empty]));
    let rows = dossiers(&place);
    assert_eq!((&rows[1]["due"], &rows[1]["fee"], &rows[1]["kept_from"]), (&Value::Null, &Value::Null, &Value::Null));
    let change = &place.rows(&["sql", "SELECT * FROM changes"])[0];
    assert_eq!((&change["column_name"], &change["old_file"]), (&json!("due_at"), &json!(file)), "{change}");
    assert_eq!(change["old_import"], 2, "{change}");
}

#[test]
fn a_row_names_the_file_that_each_kept_cell_comes_from() {
    let place = place();
    place.import_text("a_20250201.csv", &table(FULL, &OLD));
    place.import_text("b_20250301.csv", &table(NARROW, &NEW));
    place.import_text(
        "c_20250401.csv",
        &table("Số hồ sơ,Cơ quan/đơn vị,Ngày tiếp nhận,Trạng thái hồ sơ", &["H2,Sở A,07/01/2025,Đã trả kết quả"]),
    );
    let rows = dossiers(&place);
    let kept: Value = serde_json::from_str(rows[1]["kept_from"].as_str().unwrap()).unwrap();
    assert_eq!((&kept["due_at"]["import"], &kept["finished_at"]["import"]), (&json!(2), &json!(3)), "{kept}");
    let explained = ["explain", "on_time_rate", "--unit", "A", "--period", "2025-Q1", "--rows"];
    let page = place.run(&[&["--format", "table"], &explained[..]].concat()).exits(0).stdout;
    let row = page.lines().skip_while(|line| !line.starts_with("  H2  ")).take(3).collect::<Vec<_>>().join("\n");
    assert!(row.contains("c_20250401.csv") && row.contains("due_at: ") && row.contains("a_20250201.csv"), "{page}");
}

#[test]
fn one_import_and_two_make_the_same_account_and_the_same_rows() {
    let files = [("a_20250201.csv", table(FULL, &OLD)), ("b_20250301.csv", table(NARROW, &NEW))];
    // Another name of the person makes no other row.
    let renamed = OLD.map(|row| row.replace("Nguyễn Văn Thử", "Trần Thị Mẫu"));
    let again = ("c_20250302.csv", table(FULL, &[&renamed[2]]));
    let files: Vec<_> = files.into_iter().chain([again]).collect();
    let stored = |rows: Vec<Value>| -> Vec<Value> {
        let plain = |mut row: Value| {
            for key in ["import", "kept_from"] {
                row.as_object_mut().unwrap().shift_remove(key);
            }
            row
        };
        rows.into_iter().map(plain).collect()
    };
    let (apart, together, on_disk) = (place(), place(), place());
    std::fs::write(on_disk.workspace().join("cchc.toml"), "import_memory_mib = 0\n").unwrap();
    let accounts: Vec<[u64; 5]> = files.iter().map(|(name, text)| account(&apart.import_text(name, text).0)).collect();
    assert_eq!(accounts, [[3, 3, 0, 0, 0], [2, 0, 1, 1, 0], [1, 0, 0, 1, 0]]);
    for place in [&together, &on_disk] {
        for (name, text) in &files {
            place.file(&format!("gui/{name}"), text);
        }
        let rows = place.run(&["--format", "json", "import", place.path("gui").to_str().unwrap()]).exits(0).rows();
        let found: Vec<[u64; 5]> = rows.iter().filter(|row| row.get("rows").is_some()).map(account).collect();
        assert_eq!(found, accounts);
        let names = |place: &Place| -> Vec<Value> {
            stored(dossiers(place))
                .into_iter()
                .map(|mut row| {
                    let file = row["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
                    row["file"] = file.into();
                    row
                })
                .collect()
        };
        assert_eq!(names(place), names(&apart));
        let kept = dossiers(place)[1]["kept_from"].as_str().unwrap().to_owned();
        assert!(kept.contains("a_20250201.csv"), "{kept}");
    }
}

#[test]
fn a_purge_of_the_older_import_takes_what_was_kept_from_it() {
    let place = place();
    place.import_text("a_20250201.csv", &table(FULL, &OLD));
    place.import_text("b_20250301.csv", &table(NARROW, &NEW));
    place.run(&["purge", "--yes", "--import", "2", "--reason", "gửi nhầm"]).exits(0);
    let rows = dossiers(&place);
    assert_eq!(cells(&rows, "dossier_code"), ["H1", "H2"]);
    assert_eq!(cells(&rows, "due"), [&Value::Null, &Value::Null]);
    assert_eq!(cells(&rows, "fee"), [&Value::Null, &Value::Null]);
    assert_eq!(cells(&rows, "kept_from"), [&Value::Null, &Value::Null]);
}
