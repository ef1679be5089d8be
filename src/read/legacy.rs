//! Decodes cells that hold TCVN3, VNI or windows-1258 text, sheet by sheet, before anybody looks at them.
//!
//! One workbook can hold both legacy and Unicode sheets, and one sheet both kinds of cells. So the first rows of a
//! sheet are held back until their words have told; a cell is decoded only if it holds nothing that legacy text lacks
//! and its words are Vietnamese that way and not as they stand. The others are left as they are.

use std::collections::{HashMap, HashSet};

use memchr::{memchr, memchr_iter};

use super::evidence::{Evidence, Verdict, Word, as_it_stands, weigh, words};
use super::letters::decode;
use super::{Cell, Flow, Note, RowFault, RowSink, TextKind, TextNote, guard};
use cchc_model::Encoding;

/// Rows, and cells in them, that are held back until the encoding of a sheet is told.
const HELD_ROWS: usize = 256;
const HELD_CELLS: usize = 1 << 16;
/// Bytes of a text that count as a cell more.
const BYTES_OF_A_CELL: usize = 256;
/// Of the rows of a sheet told to be plain, every so many-th is looked at in full; TCVN3 shows itself in all.
const LOOKED_AT: u32 = 64;
/// Texts whose reading is remembered.
const REMEMBERED: usize = 10_000;

/// The state of one sheet.
pub(super) struct Legacy {
    /// What the source says that unclear text is in.
    declared: Option<Encoding>,
    state: State,
    held: Vec<Held>,
    held_cells: usize,
    evidence: Evidence,
    columns: Vec<Column>,
    readings: HashMap<Box<str>, Reading>,
    /// Texts of a plain sheet that told nothing: most cells repeat a few words.
    plain: HashSet<Box<str>>,
    decoded: Count,
    undecided: Count,
}

enum State {
    /// Rows are held back.
    Watching,
    /// Rows go through, with an eye on them.
    Plain,
    /// The sheet was told to be legacy by its first rows.
    Decoding(Encoding),
    /// Legacy text turned up below plain rows: what may be either is left as it is.
    Mixed(Encoding),
    /// The sink wants no more of this sheet.
    Over(Flow),
}

enum Held {
    Row(u32, Vec<Cell<'static>>),
    Refused(u32, Vec<Cell<'static>>, RowFault),
    Note(Note),
}

/// What the cells of one column showed.
#[derive(Default, Clone, Copy)]
struct Column {
    legacy: bool,
    unicode: bool,
}

/// How many cells, and the row of the first.
#[derive(Default, Clone, Copy)]
struct Count {
    cells: u64,
    row: u32,
}

/// What a text is in a sheet with legacy text.
#[derive(Clone)]
enum Reading {
    /// Nothing legacy.
    Keep,
    /// It holds letters that legacy text lacks.
    Unicode,
    Decode(String),
    /// Nobody knows by the text alone: `Bé` may be *Bộ*.
    Either(String),
}

impl Legacy {
    pub(super) fn new(declared: Option<Encoding>) -> Self {
        Self {
            declared,
            state: State::Watching,
            held: Vec::new(),
            held_cells: 0,
            evidence: Evidence::default(),
            columns: Vec::new(),
            readings: HashMap::new(),
            plain: HashSet::new(),
            decoded: Count::default(),
            undecided: Count::default(),
        }
    }

    /// Whether a row of plain text need not be looked at cell by cell: its sheet was told to be plain.
    pub(super) const fn trusts(&self, number: u32) -> bool {
        matches!(self.state, State::Plain) && !number.is_multiple_of(LOOKED_AT)
    }

    /// Takes a row and passes it on, maybe later.
    pub(super) fn row(&mut self, sink: &mut dyn RowSink, number: u32, cells: &[Cell<'_>]) -> Flow {
        match self.state {
            State::Watching => {
                texts(cells).filter(|(_, text)| is_shown(text)).for_each(|(_, text)| self.evidence.add(text));
                self.hold(sink, Held::Row(number, cells.iter().map(Cell::to_static).collect()))
            }
            State::Plain if number.is_multiple_of(LOOKED_AT) => self.plain_row(sink, number, cells, |_| true),
            State::Plain => self.plain_row(sink, number, cells, has_sign),
            State::Decoding(encoding) | State::Mixed(encoding) => self.legacy_row(sink, number, cells, encoding),
            State::Over(flow) => flow,
        }
    }

    /// Takes a row that cannot be read, in its place among the others.
    pub(super) fn refused_row(
        &mut self,
        sink: &mut dyn RowSink,
        number: u32,
        cells: &[Cell<'_>],
        fault: RowFault,
    ) -> Flow {
        match self.state {
            State::Watching => {
                self.hold(sink, Held::Refused(number, cells.iter().map(Cell::to_static).collect(), fault))
            }
            State::Over(flow) => flow,
            _ => guard::sinking(|| sink.refused_row(number, cells, fault)),
        }
    }

    /// Takes a note, in its place before its row.
    pub(super) fn note(&mut self, sink: &mut dyn RowSink, note: Note) {
        match self.state {
            // A note makes no sheet long: rows do.
            State::Watching => self.held.push(Held::Note(note)),
            State::Over(_) => {}
            _ => guard::sinking(|| sink.note(note)),
        }
    }

    /// Ends the sheet: what is held back is passed on, and what was done is told.
    pub(super) fn end_sheet(&mut self, sink: &mut dyn RowSink) -> Flow {
        let flow = if matches!(self.state, State::Watching) { self.settle(sink) } else { Flow::Continue };
        let verdict = self.evidence.verdict();
        match (&self.state, verdict) {
            (&(State::Decoding(encoding) | State::Mixed(encoding)), _) | (_, Verdict::Sure(encoding)) => {
                told(sink, TextKind::Decoded(encoding), self.decoded);
                told(sink, TextKind::Undecided(encoding), self.undecided);
            }
            (_, Verdict::Unsure(encoding)) => told(sink, TextKind::Undecided(encoding), self.undecided),
            _ => {}
        }
        let declared = self.declared;
        *self = Self::new(declared);
        flow
    }

    fn hold(&mut self, sink: &mut dyn RowSink, row: Held) -> Flow {
        self.held_cells += match &row {
            Held::Row(_, cells) | Held::Refused(_, cells, _) => {
                // Long texts count for several cells.
                1 + cells.len() + texts(cells).map(|(_, text)| text.len() / BYTES_OF_A_CELL).sum::<usize>()
            }
            Held::Note(_) => 1,
        };
        self.held.push(row);
        let is_full = self.held.len() >= HELD_ROWS || self.held_cells >= HELD_CELLS;
        if is_full { self.settle(sink) } else { Flow::Continue }
    }

    /// Decides on the sheet and passes on what was held back.
    fn settle(&mut self, sink: &mut dyn RowSink) -> Flow {
        self.state = match (self.declared, self.evidence.verdict()) {
            (_, Verdict::Sure(encoding)) | (Some(encoding), _) => State::Decoding(encoding),
            _ => State::Plain,
        };
        let held = std::mem::take(&mut self.held);
        if let State::Decoding(encoding) = self.state {
            for row in &held {
                if let Held::Row(_, cells) = row {
                    texts(cells).for_each(|(column, text)| drop(self.reading(column, text, encoding)));
                }
            }
        }
        for row in held {
            let flow = match row {
                Held::Row(number, cells) if matches!(self.state, State::Plain) => {
                    self.plain_row(sink, number, &cells, |_| true)
                }
                Held::Row(number, cells) => self.row(sink, number, &cells),
                Held::Refused(number, cells, fault) => self.refused_row(sink, number, &cells, fault),
                Held::Note(note) => {
                    self.note(sink, note);
                    Flow::Continue
                }
            };
            if flow != Flow::Continue {
                self.state = State::Over(flow);
                return flow;
            }
        }
        Flow::Continue
    }

    /// A row of a sheet told to be plain. Text pasted into it may still be legacy.
    fn plain_row(
        &mut self,
        sink: &mut dyn RowSink,
        number: u32,
        cells: &[Cell<'_>],
        is_worth_a_look: fn(&str) -> bool,
    ) -> Flow {
        let mut changed: Vec<(usize, String)> = Vec::new();
        for (column, text) in texts(cells).filter(|(_, text)| is_worth_a_look(text) && is_shown(text)) {
            if self.plain.contains(text) {
                continue;
            }
            if words(text).all(|word| as_it_stands(word) != Word::Foreign) {
                if self.plain.len() < REMEMBERED {
                    self.plain.insert(text.into());
                }
                continue;
            }
            let mut own = Evidence::default();
            own.add(text);
            match own.verdict() {
                Verdict::Sure(encoding) => {
                    self.decoded.add(1, number);
                    changed.push((column, decode(text, encoding)));
                }
                Verdict::Unsure(_) => self.undecided.add(1, number),
                Verdict::Plain => {}
            }
            self.evidence.add(text);
        }
        if let Verdict::Sure(encoding) = self.evidence.verdict() {
            self.state = State::Mixed(encoding);
        }
        pass(sink, number, cells, changed)
    }

    fn legacy_row(&mut self, sink: &mut dyn RowSink, number: u32, cells: &[Cell<'_>], encoding: Encoding) -> Flow {
        let is_told = matches!(self.state, State::Decoding(_));
        let mut changed: Vec<(usize, String)> = Vec::new();
        for (at, text) in texts(cells) {
            let column = self.reading_column(at);
            let sheet_has_unicode = self.columns.iter().any(|column| column.unicode);
            match self.reading(at, text, encoding) {
                Reading::Decode(decoded) => changed.push((at, decoded)),
                Reading::Either(decoded) if is_told && !column.unicode && (column.legacy || !sheet_has_unicode) => {
                    changed.push((at, decoded));
                }
                Reading::Either(_) if column.legacy => self.undecided.add(1, number),
                _ => {}
            }
        }
        self.decoded.add(changed.len() as u64, number);
        pass(sink, number, cells, changed)
    }

    fn reading_column(&self, at: usize) -> Column {
        self.columns.get(at).copied().unwrap_or_default()
    }

    /// Reads a text and remembers what its column holds.
    fn reading(&mut self, at: usize, text: &str, encoding: Encoding) -> Reading {
        if text.is_ascii() {
            return Reading::Keep;
        }
        let reading = if let Some(reading) = self.readings.get(text) {
            reading.clone()
        } else {
            let reading = read(text, encoding);
            if self.readings.len() < REMEMBERED {
                self.readings.insert(text.into(), reading.clone());
            }
            reading
        };
        if self.columns.len() <= at {
            self.columns.resize(at + 1, Column::default());
        }
        match reading {
            Reading::Decode(_) => self.columns[at].legacy = true,
            Reading::Unicode => self.columns[at].unicode = true,
            Reading::Keep | Reading::Either(_) => {}
        }
        reading
    }
}

impl Count {
    fn add(&mut self, cells: u64, row: u32) {
        if self.cells == 0 {
            self.row = row;
        }
        self.cells += cells;
    }
}

fn told(sink: &mut dyn RowSink, kind: TextKind, count: Count) {
    if count.cells > 0 {
        guard::sinking(|| sink.text_note(TextNote { kind, row: count.row, count: count.cells }));
    }
}

/// What a text that is not ASCII is, in a sheet whose legacy text is in `encoding`.
fn read(text: &str, encoding: Encoding) -> Reading {
    if !is_shown(text) {
        return Reading::Unicode;
    }
    let (mut syllables, mut others, mut mute, mut either) = (0, 0, 0, 0);
    for word in words(text).filter(|word| !word.is_ascii()) {
        match (as_it_stands(word), weigh(word, encoding)) {
            (Word::Mute, _) => {}
            (Word::Foreign, Some(true)) => syllables += 1,
            // A sign between letters is no Western word: Kr«ng is Krông, though no syllable.
            (Word::Foreign, Some(false)) if encoding == Encoding::Tcvn3 && is_signed(word) => syllables += 1,
            (Word::AsItStands, Some(true)) => either += 1,
            (_, Some(false)) => others += 1,
            (Word::Foreign, None) => mute += 1,
            _ => {}
        }
    }
    match (syllables, others) {
        (1.., _) if syllables >= others => Reading::Decode(decode(text, encoding)),
        (0, 0) if either > 0 => Reading::Either(decode(text, encoding)),
        // HĐND, LĐTBXH
        (0, 0) if mute > 0 => Reading::Decode(decode(text, encoding)),
        // Kroâng is Krông, though no syllable: letters and marks that make one letter hardly stand side by side elsewhere.
        _ => {
            let decoded = decode(text, encoding);
            let is_shorter = decoded.chars().count() < text.chars().count();
            if is_shorter { Reading::Either(decoded) } else { Reading::Keep }
        }
    }
}

/// Whether a sign that is a letter in TCVN3 stands right beside an ASCII letter, as no Western sign does.
fn is_signed(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let is_sign = |letter: char| matches!(letter, '\u{a1}'..='\u{ae}' | '\u{b5}'..='\u{be}') && letter != '\u{ba}';
    let is_quoted = word.starts_with('«') && word.ends_with('»');
    !is_quoted
        && letters.windows(2).any(|pair| match (pair[0], pair[1]) {
            (sign, letter) if letter.is_ascii_alphabetic() => is_sign(sign),
            // Behind a name © and ® are signs; in TCVN3 đ ends no syllable.
            (letter, sign) if letter.is_ascii_alphabetic() => is_sign(sign) && !matches!(sign, '§' | '©' | '®'),
            _ => false,
        })
}

/// Whether text holds only what the Western code page shows; Vietnamese in Unicode nearly always holds more.
fn is_shown(text: &str) -> bool {
    let is_more =
        |letter: char| letter > 'ÿ' && (letter.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&letter));
    !text.is_ascii() && !text.contains(is_more)
}

/// Whether text holds a sign of U+00A1–U+00BF, a letter of most words in TCVN3.
pub(super) fn has_sign(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr(0xc2, bytes).is_some()
        && memchr_iter(0xc2, bytes).any(|at| bytes.get(at + 1).is_some_and(|next| *next > 0xa0))
}

fn texts<'c>(cells: &'c [Cell<'_>]) -> impl Iterator<Item = (usize, &'c str)> {
    cells.iter().enumerate().filter_map(|(at, cell)| match cell {
        Cell::Text(text) => Some((at, text.as_ref())),
        _ => None,
    })
}

fn pass(sink: &mut dyn RowSink, number: u32, cells: &[Cell<'_>], changed: Vec<(usize, String)>) -> Flow {
    if changed.is_empty() {
        return guard::sinking(|| sink.row(number, cells));
    }
    let mut cells = cells.to_vec();
    for (at, text) in changed {
        cells[at] = Cell::Text(text.into());
    }
    guard::sinking(|| sink.row(number, &cells))
}
