//! Weighing: the weights of a node's children, given, equal, or from the first principal component of their scores.

use nalgebra::{DMatrix, SymmetricEigen};
use thiserror::Error;

use super::moments::{deviation, mean};

/// Why children give no weights. Columns are places among the children.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WeighError {
    /// Too few units have all children.
    #[error("only {0} units have a score of every child; principal components need at least 3")]
    FewUnits(usize),
    /// Children without spread among those units.
    #[error("a child is constant over the units that have every child")]
    Constant(Vec<usize>),
    /// The first two components explain the same share.
    #[error("the first two principal components explain equally much, so the weights would be arbitrary")]
    NoFirst,
    /// Loadings of both signs add up to nothing.
    #[error("the loadings cancel out: children run against each other; check their directions")]
    Cancel,
}

/// How loadings become weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loadings {
    /// As they are; one that runs against the others is negative.
    Plain,
    /// Squared: each child's share of the component.
    Squared,
}

/// Weights from the first principal component of the correlations of the children, adding up to 1.
///
/// Units that lack a child are left out. The sign is chosen so that the loadings add up to more than 0.
///
/// ```
/// use cchc_indices::{Loadings, principal_component};
/// // Correlations: a–b 1, a–c 0, b–c 0. The first component is (1, 1, 0)/√2.
/// let a = [1.0, 1.0, -1.0, -1.0].map(Some);
/// let c = [1.0, -1.0, 1.0, -1.0].map(Some);
/// let weights = principal_component(&[&a, &a, &c], Loadings::Plain).unwrap();
/// assert!((weights[0] - 0.5).abs() < 1e-12 && (weights[1] - 0.5).abs() < 1e-12 && weights[2].abs() < 1e-12);
/// ```
///
/// # Errors
/// Children from which no one set of weights follows.
pub fn principal_component(children: &[&[Option<f64>]], loadings: Loadings) -> Result<Vec<f64>, WeighError> {
    if children.len() < 2 {
        return Ok(vec![1.0; children.len()]);
    }
    let rows = children[0].len();
    let complete: Vec<usize> = (0..rows).filter(|row| children.iter().all(|child| child[*row].is_some())).collect();
    if complete.len() < 3 {
        return Err(WeighError::FewUnits(complete.len()));
    }
    let columns: Vec<Vec<f64>> =
        children.iter().map(|child| complete.iter().filter_map(|row| child[*row]).collect()).collect();
    let standard: Vec<Option<Vec<f64>>> = columns.iter().map(|column| standardised(column)).collect();
    let constant: Vec<usize> = (0..columns.len()).filter(|at| standard[*at].is_none()).collect();
    if !constant.is_empty() {
        return Err(WeighError::Constant(constant));
    }
    let standard: Vec<Vec<f64>> = standard.into_iter().flatten().collect();
    let correlation = |row: usize, column: usize| {
        let products: f64 = standard[row].iter().zip(&standard[column]).map(|(left, right)| left * right).sum();
        products / (complete.len() - 1) as f64
    };
    weights_of(first(DMatrix::from_fn(columns.len(), columns.len(), correlation))?, loadings)
}

/// Mean 0, deviation 1; none of a constant.
fn standardised(column: &[f64]) -> Option<Vec<f64>> {
    let is_constant = column.iter().all(|value| (value - column[0]).abs() == 0.0);
    let (mean, deviation) = mean(column).zip(deviation(column)).filter(|_| !is_constant)?;
    Some(column.iter().map(|value| (value - mean) / deviation).collect())
}

/// The eigenvector of the largest eigenvalue.
fn first(correlations: DMatrix<f64>) -> Result<Vec<f64>, WeighError> {
    let eigen = SymmetricEigen::new(correlations);
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|left, right| eigen.eigenvalues[*right].total_cmp(&eigen.eigenvalues[*left]));
    if eigen.eigenvalues[order[0]] - eigen.eigenvalues[order[1]] < 1e-9 {
        return Err(WeighError::NoFirst);
    }
    Ok(eigen.eigenvectors.column(order[0]).iter().copied().collect())
}

fn weights_of(vector: Vec<f64>, loadings: Loadings) -> Result<Vec<f64>, WeighError> {
    let raw: Vec<f64> = match loadings {
        Loadings::Plain => vector,
        Loadings::Squared => vector.iter().map(|loading| loading * loading).collect(),
    };
    let total: f64 = raw.iter().sum();
    if total.abs() < 1e-9 {
        return Err(WeighError::Cancel);
    }
    Ok(raw.iter().map(|loading| loading / total).collect())
}
