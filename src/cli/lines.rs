//! Lays text out in lines that a terminal can show.

use unicode_normalization::UnicodeNormalization;

use super::output::safe;

/// The widest line.
pub(super) const WIDTH: usize = 100;

/// As a terminal may show it, composed so that letters can be counted.
pub(super) fn shown(text: &str) -> String {
    safe(text).nfc().collect()
}

/// Letters of composed text.
pub(super) fn length(text: &str) -> usize {
    text.chars().count()
}

/// The text, or as much of it as there is room for.
pub(super) fn cut(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Lines of at most [`WIDTH`] letters, broken between words.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if used > 0 && used + 1 + length(word) > WIDTH {
            lines.push('\n');
            used = 0;
        }
        let before = if used == 0 { indent } else { 1 };
        lines.extend(std::iter::repeat_n(' ', before));
        lines.push_str(word);
        used += before + length(word);
    }
    lines + "\n"
}
