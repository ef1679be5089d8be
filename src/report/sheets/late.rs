//! Late and overdue dossiers: how many by unit, and the list, by dossier code only.

use cchc_definitions::fill;
use cchc_model::LateDossier;

use super::super::number;
use super::super::plan::{
    Block, Cell, CellFormat, Chart, ChartKind, ChartPosition, ColumnPlan, Emphasis, RowPlan, RowStyle, Series, Sheet,
    TablePlan, Tint, Tone,
};
use super::context::Context;
use super::landscape;

pub fn sheets(context: &Context<'_>) -> Vec<Sheet> {
    let words = &context.template.late;
    let head =
        |title: &str| vec![Block::heading(1, title), Block::paragraph(Tone::Subtitle, context.fill(&words.subtitle))];
    let mut summary = head(&words.title);
    if context.input.policies.protects() {
        summary.push(Block::paragraph(Tone::Body, &context.template.words.small_left_out));
        return vec![landscape(&words.sheet, summary)];
    }
    if context.input.late.is_empty() {
        summary.push(Block::paragraph(Tone::Body, &words.none));
        return vec![landscape(&words.sheet, summary)];
    }
    let units = by_unit(context);
    summary.push(Block::Table(TablePlan::new(summary_columns(context), summary_rows(context, &units)).filtered()));
    summary.push(Block::Chart(chart(context, &units)));
    let mut list = head(&words.title_list);
    let (all, shown) = (context.input.late.len(), context.input.late.len().min(words.max_rows));
    if shown < all {
        let counts = [("shown", number::int(shown as i64)), ("all", number::int(all as i64))];
        let counts = counts.each_ref().map(|(name, value)| (*name, value.as_str()));
        list.push(Block::paragraph(Tone::Alert, fill(&words.cut, &counts)));
    }
    list.push(Block::Table(TablePlan::new(list_columns(context), list_rows(context, shown)).filtered()));
    vec![landscape(&words.sheet, summary), landscape(&words.sheet_list, list)]
}

/// The late dossiers of one unit, counted.
struct UnitSum<'a> {
    code: &'a str,
    name: &'a str,
    finished: i64,
    open: i64,
    longest: i64,
    days: i64,
}

impl UnitSum<'_> {
    fn add(&mut self, dossier: &LateDossier) {
        if dossier.finished.is_some() {
            self.finished += 1;
        } else {
            self.open += 1;
        }
        self.longest = self.longest.max(dossier.days_late);
        self.days += dossier.days_late;
    }

    const fn all(&self) -> i64 {
        self.finished + self.open
    }

    fn cells(&self) -> Vec<Cell> {
        let mean = self.days as f64 / self.all().max(1) as f64;
        let counts = [self.all(), self.finished, self.open, self.longest];
        counts.into_iter().map(Cell::Int).chain([Cell::Number(mean)]).collect()
    }
}

fn by_unit<'a>(context: &Context<'a>) -> Vec<UnitSum<'a>> {
    let mut units: Vec<UnitSum<'a>> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for dossier in &context.input.late {
        let code = dossier.unit.unit_code.as_str();
        let place = *places.entry(code).or_insert_with(|| {
            units.push(UnitSum { code, name: &dossier.unit.unit_name, finished: 0, open: 0, longest: 0, days: 0 });
            units.len() - 1
        });
        units[place].add(dossier);
    }
    units
}

fn summary_columns(context: &Context<'_>) -> Vec<ColumnPlan> {
    let (words, general) = (&context.template.late, &context.template.words);
    vec![
        ColumnPlan::new(&general.number, CellFormat::Label, 6),
        ColumnPlan::new(&general.unit, CellFormat::Text, 44),
        ColumnPlan::new(&words.all, CellFormat::Int, 14).emphasis(Emphasis::DataBar),
        ColumnPlan::new(&words.finished_late, CellFormat::Int, 14),
        ColumnPlan::new(&words.open_late, CellFormat::Int, 14),
        ColumnPlan::new(&words.longest, CellFormat::Int, 14),
        ColumnPlan::new(&words.mean, CellFormat::Number(1), 14),
    ]
}

fn summary_rows(context: &Context<'_>, units: &[UnitSum<'_>]) -> Vec<RowPlan> {
    let mut rows = Vec::new();
    for (place, unit) in units.iter().enumerate() {
        let mut cells = vec![Cell::Text((place + 1).to_string()), Cell::text(unit.name)];
        cells.extend(unit.cells());
        rows.push(RowPlan::new(RowStyle::Body, cells));
    }
    let words = &context.template.late;
    let mut total = UnitSum { code: "", name: &words.total, finished: 0, open: 0, longest: 0, days: 0 };
    context.input.late.iter().for_each(|dossier| total.add(dossier));
    let mut cells = vec![Cell::Empty, Cell::text(total.name)];
    cells.extend(total.cells());
    rows.push(RowPlan::new(RowStyle::Total, cells));
    rows
}

fn chart(context: &Context<'_>, units: &[UnitSum<'_>]) -> Chart {
    let words = &context.template.late;
    let mut most: Vec<&UnitSum<'_>> = units.iter().collect();
    most.sort_by_key(|unit| (std::cmp::Reverse(unit.all()), unit.code));
    most.truncate(words.chart_bars);
    let series = |name: &str, tint: Tint, count: fn(&UnitSum<'_>) -> i64| Series {
        name: name.to_owned(),
        tint,
        values: most.iter().map(|unit| Some(count(unit) as f64)).collect(),
    };
    Chart {
        kind: ChartKind::StackedBar,
        title: context.fill(&words.chart),
        categories: most.iter().map(|unit| unit.name.to_owned()).collect(),
        series: vec![
            series(&words.finished_late, Tint::Fair, |unit| unit.finished),
            series(&words.open_late, Tint::Bad, |unit| unit.open),
        ],
        unit: CellFormat::Int,
        intervals: Vec::new(),
        file_stem: "late-units".to_owned(),
        place: ChartPosition::Beside,
    }
}

fn list_columns(context: &Context<'_>) -> Vec<ColumnPlan> {
    let (words, general) = (&context.template.late, &context.template.words);
    vec![
        ColumnPlan::new(&general.number, CellFormat::Label, 7),
        ColumnPlan::new(&general.unit, CellFormat::Text, 44),
        ColumnPlan::new(&words.code, CellFormat::Text, 30),
        ColumnPlan::new(&words.procedure, CellFormat::Text, 42),
        ColumnPlan::new(&words.received, CellFormat::Date, 12),
        ColumnPlan::new(&words.due, CellFormat::Date, 12),
        ColumnPlan::new(&words.finished, CellFormat::Date, 12),
        ColumnPlan::new(&words.days, CellFormat::Int, 11).emphasis(Emphasis::DataBar),
        ColumnPlan::new(&words.state, CellFormat::Text, 24),
    ]
}

fn list_rows(context: &Context<'_>, shown: usize) -> Vec<RowPlan> {
    let words = &context.template.late;
    let row = |(place, dossier): (usize, &LateDossier)| {
        let state = if dossier.finished.is_some() { &words.finished_late } else { &words.open_late };
        let cells = vec![
            Cell::Int(place as i64 + 1),
            Cell::text(&dossier.unit.unit_name),
            Cell::text(&dossier.dossier_code),
            dossier.procedure.as_ref().map_or(Cell::Empty, Cell::text),
            Cell::Date(dossier.received),
            Cell::Date(dossier.due),
            dossier.finished.map_or(Cell::Empty, Cell::Date),
            Cell::Int(dossier.days_late),
            Cell::text(state),
        ];
        RowPlan::new(RowStyle::Body, cells)
    };
    context.input.late.iter().take(shown).enumerate().map(row).collect()
}
