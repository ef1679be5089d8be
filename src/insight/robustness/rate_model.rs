//! Ranks by one rate, whose only choice is which cases happened to occur.

use super::chance::{of_coordinate, sampled_rate};
use super::{Choice, Counts, Draw, Model};

/// A rate of each unit with its counts, if it has any.
#[derive(Debug, Clone, Default)]
pub struct RateModel {
    /// Value and counts of each unit.
    pub rates: Vec<(Option<f64>, Option<Counts>)>,
}

impl Model for RateModel {
    fn choices(&self) -> Vec<Choice> {
        let has_counts = self.rates.iter().any(|(_, counts)| counts.is_some());
        if has_counts { vec![Choice::Sampling] } else { Vec::new() }
    }

    fn scores(&self, draw: &Draw) -> Vec<Option<f64>> {
        let Some(at) = draw.coordinate(Choice::Sampling) else {
            return self.rates.iter().map(|(value, _)| *value).collect();
        };
        let mut chance = of_coordinate(at, 0);
        let drawn = |(value, counts): &(Option<f64>, Option<Counts>)| {
            let drawn = counts.and_then(|counts| sampled_rate(counts, &mut chance));
            value.and(drawn.or(*value))
        };
        self.rates.iter().map(drawn).collect()
    }
}
