//! Movement and improvement compare with the period just before, of every kind of period, by the rules in force then.

use serde_json::Value;

use crate::support::{Place, close, list, row_of};

/// A head for an index of departments; `days` limits its validity.
fn head(kind: &str, id: &str, days: &str) -> String {
    format!(
        "kind = \"{kind}\"\n[index]\nid = \"{id}\"\nname_vi = \"{id}\"\nname_en = \"{id}\"\n\
         unit_kinds = [\"department\"]\nlegal_basis = \"ví dụ\"\n{days}\n"
    )
}

/// An index of points with one item of ten points.
fn points(id: &str, days: &str, rule: &str) -> String {
    let head = head("points", id, days);
    format!("{head}[points]\nmax = 10\n[[item]]\ncode = \"1\"\nname = \"Một\"\nmax = 10\nrule = {{ {rule} }}\n")
}

/// So many dossiers of a unit, finished on a day of 2024 or 2025, the first `on_time` of them in time.
fn finished(unit: &str, day: &str, on_time: usize, all: usize) -> Vec<String> {
    let due = |at: usize| if at < on_time { "31/12/2025" } else { "10/01/2024" };
    (0..all)
        .map(|at| format!("{unit}{day}{at},Sở {unit},Trực tiếp,02/01/2024,{},{day},Đã trả kết quả", due(at)))
        .collect()
}

/// On time of all: A and Bê in May 2024, November 2024, January 2025, early and mid February 2025.
fn place() -> Place {
    let place = Place::new();
    for (name, text) in [
        ("diem", points("diem", "", "kind = \"linear\", input = \"on_time_rate\"")),
        ("tien", points("tien", "", "kind = \"improvement\", input = \"on_time_rate\", by = 0.25")),
        ("gop", head("composite", "gop", "") + "[scale]\nmethod = \"none\"\n[[indicator]]\nid = \"on_time_rate\"\n"),
    ] {
        place.file(&format!("kho/queries/indices/{name}.toml"), text);
    }
    let days = ["15/05/2024", "15/11/2024", "15/01/2025", "05/02/2025", "15/02/2025"];
    let (a, b) = ([(0, 4), (4, 4), (3, 4), (3, 4), (1, 4)], [(4, 4), (1, 2), (1, 2), (1, 4), (4, 4)]);
    let mut rows = Vec::new();
    for (at, day) in days.iter().enumerate() {
        rows.extend(finished("A", day, a[at].0, a[at].1));
        rows.extend(finished("Bê", day, b[at].0, b[at].1));
    }
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    place.import_text("ho-so_20250401.csv", &list(&rows)).1.exits(0);
    place
}

fn ranked(place: &Place, index: &str, period: &str) -> Vec<Value> {
    // A period without figures ranks nobody and ends with 3.
    let asked =
        ["--format", "json", "rank", "--index", index, "--period", period, "--kind", "department", "--smallest", "0"];
    place.run(&asked).rows()
}

#[test]
fn movement_is_against_the_period_just_before_for_every_kind_of_period_and_index() {
    let place = place();
    // By hand. February: A 4/8, Bê 5/8; January: A 3/4, Bê 1/2. First quarter: A 7/12, Bê 6/10; fourth: A 4/4, Bê 1/2.
    // 2025 as its first quarter; 2024: A 4/8, Bê 5/6. Ten days: A 1/4, Bê 4/4; the ten days before: A 3/4, Bê 1/4.
    for (period, now, before, last_year) in [
        ("2025-02", [2, 1], Some([1, 2]), None),
        ("2025-Q1", [2, 1], Some([1, 2]), None),
        ("2025", [2, 1], Some([2, 1]), Some([2, 1])),
        ("2025-02-11..2025-02-20", [2, 1], Some([1, 2]), None),
        ("2025-02-01..2025-02-10", [1, 2], None, None),
        ("2024-11", [1, 2], None, None),
    ] {
        for index in ["on_time_rate", "diem", "gop"] {
            let rows = ranked(&place, index, period);
            for (at, unit) in ["A", "B"].into_iter().enumerate() {
                let (row, place) = (row_of(&rows, unit), format!("{index} {period} {unit}"));
                let rank = |key: &str| row[key].as_i64();
                let of = |ranks: Option<[i64; 2]>| ranks.map(|ranks| ranks[at]);
                assert_eq!(rank("rank"), Some(now[at]), "{place}");
                assert_eq!(rank("rank_before"), of(before), "{place}");
                assert_eq!(rank("rank_last_year"), of(last_year), "{place}");
                assert_eq!(rank("movement"), of(before).map(|before| before - now[at]), "{place}: up is positive");
            }
        }
    }
}

#[test]
fn improvement_reads_the_same_period_before_as_the_movement() {
    let place = place();
    // Ten points for 0.25 more, by the rates above.
    for (period, a, b) in [
        ("2025-02", Some(0.0), Some((5.0 / 8.0 - 0.5) / 0.25 * 10.0)),
        ("2025-Q1", Some(0.0), Some((0.6 - 0.5) / 0.25 * 10.0)),
        ("2025", Some((7.0 / 12.0 - 0.5) / 0.25 * 10.0), Some(0.0)),
        ("2025-02-11..2025-02-20", Some(0.0), Some(10.0)),
        ("2025-02-01..2025-02-10", None, None),
    ] {
        let rows = ranked(&place, "tien", period);
        close(row_of(&rows, "A")["score"].as_f64(), a, period);
        close(row_of(&rows, "B")["score"].as_f64(), b, period);
    }
}

#[test]
fn an_earlier_period_is_ranked_by_the_version_in_force_then_and_by_its_own_sheets() {
    let place = place();
    let own = |name: &str, text: String| place.file(&format!("kho/queries/indices/{name}.toml"), text);
    // Until 2024 the late ones were scored, so that the fourth quarter ranks the other way round.
    own("doi-2024", points("doi", "valid_to = \"2024-12-31\"", "kind = \"linear\", input = \"late_rate\""));
    own("doi-2025", points("doi", "valid_from = \"2025-01-01\"", "kind = \"linear\", input = \"on_time_rate\""));
    own("moi", points("moi", "valid_from = \"2025-01-01\"", "kind = \"linear\", input = \"on_time_rate\""));
    let composite = |days: &str, direction: &str| {
        head("composite", "gop-doi", days)
            + &format!(
                "[scale]\nmethod = \"none\"\n[[indicator]]\nid = \"on_time_rate\"\ndirection = \"{direction}\"\n"
            )
    };
    own("gop-2024", composite("valid_to = \"2024-12-31\"", "lower"));
    own("gop-2025", composite("valid_from = \"2025-01-01\"", "higher"));
    let ranks = |index: &str, key: &str| -> [Option<i64>; 2] {
        let rows = ranked(&place, index, "2025-Q1");
        ["A", "B"].map(|unit| row_of(&rows, unit)[key].as_i64())
    };
    for index in ["doi", "gop-doi"] {
        assert_eq!(ranks(index, "rank"), [Some(2), Some(1)], "{index}");
        assert_eq!(ranks(index, "rank_before"), [Some(2), Some(1)], "{index}");
    }
    assert_eq!(ranks("moi", "rank_before"), [None, None], "there were no such rules in 2024");
    // A sheet of 2024 that does not fit the rules of 2024 stops what it is for, and nothing else.
    let sheet = "Mã tiêu chí,Tên tiêu chí,Đơn vị,Điểm tối đa,Tự chấm,Thẩm định,Kỳ\n1,Một,Sở A,12,11,11,Quý IV/2024\n";
    place.import_text("diem_20250106.csv", sheet).1.exits(0);
    place.run(&["rank", "--index", "doi", "--period", "2024-Q4"]).exits(1).says(&["at most 12 points", "at most 10"]);
    assert_eq!(ranks("doi", "rank"), [Some(2), Some(1)]);
    assert_eq!(ranks("doi", "rank_before"), [None, None]);
}

#[test]
fn a_last_value_may_be_as_many_periods_old_as_the_definition_says() {
    let place = Place::new();
    let index = |back: &str| {
        head("composite", "cuoi", "")
            + &format!(
                "[impute]\nmethod = \"last_period\"\n{back}\n[scale]\nmethod = \"none\"\n[[indicator]]\nid = \"x\"\n"
            )
    };
    // Sở A declared in January and February, Sở Bê in every month to April.
    let figures = "code,period,x\nA,2025-01,1\nA,2025-02,2\nB,2025-01,5\nB,2025-02,6\nB,2025-03,7\nB,2025-04,8\n";
    let file = place.file("x.csv", figures);
    place.run(&["import", "--source", "declared-wide-point", file.to_str().unwrap()]).exits(0);
    for (back, march, april) in
        [("", Some(2.0), None), ("max_periods = 1", Some(2.0), None), ("max_periods = 2", Some(2.0), Some(2.0))]
    {
        place.file("kho/queries/indices/cuoi.toml", index(back));
        for (period, a, b) in [("2025-03", march, 7.0), ("2025-04", april, 8.0)] {
            let rows = ranked(&place, "cuoi", period);
            assert_eq!(row_of(&rows, "A")["score"].as_f64(), a, "{back} {period}");
            assert_eq!(row_of(&rows, "B")["score"].as_f64(), Some(b), "{back} {period}");
        }
    }
    for (back, words) in [("max_periods = 0", "no period back"), ("max_periods = 61", "too many")] {
        place.file("kho/queries/indices/cuoi.toml", index(back));
        place.run(&["check"]).exits(1).says(&["indices/cuoi.toml", "x.impute.max_periods", words]);
    }
}
