//! `cchc explain INDEX`: a score with its criteria or its stages, as a document and as a page.

use anyhow::Result;
use serde_json::{Value, json};

use super::detail;
use super::figures::policy_line;
use super::output;
use super::{Format, Global};
use cchc_definitions::Layer;
use cchc_engine::{ItemPart, Part, ScoreExplanation, StageValue};
use cchc_indicators::Trace;
use cchc_model::{ClassReason, Policies, RankRow};

/// Writes the explanation of a score.
pub(super) fn write(global: &Global, score: &ScoreExplanation, policies: Policies) -> Result<()> {
    let mut document = document(score);
    document["policies"] = json!(policies);
    if global.format == Format::Json {
        output::json(&json!([document]))
    } else {
        output::plain(&global.in_words(&format!("{}\n{}", page(&document, &score.row), policy_line(policies))))
    }
}

fn document(score: &ScoreExplanation) -> Value {
    let parts: Vec<Value> = score.parts.iter().map(part).collect();
    json!({
        "index": score.index,
        "name": score.name,
        "legal_basis": score.legal_basis,
        "unit_code": score.row.unit.unit_code,
        "unit_name": score.row.unit.unit_name,
        "period": score.period,
        "score": score.row.score,
        "rank": score.row.rank,
        "class": score.row.class,
        "class_reason": score.row.class_reason.map(ClassReason::word),
        "estimate": score.is_estimate,
        "parts": parts,
    })
}

fn part(part: &Part) -> Value {
    match part {
        Part::Stage(StageValue { stage, name, value }) => json!({"stage": stage, "name": name, "value": value}),
        Part::Item(item) => criterion(item),
    }
}

fn criterion(part: &ItemPart) -> Value {
    let (item, judged) = (&part.item, part.judged.as_ref());
    let mut document = json!({
        "code": item.code,
        "level": part.level,
        "name": item.name,
        "max": item.max,
        "points": part.points,
        "status": detail::status(part.status),
        "layer": part.layer.map(Layer::word),
        "rule": part.rule,
        "computed": part.computed,
        "self": judged.map(|judged| judged.self_scored),
        "verified": judged.map(|judged| judged.verified),
        "surveyed": judged.map(|judged| judged.surveyed),
        "reason": judged.map(|judged| &judged.reason),
        "sheet": judged.map(|judged| &judged.place),
        "source": item.source,
    });
    if let Some(found) = &part.figure {
        document["figure"] = figure(found);
    }
    if let Some(reference) = part.reference {
        document["reference"] = json!(reference);
    }
    if !part.more.is_empty() {
        document["more_figures"] = part.more.iter().map(figure).collect();
    }
    document
}

fn figure(found: &Trace) -> Value {
    let codes = |top: bool| {
        found.rows.iter().filter(|row| row.in_numerator == top).map(|row| row.code.as_str()).collect::<Vec<_>>()
    };
    let inputs: Vec<Value> = found.inputs.iter().map(figure).collect();
    json!({
        "indicator": found.row.indicator,
        "name": found.definition.name_vi,
        "numerator": found.row.measure.numerator,
        "denominator": found.row.measure.denominator,
        "value": found.row.measure.value,
        "sql": found.sql,
        "files": found.files,
        "in_numerator": codes(true),
        "only_in_denominator": codes(false),
        "inputs": inputs,
    })
}

fn page(document: &Value, row: &RankRow) -> String {
    let mut page = format!(
        "{} ({})\n{}\n\n{} ({}), {}\n  score  {}\n  rank   {}\n  class  {}\n",
        text(&document["name"]),
        text(&document["index"]),
        text(&document["legal_basis"]),
        row.unit.unit_name,
        row.unit.unit_code,
        text(&document["period"]),
        text(&document["score"]),
        text(&document["rank"]),
        text(&document["class"]),
    );
    if !document["class_reason"].is_null() {
        page.push_str(&format!("  ({})\n", text(&document["class_reason"])));
    }
    for part in document["parts"].as_array().into_iter().flatten() {
        if part.get("stage").is_some() {
            let [stage, name, value] = ["stage", "name", "value"].map(|key| text(&part[key]));
            page.push_str(&format!("  {stage:12} {name:24} {value}\n"));
        } else {
            page.push_str(&criterion_lines(part, &row.unit.unit_code, &text(&document["period"])));
        }
    }
    page
}

/// A value as people read it.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A criterion with all that is known of its points.
fn criterion_lines(part: &Value, unit: &str, period: &str) -> String {
    let indent = "  ".repeat(part["level"].as_u64().unwrap_or(1) as usize);
    let mut lines = format!(
        "\n{indent}{}  {}: {} / {}  [{}]\n",
        text(&part["code"]),
        text(&part["name"]),
        text(&part["points"]),
        text(&part["max"]),
        part["layer"].as_str().unwrap_or_else(|| part["status"].as_str().unwrap_or_default()),
    );
    if !part["rule"].is_null() {
        lines.push_str(&format!("{indent}  rule      {}\n", text(&part["rule"])));
    }
    for key in ["reference", "computed", "self", "verified", "surveyed", "reason", "sheet"] {
        if !part[key].is_null() {
            lines.push_str(&format!("{indent}  {key:9} {}\n", text(&part[key])));
        }
    }
    if let Some(figure) = part.get("figure") {
        let [name, indicator] = ["name", "indicator"].map(|key| text(&figure[key]));
        let [numerator, denominator, value] = ["numerator", "denominator", "value"].map(|key| text(&figure[key]));
        lines.push_str(&format!("{indent}  figure    {name} ({indicator}) = {numerator} / {denominator} = {value}\n"));
        lines.push_str(&format!(
            "{indent}  dossiers  `cchc explain {indicator} --unit {unit} --period {period} --rows`\n"
        ));
    }
    lines
}
