//! Text from files made safe to show: characters that control a terminal or the direction of reading are escaped.

use std::borrow::Cow;

/// The text with control characters and direction marks written out as `\u202E`; line breaks and tabs stay.
///
/// ```
/// use cchc_model::escaped;
/// assert_eq!(escaped("ho-so_\u{202e}xslx.exe"), "ho-so_\\u202Exslx.exe");
/// assert_eq!(escaped("\u{1b}[2JHà\nNội"), "\\u001B[2JHà\nNội");
/// ```
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    escaped_but(text, |letter| matches!(letter, '\n' | '\t'))
}

/// The same for one line of text: line breaks and tabs become spaces.
///
/// ```
/// assert_eq!(cchc_model::one_line("a\r\nb\u{200f}"), "a b\\u200F");
/// ```
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\t', '\r']) {
        return escaped_but(text, |_| false);
    }
    let line = text.replace("\r\n", " ").replace(['\n', '\t', '\r'], " ");
    Cow::Owned(escaped_but(&line, |_| false).into_owned())
}

/// Whether a character controls a terminal or the direction of reading.
#[must_use]
pub fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped_but(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_escaped = |letter: char| is_control(letter) && !stays(letter);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_escaped(letter) {
            shown.push_str(&format!("\\u{:04X}", u32::from(letter)));
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}
