//! cchc: columnar analytics for administrative reform. Each module is a room of the house; ARCHITECTURE.md describes
//! what each owns and in which order they use each other.

pub use cchc_authoring as authoring;
pub use cchc_cli as cli;
pub use cchc_definitions as definitions;
pub use cchc_engine as engine;
pub use cchc_generate as generate;
pub use cchc_import as import;
pub use cchc_indicators as indicators;
pub use cchc_indices as indices;
pub use cchc_insight as insight;
pub use cchc_model as model;
pub use cchc_normalise as normalise;
pub use cchc_read as read;
pub use cchc_report as report;
pub use cchc_store as store;
pub use cchc_units as units;
