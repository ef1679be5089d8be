//! Shows how a dry run understood each sheet: headings, words, units, dates, and a few rows as they would be stored.

use anyhow::Result;
use serde_json::{Value, json};

use super::super::lines::{WIDTH, cut, length, shown, wrapped};
use super::super::output;
use super::super::{Format, Global};
use super::accounts;
use cchc_definitions::{Definitions, Language, SourceDef};
use cchc_import::{ImportReport, SheetReport, WordSeen};
use cchc_model::{Level, fold_name};
use cchc_normalise::Meaning;

/// How surely a heading that fits only without its diacritics means its column.
const LOOSE: f64 = 0.9;
/// Known words shown of one column; what is not understood is always shown.
const KNOWN_SHOWN: usize = 12;

/// Writes one entry a sheet to standard output, and one for each file without a sheet that fits.
pub(in super::super) fn write(global: &Global, definitions: &Definitions, report: &ImportReport) -> Result<()> {
    if global.format != Format::Table {
        return output::json(&Value::Array(documents(definitions, report, global.language())));
    }
    output::plain(&pages(definitions, report, global.language()))
}

/// The entries as documents.
pub(in super::super) fn documents(definitions: &Definitions, report: &ImportReport, language: Language) -> Vec<Value> {
    let sheets = report.sheets.iter().map(|sheet| document(definitions, report, sheet));
    let refused = report.files.iter().filter(|file| !report.sheets.iter().any(|sheet| sheet.file == file.file));
    let refused = refused.map(|file| {
        let first = report.findings.iter().find(|one| one.file == file.file && one.level == Level::Error);
        json!({
            "file": file.file, "sheet": null, "source": null, "exported_at": null,
            "rows": 0, "loaded": 0, "updated": 0, "duplicate": 0, "rejected": 0,
            "refused": first.map(|finding| definitions.messages.sentence(finding, language)),
        })
    });
    sheets.chain(refused).collect()
}

/// The entries for people, with the account of each file.
pub(in super::super) fn pages(definitions: &Definitions, report: &ImportReport, language: Language) -> String {
    let pages: String = report.sheets.iter().map(|sheet| page(definitions, sheet, language)).collect();
    pages + &accounts::table(&accounts::gather(report), &definitions.messages, language)
}

/// A heading and the column that it feeds.
struct Fed<'a> {
    column: &'a str,
    heading: &'a str,
    is_exact: bool,
}

fn fed<'a>(source: Option<&'a SourceDef>, sheet: &'a SheetReport) -> Vec<Fed<'a>> {
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

/// Columns of the source that no heading feeds; what stands elsewhere feeds some of them.
fn unfed<'a>(source: Option<&'a SourceDef>, sheet: &SheetReport) -> Vec<&'a str> {
    let Some(source) = source else { return Vec::new() };
    let is_given = |name: &str| source.layout.given.iter().any(|(column, _)| column == name);
    let is_fed = |name: &str| sheet.columns.iter().any(|(column, _)| column == name);
    let names = source.columns.iter().map(|column| column.name.as_str());
    names.filter(|name| !is_fed(name) && !is_given(name)).collect()
}

fn document(definitions: &Definitions, report: &ImportReport, sheet: &SheetReport) -> Value {
    let source = definitions.sources.iter().find(|source| source.id == sheet.source);
    let account = report.files.iter().find(|file| file.file == sheet.file);
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

/// The words of a page, Vietnamese or English.
fn say(language: Language, vi: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Vi => vi,
        Language::En => en,
    }
}

fn page(definitions: &Definitions, sheet: &SheetReport, language: Language) -> String {
    let say = |vi, en| say(language, vi, en);
    let source = definitions.sources.iter().find(|source| source.id == sheet.source);
    let name = if sheet.sheet.is_empty() { String::new() } else { format!(" · {}", sheet.sheet) };
    let mut text = format!("{}\n", shown(&format!("{}{name}", sheet.file)));
    let sure = (sheet.confidence * 100.0).floor();
    text.push_str(&format!(
        "  {} {} ({sure:.0} %), {} {}\n",
        say("nguồn", "source"),
        sheet.source,
        say("tiêu đề ở dòng", "headings in row"),
        sheet.heading_row
    ));
    section(&mut text, say("Tiêu đề → cột", "Heading → column"));
    let fed = fed(source, sheet);
    let widest = fed.iter().map(|fed| length(fed.column)).max().unwrap_or(0);
    for fed in &fed {
        let how = if fed.is_exact { String::new() } else { format!("  ({}, 90 %)", say("gần đúng", "fuzzy")) };
        text.push_str(&format!("    {:widest$} ← {}{how}\n", fed.column, shown(fed.heading)));
    }
    for (title, names) in [
        (say("Nguồn có mà bảng không có", "In the source, not in the sheet"), unfed(source, sheet)),
        (say("Để ngoài", "Kept out"), sheet.extra.iter().map(String::as_str).collect()),
        (
            say("Cột cá nhân, bỏ nội dung", "Personal, cells dropped"),
            sheet.personal.iter().map(String::as_str).collect(),
        ),
    ] {
        if !names.is_empty() {
            text.push_str(&wrapped(&shown(&format!("{title}: {}", names.join(", "))), 2));
        }
    }
    if let Some(preview) = &sheet.preview {
        words(&mut text, &preview.words, language);
        if !preview.dates.is_empty() {
            section(&mut text, say("Cách viết ngày", "Dates"));
        }
        for seen in &preview.dates {
            let pattern = |(pattern, cells): &(String, u64)| {
                let name = if pattern.is_empty() { say("không theo mẫu nào", "no pattern") } else { pattern };
                format!("{name} × {cells}")
            };
            let patterns: Vec<String> = seen.patterns.iter().map(pattern).collect();
            text.push_str(&wrapped(&format!("{}: {}", seen.column, patterns.join(", ")), 4));
        }
        for (number, row) in (1..).zip(&preview.sample) {
            section(&mut text, &format!("{} {number}", say("Dòng mẫu", "Sample row")));
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
fn words(text: &mut String, words: &[WordSeen], language: Language) {
    let say = |vi, en| say(language, vi, en);
    for column in words.chunk_by(|left, right| left.column == right.column) {
        let title = if column[0].is_unit { say("Đơn vị", "Units") } else { say("Từ", "Words") };
        section(text, &format!("{title} · {}", column[0].column));
        let mut left_out = 0;
        for (place, word) in column.iter().enumerate() {
            let is_known = matches!(word.meaning, Meaning::Stored(_) | Meaning::Empty);
            if is_known && place >= KNOWN_SHOWN {
                left_out += 1;
                continue;
            }
            let written = word.text.as_deref().unwrap_or(say("(ẩn: có thể là tên người)", "(hidden: may be a person)"));
            let mark = if is_known { ' ' } else { '?' };
            let rows = say("dòng", "rows");
            let line = format!("{mark} \"{written}\" → {} · {} {rows}", meaning(word, language), word.rows);
            text.push_str(&format!("   {}\n", cut(&shown(&line), WIDTH - 3)));
        }
        if left_out > 0 {
            text.push_str(&format!("     … {left_out} {}\n", say("từ đã hiểu nữa", "more that are understood")));
        }
    }
}

fn meaning(word: &WordSeen, language: Language) -> String {
    let say = |vi, en| say(language, vi, en);
    let candidates = |most: usize| {
        let one = |(code, name, likeness): &(String, String, f64)| {
            let sure = (likeness * 100.0).floor();
            if word.meaning == Meaning::Unknown {
                format!("{name} ({code}) {sure:.0} %")
            } else {
                format!("{name} ({code})")
            }
        };
        word.candidates.iter().take(most).map(one).collect::<Vec<_>>().join(", ")
    };
    match &word.meaning {
        Meaning::Stored(value) => {
            word.unit_name.as_ref().map_or_else(|| value.clone(), |name| format!("{value} {name} 100 %"))
        }
        Meaning::Empty => say("để trống", "nothing").to_owned(),
        Meaning::Unknown if word.candidates.is_empty() => say("chưa hiểu", "not understood").to_owned(),
        Meaning::Unknown => format!("{}: {}", say("chưa hiểu, gần nhất", "not understood, nearest"), candidates(1)),
        Meaning::Several => format!("{}: {}", say("nhiều đơn vị", "several units"), candidates(5)),
        Meaning::ByDay => format!("{}: {}", say("tùy ngày của dòng", "by the day of the row"), candidates(5)),
    }
}
