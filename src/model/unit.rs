//! Units and how the many ways of writing one are recognised.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

/// One department, district, commune … of the province.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved<'a> {
    /// Exactly one unit.
    One(&'a Unit),
    /// Several units bear the name; nobody guesses.
    Several(Vec<&'a str>),
    /// No unit; the most similar names, best first, as suggestions only.
    None,
}

/// All units by code, name and alias.
#[derive(Debug, Clone, Default)]
pub struct UnitIndex {
    units: Vec<Unit>,
    by_key: BTreeMap<String, Vec<usize>>,
    by_code: BTreeMap<String, usize>,
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
        Self { units, by_key, by_code }
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

    /// The unit that `name` means, by code, name or alias.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved<'_> {
        match self.by_key.get(&fold_name(name)).map(Vec::as_slice) {
            Some([one]) => Resolved::One(&self.units[*one]),
            Some(several) => {
                // A name that is one unit's own and only an alias of others means the former.
                let own: Vec<&usize> =
                    several.iter().filter(|at| fold_name(&self.units[**at].name) == fold_name(name)).collect();
                if let [one] = own.as_slice() {
                    return Resolved::One(&self.units[**one]);
                }
                Resolved::Several(several.iter().map(|at| self.units[*at].code.as_str()).collect())
            }
            None => Resolved::None,
        }
    }

    /// The unit name most like `name`, if any is like it at all.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let key = fold_name(name);
        self.units
            .iter()
            .map(|unit| (strsim::normalized_levenshtein(&key, &fold_name(&unit.name)), unit.name.as_str()))
            .filter(|(likeness, _)| *likeness >= 0.6)
            .max_by(|left, right| left.0.total_cmp(&right.0).then_with(|| right.1.cmp(left.1)))
            .map(|(_, name)| name)
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
/// use cchc::model::fold_name;
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
            parent: None,
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            valid_from: None,
            valid_to: None,
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
    fn diacritics_never_fold() {
        let index = UnitIndex::new(vec![unit("1", "Thạnh Hoà", &[]), unit("2", "Thanh Hòa", &[])]);
        assert!(matches!(index.resolve("Thạnh Hòa"), Resolved::One(unit) if unit.code == "1"));
        assert!(matches!(index.resolve("Thanh Hoà"), Resolved::One(unit) if unit.code == "2"));
    }
}
