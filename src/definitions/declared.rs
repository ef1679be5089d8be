//! Declared figures as indicators: those that a file defines, and those that only the data names.

use super::Definitions;
use super::indicator::{Aggregate, Direction, Display, Indicator, Rounding, Rows, Zero};

/// The table of declared figures.
const TABLE: &str = "declared";

impl Definitions {
    /// Takes in which figures were declared. Defined ones of which there are none are found by name only; so are those
    /// that no file defines, which keep the id of their file.
    pub fn declare(&mut self, stated: Vec<(String, Aggregate)>) {
        let is_stated = |indicator: &Indicator| {
            indicator.table != TABLE || stated.iter().any(|(id, _)| indicator.of.contains(&quoted(id)))
        };
        let (listed, by_name) = std::mem::take(&mut self.indicators).into_iter().partition(is_stated);
        self.indicators = listed;
        self.by_name = by_name;
        for (id, aggregate) in stated {
            if !self.all_indicators().any(|known| known.id == id) {
                self.by_name.push(undefined(&id, aggregate));
            }
        }
    }

    /// All indicators, also those that are found by name only.
    pub fn all_indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.indicators.iter().chain(&self.by_name)
    }
}

/// A declared figure of which nothing is known but its id.
fn undefined(id: &str, aggregate: Aggregate) -> Indicator {
    let (numerator, denominator, unit, meaning) = match aggregate {
        Aggregate::Quotient => (
            "numerator",
            "denominator",
            "rate",
            "Số liệu đơn vị tự khai: tử số chia mẫu số, chỉ khi khai cả hai; các đơn vị cộng lại là tổng tử số chia tổng mẫu số.",
        ),
        _ => ("value", "TRUE", "number", "Số liệu đơn vị tự khai; các đơn vị không cộng lại với nhau."),
    };
    Indicator {
        file: String::new(),
        id: id.to_owned(),
        group: TABLE.to_owned(),
        name_vi: id.to_owned(),
        name_en: id.to_owned(),
        meaning: meaning.to_owned(),
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
        display: Display {
            digits: 2,
            mode: Rounding::HalfUp,
            reason: "Số liệu khai không kèm cách làm tròn".to_owned(),
        },
        zero: Zero::NotApplicable,
        legal_basis: "Số liệu đơn vị tự khai".to_owned(),
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
