//! Classes of an index of points: by score, by side conditions, and by quota.

use serde::Deserialize;

use super::conditions::{Condition, RawCondition};
use super::sections::SectionReader;
use crate::did_you_mean;

/// A class of scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Lowest score of the class, in points.
    pub from: f64,
    /// Its name, e.g. `xuất sắc`.
    pub name: String,
    /// What must hold besides; a unit that fails falls to the next class.
    pub when: Vec<Condition>,
    /// How many units of a group can have it at most.
    pub quota: Option<Quota>,
}

/// How many units of a group can have a class: a share of those that reach another class, or better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// The share, 0–1.
    pub share: f64,
    /// Place of the class that those counted reach at least.
    pub of: usize,
    /// How a fraction of a unit is rounded.
    pub rounding: QuotaRounding,
    /// Where fewer units than this are counted, [`Quota::few`] applies instead of the share.
    pub fewer_than: usize,
    /// Most units with the class then.
    pub few: usize,
}

/// How a fraction of a unit is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaRounding {
    /// Cut off: never more than the share.
    Down,
    /// To the nearest, halves up.
    Nearest,
    /// One more for any rest.
    Up,
}

impl Quota {
    /// Most units with the class where so many are counted.
    ///
    /// ```
    /// use cchc_definitions::{Quota, QuotaRounding};
    /// let quota = Quota { share: 0.2, of: 1, rounding: QuotaRounding::Down, fewer_than: 5, few: 1 };
    /// assert_eq!([0, 1, 4, 5, 9, 10, 14].map(|counted| quota.most(counted)), [0, 1, 1, 1, 1, 2, 2]);
    /// let up = Quota { rounding: QuotaRounding::Up, ..quota };
    /// assert_eq!([5, 6].map(|counted| up.most(counted)), [1, 2]);
    /// ```
    #[must_use]
    pub fn most(&self, counted: usize) -> usize {
        if counted < self.fewer_than {
            return self.few.min(counted);
        }
        // A share such as 0.2 has no exact binary form: 0.2 × 15 is three units.
        let exact = self.share * counted as f64;
        let near = exact.round();
        let exact = if (exact - near).abs() < 1e-9 { near } else { exact };
        let most = match self.rounding {
            QuotaRounding::Down => exact.floor(),
            QuotaRounding::Nearest => exact.round(),
            QuotaRounding::Up => exact.ceil(),
        };
        (most as usize).min(counted)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClass {
    from: f64,
    name: String,
    #[serde(default)]
    when: Vec<RawCondition>,
    quota: Option<RawQuota>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuota {
    share: f64,
    of: String,
    rounding: QuotaRounding,
    #[serde(default)]
    fewer_than: usize,
    #[serde(default)]
    at_most: usize,
}

/// Reads `[[class]]`: names once, conditions on what there is, quotas of this class or a lower one.
pub(super) fn classes(
    tables: Vec<toml::Table>,
    inputs: &[&str],
    codes: &[&str],
    reader: &mut SectionReader<'_>,
) -> Vec<Class> {
    let raw: Vec<RawClass> = reader.list("class", tables);
    let names: Vec<String> = raw.iter().map(|class| class.name.clone()).collect();
    let mut read = Vec::with_capacity(raw.len());
    for (at, class) in raw.into_iter().enumerate() {
        let key = format!("class {}", class.name);
        if names[..at].contains(&class.name) {
            reader.fault(&key, "stands twice; every class is named once");
        }
        let conditions = class.when.into_iter();
        let when = conditions
            .filter_map(|one| one.checked(inputs, codes, |message| reader.fault(format!("{key}.when"), message)))
            .collect();
        let quota = class.quota.and_then(|quota| checked_quota(&quota, at, &names, &key, reader));
        read.push(Class { from: class.from, name: class.name, when, quota });
    }
    if let Some(last) = read.last().filter(|class| !class.when.is_empty() || class.quota.is_some()) {
        let key = format!("class {}", last.name);
        reader.fault(key, "is the last: it takes everybody who is left, without conditions and quota");
    }
    read
}

fn checked_quota(
    quota: &RawQuota,
    at: usize,
    names: &[String],
    key: &str,
    reader: &mut SectionReader<'_>,
) -> Option<Quota> {
    let key = format!("{key}.quota");
    if !(quota.share > 0.0 && quota.share <= 1.0) {
        reader.fault(&key, format!("{} is no share; write a number above 0 and at most 1", quota.share));
    }
    if quota.fewer_than > 0 && quota.at_most == 0 {
        reader.fault(&key, "says fewer_than, but not at_most how many of so few can have the class");
    }
    let of = names.iter().position(|name| *name == quota.of);
    match of {
        None => {
            let hint = did_you_mean(&quota.of, names.iter().map(String::as_str));
            reader.fault(&key, format!("no class '{}'{hint}", quota.of));
        }
        Some(of) if of < at => {
            reader.fault(
                &key,
                format!("counts those of '{}', which is better; name this class or a lower one", quota.of),
            );
        }
        Some(_) => {}
    }
    let (share, rounding) = (quota.share, quota.rounding);
    Some(Quota { share, of: of?, rounding, fewer_than: quota.fewer_than, few: quota.at_most })
}
