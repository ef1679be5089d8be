//! What can go wrong between a plan and a file.

use thiserror::Error;

/// A report that could not be made.
#[derive(Debug, Error)]
pub enum ReportError {
    /// `workbook.toml` does not have the shape that the builder needs.
    #[error("report template: {0}")]
    Template(#[from] toml::de::Error),
    /// A colour of the template is not `#rrggbb`.
    #[error("report template: theme.{key} = \"{value}\" is no colour; write it as \"#1f4e79\"")]
    Colour {
        /// Key under `[theme]`.
        key: &'static str,
        /// Its value.
        value: String,
    },
    /// A size of letters is none that can be read.
    #[error("report template: theme.{key} = {value} is no size of letters; write 6 to 72")]
    LetterSize {
        /// Key under `[theme]`.
        key: &'static str,
        /// What stands there.
        value: u16,
    },
    /// The workbook writer refused.
    #[error("workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// No writer has the name.
    #[error("no report format '{id}'; there are: {all}")]
    Format {
        /// The name.
        id: String,
        /// The names that there are.
        all: String,
    },
    /// A plan without a chart has no picture.
    #[error("there is no chart to draw in '{0}'")]
    NoChart(String),
    /// A bundled font cannot be read.
    #[error("the bundled font {0} cannot be read")]
    Font(&'static str),
    /// The drawing backend refused.
    #[error("chart {chart}: {message}")]
    Drawing {
        /// The chart's file stem.
        chart: String,
        /// The backend's words.
        message: String,
    },
}
