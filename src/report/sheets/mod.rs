//! Builds the plan of a report from its data: one file per group of sheets.

mod basis;
mod breakdown;
mod charts;
mod compare;
mod composite_card;
mod contents;
mod context;
mod cover;
mod ends;
mod form06;
mod heat;
mod index_charts;
mod indicators;
mod late;
mod makeup;
mod method;
mod not_sent;
mod prepared;
mod quality;
mod ranking;
mod scorecard;
mod unranked;

use super::input::ReportInput;
use super::plan::{Block, Book, Orientation, Sheet};
use super::template::SheetKind;

use context::Context;
use prepared::{explain, prepared};

/// Builds the whole report, in the order of the template's `sheets`.
#[must_use]
pub fn build(input: ReportInput) -> Book {
    let input = &prepared(input);
    let context = Context::new(input);
    let template = &input.template;
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut contents = None;
    for kind in &template.sheets {
        if *kind == SheetKind::Contents {
            contents = Some(sheets.len());
        }
        sheets.extend(self::sheets(&context, *kind).into_iter().map(|sheet| explain(sheet, template)));
    }
    if let Some(at) = contents {
        sheets.insert(at, contents::sheet(&template.contents, &sheets, at));
    }
    Book {
        // A file system may refuse the signs between the ends of a period.
        file_stem: context.fill(&template.book.file).replace("..", "_").replace('@', "_"),
        title: context.fill(&template.book.title),
        subject: context.fill(&template.book.subject),
        author: input.reporting_unit.clone(),
        created: input.data_time,
        sheets,
    }
}

fn sheets(context: &Context<'_>, kind: SheetKind) -> Vec<Sheet> {
    match kind {
        SheetKind::Cover => vec![cover::sheet(context)],
        SheetKind::Charts => charts::sheet(context).into_iter().collect(),
        // It lists the others, so it is made last.
        SheetKind::Contents => Vec::new(),
        SheetKind::Ranking => context
            .input
            .rankings
            .iter()
            .enumerate()
            .flat_map(|(place, ranking)| {
                let mut sheets = ranking::sheets(context, place, ranking);
                sheets.extend(heat::sheets(context, ranking));
                sheets.extend(index_charts::sheet(context, ranking));
                sheets
            })
            .collect(),
        SheetKind::Scorecards => {
            context.input.rankings.iter().flat_map(|ranking| scorecard::sheets(context, ranking)).collect()
        }
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
