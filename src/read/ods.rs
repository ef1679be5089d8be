//! Streams the sheets of an `OpenDocument` spreadsheet; repeated rows and cells are counted before they are made.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use zip::result::ZipError;

use super::budget::Budget;
use super::error::ReadError;
use super::markup::{Attributes, Collapsed, Listener};
use super::package::{self, Package};
use super::sniff::Container;
use super::spreadsheet::{iso_cell, time_cell};
use super::xml::XmlReader;
use super::{Cell, Excess, Flow, Note};

/// Elements inside a cell whose text is not the cell's: comments, drawings, forms.
const NOT_OF_THE_CELL: [&str; 4] = ["office:annotation", "draw:frame", "draw:custom-shape", "office:forms"];

/// Reads all sheets.
pub(super) fn read(path: &Path, budget: &mut Budget<'_>) -> Result<(), ReadError> {
    let mut package = package::open(path)?;
    package::check(&mut package, budget.limits)?;
    if is_encrypted(&mut package) {
        return Err(ReadError::Password);
    }
    let content = package.by_name("content.xml").map_err(zip_error)?;
    let broken = |error| ReadError::broken(Container::Ods)(error);
    let reader = XmlReader { container: Container::Ods, limits: budget.limits, broken };
    let mut sheets = Sheets::new(budget);
    reader.listen(content, &mut sheets)?;
    sheets.failed.map_or(Ok(()), Err)
}

fn is_encrypted(package: &mut Package) -> bool {
    let Ok(manifest) = package.by_name("META-INF/manifest.xml") else { return false };
    let mut text = Vec::new();
    // A manifest that cannot be read names no encryption; the content shows what is wrong.
    let _ = manifest.take(1 << 20).read_to_end(&mut text);
    String::from_utf8_lossy(&text).contains("encryption-data")
}

fn zip_error(error: ZipError) -> ReadError {
    match error {
        ZipError::FileNotFound => ReadError::NotAWorkbook("OpenDocument".into()),
        other => ReadError::broken(Container::Ods)(other),
    }
}

/// What a cell's attributes say of its value.
enum Value {
    /// Its text is the value.
    Shown,
    /// Its text is a spreadsheet error.
    Fault,
    /// The attribute is the value.
    Given(Cell<'static>),
}

/// A cell whose end is not read yet.
struct OpenCell {
    repeats: u32,
    has_formula: bool,
    value: Value,
}

struct Sheets<'b, 's> {
    budget: &'b mut Budget<'s>,
    hidden_styles: BTreeSet<String>,
    style: Option<String>,
    /// How many `<table:table>` are open; only the outermost is a sheet.
    depth: u32,
    skipped: bool,
    /// Rows so far, repeated ones included.
    rows: u64,
    row_repeats: u32,
    row_hidden: bool,
    row: Vec<Cell<'static>>,
    /// Columns of this row whose formula has no result.
    unresolved: Vec<u32>,
    /// Columns so far, trailing empty ones included.
    columns: u64,
    cell: Option<OpenCell>,
    text: Collapsed,
    open_excluded: u32,
    stopped: bool,
    failed: Option<ReadError>,
}

impl Listener for Sheets<'_, '_> {
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) {
        if self.cell.is_some() {
            self.open_in_cell(name, attributes);
            return;
        }
        match name {
            "style:style" => self.style = attributes.get("style:name").map(str::to_owned),
            "style:table-properties" if attributes.get("table:display") == Some("false") => {
                self.hidden_styles.extend(self.style.take());
            }
            "table:table" => self.start_table(attributes),
            "table:table-row" if self.depth == 1 => {
                self.row_repeats = attributes.count("table:number-rows-repeated");
                let visibility = attributes.get("table:visibility");
                self.row_hidden = visibility.is_some_and(|visibility| visibility != "visible");
                self.row.clear();
                self.unresolved.clear();
                self.columns = 0;
            }
            "table:table-cell" | "table:covered-table-cell" if self.depth == 1 => {
                self.text.clear();
                self.open_excluded = 0;
                self.note_merged(attributes);
                self.cell = Some(OpenCell {
                    repeats: attributes.count("table:number-columns-repeated"),
                    has_formula: attributes.get("table:formula").is_some(),
                    value: value(attributes),
                });
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "table:table-cell" | "table:covered-table-cell" => self.end_cell(),
            "table:table-row" if self.depth == 1 => self.end_row(),
            "table:table" if self.cell.is_none() => self.depth = self.depth.saturating_sub(1),
            aside if NOT_OF_THE_CELL.contains(&aside) => self.open_excluded = self.open_excluded.saturating_sub(1),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.cell.is_some() && self.open_excluded == 0 {
            self.text.push(text);
        }
        if self.text.as_str().len() as u64 > self.budget.limits.record_bytes() {
            self.failed = Some(self.budget.limits.exceeded(Excess::RecordBytes));
        }
    }

    fn is_done(&self) -> bool {
        self.stopped || self.failed.is_some()
    }
}

impl<'b, 's> Sheets<'b, 's> {
    fn new(budget: &'b mut Budget<'s>) -> Self {
        Self {
            budget,
            hidden_styles: BTreeSet::new(),
            style: None,
            depth: 0,
            skipped: false,
            rows: 0,
            row_repeats: 1,
            row_hidden: false,
            row: Vec::new(),
            unresolved: Vec::new(),
            columns: 0,
            cell: None,
            text: Collapsed::default(),
            open_excluded: 0,
            stopped: false,
            failed: None,
        }
    }

    fn open_in_cell(&mut self, name: &str, attributes: &Attributes<'_>) {
        if NOT_OF_THE_CELL.contains(&name) {
            self.open_excluded += 1;
        }
        if self.open_excluded > 0 {
            return;
        }
        match name {
            "text:p" => self.text.new_paragraph(),
            "text:line-break" => self.text.push_exact("\n"),
            "text:tab" => self.text.push_exact("\t"),
            "text:s" => {
                // A cell holds 32.767 characters, so more spaces than that are no text.
                let spaces = attributes.count("text:c").min(1 << 15) as usize;
                self.text.push_exact(&" ".repeat(spaces));
            }
            _ => {}
        }
    }

    fn start_table(&mut self, attributes: &Attributes<'_>) {
        self.depth += 1;
        if self.depth > 1 {
            return;
        }
        (self.rows, self.skipped) = (0, false);
        let style = attributes.get("table:style-name");
        // LibreOffice keeps what it read from other files as tables of this style, and never shows them.
        let hidden = style.is_some_and(|style| style == "ta_extref" || self.hidden_styles.contains(style));
        match self.budget.sheet(attributes.get("table:name").unwrap_or_default(), hidden) {
            Flow::Continue => {}
            Flow::SkipSheet => self.skipped = true,
            Flow::Stop => self.stopped = true,
        }
    }

    /// Cells that reach down; the rows that they cover come later.
    fn note_merged(&mut self, attributes: &Attributes<'_>) {
        let rows = attributes.count("table:number-rows-spanned");
        if rows > 1 && self.budget.wants_notes() {
            let row = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
            let (first, last) = (row(self.rows + 1), row(self.rows + u64::from(rows)));
            self.budget.note(Note::Merged { first, last, column: row(self.columns) });
        }
    }

    fn end_cell(&mut self) {
        let Some(OpenCell { repeats, has_formula, value }) = self.cell.take() else { return };
        let text = || Cow::Owned(self.text.as_str().to_owned());
        let cell = match value {
            Value::Given(cell) => cell,
            Value::Fault => Cell::Error(text()),
            Value::Shown if self.text.as_str().is_empty() => Cell::Empty,
            Value::Shown => Cell::Text(text()),
        };
        let first = self.columns;
        self.columns = self.columns.saturating_add(u64::from(repeats));
        if cell == Cell::Empty && has_formula {
            self.unresolved.extend(u32::try_from(first));
        }
        if cell == Cell::Empty || self.skipped {
            return;
        }
        let last = u32::try_from(self.columns - 1).unwrap_or(u32::MAX);
        match self.budget.column(last) {
            Ok(last) => {
                self.row.resize(first as usize, Cell::Empty);
                self.row.resize(last + 1, cell);
            }
            Err(error) => self.failed = Some(error),
        }
    }

    fn end_row(&mut self) {
        let repeats = std::mem::replace(&mut self.row_repeats, 1);
        if !self.skipped && !self.row.is_empty() {
            self.emit(repeats);
        }
        self.rows = self.rows.saturating_add(u64::from(repeats));
    }

    fn emit(&mut self, repeats: u32) {
        // A row that is repeated a billion times is refused at once, not after as many rows as the limit allows.
        if let Err(error) = self.budget.affords(u64::from(repeats).saturating_mul(self.row.len() as u64)) {
            self.failed = Some(error);
            return;
        }
        for number in self.rows + 1..=self.rows + u64::from(repeats) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            if (self.row_hidden || !self.unresolved.is_empty()) && self.budget.wants_notes() {
                if self.row_hidden {
                    self.budget.note(Note::HiddenRow(number));
                }
                let unresolved = self.unresolved.iter();
                unresolved.for_each(|column| self.budget.note(Note::NoResult { row: number, column: *column }));
            }
            match self.budget.row(number, &self.row) {
                Ok(Flow::Continue) if !self.is_done() => {}
                Ok(Flow::Continue) => return,
                Ok(Flow::SkipSheet) => {
                    self.skipped = true;
                    return;
                }
                Ok(Flow::Stop) => {
                    self.stopped = true;
                    return;
                }
                Err(error) => {
                    self.failed = Some(error);
                    return;
                }
            }
        }
    }
}

fn value(attributes: &Attributes<'_>) -> Value {
    let is_fault = attributes.get("calcext:value-type") == Some("error");
    let given = match attributes.get("office:value-type") {
        _ if is_fault => return Value::Fault,
        Some("float" | "percentage" | "currency") => {
            attributes.get("office:value").and_then(|value| value.parse().ok()).map(Cell::Number)
        }
        Some("boolean") => attributes.get("office:boolean-value").map(|value| Cell::Bool(value == "true")),
        Some("date") => attributes.get("office:date-value").map(iso_cell),
        Some("time") => attributes.get("office:time-value").and_then(seconds).map(time_cell),
        Some("string") => attributes
            .get("office:string-value")
            .filter(|text| !text.is_empty())
            .map(|text| Cell::Text(Cow::Owned(text.to_owned()))),
        _ => None,
    };
    given.map_or(Value::Shown, Value::Given)
}

/// Seconds of a duration such as `PT10H05M30S` or `-P1DT2H`.
fn seconds(duration: &str) -> Option<i64> {
    let (sign, duration) = duration.strip_prefix('-').map_or((1, duration), |rest| (-1, rest));
    let mut total = 0.0;
    let mut number = String::new();
    for letter in duration.strip_prefix('P')?.chars() {
        let unit = match letter {
            'T' => continue,
            'D' => 86_400.0,
            'H' => 3_600.0,
            'M' => 60.0,
            'S' => 1.0,
            digit => {
                number.push(digit);
                continue;
            }
        };
        total += std::mem::take(&mut number).parse::<f64>().ok()? * unit;
    }
    (total < 1e12).then_some(sign * total.round() as i64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use std::io::Write;

    use super::super::collected::Collected;
    use super::super::{Limits, read_rows, sniff};
    use super::*;

    fn read_tables(tables: &str) -> Result<Collected, ReadError> {
        let limits = Limits { max_cells: 100_000, ..Limits::default() };
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut package = zip::ZipWriter::new(file.reopen().unwrap());
        let options = zip::write::SimpleFileOptions::default();
        package.start_file("mimetype", options).unwrap();
        package.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
        package.start_file("content.xml", options).unwrap();
        write!(package, "<?xml version=\"1.0\"?><office:body>{tables}</office:body>").unwrap();
        package.finish().unwrap();
        let mut sink = Collected::default();
        let sniffed = sniff(file.path())?;
        read_rows(file.path(), &sniffed, sniffed.read_as(), &limits, &mut sink)?;
        Ok(sink)
    }

    #[test]
    fn repeated_rows_and_blank_columns_keep_their_places() {
        let sink = read_tables(
            "<table:table table:name='S'><table:table-row table:number-rows-repeated='1048570'>\
             <table:table-cell table:number-columns-repeated='16384'/></table:table-row>\
             <table:table-row table:number-rows-repeated='2'><table:table-cell table:number-columns-repeated='2'/>\
             <table:table-cell office:value-type='string'><text:p>a<text:s text:c='2'/>b</text:p><text:p>c</text:p>\
             <office:annotation><text:p>note</text:p></office:annotation></table:table-cell></table:table-row>\
             </table:table>",
        )
        .unwrap();
        assert_eq!(sink.texts(), [["", "", "a  b\nc"], ["", "", "a  b\nc"]]);
        assert_eq!(sink.rows.iter().map(|row| row.1).collect::<Vec<_>>(), [1_048_571, 1_048_572]);
    }

    #[test]
    fn typed_values_are_read_from_their_attributes() {
        let sink = read_tables(
            "<style:style style:name='h'><style:table-properties table:display='false'/></style:style>\
             <table:table table:name='S' table:style-name='h'><table:table-row>\
             <table:table-cell office:value-type='float' office:value='1.5'><text:p>1,5</text:p></table:table-cell>\
             <table:table-cell office:value-type='date' office:date-value='2020-06-30'/>\
             <table:table-cell office:value-type='time' office:time-value='PT10H10M10S'/>\
             <table:table-cell office:value-type='boolean' office:boolean-value='true'/>\
             <table:table-cell office:value-type='string' calcext:value-type='error'><text:p>#N/A</text:p>\
             </table:table-cell></table:table-row></table:table>",
        )
        .unwrap();
        assert!(sink.sheets[0].hidden);
        let expected = [
            Cell::Number(1.5),
            Cell::DateTime("2020-06-30T00:00:00".into()),
            Cell::DateTime("10:10:10".into()),
            Cell::Bool(true),
            Cell::Error("#N/A".into()),
        ];
        assert_eq!(sink.rows[0].2, expected);
    }

    #[test]
    fn hidden_rows_merged_cells_and_formulas_without_a_result_are_noted_before_their_rows() {
        let sink = read_tables(
            "<table:table table:name='S'><table:table-row><table:table-cell office:value-type='string' \
             table:number-rows-spanned='3'><text:p>a</text:p></table:table-cell></table:table-row>\
             <table:table-row table:visibility='filter'><table:covered-table-cell/><table:table-cell \
             table:formula='of:=1+1'/><table:table-cell office:value-type='float' office:value='1' \
             table:formula='of:=0+1'/></table:table-row></table:table>",
        )
        .unwrap();
        let expected =
            [Note::Merged { first: 1, last: 3, column: 0 }, Note::HiddenRow(2), Note::NoResult { row: 2, column: 1 }];
        assert_eq!(sink.notes, expected);
        assert_eq!(sink.texts(), [vec!["a"], vec!["", "", "1"]]);
    }

    #[test]
    fn repeats_beyond_the_limits_are_refused() {
        let error = read_tables(
            "<table:table table:name='S'><table:table-row table:number-rows-repeated='999999999'>\
             <table:table-cell table:number-columns-repeated='10000' office:value-type='float' office:value='1'/>\
             </table:table-row></table:table>",
        );
        assert_eq!(error.err().unwrap().rule(), "too_big");
        let begun = std::time::Instant::now();
        let error = read_tables(
            "<table:table table:name='S'><table:table-row table:number-rows-repeated='999999999'>\
             <table:table-cell><text:p>X</text:p></table:table-cell></table:table-row></table:table>",
        );
        assert_eq!(error.err().unwrap().rule(), "too_big");
        assert!(begun.elapsed().as_secs() < 2, "refused before 200 million rows are handed on: {:?}", begun.elapsed());
    }
}
