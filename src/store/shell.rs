//! The one place that waits for an asynchronous answer: the shell that synchronous callers stand in.

use super::{StoreError, io};

/// Plans of deep SQL are walked recursively, on threads whose usual stack is too small for them.
const STACK: usize = 16 << 20;

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
        let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).build();
        Ok(Self { runtime: runtime.map_err(io(std::path::Path::new("threads for questions")))? })
    }

    /// The same with few threads: each claims room for its stack, which a process with a limit on its memory has not.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn small() -> Result<Self, StoreError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut threads = tokio::runtime::Builder::new_multi_thread();
        threads.worker_threads(cores.min(8)).max_blocking_threads(8).thread_stack_size(STACK);
        Ok(Self { runtime: threads.build().map_err(io(std::path::Path::new("threads for questions")))? })
    }

    /// Waits for an answer.
    pub fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }
}
