//! The value axis of a picture, and the parts that all charts share: title, legend, ticks.

use super::face::{Faces, Weight};
use super::scene::{Anchor, Rgb, Scene, Text};
use crate::number;
use crate::plan::{CellFormat, Chart};
use crate::template::{Theme, rgb};

/// Width of every picture.
pub const WIDTH: f64 = 1000.0;
/// Space around it.
pub const MARGIN: f64 = 24.0;
/// Sizes of names and of small print, in pixels an em.
pub const NAME: f64 = 13.0;
pub const SMALL: f64 = 11.5;
const TITLE: f64 = 17.0;
/// Distance between lines, in ems.
pub const LEADING: f64 = 1.28;

/// The axis from its least to its greatest tick.
#[derive(Debug)]
pub struct Axis {
    pub from: f64,
    pub to: f64,
    pub step: f64,
}

impl Axis {
    /// Round ticks around the values, with zero among them; shares end at 100 %.
    pub fn around(least: f64, greatest: f64, unit: CellFormat) -> Self {
        let (least, greatest) = (least.min(0.0), greatest.max(0.0));
        let span = if greatest > least { greatest - least } else { 1.0 };
        let power = 10_f64.powf((span / 5.0).log10().floor());
        let nice = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
        let step = nice.into_iter().find(|step| span / step <= 5.5).unwrap_or(power * 10.0);
        let mut to = (greatest / step - 1e-9).ceil() * step;
        if matches!(unit, CellFormat::Percent(_)) && greatest <= 1.0 + 1e-9 {
            to = to.min(1.0);
        }
        if to <= least {
            to = least + step;
        }
        Self { from: (least / step + 1e-9).floor() * step, to, step }
    }

    /// Where a value lies, 0 at the axis' start and 1 at its end.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.from) / (self.to - self.from)
    }

    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let count = ((self.to - self.from) / self.step + 1e-6).floor() as usize;
        (0..=count).map(move |index| self.from + self.step * index as f64)
    }

    /// A tick in words, with no more digits than the step needs.
    pub fn words(&self, tick: f64, unit: CellFormat) -> String {
        let step = if matches!(unit, CellFormat::Percent(_)) { self.step * 100.0 } else { self.step };
        let digits = (0..6).find(|digits| {
            let scaled = step * 10_f64.powi(*digits);
            (scaled - scaled.round()).abs() < 1e-6
        });
        let digits = digits.unwrap_or(2) as u8;
        match unit {
            CellFormat::Percent(_) => number::figure(tick, CellFormat::Percent(digits)),
            _ => number::decimal(tick, digits),
        }
    }
}

/// A colour of the template, which has been checked on reading.
pub fn paint(colour: &str) -> Rgb {
    rgb(colour).unwrap_or_default()
}

/// A picture with its title and, for several series, a legend; gives the y under both.
pub fn begin(chart: &Chart, theme: &Theme, faces: &Faces) -> (Scene, f64) {
    let mut scene = Scene { width: WIDTH, ..Scene::default() };
    let mut y = MARGIN;
    for words in faces.wrap(&chart.title, TITLE, Weight::Bold, WIDTH - 2.0 * MARGIN) {
        let colour = paint(&theme.accent);
        let (x, baseline) = (MARGIN, y + TITLE);
        scene.text(Text { x, baseline, em: TITLE, weight: Weight::Bold, anchor: Anchor::Start, colour, words });
        y += TITLE * LEADING;
    }
    y += 12.0;
    if chart.series.len() > 1 {
        y = legend(&mut scene, chart, theme, faces, y);
    }
    (scene, y)
}

fn legend(scene: &mut Scene, chart: &Chart, theme: &Theme, faces: &Faces, mut y: f64) -> f64 {
    let mut x = MARGIN;
    for (index, series) in chart.series.iter().enumerate() {
        let width = 18.0 + faces.width(&series.name, NAME, Weight::Regular) + 24.0;
        if x > MARGIN && x + width > WIDTH - MARGIN {
            x = MARGIN;
            y += NAME * 1.6;
        }
        scene.rect((x, y + 2.0), (12.0, 12.0), paint(theme.tint(series, index)));
        scene.text(line((x + 18.0, y + 12.5), NAME, Anchor::Start, paint(&theme.ink), &series.name));
        x += width;
    }
    y + NAME * 1.6 + 6.0
}

/// A line of regular text.
pub fn line((x, baseline): (f64, f64), em: f64, anchor: Anchor, colour: Rgb, words: &str) -> Text {
    Text { x, baseline, em, weight: Weight::Regular, anchor, colour, words: words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_end_at_one_hundred_percent() {
        let axis = Axis::around(0.2, 0.97, CellFormat::Percent(1));
        assert!((axis.to - 1.0).abs() < 1e-9);
        let ticks: Vec<String> = axis.ticks().map(|tick| axis.words(tick, CellFormat::Percent(1))).collect();
        assert_eq!(ticks, ["0%", "20%", "40%", "60%", "80%", "100%"]);
    }

    #[test]
    fn an_axis_of_nothing_still_has_a_length() {
        let axis = Axis::around(0.0, 0.0, CellFormat::Int);
        assert!(axis.to > axis.from);
    }
}
