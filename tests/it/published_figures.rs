//! Published figures measured by command, on data sets constructed for it: denominators and rounding, nothing else.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cchc::definitions::Rounding;
use cchc::indices::rounded;
use serde_json::Value;

use crate::support::{Place, close, figure, project};

/// One line of `figures.csv`.
type Figure = BTreeMap<String, String>;

fn data(path: &str) -> Option<String> {
    std::fs::read_to_string(project("tests/data/published").join(path)).ok()
}

fn lines(text: &str) -> Vec<Figure> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let named =
        |row: csv::StringRecord| heads.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect::<Figure>();
    reader.records().map(|row| named(row.unwrap())).collect()
}

fn figures(place: &str) -> Vec<Figure> {
    let all = lines(&data("figures.csv").unwrap());
    all.into_iter().filter(|line| line["place"] == place).collect()
}

/// Writes each line of a file of equal rows as often as it says.
fn spread(text: &str, heading: &str, row: impl Fn(usize, &Figure) -> String) -> String {
    let mut all = format!("{heading}\n");
    let mut number = 0;
    for line in lines(text) {
        for _ in 0..line["count"].parse::<usize>().unwrap() {
            number += 1;
            all.push_str(&row(number, &line));
            all.push('\n');
        }
    }
    all
}

/// The workspace of a place, from its constructed data.
fn place(name: &str) -> Place {
    let of = |file: &str| data(&format!("{name}/{file}"));
    let place = Place::with_units(&of("units.csv").unwrap());
    if let Some(text) = of("dossiers.csv") {
        let heading = "MaHoSo,MaTTHC,DonViXuLy,KenhThucHien,MucDo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,HoSoCoThanhPhanSoHoa";
        let all = spread(&text, heading, |number, line| {
            let time = |key: &str| if line[key].is_empty() { String::new() } else { format!("{}080000", line[key]) };
            let status = if line["finished"].is_empty() { 4 } else { 10 };
            format!(
                "H{number},,{},{},{},{},{},{},{status},{}",
                line["unit"],
                line["channel"],
                line["level"],
                time("received"),
                time("due"),
                time("finished"),
                line["digitised"]
            )
        });
        place.import_text("dong-bo_20251231.csv", &all).1.exits(0);
    }
    if let Some(text) = of("catalogue.csv") {
        let heading = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cơ quan thực hiện,Cấp,Một cửa,Mức độ";
        let all = spread(&text, heading, |number, line| {
            format!(
                "1.{number:06},Thủ tục số {number},Lĩnh vực,{},{},{},{}",
                line["agency"], line["kind"], line["one_stop"], line["level"]
            )
        });
        place.import_text("danh-muc_20251231.csv", &all).1.exits(0);
    }
    if let Some(text) = of("ratings.csv") {
        let heading = "Mã phiếu,Đơn vị được đánh giá,Ngày đánh giá,Hình thức,Mã hồ sơ,Mức độ hài lòng";
        let all = spread(&text, heading, |number, line| {
            format!("G{number},{},{},Phiếu giấy,,{}", line["unit"], line["date"], line["score"])
        });
        place.import_text("phieu_20251231.csv", &all).1.exits(0);
    }
    if let Some(text) = of("declared.csv") {
        place.import_text("khai_20251231.csv", &text).1.exits(0);
    }
    place.file("kho/queries/indicators/95-published.toml", of("indicators.toml").unwrap());
    place.run(&["check"]).exits(0);
    place
}

/// Every figure of a place is measured by command and shown as published, out of the counts behind it.
fn compare(name: &str, count: usize) -> Place {
    let place = place(name);
    let wanted = figures(name);
    assert_eq!(wanted.len(), count, "figures of {name}");
    let mut answers: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for line in &wanted {
        let rows = answers.entry((line["period"].clone(), line["options"].clone())).or_insert_with(|| {
            let of_period =
                wanted.iter().filter(|other| other["period"] == line["period"] && other["options"] == line["options"]);
            let mut arguments = vec!["indicators", "--period", &line["period"]];
            arguments.extend(Some(line["options"].as_str()).filter(|option| !option.is_empty()));
            arguments.push("--indicator");
            arguments.extend(of_period.map(|other| other["indicator"].as_str()));
            place.rows(&arguments)
        });
        let row = figure(rows, &line["unit"], &line["indicator"]);
        let what = format!("{name}: {}: {row}", line["figure"]);
        assert_eq!(row["status"], "ok", "{what}");
        if !line["shown"].is_empty() {
            assert_eq!(row["shown"], line["shown"].as_str(), "{what}");
        }
        for key in ["numerator", "denominator"] {
            if !line[key].is_empty() {
                close(row[key].as_f64(), line[key].parse().ok(), &what);
            }
        }
    }
    place
}

#[test]
fn lang_son_june_2020() {
    compare("lang-son", 15);
}

#[test]
fn can_tho_june_2021() {
    compare("can-tho", 6);
}

#[test]
fn tien_giang_from_1_january_to_13_april_2020() {
    let place = compare("tien-giang", 9);
    // The period is an odd range; the parts of its figures add up.
    let rows = place.rows(&["form06", "--period", "2020-01-01..2020-04-13"]);
    let all = rows.iter().find(|row| row["unit_code"] == "*").unwrap();
    assert_eq!([&all["c3"], &all["c7"], &all["c11"]].map(Value::as_i64), [158_485, 150_495, 7_990].map(Some));
    compare("tien-giang-tax", 3);
}

#[test]
fn nghe_an_march_2023() {
    compare("nghe-an", 13);
}

#[test]
fn vo_nhai_2019() {
    let place = compare("vo-nhai", 8);
    // Published is only that it is more than 90 %.
    let rows = place.rows(&["indicators", "--period", "2019", "--indicator", "p_published"]);
    assert!(figure(&rows, "*", "p_published")["value"].as_f64().unwrap() > 0.9);
}

#[test]
fn the_766_ranking_of_29_august_2025() {
    let place = compare("766", 11);
    let rows = place.rows(&["rank", "--index", "p_total", "--period", "2025-08"]);
    assert_eq!(rows.len(), 34);
    let top: Vec<(&str, i64)> =
        rows.iter().take(5).map(|row| (row["unit_code"].as_str().unwrap(), row["rank"].as_i64().unwrap())).collect();
    assert_eq!(top, [("TN", 1), ("QT", 2), ("TH", 3), ("DN", 4), ("HT", 5)]);
    // The five published group scores add up to the published total, to the last digit, and none exceeds its maximum:
    // the two groups of online service and payment stand as one of 12 + 10 points.
    let groups = [(1567, 18), (1931, 20), (1749, 22), (1786, 22), (1664, 18)];
    assert_eq!(groups.iter().map(|(points, _)| points).sum::<i32>(), 8697);
    assert!(groups.iter().all(|(points, max)| *points <= max * 100));
    assert_eq!(groups.iter().map(|(_, max)| max).sum::<i32>(), 100);
}

fn modes() -> [(&'static str, Rounding); 4] {
    [
        ("half_up", Rounding::HalfUp),
        ("half_even", Rounding::HalfEven),
        ("truncate", Rounding::Truncate),
        ("ceil", Rounding::Ceil),
    ]
}

/// `fits` was worked out with whole numbers, apart from the program.
#[test]
fn each_published_percentage_fits_the_modes_that_it_is_said_to_fit_and_one_at_least() {
    let mut compared = 0;
    for line in lines(&data("figures.csv").unwrap()).iter().filter(|line| line["shown"].ends_with('%')) {
        let text = line["shown"].trim_end_matches('%').replace(',', ".");
        let digits = text.split_once('.').map_or(0, |(_, rest)| rest.len());
        let published: f64 = text.parse().unwrap();
        let number = |key: &str| line[key].parse::<f64>().unwrap();
        let percent = number("numerator") / number("denominator") * 100.0;
        let fits: Vec<&str> = modes()
            .into_iter()
            .filter(|(_, mode)| (rounded(percent, u8::try_from(digits).unwrap(), *mode) - published).abs() < 1e-9)
            .map(|(name, _)| name)
            .collect();
        assert_eq!(fits.join(" "), line["fits"], "{line:?}");
        assert!(!fits.is_empty(), "no rounding mode gives {}: report it", line["published"]);
        compared += 1;
    }
    assert_eq!(compared, 16);
}

#[test]
fn the_documented_table_has_every_figure() {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| std::fs::read_to_string(project("docs/published-figures.md")).unwrap());
    let all = lines(&data("figures.csv").unwrap());
    assert_eq!(all.len(), 65);
    for line in all {
        let row = format!("| {} | {} |", line["figure"], line["published"]);
        assert!(page.contains(&row), "{row} is not in docs/published-figures.md");
    }
}
