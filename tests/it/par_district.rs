//! The shipped index of districts scored on one small district, item by item as worked out by hand.

use crate::support::{Place, close, row_of};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    H,UBND huyện Hát,,district,P,,,\n\
    K,UBND huyện Ka,,district,P,,,\n";

const DECLARED: &str = "Đơn vị,Mã chỉ tiêu,Kỳ,Giá trị,Tử số,Mẫu số\n\
    H,plan_on_time,2025-Q1,,1,1\nH,plan_completed,2025-Q1,,18,20\nH,late_reports,2025-Q1,1,,\n\
    H,inspected_share,2025-Q1,,3,12\nH,communication_count,2025-Q1,3,,\nH,documents_reviewed,2025-Q1,,45,48\n\
    H,documents_handled,2025-Q1,,19,20\nH,made_public_on_time,2025-Q1,,7,8\nH,working_rules,2025-Q1,,1,1\n\
    H,posts_filled_rightly,2025-Q1,,38,40\nH,training_attended_share,2025-Q1,,54,60\nH,disciplined,2025-Q1,0,,\n\
    H,disbursed_share,2025-Q1,,76,100\nH,self_financed_share,2024-Q4,,20,100\nH,self_financed_share,2025-Q1,,23,100\n\
    H,signed_share,2025-Q1,,95,100\nH,sipas,2025-Q1,,345,400\n";

const SCORED: &str = "Mã tiêu chí,Tên tiêu chí,Đơn vị,Kỳ,Điểm tối đa,Tự chấm,Thẩm định,Lý do\n\
    1.6,Sáng kiến,H,2025-Q1,2,2,\"1,5\",\n2.3,Theo dõi thi hành pháp luật,H,2025-Q1,3,3,3,\n\
    4.1,Sắp xếp tổ chức,H,2025-Q1,3,3,\"2,75\",\n4.2,Thực hiện phân cấp,H,2025-Q1,3,3,3,\n\
    5.2,Đánh giá cán bộ,H,2025-Q1,4,4,\"3,5\",\n6.3,Quản lý tài sản công,H,2025-Q1,2,,Không áp dụng,\n\
    7.4,Số hóa hồ sơ,H,2025-Q1,3,3,\"2,25\",\n";

/// H: 3 of 4 on time, 2 of 4 online. K: 3 of 4 online, the best share.
const DOSSIERS: &str = "MaHoSo,DonViXuLy,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo\n\
    H1,H,2,20250106,20250110,20250109,10\nH2,H,2,20250106,20250110,20250109,10\n\
    H3,H,1,20250106,20250110,20250110,10\nH4,H,1,20250106,20250110,20250113,10\n\
    K1,K,2,20250106,20250110,20250109,10\nK2,K,2,20250106,20250110,20250109,10\n\
    K3,K,2,20250106,20250110,20250109,10\nK4,K,1,20250106,20250110,20250109,10\n";

/// H: 3 of 4 at the one-stop desk, 3 of 4 of level 3 or 4.
const CATALOGUE: &str = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cơ quan thực hiện,Cấp,Mức độ dịch vụ công,Một cửa\n\
    1.000001,Một,L,UBND huyện Hát,Cấp huyện,4,Có\n1.000002,Hai,L,UBND huyện Hát,Cấp huyện,3,Có\n\
    1.000003,Ba,L,UBND huyện Hát,Cấp huyện,3,Có\n1.000004,Bốn,L,UBND huyện Hát,Cấp huyện,2,Không\n";

/// Item, points of H, how they come about.
const POINTS: [(&str, Option<f64>, &str); 36] = [
    ("I", Some(11.2), "the sum of its items"),
    ("1.1", Some(2.0), "declared: yes"),
    ("1.2", Some(2.7), "3 × 18/20"),
    ("1.3", Some(1.5), "2 − 0.5 × 1"),
    ("1.4", Some(2.0), "3/12 = 0.25, the step from 0.2"),
    ("1.5", Some(1.5), "3, the step from 3"),
    ("1.6", Some(1.5), "verified"),
    ("II", Some(7.7125), "the sum of its items"),
    ("2.1", Some(2.8125), "3 × 45/48"),
    ("2.2", Some(1.9), "2 × 19/20, which just reaches the floor of 0.95"),
    ("2.3", Some(3.0), "verified"),
    ("III", Some(10.5), "the sum of its items"),
    ("3.1", Some(3.5), "4 × 7/8"),
    ("3.2", Some(3.0), "4 × 3/4"),
    ("3.3", Some(0.0), "3/4 is below the floor of 0.95"),
    ("3.4", Some(4.0), "no feedback to answer: full"),
    ("IV", Some(7.75), "the sum of its items"),
    ("4.1", Some(2.75), "verified"),
    ("4.2", Some(3.0), "verified"),
    ("4.3", Some(2.0), "declared: yes"),
    ("V", Some(3.0 * 38.0 / 40.0 + 3.5 + 3.0 * 0.9 / 0.95 + 4.0), "the sum of its items"),
    ("5.1", Some(2.85), "3 × 38/40"),
    ("5.2", Some(3.5), "verified"),
    ("5.3", Some(3.0 * 0.9 / 0.95), "3 × (54/60) ÷ 0.95"),
    ("5.4", Some(4.0), "4 − 2 × 0"),
    ("VI", Some(5.6), "the sum of its items"),
    ("6.1", Some(3.2), "4 × 0.76 ÷ 0.95"),
    ("6.2", Some(2.4), "4 × (0.23 − 0.20) ÷ 0.05"),
    ("6.3", None, "verified as not applicable"),
    ("VII", Some(3.8 + 4.6875 + 8.0 / 3.0 + 2.25), "the sum of its items"),
    ("7.1", Some(3.8), "4 × 95/100"),
    ("7.2", Some(4.6875), "5 × (3/4) ÷ 0.8"),
    ("7.3", Some(8.0 / 3.0), "4 × (2/4) ÷ (3/4), the best"),
    ("7.4", Some(2.25), "no export has the column: verified"),
    ("VIII", Some(8.625), "the sum of its items"),
    ("8.1", Some(8.625), "10 × 345/400"),
];

#[test]
fn a_district_has_the_points_that_were_worked_out_by_hand() {
    let place = Place::with_units(UNITS);
    for (name, text) in [
        ("so-lieu-khai_20250402.csv", DECLARED),
        ("cham-diem_20250402.csv", SCORED),
        ("dong-bo_20250401.csv", DOSSIERS),
        ("danh-muc_20250401.csv", CATALOGUE),
    ] {
        place.file(&format!("gui/{name}"), text);
    }
    // Feedback of another unit: the table is there, and H has none in it.
    let feedback = "Mã phản ánh,Đơn vị xử lý,Ngày tiếp nhận,Hạn xử lý,Ngày trả lời\nF1,UBND huyện Ka,06/01/2025,10/01/2025,09/01/2025\n";
    place.file("gui/phan-anh_20250401.csv", feedback);
    place.run(&["import", place.path("gui").to_str().unwrap()]).exits(0);
    let rows = place.rows(&["score", "--index", "par-district", "--unit", "H", "--period", "2025-Q1"]);
    let items = &POINTS;
    assert_eq!(rows.len(), items.len());
    for (row, (code, points, how)) in rows.iter().zip(items) {
        assert_eq!(row["code"], *code);
        close(row["points"].as_f64(), *points, &format!("{code}: {how}"));
    }
    // Areas 11.2 + 7.7125 + 10.5 + 7.75 + V + 5.6 + VII + 8.625; 6.3 (2 points) does not apply, so re-based from 98.
    let areas: f64 = items.iter().filter(|(code, ..)| !code.contains('.')).filter_map(|(_, points, _)| *points).sum();
    let ranking = place.rows(&["rank", "--index", "par-district", "--period", "2025-Q1"]);
    close(row_of(&ranking, "H")["score"].as_f64(), Some(areas * 100.0 / 98.0), "score");
    close(Some(areas * 100.0 / 98.0), Some(79.575_277_479_412_8), "score by hand");
}
