//! One reading of a file in one encoding: one thread reads rows, another types them, so that both cores work.

use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

use super::ends::Ends;
use super::file::Context;
use super::masked_names::MaskedNames;
use super::reading::SheetReading;
use super::sink::{Message, RowsRead, SheetSink};
use super::typed::{OpenSheet, clash_finding};
use cchc_model::Finding;
use cchc_normalise::{RawBatch, Refused};
use cchc_read::{InputFile, ReadAs, ReadError, Sniffed, read_rows};
use polars::prelude::DataFrame;

/// What came of reading a file in one encoding.
pub(super) struct Attempt {
    /// Why its container cannot be read.
    pub error: Option<ReadError>,
    /// What the reading thread saw beside the rows that it handed on.
    pub read: RowsRead,
    /// Sheets that end where an .xls can hold no more.
    pub full: Vec<String>,
    /// What the typing thread made of those rows.
    pub typed: TypedRows,
}

/// What the typing thread made of the rows that it got.
#[derive(Default)]
pub(super) struct TypedRows {
    /// Sheets whose headings fit a source.
    pub sheets: Vec<SheetReading>,
    /// Typed rows, each with the position of its sheet.
    pub batches: Vec<(usize, DataFrame)>,
    pub findings: Vec<Finding>,
    /// Why going on would have misread the file.
    pub refused: Option<Finding>,
}

impl Attempt {
    pub fn read(input: &InputFile, sniffed: &Sniffed, text: ReadAs, context: &Context<'_>) -> Self {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(4);
            let (give_back, used) = channel();
            let typing = scope.spawn(move || type_rows(receiver, &give_back, &input.shown, context));
            let mut sink = SheetSink::new(context, sender, used);
            let mut ends = Ends::of(&mut sink);
            let mut named = MaskedNames::of(&mut ends, context.mask);
            let error = read_rows(&input.path, sniffed, text, &context.limits, &mut named).err();
            let full = ends.full();
            // Hangs up, so that the typing thread ends.
            let read = if error.is_none() { sink.finish() } else { sink.stop() };
            Self { error, read, full, typed: typing.join().expect("the normaliser does not panic") }
        })
    }

    /// Sheets whose headings fit a source.
    pub fn sheets(&self) -> &[SheetReading] {
        &self.typed.sheets
    }

    /// Whether the container cannot be read.
    pub const fn is_unreadable(&self) -> bool {
        self.error.is_some()
    }

    /// Whether cells were left that may be in a legacy encoding.
    pub const fn is_undecided(&self) -> bool {
        self.read.is_undecided
    }
}

fn type_rows(
    receiver: Receiver<Message>,
    give_back: &Sender<RawBatch>,
    file: &str,
    context: &Context<'_>,
) -> TypedRows {
    let mut typed = TypedRows::default();
    let mut open: Option<OpenSheet<'_>> = None;
    for message in receiver {
        if let Message::Sheet(found) = message {
            typed.close(open.take());
            typed.refused = found.mapping.clashes.first().map(|clash| clash_finding(file, &found.name, clash));
            open = Some(OpenSheet::new(*found, file, context));
            if typed.refused.is_some() {
                break;
            }
            continue;
        }
        // Rows follow the sheet that they are of.
        let Some(sheet) = &mut open else { continue };
        match message {
            Message::Sheet(_) => {}
            Message::Batch(batch) => {
                match sheet.batch(&batch) {
                    Ok(frame) => typed.batches.push((typed.sheets.len(), frame)),
                    Err(Refused(finding)) => {
                        typed.refused = Some(*finding);
                        break;
                    }
                }
                // The reader may be done already; then nobody needs the memory.
                let _ = give_back.send(batch);
            }
            Message::Unread(row) => sheet.unread(&row),
            Message::TextNote(note) => sheet.text_note(note),
            Message::Mended(codes) => sheet.mended(codes),
        }
    }
    typed.close(open);
    typed
}

impl TypedRows {
    fn close(&mut self, sheet: Option<OpenSheet<'_>>) {
        if let Some(sheet) = sheet {
            let (reading, findings) = sheet.close();
            self.sheets.push(reading);
            self.findings.extend(findings);
        }
    }
}
