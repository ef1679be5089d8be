//! Turns a criteria sheet as departments keep it into a definition.

use std::path::Path;

use anyhow::{Context, Result};

use super::super::files::{folder_of, make, save};
use super::super::output::Columns;
use super::super::words::Words;
use super::super::{Global, Usage, faults};
use super::Import;
use cchc_authoring::{DefinitionHead, Draft, DraftItem, SheetReading, definition, read_index_sheet};
use cchc_definitions::{Definitions, Rule};
use cchc_engine::{file_name, form_words};
use cchc_store::Config;

impl Import {
    pub fn run(&self, global: &Global) -> Result<()> {
        let all = global.definitions()?;
        let stem = self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let id = self.id.clone().unwrap_or_else(|| file_name(&stem, None));
        if id.is_empty() || file_name(&id, None) != id {
            return Err(Usage(format!("'{id}' is no id; name one of small letters, digits and '-' with --id")).into());
        }
        let path = format!("indices/{id}.toml");
        let out = self.out.clone().unwrap_or_else(|| global.workspace.join("queries").join(&path));
        if out.exists() {
            return Err(Usage(format!("{} is there already; name another file with --out", out.display())).into());
        }
        let draft = self.read(global, &all)?;
        let file = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let words = Words::load(global)?;
        let legal_basis = self.legal_basis.as_deref().unwrap_or(&words.index.no_legal_basis);
        let heading = DefinitionHead { id: &id, file: &file, unit_kinds: &self.unit_kind, legal_basis };
        let text = definition(&draft, heading, &all.wording);
        let found = all.index_faults(Some(&global.workspace), &path, &text);
        if !found.is_empty() {
            return Err(faults(&found));
        }
        let folder = folder_of(&out);
        make(folder)?;
        let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        save(folder, &name, text.as_bytes())?;
        write_items(global, &draft, &out)
    }

    fn read(&self, global: &Global, all: &Definitions) -> Result<Draft> {
        let mut figures: Vec<(&str, &str)> =
            all.indicators.iter().map(|one| (one.name_vi.as_str(), one.id.as_str())).collect();
        // Versions of one indicator share name and id.
        figures.sort_unstable();
        figures.dedup();
        let forms = form_words(&global.workspace)?;
        let reading = SheetReading { words: &all.index_sheet, reading: &all.reading, forms: &forms, figures: &figures };
        let limits = Config::read(&global.workspace)?.limits;
        read_index_sheet(&self.file, &limits, reading).with_context(|| self.file.display().to_string())
    }
}

/// One row per item: what was made of its rule.
fn write_items(global: &Global, draft: &Draft, out: &Path) -> Result<()> {
    let is_sum = |at: usize| draft.items.iter().any(|row| row.item.parent == Some(at));
    let rule_word = |at: usize, item: &DraftItem| match &item.item.rule {
        None if is_sum(at) => None,
        None => Some("scored"),
        Some(rule) => Some(rule.word()),
    };
    let lacks_input = |row: &DraftItem| row.item.rule.as_ref().and_then(Rule::input) == Some("");
    let items = || draft.items.iter().enumerate();
    Columns::default()
        .int("row", items().map(|(_, item)| Some(i64::from(item.row))))
        .text("code", items().map(|(_, item)| Some(item.item.code.as_str())))
        .text("parent", items().map(|(_, item)| item.item.parent.map(|parent| draft.items[parent].item.code.as_str())))
        .text("name", items().map(|(_, item)| Some(item.item.name.as_str())))
        .number("max", items().map(|(_, item)| Some(item.item.max)))
        .text("rule", items().map(|(at, item)| rule_word(at, item)))
        .text("input", items().map(|(_, item)| item.item.rule.as_ref()?.input().filter(|input| !input.is_empty())))
        .flag("to_do", items().map(|(_, item)| lacks_input(item)))
        .write(global)?;
    for line in &draft.notes {
        global.note(line);
    }
    let open = draft.items.iter().filter(|item| lacks_input(item)).count();
    global.note(&format!(
        "{}: {} items of sheet '{}', {} points; {open} rules wait for the id of their figure (TODO in the file)",
        out.display(),
        draft.items.len(),
        draft.sheet,
        draft.max
    ));
    Ok(())
}
