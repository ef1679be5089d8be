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

pub use cchc_authoring as authoring;
pub use cchc_cli as cli;
pub use cchc_definitions as definitions;
pub use cchc_engine as engine;
pub use cchc_generate as generate;
pub use cchc_import as import;
pub use cchc_indicators as indicators;
pub use cchc_indices as indices;
pub use cchc_model as model;
pub use cchc_normalise as normalise;
pub use cchc_read as read;
pub use cchc_report as report;
pub use cchc_store as store;
pub use cchc_units as units;
