//! Which units have sent by a file: those that it is the export of, not those of which a stray row stands in another's.

use std::collections::{BTreeMap, BTreeSet};

use super::merge::ImportedFile;
use cchc_definitions::Covers;

/// The units whose export of dossiers a file is, by code.
pub(super) fn units(file: &ImportedFile) -> BTreeSet<&str> {
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    let mut covered = BTreeSet::new();
    for sheet in file.facts.sheets.iter().filter(|sheet| sheet.table.name == "dossiers") {
        for (unit, count) in &sheet.units {
            *rows.entry(unit).or_default() += count;
        }
        if sheet.covers == Covers::All {
            covered.extend(sheet.units.keys().map(String::as_str));
        }
    }
    covered.extend(main(&rows));
    covered
}

/// The unit that has more than half of the rows; where none has, the file is of all of them.
fn main<'u>(rows: &BTreeMap<&'u str, u64>) -> Vec<&'u str> {
    let sum: u64 = rows.values().sum();
    match rows.iter().find(|(_, count)| **count * 2 > sum) {
        Some((unit, _)) => vec![*unit],
        None => rows.keys().copied().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_row_is_nobodys_export_and_a_file_of_several_units_is_that_of_all() {
        assert_eq!(main(&BTreeMap::from([("a", 40), ("b", 1)])), ["a"]);
        assert_eq!(main(&BTreeMap::from([("a", 4), ("b", 3), ("c", 1)])), ["a", "b", "c"]);
        assert_eq!(main(&BTreeMap::from([("a", 1), ("b", 1)])), ["a", "b"]);
    }
}
