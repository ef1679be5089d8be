//! The catalogue of bad containers, one test each: refused with words that say what to do, or read right.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use crate::biff::{Book, compound, record, sheet_of};
use crate::refusals::{
    GOOD, bounded, fill, loaded, not_imported, ods, refused, refused_in, with_one, with_part, workbook,
};
use crate::support::{Place, account, list};

#[test]
fn zero_bytes_are_refused() {
    refused("rong_20250401.xlsx", b"", &["The file is empty", "Export it"]);
    refused("rong_20250401.csv", "\u{feff} \r\n".as_bytes(), &["The file is empty"]);
}

#[test]
fn headings_without_rows_are_reported_and_change_nothing() {
    for (name, content) in [
        ("tieu-de_20250401.csv", list(&[]).into_bytes()),
        ("tieu-de_20250401.xlsx", workbook(&list(&[]))),
        ("tieu-de_20250401.xls", Book::biff8(sheet_of(&list(&[])).0, sheet_of(&list(&[])).1).file()),
    ] {
        let place = with_one();
        let before = place.snapshot();
        let file = place.file(name, content);
        let (row, ran) = place.import(&file);
        ran.exits(0).says(&["warning:", "no row of data", "the workspace is unchanged"]);
        assert_eq!(account(&row), [0; 5]);
        assert_eq!(place.snapshot(), before);
    }
}

#[test]
fn text_named_xlsx_is_refused() {
    not_imported(
        &with_one(),
        "thu_20250401.xlsx",
        "Kính gửi Sở Nội vụ,\nđây là thư.\n",
        &["No source fits", "docs/sources.md"],
    );
    refused("anh_20250401.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &["a picture (PNG)", "Export the data itself"]);
    refused("rac_20250401.xlsx", b"\0\x01\x02\0\0abc", &["not recognised", "Export it as one of these"]);
    refused("thu_20250401.xlsx", b"%PDF-1.7\n%...", &["PDF", "save it as .xlsx"]);
}

#[test]
fn an_html_table_named_xls_is_loaded() {
    let text = list(&[GOOD]);
    let rows = text.lines().map(|line| format!("<tr><td>{}</td></tr>", line.replace(',', "</td><td>")));
    let rows = rows.collect::<Vec<String>>().concat();
    let html = format!("<html><head><meta charset=utf-8></head><body><table border=1>{rows}</table></body></html>");
    loaded("ho-so_20250401.xls", html);
}

#[test]
fn a_spreadsheet_of_2003_in_xml_is_loaded() {
    let row = |line: &str| {
        let cells = line.split(',').map(|cell| format!("<Cell><Data ss:Type=\"String\">{cell}</Data></Cell>"));
        format!("<Row>{}</Row>\n", cells.collect::<Vec<String>>().concat())
    };
    let rows = list(&[GOOD]).lines().map(row).collect::<Vec<String>>().concat();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
         <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"Sheet1\"><Table>{rows}</Table>\
         </Worksheet></Workbook>"
    );
    loaded("ho-so_20250401.xls", &xml);
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(xml.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    loaded("ho-so_20250401.xml", wide);
    refused("cut_20250401.xls", &xml.as_bytes()[..xml.len() - 60], &["ends in the middle of a table"]);
}

#[test]
fn an_xlsx_named_xls_is_loaded_and_so_is_an_xls_named_xlsx() {
    loaded("ho-so_20250401.xls", workbook(&list(&[GOOD])));
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    loaded("ho-so_20250401.xlsx", Book::biff8(strings, cells).file());
}

#[test]
fn a_truncated_workbook_is_refused_wherever_it_is_cut() {
    let whole = workbook(&list(&[GOOD]));
    for part in [30, whole.len() / 3, whole.len() - 30] {
        refused("cut_20250401.xlsx", &whole[..part], &["truncated or damaged", "Send it again"]);
    }
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    let whole = Book::biff8(strings, cells).file();
    for part in [600, whole.len() / 2, whole.len() - 4096] {
        refused("cut_20250401.xls", &whole[..part], &["xls content of the file is damaged"]);
    }
}

#[test]
fn a_workbook_that_is_a_bomb_is_refused_by_ratio_and_by_size() {
    let whole = workbook(&list(&[GOOD]));
    let spaces = " ".repeat(100 << 20);
    let bomb = with_part(&whole, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace("<sheetData>", &format!("{spaces}<sheetData>"))
    });
    assert!(bomb.len() < 1 << 20);
    bounded(512, "bom_20250401.xlsx", &bomb, &["max_inflation_ratio = 400", "[limits] in cchc.toml"]);
    let place = with_one();
    std::fs::write(place.workspace().join("cchc.toml"), "[limits]\nmax_inflated_mib = 0\n").unwrap();
    refused_in(&place, "bom_20250401.xlsx", whole, &["max_inflated_mib = 0", "Split it"]);
}

#[test]
fn two_cells_in_the_far_corners_are_two_cells() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "a").unwrap();
    sheet.write(1_048_575, 16_383, 2).unwrap();
    let place = Place::empty();
    let file = place.file("goc.xlsx", workbook.save_to_buffer().unwrap());
    let sheets = place.rows(&["peek", file.to_str().unwrap()]);
    assert_eq!(sheets[0]["rows"], 2);
    assert_eq!(sheets[0]["cells"][1], serde_json::json!({"address": "XFD1048576", "value": 2, "type": "number"}));
}

#[test]
fn a_false_count_of_strings_and_a_false_dimension_do_no_harm() {
    let whole = workbook(&list(&[GOOD]));
    let counted = with_part(&whole, "xl/sharedStrings.xml", |xml| {
        let at = xml.find("uniqueCount=\"").unwrap() + 13;
        let end = at + xml[at..].find('"').unwrap();
        format!("{}{}{}", &xml[..at], 1_u64 << 60, &xml[end..])
    });
    loaded("ho-so_20250401.xlsx", counted);
    let dimension = with_part(&whole, "xl/worksheets/sheet1.xml", |xml| {
        let at = xml.find("<dimension ref=\"").unwrap() + 16;
        let end = at + xml[at..].find('"').unwrap();
        format!("{}1:69{}", &xml[..at], &xml[end..])
    });
    loaded("ho-so_20250401.xlsx", dimension);
}

/// Each entity is ten of the one before: a billion words in a few bytes.
const LAUGHS: &str = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
    <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
    <!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">\
    <!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">\
    <!ENTITY i \"&h;&h;&h;&h;&h;&h;&h;&h;&h;&h;\">]>";

#[test]
fn a_billion_laughs_are_refused_in_every_xml() {
    let laugh = |xml: &str| {
        let at = xml.find("?>").unwrap() + 2;
        format!("{}{LAUGHS}{}", &xml[..at], &xml[at..]).replace("Sở A", "&i;")
    };
    let whole = workbook(&list(&[GOOD]));
    let strings = with_part(&whole, "xl/sharedStrings.xml", laugh);
    bounded(512, "cuoi_20250401.xlsx", &strings, &["xlsx content of the file is damaged"]);
    let sheet = with_part(&whole, "xl/worksheets/sheet1.xml", |xml| {
        laugh(xml).replacen("<c r=\"A1\"", "<c r=\"A1\" t=\"inlineStr\"><is><t>&i;</t></is></c><c r=\"B1\"", 1)
    });
    bounded(512, "cuoi_20250401.xlsx", &sheet, &["error:"]);
    let ods = ods(&format!(
        "<?xml version=\"1.0\"?>{LAUGHS}<office:body><table:table table:name=\"a\"><table:table-row>\
         <table:table-cell><text:p>&i;</text:p></table:table-cell></table:table-row></table:table></office:body>"
    ));
    bounded(512, "cuoi_20250401.ods", &ods, &["ods content of the file is damaged"]);
}

#[test]
fn a_password_is_named_in_every_kind_of_workbook() {
    let words = &["protected by a password", "Remove the password"];
    let (strings, cells) = sheet_of(&list(&[GOOD]));
    let stream = Book::biff8(strings, cells).stream();
    let begin = 4 + usize::from(u16::from_le_bytes([stream[2], stream[3]]));
    let locked = [&stream[..begin], &record(0x002f, &[1, 0, 1, 0, 1, 0]), &stream[begin..]].concat();
    refused("khoa_20250401.xls", compound("Workbook", &locked), words);
    refused("khoa_20250401.xlsx", compound("EncryptedPackage", &[0; 5000]), words);
    let mut package = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"),
        ("content.xml", "\u{1}\u{2}"),
    ] {
        package.start_file(name, SimpleFileOptions::default()).unwrap();
        package.write_all(content.as_bytes()).unwrap();
    }
    refused("khoa_20250401.ods", package.finish().unwrap().into_inner(), words);
}

#[test]
fn a_hidden_sheet_is_read_and_reported() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "bìa").unwrap();
    let sheet = book.add_worksheet().set_name("Ẩn").unwrap();
    fill(sheet, &list(&[GOOD]));
    sheet.set_hidden(true);
    let (place, ran) = loaded("an_20250401.xlsx", book.save_to_buffer().unwrap());
    ran.says(&["warning:", "hidden"]);
    assert_eq!(place.rows(&["findings", "--rule", "hidden_sheet"])[0]["sheet"], "Ẩn");
}
