//! The commands of README.md and docs/ are run unchanged and have to print what the pages show.
//!
//! A page shortens what it shows: `…` means anything in its line, alone in a line any lines, and blanks for as many
//! blanks as a table needs.

use std::path::Path;
use std::process::Command;

use crate::shipped_composites;
use crate::source::kiosk;
use crate::support::{Place, copy, files_below, list, project, sample};

/// A command of a page, and the lines that it prints, if the page shows any.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    line: usize,
    command: String,
    output: Vec<String>,
}

/// Pages whose commands work on the sample province as README.md imports it.
const ON_THE_SAMPLE: [&str; 5] =
    ["docs/indicators.md", "docs/indices.md", "docs/insight.md", "docs/scorecards.md", "docs/store.md"];

/// Pages whose commands import the sample province themselves, into a workspace with its units.
const FROM_ITS_UNITS: [&str; 1] = ["docs/findings.md"];

/// Pages whose commands read a file or figures that their test invents.
const ON_OTHER_DATA: [&str; 3] = ["docs/composite.md", "docs/sources.md", "docs/units.md"];

/// Pages that begin with a workspace of their own.
const FROM_NOTHING: [&str; 1] = ["docs/vi/tu-bang-den-chi-so.md"];

/// Pages of which no command is run, and why.
const NONE_RUN: [(&str, &str); 3] = [
    ("docs/counts.md", "its files are those of a portal of the reader; tests/it/counts.rs runs each command"),
    ("docs/files.md", "it shows settings, and names commands within sentences only"),
    (
        "docs/performance.md",
        "its benchmarks take minutes on a million rows, and what they print is another time on every run",
    ),
];

/// Pages and commands that are not run, and why.
const NOT_RUN: [(&str, &str, &str); 9] = [
    ("README.md", "cchc source new", "a file of the reader's own"),
    ("README.md", "cchc index import", "a file of the reader's own"),
    ("README.md", "# in [[indicator]]", "an edit by hand"),
    ("README.md", "cchc rank --index on-time --period 2025-Q1 --kind district --format csv", "follows an edit by hand"),
    ("docs/findings.md", "cchc import da-sua", "files that units sent back"),
    ("docs/indicators.md", "cchc", "an indicator that the page defines"),
    ("docs/indices.md", "cchc index import", "a file of the reader's own"),
    ("docs/store.md", "cchc purge", "codes of the reader's own"),
    ("docs/units.md", "cchc units successions", "a list of the reader's own"),
];

/// Words of the pages that mean others, and a size that need not be tried here.
fn replaced(text: &str) -> String {
    text.replace("CODE", "000.00.01.H99").replace("200000", "2000")
}

/// Commands in the blocks of a page: lines after `$ `, or all lines of a block marked as `sh`.
fn commands(page: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let (mut fenced, mut inside, mut is_script, mut open) = (false, false, false, false);
    for (at, line) in page.lines().enumerate() {
        if let Some(kind) = line.strip_prefix("```") {
            fenced = !fenced;
            inside = fenced && ["", "sh"].contains(&kind);
            (is_script, open) = (kind == "sh", false);
            continue;
        }
        let command = if is_script { Some(line).filter(|line| !line.is_empty()) } else { line.strip_prefix("$ ") };
        match command {
            _ if !inside => {}
            Some(command) => {
                all.push(Shown { line: at + 1, command: command.to_owned(), output: Vec::new() });
                open = true;
            }
            None if open => {
                let last = all.last_mut().expect("a command opened the block");
                // A quote that is still open goes on in the next line.
                if last.output.is_empty() && last.command.matches('"').count() % 2 == 1 {
                    last.command.push('\n');
                    last.command.push_str(line);
                } else {
                    last.output.push(line.to_owned());
                }
            }
            None => {}
        }
    }
    for one in &mut all {
        while one.output.last().is_some_and(String::is_empty) {
            one.output.pop();
        }
    }
    all
}

/// Whether a line is drawn around a table; pages leave most of them out.
fn is_frame(line: &str) -> bool {
    line.starts_with(['─', '═']) && line.chars().all(|letter| ['─', '═'].contains(&letter))
}

/// Whether a text is that of a page, in which `…` means anything and blanks for blanks.
fn is_line(shown: &str, printed: &str) -> bool {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Lines of a table are as long as its widest row.
    let (shown, printed) = (squeeze(shown), squeeze(printed));
    if is_frame(&shown) && is_frame(&printed) {
        return true;
    }
    let parts: Vec<&str> = shown.split('…').map(str::trim).collect();
    let [first, middle @ .., last] = parts.as_slice() else { return shown == printed };
    let Some(mut rest) = printed.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
    middle.iter().all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

/// Whether lines are those of a page, in which `…` alone means any lines.
fn are_lines(shown: &[String], printed: &[&str]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, _) => printed.iter().all(|line| line.trim().is_empty()),
        (Some((first, rest)), _) if first.trim() == "…" => {
            (0..=printed.len()).any(|skipped| are_lines(rest, &printed[skipped..]))
        }
        (Some((first, rest)), Some((line, after))) => is_line(first, line) && are_lines(rest, after),
        (Some(_), None) => false,
    }
}

/// Runs the commands of a page one after another in one folder; what they print and the page does not show.
fn differences(name: &str, folder: &Path) -> String {
    let page = std::fs::read_to_string(project(name)).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_cchc")).parent().unwrap();
    let paths = std::env::join_paths(
        std::iter::once(program.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let paths = paths.unwrap();
    let mut wrong = String::new();
    for shown in commands(&page) {
        if NOT_RUN.iter().any(|(page, start, _)| *page == name && shown.command.starts_with(start)) {
            continue;
        }
        let (command, expected) =
            (replaced(&shown.command), shown.output.iter().map(|line| replaced(line)).collect::<Vec<_>>());
        let output = Command::new("sh")
            .args(["-c", &format!("{command}\n")])
            .current_dir(folder)
            .env("PATH", &paths)
            .env_remove("CCHC_WORKSPACE")
            .output()
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        let is_shown = shown.output.iter().any(|line| is_frame(line));
        let lines: Vec<&str> = printed.lines().map(str::trim_end).filter(|line| is_shown || !is_frame(line)).collect();
        // 3: done, but a row was refused, as in the sample province; 1: the page shows an error.
        let fails = shown.output.iter().any(|line| line.starts_with("error: ") || line.starts_with("Lỗi: "));
        let ends_as_shown = if fails { &[Some(1)][..] } else { &[Some(0), Some(3)] }.contains(&output.status.code());
        if !ends_as_shown || (!shown.output.is_empty() && !are_lines(&expected, &lines)) {
            let (line, shown) = (shown.line, shown.output.join("\n"));
            wrong.push_str(&format!(
                "\n{name}:{line}: {command}\nends with {:?}\n{printed}\nThe page has:\n{shown}\n",
                output.status.code()
            ));
        }
    }
    wrong
}

/// A folder in which paths of the repository are what they are in it.
fn as_in_the_repository() -> Place {
    let place = Place::empty();
    for name in ["sample-data", "queries", "report-templates", "tests", "docs"] {
        std::os::unix::fs::symlink(project(name), place.path(name)).unwrap();
    }
    place
}

#[test]
fn the_tour_of_the_readme_prints_what_it_shows() {
    let place = as_in_the_repository();
    let wrong = differences("README.md", &place.path(""));
    assert!(wrong.is_empty(), "{wrong}");
}

/// A page that works on the sample province, in a copy of its workspace.
#[track_caller]
fn prints_on_the_sample(page: &str) {
    assert!(ON_THE_SAMPLE.contains(&page));
    let (place, sample) = (as_in_the_repository(), &sample().place);
    copy(&sample.workspace(), &place.workspace());
    let wrong = differences(page, &place.path(""));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_page_on_indicators_prints_what_it_shows() {
    prints_on_the_sample("docs/indicators.md");
}

#[test]
fn the_page_on_indices_prints_what_it_shows() {
    prints_on_the_sample("docs/indices.md");
}

#[test]
fn the_page_on_changes_ranks_and_targets_prints_what_it_shows() {
    prints_on_the_sample("docs/insight.md");
}

#[test]
fn the_page_on_scorecards_prints_what_it_shows() {
    prints_on_the_sample("docs/scorecards.md");
}

#[test]
fn the_page_on_the_store_prints_what_it_shows() {
    prints_on_the_sample("docs/store.md");
}

#[test]
fn the_page_on_findings_prints_what_it_shows() {
    let place = as_in_the_repository();
    for name in ["exports", "tables"] {
        copy(&project("sample-data").join(name), &place.path(name));
    }
    place.run(&["init", "--units", project("sample-data/units.csv").to_str().unwrap()]).exits(0);
    let wrong = differences(FROM_ITS_UNITS[0], &place.path(""));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_page_on_composite_indices_prints_what_it_shows() {
    let place = as_in_the_repository();
    copy(&shipped_composites::place(shipped_composites::FIGURES).workspace(), &place.workspace());
    let wrong = differences("docs/composite.md", &place.path(""));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_page_on_sources_prints_what_it_shows() {
    let place = as_in_the_repository();
    copy(&Place::new().workspace(), &place.workspace());
    // The page's file has no column for the colour of the folder, the third one.
    let without_third = |line: &str| {
        let cells: Vec<&str> = line.split(',').enumerate().filter(|(at, _)| *at != 2).map(|(_, cell)| cell).collect();
        cells.join(",") + "\n"
    };
    place.file("so-theo-doi_20250401.csv", kiosk().lines().map(without_third).collect::<String>());
    let wrong = differences("docs/sources.md", &place.path(""));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_page_on_units_prints_what_it_shows() {
    let place = as_in_the_repository();
    let (early, late) =
        ("02/12/2024,10/12/2024,09/12/2024,Đã trả kết quả", "02/12/2024,10/12/2024,12/12/2024,Đã trả kết quả");
    let rows = [
        format!("H1,UBND phường Trường Thi,Trực tuyến,{early}"),
        format!("H2,UBND phường Trường Thi,Trực tuyến,{late}"),
        "H3,UBND phường Trường Thi,Trực tiếp,02/12/2024,10/12/2024,,Đang xử lý".to_owned(),
        format!("H4,UBND thành phố Vinh,Trực tuyến,{early}"),
        format!("H5,Phuong Ha Huy Tap,Trực tuyến,{early}"),
        format!("H6,Phuong Ha Huy Tap,Trực tiếp,{early}"),
        format!("H7,UBND xã Đồng Văn,Trực tiếp,{early}"),
    ];
    place.file("vinh_20250115.csv", list(&rows.each_ref().map(String::as_str)));
    let wrong = differences("docs/units.md", &place.path(""));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_page_from_a_published_table_to_an_index_prints_what_it_shows() {
    let place = as_in_the_repository();
    let wrong = differences(FROM_NOTHING[0], &place.path(""));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_page_with_commands_is_run_or_says_why_not() {
    let listed = |page: &str| {
        page == "README.md"
            || ON_THE_SAMPLE.contains(&page)
            || FROM_ITS_UNITS.contains(&page)
            || ON_OTHER_DATA.contains(&page)
            || FROM_NOTHING.contains(&page)
            || NONE_RUN.iter().any(|(other, _)| *other == page)
    };
    let pages =
        files_below(&project("docs")).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    let with_commands = pages.filter(|path| {
        commands(&std::fs::read_to_string(path).unwrap()).iter().any(|one| one.command.starts_with("cchc"))
    });
    let docs = project("docs");
    let below = with_commands.map(|path| path.strip_prefix(&docs).unwrap().to_string_lossy().into_owned());
    // A Vietnamese page has the blocks of its English twin (twins.rs).
    let english = |name: &str| {
        let twin = name.strip_prefix("vi/").filter(|twin| docs.join(twin).is_file());
        format!("docs/{}", twin.unwrap_or(name))
    };
    let names = below.map(|name| english(&name));
    let missing: Vec<String> = names.filter(|name| !listed(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn commands_and_shortened_outputs_are_read_from_a_page() {
    let page =
        "Text.\n```\n$ cchc a \"b\nc\" --d\none … two\n\n$ cchc e\n```\n```toml\n$ no = 1\n```\n```sh\ncchc f\n```\n";
    let shown = |line, command: &str, output: &[&str]| Shown {
        line,
        command: command.to_owned(),
        output: output.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert_eq!(
        commands(page),
        [shown(3, "cchc a \"b\nc\" --d", &["one … two"]), shown(7, "cchc e", &[]), shown(13, "cchc f", &[])]
    );
    assert!(is_line(" a   b … e", "a b c d e") && is_line("a…", "a") && is_line("a b", "a  b "));
    assert!(!is_line("a … c", "a b") && !is_line("a", "a b") && !is_line("a … b … c", "a c b"));
    let lines = |shown: &[&str], printed: &[&str]| {
        are_lines(&shown.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>(), printed)
    };
    assert!(lines(&["a", "…", "d"], &["a", "b", "c", "d"]) && lines(&["a", "…"], &["a"]));
    assert!(!lines(&["a", "d"], &["a", "b", "d"]) && !lines(&["a", "…", "e"], &["a", "b"]));
}
