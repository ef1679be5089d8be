//! The smallest denominator with which a unit is ranked by an indicator: five dossiers of five make no leader.

use std::collections::BTreeMap;

use super::rank::Scored;
use cchc_definitions::{Definitions, IndexDef, Indicator};
use cchc_model::{Held, IndicatorRow, Period, Policies};

/// Where nothing else is set, for tables of single cases.
const DEFAULT: u32 = 10;

/// Tables that hold one row a case. Lists of procedures and figures that units state are whole, however short.
const CASES: [&str; 4] = ["dossiers", "ratings", "feedback", "tickets"];

/// The smallest denominator: of the question, of the index, of the workspace, or the default.
pub(super) fn smallest(
    definitions: &Definitions,
    (def, indicator): (&IndexDef, &Indicator),
    period: &Period,
    policies: Policies,
) -> u32 {
    let own = || is_of_cases(definitions, indicator, period).then(|| policies.smallest.unwrap_or(DEFAULT));
    policies.smallest_asked.or(def.smallest).or_else(own).unwrap_or(0)
}

/// Whether an indicator, or one that it is made of, counts cases.
fn is_of_cases(definitions: &Definitions, indicator: &Indicator, period: &Period) -> bool {
    let Some(derived) = &indicator.derived else { return CASES.contains(&indicator.table.as_str()) };
    let inputs = derived.inputs().into_iter().filter_map(|id| definitions.indicator(id, period));
    inputs.into_iter().any(|input| is_of_cases(definitions, input, period))
}

/// Holds back the units whose denominator is smaller. A figure without a denominator is held back by none.
pub(super) fn hold(scored: &mut [Scored], rows: &[IndicatorRow], smallest: u32) {
    let denominators: BTreeMap<&str, f64> =
        rows.iter().filter_map(|row| Some((row.unit.unit_code.as_str(), row.measure.denominator?))).collect();
    for one in scored {
        let is_small = denominators.get(one.unit.unit_code.as_str()).is_some_and(|count| *count < f64::from(smallest));
        one.held = (one.score.is_some() && is_small).then_some(Held::FewCases);
    }
}
