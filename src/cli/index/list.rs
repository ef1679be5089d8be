//! Lists indices with the file of each, and prints such a file.

use anyhow::Result;
use chrono::NaiveDate;

use super::super::output::{self, Columns};
use super::super::{Global, Usage, faults};
use super::{Show, definitions};
use cchc_definitions::{Definitions, Files, Origin, did_you_mean};

/// One version of an index.
struct Listed<'d> {
    id: &'d str,
    names: [&'d str; 2],
    kind: &'static str,
    unit_kinds: String,
    days: (Option<NaiveDate>, Option<NaiveDate>),
    legal_basis: &'d str,
    file: String,
}

/// All versions of all indices, by id and first day.
fn listed(definitions: &Definitions) -> Vec<Listed<'_>> {
    let by_indicator = definitions.indices.iter().map(|index| {
        let indicator = definitions.indicators.iter().find(|one| one.id == index.indicator);
        Listed {
            id: &index.id,
            names: [&index.name_vi, &index.name_en],
            kind: "indicator",
            unit_kinds: String::new(),
            days: (None, None),
            legal_basis: indicator.map_or("", |indicator| &indicator.legal_basis),
            file: format!("indices/{}.toml", index.id),
        }
    });
    let points = definitions.points.iter().map(|index| Listed {
        id: &index.head.id,
        names: [&index.head.name_vi, &index.head.name_en],
        kind: "points",
        unit_kinds: index.head.unit_kinds.join(", "),
        days: (index.head.valid_from, index.head.valid_to),
        legal_basis: &index.head.legal_basis,
        file: index.file.clone(),
    });
    let composites = definitions.composites.iter().map(|index| Listed {
        id: &index.head.id,
        names: [&index.head.name_vi, &index.head.name_en],
        kind: "composite",
        unit_kinds: index.head.unit_kinds.join(", "),
        days: (index.head.valid_from, index.head.valid_to),
        legal_basis: &index.head.legal_basis,
        file: index.file.clone(),
    });
    let mut all: Vec<Listed<'_>> = by_indicator.chain(points).chain(composites).collect();
    all.sort_by(|left, right| (left.id, left.days, &left.file).cmp(&(right.id, right.days, &right.file)));
    all
}

pub(super) fn list(global: &Global) -> Result<()> {
    let definitions = definitions(global)?;
    let all = listed(&definitions);
    let origin = |one: &Listed<'_>| match Files::origin(Some(&global.workspace), &one.file) {
        Origin::Shipped => "shipped",
        Origin::Replaced => "overridden",
        Origin::Own => "own",
    };
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let (from, to): (Vec<_>, Vec<_>) = all.iter().map(|one| (day(one.days.0), day(one.days.1))).unzip();
    let filled = |text: &'static str| Some(text);
    Columns::default()
        .text("id", all.iter().map(|one| Some(one.id)))
        .text("name_vi", all.iter().map(|one| Some(one.names[0])))
        .text("name_en", all.iter().map(|one| Some(one.names[1])))
        .text("kind", all.iter().map(|one| Some(one.kind)))
        .text("unit_kinds", all.iter().map(|one| Some(one.unit_kinds.as_str()).filter(|kinds| !kinds.is_empty())))
        .text("valid_from", from.iter().map(Option::as_deref))
        .text("valid_to", to.iter().map(Option::as_deref))
        .text("legal_basis", all.iter().map(|one| Some(one.legal_basis)))
        .text("file", all.iter().map(|one| Some(one.file.as_str())))
        .text("origin", all.iter().map(|one| filled(origin(one))))
        .write(global)
}

pub(super) fn show(global: &Global, show: &Show) -> Result<()> {
    let definitions = definitions(global)?;
    let all = listed(&definitions);
    let versions: Vec<&Listed<'_>> = all.iter().filter(|one| one.id == show.id).collect();
    if versions.is_empty() {
        let hint = did_you_mean(&show.id, all.iter().map(|one| one.id));
        return Err(Usage(format!("no index '{}'{hint}; `cchc index list` lists them", show.id)).into());
    }
    let holds = |one: &&&Listed<'_>| {
        show.period.as_ref().is_none_or(|period| {
            one.days.0.is_none_or(|from| from <= period.end) && one.days.1.is_none_or(|to| period.end <= to)
        })
    };
    // The list is in order of first days, so the last is the newest.
    let Some(found) = versions.iter().rev().find(holds) else {
        let end = show.period.as_ref().map_or_else(String::new, |period| period.end.to_string());
        return Err(Usage(format!("no version of index '{}' is in force on {end}", show.id)).into());
    };
    let mut found_faults = Vec::new();
    let files = Files::load(Some(&global.workspace), &mut found_faults);
    match files.get(&found.file) {
        Some(text) => output::plain(text),
        None => Err(faults(&found_faults)),
    }
}
