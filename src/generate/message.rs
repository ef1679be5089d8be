//! Writes the fields of the national message, as CSV or as Parquet.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Builder, RecordBatch, StringBuilder};
use csv::ByteRecord;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::calendar::Moment;
use super::dossier::{BadDate, Dossier, Dossiers};
use super::{GenerateError, REPORT_EVERY, write_error};

const BATCH: u64 = 65_536;

/// The fields in order; those marked are numbers.
const FIELDS: [(&str, FieldType); 27] = [
    ("MaHoSo", FieldType::Text),
    ("MaTTHC", FieldType::Text),
    ("TenTTHC", FieldType::Text),
    ("TenLinhVuc", FieldType::Text),
    ("MucDo", FieldType::Number),
    ("KenhThucHien", FieldType::Number),
    ("ChuHoSo", FieldType::Text),
    ("MaDoiTuong", FieldType::Text),
    ("SoDienThoai", FieldType::Text),
    ("NgayNopHoSo", FieldType::Text),
    ("NgayTiepNhan", FieldType::Text),
    ("NgayHenTra", FieldType::Text),
    ("NgayKetThucXuLy", FieldType::Text),
    ("NgayTra", FieldType::Text),
    ("NgayTuChoi", FieldType::Text),
    ("TrangThaiHoSo", FieldType::Number),
    ("NoiNopHoSo", FieldType::Text),
    ("DonViXuLy", FieldType::Text),
    ("HoSoCoThanhPhanSoHoa", FieldType::Number),
    ("CoKetQuaDienTu", FieldType::Number),
    ("DuocTaiSuDung", FieldType::Number),
    ("LePhi", FieldType::Number),
    ("DuocThanhToanTrucTuyen", FieldType::Number),
    ("NgayBoSung", FieldType::Text),
    ("NgayTiepNhanBoSung", FieldType::Text),
    ("NgayBoSung2", FieldType::Text),
    ("NgayTiepNhanBoSung2", FieldType::Text),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FieldType {
    Text,
    Number,
}

/// Streams a CSV.
pub fn write_csv(dossiers: &mut Dossiers<'_>, out: &Path, progress: &mut dyn FnMut(u64)) -> Result<(), GenerateError> {
    let failed = |error: csv::Error| write_error(out)(error.into());
    let mut file = csv::Writer::from_path(out).map_err(failed)?;
    file.write_record(FIELDS.map(|(name, _)| name)).map_err(failed)?;
    let mut record = ByteRecord::new();
    let mut done = 0;
    while let Some(dossier) = dossiers.next() {
        record.clear();
        fields(dossiers, &dossier, &mut record);
        file.write_byte_record(&record).map_err(failed)?;
        done += 1;
        if done % REPORT_EVERY == 0 {
            progress(done);
        }
    }
    file.flush().map_err(write_error(out))
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

/// Receives the fields of a row one after the other.
trait FieldSink {
    fn text(&mut self, value: &str);
    fn number(&mut self, value: u32);
    fn nothing(&mut self);
}

/// The 27 fields of a dossier.
fn fields(dossiers: &Dossiers<'_>, d: &Dossier, sink: &mut impl FieldSink) {
    sink.text(&d.code);
    sink.text(d.procedure.code);
    sink.text(d.procedure.name);
    sink.text(d.procedure.field);
    sink.number(d.procedure.level.into());
    sink.number(d.channel.into());
    sink.text(&d.applicant);
    sink.text(&format!("099{:09}", d.applicant_id));
    sink.text(&format!("06{:08}", d.phone));
    date(dossiers, sink, Some(d.submitted), None);
    date(dossiers, sink, d.received, d.bad_date);
    for moment in [d.due, d.finished, d.returned, d.refused] {
        date(dossiers, sink, moment, None);
    }
    sink.number(d.status.into());
    sink.text(dossiers.unit_name(d.receiving));
    sink.text(&d.resolving);
    sink.number(d.digitised.into());
    match d.e_result {
        Some(known) => sink.number(known.into()),
        None => sink.nothing(),
    }
    sink.number(d.reused.into());
    sink.number(d.procedure.fee);
    sink.number(d.paid.into());
    date(dossiers, sink, d.pause[0], None);
    date(dossiers, sink, d.pause[1], None);
    sink.nothing();
    sink.nothing();
}

/// `yyyyMMddHHmmss`.
fn date(dossiers: &Dossiers<'_>, sink: &mut impl FieldSink, moment: Option<Moment>, bad: Option<BadDate>) {
    let Some(moment) = moment else { return sink.nothing() };
    let (year, month_day) = dossiers.calendar.text(moment.day()).split_at(4);
    let (year, month_day) = match bad {
        Some(BadDate::NoSuchDay) => (year, "0231"),
        Some(BadDate::FarYear) => ("2569", month_day),
        None => (year, month_day),
    };
    let second = moment.second();
    sink.text(&format!("{year}{month_day}{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60));
}

impl FieldSink for ByteRecord {
    fn text(&mut self, value: &str) {
        self.push_field(value.as_bytes());
    }

    fn number(&mut self, value: u32) {
        self.push_field(value.to_string().as_bytes());
    }

    fn nothing(&mut self) {
        self.push_field(b"");
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
            FieldType::Text => Builder::Text(StringBuilder::new()),
            FieldType::Number => Builder::Number(Int32Builder::new()),
        };
        Self { builders: FIELDS.map(builder).into(), at: 0 }
    }

    /// The rows so far as a batch; begins a new one.
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

impl FieldSink for Columns {
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
