//! Figures checked by SQL written by hand over the stored columns, without any word of the engine.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{close, counts, figure, row_of, sample};

const PERIODS: [(&str, &str, &str); 3] = [
    ("2025-Q1", "2025-01-01", "2025-03-31"),
    ("2024-Q4", "2024-10-01", "2024-12-31"),
    ("2025-01-10..2025-02-20", "2025-01-10", "2025-02-20"),
];

/// Unit → numerator and denominator by hand; `{f}` and `{t}` are the first and the last day.
fn by_hand(query: &str, from: &str, to: &str) -> BTreeMap<String, (Option<f64>, Option<f64>)> {
    let query = query.replace("{f}", &format!("DATE '{from}'")).replace("{t}", &format!("DATE '{to}'"));
    let rows = sample().place.rows(&["sql", &query]);
    rows.iter().map(|row| (row["u"].as_str().unwrap().to_owned(), (row["n"].as_f64(), row["d"].as_f64()))).collect()
}

/// Numerator, denominator and value of every unit with rows equal the query's; the others have no value.
fn agrees(id: &str, query: &str) {
    for (period, from, to) in PERIODS {
        let expected = by_hand(query, from, to);
        assert!(!expected.is_empty(), "{id} in {period}");
        let ours = sample().place.rows(&["indicators", "--period", period, "--indicator", id]);
        for row in ours.iter().filter(|row| !row["unit_code"].as_str().unwrap().starts_with('*')) {
            let unit = row["unit_code"].as_str().unwrap();
            let (top, bottom) = expected.get(unit).copied().unwrap_or_default();
            let what = format!("{id} of {unit} in {period}");
            let bottom = bottom.filter(|bottom| *bottom > 0.0);
            close(row["value"].as_f64(), bottom.map(|bottom| top.unwrap_or(0.0) / bottom), &what);
            if bottom.is_some() {
                close(row["numerator"].as_f64(), top, &what);
                close(row["denominator"].as_f64(), bottom, &what);
            }
        }
    }
}

#[test]
fn on_time_rate_is_finished_by_the_due_day_over_finished() {
    agrees(
        "on_time_rate",
        "SELECT resolving_unit AS u, sum(CASE WHEN due_at IS NULL OR date_trunc('day', finished_at) <= date_trunc('day', due_at) THEN 1 ELSE 0 END) AS n, count(*) AS d
         FROM dossiers WHERE received_at IS NOT NULL AND CAST(finished_at AS DATE) BETWEEN {f} AND {t} GROUP BY 1",
    );
}

#[test]
fn on_time_rate_766_adds_what_is_open_and_not_yet_due() {
    agrees(
        "on_time_rate_766",
        "SELECT u, sum(good) AS n, count(*) AS d FROM (
           SELECT resolving_unit AS u, CASE
             WHEN due_at IS NULL THEN 1
             WHEN finished_at IS NOT NULL AND CAST(finished_at AS DATE) <= {t} THEN CASE WHEN CAST(finished_at AS DATE) > CAST(due_at AS DATE) THEN 0 ELSE 1 END
             WHEN CAST(due_at AS DATE) >= {t} THEN 1 ELSE 0 END AS good
           FROM dossiers
           WHERE CAST(received_at AS DATE) <= {t} AND (finished_at IS NULL OR CAST(finished_at AS DATE) >= {f})) GROUP BY u",
    );
}

#[test]
fn online_share_is_channel_two_over_received() {
    agrees(
        "online_share",
        "SELECT resolving_unit AS u, count(*) FILTER (WHERE channel = 2) AS n, count(channel) AS d
         FROM dossiers WHERE CAST(received_at AS DATE) BETWEEN {f} AND {t} GROUP BY 1",
    );
}

#[test]
fn e_result_share_leaves_out_withdrawn_dossiers() {
    agrees(
        "e_result_share",
        "SELECT resolving_unit AS u, count(*) FILTER (WHERE e_result) AS n, count(*) AS d
         FROM dossiers WHERE received_at IS NOT NULL AND e_result IS NOT NULL AND coalesce(status, 0) <> 7
           AND CAST(finished_at AS DATE) BETWEEN {f} AND {t} GROUP BY 1",
    );
}

#[test]
fn online_payment_share_is_of_dossiers_with_a_fee() {
    agrees(
        "online_payment_share",
        "SELECT resolving_unit AS u, count(*) FILTER (WHERE paid_online >= 1) AS n, count(*) AS d
         FROM dossiers WHERE fee > 0 AND paid_online IS NOT NULL AND CAST(received_at AS DATE) BETWEEN {f} AND {t} GROUP BY 1",
    );
}

#[test]
fn mean_working_days_counts_the_working_days_after_the_received_one() {
    // Every day after the received one up to the finished one, of which the calendar's number rises.
    agrees(
        "mean_working_days",
        "WITH worked AS (SELECT a.date FROM calendar a JOIN calendar b ON b.date = a.date - INTERVAL '1 day' WHERE a.working_day_number > b.working_day_number)
         SELECT d.resolving_unit AS u, count(w.date) AS n, count(DISTINCT d.dossier_code) AS d FROM dossiers d
         LEFT JOIN worked w ON w.date > CAST(d.received_at AS DATE) AND w.date <= CAST(d.finished_at AS DATE)
         WHERE d.received_at IS NOT NULL AND CAST(d.finished_at AS DATE) BETWEEN {f} AND {t} GROUP BY 1",
    );
}

#[test]
fn mean_days_is_the_sum_of_days_over_their_number() {
    agrees(
        "mean_days",
        "SELECT resolving_unit AS u, sum(date_part('epoch', date_trunc('day', finished_at) - date_trunc('day', received_at)) / 86400) AS n, count(*) AS d
         FROM dossiers WHERE received_at IS NOT NULL AND CAST(finished_at AS DATE) BETWEEN {f} AND {t} GROUP BY 1",
    );
}

#[test]
fn satisfaction_is_scores_four_and_five_over_valid_scores() {
    agrees(
        "satisfaction_share",
        "SELECT unit AS u, sum(CASE WHEN score IN (4, 5) THEN 1 ELSE 0 END) AS n, count(*) AS d
         FROM ratings WHERE score IN (1, 2, 3, 4, 5) AND CAST(rated_at AS DATE) BETWEEN {f} AND {t} GROUP BY 1",
    );
}

#[test]
fn calendar_numbers_rise_on_worked_days_only() {
    let of = |day: &str| {
        sample().place.numbers(&format!("SELECT working_day_number FROM calendar WHERE date = DATE '{day}'"))[0]
            .unwrap() as i64
    };
    // 24 January 2025 is the Friday before Tết; the next working day is Monday 3 February.
    assert_eq!(of("2025-02-03") - of("2025-01-24"), 1);
    // Saturday 26 April was worked for Friday 2 May.
    assert_eq!(of("2025-04-26") - of("2025-04-25"), 1);
    assert_eq!(of("2025-05-05") - of("2025-04-29"), 1);
}

#[test]
fn form_06_adds_up_in_every_row_and_kinds_are_sums_of_their_units() {
    for (period, _, _) in PERIODS {
        let rows = sample().place.rows(&["form06", "--period", period]);
        for row in &rows {
            let [c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13] = counts(row);
            assert_eq!((c3, c7, c11), (c4 + c5 + c6, c8 + c9 + c10, c12 + c13), "{row}");
            assert_eq!(c3, c7 + c11, "{row}");
        }
        let is_unit = |row: &&Value| !row["unit_code"].as_str().unwrap().starts_with('*');
        let sum = |rows: Vec<&Value>| {
            rows.into_iter().map(counts).fold([0; 11], |sum, row| std::array::from_fn(|at| sum[at] + row[at]))
        };
        for kind in ["department", "district", "commune"] {
            let units = rows.iter().filter(is_unit).filter(|row| row["kind"] == kind).collect();
            assert_eq!(counts(row_of(&rows, &format!("*{kind}"))), sum(units), "{kind} in {period}");
        }
        assert_eq!(counts(row_of(&rows, "*")), sum(rows.iter().filter(is_unit).collect()), "{period}");
        assert!(row_of(&rows, "*")["kind"].is_null());
    }
}

#[test]
fn kinds_add_numerators_and_denominators_and_never_average_rates() {
    let rows = sample().place.rows(&["indicators", "--period", "2025-Q1"]);
    for id in ["on_time_rate", "online_share", "mean_working_days", "satisfaction_share", "post_share"] {
        for kind in ["department", "district", "commune"] {
            let units = rows.iter().filter(|row| {
                row["indicator"] == id && row["kind"] == kind && !row["unit_code"].as_str().unwrap().starts_with('*')
            });
            let sum = |key: &str| units.clone().map(|row| row[key].as_f64().unwrap_or(0.0)).sum::<f64>();
            let (top, bottom) = (sum("numerator"), sum("denominator"));
            let ours = figure(&rows, &format!("*{kind}"), id);
            close(ours["numerator"].as_f64(), Some(top), id);
            close(ours["denominator"].as_f64(), Some(bottom), id);
            close(ours["value"].as_f64(), Some(top / bottom), id);
        }
    }
}

#[test]
fn with_children_a_unit_has_its_own_counts_and_those_below_it() {
    let units = sample().place.rows(&["sql", "SELECT code, parent_code FROM units"]);
    let alone = sample().place.rows(&["form06", "--period", "2025-Q1"]);
    let with = sample().place.rows(&["form06", "--period", "2025-Q1", "--with-children"]);
    assert_eq!(alone.len(), with.len());
    let mut grown = 0;
    for row in &alone {
        let code = row["unit_code"].as_str().unwrap();
        let mut expected = counts(row);
        for child in units.iter().filter(|unit| unit["parent_code"] == code) {
            let below = counts(row_of(&alone, child["code"].as_str().unwrap()));
            expected = std::array::from_fn(|at| expected[at] + below[at]);
            grown += 1;
        }
        assert_eq!(counts(row_of(&with, code)), expected, "{code}");
    }
    assert!(grown > 20, "districts have communes below them");
}
