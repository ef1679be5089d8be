//! A small province of invented dossiers, and what an attacker reads out of the published tables of it.

use std::fmt::Write as _;

use serde_json::Value;

use super::attacker::Known;
use crate::support::Place;

/// Months and the quarter that they make.
pub const PERIODS: [&str; 4] = ["2025-01", "2025-02", "2025-03", "2025-Q1"];
/// Columns of form 06 that a quarter has the sum of.
const FLOWS: [&str; 6] = ["c4", "c5", "c7", "c8", "c9", "c10"];
/// What indicators count, in columns of form 06: numerator and denominator.
const RATES: [(&str, &[&str], &[&str]); 4] = [
    ("on_time_rate", &["c8", "c9"], &["c7"]),
    ("late_rate", &["c10"], &["c7"]),
    ("overdue_pending_share", &["c13"], &["c11"]),
    ("on_time_rate_766", &["c8", "c9", "c12"], &["c3"]),
];

/// Nine communes, three districts and three departments with dossiers of a quarter.
pub fn place() -> Place {
    let mut units =
        "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\nT,Tỉnh T,,province,,,,\n".to_owned();
    let mut codes = Vec::new();
    for (kind, count) in [("department", 3), ("district", 3), ("commune", 9)] {
        for at in 0..count {
            let parent = if kind == "commune" { format!("district{}", at % 3) } else { "T".to_owned() };
            writeln!(units, "{kind}{at},Đơn vị {kind} {at},,{kind},{parent},,,").unwrap();
            codes.push(format!("{kind}{at}"));
        }
    }
    let place = Place::with_units(&units);
    let mut random = fastrand::Rng::with_seed(11);
    let mut rows =
        "MaHoSo,DonViXuLy,TenLinhVuc,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo\n".to_owned();
    for (at, code) in codes.iter().enumerate() {
        for number in 0..random.u32(8..90) {
            let day = |day: u32| {
                let date = chrono::NaiveDate::from_ymd_opt(2024, 12, 10).unwrap() + chrono::Days::new(u64::from(day));
                date.format("%Y%m%d080000").to_string()
            };
            let received = random.u32(0..110);
            let due = received + 8;
            let late = random.u32(0..12) == 0;
            let finished = if random.u32(0..8) == 0 {
                String::new()
            } else {
                day(if late { due + 2 } else { due - random.u32(0..3) })
            };
            let channel = random.u32(1..3);
            writeln!(
                rows,
                "H{at}-{number},{code},L{},{channel},{},{},{finished},10",
                number % 3,
                day(received),
                day(due)
            )
            .unwrap();
        }
    }
    place.import_text("dong-bo_20250430.csv", &rows).1.exits(0);
    place
}

fn name(line: &Value, period: &str, column: &str) -> String {
    let day = |at: usize| ["2025-01-31", "2025-02-28", "2025-03-31"][at];
    let place = PERIODS.iter().position(|one| *one == period).unwrap();
    let when = match column {
        "c11" | "c12" | "c13" => day(place.min(2)).to_owned(),
        "c6" if place == 3 => PERIODS[0].to_owned(),
        _ => period.to_owned(),
    };
    format!("{} {when} {column}", line["unit_code"].as_str().unwrap())
}

/// Reads what form 06 of a period shows.
pub fn read_form(known: &mut Known, rows: &[Value], period: &str) {
    for row in rows {
        for column in 3..=13 {
            let column = format!("c{column}");
            known.learn(&name(row, period, &column), row[&column].as_f64());
        }
    }
}

/// Reads what indicators show, as columns of form 06 or sums of them.
pub fn read_rates(known: &mut Known, rows: &[Value], period: &str) {
    for row in rows.iter().filter(|row| row["period"] == period) {
        let Some((_, top, bottom)) = RATES.iter().find(|(id, ..)| row["indicator"] == *id) else { continue };
        for (columns, figure) in [(top, &row["numerator"]), (bottom, &row["denominator"])] {
            let parts: Vec<String> = columns.iter().map(|column| name(row, period, column)).collect();
            let whole = if let [one] = columns { name(row, period, one) } else { name(row, period, &columns.concat()) };
            for part in parts {
                known.learn(part, None);
            }
            known.learn(&whole, figure.as_f64());
            if parts.len() > 1 {
                known.adds_up(&whole, &parts);
            }
        }
    }
}

/// Adds what everybody knows: how columns, units and months add up.
pub fn reason(known: &mut Known, rows: &[Value]) {
    let of = |row: &Value, period: &str, columns: &[&str]| -> Vec<String> {
        columns.iter().map(|column| name(row, period, column)).collect()
    };
    for row in rows {
        for (place, period) in PERIODS.iter().enumerate() {
            for (whole, parts) in [
                ("c3", ["c4", "c5", "c6"].as_slice()),
                ("c3", &["c7", "c11"]),
                ("c7", &["c8", "c9", "c10"]),
                ("c11", &["c12", "c13"]),
            ] {
                known.adds_up(&name(row, period, whole), &of(row, period, parts));
            }
            if (1..3).contains(&place) {
                known.adds_up(&name(row, period, "c6"), &[name(row, PERIODS[place - 1], "c11")]);
            }
        }
        for column in FLOWS {
            let months: Vec<String> = PERIODS[..3].iter().map(|month| name(row, month, column)).collect();
            known.adds_up(&name(row, "2025-Q1", column), &months);
        }
    }
    let kind = |row: &Value| row["kind"].as_str().unwrap_or_default().to_owned();
    let is_sum = |row: &Value| row["unit_code"].as_str().unwrap().starts_with('*');
    for period in PERIODS {
        for column in ["c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13", "c8c9", "c8c9c12"] {
            for sum in rows.iter().filter(|row| is_sum(row)) {
                let is_all = sum["unit_code"] == "*";
                let holds = |row: &&Value| {
                    if is_all { is_sum(row) && row["unit_code"] != "*" } else { !is_sum(row) && kind(row) == kind(sum) }
                };
                let parts: Vec<String> = rows.iter().filter(holds).map(|row| name(row, period, column)).collect();
                known.adds_up(&name(sum, period, column), &parts);
            }
        }
    }
}
