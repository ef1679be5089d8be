//! Says in words that small counts are hidden, why, how many, and what protects them.

use super::Global;
use cchc_engine::{Engine, PublishedCounts};

/// The section of the wording.
const SECTION: &str = "disclosure";

/// Says what is hidden, if small counts are.
pub(super) fn note_hidden(global: &Global, engine: &Engine, told: Option<PublishedCounts>) {
    let Some(told) = told else { return };
    let wording = &engine.definitions().wording;
    let language = global.language();
    global.note(&wording.fill(
        SECTION,
        "hidden",
        language,
        &[("cells", &told.cells), ("small", &told.small), ("more", &(told.hidden - told.small.min(told.hidden)))],
    ));
    let scope = match engine.publication() {
        Some(name) => wording.fill(SECTION, "publication", language, &[("name", &name)]),
        None => wording.say(SECTION, "alone", language).to_owned(),
    };
    global.note(&scope);
}
