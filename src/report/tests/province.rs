//! A made-up province for the tests of this room: three kinds of units, twenty indicators, three periods.

use chrono::{Duration, NaiveDate};

use super::names::{DEPARTMENTS, DISTRICTS, Declared, FIRST, INDICATORS, SECOND};
use crate::{Cards, Counts, FigureUnit, IndicatorInfo, Makeup, Ranking, ReportInput, RuleCount, Template};
use cchc_definitions::{Display, Rounding};
use cchc_model::{
    FileAccount, Form06Row, IndicatorRow, LateDossier, Level, Measure, NotSent, Period, Policies, RankRow, Status,
    UnitRef,
};

/// The shipped template.
pub const TEMPLATE: &str = include_str!("../../../report-templates/workbook.toml");

const PERIODS: [&str; 3] = ["2020-Q1", "2019-Q4", "2019-Q1"];

fn period(at: usize) -> Period {
    PERIODS[at].parse().expect("a period")
}

/// The whole province.
pub fn province() -> ReportInput {
    let units = units();
    let form06 = form06(&units);
    let indicators = indicators(&form06);
    let rankings = vec![ranking(&form06, &indicators)];
    let not_sent: Vec<NotSent> = units.iter().filter(|unit| idle(unit)).map(not_sent).collect();
    ReportInput {
        province_name: "UBND tỉnh Tiền Giang".into(),
        reporting_unit: "Sở Nội vụ tỉnh Tiền Giang".into(),
        period: period(0),
        before: period(1),
        last_year: period(2),
        policies: Policies::default(),
        carried: None,
        data_version: 7,
        data_time: day(2020, 7, 1).and_hms_opt(8, 30, 0).expect("a valid time"),
        counts: Counts {
            dossiers: 11_928,
            files: 46,
            rows: 13_957,
            loaded: 11_928,
            updated: 96,
            duplicate: 1_822,
            rejected: 111,
        },
        form06,
        indicators,
        definitions: INDICATORS.iter().map(info).collect(),
        rankings,
        late: late(&units),
        not_sent,
        files: files(&units),
        findings_by_rule: rules(),
        kinds: [("department", "Sở, ngành"), ("district", "Cấp huyện"), ("commune", "Cấp xã")]
            .map(|(kind, title)| (kind.to_owned(), title.to_owned()))
            .to_vec(),
        template: Template::parse(TEMPLATE).expect("the shipped template is sound"),
    }
}

/// A unit of a kind.
pub fn unit(code: &str, name: &str, kind: Option<&str>) -> UnitRef {
    UnitRef { unit_code: code.into(), unit_name: name.into(), kind: kind.map(Into::into) }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a valid day")
}

fn units() -> Vec<UnitRef> {
    let departments =
        DEPARTMENTS.iter().enumerate().map(|(i, name)| unit(&format!("D{i:03}"), name, Some("department")));
    let districts = DISTRICTS.iter().enumerate().map(|(i, name)| {
        let name = if name.starts_with('t') { format!("UBND {name}") } else { format!("UBND huyện {name}") };
        unit(&format!("H{i:03}"), &name, Some("district"))
    });
    let communes = (0..160).map(|i| {
        let name = format!("UBND xã {} {}, huyện {}", FIRST[i % 16], SECOND[i / 16], DISTRICTS[i % 8]);
        unit(&format!("X{i:03}"), &name, Some("commune"))
    });
    departments.chain(districts).chain(communes).collect()
}

/// A number from 0 to 1 that belongs to a text.
fn chance(text: &str) -> f64 {
    let hash = text.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    f64::from((hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d) >> 8) / f64::from(1 << 24)
}

fn idle(unit: &UnitRef) -> bool {
    chance(&format!("idle{}", unit.unit_code)) < 0.08
}

fn form06(units: &[UnitRef]) -> Vec<Form06Row> {
    let rows: Vec<Form06Row> = units.iter().map(|unit| form06_row(unit.clone())).collect();
    let sum = |unit: UnitRef, of: &dyn Fn(&UnitRef) -> bool| {
        let mut counts = [0; 11];
        for row in rows.iter().filter(|row| of(&row.unit)) {
            counts.iter_mut().zip(row.counts).for_each(|(sum, count)| *sum += count);
        }
        Form06Row { unit, field: None, counts, estimate: false }
    };
    let mut all = rows.clone();
    for kind in ["department", "district", "commune"] {
        all.push(sum(unit(&format!("*{kind}"), kind, Some(kind)), &|unit| unit.kind.as_deref() == Some(kind)));
    }
    all.push(sum(unit("*", "", None), &|_| true));
    all
}

fn form06_row(unit: UnitRef) -> Form06Row {
    let part = |name: &str| chance(&format!("{name}{}", unit.unit_code));
    let busy = match unit.kind.as_deref() {
        Some("department") => 3_000.0,
        Some("district") => 1_500.0,
        _ => 160.0,
    };
    let idle = idle(&unit) && part("never") < 0.5;
    let count = |whole: i64, share: f64| (whole as f64 * share) as i64;
    let received = if idle { 0 } else { (busy * (0.1 + part("busy"))) as i64 };
    let carried = count(received, 0.06 + 0.05 * part("carried"));
    let online = count(received, 0.1 + 0.8 * part("online").powi(2));
    let total = received + carried;
    let pending = count(total, 0.03 + 0.1 * part("pending"));
    let overdue = count(pending, 0.3 * part("overdue").powi(3));
    let resolved = total - pending;
    let late = count(resolved, 0.12 * part("late").powi(4));
    let early = count(resolved - late, 0.3 + 0.5 * part("early"));
    let counts = [
        total,
        online,
        received - online,
        carried,
        resolved,
        early,
        resolved - late - early,
        late,
        pending,
        pending - overdue,
        overdue,
    ];
    Form06Row { unit, field: None, counts, estimate: false }
}

fn indicators(form: &[Form06Row]) -> Vec<IndicatorRow> {
    let mut rows = Vec::new();
    for (period, shift) in PERIODS.iter().zip([0.0, 0.02, 0.05]) {
        for row in form {
            for info in &INDICATORS {
                rows.push(IndicatorRow {
                    unit: row.unit.clone(),
                    period: (*period).into(),
                    indicator: info.0.into(),
                    measure: measure(info, row, period, shift),
                });
            }
        }
    }
    rows
}

fn measure(info: &Declared, row: &Form06Row, period: &str, shift: f64) -> Measure {
    let counts = row.counts.map(|count| count as f64);
    let luck = chance(&format!("{}{}{period}", info.0, row.unit.unit_code));
    let moved = |part: f64, whole: f64| Measure::ratio((part * (1.0 - shift * luck)).round(), whole);
    match info.0 {
        "feedback_on_time_share" | "reuse_share" => Measure::MISSING,
        "on_time_rate" => moved(counts[5] + counts[6], counts[4]),
        "late_rate" => moved(counts[7], counts[4]),
        "overdue_pending_share" => moved(counts[10], counts[8]),
        "online_share" => moved(counts[1], counts[1] + counts[2]),
        _ if info.4 == FigureUnit::Rate => {
            Measure::ratio((counts[4] * (0.2 + 0.7 * luck)).round().min(counts[4]), counts[4])
        }
        _ if info.4 == FigureUnit::Count => Measure::plain(Some((luck * luck * counts[4] / 50.0).round())),
        _ if counts[4] == 0.0 => Measure::plain(None),
        _ => Measure::plain(Some(2.0 + 14.0 * luck + shift * 10.0)),
    }
}

fn display(digits: u8) -> Display {
    Display { digits, mode: Rounding::HalfUp, reason: String::new() }
}

fn info(declared: &Declared) -> IndicatorInfo {
    let (id, name, group, title, unit, digits, higher_is_better) = *declared;
    IndicatorInfo {
        id: id.into(),
        name_vi: name.into(),
        name_en: id.replace('_', " "),
        meaning: format!("{name} trong kỳ báo cáo, tính theo đơn vị giải quyết."),
        group: group.into(),
        group_title: title.into(),
        unit,
        display: display(digits),
        higher_is_better,
        legal_basis: "Quyết định 766/QĐ-TTg [s]; Nghị định 61/2018/NĐ-CP [k]".into(),
        formula: "tử số: count(*) filter (where finished <= due); mẫu số: count(*) filter (where finished is not null)"
            .into(),
        table: "dossiers".into(),
        dated: true,
    }
}

fn ranking(form: &[Form06Row], indicators: &[IndicatorRow]) -> Ranking {
    let scores: std::collections::BTreeMap<(&str, &str), Option<f64>> = indicators
        .iter()
        .filter(|row| row.indicator == "on_time_rate")
        .map(|row| ((row.period.as_str(), row.unit.unit_code.as_str()), row.measure.value))
        .collect();
    let mut rows = Vec::new();
    for kind in ["department", "district", "commune"] {
        let units = form.iter().map(|row| &row.unit);
        let units: Vec<&UnitRef> =
            units.filter(|unit| unit.kind.as_deref() == Some(kind) && !unit.unit_code.starts_with('*')).collect();
        let score = |period: usize, unit: &UnitRef| scores[&(PERIODS[period], unit.unit_code.as_str())];
        let all = |period: usize| -> Vec<f64> { units.iter().filter_map(|unit| score(period, unit)).collect() };
        let place = |period: usize, unit: &UnitRef| {
            score(period, unit).map(|own| all(period).iter().filter(|other| **other > own).count() as u32 + 1)
        };
        let mut ranked: Vec<RankRow> = units
            .iter()
            .map(|unit| RankRow {
                unit: (*unit).clone(),
                rank: place(0, unit),
                score: score(0, unit),
                class: None,
                tied: score(0, unit)
                    .is_some_and(|own| all(0).iter().filter(|other| other.total_cmp(&own).is_eq()).count() > 1),
                rank_before: place(1, unit),
                rank_last_year: place(2, unit),
                score_before: score(1, unit),
                score_last_year: score(2, unit),
                reason: score(0, unit).is_none().then_some(Status::NotApplicable),
                not_sent: idle(unit),
            })
            .collect();
        ranked.sort_by_key(|row| (row.rank.unwrap_or(u32::MAX), row.unit.unit_code.clone()));
        rows.extend(ranked);
    }
    Ranking {
        index_id: "on-time".into(),
        title: "Tỷ lệ hồ sơ giải quyết đúng hạn".into(),
        basis: Some("on_time_rate".into()),
        unit: FigureUnit::Rate,
        display: display(2),
        higher_is_better: true,
        legal_basis: "Ví dụ".into(),
        is_published: false,
        rows,
        makeup: Makeup::Indicator,
        set_aside: Vec::new(),
        inputs: std::collections::BTreeMap::new(),
        cards: Cards::None,
    }
}

fn not_sent(unit: &UnitRef) -> NotSent {
    let luck = chance(&format!("sent{}", unit.unit_code));
    let last_export = (luck < 0.7).then(|| day(2020, 3, 1) - Duration::days((luck * 100.0) as i64));
    NotSent { unit: unit.clone(), last_export }
}

fn late(units: &[UnitRef]) -> Vec<LateDossier> {
    let mut late = Vec::new();
    for unit in units {
        for number in 0..(chance(&format!("n{}", unit.unit_code)).powi(4) * 30.0) as i64 {
            let luck = chance(&format!("{}{number}", unit.unit_code));
            let received = day(2020, 1, 2) + Duration::days((luck * 40.0) as i64);
            let due = received + Duration::days(10);
            let days_late = 1 + (luck * luck * 25.0) as i64;
            late.push(LateDossier {
                unit: unit.clone(),
                dossier_code: format!("000.00.{}.H58-2001{:02}-{number:04}", unit.unit_code, 1 + number % 28),
                procedure: Some(
                    [
                        "Đăng ký khai sinh",
                        "Cấp giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất",
                        "Cấp giấy phép xây dựng nhà ở riêng lẻ",
                    ][(luck * 3.0) as usize]
                        .into(),
                ),
                received,
                due,
                finished: (luck < 0.7).then(|| due + Duration::days(days_late)),
                days_late,
            });
        }
    }
    late
}

fn files(units: &[UnitRef]) -> Vec<FileAccount> {
    let files = units.iter().step_by(4).enumerate().map(|(i, unit)| {
        let (loaded, updated, duplicate, rejected) =
            (250 + i as u64, (i % 5) as u64, (i % 7) as u64 * 9, (i % 3) as u64);
        FileAccount {
            file: format!(
                "exports/2020-Q1/{}/ho_so_mot_cua_{}_20200701.xlsx",
                unit.kind.as_deref().unwrap_or(""),
                unit.unit_code
            ),
            source: if i == 9 { String::new() } else { "one_stop_list_a".into() },
            exported_at: (i % 6 != 0).then(|| "2020-07-01".into()),
            rows: loaded + updated + duplicate + rejected,
            loaded,
            updated,
            duplicate,
            rejected,
        }
    });
    files.collect()
}

fn rules() -> Vec<RuleCount> {
    let rule = |rule: &str, level, sentence: &str, count| RuleCount {
        rule: rule.into(),
        level,
        sentence: sentence.into(),
        count,
    };
    vec![
        rule(
            "unknown-unit",
            Level::Error,
            "Đơn vị giải quyết không có trong danh mục đơn vị; dòng bị loại. Bổ sung tên gọi khác vào units.csv.",
            41,
        ),
        rule("impossible-date", Level::Error, "Ngày không có thật (ví dụ 31/02); dòng bị loại.", 33),
        rule(
            "finished-before-received",
            Level::Error,
            "Ngày kết thúc trước ngày tiếp nhận; dòng bị loại theo quy ước.",
            37,
        ),
        rule(
            "unknown-receiving-unit",
            Level::Warning,
            "Đơn vị tiếp nhận không có trong danh mục; dòng vẫn được nạp.",
            12,
        ),
        rule("no-due-date", Level::Info, "Hồ sơ không có ngày hẹn trả.", 208),
    ]
}
