//! The house: modules use only what stands left of them, each file says what it owns, only `cli` prints.

use std::path::PathBuf;

use crate::support::{files_below, project};

/// Each module uses only those before it.
const ORDER: [&str; 11] = [
    "model",
    "definitions",
    "read",
    "normalise",
    "store",
    "indicators",
    "indices",
    "report",
    "import",
    "generate",
    "cli",
];

/// Every source file: its module, its path, its text without tests and comments.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = project("src");
    files_below(&root)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let below = path.strip_prefix(&root).unwrap().to_path_buf();
            let module = below.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
            let text = std::fs::read_to_string(&path).unwrap();
            (module, below, code(&text))
        })
        .collect()
}

/// Code without comments, and without the items that stand under `#[cfg(test)]`.
fn code(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            if !line.trim_start().starts_with("//") {
                kept.push_str(line);
                kept.push('\n');
            }
            continue;
        }
        // rustfmt closes an item at the indentation at which it opened it.
        let indent = line.len() - line.trim_start().len();
        for line in lines.by_ref() {
            let at_indent = line.len() - line.trim_start().len() == indent;
            let is_attribute = line.trim_start().starts_with("#[");
            if at_indent && !is_attribute && (line.trim_end().ends_with(['}', ';'])) {
                break;
            }
        }
    }
    kept
}

/// Modules of the crate that code names, however it is wrapped: `crate::a`, `crate::{a, b}`.
fn named(code: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let mut found: Vec<String> = Vec::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            None => found.push(word(after)),
            Some(list) => {
                let mut depth = 0;
                let mut start = true;
                for (at, letter) in list.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        letter if start && !letter.is_whitespace() => {
                            found.push(word(&list[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

#[test]
fn modules_use_only_what_stands_left_of_them() {
    let place = |module: &str| ORDER.iter().position(|other| *other == module);
    let mut wrong = Vec::new();
    for (module, path, code) in sources() {
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let Some(own) = place(&module) else {
            wrong.push(format!("{} stands in no place of the order", path.display()));
            continue;
        };
        for used in named(&code) {
            match place(&used) {
                Some(at) if at <= own => {}
                _ => wrong.push(format!("{} uses crate::{used}", path.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that run back:\n{}", wrong.join("\n"));
}

#[test]
fn names_are_found_however_they_are_wrapped() {
    let code = code(
        "use crate::model::Unit;\n// crate::cli\nuse crate::{read::{Cell, Row}, store};\nlet x = crate::report::build();\n\
         #[cfg(test)]\nmod tests {\n    use crate::cli::Cli;\n}\nfn last() { crate::indices::rank() }\n",
    );
    assert_eq!(named(&code), ["model", "read", "store", "report", "indices"]);
}

#[test]
fn every_file_opens_with_one_sentence_on_what_it_owns() {
    let missing: Vec<PathBuf> = files_below(&project("src"))
        .into_iter()
        .chain(files_below(&project("tests/it")))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !std::fs::read_to_string(path).unwrap().starts_with("//! "))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn only_the_command_line_prints() {
    for (module, path, code) in sources().into_iter().filter(|(module, ..)| module != "cli") {
        for word in ["println!", "eprintln!", "print!(", "io::stdout", "dbg!"] {
            assert!(!code.contains(word), "{word} in {} ({module})", path.display());
        }
    }
}

#[test]
fn stages_read_no_clock() {
    for (_, path, code) in sources() {
        for word in ["SystemTime::now", "Local::now", "Utc::now", "Local::today"] {
            assert!(!code.contains(word), "{word} in {}", path.display());
        }
    }
}

#[test]
fn only_the_store_knows_delta_and_only_the_indicators_know_the_passes() {
    for (module, path, code) in sources() {
        assert!(module == "store" || !code.contains("deltalake"), "{}", path.display());
        let writes_sql = code.contains("GROUPING SETS");
        assert!(module == "indicators" || !writes_sql, "{}", path.display());
    }
}
