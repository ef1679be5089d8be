//! Gives findings back as workbooks: one for all, or one for each unit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::super::report::{save, template};
use super::super::{Global, Opened};
use super::stored::Stored;
use cchc_definitions::template_text;
use cchc_model::{Finding, Level};
use cchc_report::{ReturnWords, Returned, ReturnedFinding, Standing, Theme, build_returned, render_xlsx};

/// Name of the file for findings of no single unit.
const NO_UNIT: &str = "khong-ro-don-vi.xlsx";

/// The words of the workspace's own template, or the shipped one.
pub(super) fn words(global: &Global) -> Result<ReturnWords> {
    const FILE: &str = "report-templates/findings.toml";
    let text = template_text(Some(&global.workspace), "findings.toml").context(FILE)?;
    ReturnWords::parse(&text, global.language()).context(FILE)
}

pub(super) fn theme(global: &Global) -> Result<Theme> {
    Ok(template(&global.workspace)?.theme)
}

/// One workbook with these findings.
pub(super) fn one(global: &Global, opened: &Opened, found: &[Stored], unit: Option<&str>) -> Result<Vec<u8>> {
    let words = words(global)?;
    let unit = unit.map_or_else(|| words.all_units.clone(), str::to_owned);
    let all: Vec<&Stored> = found.iter().collect();
    bytes(global, opened, &all, unit, &words, &theme(global)?)
}

/// A workbook for each unit in a folder; returns their paths.
pub(super) fn by_unit(global: &Global, opened: &Opened, found: &[Stored], out: &Path) -> Result<Vec<PathBuf>> {
    let (words, theme) = (words(global)?, theme(global)?);
    let mut of: BTreeMap<Option<&str>, Vec<&Stored>> = BTreeMap::new();
    for stored in found {
        of.entry(addressee(opened, &stored.units)).or_default().push(stored);
    }
    std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let mut written = Vec::new();
    for (unit, found) in of {
        let name = unit.map(|code| opened.units.by_code(code).map_or(code, |unit| unit.name.as_str()));
        let file = unit.map_or_else(|| NO_UNIT.to_owned(), |code| format!("{}.xlsx", file_name(code, name)));
        let title = name.map_or_else(|| words.no_unit.clone(), str::to_owned);
        written.push(save(out, &file, &bytes(global, opened, &found, title, &words, &theme)?)?);
    }
    Ok(written)
}

/// Who gets a finding: its unit, or of several (a district and its communes report in one file) the nearest that is
/// above all of them, short of the province.
fn addressee<'a>(opened: &'a Opened, units: &'a [String]) -> Option<&'a str> {
    let (first, others) = units.split_first()?;
    if others.is_empty() {
        return Some(first);
    }
    let parent = |code: &str| opened.units.by_code(code).and_then(|unit| unit.parent.as_deref());
    let above = |code: &'a str| std::iter::successors(Some(code), move |code| parent(code)).take(units.len() + 16);
    let common = above(first).find(|one| others.iter().all(|other| above(other).any(|above| above == *one)))?;
    parent(common).map(|_| common)
}

/// Code and name in letters that every system can store.
pub(in super::super) fn file_name(code: &str, name: Option<&str>) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain = |text: &str| -> String {
        let mut plain = String::new();
        for letter in text.to_lowercase().replace('\u{111}', "d").nfd() {
            if letter.is_ascii_alphanumeric() || letter == '.' {
                plain.push(letter);
            } else if !plain.ends_with('-') && !unicode_normalization::char::is_combining_mark(letter) {
                plain.push('-');
            }
        }
        plain.trim_matches('-').to_owned()
    };
    let (code, name) = (plain(code), name.map(plain).unwrap_or_default());
    let whole = if name.is_empty() || name == code { code } else { format!("{code}_{name}") };
    whole.chars().take(100).collect()
}

fn bytes(
    global: &Global,
    opened: &Opened,
    found: &[&Stored],
    unit: String,
    words: &ReturnWords,
    theme: &Theme,
) -> Result<Vec<u8>> {
    let findings = found.iter().map(|stored| returned(global, opened, stored)).collect();
    let returned = Returned {
        unit,
        author: opened.workspace.config.department.clone(),
        day: opened.version.time,
        created: created(opened),
        findings,
    };
    Ok(render_xlsx(&build_returned(&returned, words), theme)?)
}

/// The data version's time: the same data give the same bytes.
pub(in super::super) fn created(opened: &Opened) -> chrono::NaiveDateTime {
    let day = opened.version.time.or_else(|| chrono::NaiveDate::from_ymd_opt(2000, 1, 1));
    day.and_then(|day| day.and_hms_opt(0, 0, 0)).unwrap_or_default()
}

fn returned(global: &Global, opened: &Opened, stored: &Stored) -> ReturnedFinding {
    let finding = &stored.finding;
    let (messages, language) = (&opened.definitions.messages, global.language());
    let name = Path::new(&finding.file)
        .file_name()
        .map_or_else(|| finding.file.clone(), |name| name.to_string_lossy().into_owned());
    let cells: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&stored.cells).unwrap_or_default();
    let text = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    ReturnedFinding {
        standing: standing(stored, finding),
        short: messages.short(&finding.rule, language),
        place: (name, finding.sheet.clone(), finding.row),
        unit: stored.unit_name(opened),
        code: stored.code.clone(),
        wrong: messages.wrong(finding, language),
        to_do: messages.to_do(finding, language),
        count: finding.count,
        cells: cells.into_iter().map(|(heading, cell)| (heading, text(cell))).collect(),
    }
}

fn standing(stored: &Stored, finding: &Finding) -> Standing {
    match finding.level {
        Level::Error if stored.is_row => Standing::Refused,
        Level::Error => Standing::RefusedFile,
        Level::Warning => Standing::Warning,
        Level::Info => Standing::Info,
    }
}
