//! `cchc history` and `vacuum`: published versions, and what none of them needs.

use anyhow::Result;
use clap::Args;

use super::output::Columns;
use super::store_faults::{self, Teller};
use super::{Format, Global, Outcome};
use cchc_store::{Manifest, PurgeNote, Recorded, Workspace, Young, undo};

pub(super) fn history(global: &Global) -> Result<Outcome> {
    let workspace = Workspace::open(&global.workspace)?;
    let versions = workspace.history()?;
    store_faults::warn(global, &workspace)?;
    let times: Vec<Option<String>> = versions.iter().map(|version| version.time.map(|time| time.to_string())).collect();
    let purges: Vec<u64> = versions.iter().filter(|one| one.purge.is_some()).map(|one| one.number).collect();
    let purged_by = |number: u64| purges.iter().find(|purge| number < **purge).map(|purge| *purge as i64);
    let notes: Vec<Option<String>> = versions.iter().map(version_note).collect();
    let recorded = workspace.recorded();
    let record = |of: fn(&Recorded) -> &str| -> Vec<Option<&str>> {
        versions.iter().map(|version| recorded.get(&version.number).map(of)).collect()
    };
    let names: Vec<String> = versions.iter().map(|version| names(version, global.format)).collect();
    Columns::default()
        .int("version", versions.iter().map(|version| Some(version.number as i64)))
        .text("time", times.iter().map(Option::as_deref))
        .text("made_by", versions.iter().map(|version| Some(version.made_by.as_str())))
        .int("files", versions.iter().map(|version| Some(version.files.len() as i64)))
        .int("purged_by", versions.iter().map(|version| purged_by(version.number)))
        .text("note", notes.iter().map(Option::as_deref))
        .text("recorded_at", record(|one| &one.at).into_iter())
        .text("recorded_by", record(|one| &one.by).into_iter())
        .text("names", names.iter().map(|names| Some(names.as_str()).filter(|names| !names.is_empty())))
        .write(global)?;
    Ok(Outcome::Done)
}

/// The files of a version; in a table for people the first, and how many more.
fn names(version: &Manifest, format: Format) -> String {
    let names: Vec<&str> = version.files.iter().map(|file| file.file.as_str()).collect();
    match (format, names.as_slice()) {
        (Format::Table, [first, _, ..]) => format!("{first} +{}", names.len() - 1),
        _ => names.join("; "),
    }
}

/// What there is to say about a version besides its numbers.
fn version_note(version: &Manifest) -> Option<String> {
    let restored = || version.restores.map(|number| format!("shows version {number} again"));
    let lost = || version.lost.then(|| "lost; marked by a repair".to_owned());
    version.purge.as_ref().map(purge_note).or_else(restored).or_else(lost)
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

/// Takes the newest change back.
pub(super) fn take_back(global: &Global) -> Result<Outcome> {
    let workspace = Workspace::open(&global.workspace)?;
    let lock = workspace.lock(true, || global.tell("another import is running; waiting for it to end"))?;
    let done = undo(&workspace, &lock)?;
    global.note(&format!(
        "version {}: shows version {} again, without version {} ({}); to have that back, import or change it again",
        done.version, done.restored, done.undone, done.made_by
    ));
    Ok(Outcome::Done)
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
        let lock = workspace.lock(true, || global.tell("another import is running; waiting for it to end"))?;
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
