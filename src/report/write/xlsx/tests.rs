//! Workbooks read back cell by cell.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};

use super::render;
use crate::plan::{
    Block, Book, Cell, CellFormat, Chart, ChartKind, ChartPosition, ColumnPlan, Emphasis, Orientation, RowPlan,
    RowStyle, Series, Sheet, TablePlan, Tie, Tint, Turn,
};
use crate::{ReportInput, Template, build, fixture};

fn theme() -> crate::Theme {
    Template::parse(fixture::TEMPLATE).expect("the shipped template is sound").theme
}

fn open(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).expect("the workbook opens")
}

fn sheet(bytes: Vec<u8>, name: &str) -> Range<Data> {
    open(bytes).worksheet_range(name).expect("the sheet is there")
}

fn text(range: &Range<Data>, row: u32, column: u32) -> String {
    range.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
}

/// Row of the first cell of a column that holds the words.
fn row_of(range: &Range<Data>, column: u32, words: &str) -> u32 {
    let rows = 0..range.height() as u32;
    rows.into_iter().find(|row| text(range, *row, column) == words).expect("the words are in the column")
}

fn written(input: ReportInput) -> Vec<u8> {
    let theme = input.template.theme.clone();
    render(&build(input), &theme).expect("the workbook is written")
}

fn province() -> Vec<u8> {
    written(fixture::province())
}

#[test]
fn form_06_has_its_letterhead_thirteen_columns_and_three_heading_rows() {
    let form = sheet(province(), "Biểu 06");
    assert_eq!(text(&form, 0, 0), "Biểu số II.06a/VPCP/KSTT");
    let numbers = row_of(&form, 0, "(1)");
    let row = |up: u32| (0..13).map(|column| text(&form, numbers - up, column)).collect::<Vec<_>>();
    assert_eq!(row(0), (1..=13).map(|number| format!("({number})")).collect::<Vec<_>>());
    let top = [
        "STT",
        "Lĩnh vực, đơn vị giải quyết",
        "Số hồ sơ tiếp nhận",
        "",
        "",
        "",
        "Số lượng hồ sơ đã giải quyết",
        "",
        "",
        "",
        "Số lượng hồ sơ đang giải quyết",
        "",
        "",
    ];
    assert_eq!(row(3), top);
    let middle = [
        "",
        "",
        "Tổng số",
        "Trong kỳ",
        "",
        "Từ kỳ trước",
        "Tổng số",
        "Trước hạn",
        "Đúng hạn",
        "Quá hạn",
        "Tổng số",
        "Trong hạn",
        "Quá hạn",
    ];
    assert_eq!(row(2), middle);
    assert_eq!(row(1)[3..5], ["Trực tuyến", "Trực tiếp, dịch vụ bưu chính"]);
}

#[test]
fn form_06_counts_sections_and_total_as_given() {
    let input = fixture::province();
    let form = sheet(province(), "Biểu 06");
    let first = row_of(&form, 0, "(1)") + 1;
    assert_eq!((text(&form, first, 0).as_str(), text(&form, first, 1).as_str()), ("I", "Sở, ngành"));
    let counts = |row: u32| (2..13).map(|column| text(&form, row, column)).collect::<Vec<_>>();
    let given = |code: &str| {
        let row = input.form06.iter().find(|row| row.unit.unit_code == code).expect("the row is in the data");
        row.counts.iter().flatten().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(counts(first), given("*department"));
    assert_eq!(counts(first + 1), given("D000"));
    assert_eq!(counts(row_of(&form, 1, "TỔNG CỘNG")), given("*"));
}

#[test]
fn a_ranking_shows_ties_and_lists_units_without_rank_with_the_reason() {
    let mut input = fixture::province();
    input.rankings[0].rows.retain(|row| row.unit.kind.as_deref() == Some("department"));
    let bytes = written(input);
    let ranking = sheet(bytes, "XH Sở, ngành");
    let unranked = row_of(&ranking, 1, "Không xếp hạng");
    assert_eq!(text(&ranking, unranked - 1, 0), "18");
    assert!(text(&ranking, unranked + 1, 11).contains("Chưa gửi đủ dữ liệu nên chưa có hồ sơ để tính"));
    // The first four share the first place.
    let first = row_of(&ranking, 1, "Sở Nội vụ");
    let places: Vec<String> = (first..first + 5).map(|row| text(&ranking, row, 0)).collect();
    assert_eq!(places, ["1", "1", "1", "1", "5"]);
}

#[test]
fn a_unit_named_like_a_formula_stays_a_string() {
    let names = ["=1+1", "+84", "-x", "@sum", "=HYPERLINK(\"http://x\")"];
    let rows = names.map(|name| RowPlan::new(RowStyle::Body, vec![Cell::text(name)])).to_vec();
    let mut blocks = vec![Block::Table(TablePlan::new(vec![ColumnPlan::new("=tên", CellFormat::Text, 30)], rows))];
    blocks.push(Block::heading(1, "=tiêu đề"));
    blocks.push(Block::Facts(vec![("=a".into(), "=b".into())]));
    let created = fixture::province().data_time;
    let page = Sheet { name: "=Tên".into(), orientation: Orientation::Portrait, blocks };
    let book = Book {
        file_stem: String::new(),
        title: "=t".into(),
        subject: String::new(),
        author: String::new(),
        created,
        sheets: vec![page],
    };
    let mut workbook = open(render(&book, &theme()).expect("the workbook is written"));
    let range = workbook.worksheet_range("=Tên").expect("the sheet is there");
    assert_eq!(range.get_value((0, 0)), Some(&Data::String("=tên".into())));
    for (row, name) in (1..).zip(names) {
        assert_eq!(range.get_value((row, 0)), Some(&Data::String(name.into())));
    }
    assert!(workbook.worksheet_formula("=Tên").expect("the sheet is there").is_empty());
}

#[test]
fn a_past_without_data_is_unknown_and_not_zero() {
    let mut input = fixture::province();
    let last_year = input.last_year.to_string();
    input.indicators.retain(|row| row.period != last_year);
    for row in &mut input.rankings[0].rows {
        (row.rank_last_year, row.score_last_year) = (None, None);
    }
    let bytes = written(input);
    let compared = sheet(bytes.clone(), "So sánh");
    let row = row_of(&compared, 0, "Hồ sơ đã giải quyết không có hạn trả") + 1;
    assert_eq!((text(&compared, row, 4).as_str(), text(&compared, row, 6).as_str()), ("chưa có", ""));
    let ranking = sheet(bytes, "XH Sở, ngành");
    let first = row_of(&ranking, 1, "Sở Nội vụ");
    assert_eq!((text(&ranking, first, 8).as_str(), text(&ranking, first, 9).as_str()), ("chưa có", ""));
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(province(), province());
}

#[test]
fn sheets_come_in_the_order_of_the_template() {
    let names = open(province()).sheet_names();
    let expected = [
        "Bìa",
        "Mục lục",
        "XH Sở, ngành",
        "XH Cấp huyện",
        "XH Cấp xã",
        "Biểu đồ",
        "Biểu 06",
        "Tiến độ giải quyết",
        "Dịch vụ công trực tuyến",
        "Số hóa hồ sơ, kết quả",
        "Mức độ hài lòng của người…",
        "Thời gian giải quyết",
        "Hồ sơ thiếu hạn trả",
        "So sánh",
        "Quá hạn theo đơn vị",
        "Hồ sơ quá hạn",
        "Chưa gửi",
        "Chất lượng dữ liệu",
        "Tệp dữ liệu",
        "Phương pháp",
        "Số liệu biểu đồ",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_period_without_data_still_gives_a_workbook() {
    let mut input = fixture::province();
    input.form06.clear();
    input.indicators.clear();
    input.rankings.clear();
    input.late.clear();
    input.not_sent.clear();
    input.files.clear();
    input.findings_by_rule.clear();
    input.definitions.clear();
    let bytes = written(input);
    assert_eq!(text(&sheet(bytes, "Chưa gửi"), 1, 0), "Tất cả đơn vị đã gửi đủ dữ liệu của kỳ.");
}

/// A part of the workbook as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook is an archive");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(name).expect("the part is there"), &mut text).expect("text");
    text
}

fn book(sheets: Vec<Sheet>) -> Vec<u8> {
    let created = chrono::NaiveDate::from_ymd_opt(2025, 4, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    let words = String::new;
    let created = created.expect("a valid day");
    let book = Book { file_stem: String::new(), title: words(), subject: words(), author: words(), created, sheets };
    render(&book, &theme()).expect("the workbook is written")
}

/// Units against so many criteria of two areas.
fn heat(criteria: usize) -> Sheet {
    let mut columns =
        vec![ColumnPlan::new("Hạng", CellFormat::Rank, 7), ColumnPlan::new("Đơn vị", CellFormat::Text, 34)];
    columns.extend((0..criteria).map(|at| {
        let name = format!("{at}. Tỷ lệ hồ sơ được giải quyết trước và đúng hạn (tối đa 4)");
        let column = ColumnPlan::new(&name, CellFormat::Percent(0), 6).emphasis(Emphasis::Share).turn(Turn::Upright);
        column.under(if at < criteria / 2 { "I" } else { "II" })
    }));
    let row = |unit: usize| {
        let mut cells = vec![Cell::Rank(unit as u32 + 1, Tie::Alone), Cell::text(format!("Đơn vị {unit}"))];
        cells.extend((0..criteria).map(|at| Cell::Number(at as f64 / criteria as f64)));
        RowPlan::new(RowStyle::Body, cells)
    };
    let table = TablePlan::new(columns, (0..9).map(row).collect());
    let blocks = vec![Block::heading(1, "BẢNG NHIỆT CỦA MỘT BỘ CHỈ SỐ CÓ TÊN DÀI"), Block::Table(table)];
    Sheet { name: "Nhiệt".into(), orientation: Orientation::Landscape, blocks }
}

#[test]
fn a_table_too_wide_for_a_page_runs_over_several_that_repeat_the_names() {
    let bytes = book(vec![heat(60)]);
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    // 2 columns of names, then 60: the second area begins the second page.
    assert!(xml.contains("<colBreaks count=\"1\" manualBreakCount=\"1\"><brk id=\"32\""), "{xml}");
    assert!(xml.contains("xSplit=\"2\""), "the names stay in sight");
    assert!(part(&bytes, "xl/styles.xml").contains("textRotation=\"90\""), "criteria run from the bottom up");
    assert!(part(&bytes, "xl/workbook.xml").contains("Nhiệt!$A:$B,Nhiệt!$"), "both names and headings repeat");
    // The title stands over the names, which every page has.
    assert!(xml.contains("<mergeCell ref=\"A1:B1\"/>"), "{xml}");
    let narrow = part(&book(vec![heat(12)]), "xl/worksheets/sheet1.xml");
    assert!(!narrow.contains("colBreaks") && narrow.contains("<mergeCell ref=\"A1:N1\"/>"), "{narrow}");
}

#[test]
fn shares_have_one_scale_of_colours_over_all_columns() {
    let xml = part(&book(vec![heat(12)]), "xl/worksheets/sheet1.xml");
    assert_eq!(xml.matches("<conditionalFormatting").count(), 1);
    assert!(xml.contains("<conditionalFormatting sqref=\"C4:N12\">"), "{xml}");
    assert!(
        xml.contains("<cfvo type=\"num\" val=\"0\"/><cfvo type=\"num\" val=\"0.5\"/><cfvo type=\"num\" val=\"1\"/>"),
        "{xml}"
    );
}

#[test]
fn links_lead_to_sheets_under_the_names_that_they_got() {
    let long = "Một trang có tên dài hơn ba mươi mốt chữ 'trong ngoặc'";
    let link = |sheet: usize| RowPlan::new(RowStyle::Body, vec![Cell::Link { sheet, words: long.into() }]);
    let table = TablePlan::new(vec![ColumnPlan::new("Trang", CellFormat::Text, 40)], vec![link(1), link(2)]);
    let sheet = |name: &str, blocks| Sheet { name: name.into(), orientation: Orientation::Landscape, blocks };
    let heading = || vec![Block::heading(1, "X")];
    let bytes = book(vec![sheet("Mục lục", vec![Block::Table(table)]), sheet(long, heading()), sheet(long, heading())]);
    let names = open(bytes.clone()).sheet_names();
    let list = self::sheet(bytes.clone(), "Mục lục");
    assert_eq!([text(&list, 1, 0), text(&list, 2, 0)], [names[1].clone(), names[2].clone()]);
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    for name in &names[1..] {
        assert!(xml.contains(&format!("location=\"'{name}'!A1\"")), "{name} in {xml}");
    }
}

#[test]
fn bars_below_zero_are_not_cut_off() {
    let series = Series { name: "z".into(), tint: Tint::Turn, values: vec![Some(1.0), Some(-1.5)] };
    let chart = Chart {
        kind: ChartKind::Bar,
        title: "Điểm z".into(),
        categories: vec!["A".into(), "B".into()],
        series: vec![series],
        unit: CellFormat::Number(2),
        intervals: Vec::new(),
        file_stem: "z".into(),
        place: ChartPosition::Below,
    };
    let blocks = vec![Block::Chart(chart)];
    let bytes = book(vec![Sheet { name: "BĐ".into(), orientation: Orientation::Landscape, blocks }]);
    let xml = part(&bytes, "xl/charts/chart1.xml");
    assert!(xml.contains("<c:min val=\"-2\"/>") && xml.contains("<c:max val=\"1.5\"/>"), "{xml}");
    assert!(xml.contains("<c:tickLblPos val=\"low\"/>"), "names stand beside the bars: {xml}");
}
