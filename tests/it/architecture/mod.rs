//! The house: which room uses which, what stands where, how long files and functions are; each rule tested by planted faults.

mod circles;
mod planted;
mod rules;
mod source;

use std::path::PathBuf;

use crate::metadata::metadata;

use crate::support::{files_below, project};
use source::{Source, sources};

/// A file (or a function of it), and why a rule does not hold there.
type Excuse = (&'static str, &'static str);

/// Where texts have Vietnamese letters that are no words for people.
const VIETNAMESE: &[Excuse] = &[
    ("read/letters.rs", "the letters of old encodings, by which a text is recognised and put right"),
    ("read/syllable.rs", "letters of which a syllable is made, by which encodings are told apart"),
];

/// Where Delta logs or Parquet files are written beside the store.
const DELTA: &[Excuse] = &[
    ("cli/output.rs", "an answer printed as Parquet is no table of the store"),
    ("generate/message.rs", "an invented export is no table of the store"),
];

/// Where columns of Arrow are decoded beside `store/rows.rs`.
const ARROW: &[Excuse] = &[
    ("cli/output.rs", "prints answers whose columns only the question knows"),
    ("engine/indicators_table.rs", "a filter's answer is one column of yes and no, from the engine that asked it"),
    ("read/parquet.rs", "files of others have columns of any type, which become cells of text and numbers"),
];

/// Where a thread waits for a future below the command line.
const BLOCKS: &[Excuse] = &[("store/shell.rs", "the one shell in which the command line waits")];

/// Functions that are longer than others.
const LONG_FUNCTIONS: &[Excuse] = &[
    ("definitions/index/tree.rs build", "one walk over the levels of a definition, each fault told where it is met"),
    (
        "definitions/source_file.rs checked",
        "one check after another over the keys of a source, in the order of its file",
    ),
    ("indicators/derive/sql.rs select", "one SQL text, clause by clause"),
    ("read/tags.rs next", "one state machine over the letters of a tag"),
];

/// Folders whose files use each other, with the names in the circle.
const CIRCLES: &[(&str, &[&str], &str)] = &[
    ("model", &["likeness", "unit"], "a list of units keeps the sounds of their names, which are told of units"),
    (
        "definitions",
        &["derived", "index", "indicator"],
        "a derived figure is an indicator made of indicators, by the formulas that indices have, too",
    ),
    ("definitions", &["layout", "source"], "a layout is part of a source and gives some of its columns"),
    (
        "definitions/index",
        &["composite", "parse", "tree", "verify"],
        "a definition, and the steps that read it, nest its parts and check them",
    ),
    ("definitions/index", &["points", "points_file", "rule"], "an item has a rule, and a rule may read other items"),
    (
        "read",
        &["archive", "error", "limits", "package", "peek", "sniff"],
        "an error names the container and the limit at fault, and both are found by steps that may fail with it",
    ),
    (
        "normalise",
        &["answers", "batch", "by_day", "codes", "columns", "judging", "marks", "raw", "sheet", "typing", "warnings"],
        "one batch of a sheet is typed and judged by methods in a file for each concern",
    ),
    ("normalise", &["headings", "wide"], "a wide layout is told by its headings, and headings by the layout"),
    (
        "store/merge",
        &["account", "batch", "changes", "tally"],
        "the state of one merge, and what is done to it in a file for each concern",
    ),
    (
        "indicators",
        &["carry", "compile", "facts", "figures", "worktime"],
        "one pass of SQL is put together from parts that name each other's columns",
    ),
    (
        "indicators/derive",
        &["figure_table", "units"],
        "sums over units are computed from a table of figures and written into it",
    ),
    ("indices", &["earlier", "ranking"], "a ranking names the earlier rank, which is one of an earlier ranking"),
    ("indices", &["judged", "scorecard"], "faults of sheets that people filled in are errors of the scorecard"),
    (
        "report",
        &["carried", "error", "form", "gather", "input", "number", "period_label", "returned", "template", "write"],
        "an error names what failed in any of them, and each may fail with it",
    ),
    ("report/write/xlsx", &["grid", "page"], "a page is set up on the grid that is written into it"),
    ("authoring/proposal", &["dates_and_persons", "text", "words"], "parts of one text, written by one writer"),
    (
        "import",
        &["attempt", "encoding", "file", "overflow", "reading", "scoring_forms", "sink", "typed"],
        "a file is read again from its start in another encoding, and sheets beyond a limit are set aside while read",
    ),
    ("import", &["cleared", "log"], "what an import clears is told by what it keeps, and kept with it"),
];

/// Everything that a rule finds in the tree and nothing excuses; an excuse that nothing needs is wrong, too.
#[track_caller]
fn holds(rule: impl Fn(&Source) -> Vec<String>, excused: &[Excuse]) {
    let is_of = |found: &str, excuse: &str| found.strip_prefix(excuse).is_some_and(|rest| rest.starts_with([':', ' ']));
    let found: Vec<String> = sources().iter().flat_map(rule).collect();
    let wrong: Vec<&String> = found.iter().filter(|one| !excused.iter().any(|(path, _)| is_of(one, path))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let idle: Vec<&str> =
        excused.iter().map(|(path, _)| *path).filter(|path| !found.iter().any(|one| is_of(one, path))).collect();
    assert!(idle.is_empty(), "excused without need: {idle:?}");
}

#[test]
fn rooms_use_only_what_stands_left_of_them() {
    let metadata = metadata(&["--no-deps"]);
    let mut wrong = Vec::new();
    let mut rooms = 0;
    for package in &metadata.packages {
        let Some(room) = package.name.strip_prefix("cchc-") else { continue };
        let used = package.dependencies.iter().filter(|used| used.kind.is_none());
        let used: Vec<String> = used.filter_map(|used| Some(used.name.strip_prefix("cchc-")?.to_owned())).collect();
        wrong.extend(rules::arrows(room, &used));
        rooms += 1;
    }
    assert!(rooms >= rules::ORDER.len(), "{rooms} rooms");
    assert!(wrong.is_empty(), "arrows that run back: {wrong:?}");
}

#[test]
fn every_file_opens_with_one_sentence_on_what_it_owns() {
    let missing: Vec<PathBuf> = files_below(&project("src"))
        .into_iter()
        .chain(files_below(&project("tests")))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !std::fs::read_to_string(path).unwrap().starts_with("//! "))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn only_the_store_the_indicators_and_the_gate_hold_sql() {
    holds(rules::sql, &[]);
}

#[test]
fn only_the_store_writes_delta_logs_and_parquet() {
    holds(rules::delta, DELTA);
}

#[test]
fn only_the_command_line_prints() {
    holds(rules::prints, &[]);
}

#[test]
fn stages_read_no_clock() {
    holds(rules::clock, &[]);
}

#[test]
fn words_for_people_stand_in_data() {
    holds(rules::vietnamese, VIETNAMESE);
}

#[test]
fn columns_of_arrow_are_decoded_in_one_place() {
    holds(rules::arrow, ARROW);
}

#[test]
fn nothing_below_the_command_line_blocks_on_a_future() {
    holds(rules::blocks, BLOCKS);
}

#[test]
fn no_path_climbs_out_of_its_room() {
    holds(rules::climbs, &[]);
}

#[test]
fn no_file_is_longer_than_its_limit() {
    holds(rules::long_file, &[]);
}

#[test]
fn no_function_is_longer_than_its_limit() {
    holds(rules::long_functions, LONG_FUNCTIONS);
}

#[test]
fn modules_have_one_style() {
    let all = sources();
    holds(|source| rules::module_style(source, &all), &[]);
}

#[test]
fn no_files_of_one_folder_use_each_other_in_a_circle_without_a_reason() {
    let all = sources();
    let mut found = Vec::new();
    for room in rules::ORDER.iter().chain(["generate"].iter()) {
        let of_room: Vec<&Source> = all.iter().filter(|source| source.room() == *room).collect();
        found.extend(circles::circles(room, &of_room));
    }
    let is_excused = |(folder, names): &circles::Circle| {
        CIRCLES
            .iter()
            .any(|(other, files, _)| other == folder && names.iter().all(|name| files.contains(&name.as_str())))
    };
    let wrong: Vec<_> = found.iter().filter(|circle| !is_excused(circle)).collect();
    assert!(wrong.is_empty(), "circles: {wrong:#?}");
    let idle: Vec<_> = CIRCLES.iter().filter(|(folder, ..)| !found.iter().any(|(other, _)| other == folder)).collect();
    assert!(idle.is_empty(), "excused without need: {idle:?}");
}
