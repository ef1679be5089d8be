//! Takes the rows of one file, finds the headings of each sheet, and hands body rows on in batches.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender};

use chrono::NaiveDate;

use super::notes::Notes;
use super::overflow;
use super::unread::{Fields, Unread, UnreadRow};
use cchc_definitions::SourceDef;
use cchc_definitions::dates::DateSystem;
use cchc_model::Kind;
use cchc_normalise::{
    HeadingMatch, KnownHeadings, MendedCode, NearMiss, Origin, RawBatch, Reshape, RowKind, cell_text, classify, clean,
    in_letterhead, only_year, origin_columns,
};
use cchc_read::{Cell, Flow, Note, RowFault, RowSink, Sheet, TextKind, TextNote};

/// Headings stand within this many rows.
const HEAD: usize = 60;

/// Rows handed on at once.
const BATCH: usize = 1 << 14;

/// What the sink tells the normaliser.
pub(super) enum Message {
    /// A sheet whose headings fit a source.
    Sheet(Box<FoundSheet>),
    /// Some of its rows.
    Batch(RawBatch),
    /// A row of it that cannot be read.
    Unread(UnreadRow),
    /// Something about its text.
    TextNote(TextNote),
}

/// A sheet whose headings fit.
#[derive(Debug, Clone)]
pub(super) struct FoundSheet {
    pub name: String,
    pub hidden: bool,
    pub heading_row: u32,
    pub found: HeadingMatch,
    /// From which day its serial numbers count.
    pub date_system: DateSystem,
    /// The export day in the rows above the headings.
    pub letterhead: Option<NaiveDate>,
    /// Of a sheet that is reshaped: per record and column of the source the heading that feeds it.
    pub records: Vec<Vec<String>>,
    /// The only year that its name and letterhead tell.
    pub year: Option<i32>,
    /// The sheet whose headings it is read by, having none.
    pub continues: Option<String>,
}

/// A sheet that no source fits.
#[derive(Debug, Clone)]
pub(super) struct StraySheet {
    pub name: String,
    pub rows: usize,
    /// Cells of its widest row: as many as another sheet has headings may mean that it continues that sheet.
    pub width: usize,
    pub near: Option<NearMiss>,
}

/// Where a sheet stands.
enum State {
    /// No sheet, or one that is skipped.
    Idle,
    /// The headings are not known yet.
    Head(Vec<(u32, Vec<Cell<'static>>)>),
    /// Body rows follow.
    Body(Box<Body>),
}

struct Body {
    /// Position of the source.
    source: usize,
    /// Columns of the sheet in which merged cells speak for each row that they cover.
    fill: Vec<usize>,
    headings: Vec<String>,
    /// For each column of the source: the sheet's column and the decimal mark of its number cells.
    columns: Vec<Option<(usize, char)>>,
    personal: Vec<usize>,
    /// Column of the sheet that holds the key.
    key: Option<usize>,
    /// Columns of the sheet that hold dates.
    dates: Vec<usize>,
    /// How many fields a row must have, where the container is delimited text.
    fields: Option<Fields>,
    /// How rows become records, where they are none by themselves.
    reshape: Option<Reshape>,
    /// Columns of a corrected file that tell where each row first stood.
    origin: Option<[usize; 3]>,
    batch: RawBatch,
}

pub(super) struct SheetSink<'a> {
    sources: &'a [SourceDef],
    known: &'a KnownHeadings<'a>,
    sender: SyncSender<Message>,
    /// Batches that the normaliser is done with: their memory is used again.
    used: Receiver<RawBatch>,
    sheet: Sheet,
    beside: Notes,
    state: State,
    /// Faults of rows among which the headings are still looked for.
    faults: BTreeMap<u32, RowFault>,
    /// What is told of the sheet's text.
    notes: Vec<TextNote>,
    /// The same of sheets that no source fits.
    pub stray_notes: Vec<(String, TextNote)>,
    /// Whether cells were left that may be in a legacy encoding.
    pub is_undecided: bool,
    pub found: Vec<FoundSheet>,
    pub strays: Vec<StraySheet>,
    /// The export day in a sheet or table without data, such as a cover or a letterhead of its own.
    pub letterhead: Option<NaiveDate>,
    /// Body rows handed on.
    pub rows: u64,
    /// Codes of criteria that were read otherwise than they stand, with their sheet.
    pub mended: Vec<(String, MendedCode)>,
    /// Of a corrected file: sheet and row, and where that row first stood.
    pub origins: Vec<((String, u32), Origin)>,
}

impl<'a> SheetSink<'a> {
    pub fn new(
        sources: &'a [SourceDef],
        known: &'a KnownHeadings<'a>,
        sender: SyncSender<Message>,
        used: Receiver<RawBatch>,
    ) -> Self {
        Self {
            sources,
            known,
            sender,
            used,
            sheet: Sheet { name: String::new(), hidden: false, fields: None },
            beside: Notes::default(),
            state: State::Idle,
            faults: BTreeMap::new(),
            notes: Vec::new(),
            stray_notes: Vec::new(),
            is_undecided: false,
            found: Vec::new(),
            strays: Vec::new(),
            letterhead: None,
            rows: 0,
            mended: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// The file is at its end.
    pub fn finish(&mut self) {
        let _ = self.end_sheet();
    }

    fn end_sheet(&mut self) -> Flow {
        if let State::Head(_) = self.state
            && self.decide() == Flow::Stop
        {
            return Flow::Stop;
        }
        self.faults.clear();
        let notes = std::mem::take(&mut self.notes);
        let State::Body(mut body) = std::mem::replace(&mut self.state, State::Idle) else {
            self.stray_notes.extend(notes.into_iter().map(|note| (self.sheet.name.clone(), note)));
            return Flow::Continue;
        };
        if let Some(reshape) = &mut body.reshape {
            let outlined = reshape.finish(&mut body.batch);
            self.rows += outlined.rows;
            self.mended.extend(outlined.mended.into_iter().map(|code| (self.sheet.name.clone(), code)));
        }
        if !body.batch.rows.is_empty() && self.send(Message::Batch(body.batch)) == Flow::Stop {
            return Flow::Stop;
        }
        // Behind the rows: a sample of them may be shown.
        for note in notes {
            if self.send(Message::TextNote(note)) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Continue
    }

    fn send(&self, message: Message) -> Flow {
        // The receiver hangs up when it refuses the file.
        if self.sender.send(message).is_ok() { Flow::Continue } else { Flow::Stop }
    }

    /// Looks for the headings among the rows so far and replays those below them.
    fn decide(&mut self) -> Flow {
        let State::Head(mut head) = std::mem::replace(&mut self.state, State::Idle) else { return Flow::Continue };
        let mut texts: Vec<Vec<String>> = head
            .iter()
            .map(|(_, cells)| cells.iter().map(|cell| clean(&cell_text(cell, '.')).into_owned()).collect())
            .collect();
        let fits = self.known.find(&texts, &self.sheet.name).map_err(|near| match near {
            None => (None, overflow::continued(&texts, self.found.last(), self.sources)),
            near => (near, None),
        });
        let (found, continues) = match fits {
            Ok(found) => (found, None),
            Err((_, Some((found, before)))) => {
                head.insert(0, (0, Vec::new()));
                texts.insert(0, Vec::new());
                (found, Some(before))
            }
            Err((mut near, None)) => {
                if let Some(near) = &mut near {
                    near.row = head[near.row].0 as usize;
                }
                let beside = in_letterhead(letter_lines(&texts).iter().map(String::as_str));
                self.letterhead = self.letterhead.or(beside);
                if !head.is_empty() {
                    self.strays.push(StraySheet {
                        name: self.sheet.name.clone(),
                        rows: head.len(),
                        width: widest(&texts),
                        near,
                    });
                }
                return Flow::SkipSheet;
            }
        };
        let source = &self.sources[found.source];
        let decimal = |kind| if matches!(kind, Kind::Int | Kind::Float) { ',' } else { '.' };
        let columns = source
            .columns
            .iter()
            .zip(&found.mapping.columns)
            .map(|(column, at)| at.map(|at| (at, decimal(column.kind))))
            .collect();
        let dates = source.columns.iter().zip(&found.mapping.columns);
        let dates = dates.filter(|(column, _)| column.kind == Kind::Time).filter_map(|(_, at)| *at).collect();
        let letterhead = in_letterhead(letter_lines(&texts[..found.last_row]).iter().map(String::as_str));
        let reshape = Reshape::plan(source, &found.mapping, &self.sheet.name, &texts[..found.last_row]);
        let sheet = FoundSheet {
            name: self.sheet.name.clone(),
            hidden: self.sheet.hidden,
            heading_row: head[found.last_row].0,
            letterhead,
            records: reshape.as_ref().map_or_else(Vec::new, |reshape| reshape.headings().to_vec()),
            year: reshape.as_ref().and_then(|_| only_year(&self.sheet.name, &texts[..found.last_row])),
            continues,
            found,
            date_system: self.beside.date_system,
        };
        let below = sheet.found.last_row + 1;
        let fill = source.columns.iter().zip(&sheet.found.mapping.columns);
        let fill = fill.filter(|(column, _)| source.fill_merged.contains(&column.name)).filter_map(|(_, at)| *at);
        let mut body = Body {
            source: sheet.found.source,
            fill: fill.collect(),
            headings: sheet.found.mapping.headings.clone(),
            columns,
            personal: sheet.found.mapping.personal.clone(),
            key: source
                .columns
                .iter()
                .zip(&sheet.found.mapping.columns)
                .find_map(|(column, at)| at.filter(|_| column.name == source.table.key)),
            dates,
            fields: self.sheet.fields.map(|usual| Fields::new(&sheet.found.mapping.headings, usual)),
            reshape,
            origin: origin_columns(&sheet.found.mapping.headings),
            batch: RawBatch::default(),
        };
        body.reset(None);
        self.state = State::Body(Box::new(body));
        self.found.push(sheet.clone());
        if self.send(Message::Sheet(Box::new(sheet))) == Flow::Stop {
            return Flow::Stop;
        }
        for (number, cells) in &head[below..] {
            let fault = self.faults.remove(number).map(Unread::Fault);
            if self.body_row(*number, cells, fault) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Continue
    }

    fn body_row(&mut self, number: u32, cells: &[Cell<'_>], fault: Option<Unread>) -> Flow {
        let State::Body(body) = &mut self.state else { return Flow::SkipSheet };
        let cells = &*self.beside.filled(&body.fill, number, cells);
        let texts: Vec<Cow<'_, str>> = cells.iter().map(|cell| cell_text(cell, '.')).collect();
        let kind = classify(&texts, &body.headings);
        let is_data = match &mut body.reshape {
            Some(reshape) => reshape.is_data(kind, &texts),
            None => kind == RowKind::Body,
        } && !body.is_beside_the_data(&texts);
        let ragged = body.fields.and_then(|fields| fields.check(cells));
        if let Some(why) = fault.or_else(|| ragged.clone()) {
            // Half a row may look like a group row; a code in it says that it is none.
            let has_code = matches!(kind, RowKind::Body | RowKind::Sparse) && body.has_code(&texts);
            if !is_data && !has_code {
                return Flow::Continue;
            }
            self.rows += 1;
            let kept = if ragged.is_some() {
                // A person's name may stand in any column.
                RawBatch { rows: vec![number], ..RawBatch::default() }
            } else {
                body.alone(number, cells, &texts)
            };
            return self.send(Message::Unread(UnreadRow::new(why, kept)));
        }
        if !is_data {
            return Flow::Continue;
        }
        self.rows += u64::from(body.reshape.as_ref().is_none_or(Reshape::streams));
        if let Some(at) = body.origin
            && let Some(origin) = Origin::read(at.map(|at| texts.get(at).map_or("", |text| text.as_ref())))
        {
            self.origins.push(((self.sheet.name.clone(), number), origin));
        }
        if self.beside.concern(cells) {
            body.mark(&self.beside, &self.sources[body.source], number, cells);
        }
        body.push(number, cells, &texts);
        if body.batch.rows.len() < BATCH {
            return Flow::Continue;
        }
        let batch = body.reset(self.used.try_recv().ok());
        self.send(Message::Batch(batch))
    }
}

impl RowSink for SheetSink<'_> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        if self.end_sheet() == Flow::Stop {
            return Flow::Stop;
        }
        self.sheet = sheet.clone();
        self.beside = Notes::default();
        self.state = State::Head(Vec::new());
        Flow::Continue
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        if let State::Head(head) = &mut self.state {
            head.push((number, cells.iter().map(Cell::to_static).collect()));
            return if head.len() >= HEAD { self.decide() } else { Flow::Continue };
        }
        self.body_row(number, cells, None)
    }

    fn refused_row(&mut self, number: u32, cells: &[Cell<'_>], fault: RowFault) -> Flow {
        if matches!(self.state, State::Head(_)) {
            self.faults.insert(number, fault);
            return self.row(number, cells);
        }
        self.body_row(number, cells, Some(Unread::Fault(fault)))
    }

    fn text_note(&mut self, note: TextNote) {
        self.is_undecided |= matches!(note.kind, TextKind::Undecided(_));
        self.notes.push(note);
    }

    fn wants_notes(&self) -> bool {
        true
    }

    fn note(&mut self, note: Note) {
        self.beside.take(note);
    }
}

impl Body {
    /// A row half empty at most and without a single date is a group, a subtotal, a note or signatures: a dossier,
    /// even one that lacks its code, fills more of its row or has a date. A row with a code in it is never left out
    /// here: whatever else it lacks, it is refused with a reason.
    fn is_beside_the_data(&self, texts: &[Cow<'_, str>]) -> bool {
        let width = self.headings.iter().filter(|heading| !heading.is_empty()).count();
        let filled = texts.iter().filter(|text| !text.trim().is_empty()).count();
        let is_date =
            |at: &usize| texts.get(*at).is_some_and(|text| text.bytes().filter(u8::is_ascii_digit).count() >= 6);
        !self.dates.is_empty() && filled * 2 <= width && !self.has_code(texts) && !self.dates.iter().any(is_date)
    }

    fn has_code(&self, texts: &[Cow<'_, str>]) -> bool {
        let key = self.key.and_then(|at| texts.get(at)).map_or("", |text| text.trim());
        key.bytes().any(|byte| byte.is_ascii_digit()) && !key.contains(char::is_whitespace)
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

    /// Keeps what is to be told of a row beside its texts, before it is pushed.
    fn mark(&mut self, beside: &Notes, source: &SourceDef, number: u32, cells: &[Cell<'_>]) {
        let start = self.batch.rows.len();
        let marks = &mut self.batch.marks;
        match &self.reshape {
            None => beside.marks(source, &self.columns, (number, Some(start)), cells, marks),
            Some(reshape) => {
                for (record, columns) in reshape.cells().enumerate() {
                    let row = reshape.streams().then_some(start + record);
                    beside.marks(source, &columns, (number, row), cells, marks);
                }
            }
        }
    }

    fn push(&mut self, number: u32, cells: &[Cell<'_>], texts: &[Cow<'_, str>]) {
        let personal = digest(self.personal.iter().map(|at| texts.get(*at).map_or("", |text| text.as_ref())));
        if let Some(reshape) = &mut self.reshape {
            return reshape.push(number, cells, texts, personal, &mut self.batch);
        }
        self.batch.rows.push(number);
        self.batch.personal.push(personal);
        for (column, texts_of) in self.columns.iter().zip(&mut self.batch.columns) {
            let (Some((at, decimal)), Some(column)) = (column, texts_of) else { continue };
            match (cells.get(*at), texts.get(*at)) {
                (Some(cell @ Cell::Number(_)), _) => column.push(&cell_text(cell, *decimal)),
                (_, Some(text)) => column.push(text),
                _ => column.push(""),
            }
        }
    }

    /// Gives the batch away and starts the next, in the memory of a used one if that has the same columns.
    fn reset(&mut self, used: Option<RawBatch>) -> RawBatch {
        let next = used.filter(|used| used.columns.len() == self.columns.len()).unwrap_or_default();
        let next = match &self.reshape {
            Some(reshape) => next.cleared(reshape.fed().iter().copied()),
            None => next.cleared(self.columns.iter().map(Option::is_some)),
        };
        std::mem::replace(&mut self.batch, next)
    }
}

fn widest(rows: &[Vec<String>]) -> usize {
    rows.iter().map(|row| row.iter().filter(|cell| !cell.is_empty()).count()).max().unwrap_or(0)
}

/// Each cell of some rows, and each row as one line: a label and its date may stand in two cells.
fn letter_lines(rows: &[Vec<String>]) -> Vec<String> {
    rows.iter().flat_map(|row| row.iter().cloned().chain([row.join(" ")])).collect()
}

/// One number for the personal cells of a row, which are dropped right here.
fn digest<'a>(cells: impl Iterator<Item = &'a str>) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    cells.for_each(|cell| clean(cell).hash(&mut hasher));
    hasher.finish()
}
