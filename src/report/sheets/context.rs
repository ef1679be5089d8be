//! What every sheet needs: figures by unit, kinds in order, who has not sent, filled-in words.

use std::collections::{BTreeMap, BTreeSet};

use cchc_definitions::{Language, fill};
use cchc_model::{Measure, Period, Status, UnitRef};

use super::super::input::{FigureUnit, IndicatorInfo, ReportInput};
use super::super::number;
use super::super::period_label;
use super::super::plan::{Block, Cell, CellFormat, RowStyle, Sense, Tone};
use super::super::template::Template;

/// Code of the sum over everything.
pub const ALL: &str = "*";

/// The data of one report, indexed.
pub struct Context<'a> {
    /// As given.
    pub input: &'a ReportInput,
    /// Its template.
    pub template: &'a Template,
    /// Kinds as (id, title): those declared, then any other that has figures.
    pub kinds: Vec<(&'a str, &'a str)>,
    measures: BTreeMap<(&'a str, &'a str, &'a str), &'a Measure>,
    available: BTreeSet<&'a str>,
    not_sent: BTreeSet<&'a str>,
    stored_periods: BTreeSet<&'a str>,
    /// The period of the report.
    pub now: Moment,
    /// The period before.
    pub before: Moment,
    /// The same period last year.
    pub last_year: Moment,
    /// Policies in force, as (name, choice), in words.
    pub policies: Vec<(String, String)>,
}

/// A period with its id and its name in words.
pub struct Moment {
    pub id: String,
    pub label: String,
}

impl Moment {
    fn new(period: &Period) -> Self {
        Self { id: period.to_string(), label: period_label(period, Language::Vi) }
    }
}

impl<'a> Context<'a> {
    pub fn new(input: &'a ReportInput) -> Self {
        let rows = &input.indicators;
        let now = Moment::new(&input.period);
        let measures = rows
            .iter()
            .map(|row| ((row.period.as_str(), row.indicator.as_str(), row.unit.unit_code.as_str()), &row.measure))
            .collect();
        let available = rows
            .iter()
            .filter(|row| row.period == now.id && row.measure.status != Status::Missing)
            .map(|row| row.indicator.as_str())
            .collect();
        let ranked = input.rankings.iter().flat_map(|ranking| &ranking.rows);
        let not_sent = input
            .not_sent
            .iter()
            .map(|row| row.unit.unit_code.as_str())
            .chain(ranked.filter(|row| row.not_sent).map(|row| row.unit.unit_code.as_str()))
            .collect();
        Self {
            input,
            template: &input.template,
            kinds: kinds(input),
            measures,
            available,
            not_sent,
            stored_periods: stored_periods(input),
            now,
            before: Moment::new(&input.before),
            last_year: Moment::new(&input.last_year),
            policies: policies(input),
        }
    }

    /// Fills the places that every sentence may have.
    pub fn fill(&self, sentence: &str) -> String {
        let input = self.input;
        fill(
            sentence,
            &[
                ("province", &input.province_name),
                ("period", &self.now.label),
                ("id", &self.now.id),
                ("from", &number::day(input.period.start)),
                ("to", &number::day(input.period.end)),
                ("before", &self.before.label),
                ("last_year", &self.last_year.label),
            ],
        )
    }

    /// The figure of a unit or sum.
    pub fn measure(&self, period: &str, indicator: &str, unit_code: &str) -> Option<&'a Measure> {
        self.measures.get(&(period, indicator, unit_code)).copied()
    }

    /// The value of a unit or sum, where there is one that belongs to the period.
    pub fn value(&self, period: &str, indicator: &str, unit_code: &str) -> Option<f64> {
        let measure = self.measure(period, indicator, unit_code).filter(|_| self.has_data(period, indicator));
        measure.and_then(|measure| measure.value)
    }

    /// The value in a period, or the word for why there is none.
    pub fn period_cell(&self, period: &str, indicator: &str, unit_code: &str) -> Cell {
        let words = &self.template.words;
        if self.has_data(period, indicator) {
            return self.value_cell(self.measure(period, indicator, unit_code));
        }
        let dated = self.info(indicator).is_none_or(|info| info.dated);
        Cell::Absent(if dated { words.missing.clone() } else { words.not_applicable.clone() })
    }

    /// Whether figures of a period say something: a past without data is unknown, not zero.
    fn has_data(&self, period: &str, indicator: &str) -> bool {
        let dated = || self.info(indicator).is_none_or(|info| info.dated);
        period == self.now.id || (self.stored_periods.contains(period) && dated())
    }

    /// The periods of comparison that hold no data, as a sentence each.
    pub fn unknown_periods(&self) -> Vec<Block> {
        let unknown =
            [&self.before, &self.last_year].into_iter().filter(|past| !self.stored_periods.contains(past.id.as_str()));
        let sentence = |label: &str| fill(&self.template.words.no_period, &[("label", label)]);
        unknown.map(|past| Block::paragraph(Tone::Note, sentence(&past.label))).collect()
    }

    /// Whether anything at all is known of a period.
    pub fn has_period(&self, period: &str) -> bool {
        period == self.now.id || self.stored_periods.contains(period)
    }

    /// Whether any unit has a figure of the indicator in the period, be it "nothing to measure".
    pub fn is_available(&self, indicator: &str) -> bool {
        self.available.contains(indicator)
    }

    pub fn info(&self, indicator: &str) -> Option<&'a IndicatorInfo> {
        self.input.definitions.iter().find(|info| info.id == indicator)
    }

    /// Body row, or a marked one for a unit that has not sent.
    pub fn row_style(&self, unit: &UnitRef) -> RowStyle {
        if self.has_not_sent(unit) { RowStyle::Marked } else { RowStyle::Body }
    }

    pub fn has_not_sent(&self, unit: &UnitRef) -> bool {
        self.not_sent.contains(unit.unit_code.as_str())
    }

    /// Value, or the word for why there is none.
    pub fn value_cell(&self, measure: Option<&Measure>) -> Cell {
        let words = &self.template.words;
        let absent = |word: &str| Cell::Absent(word.to_owned());
        match measure {
            None => absent(&words.missing),
            Some(measure) => match (measure.status, measure.value) {
                (Status::Ok, Some(value)) => Cell::Number(value),
                (Status::Missing, _) => absent(&words.missing),
                (Status::Suppressed, _) => absent(&words.suppressed),
                (Status::Ok | Status::NotApplicable, _) => absent(&words.not_applicable),
            },
        }
    }

    /// A count, or the mark of one that may not be told.
    pub fn told(&self, count: Option<i64>) -> Cell {
        count.map_or_else(|| Cell::Absent(self.template.words.suppressed.clone()), Cell::Int)
    }

    /// Numerator or denominator of a figure that may be shown.
    pub fn count_cell(&self, measure: Option<&Measure>, pick: fn(&Measure) -> Option<f64>) -> Cell {
        match measure {
            Some(measure) if measure.status == Status::Suppressed => {
                Cell::Absent(self.template.words.suppressed.clone())
            }
            Some(measure) if measure.status == Status::Missing => Cell::Empty,
            Some(measure) => Cell::optional(pick(measure)),
            None => Cell::Empty,
        }
    }
}

/// How figures of a unit of counting are shown.
pub fn kind_of(unit: FigureUnit, digits: u8) -> CellFormat {
    match unit {
        FigureUnit::Rate => CellFormat::Percent(digits),
        FigureUnit::Days | FigureUnit::Hours | FigureUnit::Points => CellFormat::Number(digits),
        FigureUnit::Count => CellFormat::Int,
    }
}

pub fn sense_of(info: &IndicatorInfo) -> Sense {
    sense(info.higher_is_better)
}

pub fn sense(higher_is_better: bool) -> Sense {
    if higher_is_better { Sense::MoreIsBetter } else { Sense::LessIsBetter }
}

/// Code of the sum over a kind.
pub fn sum_code(kind: &str) -> String {
    format!("*{kind}")
}

/// Whether a row is a sum, not a unit.
pub fn is_sum(unit: &UnitRef) -> bool {
    unit.unit_code.starts_with('*')
}

/// The policies in words, and for which day's units figures are counted where that is not the period's own.
fn policies(input: &ReportInput) -> Vec<(String, String)> {
    let mut policies = input.template.policies(input.policies);
    if let Some(carried) = &input.carried {
        let words = &input.template.words;
        let text = fill(&words.units_as_of_text, &[("day", &number::day(carried.date))]);
        policies.push((words.units_as_of.clone(), text));
    }
    policies
}

/// Periods of which anything is known: some dated figure has a value that is not zero.
fn stored_periods(input: &ReportInput) -> BTreeSet<&str> {
    let undated = input.definitions.iter().filter(|info| !info.dated).map(|info| info.id.as_str());
    let undated: BTreeSet<&str> = undated.collect();
    let dated = input.indicators.iter().filter(|row| !undated.contains(row.indicator.as_str()));
    let known = dated.filter(|row| {
        let measure = &row.measure;
        [measure.value, measure.numerator, measure.denominator].into_iter().flatten().any(|figure| figure != 0.0)
    });
    known.map(|row| row.period.as_str()).collect()
}

fn kinds(input: &ReportInput) -> Vec<(&str, &str)> {
    let mut kinds: Vec<(&str, &str)> = input.kinds.iter().map(|(id, title)| (id.as_str(), title.as_str())).collect();
    let units = input.form06.iter().map(|row| &row.unit);
    let ranked = input.rankings.iter().flat_map(|ranking| &ranking.rows).map(|row| &row.unit);
    for unit in units.chain(ranked).filter(|unit| !is_sum(unit)) {
        if let Some(kind) = unit.kind.as_deref()
            && !kinds.iter().any(|(id, _)| *id == kind)
        {
            kinds.push((kind, kind));
        }
    }
    let present = |kind: &str| {
        let has = |unit: &UnitRef| unit.kind.as_deref() == Some(kind) && !is_sum(unit);
        input.form06.iter().any(|row| has(&row.unit))
            || input.rankings.iter().any(|ranking| ranking.rows.iter().any(|row| has(&row.unit)))
    };
    kinds.retain(|(id, _)| present(id));
    kinds
}
