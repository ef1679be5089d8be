//! `cchc generate`: exports of any size from a seed, for trying and measuring.

use std::path::PathBuf;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::{Global, Outcome};
use cchc_generate::{Layout, default_units, write_units};

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LayoutArg {
    /// Fields of the national message, CSV
    MessageCsv,
    /// Fields of the national message, Parquet
    MessageParquet,
    /// A list of 20 columns, Excel
    ListXlsx,
}

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// Number of dossier rows
    #[arg(long, default_value_t = 5000)]
    rows: u64,
    /// The same seed gives the same file
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of units
    #[arg(long, default_value_t = 500)]
    units: usize,
    /// Shape of the file
    #[arg(long, value_enum, default_value = "message-csv")]
    layout: LayoutArg,
    /// First day received
    #[arg(long, default_value = "2024-01-01")]
    from: NaiveDate,
    /// Last day received; the state is of its end
    #[arg(long, default_value = "2024-12-31")]
    to: NaiveDate,
    /// Spoil some rows as real exports are spoilt
    #[arg(long)]
    dirt: bool,
    /// The file to write; units.csv goes beside it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Generate {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let units = default_units(self.units);
        let list = self.out.with_file_name("units.csv");
        if let Some(folder) = self.out.parent() {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        write_units(&units, &list)?;
        let options = cchc_generate::Options {
            rows: self.rows,
            seed: self.seed,
            units,
            from: self.from,
            to: self.to,
            dirt: self.dirt,
        };
        let layout = match self.layout {
            LayoutArg::MessageCsv => Layout::MessageCsv,
            LayoutArg::MessageParquet => Layout::MessageParquet,
            LayoutArg::ListXlsx => Layout::ListXlsx,
        };
        cchc_generate::generate(&options, layout, &self.out, &mut |_| {})?;
        global.note(&format!("{} rows in {}, units in {}", self.rows, self.out.display(), list.display()));
        Ok(Outcome::Done)
    }
}
