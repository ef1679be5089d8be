//! Shows what an import made of each file: a table for people at 100 columns, rows and documents for programs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Value, json};

use super::super::lines::{WIDTH, cut, length, shown, wrapped};
use super::super::output::{self, Columns};
use super::super::{Format, Global};
use cchc_definitions::{Language, Messages};
use cchc_import::{ImportReport, SheetReport};
use cchc_model::{FileAccount, Finding, Level};

/// Columns before the numbers, each with the blank after it: source and confidence, sheet and heading row.
const SOURCE: usize = 13;
const SHEET: usize = 13;
const NUMBERS: [usize; 5] = [8, 8, 9, 7, 9];
/// Kinds of findings told for each file.
const TOLD: usize = 3;
/// Values named for one kind of finding.
const VALUES: usize = 2;

/// One file with all that is known of it.
pub(super) struct Told<'a> {
    account: &'a FileAccount,
    sheets: Vec<&'a SheetReport>,
    /// By rule, refusals first, then the commonest.
    rules: Vec<Rule<'a>>,
}

/// The findings of one rule in one file.
struct Rule<'a> {
    count: u64,
    first: &'a Finding,
    values: BTreeSet<&'a str>,
}

/// Words of the table.
struct Words {
    folder: &'static str,
    headings: [&'static str; 8],
    files: &'static str,
    sheets: &'static str,
    row: &'static str,
    refused_files: &'static str,
    sum: [&'static str; 5],
    column: &'static str,
}

const VI: Words = Words {
    folder: "Thư mục",
    headings: ["Tệp", "Nguồn", "Trang:dòng", "Dòng", "Mới", "Cập nhật", "Trùng", "Từ chối"],
    files: "tệp",
    sheets: "trang",
    row: "tiêu đề ở dòng",
    refused_files: "Tệp bị từ chối",
    sum: ["dòng", "mới", "cập nhật", "trùng", "từ chối"],
    column: "cột",
};

const EN: Words = Words {
    folder: "Folder",
    headings: ["File", "Source", "Sheet:row", "Rows", "Loaded", "Updated", "Dupl.", "Rejected"],
    files: "files",
    sheets: "sheets",
    row: "headings in row",
    refused_files: "Refused files",
    sum: ["rows", "loaded", "updated", "duplicate", "rejected"],
    column: "column",
};

/// Writes one entry a file to standard output.
pub(super) fn write(global: &Global, messages: &Messages, report: &ImportReport) -> Result<()> {
    let told = gather(report);
    match global.format {
        Format::Table => output::plain(&table(&told, messages, global.language())),
        Format::Json => {
            let documents = told.iter().map(|file| file.document(messages, global.language())).collect();
            output::json(&Value::Array(documents))
        }
        _ => columns(&told, messages, global.language()).write(global),
    }
}

pub(super) fn gather(report: &ImportReport) -> Vec<Told<'_>> {
    let mut sheets: BTreeMap<&str, Vec<&SheetReport>> = BTreeMap::new();
    for sheet in &report.sheets {
        sheets.entry(&sheet.file).or_default().push(sheet);
    }
    let mut rules: BTreeMap<&str, BTreeMap<&str, Rule<'_>>> = BTreeMap::new();
    for finding in &report.findings {
        let of_file = rules.entry(&finding.file).or_default();
        let rule = of_file.entry(finding.rule).or_insert(Rule { count: 0, first: finding, values: BTreeSet::new() });
        rule.count += finding.count;
        rule.values.extend(Some(finding.value.as_str()).filter(|value| !value.is_empty()));
    }
    let told = report.files.iter().map(|account| {
        let of_file = rules.remove(account.file.as_str()).unwrap_or_default();
        let mut rules: Vec<Rule<'_>> = of_file.into_values().collect();
        rules.sort_by_key(|rule| (rule.first.level != Level::Error, Reverse(rule.count)));
        Told { account, sheets: sheets.remove(account.file.as_str()).unwrap_or_default(), rules }
    });
    told.collect()
}

impl Told<'_> {
    fn numbers(&self) -> [u64; 5] {
        let file = self.account;
        [file.rows, file.loaded, file.updated, file.duplicate, file.rejected]
    }

    /// The finding that refused the whole file, if one did.
    fn refusal(&self) -> Option<&Finding> {
        let first = self.rules.first().map(|rule| rule.first);
        first.filter(|finding| self.sheets.is_empty() && finding.level == Level::Error)
    }

    fn document(&self, messages: &Messages, language: Language) -> Value {
        let sheet = |sheet: &&SheetReport| {
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
                "message": rule.words(messages, language),
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
            "refused": self.refusal().map(|finding| messages.sentence(finding, language)),
        })
    }
}

impl Rule<'_> {
    /// What is wrong in a few words, where, and some of the values.
    fn words(&self, messages: &Messages, language: Language) -> String {
        let mut text = messages.short(self.first.rule, language);
        if !self.first.column.is_empty() {
            text.push_str(&format!(" ({} \"{}\")", words(language).column, self.first.column));
        }
        let values: Vec<String> = self.values.iter().take(VALUES).map(|value| format!("\"{value}\"")).collect();
        if !values.is_empty() {
            let more = if self.values.len() > VALUES { " …" } else { "" };
            text.push_str(&format!(": {}{more}", values.join(", ")));
        }
        text
    }
}

const fn words(language: Language) -> &'static Words {
    match language {
        Language::Vi => &VI,
        Language::En => &EN,
    }
}

/// One row a file, for the flat formats.
fn columns(told: &[Told<'_>], messages: &Messages, language: Language) -> Columns {
    let count = |at: usize| told.iter().map(move |file| Some(file.numbers()[at] as i64));
    let place = |sheet: &&SheetReport| format!("{}:{}", sheet.sheet, sheet.heading_row);
    let sheets: Vec<String> =
        told.iter().map(|file| file.sheets.iter().map(place).collect::<Vec<_>>().join("; ")).collect();
    let rule = |rule: &Rule<'_>| format!("{} × {}", rule.count, rule.words(messages, language));
    let rules: Vec<String> =
        told.iter().map(|file| file.rules.iter().take(TOLD).map(rule).collect::<Vec<_>>().join("; ")).collect();
    let refused: Vec<Option<String>> =
        told.iter().map(|file| file.refusal().map(|finding| messages.sentence(finding, language))).collect();
    Columns::default()
        .text("file", told.iter().map(|file| Some(file.account.file.as_str())))
        .text("source", told.iter().map(|file| Some(file.account.source.as_str()).filter(|source| !source.is_empty())))
        .text("exported_at", told.iter().map(|file| file.account.exported_at.as_deref()))
        .int("rows", count(0))
        .int("loaded", count(1))
        .int("updated", count(2))
        .int("duplicate", count(3))
        .int("rejected", count(4))
        .number("confidence", told.iter().map(|file| least_sure(&file.sheets)))
        .text("sheets", sheets.iter().map(|text| Some(text.as_str()).filter(|text| !text.is_empty())))
        .text("findings", rules.iter().map(|text| Some(text.as_str()).filter(|text| !text.is_empty())))
        .text("refused", refused.iter().map(Option::as_deref))
}

/// A file is recognised as surely as its least sure sheet.
fn least_sure(sheets: &[&SheetReport]) -> Option<f64> {
    sheets.iter().map(|sheet| sheet.confidence).min_by(f64::total_cmp)
}

/// The table for people: a line a file with its findings below, the sums, and the refused files at the end.
pub(super) fn table(told: &[Told<'_>], messages: &Messages, language: Language) -> String {
    let words = words(language);
    let folder = common_folder(told);
    let names: Vec<String> = told.iter().map(|file| shown(&file.account.file[folder.len()..])).collect();
    let room = WIDTH - SOURCE - SHEET - NUMBERS.iter().sum::<usize>();
    let longest = names.iter().map(|name| length(name) + 1).max().unwrap_or(0);
    let wide = longest.clamp(length(words.headings[0]) + 8, room);
    let mut text = String::new();
    if !folder.is_empty() {
        text.push_str(&format!("{} {}\n", words.folder, shown(folder)));
    }
    let read: Vec<_> = told.iter().zip(&names).filter(|(file, _)| file.refusal().is_none()).collect();
    if !read.is_empty() {
        let [file, source, sheet, numbers @ ..] = words.headings;
        text.push_str(&line(wide, &[file, source, sheet], &numbers.map(str::to_owned)));
        text.push_str(&rule_line(wide));
        for (file, name) in &read {
            text.push_str(&file_lines(file, name, wide, messages, language));
        }
        text.push_str(&rule_line(wide));
    }
    let sums: [u64; 5] = std::array::from_fn(|at| told.iter().map(|file| file.numbers()[at]).sum());
    if !read.is_empty() {
        let files = format!("{} {}", told.len(), words.files);
        text.push_str(&line(wide, &[&files, "", ""], &sums.map(|sum| sum.to_string())));
    }
    let [rows, parts @ ..] = std::array::from_fn::<String, 5, _>(|at| format!("{} {}", sums[at], words.sum[at]));
    text.push_str(&format!("{rows} = {}\n", parts.join(" + ")));
    text + &refused_lines(told, &names, messages, language)
}

/// The files that were refused as a whole, below the reason that they share.
fn refused_lines(told: &[Told<'_>], names: &[String], messages: &Messages, language: Language) -> String {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for (file, name) in told.iter().zip(names) {
        let Some(finding) = file.refusal() else { continue };
        let sheet = if finding.sheet.is_empty() { String::new() } else { format!(" ({})", shown(&finding.sheet)) };
        let reason = messages.sentence(finding, language);
        let file = format!("{name}{sheet}");
        match reasons.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, files)) => files.push(file),
            None => reasons.push((reason, vec![file])),
        }
    }
    let count: usize = reasons.iter().map(|(_, files)| files.len()).sum();
    let mut text = String::new();
    if count > 0 {
        text.push_str(&format!("\n{} ({count})\n", words(language).refused_files));
    }
    for (reason, files) in reasons {
        text.push_str(&wrapped(&shown(&reason), 2));
        for file in files {
            text.push_str(&format!("      {file}\n"));
        }
    }
    text
}

fn file_lines(file: &Told<'_>, name: &str, wide: usize, messages: &Messages, language: Language) -> String {
    let words = words(language);
    let source = match least_sure(&file.sheets) {
        Some(sure) => format!("{} {:.0}%", file.account.source, (sure * 100.0).floor()),
        None => String::new(),
    };
    let sheet = match file.sheets.as_slice() {
        [] => String::new(),
        [one] if one.sheet.is_empty() => format!(":{}", one.heading_row),
        [one] => {
            let row = format!(":{}", one.heading_row);
            cut(&shown(&one.sheet), SHEET - 1 - length(&row)) + &row
        }
        several => format!("{} {}", several.len(), words.sheets),
    };
    let mut text = String::new();
    // A name is never cut: it may be all that tells two files apart.
    let name = if length(name) < wide {
        name
    } else {
        text.push_str(&format!("{name}\n"));
        ""
    };
    let numbers = file.numbers().map(|number| number.to_string());
    text.push_str(&line(wide, &[name, &cut(&source, SOURCE - 1), &sheet], &numbers));
    if file.sheets.len() > 1 {
        for sheet in &file.sheets {
            let sure = (sheet.confidence * 100.0).floor();
            let told = format!("{}: {} {sure:.0}%, {} {}", sheet.sheet, sheet.source, words.row, sheet.heading_row);
            text.push_str(&format!("    {}\n", cut(&shown(&told), WIDTH - 4)));
        }
    }
    for rule in file.rules.iter().take(TOLD) {
        let mark = match rule.first.level {
            Level::Error => '✗',
            Level::Warning => '!',
            Level::Info => '·',
        };
        let told = format!("{mark} {} × {}", rule.count, shown(&rule.words(messages, language)));
        text.push_str(&format!("    {}\n", cut(&told, WIDTH - 4)));
    }
    text
}

/// The folder that all files lie in, with its separator; nothing for one file.
fn common_folder<'a>(told: &[Told<'a>]) -> &'a str {
    let mut files = told.iter().map(|file| file.account.file.as_str());
    let Some(first) = files.next().filter(|_| told.len() > 1) else { return "" };
    let mut common = first.rfind('/').map_or("", |at| &first[..=at]);
    for file in files {
        while !file.starts_with(common) {
            common = common[..common.len() - 1].rfind('/').map_or("", |at| &common[..=at]);
        }
    }
    common
}

fn line(wide: usize, texts: &[&str; 3], numbers: &[String; 5]) -> String {
    let mut line = String::new();
    for (text, width) in texts.iter().zip([wide, SOURCE, SHEET]) {
        line.push_str(text);
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(length(text))));
    }
    for (number, width) in numbers.iter().zip(NUMBERS) {
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(length(number))));
        line.push_str(number);
    }
    line + "\n"
}

fn rule_line(wide: usize) -> String {
    "─".repeat(wide + SOURCE + SHEET + NUMBERS.iter().sum::<usize>()) + "\n"
}
