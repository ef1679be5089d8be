//! Figures for the units of another day: facts of a unit that ended count for its successor, and what was divided is marked.

use std::collections::BTreeSet;

use super::figures::receivers;
use super::{By, Children, Measuring};
use cchc_model::Carry;

/// The CTEs that assign `facts` to the units of a day: `fact_unit` is the successor's code, `split_from` the old
/// unit's where it was divided on the way.
pub(super) fn carried(facts: &str, carry: &Carry) -> String {
    let day = format!("TIMESTAMP '{}'", carry.date);
    let mut joins = String::new();
    let (mut to, mut split) = ("s1.to_code".to_owned(), "s1.split".to_owned());
    // A unit ends once, so each step finds one row at most.
    for step in 2..=carry.steps {
        joins.push_str(&format!(
            "\nLEFT JOIN successions s{step} ON s{step}.from_code = s{0}.to_code AND s{step}.is_default \
             AND s{step}.date <= {day}",
            step - 1
        ));
        to = format!("COALESCE(s{step}.to_code, {to})");
        split = format!("{split} OR COALESCE(s{step}.split, FALSE)");
    }
    format!(
        "carried AS (\nSELECT s1.from_code, {to} AS to_code, {split} AS split\nFROM successions s1{joins}\n\
         WHERE s1.is_default AND s1.date <= {day}\n), own AS (\n{facts}\n), facts AS (\n\
         SELECT o.* EXCEPT (fact_unit), COALESCE(c.to_code, o.fact_unit) AS fact_unit, \
         CASE WHEN c.split THEN o.fact_unit END AS split_from\n\
         FROM own o LEFT JOIN carried c ON c.from_code = o.fact_unit\n)"
    )
}

/// Whose figures are estimates because a divided unit counts for its default part alone: those of every part, and of every
/// sum over some of its parts but not all.
pub(super) fn estimated_receivers(
    measuring: &Measuring<'_>,
    divided: &str,
    kind: Option<&str>,
    by: By,
    children: Children,
) -> BTreeSet<String> {
    let Some(parts) = measuring.carry.and_then(|carry| carry.parts(divided)) else { return BTreeSet::new() };
    let of_part = |part: &String| receivers(measuring, Some(part), kind, by, children).into_iter().collect();
    let sums: Vec<BTreeSet<String>> = parts.iter().map(of_part).collect();
    let is_of_all = |code: &String| sums.iter().all(|sum| sum.contains(code));
    sums.iter().flatten().filter(|code| !is_of_all(code)).cloned().collect()
}
