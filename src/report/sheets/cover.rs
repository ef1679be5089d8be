//! The cover: key figures, who leads and who trails, who has not sent, and what the figures rest on.

use super::super::input::{Makeup, Ranking};
use super::super::number;
use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, RowPlan, RowStyle, Sheet, TablePlan, Tie, Tone};
use super::basis;
use super::context::{ALL, Context, kind_of, sum_code};
use super::ends::{Place, both_ends};
use super::landscape;
use super::unranked::who_is_ranked;
use cchc_definitions::fill;
use cchc_model::RankRow;

pub fn sheet(context: &Context<'_>) -> Sheet {
    let words = &context.template.cover;
    let mut blocks = vec![
        Block::heading(1, &words.title),
        Block::paragraph(Tone::Subtitle, context.fill(&words.subtitle)),
        Block::heading(2, &words.key_figures),
        Block::Table(key_figures(context)),
    ];
    for ranking in &context.input.rankings {
        let title = fill(&words.ranking, &[("title", &ranking.title)]);
        blocks.push(Block::heading(2, title));
        blocks.push(if ranking.rows.iter().any(|row| row.rank.is_some()) {
            Block::Table(places(context, ranking))
        } else {
            Block::paragraph(Tone::Body, &words.ranking_none)
        });
        for (kind, title) in &context.kinds {
            if ranking.rows.iter().any(|row| row.unit.kind.as_deref() == Some(kind) && row.rank.is_some()) {
                blocks.extend(who_is_ranked(context, ranking, (kind, title)));
            }
        }
        if !matches!(ranking.makeup, Makeup::Indicator) {
            blocks.extend(basis::warning(context, ranking));
        }
    }
    blocks.push(Block::heading(2, &words.not_sent));
    blocks.extend(not_sent(context));
    blocks.push(Block::heading(2, &words.basis));
    blocks.push(Block::Facts(facts(context)));
    landscape(&words.sheet, blocks)
}

/// Widths of the seven columns that both tables of the cover share.
const WIDTHS: [u16; 7] = [20, 12, 36, 12, 12, 36, 18];

fn key_figures(context: &Context<'_>) -> TablePlan {
    let words = &context.template.cover;
    let info = context.info(&words.key_rate);
    let rate = info.map_or("", |info| info.name_vi.as_str());
    let columns = words.key_columns.iter().zip(WIDTHS).enumerate().map(|(index, (heading, width))| {
        let kind = match (index, info) {
            (0, _) => CellFormat::Text,
            (6, Some(info)) => kind_of(info.unit, info.display.digits),
            _ => CellFormat::Int,
        };
        ColumnPlan::new(&fill(heading, &[("rate", rate)]), kind, width)
    });
    let mut rows = Vec::new();
    for (kind, title) in &context.kinds {
        rows.push(key_row(context, RowStyle::Body, title, &sum_code(kind)));
    }
    rows.push(key_row(context, RowStyle::Total, &context.template.words.all_units, ALL));
    TablePlan::new(columns.collect(), rows)
}

fn key_row(context: &Context<'_>, style: RowStyle, title: &str, code: &str) -> RowPlan {
    let form = context.input.form06.iter().find(|row| row.unit.unit_code == code);
    let mut cells = vec![Cell::text(title)];
    // Columns 3, 7, 10, 11 and 13 of form 06.
    for column in [0, 4, 7, 8, 10] {
        cells.push(form.map_or(Cell::Empty, |row| context.told(row.counts[column])));
    }
    let rate = &context.template.cover.key_rate;
    cells.push(context.value_cell(context.measure(&context.now.id, rate, code)));
    RowPlan::new(style, cells)
}

fn places(context: &Context<'_>, ranking: &Ranking) -> TablePlan {
    let words = &context.template.cover;
    let figure = kind_of(ranking.unit, ranking.display.digits);
    let kinds =
        [CellFormat::Text, CellFormat::Rank, CellFormat::Text, figure, CellFormat::Rank, CellFormat::Text, figure];
    let headings = words.ranking_columns.iter().zip(kinds).zip(WIDTHS);
    let columns = headings.map(|((heading, kind), width)| ColumnPlan::new(heading, kind, width)).collect();
    let mut rows = Vec::new();
    for (kind, title) in &context.kinds {
        let ranked = ranking.rows.iter().filter(|row| row.unit.kind.as_deref() == Some(kind) && row.rank.is_some());
        let ranked: Vec<&RankRow> = ranked.collect();
        let (best, worst) = both_ends(&ranked, words.places);
        for place in 0..best.len().max(worst.len()) {
            let mut cells = vec![if place == 0 { Cell::text(*title) } else { Cell::Empty }];
            cells.extend(place_cells(context, best.get(place)));
            cells.extend(place_cells(context, worst.get(place)));
            rows.push(RowPlan::new(RowStyle::Body, cells));
        }
    }
    TablePlan::new(columns, rows)
}

fn place_cells(context: &Context<'_>, place: Option<&Place<'_>>) -> [Cell; 3] {
    let Some(place) = place else { return [Cell::Empty, Cell::Empty, Cell::Empty] };
    let (row, name) = match place {
        Place::Unit(row) => (row, row.unit.unit_name.clone()),
        Place::Tied(row, count) => {
            let rank = row.rank.unwrap_or_default().to_string();
            let values = [("count", count.to_string()), ("rank", rank)];
            (row, fill_owned(&context.template.cover.tied_places, &values))
        }
    };
    let tie = if row.tied { Tie::Shared } else { Tie::Alone };
    [row.rank.map_or(Cell::Empty, |rank| Cell::Rank(rank, tie)), Cell::Text(name), Cell::optional(row.score)]
}

fn not_sent(context: &Context<'_>) -> Vec<Block> {
    let (words, input) = (&context.template.cover, context.input);
    if input.not_sent.is_empty() {
        return vec![Block::paragraph(Tone::Body, &words.not_sent_none)];
    }
    let mut blocks = Vec::new();
    for (kind, title) in &context.kinds {
        let units = input.not_sent.iter().filter(|row| row.unit.kind.as_deref() == Some(kind));
        let names: Vec<&str> = units.map(|row| row.unit.unit_name.as_str()).collect();
        if names.is_empty() {
            continue;
        }
        let mut listed = names.iter().take(words.not_sent_names).copied().collect::<Vec<_>>().join("; ");
        if let Some(more) = names.len().checked_sub(words.not_sent_names).filter(|more| *more > 0) {
            listed = format!("{listed} {}", fill(&words.not_sent_more, &[("count", &more.to_string())]));
        }
        let values = [("kind", *title), ("count", &names.len().to_string()), ("names", &listed)];
        blocks.push(Block::paragraph(Tone::Alert, fill(&words.not_sent_line, &values)));
    }
    blocks
}

fn facts(context: &Context<'_>) -> Vec<(String, String)> {
    let (words, input) = (&context.template.cover, context.input);
    let counts = &input.counts;
    let int = |count: u64| number::int(count as i64);
    let stored = [("dossiers", int(counts.dossiers)), ("files", int(counts.files))];
    let rows = [
        ("rows", int(counts.rows)),
        ("loaded", int(counts.loaded)),
        ("updated", int(counts.updated)),
        ("duplicate", int(counts.duplicate)),
        ("rejected", int(counts.rejected)),
    ];
    let version = [("version", input.data_version.to_string()), ("day", number::day(input.data_time.date()))];
    let mut facts = vec![
        (words.period.clone(), context.fill(&words.period_text)),
        (words.compared.clone(), context.fill(&words.compared_text)),
        (words.version.clone(), fill_owned(&words.version_text, &version)),
        (words.held.clone(), fill_owned(&words.held_text, &stored)),
        (words.rows.clone(), fill_owned(&words.rows_text, &rows)),
    ];
    if let Some(due) = context.input.period.report_due() {
        facts.insert(1, (words.report_due.clone(), fill(&words.report_due_text, &[("due", &number::day(due))])));
    }
    if !context.input.unknown_years.is_empty() {
        let years: Vec<String> = context.input.unknown_years.iter().map(ToString::to_string).collect();
        facts.push((words.calendar.clone(), fill(&words.calendar_unknown, &[("years", &years.join(", "))])));
    }
    let policies = context.policies.iter();
    facts.extend(policies.map(|(name, choice)| (fill(&words.policies, &[("name", name)]), choice.clone())));
    facts
}

fn fill_owned(sentence: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fill(sentence, &values)
}
