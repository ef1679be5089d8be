//! Decodes cells that hold TCVN3, VNI or windows-1258 text, sheet by sheet, on their way to the sink.
//!
//! One workbook can hold both legacy and Unicode sheets, and one sheet both kinds of cells. So the first rows of a
//! sheet are buffered until its encoding is decided by their words. A cell is decoded only if all its characters occur
//! in legacy text, and its words are Vietnamese when decoded and not as they are. Other cells are left as they are.

use std::collections::{HashMap, HashSet};

use memchr::{memchr, memchr_iter};

use super::evidence::{Evidence, Verdict, WordClass, classify_word, is_syllable_in, words};
use super::letters::decode;
use super::{Cell, Flow, Note, RowFault, RowSink, TextKind, TextNote, guard};
use cchc_model::Encoding;

/// Rows, and cells in them, that are buffered until the encoding of a sheet is decided.
const MAX_BUFFERED_ROWS: usize = 256;
const MAX_BUFFERED_CELLS: usize = 1 << 16;
/// Bytes of a text that count as a cell more.
const BYTES_OF_A_CELL: usize = 256;
/// Of a sheet without legacy text one row in so many is checked in full; all rows are checked for signs of TCVN3.
const CHECKED_EVERY: u32 = 64;
/// Most texts whose interpretation is remembered.
const MAX_REMEMBERED: usize = 10_000;

/// The state of one sheet.
pub(super) struct Legacy {
    /// The encoding that the source declares for undecided text.
    declared: Option<Encoding>,
    state: State,
    buffered: Vec<Buffered>,
    buffered_cells: usize,
    evidence: Evidence,
    columns: Vec<ColumnContent>,
    interpretations: HashMap<Box<str>, Interpretation>,
    /// Texts of a plain sheet without a sign of legacy text: most cells repeat a few words.
    plain: HashSet<Box<str>>,
    decoded: Count,
    undecided: Count,
}

enum State {
    /// Rows are buffered.
    Buffering,
    /// No legacy text so far: rows are passed on, and checked.
    Plain,
    /// The first rows are legacy text.
    Decoding(Encoding),
    /// Legacy text below plain rows: a text that may be either is left as it is.
    Mixed(Encoding),
    /// The sink wants no more of this sheet.
    Over(Flow),
}

enum Buffered {
    Row(u32, Vec<Cell<'static>>),
    Refused(u32, Vec<Cell<'static>>, RowFault),
    Note(Note),
}

/// Which kinds of text the cells of one column hold.
#[derive(Default, Clone, Copy)]
struct ColumnContent {
    legacy: bool,
    unicode: bool,
}

/// How many cells, and the row of the first.
#[derive(Default, Clone, Copy)]
struct Count {
    cells: u64,
    row: u32,
}

/// How a text of a sheet with legacy text is interpreted.
#[derive(Clone)]
enum Interpretation {
    /// No legacy text.
    Keep,
    /// It holds letters that legacy text lacks.
    Unicode,
    Decode(String),
    /// Not decided by the text alone: `Bé` may be *Bộ*.
    Either(String),
}

impl Legacy {
    pub(super) fn new(declared: Option<Encoding>) -> Self {
        Self {
            declared,
            state: State::Buffering,
            buffered: Vec::new(),
            buffered_cells: 0,
            evidence: Evidence::default(),
            columns: Vec::new(),
            interpretations: HashMap::new(),
            plain: HashSet::new(),
            decoded: Count::default(),
            undecided: Count::default(),
        }
    }

    /// Whether a row of plain text need not be checked cell by cell: its sheet has no legacy text so far.
    pub(super) const fn trusts(&self, number: u32) -> bool {
        matches!(self.state, State::Plain) && !number.is_multiple_of(CHECKED_EVERY)
    }

    /// Receives a row and passes it on, possibly later.
    pub(super) fn row(&mut self, sink: &mut dyn RowSink, number: u32, cells: &[Cell<'_>]) -> Flow {
        match self.state {
            State::Buffering => {
                texts(cells).filter(|(_, text)| is_windows_1252(text)).for_each(|(_, text)| self.evidence.add(text));
                self.buffer(sink, Buffered::Row(number, cells.iter().map(Cell::to_static).collect()))
            }
            State::Plain if number.is_multiple_of(CHECKED_EVERY) => self.plain_row(sink, number, cells, |_| true),
            State::Plain => self.plain_row(sink, number, cells, has_sign),
            State::Decoding(encoding) | State::Mixed(encoding) => self.legacy_row(sink, number, cells, encoding),
            State::Over(flow) => flow,
        }
    }

    /// Receives a row that cannot be read, in its place among the others.
    pub(super) fn refused_row(
        &mut self,
        sink: &mut dyn RowSink,
        number: u32,
        cells: &[Cell<'_>],
        fault: RowFault,
    ) -> Flow {
        match self.state {
            State::Buffering => {
                self.buffer(sink, Buffered::Refused(number, cells.iter().map(Cell::to_static).collect(), fault))
            }
            State::Over(flow) => flow,
            _ => guard::sinking(|| sink.refused_row(number, cells, fault)),
        }
    }

    /// Receives a note, in its place before its row.
    pub(super) fn note(&mut self, sink: &mut dyn RowSink, note: Note) {
        match self.state {
            // A note does not end the buffering: the buffer is full only after enough rows.
            State::Buffering => self.buffered.push(Buffered::Note(note)),
            State::Over(_) => {}
            _ => guard::sinking(|| sink.note(note)),
        }
    }

    /// Ends the sheet: passes on what is buffered, and sends how many cells were decoded or left.
    pub(super) fn end_sheet(&mut self, sink: &mut dyn RowSink) -> Flow {
        let flow = if matches!(self.state, State::Buffering) { self.decide(sink) } else { Flow::Continue };
        let verdict = self.evidence.verdict();
        match (&self.state, verdict) {
            (&(State::Decoding(encoding) | State::Mixed(encoding)), _) | (_, Verdict::Sure(encoding)) => {
                send_count(sink, TextKind::Decoded(encoding), self.decoded);
                send_count(sink, TextKind::Undecided(encoding), self.undecided);
            }
            (_, Verdict::Unsure(encoding)) => send_count(sink, TextKind::Undecided(encoding), self.undecided),
            _ => {}
        }
        let declared = self.declared;
        *self = Self::new(declared);
        flow
    }

    fn buffer(&mut self, sink: &mut dyn RowSink, row: Buffered) -> Flow {
        self.buffered_cells += match &row {
            Buffered::Row(_, cells) | Buffered::Refused(_, cells, _) => {
                // Long texts count for several cells.
                1 + cells.len() + texts(cells).map(|(_, text)| text.len() / BYTES_OF_A_CELL).sum::<usize>()
            }
            Buffered::Note(_) => 1,
        };
        self.buffered.push(row);
        let is_full = self.buffered.len() >= MAX_BUFFERED_ROWS || self.buffered_cells >= MAX_BUFFERED_CELLS;
        if is_full { self.decide(sink) } else { Flow::Continue }
    }

    /// Decides on the encoding of the sheet and passes on what was buffered.
    fn decide(&mut self, sink: &mut dyn RowSink) -> Flow {
        self.state = match (self.declared, self.evidence.verdict()) {
            (_, Verdict::Sure(encoding)) | (Some(encoding), _) => State::Decoding(encoding),
            _ => State::Plain,
        };
        let buffered = std::mem::take(&mut self.buffered);
        if let State::Decoding(encoding) = self.state {
            for row in &buffered {
                if let Buffered::Row(_, cells) = row {
                    texts(cells).for_each(|(column, text)| drop(self.interpretation(column, text, encoding)));
                }
            }
        }
        for row in buffered {
            let flow = match row {
                Buffered::Row(number, cells) if matches!(self.state, State::Plain) => {
                    self.plain_row(sink, number, &cells, |_| true)
                }
                Buffered::Row(number, cells) => self.row(sink, number, &cells),
                Buffered::Refused(number, cells, fault) => self.refused_row(sink, number, &cells, fault),
                Buffered::Note(note) => {
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

    /// A row of a sheet without legacy text so far. Text pasted into it may still be legacy.
    fn plain_row(
        &mut self,
        sink: &mut dyn RowSink,
        number: u32,
        cells: &[Cell<'_>],
        has_to_be_checked: fn(&str) -> bool,
    ) -> Flow {
        let mut changed: Vec<(usize, String)> = Vec::new();
        for (column, text) in texts(cells).filter(|(_, text)| has_to_be_checked(text) && is_windows_1252(text)) {
            if self.plain.contains(text) {
                continue;
            }
            if words(text).all(|word| classify_word(word) != WordClass::Foreign) {
                if self.plain.len() < MAX_REMEMBERED {
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
        let is_certain = matches!(self.state, State::Decoding(_));
        let mut changed: Vec<(usize, String)> = Vec::new();
        for (at, text) in texts(cells) {
            let column = self.column_content(at);
            let sheet_has_unicode = self.columns.iter().any(|column| column.unicode);
            match self.interpretation(at, text, encoding) {
                Interpretation::Decode(decoded) => changed.push((at, decoded)),
                Interpretation::Either(decoded)
                    if is_certain && !column.unicode && (column.legacy || !sheet_has_unicode) =>
                {
                    changed.push((at, decoded));
                }
                Interpretation::Either(_) if column.legacy => self.undecided.add(1, number),
                _ => {}
            }
        }
        self.decoded.add(changed.len() as u64, number);
        pass(sink, number, cells, changed)
    }

    fn column_content(&self, at: usize) -> ColumnContent {
        self.columns.get(at).copied().unwrap_or_default()
    }

    /// Interprets a text and remembers what its column holds.
    fn interpretation(&mut self, at: usize, text: &str, encoding: Encoding) -> Interpretation {
        if text.is_ascii() {
            return Interpretation::Keep;
        }
        let interpretation = if let Some(interpretation) = self.interpretations.get(text) {
            interpretation.clone()
        } else {
            let interpretation = interpret(text, encoding);
            if self.interpretations.len() < MAX_REMEMBERED {
                self.interpretations.insert(text.into(), interpretation.clone());
            }
            interpretation
        };
        if self.columns.len() <= at {
            self.columns.resize(at + 1, ColumnContent::default());
        }
        match interpretation {
            Interpretation::Decode(_) => self.columns[at].legacy = true,
            Interpretation::Unicode => self.columns[at].unicode = true,
            Interpretation::Keep | Interpretation::Either(_) => {}
        }
        interpretation
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

fn send_count(sink: &mut dyn RowSink, kind: TextKind, count: Count) {
    if count.cells > 0 {
        guard::sinking(|| sink.text_note(TextNote { kind, row: count.row, count: count.cells }));
    }
}

/// Interprets a text that is not ASCII, in a sheet whose legacy text is in `encoding`.
fn interpret(text: &str, encoding: Encoding) -> Interpretation {
    if !is_windows_1252(text) {
        return Interpretation::Unicode;
    }
    let (mut syllables, mut others, mut neutral, mut either) = (0, 0, 0, 0);
    for word in words(text).filter(|word| !word.is_ascii()) {
        match (classify_word(word), is_syllable_in(word, encoding)) {
            (WordClass::Neutral, _) => {}
            (WordClass::Foreign, Some(true)) => syllables += 1,
            // A sign between letters is no Western word: Kr«ng is Krông, though no syllable.
            (WordClass::Foreign, Some(false)) if encoding == Encoding::Tcvn3 && is_signed(word) => syllables += 1,
            (WordClass::Vietnamese, Some(true)) => either += 1,
            (_, Some(false)) => others += 1,
            (WordClass::Foreign, None) => neutral += 1,
            _ => {}
        }
    }
    match (syllables, others) {
        (1.., _) if syllables >= others => Interpretation::Decode(decode(text, encoding)),
        (0, 0) if either > 0 => Interpretation::Either(decode(text, encoding)),
        // HĐND, LĐTBXH
        (0, 0) if neutral > 0 => Interpretation::Decode(decode(text, encoding)),
        // Kroâng is Krông, though no syllable: letters and marks that make one letter hardly ever follow each other in
        // other text.
        _ => {
            let decoded = decode(text, encoding);
            let is_shorter = decoded.chars().count() < text.chars().count();
            if is_shorter { Interpretation::Either(decoded) } else { Interpretation::Keep }
        }
    }
}

/// Whether a sign that is a letter in TCVN3 is next to an ASCII letter, as no other sign is.
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

/// Whether all characters of a text are in windows-1252; Vietnamese in Unicode nearly always has others.
fn is_windows_1252(text: &str) -> bool {
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
