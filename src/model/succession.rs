//! Which unit became which on a day, and for which unit of a later day the figures of an old unit count.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Unit;

/// One part of a unit that ended, and the unit that it became.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Succession {
    /// Code of the unit that ended.
    pub from: String,
    /// Code of the unit that took this part over.
    pub to: String,
    /// First day of the new unit.
    pub date: NaiveDate,
    /// Whether dossiers that cannot be divided count for this part; exactly one part is the default.
    pub is_default: bool,
    /// Whether the unit was divided: what is carried over is an estimate then.
    pub split: bool,
}

/// Where the figures of each unit count on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carry {
    /// The day.
    pub date: NaiveDate,
    /// Most successions between a unit and its last successor.
    pub steps: usize,
    to: BTreeMap<String, String>,
    parts: BTreeMap<String, BTreeSet<String>>,
}

impl Carry {
    /// Follows all successions up to a day, the default part of each.
    #[must_use]
    pub fn new(successions: &[Succession], date: NaiveDate) -> Self {
        let mut next: BTreeMap<&str, Vec<&Succession>> = BTreeMap::new();
        for one in successions.iter().filter(|one| one.date <= date) {
            next.entry(&one.from).or_default().push(one);
        }
        let mut carry = Self { date, steps: 0, to: BTreeMap::new(), parts: BTreeMap::new() };
        for from in next.keys() {
            let (mut at, mut steps, mut split) = (*from, 0, false);
            // A circle would never end; the list of successions is refused for it elsewhere.
            while let Some(step) = next.get(at).and_then(|parts| parts.iter().find(|part| part.is_default))
                && steps < next.len()
            {
                at = &step.to;
                split |= step.split;
                steps += 1;
            }
            carry.steps = carry.steps.max(steps);
            carry.to.insert((*from).to_owned(), at.to_owned());
            if split {
                carry.parts.insert((*from).to_owned(), final_successors(from, &next));
            }
        }
        carry
    }

    /// Whether the units of a day are others than those of the list: one succeeded another, began or ended by then.
    #[must_use]
    pub fn matters(&self, units: &[Unit]) -> bool {
        !self.to.is_empty() || units.iter().any(|unit| !unit.exists_within(self.date, self.date))
    }

    /// Whether the unit ended by then without a successor.
    #[must_use]
    pub fn is_left_behind(&self, unit: &Unit) -> bool {
        !self.exists(unit) && !self.to.contains_key(&unit.code)
    }

    /// The unit for which figures of a unit count on that day: itself, unless it has a successor.
    #[must_use]
    pub fn unit<'a>(&'a self, code: &'a str) -> &'a str {
        self.to.get(code).map_or(code, String::as_str)
    }

    /// Whether the unit existed on that day.
    #[must_use]
    pub fn exists(&self, unit: &Unit) -> bool {
        unit.exists_within(self.date, self.date) && !self.to.contains_key(&unit.code)
    }

    /// The units that have the parts of a divided unit; `None` if it was not divided.
    #[must_use]
    pub fn parts(&self, code: &str) -> Option<&BTreeSet<String>> {
        self.parts.get(code)
    }
}

/// The units without a successor that a unit became, directly or through others.
fn final_successors(from: &str, next: &BTreeMap<&str, Vec<&Succession>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        let Some(parts) = next.get(at) else {
            found.insert(at.to_owned());
            continue;
        };
        open.extend(parts.iter().map(|part| part.to.as_str()).filter(|to| seen.insert(to)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(from: &str, to: &str, date: &str, is_default: bool, split: bool) -> Succession {
        Succession { from: from.into(), to: to.into(), date: date.parse().expect("a day"), is_default, split }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn figures_follow_the_default_part_and_a_division_names_all_parts() {
        let list = [part("a", "x", "2025-07-01", true, true), part("a", "y", "2025-07-01", false, true)];
        let carry = Carry::new(&list, day("2025-07-01"));
        assert_eq!((carry.unit("a"), carry.unit("b"), carry.steps), ("x", "b", 1));
        assert_eq!(carry.parts("a"), Some(&BTreeSet::from(["x".to_owned(), "y".to_owned()])));
    }

    #[test]
    fn before_the_day_nothing_is_carried() {
        let list = [part("a", "x", "2025-07-01", true, false)];
        assert_eq!(Carry::new(&list, day("2025-06-30")).unit("a"), "a");
    }

    #[test]
    fn successors_of_successors_are_followed_up_to_the_day() {
        let list = [
            part("a", "b", "2020-01-01", true, false),
            part("b", "x", "2025-07-01", true, true),
            part("b", "y", "2025-07-01", false, true),
        ];
        let late = Carry::new(&list, day("2026-01-01"));
        assert_eq!((late.unit("a"), late.steps), ("x", 2));
        assert_eq!(late.parts("a"), late.parts("b"));
        assert_eq!(Carry::new(&list, day("2021-01-01")).unit("a"), "b");
    }
}
