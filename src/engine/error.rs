//! Why a question has no answer.

use thiserror::Error;

use super::gate::{GateError, Refusal};
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
    /// The gate for questions in SQL refuses it, or ended it.
    #[error(transparent)]
    Gate(#[from] Refusal),
    /// The process that was to compute cannot be started or talked to.
    #[error("the process that computes the question: {0}")]
    Process(#[source] std::io::Error),
    /// What went wrong in the process that computed.
    #[error(transparent)]
    OtherProcess(ErrorChain),
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

impl From<GateError> for EngineError {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Refused(refusal) => refusal.into(),
            GateError::Engine(error) => Self::Store(error),
        }
    }
}

/// An error of another process, with its causes.
#[derive(Debug, Error)]
#[error("{text}")]
pub struct ErrorChain {
    text: String,
    source: Option<Box<ErrorChain>>,
}

impl ErrorChain {
    /// An error and its causes by their texts; nothing if there are none.
    pub(super) fn chain(texts: Vec<String>) -> Option<Self> {
        texts.into_iter().rev().fold(None, |source, text| Some(Self { text, source: source.map(Box::new) }))
    }
}
