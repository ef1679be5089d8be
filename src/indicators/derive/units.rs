//! Sums over units that are made of the units' own figures: shares of units, means of units, and figures added up.

use std::collections::{BTreeMap, BTreeSet};

use super::single::absent;
use crate::figures::{receivers, without_value};
use crate::{By, Children, Measuring};
use cchc_definitions::Derived;
use cchc_model::{Measure, Status, UnitRef};

/// Whose figure a row is: a unit or a sum, and the group where figures are not by unit.
pub(super) type RowOwner = (UnitRef, Option<String>);

/// The figures of several units, added up.
#[derive(Default)]
struct Sum {
    numerator: f64,
    denominator: f64,
    /// How many units have a figure.
    units: usize,
    estimate: bool,
    /// Why the other units have none.
    absent: Vec<Status>,
}

/// Fills the rows of sums, and with children those of units that have units below them.
pub(super) fn fill(
    measuring: &Measuring<'_>,
    children: Children,
    owners: &[RowOwner],
    own: (&[RowOwner], &[Vec<Measure>]),
    derived: &Derived,
    column: &mut [Measure],
) {
    let (units, figures) = own;
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut parents = BTreeSet::new();
    for (row, (unit, _)) in units.iter().enumerate().filter(|(_, (unit, _))| is_counted(unit, derived)) {
        for code in receivers(measuring, Some(&unit.unit_code), unit.kind.as_deref(), By::Unit, children) {
            if code != unit.unit_code {
                parents.insert(code.clone());
            }
            sums.entry(code).or_default().add(derived, figures, row);
        }
    }
    for (measure, (unit, _)) in column.iter_mut().zip(owners) {
        if let Some(sum) = sums.get(&unit.unit_code).filter(|_| parents.contains(&unit.unit_code)) {
            *measure = sum.measure(derived);
        } else if unit.unit_code.starts_with('*') {
            // No unit of the kinds that count.
            *measure = Measure::plain(None);
        }
    }
}

/// Whether a row is a unit of the kinds that the definition counts.
fn is_counted(unit: &UnitRef, derived: &Derived) -> bool {
    let kinds: &[String] = match derived {
        Derived::UnitShare { kinds, .. } | Derived::UnitMean { kinds, .. } => kinds,
        _ => &[],
    };
    !unit.unit_code.starts_with('*')
        && (kinds.is_empty() || unit.kind.as_ref().is_some_and(|kind| kinds.contains(kind)))
}

impl Sum {
    fn add(&mut self, derived: &Derived, figures: &[Vec<Measure>], row: usize) {
        let read: Vec<Measure> = figures.iter().map(|column| column[row]).collect();
        let Some((numerator, denominator)) = contribution(derived, &read) else {
            self.absent.push(absent(&read.iter().map(|one| one.status).collect::<Vec<_>>()));
            return;
        };
        self.numerator += numerator;
        self.denominator += denominator;
        self.units += 1;
        self.estimate |= read.iter().any(|one| one.estimate);
    }

    fn measure(&self, derived: &Derived) -> Measure {
        if self.units == 0 {
            return without_value(absent(&self.absent));
        }
        let made = match derived {
            Derived::Formula { .. } => Measure::plain(Some(self.numerator)),
            _ => Measure::ratio(self.numerator, self.denominator),
        };
        Measure { estimate: self.estimate, ..made }
    }
}

/// What one unit adds to numerator and denominator; nothing if it has no figure.
fn contribution(derived: &Derived, read: &[Measure]) -> Option<(f64, f64)> {
    let figure = read.first()?;
    let value = figure.value?;
    Some(match derived {
        Derived::UnitShare { bounds, .. } => (f64::from(u8::from(bounds.contain(value))), 1.0),
        Derived::UnitMean { weights: Some(_), .. } => {
            let weight = read.get(1)?.value.filter(|weight| *weight >= 0.0)?;
            (value * weight, weight)
        }
        Derived::Ratio { .. } => (figure.numerator?, figure.denominator?),
        _ => (value, 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cchc_definitions::Bounds;

    fn plain(value: f64) -> Measure {
        Measure::plain(Some(value))
    }

    fn over(derived: &Derived, figures: &[Vec<Measure>]) -> Measure {
        let mut sum = Sum::default();
        for row in 0..figures[0].len() {
            sum.add(derived, figures, row);
        }
        sum.measure(derived)
    }

    fn share(at_most: f64) -> Derived {
        let bounds = Bounds { at_most: Some(at_most), ..Bounds::default() };
        Derived::UnitShare { of: "late_rate".to_owned(), bounds, kinds: Vec::new() }
    }

    #[test]
    fn units_without_a_figure_stand_outside_a_share_of_units() {
        let figures = vec![vec![plain(0.0), plain(0.2), Measure::plain(None), Measure::MISSING, plain(0.0)]];
        let made = over(&share(0.0), &figures);
        assert_eq!((made.numerator, made.denominator, made.value), (Some(2.0), Some(3.0), Some(2.0 / 3.0)));
    }

    #[test]
    fn a_share_of_units_without_any_figure_is_none() {
        let nothing = over(&share(0.0), &[vec![Measure::plain(None)]]);
        assert_eq!((nothing.value, nothing.status), (None, Status::NotApplicable));
        let hidden = over(&share(0.0), &[vec![without_value(Status::Suppressed), Measure::plain(None)]]);
        assert_eq!(hidden.status, Status::Suppressed);
    }

    #[test]
    fn a_mean_of_units_weighs_them_and_needs_both_figures() {
        let mean = |weights: Option<&str>| Derived::UnitMean {
            of: "a".to_owned(),
            weights: weights.map(str::to_owned),
            kinds: Vec::new(),
        };
        let figures = vec![vec![plain(0.9), plain(0.5), plain(0.1)], vec![plain(10.0), plain(30.0), Measure::MISSING]];
        let made = over(&mean(Some("b")), &figures);
        // (0,9 × 10 + 0,5 × 30) / 40
        assert_eq!((made.numerator, made.denominator, made.value), (Some(24.0), Some(40.0), Some(0.6)));
        let plainly = over(&mean(None), &figures[..1]);
        assert!(plainly.value.is_some_and(|value| (value - 0.5).abs() < 1e-15));
    }
}
