//! Turns a plan into bytes: one folder or file a format, all of them registered in [`FORMATS`].

pub mod picture;
pub mod xlsx;

use crate::ReportError;
use crate::plan::Book;
use crate::template::Theme;

/// A format that a report can be written in.
#[derive(Debug)]
pub struct Format {
    /// What users call it.
    pub id: &'static str,
    /// Ending of its files.
    pub extension: &'static str,
    /// How much of a report one of its files contains.
    pub scope: Scope,
    /// Turns a plan into the bytes of a file; the same plan and theme give the same bytes.
    pub write: fn(&Book, &Theme) -> Result<Vec<u8>, ReportError>,
}

/// How much of a report one file contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The whole report.
    Book,
    /// One of its charts.
    Chart,
}

/// Every format, in the order in which files are written.
pub const FORMATS: &[Format] = &[
    Format { id: "xlsx", extension: "xlsx", scope: Scope::Book, write: xlsx::render },
    Format { id: "png", extension: "png", scope: Scope::Chart, write: picture::png },
    Format { id: "svg", extension: "svg", scope: Scope::Chart, write: picture::svg },
];

/// A file that is ready to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// Name without folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Writes a book in the formats named: first the files of the whole book, then those of each chart in reading order.
///
/// # Errors
/// No format has one of the ids, or a writer refuses.
pub fn files(book: &Book, theme: &Theme, ids: &[&str]) -> Result<Vec<ReportFile>, ReportError> {
    if let Some(id) = ids.iter().find(|id| FORMATS.iter().all(|format| format.id != **id)) {
        let all: Vec<&str> = FORMATS.iter().map(|format| format.id).collect();
        return Err(ReportError::Format { id: (*id).to_owned(), all: all.join(", ") });
    }
    let chosen = |scope| FORMATS.iter().filter(move |format| format.scope == scope && ids.contains(&format.id));
    let whole = chosen(Scope::Book).map(|format| file(book, theme, format));
    let pictures: Vec<Book> = book.pictures().collect();
    let charts =
        pictures.iter().flat_map(|picture| chosen(Scope::Chart).map(move |format| file(picture, theme, format)));
    whole.chain(charts).collect()
}

fn file(book: &Book, theme: &Theme, format: &Format) -> Result<ReportFile, ReportError> {
    let name = format!("{}.{}", book.file_stem, format.extension);
    Ok(ReportFile { name, bytes: (format.write)(book, theme)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build;
    use crate::fixture::province;

    #[test]
    fn files_come_in_the_order_of_the_book_and_end_like_their_format() {
        let input = province();
        let theme = &input.template.theme.clone();
        let book = build(input);
        let written = files(&book, theme, &["svg", "png", "xlsx"]).expect("all formats write it");
        let names: Vec<&str> = written.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names[0], "bao-cao_2020-Q1.xlsx");
        let stems: Vec<&str> = book.charts().map(|chart| chart.file_stem.as_str()).collect();
        let expected: Vec<String> =
            stems.iter().flat_map(|stem| [format!("{stem}.png"), format!("{stem}.svg")]).collect();
        assert_eq!(names[1..], expected);
        assert_eq!(written, files(&book, theme, &["xlsx", "png", "svg"]).expect("all formats write it"));
    }

    #[test]
    fn a_format_that_nobody_writes_is_named() {
        let input = province();
        let theme = input.template.theme.clone();
        let error = files(&build(input), &theme, &["xlsx", "wri"]).expect_err("it is unknown");
        assert!(error.to_string().contains("wri") && error.to_string().contains("xlsx"), "{error}");
    }
}
