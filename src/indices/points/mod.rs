//! Turns the figures of units into points: rule by rule, then up the tree, with what does not apply taken out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cchc_definitions::{
    Direction, Item, Layer, MissingPoints, NotApplicable, PointsIndex, Role, Rule, Tier, ZeroPoints,
};
use cchc_model::{IndicatorRow, Measure, Status, UnitRef};

use self::against::{above_mean, is_lower, references, share_of_best};
use self::steps::step_points;
use super::rank::rounded;

/// The figures of one period that an index reads: for each indicator one measure per unit, in the order of units.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Number of units.
    pub units: usize,
    /// In the period.
    pub now: BTreeMap<String, Vec<Measure>>,
    /// In the period before, for rules of improvement.
    pub before: BTreeMap<String, Vec<Measure>>,
    /// Which way is good; higher where no direction is given.
    pub directions: BTreeMap<String, Direction>,
    /// Kind of each unit: the best unit is sought among its own kind.
    pub kinds: Vec<String>,
    /// Group of each unit by the id of a grouping, for rules that read the mean of a group.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Items and units (positions) to which the item does not apply by name.
    pub exempt: BTreeSet<(usize, usize)>,
}

/// One column of measures per input, in the order of units; what has no row is missing.
#[must_use]
pub fn columns<'r>(
    inputs: &[&str],
    units: &[UnitRef],
    rows: impl IntoIterator<Item = &'r IndicatorRow>,
) -> BTreeMap<String, Vec<Measure>> {
    let at_unit: HashMap<&str, usize> = units.iter().map(|unit| unit.unit_code.as_str()).zip(0..).collect();
    let at_input: HashMap<&str, usize> = inputs.iter().copied().zip(0..).collect();
    let mut found = vec![vec![Measure::MISSING; units.len()]; inputs.len()];
    for row in rows {
        let places = at_input.get(row.indicator.as_str()).zip(at_unit.get(row.unit.unit_code.as_str()));
        if let Some((input, unit)) = places {
            found[*input][*unit] = row.measure;
        }
    }
    inputs.iter().map(|input| (*input).to_owned()).zip(found).collect()
}

/// What people gave for one item and unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// By the unit itself.
    pub self_scored: Option<f64>,
    /// On checking.
    pub verified: Option<f64>,
    /// By a survey.
    pub surveyed: Option<f64>,
    /// Whether the item applies to the unit, if a sheet declares it.
    pub applies: Option<bool>,
    /// Why points were cut.
    pub reason: Option<String>,
    /// File, sheet and row.
    pub place: String,
}

impl Judged {
    /// The points of a layer that people give.
    #[must_use]
    pub const fn points(&self, layer: Layer) -> Option<f64> {
        match layer {
            Layer::Computed => None,
            Layer::SelfScored => self.self_scored,
            Layer::Verified => self.verified,
            Layer::Surveyed => self.surveyed,
        }
    }
}

/// What people gave, by item and unit (positions in the index and in the list of units).
pub type Judgements = BTreeMap<(usize, usize), Judged>;

/// Whether and how one item of a unit is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemStatus {
    /// It has points.
    Scored,
    /// It does not apply and drops out.
    NotApplicable,
    /// It does not apply and gives full points, by the definition.
    FullByDefault,
    /// Nobody sent what it needs: no points, and they are counted as unscored.
    Missing,
}

/// One item of all units; columns in the order of units.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemScores {
    /// What the rule gives; none where it cannot be computed.
    pub computed: Vec<Option<f64>>,
    /// The layer that counts.
    pub layer: Vec<Option<Layer>>,
    /// Points that count; none where the item drops out.
    pub points: Vec<Option<f64>>,
    /// Most points that the unit can get: 0 where the item drops out.
    pub max: Vec<f64>,
    /// Whether and how it is scored.
    pub status: Vec<ItemStatus>,
    /// The best figure or the mean that the rule set the unit's figure against.
    pub reference: Vec<Option<f64>>,
    /// What its points were multiplied by since some of its parts do not apply; 1 where nothing was.
    pub rebased: Vec<f64>,
    /// Most points of what does not apply: re-based with the whole, or taken out of it.
    dropped: Vec<Dropped>,
}

/// Most points of what does not apply below an item, by what becomes of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Dropped {
    /// The whole is re-based.
    rescaled: f64,
    /// The whole is out of less.
    excluded: f64,
    /// The item above is re-based.
    inside: f64,
}

/// A unit's total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Total {
    /// The score, re-based; none if nothing could be scored.
    pub score: Option<f64>,
    /// Points before re-basing, bonus and deduction.
    pub points: f64,
    /// Most points of what applies.
    pub max: f64,
    /// Points of the items that nobody could score, for want of figures.
    pub unscored: f64,
    /// Added on top, after the cap.
    pub bonus: f64,
    /// Taken off, after the cap.
    pub deduction: f64,
}

/// All items and totals of one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Scoring {
    /// In the order of the index.
    pub items: Vec<ItemScores>,
    /// In the order of units.
    pub totals: Vec<Total>,
}

/// Scores all units. Sums run in the order of the definition, so that they are the same on every machine.
#[must_use]
pub fn score(index: &PointsIndex, figures: &Figures, judged: &Judgements) -> Scoring {
    let mut items: Vec<Option<ItemScores>> = vec![None; index.items.len()];
    let mut left: Vec<usize> = index.leaves().map(|(at, _)| at).collect();
    // Formulas wait for what they read; the definition is checked to be free of circles.
    while !left.is_empty() {
        let (ready, waiting): (Vec<usize>, Vec<usize>) = left.iter().partition(|at| match &index.items[**at].rule {
            Some(Rule::Formula { formula }) => formula.items().iter().all(|read| items[*read].is_some()),
            _ => true,
        });
        if ready.is_empty() {
            break;
        }
        for at in ready {
            let references = index.items[at].rule.as_ref().map(|rule| references(rule, figures)).unwrap_or_default();
            let computed = computed(index, at, figures, (&items, &references));
            items[at] = Some(leaf(index, at, computed, (figures, judged, references)));
        }
        left = waiting;
    }
    let none = ItemScores::empty(figures.units);
    let mut items: Vec<ItemScores> = items.into_iter().map(|item| item.unwrap_or_else(|| none.clone())).collect();
    add_up(index, &mut items);
    let totals = (0..figures.units).map(|unit| total(index, &items, unit)).collect();
    Scoring { items, totals }
}

impl ItemScores {
    fn empty(units: usize) -> Self {
        Self {
            computed: vec![None; units],
            layer: vec![None; units],
            points: vec![None; units],
            max: vec![0.0; units],
            status: vec![ItemStatus::NotApplicable; units],
            reference: vec![None; units],
            rebased: vec![1.0; units],
            dropped: vec![Dropped::default(); units],
        }
    }
}

/// What a rule gave for one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Computed {
    Points(f64),
    /// The denominator is zero.
    Zero,
    /// A figure was not sent, or may not be shown.
    Missing,
}

fn computed(
    index: &PointsIndex,
    at: usize,
    figures: &Figures,
    (done, references): (&[Option<ItemScores>], &[Option<f64>]),
) -> Vec<Computed> {
    let item = &index.items[at];
    let rule = item.rule.as_ref().unwrap_or(&Rule::Scored);
    if let Rule::Formula { formula } = rule {
        return (0..figures.units)
            .map(|unit| {
                let status = |read: &usize| done[*read].as_ref().map(|scores| scores.status[unit]);
                let read = formula.items();
                if read.iter().any(|read| status(read) == Some(ItemStatus::NotApplicable)) {
                    return Computed::Zero;
                }
                if read.iter().any(|read| status(read) == Some(ItemStatus::Missing)) {
                    return Computed::Missing;
                }
                let points = |read: usize| done[read].as_ref().and_then(|scores| scores.points[unit]);
                formula.value(&points).map_or(Computed::Zero, |value| Computed::Points(value.clamp(0.0, item.max)))
            })
            .collect();
    }
    if let Rule::Steps { steps } = rule {
        return (0..figures.units).map(|unit| step_points(steps, figures, unit)).collect();
    }
    let Some(input) = rule.input() else { return vec![Computed::Missing; figures.units] };
    let column = |of: &BTreeMap<String, Vec<Measure>>, unit: usize| {
        of.get(input).and_then(|column| column.get(unit)).copied().unwrap_or(Measure::MISSING)
    };
    let lower = is_lower(figures, input);
    (0..figures.units)
        .map(|unit| {
            let value = match known(&column(&figures.now, unit)) {
                Ok(value) => value,
                Err(why) => return why,
            };
            let reference = references[unit].unwrap_or(value);
            let points = match rule {
                Rule::RelativeToBest { .. } => share_of_best(value, reference, lower) * item.max,
                Rule::RelativeToMean { per: None, at_mean, .. } => {
                    let is_reached = above_mean(value, reference, lower) >= 0.0;
                    if is_reached { at_mean.unwrap_or(item.max) } else { 0.0 }
                }
                Rule::RelativeToMean { per: Some(per), at_mean, .. } => {
                    at_mean.unwrap_or(0.0) + per * above_mean(value, reference, lower)
                }
                Rule::Improvement { by, .. } => match known(&column(&figures.before, unit)) {
                    Ok(before) => (value - before) / by * item.max,
                    Err(why) => return why,
                },
                _ => rule_points(rule, value, item.max),
            };
            Computed::Points(points.clamp(0.0, item.max))
        })
        .collect()
}

/// The points of a figure of one unit by a rule, 0 to `max`; `best` is the best figure of its kind, for rules that compare
/// with it. None for rules that read more than this figure.
#[must_use]
pub fn points_of(rule: &Rule, value: f64, max: f64, best: Option<(f64, Direction)>) -> Option<f64> {
    let points = match rule {
        Rule::Scored
        | Rule::Improvement { .. }
        | Rule::RelativeToMean { .. }
        | Rule::Steps { .. }
        | Rule::Formula { .. } => return None,
        Rule::RelativeToBest { .. } => {
            let (best, direction) = best?;
            share_of_best(value, best, direction == Direction::Lower) * max
        }
        _ => rule_points(rule, value, max),
    };
    Some(points.clamp(0.0, max))
}

/// The value of a figure, or what follows from its absence.
fn known(measure: &Measure) -> Result<f64, Computed> {
    match (measure.status, measure.value) {
        (Status::Ok, Some(value)) => Ok(value),
        (Status::NotApplicable, _) => Err(Computed::Zero),
        _ => Err(Computed::Missing),
    }
}

/// Points of one figure by the rules that need nothing else; the caller limits them to 0 … `max`.
fn rule_points(rule: &Rule, value: f64, max: f64) -> f64 {
    match rule {
        Rule::YesNo { .. } => f64::from(u8::from(value != 0.0)) * max,
        Rule::Tiers { tiers, .. } => tier(tiers, value).map_or(0.0, |tier| tier.points),
        Rule::Linear { .. } => value * max,
        Rule::Floor { floor, .. } => {
            if value >= *floor {
                value * max
            } else {
                0.0
            }
        }
        Rule::Target { target, .. } => value / target * max,
        Rule::Deduction { per, .. } => max - value * per,
        Rule::External { factor, .. } => value * factor,
        Rule::Scored
        | Rule::RelativeToBest { .. }
        | Rule::RelativeToMean { .. }
        | Rule::Steps { .. }
        | Rule::Improvement { .. }
        | Rule::Formula { .. } => 0.0,
    }
}

/// The tier in which a figure lies: bounds belong to the tier above them.
#[must_use]
pub fn tier(tiers: &[Tier], value: f64) -> Option<&Tier> {
    tiers.iter().find(|tier| tier.from.is_none_or(|from| value >= from))
}

/// Which layer counts for each unit, and what follows where none does.
fn leaf(
    index: &PointsIndex,
    at: usize,
    computed: Vec<Computed>,
    (figures, judged, reference): (&Figures, &Judgements, Vec<Option<f64>>),
) -> ItemScores {
    let item = &index.items[at];
    let order = item.counts.as_ref().unwrap_or(&index.counts);
    let rounding = item.rounding.or(index.rounding);
    let round = |points: f64| rounding.map_or(points, |to| rounded(points, to.digits, to.mode));
    let mut scores = ItemScores { reference, ..ItemScores::empty(computed.len()) };
    for (unit, computed) in computed.into_iter().enumerate() {
        let given = judged.get(&(at, unit));
        let (by_rule, applies) = points_by_rule(index, item, computed);
        let by_rule = by_rule.map(round);
        scores.computed[unit] = by_rule;
        let points = |layer: &Layer| match layer {
            Layer::Computed => by_rule,
            other => given.and_then(|given| given.points(*other)).map(round),
        };
        let counted = order.iter().find_map(|layer| Some((*layer, points(layer)?)));
        let is_exempt = figures.exempt.contains(&(at, unit));
        let declared = if is_exempt { Some(false) } else { given.and_then(|given| given.applies) };
        let status = match (declared, counted, applies) {
            (Some(false), ..) | (_, None, Applies::No) => not_applicable(index, item),
            (_, Some(_), _) => ItemStatus::Scored,
            (_, None, Applies::Unknown) => match index.missing {
                MissingPoints::None => ItemStatus::Missing,
                MissingPoints::NotApplicable => not_applicable(index, item),
            },
        };
        scores.status[unit] = status;
        (scores.points[unit], scores.max[unit], scores.layer[unit]) = match status {
            ItemStatus::Scored => (counted.map(|(_, points)| points), item.max, counted.map(|(layer, _)| layer)),
            ItemStatus::NotApplicable => (None, 0.0, None),
            ItemStatus::FullByDefault => (Some(item.max), item.max, None),
            ItemStatus::Missing => (Some(0.0), item.max, None),
        };
        if status == ItemStatus::NotApplicable {
            scores.dropped[unit] = dropped(index, item, item.max);
        }
    }
    scores
}

/// Whether a rule decides that its item does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applies {
    No,
    Unknown,
}

/// The points of a rule with the policy for denominators of zero.
fn points_by_rule(index: &PointsIndex, item: &Item, computed: Computed) -> (Option<f64>, Applies) {
    match (computed, item.zero.unwrap_or(index.zero)) {
        (Computed::Points(points), _) => (Some(points), Applies::Unknown),
        (Computed::Zero, ZeroPoints::Full) => (Some(item.max), Applies::Unknown),
        (Computed::Zero, ZeroPoints::None) => (Some(0.0), Applies::Unknown),
        (Computed::Zero, ZeroPoints::NotApplicable) => (None, Applies::No),
        (Computed::Missing, _) => (None, Applies::Unknown),
    }
}

fn not_applicable(index: &PointsIndex, item: &Item) -> ItemStatus {
    match item.not_applicable.unwrap_or(index.not_applicable) {
        NotApplicable::Full => ItemStatus::FullByDefault,
        NotApplicable::Rescale | NotApplicable::Exclude | NotApplicable::Parent => ItemStatus::NotApplicable,
    }
}

/// What becomes of the most points of an item that does not apply.
fn dropped(index: &PointsIndex, item: &Item, max: f64) -> Dropped {
    match item.not_applicable.unwrap_or(index.not_applicable) {
        NotApplicable::Exclude => Dropped { excluded: max, ..Dropped::default() },
        NotApplicable::Parent => Dropped { inside: max, ..Dropped::default() },
        NotApplicable::Rescale | NotApplicable::Full => Dropped { rescaled: max, ..Dropped::default() },
    }
}

/// Fills the items that are sums of their parts, from the deepest upwards.
fn add_up(index: &PointsIndex, items: &mut [ItemScores]) {
    let mut inner: Vec<usize> = (0..index.items.len()).filter(|at| index.items[*at].rule.is_none()).collect();
    inner.sort_by_key(|at| std::cmp::Reverse(index.depth(*at)));
    for at in inner {
        let parts: Vec<usize> = (0..index.items.len()).filter(|part| index.items[*part].parent == Some(at)).collect();
        for unit in 0..items[at].points.len() {
            let points = parts.iter().filter_map(|part| items[*part].points[unit]);
            let sum = points.clone().fold(0.0, |sum, points| sum + points);
            let status = if points.clone().next().is_none() {
                ItemStatus::NotApplicable
            } else if parts.iter().any(|part| items[*part].status[unit] == ItemStatus::Missing) {
                ItemStatus::Missing
            } else {
                ItemStatus::Scored
            };
            let max = parts.iter().fold(0.0, |sum, part| sum + items[*part].max[unit]);
            let mut drops = Dropped::default();
            for part in &parts {
                let below = items[*part].dropped[unit];
                drops.rescaled += below.rescaled;
                drops.excluded += below.excluded;
                drops.inside += below.inside;
            }
            let definition = &index.items[at];
            let item = &mut items[at];
            item.max[unit] = max;
            if drops.inside > 0.0 && max > 0.0 {
                // What is left counts for what is gone: the item keeps its most points.
                item.rebased[unit] = (max + drops.inside) / max;
                item.max[unit] = max + drops.inside;
                drops.inside = 0.0;
            } else if drops.inside > 0.0 {
                let gone = dropped(index, definition, drops.inside);
                drops = Dropped {
                    rescaled: drops.rescaled + gone.rescaled,
                    excluded: drops.excluded + gone.excluded,
                    inside: gone.inside,
                };
            }
            let sum = sum * item.rebased[unit];
            let sum = definition.rounding.map_or(sum, |to| rounded(sum, to.digits, to.mode));
            item.dropped[unit] = drops;
            item.points[unit] = (status != ItemStatus::NotApplicable).then_some(sum);
            item.status[unit] = status;
        }
    }
}

fn total(index: &PointsIndex, items: &[ItemScores], unit: usize) -> Total {
    let sum = |role: Role| {
        let roots = index.items.iter().zip(items).filter(|(item, _)| item.parent.is_none() && item.role == role);
        roots.filter_map(|(_, scores)| scores.points[unit]).fold(0.0, |sum, points| sum + points)
    };
    let leaves = || index.leaves().filter(|(_, item)| item.role == Role::Points).map(|(at, item)| (item, &items[at]));
    let (mut unscored, mut scored) = (0.0, false);
    for (item, scores) in leaves() {
        match scores.status[unit] {
            ItemStatus::Missing => unscored += item.max,
            ItemStatus::Scored => scored = true,
            ItemStatus::FullByDefault | ItemStatus::NotApplicable => {}
        }
    }
    // What no item above could take over re-bases the whole.
    let (mut rescaled, mut excluded) = (0.0, 0.0);
    for (_, scores) in
        index.items.iter().zip(items).filter(|(item, _)| item.parent.is_none() && item.role == Role::Points)
    {
        let drops = scores.dropped[unit];
        rescaled += drops.rescaled + drops.inside;
        excluded += drops.excluded;
    }
    let points = sum(Role::Points);
    let bonus = sum(Role::Bonus).min(index.bonus_cap.unwrap_or(f64::INFINITY));
    let deduction = sum(Role::Deduction).min(index.deduction_cap.unwrap_or(f64::INFINITY));
    let base = index.max - rescaled;
    // Without anything left out nothing is divided, so that whole points stay whole.
    let rebased = if rescaled == 0.0 { points } else { points * index.max / base };
    let score = (scored && base > 0.0).then(|| (rebased + bonus - deduction).max(0.0));
    Total { score, points, max: base - excluded, unscored, bonus, deduction }
}

mod against;
#[cfg(test)]
mod laws;
mod steps;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test may stop at the first surprise; the points are exact")]
mod tests {
    use super::*;
    use cchc_definitions::index::Head;
    use cchc_definitions::index::settings::Ranking;
    use cchc_definitions::{Costs, Display, Formula, Robustness, Rounding};

    pub(super) fn item(code: &str, parent: Option<usize>, max: f64, rule: Option<Rule>) -> Item {
        Item {
            code: code.into(),
            parent,
            name: code.into(),
            max,
            role: Role::Points,
            rule,
            counts: None,
            not_applicable: None,
            zero: None,
            rounding: None,
            evidence: String::new(),
            source: String::new(),
        }
    }

    pub(super) fn index(max: f64, items: Vec<Item>) -> PointsIndex {
        PointsIndex {
            file: "indices/test.toml".into(),
            head: Head {
                id: "test".into(),
                name_vi: "Thử".into(),
                name_en: "Test".into(),
                unit_kinds: Vec::new(),
                valid_from: None,
                valid_to: None,
                legal_basis: "constructed".into(),
                note: String::new(),
            },
            max,
            counts: vec![Layer::Verified, Layer::Computed],
            sheets: cchc_definitions::Sheets::Any,
            not_applicable: NotApplicable::Rescale,
            zero: ZeroPoints::NotApplicable,
            missing: MissingPoints::None,
            bonus_cap: None,
            deduction_cap: None,
            rounding: None,
            classes: Vec::new(),
            exempt: Vec::new(),
            display: Display { digits: 2, mode: Rounding::HalfUp, reason: String::new() },
            rank: Ranking::default(),
            robustness: Robustness::default(),
            costs: Costs::default(),
            items,
        }
    }

    pub(super) fn figures(values: &[(&str, &[Measure])]) -> Figures {
        let units = values.first().map_or(0, |(_, column)| column.len());
        Figures {
            units,
            now: values.iter().map(|(id, column)| ((*id).to_owned(), column.to_vec())).collect(),
            kinds: vec!["department".into(); units],
            ..Figures::default()
        }
    }

    pub(super) fn plain(values: &[f64]) -> Vec<Measure> {
        values.iter().map(|value| Measure::plain(Some(*value))).collect()
    }

    /// Points of one criterion of 10 points for some values of its figure.
    fn by(rule: Rule, values: &[f64]) -> Vec<f64> {
        let index = index(10.0, vec![item("1", None, 10.0, Some(rule))]);
        let scoring = score(&index, &figures(&[("x", &plain(values))]), &Judgements::new());
        scoring.items[0].points.iter().map(|points| points.unwrap()).collect()
    }

    const X: fn() -> String = || "x".to_owned();

    #[test]
    fn every_rule_gives_the_points_that_the_hand_gives() {
        let tiers = |tiers: &[(Option<f64>, f64)]| Rule::Tiers {
            input: X(),
            tiers: tiers.iter().map(|(from, points)| Tier { from: *from, points: *points }).collect(),
        };
        // "100 %: 10; 80–<100 %: 5; <80 %: 0"
        let rate = tiers(&[(Some(1.0), 10.0), (Some(0.8), 5.0), (None, 0.0)]);
        assert_eq!(by(rate, &[1.0, 0.999, 0.8, 0.7999]), [10.0, 5.0, 5.0, 0.0]);
        // "4 meetings 10, 3 7, 2 5, 1 2"
        let count = tiers(&[(Some(4.0), 10.0), (Some(3.0), 7.0), (Some(2.0), 5.0), (Some(1.0), 2.0), (None, 0.0)]);
        assert_eq!(by(count, &[5.0, 4.0, 3.0, 1.0, 0.0]), [10.0, 10.0, 7.0, 2.0, 0.0]);
        assert_eq!(by(Rule::YesNo { input: X() }, &[1.0, 0.0]), [10.0, 0.0]);
        assert_eq!(by(Rule::Linear { input: X() }, &[0.875, 1.2]), [8.75, 10.0]);
        assert_eq!(by(Rule::Floor { input: X(), floor: 0.75 }, &[0.75, 0.7499]), [7.5, 0.0]);
        assert_eq!(by(Rule::Target { input: X(), target: 0.5 }, &[0.25, 0.5, 0.9]), [5.0, 10.0, 10.0]);
        assert_eq!(by(Rule::Deduction { input: X(), per: 1.5 }, &[0.0, 2.0, 9.0]), [10.0, 7.0, 0.0]);
        assert_eq!(by(Rule::External { input: X(), factor: 10.0 }, &[0.875]), [8.75]);
        assert_eq!(by(Rule::RelativeToBest { input: X() }, &[8.0, 4.0, 0.0]), [10.0, 5.0, 0.0]);
    }

    #[test]
    fn relative_to_the_best_turns_round_where_less_is_better() {
        let index = index(10.0, vec![item("1", None, 10.0, Some(Rule::RelativeToBest { input: X() }))]);
        let mut figures = figures(&[("x", &plain(&[2.0, 4.0]))]);
        figures.directions.insert(X(), Direction::Lower);
        let points = score(&index, &figures, &Judgements::new()).items.remove(0).points;
        assert_eq!(points, [Some(10.0), Some(5.0)]);
    }

    #[test]
    fn improvement_compares_with_the_period_before() {
        let index = index(10.0, vec![item("1", None, 10.0, Some(Rule::Improvement { input: X(), by: 0.25 }))]);
        let mut figures = figures(&[("x", &plain(&[0.75, 0.625, 0.25, 0.5]))]);
        figures.before.insert(X(), plain(&[0.5, 0.5, 0.5]));
        let scoring = score(&index, &figures, &Judgements::new());
        assert_eq!(scoring.items[0].points, [Some(10.0), Some(5.0), Some(0.0), Some(0.0)]);
        assert_eq!(scoring.items[0].status[3], ItemStatus::Missing, "nothing to compare with");
        assert_eq!(scoring.totals[3].unscored, 10.0);
    }

    #[test]
    fn a_formula_reads_the_points_of_others_whatever_the_order() {
        let formula =
            Formula::parse("min([2] + [3], 4) / 2", |code| ["1", "2", "3"].iter().position(|one| *one == code));
        let index = index(
            10.0,
            vec![
                item("1", None, 2.0, Some(Rule::Formula { formula: formula.unwrap() })),
                item("2", None, 4.0, Some(Rule::Linear { input: X() })),
                item("3", None, 4.0, Some(Rule::Linear { input: X() })),
            ],
        );
        let scoring = score(&index, &figures(&[("x", &plain(&[0.25, 1.0]))]), &Judgements::new());
        assert_eq!(scoring.items[0].points, [Some(1.0), Some(2.0)]);
        assert_eq!(scoring.totals[0].score, Some(3.0));
    }

    #[test]
    fn what_does_not_apply_drops_out_and_the_total_is_rebased() {
        let mut index = index(
            100.0,
            vec![
                item("I", None, 100.0, None),
                item("1.1", Some(0), 80.0, Some(Rule::Linear { input: X() })),
                item("1.2", Some(0), 20.0, Some(Rule::Linear { input: "y".into() })),
            ],
        );
        let nothing = [Measure::ratio(0.0, 0.0)];
        let figures = figures(&[("x", &plain(&[0.8875])), ("y", &nothing)]);
        let total = |index: &PointsIndex| score(index, &figures, &Judgements::new()).totals[0];
        // 71 of 80 is 88.75 of 100.
        assert_eq!((total(&index).score, total(&index).max), (Some(88.75), 80.0));
        index.not_applicable = NotApplicable::Exclude;
        assert_eq!((total(&index).score, total(&index).max), (Some(71.0), 80.0));
        index.not_applicable = NotApplicable::Full;
        assert_eq!((total(&index).score, total(&index).max), (Some(91.0), 100.0));
        index.zero = ZeroPoints::Full;
        assert_eq!(total(&index).score, Some(91.0));
        index.zero = ZeroPoints::None;
        assert_eq!((total(&index).score, total(&index).max), (Some(71.0), 100.0));
    }

    #[test]
    fn verified_points_come_before_computed_ones_and_self_scored_ones_never_count_unasked() {
        let mut index = index(10.0, vec![item("1", None, 10.0, Some(Rule::Linear { input: X() }))]);
        let figures = figures(&[("x", &plain(&[0.5, 0.5, 0.5]))]);
        let judged = Judgements::from([
            ((0, 0), Judged { verified: Some(4.0), self_scored: Some(9.0), ..Judged::default() }),
            ((0, 1), Judged { self_scored: Some(9.0), ..Judged::default() }),
            ((0, 2), Judged { applies: Some(false), verified: Some(9.0), ..Judged::default() }),
        ]);
        let scoring = score(&index, &figures, &judged);
        assert_eq!(scoring.items[0].points, [Some(4.0), Some(5.0), None]);
        assert_eq!(scoring.items[0].layer, [Some(Layer::Verified), Some(Layer::Computed), None]);
        assert_eq!(scoring.totals[2].score, None, "nothing is left to score");
        index.items[0].counts = Some(vec![Layer::SelfScored]);
        assert_eq!(score(&index, &figures, &judged).items[0].points[1], Some(9.0));
    }

    #[test]
    fn bonus_and_deduction_stand_outside_the_maximum_and_have_caps() {
        let extra = |code: &str, role| Item {
            role,
            ..item(code, None, 10.0, Some(Rule::External { input: "y".into(), factor: 1.0 }))
        };
        let mut index = index(
            10.0,
            vec![
                item("1", None, 10.0, Some(Rule::Linear { input: X() })),
                extra("T", Role::Bonus),
                extra("P", Role::Deduction),
            ],
        );
        (index.bonus_cap, index.deduction_cap) = (Some(2.0), Some(3.0));
        let scoring = score(&index, &figures(&[("x", &plain(&[0.5])), ("y", &plain(&[7.0]))]), &Judgements::new());
        let total = scoring.totals[0];
        assert_eq!((total.score, total.bonus, total.deduction), (Some(4.0), 2.0, 3.0));
    }

    #[test]
    fn what_nobody_sent_gives_no_points_and_is_counted_as_unscored() {
        let index = index(
            10.0,
            vec![item("1", None, 6.0, Some(Rule::Linear { input: X() })), item("2", None, 4.0, Some(Rule::Scored))],
        );
        let scoring = score(&index, &figures(&[("x", &plain(&[0.5]))]), &Judgements::new());
        assert_eq!((scoring.totals[0].score, scoring.totals[0].unscored), (Some(3.0), 4.0));
        let nobody = score(&index, &figures(&[("x", &[Measure::MISSING])]), &Judgements::new());
        assert_eq!((nobody.totals[0].score, nobody.totals[0].unscored), (None, 10.0));
    }
}
