//! Why a question has no answer.

use thiserror::Error;

use cchc_definitions::Fault;
use cchc_import::{ImportError, RebuildError};
use cchc_indices::ScoreError;
use cchc_report::ReportError;
use cchc_store::StoreError;

/// A question without an answer. The texts are for the user.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The request names what is not there, or what does not go together.
    #[error("{0}")]
    Request(String),
    /// The data or files do not allow what was requested.
    #[error("{0}")]
    Refused(String),
    /// The definitions have faults.
    #[error("{} fault(s) in the definitions:\n{}", .0.len(), lines(.0))]
    Definitions(Vec<Fault>),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Files cannot be read as an import would.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Units cannot be scored.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// A workbook cannot be made.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A template cannot be used.
    #[error("{file}")]
    Template {
        /// The file.
        file: String,
        /// What is wrong with it.
        source: ReportError,
    },
    /// A template cannot be read.
    #[error("{file}")]
    TemplateFile {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file that was imported cannot be read again.
    #[error("{file}")]
    Original {
        /// The file.
        file: String,
        /// Why.
        source: RebuildError,
    },
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n")
}
