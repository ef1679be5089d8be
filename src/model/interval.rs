//! The 95 % interval of a rate: how far the rate of the same unit could lie by chance alone.

use super::{Measure, Status};

/// 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

impl Measure {
    /// Lower and upper end of Wilson's 95 % interval (1927, without continuity correction) of a share of counted cases;
    /// none for what is no share of whole cases.
    ///
    /// ```
    /// use cchc_model::Measure;
    /// let (low, high) = Measure::ratio(5.0, 5.0).interval().unwrap();
    /// assert_eq!((format!("{low:.4}"), format!("{high:.4}")), ("0.5655".into(), "1.0000".into()));
    /// assert_eq!(Measure::ratio(0.0, 0.0).interval(), None);
    /// assert_eq!(Measure::ratio(7.0, 5.0).interval(), None);
    /// ```
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let (hits, cases) = (self.numerator?, self.denominator?);
        let is_counted = hits.fract() == 0.0 && cases.fract() == 0.0 && cases > 0.0 && (0.0..=cases).contains(&hits);
        if self.status != Status::Ok || !is_counted {
            return None;
        }
        let (share, square) = (hits / cases, Z * Z);
        let middle = (share + square / (2.0 * cases)) / (1.0 + square / cases);
        let spread = share * (1.0 - share) / cases + square / (4.0 * cases * cases);
        let half = Z / (1.0 + square / cases) * spread.sqrt();
        Some(((middle - half).max(0.0), (middle + half).min(1.0)))
    }
}
