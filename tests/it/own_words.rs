//! Periods, days, kinds and units are taken as people write them, the same in every command.

use crate::support::{Place, list};

fn place() -> Place {
    let place = Place::new();
    place.import_text(
        "a_20250401.csv",
        &list(&[
            "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
            "H2,Sở A,Trực tiếp,07/02/2025,10/02/2025,12/02/2025,Đã trả kết quả",
        ]),
    );
    place
}

#[test]
fn a_period_in_words_is_the_period() {
    let place = place();
    let form = |period: &str| place.run(&["--format", "csv", "form06", "--period", period]).exits(0).stdout;
    let quarter = form("2025-Q1");
    for period in ["2025-q1", "Q1/2025", "Quý I/2025", "quý 1 năm 2025"] {
        assert_eq!(form(period), quarter, "{period}");
    }
    assert_eq!(form("T2/2025"), form("2025-02"));
    assert_eq!(form("tháng 2 năm 2025"), form("2025-02"));
    assert_eq!(form("6 tháng 2025"), form("2025-H1"));
    assert_eq!(form("01/01/2025..31/03/2025"), form("2025-01-01..2025-03-31"));
    for wrong in ["Quý I", "Quý V/2025", "2025-Q5", "sang năm", "31/02/2025..01/03/2025"] {
        place.run(&["form06", "--period", wrong]).exits(2);
    }
}

#[test]
fn units_and_kinds_are_taken_by_name() {
    let place = place();
    let ask = |arguments: &[&str]| place.run(&[&["--format", "csv"], arguments].concat()).exits(0).stdout;
    let explain = ["explain", "on_time_rate", "--period", "2025-Q1", "--rows", "--unit"];
    let by_code = ask(&[&explain[..], &["A"]].concat());
    for name in ["Sở A", "sở a", "SỞ A"] {
        assert_eq!(ask(&[&explain[..], &[name]].concat()), by_code, "{name}");
    }
    place.run(&[&explain[..], &["Sở X"]].concat()).exits(2).says(&["Sở X"]);
    let kind = ["indicators", "--period", "2025-Q1", "--kind"];
    let by_id = ask(&[&kind[..], &["department"]].concat());
    for word in ["sở", "Sở", "Sở, ban, ngành"] {
        assert_eq!(ask(&[&kind[..], &[word]].concat()), by_id, "{word}");
    }
    let sql = ["sql", "SELECT count(*) AS n FROM dossiers WHERE resolving_unit = $unit", "--unit"];
    assert_eq!(ask(&[&sql[..], &["Sở A"]].concat()), "n\n2\n");
}

#[test]
fn days_are_taken_as_they_are_written_here() {
    let place = place();
    let form = |as_of: &str| {
        place.run(&["--format", "csv", "--as-of", as_of, "form06", "--period", "2025-Q1"]).exits(0).stdout
    };
    assert_eq!(form("01/04/2025"), form("2025-04-01"));
    let file = place.file("b.csv", list(&["H3,Sở A,Trực tiếp,07/03/2025,10/03/2025,10/03/2025,Đã trả kết quả"]));
    place.run(&["import", "--exported-at", "02/05/2025", file.to_str().unwrap()]).exits(0);
    assert_eq!(place.rows(&["history"]).last().unwrap()["time"], "2025-05-02");
    place.run(&["import", "--exported-at", "31/02/2025", file.to_str().unwrap()]).exits(2);
}
