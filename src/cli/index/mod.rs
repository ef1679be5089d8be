//! `cchc index`: which indices there are, what each says, and the forms on which units score themselves.

mod export;
mod import;
mod list;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{Global, Outcome, period};
use cchc_model::Period;

#[derive(Debug, Args)]
pub(super) struct Index {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List all indices, every version of each
    List,
    /// Print the definition of an index as it is in force
    Show(Show),
    /// Write the Excel form on which units score themselves by an index of points
    Export(Export),
    /// Turn a criteria sheet into a definition
    Import(Import),
}

#[derive(Debug, Args)]
struct Show {
    /// Its id
    id: String,
    /// The version that holds at the end of this period; the newest without it
    #[arg(long, value_parser = period)]
    period: Option<Period>,
}

#[derive(Debug, Args)]
struct Export {
    /// An index of points
    id: String,
    /// The period to be scored; without it the unit writes it in, and the newest version is taken
    #[arg(long, value_parser = period)]
    period: Option<Period>,
    /// Code of the unit that fills in the form; without it the unit writes its name in
    #[arg(long, value_name = "CODE", conflicts_with = "all_units")]
    unit: Option<String>,
    /// One form for each unit that the index scores, into the folder --out
    #[arg(long)]
    all_units: bool,
    /// File to write, or folder to write to
    #[arg(long, value_name = "FILE|DIR")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct Import {
    /// The sheet: codes, names, most points, rules in words, evidence
    file: PathBuf,
    /// Id of the index; the name of the file without it
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// File to write; queries/indices/ID.toml of the workspace without it
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Kinds of units that it scores; any kind without it
    #[arg(long, value_name = "KIND", num_args = 1..)]
    unit_kind: Vec<String>,
    /// The regulation, with the tag of how sure it is; "ví dụ" without it
    #[arg(long, value_name = "TEXT")]
    legal_basis: Option<String>,
}

impl Index {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        match &self.what {
            What::List => list::list(global)?,
            What::Show(show) => list::show(global, show)?,
            What::Export(export) => export.run(global)?,
            What::Import(import) => import.run(global)?,
        }
        Ok(Outcome::Done)
    }
}
