//! Writes how an indicator is computed, for those who want to check it.

use cchc_definitions::{Aggregate, Indicator};

/// The formula of an indicator: its parts as its definition gives them, in the functions of SQL.
#[must_use]
pub fn formula(indicator: &Indicator) -> String {
    match indicator.aggregate {
        Aggregate::Ratio => format!("({}) / ({})", indicator.numerator, indicator.denominator),
        Aggregate::Count => format!("COUNT({})", indicator.numerator),
        Aggregate::Quotient => format!("SUM({}) / SUM({})", indicator.numerator, indicator.denominator),
        Aggregate::Sum => format!("SUM({})", indicator.numerator),
        Aggregate::Derived if !indicator.denominator.is_empty() => {
            format!("({}) / ({})", indicator.numerator, indicator.denominator)
        }
        Aggregate::Value | Aggregate::Derived => indicator.numerator.clone(),
        Aggregate::Mean => format!("SUM({0}) / COUNT({0})", indicator.numerator),
        Aggregate::Percentile(share) => format!("PERCENTILE_CONT({share}) ({})", indicator.numerator),
    }
}
