//! The limits of a file, as `[limits]` of `cchc.toml` sets them, and the refusal that names a limit.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::ReadError;

/// Inflated bytes below which no ratio is suspicious.
const UNSUSPICIOUS_BYTES: u64 = 64 << 20;

/// The most that a file may have before it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// MiB of the file itself: CSV, HTML and Parquet are streamed, so they may be large.
    pub max_file_mib: u64,
    /// MiB of an .xls file, which has to be held in memory whole.
    pub max_xls_mib: u64,
    /// MiB of memory that the process reading .xls files may claim beside the program itself.
    pub max_xls_memory_mib: u64,
    /// Seconds for an .xls file, and as many again for every 8 MiB that it has beyond the first.
    pub max_xls_seconds: u64,
    /// MiB that a zipped workbook, or all files of a zip archive together, may inflate to.
    pub max_inflated_mib: u64,
    /// Inflated bytes for each stored byte, checked from 64 MiB inflated on; also bytes of cells handed out.
    pub max_inflation_ratio: u64,
    /// Inflated bytes of the shared strings of a workbook for each stored byte, checked from 16 MiB inflated on.
    pub max_strings_ratio: u64,
    /// Values that a Parquet file promises for each of its bytes, checked from 4 million values on.
    pub max_values_per_byte: u64,
    /// Parts of a zipped workbook, files of a zip archive.
    pub max_parts: u64,
    /// Cells handed out over all sheets, empty ones within a row included.
    pub max_cells: u64,
    /// Cells handed out over all files of one import.
    pub max_import_cells: u64,
    /// Rows × columns over all sheets of an .xls file, which its reader lays out in memory.
    pub max_grid_cells: u64,
    /// Columns of one row.
    pub max_columns: u32,
    /// KiB of one CSV record, of one row of an HTML table, of one cell of an `OpenDocument` sheet.
    pub max_record_kib: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_mib: 4096,
            max_xls_mib: 512,
            max_xls_memory_mib: 1024,
            max_xls_seconds: 8,
            max_inflated_mib: 2048,
            max_inflation_ratio: 400,
            max_strings_ratio: 60,
            max_values_per_byte: 100,
            max_parts: 20_000,
            max_cells: 200_000_000,
            max_import_cells: 4_000_000_000,
            max_grid_cells: 32_000_000,
            max_columns: 16_384,
            max_record_kib: 4096,
        }
    }
}

/// What a file has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Excess {
    /// The file itself.
    FileBytes,
    /// An .xls file.
    XlsBytes,
    /// Memory for reading an .xls file.
    XlsMemory,
    /// Time for reading an .xls file.
    XlsSeconds,
    /// What a zip archive inflates to.
    InflatedBytes,
    /// What a file inflates to for each of its own bytes.
    InflationRatio,
    /// What the shared strings of a workbook inflate to for each byte that they have.
    StringsRatio,
    /// Values of a Parquet file for each of its own bytes.
    ValuesPerByte,
    /// Parts or files inside a zip archive.
    Parts,
    /// Cells over all sheets.
    Cells,
    /// Rows × columns of an .xls file.
    GridCells,
    /// Columns of one row.
    Columns,
    /// Bytes of one record.
    RecordBytes,
    /// Cells to be listed one by one, which has no key in the configuration.
    ListedCells,
}

/// A limit that a file went beyond, with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceeded {
    /// What there is too much of.
    pub excess: Excess,
    /// The most there may be, in the unit of the key.
    pub most: u64,
}

impl Limits {
    /// The refusal of a file that has too much of something.
    pub(super) const fn exceeded(&self, excess: Excess) -> ReadError {
        let (_, most) = self.of(excess);
        ReadError::TooBig(Exceeded { excess, most })
    }

    /// The key of a limit in `cchc.toml`, if it has one, and its value.
    const fn of(&self, excess: Excess) -> (Option<&'static str>, u64) {
        let (key, most) = match excess {
            Excess::FileBytes => ("max_file_mib", self.max_file_mib),
            Excess::XlsBytes => ("max_xls_mib", self.max_xls_mib),
            Excess::XlsMemory => ("max_xls_memory_mib", self.max_xls_memory_mib),
            Excess::XlsSeconds => ("max_xls_seconds", self.max_xls_seconds),
            Excess::InflatedBytes => ("max_inflated_mib", self.max_inflated_mib),
            Excess::InflationRatio => ("max_inflation_ratio", self.max_inflation_ratio),
            Excess::StringsRatio => ("max_strings_ratio", self.max_strings_ratio),
            Excess::ValuesPerByte => ("max_values_per_byte", self.max_values_per_byte),
            Excess::Parts => ("max_parts", self.max_parts),
            Excess::Cells => ("max_cells", self.max_cells),
            Excess::GridCells => ("max_grid_cells", self.max_grid_cells),
            Excess::Columns => ("max_columns", self.max_columns as u64),
            Excess::RecordBytes => ("max_record_kib", self.max_record_kib),
            Excess::ListedCells => return (None, super::peek::MAX_LISTED as u64),
        };
        (Some(key), most)
    }

    /// Bytes of one record.
    pub(super) const fn record_bytes(&self) -> u64 {
        self.max_record_kib.saturating_mul(1 << 10)
    }

    /// Refuses a file of `stored` bytes that inflates to more than allowed.
    pub(super) fn check_inflation(&self, inflated: u64, stored: u64) -> Result<(), ReadError> {
        if inflated > stored.saturating_mul(self.max_inflation_ratio).max(UNSUSPICIOUS_BYTES) {
            return Err(self.exceeded(Excess::InflationRatio));
        }
        if inflated > self.inflated_bytes() { Err(self.exceeded(Excess::InflatedBytes)) } else { Ok(()) }
    }

    /// Bytes of cells that a file of `stored` bytes may be handed out as.
    pub(super) fn unfolded_bytes(&self, stored: u64) -> u64 {
        stored.saturating_mul(self.max_inflation_ratio).max(UNSUSPICIOUS_BYTES)
    }

    /// Bytes that an archive may inflate to.
    pub(super) const fn inflated_bytes(&self) -> u64 {
        self.max_inflated_mib.saturating_mul(1 << 20)
    }
}

impl Exceeded {
    /// The limit as `cchc.toml` writes it, such as `max_cells = 200000000`; nothing if it cannot be set there.
    #[must_use]
    pub fn setting(&self) -> String {
        self.key().map_or_else(String::new, |key| format!("{key} = {}", self.most))
    }

    fn key(self) -> Option<&'static str> {
        Limits::default().of(self.excess).0
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.most;
        match self.excess {
            Excess::FileBytes | Excess::XlsBytes => write!(f, "it has more than {most} MiB"),
            Excess::XlsMemory => write!(f, "reading it takes more than {most} MiB of memory"),
            Excess::XlsSeconds => write!(f, "reading it takes more than {most} seconds for every 8 MiB"),
            Excess::InflatedBytes => write!(f, "it inflates to more than {most} MiB"),
            Excess::InflationRatio => write!(f, "it inflates to more than {most} times its size"),
            Excess::StringsRatio => write!(f, "its shared strings inflate to more than {most} times their size"),
            Excess::ValuesPerByte => write!(f, "it promises more than {most} values for each of its bytes"),
            Excess::Parts => write!(f, "it holds more than {most} parts"),
            Excess::Cells => write!(f, "it has more than {most} cells"),
            Excess::GridCells => write!(f, "its sheets reach over more than {most} cells"),
            Excess::Columns => write!(f, "a row has more than {most} columns"),
            Excess::RecordBytes => write!(f, "a record has more than {most} KiB"),
            Excess::ListedCells => return write!(f, "more than {most} cells to list; ask for fewer with --cells"),
        }?;
        let key = self.key().unwrap_or_default();
        write!(f, "; split the export into smaller files, or raise {key} in [limits] of cchc.toml")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_key_and_its_value() {
        let limits = Limits { max_cells: 7, ..Limits::default() };
        let ReadError::TooBig(exceeded) = limits.exceeded(Excess::Cells) else { panic!("not too big") };
        assert_eq!(exceeded.setting(), "max_cells = 7");
        let said = limits.exceeded(Excess::Cells).to_string();
        assert!(said.contains("more than 7 cells") && said.contains("max_cells in [limits]"), "{said}");
    }

    #[test]
    fn every_key_of_a_refusal_is_a_key_of_the_configuration() {
        let all = serde_json::to_value(Limits::default()).unwrap();
        let keys = all.as_object().unwrap();
        for excess in [
            Excess::FileBytes,
            Excess::XlsBytes,
            Excess::XlsMemory,
            Excess::XlsSeconds,
            Excess::InflatedBytes,
            Excess::InflationRatio,
            Excess::StringsRatio,
            Excess::ValuesPerByte,
            Excess::Parts,
            Excess::Cells,
            Excess::GridCells,
            Excess::Columns,
            Excess::RecordBytes,
        ] {
            let ReadError::TooBig(exceeded) = Limits::default().exceeded(excess) else { panic!("not too big") };
            let key = exceeded.key().unwrap();
            assert_eq!(keys[key].as_u64(), Some(exceeded.most), "{key}");
        }
        // `max_import_cells` refuses an import, and no file.
        assert_eq!(keys.len(), 14);
    }
}
