//! Draws a plan's charts as pictures: PNG at twice the size for print, and SVG.

mod bars;
mod face;
mod lines;
mod paint;
mod scale;
mod scene;

use crate::ReportError;
use crate::plan::{Book, Chart, ChartKind};
use crate::template::Theme;

use scene::Scene;

/// Draws the first chart of a book as PNG with the bundled font.
pub fn png(book: &Book, theme: &Theme) -> Result<Vec<u8>, ReportError> {
    let chart = first(book)?;
    paint::png(&scene(chart, theme)?, &chart.file_stem)
}

/// Draws the first chart of a book as SVG; its text stays text, so the reader's own sans-serif face may stand in.
pub fn svg(book: &Book, theme: &Theme) -> Result<Vec<u8>, ReportError> {
    let chart = first(book)?;
    Ok(paint::svg(&scene(chart, theme)?, &chart.file_stem)?.into_bytes())
}

fn first(book: &Book) -> Result<&Chart, ReportError> {
    book.charts().next().ok_or_else(|| ReportError::NoChart(book.title.clone()))
}

fn scene(chart: &Chart, theme: &Theme) -> Result<Scene, ReportError> {
    let faces = face::Faces::bundled()?;
    Ok(match chart.kind {
        ChartKind::Bar | ChartKind::StackedBar => bars::scene(chart, theme, faces),
        ChartKind::Line => lines::scene(chart, theme, faces),
    })
}

#[cfg(test)]
mod tests;
