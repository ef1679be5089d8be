//! The lines of a set of tables: units, what they hold with their children, kinds, everything and groups of dossiers.

use std::collections::{BTreeMap, BTreeSet};

use crate::{By, Children};
use cchc_disclosure::Line;

/// Marks a unit with all below it.
const WITH_CHILDREN: char = '+';
/// Marks what a sum holds beside its parts.
const REST: char = '~';

/// What it costs to hide a cell of a sum over a kind, over everything, and of a unit with its children.
const KIND_COST: u32 = 8;
const ALL_COST: u32 = 40;
const CHILDREN_COST: u32 = 3;

/// Lines by name.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    names: BTreeMap<String, usize>,
    all: Vec<Line>,
    rests: Vec<(String, String, Vec<String>)>,
}

/// The name of a row's line.
pub(super) fn line_of(unit: &str, group: Option<&str>, by: By, children: Children) -> String {
    match (by.is_by_unit(), children) {
        (false, _) => format!("{}={}", by.word(), group.unwrap_or_default()),
        (true, Children::Added) if !unit.starts_with('*') => format!("{unit}{WITH_CHILDREN}"),
        (true, _) => unit.to_owned(),
    }
}

impl Lines {
    /// The lines of these names; `kinds` tells the kind of units, `parent` the unit above a unit.
    pub fn of(
        names: &BTreeSet<String>,
        kinds: &BTreeMap<String, String>,
        parent: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let mut lines = Self::default();
        let is_group = |name: &&String| name.contains('=');
        let units: BTreeSet<String> = names
            .iter()
            .filter(|name| !name.starts_with('*') && !is_group(name))
            .map(|name| name.trim_end_matches(WITH_CHILDREN).to_owned())
            .collect();
        for unit in &units {
            lines.leaf(unit, 0);
        }
        let sums: Vec<&String> = names.iter().filter(|name| name.starts_with('*') && name.len() > 1).collect();
        for sum in &sums {
            let of: Vec<String> =
                units.iter().filter(|unit| kinds.get(*unit).is_some_and(|kind| *kind == sum[1..])).cloned().collect();
            lines.sum_with_rest(sum, of, 0, KIND_COST);
        }
        lines.children(names, &units, parent);
        if names.contains("*") {
            lines.everything(&units, &sums, names.iter().filter(is_group));
        } else {
            names.iter().filter(is_group).for_each(|group| lines.leaf(group, 1));
        }
        lines
    }

    /// Everything: the sum of kinds, and of each split into groups.
    fn everything<'a>(&mut self, units: &BTreeSet<String>, sums: &[&String], groups: impl Iterator<Item = &'a String>) {
        let mut by_family: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for group in groups {
            by_family.entry(group.split('=').next().unwrap_or_default()).or_default().push(group.clone());
        }
        let rest = format!("{REST}*");
        self.leaf(&rest, 0);
        let mut all: Vec<usize> = units.iter().chain([&rest]).filter_map(|name| self.place(name)).collect();
        all.extend(sums.iter().filter_map(|sum| self.place(&format!("{REST}{sum}"))));
        let parts = if sums.is_empty() {
            units.iter().cloned().collect()
        } else {
            sums.iter().map(|sum| (*sum).clone()).collect()
        };
        self.rests.push((rest, "*".to_owned(), parts));
        for (at, (name, groups)) in by_family.into_iter().enumerate() {
            let rest = format!("{REST}*{name}");
            for leaf in groups.iter().chain([&rest]) {
                self.leaf(leaf, at + 1);
                all.extend(self.place(leaf));
            }
            self.rests.push((rest, "*".to_owned(), groups));
        }
        self.sum("*", all, ALL_COST);
    }

    /// Units with what is below them: a unit's own line is what its children leave of it.
    fn children(
        &mut self,
        names: &BTreeSet<String>,
        units: &BTreeSet<String>,
        parent: &dyn Fn(&str) -> Option<String>,
    ) {
        let with: Vec<&String> = names.iter().filter(|name| name.ends_with(WITH_CHILDREN)).collect();
        let below = |unit: &str| -> Vec<String> {
            units.iter().filter(|other| parent(other).as_deref() == Some(unit)).cloned().collect()
        };
        for name in with {
            let unit = name.trim_end_matches(WITH_CHILDREN);
            let mut all = vec![unit.to_owned()];
            let mut at = 0;
            while at < all.len() {
                let more = below(&all[at]);
                all.extend(more.into_iter().filter(|one| !all.contains(one)).collect::<Vec<_>>());
                at += 1;
            }
            let children = below(unit).into_iter().map(|child| format!("{child}{WITH_CHILDREN}")).collect();
            self.rests.push((unit.to_owned(), name.clone(), children));
            let leaves = all.iter().filter_map(|one| self.place(one)).collect();
            self.sum(name, leaves, CHILDREN_COST);
        }
    }

    fn leaf(&mut self, name: &str, family: usize) {
        let at = self.all.len();
        self.names.insert(name.to_owned(), at);
        self.all.push(Line { leaves: vec![at], family, cost: 1 });
    }

    fn sum_with_rest(&mut self, name: &str, parts: Vec<String>, family: usize, cost: u32) {
        let rest = format!("{REST}{name}");
        self.leaf(&rest, family);
        let leaves = parts.iter().chain([&rest]).filter_map(|part| self.place(part)).collect();
        self.sum(name, leaves, cost);
        self.rests.push((rest, name.to_owned(), parts));
    }

    fn sum(&mut self, name: &str, mut leaves: Vec<usize>, cost: u32) {
        leaves.sort_unstable();
        leaves.dedup();
        self.names.insert(name.to_owned(), self.all.len());
        self.all.push(Line { leaves, family: 0, cost });
    }

    /// Place of a line.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// All lines with their names.
    pub fn named(&self) -> impl Iterator<Item = (&str, usize)> {
        self.names.iter().map(|(name, at)| (name.as_str(), *at))
    }

    /// The lines.
    pub fn lines(&self) -> &[Line] {
        &self.all
    }

    /// Whether no table has the line.
    pub fn is_rest(name: &str) -> bool {
        name.starts_with(REST)
    }

    /// Lines that may be in no table: the line, the sum that holds it, and the parts of the sum beside it.
    pub fn rests(&self) -> Vec<(String, String, Vec<String>)> {
        self.rests.clone()
    }
}
