//! What goes through the pipes between the asking process and the one that computes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use serde::{Deserialize, Serialize};

use crate::Opening;
use crate::error::ErrorChain;
use crate::{EngineError, Refusal, SqlLimits};
use cchc_model::Period;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// A text of SQL.
    Text(String),
    /// The ready question of this name.
    Saved(String),
}

/// A question to a version of a workspace, and its limits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SqlQuestion {
    /// The workspace, in the encoding of the operating system, which need not be UTF-8.
    root: Vec<u8>,
    /// Which version is opened, and how.
    pub opening: Opening,
    /// What is asked.
    pub asked: Asked,
    /// The period, as it is written.
    period: Option<String>,
    /// Code of the unit.
    pub unit: Option<String>,
    /// How much it may take.
    pub limits: SqlLimits,
}

impl SqlQuestion {
    /// A question to the newest version.
    #[must_use]
    pub fn new(root: &Path, asked: Asked) -> Self {
        Self {
            root: root.as_os_str().as_encoded_bytes().to_vec(),
            opening: Opening::default(),
            asked,
            period: None,
            unit: None,
            limits: SqlLimits::default(),
        }
    }

    /// The same for a period.
    #[must_use]
    pub fn with_period(self, period: Option<&Period>) -> Self {
        Self { period: period.map(ToString::to_string), ..self }
    }

    pub(super) fn period(&self) -> Option<Period> {
        self.period.as_ref()?.parse().ok()
    }

    pub(super) fn root(&self) -> io::Result<PathBuf> {
        path(self.root.clone())
    }

    pub(super) fn send(&self, mut to: impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut to, self)?;
        to.write_all(b"\n")?;
        to.flush()
    }

    pub(super) fn receive(from: impl Read) -> io::Result<Self> {
        let mut line = String::new();
        BufReader::new(from).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere a path must be text")]
fn path(bytes: Vec<u8>) -> io::Result<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Ok(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn path(bytes: Vec<u8>) -> io::Result<PathBuf> {
    String::from_utf8(bytes).map(PathBuf::from).map_err(io::Error::other)
}

/// Why there is no answer, as far as the asking process needs to know.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Failure {
    /// The request names what is not there.
    Request(String),
    /// A limit, or what is not allowed.
    Refused(Refusal),
    /// The error and its causes.
    Failed(Vec<String>),
}

impl Failure {
    pub(super) fn of(error: EngineError) -> Self {
        match error {
            EngineError::Request(text) => Self::Request(text),
            EngineError::Gate(refusal) => Self::Refused(refusal),
            other => {
                let first: &dyn std::error::Error = &other;
                let chain = std::iter::successors(Some(first), |error| error.source());
                Self::Failed(chain.map(ToString::to_string).collect())
            }
        }
    }

    pub(super) fn into_error(self) -> EngineError {
        match self {
            Self::Request(text) => EngineError::Request(text),
            Self::Refused(refusal) => refusal.into(),
            Self::Failed(texts) => {
                ErrorChain::chain(texts).map_or(EngineError::Gate(Refusal::Crashed), EngineError::OtherProcess)
            }
        }
    }
}

/// What stands before the rows.
#[derive(Debug, Serialize, Deserialize)]
enum Start {
    /// An answer follows, and whether units of another day were asked for in vain.
    Answer { reads_apart: bool },
    /// There is none.
    Failed(Failure),
}

/// Writes an answer: a line of JSON, the rows, a line of JSON that says how it ended.
pub(super) struct AnswerWriter<W: Write> {
    rows: StreamWriter<Counted<W>>,
    /// Types of the columns in the pipe.
    sent: SchemaRef,
}

impl<W: Write> AnswerWriter<W> {
    pub(super) fn start(mut to: W, schema: &SchemaRef, reads_apart: bool) -> io::Result<Self> {
        line(&mut to, &Start::Answer { reads_apart })?;
        // The schema of the answer, then the rows with the types that need no room for what they leave out.
        let mut schema_alone = StreamWriter::try_new(&mut to, schema).map_err(io::Error::other)?;
        schema_alone.finish().map_err(io::Error::other)?;
        drop(schema_alone);
        let sent = plain(schema);
        let rows = StreamWriter::try_new(Counted { to, bytes: 0 }, &sent).map_err(io::Error::other)?;
        Ok(Self { rows, sent })
    }

    /// Writes rows; gives the bytes of the answer so far.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<u64, ArrowError> {
        self.rows.write(&cast_to(batch, &self.sent)?)?;
        Ok(self.rows.get_ref().bytes)
    }

    /// Ends the answer.
    pub(super) fn end(mut self, failure: Option<&Failure>) -> io::Result<()> {
        self.rows.finish().map_err(io::Error::other)?;
        let mut to = self.rows.into_inner().map_err(io::Error::other)?.to;
        line(&mut to, &failure)?;
        to.flush()
    }
}

/// Says that there is no answer.
pub(super) fn fail(mut to: impl Write, failure: Failure) -> io::Result<()> {
    line(&mut to, &Start::Failed(failure))?;
    to.flush()
}

fn line(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

/// Counts what is written.
struct Counted<W> {
    to: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The same columns, where texts that are views into larger buffers become texts of their own: in the pipe a view takes
/// the whole buffer with it.
fn plain(schema: &SchemaRef) -> SchemaRef {
    let field = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8View => field.as_ref().clone().with_data_type(DataType::Utf8),
        DataType::BinaryView => field.as_ref().clone().with_data_type(DataType::Binary),
        _ => field.as_ref().clone(),
    };
    let fields: Vec<Field> = schema.fields().iter().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn cast_to(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
    let options = datafusion::arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns.collect::<Result<_, _>>()?, &options)
}

/// A part of an answer.
#[derive(Debug)]
pub(super) enum Piece {
    Head { schema: SchemaRef, reads_apart: bool },
    Rows(RecordBatch),
    Done,
    Failed(Failure),
}

/// Reads an answer part by part.
pub(super) struct Pieces<R: Read> {
    state: State<R>,
}

enum State<R: Read> {
    Start(BufReader<R>),
    Rows { schema: SchemaRef, rows: StreamReader<BufReader<R>> },
    Over,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(from: BufReader<R>) -> Self {
        Self { state: State::Start(from) }
    }

    pub(super) fn next(&mut self) -> io::Result<Piece> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Start(mut from) => match read_line(&mut from)? {
                Start::Failed(failure) => Ok(Piece::Failed(failure)),
                Start::Answer { reads_apart } => {
                    let mut alone = StreamReader::try_new(&mut from, None).map_err(io::Error::other)?;
                    let schema = alone.schema();
                    if alone.next().is_some() {
                        return Err(io::ErrorKind::InvalidData.into());
                    }
                    let rows = StreamReader::try_new(from, None).map_err(io::Error::other)?;
                    self.state = State::Rows { schema: Arc::clone(&schema), rows };
                    Ok(Piece::Head { schema, reads_apart })
                }
            },
            State::Rows { schema, mut rows } => match rows.next() {
                Some(batch) => {
                    let batch = batch.and_then(|batch| cast_to(&batch, &schema)).map_err(io::Error::other)?;
                    self.state = State::Rows { schema, rows };
                    Ok(Piece::Rows(batch))
                }
                None => Ok(read_line::<Option<Failure>>(rows.get_mut())?.map_or(Piece::Done, Piece::Failed)),
            },
            State::Over => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// No line of JSON is longer: those of nonsense may be.
const LONGEST_LINE: u64 = 1 << 20;

fn read_line<T: for<'a> Deserialize<'a>>(from: &mut impl BufRead) -> io::Result<T> {
    let mut line = Vec::new();
    from.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    Ok(serde_json::from_slice(&line)?)
}
