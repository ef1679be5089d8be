//! Draws: where each choice falls, one stream of random numbers a draw, on any number of threads.

use super::Model;
use super::chance::{of_draw, uniform};

/// A choice of an index that could as well have been made otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// The weights of criteria or indicators.
    Weights,
    /// How values come onto the common scale.
    Scaling,
    /// How scores become one.
    Aggregation,
    /// How many outliers are winsorised.
    Treatment,
    /// What replaces what is missing.
    Missing,
    /// Which criterion or indicator is left out.
    Exclusion,
    /// Which cases happened to occur: the sampling error of rates.
    Sampling,
}

impl Choice {
    /// The word used in tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Scaling => "scaling",
            Self::Aggregation => "aggregation",
            Self::Treatment => "treatment",
            Self::Missing => "missing",
            Self::Exclusion => "exclusion",
            Self::Sampling => "sampling",
        }
    }
}

/// Where the choices fall: a number from 0 up to 1 for each; others stay as the index makes them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draw {
    at: Vec<(Choice, f64)>,
}

impl Draw {
    /// A draw of these choices.
    #[must_use]
    pub fn new(choices: &[Choice], coordinates: &[f64]) -> Self {
        Self { at: choices.iter().copied().zip(coordinates.iter().copied()).collect() }
    }

    /// Where a choice falls.
    #[must_use]
    pub fn coordinate(&self, choice: Choice) -> Option<f64> {
        self.at.iter().find(|(known, _)| *known == choice).map(|(_, coordinate)| *coordinate)
    }

    /// Which of several ways a choice takes; none where it stays as it is.
    pub(super) fn pick<'o, T>(&self, choice: Choice, options: &'o [T]) -> Option<&'o T> {
        let place = (self.coordinate(choice)? * options.len() as f64) as usize;
        options.get(place.min(options.len().saturating_sub(1)))
    }
}

/// Random draws of all choices of a model: the same for a seed, whatever else is drawn.
#[must_use]
pub fn monte_carlo(model: &dyn Model, seed: u64, draws: u32) -> Vec<Draw> {
    let choices = model.choices();
    let draw = |number: u32| {
        let mut chance = of_draw(seed, u64::from(number));
        Draw::new(&choices, &choices.iter().map(|_| uniform(&mut chance)).collect::<Vec<_>>())
    };
    (0..draws).map(draw).collect()
}

/// The scores under each draw, in the order of the draws whatever the number of threads.
#[must_use]
pub fn tried(model: &dyn Model, draws: &[Draw], threads: usize) -> Vec<Vec<Option<f64>>> {
    let piece = draws.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let running: Vec<_> = draws
            .chunks(piece)
            .map(|draws| scope.spawn(move || draws.iter().map(|draw| model.scores(draw)).collect::<Vec<_>>()))
            .collect();
        let finished = running.into_iter().flat_map(|piece| match piece.join() {
            Ok(scores) => scores,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        finished.collect()
    })
}
