//! Sheets and rows as bytes in frames of known length, for the pipe from the process that reads .xls files.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::error::ReadError;
use super::limits::Exceeded;
use super::sniff::Container;
use super::{Cell, Flow, Note, RowSink, Sheet};

/// Bytes from which a frame is sent.
const FRAME_BYTES: usize = 64 << 10;
/// A frame holds one row more than that at most, of 256 cells of 32.767 characters each.
const LONGEST_FRAME: u32 = 64 << 20;

/// What a frame holds, piece by piece.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Piece<'f> {
    Sheet(Cow<'f, Sheet>),
    Row(u32, #[serde(borrow)] Cow<'f, [Cell<'f>]>),
    Note(Note),
    Done,
    Failed(SentError),
}

/// A [`ReadError`] as it is sent through the pipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SentError {
    Open(String),
    Password,
    TooBig(Exceeded),
    NotAWorkbook(String),
    Broken(String),
    Panicked,
}

impl SentError {
    pub(super) fn of(error: &ReadError) -> Self {
        match error {
            ReadError::Open(source) => Self::Open(source.to_string()),
            ReadError::Password => Self::Password,
            ReadError::TooBig(exceeded) => Self::TooBig(*exceeded),
            ReadError::NotAWorkbook(kind) => Self::NotAWorkbook(kind.to_string()),
            ReadError::Panicked(_) => Self::Panicked,
            ReadError::Broken { source, .. } => Self::Broken(source.to_string()),
            other => Self::Broken(other.to_string()),
        }
    }

    pub(super) fn into_error(self) -> ReadError {
        match self {
            Self::Open(source) => ReadError::Open(io::Error::other(source)),
            Self::Password => ReadError::Password,
            Self::TooBig(exceeded) => ReadError::TooBig(exceeded),
            Self::NotAWorkbook(kind) => ReadError::NotAWorkbook(Cow::Owned(kind)),
            Self::Broken(source) => ReadError::broken(Container::Xls)(source),
            Self::Panicked => ReadError::Panicked(Container::Xls),
        }
    }
}

/// Writes what a reader finds as frames.
pub(super) struct FrameWriter<W: Write> {
    out: W,
    frame: Vec<u8>,
    wants_notes: bool,
    failed: bool,
}

impl<W: Write> FrameWriter<W> {
    pub(super) fn new(out: W, wants_notes: bool) -> Self {
        Self { out, frame: Vec::with_capacity(2 * FRAME_BYTES), wants_notes, failed: false }
    }

    /// Ends the file and sends what is left.
    pub(super) fn end(mut self, result: &Result<(), ReadError>) -> io::Result<()> {
        let last = result.as_ref().map_or_else(|error| Piece::Failed(SentError::of(error)), |()| Piece::Done);
        self.frame = postcard::to_extend(&last, self.frame).map_err(io::Error::other)?;
        write_frame(&mut self.out, &self.frame)
    }

    /// Adds a piece and sends the frame once it is full; stops if the other process has ended.
    fn put(&mut self, piece: &Piece<'_>) -> Flow {
        match postcard::to_extend(piece, std::mem::take(&mut self.frame)) {
            Ok(frame) => self.frame = frame,
            Err(_) => self.failed = true,
        }
        if self.frame.len() >= FRAME_BYTES {
            self.failed |= write_frame(&mut self.out, &self.frame).is_err();
            self.frame.clear();
        }
        if self.failed { Flow::Stop } else { Flow::Continue }
    }
}

impl<W: Write> RowSink for FrameWriter<W> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        self.put(&Piece::Sheet(Cow::Borrowed(sheet)))
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        self.put(&Piece::Row(number, Cow::Borrowed(cells)))
    }

    fn wants_notes(&self) -> bool {
        self.wants_notes
    }

    fn note(&mut self, note: Note) {
        // A failure stops the reader at the next row.
        let _ = self.put(&Piece::Note(note));
    }
}

/// Writes one frame: its length, then its bytes.
pub(super) fn write_frame(mut to: impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).ok().filter(|length| *length <= LONGEST_FRAME);
    to.write_all(&length.ok_or(io::ErrorKind::InvalidData)?.to_le_bytes())?;
    to.write_all(frame)?;
    to.flush()
}

/// Reads the bytes of one frame; `None` at the end of the stream.
pub(super) fn read_frame(mut from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if let Err(error) = from.read_exact(&mut length) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    let length = u32::from_le_bytes(length);
    if length > LONGEST_FRAME {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = vec![0; length as usize];
    from.read_exact(&mut frame)?;
    Ok(Some(frame))
}

/// The pieces of a frame.
pub(super) struct Pieces<'f>(&'f [u8]);

impl<'f> Pieces<'f> {
    pub(super) const fn of(frame: &'f [u8]) -> Self {
        Self(frame)
    }

    /// The next piece; `None` at the end of the frame, an error if it is not what [`FrameWriter`] writes.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'f>>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (piece, rest) =
            postcard::take_from_bytes(self.0).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.0 = rest;
        Ok(Some(piece))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn row() -> [Cell<'static>; 7] {
        [
            Cell::Empty,
            Cell::Text("Số\0".into()),
            Cell::Number(-1.5),
            Cell::Bool(true),
            Cell::Bool(false),
            Cell::DateTime("2020-06-30T08:00:00".into()),
            Cell::Error("#N/A".into()),
        ]
    }

    fn written(result: &Result<(), ReadError>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = FrameWriter::new(&mut bytes, true);
        writer.sheet(&Sheet { name: "Hồ sơ".to_owned(), hidden: true, fields: None });
        writer.note(Note::HiddenRow(7));
        writer.row(65_536, &row());
        writer.end(result).unwrap();
        bytes
    }

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = written(&Err(too_big()));
        let frame = read_frame(bytes.as_slice()).unwrap().unwrap();
        let mut pieces = Pieces::of(&frame);
        let Some(Piece::Sheet(sheet)) = pieces.next().unwrap() else { panic!("no sheet") };
        assert_eq!((sheet.name.as_str(), sheet.hidden), ("Hồ sơ", true));
        assert!(matches!(pieces.next().unwrap(), Some(Piece::Note(Note::HiddenRow(7)))));
        let Some(Piece::Row(number, cells)) = pieces.next().unwrap() else { panic!("no row") };
        assert_eq!((number, &*cells), (65_536, &row()[..]));
        let Some(Piece::Failed(fault)) = pieces.next().unwrap() else { panic!("no end") };
        assert_eq!(fault.into_error().to_string(), too_big().to_string());
        assert!(pieces.next().unwrap().is_none());
    }

    #[test]
    fn bytes_that_no_writer_wrote_are_an_error_and_never_a_panic() {
        let bytes = written(&Ok(()));
        for end in 4..bytes.len() - 1 {
            let mut pieces = Pieces::of(&bytes[4..end]);
            // A frame cut between two pieces just ends.
            while let Ok(Some(_)) = pieces.next() {}
        }
        // A row that says it has 4 billion cells, and a piece of an unknown kind.
        assert!(Pieces::of(b"\x01\x01\xff\xff\xff\xff\x0f\0\0").next().is_err());
        assert!(Pieces::of(b"\x09").next().is_err());
        assert!(read_frame(&[0xff; 8][..]).is_err());
        assert!(read_frame(&bytes[..9]).is_err());
        assert!(read_frame(&b""[..]).unwrap().is_none());
    }

    fn too_big() -> ReadError {
        ReadError::TooBig(Exceeded { excess: super::super::Excess::XlsMemory, most: 7 })
    }
}
