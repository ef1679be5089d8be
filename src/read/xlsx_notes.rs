//! Finds hidden rows, merged cells and formulas without a result in the sheets of an xlsx workbook.
//!
//! The reader of cells gives none of these, and merged cells are listed after the cells. So the XML of a sheet is
//! inflated a second time and searched for three terms; it is not parsed.

use std::collections::BTreeMap;
use std::io::{self, Read};

use memchr::memmem;

use super::Limits;
use super::error::ReadError;
use super::markup::{Attributes, Listener};
use super::note::Note;
use super::package::{Package, part_name};
use super::sniff::Container;
use super::xlsx_strings::{LostStrings, SharedStrings};
use super::xlsx_terms::{SearchTerms, address, attribute, number, range_of, tag_around};
use super::xml::XmlReader;

const CHUNK: usize = 1 << 20;
/// A row longer than this is searched in pieces; a word that a piece cuts is missed.
const LONGEST: usize = 64 << 20;

/// The part of each sheet by its name; empty if the workbook does not list them in the usual way.
pub(super) struct SheetParts(BTreeMap<String, usize>);

impl SheetParts {
    /// Reads which part holds which sheet.
    pub(super) fn of(package: &mut Package) -> Self {
        let names: Vec<String> = (0..package.len()).map(|index| part_name(package, index)).collect();
        let Some(workbook) = names.iter().position(|name| name.ends_with("workbook.xml")) else {
            return Self(BTreeMap::new());
        };
        let (folder, own) = names[workbook].rsplit_once('/').unwrap_or(("", names[workbook].as_str()));
        let related = format!("{folder}/_rels/{own}.rels");
        let related = related.trim_start_matches('/');
        let Some(relations) = names.iter().position(|name| name == related) else { return Self(BTreeMap::new()) };
        let targets: BTreeMap<String, String> =
            pairs(package, relations, "Relationship", |tag| Some((tag.get("Id")?, tag.get("Target")?)))
                .into_iter()
                .collect();
        let sheets =
            pairs(package, workbook, "sheet", |tag| Some((tag.get("name")?, tag.find(|name| name.ends_with(":id"))?)));
        let found = sheets.into_iter().filter_map(|(sheet, id)| {
            let target = targets.get(&id)?.replace('\\', "/").to_ascii_lowercase();
            let path = target.strip_prefix('/').map_or_else(|| format!("{folder}/{target}"), str::to_owned);
            let index = names.iter().position(|name| name == path.trim_start_matches('/'))?;
            Some((sheet, index))
        });
        Self(found.collect())
    }

    /// Sends the notes of one sheet, and looks for cells whose text is not in the file. A part that cannot be read is
    /// refused by the reader of the cells.
    pub(super) fn send_notes(
        &self,
        package: &mut Package,
        sheet: &str,
        strings: &mut SharedStrings,
        mut note: impl FnMut(Note),
    ) -> LostStrings {
        let mut lost = LostStrings::of(strings.declared);
        let Some(index) = self.0.get(sheet) else { return lost };
        Self::search_part(package, *index, &mut lost, &mut note);
        if lost.is_beyond {
            // The number that a file declares may be wrong.
            lost = LostStrings::of(strings.counted(package));
            Self::search_part(package, *index, &mut lost, &mut |_| {});
        }
        lost.cells.iter().for_each(|&(row, column)| note(Note::NoString { row, column }));
        lost
    }

    fn search_part(package: &mut Package, index: usize, lost: &mut LostStrings, note: &mut impl FnMut(Note)) {
        let Ok(part) = package.by_index(index) else { return };
        let size = part.size();
        let _ = search(part.take(size), lost, note);
    }
}

/// Two attributes of every tag of a name.
fn pairs<'t>(
    package: &mut Package,
    index: usize,
    tag: &'t str,
    take: impl for<'a> Fn(&'a Attributes<'_>) -> Option<(&'a str, &'a str)> + 't,
) -> Vec<(String, String)> {
    struct Tags<'t, T> {
        tag: &'t str,
        take: T,
        found: Vec<(String, String)>,
    }
    impl<T: for<'a> Fn(&'a Attributes<'_>) -> Option<(&'a str, &'a str)>> Listener for Tags<'_, T> {
        fn open(&mut self, name: &str, attributes: &Attributes<'_>) {
            if name.rsplit(':').next() == Some(self.tag) {
                let pair = (self.take)(attributes);
                self.found.extend(pair.map(|(first, second)| (first.to_owned(), second.to_owned())));
            }
        }
        fn close(&mut self, _: &str) {}
        fn text(&mut self, _: &str) {}
        fn is_done(&self) -> bool {
            false
        }
    }
    let mut tags = Tags { tag, take, found: Vec::new() };
    let Ok(part) = package.by_index(index) else { return Vec::new() };
    let size = part.size();
    let reader = XmlReader { container: Container::Xlsx, limits: &Limits::default(), broken: ReadError::Open };
    // A workbook whose list of sheets is damaged is its reader's to refuse.
    let _ = reader.listen(part.take(size), &mut tags);
    tags.found
}

/// Searches the XML of a sheet, some whole rows at a time.
fn search(mut part: impl Read, lost: &mut LostStrings, note: &mut impl FnMut(Note)) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    let mut terms: Option<SearchTerms> = None;
    let mut kept = 0;
    loop {
        if kept == buffer.len() {
            buffer.resize(2 * kept, 0);
        }
        let length = part.read(&mut buffer[kept..])?;
        let filled = kept + length;
        if length == 0 {
            let terms = terms.unwrap_or_else(|| SearchTerms::of(&buffer[..filled]));
            terms.search(&buffer[..filled], note);
            lost.search(&buffer[..filled], &terms);
            return Ok(());
        }
        kept = filled;
        if filled < CHUNK / 2 {
            continue;
        }
        let terms = terms.get_or_insert_with(|| SearchTerms::of(&buffer[..filled]));
        let whole = memmem::rfind(&buffer[..filled], &terms.row_end).map(|at| at + terms.row_end.len());
        let Some(whole) = whole.or((filled >= LONGEST).then_some(filled)) else { continue };
        terms.search(&buffer[..whole], note);
        lost.search(&buffer[..whole], terms);
        buffer.copy_within(whole..filled, 0);
        kept = filled - whole;
    }
}

impl SearchTerms {
    fn search(&self, xml: &[u8], note: &mut impl FnMut(Note)) {
        for at in self.hidden.find_iter(xml) {
            let tag = tag_around(xml, at);
            if tag.strip_prefix(self.row.as_slice()).is_some_and(|rest| rest.starts_with(b" "))
                && matches!(attribute(tag, b" hidden="), Some(b"1" | b"true"))
                && let Some(row) = attribute(tag, b" r=").and_then(number)
            {
                note(Note::HiddenRow(row));
            }
        }
        for at in self.merged.find_iter(xml) {
            let range = attribute(tag_around(xml, at + 1), b" ref=");
            if let Some(((first, column), (last, _))) = range.and_then(range_of)
                && first < last
            {
                note(Note::Merged { first, last, column });
            }
        }
        let mut done = 0;
        for at in self.formula.find_iter(xml) {
            let is_formula = matches!(xml.get(at + self.formula.needle().len()), Some(b'>' | b' ' | b'/'));
            if at < done || !is_formula {
                continue;
            }
            let Some(end) = memmem::find(&xml[at..], &self.cell_end).map(|end| at + end) else { continue };
            done = end;
            let Some(start) = memmem::rfind(&xml[..at], &self.cell) else { continue };
            let tag = tag_around(xml, start + 1);
            let place = attribute(tag, b" r=").and_then(address);
            if let Some((row, column)) = place
                && !self.has_result(tag, &xml[at..end])
            {
                note(Note::NoResult { row, column });
            }
        }
    }

    /// Whether a cell from its formula on holds a value. Of a text formula the empty value is one.
    fn has_result(&self, tag: &[u8], cell: &[u8]) -> bool {
        if memmem::find(cell, &self.text).is_some() {
            return true;
        }
        let Some(value) = memmem::find(cell, &self.value).map(|at| at + self.value.len()) else { return false };
        attribute(tag, b" t=") == Some(b"str") || cell.get(value).is_some_and(|byte| *byte != b'<')
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn notes(xml: &str) -> Vec<Note> {
        let mut found = Vec::new();
        search(xml.as_bytes(), &mut LostStrings::of(0), &mut |note| found.push(note)).unwrap();
        found
    }

    #[test]
    fn hidden_rows_merged_cells_and_formulas_without_a_result_are_found() {
        for prefix in ["", "x:"] {
            let xml = "<?xml version='1.0'?><@worksheet><@cols><@col min='1' hidden='1'/></@cols><@sheetData>\
                <@row r=\"2\" hidden=\"1\"><@c r=\"A2\" t=\"str\"><@f>B1</@f><@v></@v></@c></@row>\
                <@row r='3' hidden='0'><@c r='A3' t='inlineStr'><@is><@t>hidden='1'</@t></@is></@c>\
                <@c r='AB3' s='1'><@f t='shared' si='0'/><@v></@v></@c><@c r='AC3'><@f>1+1</@f><@v>2</@v></@c>\
                <@c r='AD3'><@f>TODAY()</@f></@c></@row></@sheetData>\
                <@mergeCells count='3'><@mergeCell ref='A1:C1'/><@mergeCell ref=\"B4:C9\"/></@mergeCells>\
                <@conditionalFormatting><@formula>1</@formula></@conditionalFormatting></@worksheet>"
                .replace('@', prefix);
            let expected = [
                Note::HiddenRow(2),
                Note::Merged { first: 4, last: 9, column: 1 },
                Note::NoResult { row: 3, column: 27 },
                Note::NoResult { row: 3, column: 29 },
            ];
            assert_eq!(notes(&xml), expected, "prefix {prefix}");
        }
    }

    #[test]
    fn what_two_pieces_share_is_found_once() {
        let mut xml = "<worksheet><sheetData>".to_owned();
        for row in 1..=40_000 {
            let hidden = if row % 3 == 0 { " hidden='1'" } else { "" };
            xml.push_str(&format!(
                "<row r='{row}'{hidden}><c r='A{row}'><f>NOW()</f></c><c r='B{row}'><v>1</v></c></row>"
            ));
        }
        xml.push_str("</sheetData></worksheet>");
        assert!(xml.len() > 2 * CHUNK);
        let found = notes(&xml);
        let hidden: Vec<u32> =
            found.iter().filter_map(|note| if let Note::HiddenRow(row) = note { Some(*row) } else { None }).collect();
        assert_eq!(hidden, (1..=40_000).filter(|row| row % 3 == 0).collect::<Vec<_>>());
        assert_eq!(found.len() - hidden.len(), 40_000);
    }
}
