//! Reads files side by side within a budget of memory; the result does not depend on the order of reading.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Condvar, Mutex, PoisonError};

use super::Progress;
use super::file::{Context, read_file};
use super::reading::FileReading;
use cchc_read::InputFile;

/// Memory that one file of `bytes` may need while it is read: compressed containers hold about ten times their size
/// in cells, and a small file needs its buffers all the same.
const fn claim(bytes: u64) -> u64 {
    bytes.saturating_mul(10).saturating_add(8 << 20)
}

/// Reads all files on as many threads as there are processors; the readings come in the order of `files`.
///
/// Files that together claim more than `memory` bytes wait for each other; one that claims more on its own is read
/// alone. Large files begin first, so that none of them is left for the end when only one thread still has work.
pub(super) fn read_files(
    files: &[InputFile],
    context: &Context<'_>,
    memory: u64,
    progress: &mut dyn Progress,
) -> Vec<FileReading> {
    let sizes: Vec<u64> = files.iter().map(|file| file.bytes).collect();
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(sizes[*at]), *at));
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(files.len());
    let (next, budget) = (AtomicUsize::new(0), MemoryBudget::new(memory));
    let (sender, receiver) = channel();
    let mut readings: Vec<Option<FileReading>> = std::iter::repeat_with(|| None).take(files.len()).collect();
    progress.files(files.len(), sizes.iter().sum());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, order, sizes, next, budget) = (sender.clone(), &order, &sizes, &next, &budget);
            scope.spawn(move || {
                while let Some(&at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let _claimed = budget.claim(claim(sizes[at]));
                    let _ = sender.send(Event::Begun(at));
                    let reading = read_file(&files[at], context);
                    let _ = sender.send(Event::Done(at, Box::new(reading)));
                }
            });
        }
        drop(sender);
        for event in receiver {
            match event {
                Event::Begun(at) => progress.begun(&files[at].shown),
                Event::Done(at, reading) => {
                    progress.done(sizes[at]);
                    readings[at] = Some(*reading);
                }
            }
        }
    });
    readings.into_iter().map(|reading| reading.expect("every file is read once")).collect()
}

enum Event {
    Begun(usize),
    Done(usize, Box<FileReading>),
}

/// Memory that the files being read share.
struct MemoryBudget {
    all: u64,
    free: Mutex<u64>,
    freed: Condvar,
}

/// A part of the budget, returned when dropped.
struct Claimed<'r> {
    budget: &'r MemoryBudget,
    bytes: u64,
}

impl MemoryBudget {
    const fn new(all: u64) -> Self {
        Self { all, free: Mutex::new(all), freed: Condvar::new() }
    }

    /// Waits until `bytes` are free, or all of the budget if that is less.
    fn claim(&self, bytes: u64) -> Claimed<'_> {
        let bytes = bytes.min(self.all);
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free < bytes).unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        Claimed { budget: self, bytes }
    }
}

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        *self.budget.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn files_that_fit_together_are_read_together_and_others_wait() {
        let budget = MemoryBudget::new(100);
        let (first, second) = (budget.claim(60), budget.claim(40));
        assert_eq!(*budget.free.lock().unwrap_or_else(PoisonError::into_inner), 0);
        let waited = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| budget.claim(1_000).bytes);
            std::thread::sleep(Duration::from_millis(20));
            assert!(!waiting.is_finished());
            drop((first, second));
            waiting.join()
        });
        assert_eq!(waited.ok(), Some(100));
        assert_eq!(*budget.free.lock().unwrap_or_else(PoisonError::into_inner), 100);
    }
}
