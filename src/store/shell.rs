//! The one place that waits for an asynchronous answer: the shell that synchronous callers stand in.

use super::{StoreError, io};

/// Owns the threads on which questions run, and waits for their answers.
///
/// Rooms below only give futures; whoever is synchronous at the edge (the command line, an import, a test) makes one
/// shell and waits with it.
#[derive(Debug)]
pub struct Shell {
    runtime: tokio::runtime::Runtime,
}

impl Shell {
    /// Starts the threads.
    pub fn new() -> Result<Self, StoreError> {
        // Plans of deep SQL are walked recursively, on threads whose usual stack is too small for them.
        let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).build();
        Ok(Self { runtime: runtime.map_err(io(std::path::Path::new("threads for questions")))? })
    }

    /// Waits for an answer.
    pub fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }
}
