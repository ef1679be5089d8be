//! Names of sheets and columns as they are shown and kept: personal values in them are masked.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::found::FoundSheet;
use super::reading::FileFacts;
use cchc_model::{Finding, Level, Mask, Where, is_masked};
use cchc_read::{Cell, Flow, Note, RowFault, RowSink, Sheet, TextNote};

/// Passes everything on, names of sheets masked. Sheets of which the same is left are numbered in their order.
pub(super) struct MaskedNames<'s, S: RowSink> {
    sink: &'s mut S,
    mask: &'s Mask,
    /// Names that were masked → what is shown.
    shown: BTreeMap<String, String>,
}

impl<'s, S: RowSink> MaskedNames<'s, S> {
    pub fn of(sink: &'s mut S, mask: &'s Mask) -> Self {
        Self { sink, mask, shown: BTreeMap::new() }
    }

    fn shown(&mut self, masked: String, name: &str) -> String {
        if let Some(shown) = self.shown.get(name) {
            return shown.clone();
        }
        let times = 1 + self.shown.values().filter(|other| other.split(" #").next() == Some(&masked)).count();
        let shown = if times == 1 { masked } else { format!("{masked} #{times}") };
        self.shown.insert(name.to_owned(), shown.clone());
        shown
    }
}

impl<S: RowSink> RowSink for MaskedNames<'_, S> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        match self.mask.text(&sheet.name, Where::Name) {
            Cow::Borrowed(_) => self.sink.sheet(sheet),
            Cow::Owned(masked) => {
                let name = self.shown(masked, &sheet.name);
                self.sink.sheet(&Sheet { name, ..sheet.clone() })
            }
        }
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        self.sink.row(number, cells)
    }

    fn refused_row(&mut self, number: u32, cells: &[Cell<'_>], fault: RowFault) -> Flow {
        self.sink.refused_row(number, cells, fault)
    }

    fn text_note(&mut self, note: TextNote) {
        self.sink.text_note(note);
    }

    fn wants_notes(&self) -> bool {
        self.sink.wants_notes()
    }

    fn note(&mut self, note: Note) {
        self.sink.note(note);
    }
}

/// A heading as it may be shown.
pub(super) fn heading(heading: &str, mask: &Mask) -> String {
    mask.text(heading, Where::Name).into_owned()
}

/// Masks all headings of a sheet.
pub(super) fn mask_headings(sheet: &mut FoundSheet, mask: &Mask) {
    let mapping = &mut sheet.mapping;
    let duplicates = mapping.duplicates.iter_mut().chain(&mut mapping.clashes).map(|duplicate| &mut duplicate.heading);
    let own = mapping.headings.iter_mut().chain(&mut mapping.extra).chain(duplicates);
    for name in own.chain(sheet.records.iter_mut().flatten()) {
        if let Cow::Owned(masked) = mask.text(name, Where::Name) {
            *name = masked;
        }
    }
}

/// What says that the name of a file, its sheets or their columns held something personal.
pub(super) fn findings(facts: &FileFacts) -> Vec<Finding> {
    let finding = |value: &str| Finding::new(Level::Warning, "personal_name", &facts.file).value(value);
    let name = Path::new(&facts.file).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut found: Vec<Finding> = Vec::new();
    if is_masked(&name) {
        found.push(finding(&name));
    }
    for sheet in &facts.sheets {
        if is_masked(&sheet.name) {
            found.push(finding(&sheet.name).at(&sheet.name, 0));
        }
        let masked: Vec<&str> =
            sheet.mapping.headings.iter().filter(|heading| is_masked(heading)).map(String::as_str).collect();
        if !masked.is_empty() {
            found.push(finding(&masked.join(", ")).at(&sheet.name, sheet.heading_row));
        }
    }
    found
}
