//! Streams the tags and text of XML to a listener; content deeper, longer or wider than any program writes is refused.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::encoding::EncodingError;
use quick_xml::errors::Error;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::error::ReadError;
use super::markup::{Attributes, Listener};
use super::sniff::Container;
use super::{Excess, Limits};

/// More attributes than any program writes into a tag.
const MOST_ATTRIBUTES: usize = 512;
/// Elements within each other; the reader keeps the name of each that is open.
const MOST_DEPTH: u32 = 512;
/// A tag, comment or text may have as many bytes, even where records are to be shorter.
const LEAST_EVENT: u64 = 64 << 10;
const BUFFER: usize = 64 << 10;

/// Reads the XML of a container within its limits.
pub(super) struct XmlReader<'l> {
    pub(super) container: Container,
    pub(super) limits: &'l Limits,
    /// The refusal of a stream that breaks.
    pub(super) broken: fn(io::Error) -> ReadError,
}

impl XmlReader<'_> {
    /// Reads UTF-8 to its end, or until the listener is done.
    pub(super) fn listen(&self, utf8: impl Read, listener: &mut impl Listener) -> Result<(), ReadError> {
        let longest = self.limits.record_bytes().max(LEAST_EVENT);
        let mut reader = Reader::from_reader(Bounded { bytes: BufReader::with_capacity(BUFFER, utf8), left: longest });
        reader.config_mut().allow_dangling_amp = true;
        let mut buffer = Vec::new();
        let mut depth = 0_u32;
        while !listener.is_done() {
            buffer.clear();
            reader.get_mut().left = longest;
            let start = reader.buffer_position();
            let event = match reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(_) if reader.get_ref().left == 0 => return Err(self.limits.exceeded(Excess::RecordBytes)),
                Err(error) if is_of_a_cut(&error) && reader.get_mut().fill_buf().is_ok_and(<[u8]>::is_empty) => {
                    return Err(ReadError::CutOff(self.container));
                }
                Err(error) => return Err(self.refusal(error, start)),
            };
            match event {
                Event::Start(tag) => {
                    depth += 1;
                    if depth > MOST_DEPTH {
                        return Err(self.damaged("elements nested too deeply"));
                    }
                    listener.open(tag.name().as_ref(), &self.attributes(&tag)?);
                }
                Event::Empty(tag) => {
                    listener.open(tag.name().as_ref(), &self.attributes(&tag)?);
                    listener.close(tag.name().as_ref());
                }
                Event::End(tag) => {
                    depth = depth.saturating_sub(1);
                    listener.close(tag.name().as_ref());
                }
                Event::Text(text) => listener.text(&text.xml10_content()),
                Event::CData(text) => listener.text(&text.xml10_content()),
                Event::GeneralRef(entity) => listener.text(&resolved(&entity)),
                // It may bring entities of its own, of which a few lines make a billion words.
                Event::DocType(_) => return Err(self.damaged("a workbook has no document type")),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof if depth > 0 => return Err(ReadError::CutOff(self.container)),
                Event::Eof => return Ok(()),
            }
        }
        Ok(())
    }

    /// The attributes of a tag, compared with nothing: the reader would compare each with all before it.
    fn attributes<'t>(&self, tag: &'t BytesStart<'_>) -> Result<Attributes<'t>, ReadError> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(ReadError::broken(self.container))?;
            if attributes.len() == MOST_ATTRIBUTES {
                return Err(self.damaged("a tag of too many attributes"));
            }
            let value = match attribute.value {
                Cow::Borrowed(raw) => unescape(raw).unwrap_or(Cow::Borrowed(raw)),
                Cow::Owned(value) => Cow::Owned(value),
            };
            attributes.push((attribute.key.into_inner(), value));
        }
        Ok(Attributes::of(attributes))
    }

    fn refusal(&self, error: Error, start: u64) -> ReadError {
        match error {
            Error::Io(error) => (self.broken)(io::Error::new(error.kind(), error)),
            Error::Encoding(EncodingError::Utf8(fault)) => {
                ReadError::BadEncoding { record: 1, offset: start + fault.valid_up_to() as u64 }
            }
            other => ReadError::broken(self.container)(other),
        }
    }

    fn damaged(&self, why: &'static str) -> ReadError {
        ReadError::broken(self.container)(why)
    }
}

/// Whether an error may come from a file that was cut off: half a tag, or half a letter.
fn is_of_a_cut(error: &Error) -> bool {
    match error {
        Error::Syntax(_) => true,
        Error::Encoding(EncodingError::Utf8(fault)) => fault.error_len().is_none(),
        _ => false,
    }
}

/// The text of an entity; one that XML does not define stays as it is written.
fn resolved(entity: &BytesRef<'_>) -> Cow<'static, str> {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        return Cow::Owned(letter.to_string());
    }
    resolve_predefined_entity(entity).map_or_else(|| Cow::Owned(format!("&{};", &**entity)), Cow::Borrowed)
}

/// Ends in an error before one event grows beyond all memory.
struct Bounded<R> {
    bytes: R,
    left: u64,
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.bytes.fill_buf()?;
        if self.left == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(&bytes[..bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX))])
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        self.bytes.consume(count);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    /// What a listener receives, in one line.
    #[derive(Default)]
    struct Received(String);

    impl Listener for Received {
        fn open(&mut self, name: &str, attributes: &Attributes<'_>) {
            self.0.push_str(&format!("<{name} {}>", attributes.get("a").unwrap_or("-")));
        }
        fn close(&mut self, name: &str) {
            self.0.push_str(&format!("</{name}>"));
        }
        fn text(&mut self, text: &str) {
            self.0.push_str(text);
        }
        fn is_done(&self) -> bool {
            false
        }
    }

    fn received(xml: &[u8]) -> Result<String, ReadError> {
        let limits = Limits { max_record_kib: 64, ..Limits::default() };
        let mut received = Received::default();
        let source = XmlReader { container: Container::Ods, limits: &limits, broken: ReadError::Open };
        source.listen(xml, &mut received).map(|()| received.0)
    }

    fn rule(xml: &str) -> String {
        received(xml.as_bytes()).err().unwrap().rule().to_owned()
    }

    #[test]
    fn tags_and_text_come_in_order_with_entities_resolved() {
        let xml = "<?xml version='1.0' encoding='utf-16'?><R a='&lt;&#7889;'>x &amp; y\r\n<!-- <b> --><![CDATA[<b>]]><e/>&no; 1 & 2</R>";
        assert_eq!(received(xml.as_bytes()).unwrap(), "<R <ố>x & y\n<b><e -></e>&no; 1 & 2</R>");
    }

    #[test]
    fn a_file_cut_off_anywhere_is_refused_as_such() {
        let xml = "<r a='1'><b>x</b><!-- c --></r>";
        for end in 1..xml.len() {
            assert_eq!(rule(&xml[..end]), "truncated", "{}", &xml[..end]);
        }
    }

    #[test]
    fn what_no_program_writes_is_refused() {
        assert_eq!(rule(&"<a>".repeat(2_000_000)), "damaged");
        let attributes = (0..600).map(|number| format!(" a{number}='1'")).collect::<Vec<String>>().concat();
        assert_eq!(rule(&format!("<r{attributes}/>")), "damaged");
        assert_eq!(rule("<!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>"), "damaged");
        assert_eq!(rule("<r></s>"), "damaged");
        let long = "x".repeat(70_000);
        for xml in [format!("<r>{long}</r>"), format!("<r a='{long}'/>"), format!("<r><!--{long}--></r>")] {
            assert_eq!(rule(&xml), "too_big");
        }
    }

    #[test]
    fn a_byte_that_is_no_utf8_is_refused_with_its_place() {
        for (xml, place) in [(&b"<r>ab\xffc</r>"[..], 5), (&b"<r a='\xff'/>"[..], 6)] {
            let error = received(xml).err().unwrap();
            assert!(matches!(error, ReadError::BadEncoding { offset, .. } if offset == place), "{error:?}");
        }
    }
}
