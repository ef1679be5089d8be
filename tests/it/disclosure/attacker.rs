//! The attacker: bounds of every hidden count by linear programming over all that is shown.

use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem};

/// What is known of a set of tables: counts by name, hidden ones as none, and sums between them.
#[derive(Debug, Default, Clone)]
pub struct Known {
    pub counts: BTreeMap<String, Option<f64>>,
    pub sums: Vec<(String, Vec<String>)>,
}

impl Known {
    /// Learns a count; what one table shows, another cannot hide.
    pub fn learn(&mut self, name: &str, count: Option<f64>) {
        let known = self.counts.entry(name.to_owned()).or_default();
        if let (Some(known), Some(count)) = (&known, count) {
            assert!((*known - count).abs() < 1e-9, "{name} is {known} and {count}");
        }
        *known = known.or(count);
    }

    /// Learns that a count is the sum of others, if all of them are counts of the tables.
    pub fn adds_up(&mut self, whole: &str, parts: &[String]) {
        if self.counts.contains_key(whole) && parts.iter().all(|part| self.counts.contains_key(part)) {
            self.sums.push((whole.to_owned(), parts.to_vec()));
        }
    }

    /// The least and the greatest that a count can be.
    pub fn bounds(&self, name: &str) -> (f64, f64) {
        if let Some(count) = self.counts[name] {
            return (count, count);
        }
        let bound = |direction: OptimizationDirection| {
            let mut problem = Problem::new(direction);
            let hidden: BTreeMap<&str, _> = self
                .counts
                .iter()
                .filter(|(_, count)| count.is_none())
                .map(|(one, _)| (one.as_str(), problem.add_var(f64::from(u8::from(one == name)), (0.0, 100_000.0))))
                .collect();
            for (whole, parts) in &self.sums {
                let (mut terms, mut rest) = (Vec::new(), 0.0);
                for (one, sign) in parts.iter().map(|part| (part, 1.0)).chain([(whole, -1.0)]) {
                    match self.counts[one] {
                        Some(count) => rest -= sign * count,
                        None => terms.push((hidden[one.as_str()], sign)),
                    }
                }
                if !terms.is_empty() {
                    problem.add_constraint(terms.as_slice(), ComparisonOp::Eq, rest);
                }
            }
            problem.solve().expect("the truth is a solution").objective()
        };
        (bound(OptimizationDirection::Minimize), bound(OptimizationDirection::Maximize))
    }

    /// The small counts of the truth that can be told to less than `width`.
    pub fn recovered(&self, truth: &Known, below: f64) -> Vec<String> {
        let small = |count: &Option<f64>| count.is_some_and(|count| count > 0.0 && count < below);
        let names = truth.counts.iter().filter(|(_, count)| small(count)).map(|(name, _)| name);
        let found = names.filter_map(|name| {
            let (least, most) = self.bounds(name);
            let truth = truth.counts[name].unwrap_or_default();
            (most - truth < below - 1.0 - 1e-6).then(|| format!("{name} is {truth}, known to be {least} to {most}"))
        });
        found.collect()
    }
}

#[test]
fn the_attacker_finds_a_count_that_was_hidden_alone() {
    let mut known = Known::default();
    for (name, count) in [("late", None), ("early", Some(40.0)), ("all", Some(43.0))] {
        known.learn(name, count);
    }
    known.adds_up("all", &["late".to_owned(), "early".to_owned()]);
    assert_eq!(known.bounds("late"), (3.0, 3.0));
}
