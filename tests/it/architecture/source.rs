//! A source file as the rules of the house see it: code without comments, texts and tests, and the texts apart.

use std::path::Path;

use crate::support::{files_below, project};

/// One file below `src/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path below `src/`, with `/`.
    pub path: String,
    /// Code line by line; comments and items under `#[cfg(test)]` are blank, texts are `""`.
    pub code: String,
    /// Texts of the code, each with its line from 1.
    pub texts: Vec<(usize, String)>,
}

impl Source {
    /// Reads the text of a file.
    pub fn new(path: &str, text: &str) -> Self {
        let (bare, texts) = without_comments_and_texts(text);
        let tests = test_lines(&bare);
        let is_test = |line: usize| tests.iter().any(|(first, last)| (*first..=*last).contains(&line));
        let mut code = String::new();
        for (at, line) in bare.lines().enumerate() {
            code.push_str(if is_test(at + 1) { "" } else { line.trim_end() });
            code.push('\n');
        }
        let texts = texts.into_iter().filter(|(line, _)| !is_test(*line)).collect();
        Self { path: path.to_owned(), code, texts }
    }

    /// The crate that the file belongs to; `lib.rs` and `main.rs` are their own.
    pub fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// Lines that are neither blank nor comments nor tests.
    pub fn lines_of_code(&self) -> usize {
        self.code.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// The module that the file is, below its room: `index/points/mod.rs` is `index`, `points`.
    pub fn module(&self) -> Vec<String> {
        let below = self.path.split_once('/').map_or("", |(_, below)| below).trim_end_matches(".rs");
        below.split('/').filter(|part| !part.is_empty() && *part != "mod").map(str::to_owned).collect()
    }
}

/// All files of the program, but for those that are modules of tests alone.
pub fn sources() -> Vec<Source> {
    let root = project("src");
    let is_code = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    let mut all = Vec::new();
    let mut of_tests: Vec<String> = Vec::new();
    for file in files_below(&root).into_iter().filter(|path| is_code(path)) {
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&file).unwrap();
        let folder = path.trim_end_matches(".rs").trim_end_matches("mod").trim_end_matches('/').to_owned();
        let folder =
            if path.ends_with("mod.rs") { folder } else { path.rsplit_once('/').map_or("", |(up, _)| up).into() };
        of_tests.extend(test_modules(&text).map(|name| format!("{folder}/{name}")));
        all.push(Source::new(&path, &text));
    }
    all.retain(|source| {
        let module = source.path.trim_end_matches(".rs");
        !of_tests.iter().any(|test| module == test || module.starts_with(&format!("{test}/")))
    });
    all
}

/// Where attributes begin that keep an item for tests, alone or under more conditions, and the length of each.
fn test_attributes(code: &str) -> impl Iterator<Item = (usize, usize)> {
    code.match_indices("#[cfg(").filter_map(|(at, _)| {
        let length = code[at..].find(']')? + 1;
        ["#[cfg(test)]", "#[cfg(all(test,"].iter().any(|start| code[at..].starts_with(start)).then_some((at, length))
    })
}

/// Names of modules in files of their own under `#[cfg(test)]`.
fn test_modules(text: &str) -> impl Iterator<Item = &str> {
    test_attributes(text).filter_map(|(at, length)| {
        let mut after = text[at + length..].trim_start();
        // Attributes may follow between.
        while let Some(end) = after.strip_prefix("#[").and_then(|_| after.find("]\n")) {
            after = after[end + 1..].trim_start();
        }
        let item = after.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        item.strip_prefix("mod ")?.split_once(';').map(|(name, _)| name).filter(|name| !name.contains(['{', ' ']))
    })
}

/// First and last lines of items under `#[cfg(test)]`, in code without texts and comments.
fn test_lines(bare: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in test_attributes(bare) {
        let first = bare[..at].matches('\n').count() + 1;
        let end = at + end_of_item(&bare[at..]);
        found.push((first, bare[..end].matches('\n').count() + 1));
    }
    found
}

/// Where the item that begins here ends: at its closing brace, or at its semicolon if it has no body.
pub fn end_of_item(code: &str) -> usize {
    let (mut depth, mut brackets) = (0_i32, 0_i32);
    for (at, letter) in code.char_indices() {
        match letter {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth <= 0 {
                    return at;
                }
            }
            ';' if depth == 0 && brackets == 0 => return at,
            _ => {}
        }
    }
    code.len()
}

/// Code with the same lines, whose comments are gone and whose texts are empty; and the texts.
fn without_comments_and_texts(text: &str) -> (String, Vec<(usize, String)>) {
    let letters: Vec<char> = text.chars().collect();
    let (mut bare, mut texts, mut line, mut at) = (String::new(), Vec::new(), 1, 0);
    let next = |at: usize| letters.get(at + 1).copied().unwrap_or(' ');
    while at < letters.len() {
        let letter = letters[at];
        let after_name = at > 0 && (letters[at - 1].is_alphanumeric() || letters[at - 1] == '_');
        let end = match letter {
            '/' if next(at) == '/' => at + letters[at..].iter().take_while(|letter| **letter != '\n').count(),
            '/' if next(at) == '*' => {
                let inner = letters[at..].windows(2).position(|pair| pair == ['*', '/']);
                inner.map_or(letters.len(), |inner| at + inner + 2)
            }
            '"' => end_of_text(&letters, at),
            'r' if !after_name || letters[at - 1] == 'b' => match end_of_raw_text(&letters, at) {
                Some(end) => end,
                None => at,
            },
            '\'' if next(at) == '\\' => {
                let mut end = at + 3;
                while letters.get(end).is_some_and(|letter| *letter != '\'') {
                    end += 1;
                }
                end + 1
            }
            '\'' if letters.get(at + 2) == Some(&'\'') => at + 3,
            _ => at,
        };
        if end == at {
            bare.push(letter);
            line += usize::from(letter == '\n');
            at += 1;
            continue;
        }
        let part: String = letters[at..end.min(letters.len())].iter().collect();
        if letter != '/' {
            let inner = part.trim_start_matches('r').trim_matches('#');
            texts.push((line, inner.get(1..inner.len().saturating_sub(1)).unwrap_or_default().to_owned()));
            bare.push_str("\"\"");
        }
        let breaks = part.matches('\n').count();
        bare.extend(std::iter::repeat_n('\n', breaks));
        line += breaks;
        at = end;
    }
    (bare, texts)
}

/// Behind the closing quote of a text.
fn end_of_text(letters: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while end < letters.len() && letters[end] != '"' {
        end += if letters[end] == '\\' { 2 } else { 1 };
    }
    end + 1
}

/// Behind a raw text, if one begins here.
fn end_of_raw_text(letters: &[char], at: usize) -> Option<usize> {
    let hashes = letters[at + 1..].iter().take_while(|letter| **letter == '#').count();
    if letters.get(at + 1 + hashes) != Some(&'"') {
        return None;
    }
    let mut end = at + hashes + 2;
    loop {
        let close = letters.get(end)?;
        if *close == '"' && letters[end + 1..].iter().take(hashes).filter(|letter| **letter == '#').count() == hashes {
            return Some(end + 1 + hashes);
        }
        end += 1;
    }
}
