//! The definition files themselves: embedded in the binary, replaced or added to by a workspace's files of the same path.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};

use super::{Fault, own_files, too_long_text};

pub(super) static QUERIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../queries");

/// The report templates, fonts included.
pub static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../report-templates");

/// Path below `queries/` → text, sorted by path.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Embedded texts are borrowed: some are large.
    texts: BTreeMap<String, Cow<'static, str>>,
}

/// Where a definition file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Embedded in the program.
    Shipped,
    /// The workspace's own, in place of an embedded one of the same path.
    Replaced,
    /// The workspace's own, beside the embedded ones.
    Own,
}

impl Origin {
    /// The word that lists of definitions print.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Replaced => "overridden",
            Self::Own => "own",
        }
    }
}

/// The text of a file of `report-templates/`: a workspace's own, or the embedded one.
///
/// # Errors
/// The workspace's own file cannot be read.
pub fn template_text(overlay: Option<&Path>, name: &str) -> std::io::Result<Cow<'static, str>> {
    let own = overlay.map(|root| own_files::text(&root.join("report-templates").join(name))).transpose()?;
    if let Some(own) = own.flatten() {
        return Ok(Cow::Owned(own));
    }
    let embedded = TEMPLATES.get_file(name).and_then(include_dir::File::contents_utf8);
    Ok(Cow::Borrowed(embedded.unwrap_or_default()))
}

impl Files {
    /// The embedded text of a path below `queries/`.
    #[must_use]
    pub fn shipped(file: &str) -> Option<&'static str> {
        QUERIES.get_file(file).and_then(include_dir::File::contents_utf8)
    }

    /// Where the file of that path below `queries/` comes from.
    #[must_use]
    pub fn origin(overlay: Option<&Path>, file: &str) -> Origin {
        let is_own = overlay.is_some_and(|root| root.join("queries").join(file).is_file());
        match (is_own, QUERIES.get_file(file).is_some()) {
            (false, _) => Origin::Shipped,
            (true, true) => Origin::Replaced,
            (true, false) => Origin::Own,
        }
    }

    /// Embedded files, overlaid by those below `overlay/queries`.
    pub fn load(overlay: Option<&Path>, faults: &mut Vec<Fault>) -> Self {
        let mut texts = BTreeMap::new();
        embedded(&QUERIES, &mut texts);
        for (name, text) in overlay.map(|root| own_files::below(&root.join("queries"))).unwrap_or_default() {
            let is_toml = Path::new(&name).extension().is_some_and(|extension| extension == "toml");
            let message = match &text {
                Ok(text) => too_long_text(text).filter(|_| is_toml),
                Err(error) => Some(error.to_string()),
            };
            if let Some(message) = message {
                let file = if name.is_empty() { "queries".to_owned() } else { name.clone() };
                faults.push(Fault { file, key: String::new(), message });
            }
            texts.extend(text.ok().map(|text| (name, Cow::Owned(text))));
        }
        Self { texts }
    }

    /// The same with one more file, or with another text of it.
    #[must_use]
    pub fn with(mut self, path: &str, text: &str) -> Self {
        self.texts.insert(path.to_owned(), Cow::Owned(text.to_owned()));
        self
    }

    /// Files below a folder with an extension, as path and text.
    pub fn below<'a>(&'a self, folder: &'a str, extension: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts
            .iter()
            .filter(move |(path, _)| path.starts_with(folder) && path.rsplit('.').next() == Some(extension))
            .map(|(path, text)| (path.as_str(), text.as_ref()))
    }

    /// One file's text.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(Cow::as_ref)
    }
}

fn embedded(dir: &Dir<'static>, texts: &mut BTreeMap<String, Cow<'static, str>>) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            texts.insert(file.path().to_string_lossy().replace('\\', "/"), Cow::Borrowed(text));
        }
    }
    for folder in dir.dirs() {
        embedded(folder, texts);
    }
}
