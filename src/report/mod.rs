//! What people read: one format-free plan of a report, and the writers that turn it into files.

mod carried;
mod error;
#[cfg(test)]
mod fixture;
mod form;
mod form_read;
mod gather;
mod input;
mod number;
pub mod plan;
mod returned;
mod sheets;
mod template;
pub mod write;

pub use error::ReportError;
pub use form::{Counted, Figure, Form, FormWords};
pub use form_read::ToldRule;
pub use gather::gather;
pub use input::{Cards, Counts, FigureUnit, IndicatorInfo, Makeup, Ranking, ReportInput, RuleCount};
pub use number::{shown, value_shown};
pub use returned::{ReturnWords, Returned, ReturnedFinding, Standing, build_returned};
pub use sheets::build;
pub use template::{Template, Theme};
pub use write::xlsx::{CorrectionRow, CorrectionSheet, render as render_xlsx, render_correction, render_form};
