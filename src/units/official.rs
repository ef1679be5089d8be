//! Makes the units of a province, old and new, and the successions between them from the official lists.

use std::collections::{BTreeMap, BTreeSet};

use super::book::UnitBook;
use cchc_definitions::{OfficialUnit, OfficialUnits, Structure, UnitType, did_you_mean, is_number};
use cchc_model::{Succession, Unit, fold_name};

/// Whether the units of the other structure come along, with the crosswalk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// Both structures and the successions between them.
    With,
    /// The units of one structure alone.
    Without,
}

/// What cannot be made from the official lists.
#[derive(Debug, thiserror::Error)]
pub enum OfficialError {
    /// No list of that year.
    #[error("no list of units for {year}; there are lists for {known}")]
    Year {
        /// The requested year.
        year: u16,
        /// The years that there are.
        known: String,
    },
    /// No such province.
    #[error("no province '{province}' in the list of {year}{hint}")]
    Province {
        /// The requested province.
        province: String,
        /// Year of the list.
        year: u16,
        /// The nearest name.
        hint: String,
    },
}

/// The units of a province (by official code or name; of the whole country without one) as they are in the structure
/// of a year, and with history those of the other structures that became them or that they became.
///
/// A unit's code is the path of official codes from its province: `40`, `40.412`, `40.412.16690` in the old structure,
/// `40.16690` in the new. A province whose code another one took over carries its year: `82-2024`.
///
/// # Errors
/// There is no list of that year, or no such province in it.
pub fn official_units(
    official: &OfficialUnits,
    province: Option<&str>,
    year: u16,
    history: History,
) -> Result<UnitBook, OfficialError> {
    let structure = structure_of(official, year)?;
    let root = province.map(|province| root_of(official, structure, province)).transpose()?;
    Ok(Country::of(official).book(structure, root, history))
}

/// The workspace's code of a province, by its official code or name in the structure of a year.
///
/// # Errors
/// There is no list of that year, or no such province in it.
pub fn province_code(official: &OfficialUnits, province: &str, year: u16) -> Result<String, OfficialError> {
    let root = root_of(official, structure_of(official, year)?, province)?;
    Ok(Country::of(official).code(year, root))
}

fn structure_of(official: &OfficialUnits, year: u16) -> Result<&Structure, OfficialError> {
    official.structure(year).ok_or_else(|| OfficialError::Year {
        year,
        known: official.structures.iter().map(|one| one.year.to_string()).collect::<Vec<_>>().join(", "),
    })
}

fn root_of<'a>(official: &OfficialUnits, structure: &'a Structure, province: &str) -> Result<&'a str, OfficialError> {
    let roots = || structure.units.iter().filter(|unit| unit.parent_code.is_empty());
    let wanted = fold_name(province);
    let has_name = |unit: &&OfficialUnit| {
        let name = official.typed(&unit.full_name).map_or("", |(_, name)| name);
        unit.code == province.trim() || fold_name(&unit.full_name) == wanted || fold_name(name) == wanted
    };
    roots().find(has_name).map(|unit| unit.code.as_str()).ok_or_else(|| OfficialError::Province {
        province: province.to_owned(),
        year: structure.year,
        hint: did_you_mean(province, roots().filter_map(|unit| Some(official.typed(&unit.full_name)?.1))),
    })
}

/// All structures, with their units by year and code.
struct Country<'a> {
    official: &'a OfficialUnits,
    by_code: BTreeMap<(u16, &'a str), &'a OfficialUnit>,
}

impl<'a> Country<'a> {
    fn of(official: &'a OfficialUnits) -> Self {
        let by_code = official
            .structures
            .iter()
            .flat_map(|of| of.units.iter().map(|unit| ((of.year, unit.code.as_str()), unit)))
            .collect();
        Self { official, by_code }
    }

    /// The units below a province, or all.
    fn book(&self, structure: &'a Structure, root: Option<&str>, history: History) -> UnitBook {
        let year = structure.year;
        let own = structure.units.iter().map(|unit| unit.code.as_str());
        let own = own.filter(|code| root.is_none_or(|root| self.path(year, code).first() == Some(&root)));
        let mut chosen = BTreeMap::from([(year, own.collect())]);
        let successions = if history == History::With { self.follow(&mut chosen) } else { Vec::new() };
        UnitBook { units: self.units(&chosen, year), successions }
    }

    fn unit(&self, year: u16, code: &str) -> Option<&'a OfficialUnit> {
        self.by_code.get(&(year, code)).copied()
    }

    /// Official codes from the province down to the unit.
    fn path(&self, year: u16, code: &'a str) -> Vec<&'a str> {
        let mut path = vec![code];
        let mut at = self.unit(year, code);
        while let Some(above) = at.filter(|unit| !unit.parent_code.is_empty() && path.len() < 9) {
            path.insert(0, &above.parent_code);
            at = self.unit(year, &above.parent_code);
        }
        path
    }

    /// Adds the units that became the chosen ones, those that they became, and all units above; returns the successions.
    fn follow(&self, chosen: &mut BTreeMap<u16, BTreeSet<&'a str>>) -> Vec<Succession> {
        let mut successions = BTreeSet::new();
        for crosswalk in &self.official.crosswalks {
            let has = |year: u16, code: &str| chosen.get(&year).is_some_and(|codes| codes.contains(code));
            let rows = crosswalk.rows.iter().filter(|row| has(crosswalk.from, &row.old) || has(crosswalk.to, &row.new));
            // All parts of a divided unit come along, even those outside the province.
            let old: BTreeSet<&str> = rows.map(|row| row.old.as_str()).collect();
            let rows: Vec<_> = crosswalk.rows.iter().filter(|row| old.contains(row.old.as_str())).collect();
            for row in &rows {
                chosen.entry(crosswalk.from).or_default().extend(self.path(crosswalk.from, &row.old));
                chosen.entry(crosswalk.to).or_default().extend(self.path(crosswalk.to, &row.new));
                successions.insert(Succession {
                    from: self.code(crosswalk.from, &row.old),
                    to: self.code(crosswalk.to, &row.new),
                    date: crosswalk.date,
                    is_default: row.is_default,
                    split: row.split,
                });
            }
            // A province went as a whole into the one that holds all its communes.
            let mut into: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for row in &rows {
                let top = |year, code| self.path(year, code)[0];
                into.entry(top(crosswalk.from, &row.old)).or_default().insert(top(crosswalk.to, &row.new));
            }
            for (old, new) in into {
                let (from, Some(to)) = (self.code(crosswalk.from, old), new.first()) else { continue };
                let to = self.code(crosswalk.to, to);
                if new.len() == 1 && from != to {
                    successions.insert(Succession { from, to, date: crosswalk.date, is_default: true, split: false });
                }
            }
        }
        successions.into_iter().collect()
    }

    /// The workspace's code of a unit.
    fn code(&self, year: u16, code: &'a str) -> String {
        let path = self.path(year, code);
        if path.len() == 1 && self.was_taken_over(year, code) { format!("{code}-{year}") } else { path.join(".") }
    }

    /// Whether a later list gives the code of a province to another one.
    fn was_taken_over(&self, year: u16, code: &str) -> bool {
        let name = |year: u16| {
            let unit = self.unit(year, code)?;
            Some(fold_name(self.official.typed(&unit.full_name)?.1))
        };
        let later =
            self.official.structures.iter().filter(|other| other.year > year).filter_map(|other| name(other.year));
        name(year).is_some_and(|own| later.into_iter().any(|other| other != own))
    }

    /// The chosen units. One that is in several lists under one code is one unit, named as in the list of `year`.
    fn units(&self, chosen: &BTreeMap<u16, BTreeSet<&'a str>>, year: u16) -> Vec<Unit> {
        let mut units: BTreeMap<String, Unit> = BTreeMap::new();
        let own_first =
            chosen.iter().filter(|(of, _)| **of == year).chain(chosen.iter().filter(|(of, _)| **of != year));
        for (of, codes) in own_first {
            let Some(structure) = self.official.structure(*of) else { continue };
            let repeated = repeated(codes.iter().filter_map(|code| self.unit(*of, code)));
            for code in codes {
                let Some(unit) = self.with_spellings(structure, code, &repeated) else { continue };
                match units.get_mut(&unit.code) {
                    Some(known) => {
                        known.valid_from = known.valid_from.filter(|_| unit.valid_from.is_some());
                        known.valid_to = known.valid_to.filter(|_| unit.valid_to.is_some());
                        known.aliases.extend([unit.name].into_iter().chain(unit.aliases));
                        drop_repeated_aliases(known);
                    }
                    None => drop(units.insert(unit.code.clone(), unit)),
                }
            }
        }
        units.into_values().collect()
    }

    /// One unit with all the spellings of its name.
    fn with_spellings(&self, structure: &Structure, code: &'a str, repeated: &BTreeSet<&str>) -> Option<Unit> {
        let unit = self.unit(structure.year, code)?;
        let path = self.path(structure.year, code);
        let above: Vec<Named<'_>> =
            path.iter().rev().skip(1).filter_map(|code| self.named(structure.year, code)).collect();
        let own = self.named(structure.year, code)?;
        let spellings = &self.official.spellings;
        let mut plain = own.all(&spellings.unit);
        plain.insert(0, own.fill("{Type} {name}"));
        let mut aliases = plain.clone();
        if !is_number(own.name) {
            aliases.extend(own.all(&spellings.bare));
        }
        let mut after: Vec<String> = above.first().map(|parent| parent.all(&spellings.parent)).unwrap_or_default();
        if let [parent, grand, ..] = above.as_slice() {
            let further = grand.all(&spellings.grandparent);
            let both =
                |parent: String| further.iter().map(move |grand| format!("{parent}, {grand}")).collect::<Vec<_>>();
            after.extend(parent.all(&spellings.parent).into_iter().flat_map(both).collect::<Vec<_>>());
        }
        aliases.extend(plain.iter().flat_map(|own| after.iter().map(move |above| format!("{own}, {above}"))));
        aliases.extend(spellings.coded.contains(&unit.level).then(|| code.to_owned()));
        let (mut name, mut short_name) = (own.fill("{Type} {name}"), own.fill("{short} {name}"));
        if let Some(parent) = above.first().filter(|_| repeated.contains(unit.full_name.as_str())) {
            name = format!("{name}, {}", parent.fill("{type} {name}"));
            short_name = format!("{short_name}, {}", parent.fill("{short} {name}"));
        }
        let mut unit = Unit {
            code: self.code(structure.year, code),
            name,
            short_name,
            kind: unit.level.clone(),
            parent: (path.len() > 1).then(|| self.code(structure.year, path[path.len() - 2])),
            aliases,
            valid_from: structure.valid_from,
            valid_to: structure.valid_to,
        };
        drop_repeated_aliases(&mut unit);
        Some(unit)
    }

    fn named(&self, year: u16, code: &str) -> Option<Named<'a>> {
        let (kind, name) = self.official.typed(&self.unit(year, code)?.full_name)?;
        Some(Named { kind, name })
    }
}

/// Full names of more than one of the units.
fn repeated<'a>(units: impl Iterator<Item = &'a OfficialUnit>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    units.map(|unit| unit.full_name.as_str()).filter(|name| !seen.insert(*name)).collect()
}

/// Drops aliases that fold to the code, a name or an earlier alias.
fn drop_repeated_aliases(unit: &mut Unit) {
    let mut seen = BTreeSet::from([fold_name(&unit.code), fold_name(&unit.name), fold_name(&unit.short_name)]);
    unit.aliases.retain(|alias| seen.insert(fold_name(alias)));
}

/// Type and name of a unit.
struct Named<'a> {
    kind: &'a UnitType,
    name: &'a str,
}

impl Named<'_> {
    fn fill(&self, pattern: &str) -> String {
        pattern
            .replace("{Type}", &self.kind.word)
            .replace("{type}", &self.kind.word.to_lowercase())
            .replace("{short}", &self.kind.short)
            .replace("{name}", self.name)
    }

    fn all(&self, patterns: &[String]) -> Vec<String> {
        patterns.iter().map(|pattern| self.fill(pattern)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use cchc_model::{Resolved, UnitIndex};

    fn book(province: Option<&str>, year: u16, history: History) -> UnitBook {
        let official = OfficialUnits::load(None).expect("the shipped lists have no fault");
        official_units(&official, province, year, history).expect("there is such a province")
    }

    fn kinds(book: &UnitBook) -> [usize; 3] {
        ["province", "district", "commune"].map(|kind| book.units.iter().filter(|unit| unit.kind == kind).count())
    }

    #[test]
    fn nghe_an_loads_in_either_structure() {
        assert_eq!(kinds(&book(Some("40"), 2024, History::Without)), [1, 20, 412]);
        assert_eq!(kinds(&book(Some("Nghệ An"), 2026, History::Without)), [1, 0, 130]);
    }

    #[test]
    fn with_history_a_province_has_both_structures_whichever_is_asked_for() {
        let (old, new) = (book(Some("40"), 2024, History::With), book(Some("40"), 2026, History::With));
        assert_eq!(kinds(&old), [1, 20, 542]);
        assert_eq!(old, new);
        assert_eq!((old.successions.len(), old.successions.iter().filter(|one| one.split).count()), (412, 0));
        let units = UnitIndex::new(old.units);
        assert!(old.successions.iter().all(|one| {
            let ended = units.by_code(&one.from).expect("is there").valid_to;
            let began = units.by_code(&one.to).expect("is there").valid_from;
            ended.and_then(|day| day.succ_opt()) == Some(one.date) && began == Some(one.date)
        }));
    }

    #[test]
    fn codes_are_unique_in_the_whole_country_over_both_structures() {
        let all = book(None, 2026, History::With);
        assert_eq!(kinds(&all), [63 + 7, 696, 10_035 + 3_321]);
        let codes: BTreeSet<&str> = all.units.iter().map(|unit| unit.code.as_str()).collect();
        assert_eq!(codes.len(), all.units.len());
        let parents = all.units.iter().filter_map(|unit| unit.parent.as_deref());
        assert!(parents.into_iter().all(|parent| codes.contains(parent)));
        // 10.602 parts of communes, and the provinces that became another one.
        let of_provinces = all.successions.iter().filter(|one| !one.from.contains('.')).count();
        assert_eq!(all.successions.len() - of_provinces, 10_602);
        // 63 old provinces less the 27 that kept code and name.
        assert_eq!(of_provinces, 36);
    }

    #[test]
    fn a_merged_province_brings_all_units_that_became_it() {
        let book = book(Some("82"), 2026, History::With);
        let of = |code: &str| book.units.iter().find(|unit| unit.code == code).map(|unit| unit.name.as_str());
        assert_eq!(
            [of("82"), of("82-2024"), of("87")],
            ["Tỉnh Đồng Tháp", "Tỉnh Tiền Giang", "Tỉnh Đồng Tháp"].map(Some)
        );
        let official = OfficialUnits::load(None).expect("the shipped lists have no fault");
        let code = |province, year| province_code(&official, province, year).expect("there is such a province");
        assert_eq!([code("82", 2026), code("82", 2024), code("Tiền Giang", 2024)], ["82", "82-2024", "82-2024"]);
        let to_82 = |from: &str| book.successions.iter().any(|one| one.from == from && one.to == "82");
        assert!(to_82("82-2024") && to_82("87"));
        assert!(book.units.iter().all(|unit| unit.code != "82-2024" || unit.valid_to.is_some()));
    }

    #[test]
    fn an_ambiguous_name_stays_ambiguous_until_the_district_is_named() {
        let units = UnitIndex::new(book(Some("40"), 2024, History::With).units);
        let one = |name: &str| match units.resolve(name) {
            Resolved::One(unit) => unit.code.clone(),
            other => format!("{other:?}"),
        };
        assert!(matches!(units.resolve("UBND xã Đồng Văn"), Resolved::Several(codes) if codes.len() == 3));
        let codes: BTreeSet<String> = [
            "UBND xã Đồng Văn, huyện Quế Phong",
            "Xã Đồng Văn - H. Tân Kỳ",
            "xã Đồng Văn huyện Thanh Chương, tỉnh Nghệ An",
        ]
        .into_iter()
        .map(one)
        .collect();
        assert_eq!(codes.len(), 3, "{codes:?}");
        assert!(codes.iter().all(|code| code.starts_with("40.")), "{codes:?}");
        for name in [
            "40.412.16675",
            "UBND phường Hưng Dũng",
            "Uỷ ban nhân dân P. Hưng Dũng",
            "p hưng dũng, TP Vinh",
            "UBND phường Hưng Dũng, thành phố Vinh, tỉnh Nghệ An",
            "Hưng Dũng",
        ] {
            assert_eq!(one(name), "40.412.16675", "{name}");
        }
        // The code of a ward that went on as the code of its successor.
        assert_eq!(units.resolve("16690"), Resolved::Several(vec!["40.16690", "40.412.16690"]));
        let day = |text: &str| text.parse().ok();
        assert!(
            matches!(units.resolve_on("16690", day("2024-05-05")), Resolved::One(unit) if unit.name == "Phường Trường Thi")
        );
        assert!(
            matches!(units.resolve_on("16690", day("2026-05-05")), Resolved::One(unit) if unit.name == "Phường Trường Vinh")
        );
    }

    /// Names of one unit in two published lists that differ: list, code, name in the list, name in the crosswalk, kind.
    const NAMES: &str = include_str!("../../tests/data/unit-names.csv");

    /// The differing names of a kind, each with the unit meant and the units of its province.
    fn differing(kind: &str) -> Vec<(String, String, Rc<UnitIndex>)> {
        let official = OfficialUnits::load(None).expect("the shipped lists have no fault");
        let country = Country::of(&official);
        let mut provinces = BTreeMap::new();
        let mut rows = Vec::new();
        for record in csv::Reader::from_reader(NAMES.as_bytes()).records() {
            let record = record.expect("a row of five cells");
            if &record[4] != kind {
                continue;
            }
            let year: u16 = record[0].parse().expect("a year");
            let code = country.unit(year, &record[1]).expect("a unit of the list").code.as_str();
            let root = country.path(year, code)[0];
            let units = provinces.entry((year, root)).or_insert_with(|| {
                let structure = official.structure(year).expect("is there");
                Rc::new(UnitIndex::new(country.book(structure, Some(root), History::Without).units))
            });
            let parent = country.path(year, code).iter().rev().nth(1).and_then(|code| country.unit(year, code));
            let name = format!("{}, {}", &record[3], parent.expect("has one").full_name);
            rows.push((name, country.code(year, code), Rc::clone(units)));
        }
        rows
    }

    /// Of some differing names: how many mean the unit, and at which place the others suggest it.
    fn outcome(rows: &[(String, String, Rc<UnitIndex>)]) -> (usize, BTreeMap<usize, Vec<&str>>) {
        let (mut resolved, mut suggested) = (0, BTreeMap::new());
        for (name, code, units) in rows {
            match units.resolve(name) {
                Resolved::One(unit) => {
                    assert_eq!(unit.code, *code, "{name} means another unit");
                    resolved += 1;
                }
                Resolved::Several(codes) => panic!("{name}: {codes:?}"),
                Resolved::None => {
                    let place = units.suggest(name, 5).iter().position(|one| one.unit.code == *code);
                    suggested
                        .entry(place.map_or(usize::MAX, |place| place + 1))
                        .or_insert_with(Vec::new)
                        .push(name.as_str());
                }
            }
        }
        (resolved, suggested)
    }

    #[test]
    fn names_that_differ_in_the_place_of_the_tone_mark_or_in_punctuation_resolve_those_of_other_letters_suggest() {
        let rows = differing("accent or punctuation only");
        let (resolved, suggested) = outcome(&rows);
        // 91 of the 404 differ in the accent itself (Đăk, Đắk; Nậm, Nặm): they never fold, and suggest the right unit first.
        assert_eq!((rows.len(), resolved, suggested[&1].len(), suggested.len()), (404, 313, 91, 1));
    }

    #[test]
    fn names_that_differ_in_spelling_only_suggest_nearly_always_the_right_unit_first() {
        let rows = differing("spelling");
        let (resolved, mut suggested) = outcome(&rows);
        assert_eq!((rows.len(), resolved), (52, 0));
        assert_eq!(suggested.remove(&1).map(|names| names.len()), Some(51));
        let others: Vec<&str> = suggested.into_values().flatten().collect();
        assert_eq!(others, ["Xã Hòa Tú 2, Huyện Mỹ Xuyên"], "the list has Hòa Tú I and Hòa Tú II");
    }

    #[test]
    fn an_unknown_year_or_province_is_refused_with_what_there_is() {
        let official = OfficialUnits::load(None).expect("the shipped lists have no fault");
        let message = |province, year| {
            official_units(&official, Some(province), year, History::With).expect_err("is refused").to_string()
        };
        assert!(message("40", 2025).contains("2024, 2026"));
        assert!(message("Ngệ An", 2026).contains("did you mean 'Nghệ An'"), "{}", message("Ngệ An", 2026));
    }
}
