//! Points by steps: the first whose conditions on figures all hold.

use cchc_definitions::Step;
use cchc_model::Measure;

use super::{Computed, Figures, known};

/// The points of the first step that fits a unit. A condition on a figure that was not sent, or that has nothing to
/// measure, stops the search, unless another condition of the step fails.
pub(super) fn step_points(steps: &[Step], figures: &Figures, unit: usize) -> Computed {
    for step in steps {
        if !step.kinds.is_empty() && !step.kinds.contains(&figures.kinds[unit]) {
            continue;
        }
        let (mut fails, mut is_zero, mut is_unknown) = (false, false, false);
        for condition in &step.when {
            let measure = condition.indicator().and_then(|id| figures.now.get(id)).and_then(|column| column.get(unit));
            match known(measure.unwrap_or(&Measure::MISSING)) {
                Ok(value) => fails |= condition.holds(Some(value)) != Some(true),
                Err(Computed::Zero) => is_zero = true,
                Err(_) => is_unknown = true,
            }
        }
        match (fails, is_unknown, is_zero) {
            (true, ..) => {}
            (_, true, _) => return Computed::Missing,
            (_, _, true) => return Computed::Zero,
            _ => return Computed::Points(step.points),
        }
    }
    Computed::Missing
}
