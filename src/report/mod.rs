//! What people read: one format-free plan of a report, and the writers that turn it into files.

mod error;
#[cfg(test)]
mod fixture;
mod form;
mod gather;
mod input;
mod number;
mod period_label;
pub mod plan;
mod returned;
mod sheets;
mod template;
pub mod write;

pub use error::ReportError;
pub use form::{Counted, Figure, RuleWords, ScoringForm, ScoringFormWords};
pub use gather::gather;
pub use input::{Cards, Carried, Counts, FigureUnit, IndicatorInfo, Makeup, Ranking, ReportInput, RuleCount};
pub use number::{shown, value_shown};
pub use period_label::period_label;
pub use returned::{Consequence, ReturnWords, Returned, ReturnedFinding, build_returned};
pub use sheets::build;
pub use template::{Template, Theme};
pub use write::xlsx::{CorrectionRow, CorrectionSheet, render as render_xlsx, render_correction, render_form};
