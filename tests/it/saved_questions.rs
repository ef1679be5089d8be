//! Every ready question of `queries/saved/` against a small province whose answers were counted by hand.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Place, files_below, project};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    A,Sở A,SA,department,P,,,\n\
    B,Sở Bê,SB,department,P,,,\n\
    D,Sở Đê,SD,department,P,,,\n\
    E,Sở E,SE,department,P,,,\n\
    C,UBND xã Xê,XX,commune,P,,,\n";

const HEADINGS: &str = "MaHoSo,MaTTHC,TenTTHC,TenLinhVuc,MucDoDVC,KenhThucHien,DonViTiepNhan,DonViXuLy,NgayNopHoSo,\
    NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,LePhi,DuocThanhToanTrucTuyen";

/// An export of 1 February. Against it, that of 5 April moves the due date of A1 back and of A2 on, removes that of A7,
/// moves the received date of C1 (outside the quarter), and has nothing of E.
const FIRST: &str = "\
    A1,1.000001,Thủ tục một,Đất,4,2,A,A,20250102,20250106,20250115,20250110,10,50000,0\n\
    A2,1.000001,Thủ tục một,Đất,4,1,A,A,20250106,20250106,20250107,20250110,10,50000,0\n\
    A7,1.000002,Thủ tục hai,Hộ tịch,3,1,A,A,20250106,20250106,20250110,,4,0,0\n\
    C1,1.000001,Thủ tục một,Đất,4,1,C,C,20241227,20241227,20250106,20250120,10,50000,0\n\
    E1,1.000002,Thủ tục hai,Hộ tịch,3,1,E,E,20250106,20250106,20250110,20250108,10,0,0\n";

/// Late: A2 by 1 day, A3 by 4 (received by C), B2 by 8, C1 by 14, B1 by 46. Open at the end of the quarter: A5, A6, A7,
/// C3 (finished after it). C2 is of the next quarter. The last two rows are refused.
const SECOND: &str = "\
    A1,1.000001,Thủ tục một,Đất,4,2,A,A,20250102,20250106,20250110,20250110,10,50000,0\n\
    A2,1.000001,Thủ tục một,Đất,4,1,A,A,20250106,20250106,20250109,20250110,10,50000,0\n\
    A3,1.000002,Thủ tục hai,Hộ tịch,3,2,C,A,20250203,20250203,20250210,20250214,10,20000,1\n\
    A4,1.000002,Thủ tục hai,Hộ tịch,3,1,A,A,20250303,20250303,,20250331,10,0,0\n\
    A5,1.000001,Thủ tục một,Đất,4,2,A,A,20250310,20250310,20250317,,4,50000,0\n\
    A6,1.000001,Thủ tục một,Đất,4,1,A,A,20250320,20250320,20250410,,4,50000,0\n\
    A7,1.000002,Thủ tục hai,Hộ tịch,3,1,A,A,20250106,20250106,,,4,0,0\n\
    B1,1.000002,Thủ tục hai,Hộ tịch,3,3,B,B,20250206,20250206,20250213,20250331,10,20000,2\n\
    B2,1.000002,Thủ tục hai,Hộ tịch,3,2,B,B,20250210,20250211,20250218,20250226,10,0,0\n\
    C1,1.000001,Thủ tục một,Đất,4,1,C,C,20241227,20241230,20250106,20250120,10,50000,0\n\
    C2,1.000001,Thủ tục một,Đất,4,1,C,C,20250401,20250401,20250410,,4,50000,0\n\
    C3,1.000001,Thủ tục một,Đất,4,1,C,C,20250310,20250310,20250320,20250402,10,0,0\n\
    R1,1.000001,Thủ tục một,Đất,4,1,A,Sở Lạ,20250106,20250106,20250110,20250109,10,0,0\n\
    R2,1.000001,Thủ tục một,Đất,4,1,A,A,20250106,20250231,20250310,20250309,10,0,0\n";

const CATALOGUE: &str = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cơ quan thực hiện,Cấp,Mức độ dịch vụ công\n\
    1.000001,Thủ tục một,Đất,Sở A,Cấp tỉnh,4\n1.000002,Thủ tục hai,Hộ tịch,Sở Bê,Cấp tỉnh,3\n\
    1.000003,Thủ tục ba,Đất,Sở A,Cấp tỉnh,3\n1.000004,Thủ tục bốn,Hộ tịch,,Cấp xã,2\n";

/// F1 in time, F2 5 days late, F3 open since 6 days, F4 answered after the quarter, F5 before it, F6 open and not yet due.
const FEEDBACK: &str = "Mã phản ánh,Đơn vị xử lý,Ngày tiếp nhận,Hạn xử lý,Ngày trả lời\n\
    F1,Sở A,06/01/2025,10/01/2025,09/01/2025\nF2,Sở A,06/01/2025,10/01/2025,15/01/2025\n\
    F3,Sở Bê,20/03/2025,25/03/2025,\nF4,Sở Bê,20/03/2025,28/03/2025,02/04/2025\n\
    F5,Sở A,31/12/2024,02/01/2025,\nF6,Sở A,25/03/2025,05/04/2025,\n";

const RATINGS: &str = "Mã phiếu,Đơn vị được đánh giá,Ngày đánh giá,Hình thức,Mã hồ sơ,Mức độ hài lòng\n\
    G1,Sở A,10/01/2025,Phiếu giấy,,5\nG2,Sở A,11/01/2025,Phiếu giấy,,4\nG3,Sở A,12/01/2025,Phiếu giấy,,3\n\
    G4,Sở A,12/01/2025,Phiếu giấy,,Không ý kiến\nG5,Sở Bê,12/01/2025,Phiếu giấy,,1\n\
    G6,UBND xã Xê,12/01/2025,Phiếu giấy,,Không ý kiến\nG7,Sở Bê,12/12/2024,Phiếu giấy,,5\n";

/// Each question and its rows for the first quarter (and unit A, where it asks for one), cells parted by ` | `.
const ANSWERS: [(&str, &[&str]); 22] = [
    (
        "changed-dates",
        &[
            "A | SA | A1 | due_at | 2025-01-15 | 2025-01-10 | -5 | 2025-02-01 | 2025-04-05 | dong-bo_20250201.csv | dong-bo_20250405.csv |  | 2",
            "A | SA | A2 | due_at | 2025-01-07 | 2025-01-09 | 2 | 2025-02-01 | 2025-04-05 | dong-bo_20250201.csv | dong-bo_20250405.csv |  | 3",
            "A | SA | A7 | due_at | 2025-01-10 | – | – | 2025-02-01 | 2025-04-05 | dong-bo_20250201.csv | dong-bo_20250405.csv |  | 8",
        ],
    ),
    // A: 10 January twice, 14 February, 31 March.
    ("closed-on-last-day", &["department | Sở Bê | 2 | 1 | 0.5 | 1", "department | Sở A | 4 | 1 | 0.25 | 1.3"]),
    ("due-date-missing", &["department | Sở A | 7 | 2 | 0.2857"]),
    ("due-dates-moved-by-unit", &["A | SA | 3 | 1 | 1 | 1 | 1 | 2"]),
    // A1, A2, A5, A6; of the other procedure A3 was paid online.
    ("fee-never-paid-online", &["Đất | Thủ tục một | 4 | 200000 | 2"]),
    (
        "feedback-late",
        &[
            "F3 | Sở Bê | 2025-03-20 | 2025-03-25 | – | 6",
            "F2 | Sở A | 2025-01-06 | 2025-01-10 | 2025-01-15 | 5",
            "F4 | Sở Bê | 2025-03-20 | 2025-03-28 | – | 3",
        ],
    ),
    (
        "files-imported",
        &[
            "2 | dong-bo_20250201.csv | message | 2025-02-01 | 5 | 5 | 0 | 0 | 0 | –",
            "2 | danh-gia_20250401.csv | ratings | 2025-04-01 | 7 | 7 | 0 | 0 | 0 | –",
            "2 | danh-muc_20250401.csv | catalogue | 2025-04-01 | 4 | 4 | 0 | 0 | 0 | –",
            "2 | phan-anh_20250401.csv | feedback | 2025-04-01 | 6 | 6 | 0 | 0 | 0 | –",
            "2 | dong-bo_20250405.csv | message | 2025-04-05 | 14 | 8 | 4 | 0 | 2 | –",
        ],
    ),
    (
        "last-export-by-unit",
        &[
            "department | D | Sở Đê | – | 0 | không có hồ sơ",
            "department | E | Sở E | 2025-02-01 | 1 | cũ",
            "department | A | Sở A | 2025-04-05 | 7 | đủ",
            "department | B | Sở Bê | 2025-04-05 | 2 | đủ",
            "commune | C | UBND xã Xê | 2025-04-05 | 3 | đủ",
        ],
    ),
    // A1 was handed in on Thursday 2 and accepted on Monday 6 January; B2 the day after.
    ("late-acceptance", &["department | Sở A | 2 | 1 | 2"]),
    ("late-by-how-much", &["department | 4 | 1 | 1 | 1 | 0 | 1", "commune | 1 | 0 | 0 | 0 | 1 | 0"]),
    (
        "late-by-unit-and-procedure",
        &[
            "department | Sở Bê | Thủ tục hai | 2 | 27 | 46",
            "department | Sở A | Thủ tục hai | 1 | 4 | 4",
            "department | Sở A | Thủ tục một | 1 | 1 | 1",
            "commune | UBND xã Xê | Thủ tục một | 1 | 14 | 14",
        ],
    ),
    // Nobody has seven late in a month here; see conduct.rs.
    ("late-months-in-a-row", &[]),
    (
        "monthly-trend",
        &["2025-01 | 4 | 1 | 4 | 2 | 0.5", "2025-02 | 3 | 2 | 2 | 2 | 0", "2025-03 | 4 | 1 | 2 | 1 | 0.5"],
    ),
    (
        "online-by-procedure",
        &["Hộ tịch | Thủ tục hai | 3 | 6 | 2 | 4 | 0.3333", "Đất | Thủ tục một | 4 | 5 | 2 | 3 | 0.4"],
    ),
    (
        "overdue-longest",
        &[
            "A5 | Sở A | Thủ tục một | 4 | 2025-03-10 | 2025-03-17 | 14 | dong-bo_20250405.csv |  | 6",
            "C3 | UBND xã Xê | Thủ tục một | 10 | 2025-03-10 | 2025-03-20 | 11 | dong-bo_20250405.csv |  | 13",
        ],
    ),
    (
        "procedures-without-dossiers",
        &["commune |  | Hộ tịch | 1.000004 | Thủ tục bốn | 2", "department | Sở A | Đất | 1.000003 | Thủ tục ba | 3"],
    ),
    ("received-elsewhere", &["UBND xã Xê | Sở A | 1 | 1"]),
    (
        "refused-rows",
        &[
            "dong-bo_20250405.csv |  | impossible_date | 1 | 15 | 20250231 | ",
            "dong-bo_20250405.csv |  | unknown_unit | 1 | 14 | Sở Lạ | Sở A",
        ],
    ),
    (
        "satisfaction-by-unit",
        &[
            "department | Sở Bê | 1 | 0 | 0 | 1 | 0",
            "department | Sở A | 3 | 2 | 0.6667 | 4 | 1",
            "commune | UBND xã Xê | 0 | 0 | – | – | 1",
        ],
    ),
    // Working days: E1 2, A3 9, B2 11, A4 20, B1 37. The other procedure has three finished dossiers.
    ("slowest-procedures", &["Hộ tịch | Thủ tục hai | 5 | 11 | 37"]),
    ("unit-fields", &["Đất | 2 | 1 | 0.5 | 4", "Hộ tịch | 2 | 1 | 0.5 | 19.5"]),
    (
        "unit-pending",
        &[
            "A5 | Thủ tục một | 4 | 2025-03-10 | 2025-03-17 | -14",
            "A6 | Thủ tục một | 4 | 2025-03-20 | 2025-04-10 | 10",
            "A7 | Thủ tục hai | 4 | 2025-01-06 | – | –",
        ],
    ),
];

fn province() -> Place {
    let place = Place::with_units(UNITS);
    for (name, text) in [
        ("dong-bo_20250201.csv", format!("{HEADINGS}\n{FIRST}")),
        ("dong-bo_20250405.csv", format!("{HEADINGS}\n{SECOND}")),
        ("danh-muc_20250401.csv", CATALOGUE.to_owned()),
        ("phan-anh_20250401.csv", FEEDBACK.to_owned()),
        ("danh-gia_20250401.csv", RATINGS.to_owned()),
    ] {
        place.file(&format!("gui/{name}"), text);
    }
    place.run(&["import", place.path("gui").to_str().unwrap()]).exits(3);
    place
}

/// A cell as the answers above have it: a path is its file name, a time at midnight its day.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Number(number) => format!("{}", number.as_f64().unwrap()),
        Value::String(text) => {
            let text = text.rsplit_once('/').map_or(text.as_str(), |(_, name)| name);
            text.strip_suffix(" 00:00:00").unwrap_or(text).to_owned()
        }
        other => other.to_string(),
    }
}

#[test]
fn every_ready_question_gives_what_was_counted_by_hand() {
    let place = province();
    let mut wrong = String::new();
    for (name, by_hand) in ANSWERS {
        let rows = place.rows(&["sql", "--saved", name, "--period", "2025-Q1", "--unit", "A"]);
        let ours: Vec<String> = rows
            .iter()
            .map(|row| row.as_object().unwrap().values().map(cell).collect::<Vec<_>>().join(" | "))
            .collect();
        if ours != by_hand {
            wrong.push_str(&format!("{name}: {ours:#?}\nby hand: {by_hand:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_ready_question_has_a_case() {
    let shipped: BTreeSet<String> = files_below(&project("queries/saved"))
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let cases: BTreeSet<String> = ANSWERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(cases, shipped);
}
