//! A seal at the end of a small JSON file: the SHA-256 of what stands before it, so that no change goes unseen.

use super::digest::sha256;

/// What stands between a text and its seal.
const SEAL: &str = ",\n  \"checksum\": \"";
/// How an object that is written over several lines ends.
const END: &str = "\n}";

/// A sealed text was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// The text of an object as `serde_json` writes it over several lines, with a last member `checksum`.
pub(crate) fn sealed(text: &str) -> String {
    let head = text.strip_suffix(END).unwrap_or(text);
    format!("{head}{SEAL}{}\"{END}", sha256(head.as_bytes()))
}

/// Whether a text had a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    /// The right one.
    Right,
    /// None, as files of older programs.
    None,
}

/// The text without its seal.
pub(crate) fn unsealed(text: &str) -> Result<(String, Seal), Broken> {
    let Some(at) = text.rfind(SEAL) else {
        return if text.contains("\"checksum\"") { Err(Broken) } else { Ok((text.to_owned(), Seal::None)) };
    };
    let whole = format!("{}{END}", &text[..at]);
    if text == sealed(&whole) { Ok((whole, Seal::Right)) } else { Err(Broken) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_comes_back_and_a_changed_one_does_not() {
        let text = "{\n  \"a\": 1\n}";
        let sealed = sealed(text);
        assert_eq!(unsealed(&sealed), Ok((text.to_owned(), Seal::Right)));
        assert_eq!(unsealed(text), Ok((text.to_owned(), Seal::None)), "an older file");
        assert_eq!(unsealed(&sealed.replace("1,", "2,")), Err(Broken));
        assert_eq!(unsealed(&sealed.replace(",\n  \"checksum\"", ",\n \n  \"checksum\"")), Err(Broken));
        assert!(serde_json::from_str::<serde_json::Value>(&sealed).is_ok(), "still JSON");
    }
}
