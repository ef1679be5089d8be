//! `cchc history` and `vacuum`: published versions, and what none of them needs.

use anyhow::Result;
use clap::Args;

use super::output::Columns;
use super::{Global, KillArgs, Outcome, note};
use crate::store::Workspace;

#[derive(Debug, Args)]
pub(super) struct History {}

impl History {
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let versions = Workspace::open(&global.workspace)?.history()?;
        let times: Vec<Option<String>> =
            versions.iter().map(|version| version.time.map(|time| time.to_string())).collect();
        Columns::default()
            .int("version", versions.iter().map(|version| Some(version.number as i64)))
            .text("time", times.iter().map(Option::as_deref))
            .text("made_by", versions.iter().map(|version| Some(version.made_by.as_str())))
            .int("files", versions.iter().map(|version| Some(version.files.len() as i64)))
            .write(global)?;
        Ok(Outcome::Done)
    }
}

#[derive(Debug, Args)]
pub(super) struct Vacuum {
    #[command(flatten)]
    kill: KillArgs,
}

impl Vacuum {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let workspace = Workspace::open(&global.workspace)?.killed_at(self.kill.at);
        let lock = workspace.lock(true, || eprintln!("another import is running; waiting for it to end"))?;
        let deleted = workspace.vacuum(&lock)?;
        note(global, &format!("{} file(s) deleted, {} bytes", deleted.files, deleted.bytes));
        Ok(Outcome::Done)
    }
}
