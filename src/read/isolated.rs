//! Has .xls files read in processes of their own, so that a crash there is the refusal of one file.

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::Flow;
use super::budget::Budget;
use super::error::ReadError;
use super::frames::{Piece, Pieces, read_frame};
use super::limits::{Excess, Limits};
use super::serve::Request;
use super::sniff::Container;

/// The argument that makes the program serve as such a process.
pub const SERVE_XLS: &str = "serve-xls";

/// Bytes of a file for which the time of the limits is meant.
const BYTES_PER_TIME: u64 = 8 << 20;
/// A process that has read a larger file is not used again: it may not have given its memory back.
const LARGE_FILE: u64 = 16 << 20;

static HELPERS: OnceLock<Helpers> = OnceLock::new();

/// The program to start, and its processes that wait for work.
#[derive(Debug)]
struct Helpers {
    program: PathBuf,
    idle: Mutex<Vec<Helper>>,
}

/// From now on .xls files are read in processes of `program`, which must answer to [`SERVE_XLS`] by calling
/// [`serve_xls`](super::serve_xls). Without this, as in tests of the library, they are read in this process, which
/// turns a panic into an error but cannot survive running out of memory.
pub fn isolate_xls(program: PathBuf) {
    // A second call would name the same program.
    let _ = HELPERS.set(Helpers { program, idle: Mutex::new(Vec::new()) });
}

/// Reads a file in another process, if there is a program to start; `None` if not.
pub(super) fn read(path: &Path, size: u64, budget: &mut Budget<'_>) -> Option<Result<(), ReadError>> {
    let helpers = HELPERS.get()?;
    let idle = helpers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let (ended, helper) = match idle.map(|helper| helper.read(path, size, budget)) {
        // If it ended while it waited for work, that says nothing about this file.
        Some((Ended::Silent, _)) | None => match Helper::start(&helpers.program) {
            Ok(helper) => helper.read(path, size, budget),
            Err(error) => return Some(Err(ReadError::Helper(error))),
        },
        Some(answer) => answer,
    };
    if let Some(helper) = helper.filter(|_| size <= LARGE_FILE) {
        helpers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(helper);
    }
    Some(match ended {
        Ended::Whole | Ended::NotWanted => Ok(()),
        Ended::Refused(error) => Err(error),
        Ended::Silent => Err(ReadError::Panicked(Container::Xls)),
    })
}

/// How the reading of a file ended.
enum Ended {
    /// The file is read.
    Whole,
    /// The receiver wanted no more.
    NotWanted,
    /// The file is refused.
    Refused(ReadError),
    /// The process ended without an answer.
    Silent,
}

/// A process that reads .xls files one after the other.
#[derive(Debug)]
struct Helper {
    child: Child,
    requests: ChildStdin,
    frames: Receiver<io::Result<Vec<u8>>>,
    /// Whether it has read a file before and waited for this one.
    waited: bool,
}

impl Drop for Helper {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Helper {
    fn start(program: &Path) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(SERVE_XLS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let requests = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut answers = BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        let (sender, frames) = sync_channel(4);
        // Ends when the process does, or when the receiver is dropped.
        std::thread::spawn(move || {
            while let Some(frame) = read_frame(&mut answers).transpose() {
                if sender.send(frame).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, requests, frames, waited: false })
    }

    /// Reads a file; gives the process back if it waits for the next one.
    fn read(mut self, path: &Path, size: u64, budget: &mut Budget<'_>) -> (Ended, Option<Self>) {
        let limits = budget.limits;
        let seconds = limits.max_xls_seconds.saturating_mul(1 + size / BYTES_PER_TIME);
        let request = Request::new(path, limits.clone(), seconds, budget.wants_notes());
        if request.send(&mut self.requests).is_err() {
            let ended = if self.waited { Ended::Silent } else { Ended::Refused(self.exit_reason(limits)) };
            return (ended, None);
        }
        let mut left = Duration::from_secs(seconds);
        let mut sheet = Flow::Continue;
        let mut has_answered = false;
        loop {
            let asked = Instant::now();
            let frame = match self.frames.recv_timeout(left) {
                Ok(Ok(frame)) => frame,
                Ok(Err(error)) if error.kind() != io::ErrorKind::UnexpectedEof => {
                    return (Ended::Refused(ReadError::broken(Container::Xls)(error)), None);
                }
                Err(RecvTimeoutError::Timeout) => {
                    return (Ended::Refused(limits.exceeded(Excess::XlsSeconds)), None);
                }
                // The process ended in the middle of the file.
                _ if has_answered || !self.waited => return (Ended::Refused(self.exit_reason(limits)), None),
                _ => return (Ended::Silent, None),
            };
            has_answered = true;
            // Only waiting counts: the receiver of the rows may take its time.
            left = left.saturating_sub(asked.elapsed());
            match pass_on(&frame, &mut sheet, budget) {
                Ok(FrameEnd::More) => {}
                Ok(FrameEnd::Stopped) => return (Ended::NotWanted, None),
                Ok(FrameEnd::End) => return (Ended::Whole, Some(self.waiting())),
                Ok(FrameEnd::Refused(error)) => return (Ended::Refused(error), Some(self.waiting())),
                Err(error) => return (Ended::Refused(error), None),
            }
        }
    }

    const fn waiting(mut self) -> Self {
        self.waited = true;
        self
    }

    /// Why the process ended.
    fn exit_reason(&mut self, limits: &Limits) -> ReadError {
        let Ok(status) = self.child.wait() else { return ReadError::Panicked(Container::Xls) };
        let mut stderr_text = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            // Without it the exit status decides.
            let _ = stderr.take(4096).read_to_end(&mut stderr_text);
        }
        match signal(status) {
            Some(SIGXCPU) => limits.exceeded(Excess::XlsSeconds),
            // The operating system ends a process in this way when the whole system is out of memory.
            Some(SIGKILL) => limits.exceeded(Excess::XlsMemory),
            _ if String::from_utf8_lossy(&stderr_text).contains("memory allocation") => {
                limits.exceeded(Excess::XlsMemory)
            }
            _ => ReadError::Panicked(Container::Xls),
        }
    }
}

enum FrameEnd {
    More,
    Stopped,
    End,
    Refused(ReadError),
}

/// Passes on what a frame holds; `sheet` is the last answer of the receiver.
fn pass_on(frame: &[u8], sheet: &mut Flow, budget: &mut Budget<'_>) -> Result<FrameEnd, ReadError> {
    let mut pieces = Pieces::of(frame);
    while let Some(piece) = pieces.next().map_err(ReadError::broken(Container::Xls))? {
        match piece {
            Piece::Sheet(next) => *sheet = budget.sheet(&next.name, next.hidden),
            Piece::Row(number, cells) if *sheet == Flow::Continue => *sheet = budget.row(number, &cells)?,
            Piece::Note(note) if *sheet == Flow::Continue => budget.note(note),
            Piece::Row(..) | Piece::Note(_) => {}
            Piece::Done => return Ok(FrameEnd::End),
            Piece::Failed(fault) => return Ok(FrameEnd::Refused(fault.into_error())),
        }
        if *sheet == Flow::Stop {
            return Ok(FrameEnd::Stopped);
        }
    }
    Ok(FrameEnd::More)
}

const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::collected::Collected;
    use super::*;

    /// What comes of a file if this program answers.
    fn answer(program: &str) -> String {
        let (limits, mut sink) = (Limits::default(), Collected::default());
        let mut budget = Budget::new(&mut sink, &limits);
        let (ended, helper) = match Helper::start(Path::new(program)) {
            Ok(helper) => helper.read(Path::new("no.xls"), 0, &mut budget),
            Err(_) => return "not started".to_owned(),
        };
        assert!(helper.is_none(), "nobody asks such a process again");
        match ended {
            Ended::Refused(error) => error.rule().to_owned(),
            _ => "read".to_owned(),
        }
    }

    #[test]
    fn a_process_that_ends_or_answers_nonsense_refuses_the_file() {
        assert_eq!(answer("/bin/false"), "damaged");
        assert_eq!(answer("/bin/cat"), "damaged");
        assert_eq!(answer("/no/such/program"), "not started");
    }
}
