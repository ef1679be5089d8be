//! The figures that files state of a unit and a period, and those that follow from them.

use std::collections::BTreeMap;

/// Figures by measure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatedFigures(BTreeMap<String, f64>);

/// Parts that are added, and parts that are taken away.
type Way = (&'static [&'static str], &'static [&'static str]);

/// A measure that others give where it is not stated: the first way of which all parts are there. A part after the
/// minus is taken away.
const FOLLOWS: [(&str, &[Way]); 10] = [
    (
        "online",
        &[
            (&["full_level_online", "partial_level_online", "other_online"], &[]),
            (&["full_level_online", "not_full_level_online"], &[]),
            (&["full_level_online", "partial_level_online"], &[]),
        ],
    ),
    (
        "direct_post",
        &[
            (&["direct", "post"], &[]),
            (&["received_new"], &["online"]),
            (&["received_total"], &["carried", "online"]),
            (&["direct"], &[]),
        ],
    ),
    ("received_new", &[(&["received_total"], &["carried"]), (&["online", "direct_post"], &[])]),
    ("received_total", &[(&["carried", "received_new"], &[])]),
    ("early_or_on_time", &[(&["early", "on_time"], &[]), (&["resolved"], &["late"])]),
    ("late", &[(&["late_with_apology", "late_without_apology"], &[]), (&["resolved"], &["early_or_on_time"])]),
    ("resolved", &[(&["early_or_on_time", "late"], &[])]),
    ("overdue", &[(&["overdue_with_apology", "overdue_without_apology"], &[]), (&["pending"], &["in_time"])]),
    ("pending", &[(&["in_time", "overdue"], &[])]),
    ("payments_online", &[(&["payments_national"], &[])]),
];

/// Measures follow from measures that follow, so deep at most.
const DEEPEST: usize = 3;

impl StatedFigures {
    /// Figures as they are stated.
    #[must_use]
    pub const fn new(stated: BTreeMap<String, f64>) -> Self {
        Self(stated)
    }

    /// A figure, stated or following from others.
    #[must_use]
    pub fn get(&self, measure: &str) -> Option<f64> {
        self.follow(measure, DEEPEST)
    }

    /// The sum of some.
    #[must_use]
    pub fn sum(&self, measures: &[String]) -> Option<f64> {
        measures.iter().map(|measure| self.get(measure)).sum()
    }

    fn follow(&self, measure: &str, depth: usize) -> Option<f64> {
        if let Some(stated) = self.0.get(measure) {
            return Some(*stated);
        }
        let depth = depth.checked_sub(1)?;
        let (_, ways) = FOLLOWS.iter().find(|(name, _)| *name == measure)?;
        ways.iter().find_map(|(plus, minus)| {
            let sum = |parts: &[&str]| parts.iter().map(|part| self.follow(part, depth)).sum::<Option<f64>>();
            Some(sum(plus)? - sum(minus)?).filter(|value| *value >= 0.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stated_follows_from_what_is() {
        let figures = StatedFigures::new(
            [("received_total", 100.0), ("carried", 10.0), ("full_level_online", 20.0), ("not_full_level_online", 5.0)]
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
        );
        assert_eq!(figures.get("online"), Some(25.0));
        assert_eq!(figures.get("received_new"), Some(90.0));
        assert_eq!(figures.get("direct_post"), Some(65.0));
        assert_eq!(figures.get("early"), None);
    }
}
