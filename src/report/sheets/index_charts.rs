//! The chart sheet of an index: scores and points per area of each kind of unit.

use super::super::input::Ranking;
use super::super::plan::{Block, Chart, ChartKind, ChartPosition, Series, Sheet, Tint};
use super::basis;
use super::breakdown::{Breakdown, Part};
use super::context::Context;
use super::landscape;
use super::ranking;
use cchc_definitions::fill;
use cchc_model::RankRow;

/// Nothing to draw, no sheet.
pub fn sheet(context: &Context<'_>, ranked: &Ranking) -> Option<Sheet> {
    let words = &context.template.index;
    let filled = |sentence: &str, kind: &str| {
        let values = [("kind", kind), ("title", ranked.title.as_str()), ("index", ranked.index_id.as_str())];
        fill(&context.fill(sentence), &values)
    };
    let mut blocks = vec![Block::heading(1, filled(&words.charts_title, "").to_uppercase())];
    blocks.extend(basis::source(context, ranked));
    let (above, mut alone) = (blocks.len(), 0);
    for (kind, title) in &context.kinds {
        let rows = ranked.rows.iter().filter(|row| row.unit.kind.as_deref() == Some(kind) && row.score.is_some());
        let rows: Vec<&RankRow> = rows.collect();
        let Some(breakdown) = Breakdown::of(ranked, kind).filter(|_| !rows.is_empty()) else { continue };
        let (drawn, half) = ranking::ends(&rows, context.template.ranking.chart_bars);
        let cut = |sentence: &str| match half {
            Some(half) => {
                format!("{} {}", filled(sentence, title), fill(&words.chart_cut, &[("half", &half.to_string())]))
            }
            None => filled(sentence, title),
        };
        // Scores alone are placed in pairs.
        let place = if breakdown.adds_up() || alone % 2 == 0 { ChartPosition::Below } else { ChartPosition::Beside };
        alone += 1;
        let title = cut(&context.template.ranking.chart);
        blocks.push(Block::Chart(ranking::score_chart(ranked, (kind, &title), &drawn, place)));
        if breakdown.adds_up() {
            let chart = by_area(context, &breakdown, &drawn);
            let stem = format!("areas-{}-{kind}", ranked.index_id);
            blocks.push(Block::Chart(Chart { title: cut(&words.areas_chart), file_stem: stem, ..chart }));
        }
    }
    (blocks.len() > above).then(|| landscape(filled(&words.charts_sheet, ""), blocks))
}

/// Points of the areas after each other, with the bonus if there is one.
fn by_area(context: &Context<'_>, breakdown: &Breakdown<'_>, drawn: &[&RankRow]) -> Chart {
    let words = &context.template.index;
    let name =
        |part: &Part<'_>| part.code.map_or_else(|| part.name.to_owned(), |code| format!("{code}. {}", part.name));
    let series = |name: String, values: Vec<Option<f64>>| Series { name, tint: Tint::Turn, values };
    let mut all: Vec<Series> = Vec::new();
    for area in breakdown.areas() {
        let points = drawn.iter().map(|row| Some(breakdown.shown(breakdown.points(&area, &row.unit.unit_code)?)));
        all.push(series(name(&area), points.collect()));
    }
    let bonus: Vec<Option<f64>> =
        drawn.iter().map(|row| Some(breakdown.shown(breakdown.total(&row.unit.unit_code)?.bonus))).collect();
    if bonus.iter().flatten().any(|bonus| *bonus > 0.0) {
        all.push(series(words.bonus.clone(), bonus));
    }
    Chart {
        kind: ChartKind::StackedBar,
        title: String::new(),
        categories: drawn.iter().map(|row| ranking::bar_name(row)).collect(),
        series: all,
        unit: breakdown.figure(),
        intervals: Vec::new(),
        file_stem: String::new(),
        place: ChartPosition::Beside,
    }
}
