//! Units that are exempt from an item by name: `[[exempt]]` of an index of points.

use serde::Deserialize;

use super::sections::SectionReader;
use crate::did_you_mean;

/// Items that do not apply to some units, whatever their figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Codes of the units.
    pub units: Vec<String>,
    /// Places of the items; of an item with parts all parts are meant.
    pub items: Vec<usize>,
    /// Why, with its source.
    pub reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExemption {
    units: Vec<String>,
    items: Vec<String>,
    reason: String,
}

/// Reads `[[exempt]]`; whether the units exist is checked where units are known.
pub(super) fn exemptions(tables: Vec<toml::Table>, codes: &[&str], reader: &mut SectionReader<'_>) -> Vec<Exemption> {
    let raw: Vec<RawExemption> = reader.list("exempt", tables);
    let mut read = Vec::with_capacity(raw.len());
    for (at, one) in raw.into_iter().enumerate() {
        let key = format!("exempt[{}]", at + 1);
        if one.units.is_empty() || one.items.is_empty() {
            reader.fault(&key, "names no units or no items");
        }
        if one.reason.trim().is_empty() {
            reader.fault(format!("{key}.reason"), "is empty; say why, with the source");
        }
        let mut places = Vec::new();
        for code in &one.items {
            let place = codes.iter().position(|other| other == code);
            if place.is_none() {
                let hint = did_you_mean(code, codes.iter().copied());
                reader.fault(format!("{key}.items"), format!("no item '{code}'{hint}"));
            }
            places.extend(place);
        }
        read.push(Exemption { units: one.units, items: places, reason: one.reason });
    }
    read
}
