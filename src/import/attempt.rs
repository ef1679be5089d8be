//! One reading of a file in one encoding: one thread reads rows, another types them, so that both cores work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

use super::file::{Context, Detail};
use super::found::RowsRead;
use super::masked_names::MaskedNames;
use super::reading::SheetReading;
use super::sink::{Message, SheetSink};
use super::typed::{Mixed, OpenSheet, clash_finding};
use cchc_model::{Finding, Level, Table, Where};
use cchc_normalise::{CellMask, CodeShapes, RawBatch, Refused};
use cchc_read::{InputFile, ReadAs, ReadError, Sniffed, read_rows};
use cchc_store::AcceptedRows;
use polars::prelude::DataFrame;

/// Rows that are put aside together.
const TOGETHER: usize = 1 << 17;

/// The result of reading a file in one encoding.
pub(super) struct Attempt {
    /// Why its container cannot be read.
    pub error: Option<ReadError>,
    /// What the reading thread knows beside the rows that it sent.
    pub read: RowsRead,
    /// What the typing thread made of those rows.
    pub typed: TypedRows,
}

/// The result of the typing thread.
#[derive(Default)]
pub(super) struct TypedRows {
    /// Sheets whose headings fit a source.
    pub sheets: Vec<SheetReading>,
    /// Typed rows, each with the position of its sheet.
    pub batches: Vec<(usize, AcceptedRows)>,
    /// Whether memory was full: from then on rows are put aside.
    is_full: bool,
    /// Rows of one sheet that are put aside together.
    waiting: Option<SheetRows>,
    pub findings: Vec<Finding>,
    /// Why going on would have misread the file.
    pub refused: Option<Finding>,
    /// What only the whole file shows, if a part of it was read otherwise.
    pub misread: Option<Learnt>,
}

/// What only a whole file shows.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    /// Shapes of its codes.
    codes: Option<CodeShapes>,
    /// By position of a sheet the columns of its source whose date cells have day and month swapped.
    swapped: BTreeMap<usize, BTreeSet<usize>>,
}

/// Accepted rows of a sheet, by its position.
struct SheetRows {
    sheet: usize,
    table: &'static Table,
    rows: DataFrame,
}

impl Attempt {
    /// Reads a file; once more, if only its end shows how its beginning has to be read.
    pub fn read(input: &InputFile, sniffed: &Sniffed, text: ReadAs, context: &Context<'_>) -> Self {
        let mut first = Self::once(input, sniffed, text, context, Learnt::default());
        let is_read = first.error.is_none() && first.typed.refused.is_none();
        let Some(learnt) = first.typed.misread.take().filter(|_| is_read) else {
            return first;
        };
        // What was read so far is dropped, its place and its cells are free again.
        context.cells.fetch_sub(first.read.cells, Ordering::Relaxed);
        drop((first.read, first.typed.batches, first.typed.sheets));
        Self::once(input, sniffed, text, context, learnt)
    }

    fn once(input: &InputFile, sniffed: &Sniffed, text: ReadAs, context: &Context<'_>, learnt: Learnt) -> Self {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(4);
            let (return_batch, used) = channel();
            let typing = scope.spawn(move || type_rows(receiver, &return_batch, &input.shown, context, learnt));
            let mut sink = SheetSink::new(context, (&input.shown, stem(&input.shown)), sender, used);
            let mut named = MaskedNames::of(&mut sink, context.mask);
            let error = read_rows(&input.path, sniffed, text, &context.limits, &mut named).err();
            // Drops the sender, so that the typing thread ends.
            let read = if error.is_none() { sink.finish() } else { sink.stop() };
            Self { error, read, typed: typing.join().expect("the normaliser does not panic") }
        })
    }
}

/// The name of a file without its folder and ending.
fn stem(shown: &str) -> String {
    std::path::Path::new(shown).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn type_rows(
    receiver: Receiver<Message>,
    return_batch: &Sender<RawBatch>,
    file: &str,
    context: &Context<'_>,
    learnt: Learnt,
) -> TypedRows {
    let Learnt { codes, swapped } = learnt;
    let cells = codes.map_or_else(|| CellMask::new(context.mask), |shapes| CellMask::knowing(context.mask, shapes));
    let mut typed = TypedRows::default();
    let mut open: Option<OpenSheet<'_>> = None;
    for message in receiver {
        if let Message::Sheet(found) = message {
            typed.close(open.take(), context);
            if typed.refused.is_some() {
                break;
            }
            typed.refused = found.mapping.clashes.first().map(|clash| clash_finding(file, &found.name, clash));
            if let Some(title) = &found.partial {
                let finding = Finding::new(Level::Error, "partial_list", file).at(&found.name, found.heading_row);
                typed.refused = Some(finding.value(context.mask.text(title, Where::Cell).as_ref()));
            }
            open =
                Some(OpenSheet::new(*found, file, context, &cells).swapping(swapped.get(&typed.sheets.len()).cloned()));
            if typed.refused.is_some() {
                break;
            }
            continue;
        }
        // A sheet is announced before its rows.
        let Some(sheet) = &mut open else { continue };
        match message {
            Message::Sheet(_) => {}
            Message::Batch(batch) => {
                match sheet.batch(&batch) {
                    Ok(frame) => typed.keep(sheet.table(), frame, context),
                    Err(Refused(finding)) => {
                        typed.refused = Some(*finding);
                        break;
                    }
                }
                // The reading thread may have ended; then the memory is not needed.
                let _ = return_batch.send(batch);
            }
            Message::Unread(row) => sheet.unread(&row),
            Message::TextNote(note) => sheet.text_note(note),
            Message::Repaired(codes) => sheet.repaired(codes),
            Message::Unequal(faults) => sheet.unequal(faults),
            Message::Remarks(remarks) => sheet.remarks(remarks),
        }
    }
    typed.close(open, context);
    if let Some(codes) = cells.misjudged() {
        typed.misread.get_or_insert_default().codes = Some(codes);
    }
    typed
}

impl TypedRows {
    /// Keeps accepted rows of the open sheet: in memory as long as there is room, else on the disk.
    fn keep(&mut self, table: &'static Table, rows: DataFrame, context: &Context<'_>) {
        if context.detail == Detail::Sheets || rows.height() == 0 {
            return;
        }
        let sheet = self.sheets.len();
        if !AcceptedRows::may_be_aside(table) {
            self.batches.push((sheet, AcceptedRows::in_memory(rows, None)));
            return;
        }
        if !self.is_full {
            if let Some(claim) = context.aside.accepted.claim(rows.estimated_size() as u64) {
                self.batches.push((sheet, AcceptedRows::in_memory(rows, Some(claim))));
                return;
            }
            self.is_full = true;
            self.put_all_aside(table, context);
        }
        self.wait(SheetRows { sheet, table, rows }, context);
    }

    /// Puts aside what is in memory of this file, whose place is used for the rows to come.
    fn put_all_aside(&mut self, open: &'static Table, context: &Context<'_>) {
        for (sheet, rows) in std::mem::take(&mut self.batches) {
            let table = self.sheets.get(sheet).map_or(open, |sheet| sheet.table);
            match rows.into_frame() {
                Ok(rows) if AcceptedRows::may_be_aside(table) => self.wait(SheetRows { sheet, table, rows }, context),
                Ok(rows) => self.batches.push((sheet, AcceptedRows::in_memory(rows, None))),
                Err(rows) => self.batches.push((sheet, rows)),
            }
        }
    }

    /// Gathers rows of one sheet until there are enough to be put aside together.
    fn wait(&mut self, rows: SheetRows, context: &Context<'_>) {
        if self.waiting.as_ref().is_some_and(|waiting| waiting.sheet != rows.sheet) {
            self.put_aside(context);
        }
        match &mut self.waiting {
            Some(waiting) => {
                waiting.rows.vstack_mut(&rows.rows).expect("batches of one sheet have the same columns");
            }
            None => self.waiting = Some(rows),
        }
        if self.waiting.as_ref().is_some_and(|waiting| waiting.rows.height() >= TOGETHER) {
            self.put_aside(context);
        }
    }

    fn put_aside(&mut self, context: &Context<'_>) {
        let Some(SheetRows { sheet, table, rows }) = self.waiting.take() else { return };
        let rows = AcceptedRows::aside(table, &rows, &context.aside.accepted);
        // If the disk is full, the import ends before anybody misses the rows.
        let rows = rows.expect("typed rows have the columns of their table");
        self.batches.extend(rows.map(|rows| (sheet, rows)));
    }

    fn close(&mut self, sheet: Option<OpenSheet<'_>>, context: &Context<'_>) {
        if let Some(sheet) = sheet {
            self.put_aside(context);
            match sheet.mixed_order(context.mixed_dates) {
                None => {}
                Some(Mixed::Refused(finding)) => drop(self.refused.get_or_insert(*finding)),
                Some(Mixed::Swapped(columns)) => {
                    self.misread.get_or_insert_default().swapped.insert(self.sheets.len(), columns);
                }
            }
            let (reading, findings) = sheet.close();
            self.sheets.push(reading);
            self.findings.extend(findings);
        }
    }
}
