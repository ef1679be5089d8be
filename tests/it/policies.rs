//! A case worked out by hand: which dossier counts where, and what each policy changes.

use serde_json::Value;

use crate::support::{Place, close, counts, figure, row_of};

/// Ten dossiers of the first quarter of 2025, read as of 31 March.
///
/// | code | unit | received | due | finished | form 06 |
/// |---|---|---|---|---|---|
/// | 1 | A | Mon 6/1 08:00 | 10/1 17:00 | Thu 9/1 | early; 3 days, 3 working days |
/// | 2 | A | Mon 6/1 | Fri 10/1 10:00 | 10/1 15:00 | on time by day, late by time; 4 and 4 |
/// | 3 | A | Mon 6/1 | 10/1 | Mon 13/1 | late; 7 and 5; online |
/// | 4 | A | Mon 6/1 | none | 20/1 | on time for want of a due date; 14 and 10; online |
/// | 5 | A | 20/12/2024 | 3/1 | 2/1 | carried over, early; 13 and 8 (1/1 is a holiday) |
/// | 6 | A | 3/3 | 20/3 | open | pending, overdue |
/// | 7 | A | 28/3 | 31/3 | 2/4 | pending at the end and due that day: in time; online |
/// | 8 | A | none | none | none | status 1: in no column |
/// | 9 | B | 10/2 | 12/2 | 14/2 | late and withdrawn (status 7); post |
/// | 10 | B | 20/12/2024 | 10/1 | 30/12/2024 | finished before the period: in no column |
const CASE: &str = "MaHoSo,DonViXuLy,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,NgayBoSung,NgayTiepNhanBoSung\n\
    H1,A,1,20250106080000,20250110170000,20250109090000,10,,\n\
    H2,A,1,20250106080000,20250110100000,20250110150000,10,,\n\
    H3,A,2,20250106080000,20250110100000,20250113080000,10,20250107090000,20250109090000\n\
    H4,A,2,20250106080000,,20250120080000,10,,\n\
    H5,A,1,20241220080000,20250103170000,20250102080000,10,,\n\
    H6,A,1,20250303080000,20250320170000,,4,,\n\
    H7,A,2,20250328080000,20250331170000,20250402080000,10,,\n\
    H8,A,2,,,,1,,\n\
    H9,B,3,20250210080000,20250212170000,20250214080000,7,,\n\
    H10,B,1,20241220080000,20250110170000,20241230080000,10,,\n";

fn place() -> Place {
    let place = Place::new();
    place.import_text("dong-bo_20250403.csv", CASE).1.exits(0);
    place
}

fn measured(place: &Place, more: &[&str]) -> Vec<Value> {
    place.rows(&[&["indicators", "--period", "2025-Q1"], more].concat())
}

#[track_caller]
fn fraction(rows: &[Value], unit: &str, id: &str, top: f64, bottom: f64) {
    let row = figure(rows, unit, id);
    close(row["numerator"].as_f64(), Some(top), &format!("numerator of {row}"));
    close(row["denominator"].as_f64(), Some(bottom), &format!("denominator of {row}"));
    close(row["value"].as_f64(), Some(top / bottom), &format!("value of {row}"));
}

#[test]
fn form_06_of_the_case_is_what_the_hand_counts() {
    let rows = place().rows(&["form06", "--period", "2025-Q1"]);
    // A received 1, 2, 3, 4, 6, 7 (online 3, 4, 7) and carried over 5; resolved 1, 5 | 2, 4 | 3; pending 7 | 6.
    assert_eq!(counts(row_of(&rows, "A")), [7, 3, 3, 1, 5, 2, 2, 1, 2, 1, 1]);
    assert_eq!(counts(row_of(&rows, "B")), [1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]);
    assert_eq!(counts(row_of(&rows, "C")), [0; 11]);
    assert_eq!(counts(row_of(&rows, "*department")), [8, 3, 4, 1, 6, 2, 2, 2, 2, 1, 1]);
    let codes: Vec<&str> = rows.iter().map(|row| row["unit_code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["A", "B", "C", "*commune", "*department", "*"], "all units but the province, kinds, everything");
}

#[test]
fn indicators_of_the_case_are_what_the_hand_counts() {
    let rows = measured(&place(), &[]);
    fraction(&rows, "A", "on_time_rate", 4.0, 5.0);
    fraction(&rows, "A", "late_rate", 1.0, 5.0);
    fraction(&rows, "A", "on_time_rate_766", 5.0, 7.0);
    fraction(&rows, "A", "overdue_pending_share", 1.0, 2.0);
    fraction(&rows, "A", "online_share", 3.0, 6.0);
    fraction(&rows, "B", "post_share", 1.0, 1.0);
    fraction(&rows, "B", "on_time_rate", 0.0, 1.0);
    // Days 3, 4, 7, 13, 14 and working days 3, 4, 5, 8, 10.
    fraction(&rows, "A", "mean_days", 41.0, 5.0);
    fraction(&rows, "A", "mean_working_days", 30.0, 5.0);
    for (id, value) in [
        ("median_days", 7.0),
        // 0.9 of the way over four gaps is 3.6: 13 + 0.6 × (14 − 13).
        ("p90_days", 13.6),
        ("median_working_days", 5.0),
        ("p90_working_days", 9.2),
        ("no_due_resolved", 1.0),
        ("no_due_pending", 0.0),
    ] {
        close(figure(&rows, "A", id)["value"].as_f64(), Some(value), id);
    }
    // Of six values the median lies between the third and the fourth: days 3, 4, 4, 7, 13, 14.
    close(figure(&rows, "*", "median_days")["value"].as_f64(), Some(5.5), "median of all");
}

#[test]
fn nothing_to_measure_is_not_applicable_and_an_absent_column_or_table_is_missing() {
    let rows = measured(&place(), &[]);
    let is = |unit: &str, id: &str, status: &str| {
        let row = figure(&rows, unit, id);
        assert_eq!(row["status"], status, "{row}");
        assert!(row["value"].is_null(), "{row}");
    };
    is("C", "on_time_rate", "not_applicable");
    is("C", "median_days", "not_applicable");
    is("A", "digitised_share", "missing");
    is("A", "e_result_share", "missing");
    is("A", "satisfaction_share", "missing");
    is("A", "coverage_l4", "missing");
}

#[test]
fn without_due_dates_excluded_rates_shrink_and_form_06_stays_whole() {
    let place = place();
    let rows = measured(&place, &["--missing-due", "exclude"]);
    fraction(&rows, "A", "on_time_rate", 3.0, 4.0);
    fraction(&rows, "A", "on_time_rate_766", 4.0, 6.0);
    close(figure(&rows, "A", "no_due_resolved")["value"].as_f64(), Some(1.0), "the number left out is shown");
    let form = place.rows(&["form06", "--period", "2025-Q1", "--missing-due", "exclude"]);
    assert_eq!(form, place.rows(&["form06", "--period", "2025-Q1"]));
}

#[test]
fn a_missing_due_date_follows_from_the_statutory_limit() {
    let place = Place::new();
    // Two working days from Monday 6/1 are due on Wednesday 8/1: K1 in time, K2 late; K3 has no limit.
    place.import_text("danh-muc.csv", "Mã thủ tục,Tên thủ tục hành chính,Cơ quan thực hiện,Cấp thực hiện,Mức độ,Thời hạn giải quyết (ngày làm việc),Lĩnh vực\n1.1,Thủ tục một,Sở A,Cấp tỉnh,3,2,Đất đai\n");
    let (_, ran) = place.import_text(
        "dong-bo_20250403.csv",
        "MaHoSo,MaTTHC,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n\
         K1,1.1,A,20250106080000,,20250108080000\nK2,1.1,A,20250106080000,,20250109080000\nK3,9.9,A,20250106080000,,20250131080000\n",
    );
    ran.exits(0);
    let rows = measured(&place, &["--missing-due", "from_statutory_limit"]);
    fraction(&rows, "A", "on_time_rate", 2.0, 3.0);
    fraction(&measured(&place, &[]), "A", "on_time_rate", 3.0, 3.0);
}

#[test]
fn compared_by_time_the_hour_of_the_due_day_counts() {
    let rows = measured(&place(), &["--compare", "time"]);
    fraction(&rows, "A", "on_time_rate", 3.0, 5.0);
}

#[test]
fn by_time_an_open_dossier_is_overdue_when_its_due_minute_is_past_at_the_end_of_the_period() {
    let place = place();
    let pending = |more: &[&str]| {
        let row = place.rows(&[&["form06", "--period", "2025-Q1"], more].concat()).remove(0);
        (counts(&row)[9], counts(&row)[10])
    };
    // H7 is due on the last day at 17:00; H6 eleven days before it.
    assert_eq!(pending(&[]), (1, 1));
    assert_eq!(pending(&["--compare", "time"]), (0, 2));
    fraction(&measured(&place, &["--compare", "time"]), "A", "overdue_pending_share", 2.0, 2.0);
}

#[test]
fn a_due_date_without_an_hour_is_the_whole_day_by_time_too() {
    let place = Place::new();
    place.import_text(
        "dong-bo_20250403.csv",
        "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n\
         T1,A,20250106080000,20250110,20250110150000\nT2,A,20250106080000,20250331,\nT3,A,20250106080000,20250110,20250111000000\n",
    ).1.exits(0);
    let form = place.rows(&["form06", "--period", "2025-Q1", "--compare", "time"]);
    assert_eq!(counts(&form[0])[4..], [2, 0, 1, 1, 1, 1, 0]);
}

#[test]
fn by_time_a_fraction_of_a_second_is_late() {
    let place = Place::new();
    place
        .import_text(
            "dong-bo_20250403.csv",
            "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n\
         T1,A,2025-01-06T08:00:00,2025-01-10T10:00:00.000,2025-01-10T10:00:00.001\n\
         T2,A,2025-01-06T08:00:00,2025-01-10T10:00:00.001,2025-01-10T10:00:00.001\n",
        )
        .1
        .exits(0);
    let form = place.rows(&["form06", "--period", "2025-Q1", "--compare", "time"]);
    assert_eq!(counts(&form[0])[4..8], [2, 0, 1, 1]);
}

/// Due on a Saturday (8/3), a Sunday (30/3), the Friday between two holidays (2/5) and a Saturday that is worked (26/4).
const DAYS_OFF: &str = "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n\
    T1,A,20250220080000,20250308100000,20250310150000\n\
    T2,A,20250310080000,20250330,20250331090000\n\
    T3,A,20250410080000,20250502,20250505090000\n\
    T4,A,20250410080000,20250426,20250428090000\n\
    T5,A,20250310080000,20250330,20250401090000\n";

#[test]
fn a_due_day_off_may_become_the_whole_next_working_day() {
    let place = Place::new();
    place.import_text("dong-bo_20250603.csv", DAYS_OFF).1.exits(0);
    let late = |more: &[&str]| {
        let row = place.rows(&[&["form06", "--period", "2025-H1"], more].concat()).remove(0);
        let counts = counts(&row);
        (counts[5], counts[6], counts[7])
    };
    assert_eq!(late(&[]), (0, 0, 5));
    assert_eq!(late(&["--due-on-day-off", "next_working_day"]), (0, 3, 2));
    // The hour of the Saturday is no hour of the Monday.
    assert_eq!(late(&["--due-on-day-off", "next_working_day", "--compare", "time"]), (0, 3, 2));
    let open = place.rows(&["form06", "--period", "2025-01-01..2025-03-30", "--due-on-day-off", "next_working_day"]);
    assert_eq!(counts(&open[0])[8..], [2, 2, 0]);
    let config = place.workspace().join("cchc.toml");
    std::fs::write(&config, "[policies]\ndue_on_day_off = \"next_working_day\"\n").unwrap();
    assert_eq!(late(&[]), (0, 3, 2));
    let told = place.rows(&["explain", "c10", "--unit", "A", "--period", "2025-H1", "--rows"]).remove(0);
    assert_eq!(told["policies"]["due_on_day_off"], "next_working_day");
    assert_eq!(told["in_numerator"], serde_json::json!(["T4", "T5"]));
    assert_eq!(place.rows(&["sql", told["sql"].as_str().unwrap()]).len(), 5);
}

#[test]
fn a_pause_is_added_to_the_working_day_that_a_due_day_off_became() {
    let place = Place::new();
    // Due on Saturday 8/3, paused for two working days: on Tuesday 11/3 as written, on Wednesday 12/3 from Monday on.
    place
        .import_text(
            "dong-bo_20250403.csv",
            "MaHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,NgayBoSung,NgayTiepNhanBoSung\n\
         P1,A,20250220080000,20250308,20250312090000,20250303090000,20250305090000\n",
        )
        .1
        .exits(0);
    let late = |choice: &str| {
        let rows = place.rows(&["form06", "--period", "2025-Q1", "--pause", "subtract", "--due-on-day-off", choice]);
        counts(&rows[0])[7]
    };
    assert_eq!((late("as_written"), late("next_working_day")), (1, 0));
}

#[test]
fn withdrawn_dossiers_may_count_as_on_time() {
    let rows = measured(&place(), &["--withdrawn", "on_time"]);
    fraction(&rows, "B", "on_time_rate", 1.0, 1.0);
    fraction(&rows, "A", "on_time_rate", 4.0, 5.0);
}

#[test]
fn a_pause_moves_the_due_date() {
    let place = place();
    // Paused from Tuesday 7/1 to Thursday 9/1, two working days: due on Tuesday 14/1 instead of Friday 10/1.
    fraction(&measured(&place, &["--pause", "subtract"]), "A", "on_time_rate", 5.0, 5.0);
    // From 9/1 the whole limit of four working days again: due on Wednesday 15/1.
    fraction(&measured(&place, &["--pause", "restart"]), "A", "on_time_rate", 5.0, 5.0);
    let late = |pause: &str| counts(row_of(&place.rows(&["form06", "--period", "2025-Q1", "--pause", pause]), "A"))[7];
    assert_eq!((late("as_exported"), late("subtract"), late("restart")), (1, 0, 0));
}

#[test]
fn small_counts_on_either_side_of_a_rate_are_suppressed() {
    let rows = measured(&place(), &["--suppress-below", "5"]);
    // B has one dossier, A five, of which one is late.
    for unit in ["A", "B"] {
        let hidden = figure(&rows, unit, "on_time_rate");
        assert_eq!(hidden["status"], "suppressed");
        let is_null = |key: &str| hidden[key].is_null();
        assert!(is_null("value") && is_null("numerator") && is_null("denominator"), "{hidden}");
    }
    let ranking = place().rows(&["rank", "--index", "on-time", "--period", "2025-Q1", "--suppress-below", "5"]);
    assert_eq!(
        (&row_of(&ranking, "B")["rank"], &row_of(&ranking, "B")["reason"]),
        (&Value::Null, &"suppressed".into())
    );
}

#[test]
fn policies_of_the_workspace_hold_and_a_flag_overrules_them() {
    let place = place();
    let config = place.workspace().join("cchc.toml");
    std::fs::write(&config, "[policies]\ncompare = \"time\"\nmissing_due = \"exclude\"\n").unwrap();
    fraction(&measured(&place, &[]), "A", "on_time_rate", 2.0, 4.0);
    fraction(&measured(&place, &["--compare", "date"]), "A", "on_time_rate", 3.0, 4.0);
    std::fs::write(&config, "[policies]\ncompare = \"hour\"\n").unwrap();
    place.run(&["form06", "--period", "2025-Q1"]).exits(1).says(&["cchc.toml", "hour", "date"]);
}
