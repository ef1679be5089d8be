//! `cchc compare`: why a figure, a score or a rank changed, in parts that add up.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::figures::SplitBy;
use super::output::Columns;
use super::{Global, OpenEngine, Outcome, PolicyArgs, Usage, period};
use cchc_engine::{Compared, ComparedQuantity, Comparison, ComparisonRequest, Engine};
use cchc_insight::Part;
use cchc_model::Period;

#[derive(Debug, Args)]
pub(super) struct Compare {
    /// Code or name of a unit
    #[arg(long, value_name = "UNIT", required_unless_present = "kind")]
    unit: Option<String>,
    /// All units of this kind
    #[arg(long, value_name = "KIND", conflicts_with = "unit")]
    kind: Option<String>,
    /// The earlier period
    #[arg(long, value_parser = period, value_name = "PERIOD", required_unless_present = "versions")]
    from: Option<Period>,
    /// The later period
    #[arg(long, value_parser = period, value_name = "PERIOD")]
    to: Period,
    /// Two versions of the workspace instead of two periods: what came late or was corrected
    #[arg(long, num_args = 2, value_names = ["V1", "V2"], conflicts_with = "from")]
    versions: Vec<String>,
    /// The index whose scores are compared
    #[arg(long, value_name = "ID", default_value = "on-time")]
    index: String,
    /// The indicator whose figures are compared, instead of an index
    #[arg(long, value_name = "ID", conflicts_with = "index")]
    indicator: Option<String>,
    /// Whether the score is divided, or the rank
    #[arg(long, value_enum, default_value_t = Quantity::Score)]
    of: Quantity,
    /// The groups of dossiers of which a rate is mixed
    #[arg(long, value_enum, default_value_t = MixedBy::Procedure)]
    by: MixedBy,
    #[command(flatten)]
    policies: PolicyArgs,
}

/// What is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Quantity {
    /// The figure or score
    Score,
    /// The rank among units of its kind
    Rank,
}

/// Groups of dossiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MixedBy {
    /// Procedures
    Procedure,
    /// Fields
    Field,
    /// Channels
    Channel,
    /// Service levels
    Level,
}

impl From<MixedBy> for SplitBy {
    fn from(by: MixedBy) -> Self {
        match by {
            MixedBy::Procedure => Self::Procedure,
            MixedBy::Field => Self::Field,
            MixedBy::Channel => Self::Channel,
            MixedBy::Level => Self::Level,
        }
    }
}

impl Compare {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let (opened, earlier) = self.open(global)?;
        let engine = &opened.engine;
        let units = match (&self.unit, &self.kind) {
            (Some(unit), _) => Compared::Unit(unit.clone()),
            (None, kind) => Compared::Kind(engine.kind_named(kind.as_deref().unwrap_or_default())),
        };
        let request = ComparisonRequest {
            index: self.indicator.as_ref().unwrap_or(&self.index).clone(),
            quantity: match self.of {
                Quantity::Score => ComparedQuantity::Score,
                Quantity::Rank => ComparedQuantity::Rank,
            },
            units,
            from: self.from.clone().unwrap_or_else(|| self.to.clone()),
            to: self.to.clone(),
            by: SplitBy::from(self.by).into(),
            policies: self.policies.over(engine.config().policies),
        };
        let earlier = earlier.as_ref().map(|earlier| &earlier.engine);
        let found = opened.wait(engine.comparison(earlier, &request))?;
        for one in &found {
            note_missing(global, engine, &request, one);
        }
        write(global, &request, &found)?;
        Ok(Outcome::Done)
    }

    /// The engine of the later side, and that of the earlier one where it is of another version.
    fn open(&self, global: &Global) -> Result<(OpenEngine, Option<OpenEngine>)> {
        let [before, after] = self.versions.as_slice() else { return Ok((OpenEngine::open(global)?, None)) };
        if global.as_of.is_some() {
            return Err(Usage("--versions names both versions; leave --as-of out".to_owned()).into());
        }
        let open = |version: &String| OpenEngine::open(&global.at_version(version));
        Ok((open(after)?, Some(open(before)?)))
    }
}

/// Says of a unit that lacks a side why nothing is divided.
fn note_missing(global: &Global, engine: &Engine, request: &ComparisonRequest, one: &Comparison) {
    let lacking = match (one.change.before, one.change.after) {
        (Some(_), Some(_)) => return,
        (None, None) => format!("{} and {}", request.from, request.to),
        (None, Some(_)) => request.from.to_string(),
        (Some(_), None) => request.to.to_string(),
    };
    let unit = &one.unit;
    let known = engine.units().by_code(&unit.unit_code);
    let began = known.and_then(|unit| unit.valid_from).filter(|day| *day > request.from.start);
    let ended = known.and_then(|unit| unit.valid_to).filter(|day| *day < request.to.end);
    let why = match (began, ended) {
        (Some(day), _) => format!("; it began on {day}: --units-as-of {day} counts what came from the units before it"),
        (_, Some(day)) => format!("; it ended on {day}: compare its successor"),
        _ => String::new(),
    };
    global.note(&format!("{} ({}) has no '{}' in {lacking}{why}", unit.unit_name, unit.unit_code, request.index));
}

fn write(global: &Global, request: &ComparisonRequest, found: &[Comparison]) -> Result<()> {
    // A unit without parts has a row all the same.
    let row = |one| -> Vec<(&Comparison, Option<&Part>)> {
        let one: &Comparison = one;
        if one.change.parts.is_empty() {
            vec![(one, None)]
        } else {
            one.change.parts.iter().map(|part| (one, Some(part))).collect()
        }
    };
    let rows: Vec<_> = found.iter().flat_map(row).collect();
    let explain: Vec<String> = rows.iter().map(|(one, part)| explained(request, one, *part)).collect();
    Columns::default()
        .text("unit_code", rows.iter().map(|(one, _)| Some(one.unit.unit_code.as_str())))
        .number("before", rows.iter().map(|(one, _)| one.change.before))
        .number("after", rows.iter().map(|(one, _)| one.change.after))
        .text("factor", rows.iter().map(|(_, part)| part.map(|part| part.factor.word())))
        .text("item", rows.iter().map(|(_, part)| part.and_then(|part| part.item.as_deref())))
        .number("contribution", rows.iter().map(|(_, part)| part.map(|part| part.contribution)))
        .text("unit_name", rows.iter().map(|(one, _)| Some(one.unit.unit_name.as_str())))
        .text("explain", explain.iter().map(|text| Some(text.as_str())))
        .write(global)
}

/// The command that leads a part to its rows.
fn explained(request: &ComparisonRequest, one: &Comparison, part: Option<&Part>) -> String {
    use cchc_insight::Factor;
    let item = part.filter(|part| part.factor == Factor::Own).and_then(|part| part.item.as_deref());
    let item = item.map_or_else(String::new, |item| format!(" --item {item}"));
    format!("cchc explain {} --unit {} --period {}{item}", request.index, one.unit.unit_code, request.to)
}
