//! `cchc definition`: the rules themselves, listed, shown and copied into the workspace, where they can be changed.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};

use super::output::{self, Columns};
use super::{Format, Global, Outcome, Usage};
use cchc_definitions::{DefinitionFile, Origin, definition_files, did_you_mean, own_text, shipped_text};

#[derive(Debug, Args)]
pub(super) struct Definition {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List all definitions: indicators, indices, sources, calendars, ready questions, templates
    List,
    /// Print one as it is in force
    Show {
        /// Its id, the last part of it, or the id of an indicator
        id: String,
    },
    /// Copy one into the workspace, where it replaces the shipped one and can be changed
    Copy {
        /// Its id, the last part of it, or the id of an indicator
        id: String,
    },
}

impl Definition {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let files = definition_files(Some(&global.workspace), &global.definitions()?);
        match &self.action {
            Action::List => list(global, &files)?,
            Action::Show { id } => show(global, named(&files, id)?)?,
            Action::Copy { id } => copy(global, named(&files, id)?)?,
        }
        Ok(Outcome::Done)
    }
}

/// The file that a name means.
fn named<'a>(files: &'a [DefinitionFile], name: &str) -> Result<&'a DefinitionFile> {
    if let Some(file) = files.iter().find(|file| file.id == name) {
        return Ok(file);
    }
    let is_meant =
        |file: &&DefinitionFile| file.id.ends_with(&format!("/{name}")) || file.defines.iter().any(|id| id == name);
    let meant: Vec<&DefinitionFile> = files.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [file] => Ok(file),
        [] => {
            let short = |id: &'a str| id.rsplit('/').next().unwrap_or(id);
            let ids = |file: &'a DefinitionFile| [file.id.as_str(), short(&file.id)].into_iter();
            let known = files.iter().flat_map(|file| ids(file).chain(file.defines.iter().map(String::as_str)));
            let hint = did_you_mean(name, known);
            Err(Usage(format!("no definition '{name}'{hint}; `cchc definition list` names them")).into())
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|file| file.id.as_str()).collect();
            Err(Usage(format!("'{name}' may be any of {}; name one of them", ids.join(", "))).into())
        }
    }
}

fn list(global: &Global, files: &[DefinitionFile]) -> Result<()> {
    let defines: Vec<String> = files.iter().map(|file| file.defines.join(", ")).collect();
    let path = |file: &DefinitionFile| {
        (file.origin != Origin::Shipped).then(|| global.workspace.join(&file.path).display().to_string())
    };
    let paths: Vec<Option<String>> = files.iter().map(path).collect();
    Columns::default()
        .text("id", files.iter().map(|file| Some(file.id.as_str())))
        .text("origin", files.iter().map(|file| Some(file.origin.word())))
        .text("defines", defines.iter().map(|ids| Some(ids.as_str()).filter(|ids| !ids.is_empty())))
        .text("file", paths.iter().map(Option::as_deref))
        .write(global)
}

/// What is in force: the workspace's own text, or the shipped one.
fn text(global: &Global, file: &DefinitionFile) -> Result<String> {
    let own = global.workspace.join(&file.path);
    let text = own_text(&own).with_context(|| own.display().to_string())?;
    Ok(text.unwrap_or_else(|| shipped(&file.path).unwrap_or_default().to_owned()))
}

fn shipped(path: &Path) -> Option<&'static str> {
    shipped_text(&path.to_string_lossy())
}

fn show(global: &Global, file: &DefinitionFile) -> Result<()> {
    let text = text(global, file)?;
    match global.format {
        Format::Table => output::plain(&text),
        Format::Json => output::json(&serde_json::json!([{ "id": file.id, "definition": text }])),
        _ => Err(Usage("a definition is shown as it is, or as --format json".to_owned()).into()),
    }
}

fn copy(global: &Global, file: &DefinitionFile) -> Result<()> {
    let own = global.workspace.join(&file.path);
    ensure!(global.workspace.join("FORMAT").is_file(), "no workspace in {}", global.workspace.display());
    ensure!(!own.exists(), "{} is there already; change it, or move it away first", own.display());
    let Some(text) = shipped(&file.path) else { return Err(Usage(format!("'{}' is no shipped one", file.id)).into()) };
    let folder = own.parent().unwrap_or(&global.workspace);
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    std::fs::write(&own, text).with_context(|| own.display().to_string())?;
    global.note(&format!(
        "{}: change it, then look at it with `cchc check`; without this file the shipped one is in force again",
        own.display()
    ));
    Ok(())
}
