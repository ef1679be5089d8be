//! Definitions that are wrong: `cchc check` names every fault at once, with file, key and the nearest valid name.

use crate::support::{Place, Ran};

/// An indicator file; `changes` are applied to a sound one.
fn indicator(changes: &[(&str, &str)]) -> String {
    let sound = "title_vi = \"Thử\"\ntitle_en = \"Trial\"\n\n[[indicator]]\nid = \"trial\"\nname_vi = \"Thử\"\nname_en = \"Trial\"\n\
        meaning = \"Thử.\"\ntable = \"dossiers\"\nrows = \"finished\"\naggregate = \"ratio\"\nnumerator = \"late\"\n\
        denominator = \"due_counts\"\nneeds = [\"channel\"]\ndirection = \"lower\"\nunit = \"rate\"\n\
        display = { digits = 2, mode = \"half_up\", reason = \"thử\" }\nlegal_basis = \"thử [k]\"\n";
    changes.iter().fold(sound.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

fn check(files: &[(&str, String)]) -> Ran {
    let place = Place::new();
    for (path, text) in files {
        place.file(&format!("kho/queries/{path}"), text);
    }
    place.run(&["check"])
}

#[test]
fn shipped_definitions_have_no_fault_and_need_no_workspace() {
    let place = Place::empty();
    place.run(&["check"]).exits(0).says(&["no faults", "sources", "indicators"]);
}

#[test]
fn a_sound_indicator_of_the_workspace_is_measured_at_once() {
    let place = Place::new();
    place.file("kho/queries/indicators/90-trial.toml", indicator(&[]));
    place.run(&["check"]).exits(0);
    let rows = place.rows(&["indicators", "--period", "2025", "--indicator", "trial"]);
    assert!(rows.iter().all(|row| row["indicator"] == "trial"), "{rows:?}");
}

#[test]
fn unknown_keys_of_all_files_are_named_at_once_with_the_nearest() {
    check(&[
        ("indicators/91-a.toml", indicator(&[("denominator =", "denomenator =")])),
        (
            "indicators/92-b.toml",
            indicator(&[("\"trial\"", "\"trial_b\""), ("rows = \"finished\"", "rows = \"finishd\"")]),
        ),
        ("sources/new.toml", "name = \"Thử\"\ntable = \"dosiers\"\nnote = \"\"\nrequired = []\n[columns]\n".to_owned()),
        ("indices/other.toml", "name_vi = \"a\"\nname_en = \"a\"\nindicator = \"on_time_rat\"\n".to_owned()),
    ])
    .exits(1)
    .says(&[
        "4 fault(s)",
        "indicators/91-a.toml",
        "did you mean 'denominator'?",
        "indicators/92-b.toml",
        "did you mean 'finished'?",
        "sources/new.toml",
        "did you mean 'dossiers'?",
        "indices/other.toml",
        "did you mean 'on_time_rate'?",
    ]);
}

#[test]
fn unknown_columns_and_sql_that_does_not_plan_are_named_at_once_with_the_nearest() {
    check(&[
        ("indicators/91-a.toml", indicator(&[("\"channel\"", "\"chanel\"")])),
        ("indicators/92-b.toml", indicator(&[("\"trial\"", "\"trial_b\""), ("\"late\"", "\"lated\"")])),
        ("indicators/93-c.toml", indicator(&[("\"trial\"", "\"trial_c\""), ("\"late\"", "\"late AND (\"")])),
        ("indicators/94-d.toml", indicator(&[("\"trial\"", "\"trial_d\""), ("\"dossiers\"", "\"rating\"")])),
        ("saved/broken.sql", "-- Hỏng\n-- Tham số: không\nSELECT nothing FROM dossiers".to_owned()),
    ])
    .exits(1)
    .says(&[
        "5 fault(s)",
        "indicators/91-a.toml",
        "trial.needs: no column 'chanel'; did you mean 'channel'?",
        "trial_b.numerator",
        "did you mean 'late'?",
        "trial_c.numerator",
        "does not plan",
        "no fact table 'rating'; did you mean 'ratings'?",
        "saved/broken.sql",
    ]);
}

#[test]
fn one_id_twice_for_the_same_days_is_a_fault_and_for_other_days_is_not() {
    let again = [("\"trial\"", "\"late_rate\"")];
    check(&[("indicators/91-a.toml", indicator(&again))]).exits(1).says(&["late_rate", "defined twice", "valid_from"]);
    let dated = |dates: &str| indicator(&[("legal_basis", &format!("{dates}\nlegal_basis"))]);
    check(&[
        ("indicators/91-a.toml", dated("valid_to = \"2024-12-31\"")),
        ("indicators/92-b.toml", dated("valid_from = \"2025-01-01\"")),
    ])
    .exits(0);
    check(&[
        ("indicators/91-a.toml", dated("valid_to = \"2025-01-01\"")),
        ("indicators/92-b.toml", dated("valid_from = \"2025-01-01\"")),
    ])
    .exits(1)
    .says(&["trial", "defined twice"]);
}

#[test]
fn faulty_definitions_stop_every_command_before_anything_is_written() {
    let place = Place::new();
    place.file("kho/queries/indicators/91-a.toml", indicator(&[("denominator =", "denomenator =")]));
    let before = place.snapshot();
    let file = place.file("ho-so_20250401.csv", crate::support::list(&["H1,A,1,06/01/2025,10/01/2025,,"]));
    place.run(&["import", file.to_str().unwrap()]).exits(1).says(&["denominator"]);
    place.run(&["form06", "--period", "2025"]).exits(1).says(&["denominator"]);
    assert_eq!(place.snapshot(), before);
}
