//! What the tests of this room share.

mod names;
mod province;

pub use province::{TEMPLATE, province};
