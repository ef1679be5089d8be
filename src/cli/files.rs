//! Writes files where the user wants them; the only place that does.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use cchc_report::write::ReportFile;

/// Writes beside and renames, so that an open or unwritable old file stays whole.
pub(super) fn save(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    use std::io::Write;
    let path = folder.join(name);
    let attempt = || -> std::io::Result<()> {
        let mut file = cchc_store::temporary_in(folder)?;
        file.write_all(bytes)?;
        file.persist(&path)?;
        Ok(())
    };
    attempt().with_context(|| {
        format!("cannot write {}; close it if it is open, or name another folder with --out", path.display())
    })?;
    Ok(path)
}

/// Writes several files into a folder, which is made if it is not there.
pub(super) fn save_all(folder: &Path, files: &[ReportFile]) -> Result<Vec<PathBuf>> {
    make(folder)?;
    files.iter().map(|file| save(folder, &file.name, &file.bytes)).collect()
}

/// Makes a folder.
pub(super) fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// The folder that a file is to lie in.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}
