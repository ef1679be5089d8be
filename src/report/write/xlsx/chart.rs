//! Native Excel charts, and the sheet that holds their figures.

use rust_xlsxwriter::{
    Chart as Native, ChartAxisLabelPosition, ChartDataLabel, ChartFont, ChartFormat, ChartLegendPosition, ChartLine,
    ChartSolidFill, ChartType, ColNum, RowNum, Worksheet, XlsxError,
};

use super::styles::colour;
use crate::plan::{CellFormat, Chart, ChartKind, Series};
use crate::template::Theme;

const WIDTH: u32 = 540;
const NARROW: u32 = 450;
/// A stack of more parts than a few is wider, and higher by their names.
const BROAD: u32 = 760;
const FEW: usize = 4;
/// Share of the longest bar that a part of a stack must exceed to hold its figure.
const NARROWEST: f64 = 0.06;
/// Row of the first category on the data sheet; title and series names are above.
const FIRST: RowNum = 2;

/// Width and height in pixels: bars keep their thickness, so the chart grows with their number.
pub fn size(chart: &Chart) -> (u32, u32) {
    let bars = chart.categories.len() as u32;
    let height = match chart.kind {
        ChartKind::Line => 320,
        ChartKind::StackedBar => 100 + bars * 26 + chart.series.len().saturating_sub(FEW) as u32 * 20,
        ChartKind::Bar if chart.series.len() > 1 => 84 + bars * (10 + 14 * chart.series.len() as u32),
        // Few bars lie further apart, so that no name is left out.
        ChartKind::Bar => 90 + bars * if bars < 12 { 30 } else { 21 },
    };
    // One series is placed beside a table: narrower, so that the page is printed larger.
    let width = match (chart.kind, chart.series.len()) {
        (ChartKind::Bar, 1) => NARROW,
        (ChartKind::StackedBar, parts) if parts > FEW => BROAD,
        _ => WIDTH,
    };
    (width, height.max(204))
}

/// Figures of all charts of a workbook, written once at its end.
pub struct DataSheet {
    name: String,
    blocks: Vec<(ColNum, Chart)>,
    next: ColNum,
}

impl DataSheet {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), blocks: Vec::new(), next: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Makes the native chart over figures that [`DataSheet::write`] will write.
    pub fn chart(&mut self, chart: &Chart, theme: &Theme) -> Native {
        let first_column = self.next;
        self.next += chart.series.len() as ColNum + 2;
        self.blocks.push((first_column, chart.clone()));
        let mut native = Native::new(match chart.kind {
            ChartKind::Bar => ChartType::Bar,
            ChartKind::StackedBar => ChartType::BarStacked,
            ChartKind::Line => ChartType::Line,
        });
        let last = FIRST + (chart.categories.len().max(1) - 1) as RowNum;
        for index in 0..chart.series.len() {
            let column = first_column + 1 + index as ColNum;
            let series = native.add_series();
            series
                .set_name((self.name.as_str(), FIRST - 1, column))
                .set_categories((self.name.as_str(), FIRST, first_column, last, first_column))
                .set_values((self.name.as_str(), FIRST, column, last, column))
                .set_format(&mut fill(theme.tint(&chart.series[index], index), chart.kind))
                .set_gap(if chart.series.len() > 1 { 60 } else { 45 });
            series.set_overlap(if chart.kind == ChartKind::StackedBar { 100 } else { 0 });
            series.set_data_label(&label(chart, theme));
            if chart.kind == ChartKind::StackedBar {
                series.set_custom_data_labels(&narrow(chart, index));
            }
        }
        dress(&mut native, chart, theme);
        native
    }

    /// Writes the figures; the sheet is hidden, since the tables show them.
    pub fn write(&self, worksheet: &mut Worksheet) -> Result<(), XlsxError> {
        worksheet.set_name(&self.name)?;
        worksheet.set_hidden(true);
        for (first, chart) in &self.blocks {
            worksheet.write_string(0, *first, &chart.title)?;
            for (row, category) in (FIRST..).zip(&chart.categories) {
                worksheet.write_string(row, *first, category)?;
            }
            for (column, series) in (first + 1..).zip(&chart.series) {
                worksheet.write_string(FIRST - 1, column, &series.name)?;
                for (row, value) in (FIRST..).zip(&series.values) {
                    if let Some(value) = value {
                        worksheet.write_number(row, column, *value)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn fill(text: &str, kind: ChartKind) -> ChartFormat {
    let mut format = ChartFormat::new();
    match kind {
        ChartKind::Line => format.set_line(ChartLine::new().set_color(colour(text)).set_width(2.25)),
        _ => format.set_solid_fill(ChartSolidFill::new().set_color(colour(text))),
    };
    format
}

fn number_format(kind: CellFormat) -> String {
    let decimals = |digits: u8| if digits == 0 { String::new() } else { format!(".{}", "0".repeat(digits.into())) };
    match kind {
        CellFormat::Percent(digits) => format!("0{}%", decimals(digits)),
        CellFormat::Number(digits) => format!("#,##0{}", decimals(digits)),
        _ => "#,##0".to_owned(),
    }
}

fn font(theme: &Theme, points: u16) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_name(&theme.font).set_size(points).set_color(colour(&theme.ink));
    font
}

/// Labels of a stacked bar's parts, those hidden that are narrower than their figure.
fn narrow(chart: &Chart, series: usize) -> Vec<ChartDataLabel> {
    let value = |series: &Series, bar: usize| series.values.get(bar).copied().flatten().unwrap_or(0.0);
    let bars = 0..chart.categories.len();
    let sums = bars.clone().map(|bar| chart.series.iter().map(|series| value(series, bar)).sum::<f64>());
    let least = sums.fold(0.0, f64::max) * NARROWEST;
    let shown = |bar: usize| value(&chart.series[series], bar) > least;
    bars.map(|bar| if shown(bar) { ChartDataLabel::default() } else { ChartDataLabel::new().set_hidden().to_custom() })
        .collect()
}

fn label(chart: &Chart, theme: &Theme) -> ChartDataLabel {
    let mut label = ChartDataLabel::new();
    let mut face = font(theme, 9);
    if chart.kind == ChartKind::StackedBar {
        face.set_color(colour("#ffffff"));
    }
    label.show_value().set_num_format(number_format(chart.unit)).set_font(&face);
    label
}

/// Title, axes, legend and size.
fn dress(native: &mut Native, chart: &Chart, theme: &Theme) {
    let (width, height) = size(chart);
    native.set_width(width).set_height(height);
    let mut title = font(theme, 12);
    title.set_bold().set_color(colour(&theme.accent));
    native.title().set_name(&chart.title).set_font(&title).set_overlay(false);
    if chart.series.len() > 1 {
        native.legend().set_position(ChartLegendPosition::Bottom).set_font(&font(theme, 10));
    } else {
        native.legend().set_hidden();
    }
    let (small, format) = (font(theme, 9), number_format(chart.unit));
    let mut grid = ChartLine::new();
    grid.set_color(colour(&theme.header_fill));
    if chart.kind == ChartKind::Line {
        native.x_axis().set_font(&small);
        native.y_axis().set_font(&small).set_num_format(format).set_major_gridlines_line(&grid);
        return;
    }
    // Bars run to the right, so here y is the axis of categories; the first one belongs on top.
    native.y_axis().set_font(&small).set_label_interval(1).set_reverse().set_major_gridlines(false);
    native.x_axis().set_font(&small).set_num_format(format).set_hidden(true);
    native.x_axis().set_major_gridlines(false);
    let values = || chart.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let (least, greatest) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    // Room for the figures behind the longest bars.
    let room = if chart.kind == ChartKind::Bar { (greatest - least) * 0.2 } else { 0.0 };
    if least < 0.0 {
        native.x_axis().set_min(least - room).set_max(greatest + room);
        // Names are beside the chart, not across the bars that run to the left.
        native.y_axis().set_label_position(ChartAxisLabelPosition::Low);
    } else {
        native.x_axis().set_min(0);
        if room > 0.0 {
            native.x_axis().set_max(greatest + room);
        }
    }
    if matches!(chart.unit, CellFormat::Percent(_)) && chart.kind == ChartKind::StackedBar {
        native.x_axis().set_max(1);
    }
}
