//! `cchc completions` and `cchc man`: what a shell completes, and a manual page of every command.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Global, Outcome, output};

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Result<Outcome> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "cchc", &mut text);
        output::plain(&String::from_utf8(text).context("a script of completions")?)?;
        Ok(Outcome::Done)
    }
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Folder for the pages
    #[arg(long, value_name = "DIR", default_value = "man")]
    out: PathBuf,
}

impl Man {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        std::fs::create_dir_all(&self.out).with_context(|| self.out.display().to_string())?;
        clap_mangen::generate_to(Cli::command(), &self.out).with_context(|| self.out.display().to_string())?;
        global.note(&format!("manual pages in {}", self.out.display()));
        Ok(Outcome::Done)
    }
}
