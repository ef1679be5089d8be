//! Patterns that flatter figures, counted unit by unit: from how many cases and from which share on a question is asked.

use std::collections::BTreeMap;

/// A case that a rule has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Code of the unit.
    pub unit: String,
    /// Code of the dossier, rating or declared figure.
    pub code: String,
    /// Whether it shows the pattern; none where what is known does not tell.
    pub asked: Option<bool>,
}

/// What a rule found of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Cases that show the pattern.
    pub count: u64,
    /// Cases of which it is known.
    pub of: u64,
    /// Cases of which it is not known.
    pub unknown: u64,
    /// Codes of the first cases that show it, in order.
    pub examples: Vec<String>,
}

impl Found {
    /// Whether it is worth a question.
    #[must_use]
    pub fn is_asked(&self, threshold: f64, fewest: u32) -> bool {
        self.count >= u64::from(fewest) && self.count as f64 >= threshold * self.of as f64 - 1e-9
    }
}

/// Codes that a question names.
const MOST_EXAMPLES: usize = 5;

/// Counts cases by unit.
///
/// ```
/// use cchc_insight::{Case, counted};
/// let case = |code: &str, asked| Case { unit: "A".into(), code: code.into(), asked };
/// let found = counted([case("3", Some(true)), case("1", Some(true)), case("2", Some(false)), case("4", None)]);
/// assert_eq!((found["A"].count, found["A"].of, found["A"].unknown), (2, 3, 1));
/// assert_eq!(found["A"].examples, ["1", "3"]);
/// assert!(found["A"].is_asked(0.5, 2) && !found["A"].is_asked(0.5, 3) && !found["A"].is_asked(0.7, 2));
/// ```
#[must_use]
pub fn counted(cases: impl IntoIterator<Item = Case>) -> BTreeMap<String, Found> {
    let mut units: BTreeMap<String, Found> = BTreeMap::new();
    for case in cases {
        let found = units.entry(case.unit).or_default();
        match case.asked {
            None => found.unknown += 1,
            Some(asked) => {
                found.of += 1;
                if asked {
                    found.count += 1;
                    let place = found.examples.partition_point(|known| *known < case.code);
                    if place < MOST_EXAMPLES {
                        found.examples.insert(place, case.code);
                        found.examples.truncate(MOST_EXAMPLES);
                    }
                }
            }
        }
    }
    units
}
