//! Turns a panic inside a third-party reader into an error, without its output, and lets the sink's own panics pass.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::error::ReadError;
use super::sniff::Container;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a reader; its panic becomes [`ReadError::Panicked`].
pub(super) fn catching<T>(container: Container, read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    install_hook();
    let before = QUIET.replace(true);
    let caught = panic::catch_unwind(AssertUnwindSafe(read));
    let reader_panicked = QUIET.replace(before);
    match caught {
        Ok(result) => result,
        Err(_) if reader_panicked => Err(ReadError::Panicked(container)),
        // Quiet was off, so the panic came out of the sink: a fault of this program, not of the file.
        Err(payload) => panic::resume_unwind(payload),
    }
}

/// Runs the sink, whose panics are loud and not caught.
pub(super) fn sinking<T>(call: impl FnOnce() -> T) -> T {
    let before = QUIET.replace(false);
    let answer = call();
    QUIET.set(before);
    answer
}

fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_panics_gives_an_error() {
        let result: Result<(), _> = catching(Container::Xls, || panic!("index out of range"));
        assert!(matches!(result, Err(ReadError::Panicked(Container::Xls))));
    }

    #[test]
    #[should_panic(expected = "a fault of the sink")]
    fn a_sink_that_panics_is_not_blamed_on_the_file() {
        let _ = catching::<()>(Container::Csv, || sinking(|| panic!("a fault of the sink")));
    }
}
