//! The face and the colours of a report.

use serde::Deserialize;

use crate::ReportError;
use crate::plan::{Series, Tint};

/// Font and colours (`#rrggbb`) of a report.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    pub(crate) font: String,
    pub(crate) size: u16,
    pub(crate) title_size: u16,
    pub(crate) ink: String,
    pub(crate) muted: String,
    pub(crate) accent: String,
    pub(crate) header_fill: String,
    pub(crate) section_fill: String,
    pub(crate) total_fill: String,
    pub(crate) marked_fill: String,
    pub(crate) grid: String,
    pub(crate) good: String,
    pub(crate) bad: String,
    pub(crate) scale_low: String,
    pub(crate) scale_middle: String,
    pub(crate) scale_high: String,
    pub(crate) bar: String,
    pub(crate) series: Vec<String>,
    pub(crate) page: String,
    pub(crate) data_sheet: String,
}

/// Sizes of letters that people can read and a page can hold, in points.
const LETTER_SIZES: std::ops::RangeInclusive<u16> = 6..=72;

impl Theme {
    /// The colour of a chart's series, in turn.
    fn series_colour(&self, index: usize) -> &str {
        self.series.get(index % self.series.len().max(1)).map_or(&self.accent, String::as_str)
    }

    /// The colour of a series: by what it means, else in turn.
    pub(crate) fn tint(&self, series: &Series, index: usize) -> &str {
        match series.tint {
            Tint::Turn => self.series_colour(index),
            Tint::Good => &self.good,
            Tint::Fair => self.series_colour(0),
            Tint::Bad => &self.bad,
        }
    }

    pub(super) fn check(&self) -> Result<(), ReportError> {
        for (key, value) in [("size", self.size), ("title_size", self.title_size)] {
            if !LETTER_SIZES.contains(&value) {
                return Err(ReportError::LetterSize { key, value });
            }
        }
        let named = [
            ("ink", &self.ink),
            ("muted", &self.muted),
            ("accent", &self.accent),
            ("header_fill", &self.header_fill),
            ("section_fill", &self.section_fill),
            ("total_fill", &self.total_fill),
            ("marked_fill", &self.marked_fill),
            ("grid", &self.grid),
            ("good", &self.good),
            ("bad", &self.bad),
            ("scale_low", &self.scale_low),
            ("scale_middle", &self.scale_middle),
            ("scale_high", &self.scale_high),
            ("bar", &self.bar),
        ];
        let series = self.series.iter().map(|colour| ("series", colour));
        for (key, value) in named.into_iter().chain(series) {
            if rgb(value).is_none() {
                return Err(ReportError::Colour { key, value: value.clone() });
            }
        }
        Ok(())
    }
}

/// Splits `#rrggbb`.
pub(crate) fn rgb(colour: &str) -> Option<(u8, u8, u8)> {
    let digits = colour.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    Some(((value >> 16) as u8, (value >> 8) as u8, value as u8))
}
