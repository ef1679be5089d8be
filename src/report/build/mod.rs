//! Builds the plan of a report from its data: one file per group of sheets.

mod charts;
mod compare;
mod context;
mod cover;
mod form06;
mod indicators;
mod late;
mod method;
mod not_sent;
mod quality;
mod ranking;

use super::carried::explain;
use super::input::ReportInput;
use super::plan::{Block, Book, Orientation, Sheet};
use super::template::SheetKind;

use context::Context;

/// Builds the whole report, in the order of the template's `sheets`.
#[must_use]
pub fn build(input: &ReportInput) -> Book {
    let context = Context::new(input);
    let template = &input.template;
    Book {
        title: context.fill(&template.book.title),
        subject: context.fill(&template.book.subject),
        author: input.reporting_unit.clone(),
        created: input.data_time,
        sheets: template
            .sheets
            .iter()
            .flat_map(|kind| sheets(&context, *kind))
            .map(|sheet| explain(sheet, template))
            .collect(),
    }
}

fn sheets(context: &Context<'_>, kind: SheetKind) -> Vec<Sheet> {
    match kind {
        SheetKind::Cover => vec![cover::sheet(context)],
        SheetKind::Charts => charts::sheet(context).into_iter().collect(),
        SheetKind::Ranking => ranking::sheets(context),
        SheetKind::Form06 => vec![form06::sheet(context)],
        SheetKind::Indicators => indicators::sheets(context),
        SheetKind::Compare => vec![compare::sheet(context)],
        SheetKind::Late => late::sheets(context),
        SheetKind::NotSent => vec![not_sent::sheet(context)],
        SheetKind::Quality => quality::sheets(context),
        SheetKind::Method => vec![method::sheet(context)],
    }
}

fn landscape(name: impl Into<String>, blocks: Vec<Block>) -> Sheet {
    Sheet { name: name.into(), orientation: Orientation::Landscape, blocks }
}
