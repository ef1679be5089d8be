//! Reads what persons are called from `persons.toml`.

use super::{Fault, Files, parse_toml};
use cchc_model::{Mask, PersonWords};

/// The file below `queries/`.
const FILE: &str = "persons.toml";

/// The mask that these words make.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> Mask {
    let words: PersonWords = parse_toml(FILE, files.get(FILE).unwrap_or_default(), faults).unwrap_or_default();
    Mask::new(&words)
}

/// The mask of the shipped words, for messages that are made before any definitions are loaded.
#[must_use]
pub fn shipped_mask() -> Mask {
    parse(&Files::load(None, &mut Vec::new()), &mut Vec::new())
}
