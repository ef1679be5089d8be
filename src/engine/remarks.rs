//! What a ranking leaves out, and why, so that nothing is left out silently.

use cchc_indices::{Index, Ranked, SetAside};

/// What the ranking by one index leaves out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remarks {
    /// Id of the index.
    pub index: String,
    /// Kinds of units that a composite index cannot score, with the reasons.
    pub set_aside: Vec<SetAside>,
    /// Indicators of which no unit of a kind has a value: the kind and their ids.
    pub left_out: Vec<(String, Vec<String>)>,
    /// Sheets of criteria that were taken for another index's.
    pub passed_over: Vec<String>,
}

impl Remarks {
    /// What a ranking by an index leaves out.
    #[must_use]
    pub fn of(index: &Index<'_>, ranked: &Ranked) -> Self {
        let left_out = |definition: &cchc_definitions::Composite| {
            let kinds = ranked.composed.iter().filter(|(_, composed)| !composed.left_out.is_empty());
            let ids = |at: &[usize]| at.iter().map(|at| definition.leaves[*at].id.clone()).collect();
            kinds.map(|(kind, composed)| (kind.clone(), ids(&composed.left_out))).collect()
        };
        Self {
            index: index.id().to_owned(),
            set_aside: ranked.set_aside.clone(),
            left_out: if let Index::Composite(definition) = index { left_out(definition) } else { Vec::new() },
            passed_over: ranked
                .cards
                .as_ref()
                .map_or_else(Vec::new, |cards| cards.passed_over.iter().cloned().collect()),
        }
    }
}
