//! cchc: columnar analytics for administrative reform.
//!
//! ```text
//! exports (xlsx xls xlsb ods html csv parquet)    queries/, report-templates/ (data, not code)
//!    │ read        one file per container → rows of cells, under a budget
//!    ▼ normalise   headings → columns, words → codes, dates, units; personal columns dropped
//! typed columns + findings
//!    │ store       newest wins; Delta tables; one new version of the whole workspace
//!    ▼ indicators  all indicators of a table in one SQL pass
//! figures (unit × period × indicator)
//!    │ indices     rank within a kind
//!    ▼ report      one format-free plan → workbook, pictures
//! ```
//!
//! A module uses only what stands left of it:
//! `model ← definitions ← read ← normalise ← store ← indicators ← indices ← report ← import ← cli`;
//! [`generate`] stands aside. [`import`] alone calls read, normalise and store in order; [`store`] alone knows
//! Delta; [`indicators`] alone writes the SQL of figures; [`cli`] alone prints. ARCHITECTURE.md tells why.

pub mod authoring;
pub mod cli;
pub mod definitions;
pub mod generate;
pub mod import;
pub mod indicators;
pub mod indices;
pub mod model;
pub mod normalise;
pub mod read;
pub mod report;
pub mod store;
pub mod units;
