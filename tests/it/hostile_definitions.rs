//! Definitions travel by mail: what hangs, overflows or reads what it should not is a fault of the file, told in no time.

use std::time::{Duration, Instant};

use crate::support::{Place, Ran};

/// An indicator of the workspace.
fn indicator(id: &str, body: &str) -> String {
    format!(
        "[[indicator]]\nid = \"{id}\"\nname_vi = \"Thử\"\nname_en = \"Trial\"\nmeaning = \"Thử.\"\n{body}\
         direction = \"lower\"\nunit = \"number\"\ndisplay = {{ digits = 2, mode = \"half_up\", reason = \"thử\" }}\n\
         legal_basis = \"thử [k]\"\n\n"
    )
}

fn counted(numerator: &str) -> String {
    let body =
        format!("table = \"dossiers\"\nrows = \"finished\"\naggregate = \"count\"\nnumerator = '''{numerator}'''\n");
    format!("title_vi = \"Thử\"\ntitle_en = \"Trial\"\n\n{}", indicator("trial", &body))
}

/// `check` and a command that computes, both in no time and without a signal.
#[track_caller]
fn told(place: &Place) -> Ran {
    for arguments in [["--lang", "en", "form06", "--period", "2025"].as_slice(), &["--lang", "en", "check"]] {
        let began = Instant::now();
        let ran = place.run(arguments).exits(1);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        if arguments.contains(&"check") {
            return ran;
        }
    }
    unreachable!("the second command is check")
}

#[test]
fn sql_that_asks_computes_or_runs_away_is_a_fault() {
    for (numerator, said) in [
        ("(SELECT count(*) FROM generate_series(1, 1000000000000)) > 0".to_owned(), "no SELECT within"),
        ("length(rpad('x', 2000000000)) > 0".to_owned(), "rpad"),
        ("length(repeat('x', fee)) > 0".to_owned(), "repeat"),
        ("received_at < now()".to_owned(), "now"),
        ("late) FROM dossiers --".to_owned(), "does not plan"),
        (format!("{}1 > 0", "1+".repeat(200_000)), "256 KiB"),
        (format!("{}1 > 0", "1+".repeat(5000)), "1000 operations"),
        (format!("{}late{}", "(".repeat(5000), ")".repeat(5000)), "50 brackets"),
    ] {
        let place = Place::new();
        place.file("kho/queries/indicators/91-a.toml", counted(&numerator));
        let ran = told(&place);
        let is_told = ran.stderr.contains(said) || ran.stderr.contains("letters, too many for a cell");
        assert!(is_told && ran.stderr.contains("91-a.toml"), "{numerator:.60}: {}", ran.stderr);
    }
}

#[test]
fn a_ready_question_is_planned_and_nothing_of_it_is_computed() {
    for query in [
        "SELECT count(*) FROM generate_series(1, 1000000000000)",
        "SELECT rpad('x', 2000000000)",
        "SELECT * FROM (VALUES (length(rpad('x', 2000000000)))) t(x)",
        "SELECT count(*) FROM units WHERE code = rpad('x', 2000000000)",
        "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x FROM n) SELECT count(*) FROM n",
    ] {
        let place = Place::new();
        place.file("kho/queries/saved/a.sql", format!("-- a\n-- b\n{query}"));
        let began = Instant::now();
        place.run(&["check"]).exits(0);
        assert!(began.elapsed() < Duration::from_secs(2), "{query}: {:?}", began.elapsed());
    }
    for (query, said) in [
        ("SELECT * FROM generate_series(1, length(rpad('x', 2000000000)))", "generate_series"),
        ("DROP TABLE units", "DROP"),
        ("SELECT nothing FROM units", "nothing"),
    ] {
        let place = Place::new();
        place.file("kho/queries/saved/a.sql", format!("-- a\n-- b\n{query}"));
        place.run(&["check"]).exits(1).says(&["saved/a.sql", said]);
    }
}

#[test]
fn formulas_that_are_too_long_or_read_each_other_in_a_long_row_are_a_fault() {
    let formula = |of: &str| format!("derived = {{ kind = \"formula\", formula = \"{of}\" }}\n");
    let head = "title_vi = \"Thử\"\ntitle_en = \"Trial\"\n\n";
    let place = Place::new();
    let long = indicator("trial", &formula(&format!("{}[on_time_rate]", "1+".repeat(200_000))));
    place.file("kho/queries/indicators/91-a.toml", format!("{head}{long}"));
    let ran = told(&place);
    assert!(ran.stderr.contains("500 parts") || ran.stderr.contains("letters"), "{}", ran.stderr);

    let chain: String = (1..1500)
        .map(|at| {
            let before = if at == 1 { "on_time_rate".to_owned() } else { format!("t{}", at - 1) };
            indicator(&format!("t{at}"), &formula(&format!("[{before}] + 1")))
        })
        .collect();
    let place = Place::new();
    place.file("kho/queries/indicators/91-a.toml", format!("{head}{chain}"));
    let ran = told(&place).says(&["more than 20 in a row"]);
    assert!(ran.stderr.contains("1 fault"), "{:.300}", ran.stderr);

    let many: String = (1..3000).map(|at| indicator(&format!("t{at}"), &formula("[on_time_rate] + 1"))).collect();
    let place = Place::new();
    place.file("kho/queries/indicators/91-a.toml", format!("{head}{many}"));
    told(&place).says(&["2000 indicators"]);
}

#[test]
fn an_index_of_too_many_parts_is_a_fault() {
    let head = "[index]\nid = \"deep\"\nname_vi = \"Thử\"\nname_en = \"Trial\"\nlegal_basis = \"thử [k]\"\n\n";
    let node =
        |at: usize| format!("[[node]]\nid = \"n{at}\"\nname_vi = \"n\"\nname_en = \"n\"\nparent = \"n{}\"\n", at + 1);
    let nodes: Vec<String> = (0..20_000).map(node).collect();
    let place = Place::new();
    place.file("kho/queries/indices/deep.toml", format!("kind = \"composite\"\n{head}{}", nodes.concat()));
    told(&place).says(&["indices/deep.toml", "2000 indicators, nodes and weights"]);
}

#[cfg(unix)]
#[test]
fn links_pipes_devices_and_folders_that_lead_back_are_faults() {
    use std::os::unix::fs::symlink;
    type Make<'m> = &'m dyn Fn(&std::path::Path);
    let with = |make: Make<'_>| {
        let place = Place::new();
        make(&place.path("kho"));
        place
    };
    let cases: [(Make<'_>, &str); 6] = [
        (&|kho| symlink("/etc/passwd", kho.join("queries/saved.sql")).unwrap(), "is a link"),
        (&|kho| symlink("/dev/zero", kho.join("queries/words.toml")).unwrap(), "is a link"),
        (&|kho| symlink(kho, kho.join("queries/again")).unwrap(), "is a link"),
        (&|kho| symlink("/etc/passwd", kho.join("report-templates/messages.toml")).unwrap(), "is a link"),
        (
            &|kho| {
                let made = std::process::Command::new("mkfifo").arg(kho.join("queries/pipe.toml")).status();
                assert!(made.unwrap().success());
            },
            "no ordinary file",
        ),
        (&|kho| std::fs::write(kho.join("queries/big.toml"), "#".repeat(5 << 20)).unwrap(), "more than 4 MiB"),
    ];
    for (make, said) in cases {
        told(&with(make)).says(&[said]);
    }
    let place = with(&|kho| symlink("/dev/zero", kho.join("report-templates/workbook.toml")).unwrap());
    place.run(&["check"]).exits(1).says(&["report-templates/workbook.toml", "is a link"]);
}

#[test]
fn what_no_workbook_can_show_is_a_fault_of_check() {
    let shipped = std::fs::read_to_string(crate::support::project("report-templates/workbook.toml")).unwrap();
    for (from, to, said) in [
        ("size = 11", "size = 60000", "theme.size"),
        ("title = \"BÁO CÁO", &format!("title = \"{}", "x".repeat(40_000)), "too many for a cell"),
    ] {
        let place = Place::new();
        assert!(shipped.contains(from));
        place.file("kho/report-templates/workbook.toml", shipped.replacen(from, to, 1));
        place.run(&["check"]).exits(1).says(&["report-templates/workbook.toml", said]);
    }
    let place = Place::new();
    place.file("kho/queries/indicators/91-a.toml", counted("late").replace("digits = 2", "digits = 200"));
    told(&place).says(&["200 digits are too many"]);
}
