//! Shows how a dry run understood each sheet: headings, words, units, dates, and a few rows as they would be stored.

use anyhow::Result;
use serde_json::{Value, json};

use super::super::lines::{WIDTH, cut, length, shown, wrapped};
use super::super::output;
use super::super::words::{DryRunWords, Words, counted};
use super::super::{Format, Global};
use super::accounts::{self, Texts};
use cchc_definitions::{Definitions, Language, SourceDef, fill};
use cchc_import::{ImportAccount, SheetAccount, WordSeen};
use cchc_model::{Level, fold_name};
use cchc_normalise::Meaning;

/// How surely a heading that fits only without its diacritics means its column.
const LOOSE: f64 = 0.9;
/// Known words shown of one column; what is not understood is always shown.
const KNOWN_SHOWN: usize = 12;

/// Writes one entry a sheet to standard output, and one for each file without a sheet that fits.
pub(in super::super) fn write(
    global: &Global,
    definitions: &Definitions,
    words: &Words,
    done: &ImportAccount,
) -> Result<()> {
    if global.format != Format::Table {
        return output::json(&Value::Array(documents(definitions, done, global.language())));
    }
    output::plain(&pages(definitions, words, done, global.language()))
}

/// The entries as documents.
pub(in super::super) fn documents(definitions: &Definitions, done: &ImportAccount, language: Language) -> Vec<Value> {
    let sheets = done.sheets.iter().map(|sheet| document(definitions, done, sheet));
    let refused = done.files.iter().filter(|file| !done.sheets.iter().any(|sheet| sheet.file == file.file));
    let refused = refused.map(|file| {
        let first = done.findings.iter().find(|one| one.file == file.file && one.level == Level::Error);
        json!({
            "file": file.file, "sheet": null, "source": null, "exported_at": null,
            "rows": 0, "loaded": 0, "updated": 0, "duplicate": 0, "rejected": 0,
            "refused": first.map(|finding| definitions.messages.sentence(finding, language)),
        })
    });
    sheets.chain(refused).collect()
}

/// The entries for people, with the account of each file.
pub(in super::super) fn pages(
    definitions: &Definitions,
    words: &Words,
    done: &ImportAccount,
    language: Language,
) -> String {
    let pages: String = done.sheets.iter().map(|sheet| page(definitions, sheet, &words.dry_run)).collect();
    let texts = Texts { messages: &definitions.messages, words, language };
    pages + &accounts::table(&accounts::gather(done), texts)
}

/// A heading and the column that it feeds.
struct Fed<'a> {
    column: &'a str,
    heading: &'a str,
    is_exact: bool,
}

fn fed<'a>(source: Option<&'a SourceDef>, sheet: &'a SheetAccount) -> Vec<Fed<'a>> {
    let is_exact = |column: &str, heading: &str| {
        let folded = fold_name(heading);
        let known = source.and_then(|source| source.column(column));
        known.is_some_and(|column| column.headings.iter().any(|one| fold_name(one) == folded))
    };
    let fed = sheet.columns.iter();
    let mut fed: Vec<Fed<'_>> =
        fed.map(|(column, heading)| Fed { column, heading, is_exact: is_exact(column, heading) }).collect();
    fed.sort_by_key(|fed| sheet.headings.iter().position(|heading| heading == fed.heading));
    fed
}

/// Columns of the source that no heading feeds; the title or another sheet may give some of them.
fn unfed<'a>(source: Option<&'a SourceDef>, sheet: &SheetAccount) -> Vec<&'a str> {
    let Some(source) = source else { return Vec::new() };
    let is_given = |name: &str| source.layout.given.iter().any(|(column, _)| column == name);
    let is_fed = |name: &str| sheet.columns.iter().any(|(column, _)| column == name);
    let names = source.columns.iter().map(|column| column.name.as_str());
    names.filter(|name| !is_fed(name) && !is_given(name)).collect()
}

fn document(definitions: &Definitions, done: &ImportAccount, sheet: &SheetAccount) -> Value {
    let source = definitions.sources.iter().find(|source| source.id == sheet.source);
    let account = done.files.iter().find(|file| file.file == sheet.file);
    let preview = sheet.preview.clone().unwrap_or_default();
    let column = |fed: &Fed<'_>| {
        json!({
            "column": fed.column, "heading": fed.heading,
            "match": if fed.is_exact { "exact" } else { "fuzzy" },
            "confidence": if fed.is_exact { 1.0 } else { LOOSE },
        })
    };
    let dates = preview.dates.iter().flat_map(|seen| {
        let pattern = |(pattern, cells): &(String, u64)| {
            json!({
                "column": seen.column, "cells": cells,
                "pattern": Some(pattern).filter(|pattern| !pattern.is_empty()),
            })
        };
        seen.patterns.iter().map(pattern).collect::<Vec<_>>()
    });
    let sample = preview.sample.iter().map(|row| {
        let cells = row.iter().map(|(column, value)| (column.clone(), Value::from(value.as_str())));
        Value::Object(cells.collect())
    });
    let (units, words): (Vec<&WordSeen>, Vec<&WordSeen>) = preview.words.iter().partition(|word| word.is_unit);
    json!({
        "file": sheet.file, "sheet": sheet.sheet, "source": sheet.source, "confidence": sheet.confidence,
        "heading_row": sheet.heading_row, "exported_at": account.and_then(|file| file.exported_at.clone()),
        "rows": sheet.rows, "loaded": sheet.loaded, "updated": sheet.updated, "duplicate": sheet.duplicate,
        "rejected": sheet.rejected, "refused": null,
        "columns": fed(source, sheet).iter().map(column).collect::<Vec<_>>(),
        "missing": unfed(source, sheet), "extra": sheet.extra, "personal": sheet.personal,
        "words": words.into_iter().map(word_document).collect::<Vec<_>>(),
        "units": units.into_iter().map(unit_document).collect::<Vec<_>>(),
        "dates": dates.collect::<Vec<_>>(), "sample": sample.collect::<Vec<_>>(),
    })
}

const fn status(meaning: &Meaning) -> &'static str {
    match meaning {
        Meaning::Stored(_) => "known",
        Meaning::Empty => "empty",
        Meaning::Unknown => "unknown",
        Meaning::Several => "ambiguous",
        Meaning::ByDay => "by_day",
    }
}

fn stored(meaning: &Meaning) -> Option<&str> {
    if let Meaning::Stored(value) = meaning { Some(value) } else { None }
}

fn word_document(word: &WordSeen) -> Value {
    json!({
        "column": word.column, "word": word.text, "value": stored(&word.meaning),
        "status": status(&word.meaning), "rows": word.rows,
    })
}

fn unit_document(word: &WordSeen) -> Value {
    let candidate =
        |(code, name, likeness): &(String, String, f64)| json!({ "code": code, "name": name, "confidence": likeness });
    json!({
        "column": word.column, "name": word.text, "code": stored(&word.meaning), "unit_name": word.unit_name,
        "status": status(&word.meaning), "rows": word.rows,
        "confidence": stored(&word.meaning).map(|_| 1.0),
        "candidates": word.candidates.iter().map(candidate).collect::<Vec<_>>(),
    })
}

fn page(definitions: &Definitions, sheet: &SheetAccount, words: &DryRunWords) -> String {
    let source = definitions.sources.iter().find(|source| source.id == sheet.source);
    let name = if sheet.sheet.is_empty() { String::new() } else { format!(" · {}", sheet.sheet) };
    let mut text = format!("{}\n", shown(&format!("{}{name}", sheet.file)));
    let (sure, row) = (format!("{:.0}", (sheet.confidence * 100.0).floor()), sheet.heading_row.to_string());
    section(&mut text, &fill(&words.source, &[("source", &sheet.source), ("sure", &sure), ("row", &row)]));
    section(&mut text, &words.headings);
    let fed = fed(source, sheet);
    let widest = fed.iter().map(|fed| length(fed.column)).max().unwrap_or(0);
    for fed in &fed {
        let how = if fed.is_exact { String::new() } else { format!("  ({})", words.fuzzy) };
        text.push_str(&format!("    {:widest$} ← {}{how}\n", fed.column, shown(fed.heading)));
    }
    for (title, names) in [
        (&words.missing, unfed(source, sheet)),
        (&words.extra, sheet.extra.iter().map(String::as_str).collect()),
        (&words.personal, sheet.personal.iter().map(String::as_str).collect()),
    ] {
        if !names.is_empty() {
            text.push_str(&wrapped(&shown(&format!("{title}: {}", names.join(", "))), 2));
        }
    }
    if let Some(preview) = &sheet.preview {
        words_seen(&mut text, &preview.words, words);
        if !preview.dates.is_empty() {
            section(&mut text, &words.dates);
        }
        for seen in &preview.dates {
            let pattern = |(pattern, cells): &(String, u64)| {
                let name = if pattern.is_empty() { &words.no_pattern } else { pattern };
                format!("{name} × {cells}")
            };
            let patterns: Vec<String> = seen.patterns.iter().map(pattern).collect();
            text.push_str(&wrapped(&format!("{}: {}", seen.column, patterns.join(", ")), 4));
        }
        for (number, row) in (1..).zip(&preview.sample) {
            section(&mut text, &counted(&words.sample, "number", number));
            let cells: Vec<String> = row.iter().map(|(column, value)| format!("{column}={value}")).collect();
            text.push_str(&wrapped(&shown(&cells.join("; ")), 4));
        }
    }
    text + "\n"
}

fn section(text: &mut String, title: &str) {
    text.push_str(&format!("  {title}\n"));
}

/// Words by column; of the known ones the commonest, of the others all.
fn words_seen(text: &mut String, seen: &[WordSeen], words: &DryRunWords) {
    for column in seen.chunk_by(|left, right| left.column == right.column) {
        let title = if column[0].is_unit { &words.units } else { &words.words };
        section(text, &fill(title, &[("column", &column[0].column)]));
        let mut left_out = 0;
        for (place, word) in column.iter().enumerate() {
            let is_known = matches!(word.meaning, Meaning::Stored(_) | Meaning::Empty);
            if is_known && place >= KNOWN_SHOWN {
                left_out += 1;
                continue;
            }
            let written = word.text.as_deref().unwrap_or(&words.hidden);
            let mark = if is_known { ' ' } else { '?' };
            let rows = counted(&words.rows, "count", word.rows);
            let line = format!("{mark} \"{written}\" → {} · {rows}", meaning(word, words));
            text.push_str(&format!("   {}\n", cut(&shown(&line), WIDTH - 3)));
        }
        if left_out > 0 {
            text.push_str(&format!("     … {}\n", counted(&words.more_words, "count", left_out)));
        }
    }
}

fn meaning(word: &WordSeen, words: &DryRunWords) -> String {
    let with_units = |sentence: &str, most: usize| {
        let one = |(code, name, likeness): &(String, String, f64)| {
            let sure = (likeness * 100.0).floor();
            if word.meaning == Meaning::Unknown {
                format!("{name} ({code}) {sure:.0} %")
            } else {
                format!("{name} ({code})")
            }
        };
        let units = word.candidates.iter().take(most).map(one).collect::<Vec<_>>().join(", ");
        fill(sentence, &[("units", &units)])
    };
    match &word.meaning {
        Meaning::Stored(value) => {
            word.unit_name.as_ref().map_or_else(|| value.clone(), |name| format!("{value} {name} 100 %"))
        }
        Meaning::Empty => words.empty.clone(),
        Meaning::Unknown if word.candidates.is_empty() => words.unknown.clone(),
        Meaning::Unknown => with_units(&words.unknown_near, 1),
        Meaning::Several => with_units(&words.several, 5),
        Meaning::ByDay => with_units(&words.by_day, 5),
    }
}
