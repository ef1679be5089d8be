//! Which columns of a table are the sum of others in every row: what anybody who sees the table can find out, too.

use std::collections::BTreeMap;

/// A column that is the sum of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The column.
    pub whole: usize,
    /// One column (the same figure by another name), two or three.
    pub parts: Vec<usize>,
}

/// The columns that equal one, two or three others in every row; columns of zeros are no part
/// of any. Of equal columns only the first is looked at further.
///
/// ```
/// use cchc_disclosure::{Sum, sums};
/// let (early, late, all) = (vec![4, 0, 7], vec![1, 2, 0], vec![5, 2, 7]);
/// assert_eq!(sums(&[early.as_slice(), &late, &all, &late]), [
///     Sum { whole: 3, parts: vec![1] },
///     Sum { whole: 2, parts: vec![0, 1] },
/// ]);
/// ```
#[must_use]
pub fn sums(columns: &[&[i64]]) -> Vec<Sum> {
    let mut found = Vec::new();
    let mut distinct: Vec<(usize, u64)> = Vec::new();
    let mut by_mark: BTreeMap<u64, usize> = BTreeMap::new();
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.iter().any(|count| *count != 0)) {
        let mark = mark(column);
        if let Some(first) = by_mark.get(&mark) {
            found.push(Sum { whole: at, parts: vec![*first] });
        } else {
            by_mark.insert(mark, at);
            distinct.push((at, mark));
        }
    }
    for (place, (left, left_mark)) in distinct.iter().enumerate() {
        for (right, right_mark) in &distinct[place + 1..] {
            if let Some(whole) = by_mark.get(&left_mark.wrapping_add(*right_mark)) {
                found.push(Sum { whole: *whole, parts: vec![*left, *right] });
            }
        }
    }
    found.extend(of_three(&distinct, &by_mark));
    found.retain(|sum| adds_up(columns, sum));
    found
}

/// Columns that are the sum of three others of which no two are a column again: those sums follow from the ones of two.
fn of_three(distinct: &[(usize, u64)], by_mark: &BTreeMap<u64, usize>) -> Vec<Sum> {
    let mut found = Vec::new();
    let is_column = |left: u64, right: u64| by_mark.contains_key(&left.wrapping_add(right));
    for (place, (left, left_mark)) in distinct.iter().enumerate() {
        for (middle, middle_mark) in &distinct[place + 1..] {
            if is_column(*left_mark, *middle_mark) {
                continue;
            }
            for (whole, mark) in distinct {
                let rest = mark.wrapping_sub(*left_mark).wrapping_sub(*middle_mark);
                let Some(right) = by_mark.get(&rest).filter(|right| *right > middle) else { continue };
                if !is_column(*left_mark, rest) && !is_column(*middle_mark, rest) {
                    found.push(Sum { whole: *whole, parts: vec![*left, *middle, *right] });
                }
            }
        }
    }
    found
}

fn adds_up(columns: &[&[i64]], sum: &Sum) -> bool {
    columns[sum.whole]
        .iter()
        .enumerate()
        .all(|(row, whole)| sum.parts.iter().map(|part| columns[*part][row]).sum::<i64>() == *whole)
}

/// A weighed sum of a column's rows: that of a sum of columns is the sum of theirs.
fn mark(column: &[i64]) -> u64 {
    let weight = |row: usize| {
        // splitmix64: weights as good as random, and the same on every machine.
        let mut bits = (row as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    };
    column.iter().enumerate().fold(0, |sum, (row, count)| sum.wrapping_add((*count as u64).wrapping_mul(weight(row))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_the_sum_of_two_may_be_the_sum_of_three_others_too() {
        // Columns 4, 5, 6, 7, 11 and 3 of form 06.
        let columns = [[1, 5, 0], [2, 7, 4], [3, 0, 1], [4, 1, 2], [2, 11, 3], [6, 12, 5]];
        let columns: Vec<&[i64]> = columns.iter().map(<[i64; 3]>::as_slice).collect();
        let found = sums(&columns);
        assert!(found.contains(&Sum { whole: 5, parts: vec![3, 4] }), "{found:?}");
        assert!(found.contains(&Sum { whole: 5, parts: vec![0, 1, 2] }), "{found:?}");
    }
}
