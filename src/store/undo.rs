//! Takes the newest change back: a new version holds what the one before the change held; nothing is deleted.

use super::version::{self, Manifest};
use super::{StoreError, Transaction, Workspace, WriteLock, schema};

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The version that is published now.
    pub version: u64,
    /// The version whose change was taken back, and what had made it.
    pub undone: u64,
    /// What had made it.
    pub made_by: String,
    /// The version whose content is shown again.
    pub restored: u64,
}

/// Publishes the content of the version before the newest change. Undone again, it goes one change further back.
///
/// # Errors
/// There is no change before, or a purge removed it for good, or the store cannot be read or written.
pub fn undo(workspace: &Workspace, lock: &WriteLock) -> Result<Undone, StoreError> {
    let history = workspace.history()?;
    let newest = history.last().cloned().unwrap_or_else(Manifest::empty);
    let shown = content_of(&history, &newest);
    let before = history.iter().rev().filter(|one| one.number < shown.number).find(|one| one.tables != shown.tables);
    let Some(before) = before.map(|one| content_of(&history, one)) else { return Err(StoreError::NothingToUndo) };
    if shown.number <= version::newest_purge(&history) || before.lost {
        return Err(StoreError::Unrestorable(before.number));
    }
    let mut transaction = Transaction::begin(workspace, lock)?;
    for table in schema::table_names() {
        if newest.tables.get(table) != before.tables.get(table) {
            transaction.set(table, workspace.files(before, table)?)?;
        }
    }
    let manifest = Manifest {
        number: transaction.number(),
        time: before.time,
        made_by: "undo".to_owned(),
        restores: Some(before.number),
        ..Manifest::empty()
    };
    let published = transaction.publish_as(manifest)?;
    Ok(Undone {
        version: published.number,
        undone: shown.number,
        made_by: shown.made_by.clone(),
        restored: before.number,
    })
}

/// The version whose content one shows: itself, or the one that it restores.
fn content_of<'a>(history: &'a [Manifest], version: &'a Manifest) -> &'a Manifest {
    let mut shown = version;
    while let Some(restored) = shown.restores.and_then(|number| history.iter().find(|one| one.number == number)) {
        shown = restored;
    }
    shown
}
