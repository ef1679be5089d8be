//! SQL means what analysts expect: unknown stays unknown, `/` divides, texts come in Vietnamese order.

use serde_json::Value;

use crate::support::{Place, list};

/// Two units, one of which has dossiers; a status that is empty once.
fn place() -> Place {
    let place = Place::new();
    place.import_text(
        "a_20250401.csv",
        &list(&[
            "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả",
            "H2,Sở A,Trực tiếp,07/01/2025,10/01/2025,,Đang xử lý",
            "H3,Sở A,,08/01/2025,,,",
        ]),
    );
    place
}

/// Answers as numbers, with nothing where SQL has nothing.
#[track_caller]
fn answer(place: &Place, condition: &str) -> i64 {
    let rows = place.rows(&["sql", &format!("SELECT count(*) AS n FROM dossiers WHERE {condition}")]);
    rows[0]["n"].as_i64().unwrap()
}

const UNKNOWN: &str = "(SELECT channel FROM dossiers)";
const KNOWN: &str = "(SELECT channel FROM dossiers WHERE channel IS NOT NULL)";
const NONE: &str = "(SELECT channel FROM dossiers WHERE FALSE)";

#[test]
fn a_constant_that_is_not_among_values_with_an_unknown_one_is_unknown() {
    let place = place();
    // Answers of PostgreSQL and DuckDB.
    for (condition, rows) in [
        (format!("9 NOT IN {UNKNOWN}"), 0),
        (format!("9 NOT IN {KNOWN}"), 3),
        (format!("9 NOT IN {NONE}"), 3),
        (format!("2 NOT IN {UNKNOWN}"), 0),
        (format!("2 IN {UNKNOWN}"), 3),
        (format!("9 IN {UNKNOWN}"), 0),
        (format!("NOT (9 IN {UNKNOWN})"), 0),
        (format!("NOT (9 NOT IN {UNKNOWN})"), 0),
        (format!("NOT (9 IN {KNOWN})"), 3),
        (format!("9 NOT IN {UNKNOWN} OR dossier_code = 'H1'"), 1),
        (format!("(9 NOT IN {UNKNOWN}) IS NULL"), 3),
        (format!("CAST(NULL AS BIGINT) NOT IN {KNOWN}"), 0),
        (format!("NULLIF(1, 1) NOT IN {KNOWN}"), 0),
        (format!("NULL NOT IN {NONE}"), 3),
        (format!("abs(-9) NOT IN {UNKNOWN}"), 0),
        ("'x' NOT IN (SELECT procedure_name FROM dossiers)".to_owned(), 0),
        ("'H9' NOT IN (SELECT dossier_code FROM dossiers)".to_owned(), 3),
        ("lower('H1') NOT IN (SELECT dossier_code FROM dossiers)".to_owned(), 3),
        ("DATE '2025-01-09' NOT IN (SELECT CAST(finished_at AS DATE) FROM dossiers)".to_owned(), 0),
        ("DATE '2024-01-01' NOT IN (SELECT CAST(finished_at AS DATE) FROM dossiers)".to_owned(), 0),
        ("DATE '2024-01-01' NOT IN (SELECT CAST(received_at AS DATE) FROM dossiers)".to_owned(), 3),
        ("1.5 NOT IN (SELECT channel FROM dossiers WHERE channel IS NOT NULL)".to_owned(), 3),
        // Columns on the left.
        (format!("channel NOT IN {UNKNOWN}"), 0),
        (format!("channel NOT IN {NONE}"), 3),
        (format!("channel IN {UNKNOWN}"), 2),
        ("channel <> 1 AND channel NOT IN (SELECT channel FROM dossiers WHERE dossier_code = 'H3')".to_owned(), 0),
    ] {
        assert_eq!(answer(&place, &condition), rows, "{condition}");
    }
    let told =
        place.rows(&["sql", &format!("SELECT 9 NOT IN {UNKNOWN} AS a, 9 NOT IN {KNOWN} AS b, 2 IN {KNOWN} AS c")]);
    assert_eq!((&told[0]["a"], &told[0]["b"], &told[0]["c"]), (&Value::Null, &true.into(), &true.into()), "{told:?}");
}

#[test]
fn a_question_that_reads_the_outer_row_knows_the_unknown_too() {
    let place = place();
    let inner = "(SELECT i.channel FROM dossiers i WHERE i.dossier_code = d.dossier_code)";
    for (condition, rows) in [
        // Of H1 and H2 the set is {2} and {1}, of H3 {unknown}.
        (format!("9 NOT IN {inner}"), 2),
        (format!("2 NOT IN {inner}"), 1),
        (format!("NOT (9 IN {inner})"), 2),
        (format!("d.channel NOT IN {inner}"), 0),
        (format!("d.channel IN {inner}"), 2),
    ] {
        let rows_of = place.rows(&["sql", &format!("SELECT count(*) AS n FROM dossiers d WHERE {condition}")]);
        assert_eq!(rows_of[0]["n"], rows, "{condition}");
    }
}

#[test]
fn a_slash_divides_whole_numbers_too_and_div_cuts_off() {
    let place = place();
    let asked = "SELECT 1 / 3 AS third, count(finished_at) / count(*) AS share, div(7, 2) AS whole, div(-7, 2) AS below, \
                 7 % 2 AS rest, 1 / 0 AS none, div(1, 0) AS no_whole, 1.0 / 0 AS nothing, 6 / 3 * 2 AS chain FROM dossiers";
    let row = &place.rows(&["sql", asked])[0];
    let number = |name: &str| row[name].as_f64().unwrap_or_else(|| panic!("{name}: {row}"));
    assert!((number("third") - 1.0 / 3.0).abs() < 1e-15 && (number("share") - 1.0 / 3.0).abs() < 1e-15, "{row}");
    assert_eq!((number("whole"), number("below"), number("rest"), number("chain")), (3.0, -3.0, 1.0, 4.0));
    for name in ["none", "no_whole", "nothing"] {
        assert!(row[name].is_null(), "{name}: {row}");
    }
    place.run(&["sql", "SELECT div(-9223372036854775807 - 1, -1)"]).exits(1);
    // Names of columns are what was written.
    let plain = &place.rows(&["sql", "SELECT count(finished_at) / count(*) FROM dossiers"])[0];
    assert_eq!(plain.as_object().unwrap().keys().next().unwrap(), "count(dossiers.finished_at) / count(*)");
    // Conditions, groups and nested questions divide alike.
    assert_eq!(answer(&place, "1 / 2 > 0"), 3);
    let nested = "SELECT avg(half) AS half FROM (SELECT channel / 2 AS half FROM dossiers WHERE channel = 1)";
    assert_eq!(place.rows(&["sql", nested])[0]["half"], 0.5);
}

#[test]
fn texts_of_an_answer_come_in_vietnamese_order() {
    let place = Place::new();
    let values =
        "(VALUES ('Đắk'), ('Dầu'), ('Eo'), ('Êa'), ('An'), ('Ân'), ('bà'), ('ba'), ('Zeta'), (NULL)) AS t(name)";
    let ask = |tail: &str| -> Vec<String> {
        let rows = place.rows(&["sql", &format!("SELECT name FROM {values} {tail}")]);
        rows.iter().map(|row| row["name"].as_str().unwrap_or("–").to_owned()).collect()
    };
    let alphabet = ["An", "Ân", "ba", "bà", "Dầu", "Đắk", "Eo", "Êa", "Zeta", "–"];
    assert_eq!(ask("ORDER BY name"), alphabet);
    assert_eq!(ask("ORDER BY 1 LIMIT 3"), alphabet[..3]);
    assert_eq!(ask("WHERE name > '' ORDER BY name DESC LIMIT 2"), ["Zeta", "Êa"]);
    assert_eq!(ask("ORDER BY bin(name)"), ["An", "Dầu", "Eo", "Zeta", "ba", "bà", "Ân", "Êa", "Đắk", "–"]);
    assert_eq!(
        ask("GROUP BY name ORDER BY length(name), name"),
        ["An", "Ân", "ba", "bà", "Eo", "Êa", "Dầu", "Đắk", "Zeta", "–"]
    );
}

#[test]
fn a_query_may_begin_with_a_comment_and_a_wrong_table_lists_the_tables() {
    let place = place();
    assert_eq!(place.rows(&["sql", "-- số hồ sơ\nSELECT count(*) AS n FROM dossiers"])[0]["n"], 3);
    assert_eq!(place.rows(&["sql", "/* số hồ sơ */ SELECT count(*) AS n FROM dossiers;"])[0]["n"], 3);
    place.run(&["sql", "SELECT * FROM ho_so"]).exits(1).says(&["ho_so", "dossiers", "procedures", "indicators"]);
}
