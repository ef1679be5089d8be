//! Circles between files of one folder: which file uses which, through `super`, `crate` and what a folder re-exports.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// Names at the beginning of a path.
const STARTS: [&str; 3] = ["crate::", "super::", "self::"];

type Module = Vec<String>;

/// A circle: the folder, and the files or folders in it that use each other.
pub type Circle = (String, BTreeSet<String>);

/// All circles between the files and folders of one folder, over the files of one room.
pub fn circles(room: &str, sources: &[&Source]) -> Vec<Circle> {
    let modules: BTreeSet<Module> = sources.iter().map(|source| source.module()).collect();
    let exported = exported(sources, &modules);
    let mut arrows: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for source in sources {
        let own = source.module();
        for path in paths(&source.code) {
            let Some(used) = resolve(&own, &path, &modules, &exported) else { continue };
            let shared = own.iter().zip(&used).take_while(|(one, other)| one == other).count();
            if let (Some(from), Some(to)) = (own.get(shared), used.get(shared)) {
                let folder = arrows.entry(own[..shared].to_vec()).or_default();
                folder.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    let mut found = Vec::new();
    for (folder, arrows) in arrows {
        let name = std::iter::once(room.to_owned()).chain(folder).collect::<Vec<_>>().join("/");
        found.extend(knots(&arrows).into_iter().map(|knot| (name.clone(), knot)));
    }
    found
}

/// Sets of names that reach each other.
fn knots(arrows: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<BTreeSet<String>> {
    let reached = |from: &str| {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(name) = waiting.pop() {
            for next in arrows.get(&name).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    waiting.push(next.clone());
                }
            }
        }
        seen
    };
    let all: BTreeMap<&String, BTreeSet<String>> = arrows.keys().map(|name| (name, reached(name))).collect();
    let knot = |name: &String| -> BTreeSet<String> {
        all[name].iter().filter(|other| all.get(other).is_some_and(|back| back.contains(name))).cloned().collect()
    };
    all.keys().map(|name| knot(name)).filter(|knot| knot.len() > 1).collect()
}

/// Names that a module takes from others by `use`: module → name → where it is from.
fn exported(sources: &[&Source], modules: &BTreeSet<Module>) -> BTreeMap<Module, BTreeMap<String, Module>> {
    let mut all: BTreeMap<Module, BTreeMap<String, Module>> = BTreeMap::new();
    for source in sources {
        let own = source.module();
        for tree in source.code.split("use ").skip(1).filter_map(|after| after.split_once(';').map(|(tree, _)| tree)) {
            for path in expand(tree) {
                let Some(name) = path.last().cloned() else { continue };
                let absolute = absolute(&own, &path).or_else(|| {
                    let child = [own.clone(), vec![path[0].clone()]].concat();
                    modules.contains(&child).then(|| [own.clone(), path.clone()].concat())
                });
                let Some(absolute) = absolute else { continue };
                let from = longest(&absolute, modules);
                all.entry(own.clone()).or_default().insert(name, from);
            }
        }
    }
    all
}

/// The module that a path leads to, through at most three re-exports.
fn resolve(
    own: &Module,
    path: &[String],
    modules: &BTreeSet<Module>,
    exported: &BTreeMap<Module, BTreeMap<String, Module>>,
) -> Option<Module> {
    let absolute = absolute(own, path)?;
    let mut module = longest(&absolute, modules);
    let mut name = absolute.get(module.len()).cloned();
    for _ in 0..3 {
        let Some(from) = name.as_ref().and_then(|name| exported.get(&module)?.get(name)) else { break };
        if *from == module {
            break;
        }
        module.clone_from(from);
        name = name.filter(|_| exported.contains_key(&module));
    }
    Some(module)
}

/// The longest beginning of a path that is a module.
fn longest(path: &[String], modules: &BTreeSet<Module>) -> Module {
    (0..=path.len()).rev().map(|length| path[..length].to_vec()).find(|part| modules.contains(part)).unwrap_or_default()
}

/// A path from the root of the room, if it begins with `crate`, `super` or `self`.
fn absolute(own: &Module, path: &[String]) -> Option<Module> {
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([own.clone(), path[1..].to_vec()].concat()),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            Some([own.get(..own.len().checked_sub(ups)?)?.to_vec(), path[ups..].to_vec()].concat())
        }
        _ => None,
    }
}

/// Every path in code that begins with `crate`, `super` or `self`; groups in braces are taken apart.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in STARTS {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':') {
                continue;
            }
            found.extend(expand(&code[at..]));
        }
    }
    found
}

/// `a::{b::{C, D}, e}` is `a::b::C`, `a::b::D`, `a::e`; ends where the path does.
fn expand(tree: &str) -> Vec<Vec<String>> {
    let mut path = Vec::new();
    let mut rest = tree.trim_start();
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            return parts(group)
                .iter()
                .flat_map(|part| expand(part))
                .map(|tail| [path.clone(), tail].concat())
                .collect();
        }
        let name: String = rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if name.is_empty() {
            return if path.is_empty() { Vec::new() } else { vec![path] };
        }
        rest = &rest[name.len()..];
        path.push(name);
        match rest.strip_prefix("::") {
            Some(after) => rest = after,
            None => return vec![path],
        }
    }
}

/// Parts of a group between its commas, up to its closing brace.
fn parts(group: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                return parts;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts
}
