//! `cchc score`: one unit's scorecard of an index of points, criterion by criterion.

use anyhow::Result;
use clap::Args;

use super::estimates::{note_estimates, with_estimates};
use super::figures::{note_ignored_sheets, note_not_sent};
use super::hidden::note_hidden;
use super::output::Columns;
use super::{Global, OpenEngine, Outcome, PolicyArgs, detail, period};
use cchc_definitions::{Item, Layer};
use cchc_engine::{Engine, Scorecard, ScorecardRequest};
use cchc_model::{Measure, Period};

#[derive(Debug, Args)]
pub(super) struct Score {
    /// Unit code
    #[arg(long, value_name = "CODE")]
    unit: String,
    /// An index of points
    #[arg(long, value_name = "ID")]
    index: String,
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th; 2026-Q3@581 for the reform report
    #[arg(long, value_parser = period)]
    period: Period,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Score {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let request = ScorecardRequest {
            index: self.index.clone(),
            unit: opened.engine.unit_named(&self.unit)?,
            period: self.period.clone(),
            policies: self.policies.over(opened.engine.config().policies),
        };
        let card = opened.wait(opened.engine.scorecard(&request))?;
        note_ignored_sheets(global, &self.index, &card.cards.passed_over);
        write_card(global, (&opened.engine, &self.period), &card)?;
        if let Some(row) = &card.row {
            let total = &card.cards.scoring.totals[card.at];
            let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
            global.note(&format!(
                "{}: score {} of {}, rank {}, class {}; {} points out of {} that apply, bonus {}, deduction {}, \
                 not scored {}",
                row.unit.unit_name,
                number(row.score),
                card.index.max,
                row.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string()),
                row.class.as_deref().unwrap_or("–"),
                total.points,
                total.max,
                total.bonus,
                total.deduction,
                total.unscored
            ));
        }
        note_not_sent(global, &card.not_sent);
        note_hidden(global, &opened.engine, card.published);
        Ok(Outcome::Done)
    }
}

/// One row per area, criterion and sub-criterion.
fn write_card(global: &Global, (engine, period): (&Engine, &Period), card: &Scorecard) -> Result<()> {
    let Scorecard { index, cards, at, .. } = card;
    let at = *at;
    let items = || index.items.iter().enumerate();
    let scores = |item: usize| &cards.scoring.items[item];
    let measure = |item: usize| -> Option<&Measure> {
        let input = index.items[item].rule.as_ref()?.input()?;
        cards.figures.now.get(input)?.get(at)
    };
    let judged = |item: usize| cards.judged.get(&(item, at));
    let given = |item: usize, layer: Layer| judged(item)?.points(layer);
    let rules: Vec<Option<String>> =
        items().map(|(_, item)| item.rule.as_ref().map(|rule| rule.formula(item.max))).collect();
    let inputs = |item: &Item| item.rule.as_ref().map(|rule| rule.inputs().join("; ")).unwrap_or_default();
    let read: Vec<String> = index.items.iter().map(inputs).collect();
    let lost = |item: usize| scores(item).points[at].map(|points| scores(item).max[at] - points);
    let columns = Columns::default()
        .int("level", items().map(|(item, _)| Some(index.depth(item) as i64 + 1)))
        .text("code", items().map(|(_, item)| Some(item.code.as_str())))
        .text("name", items().map(|(_, item)| Some(item.name.as_str())))
        .number("max", items().map(|(_, item)| Some(item.max)))
        .number("points", items().map(|(item, _)| scores(item).points[at]))
        .number("lost", items().map(|(item, _)| lost(item)))
        .text("status", items().map(|(item, _)| Some(detail::status(scores(item).status[at]))))
        .text("layer", items().map(|(item, _)| scores(item).layer[at].map(Layer::word)))
        .number("computed", items().map(|(item, _)| scores(item).computed[at]))
        .number("self", items().map(|(item, _)| given(item, Layer::SelfScored)))
        .number("verified", items().map(|(item, _)| given(item, Layer::Verified)))
        .number("surveyed", items().map(|(item, _)| given(item, Layer::Surveyed)))
        .text("reason", items().map(|(item, _)| judged(item).and_then(|judged| judged.reason.as_deref())))
        .text("rule", rules.iter().map(Option::as_deref))
        .text("indicator", read.iter().map(|ids| Some(ids.as_str()).filter(|ids| !ids.is_empty())))
        .number("numerator", items().map(|(item, _)| measure(item)?.numerator))
        .number("denominator", items().map(|(item, _)| measure(item)?.denominator))
        .number("value", items().map(|(item, _)| measure(item)?.value))
        .text("evidence", items().map(|(_, item)| Some(item.evidence.as_str()).filter(|text| !text.is_empty())))
        .text("source", items().map(|(_, item)| Some(item.source.as_str()).filter(|text| !text.is_empty())))
        .number("reference", items().map(|(item, _)| scores(item).reference.get(at).copied().flatten()))
        .number("rebased", items().map(|(item, _)| scores(item).rebased.get(at).copied().filter(|by| *by > 1.0)));
    let unit = cards.units[at].unit_code.as_str();
    let marks = items().map(|(item, _)| (unit, measure(item).is_some_and(|measure| measure.estimate)));
    with_estimates(columns, (engine, period), marks.clone()).write(global)?;
    note_estimates(global, (engine, period), marks);
    Ok(())
}
