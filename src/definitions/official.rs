//! Reads the official lists of administrative units and the crosswalk between them from `units/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

use super::files::Files;
use super::{Fault, parse_toml};
use cchc_model::fold_name;

const FILE: &str = "units/official.toml";

/// Most faults that are named of one file.
const MOST_FAULTS: usize = 20;

/// All official lists, and the crosswalks between them.
#[derive(Debug, Clone, Default)]
pub struct OfficialUnits {
    /// The structures of the country, by year.
    pub structures: Vec<Structure>,
    /// Which unit became which.
    pub crosswalks: Vec<Crosswalk>,
    /// The words before a name: Phường, Xã …
    pub types: Vec<UnitType>,
    /// How exports write a unit.
    pub spellings: Spellings,
}

/// One list of the country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    /// The year by which people name it.
    pub year: u16,
    /// First day, if the list is of units made on one day.
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// Its units in the order of the file.
    pub units: Vec<OfficialUnit>,
}

/// One unit of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialUnit {
    /// Official code, such as `16690`.
    pub code: String,
    /// Type and name: `Phường Hưng Dũng`.
    pub full_name: String,
    /// `province`, `district`, `commune`.
    pub level: String,
    /// Official code of the unit above; empty for a province.
    pub parent_code: String,
}

/// What the units of one list became on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crosswalk {
    /// Year of the old structure.
    pub from: u16,
    /// Year of the new structure.
    pub to: u16,
    /// First day of the new one.
    pub date: NaiveDate,
    /// One row for each part of an old unit.
    pub rows: Vec<CrosswalkRow>,
}

/// One part of an old unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrosswalkRow {
    /// Official code in the old list.
    pub old: String,
    /// Official code in the new list.
    pub new: String,
    /// Whether the old unit was divided.
    pub split: bool,
    /// Whether this part holds the old centre; exactly one part does.
    pub is_default: bool,
}

/// A word before a unit's name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitType {
    /// `Phường`.
    pub word: String,
    /// `P.`
    pub short: String,
}

/// Patterns of names, with `{Type}`, `{type}`, `{short}`, `{name}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spellings {
    /// The unit alone.
    pub unit: Vec<String>,
    /// Without its type; never used for names that are numbers.
    pub bare: Vec<String>,
    /// The unit above, written after the unit.
    pub parent: Vec<String>,
    /// The unit above that one.
    pub grandparent: Vec<String>,
    /// Levels whose official code is a spelling too.
    pub coded: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOfficial {
    structure: Vec<RawStructure>,
    #[serde(default)]
    crosswalk: Vec<RawCrosswalk>,
    r#type: Vec<UnitType>,
    spellings: Spellings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStructure {
    year: u16,
    file: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCrosswalk {
    file: String,
    from: u16,
    to: u16,
    date: String,
    #[serde(default)]
    renumbered: BTreeMap<String, String>,
}

impl OfficialUnits {
    /// Loads the embedded lists, overlaid by `overlay/queries/units`.
    ///
    /// # Errors
    /// All faults found in any of the files.
    pub fn load(overlay: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let files = Files::load(overlay, &mut faults);
        let text = files.get(FILE).unwrap_or_default();
        let loaded = parse_toml::<RawOfficial>(FILE, text, &mut faults).map(|raw| checked(raw, &files, &mut faults));
        match loaded {
            Some(loaded) if faults.is_empty() => Ok(loaded),
            _ => {
                faults.sort();
                Err(faults)
            }
        }
    }

    /// The structure that people name by a year.
    #[must_use]
    pub fn structure(&self, year: u16) -> Option<&Structure> {
        self.structures.iter().find(|structure| structure.year == year)
    }

    /// The type of a unit and its name without it: (`Phường`, `Hưng Dũng`).
    #[must_use]
    pub fn typed<'a>(&'a self, full_name: &'a str) -> Option<(&'a UnitType, &'a str)> {
        self.types.iter().find_map(|kind| {
            let (head, name) = full_name.split_at_checked(kind.word.len())?;
            let same = head.to_lowercase() == kind.word.to_lowercase();
            (same && name.starts_with(' ')).then(|| (kind, name.trim()))
        })
    }
}

fn checked(raw: RawOfficial, files: &Files, faults: &mut Vec<Fault>) -> OfficialUnits {
    let mut official =
        OfficialUnits { types: raw.r#type, spellings: raw.spellings, structures: Vec::new(), crosswalks: Vec::new() };
    for structure in raw.structure {
        let day = |key: &str, text: &Option<String>, faults: &mut Vec<Fault>| {
            text.as_ref().and_then(|text| day(key, text, faults))
        };
        let mut found = Vec::new();
        let units = list(&structure.file, files, &official, &mut found);
        faults.extend(first_faults(found));
        official.structures.push(Structure {
            year: structure.year,
            valid_from: day("structure.valid_from", &structure.valid_from, faults),
            valid_to: day("structure.valid_to", &structure.valid_to, faults),
            units,
        });
    }
    for crosswalk in raw.crosswalk {
        let Some(date) = day("crosswalk.date", &crosswalk.date, faults) else { continue };
        let (Some(from), Some(to)) = (official.structure(crosswalk.from), official.structure(crosswalk.to)) else {
            faults.push(fault(FILE, "crosswalk", format!("no structure of {} or of {}", crosswalk.from, crosswalk.to)));
            continue;
        };
        let mut found = Vec::new();
        let rows = crosswalk_rows(&crosswalk, files, from, to, &mut found);
        faults.extend(first_faults(found));
        official.crosswalks.push(Crosswalk { from: crosswalk.from, to: crosswalk.to, date, rows });
    }
    official
}

fn day(key: &str, text: &str, faults: &mut Vec<Fault>) -> Option<NaiveDate> {
    let day = text.parse().ok();
    if day.is_none() {
        faults.push(fault(FILE, key, format!("'{text}' is no day; write 2025-07-01")));
    }
    day
}

/// A wrong list has faults in thousands of rows: the first ones are enough to mend it.
fn first_faults(mut faults: Vec<Fault>) -> Vec<Fault> {
    let more = faults.len().saturating_sub(MOST_FAULTS);
    if more > 0 {
        faults.truncate(MOST_FAULTS);
        let file = faults[0].file.clone();
        faults.push(fault(&file, "more", format!("{more} more faults of this file")));
    }
    faults
}

fn fault(file: &str, key: &str, message: String) -> Fault {
    Fault { file: file.to_owned(), key: key.to_owned(), message }
}

/// The rows of a CSV file of `units/`, as the cells of the wanted columns, with their line numbers.
fn rows(path: &str, columns: &[&str], files: &Files, faults: &mut Vec<Fault>) -> Vec<(usize, Vec<String>)> {
    let Some(text) = files.get(path) else {
        faults.push(fault(path, "", "is not there".to_owned()));
        return Vec::new();
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headings = reader.headers().cloned().unwrap_or_default();
    let place = |column: &str| headings.iter().position(|heading| heading.trim_start_matches('\u{feff}') == column);
    let places: Vec<Option<usize>> = columns.iter().map(|column| place(column)).collect();
    for (column, _) in columns.iter().zip(&places).filter(|(_, place)| place.is_none()) {
        faults.push(fault(path, "line 1", format!("no column '{column}'")));
    }
    let Some(places) = places.into_iter().collect::<Option<Vec<usize>>>() else { return Vec::new() };
    let mut found = Vec::new();
    for (position, record) in reader.records().enumerate() {
        match record {
            Ok(record) => {
                let cells = places.iter().map(|place| record.get(*place).unwrap_or_default().to_owned());
                found.push((position + 2, cells.collect()));
            }
            Err(error) => faults.push(fault(path, &format!("line {}", position + 2), error.to_string())),
        }
    }
    found
}

fn list(file: &str, files: &Files, official: &OfficialUnits, faults: &mut Vec<Fault>) -> Vec<OfficialUnit> {
    let path = format!("units/{file}");
    let mut units = Vec::new();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for (line, cells) in rows(&path, &["code", "full_name", "level", "parent_code"], files, faults) {
        let Ok([code, full_name, level, parent_code]) = <[String; 4]>::try_from(cells) else { continue };
        let mut wrong = |message: String| faults.push(fault(&path, &format!("line {line}"), message));
        if let Some(other) = lines.insert(code.clone(), line) {
            wrong(format!("code '{code}' stands in line {other} already; codes are text, leading zeros count"));
        }
        if official.typed(&full_name).is_none() {
            wrong(format!("'{full_name}' begins with no [[type]] of {FILE}"));
        }
        units.push(OfficialUnit { code, full_name, level, parent_code });
    }
    for unit in units.iter().filter(|unit| !unit.parent_code.is_empty()) {
        if !lines.contains_key(&unit.parent_code) {
            let line = format!("line {}", lines.get(&unit.code).copied().unwrap_or_default());
            faults.push(fault(&path, &line, format!("no unit has the code '{}' of its parent", unit.parent_code)));
        }
    }
    units
}

fn crosswalk_rows(
    crosswalk: &RawCrosswalk,
    files: &Files,
    from: &Structure,
    to: &Structure,
    faults: &mut Vec<Fault>,
) -> Vec<CrosswalkRow> {
    let path = format!("units/{}", crosswalk.file);
    let codes = |of: &Structure| of.units.iter().map(|unit| unit.code.clone()).collect::<BTreeSet<String>>();
    let (old_codes, new_codes) = (codes(from), codes(to));
    let mut defaults: BTreeMap<String, usize> = BTreeMap::new();
    let mut parts = Vec::new();
    for (line, cells) in rows(&path, &["old_code", "new_code", "split", "is_default"], files, faults) {
        let Ok([old, new, split, is_default]) = <[String; 4]>::try_from(cells) else { continue };
        let new = crosswalk.renumbered.get(&new).cloned().unwrap_or(new);
        let mut wrong = |message: String| faults.push(fault(&path, &format!("line {line}"), message));
        for (code, known, year) in [(&old, &old_codes, crosswalk.from), (&new, &new_codes, crosswalk.to)] {
            if !known.contains(code) {
                wrong(format!("no unit of {year} has the code '{code}'"));
            }
        }
        let is_default = is_default == "1";
        *defaults.entry(old.clone()).or_default() += usize::from(is_default);
        parts.push(CrosswalkRow { old, new, split: split == "1", is_default });
    }
    for (code, count) in defaults.iter().filter(|(_, count)| **count != 1) {
        faults.push(fault(&path, code, format!("{count} parts are the default; exactly one must be")));
    }
    parts
}

/// Whether a name is a number, which means nothing without its type: `1`, `15`.
#[must_use]
pub fn is_number(name: &str) -> bool {
    fold_name(name).chars().all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_country_loads_in_both_structures() {
        let official = OfficialUnits::load(None).expect("the shipped lists have no fault");
        let count = |year: u16, level: &str| {
            let units = &official.structure(year).expect("a list of that year").units;
            units.iter().filter(|unit| unit.level == level).count()
        };
        assert_eq!([count(2024, "province"), count(2024, "district"), count(2024, "commune")], [63, 696, 10_035]);
        assert_eq!([count(2026, "province"), count(2026, "district"), count(2026, "commune")], [34, 0, 3_321]);
    }

    #[test]
    fn the_crosswalk_reaches_every_new_commune_and_leaves_no_old_one_behind() {
        let official = OfficialUnits::load(None).expect("the shipped lists have no fault");
        let walk = &official.crosswalks[0];
        assert_eq!(walk.rows.len(), 10_602);
        let old: BTreeSet<&str> = walk.rows.iter().map(|row| row.old.as_str()).collect();
        let split: BTreeSet<&str> = walk.rows.iter().filter(|row| row.split).map(|row| row.old.as_str()).collect();
        assert_eq!((old.len(), split.len()), (10_035 + 5, 471));
        let communes = |year: u16| {
            let units = &official.structure(year).expect("a list of that year").units;
            units.iter().filter(|unit| unit.level == "commune").map(|unit| unit.code.as_str()).collect::<BTreeSet<_>>()
        };
        let reached: BTreeSet<&str> = walk.rows.iter().map(|row| row.new.as_str()).collect();
        assert_eq!(reached, communes(2026));
        assert!(communes(2024).is_subset(&old));
        // Divided is what has several parts, and nothing else.
        let parts = |code: &str| walk.rows.iter().filter(|row| row.old == code).count();
        assert!(walk.rows.iter().filter(|row| row.split).all(|row| parts(&row.old) > 1));
    }

    #[test]
    fn a_type_is_separated_from_its_name_whatever_the_case() {
        let official = OfficialUnits::load(None).expect("the shipped lists have no fault");
        let typed = |name: &'static str| official.typed(name).map(|(kind, name)| (kind.word.as_str(), name));
        assert_eq!(typed("xã Bắc Sơn"), Some(("Xã", "Bắc Sơn")));
        assert_eq!(typed("Thị xã Hồng Lĩnh"), Some(("Thị xã", "Hồng Lĩnh")));
        assert_eq!(typed("Phường 1"), Some(("Phường", "1")));
        assert_eq!(typed("Phườngg"), None);
        assert!(is_number("12") && !is_number("B'Lao"));
    }
}
