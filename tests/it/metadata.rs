//! What `cargo metadata` says of the workspace and of what it is built from.
//!
//! The crate of that name would switch on a feature of `serde_json`, and with it compile everything a second time.

use std::process::Command;

use serde::Deserialize;

use crate::support::project;

/// The answer of `cargo metadata`.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
    pub workspace_members: Vec<String>,
    pub resolve: Option<Resolve>,
}

/// One package.
#[derive(Debug, Deserialize)]
pub struct Package {
    pub id: String,
    pub name: String,
    pub version: String,
    pub license: Option<String>,
    pub rust_version: Option<String>,
    pub source: Option<String>,
    pub dependencies: Vec<Dependency>,
}

impl Package {
    /// The first two numbers of its version.
    pub fn line(&self) -> (u64, u64) {
        let mut numbers = self.version.split('.').map_while(|number| number.parse().ok());
        (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
    }

    /// Whether it comes from the public registry.
    pub fn is_of_registry(&self) -> bool {
        self.source
            .as_deref()
            .is_some_and(|source| source.contains("crates.io-index") || source.contains("index.crates.io"))
    }
}

/// What a manifest asks for; `kind` is none for an ordinary one, `dev` or `build`.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    pub name: String,
    pub kind: Option<String>,
}

/// What was chosen.
#[derive(Debug, Deserialize)]
pub struct Resolve {
    pub nodes: Vec<Node>,
    pub root: Option<String>,
}

/// One package with what it uses.
#[derive(Debug, Deserialize)]
pub struct Node {
    pub id: String,
    pub deps: Vec<Used>,
}

/// One package used, and for what.
#[derive(Debug, Deserialize)]
pub struct Used {
    pub pkg: String,
    pub dep_kinds: Vec<UsedFor>,
}

/// Whether it is used by the program, by its tests or by its build.
#[derive(Debug, Deserialize)]
pub struct UsedFor {
    pub kind: Option<String>,
}

/// Asks cargo, without the network.
pub fn metadata(arguments: &[&str]) -> Metadata {
    let manifest = project("Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--manifest-path"])
        .arg(manifest)
        .args(arguments)
        .output()
        .expect("cargo test runs where cargo is");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}
