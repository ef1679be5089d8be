//! cchc: columnar analytics for administrative reform.

pub mod model;

pub mod definitions;

pub mod read;

pub mod normalise;

pub mod store;

pub mod indicators;

pub mod indices;

pub mod report;

pub mod import;

pub mod generate;

pub mod cli;
