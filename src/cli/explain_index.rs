//! `cchc explain INDEX`: a score taken down to criterion, rule, indicator, SQL and dossiers.

use anyhow::Result;
use serde_json::{Value, json};

use super::carried::tell_carried;
use super::detail;
use super::figures::tell_set_aside;
use super::output;
use super::{Format, Global, Opened, PolicyArgs, Usage};
use cchc_definitions::{Layer, PointsIndex};
use cchc_indicators::{Engine, Trace, not_sent, trace};
use cchc_indices::{Index, Ranked, Scorecards, estimates};
use cchc_model::{Period, RankRow};

/// What is asked.
pub(super) struct Question<'q> {
    pub unit: &'q str,
    pub period: &'q Period,
    /// One criterion instead of all.
    pub item: Option<&'q str>,
    pub policies: PolicyArgs,
}

/// Explains a score of an index of points, or the stages of a composite one.
pub(super) fn explain(global: &Global, opened: &Opened, index: &Index<'_>, question: &Question<'_>) -> Result<()> {
    let engine = opened.engine(question.policies);
    let missing = not_sent(&engine, question.period)?;
    let ranked = index.rank(&engine, question.period, &missing)?;
    tell_set_aside(global, index, &ranked);
    let Some(row) = ranked.rows.iter().find(|row| row.unit.unit_code == question.unit) else {
        let known = ranked.rows.iter().map(|row| row.unit.unit_code.as_str());
        let hint = cchc_definitions::did_you_mean(question.unit, known);
        let message = format!("index '{}' scores no unit '{}' in {}{hint}", index.id(), question.unit, question.period);
        return Err(Usage(message).into());
    };
    let is_estimate = estimates(&engine, index, question.period)?.contains(question.unit);
    let parts = match (index, &ranked.cards) {
        (Index::Points(points), Some(cards)) => items(&engine, points, cards, question)?,
        _ => stages(&ranked, question.unit),
    };
    let document = json!({
        "index": index.id(),
        "name": index.name(),
        "legal_basis": index.legal_basis(),
        "unit_code": row.unit.unit_code,
        "unit_name": row.unit.unit_name,
        "period": question.period.to_string(),
        "score": row.score,
        "rank": row.rank,
        "class": row.class,
        "estimate": is_estimate,
        "parts": parts,
    });
    tell_carried(global, opened, std::iter::once((question.unit, is_estimate)));
    if global.format == Format::Json { output::json(&json!([document])) } else { output::plain(&page(&document, row)) }
}

/// Every item with its rule and, for what was computed, the figure with SQL, files and rows.
fn items(engine: &Engine<'_>, index: &PointsIndex, cards: &Scorecards, question: &Question<'_>) -> Result<Vec<Value>> {
    let at = cards.units.iter().position(|unit| unit.unit_code == question.unit).unwrap_or_default();
    if let Some(code) = question.item
        && !index.items.iter().any(|item| item.code == code)
    {
        let hint = cchc_definitions::did_you_mean(code, index.items.iter().map(|item| item.code.as_str()));
        return Err(Usage(format!("index '{}' has no criterion '{code}'{hint}", index.head.id)).into());
    }
    let mut parts = Vec::new();
    for (position, item) in index.items.iter().enumerate() {
        if question.item.is_some_and(|code| code != item.code) {
            continue;
        }
        let scores = &cards.scoring.items[position];
        let judged = cards.judged.get(&(position, at));
        let given = |layer: Layer| judged.and_then(|judged| judged.points(layer));
        let mut part = json!({
            "code": item.code,
            "level": index.depth(position) + 1,
            "name": item.name,
            "max": item.max,
            "points": scores.points[at],
            "status": detail::status(scores.status[at]),
            "layer": scores.layer[at].map(Layer::word),
            "rule": item.rule.as_ref().map(|rule| rule.formula(item.max)),
            "computed": scores.computed[at],
            "self": given(Layer::SelfScored),
            "verified": given(Layer::Verified),
            "surveyed": given(Layer::Surveyed),
            "reason": judged.and_then(|judged| judged.reason.as_deref()),
            "sheet": judged.map(|judged| judged.place.as_str()),
            "source": item.source,
        });
        if let Some(input) = item.rule.as_ref().and_then(|rule| rule.input())
            && let Some(indicator) = engine.definitions.indicator(input, question.period)
            && let Some(found) = trace(engine, indicator, question.unit, question.period)?
        {
            part["figure"] = figure(&indicator.name_vi, &found);
        }
        parts.push(part);
    }
    Ok(parts)
}

fn figure(name: &str, found: &Trace) -> Value {
    let codes = |top: bool| {
        found.rows.iter().filter(|row| row.in_numerator == top).map(|row| row.code.as_str()).collect::<Vec<_>>()
    };
    let inputs: Vec<Value> = found.inputs.iter().map(|input| figure(&input.definition.name_vi, input)).collect();
    json!({
        "indicator": found.row.indicator,
        "name": name,
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

/// A unit's values through the stages of a composite index.
fn stages(ranked: &Ranked, unit: &str) -> Vec<Value> {
    let mut parts = Vec::new();
    for (_, composed) in &ranked.composed {
        let tables = [
            ("raw", &composed.raw),
            ("denominated", &composed.denominated),
            ("imputed", &composed.imputed),
            ("treated", &composed.treated),
            ("scaled", &composed.scaled),
            ("score", &composed.scores),
        ];
        for (stage, table) in tables {
            let Some(at) = table.units().iter().position(|other| other == unit) else { continue };
            parts.extend(
                table
                    .columns()
                    .iter()
                    .map(|column| json!({"stage": stage, "name": column.id, "value": column.values[at]})),
            );
        }
    }
    parts
}

fn page(document: &Value, row: &RankRow) -> String {
    let text = |value: &Value| match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
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
    for part in document["parts"].as_array().into_iter().flatten() {
        if part.get("stage").is_some() {
            page.push_str(&format!(
                "  {:12} {:24} {}\n",
                text(&part["stage"]),
                text(&part["name"]),
                text(&part["value"])
            ));
            continue;
        }
        let indent = "  ".repeat(part["level"].as_u64().unwrap_or(1) as usize);
        page.push_str(&format!(
            "\n{indent}{}  {}: {} / {}  [{}]\n",
            text(&part["code"]),
            text(&part["name"]),
            text(&part["points"]),
            text(&part["max"]),
            part["layer"].as_str().unwrap_or_else(|| part["status"].as_str().unwrap_or_default()),
        ));
        if !part["rule"].is_null() {
            page.push_str(&format!("{indent}  rule      {}\n", text(&part["rule"])));
        }
        for (key, title) in [
            ("computed", "computed"),
            ("self", "self"),
            ("verified", "verified"),
            ("surveyed", "surveyed"),
            ("reason", "reason"),
            ("sheet", "sheet"),
        ] {
            if !part[key].is_null() {
                page.push_str(&format!("{indent}  {title:9} {}\n", text(&part[key])));
            }
        }
        if let Some(figure) = part.get("figure") {
            page.push_str(&format!(
                "{indent}  figure    {} ({}) = {} / {} = {}\n",
                text(&figure["name"]),
                text(&figure["indicator"]),
                text(&figure["numerator"]),
                text(&figure["denominator"]),
                text(&figure["value"]),
            ));
            page.push_str(&format!(
                "{indent}  dossiers  `cchc explain {} --unit {} --period {} --rows`\n",
                text(&figure["indicator"]),
                row.unit.unit_code,
                text(&document["period"])
            ));
        }
    }
    page
}
