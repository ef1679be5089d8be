//! `cchc history` and `vacuum`: published versions, and what none of them needs.

use anyhow::Result;
use clap::Args;

use super::output::Columns;
use super::store_faults::{self, Teller};
use super::{Global, Outcome, note};
use cchc_store::{PurgeNote, Workspace, Young};

#[derive(Debug, Args)]
pub(super) struct History {}

impl History {
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let workspace = Workspace::open(&global.workspace)?;
        let versions = workspace.history()?;
        store_faults::warn(global, &workspace)?;
        let times: Vec<Option<String>> =
            versions.iter().map(|version| version.time.map(|time| time.to_string())).collect();
        let purges: Vec<u64> = versions.iter().filter(|one| one.purge.is_some()).map(|one| one.number).collect();
        let purged_by = |number: u64| purges.iter().find(|purge| number < **purge).map(|purge| *purge as i64);
        let notes: Vec<Option<String>> = versions.iter().map(|version| version.purge.as_ref().map(told)).collect();
        Columns::default()
            .int("version", versions.iter().map(|version| Some(version.number as i64)))
            .text("time", times.iter().map(Option::as_deref))
            .text("made_by", versions.iter().map(|version| Some(version.made_by.as_str())))
            .int("files", versions.iter().map(|version| Some(version.files.len() as i64)))
            .int("purged_by", versions.iter().map(|version| purged_by(version.number)))
            .text("note", notes.iter().map(Option::as_deref))
            .write(global)?;
        Ok(Outcome::Done)
    }
}

/// What a purge did, in one line.
fn told(purge: &PurgeNote) -> String {
    let mut told = Vec::new();
    if !purge.imports.is_empty() {
        let numbers: Vec<String> = purge.imports.iter().map(u64::to_string).collect();
        told.push(format!("import {} purged", numbers.join(", ")));
    }
    if purge.dossiers > 0 {
        told.push(format!("{} dossier(s) purged", purge.dossiers));
    }
    told.push(format!("{} row(s) removed, {} of them back to an earlier state", purge.removed, purge.restored));
    if purge.emptied > 0 {
        told.push(format!("{} cell(s) emptied", purge.emptied));
    }
    if !purge.reason.is_empty() {
        told.push(purge.reason.clone());
    }
    told.join("; ")
}

#[derive(Debug, Args)]
pub(super) struct Vacuum {
    /// Delete what is younger than a day, too
    #[arg(long)]
    all: bool,
}

impl Vacuum {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let workspace = Workspace::open(&global.workspace)?;
        let lock = workspace.lock(true, || eprintln!("another import is running; waiting for it to end"))?;
        let deleted = workspace.vacuum(&lock, if self.all { Young::Delete } else { Young::Keep })?;
        note(global, &format!("{} file(s) deleted, {} bytes", deleted.files, deleted.bytes));
        let kept = [
            ("vacuum_young", deleted.young),
            ("vacuum_later", deleted.later),
            ("vacuum_unexplained", deleted.unexplained),
        ];
        for (key, count) in kept.into_iter().filter(|(_, count)| *count > 0) {
            note(global, &Teller::new(global).say(key, &[("count", &count)]));
        }
        Ok(Outcome::Done)
    }
}
