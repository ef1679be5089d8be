//! The sample province gives, cell by cell, the figures that another program counted from the same invented dossiers.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Place, close, counts, figure, project, row_of, sample};

/// Indicator → its columns in the truth: numerator and denominator (if any), value.
const COLUMNS: [(&str, &str, &str); 20] = [
    ("on_time_rate", "", "on_time_rate"),
    ("on_time_rate_766", "", "rate_766"),
    ("online_share", "", "online_share"),
    ("online_share_l3", "l3", "l3_share"),
    ("online_share_l4", "l4", "l4_share"),
    ("online_share_l34", "", "online_l34_share"),
    ("digitised_share", "digitised", "digitised_share"),
    ("e_result_share", "e_result", "e_result_share"),
    ("online_payment_share", "pay", "pay_share"),
    ("reuse_share", "reuse", "reuse_share"),
    ("satisfaction_share", "sat", "sat_share"),
    ("feedback_on_time_share", "feedback", "feedback_share"),
    ("mean_days", "", "avg_days"),
    ("median_days", "", "median_days"),
    ("p90_days", "", "p90_days"),
    ("mean_working_days", "", "avg_wdays"),
    ("median_working_days", "", "median_wdays"),
    ("p90_working_days", "", "p90_wdays"),
    ("no_due_resolved", "", "no_due_resolved"),
    ("no_due_pending", "", "no_due_pending"),
];

/// All ids that programs outside rely on.
const IDS: [&str; 26] = [
    "on_time_rate",
    "on_time_rate_766",
    "late_rate",
    "online_share",
    "online_share_l3",
    "online_share_l4",
    "online_share_l34",
    "post_share",
    "digitised_share",
    "e_result_share",
    "online_payment_share",
    "reuse_share",
    "satisfaction_share",
    "feedback_on_time_share",
    "mean_days",
    "median_days",
    "p90_days",
    "mean_working_days",
    "median_working_days",
    "p90_working_days",
    "no_due_resolved",
    "no_due_pending",
    "coverage_l4",
    "coverage_l34",
    "one_stop_coverage",
    "overdue_pending_share",
];

type Row = BTreeMap<String, String>;

/// The truth, by period, in the order of the file.
fn truth() -> Vec<(String, Vec<Row>)> {
    let mut reader = csv::Reader::from_path(project("tests/data/sample-truth.csv")).unwrap();
    let mut periods: Vec<(String, Vec<Row>)> = Vec::new();
    for row in reader.deserialize::<Row>() {
        let row = row.unwrap();
        let period = row["period"].clone();
        match periods.iter_mut().find(|(other, _)| *other == period) {
            Some((_, rows)) => rows.push(row),
            None => periods.push((period, vec![row])),
        }
    }
    assert_eq!(periods.len(), 8);
    periods
}

fn account() -> Value {
    serde_json::from_str(&std::fs::read_to_string(project("tests/data/sample-truth.json")).unwrap()).unwrap()
}

fn number(text: &str) -> Option<f64> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

#[test]
fn every_row_of_every_file_is_loaded_updated_duplicate_or_rejected() {
    let files = sample().imported.rows();
    let truth = account();
    let mut sums = [0; 5];
    for expected in truth["files"].as_array().unwrap() {
        let name = expected["file"].as_str().unwrap();
        let file = files.iter().find(|file| file["file"].as_str().unwrap().ends_with(name)).unwrap();
        let ours = crate::support::account(file);
        let theirs =
            ["in_files", "loaded", "updated", "duplicate", "rejected"].map(|key| expected[key].as_u64().unwrap());
        assert_eq!(ours, theirs, "{name}");
        assert_eq!(ours[0], ours[1..].iter().sum::<u64>(), "{name}");
        assert_eq!(file["exported_at"], expected["exported_at"], "{name}");
        for (sum, count) in sums.iter_mut().zip(ours) {
            *sum += count;
        }
    }
    let all =
        ["in_files", "loaded", "updated", "duplicate", "rejected"].map(|key| truth["rows"][key].as_u64().unwrap());
    assert_eq!(sums, all);
    for expected in truth["other_files"].as_array().unwrap() {
        let name = expected["file"].as_str().unwrap();
        let file = files.iter().find(|file| file["file"].as_str().unwrap().ends_with(name)).unwrap();
        assert_eq!(file["rows"], expected["rows"], "{name}");
        if let Some(distinct) = expected.get("distinct") {
            assert_eq!(file["loaded"], *distinct, "{name}");
        }
    }
    assert_eq!(sample().place.numbers("SELECT count(*) FROM dossiers")[0], Some(all[1] as f64));
}

#[test]
fn refused_rows_are_reported_by_rule_and_keep_their_place() {
    let found = sample().place.rows(&["findings", "--level", "error"]);
    let mut rules: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &found {
        *rules.entry(finding["rule"].as_str().unwrap()).or_default() += 1;
        assert!(finding["row"].as_u64().unwrap() > 1, "{finding}");
        assert!(!finding["file"].as_str().unwrap().is_empty() && !finding["message"].as_str().unwrap().is_empty());
        assert!(finding["cells"].as_str().is_some_and(|cells| cells.starts_with('{')), "{finding}");
    }
    let truth = account();
    let expected: BTreeMap<&str, u64> = truth["rejected"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(rule, count)| {
            (if rule == "year_2569" { "year_out_of_range" } else { rule.as_str() }, count.as_u64().unwrap())
        })
        .collect();
    assert_eq!(rules, expected);
}

#[test]
fn moved_due_dates_reopened_and_vanished_dossiers_are_reported() {
    let found = sample().place.rows(&["findings"]);
    let counted = |rule: &str| -> u64 {
        found.iter().filter(|one| one["rule"] == rule).map(|one| one["count"].as_u64().unwrap()).sum()
    };
    let dirt = &account()["dirt"];
    for (rule, key) in [
        ("changed_due_date", "due_date_moved"),
        ("reopened", "reopened"),
        ("absent_from_newer_export", "absent_from_newer_export"),
    ] {
        assert_eq!(counted(rule), dirt[key].as_u64().unwrap(), "{rule}");
    }
}

#[test]
fn form_06_equals_the_truth_in_every_period_and_unit() {
    for (period, expected) in truth() {
        let rows = sample().place.rows(&["form06", "--period", &period]);
        let ours: Vec<&str> = rows.iter().map(|row| row["unit_code"].as_str().unwrap()).collect();
        let mut sorted = ours.clone();
        let mut theirs: Vec<&str> = expected.iter().map(|row| row["unit_code"].as_str()).collect();
        sorted.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(sorted, theirs, "{period}");
        for row in &expected {
            let theirs: [i64; 11] = std::array::from_fn(|at| row[&format!("c{}", at + 3)].parse().unwrap());
            assert_eq!(counts(row_of(&rows, &row["unit_code"])), theirs, "{period} {}", row["unit_code"]);
        }
    }
}

#[test]
fn indicators_equal_the_truth_in_every_period_and_unit() {
    for (period, expected) in truth() {
        let rows = sample().place.rows(&["indicators", "--period", &period]);
        for row in &expected {
            for (id, fraction, value) in COLUMNS {
                let what = format!("{id} of {} in {period}", row["unit_code"]);
                let ours = figure(&rows, &row["unit_code"], id);
                close(ours["value"].as_f64(), number(&row[value]), &what);
                assert_eq!(ours["status"] == "ok", !ours["value"].is_null(), "{what}");
                for part in ["num", "den"].iter().filter(|_| !fraction.is_empty()) {
                    let ours = &ours[if *part == "num" { "numerator" } else { "denominator" }];
                    let theirs = number(&row[&format!("{fraction}_{part}")]);
                    close(Some(ours.as_f64().unwrap_or(0.0)), theirs, &format!("{part} of {what}"));
                }
            }
        }
    }
}

#[test]
fn ranks_equal_the_truth_in_every_period_and_unit() {
    for (period, expected) in truth() {
        let rows = sample().place.rows(&["rank", "--index", "on-time", "--period", &period, "--smallest", "0"]);
        let units: Vec<&Row> = expected.iter().filter(|row| !row["unit_code"].starts_with('*')).collect();
        assert_eq!(rows.len(), units.len(), "{period}");
        for row in units {
            let what = format!("rank of {} in {period}", row["unit_code"]);
            let ours = row_of(&rows, &row["unit_code"]);
            close(ours["rank"].as_f64(), number(&row["rank"]), &what);
            close(ours["score"].as_f64(), number(&row["on_time_rate"]), &what);
        }
    }
}

#[test]
fn planted_ties_share_the_better_rank() {
    for tie in account()["planted_ties"].as_array().unwrap() {
        let rows = sample().place.rows(&[
            "rank",
            "--index",
            "on-time",
            "--period",
            tie["period"].as_str().unwrap(),
            "--smallest",
            "0",
        ]);
        let units = tie["units"].as_array().unwrap();
        for unit in units {
            let ours = row_of(&rows, unit["unit_code"].as_str().unwrap());
            assert_eq!((&ours["rank"], &ours["tied"]), (&tie["rank"], &Value::from(true)), "{ours}");
        }
        let kind = &row_of(&rows, units[0]["unit_code"].as_str().unwrap())["kind"];
        let next = tie["rank"].as_u64().unwrap() + 1;
        assert!(!rows.iter().any(|row| row["kind"] == *kind && row["rank"] == next), "rank {next} is skipped");
    }
}

#[test]
fn the_catalogue_gives_its_coverage() {
    let rows = sample().place.rows(&["indicators", "--period", "2025-Q1"]);
    for (who, expected) in account()["catalogue"].as_object().unwrap() {
        let code = match who.as_str() {
            "all" => "*".to_owned(),
            "department" | "district" | "commune" => format!("*{who}"),
            code => code.to_owned(),
        };
        let one_stop = expected["one_stop"].as_f64().unwrap() / expected["procedures"].as_f64().unwrap();
        for (id, theirs) in [
            ("coverage_l4", expected["coverage_l4"].as_f64()),
            ("coverage_l34", expected["coverage_l34"].as_f64()),
            ("one_stop_coverage", Some(one_stop)),
        ] {
            close(figure(&rows, &code, id)["value"].as_f64(), theirs, &format!("{id} of {code}"));
        }
    }
}

#[test]
fn units_that_have_not_sent_are_marked_and_no_others() {
    let truth = account();
    let mut expected: Vec<&str> =
        truth["not_sent"].as_array().unwrap().iter().map(|one| one["unit_code"].as_str().unwrap()).collect();
    expected.sort_unstable();
    for command in [
        &["rank", "--index", "on-time", "--period", "2025-Q1"][..],
        &["indicators", "--period", "2025-Q1", "--indicator", "on_time_rate"],
    ] {
        let rows = sample().place.rows(command);
        let mut marked: Vec<&str> =
            rows.iter().filter(|row| row["not_sent"] == true).map(|row| row["unit_code"].as_str().unwrap()).collect();
        marked.sort_unstable();
        assert_eq!(marked, expected, "{command:?}");
    }
}

#[test]
fn every_id_of_the_contract_is_measured_and_the_index_ranks_by_the_on_time_rate() {
    let place: &Place = &sample().place;
    let all = place.rows(&["indicators", "--period", "2025-Q1"]);
    for id in IDS {
        figure(&all, "*", id);
    }
    let by_index = place.rows(&["rank", "--index", "on-time", "--period", "2025-Q1"]);
    let by_indicator = place.rows(&["rank", "--index", "on_time_rate", "--period", "2025-Q1"]);
    assert_eq!(by_index, by_indicator);
}

#[test]
fn cases_without_an_answer_leave_nothing_to_measure_and_are_not_missing() {
    let place = &sample().place;
    let open = "SELECT unit FROM feedback WHERE received_at >= DATE '2025-01-01' AND received_at < DATE '2025-04-01' \
                GROUP BY unit HAVING count(CASE WHEN answered_at < DATE '2025-04-01' THEN 1 END) = 0";
    let units = place.rows(&["sql", open]);
    assert!(!units.is_empty());
    let rows = place.rows(&["indicators", "--period", "2025-Q1", "--indicator", "feedback_on_time_share"]);
    for unit in &units {
        let ours = figure(&rows, unit["unit"].as_str().unwrap(), "feedback_on_time_share");
        assert_eq!(ours["status"], "not_applicable", "{ours}");
    }
}
