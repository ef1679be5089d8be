//! What the scores of an index rest on: its source with the tag, its rules and choices, each in words.

use std::collections::BTreeMap;

use super::super::input::{Makeup, Ranking};
use super::super::plan::{Block, Tone};
use super::context::Context;
use super::makeup::short;
use cchc_definitions::index::settings::{AggregateMethod, ImputeMethod, Scale, WeighMethod};
use cchc_definitions::{Class, Composite, MissingPoints, NotApplicable, PointsIndex, QuotaRounding, ZeroPoints, fill};

/// The source in one line, and a warning where it is no published rule.
pub fn source(context: &Context<'_>, ranking: &Ranking) -> Vec<Block> {
    let words = &context.template.index;
    let line = fill(&words.legal_basis, &[("basis", &ranking.legal_basis)]);
    let mut blocks = vec![Block::paragraph(Tone::Subtitle, line)];
    blocks.extend(warning(context, ranking));
    blocks
}

/// That the index is no published rule, unless it is one.
pub fn warning(context: &Context<'_>, ranking: &Ranking) -> Option<Block> {
    (!ranking.is_published).then(|| Block::paragraph(Tone::Alert, &context.template.index.not_a_regulation))
}

/// What a composite index could not take in for a kind: the kind itself, or indicators that nobody sent.
pub fn gaps(context: &Context<'_>, ranking: &Ranking, kind: &str) -> Vec<Block> {
    let words = &context.template.index;
    let mut blocks = Vec::new();
    // Where figures are missing, the table of who owes them says so in words.
    let is_owed = ranking.gaps.iter().any(|gap| gap.kind == kind);
    for one in ranking.set_aside.iter().filter(|one| one.kind == kind && !is_owed) {
        let keys: Vec<&str> = one.faults.iter().map(|fault| fault.key.as_str()).collect();
        blocks.push(Block::paragraph(Tone::Alert, fill(&words.set_aside, &[("keys", &keys.join("; "))])));
    }
    if let Makeup::Composite(index, kinds) = &ranking.makeup
        && let Some((_, composed)) = kinds.iter().find(|(other, _)| other == kind)
        && !composed.left_out.is_empty()
    {
        let names: Vec<&str> = composed.left_out.iter().map(|at| index.leaves[*at].name_vi.as_str()).collect();
        blocks.push(Block::paragraph(Tone::Alert, fill(&words.left_out, &[("names", &names.join("; "))])));
    }
    blocks
}

/// The index's own rules, then the policies of counting.
pub fn facts(context: &Context<'_>, ranking: &Ranking) -> Block {
    let mut facts = match &ranking.makeup {
        Makeup::Indicator => Vec::new(),
        Makeup::Points(index, _) => points(context, index),
        Makeup::Composite(index, _) => composite(context, index),
    };
    let policies = context.policies.iter();
    facts.extend(
        policies.map(|(name, choice)| (fill(&context.template.cover.policies, &[("name", name)]), choice.clone())),
    );
    Block::Facts(facts)
}

fn points(context: &Context<'_>, index: &PointsIndex) -> Vec<(String, String)> {
    let words = &context.template.index;
    let layers: Vec<&str> = index.counts.iter().map(|layer| word(&words.layers, layer.word())).collect();
    let not_applicable = match index.not_applicable {
        NotApplicable::Rescale => "rescale",
        NotApplicable::Full => "full",
        NotApplicable::Exclude => "exclude",
        NotApplicable::Parent => "parent",
    };
    let zero = match index.zero {
        ZeroPoints::NotApplicable => "not_applicable",
        ZeroPoints::None => "none",
        ZeroPoints::Full => "full",
    };
    let missing = match index.missing {
        MissingPoints::None => "none",
        MissingPoints::NotApplicable => "not_applicable",
    };
    let mut facts = vec![
        (words.counts.clone(), layers.join("; ")),
        (words.not_applicable.clone(), word(&words.not_applicable_rules, not_applicable).to_owned()),
        (words.zero.clone(), word(&words.zero_rules, zero).to_owned()),
        (words.missing.clone(), word(&words.missing_rules, missing).to_owned()),
    ];
    let caps = [(&words.bonus, index.bonus_cap), (&words.deduction, index.deduction_cap)];
    facts.extend(
        caps.into_iter().filter_map(|(name, cap)| Some((name.clone(), fill(&words.cap, &[("cap", &short(cap?))])))),
    );
    if !index.classes.is_empty() {
        let classes = index.classes.iter().map(|one| class_text(context, index, one));
        facts.push((context.template.ranking.class.clone(), classes.collect::<Vec<_>>().join("; ")));
    }
    if !index.head.note.is_empty() {
        facts.push((context.template.ranking.note.clone(), index.head.note.clone()));
    }
    facts
}

/// A class with its bound, its side conditions and its quota.
fn class_text(context: &Context<'_>, index: &PointsIndex, class: &Class) -> String {
    let words = &context.template.index;
    let mut text = fill(&words.class_from, &[("name", &class.name), ("from", &short(class.from))]);
    if !class.when.is_empty() {
        let when: Vec<String> =
            class.when.iter().map(|condition| condition.text(&|at| index.items[at].code.as_str())).collect();
        text = format!("{text} {}", fill(&words.class_when, &[("when", &when.join(", "))]));
    }
    if let Some(quota) = &class.quota {
        let values = [
            ("share", format!("{}%", short(quota.share * 100.0))),
            ("of", index.classes[quota.of].name.clone()),
            ("few", quota.few.to_string()),
            ("fewer_than", quota.fewer_than.to_string()),
            ("rounding", word(&words.quota_roundings, rounding(quota.rounding)).to_owned()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sentence = if quota.fewer_than > 0 { &words.class_quota_few } else { &words.class_quota };
        text = format!("{text} {}", fill(sentence, &values));
    }
    text
}

const fn rounding(rounding: QuotaRounding) -> &'static str {
    match rounding {
        QuotaRounding::Down => "down",
        QuotaRounding::Nearest => "nearest",
        QuotaRounding::Up => "up",
    }
}

fn composite(context: &Context<'_>, index: &Composite) -> Vec<(String, String)> {
    let words = &context.template.index;
    let leaves = || index.leaves.iter();
    let nodes = || index.nodes.iter();
    let mut facts = vec![
        (words.missing.clone(), meanings(&words.imputations, leaves().map(|leaf| impute(leaf.impute.method)))),
        (words.scale.clone(), meanings(&words.scales, leaves().map(|leaf| scale(leaf.scale)))),
        (words.weigh.clone(), meanings(&words.weighings, nodes().map(|node| weigh(node.weigh.method)))),
        (words.aggregate.clone(), meanings(&words.aggregations, nodes().map(|node| aggregate(node.aggregate.method)))),
    ];
    if !index.head.note.is_empty() {
        facts.push((context.template.ranking.note.clone(), index.head.note.clone()));
    }
    facts
}

/// The methods in use, each once, in words.
fn meanings<'k>(words: &BTreeMap<String, String>, keys: impl Iterator<Item = &'k str>) -> String {
    let mut found: Vec<&str> = Vec::new();
    for key in keys {
        let meaning = word(words, key);
        if !found.contains(&meaning) {
            found.push(meaning);
        }
    }
    found.join("; ")
}

/// The template's word of a choice; the choice itself where it has none.
pub fn word<'w>(words: &'w BTreeMap<String, String>, key: &'w str) -> &'w str {
    words.get(key).map_or(key, String::as_str)
}

const fn impute(method: ImputeMethod) -> &'static str {
    match method {
        ImputeMethod::None => "none",
        ImputeMethod::IndicatorMean => "indicator_mean",
        ImputeMethod::IndicatorMedian => "indicator_median",
        ImputeMethod::GroupMean => "group_mean",
        ImputeMethod::GroupMedian => "group_median",
        ImputeMethod::LastPeriod => "last_period",
    }
}

const fn scale(method: Scale) -> &'static str {
    match method {
        Scale::None {} => "none",
        Scale::MinMax { .. } => "min_max",
        Scale::ZScore { .. } => "z_score",
        Scale::Rank {} => "rank",
        Scale::PercentileRank { .. } => "percentile_rank",
        Scale::Borda {} => "borda",
        Scale::Goalposts { .. } => "goalposts",
        Scale::DistanceToBest { .. } => "distance_to_best",
        Scale::DistanceToTarget { .. } => "distance_to_target",
        Scale::FractionOfBest { .. } => "fraction_of_best",
    }
}

const fn weigh(method: WeighMethod) -> &'static str {
    match method {
        WeighMethod::Given => "given",
        WeighMethod::Equal => "equal",
        WeighMethod::PrincipalComponent => "principal_component",
        WeighMethod::PrincipalComponentSquared => "principal_component_squared",
    }
}

const fn aggregate(method: AggregateMethod) -> &'static str {
    match method {
        AggregateMethod::Arithmetic => "arithmetic",
        AggregateMethod::Sum => "sum",
        AggregateMethod::Geometric => "geometric",
        AggregateMethod::Harmonic => "harmonic",
        AggregateMethod::Copeland => "copeland",
        AggregateMethod::Outranking => "outranking",
    }
}
