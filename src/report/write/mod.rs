//! Turns a plan into bytes: one folder or file a format.

pub mod picture;
pub mod xlsx;
