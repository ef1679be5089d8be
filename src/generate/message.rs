//! Writes the fields of the national message, as CSV or as Parquet.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Builder, RecordBatch, StringBuilder};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::calendar::Moment;
use super::dossier::{BadDate, Dossier, Dossiers};
use super::{GenerateError, REPORT_EVERY, write_error};

const BATCH: u64 = 65_536;

/// The fields in order; those marked are numbers.
const FIELDS: [(&str, Kind); 27] = [
    ("MaHoSo", Kind::Text),
    ("MaTTHC", Kind::Text),
    ("TenTTHC", Kind::Text),
    ("TenLinhVuc", Kind::Text),
    ("MucDo", Kind::Number),
    ("KenhThucHien", Kind::Number),
    ("ChuHoSo", Kind::Text),
    ("MaDoiTuong", Kind::Text),
    ("SoDienThoai", Kind::Text),
    ("NgayNopHoSo", Kind::Text),
    ("NgayTiepNhan", Kind::Text),
    ("NgayHenTra", Kind::Text),
    ("NgayKetThucXuLy", Kind::Text),
    ("NgayTra", Kind::Text),
    ("NgayTuChoi", Kind::Text),
    ("TrangThaiHoSo", Kind::Number),
    ("NoiNopHoSo", Kind::Text),
    ("DonViXuLy", Kind::Text),
    ("HoSoCoThanhPhanSoHoa", Kind::Number),
    ("CoKetQuaDienTu", Kind::Number),
    ("DuocTaiSuDung", Kind::Number),
    ("LePhi", Kind::Number),
    ("DuocThanhToanTrucTuyen", Kind::Number),
    ("NgayBoSung", Kind::Text),
    ("NgayTiepNhanBoSung", Kind::Text),
    ("NgayBoSung2", Kind::Text),
    ("NgayTiepNhanBoSung2", Kind::Text),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
}

/// Streams a CSV.
pub fn write_csv(dossiers: &mut Dossiers<'_>, out: &Path, progress: &mut dyn FnMut(u64)) -> Result<(), GenerateError> {
    let file = File::create(out).map_err(write_error(out))?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut line = Line { text: FIELDS.map(|f| f.0).join(",").into_bytes() };
    line.text.push(b'\n');
    let mut done = 0;
    while let Some(dossier) = dossiers.next() {
        fields(dossiers, &dossier, &mut line);
        let end = line.text.len() - 1;
        line.text[end] = b'\n';
        file.write_all(&line.text).map_err(write_error(out))?;
        line.text.clear();
        done += 1;
        if done % REPORT_EVERY == 0 {
            progress(done);
        }
    }
    file.write_all(&line.text).and_then(|()| file.flush()).map_err(write_error(out))
}

/// Streams a Parquet file, batch by batch.
pub fn write_parquet(
    dossiers: &mut Dossiers<'_>,
    out: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<(), GenerateError> {
    let file = File::create(out).map_err(write_error(out))?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut columns = Columns::new();
    let mut writer = ArrowWriter::try_new(file, columns.finish()?.schema(), Some(properties))?;
    let mut done = 0;
    while let Some(dossier) = dossiers.next() {
        fields(dossiers, &dossier, &mut columns);
        columns.at = 0;
        done += 1;
        if done % BATCH == 0 {
            writer.write(&columns.finish()?)?;
            progress(done);
        }
    }
    writer.write(&columns.finish()?)?;
    writer.close()?;
    Ok(())
}

/// Takes the fields of a row one after the other.
trait Sink {
    fn text(&mut self, value: &str);
    fn number(&mut self, value: u32);
    fn nothing(&mut self);
}

/// The 27 fields of a dossier.
fn fields(world: &Dossiers<'_>, d: &Dossier, sink: &mut impl Sink) {
    sink.text(&d.code);
    sink.text(d.procedure.code);
    sink.text(d.procedure.name);
    sink.text(d.procedure.field);
    sink.number(d.procedure.level.into());
    sink.number(d.channel.into());
    sink.text(&d.applicant);
    padded(sink, b"099", d.applicant_id, 12);
    padded(sink, b"06", d.phone, 10);
    date(world, sink, Some(d.submitted), None);
    date(world, sink, d.received, d.bad_date);
    for moment in [d.due, d.finished, d.returned, d.refused] {
        date(world, sink, moment, None);
    }
    sink.number(d.status.into());
    sink.text(world.unit_name(d.receiving));
    sink.text(&d.resolving);
    sink.number(d.digitised.into());
    match d.e_result {
        Some(known) => sink.number(known.into()),
        None => sink.nothing(),
    }
    sink.number(d.reused.into());
    sink.number(d.procedure.fee);
    sink.number(d.paid.into());
    date(world, sink, d.pause[0], None);
    date(world, sink, d.pause[1], None);
    sink.nothing();
    sink.nothing();
}

/// `yyyyMMddHHmmss`.
fn date(world: &Dossiers<'_>, sink: &mut impl Sink, moment: Option<Moment>, bad: Option<BadDate>) {
    let Some(moment) = moment else { return sink.nothing() };
    let mut text = [0; 14];
    text[..8].copy_from_slice(world.calendar.text(moment.day()));
    match bad {
        Some(BadDate::NoSuchDay) => text[4..8].copy_from_slice(b"0231"),
        Some(BadDate::FarYear) => text[..4].copy_from_slice(b"2569"),
        None => {}
    }
    let second = moment.second();
    for (at, value) in [(8, second / 3600), (10, second / 60 % 60), (12, second % 60)] {
        digits(&mut text[at..at + 2], value);
    }
    sink.text(std::str::from_utf8(&text).unwrap_or_default());
}

/// A number behind a prefix, filled up with zeros.
fn padded(sink: &mut impl Sink, prefix: &[u8], value: u32, width: usize) {
    let mut text = [b'0'; 12];
    text[..prefix.len()].copy_from_slice(prefix);
    digits(&mut text[prefix.len()..width], value);
    sink.text(std::str::from_utf8(&text[..width]).unwrap_or_default());
}

fn digits(place: &mut [u8], mut value: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// A line of a CSV; every field ends with a comma.
struct Line {
    text: Vec<u8>,
}

impl Sink for Line {
    fn text(&mut self, value: &str) {
        if value.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
            self.text.push(b'"');
            self.text.extend_from_slice(value.replace('"', "\"\"").as_bytes());
            self.text.push(b'"');
        } else {
            self.text.extend_from_slice(value.as_bytes());
        }
        self.text.push(b',');
    }

    fn number(&mut self, value: u32) {
        let mut text = [0; 10];
        digits(&mut text, value);
        let zeros = text[..9].iter().take_while(|b| **b == b'0').count();
        self.text.extend_from_slice(&text[zeros..]);
        self.text.push(b',');
    }

    fn nothing(&mut self) {
        self.text.push(b',');
    }
}

/// One builder a column.
struct Columns {
    builders: Vec<Builder>,
    at: usize,
}

enum Builder {
    Text(StringBuilder),
    Number(Int32Builder),
}

impl Columns {
    fn new() -> Self {
        let builder = |(_, kind)| match kind {
            Kind::Text => Builder::Text(StringBuilder::new()),
            Kind::Number => Builder::Number(Int32Builder::new()),
        };
        Self { builders: FIELDS.map(builder).into(), at: 0 }
    }

    /// What was taken so far, as a batch.
    fn finish(&mut self) -> Result<RecordBatch, GenerateError> {
        let arrays = self.builders.iter_mut().map(|b| -> ArrayRef {
            match b {
                Builder::Text(b) => Arc::new(b.finish()),
                Builder::Number(b) => Arc::new(b.finish()),
            }
        });
        let named = FIELDS.iter().zip(arrays).map(|((name, _), array)| (*name, array, true));
        Ok(RecordBatch::try_from_iter_with_nullable(named)?)
    }

    fn next(&mut self) -> &mut Builder {
        self.at += 1;
        &mut self.builders[self.at - 1]
    }
}

impl Sink for Columns {
    fn text(&mut self, value: &str) {
        if value.is_empty() {
            self.nothing();
        } else if let Builder::Text(builder) = self.next() {
            builder.append_value(value);
        }
    }

    fn number(&mut self, value: u32) {
        if let Builder::Number(builder) = self.next() {
            builder.append_value(value as i32);
        }
    }

    fn nothing(&mut self) {
        match self.next() {
            Builder::Text(builder) => builder.append_null(),
            Builder::Number(builder) => builder.append_null(),
        }
    }
}
