//! Shows what an import made of each file: a table for people at 100 columns, rows and documents for programs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Value, json};

use super::super::lines::{WIDTH, cut, length, shown, wrapped};
use super::super::output::{self, Columns, Side, grid};
use super::super::words::{ImportWords, Words, counted};
use super::super::{Format, Global};
use cchc_definitions::{Language, Messages, fill};
use cchc_import::{ImportAccount, SheetAccount};
use cchc_model::{FileAccount, Finding, Level};

/// Columns before the numbers, each with the blank after it: source and confidence, sheet and heading row.
const SOURCE: usize = 13;
const SHEET: usize = 13;
const NUMBERS: [usize; 5] = [8, 8, 9, 7, 9];
/// Kinds of findings shown for each file.
const RULES_SHOWN: usize = 3;
/// Rules of a file of which many rows are refused for one reason.
const MOSTLY: [&str; 2] = ["wrong_list_of_units", "mostly_refused"];
/// Values named for one kind of finding.
const VALUES: usize = 2;

/// One file with its sheets and findings.
pub(in super::super) struct FileEntry<'a> {
    account: &'a FileAccount,
    sheets: Vec<&'a SheetAccount>,
    /// By rule, refusals first, then the commonest.
    rules: Vec<Rule<'a>>,
}

/// The findings of one rule in one file.
struct Rule<'a> {
    count: u64,
    first: &'a Finding,
    values: BTreeSet<&'a str>,
}

/// The words of the accounts, in one language.
#[derive(Clone, Copy)]
pub(in super::super) struct Texts<'a> {
    pub messages: &'a Messages,
    pub words: &'a Words,
    pub language: Language,
}

/// Writes one entry a file to standard output.
pub(super) fn write(global: &Global, texts: Texts<'_>, done: &ImportAccount) -> Result<()> {
    let entries = gather(done);
    match global.format {
        Format::Table => output::plain(&table(&entries, texts)),
        Format::Json => output::json(&Value::Array(entries.iter().map(|file| file.document(texts)).collect())),
        _ => columns(&entries, texts).write(global),
    }
}

pub(in super::super) fn gather(done: &ImportAccount) -> Vec<FileEntry<'_>> {
    let mut sheets: BTreeMap<&str, Vec<&SheetAccount>> = BTreeMap::new();
    for sheet in &done.sheets {
        sheets.entry(&sheet.file).or_default().push(sheet);
    }
    let mut rules: BTreeMap<&str, BTreeMap<&str, Rule<'_>>> = BTreeMap::new();
    for finding in &done.findings {
        let of_file = rules.entry(&finding.file).or_default();
        let rule = of_file.entry(&*finding.rule).or_insert(Rule { count: 0, first: finding, values: BTreeSet::new() });
        rule.count += finding.count;
        rule.values.extend(Some(finding.value.as_str()).filter(|value| !value.is_empty()));
    }
    let entries = done.files.iter().map(|account| {
        let of_file = rules.remove(account.file.as_str()).unwrap_or_default();
        let mut rules: Vec<Rule<'_>> = of_file.into_values().collect();
        // What explains most of the others is shown first.
        let explains = |rule: &Rule<'_>| MOSTLY.contains(&&*rule.first.rule);
        rules.sort_by_key(|rule| (!explains(rule), rule.first.level != Level::Error, Reverse(rule.count)));
        FileEntry { account, sheets: sheets.remove(account.file.as_str()).unwrap_or_default(), rules }
    });
    entries.collect()
}

impl FileEntry<'_> {
    fn numbers(&self) -> [u64; 5] {
        let file = self.account;
        [file.rows, file.loaded, file.updated, file.duplicate, file.rejected]
    }

    /// The finding that refused the whole file, if one did.
    fn refusal(&self) -> Option<&Finding> {
        let first = self.rules.first().map(|rule| rule.first);
        first.filter(|finding| self.sheets.is_empty() && finding.level == Level::Error)
    }

    fn document(&self, texts: Texts<'_>) -> Value {
        let sheet = |sheet: &&SheetAccount| {
            json!({
                "sheet": sheet.sheet,
                "source": sheet.source,
                "confidence": sheet.confidence,
                "heading_row": sheet.heading_row,
            })
        };
        let rule = |rule: &Rule<'_>| {
            json!({
                "rule": rule.first.rule,
                "level": rule.first.level.as_str(),
                "count": rule.count,
                "message": rule.words(texts),
            })
        };
        json!({
            "file": self.account.file,
            "source": Some(&self.account.source).filter(|source| !source.is_empty()),
            "exported_at": self.account.exported_at,
            "rows": self.account.rows,
            "loaded": self.account.loaded,
            "updated": self.account.updated,
            "duplicate": self.account.duplicate,
            "rejected": self.account.rejected,
            "sheets": self.sheets.iter().map(sheet).collect::<Vec<_>>(),
            "findings": self.rules.iter().map(rule).collect::<Vec<_>>(),
            "refused": self.refusal().map(|finding| texts.sentence(finding)),
        })
    }
}

impl Rule<'_> {
    /// What is wrong in a few words, where, and some of the values.
    fn words(&self, texts: Texts<'_>) -> String {
        let mut text = texts.messages.short(&self.first.rule, texts.language);
        if !self.first.column.is_empty() {
            let column = fill(&texts.words.import.column, &[("column", &self.first.column)]);
            text.push_str(&format!(" ({column})"));
        }
        let values: Vec<String> = self.values.iter().take(VALUES).map(|value| format!("\"{value}\"")).collect();
        if !values.is_empty() {
            let more = if self.values.len() > VALUES { " …" } else { "" };
            text.push_str(&format!(": {}{more}", values.join(", ")));
        }
        text
    }
}

/// One row a file, for the flat formats.
fn columns(entries: &[FileEntry<'_>], texts: Texts<'_>) -> Columns {
    let count = |at: usize| entries.iter().map(move |file| Some(file.numbers()[at] as i64));
    let place = |sheet: &&SheetAccount| format!("{}:{}", sheet.sheet, sheet.heading_row);
    let sheets: Vec<String> =
        entries.iter().map(|file| file.sheets.iter().map(place).collect::<Vec<_>>().join("; ")).collect();
    let rule = |rule: &Rule<'_>| format!("{} × {}", rule.count, rule.words(texts));
    let rules: Vec<String> = entries
        .iter()
        .map(|file| file.rules.iter().take(RULES_SHOWN).map(rule).collect::<Vec<_>>().join("; "))
        .collect();
    let refused: Vec<Option<String>> =
        entries.iter().map(|file| file.refusal().map(|finding| texts.sentence(finding))).collect();
    Columns::default()
        .text("file", entries.iter().map(|file| Some(file.account.file.as_str())))
        .text(
            "source",
            entries.iter().map(|file| Some(file.account.source.as_str()).filter(|source| !source.is_empty())),
        )
        .text("exported_at", entries.iter().map(|file| file.account.exported_at.as_deref()))
        .int("rows", count(0))
        .int("loaded", count(1))
        .int("updated", count(2))
        .int("duplicate", count(3))
        .int("rejected", count(4))
        .number("confidence", entries.iter().map(|file| least_sure(&file.sheets)))
        .text("sheets", sheets.iter().map(|text| Some(text.as_str()).filter(|text| !text.is_empty())))
        .text("findings", rules.iter().map(|text| Some(text.as_str()).filter(|text| !text.is_empty())))
        .text("refused", refused.iter().map(Option::as_deref))
}

/// A file is recognised as surely as its least sure sheet.
fn least_sure(sheets: &[&SheetAccount]) -> Option<f64> {
    sheets.iter().map(|sheet| sheet.confidence).min_by(f64::total_cmp)
}

/// The table for people: a line a file with its findings below, the sums, and the refused files at the end.
pub(in super::super) fn table(entries: &[FileEntry<'_>], texts: Texts<'_>) -> String {
    let words = &texts.words.import;
    let folder = common_folder(entries);
    let names: Vec<String> = entries.iter().map(|file| shown(&file.account.file[folder.len()..])).collect();
    let read: Vec<_> = entries.iter().zip(&names).filter(|(file, _)| file.refusal().is_none()).collect();
    let sums: [u64; 5] = std::array::from_fn(|at| entries.iter().map(|file| file.numbers()[at]).sum());
    let mut text = String::new();
    if !folder.is_empty() {
        text.push_str(&format!("{} {}\n", words.folder, shown(folder)));
    }
    if !read.is_empty() {
        text.push_str(&read_files(&read, entries.len(), &names, sums, texts));
    }
    let sums = sums.map(|sum| sum.to_string());
    let [rows, loaded, updated, duplicate, rejected] = sums.each_ref().map(String::as_str);
    let sums =
        [("rows", rows), ("loaded", loaded), ("updated", updated), ("duplicate", duplicate), ("rejected", rejected)];
    text.push_str(&fill(&words.sum, &sums));
    text + "\n" + &refused_files(entries, &names, texts)
}

/// The files of which rows were read, below the headings and above the sums.
fn read_files(
    read: &[(&FileEntry<'_>, &String)],
    count: usize,
    names: &[String],
    sums: [u64; 5],
    texts: Texts<'_>,
) -> String {
    let words = &texts.words.import;
    let room = WIDTH - SOURCE - SHEET - NUMBERS.iter().sum::<usize>();
    let longest = names.iter().map(|name| length(name) + 1).max().unwrap_or(0);
    let wide = longest.clamp(length(&words.file) + 8, room);
    // A name is never cut: it may be the only difference between two files. One too long for its column has its own line.
    let fits = |name: &str| length(name) < wide;
    let headings = [
        &words.file,
        &words.source,
        &words.sheet_row,
        &words.rows,
        &words.loaded,
        &words.updated,
        &words.duplicate,
        &words.rejected,
    ];
    let mut rows = vec![headings.map(String::clone)];
    rows.extend(read.iter().map(|(file, name)| file.row(if fits(name) { name } else { "" }, words)));
    let [all_rows, loaded, updated, duplicate, rejected] = sums.map(|sum| sum.to_string());
    let files = counted(&words.files, "count", count);
    rows.push([files, String::new(), String::new(), all_rows, loaded, updated, duplicate, rejected]);
    let mut columns = [(0, Side::Right); 8];
    columns[..3].copy_from_slice(&[wide, SOURCE, SHEET].map(|width| (width, Side::Left)));
    columns[3..].copy_from_slice(&NUMBERS.map(|width| (width, Side::Right)));
    let mut lines = grid(columns, &rows).into_iter();
    let rule = "─".repeat(columns.iter().map(|(width, _)| width).sum());
    let mut text = format!("{}\n{rule}\n", lines.next().unwrap_or_default());
    for ((file, name), line) in read.iter().zip(lines.by_ref()) {
        if !fits(name) {
            text.push_str(&format!("{name}\n"));
        }
        text.push_str(&format!("{line}\n{}", file.below(texts)));
    }
    text.push_str(&format!("{rule}\n{}\n", lines.next().unwrap_or_default()));
    text
}

/// The files that were refused as a whole, below the reason that they share.
fn refused_files(entries: &[FileEntry<'_>], names: &[String], texts: Texts<'_>) -> String {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for (file, name) in entries.iter().zip(names) {
        let Some(finding) = file.refusal() else { continue };
        let sheet = if finding.sheet.is_empty() { String::new() } else { format!(" ({})", shown(&finding.sheet)) };
        let reason = texts.sentence(finding);
        let file = format!("{name}{sheet}");
        match reasons.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, files)) => files.push(file),
            None => reasons.push((reason, vec![file])),
        }
    }
    let count: usize = reasons.iter().map(|(_, files)| files.len()).sum();
    let mut text = String::new();
    if count > 0 {
        text.push_str(&format!("\n{}\n", counted(&texts.words.import.refused_files, "count", count)));
    }
    for (reason, files) in reasons {
        text.push_str(&wrapped(&shown(&reason), 2));
        for file in files {
            text.push_str(&format!("      {file}\n"));
        }
    }
    text
}

impl FileEntry<'_> {
    /// The file's cells in the table.
    fn row(&self, name: &str, words: &ImportWords) -> [String; 8] {
        let source = match least_sure(&self.sheets) {
            Some(sure) => format!("{} {:.0}%", self.account.source, (sure * 100.0).floor()),
            None => String::new(),
        };
        let sheet = match self.sheets.as_slice() {
            [] => String::new(),
            [one] if one.sheet.is_empty() => format!(":{}", one.heading_row),
            [one] => {
                let row = format!(":{}", one.heading_row);
                cut(&shown(&one.sheet), SHEET - 1 - length(&row)) + &row
            }
            several => counted(&words.sheets, "count", several.len()),
        };
        let [rows, loaded, updated, duplicate, rejected] = self.numbers().map(|number| number.to_string());
        [name.to_owned(), cut(&source, SOURCE - 1), sheet, rows, loaded, updated, duplicate, rejected]
    }

    /// The lines below its row: its sheets, where they are several, and its commonest findings.
    fn below(&self, texts: Texts<'_>) -> String {
        let mut text = String::new();
        if self.sheets.len() > 1 {
            for sheet in &self.sheets {
                let sure = (sheet.confidence * 100.0).floor();
                let row = counted(&texts.words.import.heading_row, "row", sheet.heading_row);
                let line = format!("{}: {} {sure:.0}%, {row}", sheet.sheet, sheet.source);
                text.push_str(&format!("    {}\n", cut(&shown(&line), WIDTH - 4)));
            }
        }
        for rule in self.rules.iter().take(RULES_SHOWN) {
            let mark = match rule.first.level {
                Level::Error => '✗',
                Level::Warning => '!',
                Level::Info => '·',
            };
            let line = format!("{mark} {} × {}", rule.count, shown(&rule.words(texts)));
            text.push_str(&format!("    {}\n", cut(&line, WIDTH - 4)));
        }
        text
    }
}

impl Texts<'_> {
    fn sentence(&self, finding: &Finding) -> String {
        self.messages.sentence(finding, self.language)
    }
}

/// The folder that all files lie in, with its separator; nothing for one file.
fn common_folder<'a>(entries: &[FileEntry<'a>]) -> &'a str {
    let mut files = entries.iter().map(|file| file.account.file.as_str());
    let Some(first) = files.next().filter(|_| entries.len() > 1) else { return "" };
    let mut common = first.rfind('/').map_or("", |at| &first[..=at]);
    for file in files {
        while !file.starts_with(common) {
            common = common[..common.len() - 1].rfind('/').map_or("", |at| &common[..=at]);
        }
    }
    common
}
