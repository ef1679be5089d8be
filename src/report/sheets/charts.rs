//! The chart sheet: outcomes, and chosen indicators by kind of unit over three periods.

use super::super::input::IndicatorInfo;
use super::super::plan::{Block, CellFormat, Chart, ChartKind, ChartPosition, Series, Sheet, Tint};
use super::context::{ALL, Context, kind_of, sum_code};
use super::landscape;
use cchc_definitions::fill;

/// Nothing to draw, no sheet.
pub fn sheet(context: &Context<'_>) -> Option<Sheet> {
    let words = &context.template.charts;
    let outcome = shares(
        context,
        ("outcome", &words.outcome),
        4,
        &[(&words.early, 5, Tint::Good), (&words.on_time, 6, Tint::Fair), (&words.late, 7, Tint::Bad)],
    );
    let pending = shares(
        context,
        ("pending", &words.pending),
        8,
        &[(&words.in_time, 9, Tint::Fair), (&words.late, 10, Tint::Bad)],
    );
    // Past periods alone say nothing of this one.
    let has_value = |id: &str| {
        let mut codes = sums(context).into_iter().map(|(code, _)| code);
        codes.any(|code| context.value(&context.now.id, id, &code).is_some())
    };
    let drawn = words.indicators.iter().filter(|id| has_value(id));
    let indicators = drawn.filter_map(|id| context.info(id)).map(|info| by_kind(context, info));
    let charts = [outcome, pending].into_iter().chain(indicators);
    let charts = charts.filter(|chart| chart.series.iter().any(|series| series.values.iter().any(Option::is_some)));
    let mut blocks = vec![Block::heading(1, &words.title)];
    for (index, mut chart) in charts.enumerate() {
        chart.place = if index % 2 == 0 { ChartPosition::Below } else { ChartPosition::Beside };
        blocks.push(Block::Chart(chart));
    }
    (blocks.len() > 1).then(|| landscape(&words.sheet, blocks))
}

/// Sums in display order: every kind, then everything.
fn sums<'a>(context: &'a Context<'_>) -> Vec<(String, &'a str)> {
    let all = (ALL.to_owned(), context.template.words.all_units.as_str());
    context.kinds.iter().map(|(kind, title)| (sum_code(kind), *title)).chain([all]).collect()
}

fn by_kind(context: &Context<'_>, info: &IndicatorInfo) -> Chart {
    let sums = sums(context);
    let series = [&context.now, &context.before, &context.last_year].map(|moment| Series {
        name: moment.label.clone(),
        tint: Tint::Turn,
        values: sums.iter().map(|(code, _)| context.value(&moment.id, &info.id, code)).collect(),
    });
    Chart {
        kind: ChartKind::Bar,
        title: fill(&context.template.charts.by_kind, &[("indicator", &info.name_vi)]),
        categories: sums.iter().map(|(_, title)| (*title).to_owned()).collect(),
        series: series.into_iter().filter(|series| series.values.iter().any(Option::is_some)).collect(),
        unit: kind_of(info.unit, info.display.digits),
        intervals: Vec::new(),
        file_stem: format!("indicator-{}", info.id),
        place: ChartPosition::Below,
    }
}

/// Shares of form 06 columns in their total column, stacked; `counts` are indices into the row.
fn shares(context: &Context<'_>, named: (&str, &str), total: usize, parts: &[(&str, usize, Tint)]) -> Chart {
    let sums = sums(context);
    let share = |code: &str, part: usize| {
        let row = context.input.form06.iter().find(|row| row.unit.unit_code == code)?;
        let (part, whole) = (row.counts[part]?, row.counts[total]?);
        (whole > 0).then(|| part as f64 / whole as f64)
    };
    Chart {
        intervals: Vec::new(),
        kind: ChartKind::StackedBar,
        title: named.1.to_owned(),
        categories: sums.iter().map(|(_, title)| (*title).to_owned()).collect(),
        series: parts
            .iter()
            .map(|(name, part, tint)| Series {
                name: (*name).to_owned(),
                tint: *tint,
                values: sums.iter().map(|(code, _)| share(code, *part)).collect(),
            })
            .collect(),
        unit: CellFormat::Percent(1),
        file_stem: named.0.to_owned(),
        place: ChartPosition::Below,
    }
}
