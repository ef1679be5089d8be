//! `cchc purge`: imports or dossiers removed for good, from the newest version and all before.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::output::Columns;
use super::{Global, OpenEngine, Outcome};
use cchc_definitions::shipped_mask;
use cchc_model::Mask;
use cchc_normalise::{clean, code};
use cchc_store::{FileNames, Mode, PurgeCounts, PurgeOrder, Purged, Workspace, purge};

#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = true, args = ["import", "dossier", "dossiers_from"])]
pub(super) struct Purge {
    /// Number of an import (`cchc history`): its rows go back to their state before it, or go
    #[arg(long, value_name = "N", value_delimiter = ',')]
    import: Vec<u64>,
    /// Code of a dossier; `-` reads codes from standard input, one a line
    #[arg(long, value_name = "CODE")]
    dossier: Vec<String>,
    /// File with codes of dossiers, one a line
    #[arg(long, value_name = "FILE")]
    dossiers_from: Option<PathBuf>,
    /// Take the names of the files of purged imports too; hashes and counts stay
    #[arg(long)]
    file_names: bool,
    /// Why, for the history; name nobody in it
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// Really remove it; without this the counts are shown and nothing is written
    #[arg(long)]
    yes: bool,
    /// Count only, also with --yes
    #[arg(long)]
    dry_run: bool,
}

impl Purge {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let workspace = Workspace::open(&global.workspace)?;
        let order = PurgeOrder {
            imports: self.import.iter().copied().collect(),
            dossiers: self.codes()?,
            names: if self.file_names { FileNames::Blank } else { FileNames::Keep },
            reason: clean(&self.reason).into_owned(),
            mask: Some(mask(global)),
        };
        let lock = workspace.lock(true, || global.tell("another import is running; waiting for it to end"))?;
        let mode = if self.yes && !self.dry_run { Mode::ForGood } else { Mode::Rehearse };
        let done = purge(&workspace, &lock, &order, mode)?;
        write_counts(global, &done)?;
        if let Some(finished) = done.finished {
            global.note(&format!("finished the purge of version {finished}, which had been interrupted"));
        }
        let sought = order.dossiers.len() as u64;
        if done.tables.is_empty() && done.version.is_none() && done.finished.is_none() && sought > 0 {
            anyhow::bail!("none of the {sought} dossier(s) is in the workspace; nothing was changed");
        }
        if done.dossiers < sought && done.finished.is_none() {
            global.note(&format!("{} of {sought} dossier(s) have no row in the workspace", sought - done.dossiers));
        }
        for import in &done.unknown_before {
            global.note(&format!(
                "the state before import {import} was purged earlier: its rows go and none goes back; import the \
                 files before it again"
            ));
        }
        match done.version {
            Some(version) => {
                global.note(&format!("version {version}; none before it can be read any more"));
                global.note(&format!("{} file(s) deleted, {} bytes", done.deleted.files, done.deleted.bytes));
            }
            None if mode == Mode::Rehearse && !done.tables.is_empty() => {
                global.note("nothing was written; to remove this for good, give the same command with --yes");
            }
            None if mode == Mode::Rehearse => global.note("nothing was written"),
            None => global.note("purged before; nothing was changed"),
        }
        Ok(Outcome::Done)
    }

    /// The codes of options, file and standard input.
    fn codes(&self) -> Result<BTreeSet<String>> {
        let mut lists = String::new();
        if let Some(path) = &self.dossiers_from {
            lists = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        }
        if self.dossier.iter().any(|code| code == "-") {
            lists.push('\n');
            std::io::stdin().read_to_string(&mut lists).context("standard input")?;
        }
        let given = self.dossier.iter().map(String::as_str).filter(|code| *code != "-");
        let codes = given.chain(lists.lines()).map(|given| code(given).into_owned());
        Ok(codes.filter(|code| !code.is_empty()).collect())
    }
}

/// The mask of the workspace with its units, or the shipped one where it has faults that a purge need not mind.
fn mask(global: &Global) -> Mask {
    OpenEngine::open(global).map_or_else(|_| shipped_mask(), |opened| opened.engine.mask())
}

fn write_counts(global: &Global, done: &Purged) -> Result<()> {
    let count = |of: fn(&PurgeCounts) -> u64| done.tables.values().map(move |counts| Some(of(counts) as i64));
    Columns::default()
        .text("table", done.tables.keys().map(|table| Some(*table)))
        .int("removed", count(|counts| counts.removed))
        .int("restored", count(|counts| counts.restored))
        .int("emptied", count(|counts| counts.emptied))
        .int("marked", count(|counts| counts.marked))
        .write(global)
}
