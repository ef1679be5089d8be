//! Plans the workbook that gives a unit its refused rows back: what is wrong, what to do, and the cells as they were sent.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::ReportError;
use super::number;
use super::plan::{Block, Book, Cell, CellFormat, ColumnPlan, Orientation, RowPlan, RowStyle, Sheet, TablePlan, Tone};
use cchc_definitions::{Bilingual, Language, fill};

/// The words of `findings.toml`, in one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnWords {
    title: String,
    /// Stands for a unit where the workbook is about all of them.
    pub all_units: String,
    /// Stands for a unit where none is known.
    pub no_unit: String,
    subtitle: String,
    subtitle_undated: String,
    intro: String,
    privacy: String,
    summary_sheet: String,
    summary: String,
    rows_sheet: String,
    notes_sheet: String,
    notes: String,
    nothing_rows: String,
    nothing_notes: String,
    kind: String,
    refused: String,
    refused_file: String,
    warning: String,
    info: String,
    count: String,
    file: String,
    sheet: String,
    row: String,
    unit: String,
    wrong: String,
    to_do: String,
    code: String,
    sent_sheet: String,
    as_sent: String,
    total: String,
    pub(super) correction_title: String,
    correction_date: String,
    pub(super) correction_intro: String,
    pub(super) correction_sheet: String,
}

impl ReturnWords {
    /// Reads `findings.toml`; an unknown or missing key is an error that names it.
    pub fn parse(text: &str, language: Language) -> Result<Self, ReportError> {
        Ok(toml::from_str::<Bilingual<Self>>(text)?.of(language).clone())
    }

    /// The line from which an import reads the day of export of a corrected file.
    pub(super) fn date_line(&self, day: chrono::NaiveDate) -> String {
        fill(&self.correction_date, &[("day", &number::day(day))])
    }
}

/// What a finding means for its row or file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consequence {
    /// A row was refused.
    Refused,
    /// A whole file was refused.
    RefusedFile,
    /// Loaded, somebody should look.
    Warning,
    /// Worth knowing.
    Info,
}

/// One finding to give back.
#[derive(Debug, Clone)]
pub struct ReturnedFinding {
    /// What it means for its row or file.
    pub consequence: Consequence,
    /// Name of its rule in a few words.
    pub short: String,
    /// File, sheet and row (0 for all of it).
    pub place: (String, String, u32),
    /// Name of its unit.
    pub unit: String,
    /// Code of the row, if it has one.
    pub code: String,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub to_do: String,
    /// How many findings it sums up.
    pub count: u64,
    /// Headings and cells that are not personal, in the order of the source.
    pub cells: Vec<(String, String)>,
}

/// What one workbook gives back.
#[derive(Debug, Clone)]
pub struct Returned {
    /// Whose rows they are.
    pub unit: String,
    /// Who gives them back.
    pub author: String,
    /// Day up to which the data reaches.
    pub day: Option<chrono::NaiveDate>,
    /// The data version's time.
    pub created: NaiveDateTime,
    /// The findings, in order of file, sheet and row.
    pub findings: Vec<ReturnedFinding>,
}

/// Plans the workbook.
#[must_use]
pub fn build_returned(returned: &Returned, words: &ReturnWords) -> Book {
    let (rows, notes): (Vec<_>, Vec<_>) =
        returned.findings.iter().partition(|finding| finding.consequence == Consequence::Refused);
    let mut sheets = vec![summary(returned, words)];
    sheets.push(row_sheet(&rows, words));
    sheets.push(note_sheet(&notes, words));
    sheets.extend(sent_sheets(&rows, words));
    Book {
        file_stem: String::new(),
        title: format!("{} – {}", words.title, returned.unit),
        subject: words.title.clone(),
        author: returned.author.clone(),
        created: returned.created,
        sheets,
    }
}

fn summary(returned: &Returned, words: &ReturnWords) -> Sheet {
    let subtitle = returned.day.map_or_else(
        || fill(&words.subtitle_undated, &[("unit", &returned.unit)]),
        |day| fill(&words.subtitle, &[("unit", &returned.unit), ("day", &number::day(day))]),
    );
    let mut counts: BTreeMap<(Consequence, &str), u64> = BTreeMap::new();
    for finding in &returned.findings {
        *counts.entry((finding.consequence, &finding.short)).or_default() += finding.count;
    }
    let mut kinds: Vec<_> = counts.into_iter().collect();
    kinds.sort_by_key(|((consequence, short), count)| (*consequence, std::cmp::Reverse(*count), *short));
    let rows = kinds.iter().map(|((consequence, short), count)| {
        let cells = vec![Cell::text(words.consequence(*consequence)), Cell::text(capital(short)), Cell::count(*count)];
        RowPlan::new(if *consequence <= Consequence::RefusedFile { RowStyle::Marked } else { RowStyle::Body }, cells)
    });
    let refused = returned.findings.iter().filter(|finding| finding.consequence == Consequence::Refused).count() as u64;
    let total = format!("{}: {}", words.total, words.refused.to_lowercase());
    let total = RowPlan::new(RowStyle::Total, vec![Cell::text(total), Cell::Empty, Cell::count(refused)]);
    let table = TablePlan::new(
        vec![
            ColumnPlan::new(&words.kind, CellFormat::Text, 26),
            ColumnPlan::new(&words.wrong, CellFormat::Text, 60),
            ColumnPlan::new(&words.count, CellFormat::Int, 12),
        ],
        rows.chain([total]).collect(),
    );
    Sheet {
        name: words.summary_sheet.clone(),
        orientation: Orientation::Portrait,
        blocks: vec![
            Block::heading(1, words.title.to_uppercase()),
            Block::paragraph(Tone::Subtitle, subtitle),
            Block::paragraph(Tone::Body, &words.intro),
            Block::paragraph(Tone::Note, &words.privacy),
            Block::heading(2, &words.summary),
            Block::Table(table),
        ],
    }
}

/// The rows with what is wrong and what to do.
fn row_sheet(rows: &[&ReturnedFinding], words: &ReturnWords) -> Sheet {
    let mut blocks = vec![Block::heading(1, &words.rows_sheet)];
    if rows.is_empty() {
        blocks.push(Block::paragraph(Tone::Body, &words.nothing_rows));
    } else {
        let columns = vec![
            ColumnPlan::new(&words.file, CellFormat::Text, 28),
            ColumnPlan::new(&words.sheet, CellFormat::Text, 11),
            ColumnPlan::new(&words.row, CellFormat::Rank, 7),
            ColumnPlan::new(&words.code, CellFormat::Text, 27),
            ColumnPlan::new(&words.unit, CellFormat::Text, 22),
            ColumnPlan::new(&words.wrong, CellFormat::Text, 42),
            ColumnPlan::new(&words.to_do, CellFormat::Text, 40),
        ];
        let body = rows.iter().map(|finding| {
            let mut cells = place(finding);
            let texts = [&finding.code, &finding.unit, &finding.wrong, &finding.to_do];
            cells.extend(texts.map(Cell::text));
            RowPlan::new(RowStyle::Body, cells)
        });
        blocks.push(Block::Table(TablePlan::new(columns, body.collect()).filtered()));
    }
    Sheet { name: words.rows_sheet.clone(), orientation: Orientation::Landscape, blocks }
}

fn place(finding: &ReturnedFinding) -> Vec<Cell> {
    let (file, sheet, row) = &finding.place;
    vec![Cell::text(file), Cell::text(sheet), Cell::Int(i64::from(*row))]
}

/// The cells of the rows: one sheet for each layout of headings, so that every cell is under its own.
fn sent_sheets(rows: &[&ReturnedFinding], words: &ReturnWords) -> Vec<Sheet> {
    let mut layouts: Vec<(Vec<&str>, Vec<&ReturnedFinding>)> = Vec::new();
    for row in rows {
        let headings: Vec<&str> = row.cells.iter().map(|(heading, _)| heading.as_str()).collect();
        // A cell that might be personal is left out of its row, which still belongs to the layout of the others.
        let inside = |part: &[&str], whole: &[&str]| part.iter().all(|heading| whole.contains(heading));
        let same = |known: &[&str]| inside(&headings, known) || inside(known, &headings);
        match layouts.iter_mut().find(|(known, _)| same(known)) {
            Some((known, of)) => {
                if headings.len() > known.len() {
                    *known = headings;
                }
                of.push(row);
            }
            None => layouts.push((headings, vec![row])),
        }
    }
    layouts.into_iter().map(|(headings, rows)| sent_sheet(&headings, &rows, words)).collect()
}

fn sent_sheet(headings: &[&str], rows: &[&ReturnedFinding], words: &ReturnWords) -> Sheet {
    let mut columns = vec![
        ColumnPlan::new(&words.file, CellFormat::Text, 28),
        ColumnPlan::new(&words.sheet, CellFormat::Text, 11),
        ColumnPlan::new(&words.row, CellFormat::Rank, 7),
    ];
    columns.extend(headings.iter().map(|heading| ColumnPlan::new(heading, CellFormat::Text, 26)));
    let body = rows.iter().map(|finding| {
        let sent = |heading: &&str| finding.cells.iter().find(|(name, _)| name == heading);
        let cells = headings.iter().map(|heading| sent(heading).map_or(Cell::Empty, |(_, cell)| Cell::text(cell)));
        RowPlan::new(RowStyle::Body, place(finding).into_iter().chain(cells).collect())
    });
    Sheet {
        name: words.sent_sheet.clone(),
        orientation: Orientation::Landscape,
        blocks: vec![
            Block::heading(1, &words.sent_sheet),
            Block::paragraph(Tone::Subtitle, &words.as_sent),
            Block::Table(TablePlan::new(columns, body.collect()).filtered()),
        ],
    }
}

fn note_sheet(notes: &[&ReturnedFinding], words: &ReturnWords) -> Sheet {
    let mut blocks = vec![Block::heading(1, &words.notes_sheet), Block::paragraph(Tone::Subtitle, &words.notes)];
    if notes.is_empty() {
        blocks.push(Block::paragraph(Tone::Body, &words.nothing_notes));
    } else {
        let columns = vec![
            ColumnPlan::new(&words.file, CellFormat::Text, 30),
            ColumnPlan::new(&words.sheet, CellFormat::Text, 14),
            ColumnPlan::new(&words.kind, CellFormat::Label, 16),
            ColumnPlan::new(&words.count, CellFormat::Int, 9),
            ColumnPlan::new(&words.wrong, CellFormat::Text, 52),
            ColumnPlan::new(&words.to_do, CellFormat::Text, 52),
        ];
        let body = notes.iter().map(|finding| {
            let style = if finding.consequence == Consequence::RefusedFile { RowStyle::Marked } else { RowStyle::Body };
            let (file, sheet, _) = &finding.place;
            let cells = vec![
                Cell::text(file),
                Cell::text(sheet),
                Cell::text(words.consequence(finding.consequence)),
                Cell::count(finding.count),
                Cell::text(&finding.wrong),
                Cell::text(&finding.to_do),
            ];
            RowPlan::new(style, cells)
        });
        blocks.push(Block::Table(TablePlan::new(columns, body.collect()).filtered()));
    }
    Sheet { name: words.notes_sheet.clone(), orientation: Orientation::Landscape, blocks }
}

impl ReturnWords {
    fn consequence(&self, consequence: Consequence) -> &str {
        match consequence {
            Consequence::Refused => &self.refused,
            Consequence::RefusedFile => &self.refused_file,
            Consequence::Warning => &self.warning,
            Consequence::Info => &self.info,
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
