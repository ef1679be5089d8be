//! `cchc units --unknown`: every name that imports could not resolve, once, with the units that it may mean.

use anyhow::Result;

use super::super::output::Columns;
use super::super::{Format, Global, OpenEngine};
use cchc_engine::{Suggestion, UnknownMeaning, UnknownName};

pub fn list(global: &Global) -> Result<()> {
    let opened = OpenEngine::open(global)?;
    let found = opened.wait(opened.engine.unknown_names())?;
    let names = &found.names;
    let suggestions: Vec<String> = names.iter().map(suggestions).collect();
    let columns = Columns::default()
        .text("name", names.iter().map(|one| Some(one.name.as_str())))
        .int("rows_refused", names.iter().map(|one| Some(one.refused)))
        .int("rows_left_empty", names.iter().map(|one| Some(one.left_empty)))
        .text("file", names.iter().map(|one| one.files.first().map(String::as_str)))
        .int("files", names.iter().map(|one| Some(one.files.len() as i64)));
    // The suggestions in words say the same; a terminal is not that wide.
    let columns = match global.format {
        Format::Table => columns,
        _ => with_best(columns, names),
    };
    columns.text("suggestions", suggestions.iter().map(|text| Some(text.as_str()))).write(global)?;
    note_next_steps(global, names, found.unnamed_rows);
    Ok(())
}

fn with_best(columns: Columns, names: &[UnknownName]) -> Columns {
    let result = |one: &UnknownName| match one.meaning {
        UnknownMeaning::Several(_) => "several",
        UnknownMeaning::Like(_) => "none",
    };
    columns
        .text("result", names.iter().map(|one| Some(result(one))))
        .text("suggested_code", names.iter().map(|one| best(one).map(|best| best.code.as_str())))
        .text("suggested_name", names.iter().map(|one| best(one).map(|best| best.name.as_str())))
        .number("likeness", names.iter().map(|one| best(one).map(|best| best.likeness)))
}

fn best(one: &UnknownName) -> Option<&Suggestion> {
    if let UnknownMeaning::Like(suggestions) = &one.meaning { suggestions.first() } else { None }
}

fn suggestions(one: &UnknownName) -> String {
    let units: Vec<String> = match &one.meaning {
        UnknownMeaning::Several(units) => units.iter().map(|(code, name)| format!("{name} ({code})")).collect(),
        UnknownMeaning::Like(suggestions) => suggestions.iter().map(suggestion).collect(),
    };
    units.join("; ")
}

fn suggestion(one: &Suggestion) -> String {
    let spelling = if one.same_sound { ", spelling" } else { "" };
    format!("{} ({}) {:.2}{spelling}", one.name, one.code, one.likeness)
}

fn note_next_steps(global: &Global, names: &[UnknownName], unnamed: i64) {
    if unnamed > 0 {
        global.note(&format!(
            "{unnamed} more rows in columns that may name a person: see `cchc findings --rule unknown_unit`"
        ));
    }
    if !names.is_empty() {
        global.note("`cchc units alias NAME CODE` resolves a name for good; then import the files again");
    }
}
