//! The ranking sheets: one for each ranking and kind of unit, with its chart beside the table.

use cchc_definitions::fill;
use cchc_model::{Measure, RankRow, Status};

use super::super::input::{FigureUnit, Makeup, Ranking};
use super::super::plan::{
    Block, Cell, CellFormat, Chart, ChartKind, ChartPosition, ColumnPlan, Emphasis, RowPlan, RowStyle, Sense, Series,
    Sheet, TablePlan, Tie, Tint, Tone,
};
use super::basis::{self, word};
use super::breakdown::Breakdown;
use super::context::{Context, kind_of, sense, sum_code};
use super::landscape;
use super::makeup::{Extra, extras, remarks};
use super::unranked::{held_note, owed, who_is_ranked};

/// The sheets of the ranking at a place among the rankings, one for each kind of unit.
pub fn sheets(context: &Context<'_>, place: usize, ranking: &Ranking) -> Vec<Sheet> {
    let kinds = context.kinds.iter().filter_map(|(kind, title)| {
        let rows: Vec<&RankRow> = ranking.rows.iter().filter(|row| row.unit.kind.as_deref() == Some(kind)).collect();
        if rows.is_empty() {
            return None;
        }
        let breakdown = Breakdown::of(ranking, kind);
        let extras = breakdown.as_ref().map_or_else(Vec::new, |parts| extras(context, parts, &rows));
        let past = past(context, ranking, &rows);
        Some(RankingPart { context, ranking, kind, title, rows, breakdown, extras, past }.sheet(place))
    });
    kinds.collect()
}

/// One ranking of one kind.
struct RankingPart<'a> {
    context: &'a Context<'a>,
    ranking: &'a Ranking,
    kind: &'a str,
    title: &'a str,
    rows: Vec<&'a RankRow>,
    /// What the scores are made of, unless they are an indicator's.
    breakdown: Option<Breakdown<'a>>,
    extras: Vec<Extra<'a>>,
    /// Periods compared with.
    past: Vec<Past>,
}

/// A period compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Past {
    Before,
    LastYear,
}

/// An index of many columns leaves out last year where nothing is known of it.
fn past(context: &Context<'_>, ranking: &Ranking, rows: &[&RankRow]) -> Vec<Past> {
    let is_known = || context.has_period(&context.last_year.id) && rows.iter().any(|row| row.score_last_year.is_some());
    if matches!(ranking.makeup, Makeup::Indicator) || is_known() {
        vec![Past::Before, Past::LastYear]
    } else {
        vec![Past::Before]
    }
}

impl RankingPart<'_> {
    fn sheet(&self, place: usize) -> Sheet {
        let words = &self.context.template.ranking;
        let name = if place == 0 { &words.sheet } else { &words.sheet_other };
        let is_indicator = matches!(self.ranking.makeup, Makeup::Indicator);
        let mut blocks = vec![
            Block::heading(1, self.fill(if is_indicator { &words.title } else { &words.title_index }).to_uppercase()),
            Block::paragraph(Tone::Subtitle, self.fill(&words.subtitle)),
        ];
        if !is_indicator {
            blocks.extend(basis::source(self.context, self.ranking));
        }
        blocks.extend(basis::gaps(self.context, self.ranking, self.kind));
        blocks.extend(who_is_ranked(self.context, self.ranking, (self.kind, self.title)));
        let owed = owed(self.context, self.ranking, self.kind);
        let has_rows = owed.is_none() || self.rows.iter().any(|row| row.score.is_some());
        blocks.extend(owed);
        if has_rows {
            blocks.push(Block::Table(TablePlan::new(self.columns(), self.table_rows()).filtered()));
        }
        if is_indicator && self.rows.iter().any(|row| row.rank.is_some()) {
            blocks.push(Block::Chart(self.chart()));
        }
        blocks.extend(self.breakdown.iter().flat_map(|breakdown| remarks(self.context, breakdown, &self.rows)));
        blocks.push(Block::paragraph(Tone::Note, &words.tie_note));
        blocks.push(Block::paragraph(Tone::Note, &self.context.template.words.legend));
        blocks.extend(self.context.unknown_periods());
        if !is_indicator {
            blocks.push(basis::facts(self.context, self.ranking));
        }
        landscape(self.fill(name), blocks)
    }

    fn fill(&self, sentence: &str) -> String {
        let values = [("kind", self.title), ("title", &self.ranking.title), ("index", &self.ranking.index_id)];
        fill(&self.context.fill(sentence), &values)
    }

    fn figure(&self) -> CellFormat {
        kind_of(self.ranking.unit, self.ranking.display.digits)
    }

    /// Whether the score is a fraction whose two counts can be shown.
    fn has_counts(&self) -> bool {
        let Some(basis) = &self.ranking.basis else { return false };
        self.rows.iter().any(|row| {
            let measure = self.context.measure(&self.context.now.id, basis, &row.unit.unit_code);
            measure.is_some_and(|measure| measure.denominator.is_some())
        })
    }

    fn has_classes(&self) -> bool {
        self.rows.iter().any(|row| row.class.is_some())
    }

    /// Whether the units differ in what was scored, so that scores over the common items say more.
    fn has_common(&self) -> bool {
        self.rows.iter().any(|row| row.score_common.is_some())
    }

    fn columns(&self) -> Vec<ColumnPlan> {
        let (words, general) = (&self.context.template.ranking, &self.context.template.words);
        let score = if matches!(self.figure(), CellFormat::Percent(_)) { &words.rate } else { &words.score };
        let better = sense(self.ranking.higher_is_better);
        let mut columns = vec![
            ColumnPlan::new(&words.rank, CellFormat::Rank, 7),
            ColumnPlan::new(&general.unit, CellFormat::Text, 46),
        ];
        if self.has_counts() {
            columns.push(ColumnPlan::new(&general.numerator, CellFormat::Int, 10));
            columns.push(ColumnPlan::new(&general.denominator, CellFormat::Int, 10));
        }
        columns.push(ColumnPlan::new(score, self.figure(), 11).emphasis(Emphasis::ColourScale(better)));
        if self.has_classes() {
            columns.push(ColumnPlan::new(&words.class, CellFormat::Label, 12));
        }
        columns.extend(self.extras.iter().map(|extra| extra.column.clone()));
        if self.has_common() {
            columns.push(ColumnPlan::new(score, self.figure(), 10).under(&words.common));
            columns.push(ColumnPlan::new(&words.rank, CellFormat::Rank, 7).under(&words.common));
        }
        for past in &self.past {
            let past = match past {
                Past::Before => &general.before,
                Past::LastYear => &general.last_year,
            };
            columns.push(ColumnPlan::new(score, self.figure(), 10).under(past));
            columns.push(ColumnPlan::new(&words.rank, CellFormat::Rank, 7).under(past));
            // A rank that goes down in number is a step up, and the difference below is before − now.
            let movement = CellFormat::Movement(0, Sense::MoreIsBetter);
            columns.push(ColumnPlan::new(&words.change, movement, 10).under(past));
        }
        columns.push(ColumnPlan::new(&words.note, CellFormat::Text, 26));
        columns
    }

    fn table_rows(&self) -> Vec<RowPlan> {
        let ranked = self.rows.iter().filter(|row| row.rank.is_some());
        let mut rows: Vec<RowPlan> = ranked.map(|row| self.row(row)).collect();
        let unranked: Vec<RowPlan> =
            self.rows.iter().filter(|row| row.rank.is_none()).map(|row| self.row(row)).collect();
        if !unranked.is_empty() {
            rows.push(self.label_row(RowStyle::Section, &self.context.template.ranking.unranked, None));
            rows.extend(unranked);
        }
        if self.ranking.basis.is_none() {
            rows.extend(self.mean_row());
        }
        if let Some(basis) = &self.ranking.basis {
            rows.push(self.label_row(RowStyle::Total, &self.context.template.ranking.average, Some(basis)));
        }
        rows
    }

    fn row(&self, row: &RankRow) -> RowPlan {
        let tie = if row.tied { Tie::Shared } else { Tie::Alone };
        let mut cells =
            vec![row.rank.map_or(Cell::Empty, |rank| Cell::Rank(rank, tie)), Cell::text(&row.unit.unit_name)];
        if self.has_counts() {
            cells.extend(self.counts(&row.unit.unit_code));
        }
        let absent = match row.reason {
            Some(Status::Missing) => &self.context.template.words.missing,
            Some(Status::Suppressed) => &self.context.template.words.suppressed,
            _ => &self.context.template.words.not_applicable,
        };
        cells.push(row.score.map_or_else(|| Cell::Absent(absent.clone()), Cell::Number));
        if self.has_classes() {
            cells.push(row.class.as_ref().map_or(Cell::Empty, Cell::text));
        }
        let code = row.unit.unit_code.as_str();
        cells.extend(self.extras.iter().map(|extra| extra.cells.get(code).cloned().unwrap_or(Cell::Empty)));
        if self.has_common() {
            cells.push(Cell::optional(row.score_common));
            cells.push(row.rank_common.map_or(Cell::Empty, |rank| Cell::Rank(rank, Tie::Alone)));
        }
        for past in &self.past {
            let (period, score, rank) = match past {
                Past::Before => (&self.context.before.id, row.score_before, row.rank_before),
                Past::LastYear => (&self.context.last_year.id, row.score_last_year, row.rank_last_year),
            };
            // Rules such as "no violation" give points even where nothing is known.
            let (score, rank) = if self.context.has_period(period) { (score, rank) } else { (None, None) };
            cells.push(match (score, &self.ranking.basis) {
                (Some(score), _) => Cell::Number(score),
                (None, Some(basis)) => self.context.period_cell(period, basis, &row.unit.unit_code),
                (None, None) => Cell::Absent(self.context.template.words.missing.clone()),
            });
            cells.push(rank.map_or(Cell::Empty, |rank| Cell::Rank(rank, Tie::Alone)));
            let moved = row.rank.zip(rank).map(|(now, then)| f64::from(then) - f64::from(now));
            cells.push(Cell::optional(moved));
        }
        cells.push(Cell::Text(self.note(row)));
        let marked = row.not_sent || self.context.has_not_sent(&row.unit);
        RowPlan::new(if marked { RowStyle::Marked } else { RowStyle::Body }, cells)
    }

    fn counts(&self, unit_code: &str) -> [Cell; 2] {
        let basis = self.ranking.basis.as_deref().unwrap_or_default();
        let measure = self.context.measure(&self.context.now.id, basis, unit_code);
        [
            self.context.count_cell(measure, |measure| measure.numerator),
            self.context.count_cell(measure, |measure| measure.denominator),
        ]
    }

    fn note(&self, row: &RankRow) -> String {
        let words = &self.context.template.words;
        if self.ranking.set_aside.iter().any(|one| one.kind == self.kind) {
            return self.context.template.index.set_aside_reason.clone();
        }
        let not_sent = row.not_sent || self.context.has_not_sent(&row.unit);
        let why = match row.reason.filter(|_| row.rank.is_none()) {
            // A unit that has not sent looks idle and need not be.
            Some(Status::NotApplicable) if not_sent => return words.not_sent_reason.clone(),
            Some(Status::NotApplicable) => Some(&words.not_applicable_reason),
            Some(Status::Missing) => Some(&words.missing_reason),
            Some(Status::Suppressed) => Some(&words.suppressed_reason),
            Some(Status::Ok) | None => None,
        };
        let held = row.held.map(|held| held_note(self.context, held, row));
        let class = row.class_reason.map(|why| word(&self.context.template.index.class_reasons, why.word()));
        let notes = [not_sent.then_some(words.not_sent.as_str()), why.map(String::as_str), held.as_deref(), class];
        notes.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// The mean score of the ranked units; an index without a figure of the whole kind has no other to be set against.
    fn mean_row(&self) -> Option<RowPlan> {
        let scores: Vec<f64> = self.rows.iter().filter(|row| row.rank.is_some()).filter_map(|row| row.score).collect();
        let mean = (scores.len() > 1).then(|| scores.iter().sum::<f64>() / scores.len() as f64)?;
        let mut row = self.label_row(RowStyle::Total, &self.context.template.ranking.average_of_ranked, None);
        row.cells[2] = Cell::Number(mean);
        Some(row)
    }

    /// A row with a label, and the kind's own figures if the score is an indicator.
    fn label_row(&self, style: RowStyle, label: &str, basis: Option<&str>) -> RowPlan {
        let context = self.context;
        let code = sum_code(self.kind);
        let mut cells = vec![Cell::Empty, Cell::text(label)];
        if self.has_counts() {
            cells.extend(if basis.is_some() { self.counts(&code) } else { [Cell::Empty, Cell::Empty] });
        }
        let value = |period: &str| basis.map(|basis| context.value_cell(context.measure(period, basis, &code)));
        cells.push(value(&context.now.id).unwrap_or(Cell::Empty));
        if self.has_classes() {
            cells.push(Cell::Empty);
        }
        cells.extend(self.extras.iter().map(|_| Cell::Empty));
        if self.has_common() {
            cells.extend([Cell::Empty, Cell::Empty]);
        }
        for past in &self.past {
            let period = match past {
                Past::Before => &context.before.id,
                Past::LastYear => &context.last_year.id,
            };
            let past = basis.map(|basis| context.period_cell(period, basis, &code));
            cells.extend([past.unwrap_or(Cell::Empty), Cell::Empty, Cell::Empty]);
        }
        cells.push(Cell::Empty);
        RowPlan::new(style, cells)
    }

    fn chart(&self) -> Chart {
        let words = &self.context.template.ranking;
        let ranked: Vec<&RankRow> = self.rows.iter().copied().filter(|row| row.rank.is_some()).collect();
        let (drawn, half) = ends(&ranked, words.chart_bars);
        let title =
            half.map_or_else(|| words.chart.clone(), |half| fill(&words.chart_cut, &[("half", &half.to_string())]));
        let chart = score_chart(self.ranking, (self.kind, &self.fill(&title)), &drawn, ChartPosition::Beside);
        Chart { intervals: self.intervals(&drawn), ..chart }
    }

    /// The intervals of rates, where the score is one.
    fn intervals(&self, drawn: &[&RankRow]) -> Vec<Option<(f64, f64)>> {
        let Some(basis) = self.ranking.basis.as_deref().filter(|_| self.ranking.unit == FigureUnit::Rate) else {
            return Vec::new();
        };
        let measure = |row: &&RankRow| self.context.measure(&self.context.now.id, basis, &row.unit.unit_code);
        drawn.iter().map(|row| measure(row).and_then(Measure::interval)).collect()
    }
}

/// Rows from the top and as many from the bottom, where there are more than can be drawn; and how many of each.
pub fn ends<'a>(ranked: &[&'a RankRow], most: usize) -> (Vec<&'a RankRow>, Option<usize>) {
    let half = most / 2;
    if ranked.len() <= most {
        return (ranked.to_vec(), None);
    }
    (ranked[..half].iter().chain(&ranked[ranked.len() - half..]).copied().collect(), Some(half))
}

/// Bars of scores.
pub fn score_chart(ranking: &Ranking, (kind, title): (&str, &str), drawn: &[&RankRow], place: ChartPosition) -> Chart {
    Chart {
        intervals: Vec::new(),
        kind: ChartKind::Bar,
        title: title.to_owned(),
        categories: drawn.iter().map(|row| bar_name(row)).collect(),
        series: vec![Series {
            name: ranking.title.clone(),
            tint: Tint::Turn,
            values: drawn.iter().map(|row| row.score).collect(),
        }],
        unit: kind_of(ranking.unit, ranking.display.digits),
        file_stem: format!("rank-{}-{kind}", ranking.index_id),
        place,
    }
}

/// A unit with its place, by which a cut ranking is continued.
pub fn bar_name(row: &RankRow) -> String {
    let tie = if row.tied { "=" } else { "" };
    row.rank.map_or_else(|| row.unit.unit_name.clone(), |rank| format!("{} ({rank}{tie})", row.unit.unit_name))
}
