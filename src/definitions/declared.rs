//! Declared figures as indicators: those that a file defines, and those that only the data names.

use super::indicator::{Aggregate, Direction, Display, Indicator, Rounding, Rows, Zero};
use super::{Definitions, Language, Wording};

/// The table of declared figures.
const TABLE: &str = "declared";

impl Definitions {
    /// Takes in which figures were declared. Defined ones of which there are none are found by name only; so are those
    /// that no file defines, which keep the id of their file.
    pub fn declare(&mut self, declared: Vec<(String, Aggregate)>) {
        let is_stated = |indicator: &Indicator| {
            indicator.table != TABLE || declared.iter().any(|(id, _)| indicator.of.contains(&quoted(id)))
        };
        let (listed, by_name) = std::mem::take(&mut self.indicators).into_iter().partition(is_stated);
        self.indicators = listed;
        self.by_name = by_name;
        for (id, aggregate) in declared {
            if !self.all_indicators().any(|known| known.id == id) {
                self.by_name.push(undefined(&id, aggregate, &self.wording));
            }
        }
    }

    /// All indicators, also those that are found by name only.
    pub fn all_indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.indicators.iter().chain(&self.by_name)
    }
}

/// A declared figure of which nothing is known but its id.
fn undefined(id: &str, aggregate: Aggregate, wording: &Wording) -> Indicator {
    let (numerator, denominator, unit, meaning) = match aggregate {
        Aggregate::Quotient => ("numerator", "denominator", "rate", "quotient"),
        _ => ("value", "TRUE", "number", "value"),
    };
    // Definitions say what they mean in Vietnamese.
    let say = |key| wording.say(TABLE, key, Language::Vi).to_owned();
    Indicator {
        file: String::new(),
        id: id.to_owned(),
        group: TABLE.to_owned(),
        name_vi: id.to_owned(),
        name_en: id.to_owned(),
        meaning: say(meaning),
        table: TABLE.to_owned(),
        rows: Rows::Received,
        aggregate,
        numerator: numerator.to_owned(),
        per: 1.0,
        denominator: denominator.to_owned(),
        of: format!("indicator = {}", quoted(id)),
        weight: None,
        needs: Vec::new(),
        direction: Direction::None,
        unit: unit.to_owned(),
        display: Display { digits: 2, mode: Rounding::HalfUp, reason: say("rounding") },
        zero: Zero::NotApplicable,
        legal_basis: say("legal_basis"),
        valid_from: None,
        valid_to: None,
        form06: None,
        derived: None,
    }
}

/// A text of SQL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
