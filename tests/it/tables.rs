//! Tables beside the dossiers: wide, tallied and outlined sheets become records, and every row of a sheet is accounted for.

use serde_json::Value;

use crate::support::{Place, account, figure};

/// The declared figures of two departments, as the form has them: two heading rows, "1.234" for 1234, blanks.
const ICT: &str = "SỐ LIỆU ỨNG DỤNG CÔNG NGHỆ THÔNG TIN NĂM 2020,,,,,,,\n\
    (Kèm theo báo cáo; số liệu đến ngày 30/06/2020),,,,,,,\n\
    STT,Đơn vị,Nhân lực và thiết bị,,,Văn bản đi,,Văn bản phải công khai,\n\
    ,,Số CBCCVC,Số máy tính,Số hộp thư công vụ,Tổng số,Gửi điện tử,Phải công khai,Đã công khai\n\
    1,Sở A,100,90,80,4.075,2.673,0,0\n\
    2,Sở Bê,,60,70,1.000,500,10,5\n\
    ,Tổng cộng,100,150,150,5.075,3.173,10,5\n";

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
    // Four figures of each unit: those whose headings the sheet has.
    assert_eq!(place.numbers("SELECT count(*), count(DISTINCT indicator) FROM declared"), [Some(8.0), Some(4.0)]);
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

/// Criteria of two departments side by side; area rows repeat the sums of what is below them.
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
    assert_eq!(file["source"], "criteria-across");
    // I repeats a sum and is a row; II says nothing and is none; 2.1 has a word in it.
    assert_eq!(account(&file), [6, 6, 0, 0, 0]);
    assert_eq!(place.numbers(&format!("{POINTS}'A'")), [Some(9.0), Some(8.5), Some(7.75)]);
    // What does not apply is outside the maximum, too.
    assert_eq!(place.numbers(&format!("{POINTS}'B'")), [Some(5.0), Some(3.0), Some(3.0)]);
    let tree = place.rows(&[
        "sql",
        "SELECT criterion, level, leaf, parent, area, period FROM criteria WHERE unit = 'A' ORDER BY row",
    ]);
    let reported: Vec<String> = tree
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
        reported,
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
fn points_on_top_are_shown_beside_the_areas() {
    let place = Place::new();
    let sheet = "BẢNG CHẤM ĐIỂM NĂM 2020,,,,\nSTT,Tiêu chí,Điểm tối đa,Sở A,Sở Bê\n,,,Tự chấm,Tự chấm\n\
        I,Chỉ đạo,2,,\n1.1,Kế hoạch,2,2,1\nII,Thể chế,3,,\n2.1,Rà soát,3,3,3\nT,Điểm cộng,1,1,0\nP,Điểm trừ,1,0,0\n";
    place.import_text("cham-diem_20210105.csv", sheet);
    let rows = place.rows(&["sql", "SELECT criterion, level, leaf, area FROM criteria WHERE unit = 'A' ORDER BY row"]);
    let reported: Vec<String> = rows
        .iter()
        .map(|row| ["criterion", "level", "leaf", "area"].map(|key| row[key].to_string().replace('"', "")).join(" "))
        .collect();
    assert_eq!(reported, ["1.1 criterion true I", "2.1 criterion true II", "T area true T", "P area true P"]);
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

#[test]
fn tallied_answers_count_as_many_answers_and_a_quarter_never_counts_in_its_last_month() {
    let place = Place::new();
    let tally = "TỔNG HỢP PHIẾU ĐÁNH GIÁ\n\
        STT,Đơn vị,Kỳ,Rất hài lòng,Hài lòng,Bình thường,Không hài lòng,Tổng số phiếu\n\
        1,Sở A,Quý I/2020,10,20,5,5,40\n\
        2,Sở Bê,Quý I/2020,1.000,,,,1.000\n\
        3,Sở Bê,Quý II/2020,0,0,0,0,0\n";
    let (file, _) = place.import_text("tong-hop_20200705.csv", tally);
    assert_eq!((file["source"].as_str(), account(&file)), (Some("ratings-tally"), [3, 3, 0, 0, 0]));
    let share = |unit: &str, period: &str| measured(&place, "satisfaction_share", unit, period);
    let ok = |top: f64, bottom: f64| (Some(top), Some(bottom), Some(top / bottom), "ok".to_owned());
    assert_eq!(share("A", "2020-Q1"), ok(30.0, 40.0));
    assert_eq!(share("*", "2020-H1"), ok(1030.0, 1040.0));
    assert_eq!(share("A", "2020-03").1, Some(0.0));
    assert_eq!(share("B", "2020-Q2").3, "not_applicable");
    // A row for each answer counts one, beside the tallies.
    let answers = "Mã phiếu,Đơn vị được đánh giá,Ngày đánh giá,Mức độ hài lòng\nP1,Sở A,05/02/2020,Không hài lòng\n";
    place.import_text("danh-gia_20200706.csv", answers);
    assert_eq!(share("A", "2020-Q1"), ok(30.0, 41.0));
    // Three headings of answers at least: one alone would always be 100 %.
    let (_, ran) = place.import_text("mot-cot.csv", "STT,Đơn vị,Kỳ,Hài lòng\n1,Sở A,Quý I/2020,10\n");
    assert_eq!(ran.code, 3);
}

#[test]
fn declared_figures_one_a_row_keep_the_id_of_their_file() {
    let place = Place::new();
    let text = "unit,indicator,period,value,numerator,denominator\n\
        A,survey_count,2020-Q1,4,,\n\
        B,survey_count,2020-Q1,3,,\n\
        A,cadre_trained_share,Quý I/2020,,\"7,5\",10\n\
        B,cadre_trained_share,Quý I/2020,,,8\n\
        A,Tổng số cuộc họp,Năm 2020,12,,\n\
        A,survey_count,quý nào đó,4,,\n\
        A,,2020-Q1,4,,\n";
    let (file, _) = place.import_text("khai_20200405.csv", text);
    assert_eq!((file["source"].as_str(), account(&file)), (Some("declared-list"), [7, 5, 0, 0, 2]));
    let rules: Vec<String> = place
        .rows(&["findings", "--level", "error"])
        .iter()
        .map(|one| format!("{} {}", one["row"], one["rule"].as_str().unwrap()))
        .collect();
    assert_eq!(rules, ["7 unreadable_period", "8 missing_value"]);
    assert_eq!(measured(&place, "survey_count", "A", "2020-Q1").2, Some(4.0));
    // Values of units are no value of all of them; another period has none.
    assert_eq!(measured(&place, "survey_count", "*", "2020-Q1").3, "not_applicable");
    assert_eq!(measured(&place, "survey_count", "A", "2020-H1").3, "missing");
    assert_eq!(measured(&place, "cadre_trained_share", "A", "2020-Q1").2, Some(0.75));
    assert_eq!(measured(&place, "cadre_trained_share", "B", "2020-Q1").3, "missing");
    assert_eq!(measured(&place, "cadre_trained_share", "*", "2020-Q1").1, Some(10.0));
    assert_eq!(measured(&place, "Tổng số cuộc họp", "A", "2020").2, Some(12.0));
    // They are found by their id and not listed among the defined ones, which nobody declared here.
    let listed = place.rows(&["indicators", "--period", "2020-Q1"]);
    assert!(listed.iter().all(|row| row["indicator"] != "survey_count" && row["indicator"] != "e_sent_share"));
    let ranked = place.rows(&["rank", "--index", "survey_count", "--period", "2020-Q1", "--kind", "department"]);
    assert_eq!(ranked.len(), 2);
}

#[test]
fn the_figure_for_exactly_the_period_goes_before_a_day_in_it_and_that_before_an_undated_one() {
    let place = Place::new();
    let declare = |name: &str, rows: &str| {
        place.import_text(name, &format!("Đơn vị,Chỉ tiêu,Kỳ,Tính đến ngày,Giá trị\n{rows}"));
    };
    declare("a_20200101.csv", "Sở A,x,,,1\n");
    assert_eq!(measured(&place, "x", "A", "2020-H1").2, Some(1.0));
    let reported = place.rows(&["findings", "--rule", "no_period"]);
    assert_eq!((reported.len(), reported[0]["level"].as_str()), (1, Some("warning")));
    declare("b_20200701.csv", "Sở A,x,,31/03/2020,2\nSở A,x,,30/06/2020,3\n");
    assert_eq!(measured(&place, "x", "A", "2020-H1").2, Some(3.0));
    assert_eq!(measured(&place, "x", "A", "2020-Q1").2, Some(2.0));
    assert_eq!(measured(&place, "x", "A", "2021").2, Some(1.0));
    declare("c_20200702.csv", "Sở A,x,6 tháng đầu năm 2020,,4\nSở A,x,Quý I/2020,,5\n");
    assert_eq!(measured(&place, "x", "A", "2020-H1").2, Some(4.0));
    assert_eq!(measured(&place, "x", "A", "2020-Q1").2, Some(5.0));
    assert_eq!(measured(&place, "x", "A", "2020").2, Some(3.0));
}

#[test]
fn documents_of_a_month_training_and_tickets_are_tables() {
    let place = Place::new();
    let documents = "BÁO CÁO VĂN BẢN ĐI, ĐẾN NĂM 2020,,,,,,\n\
        STT,Đơn vị,Tháng,Văn bản đi,,,Văn bản đến,\n\
        ,,,Tổng số,Gửi điện tử,Ký số,Tổng số,Nhận điện tử\n\
        1,Sở A,1,1.200,1.100,900,2.000,1.500\n\
        2,Sở A,Tháng 2,100,110,90,200,150\n\
        3,Sở Bê,03/2020,10,9,9,20,15\n\
        4,Sở Bê,,10,9,9,20,15\n";
    let (file, _) = place.import_text("van-ban_20200405.csv", documents);
    assert_eq!((file["source"].as_str(), account(&file)), (Some("documents"), [4, 3, 0, 0, 1]));
    let months = place
        .rows(&["sql", "SELECT unit, period, sent, sent_electronic, received FROM documents ORDER BY unit, period"]);
    let reported: Vec<String> = months
        .iter()
        .map(|row| {
            format!("{} {} {} {} {}", row["unit"], row["period"], row["sent"], row["sent_electronic"], row["received"])
        })
        .collect();
    assert_eq!(
        reported,
        [r#""A" "2020-01" 1200 1100 2000"#, r#""A" "2020-02" 100 110 200"#, r#""B" "2020-03" 10 9 20"#,]
    );
    assert_eq!(place.rows(&["findings", "--rule", "above_total"])[0]["count"], 1);

    let training = "STT,Đơn vị,Tên lớp,Từ ngày,Đến ngày,Kế hoạch,Tham gia,Giảng viên\n\
        1,Sở A,Kỹ năng số,05/03/2020,06/03/2020,30,28,Nguyễn Văn Thử\n\
        2,Sở A,Kỹ năng số,05/05/2020,,20,20,Trần Thị Thử\n\
        3,Sở A,Không ngày,,,20,20,\n";
    let (file, _) = place.import_text("dao-tao_20200605.csv", training);
    assert_eq!((file["source"].as_str(), account(&file)), (Some("training"), [3, 2, 0, 0, 1]));
    assert_eq!(place.numbers("SELECT sum(planned), sum(attended) FROM training"), [Some(50.0), Some(48.0)]);

    let tickets = "NHẬT KÝ LẤY SỐ,,,,,\nĐơn vị: Sở A,,,,,\n\
        Ngày,Số vé,Giờ lấy số,Giờ gọi,Giờ phục vụ xong,Khách hàng\n\
        02/03/2020,A01,08:00,08:12:30,08:30,Nguyễn Văn Thử\n\
        02/03/2020,A02,08:05,08:04,08:30,Nguyễn Văn Thử\n\
        02/03/2020,A03,08:06,,,Nguyễn Văn Thử\n";
    let (file, _) = place.import_text("lay-so_20200303.csv", tickets);
    assert_eq!((file["source"].as_str(), account(&file)), (Some("tickets"), [3, 3, 0, 0, 0]));
    let waited = place.rows(&["sql", "SELECT ticket, taken_at, waiting_minutes FROM tickets ORDER BY ticket"]);
    assert_eq!(
        (waited[0]["taken_at"].as_str(), waited[0]["waiting_minutes"].as_f64()),
        (Some("2020-03-02T08:00:00"), Some(12.5))
    );
    assert!(waited[1]["waiting_minutes"].is_null() && waited[2]["waiting_minutes"].is_null());
    assert_eq!(place.rows(&["findings", "--rule", "ends_before_it_begins"])[0]["count"], 1);

    // What names a person is in no file of the workspace.
    for (path, bytes) in place.snapshot() {
        assert!(!bytes.windows(6).any(|part| part == "n Thử".as_bytes()), "{}", path.display());
    }
}

#[test]
fn the_catalogue_keeps_the_level_as_it_is_written_beside_its_code() {
    let place = Place::new();
    let text = "Mã TTHC,Tên TTHC,Cấp thực hiện,Mức độ DVCTT,Thời hạn giải quyết,Thanh toán trực tuyến,Kết quả bản giấy\n\
        1.1,Khai sinh,Cấp xã,Toàn trình,3,Có,Không\n\
        1.2,Khai tử,Cấp xã,Mức độ 4,Trong ngày,Không,Có\n\
        1.3,Kết hôn,Cấp tỉnh,Một phần,5,,\n";
    let (file, _) = place.import_text("danh-muc_20200701.csv", text);
    assert_eq!((file["source"].as_str(), account(&file)), (Some("catalogue"), [3, 3, 0, 0, 0]));
    let rows = place.rows(&["sql", "SELECT * FROM procedures ORDER BY procedure_code"]);
    let reported: Vec<String> = rows
        .iter()
        .map(|row| {
            let keys = [
                "service_level",
                "service_level_text",
                "limit_days",
                "limit_text",
                "online_payment",
                "paper_result",
                "kind",
            ];
            keys.map(|key| row[key].to_string()).join(" ")
        })
        .collect();
    assert_eq!(
        reported,
        [
            r#"4 "Toàn trình" 3 "3" true false "commune""#,
            r#"4 "Mức độ 4" 0 "Trong ngày" false true "commune""#,
            r#"3 "Một phần" 5 "5" null null "department""#,
        ]
    );
}

#[test]
fn one_unit_a_sheet_is_known_by_its_letterhead_and_one_a_row_by_its_column() {
    let place = Place::new();
    let form = "BIỂU TỰ CHẤM ĐIỂM NĂM 2020,,,,,\n\"Thử, ngày 05 tháng 01 năm 2021\",,,,,\nĐơn vị: Sở A,,,,,\n\
        STT,Tiêu chí,Điểm tối đa,Tự chấm,Thẩm định,Lý do\n\
        I,Chỉ đạo,5,4,3,\n\
        1.1,Kế hoạch,2,2,1,Chậm 3 ngày\n\
        1.2,Kiểm tra,3,2,2,\n\
        ,Tổng điểm,5,4,3,\n";
    let (file, _) = place.import_text("tu-cham_20210106.csv", form);
    assert_eq!((file["source"].as_str(), account(&file)), (Some("criteria-unit"), [3, 3, 0, 0, 0]));
    assert_eq!(place.numbers(&format!("{POINTS}'A'")), [Some(5.0), Some(4.0), Some(3.0)]);
    let reasons = place.rows(&["sql", "SELECT reason, period FROM criteria WHERE reason IS NOT NULL"]);
    assert_eq!(
        (reasons.len(), reasons[0]["reason"].as_str(), reasons[0]["period"].as_str()),
        (1, Some("Chậm 3 ngày"), Some("2020"))
    );

    // Sorted by criterion: what is below 1 is found among all rows, not in the next one.
    let list = "Mã tiêu chí,Tên tiêu chí,Đơn vị,Điểm tối đa,Tự chấm,Thẩm định,Kỳ\n\
        1,Chỉ đạo,Sở A,5,4,3,2020\n1,Chỉ đạo,Sở Bê,5,5,5,2020\n\
        1.1,Kế hoạch,Sở A,2,2,1,2020\n1.1,Kế hoạch,Sở Bê,2,2,2,2020\n\
        1.2,Kiểm tra,Sở A,3,2,2,2020\n1.2,Kiểm tra,Sở Bê,3,3,Không áp dụng,2020\n";
    let other = Place::new();
    let (file, _) = other.import_text("diem_20210106.csv", list);
    assert_eq!((file["source"].as_str(), account(&file)), (Some("criteria-list"), [6, 6, 0, 0, 0]));
    assert_eq!(other.numbers(&format!("{POINTS}'A'")), [Some(5.0), Some(4.0), Some(3.0)]);
    assert_eq!(other.numbers(&format!("{POINTS}'B'")), [Some(2.0), Some(2.0), Some(2.0)]);
}

#[test]
fn a_code_that_a_spreadsheet_made_a_number_is_read_as_its_place_says() {
    let place = Place::new();
    let line = |at: u32| format!("{},Tiêu chí {at},1,1,1,\n", if at == 10 { "1.1".into() } else { format!("1.{at}") });
    let rows = (1..=11).map(line).collect::<Vec<String>>().concat();
    let form = format!("Đơn vị: Sở A,,,,,\nSTT,Tiêu chí,Điểm tối đa,Tự chấm,Thẩm định,Lý do\n{rows}");
    let (file, _) = place.import_text("tu-cham_20210106.csv", &form);
    assert_eq!(account(&file), [11, 11, 0, 0, 0]);
    assert_eq!(place.numbers("SELECT count(*), sum(self_points) FROM criteria WHERE leaf"), [Some(11.0), Some(11.0)]);
    let reported = place.rows(&["findings", "--rule", "lost_trailing_zero"]);
    assert_eq!(
        (reported.len(), reported[0]["row"].as_u64(), reported[0]["value"].as_str()),
        (1, Some(12), Some("1.1"))
    );
}

#[test]
fn a_yes_or_no_that_is_declared_as_a_plain_value_counts() {
    let place = Place::new();
    let text = "Mã đơn vị,Mã chỉ tiêu,Kỳ,Giá trị,Tử số,Mẫu số\nA,plan_on_time,2025-Q1,1,,\nB,plan_on_time,2025-Q1,0,,\n\
                C,plan_on_time,2025-Q1,,1,1\n";
    let (file, ran) = place.import_text("khai_20250401.csv", text);
    assert_eq!(file["source"], "declared-list", "{}", ran.stderr);
    let rows = place.rows(&["indicators", "--period", "2025-Q1", "--indicator", "plan_on_time"]);
    let figure = |unit: &str| {
        let row = crate::support::figure(&rows, unit, "plan_on_time");
        (row["numerator"].as_f64(), row["denominator"].as_f64(), row["status"].as_str().map(str::to_owned))
    };
    assert_eq!(figure("A"), (Some(1.0), Some(1.0), Some("ok".into())));
    assert_eq!(figure("B"), (Some(0.0), Some(1.0), Some("ok".into())));
}
