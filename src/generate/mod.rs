//! Invents dossiers of any number from a seed, for benchmarks, tests and demonstrations: rows are streamed, never kept.

mod calendar;
mod catalogue;
mod dossier;
mod list;
mod message;
mod units;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use dossier::Dossiers;
pub use units::{GenUnit, default_units, write_units};

/// How often progress is reported, in rows.
const REPORT_EVERY: u64 = 1 << 16;

/// What to invent. The same options give the same file.
#[derive(Debug, Clone)]
pub struct Options {
    /// Body rows of the file, exactly.
    pub rows: u64,
    /// Everything random follows from it.
    pub seed: u64,
    /// Units that resolve the dossiers; those of the kind `province` are left out.
    pub units: Vec<GenUnit>,
    /// First day on which dossiers are received.
    pub from: NaiveDate,
    /// Last day on which dossiers are received; the file shows the state at its end.
    pub to: NaiveDate,
    /// Whether some rows are wrong as real exports are wrong.
    pub dirt: bool,
}

/// The shape of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Fields of the national message as CSV, dates `yyyyMMddHHmmss`.
    MessageCsv,
    /// The same fields as Parquet.
    MessageParquet,
    /// A list of 20 columns as xlsx, dates as text `dd/MM/yyyy HH:mm`; kept in memory until it is saved.
    ListXlsx,
}

/// Why no file was made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// Nobody could resolve a dossier.
    #[error("no unit below the province to resolve dossiers")]
    NoUnits,
    /// The last day lies before the first.
    #[error("the period {from}..{to} has no day")]
    NoDays {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
    /// More rows than a sheet can have.
    #[error("{rows} rows do not fit into one sheet, which has {most} below its heading")]
    TooManyRows {
        /// Rows to generate.
        rows: u64,
        /// Rows that fit.
        most: u64,
    },
    /// The file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// The list of units could not be written.
    #[error("cannot write the list of units")]
    Csv(#[from] csv::Error),
    /// The workbook could not be written.
    #[error("cannot write the workbook")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The Parquet file could not be written.
    #[error("cannot write the Parquet file")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A batch of rows was malformed.
    #[error("cannot build a batch of rows")]
    Batch(#[from] arrow::error::ArrowError),
}

/// Writes `options.rows` invented dossiers to `out`; `progress` is called with how many are done.
pub fn generate(
    options: &Options,
    layout: Layout,
    out: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<(), GenerateError> {
    let mut dossiers = Dossiers::new(options)?;
    match layout {
        Layout::MessageCsv => message::write_csv(&mut dossiers, out, progress)?,
        Layout::MessageParquet => message::write_parquet(&mut dossiers, out, progress)?,
        Layout::ListXlsx => list::write(&mut dossiers, options.rows, out, progress)?,
    }
    progress(options.rows);
    Ok(())
}

/// Wraps an error of the system with the file that it concerns.
fn write_error(path: &Path) -> impl Fn(std::io::Error) -> GenerateError {
    move |source| GenerateError::Write { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(rows: u64, dirt: bool) -> Options {
        let day = |m, d| NaiveDate::from_ymd_opt(2025, m, d).expect("a date");
        Options { rows, seed: 7, units: default_units(60), from: day(1, 1), to: day(3, 31), dirt }
    }

    fn csv(options: &Options) -> Vec<Vec<String>> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        generate(options, Layout::MessageCsv, file.path(), &mut |_| ()).expect("generated");
        let mut reader = csv::Reader::from_path(file.path()).expect("opens");
        reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_rows_and_exactly_as_many_as_asked() {
        let (first, second) = (csv(&options(5000, true)), csv(&options(5000, true)));
        assert_eq!(first.len(), 5000);
        assert_eq!(first, second);
        assert_ne!(first, csv(&Options { seed: 8, ..options(5000, true) }));
    }

    #[test]
    fn clean_rows_have_unique_codes_and_statuses_that_fit_their_dates() {
        let rows = csv(&options(8000, false));
        let codes: std::collections::BTreeSet<_> = rows.iter().map(|r| r[0].clone()).collect();
        assert_eq!(codes.len(), rows.len());
        for row in &rows {
            let (received, finished, status) = (&row[10], &row[12], row[15].as_str());
            assert_eq!(matches!(status, "7" | "9" | "10"), !finished.is_empty(), "{row:?}");
            assert_eq!(matches!(status, "1" | "3"), received.is_empty(), "{row:?}");
            assert!(finished.is_empty() || finished >= received, "{row:?}");
            assert!(finished.as_str() < "20250401", "{row:?}");
            assert!(row[7].starts_with("099") && row[7].len() == 12 && row[8].starts_with("06") && row[8].len() == 10);
        }
    }

    #[test]
    fn shares_are_those_of_a_real_province() {
        let rows = csv(&options(40_000, false));
        let received: Vec<_> = rows.iter().filter(|r| !r[10].is_empty()).collect();
        let share = |n: usize, of: usize| n as f64 / of as f64;
        let online = received.iter().filter(|r| r[5] == "2").count();
        assert!((0.60..0.75).contains(&share(online, received.len())));
        let finished: Vec<_> = received.iter().filter(|r| !r[12].is_empty()).collect();
        let late = finished.iter().filter(|r| !r[11].is_empty() && r[12][..8] > r[11][..8]).count();
        assert!((0.04..0.08).contains(&share(late, finished.len())), "{}", share(late, finished.len()));
        let no_due = received.iter().filter(|r| r[11].is_empty()).count();
        assert!((0.015..0.025).contains(&share(no_due, received.len())));
    }

    #[test]
    fn parquet_and_workbook_have_the_rows_of_the_csv() {
        use calamine::Reader as _;
        let options = options(3000, true);
        let rows = csv(&options);
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        generate(&options, Layout::MessageParquet, file.path(), &mut |_| ()).expect("generated");
        let reader = parquet::file::serialized_reader::SerializedFileReader::new(file.reopen().expect("opens"))
            .expect("a Parquet file");
        let count = parquet::file::reader::FileReader::metadata(&reader).file_metadata().num_rows();
        assert_eq!(count, 3000);
        generate(&options, Layout::ListXlsx, file.path(), &mut |_| ()).expect("generated");
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(file.path()).expect("a workbook");
        let sheet = book.worksheet_range_at(0).expect("a sheet").expect("readable");
        assert_eq!(sheet.get_size(), (3001, 20));
        let text = |row, column| sheet.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
        assert!((0..3000).all(|n| text(n + 1, 1) == rows[n as usize][0]));
    }

    #[test]
    fn a_wrong_order_is_refused_before_a_file_is_made() {
        let nobody = Options { units: Vec::new(), ..options(1, false) };
        assert!(matches!(Dossiers::new(&nobody), Err(GenerateError::NoUnits)));
        let backwards = Options { to: options(1, false).from.pred_opt().expect("a day"), ..options(1, false) };
        assert!(matches!(Dossiers::new(&backwards), Err(GenerateError::NoDays { .. })));
    }
}
