//! What the program is built of: licences, where crates come from, which are there in two versions, and the oldest Rust that builds it.

use std::collections::{BTreeMap, BTreeSet};

use crate::metadata::{Metadata, Package, metadata as ask};

/// Licences under which the program may be handed on together with the crate.
const LICENCES: [&str; 13] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "0BSD",
];

/// Crates whose licence is none of those, with the reason why they may stay.
const OTHER_LICENCES: [(&str, &str, &str); 0] = [];

/// Crates that are built in two or more incompatible versions, with the one who holds the old one back.
const TWICE: &[(&str, &str)] = &[
    ("base64", "polars still uses 0.22"),
    ("embedded-io", "postcard names two lines of it; both are bare traits"),
    ("foldhash", "hashbrown 0.15, of petgraph and planus, uses 0.1"),
    ("getrandom", "ahash and rand 0.9 still use 0.3"),
    ("glam", "nalgebra offers conversions for every version of it; none is compiled"),
    ("hashbrown", "dashmap uses 0.14, petgraph and planus 0.15"),
    ("itertools", "object_store still uses 0.14"),
    ("miniz_oxide", "png still uses 0.8"),
    ("num-bigint", "bigdecimal still uses 0.4"),
    ("phf", "chrono-tz still uses 0.12"),
    ("phf_shared", "comes with phf"),
    ("quick-xml", "object_store names 0.39 for clouds; it is not compiled"),
    ("rand", "datafusion still uses 0.9"),
    ("rand_core", "comes with rand"),
    ("rand_distr", "polars names 0.6 for a feature that is off; ours draws from the rand_chacha of rand 0.9"),
    ("syn", "macros move to 3 one by one"),
];

fn metadata() -> Metadata {
    ask(&["--filter-platform", &host()])
}

/// The platform of this compiler: dependencies of others are not built.
fn host() -> String {
    let output = std::process::Command::new("rustc").arg("-vV").output().expect("cargo test runs where rustc is");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Packages that are compiled into the program or into what builds it; not those of tests alone.
fn built(metadata: &Metadata) -> Vec<&Package> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: BTreeMap<&String, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let root = resolve.root.as_ref().unwrap();
    let (mut seen, mut waiting) = (BTreeSet::from([root]), vec![root]);
    while let Some(id) = waiting.pop() {
        let used = nodes[id]
            .deps
            .iter()
            .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev")));
        waiting.extend(used.map(|dependency| &dependency.pkg).filter(|id| seen.insert(*id)));
    }
    metadata.packages.iter().filter(|package| seen.contains(&package.id)).collect()
}

/// Whether one may choose only licences of a list: `A OR B`, `A AND B`, `(A OR B) AND C`, and the old `A/B`.
fn allowed(expression: &str, licences: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ");
    let parts = |text: &str, word: &str| -> Vec<String> {
        // Only words outside brackets part the expression.
        let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
        for (at, letter) in text.char_indices() {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            if depth == 0 && at >= start && text[at..].starts_with(word) {
                parts.push(text[start..at].to_owned());
                start = at + word.len();
            }
        }
        parts.push(text[start..].to_owned());
        parts
    };
    let text = expression.trim();
    let every = parts(text, " AND ");
    if every.len() > 1 {
        return every.iter().all(|part| allowed(part, licences));
    }
    let any = parts(text, " OR ");
    if any.len() > 1 {
        return any.iter().any(|part| allowed(part, licences));
    }
    match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allowed(inner, licences),
        None => licences.contains(&text),
    }
}

/// Crates of more than one line of compatible versions: below 1.0 the second number counts like a first.
fn doubled<'a>(packages: impl Iterator<Item = (&'a str, (u64, u64))>) -> BTreeMap<&'a str, BTreeSet<(u64, u64)>> {
    let mut lines: BTreeMap<&str, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for (name, (major, minor)) in packages {
        lines.entry(name).or_default().insert((major, if major == 0 { minor } else { 0 }));
    }
    lines.retain(|_, versions| versions.len() > 1);
    lines
}

#[test]
fn licences_allow_the_program_to_be_handed_on() {
    let metadata = metadata();
    let own: BTreeSet<&String> = metadata.workspace_members.iter().collect();
    let mut wrong = Vec::new();
    for package in built(&metadata).into_iter().filter(|package| !own.contains(&package.id)) {
        let licence = package.license.as_deref().unwrap_or("none stated");
        let excused = OTHER_LICENCES.iter().any(|(name, other, _)| *name == package.name.as_str() && *other == licence);
        if !allowed(licence, &LICENCES) && !excused {
            wrong.push(format!("{} {}: {licence}", package.name, package.version));
        }
    }
    assert!(wrong.is_empty(), "licences that are not on the list:\n{}", wrong.join("\n"));
}

#[test]
fn crates_come_from_the_registry_alone() {
    let metadata = metadata();
    let own: BTreeSet<&String> = metadata.workspace_members.iter().collect();
    let elsewhere: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| !own.contains(&package.id))
        .filter(|package| !package.is_of_registry())
        .map(|package| format!("{} from {:?}", package.name, package.source))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

/// Crates of `cargo tree`, as `name vVERSION`: what is compiled, where `cargo metadata` also gives what a feature that is off would need.
fn compiled() -> BTreeSet<String> {
    let arguments = ["tree", "--locked", "--offline", "--workspace", "--prefix", "none", "--format", "{p}"];
    let output = std::process::Command::new("cargo").args(arguments).output().expect("cargo test runs where cargo is");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn crates_with_an_excused_advisory_are_not_compiled() {
    let (lock, compiled) = (std::fs::read_to_string("Cargo.lock").unwrap(), compiled());
    assert!(compiled.iter().any(|one| one.starts_with("datafusion v")), "{compiled:?}");
    let excuses = include_str!("../advisories.txt").lines().filter(|line| !line.starts_with('#'));
    for excuse in excuses {
        let [id, name, version, until, reason] = excuse.splitn(5, ' ').collect::<Vec<_>>()[..] else {
            panic!("not id, crate, version, day, reason: {excuse}")
        };
        assert!(
            id.starts_with("RUSTSEC-") && until.parse::<chrono::NaiveDate>().is_ok() && !reason.is_empty(),
            "{excuse}"
        );
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")), "no longer locked: {excuse}");
        assert!(!compiled.contains(&format!("{name} v{version}")), "compiled after all: {excuse}");
    }
}

#[test]
fn no_crate_is_built_in_two_majors_without_a_reason() {
    let metadata = metadata();
    let packages = built(&metadata);
    let found = doubled(packages.iter().map(|one| (one.name.as_str(), one.line())));
    let excused: BTreeSet<&str> = TWICE.iter().map(|(name, _)| *name).collect();
    let new: Vec<_> = found.iter().filter(|(name, _)| !excused.contains(*name)).collect();
    assert!(new.is_empty(), "crates in several incompatible versions: {new:?}");
    let gone: Vec<&&str> = excused.iter().filter(|name| !found.contains_key(**name)).collect();
    assert!(gone.is_empty(), "no longer twice, so no longer excused: {gone:?}");
}

#[test]
fn every_crate_of_the_workspace_has_one_licence_and_one_oldest_rust() {
    let metadata = metadata();
    let members: BTreeSet<&String> = metadata.workspace_members.iter().collect();
    let own = metadata.packages.iter().filter(|package| members.contains(&package.id));
    let licences: BTreeSet<(Option<String>, Option<String>)> =
        own.map(|one| (one.license.clone(), one.rust_version.clone())).collect();
    assert_eq!(licences.len(), 1, "{licences:?}");
    assert_eq!(licences.iter().next().unwrap().0.as_deref(), Some("Apache-2.0"));
}

#[test]
fn planted_licences_and_doubled_crates_are_found() {
    for (expression, good) in [
        ("MIT", true),
        ("MIT OR GPL-3.0", true),
        ("MIT/GPL-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
        ("(MIT AND GPL-3.0) OR LGPL-2.1", false),
        ("GPL-3.0-only", false),
        ("none stated", false),
    ] {
        assert_eq!(allowed(expression, &LICENCES), good, "{expression}");
    }
    let packages = [("a", (0, 3)), ("a", (0, 4)), ("b", (1, 0)), ("b", (1, 7)), ("c", (1, 0)), ("c", (2, 0))];
    assert_eq!(doubled(packages.into_iter()).into_keys().collect::<Vec<_>>(), ["a", "c"]);
}
