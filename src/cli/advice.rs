//! What to do about an error of the operating system that ended a command.

use std::error::Error;
use std::io::{self, ErrorKind};

/// One sentence on what helps, where the user can help.
pub(super) fn advice(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(kind).and_then(sentence)
}

fn sentence(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(
            "the disk is full. What the workspace held is as it was and can be read. Free some space (`cchc vacuum` \
             deletes what no version needs), then run the command again",
        ),
        ErrorKind::ReadOnlyFilesystem => Some(
            "the disk can only be read. What the workspace holds can be read as before; to write, have the disk mounted \
             for writing, or copy the folder to another one",
        ),
        ErrorKind::PermissionDenied => {
            Some("you have no right to this. Ask for the right to read and write the folder, or name another one")
        }
        ErrorKind::FileTooLarge => Some(
            "the system allows no file of this size. What the workspace held is as it was. Raise the limit \
             (`ulimit -f`), or keep the workspace on a file system without it",
        ),
        _ => None,
    }
}

/// The kind of a cause; some libraries keep nothing but the text of an error of the system.
fn kind(cause: &(dyn Error + 'static)) -> Option<ErrorKind> {
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        // An error made from another one says `Other` and contains it.
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()).map(io::Error::kind);
        return [Some(error.kind()), inner].into_iter().flatten().find(|kind| sentence(*kind).is_some());
    }
    let text = cause.to_string();
    let number = text.rsplit_once("(os error ")?.1.split_once(')')?.0.parse().ok()?;
    Some(io::Error::from_raw_os_error(number).kind()).filter(|kind| sentence(*kind).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_known_by_its_kind_however_deep_and_by_its_text() {
        let full = || io::Error::from(ErrorKind::StorageFull);
        let is_disk_full = |error: anyhow::Error| advice(&error).is_some_and(|text| text.contains("disk is full"));
        assert!(is_disk_full(full().into()));
        assert!(is_disk_full(anyhow::Error::from(full()).context("table 'dossiers'")));
        assert!(is_disk_full(anyhow::Error::from(io::Error::other(full()))));
        if cfg!(target_os = "linux") {
            assert!(is_disk_full(anyhow::anyhow!("underlying: No space left on device (os error 28)")));
        }
        assert!(!is_disk_full(anyhow::anyhow!("no version '9'")));
        assert_eq!(advice(&io::Error::from(ErrorKind::NotFound).into()), None);
    }
}
