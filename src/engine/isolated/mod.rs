//! Has a question in SQL computed in a process of its own, which is ended when it goes beyond a limit.

mod limits;
mod pipe;
mod serve;

use std::io::{self, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use super::{EngineError, Refusal, SqlAnswer, SqlLimits};
use pipe::{Piece, Pieces};

pub use pipe::{Asked, SqlQuestion};
pub use serve::serve_sql;

/// The argument that makes the program compute a question for another process.
pub const SERVE_SQL: &str = "serve-sql";

/// Bytes of its last words that are looked at.
const LAST_WORDS: u64 = 64 << 10;

/// How long a process that broke off its answer may take to end.
const PATIENCE: Duration = Duration::from_millis(500);

/// Computes a question in a process of `program`, which must answer to [`SERVE_SQL`] by [`serve_sql`].
///
/// Waits for the end: whoever must not wait calls it on a thread of its own.
///
/// # Errors
/// As for [`Engine::sql`](super::Engine::sql); or a limit is reached, or the process cannot be started.
pub fn ask_isolated(program: &Path, question: &SqlQuestion) -> Result<SqlAnswer, EngineError> {
    let ends = Instant::now() + Duration::from_secs(question.limits.seconds);
    let mut process = Process::start(program, question).map_err(EngineError::Process)?;
    let mut head: Option<(SchemaRef, bool)> = None;
    let mut batches: Vec<RecordBatch> = Vec::new();
    loop {
        match process.pieces.recv_timeout(ends.saturating_duration_since(Instant::now())) {
            Ok(Ok(Piece::Head { schema, reads_apart })) => head = Some((schema, reads_apart)),
            Ok(Ok(Piece::Rows(batch))) => batches.push(batch),
            Ok(Ok(Piece::Done)) => break,
            Ok(Ok(Piece::Failed(failure))) => return Err(failure.into_error()),
            Err(RecvTimeoutError::Timeout) => return Err(Refusal::Seconds(question.limits.seconds).into()),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(process.last_words(&question.limits)),
        }
    }
    let Some((schema, reads_apart)) = head else { return Err(process.last_words(&question.limits)) };
    Ok(SqlAnswer { schema, batches, reads_apart })
}

/// The process that computes; it is ended when this is dropped.
struct Process {
    /// There until this is dropped.
    child: Option<Child>,
    pieces: Receiver<io::Result<Piece>>,
    said: Option<JoinHandle<String>>,
    /// The process ends when nobody holds this any more, be it since this program was ended.
    _requests: ChildStdin,
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // It may have ended already.
        let _ = child.kill();
        // Giving gigabytes back takes the system its time, which nobody needs to wait for.
        std::thread::spawn(move || child.wait());
    }
}

impl Process {
    fn start(program: &Path, question: &SqlQuestion) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(SERVE_SQL)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let piped = || io::Error::from(io::ErrorKind::BrokenPipe);
        let mut requests = child.stdin.take().ok_or_else(piped)?;
        let answers = child.stdout.take().ok_or_else(piped)?;
        let said = child.stderr.take().map(|said| std::thread::spawn(|| last_words(said)));
        // A process that cannot start reads nothing; its last words tell why.
        let _ = question.send(&mut requests);
        Ok(Self { child: Some(child), pieces: received(answers), said, _requests: requests })
    }

    /// How the process ended; nothing if it goes on though it has nothing more to say, and is ended here.
    fn ended(&mut self) -> Option<ExitStatus> {
        let child = self.child.as_mut()?;
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if let Ok(Some(status)) = child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = child.kill();
        None
    }

    /// Why the process ended without an answer.
    fn last_words(&mut self, limits: &SqlLimits) -> EngineError {
        let status = self.ended();
        let said = self.said.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if says(&["memory allocation", "capacity overflow", "Cannot allocate memory", "failed to spawn thread"]) {
            return Refusal::Memory(limits.memory_mib).into();
        }
        if says(&["overflowed its stack"]) {
            return Refusal::Depth(super::gate::DEEPEST).into();
        }
        match status.and_then(signal) {
            Some(SIGXCPU) => Refusal::Seconds(limits.seconds).into(),
            // The operating system ends a process in this way when there is no memory left for anybody.
            Some(SIGKILL) => Refusal::Memory(limits.memory_mib).into(),
            _ => Refusal::Crashed.into(),
        }
    }
}

/// Reads the answer on a thread of its own, since a pipe cannot be waited for with a limit of time.
fn received(answers: ChildStdout) -> Receiver<io::Result<Piece>> {
    let (sender, pieces) = sync_channel(4);
    std::thread::spawn(move || {
        let mut found = Pieces::new(BufReader::new(answers));
        loop {
            let piece = found.next();
            let is_last = !matches!(piece, Ok(Piece::Head { .. } | Piece::Rows(_)));
            if sender.send(piece).is_err() || is_last {
                return;
            }
        }
    });
    pieces
}

fn last_words(said: ChildStderr) -> String {
    let mut words = Vec::new();
    let mut said = said.take(LAST_WORDS);
    // What cannot be read was not said.
    let _ = said.read_to_end(&mut words);
    let _ = io::copy(&mut said.into_inner(), &mut io::sink());
    String::from_utf8_lossy(&words).into_owned()
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
    use super::*;

    fn answer(program: &str) -> EngineError {
        let mut question = SqlQuestion::new(Path::new("kho"), Asked::Text("SELECT 1".to_owned()));
        question.limits.seconds = 1;
        ask_isolated(Path::new(program), &question).expect_err("no such program answers")
    }

    #[test]
    fn a_process_that_ends_answers_nonsense_or_hangs_is_told_as_what_it_is() {
        assert!(matches!(answer("/bin/false"), EngineError::Gate(Refusal::Crashed)));
        assert!(matches!(answer("/bin/cat"), EngineError::Gate(Refusal::Crashed | Refusal::Seconds(1))));
        assert!(matches!(answer("/usr/bin/yes"), EngineError::Gate(Refusal::Crashed)));
        assert!(matches!(answer("/no/such/program"), EngineError::Process(_)));
    }
}
