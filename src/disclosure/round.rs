//! Rounds counts to a base, the other way to keep small ones to oneself.

/// A count rounded to the nearest multiple of `base`, halves up.
///
/// Every count is rounded by itself, sums too: they stay as near to the truth as a part, and need not be the sum of the
/// rounded parts. The same count is rounded the same in every table.
///
/// ```
/// assert_eq!([0, 2, 3, 7, 8, 1002].map(|count| cchc_disclosure::rounded(count, 5)), [0, 0, 5, 5, 10, 1000]);
/// ```
#[must_use]
pub const fn rounded(count: i64, base: u32) -> i64 {
    let base = if base == 0 { 1 } else { base as i64 };
    (count + base / 2).div_euclid(base) * base
}
