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

/// The columns that equal one, two or, where there are no two, three others in every row; columns of zeros are no part
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
        match by_mark.get(&mark) {
            Some(first) => found.push(Sum { whole: at, parts: vec![*first] }),
            None => {
                by_mark.insert(mark, at);
                distinct.push((at, mark));
            }
        }
    }
    let mut has_two = vec![false; columns.len()];
    for (place, (left, left_mark)) in distinct.iter().enumerate() {
        for (right, right_mark) in &distinct[place + 1..] {
            if let Some(whole) = by_mark.get(&left_mark.wrapping_add(*right_mark)) {
                has_two[*whole] = true;
                found.push(Sum { whole: *whole, parts: vec![*left, *right] });
            }
        }
    }
    found.extend(of_three(&distinct, &by_mark, &has_two));
    found.retain(|sum| adds_up(columns, sum));
    found
}

/// Columns that no two others add up to, but three do; the first three for each.
fn of_three(distinct: &[(usize, u64)], by_mark: &BTreeMap<u64, usize>, has_two: &[bool]) -> Vec<Sum> {
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let wholes: Vec<&(usize, u64)> = distinct.iter().filter(|(at, _)| !has_two[*at]).collect();
    for (whole, mark) in wholes {
        'found: for (place, (left, left_mark)) in distinct.iter().enumerate() {
            for (at, (middle, middle_mark)) in distinct.iter().enumerate().skip(place + 1) {
                let rest = mark.wrapping_sub(*left_mark).wrapping_sub(*middle_mark);
                let right = by_mark.get(&rest).filter(|right| distinct[at + 1..].iter().any(|(one, _)| one == *right));
                if let Some(right) = right {
                    found.insert(*whole, vec![*left, *middle, *right]);
                    break 'found;
                }
            }
        }
    }
    found.into_iter().map(|(whole, parts)| Sum { whole, parts }).collect()
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
