//! Reads source definitions and the shared dictionaries from TOML, and checks each against the table that it feeds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dates::{Pattern, SourceZone};
use super::layout::{Layout, Tried};
use super::layout_file::{self, OneOrMore, RawLayout, RawMark, RawSkipRows, RawWide};
use super::source::{Covers, SourceColumn, SourceDef, Unknown, fold_word};
use super::{Fault, Files, did_you_mean, parse_toml};
use cchc_model::{Encoding, TABLES, Table};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    name: String,
    table: String,
    #[serde(default)]
    #[expect(dead_code, reason = "the note is for the reader of the file")]
    note: String,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    personal: Vec<String>,
    #[serde(default)]
    dates: Vec<String>,
    zone: Option<String>,
    #[serde(default)]
    without_received: Vec<i64>,
    #[serde(default)]
    encoding: Option<Encoding>,
    #[serde(default)]
    sheets: Vec<String>,
    heading_rows: Option<usize>,
    #[serde(default)]
    tried: Tried,
    decimal: Option<String>,
    #[serde(default)]
    key: Vec<String>,
    #[serde(default)]
    one_of: Vec<String>,
    #[serde(default)]
    skip_rows: Vec<RawSkipRows>,
    #[serde(default)]
    marks: Vec<RawMark>,
    outline: Option<String>,
    wide: Option<RawWide>,
    #[serde(default)]
    fill_merged: Vec<String>,
    #[serde(default)]
    with_finished: Vec<i64>,
    #[serde(default)]
    without_finished: Vec<i64>,
    #[serde(default)]
    aside: Vec<String>,
    #[serde(default)]
    covers: Covers,
    columns: BTreeMap<String, RawColumn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    #[serde(default)]
    headings: Vec<String>,
    from: Option<OneOrMore>,
    #[serde(default)]
    words: Option<String>,
    #[serde(default)]
    more_words: BTreeMap<String, toml::Value>,
    #[serde(default)]
    unknown: Unknown,
    #[serde(default)]
    ignore: Vec<String>,
    at_most: Option<String>,
    #[serde(default)]
    blank: Option<String>,
}

/// Reads `words.toml`: one table per dictionary.
pub(super) fn parse_words(files: &Files, faults: &mut Vec<Fault>) -> BTreeMap<String, BTreeMap<String, String>> {
    let Some(text) = files.get("words.toml") else { return BTreeMap::new() };
    let raw: BTreeMap<String, BTreeMap<String, toml::Value>> =
        parse_toml("words.toml", text, faults).unwrap_or_default();
    raw.into_iter().map(|(name, words)| (name, fold_words(words))).collect()
}

/// Reads every file of `sources/`.
pub(super) fn parse(
    files: &Files,
    words: &BTreeMap<String, BTreeMap<String, String>>,
    faults: &mut Vec<Fault>,
) -> Vec<SourceDef> {
    let mut sources = Vec::new();
    for (path, text) in files.below("sources/", "toml") {
        if let Some(raw) = parse_toml::<RawSource>(path, text, faults) {
            sources.extend(checked(path, raw, words, faults));
        }
    }
    sources
}

/// Reads one definition.
pub(super) fn parse_one(
    path: &str,
    text: &str,
    words: &BTreeMap<String, BTreeMap<String, String>>,
    faults: &mut Vec<Fault>,
) -> Option<SourceDef> {
    checked(path, parse_toml::<RawSource>(path, text, faults)?, words, faults)
}

fn checked(
    path: &str,
    raw: RawSource,
    words: &BTreeMap<String, BTreeMap<String, String>>,
    faults: &mut Vec<Fault>,
) -> Option<SourceDef> {
    let mut fault =
        |key: &str, message: String| faults.push(Fault { file: path.to_owned(), key: key.to_owned(), message });
    let Some(table) = Table::named(&raw.table) else {
        let near = did_you_mean(&raw.table, TABLES.iter().map(|table| table.name));
        fault("table", format!("no table '{}'{near}", raw.table));
        return None;
    };
    let mut columns = Vec::new();
    let mut given = Vec::new();
    for (name, mut column) in raw.columns {
        let from = column.from.take().map_or_else(Vec::new, OneOrMore::list);
        given.extend(from.into_iter().map(|from| (name.clone(), from)));
        columns.extend(checked_column(table, name, column, words, &mut fault));
    }
    for name in raw.fill_merged.iter().filter(|name| !columns.iter().any(|column| column.name == **name)) {
        let near = did_you_mean(name, columns.iter().map(|column| column.name.as_str()));
        fault("fill_merged", format!("'{name}' is not among the columns{near}"));
    }
    if raw.encoding.is_some_and(|encoding| !Encoding::LEGACY.contains(&encoding)) {
        let names = Encoding::LEGACY.map(Encoding::name).join(", ");
        fault("encoding", format!("Unicode tells itself; declare one of {names}, or nothing"));
    }
    let layout = RawLayout {
        sheets: raw.sheets,
        heading_rows: raw.heading_rows,
        tried: raw.tried,
        decimal: raw.decimal,
        key: raw.key,
        one_of: raw.one_of,
        given,
        skip_rows: raw.skip_rows,
        marks: raw.marks,
        outline: raw.outline,
        wide: raw.wide,
    };
    let layout = layout_file::checked(layout, table, &columns, &mut fault);
    add_fed_otherwise(table, &layout, &mut columns, &mut fault);
    check_required(table, &raw.required, &layout, &columns, &mut fault);
    for pattern in raw.dates.iter().filter(|pattern| Pattern::compile(pattern).is_none()) {
        fault(
            "dates",
            format!(
                "'{pattern}' is no date pattern; write dd, MM, yyyy, HH, mm, ss and separators, such as dd/MM/yyyy HH:mm, or epoch-ms"
            ),
        );
    }
    for (first, second) in contradictions(&raw.dates) {
        fault(
            "dates",
            format!("'{first}' and '{second}' read one text as two days; declare one order of day and month"),
        );
    }
    let zone = raw.zone.as_deref().and_then(SourceZone::named);
    if let (Some(name), None) = (&raw.zone, zone) {
        fault("zone", format!("'{name}' is no zone; write its region, such as \"UTC\" or \"Asia/Tokyo\""));
    }
    let id = path.trim_start_matches("sources/").trim_end_matches(".toml").to_owned();
    Some(SourceDef {
        id,
        name: raw.name,
        table,
        required: raw.required,
        columns,
        personal: raw.personal,
        dates: raw.dates,
        zone,
        without_received: raw.without_received,
        encoding: raw.encoding,
        layout,
        fill_merged: raw.fill_merged,
        with_finished: raw.with_finished,
        without_finished: raw.without_finished,
        aside: raw.aside.iter().map(|heading| fold_word(heading)).collect(),
        covers: raw.covers,
    })
}

/// Patterns of which two read a text in two orders of day and month.
fn contradictions(dates: &[String]) -> Vec<(&String, &String)> {
    let compiled: Vec<(&String, Pattern)> =
        dates.iter().filter_map(|pattern| Some((pattern, Pattern::compile(pattern)?))).collect();
    let later = |at: usize| compiled[at + 1..].iter();
    let pairs = compiled.iter().enumerate().flat_map(|(at, (first, pattern))| {
        later(at).filter(|(_, other)| pattern.contradicts(other)).map(|(second, _)| (*first, *second))
    });
    pairs.collect()
}

/// The value of a blank cell: that of this word.
fn blank_value(
    word: &str,
    key: &str,
    dictionary: &BTreeMap<String, String>,
    fault: &mut dyn FnMut(&str, String),
) -> Option<String> {
    let value = dictionary.get(&fold_word(word)).cloned();
    if value.is_none() {
        let near = did_you_mean(word, dictionary.keys().map(String::as_str));
        fault(key, format!("blank: '{word}' is none of the column's words{near}"));
    }
    value
}

fn checked_column(
    table: &Table,
    name: String,
    column: RawColumn,
    words: &BTreeMap<String, BTreeMap<String, String>>,
    fault: &mut dyn FnMut(&str, String),
) -> Option<SourceColumn> {
    let key = format!("columns.{name}");
    let Some(target) = table.column(&name) else {
        let near = did_you_mean(&name, table.columns.iter().map(|column| column.name));
        fault(&key, format!("table '{}' has no column '{name}'{near}", table.name));
        return None;
    };
    let mut dictionary = BTreeMap::new();
    if let Some(shared) = &column.words {
        match words.get(shared) {
            Some(shared) => dictionary.clone_from(shared),
            None => fault(
                &key,
                format!(
                    "words.toml has no dictionary '{shared}'{}",
                    did_you_mean(shared, words.keys().map(String::as_str))
                ),
            ),
        }
    }
    dictionary.extend(fold_words(column.more_words));
    let blank = column.blank.as_deref().and_then(|word| blank_value(word, &key, &dictionary, fault));
    if let Some(most) = column.at_most.as_deref().filter(|most| table.column(most).is_none()) {
        let near = did_you_mean(most, table.columns.iter().map(|column| column.name));
        fault(&key, format!("at_most: table '{}' has no column '{most}'{near}", table.name));
    }
    Some(SourceColumn {
        name,
        kind: target.kind,
        headings: column.headings,
        words: dictionary,
        unknown: column.unknown,
        ignore: column.ignore.iter().map(|word| fold_word(word)).collect(),
        at_most: column.at_most,
        blank,
    })
}

/// Columns fed by the layout alone need no table of their own in the file.
fn add_fed_otherwise(
    table: &Table,
    layout: &Layout,
    columns: &mut Vec<SourceColumn>,
    fault: &mut dyn FnMut(&str, String),
) {
    for column in columns.iter().filter(|column| column.headings.is_empty()) {
        if !layout.other_columns().any(|name| name == column.name) {
            fault(&format!("columns.{}", column.name), "headings are empty".to_owned());
        }
    }
    for name in layout.other_columns() {
        let Some(target) = table.column(name) else { continue };
        if !columns.iter().any(|column| column.name == name) {
            columns.push(SourceColumn {
                name: name.to_owned(),
                kind: target.kind,
                headings: Vec::new(),
                words: BTreeMap::new(),
                unknown: Unknown::default(),
                ignore: Vec::new(),
                at_most: None,
                blank: None,
            });
        }
    }
}

fn check_required(
    table: &Table,
    required: &[String],
    layout: &Layout,
    columns: &[SourceColumn],
    fault: &mut dyn FnMut(&str, String),
) {
    for name in required {
        if !columns.iter().any(|column| column.name == *name) {
            fault(
                "required",
                format!(
                    "'{name}' is not among the columns{}",
                    did_you_mean(name, columns.iter().map(|column| column.name.as_str()))
                ),
            );
        }
    }
    let is_fed = required.iter().any(|name| name == table.key);
    if !is_fed && layout.key.is_empty() && table.made_of.is_empty() {
        fault(
            "required",
            format!(
                "'{}' identifies a row of '{}' and must be required, or `key` must list the columns that do",
                table.key, table.name
            ),
        );
    }
}

fn fold_words(words: BTreeMap<String, toml::Value>) -> BTreeMap<String, String> {
    words
        .into_iter()
        .map(|(word, value)| {
            let value = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            (fold_word(&word), value)
        })
        .collect()
}
