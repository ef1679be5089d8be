//! Declared figures as indicators: those that a file defines, and those that only the data names.

use super::indicator::{Aggregate, Direction, Display, Indicator, Rounding, Rows};
use super::{Definitions, Language, Wording};

/// The table of declared figures.
const TABLE: &str = "declared";

impl Definitions {
    /// The definitions with the figures that units have declared; `Engine::open` calls it. Defined
    /// figures that nobody declared are found by their id only; so are declared ones that no file defines.
    #[must_use]
    pub fn with_declared(mut self, declared: Vec<(String, Aggregate)>) -> Self {
        let is_declared = |indicator: &Indicator| {
            indicator.table != TABLE || declared.iter().any(|(id, _)| indicator.of.contains(&quoted(id)))
        };
        let (listed, unlisted) = std::mem::take(&mut self.indicators).into_iter().partition(is_declared);
        self.indicators = listed;
        self.unlisted = unlisted;
        for (id, aggregate) in declared {
            if !self.all_indicators().any(|known| known.id == id) {
                let mut indicator = undefined(&id, aggregate, &self.wording);
                if let Some(figure) = self.declared.figure(&id) {
                    indicator.name_vi.clone_from(&figure.name_vi);
                    indicator.name_en.clone_from(&figure.name_en);
                    // What the dictionary knows adds up over units; of an unknown figure nobody knows.
                    if aggregate == Aggregate::Value {
                        indicator.aggregate = Aggregate::Sum;
                    }
                }
                self.unlisted.push(indicator);
            }
        }
        self
    }

    /// All indicators, also those that are found by their id only.
    pub fn all_indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.indicators.iter().chain(&self.unlisted)
    }
}

/// A declared figure of which nothing is known but its id.
fn undefined(id: &str, aggregate: Aggregate, wording: &Wording) -> Indicator {
    let (numerator, denominator, unit, meaning) = match aggregate {
        Aggregate::Quotient => ("numerator", "denominator", "rate", "quotient"),
        _ => ("value", "TRUE", "number", "value"),
    };
    // The meaning of an indicator is Vietnamese text, as in definition files.
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
        legal_basis: say("legal_basis"),
        valid_from: None,
        valid_to: None,
        form06: None,
        derived: None,
    }
}

/// A text as SQL quotes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
