//! Tables beside the dossiers: wide, tallied and outlined sheets become records, and every row of a sheet is accounted for.

use serde_json::Value;

use crate::support::{Place, account, figure};

/// The declared figures of two departments, as the form has them: two heading rows, "1.234" for 1234, blanks.
const ICT: &str = "SỐ LIỆU ỨNG DỤNG CÔNG NGHỆ THÔNG TIN,,,,,,\n\
    (Kèm theo báo cáo; số liệu đến ngày 30/06/2020),,,,,,\n\
    STT,Đơn vị,Nhân lực và thiết bị,,Văn bản đi,,Văn bản phải công khai,\n\
    ,,Số CBCCVC,Số máy tính,Tổng số,Gửi điện tử,Phải công khai,Đã công khai\n\
    1,Sở A,100,90,4.075,2.673,0,0\n\
    2,Sở Bê,,60,1.000,500,10,5\n\
    ,Tổng cộng,100,150,5.075,3.173,10,5\n";

#[track_caller]
fn measured(
    place: &Place,
    indicator: &str,
    unit: &str,
    period: &str,
) -> (Option<f64>, Option<f64>, Option<f64>, String) {
    let rows = place.rows(&["indicators", "--period", period, "--indicator", indicator]);
    let row = figure(&rows, unit, indicator);
    let number = |key: &str| row[key].as_f64();
    (number("numerator"), number("denominator"), number("value"), row["status"].as_str().unwrap().to_owned())
}

#[test]
fn a_row_of_declared_figures_is_one_row_and_several_figures() {
    let place = Place::new();
    let (file, _) = place.import_text("so-lieu_20200705.csv", ICT);
    assert_eq!(file["source"], "declared-ict");
    assert_eq!(account(&file), [2, 2, 0, 0, 0]);
    // Three figures of each unit: those whose headings the sheet has.
    assert_eq!(place.numbers("SELECT count(*), count(DISTINCT indicator) FROM declared"), [Some(6.0), Some(3.0)]);
    let days = place.rows(&["sql", "SELECT DISTINCT CAST(declared_at AS DATE) AS day FROM declared"]);
    assert_eq!(days[0]["day"], "2020-06-30");
}

#[test]
fn a_declared_pair_counts_where_both_are_stated_and_sums_are_sum_over_sum() {
    let place = Place::new();
    place.import_text("so-lieu_20200705.csv", ICT);
    let ok = |top: f64, bottom: f64| (Some(top), Some(bottom), Some(top / bottom), "ok".to_owned());
    assert_eq!(measured(&place, "computers_per_staff", "A", "2020-H1"), ok(90.0, 100.0));
    // Blank is missing, a denominator of zero does not apply; neither is 0.
    assert_eq!(measured(&place, "computers_per_staff", "B", "2020-H1"), (None, None, None, "missing".into()));
    assert_eq!(
        measured(&place, "published_share", "A", "2020-H1"),
        (Some(0.0), Some(0.0), None, "not_applicable".into())
    );
    assert_eq!(measured(&place, "computers_per_staff", "*", "2020-H1"), ok(90.0, 100.0));
    assert_eq!(measured(&place, "e_sent_share", "*department", "2020-06"), ok(3173.0, 5075.0));
    assert_eq!(measured(&place, "published_share", "*", "2020"), ok(5.0, 10.0));
    // The day does not lie in the first quarter.
    assert_eq!(measured(&place, "e_sent_share", "A", "2020-Q1"), (None, None, None, "missing".into()));
}

#[test]
fn a_changed_figure_updates_its_row_and_the_same_sheet_again_adds_nothing() {
    let place = Place::new();
    place.import_text("so-lieu_20200705.csv", ICT);
    let (file, _) = place.import_text("so-lieu_20200706.csv", &ICT.replace("1,Sở A,100,90,", "1,Sở A,100,95,"));
    assert_eq!(account(&file), [2, 0, 1, 1, 0]);
    assert_eq!(measured(&place, "computers_per_staff", "A", "2020").2, Some(0.95));
    // A figure that is taken back is missing, not what it was.
    let (file, _) = place.import_text("so-lieu_20200707.csv", &ICT.replace("1,Sở A,100,90,", "1,Sở A,,90,"));
    assert_eq!(account(&file), [2, 0, 1, 1, 0]);
    assert_eq!(measured(&place, "computers_per_staff", "A", "2020").3, "missing");
}

#[test]
fn a_row_of_an_unknown_unit_is_refused_once_not_once_a_figure() {
    let place = Place::new();
    let (file, ran) = place.import_text("so-lieu_20200705.csv", &ICT.replace("2,Sở Bê,", "2,Sở Không Có,"));
    assert_eq!(account(&file), [2, 1, 0, 0, 1]);
    assert_eq!(ran.code, 3);
    let found = place.rows(&["findings", "--level", "error"]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0]["rule"].as_str(), found[0]["row"].as_u64()), (Some("unknown_unit"), Some(6)));
    let cells: Value = serde_json::from_str(found[0]["cells"].as_str().unwrap()).unwrap();
    assert_eq!((&cells["Đơn vị"], &cells["Số máy tính"]), (&Value::from("Sở Không Có"), &Value::from("60")));
}

/// Criteria of two departments side by side; area rows repeat the sums of what stands below them.
const CRITERIA: &str = "BẢNG CHẤM ĐIỂM CHỈ SỐ CẢI CÁCH HÀNH CHÍNH NĂM 2020,,,,,,\n\
    STT,Tiêu chí,Điểm tối đa,Sở A,,Sở Bê,\n\
    ,,,Tự chấm,Thẩm định,Tự chấm,Thẩm định\n\
    I,Chỉ đạo điều hành,5,\"4,5\",4,3,3\n\
    1.1,Kế hoạch,2,2,\"1,5\",1,1\n\
    1.2,Tổng số cuộc kiểm tra,3,\"2,5\",\"2,5\",2,2\n\
    II,Thể chế,4,,,,\n\
    2.1,Rà soát,4,,,Không áp dụng,Không áp dụng\n\
    2.1.1,Văn bản,1,1,1,Không áp dụng,Không áp dụng\n\
    2.1.2,Xử lý,3,3,\"2,75\",Không áp dụng,Không áp dụng\n\
    ,Tổng điểm,9,,,,\n";

const POINTS: &str = "SELECT sum(max_points) AS most, sum(self_points) AS self, sum(verified_points) AS verified \
    FROM criteria WHERE leaf AND applies AND unit = ";

#[test]
fn areas_and_criteria_that_repeat_sums_are_not_counted_twice() {
    let place = Place::new();
    let (file, _) = place.import_text("cham-diem_20210105.csv", CRITERIA);
    assert_eq!(file["source"], "criteria");
    // I repeats a sum and is a row; II says nothing and is none; 2.1 has a word in it.
    assert_eq!(account(&file), [6, 6, 0, 0, 0]);
    assert_eq!(place.numbers(&format!("{POINTS}'A'")), [Some(9.0), Some(8.5), Some(7.75)]);
    // What does not apply is outside the maximum, too.
    assert_eq!(place.numbers(&format!("{POINTS}'B'")), [Some(5.0), Some(3.0), Some(3.0)]);
    let tree = place.rows(&[
        "sql",
        "SELECT criterion, level, leaf, parent, area, period FROM criteria WHERE unit = 'A' ORDER BY row",
    ]);
    let told: Vec<String> = tree
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {} {} {}",
                text("criterion"),
                text("level"),
                row["leaf"],
                text("parent"),
                text("area"),
                text("period")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "I area false - I 2020",
            "1.1 criterion true I I 2020",
            "1.2 criterion true I I 2020",
            "2.1 criterion false II II 2020",
            "2.1.1 sub_criterion true 2.1 II 2020",
            "2.1.2 sub_criterion true 2.1 II 2020",
        ]
    );
}

#[test]
fn points_above_the_maximum_are_refused_and_named_and_the_other_units_are_loaded() {
    let place = Place::new();
    let (file, ran) =
        place.import_text("cham-diem_20210105.csv", &CRITERIA.replace("1.1,Kế hoạch,2,2,", "1.1,Kế hoạch,2,20,"));
    assert_eq!(account(&file), [6, 6, 0, 0, 0]);
    assert_eq!(ran.code, 3);
    let found = place.rows(&["findings", "--level", "error"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["rule"], "above_maximum");
    assert_eq!((found[0]["column"].as_str(), found[0]["row"].as_u64()), (Some("Sở A – Tự chấm"), Some(5)));
    assert_eq!(place.numbers("SELECT count(*) FROM criteria WHERE criterion = '1.1'"), [Some(1.0)]);
}
