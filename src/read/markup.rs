//! Streams the tags and text of HTML to a listener, without building a tree; the listener serves XML, too.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Read;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::error::ReadError;
use super::tags::TagMeter;

const CHUNK: usize = 1 << 16;

/// Is called with tags and text in order of the file.
pub(super) trait Listener {
    /// A tag opens; one that closes itself is followed by `close`.
    fn open(&mut self, name: &str, attributes: &Attributes<'_>);
    /// A tag closes, whether or not it was open.
    fn close(&mut self, name: &str);
    /// Text, entities resolved, in pieces of any length.
    fn text(&mut self, text: &str);
    /// Whether the rest of the file is of no interest.
    fn is_done(&self) -> bool;
    /// Whether reading continues after a byte that is no UTF-8, at this offset; U+FFFD replaces it.
    fn continues_after(&mut self, _byte: u8, _offset: u64) -> bool {
        false
    }
}

/// The attributes of a tag: names with their prefixes, in lower case if they are of HTML, and values.
pub(super) struct Attributes<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl<'a> Attributes<'a> {
    pub(super) const fn of(attributes: Vec<(&'a str, Cow<'a, str>)>) -> Self {
        Self(attributes)
    }

    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.find(|other| other == name)
    }

    /// The value of the first attribute whose name is the wanted one, for names with a prefix that the file chooses.
    pub(super) fn find(&self, is_wanted: impl Fn(&str) -> bool) -> Option<&str> {
        self.0.iter().find(|(name, _)| is_wanted(name)).map(|(_, value)| &**value)
    }

    /// A count such as `colspan`, 1 if absent or not a number.
    pub(super) fn count(&self, name: &str) -> u32 {
        let given = self.get(name).and_then(|value| value.trim().parse::<u64>().ok());
        given.map_or(1, |count| u32::try_from(count).unwrap_or(u32::MAX)).max(1)
    }
}

/// Reads UTF-8 HTML to its end, or until the listener is done.
pub(super) fn stream_html(
    mut utf8: impl Read,
    listener: &mut impl Listener,
    damaged: impl FnOnce(std::io::Error) -> ReadError,
) -> Result<(), ReadError> {
    let adapter = Adapter(RefCell::new(listener), RefCell::default());
    let tokenizer = Tokenizer::new(adapter, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let feed = |text: &str| {
        queue.push_back(StrTendril::from_slice(text));
        // A finished script only hands control back; feeding on goes on where it stopped.
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
    };
    let mut meter = TagMeter::default();
    let mut buffer = vec![0; CHUNK];
    let (mut kept, mut offset) = (0, 0_u64);
    loop {
        let length = match utf8.read(&mut buffer[kept..]) {
            Ok(length) => length,
            Err(error) => return Err(damaged(error)),
        };
        let filled = kept + length;
        let mut used = 0;
        for chunk in buffer[..filled].utf8_chunks() {
            if !meter.passes(chunk.valid().as_bytes()) {
                return Err(damaged(std::io::Error::other("a tag of too many attributes")));
            }
            feed(chunk.valid());
            used += chunk.valid().len();
            let broken = chunk.invalid();
            // A letter may be cut by the end of the buffer; cut by the end of the file, it ends inside a table too, which
            // says more.
            let is_cut =
                used + broken.len() == filled && std::str::from_utf8(broken).is_err_and(|e| e.error_len().is_none());
            if broken.is_empty() || is_cut {
                break;
            }
            let place = offset + used as u64;
            if !tokenizer.sink.0.borrow_mut().continues_after(broken[0], place) {
                return Err(ReadError::BadEncoding { record: 1, offset: place });
            }
            feed("\u{fffd}");
            used += broken.len();
        }
        offset += used as u64;
        buffer.copy_within(used..filled, 0);
        kept = filled - used;
        if length == 0 || tokenizer.sink.0.borrow().is_done() {
            break;
        }
    }
    tokenizer.end();
    let Adapter(listener, unclosed) = &tokenizer.sink;
    match unclosed.borrow().name.filter(|_| unclosed.borrow().holds_rows) {
        Some(name) if !listener.borrow().is_done() => Err(ReadError::Swallowed(name)),
        _ => Ok(()),
    }
}

/// Text with runs of white space made one space, as HTML and `OpenDocument` show it.
#[derive(Default)]
pub(super) struct Collapsed {
    text: String,
    space_due: bool,
}

impl Collapsed {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.space_due = false;
    }

    /// Appends text of the file.
    pub(super) fn push(&mut self, text: &str) {
        for (index, word) in text.split([' ', '\t', '\n', '\r', '\x0c']).enumerate() {
            self.space_due |= index > 0;
            if !word.is_empty() {
                if self.space_due && !self.text.is_empty() && !self.text.ends_with('\n') {
                    self.text.push(' ');
                }
                self.space_due = false;
                self.text.push_str(word);
            }
        }
    }

    /// Appends characters that are not to be collapsed.
    pub(super) fn push_exact(&mut self, exact: &str) {
        if self.space_due && !self.text.is_empty() && exact != "\n" {
            self.text.push(' ');
        }
        self.space_due = false;
        self.text.push_str(exact);
    }

    /// Starts a new line unless nothing has been written on the first one.
    pub(super) fn new_paragraph(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push_exact("\n");
        }
        self.space_due = false;
    }

    /// Drops what comes after so many bytes.
    pub(super) fn truncate(&mut self, bytes: usize) {
        self.text.truncate(bytes);
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

/// The element or comment that is open and in which tags are text, and whether some of them are of rows.
#[derive(Default)]
struct Unclosed {
    name: Option<&'static str>,
    holds_rows: bool,
    /// The end of the text so far, since a tag may come in pieces.
    tail: String,
    /// Whether the file has ended.
    at_end: bool,
}

impl Unclosed {
    fn begin(&mut self, name: Option<&'static str>) {
        *self = Self { name, at_end: self.at_end, ..Self::default() };
    }

    fn add(&mut self, text: &str) {
        if self.name.is_none() || self.holds_rows {
            return;
        }
        self.tail.push_str(&text.to_ascii_lowercase());
        self.holds_rows = ["<table", "<tr", "<td"].iter().any(|tag| self.tail.contains(tag));
        let kept = self.tail.floor_char_boundary(self.tail.len().saturating_sub(6));
        self.tail.drain(..kept);
    }
}

struct Adapter<'l, L>(RefCell<&'l mut L>, RefCell<Unclosed>);

impl<L: Listener> TokenSink for Adapter<'_, L> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut listener = self.0.borrow_mut();
        if listener.is_done() {
            return TokenSinkResult::Continue;
        }
        match token {
            Token::CharacterTokens(text) => {
                self.1.borrow_mut().add(&text);
                listener.text(&text);
            }
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => {
                self.1.borrow_mut().begin(None);
                listener.close(&tag.name);
            }
            Token::ParseError(error) if error.starts_with("Saw EOF") => self.1.borrow_mut().at_end = true,
            // Only a comment that is not closed comes after the end.
            Token::CommentToken(text) if self.1.borrow().at_end => {
                let mut unclosed = self.1.borrow_mut();
                unclosed.begin(Some("!--"));
                unclosed.add(&text);
            }
            Token::TagToken(tag) => {
                let attributes = tag.attrs.iter().map(|one| (&*one.name.local, Cow::Borrowed(&*one.value)));
                listener.open(&tag.name, &Attributes::of(attributes.collect()));
                if tag.self_closing {
                    listener.close(&tag.name);
                } else if let Some((name, kind)) = RAW.iter().find(|(name, _)| *name == &*tag.name) {
                    self.1.borrow_mut().begin(Some(name));
                    return TokenSinkResult::RawData(*kind);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        // Makes CDATA sections text, which is what their writers mean.
        true
    }
}

/// Elements in which tags are text: without a tree the tokenizer does not know them.
const RAW: [(&str, RawKind); 6] = [
    ("style", RawKind::Rawtext),
    ("xmp", RawKind::Rawtext),
    ("noframes", RawKind::Rawtext),
    ("script", RawKind::Rawtext),
    ("title", RawKind::Rcdata),
    ("textarea", RawKind::Rcdata),
];
