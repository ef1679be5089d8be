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
const ARROW: &[Excuse] =
    &[("read/parquet.rs", "files of others have columns of any type, which become cells of text and numbers")];

/// Where a thread waits for a future below the command line.
const BLOCKS: &[Excuse] = &[];

/// Functions that are longer than others.
const LONG_FUNCTIONS: &[Excuse] = &[];

/// Folders whose files use each other, with the names in the circle.
const CIRCLES: &[(&str, &[&str], &str)] = &[];

/// Everything that a rule finds in the tree and nothing excuses; an excuse that nothing needs is wrong, too.
#[track_caller]
fn holds(rule: impl Fn(&Source) -> Vec<String>, excused: &[Excuse]) {
    let is_of = |found: &str, excuse: &str| {
        found.strip_prefix(excuse).is_some_and(|rest| rest.starts_with([':', ' ']))
    };
    let found: Vec<String> = sources().iter().flat_map(rule).collect();
    let wrong: Vec<&String> = found.iter().filter(|one| !excused.iter().any(|(path, _)| is_of(one, path))).collect();
    assert!(wrong.is_empty(), "{}\n", wrong.iter().map(|one| format!("\n{one}")).collect::<String>());
    let idle: Vec<&str> = excused.iter().map(|(path, _)| *path).filter(|path| !found.iter().any(|one| is_of(one, path))).collect();
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
        CIRCLES.iter().any(|(other, files, _)| other == folder && names.iter().all(|name| files.contains(&name.as_str())))
    };
    let wrong: Vec<_> = found.iter().filter(|circle| !is_excused(circle)).collect();
    assert!(wrong.is_empty(), "circles: {wrong:#?}");
    let idle: Vec<_> = CIRCLES.iter().filter(|(folder, ..)| !found.iter().any(|(other, _)| other == folder)).collect();
    assert!(idle.is_empty(), "excused without need: {idle:?}");
}
