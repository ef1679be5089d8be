//! Lays out horizontal bars: alone, beside each other, or stacked; the picture grows with their number.

use super::face::{Faces, Weight};
use super::scale::{Axis, LEADING, MARGIN, NAME, SMALL, WIDTH, begin, line, paint};
use super::scene::{Anchor, Scene};
use crate::number;
use crate::plan::{CellFormat, Chart, ChartKind};
use crate::template::Theme;

/// Share of the width that names may take.
const NAMES: f64 = 0.40;
const BAR: f64 = 17.0;
const GROUPED_BAR: f64 = 15.0;

pub fn scene(chart: &Chart, theme: &Theme, faces: &Faces) -> Scene {
    let (scene, top) = begin(chart, theme, faces);
    let mut drawing = Drawing { chart, theme, faces, scene, area: area(chart, faces), axis: axis(chart) };
    let rows = drawing.rows(top);
    let bottom = rows.last().map_or(top, |row| row.top + row.height);
    drawing.ticks(top, bottom);
    for (index, row) in rows.iter().enumerate() {
        drawing.row(index, row);
    }
    drawing.scene.height = bottom + 6.0 + SMALL * 1.6 + MARGIN * 0.7;
    drawing.scene
}

/// Room of the bars: left edge and width.
struct Area {
    left: f64,
    width: f64,
}

/// One category: its name in lines, and its place.
struct Band {
    name: Vec<String>,
    top: f64,
    height: f64,
}

struct Drawing<'a> {
    chart: &'a Chart,
    theme: &'a Theme,
    faces: &'a Faces,
    scene: Scene,
    area: Area,
    axis: Axis,
}

fn area(chart: &Chart, faces: &Faces) -> Area {
    let widths = chart.categories.iter().map(|name| faces.width(name, NAME, Weight::Regular));
    let names = widths.fold(60.0, f64::max).min(WIDTH * NAMES);
    let values = chart.series.iter().flat_map(|series| series.values.iter().flatten());
    let labels = values.map(|value| faces.width(&number::figure(*value, chart.unit), SMALL, Weight::Regular));
    let left = MARGIN + names + 10.0;
    let right = MARGIN + labels.fold(24.0, f64::max) + 8.0;
    Area { left, width: WIDTH - left - right }
}

fn axis(chart: &Chart) -> Axis {
    let ends = || chart.intervals.iter().flatten().map(|(_, high)| *high);
    let values = || chart.series.iter().flat_map(|series| series.values.iter().flatten().copied()).chain(ends());
    let greatest = if chart.kind == ChartKind::StackedBar {
        (0..chart.categories.len()).map(|index| total(chart, index)).fold(0.0, f64::max)
    } else {
        values().fold(0.0, f64::max)
    };
    Axis::around(values().fold(0.0, f64::min), greatest, chart.unit)
}

fn value(chart: &Chart, series: usize, category: usize) -> Option<f64> {
    chart.series[series].values.get(category).copied().flatten().filter(|value| value.is_finite())
}

fn total(chart: &Chart, category: usize) -> f64 {
    (0..chart.series.len()).filter_map(|series| value(chart, series, category)).sum()
}

impl Drawing<'_> {
    fn rows(&self, top: f64) -> Vec<Band> {
        let bars = if self.chart.kind == ChartKind::Bar && self.chart.series.len() > 1 {
            self.chart.series.len() as f64 * GROUPED_BAR + 12.0
        } else {
            BAR + 8.0
        };
        let room = self.area.left - MARGIN - 10.0;
        let mut y = top;
        let rows = self.chart.categories.iter().map(|name| {
            let name = self.faces.wrap(name, NAME, Weight::Regular, room + 0.5);
            let height = bars.max(name.len() as f64 * NAME * LEADING + 6.0);
            y += height;
            Band { name, top: y - height, height }
        });
        rows.collect()
    }

    fn x(&self, value: f64) -> f64 {
        self.area.left + self.axis.share(value) * self.area.width
    }

    fn ticks(&mut self, top: f64, bottom: f64) {
        for tick in self.axis.ticks().collect::<Vec<_>>() {
            let x = self.x(tick);
            self.scene.path(vec![(x, top), (x, bottom)], 1, paint(&self.theme.header_fill));
            let words = self.axis.words(tick, self.chart.unit);
            let at = (x, bottom + 6.0 + SMALL);
            self.scene.text(line(at, SMALL, Anchor::Middle, paint(&self.theme.muted), &words));
        }
    }

    fn row(&mut self, category: usize, row: &Band) {
        let middle = row.top + row.height / 2.0;
        let first = middle - (row.name.len() as f64 - 1.0) * NAME * LEADING / 2.0 + NAME * 0.36;
        for (index, words) in row.name.iter().enumerate() {
            let at = (self.area.left - 10.0, first + index as f64 * NAME * LEADING);
            self.scene.text(line(at, NAME, Anchor::End, paint(&self.theme.ink), words));
        }
        if self.chart.kind == ChartKind::StackedBar {
            self.stack(category, middle);
            return;
        }
        let count = self.chart.series.len();
        let thick = if count > 1 { GROUPED_BAR - 2.0 } else { BAR };
        let pitch = if count > 1 { GROUPED_BAR } else { BAR };
        for series in 0..count {
            let y = middle - pitch * count as f64 / 2.0 + pitch * series as f64;
            self.bar(category, series, (y, thick));
        }
    }

    fn bar(&mut self, category: usize, series: usize, (y, thick): (f64, f64)) {
        let zero = self.x(0.0);
        let baseline = y + thick / 2.0 + SMALL * 0.36;
        let Some(value) = value(self.chart, series, category) else {
            let at = (zero + 6.0, baseline);
            self.scene.text(line(at, SMALL, Anchor::Start, paint(&self.theme.muted), "–"));
            return;
        };
        let end = self.x(value);
        let colour = paint(self.theme.tint(&self.chart.series[series], series));
        self.scene.rect((zero.min(end), y), ((end - zero).abs().max(1.0), thick), colour);
        let words = number::figure(value, self.chart.unit);
        let interval = self.chart.intervals.get(category).copied().flatten();
        let far = interval.map_or(end, |(low, high)| self.interval((low, high), y + thick / 2.0));
        self.beyond((zero.max(end).max(far), baseline), &words);
    }

    /// A light line from end to end of an interval, with short ends; gives how far it reaches.
    fn interval(&mut self, (low, high): (f64, f64), y: f64) -> f64 {
        const HALF: f64 = 3.0;
        let (from, to) = (self.x(low), self.x(high));
        let muted = paint(&self.theme.muted);
        self.scene.path(vec![(from, y), (to, y)], 1, muted);
        for x in [from, to] {
            self.scene.path(vec![(x, y - HALF), (x, y + HALF)], 1, muted);
        }
        to
    }

    /// A value behind its bar, on white so that no tick line runs through it.
    fn beyond(&mut self, (end, baseline): (f64, f64), words: &str) {
        let width = self.faces.width(words, SMALL, Weight::Regular);
        self.scene.rect((end + 3.0, baseline - SMALL * 0.8), (width + 6.0, SMALL), (255, 255, 255));
        let at = (end + 6.0, baseline);
        self.scene.text(line(at, SMALL, Anchor::Start, paint(&self.theme.ink), words));
    }

    /// Bars after each other; a value is written into its bar if it fits, the sum behind the last one.
    fn stack(&mut self, category: usize, middle: f64) {
        let (y, mut sum) = (middle - BAR / 2.0, 0.0);
        let baseline = middle + SMALL * 0.36;
        for series in 0..self.chart.series.len() {
            let Some(value) = value(self.chart, series, category).filter(|value| *value > 0.0) else { continue };
            let (from, to) = (self.x(sum), self.x(sum + value));
            sum += value;
            self.scene.rect((from, y), (to - from, BAR), paint(self.theme.tint(&self.chart.series[series], series)));
            let words = number::figure(value, self.chart.unit);
            if self.faces.width(&words, SMALL, Weight::Regular) + 6.0 < to - from {
                let at = (f64::midpoint(from, to), baseline);
                self.scene.text(line(at, SMALL, Anchor::Middle, (255, 255, 255), &words));
            }
        }
        if !matches!(self.chart.unit, CellFormat::Percent(_)) || sum <= 0.0 {
            let words = if sum > 0.0 { number::figure(sum, self.chart.unit) } else { "–".to_owned() };
            self.beyond((self.x(sum), baseline), &words);
        }
    }
}
