//! The arithmetic of one row: a figure made of other figures of the same row.

use crate::figures::without_value;
use cchc_definitions::{Derived, Expressed};
use cchc_model::{Measure, Status};

/// The figure of a row, made of its inputs. `then` is the figure of the earlier period of a change, `below` the smallest
/// number of cases that may be shown.
pub(super) fn measure(derived: &Derived, read: &[Measure], then: Option<Measure>, below: u32) -> Measure {
    let estimate = read.iter().chain(&then).any(|one| one.estimate);
    let made = match derived {
        // Of one unit there is no share of units.
        Derived::UnitShare { .. } => Measure::plain(None),
        // Rows without a figure take that of their kind, where all rows are known.
        Derived::UnitMean { .. } | Derived::OfKind { .. } => read.first().copied().unwrap_or(Measure::MISSING),
        Derived::First { .. } => first(read),
        Derived::Ratio { .. } => of_all(read, |values| ratio(values[0], values[1], below)),
        Derived::Formula { formula, .. } => {
            of_all(read, |values| Measure::plain(formula.value(&|at| values.get(at).copied())))
        }
        Derived::Change { expressed, .. } => {
            let both = [read.first().copied().unwrap_or(Measure::MISSING), then.unwrap_or(Measure::MISSING)];
            of_all(&both, |values| match expressed {
                Expressed::Difference => Measure::plain(Some(values[0] - values[1])),
                Expressed::Relative => Measure::ratio(values[0] - values[1], values[1]),
            })
        }
    };
    Measure { estimate, ..made }
}

/// Divides; too few cases below are hidden, as in a ratio of one table.
fn ratio(top: f64, bottom: f64, below: u32) -> Measure {
    if bottom > 0.0 && bottom < f64::from(below) {
        return without_value(Status::Suppressed);
    }
    Measure::ratio(top, bottom)
}

/// The figure made of all values; if one is absent, none, for the gravest reason.
fn of_all(read: &[Measure], made: impl FnOnce(&[f64]) -> Measure) -> Measure {
    let values: Option<Vec<f64>> = read.iter().map(|one| one.value).collect();
    values.map_or_else(
        || without_value(absent(&read.iter().map(|one| one.status).collect::<Vec<_>>())),
        |values| made(&values),
    )
}

/// Why there is no figure: what was not sent weighs most, then what may not be shown, then what does not apply.
pub(super) fn absent(of: &[Status]) -> Status {
    let order = [Status::Missing, Status::Suppressed, Status::NotApplicable];
    order.into_iter().find(|status| of.contains(status)).unwrap_or(Status::NotApplicable)
}

/// The first figure with a value; what is hidden stays hidden. Without any, "nothing to measure" says more than
/// "not sent".
fn first(read: &[Measure]) -> Measure {
    let first = read.iter().find(|one| matches!(one.status, Status::Ok | Status::Suppressed));
    let first = first.or_else(|| read.iter().find(|one| one.status == Status::NotApplicable));
    first.copied().unwrap_or(Measure::MISSING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cchc_definitions::{Against, Sums};

    const NOT_APPLICABLE: Measure = Measure::plain(None);

    fn ratio_of(sums: Sums) -> Derived {
        Derived::Ratio { numerator: "a".to_owned(), denominator: "b".to_owned(), sums }
    }

    fn plain(value: f64) -> Measure {
        Measure::plain(Some(value))
    }

    #[test]
    fn a_ratio_of_tables_divides_values_and_keeps_both() {
        let made = measure(&ratio_of(Sums::Apply), &[plain(3.0), plain(4.0)], None, 0);
        assert_eq!((made.numerator, made.denominator, made.value), (Some(3.0), Some(4.0), Some(0.75)));
        let none = measure(&ratio_of(Sums::Apply), &[plain(3.0), plain(0.0)], None, 0);
        assert_eq!((none.value, none.status), (None, Status::NotApplicable));
    }

    #[test]
    fn too_few_cases_stay_hidden_whatever_is_made_of_them() {
        let few = measure(&ratio_of(Sums::Apply), &[plain(1.0), plain(4.0)], None, 5);
        assert_eq!((few.value, few.numerator, few.status), (None, None, Status::Suppressed));
        let hidden = without_value(Status::Suppressed);
        let first = Derived::First { of: Vec::new() };
        assert_eq!(measure(&first, &[hidden, plain(1.0)], None, 0).status, Status::Suppressed);
        assert_eq!(measure(&ratio_of(Sums::Apply), &[hidden, plain(1.0)], None, 0).status, Status::Suppressed);
    }

    #[test]
    fn what_was_not_sent_outweighs_what_does_not_apply() {
        let made = measure(&ratio_of(Sums::Apply), &[NOT_APPLICABLE, Measure::MISSING], None, 0);
        assert_eq!(made.status, Status::Missing);
        let first = Derived::First { of: Vec::new() };
        assert_eq!(measure(&first, &[Measure::MISSING, NOT_APPLICABLE], None, 0).status, Status::NotApplicable);
        assert_eq!(measure(&first, &[Measure::MISSING, plain(2.0)], None, 0).value, Some(2.0));
    }

    #[test]
    fn a_change_needs_both_periods_and_a_relative_one_something_to_start_from() {
        let change = |expressed| Derived::Change { of: "a".to_owned(), against: Against::Before, expressed };
        assert_eq!(measure(&change(Expressed::Difference), &[plain(5.0)], Some(plain(8.0)), 0).value, Some(-3.0));
        assert_eq!(measure(&change(Expressed::Relative), &[plain(6.0)], Some(plain(8.0)), 0).value, Some(-0.25));
        let from_nothing = measure(&change(Expressed::Relative), &[plain(6.0)], Some(plain(0.0)), 0);
        assert_eq!(from_nothing.status, Status::NotApplicable);
        let unknown = measure(&change(Expressed::Difference), &[plain(6.0)], Some(Measure::MISSING), 0);
        assert_eq!(unknown.status, Status::Missing);
    }
}
