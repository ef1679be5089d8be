//! What is read of HTML, on small pages.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::super::collected::Collected;
use super::super::{Limits, read_rows, sniff};
use super::*;

fn read_text(html: &str) -> Collected {
    try_read(html).unwrap()
}

fn try_read(html: &str) -> Result<Collected, ReadError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), html).unwrap();
    let sniffed = sniff(file.path())?;
    assert_eq!(sniffed.container, Container::Html);
    let mut sink = Collected::default();
    read_rows(file.path(), &sniffed, sniffed.read_as(), &Limits::default(), &mut sink)?;
    Ok(sink)
}

#[test]
fn entities_breaks_and_inner_tags_give_plain_text() {
    let sink = read_text("<table><tr><td>A &amp; <b>B</b><br>C&#7879;<td>&nbsp;</td><td>\n x  y </td></table>");
    assert_eq!(sink.texts(), [["A & B\nCệ", "", "x y"]]);
}

#[test]
fn a_cell_over_several_columns_or_rows_stands_in_the_first() {
    let sink =
        read_text("<html><table><tr><th rowspan=2>a<th colspan=2>b<th>c</tr><tr><th>d<th>e</tr><tr><td>1<td>2</table>");
    assert_eq!(sink.texts(), [vec!["a", "b", "", "c"], vec!["", "d", "e"], vec!["1", "2"]]);
}

#[test]
fn hidden_rows_and_cells_over_several_rows_are_noted() {
    let sink = read_text(
        "<table><tr><td>x<td rowspan=3>a<td>b</tr><tr style='Display : NONE'><td>1<td>2</tr><tr hidden><td>3</table>",
    );
    let expected = [Note::Merged { first: 1, last: 3, column: 1 }, Note::HiddenRow(2), Note::HiddenRow(3)];
    assert_eq!(sink.notes, expected);
}

#[test]
fn hidden_tables_are_sheets_of_their_own() {
    let sink = read_text(
        "<html><style>td{x:\"<td>\"}</style><table style='display: none'><tr><td>x</table>\
         <table><caption>Hồ sơ</caption><tr><tr><td>y</table>",
    );
    let sheets: Vec<_> = sink.sheets.iter().map(|s| (s.name.as_str(), s.hidden)).collect();
    assert_eq!(sheets, [("Bảng 1", true), ("Hồ sơ", false)]);
    assert_eq!(sink.rows[1].1, 2);
}

#[test]
fn a_byte_that_is_not_utf8_refuses_its_row_and_no_other() {
    let html = "\u{feff}<table><tr><td>Số</td></tr><tr><td>x?</td></tr><tr><td>y</td></tr></table>?".as_bytes();
    let bytes: Vec<u8> = html.iter().map(|byte| if *byte == b'?' { 0xff } else { *byte }).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let sniffed = sniff(file.path()).unwrap();
    let mut sink = Collected::default();
    read_rows(file.path(), &sniffed, sniffed.read_as(), &Limits::default(), &mut sink).unwrap();
    assert_eq!(sink.texts(), [["Số"], ["y"]]);
    let offset = bytes.iter().position(|byte| *byte == 0xff).unwrap() as u64;
    assert_eq!(sink.refused, [(2, RowFault::InvalidByte { byte: Some(0xff), offset })]);
}

/// Letters and their bytes stand on both sides of every cut.
#[test]
fn letters_cut_by_the_end_of_a_buffer_are_whole() {
    let rows = "<tr><td>ớ</td></tr>".repeat(20_000);
    let sink = read_text(&format!("<table>{rows}</table>"));
    assert!(sink.rows.iter().all(|(.., cells)| *cells == [Cell::Text("ớ".into())]) && sink.rows.len() == 20_000);
}

#[test]
fn a_file_that_ends_inside_a_table_is_refused() {
    for cut in ["<table><tr><td>1<td title='x", "<table><tr><td>1</td></tr>"] {
        assert_eq!(try_read(cut).err().unwrap().rule(), "truncated");
    }
}

fn sheet_rows(html: &str) -> Vec<(String, Vec<String>)> {
    let sink = read_text(html);
    sink.rows.iter().map(|(sheet, ..)| sheet.clone()).zip(sink.texts()).collect()
}

const HEADINGS: &str = "<tr><th>Mã<th>Tên<th>Ngày<th>Phí</tr>";

#[test]
fn a_table_in_a_cell_of_data_is_text_of_that_cell() {
    let files =
        "<table><caption>Tệp</caption><tr><td>1.pdf</td><td>2.pdf</td></tr><tr><td>Tờ <b>khai</b></td></tr></table>";
    let rows =
        format!("<tr><td>H1<td>Khai sinh{files} thêm<td>03/03<td>150</tr><tr><td>H2<td>{files}<td>04/03<td>0</tr>");
    let sink = read_text(&format!("<table>{HEADINGS}{rows}</table><table><tr><td>sau</table>"));
    assert_eq!(sink.sheets.iter().map(|sheet| &sheet.name).collect::<Vec<_>>(), ["Bảng 1", "Bảng 2"]);
    assert_eq!(sink.texts()[1], ["H1", "Khai sinh\nTệp\n1.pdf 2.pdf\nTờ khai\nthêm", "03/03", "150"]);
    assert_eq!(sink.texts()[2], ["H2", "Tệp\n1.pdf 2.pdf\nTờ khai", "04/03", "0"]);
    assert_eq!(sink.texts()[3], ["sau"]);
}

#[test]
fn tables_deep_in_a_cell_and_rows_of_details_are_text_too() {
    let deep = "<table><tr><td>a<table><tr><td>b</table>c</table>";
    let details = "<tr><td colspan=4><table><tr><td>Bước 1<td>xong</table></td></tr>";
    let html =
        format!("<table>{HEADINGS}<tr><td>H1<td>{deep}<td>x<td>y</tr>{details}<tr><td>H2<td>z<td>x<td>y</tr></table>");
    let rows = sheet_rows(&html);
    assert!(rows.iter().all(|(sheet, _)| sheet == "Bảng 1"), "{rows:?}");
    assert_eq!(rows[1].1, ["H1", "a\nb\nc", "x", "y"]);
    assert_eq!(rows[2].1[0], "Bước 1 xong");
    assert_eq!(rows[3].1, ["H2", "z", "x", "y"]);
}

/// A page laid out by a table: title, a menu beside it, then the data.
#[test]
fn data_in_a_table_that_only_lays_the_page_out_is_a_sheet_of_its_own() {
    let data = format!("<table>{HEADINGS}<tr><td>H1<td>a<td>b<td>c</tr></table>");
    for layout in [
        format!("<table><tr><td>Sở A<td>Cộng hòa</tr><tr><td colspan=2>{data}</tr></table>"),
        format!("<table><tr><td>Đầu<td>Báo cáo<td>Thoát</tr><tr><td>trái<td>{data}<td>phải</tr></table>"),
        format!("<table><tr><td>{data}</td></tr></table>"),
        format!("<div><table><tr><td><table><tr><td>{data}</table></table></div>"),
    ] {
        let rows = sheet_rows(&layout);
        let at = rows.iter().position(|(_, row)| row[0] == "Mã").unwrap();
        assert_eq!(rows[at + 1].1, ["H1", "a", "b", "c"], "{layout}");
        assert_eq!(rows[at].0, rows[at + 1].0);
    }
}

#[test]
fn what_a_browser_does_not_show_is_no_text() {
    let style = "<style>.an{display:none} td{color:red}</style>";
    for hidden in [
        "<script type='text/javascript'>menu(\"<td>x\");</script>",
        "<STYLE>b{}</STYLE>",
        "<template><table><tr><td>x</td></tr></table></template>",
        "<noscript>x</noscript>",
        "<!-- <td>x</td> -->",
        "<span hidden>x</span>",
        "<div style='display : none'>x<div>y</div>z</div>",
        "<span class='n an'>x<b>y</b></span>",
        "<b style='visibility:hidden'>x</b>",
        "<table style='display:none'><tr><td>x</td></tr></table>",
        "<datalist><option>x</datalist>",
        "<input type=hidden value=x>",
        "<p style='display:none'>x<p>",
    ] {
        let sink = read_text(&format!("{style}<table><tr><td>a{hidden}</td><td>b</td></tr><tr><td>c</table>"));
        assert_eq!(sink.texts(), [vec!["a", "b"], vec!["c"]], "{hidden}");
    }
}

#[test]
fn an_element_that_stays_open_hides_no_more_than_its_cell() {
    let sink = read_text("<table><tr><td>a<span hidden>x<td>b<i style='display:none'>y</tr><tr><td>c</table>");
    assert_eq!(sink.texts(), [vec!["a", "b"], vec!["c"]]);
    let note = TextNote { kind: TextKind::HiddenText, row: 1, count: 1 };
    assert_eq!(sink.text_notes, [note]);
}

#[test]
fn a_hidden_cell_has_no_column_and_a_blank_one_keeps_its_own() {
    let rows = "<tr><th style='display:none'>k<th>Mã<th>Tên</tr>\
                <tr><td hidden>7<td>H1<td>a</tr><tr><td style='visibility:hidden'>H2<td>b</tr>";
    assert_eq!(read_text(&format!("<table>{rows}</table>")).texts(), [["Mã", "Tên"], ["H1", "a"], ["", "b"]]);
}

#[test]
fn rows_and_tables_in_hidden_groups_are_noted_and_read() {
    let sink = read_text(
        "<div style='display:none'><table><tbody hidden><tr><td>a</tbody><tbody><tr><td>b</table></div><table><tr><td>c</table>",
    );
    assert_eq!(sink.sheets.iter().map(|sheet| sheet.hidden).collect::<Vec<_>>(), [true, false]);
    assert_eq!((sink.notes, sink.rows.len()), (vec![Note::HiddenRow(1)], 3));
}

#[test]
fn of_a_drop_down_list_the_choice_is_text() {
    let list = |second: &str| format!("<table><tr><td><select><option>một<option{second}>hai</select> x</table>");
    assert_eq!(read_text(&list("")).texts(), [["một x"]]);
    assert_eq!(read_text(&list(" selected")).texts(), [["hai x"]]);
}

#[test]
fn what_hides_the_rest_of_a_file_is_told() {
    let table = "<table><tr><td>1</td></tr></table>";
    for open in ["<script>", "<style>", "<!--", "<template>", "<noscript>", "<textarea>"] {
        assert_eq!(
            try_read(&format!("{table}{open}{table}")).err().map(|error| error.rule()),
            Some("swallowed_rows"),
            "{open}"
        );
        assert_eq!(try_read(&format!("{table}{open} end")).unwrap().rows.len(), 1, "{open}");
    }
}
