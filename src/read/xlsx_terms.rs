//! The words that are searched for in the XML of an xlsx sheet, and what stands around them: tags, attributes, addresses.

use memchr::memmem::{self, Finder};

/// What is searched for, with the prefix that this sheet's elements have.
pub(super) struct SearchTerms {
    pub(super) hidden: Finder<'static>,
    pub(super) merged: Finder<'static>,
    pub(super) formula: Finder<'static>,
    pub(super) row: Vec<u8>,
    pub(super) row_end: Vec<u8>,
    pub(super) cell: Vec<u8>,
    pub(super) cell_end: Vec<u8>,
    pub(super) value: Vec<u8>,
    pub(super) text: Vec<u8>,
}

impl SearchTerms {
    pub(super) fn of(head: &[u8]) -> Self {
        let root = memmem::find(head, b"worksheet").unwrap_or(0);
        let start = head[..root].iter().rposition(|byte| *byte == b'<').map_or(root, |at| at + 1);
        let prefix = &head[start..root];
        let word = |before: &str, name: &str| [before.as_bytes(), prefix, name.as_bytes()].concat();
        Self {
            hidden: Finder::new("hidden=").into_owned(),
            merged: Finder::new(&word("<", "mergeCell ")).into_owned(),
            formula: Finder::new(&word("<", "f")).into_owned(),
            row: word("<", "row"),
            row_end: word("</", "row>"),
            cell: word("<", "c "),
            cell_end: word("</", "c>"),
            value: word("<", "v>"),
            text: word("<", "is>"),
        }
    }
}

/// The tag around a position, from `<` up to `>`.
pub(super) fn tag_around(xml: &[u8], at: usize) -> &[u8] {
    let start = memchr::memrchr(b'<', &xml[..at]).unwrap_or(0);
    let end = memchr::memchr(b'>', &xml[at..]).map_or(xml.len(), |end| at + end);
    &xml[start..end]
}

/// The value of an attribute, named with the blank before and the equals sign behind it.
pub(super) fn attribute<'x>(tag: &'x [u8], name: &[u8]) -> Option<&'x [u8]> {
    let rest = &tag[memmem::find(tag, name)? + name.len()..];
    let (quote, rest) = rest.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    Some(&rest[..memchr::memchr(*quote, rest)?])
}

pub(super) fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

pub(super) type Address = (u32, u32);

/// Row from 1 and column from 0 of `B7`.
pub(super) fn address(text: &[u8]) -> Option<Address> {
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let letter = |column, byte: &u8| column * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1;
    Some((number(&text[letters..])?, text[..letters].iter().fold(0, letter) - 1))
}

pub(super) fn range_of(text: &[u8]) -> Option<(Address, Address)> {
    let colon = memchr::memchr(b':', text)?;
    Some((address(&text[..colon])?, address(&text[colon + 1..])?))
}
