//! Finds the files below the paths that a user gave, in a stable order.

use std::path::{Path, PathBuf};

use super::ImportError;

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputFile {
    /// The argument as given plus the path below it.
    pub shown: String,
    /// Where it is.
    pub path: PathBuf,
}

/// All regular files below `paths`, sorted; hidden files and the lock files of office programs are left out.
///
/// # Errors
/// A path does not exist or cannot be read.
pub fn find_files(paths: &[PathBuf]) -> Result<Vec<InputFile>, ImportError> {
    let mut files = Vec::new();
    for path in paths {
        let kind = std::fs::metadata(path).map_err(|source| ImportError::Path { path: path.clone(), source })?;
        if kind.is_dir() {
            below(path, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    let mut files: Vec<InputFile> =
        files.into_iter().map(|path| InputFile { shown: path.to_string_lossy().into_owned(), path }).collect();
    files.sort();
    files.dedup_by(|left, right| left.path == right.path);
    Ok(files)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ImportError> {
    let fail = |source| ImportError::Path { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name.starts_with("~$") {
            continue;
        }
        let kind = entry.file_type().map_err(fail)?;
        if kind.is_dir() {
            below(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}
