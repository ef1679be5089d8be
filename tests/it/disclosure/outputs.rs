//! What commands show where small counts are hidden, alone and as a named publication.

use serde_json::Value;

use super::attacker::Known;
use super::province::{PERIODS, place, read_form, read_rates, reason};
use crate::support::Place;

const MONTHLY: [&str; 5] = ["indicators", "--period", "2025-Q1", "--by", "month"];

/// All tables of a set: form 06 of the quarter and the months, indicators of both.
fn read(place: &Place, how: &[&str]) -> Known {
    let mut known = Known::default();
    let ask = |words: &[&str]| place.rows(&[words, how].concat());
    let mut rows = Vec::new();
    for period in PERIODS {
        rows = ask(&["form06", "--period", period]);
        read_form(&mut known, &rows, period);
    }
    let monthly = ask(&MONTHLY);
    let quarter = ask(&["indicators", "--period", "2025-Q1"]);
    for period in PERIODS {
        read_rates(&mut known, &monthly, period);
        read_rates(&mut known, &quarter, period);
    }
    reason(&mut known, &rows);
    known
}

#[test]
fn nobody_works_out_a_small_count_from_all_tables_of_a_publication() {
    let place = place();
    let truth = read(&place, &[]);
    let published = read(&place, &["--publication", "quý 1"]);
    let small = truth.counts.values().flatten().filter(|count| **count > 0.0 && **count < 5.0).count();
    let hidden = published.counts.values().filter(|count| count.is_none()).count();
    assert!(small > 100, "{small} small counts are too few to show anything");
    assert!(hidden < truth.counts.len(), "something is shown");
    eprintln!("{} counts, {small} small, {hidden} hidden", truth.counts.len());
    let recovered = published.recovered(&truth, 5.0);
    assert_eq!(recovered, Vec::<String>::new(), "{} of {small} small counts recovered", recovered.len());
}

#[test]
fn one_table_alone_gives_no_small_count_away() {
    let place = place();
    let both =
        [["form06", "--period", "2025-Q1"].as_slice(), &["form06", "--period", "2025-Q1", "--suppress-below", "5"]];
    let [truth, told] = both.map(|words| {
        let rows = place.rows(words);
        let mut known = Known::default();
        read_form(&mut known, &rows, "2025-Q1");
        reason(&mut known, &rows);
        known
    });
    assert_eq!(told.recovered(&truth, 5.0), Vec::<String>::new());
    let plain: Vec<_> = told.counts.values().flatten().filter(|count| **count > 0.0 && **count < 5.0).collect();
    assert!(plain.is_empty(), "{plain:?}");
}

#[test]
fn the_same_table_of_a_publication_again_has_the_same_bytes_also_after_an_import() {
    let place = place();
    let ask = |words: &[&str]| place.run(&[words, &["--publication", "q1"]].concat()).exits(0).bytes;
    let first = ask(&["form06", "--period", "2025-Q1"]);
    let monthly = ask(&MONTHLY);
    place.import_text("them_20250501.csv", "MaHoSo,DonViXuLy,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo\nX1,commune0,1,20250106080000,20250110170000,20250109090000,10\n").1.exits(0);
    assert_eq!(first, ask(&["form06", "--period", "2025-Q1"]));
    assert_eq!(monthly, ask(&MONTHLY));
    let refused = place.run(&["form06", "--period", "2025-Q1", "--publication", "q1", "--as-of", "4"]);
    refused.exits(2).says(&["publication 'q1' was begun on version 2"]);
}

#[test]
fn what_hides_says_so_and_what_is_hidden_is_empty() {
    let place = place();
    let told = place.run(&["form06", "--period", "2025-Q1", "--public", "--lang", "en"]).exits(0);
    told.says(&["Small counts are hidden", "Only the tables of this command protect each other"]);
    let rows = place.rows(&["form06", "--period", "2025-Q1", "--public"]);
    assert!(rows.iter().any(|row| row["c10"] == Value::Null), "a hidden count is null");
    let rates = place.rows(&["indicators", "--period", "2025-Q1", "--public"]);
    let hidden: Vec<&Value> = rates.iter().filter(|row| row["status"] == "suppressed").collect();
    assert!(!hidden.is_empty());
    for row in hidden {
        assert!(["numerator", "denominator", "value"].iter().all(|key| row[*key].is_null()), "{row}");
    }
    let sql = place.run(&["sql", "SELECT count(*) FROM dossiers", "--public"]);
    sql.exits(2).says(&["read the table indicators alone"]);
    let explained =
        place.rows(&["explain", "late_rate", "--unit", "commune0", "--period", "2025-Q1", "--rows", "--public"]);
    let row = &explained[0];
    assert!(row["status"] != "suppressed" || row["in_numerator"].as_array().unwrap().is_empty(), "{row}");
}

#[test]
fn counts_can_be_rounded_to_fives_instead() {
    let place = place();
    let rows = place.rows(&["form06", "--period", "2025-Q1", "--disclosure", "round5"]);
    let truth = place.rows(&["form06", "--period", "2025-Q1"]);
    for (row, truth) in rows.iter().zip(&truth) {
        for column in 3..=13 {
            let key = format!("c{column}");
            let (count, truth) = (row[&key].as_i64().unwrap(), truth[&key].as_i64().unwrap());
            assert!(count % 5 == 0 && (count - truth).abs() <= 2, "{key} of {row}");
        }
    }
    let rates = place.rows(&["indicators", "--period", "2025-Q1", "--disclosure", "round5"]);
    let rates = rates.iter().filter(|row| row["indicator"] == "on_time_rate");
    let counts = rates.filter_map(|row| row["denominator"].as_f64());
    assert!(counts.into_iter().all(|count| count % 5.0 == 0.0));
}

#[test]
fn the_record_of_a_publication_that_was_changed_is_told_and_not_read() {
    let place = place();
    let ask = ["form06", "--period", "2025-Q1", "--publication", "q1"];
    place.run(&ask).exits(0);
    place.run(&["check", "--store"]).exits(0);
    let folder = place.workspace().join("publications");
    let record = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&record).unwrap();
    assert!(text.contains("false"), "something is kept back: {text}");
    std::fs::write(&record, text.replacen("false", "true ", 1)).unwrap();
    place.run(&ask).exits(1).says(&["publications"]);
    place.run(&["check", "--store"]).exits(1);
    std::fs::remove_file(&record).unwrap();
    place.run(&ask).exits(1).says(&["publications"]);
    // Figures that are not published need no record.
    place.run(&["form06", "--period", "2025-Q1"]).exits(0);
}
