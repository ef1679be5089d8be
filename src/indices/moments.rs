//! Mean, median, deviation, skewness and kurtosis of a column. Sums run in the order of the rows.

/// Arithmetic mean; none of nothing.
///
/// ```
/// assert_eq!(cchc::indices::moments::mean(&[1.0, 2.0, 6.0]), Some(3.0));
/// ```
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle value, or the mean of the two middle ones.
///
/// ```
/// assert_eq!(cchc::indices::moments::median(&[7.0, 1.0, 3.0, 5.0]), Some(4.0));
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
/// assert_eq!(cchc::indices::moments::deviation(&[2.0, 4.0, 6.0]), Some(2.0));
/// ```
#[must_use]
pub fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// Sample skewness G1 = g1 √(n(n − 1)) / (n − 2) with g1 = m3 / m2^1.5 (SKEW of spreadsheets).
/// None of fewer than three values or of equal ones.
///
/// ```
/// let skewness = cchc::indices::moments::skewness(&[1.0, 2.0, 6.0]).unwrap();
/// // mean 3, m2 = 14/3, m3 = (−8 − 1 + 27)/3 = 6: g1 = 0.595…, times √6 / 1
/// assert!((skewness - 6.0 / (14.0_f64 / 3.0).powf(1.5) * 6.0_f64.sqrt()).abs() < 1e-12);
/// ```
#[must_use]
pub fn skewness(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let [m2, m3, _] = central(values)?;
    (n > 2.0 && m2 > 0.0).then(|| m3 / m2.powf(1.5) * (n * (n - 1.0)).sqrt() / (n - 2.0))
}

/// Sample excess kurtosis G2 = ((n + 1) g2 + 6)(n − 1) / ((n − 2)(n − 3)) with g2 = m4 / m2² − 3 (KURT of spreadsheets).
/// None of fewer than four values or of equal ones.
///
/// ```
/// let kurtosis = cchc::indices::moments::kurtosis(&[1.0, 2.0, 3.0, 4.0]).unwrap();
/// assert!((kurtosis + 1.2).abs() < 1e-12);
/// ```
#[must_use]
pub fn kurtosis(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let [m2, _, m4] = central(values)?;
    (n > 3.0 && m2 > 0.0).then(|| ((n + 1.0) * (m4 / (m2 * m2) - 3.0) + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)))
}

/// Second, third and fourth central moments.
fn central(values: &[f64]) -> Option<[f64; 3]> {
    let (mean, n) = (mean(values)?, values.len() as f64);
    let moment = |power: i32| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / n;
    Some([moment(2), moment(3), moment(4)])
}
