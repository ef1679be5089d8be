//! The scorecard sheets: one unit's points criterion by criterion, with rule, inputs, layers and the reason of each cut.

use std::collections::BTreeMap;

use super::super::input::{FigureUnit, Makeup, Ranking};
use super::super::number::value_of_cell;
use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, RowPlan, RowStyle, Sheet, TablePlan, Tone};
use super::basis::{self, word};
use super::composite_card;
use super::context::{Context, kind_of};
use super::landscape;
use super::makeup::short;
use cchc_definitions::{Layer, PointsIndex, fill};
use cchc_indices::Scorecards;
use cchc_indices::points::ItemStatus;
use cchc_model::{RankRow, Status};

/// The requested cards, in the order of the ranking.
pub fn sheets(context: &Context<'_>, ranking: &Ranking) -> Vec<Sheet> {
    let requested = ranking.rows.iter().filter(|row| ranking.cards.holds(&row.unit.unit_code));
    requested.filter_map(|row| sheet(context, ranking, row)).collect()
}

fn sheet(context: &Context<'_>, ranking: &Ranking, row: &RankRow) -> Option<Sheet> {
    let words = &context.template.scorecard;
    let unit = row.unit.unit_name.as_str();
    let filled = |sentence: &str| {
        let values = [("unit", unit), ("title", ranking.title.as_str()), ("index", ranking.index_id.as_str())];
        fill(&context.fill(sentence), &values)
    };
    let (table, totals) = match &ranking.makeup {
        Makeup::Indicator => return None,
        Makeup::Points(index, cards) => {
            let at = cards.units.iter().position(|other| other.unit_code == row.unit.unit_code)?;
            (points(context, (index, &ranking.inputs), (cards, at)), totals(context, index, (cards, at)))
        }
        Makeup::Composite(index, kinds) => {
            let (_, composed) = kinds.iter().find(|(kind, _)| row.unit.kind.as_deref() == Some(kind))?;
            (composite_card::table(context, index, (composed, &row.unit.unit_code)), Vec::new())
        }
    };
    let mut facts = result_facts(context, ranking, row);
    facts.extend(totals);
    let mut blocks = vec![
        Block::heading(1, filled(&words.title).to_uppercase()),
        Block::paragraph(Tone::Subtitle, filled(&words.subtitle)),
    ];
    blocks.extend(basis::source(context, ranking));
    blocks.extend(basis::gaps(context, ranking, row.unit.kind.as_deref().unwrap_or_default()));
    blocks.push(Block::Facts(facts));
    blocks.push(Block::Table(table));
    blocks.push(Block::paragraph(
        Tone::Note,
        if matches!(ranking.makeup, Makeup::Points(..)) { &words.note } else { &words.note_scaled },
    ));
    blocks.push(basis::facts(context, ranking));
    let has_card = |other: &&Ranking| other.has_card_of(&row.unit.unit_code);
    let is_alone = context.input.rankings.iter().filter(has_card).count() < 2;
    Some(landscape(filled(if is_alone { &words.sheet } else { &words.sheet_other }), blocks))
}

/// Score, place and class of the unit, and how they moved.
fn result_facts(context: &Context<'_>, ranking: &Ranking, row: &RankRow) -> Vec<(String, String)> {
    let (words, general) = (&context.template.scorecard, &context.template.words);
    let figure = kind_of(ranking.unit, ranking.display.digits);
    let score = |score: Option<f64>| {
        score.map_or_else(|| general.missing.clone(), |score| super::super::number::figure(score, figure))
    };
    let rank = |rank: Option<u32>| rank.map_or_else(|| general.not_applicable.clone(), |rank| rank.to_string());
    let among = ranking.rows.iter().filter(|other| other.unit.kind == row.unit.kind && other.rank.is_some()).count();
    let class = row.class.as_deref().unwrap_or(&general.not_applicable);
    let now = [
        ("score", score(row.score)),
        ("rank", rank(row.rank)),
        ("among", among.to_string()),
        ("class", class.to_owned()),
    ];
    let is_known = context.has_period(&context.before.id);
    let before =
        [("score", score(row.score_before.filter(|_| is_known))), ("rank", rank(row.rank_before.filter(|_| is_known)))];
    let filled = |sentence: &str, values: &[(&str, String)]| {
        let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        fill(sentence, &values)
    };
    let mut facts = vec![
        (words.unit.clone(), format!("{} ({})", row.unit.unit_name, row.unit.unit_code)),
        (words.result.clone(), filled(&words.result_text, &now)),
        (general.before.clone(), filled(&words.before_text, &before)),
    ];
    if row.not_sent || context.has_not_sent(&row.unit) {
        facts.push((context.template.ranking.note.clone(), general.not_sent.clone()));
    }
    facts
}

/// How the score follows from the points.
fn totals(context: &Context<'_>, index: &PointsIndex, (cards, at): (&Scorecards, usize)) -> Vec<(String, String)> {
    let (words, total) = (&context.template.scorecard, &cards.scoring.totals[at]);
    let values = [
        ("points", short(total.points)),
        ("applies", short(total.max)),
        ("max", short(index.max)),
        ("bonus", short(total.bonus)),
        ("deduction", short(total.deduction)),
        ("unscored", short(total.unscored)),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
    vec![(words.points.clone(), fill(&words.points_text, &values))]
}

fn points(
    context: &Context<'_>,
    (index, inputs): (&PointsIndex, &BTreeMap<String, String>),
    card: (&Scorecards, usize),
) -> TablePlan {
    let words = &context.template.scorecard;
    let figure = CellFormat::Number(index.display.digits);
    let number = |heading: &str| ColumnPlan::new(heading, figure, 9);
    let layer = |layer: Layer| number(word(&context.template.index.layers, layer.word())).under(&words.layers);
    let columns = vec![
        ColumnPlan::new(&words.code, CellFormat::Label, 9),
        ColumnPlan::new(&words.name, CellFormat::Text, 38),
        number(&words.max),
        number(&words.got),
        number(&words.lost),
        ColumnPlan::new(&words.status, CellFormat::Label, 14),
        layer(Layer::SelfScored),
        layer(Layer::Verified),
        layer(Layer::Surveyed),
        layer(Layer::Computed),
        ColumnPlan::new(&words.reason, CellFormat::Text, 26),
        ColumnPlan::new(&words.rule, CellFormat::Text, 24),
        ColumnPlan::new(&words.indicator, CellFormat::Text, 26).under(&words.input),
        ColumnPlan::new(&context.template.words.numerator, CellFormat::Number(0), 10).under(&words.input),
        ColumnPlan::new(&context.template.words.denominator, CellFormat::Number(0), 10).under(&words.input),
        ColumnPlan::new(&context.template.words.value, CellFormat::Number(2), 10).under(&words.input),
        ColumnPlan::new(&words.evidence, CellFormat::Text, 22),
        ColumnPlan::new(&words.source, CellFormat::Text, 20),
    ];
    let rows = (0..index.items.len()).map(|item| points_row(context, (index, inputs), card, item));
    TablePlan::new(columns, rows.collect())
}

fn points_row(
    context: &Context<'_>,
    (index, inputs): (&PointsIndex, &BTreeMap<String, String>),
    (cards, at): (&Scorecards, usize),
    place: usize,
) -> RowPlan {
    let (item, scores) = (&index.items[place], &cards.scoring.items[place]);
    let judged = cards.judged.get(&(place, at));
    let number = |value: f64| Cell::Number(value_of_cell(value, FigureUnit::Points, &index.display));
    let shown = |value: Option<f64>| value.map_or(Cell::Empty, number);
    let given = |layer: Layer| shown(judged.and_then(|judged| judged.points(layer)));
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::text);
    let points = scores.points[at];
    let mut cells = vec![
        Cell::text(&item.code),
        Cell::text(&item.name),
        Cell::Number(item.max),
        points.map_or_else(|| Cell::Absent(context.template.words.not_applicable.clone()), number),
        shown(points.map(|points| scores.max[at] - points)),
        text(status(context, (scores.status[at], scores.layer[at]), item.rule.is_some())),
        given(Layer::SelfScored),
        given(Layer::Verified),
        given(Layer::Surveyed),
        shown(scores.computed[at]),
        text(judged.and_then(|judged| judged.reason.as_deref())),
        item.rule.as_ref().map_or(Cell::Empty, |rule| Cell::Text(rule.formula(item.max))),
    ];
    let read = item.rule.as_ref().and_then(|rule| rule.input());
    let name = read.and_then(|id| inputs.get(id));
    cells.extend(input(context, (cards, at), read.zip(name.map(String::as_str).or(read))));
    cells.extend([text(Some(&item.evidence)), text(Some(&item.source))]);
    RowPlan::new(if item.rule.is_some() { RowStyle::Body } else { RowStyle::Sum }, cells)
}

/// The layer that counts, or why there are no points.
fn status<'a>(
    context: &'a Context<'_>,
    (status, layer): (ItemStatus, Option<Layer>),
    is_leaf: bool,
) -> Option<&'a str> {
    let words = &context.template.scorecard;
    match status {
        ItemStatus::Scored => layer.map(|layer| word(&context.template.index.layers, layer.word())),
        ItemStatus::NotApplicable => Some(&words.not_applicable),
        ItemStatus::FullByDefault => Some(&words.full_by_default),
        ItemStatus::Missing if is_leaf => Some(&words.missing),
        ItemStatus::Missing => Some(&words.partly_missing),
    }
}

/// What the rule read, by id and name: indicator, numerator, denominator, value.
fn input(context: &Context<'_>, (cards, at): (&Scorecards, usize), read: Option<(&str, &str)>) -> [Cell; 4] {
    let Some((id, name)) = read else { return [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty] };
    let info = context.info(id);
    let name = if name == id { id.to_owned() } else { format!("{name} ({id})") };
    let measure = cards.figures.now.get(id).and_then(|column| column.get(at));
    let value = match (measure.and_then(|measure| measure.value), info) {
        (Some(value), Some(info)) => Cell::As(kind_of(info.unit, info.display.digits), value),
        (Some(value), None) => Cell::Number(value),
        (None, _) => absent(context, measure.map(|measure| measure.status)),
    };
    let count = |pick| context.count_cell(measure, pick);
    [Cell::Text(name), count(|measure| measure.numerator), count(|measure| measure.denominator), value]
}

fn absent(context: &Context<'_>, status: Option<Status>) -> Cell {
    let words = &context.template.words;
    Cell::Absent(match status {
        Some(Status::NotApplicable) => words.not_applicable.clone(),
        Some(Status::Suppressed) => words.suppressed.clone(),
        _ => words.missing.clone(),
    })
}
