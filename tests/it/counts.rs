//! Ready-made counts of one-stop systems: read, checked against each other, used where a unit sent no dossiers.

use serde_json::Value;

use crate::support::{Place, list, row_of};

/// Form 06a with stacked headings, a group, a total and its parts. B stands below A.
fn form(title: &str, rows: &[&str]) -> String {
    let mut text = format!("Biểu số II.06a/VPCP/KSTT,,,,,,,,,,,,\n\"{title}\",,,,,,,,,,,,\n");
    text.push_str(
        "STT,Đơn vị,Số hồ sơ nhận giải quyết,,,,Số hồ sơ đã giải quyết,,,,Số lượng hồ sơ đang giải quyết,,\n",
    );
    text.push_str(",,Tổng số,Trong đó,,Từ kỳ trước,Tổng số,Trước hạn,Đúng hạn,Quá hạn,Tổng số,Trong hạn,Quá hạn\n");
    text.push_str(",,,Trực tuyến,\"Trực tiếp, dịch vụ bưu chính\",,,,,,,,\n");
    text.push_str("(1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13)\n");
    for row in rows {
        text.push_str(&format!("{row}\n"));
    }
    text
}

/// A of 2025-01: 1.045 received, 5 late. A true zero is left blank.
const A: &str = "1,- Sở A,1.045,45,900,100,1.000,900,95,5,45,45,";
const B: &str = "2,Sở Bê,20,10,8,2,18,9,9,,2,1,1";

fn imported(files: &[(&str, String)]) -> (Place, Vec<Value>) {
    let place = Place::new();
    let mut accounts = Vec::new();
    for (name, text) in files {
        accounts.push(place.import_text(name, text).0);
    }
    (place, accounts)
}

fn form06(place: &Place, period: &str, unit: &str) -> Value {
    row_of(&place.rows(&["form06", "--period", period]), unit).clone()
}

fn rules(place: &Place) -> Vec<String> {
    let all = place.rows(&["--lang", "en", "findings", "--all"]);
    let mut rules: Vec<String> = all.iter().map(|one| one["rule"].as_str().unwrap().to_owned()).collect();
    rules.retain(|rule| rule != "no_export_date");
    rules
}

#[test]
fn every_figure_is_a_row_of_counts_with_its_place() {
    let total = ",Tổng cộng,1.065,55,908,102,1.018,909,104,5,47,46,1";
    let parts = ",Trong đó:,,,,,,,,,,,";
    let part = ",- Cấp tỉnh,1.065,55,908,102,1.018,909,104,5,47,46,1";
    let group = "I,SỞ NGÀNH,1.065,55,908,102,1.018,909,104,5,47,46,1";
    let text = form("(Từ ngày 01/01/2025 đến ngày 31/01/2025)", &[group, A, B, total, parts, part]);
    let (place, accounts) = imported(&[("Thống kê 06a 3_2_2025 8_6.csv", text)]);
    assert_eq!((&accounts[0]["rows"], &accounts[0]["loaded"]), (&2.into(), &2.into()));
    assert_eq!(accounts[0]["exported_at"], "2025-02-03");
    assert_eq!(rules(&place), Vec::<String>::new());
    let counts = place.rows(&["sql", "SELECT * FROM counts ORDER BY unit, measure"]);
    assert_eq!(counts.len(), 22);
    let late = counts.iter().find(|one| one["unit"] == "A" && one["measure"] == "late").unwrap();
    assert_eq!((late["value"].as_f64(), late["row"].as_i64()), (Some(5.0), Some(8)));
    assert_eq!((&late["period_from"], &late["period_to"]), (&"2025-01-01".into(), &"2025-01-31".into()));
    let blank = counts.iter().find(|one| one["unit"] == "A" && one["measure"] == "overdue").unwrap();
    assert_eq!(blank["value"].as_f64(), Some(0.0), "a true zero is left blank");
}

#[test]
fn a_unit_without_dossiers_is_counted_from_counts_and_marked_and_the_kind_pools_both() {
    let text = form("Tháng 1 năm 2025", &[A]);
    let (place, _) = imported(&[("bieu-06a.csv", text)]);
    place
        .import_text("b_20250301.csv", &list(&["H1,Sở Bê,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả"]));
    let a = form06(&place, "2025-01", "A");
    let columns = |row: &Value| (3..14).map(|column| row[format!("c{column}")].as_i64()).collect::<Vec<_>>();
    let expected = [1045, 45, 900, 100, 1000, 900, 95, 5, 45, 45, 0].map(Some);
    assert_eq!((columns(&a), &a["from_counts"]), (expected.to_vec(), &true.into()));
    assert_eq!(form06(&place, "2025-01", "B")["from_counts"], false);
    let rate = |unit: &str| {
        let rows = place.rows(&["indicators", "--indicator", "on_time_rate", "--period", "2025-01"]);
        let row = row_of(&rows, unit).clone();
        (row["numerator"].as_f64().unwrap(), row["denominator"].as_f64().unwrap())
    };
    assert_eq!(rate("A"), (995.0, 1000.0));
    assert_eq!(rate("*department"), (996.0, 1001.0), "added numerators over added denominators");
    let days = place.rows(&["indicators", "--indicator", "mean_days", "--period", "2025-01"]);
    assert_eq!(row_of(&days, "A")["status"], "missing", "counts do not give it");
    let reconciled = place.rows(&["reconcile", "--counts", "--period", "2025-01"]);
    assert!(reconciled.iter().all(|one| one["difference"].is_null()), "no figure stands on both sides");
}

#[test]
fn months_make_a_quarter_and_a_missing_month_is_named() {
    let month =
        |number: u32, row: &str| (format!("06a_T{number}-2025.csv"), form(&format!("Tháng {number} năm 2025"), &[row]));
    let rows = ["1,Sở A,12,4,6,2,9,5,3,1,3,3,", "1,Sở A,13,5,5,3,10,5,4,1,3,2,1", "1,Sở A,11,4,4,3,8,4,4,,3,3,"];
    let files: Vec<(String, String)> = rows.iter().zip(1..).map(|(row, number)| month(number, row)).collect();
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let (place, _) = imported(&files);
    // Received and resolved add up, carried over is January's, pending is March's.
    let quarter = form06(&place, "2025-Q1", "A");
    let columns: Vec<Option<i64>> = (3..14).map(|column| quarter[format!("c{column}")].as_i64()).collect();
    assert_eq!(columns, [30, 13, 15, 2, 27, 14, 11, 2, 3, 3, 0].map(Some));
    let (gap, _) = imported(&[files[0].clone(), files[2].clone()]);
    let ran = gap.run(&["--lang", "vi", "form06", "--period", "2025-Q1"]).exits(0);
    ran.says(&["thiếu số liệu tổng hợp từ 2025-02-01 đến 2025-02-28"]);
    assert_eq!(form06(&gap, "2025-Q1", "A").get("from_counts"), None);
}

#[test]
fn early_and_on_time_in_one_figure_leave_both_columns_unknown_and_the_rate_right() {
    let text = "Tháng 2 năm 2025,,,,,,,,\nSTT,Đơn vị,Số hồ sơ phải giải quyết,,,Số hồ sơ đã giải quyết,,,Số hồ sơ đang giải quyết\n\
        ,,Kỳ trước chuyển sang,Tiếp nhận trực tuyến,Cộng,Tổng số,Trước và trong hạn,Trễ hạn,Tổng số\n1,Sở A,2,6,10,9,8,1,1\n";
    let (place, _) = imported(&[("ket-qua_T2-2025.csv", text.to_owned())]);
    let a = form06(&place, "2025-02", "A");
    assert_eq!(
        (a["c7"].as_i64(), a["c8"].as_i64(), a["c9"].as_i64(), a["c10"].as_i64()),
        (Some(9), None, None, Some(1))
    );
    let rate = place.rows(&["indicators", "--indicator", "on_time_rate", "--period", "2025-02"]);
    assert!((row_of(&rate, "A")["value"].as_f64().unwrap() - 8.0 / 9.0).abs() < 1e-12);
}

#[test]
fn what_does_not_add_up_costs_its_figure_and_is_named_with_both() {
    for (rows, expected) in [
        (vec!["1,Sở A,1.050,45,900,100,1.000,900,95,5,45,45,"], vec!["count_identity", "count_identity"]),
        (vec![A, B, ",Tổng cộng,1.065,55,908,102,1.010,909,104,5,47,46,1"], vec!["total_not_sum"]),
        (vec!["I,SỞ,1.060,45,900,100,1.000,900,95,5,45,45,", A], vec!["group_not_sum"]),
        (vec![A, "2,SỞ A,1.045,45,900,100,1.000,900,95,5,45,45,"], vec!["unit_twice"]),
        (vec!["1,Sở A,20,10,8,2,18,9,16,-7,2,1,1"], vec!["negative_count"]),
        (vec![A, "2,Account không dùng,1,1,,,1,1,,,,,"], vec!["unknown_unit"]),
        (vec!["1,Sở A,20,10,8,2,18,9 hồ sơ,9,,2,1,1"], vec!["unreadable_number"]),
        // share_not_counts has a test of its own.
    ] {
        let (place, accounts) = imported(&[("bieu_T1-2025.csv", form("Tháng 1 năm 2025", &rows))]);
        assert_eq!(rules(&place), expected, "{rows:?}");
        assert!(accounts[0]["loaded"].as_i64() >= Some(1), "its neighbours are kept: {rows:?}");
    }
}

#[test]
fn a_printed_share_is_checked_and_not_used() {
    let text = "Tháng 1 năm 2025,,,,,,\nSTT,Đơn vị,Số hồ sơ đã giải quyết,,,,\n,,Trước hạn,Đúng hạn,Quá hạn,Tỷ lệ trước hạn và đúng hạn,\n";
    let text = text.replace("Tỷ lệ trước hạn và đúng hạn", "\"Tỷ lệ trước hạn, đúng hạn\"");
    let (place, _) = imported(&[("bieu_T1-2025.csv", format!("{text}1,Sở A,6,3,1,95%,\n"))]);
    assert_eq!(rules(&place), ["share_not_counts"]);
}

#[test]
fn files_of_two_systems_are_used_only_as_the_user_says() {
    let one = form("Tháng 1 năm 2025", &["1,Sở A,12,4,6,2,9,5,3,1,3,3,"]);
    let two = form("Tháng 1 năm 2025", &["1,Sở A,20,10,8,2,18,9,8,1,2,1,1"]);
    let (place, _) = imported(&[("he-thong-tinh.csv", one), ("he-thong-bo.csv", two)]);
    place.run(&["form06", "--period", "2025-01"]).exits(0).says(&["is stated differently and used by nothing"]);
    let sum = place.rows(&["form06", "--period", "2025-01", "--same-unit", "add"]);
    let a = row_of(&sum, "A");
    assert_eq!((a["c3"].as_i64(), a["c7"].as_i64(), a["c10"].as_i64()), (Some(32), Some(27), Some(2)));
}

#[test]
fn a_list_of_late_dossiers_is_no_list_of_all_dossiers() {
    let place = Place::new();
    let text = format!(
        "DANH SÁCH HỒ SƠ QUÁ HẠN,,,,,,\n{}",
        list(&["H1,Sở A,Trực tiếp,06/01/2025,10/01/2025,12/01/2025,Đã trả kết quả"])
    );
    let (account, ran) = place.import_text("a_20250201.csv", &text);
    assert_eq!(account["loaded"], 0);
    ran.exits(3).says(&["holds some dossiers only"]); // partial_list
    let whole = place.path("a_20250201.csv");
    place.run(&["import", whole.to_str().unwrap(), "--source", "list-a"]).exits(0);
}
