//! Units, and how the ways of writing their names are recognised.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::likeness::{Sounds, Suggestion};

/// One department, district, commune … of the province.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its code, e.g. `000.00.01.H58`.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// A short name for tables.
    pub short_name: String,
    /// A word of the `level` column of the unit list: `department`, `district`, …
    pub kind: String,
    /// The unit above.
    pub parent: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// First day of its existence, if known.
    pub valid_from: Option<NaiveDate>,
    /// Last day of its existence, if it ended.
    pub valid_to: Option<NaiveDate>,
}

impl Unit {
    /// Whether it existed on any day of the range.
    #[must_use]
    pub fn exists_within(&self, start: NaiveDate, end: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= end) && self.valid_to.is_none_or(|to| start <= to)
    }
}

/// The unit or units that a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved<'a> {
    /// Exactly one unit.
    One(&'a Unit),
    /// Several units have the name; none is guessed.
    Several(Vec<&'a str>),
    /// No unit; [`UnitIndex::suggest`] names those that are like it.
    None,
}

/// All units by code, name and alias.
#[derive(Debug, Clone, Default)]
pub struct UnitIndex {
    units: Vec<Unit>,
    by_key: BTreeMap<String, Vec<usize>>,
    by_code: BTreeMap<String, usize>,
    sounds: OnceLock<Sounds>,
}

impl UnitIndex {
    /// Builds the index; order of `units` is kept.
    #[must_use]
    pub fn new(units: Vec<Unit>) -> Self {
        let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (position, unit) in units.iter().enumerate() {
            let names = [&unit.code, &unit.name, &unit.short_name];
            for name in names.into_iter().chain(&unit.aliases) {
                let key = fold_name(name);
                let entry = by_key.entry(key).or_default();
                if !entry.contains(&position) {
                    entry.push(position);
                }
            }
        }
        by_key.remove("");
        let by_code = units.iter().enumerate().map(|(position, unit)| (unit.code.clone(), position)).collect();
        Self { units, by_key, by_code, sounds: OnceLock::new() }
    }

    /// All units, in the order of the list.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The unit of that code.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&Unit> {
        self.by_code.get(code).map(|position| &self.units[*position])
    }

    /// The units above a unit, the nearest first.
    pub fn ancestors(&self, code: &str) -> impl Iterator<Item = &Unit> {
        let next = |unit: &&Unit| unit.parent.as_deref().and_then(|code| self.by_code(code));
        let first = self.by_code(code).as_ref().and_then(next);
        // A list whose units are their own ancestors must not run for ever.
        std::iter::successors(first, next).take(self.units.len())
    }

    /// The unit that `name` means, by code, name or alias, whenever that was.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved<'_> {
        self.resolve_on(name, None)
    }

    /// The unit that `name` means on a day: of several with that name the one that existed then.
    #[must_use]
    pub fn resolve_on(&self, name: &str, day: Option<NaiveDate>) -> Resolved<'_> {
        if let Some(unit) = self.by_code(name.trim()) {
            return Resolved::One(unit);
        }
        let key = fold_name(name);
        let Some(all) = self.by_key.get(&key) else { return Resolved::None };
        let existing = |at: &&usize| day.is_none_or(|day| self.units[**at].exists_within(day, day));
        let mut candidates: Vec<usize> = all.iter().filter(existing).copied().collect();
        if candidates.is_empty() {
            candidates.clone_from(all);
        }
        if let [one] = candidates.as_slice() {
            return Resolved::One(&self.units[*one]);
        }
        // A name that is one unit's own and only an alias of others means the former.
        let by_own_name: Vec<&usize> =
            candidates.iter().filter(|at| fold_name(&self.units[**at].name) == key).collect();
        if let [one] = by_own_name.as_slice() {
            return Resolved::One(&self.units[**one]);
        }
        Resolved::Several(candidates.iter().map(|at| self.units[*at].code.as_str()).collect())
    }

    /// All units of a name, whenever they existed.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&Unit> {
        self.by_key.get(&fold_name(name)).into_iter().flatten().map(|at| &self.units[*at]).collect()
    }

    /// Whether several units have the name and did not exist on the same days, so that a day may decide.
    #[must_use]
    pub fn changes_by_day(&self, name: &str) -> bool {
        if self.by_code.contains_key(name.trim()) {
            return false;
        }
        let validity = |at: &usize| (self.units[*at].valid_from, self.units[*at].valid_to);
        self.by_key
            .get(&fold_name(name))
            .is_some_and(|candidates| candidates.iter().skip(1).any(|at| validity(at) != validity(&candidates[0])))
    }

    /// The units whose names are most like `name`, the best first, as suggestions only: those that differ in spelling
    /// alone (Quí, Quý; Xà, Sà), then the others by likeness.
    #[must_use]
    pub fn suggest(&self, name: &str, most: usize) -> Vec<Suggestion<'_>> {
        let sounds = self.sounds.get_or_init(|| Sounds::of(&self.by_key));
        let likely = sounds.like(&fold_name(name), &self.by_key);
        let mut suggestions: Vec<Suggestion<'_>> =
            likely.into_iter().map(|(at, likeness)| Suggestion { unit: &self.units[at], likeness }).collect();
        suggestions.sort_by(|left, right| {
            right.likeness.cmp(&left.likeness).then_with(|| left.unit.code.cmp(&right.unit.code))
        });
        suggestions.truncate(most);
        suggestions
    }

    /// The unit name most like `name`, if any is like it at all.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        self.suggest(name, 1).first().map(|suggestion| suggestion.unit.name.as_str())
    }

    /// The kinds in the order in which the list first names them.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = Vec::new();
        for unit in &self.units {
            if !kinds.contains(&unit.kind.as_str()) {
                kinds.push(&unit.kind);
            }
        }
        kinds
    }
}

/// Folds case, spaces, punctuation, NFC and the place of the tone mark, never the diacritics:
/// Hoà and Hòa are one, Thạnh Hoà and Thanh Hòa are two.
///
/// ```
/// use cchc_model::fold_name;
/// assert_eq!(fold_name("UBND xã  Tân Hoà "), fold_name("Ubnd xã Tân Hòa"));
/// assert_ne!(fold_name("Thạnh Hoà"), fold_name("Thanh Hòa"));
/// ```
#[must_use]
pub fn fold_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len() + 8);
    let mut tone = None;
    for letter in name.nfd() {
        match letter {
            // grave, acute, tilde, hook above, dot below: the five tone marks, kept at the end of the word
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tone = Some(letter),
            _ if letter.is_alphanumeric() || is_vowel_mark(letter) => folded.extend(letter.to_lowercase()),
            _ => folded.extend(tone.take()),
        }
    }
    folded.extend(tone);
    folded
}

/// Circumflex, breve, horn: they make another vowel, not another tone.
fn is_vowel_mark(letter: char) -> bool {
    matches!(letter, '\u{302}' | '\u{306}' | '\u{31b}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(code: &str, name: &str, aliases: &[&str]) -> Unit {
        Unit {
            code: code.into(),
            name: name.into(),
            short_name: name.into(),
            kind: "commune".into(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            ..Unit::default()
        }
    }

    #[test]
    fn a_name_is_found_by_code_name_and_alias_however_spaced() {
        let index = UnitIndex::new(vec![unit("H1.2", "Sở Tài nguyên và Môi trường", &["STNMT"])]);
        for name in [
            "h1.2",
            " SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG",
            "sở  tài nguyên\u{a0}và môi trường ",
            "stnmt",
            "S\u{1a1}\u{309} Tài nguyên và Môi trường",
        ] {
            assert!(matches!(index.resolve(name), Resolved::One(_)), "{name}");
        }
        assert_eq!(index.resolve("So Tai nguyen va Moi truong"), Resolved::None);
    }

    #[test]
    fn nobody_guesses_between_two_units_of_one_name() {
        let index = UnitIndex::new(vec![unit("1", "UBND xã Tân Phú", &[]), unit("2", "UBND xã Tân Phú", &[])]);
        assert_eq!(index.resolve("UBND xã Tân Phú"), Resolved::Several(vec!["1", "2"]));
    }

    #[test]
    fn of_two_units_of_one_name_the_day_decides_if_it_can() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let mut old = unit("1.2", "Xã Hưng Nguyên", &[]);
        let mut new = unit("1", "Xã Hưng Nguyên", &[]);
        (old.valid_to, new.valid_from) = (day("2025-06-30"), day("2025-07-01"));
        let index = UnitIndex::new(vec![old, new, unit("9", "Xã Nam Đàn", &[])]);
        assert!(index.changes_by_day("xã hưng nguyên") && !index.changes_by_day("Xã Nam Đàn"));
        assert_eq!(index.resolve("Xã Hưng Nguyên"), Resolved::Several(vec!["1.2", "1"]));
        for (on, code) in [("2025-06-30", "1.2"), ("2025-07-01", "1")] {
            assert!(matches!(index.resolve_on("Xã Hưng Nguyên", day(on)), Resolved::One(unit) if unit.code == code));
        }
        // Its own code is never in doubt.
        assert!(matches!(index.resolve("1"), Resolved::One(unit) if unit.code == "1"));
    }

    #[test]
    fn a_day_on_which_both_existed_decides_nothing() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let mut old = unit("1", "Xã A", &[]);
        old.valid_to = day("2025-12-31");
        let index = UnitIndex::new(vec![old, unit("2", "Xã A", &[])]);
        assert_eq!(index.resolve_on("Xã A", day("2025-01-01")), Resolved::Several(vec!["1", "2"]));
        assert!(matches!(index.resolve_on("Xã A", day("2026-01-01")), Resolved::One(unit) if unit.code == "2"));
    }

    #[test]
    fn on_a_day_a_name_of_its_own_no_longer_beats_an_alias_of_the_unit_that_exists() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let mut old = unit("1", "Phường Vinh", &[]);
        let mut new = unit("2", "Phường Thành Vinh", &["Phường Vinh"]);
        (old.valid_to, new.valid_from) = (day("2025-06-30"), day("2025-07-01"));
        let index = UnitIndex::new(vec![old, new]);
        assert!(matches!(index.resolve("Phường Vinh"), Resolved::One(unit) if unit.code == "1"));
        assert!(matches!(index.resolve_on("Phường Vinh", day("2026-01-05")), Resolved::One(unit) if unit.code == "2"));
    }

    #[test]
    fn diacritics_never_fold() {
        let index = UnitIndex::new(vec![unit("1", "Thạnh Hoà", &[]), unit("2", "Thanh Hòa", &[])]);
        assert!(matches!(index.resolve("Thạnh Hòa"), Resolved::One(unit) if unit.code == "1"));
        assert!(matches!(index.resolve("Thanh Hoà"), Resolved::One(unit) if unit.code == "2"));
    }
}
