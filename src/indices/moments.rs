//! Mean, median, deviation, skewness and kurtosis of a column. Sums run in the order of the rows.

/// Arithmetic mean; none of nothing.
///
/// ```
/// assert_eq!(cchc_indices::moments::mean(&[1.0, 2.0, 6.0]), Some(3.0));
/// ```
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle value, or the mean of the two middle ones.
///
/// ```
/// assert_eq!(cchc_indices::moments::median(&[7.0, 1.0, 3.0, 5.0]), Some(4.0));
/// ```
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// Sample standard deviation, √(Σ (x − mean)² / (n − 1)); none of fewer than two values.
///
/// ```
/// assert_eq!(cchc_indices::moments::deviation(&[2.0, 4.0, 6.0]), Some(2.0));
/// ```
#[must_use]
pub fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// Skewness and kurtosis of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// G1 = g1 √(n(n − 1)) / (n − 2) with g1 = m3 / m2^1.5 (SKEW of spreadsheets).
    pub skewness: f64,
    /// Excess kurtosis G2 = ((n + 1) g2 + 6)(n − 1) / ((n − 2)(n − 3)) with g2 = m4 / m2² − 3 (KURT of spreadsheets).
    pub kurtosis: f64,
}

/// Skewness and kurtosis, where `m_k` is the mean of (x − mean)^k; none of fewer than four values or of equal ones.
///
/// ```
/// // Mean 2.5, m2 = 5/4, m4 = 10.25/4: g2 = 1.64 − 3, G2 = (5 · −1.36 + 6) · 3 / 2.
/// let shape = cchc_indices::moments::shape(&[1.0, 2.0, 3.0, 4.0]).unwrap();
/// assert_eq!(shape.skewness, 0.0);
/// assert!((shape.kurtosis + 1.2).abs() < 1e-12);
/// // Mean 3, m2 = (1 + 4 + 4 + 25)/4, m3 = (−1 − 8 − 8 + 125)/4.
/// let shape = cchc_indices::moments::shape(&[2.0, 1.0, 1.0, 8.0]).unwrap();
/// let g1 = (-1.0 - 8.0 - 8.0 + 125.0) / 4.0 / 8.5_f64.powf(1.5);
/// assert!((shape.skewness - g1 * 12.0_f64.sqrt() / 2.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn shape(values: &[f64]) -> Option<Shape> {
    let (mean, n) = (mean(values)?, values.len() as f64);
    let (mut squares, mut cubes, mut fourths) = (0.0, 0.0, 0.0);
    for value in values {
        let off = value - mean;
        let square = off * off;
        squares += square;
        cubes += square * off;
        fourths += square * square;
    }
    let (m2, m3, m4) = (squares / n, cubes / n, fourths / n);
    let is_spread = values.iter().any(|value| (value - values[0]).abs() > 0.0);
    (n > 3.0 && is_spread && m2 > 0.0).then(|| Shape {
        skewness: m3 / m2.powf(1.5) * (n * (n - 1.0)).sqrt() / (n - 2.0),
        kurtosis: ((n + 1.0) * (m4 / (m2 * m2) - 3.0) + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)),
    })
}
