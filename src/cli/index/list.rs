//! Lists indices with the file of each, and prints such a file.

use anyhow::Result;

use super::super::Global;
use super::super::output::{self, Columns};
use super::Show;
use cchc_definitions::Wording;
use cchc_engine::{index_text, index_versions, index_weights};

pub(super) fn list(global: &Global) -> Result<()> {
    let all = index_versions(&global.workspace)?;
    let heads = || all.iter().map(|one| &one.head);
    let kinds: Vec<String> = heads().map(|head| head.unit_kinds.join(", ")).collect();
    let from: Vec<_> = heads().map(|head| head.valid_from.map(|day| day.to_string())).collect();
    let to: Vec<_> = heads().map(|head| head.valid_to.map(|day| day.to_string())).collect();
    Columns::default()
        .text("id", heads().map(|head| Some(head.id.as_str())))
        .text("name_vi", heads().map(|head| Some(head.name_vi.as_str())))
        .text("name_en", heads().map(|head| Some(head.name_en.as_str())))
        .text("kind", all.iter().map(|one| Some(one.kind)))
        .text("unit_kinds", kinds.iter().map(|kinds| Some(kinds.as_str()).filter(|kinds| !kinds.is_empty())))
        .text("valid_from", from.iter().map(Option::as_deref))
        .text("valid_to", to.iter().map(Option::as_deref))
        .text("legal_basis", heads().map(|head| Some(head.legal_basis.as_str())))
        .text("file", all.iter().map(|one| Some(one.file.as_str())))
        .text("origin", all.iter().map(|one| Some(one.origin.word())))
        .write(global)
}

pub(super) fn show(global: &Global, show: &Show) -> Result<()> {
    let mut text = index_text(&global.workspace, &show.id, show.period.as_ref())?;
    if let Some((day, nodes)) = index_weights(&global.workspace, &show.id, show.period.as_ref())? {
        let wording = Wording::shipped();
        let title = wording.fill("index", "weights", global.language(), &[("day", &day)]);
        text = format!("{}\n\n# {title}\n", text.trim_end());
        for (node, shares) in nodes {
            let shares: Vec<String> = shares.iter().map(|(id, share)| format!("{id} {share:.4}")).collect();
            text.push_str(&format!("#   {node}: {}\n", shares.join(", ")));
        }
    }
    output::plain(&text)
}
