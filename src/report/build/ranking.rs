//! The ranking sheets: one for each ranking and kind of unit, with its chart beside the table.

use crate::model::{RankRow, Status};

use super::super::input::Ranking;
use super::super::plan::{
    Block, Cell, Chart, ChartKind, Column, Emphasis, Kind, Place, Row, RowStyle, Sense, Series, Sheet, Table, Tie,
    Tint, Tone,
};
use super::super::template::fill;
use super::context::{Context, kind_of, sense, sum_code};
use super::landscape;

pub fn sheets(context: &Context<'_>) -> Vec<Sheet> {
    let rankings = context.input.rankings.iter().enumerate();
    rankings
        .flat_map(|(place, ranking)| {
            context.kinds.iter().filter_map(move |(kind, title)| {
                let rows: Vec<&RankRow> =
                    ranking.rows.iter().filter(|row| row.unit.kind.as_deref() == Some(kind)).collect();
                let part = Part { context, ranking, kind, title, rows };
                (!part.rows.is_empty()).then(|| part.sheet(place))
            })
        })
        .collect()
}

/// One ranking of one kind.
struct Part<'a> {
    context: &'a Context<'a>,
    ranking: &'a Ranking,
    kind: &'a str,
    title: &'a str,
    rows: Vec<&'a RankRow>,
}

impl Part<'_> {
    fn sheet(&self, place: usize) -> Sheet {
        let words = &self.context.template.ranking;
        let name = if place == 0 { &words.sheet } else { &words.sheet_other };
        let mut blocks = vec![
            Block::heading(1, self.fill(&words.title).to_uppercase()),
            Block::paragraph(Tone::Subtitle, self.fill(&words.subtitle)),
            Block::Table(Table::new(self.columns(), self.table_rows()).filtered()),
        ];
        if self.rows.iter().any(|row| row.score.is_some()) {
            blocks.push(Block::Chart(self.chart()));
        }
        blocks.push(Block::paragraph(Tone::Note, &words.tie_note));
        blocks.push(Block::paragraph(Tone::Note, &self.context.template.words.legend));
        blocks.extend(self.context.unknown_periods());
        landscape(self.fill(name), blocks)
    }

    fn fill(&self, sentence: &str) -> String {
        let values = [("kind", self.title), ("title", &self.ranking.title), ("index", &self.ranking.index_id)];
        fill(&self.context.fill(sentence), &values)
    }

    fn figure(&self) -> Kind {
        kind_of(self.ranking.unit, self.ranking.digits)
    }

    /// Whether the score is a fraction whose two counts can be shown.
    fn has_counts(&self) -> bool {
        let (input, Some(basis)) = (self.context.input, &self.ranking.basis) else { return false };
        self.rows.iter().any(|row| {
            let measure = self.context.measure(&input.period_id, basis, &row.unit.unit_code);
            measure.is_some_and(|measure| measure.denominator.is_some())
        })
    }

    fn has_classes(&self) -> bool {
        self.rows.iter().any(|row| row.class.is_some())
    }

    fn columns(&self) -> Vec<Column> {
        let (words, general) = (&self.context.template.ranking, &self.context.template.words);
        let score = if matches!(self.figure(), Kind::Percent(_)) { &words.rate } else { &words.score };
        let better = sense(self.ranking.higher_is_better);
        let mut columns = vec![Column::new(&words.rank, Kind::Rank, 7), Column::new(&general.unit, Kind::Text, 46)];
        if self.has_counts() {
            columns.push(Column::new(&general.numerator, Kind::Int, 10));
            columns.push(Column::new(&general.denominator, Kind::Int, 10));
        }
        columns.push(Column::new(score, self.figure(), 11).emphasis(Emphasis::ColourScale(better)));
        if self.has_classes() {
            columns.push(Column::new(&words.class, Kind::Label, 12));
        }
        for past in [&general.before, &general.last_year] {
            columns.push(Column::new(score, self.figure(), 10).under(past));
            columns.push(Column::new(&words.rank, Kind::Rank, 7).under(past));
            // A rank that goes down in number is a step up, and the difference below is before − now.
            let movement = Kind::Movement(0, Sense::MoreIsBetter);
            columns.push(Column::new(&words.change, movement, 10).under(past));
        }
        columns.push(Column::new(&words.note, Kind::Text, 26));
        columns
    }

    fn table_rows(&self) -> Vec<Row> {
        let ranked = self.rows.iter().filter(|row| row.rank.is_some());
        let mut rows: Vec<Row> = ranked.map(|row| self.row(row)).collect();
        let unranked: Vec<Row> = self.rows.iter().filter(|row| row.rank.is_none()).map(|row| self.row(row)).collect();
        if !unranked.is_empty() {
            rows.push(self.label_row(RowStyle::Section, &self.context.template.ranking.unranked, None));
            rows.extend(unranked);
        }
        if let Some(basis) = &self.ranking.basis {
            rows.push(self.label_row(RowStyle::Total, &self.context.template.ranking.average, Some(basis)));
        }
        rows
    }

    fn row(&self, row: &RankRow) -> Row {
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
        let input = self.context.input;
        let past = [
            (&input.previous_id, row.score_before, row.rank_before),
            (&input.last_year_id, row.score_last_year, row.rank_last_year),
        ];
        for (period, score, rank) in past {
            cells.push(match (score, &self.ranking.basis) {
                (Some(score), _) => Cell::Number(score),
                (None, Some(basis)) => self.context.period_cell(period, basis, &row.unit.unit_code),
                (None, None) => Cell::Empty,
            });
            cells.push(rank.map_or(Cell::Empty, |rank| Cell::Rank(rank, Tie::Alone)));
            let moved = row.rank.zip(rank).map(|(now, then)| f64::from(then) - f64::from(now));
            cells.push(Cell::optional(moved));
        }
        cells.push(Cell::Text(self.note(row)));
        let marked = row.not_sent || self.context.has_not_sent(&row.unit);
        Row::new(if marked { RowStyle::Marked } else { RowStyle::Body }, cells)
    }

    fn counts(&self, unit_code: &str) -> [Cell; 2] {
        let basis = self.ranking.basis.as_deref().unwrap_or_default();
        let measure = self.context.measure(&self.context.input.period_id, basis, unit_code);
        [
            self.context.count_cell(measure, |measure| measure.numerator),
            self.context.count_cell(measure, |measure| measure.denominator),
        ]
    }

    fn note(&self, row: &RankRow) -> String {
        let words = &self.context.template.words;
        let not_sent = row.not_sent || self.context.has_not_sent(&row.unit);
        let why = match row.reason.filter(|_| row.rank.is_none()) {
            // A unit that has not sent looks idle and need not be.
            Some(Status::NotApplicable) if not_sent => return words.not_sent_reason.clone(),
            Some(Status::NotApplicable) => Some(&words.not_applicable_reason),
            Some(Status::Missing) => Some(&words.missing_reason),
            Some(Status::Suppressed) => Some(&words.suppressed_reason),
            Some(Status::Ok) | None => None,
        };
        let notes = [not_sent.then_some(&words.not_sent), why];
        notes.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("; ")
    }

    /// A row with a label, and the kind's own figures if the score is an indicator.
    fn label_row(&self, style: RowStyle, label: &str, basis: Option<&str>) -> Row {
        let (context, input) = (self.context, self.context.input);
        let code = sum_code(self.kind);
        let mut cells = vec![Cell::Empty, Cell::text(label)];
        if self.has_counts() {
            cells.extend(if basis.is_some() { self.counts(&code) } else { [Cell::Empty, Cell::Empty] });
        }
        let value = |period: &str| basis.map(|basis| context.value_cell(context.measure(period, basis, &code)));
        cells.push(value(&input.period_id).unwrap_or(Cell::Empty));
        if self.has_classes() {
            cells.push(Cell::Empty);
        }
        for period in [&input.previous_id, &input.last_year_id] {
            let past = basis.map(|basis| context.period_cell(period, basis, &code));
            cells.extend([past.unwrap_or(Cell::Empty), Cell::Empty, Cell::Empty]);
        }
        cells.push(Cell::Empty);
        Row::new(style, cells)
    }

    fn chart(&self) -> Chart {
        let words = &self.context.template.ranking;
        let ranked: Vec<&RankRow> = self.rows.iter().copied().filter(|row| row.score.is_some()).collect();
        let half = words.chart_bars / 2;
        let (drawn, title) = if ranked.len() > words.chart_bars {
            let ends = ranked[..half].iter().chain(&ranked[ranked.len() - half..]).copied().collect();
            (ends, fill(&words.chart_cut, &[("half", &half.to_string())]))
        } else {
            (ranked, words.chart.clone())
        };
        Chart {
            kind: ChartKind::Bar,
            title: self.fill(&title),
            categories: drawn.iter().map(|row| bar_name(row)).collect(),
            series: vec![Series {
                name: self.ranking.title.clone(),
                tint: Tint::Turn,
                values: drawn.iter().map(|row| row.score).collect(),
            }],
            unit: self.figure(),
            file_stem: format!("rank-{}-{}", self.ranking.index_id, self.kind),
            place: Place::Beside,
        }
    }
}

/// A unit with its place, which tells where a cut ranking goes on.
fn bar_name(row: &RankRow) -> String {
    let tie = if row.tied { "=" } else { "" };
    row.rank.map_or_else(|| row.unit.unit_name.clone(), |rank| format!("{} ({rank}{tie})", row.unit.unit_name))
}
