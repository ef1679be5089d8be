//! Reads a workspace's own definition files, which travel by mail and may be anything: ordinary files of a size, no links.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// MiB of one file. The largest that is shipped has a third of one.
const MOST_FILE_MIB: u64 = 4;
/// MiB of all files of a folder.
const MOST_MIB: u64 = 64;
/// Files of a folder.
const MOST_FILES: usize = 2000;
/// Folders within each other.
const DEEPEST: usize = 8;

/// The text of a file; none if nothing stands there.
///
/// # Errors
/// It is no ordinary file, is too large, or cannot be read.
pub fn text(path: &Path) -> io::Result<Option<String>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(held) if held.is_symlink() => Err(refused("is a link; copy the file itself to this place")),
        // Opening a pipe would wait for whoever writes into it.
        Ok(held) if !held.is_file() => Err(refused("is no ordinary file; remove it")),
        Ok(_) => limited(path).map(Some),
    }
}

fn limited(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take((MOST_FILE_MIB << 20) + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_FILE_MIB << 20 {
        return Err(refused(format!(
            "has more than {MOST_FILE_MIB} MiB, which no definition needs; remove it, or split it"
        )));
    }
    Ok(text)
}

fn refused(said: impl Into<String>) -> io::Error {
    io::Error::other(said.into())
}

/// What a walk over a folder finds: the path below it, with `/`, and the text or why there is none.
pub(super) type Found = (String, io::Result<String>);

/// All files below a folder, in the order of the file system; none if there is no such folder.
pub(super) fn below(root: &Path) -> Vec<Found> {
    let mut walk = Walk { found: Vec::new(), bytes: 0 };
    match fs::symlink_metadata(root) {
        Ok(held) if held.is_symlink() => {
            walk.found.push((String::new(), Err(refused("is a link; copy the folder itself to this place"))));
        }
        Ok(held) if held.is_dir() => walk.folder(root, "", 0),
        _ => {}
    }
    walk.found
}

struct Walk {
    found: Vec<Found>,
    bytes: u64,
}

impl Walk {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.found.push((name.to_owned(), Err(error))),
        };
        for entry in entries.flatten() {
            let below = entry.file_name().to_string_lossy().into_owned();
            let below = if name.is_empty() { below } else { format!("{name}/{below}") };
            if self.found.len() >= MOST_FILES {
                let said = format!("there are more than {MOST_FILES} files; remove what is no definition");
                return self.found.push((below, Err(refused(said))));
            }
            if self.bytes > MOST_MIB << 20 {
                let said = format!("the files have more than {MOST_MIB} MiB together; remove what is no definition");
                return self.found.push((below, Err(refused(said))));
            }
            // A link to a folder is none: it may lead back here.
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.file(&entry.path(), below);
            } else if depth < DEEPEST {
                self.folder(&entry.path(), &below, depth + 1);
            } else {
                let said = format!("folders stand more than {DEEPEST} deep within each other");
                self.found.push((below, Err(refused(said))));
            }
        }
    }

    fn file(&mut self, path: &Path, name: String) {
        let text = text(path).and_then(|text| text.ok_or_else(|| io::ErrorKind::NotFound.into()));
        self.bytes += text.as_ref().map_or(0, |text| text.len() as u64);
        self.found.push((name, text));
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn said(path: &Path) -> String {
        text(path).unwrap_err().to_string()
    }

    #[test]
    fn links_devices_pipes_and_large_files_are_told_and_not_read() {
        let place = tempfile::TempDir::new().unwrap();
        let path = |name: &str| place.path().join(name);
        fs::write(path("a"), "x").unwrap();
        assert_eq!(text(&path("a")).unwrap().as_deref(), Some("x"));
        assert_eq!(text(&path("none")).unwrap(), None);
        symlink(path("a"), path("link")).unwrap();
        assert!(said(&path("link")).contains("link"));
        assert!(said(Path::new("/dev/zero")).contains("no ordinary file"));
        std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
        assert!(said(&path("pipe")).contains("no ordinary file"));
        fs::write(path("large"), "x".repeat((4 << 20) + 1)).unwrap();
        assert!(said(&path("large")).contains("more than 4 MiB"));
    }

    #[test]
    fn folders_that_lead_back_or_too_deep_are_told_once() {
        let place = tempfile::TempDir::new().unwrap();
        symlink(place.path(), place.path().join("again")).unwrap();
        let found = below(place.path());
        assert_eq!(found.len(), 1);
        assert!(found[0].1.as_ref().unwrap_err().to_string().contains("link"));
        let deep = place.path().join("a/".repeat(20));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("x.toml"), "").unwrap();
        assert!(
            below(place.path())
                .iter()
                .any(|(_, text)| text.as_ref().is_err_and(|error| error.to_string().contains("deep")))
        );
    }
}
