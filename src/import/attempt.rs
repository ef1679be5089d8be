//! One reading of a file in one encoding: one thread reads rows, another types them, so that both cores work.

use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

use super::file::Context;
use super::masked_names::MaskedNames;
use super::reading::SheetReading;
use super::sink::{Message, RowsRead, SheetSink};
use super::typed::{OpenSheet, clash_finding};
use cchc_model::Finding;
use cchc_normalise::{RawBatch, Refused};
use cchc_read::{InputFile, ReadAs, ReadError, Sniffed, read_rows};
use polars::prelude::DataFrame;

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
    pub batches: Vec<(usize, DataFrame)>,
    pub findings: Vec<Finding>,
    /// Why going on would have misread the file.
    pub refused: Option<Finding>,
}

impl Attempt {
    pub fn read(input: &InputFile, sniffed: &Sniffed, text: ReadAs, context: &Context<'_>) -> Self {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(4);
            let (return_batch, used) = channel();
            let typing = scope.spawn(move || type_rows(receiver, &return_batch, &input.shown, context));
            let mut sink = SheetSink::new(context, sender, used);
            let mut named = MaskedNames::of(&mut sink, context.mask);
            let error = read_rows(&input.path, sniffed, text, &context.limits, &mut named).err();
            // Drops the sender, so that the typing thread ends.
            let read = if error.is_none() { sink.finish() } else { sink.stop() };
            Self { error, read, typed: typing.join().expect("the normaliser does not panic") }
        })
    }
}

fn type_rows(
    receiver: Receiver<Message>,
    return_batch: &Sender<RawBatch>,
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
        // A sheet is announced before its rows.
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
                // The reading thread may have ended; then the memory is not needed.
                let _ = return_batch.send(batch);
            }
            Message::Unread(row) => sheet.unread(&row),
            Message::TextNote(note) => sheet.text_note(note),
            Message::Repaired(codes) => sheet.repaired(codes),
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
