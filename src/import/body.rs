//! The rows below the headings of one sheet: which are data, and their cells in batches.

use std::borrow::Cow;

use super::notes::Notes;
use super::unread::{FieldCount, UnreadFault, UnreadRow};
use cchc_definitions::{ReadingWords, SourceDef};
use cchc_model::ColumnType;
use cchc_normalise::{
    Mapping, Origin, Outlined, RawBatch, Reshape, RowKind, TextColumn, cell_text, classify, looks_like_code,
    origin_columns,
};
use cchc_read::{Cell, RowFault};

/// Rows sent at once.
const BATCH_ROWS: usize = 1 << 14;
/// Bytes of texts sent at once, checked every so many rows: a few bytes of a container may stand for long texts.
const BATCH_BYTES: usize = 64 << 20;
const CHECKED_EVERY: usize = 64;

/// How the body rows of one sheet are read, and the rows that are not sent yet.
pub(super) struct Body {
    /// Columns of the sheet in which a merged cell is the value of each row that it covers.
    fill_merged: Vec<usize>,
    headings: Vec<String>,
    /// For each column of the source: the sheet's column and the decimal mark of its number cells.
    columns: Vec<Option<(usize, char)>>,
    /// Whether each column of the source holds codes, in which every character counts.
    codes: Vec<bool>,
    /// Column of the sheet that holds the key.
    key: Option<usize>,
    /// Columns of the sheet that hold dates.
    dates: Vec<usize>,
    /// How many fields a row must have, where the container is delimited text.
    fields: Option<FieldCount>,
    /// How rows become records, where they are none by themselves.
    reshape: Option<Reshape>,
    /// Columns of a corrected file that say where each row came from.
    origin: Option<[usize; 3]>,
    words: ReadingWords,
    batch: RawBatch,
}

/// What became of a row.
pub(super) enum RowOutcome {
    /// It is no data.
    NoData,
    /// It is data that cannot be read.
    Unread(UnreadRow),
    /// It is in the batch.
    Row {
        /// How many body rows it counts as now: none where only the end of the sheet shows which rows are data.
        counts: u64,
        /// Of a corrected file: where the row came from.
        origin: Option<Origin>,
        /// Whether the batch has to be sent.
        is_full: bool,
    },
}

impl Body {
    pub fn new(
        source: &SourceDef,
        mapping: &Mapping,
        reshape: Option<Reshape>,
        usual_fields: Option<usize>,
        words: &ReadingWords,
    ) -> Self {
        let source_columns = || source.columns.iter().zip(&mapping.columns);
        let decimal = |kind| if matches!(kind, ColumnType::Int | ColumnType::Float) { ',' } else { '.' };
        let fill_merged =
            source_columns().filter(|(column, _)| source.fill_merged.contains(&column.name)).filter_map(|(_, at)| *at);
        let dates = source_columns().filter(|(column, _)| column.kind == ColumnType::Time).filter_map(|(_, at)| *at);
        let mut body = Self {
            fill_merged: fill_merged.collect(),
            headings: mapping.headings.clone(),
            columns: source_columns().map(|(column, at)| at.map(|at| (at, decimal(column.kind)))).collect(),
            codes: source.columns.iter().map(|column| super::notes::is_code(source, column)).collect(),
            key: source_columns().find_map(|(column, at)| at.filter(|_| column.name == source.table.key)),
            dates: dates.collect(),
            fields: usual_fields.map(|usual| FieldCount::new(&mapping.headings, usual)),
            reshape,
            origin: origin_columns(&mapping.headings, &words.corrected),
            words: words.clone(),
            batch: RawBatch::default(),
        };
        body.reset(None);
        body
    }

    /// Takes one row.
    pub fn take(
        &mut self,
        number: u32,
        cells: &[Cell<'_>],
        fault: Option<UnreadFault>,
        notes: &mut Notes,
    ) -> RowOutcome {
        let cells = &*notes.filled(&self.fill_merged, number, cells);
        let texts: Vec<Cow<'_, str>> = cells.iter().map(|cell| cell_text(cell, '.')).collect();
        let kind = classify(&texts, &self.headings, &self.words.rows);
        let is_data = match &mut self.reshape {
            Some(reshape) => reshape.is_data(number, kind, &texts, &self.words),
            None => kind == RowKind::Body,
        } && !self.is_remark(&texts);
        let ragged = self.fields.and_then(|fields| fields.check(cells));
        if fault.is_some() || ragged.is_some() {
            // Half a row may look like a group row; a code in it shows that it is none.
            let has_code = matches!(kind, RowKind::Body | RowKind::Sparse) && self.has_code(&texts);
            let is_unclear = matches!(fault, Some(UnreadFault::Reader(RowFault::OpenQuote { .. })));
            // What a quote has made unclear may hold anything, so it is counted.
            if !is_data && !has_code && !is_unclear {
                return RowOutcome::NoData;
            }
            let kept = if ragged.is_some() || is_unclear {
                // Any column may hold a person's name.
                RawBatch { rows: vec![number], ..RawBatch::default() }
            } else {
                self.alone(number, cells, &texts)
            };
            return fault
                .or(ragged)
                .map_or(RowOutcome::NoData, |fault| RowOutcome::Unread(UnreadRow { fault, cells: kept }));
        }
        if !is_data {
            return RowOutcome::NoData;
        }
        let text = |at: usize| texts.get(at).map_or("", |text| text.as_ref());
        let origin = self.origin.and_then(|at| Origin::read(at.map(text)));
        if notes.concern(cells) {
            self.mark(notes, number, cells);
        }
        self.push(number, cells, &texts);
        RowOutcome::Row {
            counts: u64::from(self.reshape.as_ref().is_none_or(Reshape::streams)),
            origin,
            is_full: self.is_full(),
        }
    }

    /// The last batch, and what is known only at the end of the sheet.
    pub fn finish(mut self) -> (RawBatch, Outlined) {
        let outlined = self.reshape.as_mut().map(|reshape| reshape.finish(&mut self.batch));
        (self.batch, outlined.unwrap_or_default())
    }

    fn is_full(&self) -> bool {
        let rows = self.batch.rows.len();
        let bytes = || self.batch.columns.iter().flatten().map(TextColumn::bytes).sum::<usize>();
        rows >= BATCH_ROWS || rows.is_multiple_of(CHECKED_EVERY) && bytes() >= BATCH_BYTES
    }

    /// Whether a row is a group, a subtotal, a note or signatures: at most half of it is filled, without any date. A
    /// dossier, even one that lacks its code, fills more of its row or has a date. A row with a code is never left
    /// out here: whatever else it lacks, it is refused with a reason.
    fn is_remark(&self, texts: &[Cow<'_, str>]) -> bool {
        let width = self.headings.iter().filter(|heading| !heading.is_empty()).count();
        let filled = texts.iter().filter(|text| !text.trim().is_empty()).count();
        let is_date =
            |at: &usize| texts.get(*at).is_some_and(|text| text.bytes().filter(u8::is_ascii_digit).count() >= 6);
        !self.dates.is_empty() && filled * 2 <= width && !self.has_code(texts) && !self.dates.iter().any(is_date)
    }

    fn has_code(&self, texts: &[Cow<'_, str>]) -> bool {
        self.key.and_then(|at| texts.get(at)).is_some_and(|text| looks_like_code(text))
    }

    /// A row as a batch of its own.
    fn alone(&mut self, number: u32, cells: &[Cell<'_>], texts: &[Cow<'_, str>]) -> RawBatch {
        let next = RawBatch::default().cleared(self.columns.iter().map(Option::is_some));
        let others = std::mem::replace(&mut self.batch, next);
        // Of a row that makes several records the cells that they share are kept.
        let reshape = self.reshape.take();
        self.push(number, cells, texts);
        self.reshape = reshape;
        std::mem::replace(&mut self.batch, others)
    }

    /// Adds the notes of the container on a row to the batch, before the row itself.
    fn mark(&mut self, notes: &Notes, number: u32, cells: &[Cell<'_>]) {
        let start = self.batch.rows.len();
        let marks = &mut self.batch.marks;
        match &self.reshape {
            None => notes.marks(&self.codes, &self.columns, (number, Some(start)), cells, marks),
            Some(reshape) => {
                for (record, columns) in reshape.cells().enumerate() {
                    let row = reshape.streams().then_some(start + record);
                    notes.marks(&self.codes, &columns, (number, row), cells, marks);
                }
            }
        }
    }

    fn push(&mut self, number: u32, cells: &[Cell<'_>], texts: &[Cow<'_, str>]) {
        if let Some(reshape) = &mut self.reshape {
            return reshape.push(number, cells, texts, &mut self.batch);
        }
        self.batch.rows.push(number);
        for (column, texts_of) in self.columns.iter().zip(&mut self.batch.columns) {
            let (Some((at, decimal)), Some(column)) = (column, texts_of) else { continue };
            match (cells.get(*at), texts.get(*at)) {
                (Some(cell @ Cell::Number(_)), _) => column.push(&cell_text(cell, *decimal)),
                (_, Some(text)) => column.push(text),
                _ => column.push(""),
            }
        }
    }

    /// Returns the batch and starts the next, in the memory of a used one if that has the same columns.
    pub fn reset(&mut self, used: Option<RawBatch>) -> RawBatch {
        let next = used.filter(|used| used.columns.len() == self.columns.len()).unwrap_or_default();
        let next = match &self.reshape {
            Some(reshape) => next.cleared(reshape.fed().iter().copied()),
            None => next.cleared(self.columns.iter().map(Option::is_some)),
        };
        std::mem::replace(&mut self.batch, next)
    }
}
