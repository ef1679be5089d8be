//! Questions in SQL that would never end, or take the machine with them: each ends within its limit, with the sentence
//! that says which.

use std::time::{Duration, Instant};

use crate::support::{Place, Ran, program, sample};

/// Asks in the sample province with limits of three seconds and 512 MiB.
#[track_caller]
fn ask(query: &str) -> Ran {
    let began = Instant::now();
    let ran = sample().place.run(&["--lang", "en", "sql", "--timeout", "3", "--memory", "512", query]);
    let took = began.elapsed();
    // One second beyond the limit, and one for a machine that has many tests to run.
    assert!(took < Duration::from_secs(5), "{took:?}: {query:.60}");
    assert_eq!(ran.stdout, "", "{query:.60}");
    ran
}

/// A question of many equal parts.
fn chain(part: &str, count: usize) -> String {
    format!("SELECT count(*) FROM units WHERE code = 'x'{}", part.repeat(count))
}

#[test]
fn a_text_of_too_many_parts_is_refused_before_it_is_parsed() {
    for (query, limit) in [
        (chain(" OR code = 'y'", 9000), "1000 operations"),
        (chain(" AND code = 'y'", 20_000), "256 KiB"),
        (format!("SELECT 1{}", "+1".repeat(20_000)), "1000 operations"),
        (format!("SELECT 1{}", "+1".repeat(2000)), "1000 operations"),
        ("SELECT 1 UNION ALL ".repeat(3000) + "SELECT 1", "100 times UNION"),
        (format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000)), "50 brackets"),
        (format!("SELECT {}1{}", "abs(".repeat(60), ")".repeat(60)), "50 brackets"),
        (format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(2000), " END".repeat(2000)), "50 brackets"),
        (format!("SELECT {}1", "NOT ".repeat(900)), "50 brackets"),
        (format!("SELECT '{}'", "x".repeat(300 << 10)), "256 KiB"),
    ] {
        // A command line holds no more than 128 KiB in one argument.
        let place = Place::empty();
        let file = place.file("q.sql", &query);
        let workspace = sample().place.workspace();
        let arguments =
            ["--lang", "en", "--workspace", workspace.to_str().unwrap(), "sql", "-f", file.to_str().unwrap()];
        crate::support::run(&arguments).exits(1).says(&[limit]);
    }
}

#[test]
fn a_thousand_operations_are_answered() {
    let sum = format!("SELECT {} AS n", vec!["1"; 1000].join(" + "));
    assert_eq!(sample().place.rows(&["sql", &sum])[0]["n"], 1000);
}

/// A question whose part `t` reads the one before it twice, so many times over.
fn doubled(times: usize) -> String {
    let parts: Vec<String> = (1..=times)
        .map(|at| format!(", t{at} AS (SELECT a.code FROM t{0} a JOIN t{0} b ON a.code = b.code)", at - 1))
        .collect();
    format!("WITH t0 AS (SELECT code FROM units){} SELECT count(*) FROM t{times}", parts.concat())
}

#[test]
fn parts_that_double_each_time_are_refused_by_their_steps() {
    ask(&doubled(11)).exits(1).says(&["2000 steps"]);
    let ran = ask(&doubled(30)).exits(1);
    assert!(["2000 steps", "3 seconds", "512 MiB"].iter().any(|limit| ran.stderr.contains(limit)), "{}", ran.stderr);
}

#[test]
fn what_has_no_end_is_ended_by_its_time() {
    for query in [
        "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x FROM n) SELECT count(*) FROM n WHERE x > 1",
        "SELECT count(*) FROM dossiers a, dossiers b, dossiers c, dossiers d WHERE a.row + b.row > c.row + d.row",
        "SELECT sum(value) FROM generate_series(1, 1000000000000)",
        "SELECT count(DISTINCT a.row * 7 + b.row) FROM dossiers a CROSS JOIN dossiers b CROSS JOIN units c CROSS JOIN units d",
        "SELECT count(*) FROM generate_series(1, 1000000000000) a WHERE a.value % 7 = 8",
    ] {
        let ran = ask(query).exits(1);
        assert!(["3 seconds", "512 MiB"].iter().any(|limit| ran.stderr.contains(limit)), "{query}: {}", ran.stderr);
    }
}

#[test]
fn what_takes_too_much_memory_is_ended_by_it() {
    for query in [
        "SELECT length(rpad('x', 2000000000))",
        "SELECT length(repeat('abcdefgh', 500000000))",
        "SELECT length(repeat(repeat('x', 10000), 1000000))",
        "SELECT length(rpad('x', 2000000000)) FROM dossiers",
        "SELECT length(string_agg(rpad(dossier_code, 1000000), '')) FROM dossiers",
        "SELECT array_agg(a.dossier_code || b.dossier_code) FROM dossiers a CROSS JOIN dossiers b",
    ] {
        let ran = ask(query).exits(1);
        assert!(["512 MiB", "3 seconds"].iter().any(|limit| ran.stderr.contains(limit)), "{query}: {}", ran.stderr);
    }
}

#[test]
fn an_answer_that_is_too_large_is_told_and_nothing_of_it_is_printed() {
    let cells = "SELECT a.value FROM generate_series(1, 3000000) a";
    sample().place.run(&["--lang", "en", "sql", cells]).exits(1).says(&["2000000 cells", "--format csv"]);
    let large = "SELECT rpad('x', 2000) FROM generate_series(1, 1000000)";
    let ran =
        sample().place.run(&["--lang", "en", "--format", "csv", "sql", large]).exits(1).says(&["512 MiB", "LIMIT"]);
    assert_eq!(ran.stdout, "");
}

#[test]
fn the_sentence_is_vietnamese_unless_asked_otherwise() {
    let endless = "SELECT count(*) FROM generate_series(1, 1000000000000) a WHERE a.value % 7 = 8";
    sample()
        .place
        .run(&["--lang", "vi", "sql", "--timeout", "1", endless])
        .exits(1)
        .says(&["Đã dừng sau 1 giây", "--timeout"]);
}

#[test]
fn ready_questions_and_files_pass_the_same_gate() {
    let place = Place::new();
    let endless = "-- a\n-- b\nSELECT count(*) FROM generate_series(1, 1000000000000) a WHERE a.value % 7 = 8";
    place.file("kho/queries/saved/endless.sql", endless);
    place.run(&["check"]).exits(0);
    let file = place.file("endless.sql", endless);
    for asked in [["--saved", "endless"], ["-f", file.to_str().unwrap()]] {
        let ran = place.run(&[&["--lang", "en", "sql", "--timeout", "1"], asked.as_slice()].concat());
        ran.exits(1).says(&["after 1 seconds"]);
    }
}

#[test]
fn whole_numbers_that_overflow_are_an_error_and_never_a_wrong_number() {
    for query in [
        "SELECT 9223372036854775807 + 1",
        "SELECT x + 1 FROM (VALUES (9223372036854775807)) t(x)",
        "SELECT x - 2 FROM (VALUES (-9223372036854775807)) t(x)",
        "SELECT x * x FROM (VALUES (4000000000)) t(x)",
        "SELECT -x FROM (VALUES (CAST(-9223372036854775808 AS BIGINT))) t(x)",
        "SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) t(x)",
        "SELECT y, sum(x) FROM (VALUES (9223372036854775807, 1), (1, 1)) t(x, y) GROUP BY y",
        "SELECT sum(x) OVER (ORDER BY x) FROM (VALUES (9223372036854775807), (1)) t(x)",
        "SELECT count(*) FROM (VALUES (9223372036854775807)) t(x) WHERE x + 1 > 0",
    ] {
        let ran = sample().place.run(&["--lang", "en", "sql", query]).exits(1);
        assert!(ran.stderr.contains("beyond 64 bits"), "{query}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn sums_and_names_of_columns_are_as_before() {
    let row = |query: &str| sample().place.run(&["--format", "csv", "sql", query]).exits(0).stdout;
    assert_eq!(row("SELECT sum(x), x + 1 FROM (VALUES (1), (1)) t(x) GROUP BY x"), "sum(t.x),t.x + Int64(1)\n2,2\n");
    assert_eq!(row("SELECT sum(x) + sum(y) AS n FROM (VALUES (1, 2.5), (4, 1)) t(x, y)"), "n\n8.5\n");
    assert_eq!(row("SELECT sum(DISTINCT x) n FROM (VALUES (3), (3), (4)) t(x)"), "n\n7\n");
    assert_eq!(row("SELECT sum(x) FILTER (WHERE x > 3) n FROM (VALUES (3), (4)) t(x)"), "n\n4\n");
    assert_eq!(
        row("SELECT x, sum(x) OVER (ORDER BY x) AS n FROM (VALUES (3), (4)) t(x) ORDER BY x"),
        "x,n\n3,3\n4,7\n"
    );
    assert_eq!(
        row("SELECT x, sum(y) n FROM (VALUES (1, 2), (1, 3)) t(x, y) GROUP BY ROLLUP (x) ORDER BY x NULLS LAST"),
        "x,n\n1,5\n,5\n"
    );
    let arrow = sample()
        .place
        .rows(&["sql", "SELECT arrow_typeof(sum(x)) AS s, arrow_typeof(1 + 1) AS n FROM (VALUES (1)) t(x)"]);
    assert_eq!((arrow[0]["s"].as_str(), arrow[0]["n"].as_str()), (Some("Int64"), Some("Int64")));
}

#[test]
fn what_a_question_may_not_use_is_named() {
    for (query, said) in [
        ("DROP TABLE dossiers", "DROP"),
        ("SET datafusion.execution.batch_size = 1", "SET"),
        ("SELECT * FROM information_schema.df_settings", "df_settings"),
        ("SELECT input_file_name() FROM dossiers", "input_file_name"),
        ("EXPLAIN DROP TABLE dossiers", "DROP"),
    ] {
        sample().place.run(&["--lang", "en", "sql", query]).exits(1).says(&[said]);
    }
    for query in ["SHOW TABLES", "DESCRIBE dossiers", "SHOW COLUMNS FROM units", "EXPLAIN SELECT 1", "-- a\nSELECT 1"] {
        sample().place.run(&["sql", "--", query]).exits(0);
    }
}

#[test]
fn without_limits_the_answer_is_the_same_to_the_last_byte() {
    for format in ["table", "csv", "json", "ndjson", "parquet", "xlsx"] {
        for query in
            ["SELECT * FROM dossiers ORDER BY dossier_code", "SELECT 1 AS one WHERE false", "SELECT * FROM calendar"]
        {
            let apart = sample().place.run(&["--format", format, "sql", query]).exits(0);
            let here = sample().place.run(&["--format", format, "sql", "--no-limits", query]).exits(0);
            assert!(apart.bytes == here.bytes, "{format}: {query}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_question_ends_with_the_program_that_asked_it() {
    use std::process::Stdio;
    let mut command = program();
    let workspace = sample().place.workspace();
    let endless = "SELECT count(*) FROM generate_series(1, 1000000000000) a WHERE a.value % 7 = 8";
    command.args(["--workspace", workspace.to_str().unwrap(), "sql", endless]);
    let mut asking = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let below = format!("/proc/{0}/task/{0}/children", asking.id());
    let children = || std::fs::read_to_string(&below).unwrap_or_default();
    let began = Instant::now();
    while children().trim().is_empty() && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let child = children().trim().to_owned();
    assert!(!child.is_empty());
    std::thread::sleep(Duration::from_millis(300));
    asking.kill().unwrap();
    asking.wait().unwrap();
    // A process that ended and that nobody waited for is there still, but runs no longer.
    let runs = || {
        let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        status.contains("State:") && !status.contains("State:\tZ")
    };
    let began = Instant::now();
    while runs() && began.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!runs(), "process {child} computes on for nobody");
}
