//! Denominating: dividing an indicator by another column, so that large and small units compare.

/// Divides column by column: value ÷ denominator × `per`. Missing on either side, or a denominator of zero, gives no value.
///
/// ```
/// use cchc_indices::denominate;
/// let crimes = [Some(30.0), Some(5.0), None, Some(1.0)];
/// let people = [Some(20_000.0), Some(2_000.0), Some(100.0), Some(0.0)];
/// assert_eq!(denominate(&crimes, &people, 1000.0), [Some(1.5), Some(2.5), None, None]);
/// ```
#[must_use]
pub fn denominate(values: &[Option<f64>], denominators: &[Option<f64>], per: f64) -> Vec<Option<f64>> {
    values
        .iter()
        .zip(denominators)
        .map(|(value, denominator)| {
            let denominator = denominator.filter(|denominator| *denominator != 0.0)?;
            let quotient = value.as_ref()? / denominator * per;
            quotient.is_finite().then_some(quotient)
        })
        .collect()
}
