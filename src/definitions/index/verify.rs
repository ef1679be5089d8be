//! What must hold of a composite index beyond its shape: settings in their bounds, weights that sum, days that do not overlap.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::composite::{Child, Composite, Curve, DatedWeights, Leaf};
use super::sections::SectionReader;
use super::settings::{
    AggregateMethod, Impute, ImputeMethod, Scale, Transform, Treat, TreatMethod, TreatWhen, WeighMethod,
};
use crate::{Direction, did_you_mean, overlap};

/// Sums of weights may be off by this share: decimal fractions have no exact binary form.
const SUM_TOLERANCE: f64 = 1e-9;

/// How far back `last_period` may look: five years of months.
const MOST_PERIODS: u32 = 60;

/// Checks everything that needs no data.
pub(super) fn all(index: &Composite, reader: &mut SectionReader<'_>) {
    if index.head.id.trim().is_empty() {
        reader.fault("index.id", "is empty");
    }
    if let (Some(from), Some(to)) = (index.head.valid_from, index.head.valid_to)
        && to < from
    {
        reader.fault("index.valid_to", format!("{to} is before valid_from, {from}"));
    }
    share(index.screen.min_available, "screen.min_available", reader);
    share(index.screen.min_nonzero, "screen.min_nonzero", reader);
    for leaf in &index.leaves {
        indicator(leaf, reader);
    }
    for node in &index.nodes {
        weight(node.weight, &format!("{}.weight", node.id), reader);
        if let Some(min) = node.aggregate.min_available {
            share(min, &format!("{}.min_available", node.id), reader);
        }
    }
    dated(index, reader);
    named_in_part(index, reader);
    days_without_weights(index, reader);
    sums(index, reader);
}

fn share(value: f64, key: &str, reader: &mut SectionReader<'_>) {
    if !(0.0..=1.0).contains(&value) {
        reader.fault(key, format!("{value} is no share; write 0 to 1"));
    }
}

fn weight(value: f64, key: &str, reader: &mut SectionReader<'_>) {
    if !(value.is_finite() && value >= 0.0) {
        reader.fault(
            key,
            format!("{value} is no weight; write 0 or more, and direction = \"lower\" where less is better"),
        );
    }
}

fn indicator(leaf: &Leaf, reader: &mut SectionReader<'_>) {
    let key = |of: &str| format!("{}.{of}", leaf.id);
    weight(leaf.weight, &key("weight"), reader);
    if leaf.column.trim().is_empty() {
        reader.fault(key("column"), "is empty: an indicator without input");
    }
    if leaf.direction == Direction::None {
        reader.fault(key("direction"), "an index needs to know which way is good: higher or lower");
    }
    if let Some(denominator) = &leaf.denominator {
        if denominator.column.trim().is_empty() {
            reader.fault(key("denominator"), "is empty");
        }
        if !(denominator.per.is_finite() && denominator.per > 0.0) {
            reader.fault(key("per"), format!("{} is no factor; write a number above 0", denominator.per));
        }
    }
    impute(&leaf.impute, &key("impute"), reader);
    treat(&leaf.treat, &key("treat"), reader);
    scale(leaf, reader);
}

fn impute(impute: &Impute, key: &str, reader: &mut SectionReader<'_>) {
    let by_group = matches!(impute.method, ImputeMethod::GroupMean | ImputeMethod::GroupMedian);
    if by_group && impute.group.as_ref().is_none_or(|group| group.trim().is_empty()) {
        reader.fault(format!("{key}.group"), "is missing: name the grouping of units");
    }
    if !by_group && impute.group.is_some() {
        reader.fault(format!("{key}.group"), "is used by group_mean and group_median only");
    }
    match (impute.method, impute.max_periods) {
        (ImputeMethod::LastPeriod, Some(0)) => {
            reader.fault(format!("{key}.max_periods"), "0 periods back is no period back");
        }
        (ImputeMethod::LastPeriod, Some(periods)) if periods > MOST_PERIODS => {
            let message = format!("{periods} periods back are too many; {MOST_PERIODS} at most, each is measured");
            reader.fault(format!("{key}.max_periods"), message);
        }
        (ImputeMethod::LastPeriod, _) | (_, None) => {}
        _ => reader.fault(format!("{key}.max_periods"), "is used by last_period only"),
    }
}

fn treat(treat: &Treat, key: &str, reader: &mut SectionReader<'_>) {
    if !(treat.max_skewness.is_finite() && treat.max_skewness > 0.0) {
        reader.fault(
            format!("{key}.max_skewness"),
            format!("{} is no limit; write a number above 0", treat.max_skewness),
        );
    }
    if !treat.max_kurtosis.is_finite() {
        reader.fault(format!("{key}.max_kurtosis"), format!("{} is no limit", treat.max_kurtosis));
    }
    if !treat.lambda.is_finite() {
        reader.fault(format!("{key}.lambda"), format!("{} is no exponent", treat.lambda));
    }
    if treat.when == TreatWhen::Always && treat.method != TreatMethod::Transform {
        reader.fault(format!("{key}.when"), "\"always\" goes with method = \"transform\" only");
    }
    if treat.method == TreatMethod::Transform && treat.transform == Transform::None {
        reader.fault(format!("{key}.transform"), "\"none\" leaves method = \"transform\" nothing to do");
    }
}

fn scale(leaf: &Leaf, reader: &mut SectionReader<'_>) {
    let key = |of: &str| format!("{}.{of}", leaf.id);
    match leaf.scale {
        Scale::MinMax { range }
        | Scale::PercentileRank { range }
        | Scale::Goalposts { range, .. }
        | Scale::DistanceToBest { range }
        | Scale::DistanceToTarget { range, .. }
        | Scale::FractionOfBest { range } => {
            if !(range[0].is_finite() && range[1].is_finite() && range[0] < range[1]) {
                reader.fault(key("scale.range"), format!("{} to {} is no range", range[0], range[1]));
            }
        }
        Scale::ZScore { mean, sd } => {
            if !(mean.is_finite() && sd.is_finite() && sd > 0.0) {
                reader.fault(key("scale"), format!("mean {mean} and sd {sd}: sd must be above 0"));
            }
        }
        Scale::None {} | Scale::Rank {} | Scale::Borda {} => {}
    }
    let uses_posts = matches!(leaf.scale, Scale::Goalposts { .. });
    match leaf.goalposts {
        None if uses_posts => reader.fault(key("goalposts"), "are missing: write goalposts = { low = …, high = … }"),
        Some(_) if !uses_posts => reader.fault(key("goalposts"), "are used by the scale method goalposts only"),
        Some(posts) => {
            if !(posts.low.is_finite() && posts.high.is_finite() && posts.low < posts.high) {
                reader.fault(key("goalposts"), format!("low {} is not below high {}", posts.low, posts.high));
            }
            if posts.curve == Curve::Log && posts.low <= 0.0 {
                reader.fault(key("goalposts"), format!("low {} has no logarithm; write a number above 0", posts.low));
            }
        }
        None => {}
    }
    let uses_target = matches!(leaf.scale, Scale::DistanceToTarget { .. });
    match leaf.target {
        None if uses_target => reader.fault(key("target"), "is missing"),
        Some(_) if !uses_target => reader.fault(key("target"), "is used by the scale method distance_to_target only"),
        Some(target) if !target.is_finite() => reader.fault(key("target"), format!("{target} is no target")),
        _ => {}
    }
}

/// Dated weights: known ids, numbers, days that do not overlap.
fn dated(index: &Composite, reader: &mut SectionReader<'_>) {
    let known: BTreeSet<&str> = index
        .nodes
        .iter()
        .skip(1)
        .map(|node| node.id.as_str())
        .chain(index.leaves.iter().map(|leaf| leaf.id.as_str()))
        .collect();
    for (at, weights) in index.weights.iter().enumerate() {
        let key = format!("weights[{}]", at + 1);
        if let (Some(from), Some(to)) = (weights.from, weights.to)
            && to < from
        {
            reader.fault(&key, format!("{to} is before {from}"));
        }
        for (id, value) in &weights.of {
            if !known.contains(id.as_str()) {
                let hint = did_you_mean(id, known.iter().copied());
                reader.fault(format!("{key}.of"), format!("no indicator or node '{id}'{hint}"));
            }
            weight(*value, &format!("{key}.of.{id}"), reader);
        }
        for (before, other) in index.weights[..at].iter().enumerate() {
            if overlap((other.from, other.to), (weights.from, weights.to)) {
                reader.fault(&key, format!("holds on days of weights[{}] too; limit one", before + 1));
            }
        }
    }
}

/// Dated weights that name some children of a node name all of them: the others would keep weights of another sum.
fn named_in_part(index: &Composite, reader: &mut SectionReader<'_>) {
    for (at, weights) in index.weights.iter().enumerate() {
        for node in index.nodes.iter().filter(|node| node.weigh.method == WeighMethod::Given) {
            let is_named = |child: &&Child| weights.of.contains_key(index.child_id(**child));
            let (named, left): (Vec<&Child>, Vec<&Child>) = node.children.iter().partition(is_named);
            if !named.is_empty() && !left.is_empty() {
                let left: Vec<&str> = left.into_iter().map(|child| index.child_id(*child)).collect();
                let message = format!("names only some children of '{}'; add {}", node.id, left.join(", "));
                reader.fault(format!("weights[{}].of", at + 1), message);
            }
        }
    }
}

/// Days on which the index is in force, but none of its dated weights.
fn days_without_weights(index: &Composite, reader: &mut SectionReader<'_>) {
    let mut sets: Vec<(Option<NaiveDate>, Option<NaiveDate>)> = index
        .weights
        .iter()
        .map(|one| (one.from, one.to))
        .filter(|(from, to)| from.is_none_or(|from| to.is_none_or(|to| from <= to)))
        .collect();
    sets.sort();
    let Some((first, _)) = sets.first().copied() else { return };
    let mut fault = |day: NaiveDate| {
        let message = format!(
            "none hold on {day}, when the index is in force; add [[weights]], or limit valid_from and valid_to"
        );
        reader.fault("weights", message);
    };
    // An index without a first day begins with its weights.
    if let Some(from) = index.head.valid_from.filter(|from| first.is_some_and(|first| *from < first)) {
        fault(from);
    }
    let mut until = None;
    for (at, (from, to)) in sets.iter().enumerate() {
        if at > 0
            && let (Some(until), Some(from)) = (until, *from)
            && until + Days::new(1) < from
        {
            fault(until + Days::new(1));
        }
        until = *to;
    }
    if let Some(until) = until.filter(|until| index.head.valid_to.is_none_or(|to| *until < to)) {
        fault(until + Days::new(1));
    }
}

/// Children's weights: not all zero; and the sum the definition promises. Where weights are dated, the dated ones count.
fn sums(index: &Composite, reader: &mut SectionReader<'_>) {
    if index.weigh.sum.is_some_and(|sum| !(sum.is_finite() && sum > 0.0)) {
        reader.fault("weigh.sum", "must be above 0");
        return;
    }
    let sets: Vec<(Option<&DatedWeights>, String)> = if index.weights.is_empty() {
        vec![(None, String::new())]
    } else {
        index.weights.iter().enumerate().map(|(at, set)| (Some(set), format!(" in weights[{}]", at + 1))).collect()
    };
    for node in index.nodes.iter().filter(|node| !node.children.is_empty()) {
        let is_used = node.weigh.method == WeighMethod::Given;
        let is_derived = !matches!(node.weigh.method, WeighMethod::Given | WeighMethod::Equal);
        if is_derived && node.aggregate.method == AggregateMethod::Sum {
            let message = "a sum with weights from principal components has no scale; use a mean";
            reader.fault(format!("{}.aggregate", node.id), message);
        }
        for (set, suffix) in sets.iter().filter(|_| is_used) {
            let total: f64 = index.weights_of(node, *set).iter().sum();
            let key = format!("{}.weights", node.id);
            if let Some(sum) = index.weigh.sum.filter(|sum| (total - sum).abs() > SUM_TOLERANCE * sum) {
                let children: Vec<&str> = node.children.iter().map(|child| index.child_id(*child)).collect();
                reader.fault(key, format!("{} add up to {total}{suffix}, not {sum}", children.join(" + ")));
            } else if total <= 0.0 {
                reader.fault(key, format!("are all 0{suffix}"));
            }
        }
    }
}
