//! Draws a plan's charts as pictures: PNG at twice the size for print, and SVG.

mod bars;
mod face;
mod lines;
mod paint;
mod scale;
mod scene;

use crate::ReportError;
use crate::plan::{Chart, ChartKind};
use crate::template::Theme;

use scene::Scene;

/// Draws a chart as PNG with the bundled font.
pub fn render_png(chart: &Chart, theme: &Theme) -> Result<Vec<u8>, ReportError> {
    paint::png(&scene(chart, theme)?, &chart.file_stem)
}

/// Draws a chart as SVG; its text stays text, so the reader's own sans-serif face may stand in.
pub fn render_svg(chart: &Chart, theme: &Theme) -> Result<String, ReportError> {
    paint::svg(&scene(chart, theme)?, &chart.file_stem)
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
