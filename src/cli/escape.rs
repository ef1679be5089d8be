//! JSON in which characters that turn the direction of reading or act on a terminal are escaped, its value unchanged.

use std::io::{self, Write};

use cchc_model::is_control;

/// Writes JSON on, with such characters as `\u202e`: outside strings JSON has none of them.
pub(super) struct JsonEscaped<W: Write> {
    out: W,
    /// The beginning of a character whose end is yet to come.
    begun: Vec<u8>,
}

impl<W: Write> JsonEscaped<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, begun: Vec::new() }
    }

    fn write_text(&mut self, text: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, letter) in text.match_indices(|letter| is_control(letter) && letter != '\n') {
            self.out.write_all(&text.as_bytes()[plain..at])?;
            for unit in letter.encode_utf16() {
                write!(self.out, "\\u{unit:04x}")?;
            }
            plain = at + letter.len();
        }
        self.out.write_all(&text.as_bytes()[plain..])
    }
}

impl<W: Write> Write for JsonEscaped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&all) {
            Ok(_) => all.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        };
        self.begun = all.split_off(whole);
        self.write_text(std::str::from_utf8(&all).map_err(io::Error::other)?)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_and_has_no_direction_marks_however_it_is_cut() {
        let text = "H\u{e0}\u{202e}N\u{1ed9}i\u{9b}\u{7f}\u{2069}\u{1f600}";
        let json = serde_json::to_vec(&[text]).unwrap();
        for cut in 0..json.len() {
            let mut written = Vec::new();
            let mut writer = JsonEscaped::new(&mut written);
            writer.write_all(&json[..cut]).unwrap();
            writer.write_all(&json[cut..]).unwrap();
            let written = String::from_utf8(written).unwrap();
            assert_eq!(written, "[\"H\u{e0}\\u202eN\u{1ed9}i\\u009b\\u007f\\u2069\u{1f600}\"]");
            assert_eq!(serde_json::from_str::<Vec<String>>(&written).unwrap(), [text]);
        }
    }
}
