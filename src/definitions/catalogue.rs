//! All definition files by the names that people call them: shipped ones and a workspace's own.

use std::path::{Path, PathBuf};

use include_dir::Dir;

use super::files::QUERIES;
use super::{Definitions, Files, Origin, TEMPLATES, own_files};

/// The folder of templates in a workspace.
const REPORTS: &str = "report-templates";

/// What a file can be: text that somebody would change.
const KINDS: [&str; 2] = ["toml", "sql"];

/// One definition file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionFile {
    /// `indicators/20-timeliness`, `saved/monthly-trend`, `report-templates/workbook`: its path without the ending.
    pub id: String,
    /// Its path in a workspace: `queries/indicators/20-timeliness.toml`.
    pub path: PathBuf,
    /// Where it comes from.
    pub origin: Origin,
    /// The indicators or indices that it defines.
    pub defines: Vec<String>,
}

/// All of them, in the order of their ids.
#[must_use]
pub fn definition_files(overlay: Option<&Path>, definitions: &Definitions) -> Vec<DefinitionFile> {
    let mut paths = Vec::new();
    for (root, dir) in [("queries", &QUERIES), (REPORTS, &TEMPLATES)] {
        embedded(root, dir, &mut paths);
        let own = overlay.map(|workspace| own_files::below(&workspace.join(root))).unwrap_or_default();
        paths.extend(own.into_iter().map(|(name, _)| format!("{root}/{name}")));
    }
    paths.retain(|path| KINDS.iter().any(|kind| path.rsplit('.').next() == Some(kind)));
    paths.sort();
    paths.dedup();
    paths.into_iter().filter_map(|path| file(&path, overlay, definitions)).collect()
}

fn file(path: &str, overlay: Option<&Path>, definitions: &Definitions) -> Option<DefinitionFile> {
    let below = path.strip_prefix("queries/");
    let id = below.unwrap_or(path).rsplit_once('.')?.0.to_owned();
    let is_own = overlay.is_some_and(|workspace| workspace.join(path).is_file());
    let origin = match below {
        Some(below) => Files::origin(overlay, below),
        None if !is_own => Origin::Shipped,
        None if shipped_text(path).is_some() => Origin::Replaced,
        None => Origin::Own,
    };
    let indicators = definitions.indicators.iter().filter(|one| Some(one.file.as_str()) == below);
    let defines = indicators.map(|one| one.id.clone()).collect();
    Some(DefinitionFile { id, path: path.into(), origin, defines })
}

/// The embedded text of a path in a workspace.
#[must_use]
pub fn shipped_text(path: &str) -> Option<&'static str> {
    match path.strip_prefix("queries/") {
        Some(below) => Files::shipped(below),
        None => TEMPLATES.get_file(path.strip_prefix("report-templates/")?)?.contents_utf8(),
    }
}

fn embedded(root: &str, dir: &Dir<'static>, paths: &mut Vec<String>) {
    paths.extend(dir.files().map(|file| format!("{root}/{}", file.path().to_string_lossy().replace('\\', "/"))));
    for folder in dir.dirs() {
        embedded(root, folder, paths);
    }
}

/// How a proposed source asks about a column.
const ASKED: &str = "# [columns.";

/// A workspace's own sources that still hold questions of their proposal, and how many.
#[must_use]
pub fn unfinished_sources(overlay: &Path) -> Vec<(String, usize)> {
    let own = own_files::below(&overlay.join("queries/sources"));
    let asked = own.into_iter().filter_map(|(name, text)| {
        let asked = text.ok()?.lines().filter(|line| line.starts_with(ASKED)).count();
        (asked > 0).then(|| (format!("sources/{name}"), asked))
    });
    let mut asked: Vec<(String, usize)> = asked.collect();
    asked.sort();
    asked
}
