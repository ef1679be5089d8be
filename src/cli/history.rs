//! `cchc history` and `vacuum`: published versions, and what none of them needs.

use anyhow::Result;
use clap::Args;

use super::output::Columns;
use super::store_faults::{self, Teller};
use super::{Global, Outcome};
use cchc_store::{Manifest, PurgeNote, Workspace, Young};

pub(super) fn history(global: &Global) -> Result<Outcome> {
    let workspace = Workspace::open(&global.workspace)?;
    let versions = workspace.history()?;
    store_faults::warn(global, &workspace)?;
    let times: Vec<Option<String>> = versions.iter().map(|version| version.time.map(|time| time.to_string())).collect();
    let purges: Vec<u64> = versions.iter().filter(|one| one.purge.is_some()).map(|one| one.number).collect();
    let purged_by = |number: u64| purges.iter().find(|purge| number < **purge).map(|purge| *purge as i64);
    let notes: Vec<Option<String>> = versions.iter().map(version_note).collect();
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

/// What there is to say about a version besides its numbers.
fn version_note(version: &Manifest) -> Option<String> {
    version.purge.as_ref().map(purge_note).or_else(|| version.lost.then(|| "lost; marked by a repair".to_owned()))
}

/// What a purge did, in one line.
fn purge_note(purge: &PurgeNote) -> String {
    let mut parts = Vec::new();
    if !purge.imports.is_empty() {
        let numbers: Vec<String> = purge.imports.iter().map(u64::to_string).collect();
        parts.push(format!("import {} purged", numbers.join(", ")));
    }
    if purge.dossiers > 0 {
        parts.push(format!("{} dossier(s) purged", purge.dossiers));
    }
    parts.push(format!("{} row(s) removed, {} of them back to an earlier state", purge.removed, purge.restored));
    if purge.emptied > 0 {
        parts.push(format!("{} cell(s) emptied", purge.emptied));
    }
    if !purge.reason.is_empty() {
        parts.push(purge.reason.clone());
    }
    parts.join("; ")
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
        global.note(&format!("{} file(s) deleted, {} bytes", deleted.files, deleted.bytes));
        let kept = [
            ("vacuum_young", deleted.young),
            ("vacuum_later", deleted.later),
            ("vacuum_unexplained", deleted.unexplained),
        ];
        for (key, count) in kept.into_iter().filter(|(_, count)| *count > 0) {
            global.note(&Teller::new(global).say(key, &[("count", &count)]));
        }
        Ok(Outcome::Done)
    }
}
