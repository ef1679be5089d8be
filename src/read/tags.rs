//! Counts the attributes of tags before the tokenizer sees them: it compares each with all before it.

/// More attributes than any program writes into a tag; so many are still compared in no time.
const MOST: u32 = 512;

/// Elements in which a tag is no tag, as [`super::markup`] tells the tokenizer.
const RAW: [&[u8]; 6] = [b"style", b"xmp", b"noframes", b"script", b"title", b"textarea"];

/// Follows the states of the tokenizer as far as attributes go, byte by byte.
#[derive(Debug, Default)]
pub(super) struct TagMeter {
    state: State,
    name: Vec<u8>,
    attributes: u32,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After `<`.
    Opened,
    /// After `</`.
    Closing,
    /// After `<!`, which begins a comment, a CDATA section or something else.
    Declaration,
    /// In a comment, after so many dashes; 3 stands for `--!`.
    Comment(u8),
    /// In a CDATA section, after so many brackets.
    Characters(u8),
    /// In anything else that ends with the next `>`.
    Bogus,
    Name,
    /// After a slash, which may end the tag.
    Slash,
    BeforeAttribute,
    Attribute,
    AfterAttribute,
    BeforeValue,
    Quoted(u8),
    Unquoted,
    /// In an element of [`RAW`]: how much of `</name` has been seen.
    Raw(usize),
}

impl TagMeter {
    /// Whether no tag has too many attributes in these bytes, which continue the last ones.
    pub(super) fn passes(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if self.state == State::Text {
                // Most of a file is text between tags.
                let Some(at) = memchr::memchr(b'<', rest) else { return true };
                rest = &rest[at + 1..];
                self.state = State::Opened;
                continue;
            }
            rest = after;
            self.state = self.next(byte);
            if self.attributes > MOST {
                return false;
            }
        }
        true
    }

    fn next(&mut self, byte: u8) -> State {
        match self.state {
            State::Opened | State::Closing if byte.is_ascii_alphabetic() => {
                self.name.clear();
                if self.state == State::Closing {
                    // A closing tag opens no element, whatever its name.
                    self.name.push(b'/');
                }
                self.name.push(byte.to_ascii_lowercase());
                self.attributes = 0;
                State::Name
            }
            State::Opened => match byte {
                b'/' => State::Closing,
                b'<' => State::Opened,
                b'?' => State::Bogus,
                b'!' => {
                    self.name.clear();
                    State::Declaration
                }
                _ => State::Text,
            },
            State::Declaration => self.declaration(byte),
            State::Comment(dashes) => match (dashes, byte) {
                (2 | 3, b'>') => State::Text,
                (2, b'!') => State::Comment(3),
                (_, b'-') => State::Comment(if dashes == 3 { 1 } else { 2.min(dashes + 1) }),
                _ => State::Comment(0),
            },
            State::Characters(brackets) => match (brackets, byte) {
                (2, b'>') => State::Text,
                (_, b']') => State::Characters(2.min(brackets + 1)),
                _ => State::Characters(0),
            },
            State::Closing | State::Bogus => {
                if byte == b'>' {
                    State::Text
                } else {
                    State::Bogus
                }
            }
            State::Text => State::Text,
            State::Name => match byte {
                b'>' => self.end(),
                b'/' => State::Slash,
                _ if byte.is_ascii_whitespace() => State::BeforeAttribute,
                _ => {
                    // No name of an element of interest is longer.
                    if self.name.len() < 16 {
                        self.name.push(byte.to_ascii_lowercase());
                    }
                    State::Name
                }
            },
            State::Slash if byte == b'>' => State::Text,
            State::BeforeAttribute | State::Slash => self.before_attribute(byte),
            State::Attribute | State::AfterAttribute if byte == b'=' => State::BeforeValue,
            State::Attribute => match byte {
                b'>' => self.end(),
                b'/' => State::Slash,
                _ if byte.is_ascii_whitespace() => State::AfterAttribute,
                _ => State::Attribute,
            },
            State::AfterAttribute => match byte {
                _ if byte.is_ascii_whitespace() => State::AfterAttribute,
                _ => self.before_attribute(byte),
            },
            State::BeforeValue => match byte {
                b'"' | b'\'' => State::Quoted(byte),
                b'>' => self.end(),
                _ if byte.is_ascii_whitespace() => State::BeforeValue,
                _ => State::Unquoted,
            },
            State::Quoted(quote) if byte == quote => State::BeforeAttribute,
            State::Quoted(quote) => State::Quoted(quote),
            State::Unquoted => match byte {
                b'>' => self.end(),
                _ if byte.is_ascii_whitespace() => State::BeforeAttribute,
                _ => State::Unquoted,
            },
            State::Raw(seen) => self.raw(seen, byte),
        }
    }

    fn before_attribute(&mut self, byte: u8) -> State {
        match byte {
            b'>' => self.end(),
            b'/' => State::Slash,
            _ if byte.is_ascii_whitespace() => State::BeforeAttribute,
            _ => {
                self.attributes += 1;
                State::Attribute
            }
        }
    }

    fn end(&mut self) -> State {
        if RAW.contains(&self.name.as_slice()) { State::Raw(0) } else { State::Text }
    }

    fn raw(&mut self, seen: usize, byte: u8) -> State {
        let wanted = match seen {
            0 => b'<',
            1 => b'/',
            _ => self.name[seen - 2],
        };
        if byte.to_ascii_lowercase() != wanted {
            return State::Raw(usize::from(byte == b'<'));
        }
        if seen <= self.name.len() {
            return State::Raw(seen + 1);
        }
        // What follows are the attributes of the closing tag.
        self.name.insert(0, b'/');
        self.attributes = 0;
        State::Name
    }

    fn declaration(&mut self, byte: u8) -> State {
        self.name.push(byte);
        match self.name.as_slice() {
            // Dashes that open a comment can end it too.
            b"--" => State::Comment(2),
            b"[CDATA[" => State::Characters(0),
            name if b"--".starts_with(name) || b"[CDATA[".starts_with(name) => State::Declaration,
            _ if self.name.contains(&b'>') => State::Text,
            _ => State::Bogus,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(markup: &str) -> bool {
        let whole = TagMeter::default().passes(markup.as_bytes());
        let mut meter = TagMeter::default();
        assert_eq!(markup.as_bytes().chunks(7).all(|chunk| meter.passes(chunk)), whole, "however it is cut");
        whole
    }

    fn attributes(count: usize) -> String {
        (0..count).fold(String::new(), |text, number| text + &format!(" a{number}"))
    }

    #[test]
    fn a_tag_of_too_many_attributes_is_found_however_it_hides() {
        let many = attributes(600);
        for start in [
            "<td",
            "<td x=\">\"",
            "<td x='>' y=z",
            "<td/",
            "<td x = \"a\"b",
            "</td",
            "<style></style><td",
            "<style/><td",
            "<style>a</style",
            "<<td",
            "<!--<a x=\"--><td",
            "<!--><td",
            "<!---><td",
            "<!-- --!><td",
            "<![CDATA[<a x=\"]]><td",
            "</ <a x=\"><td",
            "<?x <a x=\"><td",
            "<!DOCTYPE a \"><td",
            "<!><td",
            "<script><!--<script></script><td",
        ] {
            assert!(!passes(&format!("text {start}{many}>")), "{start}");
        }
        assert!(!passes(&format!("<td{}>", many.replace(' ', "/"))));
    }

    #[test]
    fn text_values_and_scripts_are_no_attributes() {
        let many = attributes(600);
        assert!(passes(&format!("<td>{many}</td><td x=\"{many}\" y='{many}'>a < b{many}")));
        assert!(passes(&format!("<script>if (i<n) {many}; i</scrip {many}</SCRIPT><style>a<b {many}</style>{many}")));
        assert!(passes(&format!("<td{}>", attributes(500)).repeat(20)));
    }
}
