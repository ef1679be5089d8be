//! How similar two names are: names that differ only in spelling come before others. For suggestions only.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::Unit;

/// Names less similar than this are not suggested.
const LEAST_LIKENESS: f64 = 0.6;

/// A unit that a name might mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// How similar the nearest of its names is.
    pub likeness: Likeness,
}

/// How similar two names are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// Whether they differ in spelling alone: Quí and Quý, Xà and Sà, or accents left out.
    pub same_sound: bool,
    /// Share of letters that are the same, 0–1 (1 − Levenshtein distance ÷ length of the longer).
    pub share: f64,
}

impl Eq for Likeness {}

impl PartialOrd for Likeness {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Likeness {
    fn cmp(&self, other: &Self) -> Ordering {
        self.same_sound.cmp(&other.same_sound).then_with(|| self.share.total_cmp(&other.share))
    }
}

/// Folded names by how they sound.
#[derive(Debug, Clone, Default)]
pub(super) struct Sounds(BTreeMap<String, Vec<usize>>);

impl Sounds {
    /// Of folded names and the positions of their units.
    pub fn of(names: &BTreeMap<String, Vec<usize>>) -> Self {
        let mut sounds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (name, units) in names {
            sounds.entry(sound(name)).or_default().extend(units);
        }
        Self(sounds)
    }

    /// The units whose names are like a folded one, each with its best likeness.
    pub fn like(&self, name: &str, names: &BTreeMap<String, Vec<usize>>) -> BTreeMap<usize, Likeness> {
        let alike: BTreeSet<usize> = self.0.get(&sound(name)).into_iter().flatten().copied().collect();
        let length = name.chars().count();
        let mut best: BTreeMap<usize, Likeness> = BTreeMap::new();
        for (other, units) in names {
            let (short, long) = (length.min(other.chars().count()), length.max(other.chars().count()));
            let hopeless = (short as f64) < LEAST_LIKENESS * long as f64;
            if hopeless && !units.iter().any(|unit| alike.contains(unit)) {
                continue;
            }
            let share = strsim::normalized_levenshtein(name, other);
            for unit in units {
                let likeness = Likeness { same_sound: alike.contains(unit), share };
                if likeness.same_sound || share >= LEAST_LIKENESS {
                    best.entry(*unit).and_modify(|other| *other = likeness.max(*other)).or_insert(likeness);
                }
            }
        }
        best
    }
}

/// Letters of one sound in some part of the country, and those that old and new spelling exchange.
/// Longer ones first.
const SAME_SOUND: [(&str, &str); 9] =
    [("tr", "ch"), ("gi", "d"), ("r", "d"), ("z", "d"), ("x", "s"), ("y", "i"), ("k", "c"), ("q", "c"), ("p", "b")];

/// A folded name as it sounds: without accents, doubled letters once, letters of one sound as one.
fn sound(folded: &str) -> String {
    let mut plain = String::with_capacity(folded.len());
    for letter in folded.chars() {
        let letter = if letter == 'đ' { 'd' } else { letter };
        if letter.is_alphanumeric() {
            plain.push(letter);
        }
    }
    for (letters, one) in SAME_SOUND {
        plain = plain.replace(letters, one);
    }
    let mut last = None;
    plain.retain(|letter| {
        let doubled = last == Some(letter) && !letter.is_ascii_digit();
        last = Some(letter);
        !doubled
    });
    plain
}

#[cfg(test)]
mod tests {
    use super::sound;
    use crate::{Unit, UnitIndex, fold_name};

    fn unit(code: &str, name: &str) -> Unit {
        Unit {
            code: code.into(),
            name: name.into(),
            short_name: name.into(),
            kind: "commune".into(),
            ..Unit::default()
        }
    }

    #[test]
    fn spellings_of_one_name_sound_the_same() {
        for (left, right) in [
            ("Xã Quí Quân", "Xã Quý Quân"),
            ("Xã Xà Phìn", "Xã Sà Phìn"),
            ("Xã Sủng Tráng", "Xã Sủng Cháng"),
            ("Xã Đăk Roong", "Xã Đăk Rong"),
            ("Xã Nậm Rạng", "Xã Nậm Dạng"),
            ("Xã Ngọc Lây", "Xã Ngọk Lây"),
            ("UBND xã Thạnh Hòa", "UBND xa Thanh Hoa"),
        ] {
            assert_eq!(sound(&fold_name(left)), sound(&fold_name(right)), "{left}, {right}");
        }
        assert_ne!(sound("phường11"), sound("phường1"));
    }

    #[test]
    fn a_spelling_comes_before_what_merely_looks_alike() {
        let index =
            UnitIndex::new(vec![unit("1", "Xã Quỳ Quân"), unit("2", "Xã Quang Quân"), unit("3", "Xã Quý Quân")]);
        let found = index.suggest("Xã Quí Quân", 5);
        let codes: Vec<&str> = found.iter().map(|one| one.unit.code.as_str()).collect();
        assert_eq!(codes, ["3", "1", "2"]);
        assert!(found[0].likeness.same_sound && !found[2].likeness.same_sound);
    }

    #[test]
    fn what_is_like_nothing_gets_no_suggestion() {
        let index = UnitIndex::new(vec![unit("1", "Sở Y tế")]);
        assert!(index.suggest("Kho bạc Nhà nước", 3).is_empty());
        assert!(index.suggest("", 3).is_empty());
    }
}
