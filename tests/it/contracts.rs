//! What programs from outside rely on: shapes, exit codes, streams and formats.

use serde_json::Value;

use crate::support::{Place, close, figure, list, project, row_of, run, sample};

const ROW: &str = "H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,09/01/2025,Đã trả kết quả";

#[track_caller]
fn has_keys(row: &Value, keys: &[&str]) {
    let object = row.as_object().unwrap();
    for key in keys {
        assert!(object.contains_key(*key), "no '{key}' in {row}");
    }
}

#[test]
fn json_rows_have_the_keys_of_the_contract() {
    let place = &sample().place;
    let c: Vec<String> = (3..=13).map(|column| format!("c{column}")).collect();
    let form: Vec<&str> = ["unit_code", "unit_name", "kind"].into_iter().chain(c.iter().map(String::as_str)).collect();
    for row in place.rows(&["form06", "--period", "2025-Q1"]) {
        has_keys(&row, &form);
    }
    let indicators =
        ["unit_code", "unit_name", "kind", "period", "indicator", "numerator", "denominator", "value", "status"];
    for row in place.rows(&["indicators", "--period", "2025-Q1"]) {
        has_keys(&row, &indicators);
        assert_eq!(row["period"], "2025-Q1");
        assert!(["ok", "missing", "not_applicable", "suppressed"].contains(&row["status"].as_str().unwrap()), "{row}");
        assert_eq!(row["value"].is_null(), row["status"] != "ok", "{row}");
    }
    for row in place.rows(&["rank", "--index", "on-time", "--period", "2025-Q1"]) {
        has_keys(&row, &["unit_code", "unit_name", "kind", "rank", "score", "class"]);
    }
    for row in sample().imported.rows() {
        has_keys(&row, &["file", "source", "exported_at", "rows", "loaded", "updated", "duplicate", "rejected"]);
    }
}

#[test]
fn a_file_is_named_as_given_and_the_path_below_it() {
    let place = Place::new();
    place.file("gui/con/ho-so_20250401.csv", list(&[ROW]));
    let folder = place.path("gui");
    let rows = place.rows(&["import", folder.to_str().unwrap()]);
    assert_eq!(rows[0]["file"], format!("{}/con/ho-so_20250401.csv", folder.display()));
    let file = folder.join("con/ho-so_20250401.csv");
    assert_eq!(place.rows(&["import", file.to_str().unwrap()])[0]["file"], file.to_str().unwrap());
}

#[test]
fn json_is_one_array_and_nothing_else_on_stdout() {
    let place = &sample().place;
    for command in [
        &["form06", "--period", "2025-Q1"][..],
        &["form06", "--period", "2025-Q1", "--by", "field"],
        &["indicators", "--period", "2025-Q1"],
        &["rank", "--index", "on-time", "--period", "2025-Q1"],
        &["findings"],
        &["history"],
        &["sql", "SELECT 1 AS one WHERE false"],
        &["sql", "--list"],
        &["explain", "on_time_rate", "--unit", "*", "--period", "2025-Q1"],
    ] {
        let ran = place.run(&[&["--format", "json"], command].concat()).exits(0);
        assert!(ran.stdout.starts_with('[') && ran.stdout.trim_end().ends_with(']'), "{command:?}");
        ran.rows();
        let quiet = place.run(&[&["--format", "json", "--quiet"], command].concat()).exits(0);
        assert_eq!((quiet.stdout, quiet.stderr.as_str()), (ran.stdout, ""), "{command:?}");
    }
}

#[test]
fn usage_faults_exit_2() {
    let place = &sample().place;
    for command in [
        &["form06", "--period", "2025-13"][..],
        &["form06", "--period", "2025-Q5"],
        &["form06", "--period", "quý 1"],
        &["form06", "--period", "2025-03@nd09"],
        &["form06", "--period", "2025-Q2@581"],
        &["form06", "--period", "Q3@581"],
        &["form06", "--period", "2025-04-01..2025-01-01"],
        &["form06"],
        &["form07"],
        &["form06", "--period", "2025", "--nothing"],
        &["--format", "pdf", "history"],
        &["indicators", "--period", "2025", "--indicator", "on_time_rat"],
        &["indicators", "--period", "2025", "--kind", "departmen"],
        &["rank", "--index", "on-tim", "--period", "2025"],
        &["explain", "on_time_rate", "--unit", "000.00.99.H99", "--period", "2025"],
        &["sql", "--saved", "late-by-unit", "--period", "2025"],
        &["sql", "SELECT 1 WHERE now() > $from"],
        &["sql"],
    ] {
        let ran = place.run(command).exits(2);
        assert_eq!(ran.stdout, "", "{command:?}");
        assert!(!ran.stderr.is_empty(), "{command:?}");
    }
    place.run(&["rank", "--index", "on-tim", "--period", "2025"]).says(&["did you mean 'on-time'?"]);
    place.run(&["indicators", "--period", "2025", "--kind", "departmen"]).says(&["did you mean 'department'?"]);
    run(&["--version"]).exits(0);
    run(&["--help"]).exits(0);
}

#[test]
fn peek_shows_cells_of_every_container_and_refuses_the_rest() {
    let peek = |path: &std::path::Path| run(&["--format", "json", "peek", path.to_str().unwrap()]);
    for entry in std::fs::read_dir(project("sample-data/exports")).unwrap() {
        let path = entry.unwrap().path();
        let sheets = peek(&path).exits(0).rows();
        has_keys(&sheets[0], &["sheet", "hidden", "rows", "cells"]);
        let longest = sheets.iter().max_by_key(|sheet| sheet["rows"].as_u64()).unwrap();
        assert!(longest["rows"].as_u64().unwrap() > 5, "{}", path.display());
        has_keys(&longest["cells"][0], &["address", "value", "type"]);
    }
    let place = Place::empty();
    let csv = place.file("a.csv", "\u{feff}mã,ngày\nH1,06/01/2025\n");
    let cells = peek(&csv).exits(0).rows()[0]["cells"].clone();
    assert_eq!(cells[0], serde_json::json!({"address": "A1", "value": "mã", "type": "text"}));
    assert_eq!(cells[3]["address"], "B2");
    for (name, content) in [("rong.csv", &b""[..]), ("cut.xlsx", b"PK\x03\x04"), ("anh.png", b"\x89PNG\r\n\x1a\n\0\0")]
    {
        let ran = peek(&place.file(name, content)).exits(1).says(&["error:", name]);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn sql_reads_only() {
    let place = Place::new();
    place.import_text("ho-so_20250401.csv", &list(&[ROW])).1.exits(0);
    let before = place.snapshot();
    let out = place.path("ra.csv");
    let copy = format!("COPY dossiers TO '{}'", out.display());
    for query in [
        "CREATE TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "INSERT INTO dossiers (dossier_code) VALUES ('x')",
        "DELETE FROM dossiers",
        "UPDATE dossiers SET status = 1",
        "DROP TABLE dossiers",
        copy.as_str(),
        "SET datafusion.execution.batch_size = 1",
        "SELECT * FROM '/etc/passwd'",
        "SELECT 1; DROP TABLE dossiers",
    ] {
        let ran = place.run(&["sql", query]).exits(1);
        assert_eq!(ran.stdout, "", "{query}");
    }
    assert!(!out.exists());
    assert_eq!(place.snapshot(), before);
    assert_eq!(place.numbers("SELECT count(*) FROM dossiers"), [Some(1.0)]);
}

#[test]
fn all_sql_tables_of_the_contract_can_be_queried() {
    for table in [
        "dossiers",
        "procedures",
        "units",
        "ratings",
        "feedback",
        "declared",
        "indicators",
        "imports",
        "findings",
        "calendar",
    ] {
        let ran = sample().place.run(&["--format", "json", "sql", &format!("SELECT * FROM {table} LIMIT 1")]);
        assert_eq!(ran.code, 0, "{table}: {}", ran.stderr);
    }
}

#[test]
fn every_output_format_holds_the_same_table() {
    let place = &sample().place;
    let files = Place::empty();
    let command = ["form06", "--period", "2025-Q1"];
    let rows = place.rows(&command);
    let of = |format: &str| place.run(&[&["--lang", "vi", "--format", format], &command[..]].concat()).exits(0);
    let ndjson: Vec<Value> = of("ndjson").stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let by_keys = |rows: &[Value]| {
        let keep = |row: &Value| (row["unit_code"].clone(), row["c3"].clone(), row["c13"].clone());
        rows.iter().map(keep).collect::<Vec<_>>()
    };
    assert_eq!(by_keys(&ndjson), by_keys(&rows));
    let text = of("csv").stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(headings, rows[0].as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    let at = headings.iter().position(|heading| heading == "c3").unwrap();
    let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(lines.len(), rows.len());
    assert!(lines.iter().zip(&rows).all(|(line, row)| line[at].parse() == Ok(row["c3"].as_i64().unwrap())));
    for format in ["parquet", "xlsx"] {
        let file = files.file(&format!("a.{format}"), of(format).bytes);
        let sheets = run(&["--format", "json", "peek", file.to_str().unwrap()]).exits(0).rows();
        assert_eq!(sheets[0]["rows"], rows.len() + 1, "{format}");
        let cells = sheets[0]["cells"].as_array().unwrap();
        let heading = if format == "xlsx" { "Tổng số phải giải quyết" } else { "c3" };
        let address = cells.iter().find(|cell| cell["value"] == heading).unwrap()["address"].as_str().unwrap();
        let last = format!("{}{}", address.trim_end_matches('1'), rows.len() + 1);
        let total = cells.iter().find(|cell| cell["address"] == last.as_str()).unwrap();
        assert_eq!(total["value"], row_of(&rows, "*")["c3"], "{format}");
    }
    let table = of("table").stdout;
    assert!(table.contains("Mã đơn vị") && table.contains("Sở Nội vụ"));
}

#[test]
fn all_ready_questions_answer() {
    let place = &sample().place;
    let names = place.rows(&["sql", "--list"]);
    assert!(names.len() >= 10);
    for name in &names {
        assert!(!name["question"].as_str().unwrap().is_empty(), "{name}");
        let name = name["name"].as_str().unwrap();
        let ran =
            place.run(&["--format", "json", "sql", "--saved", name, "--period", "2025-Q1", "--unit", "000.00.03.H99"]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        // In the sample every online dossier was accepted within a working day.
        assert!(!ran.rows().is_empty() || name == "late-acceptance", "{name} answers nothing on the sample");
    }
}

#[test]
fn explain_leads_each_figure_back_to_as_many_rows() {
    let place = &sample().place;
    let all = place.rows(&["indicators", "--period", "2025-Q1"]);
    for (id, unit) in [
        ("on_time_rate", "000.00.03.H99"),
        ("on_time_rate", "*department"),
        ("on_time_rate_766", "000.00.31.H99"),
        ("online_share_l4", "*"),
        ("e_result_share", "000.00.32.H99"),
        ("satisfaction_share", "000.00.01.H99"),
        ("coverage_l4", "*district"),
        ("late_rate", "*commune"),
        ("no_due_resolved", "*"),
        ("mean_days", "000.00.03.H99"),
    ] {
        let found = place.rows(&["explain", id, "--unit", unit, "--period", "2025-Q1", "--rows"]).remove(0);
        let figure = figure(&all, unit, id);
        for key in ["numerator", "denominator", "value", "status"] {
            assert_eq!(found[key], figure[key], "{key} of {id} of {unit}");
        }
        has_keys(&found, &["name", "meaning", "legal_basis", "sql", "files"]);
        assert!(!found["files"].as_array().unwrap().is_empty(), "{id} of {unit}");
        let count = |key: &str| found[key].as_array().unwrap().len() as f64;
        let (top, rest) = (count("in_numerator"), count("only_in_denominator"));
        match id {
            "mean_days" => close(Some(top), figure["denominator"].as_f64(), id),
            "no_due_resolved" => close(Some(top), figure["value"].as_f64(), id),
            _ => {
                close(Some(top), figure["numerator"].as_f64(), &format!("{id} of {unit}"));
                close(Some(top + rest), figure["denominator"].as_f64(), &format!("{id} of {unit}"));
            }
        }
    }
}

#[test]
fn show_sql_prints_the_passes_and_one_for_each_fact_table() {
    let ran = sample().place.run(&["indicators", "--period", "2025-Q1", "--show-sql"]).exits(0);
    let passes = ran.stdout.matches("), facts AS (").count();
    let tables = "dossiers, ratings, feedback, procedures, documents, training, tickets, declared";
    assert_eq!(passes, 8, "{tables}: {}", ran.stdout);
}

#[test]
fn a_closed_pipe_is_no_fault() {
    let mut child = crate::support::program()
        .args(["--workspace", sample().place.workspace().to_str().unwrap(), "--format", "csv"])
        .args(["sql", "SELECT * FROM dossiers"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn the_sql_of_an_explanation_runs_unchanged() {
    let place = &sample().place;
    let explained = place.rows(&["explain", "on_time_rate", "--unit", "000.00.02.H99", "--period", "2025-Q1"]);
    let rows = place.rows(&["sql", explained[0]["sql"].as_str().unwrap()]);
    let on_top = rows.iter().filter(|row| row["in_numerator"] == true).count();
    assert_eq!(explained[0]["denominator"].as_f64(), Some(rows.len() as f64));
    assert_eq!(explained[0]["numerator"].as_f64(), Some(on_top as f64));
}

#[test]
fn figures_are_a_sql_table_and_can_be_split_by_month() {
    let place = &sample().place;
    let question = "SELECT unit_code, value FROM indicators WHERE indicator = 'online_share' AND period = '2025-02' \
                 AND unit_code = '*'";
    let months = place.rows(&["indicators", "--period", "2025-Q1", "--by", "month", "--indicator", "online_share"]);
    let february = months.iter().find(|row| row["period"] == "2025-02" && row["unit_code"] == "*").unwrap();
    assert_eq!(place.rows(&["sql", question])[0]["value"], february["value"]);
}
