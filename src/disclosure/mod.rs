//! Which counts of a set of tables may be shown, so that nobody learns a small one, by itself or by subtraction.
//!
//! The frequency rule of tau-argus says which counts are unsafe. All tables told together are one system of cells and of
//! the sums between them (linked tables, as in `GaussSuppression` of Statistics Norway). What is hidden besides is found
//! as the hypercube method finds it: a small count is safe if there is another set of tables with the same figures shown
//! in which it is larger; that is its alibi, see [`suppress`].

mod alibi;
mod columns;
mod round;
mod shifts;
mod tables;

pub use alibi::{Suppression, suppress};
pub use columns::{Sum, sums};
pub use round::rounded;
pub use tables::{Cell, Line, Standing, Tables};

/// Whether a count is too small to be shown. Zero is shown: no dossier stands behind it.
#[must_use]
pub const fn is_small(value: i64, below: u32) -> bool {
    value > 0 && value < below as i64
}
