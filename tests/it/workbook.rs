//! Writes small xlsx workbooks part by part, so that tests can say what no library writes.

use std::io::Write;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum C {
    /// Nothing.
    Blank,
    /// Text.
    T(String),
    /// A number without a format.
    N(f64),
    /// A number with the format of a date.
    D(f64),
    /// An error such as `#N/A`.
    E(&'static str),
    /// A formula, and its result if the file keeps one.
    F(&'static str, Option<f64>),
}

/// Text in a cell.
pub fn t(text: &str) -> C {
    if text.is_empty() { C::Blank } else { C::T(text.to_owned()) }
}

/// Cells of text from a line with commas.
pub fn line(text: &str) -> Vec<C> {
    text.split(',').map(t).collect()
}

/// One sheet.
#[derive(Debug, Clone, Default)]
pub struct S {
    pub name: &'static str,
    pub rows: Vec<Vec<C>>,
    /// Rows from 1 that are hidden.
    pub hidden: Vec<usize>,
    /// Ranges such as `B4:B6`.
    pub merged: Vec<&'static str>,
}

impl S {
    pub fn of(rows: Vec<Vec<C>>) -> Self {
        Self { name: "Hồ sơ", rows, ..Self::default() }
    }
}

/// A workbook whose dates count from 1900.
pub fn xlsx(sheets: &[S]) -> Vec<u8> {
    xlsx_with("", sheets)
}

/// A workbook whose dates count from 1904.
pub fn xlsx_1904(sheets: &[S]) -> Vec<u8> {
    xlsx_with("<workbookPr date1904=\"1\"/>", sheets)
}

fn xlsx_with(properties: &str, sheets: &[S]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let kind = |part: &str, kind: &str| {
        format!(
            "<Override PartName=\"/xl/{part}\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml\"/>"
        )
    };
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
    };
    let mut types = kind("workbook.xml", "sheet.main") + &kind("styles.xml", "styles");
    let (mut listed, mut related) = (String::new(), relation("s0", "styles", "styles.xml"));
    for (index, sheet) in sheets.iter().enumerate() {
        let part = format!("worksheets/sheet{}.xml", index + 1);
        types.push_str(&kind(&part, "worksheet"));
        listed.push_str(&format!("<sheet name=\"{0}\" sheetId=\"{1}\" r:id=\"r{1}\"/>", sheet.name, index + 1));
        related.push_str(&relation(&format!("r{}", index + 1), "worksheet", &part));
    }
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>{types}</Types>"
            ),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{RELATIONS}\">{}</Relationships>",
                relation("w", "officeDocument", "xl/workbook.xml")
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\">{properties}<sheets>{listed}</sheets></workbook>"),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships xmlns=\"{RELATIONS}\">{related}</Relationships>"),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet xmlns=\"{MAIN}\"><fonts count=\"1\"><font/></fonts><fills count=\"1\"><fill/></fills><borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    for (index, sheet) in sheets.iter().enumerate() {
        parts.push((format!("xl/worksheets/sheet{}.xml", index + 1), sheet_xml(sheet, MAIN)));
    }
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        write!(archive, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n{content}").unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn sheet_xml(sheet: &S, main: &str) -> String {
    let mut data = String::new();
    for (row, cells) in (1..).zip(&sheet.rows) {
        let hidden = if sheet.hidden.contains(&row) { " hidden=\"1\"" } else { "" };
        data.push_str(&format!("<row r=\"{row}\"{hidden}>"));
        for (column, cell) in (b'A'..=b'Z').zip(cells) {
            data.push_str(&cell_xml(&format!("{}{row}", char::from(column)), cell));
        }
        data.push_str("</row>");
    }
    let mut merged = String::new();
    for range in &sheet.merged {
        merged.push_str(&format!("<mergeCell ref=\"{range}\"/>"));
    }
    if !merged.is_empty() {
        merged = format!("<mergeCells>{merged}</mergeCells>");
    }
    format!("<worksheet xmlns=\"{main}\"><sheetData>{data}</sheetData>{merged}</worksheet>")
}

fn cell_xml(place: &str, cell: &C) -> String {
    match cell {
        C::Blank => String::new(),
        C::T(text) => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            format!("<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
        }
        C::N(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
        C::D(serial) => format!("<c r=\"{place}\" s=\"1\"><v>{serial}</v></c>"),
        C::E(error) => format!("<c r=\"{place}\" t=\"e\"><v>{error}</v></c>"),
        C::F(formula, result) => {
            let result = result.map(|result| format!("<v>{result}</v>")).unwrap_or_default();
            format!("<c r=\"{place}\"><f>{formula}</f>{result}</c>")
        }
    }
}
