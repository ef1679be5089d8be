//! Working hours by hand: acceptance of online dossiers, processing, pauses.

use serde_json::Value;

use crate::support::{Place, close, figure};

/// Office hours 07:30–11:30 and 13:30–17:30; Tết 2025 is off from 27/1 to 31/1.
///
/// | code | submitted | accepted | working hours |
/// |---|---|---|---|
/// | W1 | Fri 10/1 16:30 | Mon 13/1 09:00 | 1 + 1.5 = 2.5 |
/// | W2 | Fri 10/1 22:00 | Tue 14/1 08:00 | 8 + 0.5 = 8.5: late |
/// | W3 | Fri 24/1 17:30 | Mon 3/2 17:30 | exactly 8: in time |
/// | W4 | in person | | outside |
/// | W5 | online, not written when | | outside |
///
/// W1 was paused from Tue 14/1 10:00 to Thu 16/1 15:00: two working days, 5.5 + 8 + 5.5 = 19 hours; it took from
/// Mon 13/1 09:00 to Mon 20/1 10:00, 6.5 + 4 × 8 + 2.5 = 41 hours. W4 took from Mon 13/1 08:00 to 12:00, 3.5 hours.
const CASE: &str = "MaHoSo,DonViXuLy,KenhThucHien,NgayNopHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,NgayBoSung,NgayTiepNhanBoSung\n\
    W1,A,2,20250110163000,20250113090000,20250120170000,20250120100000,10,20250114100000,20250116150000\n\
    W2,A,2,20250110220000,20250114080000,20250220170000,,4,,\n\
    W3,A,2,20250124173000,20250203173000,20250220170000,,4,,\n\
    W4,A,1,,20250113080000,20250120170000,20250113120000,10,,\n\
    W5,A,2,,20250113080000,20250220170000,,4,,\n";

fn measured(case: &str) -> Vec<Value> {
    let place = Place::new();
    place.import_text("dong-bo_20250403.csv", case).1.exits(0);
    place.rows(&["indicators", "--period", "2025-Q1"])
}

#[track_caller]
fn is(rows: &[Value], id: &str, top: f64, bottom: f64) {
    let row = figure(rows, "A", id);
    close(row["numerator"].as_f64(), Some(top), &format!("numerator of {row}"));
    close(row["denominator"].as_f64(), Some(bottom), &format!("denominator of {row}"));
}

#[test]
fn an_online_dossier_is_accepted_in_time_within_eight_working_hours() {
    let rows = measured(CASE);
    is(&rows, "online_accepted_on_time_share", 2.0, 3.0);
    is(&rows, "mean_acceptance_hours", 19.0, 3.0);
    close(figure(&rows, "A", "online_accepted_late")["value"].as_f64(), Some(1.0), "late");
}

#[test]
fn processing_and_pauses_are_counted_in_working_hours_and_days() {
    let rows = measured(CASE);
    is(&rows, "mean_working_hours", 44.5, 2.0);
    is(&rows, "paused_share", 1.0, 2.0);
    is(&rows, "mean_pause_working_days", 2.0, 1.0);
    is(&rows, "mean_pause_working_hours", 19.0, 1.0);
    close(figure(&rows, "A", "paused_twice")["value"].as_f64(), Some(0.0), "a second pause");
}

#[test]
fn an_export_without_columns_for_pauses_says_nothing_about_them() {
    let rows = measured("MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\nP1,A,20250106,20250110,20250109\n");
    for id in ["paused_share", "paused_twice", "mean_pause_working_days", "online_accepted_on_time_share"] {
        assert_eq!(figure(&rows, "A", id)["status"], "missing", "{id}");
    }
}

#[test]
fn office_hours_are_data_and_checked() {
    let place = Place::new();
    let queries = place.workspace().join("queries");
    std::fs::write(
        queries.join("office-hours.toml"),
        "source = \"x\"\nsessions = [\"08:00-12:00\", \"11:00-17:00\"]\n",
    )
    .unwrap();
    place.run(&["check"]).exits(1).says(&["office-hours.toml", "11:00-17:00"]);
}

/// The calendar of 2027 is not published: a dossier that ends in it has calendar days and no working days, and every table
/// that counts these says so.
#[test]
fn a_year_without_a_calendar_gives_calendar_days_and_no_working_days() {
    let place = Place::new();
    let text = "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo\n\
        A1,A,20261230,20270106,20270105,10\nA2,A,20270104,20270111,20270106,10\n";
    place.import_text("dong-bo_20270401.csv", text).1.exits(0);
    let ran = place.run(&[
        "--format",
        "json",
        "--lang",
        "en",
        "indicators",
        "--period",
        "2027-Q1",
        "--indicator",
        "mean_days",
        "mean_working_days",
        "p90_working_days",
    ]);
    let ran = ran.exits(0).says(&["No calendar of 2027", "queries/calendars/2027.toml"]);
    let rows = ran.rows();
    assert_eq!(figure(&rows, "A", "mean_days")["value"], 4.0);
    for id in ["mean_working_days", "p90_working_days"] {
        assert_eq!(figure(&rows, "A", id)["status"], "missing", "{id}");
    }
    // With a calendar the same dossiers have them: 31/12, 4 and 5 January; 5 and 6 January.
    place.file("kho/queries/calendars/2027.toml", "year = 2027\nsource = \"ví dụ\"\noff = [\"2027-01-01\"]\n");
    let rows = place.rows(&["indicators", "--period", "2027-Q1", "--indicator", "mean_working_days"]);
    assert_eq!(figure(&rows, "A", "mean_working_days")["value"], 2.5);
}
