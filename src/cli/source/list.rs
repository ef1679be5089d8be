//! `cchc source list` and `cchc source show`: which definitions are in force, and their text.

use anyhow::Result;

use super::super::output::{self, Columns};
use super::super::{Format, Global, Outcome, Usage};
use cchc_definitions::{Files, Origin, SourceDef, Tried, did_you_mean};

pub(super) fn list(global: &Global) -> Result<Outcome> {
    let definitions = global.definitions()?;
    let sources = &definitions.sources;
    let path = |source: &SourceDef| format!("sources/{}.toml", source.id);
    let origins: Vec<Origin> =
        sources.iter().map(|source| Files::origin(Some(&global.workspace), &path(source))).collect();
    let file = |(source, origin): (&SourceDef, &Origin)| {
        let own = global.workspace.join("queries").join(path(source));
        (*origin != Origin::Shipped).then(|| own.display().to_string())
    };
    let files: Vec<Option<String>> = sources.iter().zip(&origins).map(file).collect();
    let tried = |source: &SourceDef| if source.layout.tried == Tried::ByName { "by_name" } else { "always" };
    Columns::default()
        .text("id", sources.iter().map(|source| Some(source.id.as_str())))
        .text("table", sources.iter().map(|source| Some(source.table.name)))
        .text("name", sources.iter().map(|source| Some(source.name.as_str())))
        .text("origin", origins.iter().map(|origin| Some(origin.word())))
        .text("tried", sources.iter().map(|source| Some(tried(source))))
        .text("file", files.iter().map(Option::as_deref))
        .write(global)?;
    Ok(Outcome::Done)
}

pub(super) fn show(global: &Global, id: &str) -> Result<Outcome> {
    let mut found = Vec::new();
    let files = Files::load(Some(&global.workspace), &mut found);
    let Some(text) = files.get(&format!("sources/{id}.toml")) else {
        let name = |path: &'_ str| path["sources/".len()..path.len() - ".toml".len()].to_owned();
        let ids: Vec<String> = files.below("sources/", "toml").map(|(path, _)| name(path)).collect();
        let hint = did_you_mean(id, ids.iter().map(String::as_str));
        return Err(Usage(format!("no source '{id}'{hint}; `cchc source list` names them")).into());
    };
    match global.format {
        Format::Table => output::plain(text)?,
        Format::Json => output::json(&serde_json::json!([{ "id": id, "definition": text }]))?,
        _ => return Err(Usage("a definition is shown as it is, or as --format json".to_owned()).into()),
    }
    Ok(Outcome::Done)
}
