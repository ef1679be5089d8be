//! Figures for the units of another day: old units count for their successors, divided ones as estimates, and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{Place, close, counts, figure, list, project, row_of};

/// Three wards below a district; two merge into N.1, the third is divided between N.1 and N.2. N.1 and N.2 are below
/// one cluster; the district has no successor.
const UNITS: &str = "code,name,short_name,level,parent_code,aliases,valid_from,valid_to\n\
    P,Tỉnh Thử,,province,,,,\n\
    D,Huyện Cũ,,district,P,,,2025-06-30\n\
    D.1,Xã Một,,commune,D,,,2025-06-30\n\
    D.2,Xã Hai,,commune,D,,,2025-06-30\n\
    D.3,Xã Ba,,commune,D,,,2025-06-30\n\
    K,Cụm Mới,,cluster,P,,2025-07-01,\n\
    N.1,Xã Mới,,commune,K,,2025-07-01,\n\
    N.2,Phường Mới,,commune,K,,2025-07-01,\n\
    S,Sở A,,department,P,,,\n";

const SUCCESSIONS: &str = "from_code,to_code,date,default,split\n\
    D.1,N.1,2025-07-01,1,0\n\
    D.2,N.1,2025-07-01,1,0\n\
    D.3,N.1,2025-07-01,1,1\n\
    D.3,N.2,2025-07-01,0,1\n";

/// Ended before (E), on (O) or after (L) the due day, after so many days; or open (P), overdue at the end of the year.
const ROWS: [&str; 9] = [
    "H1,Xã Một,Trực tuyến,02/12/2024,10/12/2024,03/12/2024,Đã trả kết quả",
    "H2,Xã Một,Trực tiếp,02/12/2024,10/12/2024,12/12/2024,Đã trả kết quả",
    "H3,Xã Hai,Trực tuyến,02/12/2024,10/12/2024,10/12/2024,Đã trả kết quả",
    "H4,Xã Ba,Trực tuyến,02/12/2024,10/12/2024,06/12/2024,Đã trả kết quả",
    "H5,Xã Ba,Trực tiếp,02/12/2024,10/12/2024,20/12/2024,Đã trả kết quả",
    "H6,Xã Ba,Trực tiếp,02/12/2024,10/12/2024,,Đang xử lý",
    "H7,Huyện Cũ,Trực tuyến,02/12/2024,10/12/2024,09/12/2024,Đã trả kết quả",
    "H8,Sở A,Trực tuyến,02/12/2024,10/12/2024,05/12/2024,Đã trả kết quả",
    "H9,Xã Mới,Trực tuyến,02/12/2025,10/12/2025,05/12/2025,Đã trả kết quả",
];

const NEW: [&str; 2] = ["--units-as-of", "2026-01-01"];

fn place() -> Place {
    let place = Place::with_units(UNITS);
    let successions = place.file("ke-thua.csv", SUCCESSIONS);
    place.run(&["units", "successions", successions.to_str().unwrap()]).exits(0).says(&["4 successions"]);
    place.import_text("a_20260105.csv", &list(&ROWS)).1.exits(0);
    place
}

fn form06(place: &Place, more: &[&str]) -> Vec<Value> {
    place.rows(&[&["form06", "--period", "2024-Q4"], more].concat())
}

#[test]
fn dossiers_of_old_units_count_for_their_successors() {
    let place = place();
    let old = form06(&place, &[]);
    assert_eq!(["D", "D.1", "D.2", "D.3", "S", "*"].map(|unit| counts(row_of(&old, unit))[0]), [1, 2, 1, 3, 1, 8]);
    assert!(
        old.iter().all(|row| row["estimate"] == false && row["not_carried"] == false),
        "all were in force at the end"
    );

    let new = form06(&place, &NEW);
    let units: Vec<&str> = new.iter().map(|row| row["unit_code"].as_str().unwrap()).collect();
    assert_eq!(units, ["D", "K", "N.1", "N.2", "S", "*cluster", "*commune", "*department", "*district", "*"]);
    // c3 to c13 of N.1: H1 early, H3 on time, H4 early, H2 and H5 late, H6 open and overdue.
    assert_eq!(counts(row_of(&new, "N.1")), [6, 3, 3, 0, 5, 2, 1, 2, 1, 0, 1]);
    assert_eq!(counts(row_of(&new, "N.2")), [0; 11]);
    for code in ["*", "S"] {
        assert_eq!(counts(row_of(&new, code)), counts(row_of(&old, code)), "{code}");
    }
    let mark = |code: &str| (row_of(&new, code)["estimate"].as_bool(), row_of(&new, code)["not_carried"].as_bool());
    // Both parts are in doubt, the sum over all communes is not; the district keeps its own.
    assert_eq!(mark("N.1"), (Some(true), Some(false)));
    assert_eq!(mark("N.2"), (Some(true), Some(false)));
    assert_eq!(mark("D"), (Some(false), Some(true)));
    for code in ["K", "S", "*commune", "*district", "*"] {
        assert_eq!(mark(code), (Some(false), Some(false)), "{code}");
    }
    let whole = form06(&place, &[&NEW[..], &["--with-children"]].concat());
    assert_eq!((counts(row_of(&whole, "K"))[0], &row_of(&whole, "K")["estimate"]), (6, &false.into()));
}

#[test]
fn rates_and_medians_are_made_anew_from_the_dossiers_never_from_figures() {
    let place = place();
    let rows = place.rows(&[&["indicators", "--period", "2024-Q4"], &NEW[..]].concat());
    let of = |unit: &str, id: &str| figure(&rows, unit, id)["value"].as_f64();
    close(of("N.1", "on_time_rate"), Some(3.0 / 5.0), "on time");
    // Days 1, 10, 8, 4, 18.
    close(of("N.1", "median_days"), Some(8.0), "median");
    close(of("N.1", "mean_days"), Some(41.0 / 5.0), "mean");
    close(of("N.1", "online_share"), Some(0.5), "online");
    assert_eq!(figure(&rows, "N.1", "on_time_rate")["status"], "ok");
    assert_eq!(figure(&rows, "N.1", "on_time_rate")["estimate"], true);
    assert_eq!(figure(&rows, "N.2", "on_time_rate")["status"], "not_applicable");
    assert_eq!(figure(&rows, "D", "on_time_rate")["estimate"], false);
    // A year later nothing of a divided unit is left in the period but what is still open.
    let later = place.rows(&[&["indicators", "--period", "2025-12"], &NEW[..]].concat());
    assert_eq!(figure(&later, "N.1", "on_time_rate")["estimate"], false, "the open dossier is not in this rate");
    assert_eq!(figure(&later, "N.1", "overdue_pending_share")["estimate"], true);
    let ranked =
        place.rows(&[&["rank", "--index", "on-time", "--period", "2024-Q4", "--kind", "commune"], &NEW[..]].concat());
    assert_eq!(
        (&ranked[0]["unit_code"], &ranked[0]["rank"], &ranked[0]["estimate"]),
        (&"N.1".into(), &1.into(), &true.into())
    );
}

#[test]
fn before_the_day_of_the_merger_figures_stay_with_the_old_units() {
    let place = place();
    let old = form06(&place, &[]);
    let same = form06(&place, &["--units-as-of", "2025-06-30"]);
    for code in ["D", "D.1", "D.2", "D.3", "S", "*commune", "*"] {
        assert_eq!(counts(row_of(&same, code)), counts(row_of(&old, code)), "{code}");
    }
    // What a unit of a later day has cannot go back: it stays there, and says so.
    let later = place.rows(&["form06", "--period", "2025-12", "--units-as-of", "2025-06-30"]);
    let row = row_of(&later, "N.1");
    assert_eq!((counts(row)[1], row["not_carried"].as_bool()), (1, Some(true)));
    place
        .run(&["form06", "--period", "2025-12", "--units-as-of", "2025-06-30"])
        .exits(0)
        .says(&["1 unit(s) did not exist on 2025-06-30"]);
}

/// After the merger: an open dossier of a divided ward, one of a new ward, and one that the ended district finished.
fn after_the_merger() -> Place {
    let place = place();
    let more = "H10,Huyện Cũ,Trực tuyến,02/06/2025,10/06/2025,05/07/2025,Đã trả kết quả";
    place.import_text("b_20260106.csv", &list(&[more])).1.exits(0);
    place
}

#[test]
fn ranks_show_the_units_in_force_at_the_end_of_the_period_and_an_ended_one_without_successor_below() {
    let place = after_the_merger();
    let form = place.rows(&["form06", "--period", "2025-H2"]);
    let units: Vec<&str> = form.iter().map(|row| row["unit_code"].as_str().unwrap()).collect();
    assert_eq!(units, ["D", "K", "N.1", "N.2", "S", "*cluster", "*commune", "*department", "*district", "*"]);
    // N.1 has the dossier that Xã Ba left open, and its own.
    assert_eq!((counts(row_of(&form, "N.1"))[0], counts(row_of(&form, "D"))[0]), (2, 1));
    let rank = |more: &[&str]| {
        let rows = place.rows(&[&["rank", "--index", "on-time", "--period", "2025-H2"], more].concat());
        let row =
            |row: &Value| (row["unit_code"].as_str().unwrap().to_owned(), row["rank"].as_u64(), row["score"].as_f64());
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let named = |code: &str, rank, score| (code.to_owned(), rank, score);
    assert_eq!(
        rank(&[]),
        [
            named("K", None, None),
            named("N.1", Some(1), Some(1.0)),
            named("N.2", None, None),
            named("S", None, None),
            named("D", None, Some(0.0))
        ]
    );
    let received = rank(&["--units-as-of", "as_received"]);
    assert!(received.iter().any(|(code, ..)| code == "D.3") && received.contains(&named("D", Some(1), Some(0.0))));
}

#[test]
fn a_unit_that_ended_within_the_period_counts_for_its_successor_and_one_without_has_its_row() {
    let place = place();
    let form = place.rows(&["form06", "--period", "2025"]);
    let row = |code: &str| form.iter().find(|row| row["unit_code"] == code);
    assert!(row("D.1").is_none() && row("D.3").is_none());
    assert_eq!((counts(row("N.1").unwrap())[0], counts(row("D").unwrap())[0]), (2, 0));
    assert_eq!(row("D").unwrap()["not_carried"], true);
    // By month all figures are for the units of the last day of the year.
    let months = place.rows(&["form06", "--period", "2025", "--by", "month"]);
    let january = months.iter().find(|row| row["period"] == "2025-01" && row["unit_code"] == "N.1").unwrap();
    assert_eq!(counts(january)[3], 1, "carried over from Xã Ba");
}

#[test]
fn the_workspace_says_for_which_units_figures_count_in_every_command_and_a_flag_overrules_it() {
    let place = after_the_merger();
    std::fs::write(place.workspace().join("cchc.toml"), "[policies]\nunits_as_of = \"as_received\"\n").unwrap();
    let has_old = |rows: &[Value]| rows.iter().any(|row| row["unit_code"] == "D.3");
    let asks: [&[&str]; 3] = [
        &["form06", "--period", "2025-H2"],
        &["indicators", "--period", "2025-H2", "--indicator", "overdue_pending_share"],
        &[
            "sql",
            "SELECT unit_code, value FROM indicators WHERE period = '2025-Q4' AND indicator = 'overdue_pending_share'",
        ],
    ];
    for ask in asks {
        assert!(has_old(&place.rows(ask)), "{ask:?}");
        assert!(!has_old(&place.rows(&[ask, &["--units-as-of", "period_end"]].concat())), "{ask:?}");
    }
    let told = place.rows(&["explain", "c6", "--unit", "D.3", "--period", "2025-H2"]).remove(0);
    assert_eq!(told["policies"]["units_as_of"], "as_received");
    place.run(&["form06", "--period", "2025", "--units-as-of", "mai"]).exits(2).says(&["period_end"]);
}

#[test]
fn a_question_in_sql_counts_each_period_for_the_units_of_its_own_last_day() {
    let place = place();
    let text = "SELECT period, unit_code, numerator FROM indicators WHERE indicator = 'resolved_share' AND numerator > 0 \
                AND unit_code NOT LIKE '*%' AND period IN ('2024-Q4', '2025-Q4') ORDER BY period, unit_code";
    let rows = place.rows(&["sql", text]);
    let found: Vec<_> =
        rows.iter().map(|row| (row["period"].as_str().unwrap(), row["unit_code"].as_str().unwrap())).collect();
    assert_eq!(
        found,
        [
            ("2024-Q4", "D"),
            ("2024-Q4", "D.1"),
            ("2024-Q4", "D.2"),
            ("2024-Q4", "D.3"),
            ("2024-Q4", "S"),
            ("2025-Q4", "N.1")
        ]
    );
}

fn explain(unit: &str) -> Vec<&str> {
    [&["explain", "on_time_rate", "--unit", unit, "--period", "2024-Q4", "--rows"], &NEW[..]].concat()
}

#[test]
fn an_explanation_leads_to_the_dossiers_of_the_old_units_and_its_sql_runs_unchanged() {
    let place = place();
    let found = place.rows(&explain("N.1"));
    assert_eq!(found[0]["in_numerator"].as_array().unwrap().len(), 3);
    assert_eq!(found[0]["only_in_denominator"].as_array().unwrap().len(), 2);
    assert_eq!(found[0]["estimate"], true);
    let rows = place.rows(&["sql", found[0]["sql"].as_str().unwrap()]);
    let mut codes: Vec<&str> = rows.iter().map(|row| row["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["H1", "H2", "H3", "H4", "H5"]);
    place.run(&explain("D.3")).exits(2).says(&["'D.3' counts for 'N.1'"]);
    let sums = place.rows(&[&["sql", "SELECT unit_code, value, estimate FROM indicators WHERE indicator = 'on_time_rate' AND unit_code = 'N.1'", "--period", "2024-Q4"], &NEW[..]].concat());
    assert_eq!((&sums[0]["value"], &sums[0]["estimate"]), (&0.6.into(), &true.into()));
}

#[test]
fn successors_of_successors_are_followed_to_the_day() {
    let place = place();
    let units = place.file("them.csv", "code,name,level,parent_code,valid_from\nM,Phường Sau,commune,K,2025-12-01\n");
    place.run(&["units", "add", units.to_str().unwrap()]).exits(0);
    let more = place.file("sau.csv", "from_code,to_code,date\nN.1,M,2025-12-01\n");
    place.run(&["units", "successions", more.to_str().unwrap()]).exits(0);
    let rows = form06(&place, &NEW);
    assert_eq!((counts(row_of(&rows, "M"))[0], &row_of(&rows, "M")["estimate"]), (6, &true.into()));
    assert_eq!((counts(row_of(&rows, "*"))[0], &row_of(&rows, "N.2")["estimate"]), (8, &true.into()));
    assert_eq!(counts(row_of(&form06(&place, &["--units-as-of", "2025-11-30"]), "N.1"))[0], 6);
    let wrong = place.file("vong.csv", "from_code,to_code,date\nM,D.1,2026-01-01\n");
    place.run(&["units", "successions", wrong.to_str().unwrap()]).exits(1).says(&["ends on or before"]);
}

#[test]
fn who_counts_for_a_unit_that_has_not_sent_has_not_sent_either() {
    let place = Place::with_units(UNITS);
    let successions = place.file("ke-thua.csv", SUCCESSIONS);
    place.run(&["units", "successions", successions.to_str().unwrap()]).exits(0);
    place.import_text("a_20250105.csv", &list(&ROWS[..3])).1.exits(0);
    place.import_text("b_20241201.csv", &list(&ROWS[3..4])).1.exits(0);
    let rows = place.rows(&[&["indicators", "--period", "2024-Q4", "--indicator", "on_time_rate"], &NEW[..]].concat());
    let not_sent = |unit: &str| row_of(&rows, unit)["not_sent"].as_bool().unwrap();
    assert!(not_sent("N.1") && not_sent("S") && !not_sent("N.2"));
}

#[test]
fn the_workbook_marks_estimates_and_units_without_a_successor() {
    let place = place();
    let out = place.path("bao-cao");
    let report = [&["report", "--period", "2024-Q4", "--out", out.to_str().unwrap()], &NEW[..]].concat();
    place.run(&report).exits(0);
    let book = out.join("bao-cao_2024-Q4.xlsx");
    let cells = crate::support::run(&["--format", "csv", "peek", book.to_str().unwrap()]).exits(0).stdout;
    for words in
        ["Xã Mới ≈", "Phường Mới ≈", "Huyện Cũ †", "≈ Số liệu ước tính", "† Đơn vị không tồn tại", "ngày 01/01/2026"]
    {
        assert!(cells.contains(words), "no '{words}' in the workbook");
    }
    let plain = ["report", "--period", "2024-Q4", "--units-as-of", "as_received", "--out", out.to_str().unwrap()];
    place.run(&plain).exits(0);
    let cells = crate::support::run(&["--format", "csv", "peek", book.to_str().unwrap()]).exits(0).stdout;
    assert!(!cells.contains('≈') && !cells.contains('†'));
}

#[test]
fn no_total_of_the_sample_province_changes_with_the_units() {
    let place = Place::with_units(&std::fs::read_to_string(project("sample-data/units.csv")).unwrap());
    let (exports, tables) = (project("sample-data/exports"), project("sample-data/tables"));
    place.run(&["import", exports.to_str().unwrap(), tables.to_str().unwrap()]).exits(3);
    // Every third commune goes into the one before, every fifth is divided with the one after.
    let communes = place.rows(&["units", "--kind", "commune"]);
    let code = |at: usize| communes[at]["code"].as_str().unwrap();
    let mut text = "from_code,to_code,date,default,split\n".to_owned();
    for at in (1..communes.len() - 1).step_by(3) {
        text.push_str(&format!("{},{},2025-07-01,1,{}\n", code(at), code(at - 1), u8::from(at % 5 == 0)));
        if at % 5 == 0 {
            text.push_str(&format!("{},{},2025-07-01,0,1\n", code(at), code(at + 1)));
        }
    }
    let successions = place.file("ke-thua.csv", text);
    place.run(&["units", "successions", successions.to_str().unwrap()]).exits(0);
    for period in ["2025-01", "2025-Q1", "2024-Q4@nd09"] {
        let both = |command: &str| {
            let plain = [command, "--period", period];
            (place.rows(&plain), place.rows(&[&plain[..], &NEW].concat()))
        };
        let (old, new) = both("form06");
        assert!(counts(row_of(&old, "*"))[0] > 0 || period != "2025-Q1");
        for sum in ["*", "*commune", "*district", "*department"] {
            assert_eq!(counts(row_of(&new, sum)), counts(row_of(&old, sum)), "{period} {sum}");
        }
        let (old, new) = both("indicators");
        let sums = |rows: &[Value]| {
            let sums = rows.iter().filter(|row| row["unit_code"].as_str().unwrap().starts_with('*'));
            // Shares and means of units are of other units then, and must not stay.
            let of_units = ["units_without_late", "communes_digitising", "on_time_unit_mean"];
            let sums = sums.filter(|row| !of_units.contains(&row["indicator"].as_str().unwrap()));
            let shown = ["unit_code", "indicator", "numerator", "denominator", "status"];
            sums.map(|row| shown.map(|key| row[key].clone())).collect::<Vec<_>>()
        };
        assert_eq!(sums(&new), sums(&old), "{period}");
        assert!(new.len() < old.len(), "fewer units");
    }
}

#[test]
fn every_commune_of_a_divided_province_gets_what_the_crosswalk_says() {
    let place = Place::empty();
    place.run(&["init"]).exits(0);
    place.run(&["units", "init", "--province", "01", "--year", "2024"]).exits(0);
    let read = |file: &str| {
        let text = std::fs::read_to_string(project(&format!("queries/units/{file}"))).unwrap();
        text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect::<Vec<Vec<String>>>()
    };
    let parents: BTreeMap<String, String> =
        read("units-2024.csv").into_iter().map(|row| (row[0].clone(), row[3].clone())).collect();
    let in_hanoi =
        |ward: &str| parents.get(ward).and_then(|district| parents.get(district)).is_some_and(|top| top == "01");
    // Ward number n sends n % 3 dossiers; the default part gets them all, and every part of a divided ward is in doubt.
    let (mut sent, mut expected, mut doubtful) = (BTreeMap::new(), BTreeMap::<String, i64>::new(), BTreeSet::new());
    let mut lines = Vec::new();
    for row in read("crosswalk-2025.csv").into_iter().filter(|row| in_hanoi(&row[0])) {
        let number = sent.len();
        let count = *sent.entry(row[0].clone()).or_insert(number % 3);
        if row[3] == "1" {
            *expected.entry(format!("01.{}", row[1])).or_default() += count as i64;
            for one in 0..count {
                let code = format!("01.{}.{}", parents[&row[0]], row[0]);
                lines.push(format!("{}-{one},{code},1,02/12/2024,10/12/2024,05/12/2024,", row[0]));
            }
        }
        if row[2] == "1" && count > 0 {
            doubtful.insert(format!("01.{}", row[1]));
        }
    }
    let (row, _) = place.import_text("a_20250115.csv", &list(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!((row["rejected"].as_u64(), row["loaded"].as_u64()), (Some(0), Some(lines.len() as u64)));
    assert_eq!((sent.len(), doubtful.len() > 50), (526, true));
    let rows = place.rows(&[&["form06", "--period", "2024-12"], &NEW[..]].concat());
    let communes =
        rows.iter().filter(|row| row["kind"] == "commune" && !row["unit_code"].as_str().unwrap().starts_with('*'));
    let mut seen = 0;
    for row in communes {
        let code = row["unit_code"].as_str().unwrap();
        assert_eq!(counts(row)[0], expected.get(code).copied().unwrap_or(0), "{code}");
        assert_eq!(row["estimate"], doubtful.contains(code), "{code}");
        seen += 1;
    }
    assert_eq!((seen, counts(row_of(&rows, "*"))[0]), (126, lines.len() as i64));
}

#[test]
fn a_score_is_an_estimate_where_a_figure_that_it_reads_is() {
    let place = place();
    let head = |kind: &str| {
        format!(
            "kind = \"{kind}\"\n[index]\nid = \"thu-{kind}\"\nname_vi = \"Thử\"\nname_en = \"Trial\"\nlegal_basis = \"ví dụ\"\n"
        )
    };
    let item =
        "[[item]]\ncode = \"1\"\nname = \"Một\"\nmax = 10\nrule = { kind = \"linear\", input = \"on_time_rate\" }\n";
    let points = format!("{}[points]\nmax = 10\n{item}", head("points"));
    let composite = head("composite") + "[scale]\nmethod = \"none\"\n[[indicator]]\nid = \"on_time_rate\"\n";
    for (id, text) in [("thu-points", points), ("thu-composite", composite)] {
        place.file(&format!("kho/queries/indices/{id}.toml"), text);
        let ranked = place.rows(&[&["rank", "--index", id, "--period", "2024-Q4"], &NEW[..]].concat());
        let marks = ["N.1", "S"].map(|unit| row_of(&ranked, unit)["estimate"].as_bool());
        assert_eq!(marks, [Some(true), Some(false)], "{id}");
    }
}
