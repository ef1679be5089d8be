//! Sheets as people lay them out: merged, hidden, numbered, grouped, without headings, with too many.

use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;

use crate::biff;
use crate::support::{LIST, Place, account, import, list};
use crate::workbook::{C, S, line, t, xlsx};

#[track_caller]
fn found(place: &Place, rule: &str) -> Vec<Value> {
    place.rows(&["--lang", "en", "findings", "--rule", rule])
}

/// The only finding of a rule has this level, sheet, row and count, and says these words.
#[track_caller]
fn reported(place: &Place, rule: &str, level: &str, at: (&str, u64), count: u64, words: &[&str]) {
    let all = found(place, rule);
    assert_eq!(all.len(), 1, "{rule}: {all:?}");
    let one = &all[0];
    let place = (one["level"].as_str(), one["sheet"].as_str(), one["row"].as_u64().or(Some(0)), one["count"].as_u64());
    assert_eq!(place, (Some(level), Some(at.0), Some(at.1), Some(count)), "{one}");
    let message = one["message"].as_str().unwrap();
    for word in words {
        assert!(message.contains(word), "'{word}' is not in: {message}");
    }
}

#[track_caller]
fn codes(place: &Place) -> Vec<String> {
    place.dossiers().iter().map(|row| row["dossier_code"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn units(place: &Place) -> Vec<String> {
    place.dossiers().iter().map(|row| row["resolving_unit"].as_str().unwrap_or("").to_owned()).collect()
}

/// Cells of one dossier in the order of [`LIST`].
fn dossier(code: &str, unit: &str) -> Vec<C> {
    line(&format!("{code},{unit},Trực tuyến,x,02/03/2026,05/03/2026,,Đang xử lý"))
}

fn sheet(rows: Vec<Vec<C>>) -> S {
    S::of([vec![line(LIST)], rows].concat())
}

const SHEET: &str = "Hồ sơ";

#[test]
fn headings_over_three_merged_rows_of_a_true_workbook_are_joined() {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet();
    let plain = Format::new();
    page.merge_range(0, 0, 0, 7, "DANH SÁCH HỒ SƠ QUÝ I NĂM 2026", &plain).unwrap();
    for (column, text) in [(0, "STT"), (1, "Số hồ sơ"), (2, "Cơ quan/đơn vị"), (6, "Trạng thái hồ sơ")]
    {
        page.merge_range(2, column, 4, column, text, &plain).unwrap();
    }
    page.merge_range(2, 3, 2, 5, "Thời gian giải quyết", &plain).unwrap();
    page.merge_range(3, 3, 3, 5, "Ngày", &plain).unwrap();
    for (column, text) in [(3, "Tiếp nhận"), (4, "Hẹn trả"), (5, "Kết thúc xử lý")] {
        page.write(4, column, text).unwrap();
    }
    for (column, text) in ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"].into_iter().enumerate() {
        page.write(5, u16::try_from(column).unwrap(), text).unwrap();
    }
    for (column, text) in
        ["1", "H1", "Sở A", "02/03/2026", "05/03/2026", "04/03/2026", "Đã trả kết quả"].into_iter().enumerate()
    {
        page.write(6, u16::try_from(column).unwrap(), text).unwrap();
    }
    let (place, row, ran) = import("ho-so_20260401.xlsx", workbook.save_to_buffer().unwrap());
    ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
    let stored = &place.dossiers()[0];
    assert_eq!(stored["received_at"], "2026-03-02T00:00:00");
    assert_eq!(stored["due_at"], "2026-03-05T00:00:00");
    assert_eq!(stored["finished_at"], "2026-03-04T00:00:00");
    assert!(found(&place, "merged_cells").is_empty(), "merged headings are no merged data");
}

#[test]
fn preamble_groups_totals_numbering_and_signatures_are_no_dossiers() {
    let rows = vec![
        line("UBND TỈNH THỬ,,,,,,CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        line("DANH SÁCH HỒ SƠ"),
        line(""),
        line(&format!("STT,{LIST}")),
        line("A,B,1,2,3,4=5+6,5,6,7"),
        line("I,SỞ A"),
        [vec![C::N(1.0)], dossier("H1", "Sở A")].concat(),
        line("A,Khối xã,,,,,,,"),
        [vec![C::N(2.0)], dossier("H2", "UBND xã Xê")].concat(),
        line("Cộng,,2 hồ sơ"),
        line("Tổng cộng,2,,,,,,,"),
        line(",,,,,,\"Thử, ngày 01 tháng 4 năm 2026\""),
        line(",NGƯỜI LẬP BIỂU,,,,,THỦ TRƯỞNG ĐƠN VỊ"),
    ];
    let (place, row, ran) = import("ho-so_20260401.xlsx", xlsx(&[S::of(rows)]));
    ran.exits(0);
    assert_eq!(account(&row), [2, 2, 0, 0, 0]);
    assert_eq!(codes(&place), ["H1", "H2"]);
}

/// Three dossiers of one unit whose name is merged beside them, then one of another.
fn merged_units() -> Vec<u8> {
    let rows = vec![dossier("H1", "Sở A"), dossier("H2", ""), dossier("H3", ""), dossier("H4", "Sở Bê")];
    xlsx(&[S { merged: vec!["B2:B4"], ..sheet(rows) }])
}

/// The shipped source that says that merged units speak for all their rows.
fn fill_units(place: &Place) {
    // The definition is the same each time, and a check plans the SQL of all indicators.
    static CHECKED: std::sync::Once = std::sync::Once::new();
    let shipped = std::fs::read_to_string(crate::support::project("queries/sources/list-a.toml")).unwrap();
    let path = place.workspace().join("queries/sources/list-a.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, shipped.replacen("\ndates = [", "\nfill_merged = [\"resolving_unit\"]\ndates = [", 1))
        .unwrap();
    CHECKED.call_once(|| {
        place.run(&["check"]).exits(0);
    });
}

#[test]
fn merged_cells_of_the_body_are_filled_only_where_the_source_says_so() {
    let place = Place::new();
    let file = place.file("ho-so_20260401.xlsx", merged_units());
    let (row, ran) = place.import(&file);
    ran.exits(3);
    assert_eq!(account(&row), [4, 2, 0, 0, 2]);
    reported(&place, "merged_cells", "warning", (SHEET, 3), 2, &["fill_merged = [\"resolving_unit\"]", "list-a.toml"]);

    let place = Place::new();
    fill_units(&place);
    let file = place.file("ho-so_20260401.xlsx", merged_units());
    let (row, ran) = place.import(&file);
    ran.exits(0);
    assert_eq!(account(&row), [4, 4, 0, 0, 0]);
    assert_eq!(units(&place), ["A", "A", "A", "B"]);
    assert!(found(&place, "merged_cells").is_empty());
}

#[test]
fn merged_cells_of_html_and_open_document_are_filled_too() {
    let cells = |cells: &[&str]| cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<Vec<_>>().concat();
    let rest = cells(&["1", "x", "02/03/2026", "05/03/2026", "", "Đang xử lý"]);
    let html = format!(
        "<html><table><tr>{}</tr><tr><td>H1</td><td rowspan=2>Sở A</td>{rest}</tr><tr><td>H2</td>{rest}</tr>\
         <tr><td>H3</td><td>Sở Bê</td>{rest}</tr></table></html>",
        cells(&LIST.split(',').collect::<Vec<_>>())
    );
    let text = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let texts = |cells: &[&str]| cells.iter().map(|cell| text(cell)).collect::<Vec<_>>().concat();
    let rest = texts(&["1", "x", "02/03/2026", "05/03/2026", "", "Đang xử lý"]);
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let content = format!(
        "<office:body><table:table table:name=\"S\">{}{}{}{}</table:table></office:body>",
        row(texts(&LIST.split(',').collect::<Vec<_>>())),
        row(text("H1") + &text("Sở A").replace(" office", " table:number-rows-spanned=\"2\" office") + &rest),
        row(text("H2") + "<table:covered-table-cell/>" + &rest),
        row(text("H3") + &text("Sở Bê") + &rest),
    );
    for (name, bytes) in [("ho-so_20260401.xls", html.into_bytes()), ("ho-so_20260401.ods", ods(&content))] {
        let place = Place::new();
        fill_units(&place);
        let file = place.file(name, bytes);
        let (row, ran) = place.import(&file);
        ran.exits(0);
        assert_eq!(account(&row), [3, 3, 0, 0, 0], "{name}");
        assert_eq!(units(&place), ["A", "A", "B"], "{name}");
    }
}

fn ods(content: &str) -> Vec<u8> {
    use std::io::Write;
    let mut package = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    package.start_file("mimetype", options).unwrap();
    package.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    package.start_file("content.xml", options).unwrap();
    write!(package, "<?xml version=\"1.0\"?>{content}").unwrap();
    package.finish().unwrap().into_inner()
}

#[test]
fn hidden_rows_are_loaded_with_a_warning_that_counts_them() {
    let rows = (1..=5).map(|number| dossier(&format!("H{number}"), "Sở A")).collect();
    let bytes = xlsx(&[S { hidden: vec![3, 5], ..sheet(rows) }]);
    let (place, row, ran) = import("ho-so_20260401.xlsx", bytes);
    ran.exits(0).says(&["hidden_rows"]);
    assert_eq!(account(&row), [5, 5, 0, 0, 0]);
    reported(&place, "hidden_rows", "warning", (SHEET, 3), 2, &["2 rows", "hiding is not deleting"]);
}

#[test]
fn a_hidden_group_row_is_no_hidden_dossier() {
    let rows = vec![line("I,SỞ A"), dossier("H1", "Sở A")];
    let (place, _, ran) = import("ho-so_20260401.xlsx", xlsx(&[S { hidden: vec![2], ..sheet(rows) }]));
    ran.exits(0);
    assert!(found(&place, "hidden_rows").is_empty());
}

#[test]
fn a_hidden_sheet_is_loaded_with_a_warning() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Bìa").unwrap();
    let page = workbook.add_worksheet().set_name(SHEET).unwrap().set_hidden(true);
    for (row, text) in [(0, LIST), (1, "H1,Sở A,Trực tuyến,x,02/03/2026,05/03/2026,,Đang xử lý")] {
        for (column, cell) in text.split(',').enumerate() {
            page.write(row, u16::try_from(column).unwrap(), cell).unwrap();
        }
    }
    let (place, row, ran) = import("ho-so_20260401.xlsx", workbook.save_to_buffer().unwrap());
    ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
    reported(&place, "hidden_sheet", "warning", (SHEET, 0), 1, &["hidden"]);
}

#[test]
fn a_formula_without_a_result_is_empty_and_reported_one_with_a_result_is_read() {
    let with = |due: C| {
        let mut row = dossier("H1", "Sở A");
        row[5] = due;
        row
    };
    let bytes = xlsx(&[sheet(vec![with(C::F("E2+3", None))])]);
    let (place, row, ran) = import("ho-so_20260401.xlsx", bytes);
    ran.exits(0).says(&["formula_without_value"]);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
    assert_eq!(place.dossiers()[0]["due_at"], Value::Null);
    reported(&place, "formula_without_value", "warning", (SHEET, 2), 1, &["never computed", "Ngày hẹn trả"]);

    let (place, _, _) = import("ho-so_20260401.xlsx", xlsx(&[sheet(vec![with(C::F("E2+3", Some(46_086.0)))])]));
    assert_eq!(place.dossiers()[0]["due_at"], "2026-03-05T00:00:00");
    assert!(found(&place, "formula_without_value").is_empty());
}

#[test]
fn an_error_cell_is_empty_and_reported_with_its_column() {
    let mut row = dossier("H1", "Sở A");
    (row[5], row[6]) = (C::E("#N/A"), C::E("#REF!"));
    let (place, account_row, ran) = import("ho-so_20260401.xlsx", xlsx(&[sheet(vec![row])]));
    ran.exits(0);
    assert_eq!(account(&account_row), [1, 1, 0, 0, 0]);
    let all = found(&place, "error_cell");
    let reported: Vec<_> =
        all.iter().map(|one| (one["column"].as_str().unwrap(), one["row"].as_u64().unwrap())).collect();
    assert_eq!(reported, [("Ngày hẹn trả", 2), ("Ngày kết thúc xử lý", 2)]);
    assert!(all[0]["message"].as_str().unwrap().contains("#N/A"));
}

#[test]
fn one_heading_over_two_columns_refuses_the_file_and_names_both() {
    let place = Place::new();
    let before = place.snapshot();
    let text = format!("{LIST},Ngày  Hẹn Trả\nH1,Sở A,1,x,02/03/2026,05/03/2026,,,06/03/2026\n");
    let (row, ran) = place.import_text("ho-so_20260401.csv", &text);
    ran.exits(3).says(&["Ngày Hẹn Trả", "F and I", "The whole file was refused"]);
    assert_eq!(account(&row), [0; 5]);
    assert_eq!(place.snapshot(), before, "the workspace is unchanged");
}

#[test]
fn of_two_headings_of_one_meaning_the_surer_is_read_and_both_are_named() {
    let text = format!("Mã hồ sơ,{LIST}\nKHAC,H1,Sở A,1,x,02/03/2026,05/03/2026,,\n");
    let (place, row, ran) = import("ho-so_20260401.csv", text);
    ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
    reported(&place, "duplicate_heading", "warning", ("", 1), 1, &["(column ", "Số hồ sơ", "Mã hồ sơ"]);
}

#[test]
fn a_missing_required_column_names_the_nearest_heading() {
    let place = Place::new();
    let text = list(&[]).replace("Ngày hẹn trả", "Ngày hẹn trả lại");
    let (row, ran) = place.import_text("ho-so_20260401.csv", &(text + "H1,Sở A,1,x,02/03/2026,05/03/2026,,\n"));
    ran.exits(3).says(&["lacks the required column \"Ngày hẹn trả\"", "\"Ngày hẹn trả lại\""]);
    assert_eq!(account(&row), [0; 5]);
}

#[test]
fn columns_may_be_in_any_order_and_extra_ones_are_kept_out_and_listed() {
    let text = "Trạng thái hồ sơ,Màu bìa,Ngày kết thúc xử lý,Ngày hẹn trả,Ngày tiếp nhận,Chủ hồ sơ,Cơ quan/đơn vị,Số hồ sơ,Ngăn tủ\n\
        Đã trả kết quả,xanh,04/03/2026,05/03/2026,02/03/2026,Nguyễn Văn Thử,Sở A,H1,7\n";
    let (place, row, ran) = import("ho-so_20260401.csv", text);
    ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
    let stored = &place.dossiers()[0];
    assert_eq!((stored["due_at"].as_str(), stored["status"].as_i64()), (Some("2026-03-05T00:00:00"), Some(10)));
    reported(&place, "extra_columns", "info", ("", 1), 1, &["Màu bìa, Ngăn tủ"]);
}

#[test]
fn headings_in_decomposed_unicode_capitals_and_without_diacritics_are_known() {
    use unicode_normalization::UnicodeNormalization;
    let decomposed: String = LIST.nfd().collect();
    assert_ne!(decomposed, LIST);
    let bare = "SO HO SO,CO QUAN/DON VI,HINH THUC TIEP NHAN,CHU HO SO,NGAY TIEP NHAN,NGAY HEN TRA,NGAY KET THUC XU LY,TRANG THAI HO SO";
    for headings in [&decomposed, &LIST.to_uppercase(), bare, &LIST.replace(' ', "\u{a0}\n ").replace('\n', "")] {
        let text = format!("{headings}\nH1,Sở A,1,x,02/03/2026,05/03/2026,04/03/2026,Đã trả kết quả\n");
        let (place, row, ran) = import("ho-so_20260401.csv", text);
        ran.exits(0);
        assert_eq!(account(&row), [1, 1, 0, 0, 0], "{headings}");
        assert_eq!(place.dossiers()[0]["finished_at"], "2026-03-04T00:00:00");
    }
}

#[test]
fn a_heading_row_longer_than_its_data_is_no_fault() {
    let place = Place::new();
    let rows = vec![line(&format!("{LIST},Ghi chú,Cột thừa")), dossier("H1", "Sở A")];
    let file = place.file("ho-so_20260401.xlsx", xlsx(&[S::of(rows)]));
    let (row, ran) = place.import(&file);
    ran.exits(0);
    assert_eq!(account(&row), [1, 1, 0, 0, 0]);
}

/// A workbook whose second sheet has no headings.
fn overflowing(second: Vec<Vec<C>>) -> Vec<u8> {
    let first = sheet((1..=3).map(|number| dossier(&format!("H{number}"), "Sở A")).collect());
    xlsx(&[first, S { name: "Tiếp", rows: second, ..S::default() }])
}

#[test]
fn a_sheet_that_goes_on_without_headings_is_read_by_those_of_the_one_before() {
    let mut rows: Vec<Vec<C>> = (4..=200).map(|number| dossier(&format!("H{number}"), "Sở Bê")).collect();
    rows.push(line(",Sở Bê,Trực tuyến,x,02/03/2026,05/03/2026,,Đang xử lý"));
    rows.push(line("Tổng cộng,197"));
    let (place, row, ran) = import("ho-so_20260401.xlsx", overflowing(rows));
    ran.exits(3);
    assert_eq!(account(&row), [201, 200, 0, 0, 1]);
    reported(&place, "continued_sheet", "warning", ("Tiếp", 0), 1, &["\"Hồ sơ\"", "continuation"]);
    let refused = found(&place, "missing_code");
    assert_eq!((refused[0]["sheet"].as_str(), refused[0]["row"].as_u64()), (Some("Tiếp"), Some(198)));
    assert_eq!(place.dossiers().len(), 200);
}

#[test]
fn a_sheet_of_other_columns_is_never_taken_for_a_continuation() {
    // The same width, but codes where names should be and no dates in the columns of dates.
    let other = (1..=5).map(|number| line(&format!("Đơn vị {number},12,34,56,78,90,11,22"))).collect();
    // Dates, but in other columns.
    let shifted = (1..=5).map(|number| line(&format!("H{number},02/03/2026,05/03/2026,Sở A,1,x,y,z"))).collect();
    for rows in [other, shifted] {
        let (place, row, ran) = import("ho-so_20260401.xlsx", overflowing(rows));
        ran.exits(0);
        assert_eq!(account(&row), [3, 3, 0, 0, 0]);
        reported(&place, "no_source", "warning", ("Tiếp", 0), 1, &["was not imported"]);
    }
}

#[test]
fn a_table_below_in_html_goes_on_too() {
    let cells = |cells: &[&str]| cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<Vec<_>>().concat();
    let row = |code: &str| {
        format!("<tr>{}</tr>", cells(&[code, "Sở A", "1", "x", "02/03/2026", "05/03/2026", "", "Đang xử lý"]))
    };
    let html = format!(
        "<html><table><tr>{}</tr>{}</table><table>{}<tr style='display:none'>{}</tr></table></html>",
        cells(&LIST.split(',').collect::<Vec<_>>()),
        row("H1"),
        row("H2"),
        cells(&["H3", "Sở A", "1", "x", "02/03/2026", "05/03/2026", "", "Đang xử lý"]),
    );
    let (place, account_row, ran) = import("ho-so_20260401.xls", html);
    ran.exits(0);
    assert_eq!(account(&account_row), [3, 3, 0, 0, 0]);
    assert_eq!(codes(&place), ["H1", "H2", "H3"]);
    reported(&place, "continued_sheet", "warning", ("Bảng 2", 0), 1, &["Bảng 1"]);
    reported(&place, "hidden_rows", "warning", ("Bảng 2", 2), 1, &["1 rows"]);
}

#[test]
fn a_key_of_fill_merged_must_be_a_column() {
    let place = Place::new();
    let shipped = std::fs::read_to_string(crate::support::project("queries/sources/list-a.toml")).unwrap();
    let path = place.workspace().join("queries/sources/list-a.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, shipped.replacen("\ndates = [", "\nfill_merged = [\"resolving_units\"]\ndates = [", 1))
        .unwrap();
    let ran = place.run(&["check"]).exits(1);
    assert!(ran.stderr.contains("fill_merged") && ran.stderr.contains("resolving_unit"), "{}", ran.stderr);
}

#[test]
fn a_merged_cell_speaks_for_its_rows_however_far_apart_their_data() {
    let place = Place::new();
    fill_units(&place);
    // Two merged ranges of 20.000 rows each, over more than one batch of rows, a group row among them.
    let mut rows: Vec<Vec<C>> = (0..40_000)
        .map(|number| {
            dossier(
                &format!("H{number:05}"),
                match number {
                    0 => "Sở A",
                    20_000 => "Sở Bê",
                    _ => "",
                },
            )
        })
        .collect();
    rows[10] = line("II");
    let bytes = xlsx(&[S { merged: vec!["B2:B20001", "B20002:B40001"], ..sheet(rows) }]);
    let file = place.file("ho-so_20260401.xlsx", bytes);
    let (row, ran) = place.import(&file);
    ran.exits(0);
    assert_eq!(account(&row), [39_999, 39_999, 0, 0, 0]);
    let by_unit = place.numbers("SELECT count(*) FILTER (WHERE resolving_unit = 'A') AS a, count(*) FILTER (WHERE resolving_unit = 'B') AS b FROM dossiers");
    assert_eq!(by_unit, [Some(19_999.0), Some(20_000.0)]);
}

/// Records of a sheet of an .xls: the row is hidden; cells of one column are merged, all from 0.
fn hidden_row(row: u16) -> Vec<u8> {
    let mut data = [&row.to_le_bytes()[..], &[0; 14]].concat();
    data[12] = 0x20;
    biff::record(0x0208, &data)
}

fn merged_rows(column: u16, first: u16, last: u16) -> Vec<u8> {
    let numbers = [1, first, last, column, column];
    biff::record(0x00e5, &numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>())
}

#[test]
fn hidden_rows_merged_cells_and_the_date_system_of_an_xls_are_reported() {
    let text =
        list(&["H1,Sở A,1,?,05/03/2026,,", "H2,,1,02/03/2026,05/03/2026,,", "H3,Sở Bê,1,02/03/2026,05/03/2026,,"]);
    let (strings, mut cells) = biff::sheet_of(&text);
    for (row, column, value) in &mut cells {
        if (*row, *column) == (1, 4) {
            // 1/3/2026 in the 1904 system.
            *value = biff::Value::Number(46_082.0 - 1462.0);
        }
    }
    let blank = |value: &biff::Value| matches!(value, biff::Value::Shared(at) if strings[*at as usize].is_empty());
    cells.retain(|(_, _, value)| !blank(value));
    let mut stream = biff::Book::biff8(strings.clone(), cells).stream();
    stream.truncate(stream.len() - 4);
    stream.extend([hidden_row(3), merged_rows(1, 1, 2), biff::record(0x000a, &[])].concat());
    // The date system is among the globals, so that the sheet begins six bytes further on.
    let date_system = biff::record(0x0022, &[1, 0]);
    let sheet = stream.windows(4).position(|bytes| bytes[..2] == [0x85, 0]).unwrap() + 4;
    let place = u32::from_le_bytes(stream[sheet..sheet + 4].try_into().unwrap()) + date_system.len() as u32;
    stream[sheet..sheet + 4].copy_from_slice(&place.to_le_bytes());
    let globals = 4 + usize::from(u16::from_le_bytes([stream[2], stream[3]]));
    stream.splice(globals..globals, date_system);

    let place = Place::new();
    fill_units(&place);
    let file = place.file("ho-so_20260401.xls", biff::compound("Workbook", &stream));
    let (row, ran) = place.import(&file);
    ran.exits(0);
    assert_eq!(account(&row), [3, 3, 0, 0, 0]);
    assert_eq!(units(&place), ["A", "A", "B"]);
    assert_eq!(place.dossiers()[0]["received_at"], "2026-03-01T00:00:00");
    reported(&place, "hidden_rows", "warning", ("Sheet1", 4), 1, &["hiding is not deleting"]);
}

#[test]
fn fonts_of_a_text_never_make_it_a_heading() {
    // A row of data that holds words of headings is data.
    let mut row = dossier("H1", "Sở A");
    row[3] = t("Số hồ sơ");
    let (place, account_row, ran) = import("ho-so_20260401.xlsx", xlsx(&[sheet(vec![row])]));
    ran.exits(0);
    assert_eq!(account(&account_row), [1, 1, 0, 0, 0]);
    assert_eq!(codes(&place), ["H1"]);
}
