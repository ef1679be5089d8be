//! How much one question in SQL may take.

use serde::{Deserialize, Serialize};

/// How much one question in SQL may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlLimits {
    /// Seconds from the start of its process to the last row of the answer.
    pub seconds: u64,
    /// MiB of memory beside those of the program itself.
    pub memory_mib: u64,
    /// MiB of the answer.
    pub result_mib: u64,
    /// Cells of the answer, where it is laid out whole.
    pub cells: Option<u64>,
}

impl Default for SqlLimits {
    fn default() -> Self {
        Self { seconds: 30, memory_mib: 2048, result_mib: 512, cells: None }
    }
}

impl SqlLimits {
    /// Bytes of memory.
    pub(super) const fn memory(&self) -> u64 {
        self.memory_mib.saturating_mul(1 << 20)
    }

    /// Bytes that the steps of a plan may claim: they put rows aside on disk when these are used up, and what they do not
    /// account for has some room, too.
    pub(super) fn claimed(&self) -> usize {
        usize::try_from(self.memory() / 4 * 3).unwrap_or(usize::MAX)
    }

    /// Bytes of the answer.
    pub(super) const fn result(&self) -> u64 {
        self.result_mib.saturating_mul(1 << 20)
    }
}
