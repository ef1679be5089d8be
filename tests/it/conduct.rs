//! Indicators of refusals, withdrawals, online dossiers and repeated delays, and of NĐ 224/2026, on dossiers counted by hand.

use crate::support::{Place, close, figure};

const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,UBND tỉnh Thử,,province,,,,\n\
    A,Sở A,,department,P,,,\n\
    B,Sở Bê,,department,P,,,\n\
    X,UBND xã Ích,,commune,P,,,\n\
    Y,UBND xã Y,,commune,P,,,\n";

const HEADINGS: &str =
    "MaHoSo,DonViXuLy,KenhThucHien,MucDoDVC,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,CoKetQuaDienTu\n";

/// Codes, channel, level, finished day of August 2026 (received on the 3rd, due on the 10th), status, electronic result.
const DOSSIERS: [(&str, u8, u8, u8, u8, &str); 7] = [
    ("A1", 2, 4, 7, 10, "1"),
    ("A2", 2, 4, 10, 9, "0"),
    ("A3", 2, 3, 12, 10, "1"),
    ("A4", 1, 4, 12, 10, "1"),
    ("A5", 1, 3, 7, 7, "0"),
    ("A6", 2, 4, 5, 3, "0"),
    ("A7", 1, 3, 6, 8, "0"),
];

#[test]
fn refusals_withdrawals_and_online_dossiers_are_counted_as_by_hand() {
    let place = Place::with_units(UNITS);
    let mut text = HEADINGS.to_owned();
    for (code, channel, level, finished, status, result) in DOSSIERS {
        text += &format!("{code},A,{channel},{level},20260803,20260810,202608{finished:02},{status},{result}\n");
    }
    place.import_text("dong-bo_20261001.csv", &text).1.exits(0);
    let ids = [
        // Online and finished: A1, A2, A3, A6; A3 late.
        ("online_on_time_rate", 3.0, Some(4.0)),
        ("online_late", 1.0, None),
        ("late_count", 2.0, None),
        ("refused_share", 1.0, Some(7.0)),
        ("withdrawn_share", 1.0, Some(7.0)),
        // A1 to A4 have a result; A5 was withdrawn, A6 refused, A7 stopped.
        ("completion_share", 4.0, Some(7.0)),
        // Online dossiers of level 4: A1, A2, A6.
        ("full_online_share", 3.0, Some(7.0)),
        // Without A5, which was withdrawn: A1 and A3 came online and have an electronic result.
        ("online_resolved_share", 2.0, Some(6.0)),
    ];
    let names: Vec<&str> = ids.iter().map(|(id, ..)| *id).collect();
    let rows = place.rows(&[&["indicators", "--period", "2026-Q3", "--indicator"], names.as_slice()].concat());
    for (id, top, bottom) in ids {
        let row = figure(&rows, "A", id);
        close(row["value"].as_f64(), Some(bottom.map_or(top, |bottom| top / bottom)), &format!("{row}"));
    }
    // The groups of NĐ 224/2026 hold from 1/7/2026.
    place.run(&["indicators", "--period", "2026-Q2", "--indicator", "full_online_share"]).exits(2);
}

#[test]
fn declared_figures_of_decree_224_are_those_of_the_units() {
    let place = Place::with_units(UNITS);
    let text = "unit,indicator,period,value,numerator,denominator\nA,automated_share,2026-Q3,,3,12\n\
        A,proactive_services,2026-Q3,5,,\nA,ddci_score,2026-Q3,\"71,5\",,\n";
    place.import_text("khai_20261001.csv", text).1.exits(0);
    let names = ["automated_share", "proactive_services", "ddci_score"];
    let rows = place.rows(&[&["indicators", "--period", "2026-Q3", "--indicator"], names.as_slice()].concat());
    for (id, value) in names.into_iter().zip([0.25, 5.0, 71.5]) {
        close(figure(&rows, "A", id)["value"].as_f64(), Some(value), id);
    }
}

/// Y has no procedures of its own: those of its kind hold for it. A has, and keeps its own share.
#[test]
fn a_unit_without_a_catalogue_of_its_own_has_that_of_its_kind() {
    let place = Place::with_units(UNITS);
    let catalogue = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cơ quan thực hiện,Cấp,Mức độ dịch vụ công,Một cửa\n\
        1.000001,Một,L,Sở A,Cấp tỉnh,4,Có\n1.000002,Hai,L,Sở Bê,Cấp tỉnh,2,Có\n\
        1.000003,Ba,L,,Cấp xã,4,Có\n1.000004,Bốn,L,,Cấp xã,3,Không\n1.000005,Năm,L,,Cấp xã,2,Không\n";
    place.import_text("danh-muc_20250401.csv", catalogue).1.exits(0);
    let names = ["coverage_l34_of_kind", "one_stop_coverage_of_kind"];
    let rows = place.rows(&[&["indicators", "--period", "2025-Q1", "--indicator"], names.as_slice()].concat());
    for (unit, coverage, desk) in
        [("A", 1.0, 1.0), ("B", 0.0, 1.0), ("Y", 2.0 / 3.0, 1.0 / 3.0), ("*commune", 2.0 / 3.0, 1.0 / 3.0)]
    {
        close(figure(&rows, unit, names[0])["value"].as_f64(), Some(coverage), unit);
        close(figure(&rows, unit, names[1])["value"].as_f64(), Some(desk), unit);
    }
}

/// A is late seven times in January, February and April and six times in March; B seven times in March.
#[test]
fn months_in_a_row_with_seven_late_dossiers_name_the_repeat_offenders() {
    let place = Place::with_units(UNITS);
    let mut text = "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo\n".to_owned();
    for (unit, month, late) in [("A", 1, 7), ("A", 2, 8), ("A", 3, 6), ("A", 4, 7), ("B", 3, 7)] {
        for at in 0..late {
            text += &format!("{unit}{month}{at},{unit},2025{month:02}03,2025{month:02}10,2025{month:02}12,10\n");
        }
    }
    place.import_text("dong-bo_20250701.csv", &text).1.exits(0);
    let rows = place.rows(&["sql", "--saved", "late-months-in-a-row", "--period", "2025-H1"]);
    let found: Vec<(&str, i64, i64, i64)> = rows
        .iter()
        .map(|row| {
            let number = |key: &str| row[key].as_i64().unwrap();
            let name = row["unit_name"].as_str().unwrap();
            (name, number("months_with_seven_late"), number("most_late_in_a_month"), number("most_months_in_a_row"))
        })
        .collect();
    assert_eq!(found, [("Sở A", 3, 8, 2), ("Sở Bê", 1, 7, 1)]);
}
