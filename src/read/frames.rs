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

const SHEET: u8 = b'S';
const ROW: u8 = b'R';
const NOTE: u8 = b'N';
const DONE: u8 = b'D';
const FAILED: u8 = b'F';

/// What a frame holds, piece by piece.
pub(super) enum Piece<'f> {
    Sheet(Sheet),
    Row(u32, Vec<Cell<'f>>),
    Note(Note),
    Done,
    Failed(Fault),
}

/// Why a file could not be read, as far as the other process needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fault {
    Open(String),
    Password,
    TooBig(Exceeded),
    NotAWorkbook(String),
    Broken(String),
    Panicked,
}

impl Fault {
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
        match result {
            Ok(()) => self.frame.push(DONE),
            Err(error) => {
                let fault = serde_json::to_vec(&Fault::of(error)).map_err(io::Error::other)?;
                self.frame.push(FAILED);
                self.put_bytes(&fault);
            }
        }
        self.send()?;
        self.out.flush()
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        self.frame.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.frame.extend_from_slice(bytes);
    }

    fn put_text(&mut self, kind: u8, text: &str) {
        self.frame.push(kind);
        self.put_bytes(text.as_bytes());
    }

    fn send(&mut self) -> io::Result<()> {
        self.out.write_all(&(self.frame.len() as u32).to_le_bytes())?;
        self.out.write_all(&self.frame)?;
        self.frame.clear();
        Ok(())
    }

    /// Sends a full frame; nobody listens any more if that fails.
    fn flow(&mut self) -> Flow {
        self.failed |= self.frame.len() >= FRAME_BYTES && self.send().is_err();
        if self.failed { Flow::Stop } else { Flow::Continue }
    }
}

impl<W: Write> RowSink for FrameWriter<W> {
    fn sheet(&mut self, sheet: &Sheet) -> Flow {
        self.put_text(SHEET, &sheet.name);
        self.frame.push(u8::from(sheet.hidden));
        self.flow()
    }

    fn row(&mut self, number: u32, cells: &[Cell<'_>]) -> Flow {
        self.frame.push(ROW);
        self.frame.extend_from_slice(&number.to_le_bytes());
        self.frame.extend_from_slice(&(cells.len() as u32).to_le_bytes());
        for cell in cells {
            match cell {
                Cell::Empty => self.frame.push(b'-'),
                Cell::Text(text) => self.put_text(b't', text),
                Cell::Number(number) => {
                    self.frame.push(b'n');
                    self.frame.extend_from_slice(&number.to_le_bytes());
                }
                Cell::Bool(truth) => self.frame.push(if *truth { b'1' } else { b'0' }),
                Cell::DateTime(text) => self.put_text(b'd', text),
                Cell::Error(text) => self.put_text(b'e', text),
            }
        }
        self.flow()
    }

    fn wants_notes(&self) -> bool {
        self.wants_notes
    }

    fn note(&mut self, note: Note) {
        // Numbers and names of columns always have a form in JSON.
        if let Ok(note) = serde_json::to_vec(&note) {
            self.frame.push(NOTE);
            self.put_bytes(&note);
        }
        // Whether anybody still listens shows at the next row.
        let _ = self.flow();
    }
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

/// Takes a frame apart.
pub(super) struct Pieces<'f>(&'f [u8]);

impl<'f> Pieces<'f> {
    pub(super) const fn of(frame: &'f [u8]) -> Self {
        Self(frame)
    }

    /// The next piece; `None` at the end of the frame, an error if it is not what [`FrameWriter`] writes.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'f>>> {
        let Some((&kind, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        let piece = match kind {
            SHEET => {
                let name = self.text()?.to_owned();
                Piece::Sheet(Sheet { name, hidden: self.take::<1>()? == [1], fields: None })
            }
            ROW => {
                let (number, width) = (self.number()?, self.number()? as usize);
                // Every cell has one byte or more, so a false width reserves no more than the frame has.
                let mut cells = Vec::with_capacity(width.min(self.0.len()));
                for _ in 0..width {
                    cells.push(self.cell()?);
                }
                Piece::Row(number, cells)
            }
            NOTE => Piece::Note(serde_json::from_slice(self.bytes()?)?),
            DONE => Piece::Done,
            FAILED => Piece::Failed(serde_json::from_slice(self.bytes()?)?),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        Ok(Some(piece))
    }

    fn cell(&mut self) -> io::Result<Cell<'f>> {
        let [kind] = self.take::<1>()?;
        Ok(match kind {
            b'-' => Cell::Empty,
            b't' => Cell::Text(Cow::Borrowed(self.text()?)),
            b'n' => Cell::Number(f64::from_le_bytes(self.take()?)),
            b'0' => Cell::Bool(false),
            b'1' => Cell::Bool(true),
            b'd' => Cell::DateTime(Cow::Borrowed(self.text()?)),
            b'e' => Cell::Error(Cow::Borrowed(self.text()?)),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        })
    }

    fn number(&mut self) -> io::Result<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn text(&mut self) -> io::Result<&'f str> {
        std::str::from_utf8(self.bytes()?).map_err(io::Error::other)
    }

    fn bytes(&mut self) -> io::Result<&'f [u8]> {
        let length = self.number()? as usize;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(io::ErrorKind::InvalidData)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(io::ErrorKind::InvalidData)?;
        self.0 = rest;
        Ok(*bytes)
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
        assert_eq!((number, cells.as_slice()), (65_536, row().as_slice()));
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
        assert!(Pieces::of(b"R\x01\0\0\0\xff\xff\xff\xff--").next().is_err());
        assert!(read_frame(&[0xff; 8][..]).is_err());
        assert!(read_frame(&bytes[..9]).is_err());
        assert!(read_frame(&b""[..]).unwrap().is_none());
    }

    fn too_big() -> ReadError {
        ReadError::TooBig(Exceeded { excess: super::super::Excess::XlsMemory, most: 7 })
    }
}
