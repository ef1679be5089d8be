//! The units and successions of a workspace, and the changes to them: aliases, more units, successions.

use std::collections::{BTreeMap, BTreeSet};

use super::list::units_frame;
use super::successions::successions_frame;
use cchc_definitions::{Calendar, did_you_mean};
use cchc_model::{Resolved, Succession, Unit, UnitIndex, fold_name};
use cchc_normalise::clean;
use cchc_store::{Session, Shell, StoreError, Transaction, Workspace, questions};

/// Units and successions of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitBook {
    /// In order of code.
    pub units: Vec<Unit>,
    /// Sorted.
    pub successions: Vec<Succession>,
}

/// Why a change of units is refused.
#[derive(Debug, thiserror::Error)]
pub enum UnitBookError {
    /// There is no such unit.
    #[error("no unit has the code '{code}'{hint}; `cchc units` lists them")]
    NoUnit {
        /// The requested code.
        code: String,
        /// The nearest code or name.
        hint: String,
    },
    /// The name already means something else.
    #[error(
        "'{alias}' already means {others}; no name may mean two units of the same days. Take it from there with `cchc units alias --remove`, or write the name in full"
    )]
    Taken {
        /// The name.
        alias: String,
        /// The units of that name.
        others: String,
    },
    /// The name cannot be stored.
    #[error("'{0}' cannot be an alias: it must hold a letter or digit, and no '|'")]
    BadAlias(String),
    /// No unit has that alias.
    #[error("no unit has the alias '{name}'{hint}")]
    NoAlias {
        /// The name.
        name: String,
        /// The unit whose own name it is, or the nearest name.
        hint: String,
    },
    /// A list of successions that cannot be followed.
    #[error("successions of '{code}': {message}")]
    Succession {
        /// The unit that ended.
        code: String,
        /// What is wrong.
        message: String,
    },
    /// There are units already.
    #[error(
        "the workspace has {0} units already; `cchc units add FILE` adds to them, `cchc units init --replace` replaces them"
    )]
    NotEmpty(usize),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a merge of a list of units did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergedUnits {
    /// Units that were not there.
    pub added: usize,
    /// Units that were there and are different now.
    pub changed: usize,
}

/// What a replaced list of units had and the new one has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// Aliases of units.
    pub aliases: usize,
    /// Successions of units that are no longer there.
    pub successions: usize,
}

impl UnitBook {
    /// The book of a published version.
    pub async fn stored(session: &Session) -> Result<Self, StoreError> {
        let (units, successions) = (questions::units(session).await?, questions::successions(session).await?);
        Ok(Self { units: UnitIndex::new(units).units().to_vec(), successions })
    }

    /// Makes a name mean a unit. That it does so already is no fault.
    ///
    /// # Errors
    /// No such unit; or the name means another unit that existed on the same days.
    pub fn add_alias(&mut self, alias: &str, code: &str) -> Result<(), UnitBookError> {
        let alias = clean(alias).into_owned();
        if fold_name(&alias).is_empty() || alias.contains('|') {
            return Err(UnitBookError::BadAlias(alias));
        }
        let index = UnitIndex::new(self.units.clone());
        let at = self.position(code, &index)?;
        let key = fold_name(&alias);
        let own = &self.units[at];
        let overlaps =
            |other: &Unit| !before(other.valid_to, own.valid_from) && !before(own.valid_to, other.valid_from);
        let has_name = |unit: &&Unit| names(unit).any(|name| fold_name(name) == key);
        let others: Vec<&Unit> =
            self.units.iter().filter(|unit| unit.code != own.code && overlaps(unit)).filter(has_name).collect();
        if !others.is_empty() {
            let others: Vec<String> = others.iter().map(|unit| format!("{} ({})", unit.name, unit.code)).collect();
            return Err(UnitBookError::Taken { alias, others: others.join(", ") });
        }
        if !has_name(&own) {
            self.units[at].aliases.push(alias);
        }
        Ok(())
    }

    /// Takes an alias from the unit of a code, or from all units; returns the codes of those that had it.
    ///
    /// # Errors
    /// No such unit, or none has that alias.
    pub fn remove_alias(&mut self, alias: &str, code: Option<&str>) -> Result<Vec<String>, UnitBookError> {
        let index = UnitIndex::new(self.units.clone());
        let only = code.map(|code| self.position(code, &index)).transpose()?;
        let key = fold_name(alias);
        let mut had = Vec::new();
        for (at, unit) in self.units.iter_mut().enumerate().filter(|(at, _)| only.is_none_or(|only| only == *at)) {
            let before = unit.aliases.len();
            unit.aliases.retain(|other| fold_name(other) != key);
            if unit.aliases.len() < before {
                had.push((at, unit.code.clone()));
            }
        }
        if had.is_empty() {
            let hint = match index.resolve(alias) {
                Resolved::One(unit) => format!("; it is the own name or code of {} ({})", unit.name, unit.code),
                Resolved::Several(codes) => format!("; it is the own name of {}", codes.join(", ")),
                Resolved::None => {
                    index.nearest(alias).map_or_else(String::new, |near| format!("; did you mean '{near}'?"))
                }
            };
            return Err(UnitBookError::NoAlias { name: alias.to_owned(), hint });
        }
        Ok(had.into_iter().map(|(_, code)| code).collect())
    }

    /// Adds units; one whose code is known takes the new name, kind, parent and days, and keeps its aliases too.
    pub fn merge(&mut self, units: Vec<Unit>) -> MergedUnits {
        let mut done = MergedUnits { added: 0, changed: 0 };
        for mut unit in units {
            let Some(known) = self.units.iter_mut().find(|known| known.code == unit.code) else {
                self.units.push(unit);
                done.added += 1;
                continue;
            };
            let mut seen: BTreeSet<String> = names(&unit).map(fold_name).collect();
            let kept = known.aliases.iter().filter(|alias| seen.insert(fold_name(alias))).cloned();
            unit.aliases.extend(kept.collect::<Vec<_>>());
            if *known != unit {
                *known = unit;
                done.changed += 1;
            }
        }
        self.units.sort_by(|left, right| left.code.cmp(&right.code));
        done
    }

    /// Puts a list in place of the units that are there. Successions of units that it lacks go too.
    pub fn replace(&mut self, mut units: Vec<Unit>) -> Lost {
        units.sort_by(|left, right| left.code.cmp(&right.code));
        let index = UnitIndex::new(units.clone());
        let named = |unit: &Unit, alias: &str| {
            index.by_code(&unit.code).is_some_and(|new| names(new).any(|name| fold_name(name) == fold_name(alias)))
        };
        let aliases = |unit: &Unit| unit.aliases.iter().filter(|alias| !named(unit, alias)).count();
        let aliases = self.units.iter().map(aliases).sum();
        let before = self.successions.len();
        self.successions.retain(|one| index.by_code(&one.from).is_some() && index.by_code(&one.to).is_some());
        self.units = units;
        Lost { aliases, successions: before - self.successions.len() }
    }

    /// Adds successions; those of a unit that has some already take their place.
    ///
    /// # Errors
    /// A code is unknown; a unit ends on two days, has no default part or several, or comes back to itself.
    pub fn succeed(&mut self, successions: &[Succession]) -> Result<(), UnitBookError> {
        let index = UnitIndex::new(self.units.clone());
        for code in successions.iter().flat_map(|one| [&one.from, &one.to]) {
            self.position(code, &index)?;
        }
        let new: BTreeSet<&str> = successions.iter().map(|one| one.from.as_str()).collect();
        self.successions.retain(|one| !new.contains(one.from.as_str()));
        self.successions.extend(successions.iter().cloned());
        self.successions.sort();
        self.successions.dedup();
        self.check()
    }

    /// Checks that the successions can be followed: a unit ends once, into one default part, and never comes back to itself.
    ///
    /// # Errors
    /// The first unit of which that is not so.
    pub fn check(&self) -> Result<(), UnitBookError> {
        check(&self.successions)
    }

    fn position(&self, code: &str, index: &UnitIndex) -> Result<usize, UnitBookError> {
        self.units.iter().position(|unit| unit.code == code).ok_or_else(|| {
            // A name given in place of a code is recognised; the message names the code.
            let hint = match index.resolve(code) {
                Resolved::One(unit) => format!("; '{code}' is the name of {}", unit.code),
                _ => did_you_mean(code, self.units.iter().map(|unit| unit.code.as_str())),
            };
            UnitBookError::NoUnit { code: code.to_owned(), hint }
        })
    }
}

/// Changes the newest version of a workspace's units under its lock; returns what `change` gives and the number of the
/// version published, none if nothing changed.
///
/// # Errors
/// The change is refused, or the store cannot be read or written.
pub fn change_units<T>(
    workspace: &Workspace,
    calendar: &Calendar,
    shell: &Shell,
    waiting: impl FnOnce(),
    change: impl FnOnce(&mut UnitBook) -> Result<T, UnitBookError>,
) -> Result<(T, Option<u64>), UnitBookError> {
    let lock = workspace.lock(true, waiting)?;
    let session = workspace.session(&workspace.version(None)?, calendar)?;
    let stored = shell.wait(UnitBook::stored(&session))?;
    let mut book = stored.clone();
    let given = change(&mut book)?;
    if book == stored {
        return Ok((given, None));
    }
    let mut transaction = Transaction::begin(workspace, &lock)?;
    if book.units != stored.units {
        transaction.replace("units", units_frame(&book.units))?;
    }
    if book.successions != stored.successions {
        transaction.replace("successions", successions_frame(&book.successions))?;
    }
    let number = transaction.number();
    transaction.publish("units", None, Vec::new())?;
    Ok((given, Some(number)))
}

/// All that a unit may be called.
fn names(unit: &Unit) -> impl Iterator<Item = &str> {
    [&unit.code, &unit.name, &unit.short_name].into_iter().chain(&unit.aliases).map(String::as_str)
}

fn before(end: Option<chrono::NaiveDate>, start: Option<chrono::NaiveDate>) -> bool {
    matches!((end, start), (Some(end), Some(start)) if end < start)
}

fn check(successions: &[Succession]) -> Result<(), UnitBookError> {
    let mut by_unit: BTreeMap<&str, Vec<&Succession>> = BTreeMap::new();
    for one in successions {
        by_unit.entry(&one.from).or_default().push(one);
    }
    let wrong = |code: &str, message: String| Err(UnitBookError::Succession { code: code.to_owned(), message });
    for (code, parts) in &by_unit {
        if parts.iter().any(|part| part.date != parts[0].date) {
            return wrong(code, "a unit ends once, so all its parts have one date".to_owned());
        }
        let defaults = parts.iter().filter(|part| part.is_default).count();
        if defaults != 1 {
            return wrong(code, format!("{defaults} parts are the default; exactly one must be"));
        }
        let targets: BTreeSet<&str> = parts.iter().map(|part| part.to.as_str()).collect();
        if targets.len() != parts.len() {
            return wrong(code, "a successor stands there twice".to_owned());
        }
        for part in parts {
            if part.to == *code {
                return wrong(code, "a unit cannot succeed itself".to_owned());
            }
            let later = by_unit.get(part.to.as_str()).map(|next| next[0].date);
            if later.is_some_and(|later| later <= part.date) {
                return wrong(code, format!("its successor '{}' ends on or before {}", part.to, part.date));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(code: &str, name: &str) -> Unit {
        Unit {
            code: code.into(),
            name: name.into(),
            short_name: name.into(),
            kind: "commune".into(),
            ..Unit::default()
        }
    }

    fn book() -> UnitBook {
        UnitBook {
            units: vec![unit("H41.12", "UBND thành phố Vinh"), unit("H41.13", "UBND huyện Nghi Lộc")],
            successions: Vec::new(),
        }
    }

    fn part(from: &str, to: &str, date: &str, is_default: bool) -> Succession {
        Succession { from: from.into(), to: to.into(), date: date.parse().expect("a day"), is_default, split: false }
    }

    #[test]
    fn an_alias_is_added_once_however_often_it_is_asked_for() {
        let mut book = book();
        for alias in ["TP Vinh", "tp. vinh", " TP  Vinh "] {
            book.add_alias(alias, "H41.12").expect("is allowed");
        }
        assert_eq!(book.units[0].aliases, ["TP Vinh"]);
    }

    #[test]
    fn an_alias_of_another_unit_is_refused_unless_the_two_never_existed_together() {
        let mut book = book();
        book.add_alias("TP Vinh", "H41.12").expect("is allowed");
        let told = book.add_alias("Tp. Vinh", "H41.13").expect_err("is refused").to_string();
        assert!(told.contains("UBND thành phố Vinh (H41.12)"), "{told}");
        book.units[0].valid_to = "2025-06-30".parse().ok();
        book.units[1].valid_from = "2025-07-01".parse().ok();
        book.add_alias("Tp. Vinh", "H41.13").expect("the day tells them apart");
    }

    #[test]
    fn an_unknown_code_is_refused_with_the_nearest_or_the_code_of_that_name() {
        let told = |code: &str| book().add_alias("TP Vinh", code).expect_err("is refused").to_string();
        assert!(told("H41.21").contains("did you mean 'H41.1"), "{}", told("H41.21"));
        assert!(told("UBND huyện Nghi Lộc").contains("name of H41.13"));
        for alias in ["", " - ", "a|b"] {
            assert!(matches!(book().add_alias(alias, "H41.12"), Err(UnitBookError::BadAlias(_))), "{alias}");
        }
    }

    #[test]
    fn an_alias_can_be_taken_away_again_but_not_a_name() {
        let mut book = book();
        book.add_alias("TP Vinh", "H41.12").expect("is allowed");
        assert_eq!(book.remove_alias("tp vinh", None).expect("is there"), ["H41.12"]);
        assert_eq!(book, self::book());
        let told = book.remove_alias("UBND huyện Nghi Lộc", None).expect_err("is refused").to_string();
        assert!(told.contains("own name or code of UBND huyện Nghi Lộc"), "{told}");
    }

    #[test]
    fn a_merged_list_adds_units_and_keeps_aliases() {
        let mut book = book();
        book.add_alias("TP Vinh", "H41.12").expect("is allowed");
        let mut renamed = unit("H41.12", "Thành phố Vinh");
        renamed.aliases.push("Vinh".into());
        let done = book.merge(vec![renamed, unit("H41.01", "Sở Nội vụ"), unit("H41.13", "UBND huyện Nghi Lộc")]);
        assert_eq!(done, MergedUnits { added: 1, changed: 1 });
        let codes: Vec<&str> = book.units.iter().map(|unit| unit.code.as_str()).collect();
        assert_eq!(codes, ["H41.01", "H41.12", "H41.13"]);
        assert_eq!(book.units[1].aliases, ["Vinh", "TP Vinh"]);
    }

    #[test]
    fn a_replaced_list_says_what_is_lost_with_it() {
        let mut book = book();
        book.add_alias("TP Vinh", "H41.12").expect("is allowed");
        book.succeed(&[part("H41.12", "H41.13", "2025-07-01", true)]).expect("is allowed");
        let again = book.units.clone();
        assert_eq!(book.replace(again), Lost { aliases: 0, successions: 0 });
        assert_eq!(book.replace(vec![unit("H41.12", "TP Vinh")]), Lost { aliases: 0, successions: 1 });
        assert_eq!(book.replace(vec![unit("H41.12", "Vinh")]), Lost { aliases: 0, successions: 0 });
        book.add_alias("TP Vinh", "H41.12").expect("is allowed");
        assert_eq!(book.replace(vec![unit("H41.12", "Vinh")]), Lost { aliases: 1, successions: 0 });
    }

    #[test]
    fn successions_that_cannot_be_followed_are_refused() {
        for (list, said) in [
            (vec![part("H41.12", "H9", "2025-07-01", true)], "no unit has the code 'H9'"),
            (vec![part("H41.12", "H41.13", "2025-07-01", false)], "0 parts are the default"),
            (vec![part("H41.12", "H41.12", "2025-07-01", true)], "succeed itself"),
            (
                vec![part("H41.12", "H41.13", "2025-07-01", true), part("H41.13", "H41.12", "2025-07-01", true)],
                "ends on or before",
            ),
            (
                vec![part("H41.12", "H41.13", "2025-07-01", true), part("H41.12", "H41.13", "2025-07-02", false)],
                "one date",
            ),
        ] {
            let told = book().succeed(&list).expect_err("is refused").to_string();
            assert!(told.contains(said), "{told}");
        }
    }
}
