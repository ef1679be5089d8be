//! Reads the sections of an index one by one, naming the place of each fault; and those that every kind of index has.

use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Days;
use super::settings::Ranking;
use crate::{Display, Fault, Rounding, explain};

/// What every kind of index has: id, names, days, legal basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Id, shared by the versions of one index.
    pub id: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Kinds of units that it scores; empty for any.
    pub unit_kinds: Vec<String>,
    /// First day on which it holds.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it holds.
    pub valid_to: Option<NaiveDate>,
    /// The regulation or publication, with the tag of how sure it is.
    pub legal_basis: String,
    /// Anything else that a reader should know.
    pub note: String,
}

impl Head {
    /// Whether this version holds on a day.
    #[must_use]
    pub fn is_valid(&self, day: NaiveDate) -> bool {
        is_within((self.valid_from, self.valid_to), day)
    }
}

/// Whether a day lies within first and last day, both optional.
pub(super) fn is_within((from, to): Days, day: NaiveDate) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

/// Reads the sections of one file and collects their faults.
pub(super) struct SectionReader<'a> {
    pub file: &'a str,
    pub faults: &'a mut Vec<Fault>,
}

impl SectionReader<'_> {
    /// Notes a fault at a key.
    pub fn fault(&mut self, key: impl Into<String>, message: impl Into<String>) {
        self.faults.push(Fault { file: self.file.to_owned(), key: key.into(), message: message.into() });
    }

    /// Reads one section; a fault names it.
    pub fn section<T: DeserializeOwned>(&mut self, key: &str, table: toml::Table) -> Option<T> {
        match T::deserialize(table) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(key, explain(error.message()));
                None
            }
        }
    }

    /// Reads `[rank]`; a share that is none is a fault.
    pub fn ranking(&mut self, table: toml::Table) -> Option<Ranking> {
        let rank = self.section::<Ranking>("rank", table)?;
        if !(0.0..=1.0).contains(&rank.comparable) {
            self.fault("rank.comparable", format!("{} is no share between 0 and 1", rank.comparable));
        }
        Some(rank)
    }

    /// Reads the tables of a list; a fault names the id, or the place in the list where there is none.
    pub fn list<T: DeserializeOwned>(&mut self, key: &str, tables: Vec<toml::Table>) -> Vec<T> {
        let mut read = Vec::with_capacity(tables.len());
        for (at, mut table) in tables.into_iter().enumerate() {
            let id = table.get("id").or_else(|| table.get("code")).and_then(toml::Value::as_str).map(str::to_owned);
            let place = id.unwrap_or_else(|| format!("{key}[{}]", at + 1));
            read.extend(self.section(&place, table.clone()).or_else(|| {
                // Its place in the tree is kept, or the faults that follow from its absence would hide this one.
                table.retain(|key, _| ["id", "parent", "weight", "code", "name", "max"].contains(&key));
                let weighed = T::deserialize(table.clone()).ok();
                table.remove("weight");
                weighed.or_else(|| T::deserialize(table).ok())
            }));
        }
        read
    }

    /// Reads `[index]`.
    pub fn head(&mut self, table: toml::Table) -> Head {
        let raw = self.section::<RawHead>("index", table).unwrap_or_else(|| RawHead::unread(self.file));
        Head {
            valid_from: self.day("index.valid_from", raw.valid_from.as_ref()),
            valid_to: self.day("index.valid_to", raw.valid_to.as_ref()),
            id: raw.id,
            name_vi: raw.name_vi,
            name_en: raw.name_en,
            unit_kinds: raw.unit_kinds,
            legal_basis: raw.legal_basis,
            note: raw.note,
        }
    }

    /// Reads `[display]`: two digits, halves up, where there is none.
    pub fn display(&mut self, table: Option<toml::Table>) -> Display {
        let two_digits = || Display { digits: 2, mode: Rounding::HalfUp, reason: String::new() };
        table.and_then(|table| self.section("display", table)).unwrap_or_else(two_digits)
    }

    /// Reads a day, written as text or as TOML writes days.
    pub fn day(&mut self, key: &str, value: Option<&toml::Value>) -> Option<NaiveDate> {
        let text = match value? {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let day = text.parse().ok();
        if day.is_none() {
            self.fault(key, format!("'{text}' is no day; write \"2020-01-31\""));
        }
        day
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHead {
    id: String,
    name_vi: String,
    name_en: String,
    #[serde(default)]
    unit_kinds: Vec<String>,
    valid_from: Option<toml::Value>,
    valid_to: Option<toml::Value>,
    legal_basis: String,
    #[serde(default)]
    note: String,
}

impl RawHead {
    /// Stands in where `[index]` has a fault, so that the rest of the file is still checked.
    fn unread(file: &str) -> Self {
        Self {
            id: file.to_owned(),
            name_vi: String::new(),
            name_en: String::new(),
            unit_kinds: Vec::new(),
            valid_from: None,
            valid_to: None,
            legal_basis: String::new(),
            note: String::new(),
        }
    }
}
