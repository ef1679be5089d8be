//! Lays out lines over categories from left to right, each value marked and the last one written.

use super::face::{Faces, Weight};
use super::scale::{Axis, LEADING, MARGIN, NAME, SMALL, WIDTH, begin, line, paint};
use super::scene::{Anchor, Scene};
use crate::number;
use crate::plan::Chart;
use crate::template::Theme;

const HEIGHT: f64 = 320.0;

pub fn scene(chart: &Chart, theme: &Theme, faces: &Faces) -> Scene {
    let (mut scene, top) = begin(chart, theme, faces);
    let values = || chart.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let axis = Axis::around(values().fold(0.0, f64::min), values().fold(0.0, f64::max), chart.unit);
    let words: Vec<(f64, String)> = axis.ticks().map(|tick| (tick, axis.words(tick, chart.unit))).collect();
    let widest = words.iter().map(|(_, words)| faces.width(words, SMALL, Weight::Regular)).fold(0.0, f64::max);
    let (left, bottom) = (MARGIN + widest + 10.0, top + HEIGHT);
    let right = WIDTH - MARGIN - 60.0;
    let y = |value: f64| bottom - axis.share(value) * HEIGHT;
    for (tick, words) in &words {
        scene.path(vec![(left, y(*tick)), (right, y(*tick))], 1, paint(&theme.header_fill));
        let at = (left - 8.0, y(*tick) + SMALL * 0.36);
        scene.text(line(at, SMALL, Anchor::End, paint(&theme.muted), words));
    }
    let pitch = (right - left) / chart.categories.len().max(1) as f64;
    let x = |category: usize| left + pitch * (category as f64 + 0.5);
    let mut deepest = 1;
    for (category, name) in chart.categories.iter().enumerate() {
        let lines = faces.wrap(name, NAME, Weight::Regular, pitch - 6.0);
        for (index, words) in lines.iter().enumerate() {
            let at = (x(category), bottom + 8.0 + NAME * (1.0 + LEADING * index as f64));
            scene.text(line(at, NAME, Anchor::Middle, paint(&theme.ink), words));
        }
        deepest = deepest.max(lines.len());
    }
    for (index, series) in chart.series.iter().enumerate() {
        let colour = paint(theme.tint(series, index));
        let mut known = series.values.iter().enumerate().filter_map(|(category, value)| Some((category, (*value)?)));
        let points: Vec<(f64, f64)> = known.clone().map(|(category, value)| (x(category), y(value))).collect();
        for point in &points {
            scene.rect((point.0 - 3.0, point.1 - 3.0), (6.0, 6.0), colour);
        }
        if let (Some(last), Some((_, value))) = (points.last(), known.next_back()) {
            let at = (last.0 + 8.0, last.1 + SMALL * 0.36);
            scene.text(line(at, SMALL, Anchor::Start, colour, &number::figure(value, chart.unit)));
        }
        // A missing value leaves a gap: nobody knows what lay between.
        let runs = series.values.iter().enumerate().collect::<Vec<_>>();
        for run in runs.split(|(_, value)| value.is_none()).filter(|run| run.len() > 1) {
            let points = run.iter().filter_map(|(category, value)| Some((x(*category), y((**value)?))));
            scene.path(points.collect(), 2, colour);
        }
    }
    scene.height = bottom + 8.0 + NAME * (1.0 + LEADING * f64::from(deepest as u32)) + MARGIN;
    scene
}
