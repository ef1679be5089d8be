//! Pictures of the longest names, of nothing, and of every form.

use chrono::NaiveDateTime;

use super::{png, svg};
use crate::plan::{Block, Book, CellFormat, Chart, ChartKind, ChartPosition, Orientation, Series, Sheet, Tint};
use crate::{Template, Theme, fixture};

const LONG: &str = "Ban Quản lý Khu kinh tế cửa khẩu và các khu công nghiệp, Sở Lao động – Thương binh và Xã hội, \
                    Uỷ ban nhân dân thị xã Gò Công Đông, huyện Tân Phú Đông";

fn theme() -> Theme {
    Template::parse(fixture::TEMPLATE).expect("the shipped template is sound").theme
}

fn chart(kind: ChartKind, bars: usize) -> Chart {
    let values = (0..bars).map(|bar| (bar % 7 != 3).then(|| 1.0 - bar as f64 / 80.0)).collect();
    Chart {
        kind,
        title: format!("Xếp hạng: {LONG}"),
        categories: (0..bars).map(|bar| format!("{LONG} {bar}")).collect(),
        series: vec![Series { name: "Tỷ lệ đúng hạn".into(), tint: Tint::Turn, values }],
        unit: CellFormat::Percent(1),
        intervals: Vec::new(),
        file_stem: "test".into(),
        place: ChartPosition::Below,
    }
}

fn book(chart: Chart) -> Book {
    let blocks = vec![Block::Chart(chart)];
    Book {
        file_stem: "test".into(),
        title: "test".into(),
        subject: String::new(),
        author: String::new(),
        created: NaiveDateTime::default(),
        sheets: vec![Sheet { name: "test".into(), orientation: Orientation::Landscape, blocks }],
    }
}

fn drawn(kind: ChartKind, bars: usize) -> Vec<u8> {
    png(&book(chart(kind, bars)), &theme()).expect("the picture is drawn")
}

/// Width and height as a PNG states them.
fn size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
    (number(16), number(20))
}

#[test]
fn a_picture_of_the_longest_names_is_drawn_and_grows_with_their_number() {
    let (one, sixty) = (drawn(ChartKind::Bar, 1), drawn(ChartKind::Bar, 60));
    assert!(one.starts_with(b"\x89PNG"));
    assert_eq!(size(&one).0, size(&sixty).0);
    assert!(size(&sixty).1 > 20 * size(&one).1 / 2, "{:?} {:?}", size(&one), size(&sixty));
}

#[test]
fn every_form_is_drawn_even_of_nothing() {
    for kind in [ChartKind::Bar, ChartKind::StackedBar, ChartKind::Line] {
        for bars in [0, 1, 5] {
            assert!(!drawn(kind, bars).is_empty());
        }
    }
}

#[test]
fn the_text_of_an_svg_is_composed_and_escaped() {
    let mut chart = chart(ChartKind::Bar, 1);
    chart.categories = vec!["Sơ\u{309} Nô\u{323}i vu\u{323} & <khác>".into()];
    let svg = svg(&book(chart), &theme()).expect("the picture is drawn");
    let svg = String::from_utf8(svg).expect("an SVG is text");
    assert!(svg.contains("Sở Nội vụ &amp; &lt;khác&gt;"), "{svg}");
}

#[test]
fn the_same_chart_gives_the_same_picture() {
    assert_eq!(drawn(ChartKind::StackedBar, 9), drawn(ChartKind::StackedBar, 9));
}

#[test]
fn a_book_without_a_chart_has_no_picture() {
    let mut book = book(chart(ChartKind::Bar, 1));
    book.sheets.clear();
    assert!(png(&book, &theme()).is_err() && svg(&book, &theme()).is_err());
}
