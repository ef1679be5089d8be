//! Makes the records of a table from the rows of a sheet of another shape: several records a row, cells whose words set
//! other columns, columns that the sheet's name or letterhead feeds.

use std::borrow::Cow;

use crate::feeds::{Feed, has_figure, headings, records, shared_feed, value};
use crate::given::Place;
use crate::headings::Mapping;
use crate::outline::{Outline, Outlined};
use crate::raw::RawBatch;
use crate::rows::{RowKind, is_group_ordinal, is_total};
use crate::sums::{CountSums, SumRow};
use cchc_definitions::{Given, ReadingWords, SkipKind, SkipRows, SourceDef, fold_word};
use cchc_model::ColumnType;
use cchc_read::Cell;

/// The table of ready-made counts.
const COUNTS: &str = "stated_counts";

/// How the rows of one sheet become records.
#[derive(Debug)]
pub struct Reshape {
    /// Per record and column of the source, what feeds it.
    records: Vec<Vec<Option<Feed>>>,
    /// Per record and column of the source, the heading that feeds it, for messages.
    headings: Vec<Vec<String>>,
    /// Which columns of the source are fed at all.
    fed: Vec<bool>,
    skips: Vec<(usize, SkipRows)>,
    marks: Vec<MarkRule>,
    /// Whether a record of which every cell is empty is none.
    skips_empty: bool,
    /// Whether rows are the parts of a total, until they are numbered again.
    in_parts: bool,
    /// Columns of the source that keep what the last row said, and what that was.
    carried: Vec<(usize, String)>,
    /// The sums of a sheet of counts.
    sums: Option<CountSums>,
    /// Columns of the sheet that identify a row, and those that hold its records' cells.
    ids: Vec<usize>,
    cells: Vec<usize>,
    unit: Option<usize>,
    outline: Option<Outline>,
}

#[derive(Debug)]
struct MarkRule {
    columns: Vec<usize>,
    words: Vec<String>,
    set: Vec<(usize, String)>,
}

impl Reshape {
    /// Plans the records of a sheet. Plain sources need no plan.
    #[must_use]
    pub fn plan(source: &SourceDef, mapping: &Mapping, place: Place<'_>, words: &ReadingWords) -> Option<Self> {
        let layout = &source.layout;
        if layout.is_plain() && layout.key.is_empty() && source.table.made_of.is_empty() {
            return None;
        }
        let position = |name: &str| source.columns.iter().position(|column| column.name == name);
        let shared: Vec<Option<Feed>> =
            (0..source.columns.len()).map(|column| shared_feed(source, mapping, column, place, words)).collect();
        let records = records(source, mapping, shared);
        let marks: Vec<MarkRule> = layout
            .marks
            .iter()
            .map(|mark| MarkRule {
                columns: mark.columns.iter().filter_map(|name| position(name)).collect(),
                words: mark.words.clone(),
                set: mark.set.iter().filter_map(|(name, text)| Some((position(name)?, text.clone()))).collect(),
            })
            .collect();
        let outline = layout.outline.as_ref().and_then(|_| Outline::of(source, mapping));
        let mut fed: Vec<bool> =
            (0..source.columns.len()).map(|column| records.iter().any(|feeds| feeds[column].is_some())).collect();
        for column in marks.iter().flat_map(|mark| mark.set.iter().map(|(column, _)| *column)) {
            fed[column] = true;
        }
        for column in outline.iter().flat_map(Outline::columns) {
            fed[column] = true;
        }
        let ids = source.required.iter().filter_map(|name| mapping.columns[position(name)?]).collect();
        let unit = source.columns.iter().position(|column| column.kind == ColumnType::Unit);
        Some(Self {
            headings: records.iter().map(|feeds| headings(source, mapping, feeds)).collect(),
            records,
            fed,
            skips: layout
                .skip_rows
                .iter()
                .zip(&mapping.layout.skips)
                .filter_map(|(rule, at)| Some(((*at)?, rule.clone())))
                .collect(),
            marks,
            skips_empty: layout.wide.as_ref().is_some_and(|wide| wide.skips_empty),
            in_parts: false,
            carried: layout
                .given
                .iter()
                .filter(|(_, given)| matches!(given, Given::Above))
                .filter_map(|(name, _)| Some((position(name)?, String::new())))
                .collect(),
            sums: (source.table.name == COUNTS).then(|| {
                let labels = ["unit", "field", "procedure_name"].into_iter();
                CountSums::of(mapping, labels.filter_map(position).find_map(|column| mapping.columns[column]))
            }),
            ids,
            cells: points(source, mapping),
            unit: unit.and_then(|column| mapping.columns[column]),
            outline,
        })
    }

    /// Which columns of the source get texts.
    #[must_use]
    pub fn fed(&self) -> &[bool] {
        &self.fed
    }

    /// Per record and column of the source the heading that feeds it.
    #[must_use]
    pub fn headings(&self) -> &[Vec<String>] {
        &self.headings
    }

    /// Per record and column of the source, the column of the sheet whose cell feeds it.
    pub fn cells(&self) -> impl Iterator<Item = Vec<Option<(usize, char)>>> {
        let cell = |feed: &Option<Feed>| match feed {
            Some(Feed::Cell { at, decimal } | Feed::Figure { at, decimal, .. }) => Some((*at, *decimal)),
            Some(Feed::Timed { at, .. }) => Some((*at, '.')),
            Some(Feed::Text(_) | Feed::Place(_)) | None => None,
        };
        self.records.iter().map(move |feeds| feeds.iter().map(cell).collect())
    }

    /// Whether a row is data, where the general rules see `kind` in it.
    ///
    /// In a wide sheet a row that has its own columns and any cell of a record is data, however few cells it fills; a
    /// row that has a unit is no total, whatever its second cell begins with.
    pub fn is_data(&mut self, number: u32, kind: RowKind, texts: &[Cow<'_, str>], words: &ReadingWords) -> bool {
        let filled = |at: &usize| texts.get(*at).is_some_and(|text| !text.trim().is_empty());
        let has_cells = self.cells.iter().any(filled);
        let has_ids = self.ids.iter().all(filled);
        let takes = match kind {
            RowKind::Body => true,
            RowKind::Sparse => {
                (has_ids && has_cells && !self.ids.is_empty()) || (self.skips_empty && is_numbered(texts))
            }
            RowKind::Total => match &self.outline {
                Some(outline) => outline.has_code(texts),
                None => self.unit.is_some_and(|at| filled(&at) && !is_total(&texts[at], &words.rows)),
            },
            RowKind::Blank | RowKind::Numbering | RowKind::Heading => false,
        };
        let rule = self.skips.iter().find(|(at, rule)| skips(rule, texts.get(*at).map_or("", |text| text.as_ref())));
        let skipped = rule.is_some();
        self.in_parts = (self.in_parts && !is_numbered(texts)) || rule.is_some_and(|(_, rule)| rule.parts_follow);
        let skipped = skipped || self.in_parts;
        let sum = match rule {
            _ if self.in_parts => None,
            Some((_, rule)) if rule.kind == Some(SkipKind::GroupOrdinal) => Some(SumRow::Group),
            _ if takes && !skipped => Some(SumRow::Own),
            _ if kind == RowKind::Total => Some(SumRow::Total),
            _ => None,
        };
        if let (Some(sums), Some(sum)) = (&mut self.sums, sum) {
            let label = self.unit.and_then(|at| texts.get(at)).map_or("", |text| text.as_ref());
            let is_level = sum == SumRow::Own && self.marks.iter().any(|mark| mark.words.contains(&fold_word(label)));
            sums.take(number, if is_level { SumRow::Level } else { sum }, texts, words);
        }
        if let Some(outline) = &mut self.outline {
            // A row with neither code nor points is a note; a title without points is the parent of the rows below.
            if !takes {
                outline.group(texts);
            } else if !has_cells && !outline.has_code(texts) {
                return false;
            }
        }
        takes && !skipped
    }

    /// Turns one row into its records. Sheets with an outline keep them until [`Reshape::finish`].
    pub fn push(&mut self, number: u32, cells: &[Cell<'_>], texts: &[Cow<'_, str>], batch: &mut RawBatch) {
        let filled = |at: &usize| texts.get(*at).is_some_and(|text| !text.trim().is_empty());
        let has_cells = self.cells.iter().any(filled);
        let mut outline = self.outline.take();
        if let Some(outline) = &mut outline {
            outline.row(texts, self.records.len(), has_cells);
        }
        let mut carried = std::mem::take(&mut self.carried);
        for (at, feeds) in self.records.iter().enumerate() {
            let mut values = self.values(feeds, number, cells, texts);
            if self.skips_empty && !has_figure(feeds, &values) {
                continue;
            }
            for (column, last) in &mut carried {
                if values[*column].trim().is_empty() {
                    values[*column] = Cow::Owned(last.clone());
                } else {
                    values[*column].as_ref().clone_into(last);
                }
            }
            if let Some(outline) = &mut outline {
                outline.keep(number, at as u32, &values);
                continue;
            }
            batch.rows.push(number);
            batch.records.push(at as u32);
            for (texts, value) in batch.columns.iter_mut().zip(&values) {
                if let Some(texts) = texts {
                    texts.push(value);
                }
            }
        }
        self.outline = outline;
        self.carried = carried;
    }

    /// Adds the rows of an outline, which are known only at the end of the sheet.
    pub fn finish(&mut self, batch: &mut RawBatch) -> Outlined {
        let outlined = self.outline.take().map_or_else(Outlined::default, |outline| outline.finish(batch));
        Outlined { faults: self.sums.take().map_or_else(Vec::new, |sums| sums.faults()), ..outlined }
    }

    /// Whether rows may be sent before the sheet ends.
    #[must_use]
    pub const fn streams(&self) -> bool {
        self.outline.is_none()
    }

    /// The texts of one record; words that a mark lists are replaced by what it sets.
    fn values<'t>(
        &'t self,
        feeds: &'t [Option<Feed>],
        number: u32,
        cells: &'t [Cell<'_>],
        texts: &'t [Cow<'_, str>],
    ) -> Vec<Cow<'t, str>> {
        let mut values: Vec<Cow<'_, str>> = feeds
            .iter()
            .map(|feed| feed.as_ref().map_or(Cow::Borrowed(""), |feed| value(feed, number, cells, texts)))
            .collect();
        for mark in &self.marks {
            let marked: Vec<usize> = mark
                .columns
                .iter()
                .copied()
                .filter(|column| !values[*column].is_empty() && mark.words.contains(&fold_word(&values[*column])))
                .collect();
            if !marked.is_empty() {
                mark.set.iter().for_each(|(column, text)| values[*column] = Cow::Borrowed(text));
            }
            for column in marked.into_iter().filter(|column| !mark.set.iter().any(|(other, _)| other == column)) {
                values[column] = Cow::Borrowed("");
            }
        }
        values
    }
}

/// Whether the first filled cell is a number and another cell is filled: a row of a list, though all its figures are blank.
fn is_numbered(texts: &[Cow<'_, str>]) -> bool {
    let mut filled = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    let is_number = |text: &str| text.trim_end_matches('.').bytes().all(|byte| byte.is_ascii_digit());
    filled.next().is_some_and(is_number) && filled.next().is_some_and(|label| !is_number(label))
}

/// The columns of the sheet that make a row data: those of records, else in an outline the numbers that may be absent.
fn points(source: &SourceDef, mapping: &Mapping) -> Vec<usize> {
    if source.layout.outline.is_none() || !mapping.layout.used.is_empty() {
        return mapping.layout.used.iter().copied().collect();
    }
    let columns = source.columns.iter().zip(&mapping.columns);
    let optional =
        columns.filter(|(column, _)| column.kind == ColumnType::Float && !source.required.contains(&column.name));
    optional.filter_map(|(_, at)| *at).collect()
}

fn skips(rule: &SkipRows, text: &str) -> bool {
    let text = text.trim();
    let folded = fold_word(text);
    let of_kind = match rule.kind {
        None => false,
        Some(SkipKind::GroupOrdinal) => !text.is_empty() && is_group_ordinal(text),
        Some(SkipKind::Empty) => text.is_empty(),
        Some(SkipKind::NotNumber) => text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
    };
    of_kind || (!text.is_empty() && rule.is.contains(&folded))
}
