//! The rules of the house: which room uses which, what code belongs where, how long files and functions are; each rule is
//! tested by planted faults.

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

/// Files with Vietnamese letters in texts that are no words for people.
const VIETNAMESE: &[Excuse] = &[
    ("model/vietnamese.rs", "the letters of the alphabet in their order"),
    ("read/letters.rs", "the letters of old encodings, by which a text is recognised and put right"),
    ("read/syllable.rs", "letters of which a syllable is made, by which an encoding is recognised"),
];

/// Files that write Parquet outside the store.
const DELTA: &[Excuse] = &[
    ("cli/output/mod.rs", "an answer printed as Parquet is no table of the store"),
    ("generate/message.rs", "an invented export is no table of the store"),
];

/// Files that decode Arrow columns beside `store/rows.rs`.
const ARROW: &[Excuse] = &[
    ("cli/output/headings.rs", "puts words for values into the columns of any table"),
    ("cli/output/xlsx.rs", "writes the answer to any SQL, whose columns no type of ours describes"),
    ("store/functions/division.rs", "a function of SQL, which works on whole columns"),
    ("store/functions/order.rs", "a function of SQL, which works on whole columns"),
    ("engine/indicators_table.rs", "evaluates a filter of DataFusion, whose result is one column of booleans"),
    ("read/parquet.rs", "reads files of others, whose columns of any type become cells"),
];

/// Files below the command line in which a thread waits for a future.
const BLOCKS: &[Excuse] =
    &[("store/shell.rs", "the one place that waits, used by the command line and by synchronous commands")];

/// Functions that are longer than others.
const LONG_FUNCTIONS: &[Excuse] = &[
    (
        "definitions/index/tree.rs build",
        "one walk over the levels of a definition, which reports each fault where it finds it",
    ),
    (
        "definitions/source_file.rs checked",
        "one check after another over the keys of a source, in the order of its file",
    ),
    ("indicators/derive/sql.rs select", "one SQL text, clause by clause"),
    ("read/tags.rs next", "one state machine over the letters of a tag"),
];

/// Folders whose files use each other, with the names in the circle.
const CIRCLES: &[(&str, &[&str], &str)] = &[
    (
        "model",
        &["likeness", "unit"],
        "an index of units holds the table of sounds of their names, which gives units back",
    ),
    (
        "definitions",
        &["derived", "index", "indicator"],
        "an indicator may be derived from indicators, by formulas that indices use too; an index of points may name an indicator",
    ),
    (
        "definitions",
        &["layout", "source"],
        "a layout is a part of a source, and its checks need the columns of the source",
    ),
    (
        "definitions/index",
        &["composite", "parse", "tree", "verify"],
        "the parts of a composite definition contain each other, and parsing and checking follow their nesting",
    ),
    (
        "definitions/index",
        &["points", "points_file", "robustness", "rule"],
        "an item has a rule, the formula of a rule names other items, and what varies of an index are choices of its own",
    ),
    (
        "read",
        &["archive", "error", "limits", "package", "peek", "sniff"],
        "the error type names container and limit, which are defined by files that return it",
    ),
    (
        "normalise",
        &["answers", "batch", "by_day", "codes", "columns", "judging", "marks", "raw", "sheet", "typing", "warnings"],
        "one type, the batch of a sheet, with its methods in a file for each concern",
    ),
    (
        "store",
        &["delta", "leftovers", "version", "whole"],
        "tables and versions are read with faults of files, and what checks a store for such faults reads tables and versions",
    ),
    (
        "store/merge",
        &["account", "batch", "changes", "kept", "tally"],
        "one type, the state of a merge, with its methods in a file for each concern",
    ),
    (
        "indicators",
        &["carry", "compile", "due", "facts", "figures", "protection", "stated", "worktime"],
        "one SQL statement is assembled from parts that name each other's columns",
    ),
    (
        "indices",
        &["earlier", "ranking"],
        "a ranking shows the rank before, which comes from ranking the earlier period",
    ),
    (
        "authoring/proposal",
        &["dates_and_persons", "text", "words"],
        "one type, the writer of a definition, with its methods in a file for each part of the text",
    ),
    (
        "import",
        &["attempt", "encoding", "file", "masked_names", "overflow", "reading", "scoring_forms", "sink", "typed"],
        "one type, the reading of a file, is filled by these steps, and an attempt in another encoding repeats them",
    ),
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
fn rooms_use_only_the_rooms_before_them() {
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
    holds(
        rules::clock,
        &[("cli/recorded.rs", "the history says when a version was written, and nothing else is said of it")],
    );
}

#[test]
fn words_for_people_are_data() {
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
