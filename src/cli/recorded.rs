//! Notes when and by whom a version was written: the one place that reads the clock, and no figure depends on it.

use std::time::SystemTime;

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::{Command, Global};
use cchc_store::Workspace;

/// Hours by which Vietnam is ahead of UTC.
const VIETNAM: i32 = 7;

/// The newest version before a command that may write one.
pub(super) struct Record(Option<u64>);

impl Record {
    /// Looks before the command does anything.
    pub fn before(global: &Global, command: &Command) -> Self {
        let writes = matches!(
            command,
            Command::Init(_)
                | Command::Import(_)
                | Command::Units(_)
                | Command::Purge(_)
                | Command::Undo
                | Command::Check(_)
        );
        Self((writes || global.publication.is_some()).then(|| newest(global)))
    }

    /// Records what is new, also where the command failed later.
    pub fn after(self, global: &Global) -> Result<()> {
        let Self(Some(before)) = self else { return Ok(()) };
        if newest(global) > before {
            Workspace::open(&global.workspace)?.record_writing(before, &now(), &user())?;
        }
        Ok(())
    }
}

fn newest(global: &Global) -> u64 {
    let history = Workspace::open(&global.workspace).and_then(|workspace| workspace.history());
    history.ok().and_then(|history| history.last().map(|version| version.number)).unwrap_or_default()
}

/// The time in Vietnam, wherever the machine believes to be.
fn now() -> String {
    let vietnam = FixedOffset::east_opt(VIETNAM * 3600).expect("seven hours");
    DateTime::<chrono::Utc>::from(SystemTime::now()).with_timezone(&vietnam).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn user() -> String {
    ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default()
}
