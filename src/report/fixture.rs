//! A made-up province for the tests of this module: three kinds of units, twenty indicators, three periods.

use chrono::{Duration, NaiveDate};

use crate::{Cards, Counts, FigureUnit, IndicatorInfo, Makeup, Ranking, ReportInput, RuleCount, Template};
use cchc_model::{
    FileAccount, Form06Row, IndicatorRow, LateDossier, Level, Measure, NotSent, RankRow, Status, UnitRef,
};

/// The shipped template.
pub const TEMPLATE: &str = include_str!("../../report-templates/workbook.toml");

const DEPARTMENTS: [&str; 20] = [
    "Sở Nội vụ",
    "Sở Tư pháp",
    "Sở Tài chính",
    "Sở Y tế",
    "Sở Công Thương",
    "Sở Xây dựng",
    "Sở Giao thông vận tải",
    "Sở Nông nghiệp và Phát triển nông thôn",
    "Sở Tài nguyên và Môi trường",
    "Sở Giáo dục và Đào tạo",
    "Sở Kế hoạch và Đầu tư",
    "Sở Khoa học và Công nghệ",
    "Sở Thông tin và Truyền thông",
    "Sở Lao động - Thương binh và Xã hội",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Thanh tra tỉnh",
    "Ban Quản lý các khu công nghiệp và khu kinh tế cửa khẩu",
    "Công an tỉnh",
    "Bảo hiểm xã hội tỉnh",
    "Cục Thuế tỉnh",
];

const DISTRICTS: [&str; 11] = [
    "Cái Bè",
    "Cai Lậy",
    "Châu Thành",
    "Chợ Gạo",
    "Gò Công Đông",
    "Gò Công Tây",
    "Tân Phước",
    "Tân Phú Đông",
    "thành phố Mỹ Tho",
    "thị xã Gò Công",
    "thị xã Cai Lậy",
];

const FIRST: [&str; 16] = [
    "Thạnh", "Tân", "Mỹ", "Hậu", "Long", "Bình", "Phú", "An", "Hòa", "Vĩnh", "Đông", "Thới", "Điềm", "Nhị", "Song",
    "Quơn",
];
const SECOND: [&str; 10] =
    ["Thuận", "Hưng", "Lợi Trung", "Phước", "Khánh", "Định", "Đức Tây", "Thành", "Nghĩa", "Hiệp Đông"];

/// (id, name, theme, theme's title, unit, digits, more is better)
type Declared = (&'static str, &'static str, &'static str, &'static str, FigureUnit, u8, bool);

const RATE: FigureUnit = FigureUnit::Rate;
const INDICATORS: [Declared; 20] = [
    ("on_time_rate", "Tỷ lệ hồ sơ giải quyết đúng hạn", "timeliness", "Tiến độ giải quyết", RATE, 1, true),
    ("late_rate", "Tỷ lệ hồ sơ giải quyết quá hạn", "timeliness", "Tiến độ giải quyết", RATE, 1, false),
    (
        "overdue_pending_share",
        "Tỷ lệ hồ sơ đang giải quyết đã quá hạn",
        "timeliness",
        "Tiến độ giải quyết",
        RATE,
        1,
        false,
    ),
    ("online_share", "Tỷ lệ hồ sơ trực tuyến", "online", "Dịch vụ công trực tuyến", RATE, 1, true),
    (
        "online_share_l3",
        "Tỷ lệ hồ sơ trực tuyến mức độ 3 (một phần)",
        "online",
        "Dịch vụ công trực tuyến",
        RATE,
        1,
        true,
    ),
    (
        "online_share_l4",
        "Tỷ lệ hồ sơ trực tuyến mức độ 4 (toàn trình)",
        "online",
        "Dịch vụ công trực tuyến",
        RATE,
        1,
        true,
    ),
    ("online_share_l34", "Tỷ lệ hồ sơ trực tuyến mức độ 3 và 4", "online", "Dịch vụ công trực tuyến", RATE, 1, true),
    ("post_share", "Tỷ lệ hồ sơ qua bưu chính công ích", "online", "Dịch vụ công trực tuyến", RATE, 1, true),
    ("online_payment_share", "Tỷ lệ hồ sơ thanh toán trực tuyến", "online", "Dịch vụ công trực tuyến", RATE, 1, true),
    ("digitised_share", "Tỷ lệ số hóa hồ sơ", "digital", "Số hóa hồ sơ, kết quả", RATE, 1, true),
    ("e_result_share", "Tỷ lệ cấp kết quả điện tử", "digital", "Số hóa hồ sơ, kết quả", RATE, 1, true),
    ("reuse_share", "Tỷ lệ khai thác, sử dụng lại thông tin", "digital", "Số hóa hồ sơ, kết quả", RATE, 1, true),
    (
        "satisfaction_share",
        "Tỷ lệ hài lòng",
        "satisfaction",
        "Mức độ hài lòng của người dân, doanh nghiệp",
        RATE,
        2,
        true,
    ),
    ("mean_days", "Số ngày giải quyết bình quân", "duration", "Thời gian giải quyết", FigureUnit::Days, 1, false),
    ("median_days", "Số ngày giải quyết trung vị", "duration", "Thời gian giải quyết", FigureUnit::Days, 1, false),
    ("p90_days", "Số ngày giải quyết (phân vị 90)", "duration", "Thời gian giải quyết", FigureUnit::Days, 1, false),
    ("mean_working_days", "Số ngày làm việc bình quân", "duration", "Thời gian giải quyết", FigureUnit::Days, 1, false),
    (
        "no_due_resolved",
        "Hồ sơ đã giải quyết không có hạn trả",
        "data",
        "Hồ sơ thiếu hạn trả",
        FigureUnit::Count,
        0,
        false,
    ),
    (
        "no_due_pending",
        "Hồ sơ đang giải quyết không có hạn trả",
        "data",
        "Hồ sơ thiếu hạn trả",
        FigureUnit::Count,
        0,
        false,
    ),
    (
        "feedback_on_time_share",
        "Tỷ lệ phản ánh, kiến nghị xử lý đúng hạn",
        "feedback",
        "Phản ánh, kiến nghị",
        RATE,
        1,
        true,
    ),
];

const PERIODS: [&str; 3] = ["2020-Q1", "2019-Q4", "2019-Q1"];

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
        period_label: "Quý I năm 2020".into(),
        period_id: PERIODS[0].into(),
        from: day(2020, 1, 1),
        to: day(2020, 3, 31),
        previous_id: PERIODS[1].into(),
        last_year_id: PERIODS[2].into(),
        previous_label: "Quý IV năm 2019".into(),
        last_year_label: "Quý I năm 2019".into(),
        policies: vec![
            ("hồ sơ không có hạn trả".into(), "tính là đúng hạn (as_on_time)".into()),
            ("tạm dừng".into(), "theo dữ liệu đơn vị gửi (as_exported)".into()),
            ("so sánh".into(), "theo ngày (date)".into()),
        ],
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
        digits,
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
        digits: 2,
        higher_is_better: true,
        legal_basis: "Ví dụ".into(),
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
