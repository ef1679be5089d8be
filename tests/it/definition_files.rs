//! Rules change without the repository: every definition is listed, shown and copied into the workspace.

use crate::support::{Place, list};

#[test]
fn every_definition_is_listed_and_shown_as_it_is_in_force() {
    let place = Place::new();
    let files = place.rows(&["definition", "list"]);
    for id in [
        "indicators/20-timeliness",
        "indices/qd766",
        "sources/list-a",
        "calendars/2025",
        "saved/monthly-trend",
        "report-templates/workbook",
    ] {
        let row = files.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!((&row["origin"], row["file"].is_null()), (&"shipped".into(), true), "{row}");
        let text = place.run(&["definition", "show", id]).exits(0).stdout;
        assert!(text.lines().count() > 3, "{id}: {text}");
    }
    assert!(place.run(&["definition", "show", "on_time_rate"]).exits(0).stdout.contains("on_time_rate"));
    assert!(place.run(&["definition", "show", "qd766"]).exits(0).stdout.contains("766"));
    place.run(&["definition", "show", "qd767"]).exits(2).says(&["qd766"]);
    place.run(&["definition", "show", "2025"]).exits(0);
}

#[test]
fn a_copied_rule_changes_figures_and_its_removal_brings_the_shipped_one_back() {
    let place = Place::new();
    place.import_text("a_20250401.csv", &list(&["H1,Sở A,Trực tuyến,06/01/2025,10/01/2025,13/01/2025,Đã trả kết quả"]));
    let rate = || {
        place
            .run(&["--format", "csv", "rank", "--index", "on-time", "--smallest", "0", "--period", "2025-Q1"])
            .exits(0)
            .stdout
    };
    let shipped = rate();
    place.run(&["definition", "copy", "on_time_rate"]).exits(0).says(&["cchc check"]);
    let own = place.workspace().join("queries/indicators/20-timeliness.toml");
    assert_eq!(rate(), shipped, "a copy changes nothing");
    let text = std::fs::read_to_string(&own).unwrap();
    let at = text.find("id = \"on_time_rate\"\n").unwrap();
    let changed = format!("{}{}", &text[..at], text[at..].replacen("early OR on_time", "early OR on_time OR late", 1));
    assert_ne!(changed, text);
    std::fs::write(&own, changed).unwrap();
    assert_ne!(rate(), shipped);
    place.run(&["definition", "copy", "on_time_rate"]).exits(1).says(&["is there already"]);
    let row =
        place.rows(&["definition", "list"]).into_iter().find(|row| row["id"] == "indicators/20-timeliness").unwrap();
    assert_eq!(row["origin"], "overridden");
    std::fs::remove_file(own).unwrap();
    assert_eq!(rate(), shipped);
}

#[test]
fn shells_complete_and_every_command_has_a_page() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(place.run(&["completions", shell]).exits(0).stdout.contains("form06"), "{shell}");
    }
    let pages = place.path("trang");
    place.run(&["man", "--out", pages.to_str().unwrap()]).exits(0);
    for name in ["cchc.1", "cchc-form06.1", "cchc-definition-copy.1"] {
        assert!(std::fs::read_to_string(pages.join(name)).unwrap().contains(".SH"), "{name}");
    }
    assert!(!pages.join("cchc-serve-xls.1").exists(), "what only the program itself calls has none");
}

#[test]
fn a_source_that_still_asks_is_told() {
    let place = Place::new();
    let own = "name = \"x\"\ntable = \"dossiers\"\nrequired = [\"dossier_code\"]\n[columns.dossier_code]\nheadings = [\"Mã\"]\n";
    place.file("kho/queries/sources/x.toml", own);
    assert!(!place.run(&["--lang", "vi", "check"]).exits(0).stderr.contains("sources/x.toml"));
    place.file("kho/queries/sources/x.toml", format!("{own}# [columns.channel]\n# headings = [\"Cách nộp\"]\n"));
    place.run(&["--lang", "vi", "check"]).exits(0).says(&["sources/x.toml", "còn 1 câu hỏi"]);
}
