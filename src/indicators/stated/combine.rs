//! Puts counts of parts of a period together: what flows adds up, what is carried over comes from the first part, what
//! is pending from the last.

use chrono::{Days, NaiveDate};

use super::StatedFigures;
use super::choose::Chosen;

/// Measures of the first day of a period.
const AT_START: [&str; 1] = ["carried"];
/// Measures of its last day.
const AT_END: [&str; 6] =
    ["pending", "in_time", "overdue", "overdue_with_apology", "overdue_without_apology", "closing"];
/// What was carried over stands in it, so it does not add up.
const TOTAL: &str = "received_total";

/// What the counts of a unit say of a period.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Combined {
    /// Figures, from one statement of the whole period or from parts of it.
    Figures(StatedFigures),
    /// Some parts are there, but not those of these days.
    Gap((NaiveDate, NaiveDate)),
    /// Nothing within the period.
    Nothing,
}

/// The figures of the days `from` to `to`.
pub(super) fn over(chosen: &Chosen, (from, to): (NaiveDate, NaiveDate)) -> Combined {
    if let Some(whole) = chosen.get(&(from, to)) {
        return Combined::Figures(StatedFigures::new(whole.clone()));
    }
    // The widest part that begins on the next day each time: months before weeks.
    let (mut parts, mut next) = (Vec::new(), from);
    while next <= to {
        let widest = chosen.iter().rfind(|((first, last), _)| *first == next && *last <= to);
        let Some(((_, last), figures)) = widest else { break };
        parts.push(figures);
        next = *last + Days::new(1);
    }
    if next > to {
        return Combined::Figures(added(&parts));
    }
    let later = chosen.keys().filter(|(first, last)| *first > next && *last <= to).map(|(first, _)| *first).min();
    if parts.is_empty() && later.is_none() {
        return Combined::Nothing;
    }
    Combined::Gap((next, later.map_or(to, |first| first - Days::new(1))))
}

fn added(parts: &[&std::collections::BTreeMap<String, f64>]) -> StatedFigures {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return StatedFigures::default() };
    let mut sums = std::collections::BTreeMap::new();
    for measure in first.keys() {
        let values = || parts.iter().map(|part| part.get(measure).copied());
        let sum = match measure.as_str() {
            TOTAL => None,
            // Shares are computed from what they are of.
            share if share.ends_with("_pct") || share.ends_with("_met") => None,
            start if AT_START.contains(&start) => first.get(measure).copied(),
            end if AT_END.contains(&end) => last.get(measure).copied(),
            _ => values().sum::<Option<f64>>(),
        };
        if let Some(sum) = sum {
            sums.insert(measure.clone(), sum);
        }
    }
    let received: Option<f64> =
        parts.iter().map(|part| StatedFigures::new((*part).clone()).get("received_new")).sum::<Option<f64>>();
    if let (Some(received), Some(carried)) = (received, first.get("carried")) {
        sums.insert("received_new".to_owned(), received);
        sums.insert(TOTAL.to_owned(), received + carried);
    }
    StatedFigures::new(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(month: u32) -> (NaiveDate, NaiveDate) {
        let first = |month| NaiveDate::from_ymd_opt(2020, month, 1).expect("a month");
        (first(month), first(month + 1) - Days::new(1))
    }

    fn chosen(months: &[u32]) -> Chosen {
        let of = |month: &u32| {
            let figures = [("carried", 10.0), ("received_total", 15.0), ("resolved", 3.0), ("pending", 12.0)];
            let figures = figures.map(|(name, value)| (name.to_owned(), value + f64::from(*month)));
            (self::month(*month), figures.into())
        };
        months.iter().map(of).collect()
    }

    #[test]
    fn three_months_make_a_quarter() {
        let quarter = (month(1).0, month(3).1);
        let Combined::Figures(figures) = over(&chosen(&[1, 2, 3]), quarter) else { panic!("they cover it") };
        // Carried over in January, 5 received each month, resolved 4 + 5 + 6, pending in March.
        let expected = [("carried", 11.0), ("received_new", 15.0), ("received_total", 26.0), ("resolved", 15.0)];
        for (measure, value) in expected {
            assert_eq!(figures.get(measure), Some(value), "{measure}");
        }
        assert_eq!(figures.get("pending"), Some(15.0));
    }

    #[test]
    fn a_month_that_is_missing_leaves_no_quarter() {
        let quarter = (month(1).0, month(3).1);
        assert_eq!(over(&chosen(&[1, 3]), quarter), Combined::Gap(month(2)));
        assert_eq!(over(&chosen(&[2, 3]), quarter), Combined::Gap(month(1)));
        assert_eq!(over(&chosen(&[4]), quarter), Combined::Nothing);
    }
}
