//! The change of a rank: own score, others' scores, units that came and went.

use std::collections::BTreeMap;

use super::super::EngineError;
use super::Held;
use cchc_indicators::not_sent;
use cchc_indices::Index;
use cchc_insight::{Change, OtherScores, RankGame};
use cchc_model::{RankRow, UnitRef};

pub(super) async fn changes(
    held: [Held<'_>; 2],
    indices: [&Index<'_>; 2],
    units: &[UnitRef],
) -> Result<Vec<Change>, EngineError> {
    let mut sides = Vec::with_capacity(2);
    for (held, index) in held.into_iter().zip(indices) {
        sides.push(by_kind(ranked(held, index).await?));
    }
    let change = |unit: &UnitRef| {
        let kind = unit.kind.clone().unwrap_or_default();
        let scores = [0, 1].map(|side: usize| sides[side].get(&kind).cloned().unwrap_or_default());
        let own = [0, 1].map(|side: usize| scores[side].get(&unit.unit_code).copied());
        let others = scores.map(|mut scores: OtherScores| {
            scores.remove(&unit.unit_code);
            scores
        });
        let settings = indices[1].settings();
        if let [Some(before), Some(after)] = own {
            return RankGame { own: [before, after], others: [&others[0], &others[1]], settings }.change();
        }
        let rank = |side: usize| {
            let game = RankGame { own: [own[side]?; 2], others: [&others[side]; 2], settings };
            game.change().before
        };
        Change { before: rank(0), after: rank(1), parts: Vec::new() }
    };
    Ok(units.iter().map(change).collect())
}

async fn ranked(held: Held<'_>, index: &Index<'_>) -> Result<Vec<RankRow>, EngineError> {
    let question = held.engine.question_about(held.period, held.policies)?;
    let measuring = question.measuring(held.policies);
    let missing = not_sent(&measuring, held.period).await?;
    Ok(index.rank(&measuring, held.period, &missing).await?.rows)
}

/// The scores of those that are ranked, by kind.
fn by_kind(rows: Vec<RankRow>) -> BTreeMap<String, OtherScores> {
    let mut kinds: BTreeMap<String, OtherScores> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.rank.is_some()) {
        if let Some(score) = row.score {
            kinds.entry(row.unit.kind.unwrap_or_default()).or_default().insert(row.unit.unit_code, score);
        }
    }
    kinds
}
