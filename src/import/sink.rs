//! Receives the rows of one file, finds the headings of each sheet, and sends body rows on in batches.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender};

use super::body::{Body, RowOutcome};
use super::file::Context;
use super::found::{FoundSheet, NearSource, RowsRead, UnmatchedSheet};
use super::masked_names;
use super::notes::Notes;
use super::overflow;
use super::unfolded;
use super::unread::{UnreadFault, UnreadRow};
use cchc_definitions::SourceDef;
use cchc_model::ColumnType;
use cchc_normalise::{
    CountFault, HeadingMatch, NearMiss, Place, RawBatch, Remark, RepairedCode, Reshape, Unfolding, cell_text, clean,
    in_letterhead, only_year,
};
use cchc_read::{Cell, Flow, Note, RowFault, RowSink, Sheet, TextKind, TextNote};

/// Cells of a file that are counted together.
const COUNTED: u64 = 1 << 12;
/// Headings are looked for in this many rows.
const HEAD: usize = 60;
/// The last row of a sheet in Excel 97 to 2003: a sheet that ends here may have lost the rest.
const LAST_XLS_ROW: u32 = 65_536;

/// What the reading thread sends to the typing thread.
pub(super) enum Message {
    /// A sheet whose headings fit a source.
    Sheet(Box<FoundSheet>),
    /// Some of its rows.
    Batch(RawBatch),
    /// A row of it that cannot be read.
    Unread(UnreadRow),
    /// Codes of it that a spreadsheet had changed, and that were repaired.
    Repaired(Vec<RepairedCode>),
    /// Counts of it that do not add up.
    Unequal(Vec<CountFault>),
    /// Something about its text.
    TextNote(TextNote),
    /// What is wrong with figures of a declared sheet, or asked of it.
    Remarks(Vec<Remark>),
}

/// Which part of a sheet comes next.
enum State {
    /// No sheet, or one that is skipped.
    Idle,
    /// The headings are not known yet.
    Head(Vec<(u32, Vec<Cell<'static>>)>),
    /// Body rows follow.
    Body(Box<Body>),
    /// A declared sheet that is read as a whole at its end.
    Whole(Box<Whole>),
}

/// The rows so far of a declared sheet that no source fits.
struct Whole {
    rows: Vec<(u32, Vec<String>)>,
    cells: usize,
    near: Option<NearMiss>,
    head: Vec<(u32, Vec<Cell<'static>>)>,
}

/// Receives the rows of a file on the reading thread.
pub(super) struct SheetSink<'a> {
    context: &'a Context<'a>,
    /// The file as messages name it.
    shown: &'a str,
    /// The name of the file without its ending.
    file: String,
    sender: SyncSender<Message>,
    /// Batches that the typing thread has finished: their memory is used again.
    used: Receiver<RawBatch>,
    sheet: Sheet,
    /// The last row of the sheet so far.
    last_row: u32,
    notes: Notes,
    state: State,
    /// Faults of rows that came before the headings were found.
    faults: BTreeMap<u32, RowFault>,
    /// What the reader says of the sheet's text.
    text_notes: Vec<TextNote>,
    /// The last sheet whose headings fit: the next may continue it.
    before: Option<FoundSheet>,
    read: RowsRead,
    /// Cells that are not counted yet among those of all files.
    cells: u64,
}

impl<'a> SheetSink<'a> {
    pub fn new(
        context: &'a Context<'a>,
        (shown, file): (&'a str, String),
        sender: SyncSender<Message>,
        used: Receiver<RawBatch>,
    ) -> Self {
        Self {
            context,
            shown,
            file,
            sender,
            used,
            sheet: Sheet { name: String::new(), hidden: false, fields: None },
            last_row: 0,
            notes: Notes::default(),
            state: State::Idle,
            faults: BTreeMap::new(),
            text_notes: Vec::new(),
            before: None,
            read: RowsRead::default(),
            cells: 0,
        }
    }

    /// The file is at its end.
    pub fn finish(mut self) -> RowsRead {
        let _ = self.end_sheet();
        self.may_go_on();
        self.read
    }

    /// The file cannot be read on.
    pub fn stop(self) -> RowsRead {
        self.read
    }

    fn end_sheet(&mut self) -> Flow {
        if std::mem::take(&mut self.last_row) == LAST_XLS_ROW {
            self.read.full_sheets.push(self.sheet.name.clone());
        }
        if let State::Head(_) = self.state
            && self.decide() == Flow::Stop
        {
            return Flow::Stop;
        }
        if let State::Whole(_) = self.state
            && self.unfold() == Flow::Stop
        {
            return Flow::Stop;
        }
        self.faults.clear();
        let notes = std::mem::take(&mut self.text_notes);
        let State::Body(body) = std::mem::replace(&mut self.state, State::Idle) else {
            self.read.unmatched_notes.extend(notes.into_iter().map(|note| (self.sheet.name.clone(), note)));
            return Flow::Continue;
        };
        let (last, outlined) = body.finish();
        self.read.rows += outlined.rows;
        let rows = (!last.rows.is_empty()).then_some(Message::Batch(last));
        let repaired = (!outlined.repaired.is_empty()).then_some(Message::Repaired(outlined.repaired));
        let unequal = (!outlined.faults.is_empty()).then_some(Message::Unequal(outlined.faults));
        // Notes on the text follow the rows, since one of these may be shown as an example.
        let notes = notes.into_iter().map(Message::TextNote);
        self.send_all(rows.into_iter().chain(repaired).chain(unequal).chain(notes))
    }

    fn send_all(&self, messages: impl IntoIterator<Item = Message>) -> Flow {
        let is_sent = messages.into_iter().all(|message| self.send(message) == Flow::Continue);
        if is_sent { Flow::Continue } else { Flow::Stop }
    }

    fn send(&self, message: Message) -> Flow {
        // The receiver hangs up when it refuses the file.
        if self.sender.send(message).is_ok() { Flow::Continue } else { Flow::Stop }
    }

    /// Looks for the headings among the rows so far, and handles those below them as body rows.
    fn decide(&mut self) -> Flow {
        let State::Head(mut head) = std::mem::replace(&mut self.state, State::Idle) else { return Flow::Continue };
        let mut texts: Vec<Vec<String>> = head
            .iter()
            .map(|(_, cells)| cells.iter().map(|cell| clean(&cell_text(cell, '.')).into_owned()).collect())
            .collect();
        let (found, continues) = match self.context.known.find(&texts, &self.sheet.name) {
            Ok(found) => (found, None),
            Err(near) => {
                let before = self.before.as_ref().filter(|_| near.is_none());
                let Some((found, before)) =
                    overflow::continued(&texts, before, self.context.sources, self.context.words)
                else {
                    return self.whole_or_unmatched(head, &texts, near);
                };
                head.insert(0, (0, Vec::new()));
                texts.insert(0, Vec::new());
                (found, Some(before))
            }
        };
        let below = found.last_row + 1;
        let (sheet, body) = self.begin(found, continues, &texts, &head);
        self.state = State::Body(Box::new(body));
        self.before = Some(sheet.clone());
        if self.send(Message::Sheet(Box::new(sheet))) == Flow::Stop {
            return Flow::Stop;
        }
        for (number, cells) in &head[below..] {
            let fault = self.faults.remove(number).map(UnreadFault::Reader);
            if self.body_row(*number, cells, fault) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Continue
    }

    /// Keeps a sheet that may be declared figures to its end; of any other only what its head is like.
    fn whole_or_unmatched(
        &mut self,
        head: Vec<(u32, Vec<Cell<'static>>)>,
        texts: &[Vec<String>],
        near: Option<NearMiss>,
    ) -> Flow {
        if !self.unfolding().is_some_and(|(_, unfolding)| unfolding.promises(texts)) {
            self.unmatched_sheet(&head, texts, near);
            return Flow::SkipSheet;
        }
        let rows = unfolded::texts(&head);
        let cells = rows.iter().map(|(_, texts)| texts.len()).sum();
        self.state = State::Whole(Box::new(Whole { rows, cells, near, head }));
        Flow::Continue
    }

    /// A sheet too large for declared figures is one that no source fits.
    fn give_up_whole(&mut self) -> Flow {
        if let State::Whole(whole) = std::mem::replace(&mut self.state, State::Idle) {
            let texts: Vec<Vec<String>> = whole.rows.into_iter().take(HEAD).map(|(_, texts)| texts).collect();
            self.unmatched_sheet(&whole.head, &texts, whole.near);
        }
        Flow::SkipSheet
    }

    /// Reads a declared sheet at its end, by the dictionary of figures.
    fn unfold(&mut self) -> Flow {
        let State::Whole(whole) = std::mem::replace(&mut self.state, State::Idle) else { return Flow::Continue };
        let unfolded = self
            .unfolding()
            .and_then(|(at, unfolding)| Some((at, unfolding.unfold(&whole.rows, &self.sheet.name, &self.file)?)));
        let Some((source, unfolded)) = unfolded else {
            let texts: Vec<Vec<String>> = whole.rows.into_iter().take(HEAD).map(|(_, texts)| texts).collect();
            self.unmatched_sheet(&whole.head, &texts, whole.near);
            return Flow::Continue;
        };
        let lines = letter_lines(&whole.rows.iter().take(HEAD).map(|(_, texts)| texts.clone()).collect::<Vec<_>>());
        let laid_out = unfolded::laid_out(&unfolded, &self.context.sources[source]);
        let mut sheet = FoundSheet {
            partial: None,
            name: self.sheet.name.clone(),
            hidden: self.sheet.hidden,
            heading_row: unfolded.heading_row,
            source,
            mapping: laid_out.mapping,
            confidence: 1.0,
            date_system: self.notes.date_system,
            letterhead: in_letterhead(lines.iter().map(String::as_str), &self.context.words.export_day),
            records: vec![laid_out.headings],
            year: None,
            continues: None,
        };
        masked_names::mask_headings(&mut sheet, self.context.mask);
        self.read.rows += laid_out.rows;
        let batches = laid_out.batches.into_iter().map(Message::Batch);
        let sheet = std::iter::once(Message::Sheet(Box::new(sheet)));
        self.send_all(sheet.chain(batches).chain([Message::Remarks(unfolded.remarks)]))
    }

    /// How declared sheets are read, and the position of their source, if it is among those tried.
    fn unfolding(&self) -> Option<(usize, Unfolding<'a>)> {
        let context = self.context;
        let at = context.sources.iter().position(|source| source.id == unfolded::SOURCE)?;
        let source = &context.sources[at];
        Some((at, Unfolding { names: context.figures, units: context.units, words: context.words, source }))
    }

    /// Describes the sheet that was found, and how its body rows are read.
    fn begin(
        &self,
        found: HeadingMatch,
        continues: Option<String>,
        texts: &[Vec<String>],
        head: &[(u32, Vec<Cell<'static>>)],
    ) -> (FoundSheet, Body) {
        let words = self.context.words;
        let source = &self.context.sources[found.source];
        let (name, above) = (&self.sheet.name, &texts[..found.last_row]);
        let place = Place { sheet: name, file: &self.file, shown: self.shown, above };
        let reshape = Reshape::plan(source, &found.mapping, place, words);
        let mut sheet = FoundSheet {
            name: name.clone(),
            hidden: self.sheet.hidden,
            heading_row: head[found.last_row].0,
            letterhead: in_letterhead(letter_lines(above).iter().map(String::as_str), &words.export_day),
            records: reshape.as_ref().map_or_else(Vec::new, |reshape| reshape.headings().to_vec()),
            year: reshape.as_ref().and_then(|_| only_year(name, above)),
            continues,
            partial: self.partial(source, above),
            source: found.source,
            confidence: found.confidence,
            mapping: found.mapping,
            date_system: self.notes.date_system,
        };
        let body = Body::new(source, &sheet.mapping, reshape, self.sheet.fields, words);
        // The body is told by headings as they stand; everybody else sees them masked.
        masked_names::mask_headings(&mut sheet, self.context.mask);
        (sheet, body)
    }

    /// The title of a list of late dossiers and the like, which would make its units 0 % on time. Who names the source
    /// wants it all the same.
    fn partial(&self, source: &SourceDef, above: &[Vec<String>]) -> Option<String> {
        if source.table.name != "dossiers" || self.context.sources.len() == 1 {
            return None;
        }
        let name = self.shown.rsplit('/').next().unwrap_or_default();
        let titles = above.iter().flatten().map(String::as_str).chain([name]);
        self.context.words.partial_lists.told_by(titles).map(str::to_owned)
    }

    /// Keeps what is known of a sheet that no source fits.
    fn unmatched_sheet(&mut self, head: &[(u32, Vec<Cell<'static>>)], texts: &[Vec<String>], near: Option<NearMiss>) {
        let lines = letter_lines(texts);
        let day = in_letterhead(lines.iter().map(String::as_str), &self.context.words.export_day);
        self.read.letterhead = self.read.letterhead.or(day);
        if head.is_empty() {
            return;
        }
        let near = near.map(|near| NearSource {
            source: self.context.sources[near.source].id.clone(),
            row: head[near.row].0,
            lacks_only_unit: near.missing.iter().all(|(name, _)| {
                let column = self.context.sources[near.source].table.column(name);
                column.is_some_and(|column| column.kind == ColumnType::Unit)
            }),
            missing: near.missing.into_iter().map(|(_, usual)| usual).collect(),
            nearest: masked_names::heading(&near.nearest.unwrap_or_default(), self.context.mask),
        });
        let name = self.sheet.name.clone();
        self.read.unmatched.push(UnmatchedSheet { name, rows: head.len(), width: widest(texts), near });
    }

    /// Adds the cells to those of all files; says whether the import may have more of them.
    fn may_go_on(&mut self) -> bool {
        let cells = std::mem::take(&mut self.cells);
        self.read.cells += cells;
        let before = self.context.cells.fetch_add(cells, Ordering::Relaxed);
        before + cells <= self.context.limits.max_import_cells
    }

    fn body_row(&mut self, number: u32, cells: &[Cell<'_>], fault: Option<UnreadFault>) -> Flow {
        let State::Body(body) = &mut self.state else { return Flow::SkipSheet };
        let taken = body.take(number, cells, fault, &mut self.notes);
        match taken {
            RowOutcome::NoData => Flow::Continue,
            RowOutcome::Unread(row) => {
                self.read.rows += 1;
                self.send(Message::Unread(row))
            }
            RowOutcome::Row { counts, origin, is_full } => {
                self.read.rows += counts;
                if let Some(origin) = origin {
                    self.read.origins.push(((self.sheet.name.clone(), number), origin));
                }
                if !is_full {
                    return Flow::Continue;
                }
                let batch = body.reset(self.used.try_recv().ok());
                self.send(Message::Batch(batch))
            }
        }
    }
}

impl RowSink for SheetSink<'_> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        if self.end_sheet() == Flow::Stop {
            return Flow::Stop;
        }
        self.sheet = sheet.clone();
        self.notes = Notes::default();
        self.state = State::Head(Vec::new());
        Flow::Continue
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        self.cells += cells.len() as u64;
        if self.cells >= COUNTED && !self.may_go_on() {
            return Flow::Stop;
        }
        self.last_row = number;
        if let State::Head(head) = &mut self.state {
            head.push((number, cells.iter().map(Cell::to_static).collect()));
            return if head.len() >= HEAD { self.decide() } else { Flow::Continue };
        }
        if let State::Whole(whole) = &mut self.state {
            whole.cells += cells.len();
            if whole.cells > unfolded::MOST_CELLS {
                return self.give_up_whole();
            }
            whole.rows.push((number, unfolded::row_texts(cells)));
            return Flow::Continue;
        }
        self.body_row(number, cells, None)
    }

    fn refused_row(&mut self, number: u32, cells: &[Cell<'_>], fault: RowFault) -> Flow {
        if matches!(self.state, State::Head(_)) {
            self.faults.insert(number, fault);
            return self.row(number, cells);
        }
        self.last_row = number;
        self.body_row(number, cells, Some(UnreadFault::Reader(fault)))
    }

    fn text_note(&mut self, note: TextNote) {
        self.read.is_undecided |= matches!(note.kind, TextKind::Undecided(_));
        self.text_notes.push(note);
    }

    fn wants_notes(&self) -> bool {
        true
    }

    fn note(&mut self, note: Note) {
        self.notes.take(note);
    }
}

fn widest(rows: &[Vec<String>]) -> usize {
    rows.iter().map(|row| row.iter().filter(|cell| !cell.is_empty()).count()).max().unwrap_or(0)
}

/// Each cell of some rows, and each row as one line: a label and its date may be in two cells.
fn letter_lines(rows: &[Vec<String>]) -> Vec<String> {
    rows.iter().flat_map(|row| row.iter().cloned().chain([row.join(" ")])).collect()
}
