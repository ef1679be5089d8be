//! Each rule finds a planted fault and nothing in sound code.

use super::circles::circles;
use super::rules;
use super::source::Source;

fn file(path: &str, text: &str) -> Source {
    Source::new(path, text)
}

/// A rule finds a fault of one text in so many places.
#[track_caller]
fn finds(rule: impl Fn(&Source) -> Vec<String>, path: &str, text: &str, times: usize) {
    let found = rule(&file(path, text));
    assert_eq!(found.len(), times, "{found:?} in {path}: {text}");
}

#[test]
fn comments_texts_and_tests_are_no_code() {
    let source = file(
        "read/a.rs",
        "//! What it owns.\nfn a() { b(\"one // two\", r#\"raw \"quoted\" text\"#, 'x', '\\'', '\"'); } // c\n\
         /* d\ne */ fn f<'a>(g: &'a str) {}\n#[cfg(test)]\nmod tests {\n    fn h() { i(\"j\") }\n}\nfn last() { br(\"k\\\"l\") }\n",
    );
    let texts: Vec<(usize, &str)> = source.texts.iter().map(|(line, text)| (*line, text.as_str())).collect();
    assert!(texts.contains(&(2, "one // two")) && texts.contains(&(2, "raw \"quoted\" text")), "{texts:?}");
    assert!(texts.contains(&(9, "k\\\"l")) && !texts.iter().any(|(_, text)| *text == "j"), "{texts:?}");
    assert!(source.code.contains("fn f<'a>(g: &'a str) {}") && !source.code.contains("fn h"), "{}", source.code);
    assert!(!source.code.contains("// c") && !source.code.contains("e */"), "{}", source.code);
    assert_eq!((source.lines_of_code(), source.room()), (3, "read"));
}

#[test]
fn modules_are_named_by_their_paths() {
    let module = |path: &str| file(path, "").module().join("::");
    assert_eq!(module("read/mod.rs"), "");
    assert_eq!(module("read/xls.rs"), "xls");
    assert_eq!(module("definitions/index/mod.rs"), "index");
    assert_eq!(module("definitions/index/points.rs"), "index::points");
}

#[test]
fn rules_on_words_find_planted_faults() {
    let sql = "fn a() { ask(\"SELECT a\nFROM b\") }";
    for (path, times) in
        [("report/a.rs", 1), ("cli/a.rs", 1), ("engine/a.rs", 1), ("engine/gate.rs", 0), ("store/a.rs", 0)]
    {
        finds(rules::sql, path, sql, times);
    }
    finds(rules::sql, "report/a.rs", "fn a() { say(\"choose one from the list\") } // SELECT a FROM b", 0);
    finds(rules::delta, "import/a.rs", "fn a() { ArrowWriter::try_new(b, \"_delta_log\") }", 2);
    finds(rules::delta, "store/a.rs", "fn a() { ArrowWriter::try_new(b, \"_delta_log\") }", 0);
    finds(rules::prints, "import/a.rs", "fn a() {\n println!(\"x\");\n eprintln!(\"y\");\n print!(\"z\");\n}", 3);
    finds(rules::prints, "import/a.rs", "fn a() { blueprint!(b); pretty_println!(c) }", 0);
    finds(rules::prints, "cli/a.rs", "fn a() { println!(\"x\") }", 0);
    finds(rules::clock, "cli/a.rs", "fn a() { Utc::now() }", 1);
    finds(rules::vietnamese, "report/a.rs", "fn a() { say(\"Đơn vị\", 'ộ', \"unit · été – 5 %\") } // Đơn vị", 2);
    finds(rules::vietnamese, "report/a.rs", "fn a() { say(\"· – … ✗ ≥ %\") }", 0);
    finds(rules::vietnamese, "generate/a.rs", "fn a() { say(\"Đơn vị\") }", 0);
    let arrow =
        "fn a() {\n b.as_primitive::<Int64Type>();\n c.downcast_ref::<StringArray>();\n d.downcast_ref::<Error>();\n}";
    finds(rules::arrow, "import/a.rs", arrow, 2);
    finds(rules::arrow, "store/rows.rs", arrow, 0);
    finds(rules::blocks, "engine/a.rs", "fn a() { runtime.block_on(b) }", 1);
    finds(rules::blocks, "cli/a.rs", "fn a() { runtime.block_on(b) }", 0);
}

#[test]
fn rules_on_length_count_code_alone() {
    let body = "    b();\n".repeat(rules::LONGEST_FUNCTION - 2);
    let function = |more: &str| format!("pub fn a() {{\n{body}{more}}}\n#[cfg(test)]\nfn t() {{\n{body}{body}}}\n");
    finds(rules::long_functions, "read/a.rs", &function(""), 0);
    finds(rules::long_functions, "read/a.rs", &function("    c();\n"), 1);
    finds(rules::long_file, "read/a.rs", &"fn a() {}\n\n// b\n".repeat(rules::LONGEST_FILE), 0);
    finds(rules::long_file, "read/a.rs", &"fn a() {}\n".repeat(rules::LONGEST_FILE + 1), 1);
}

#[test]
fn rules_on_modules_find_planted_faults() {
    finds(rules::climbs, "read/a.rs", "use super::b;\n", 0);
    finds(rules::climbs, "read/a.rs", "use super::super::b;\n", 1);
    finds(rules::climbs, "read/a/b.rs", "use super::super::c;\n", 0);
    let all = [file("read/a.rs", ""), file("read/a/b.rs", ""), file("read/c/mod.rs", ""), file("read/c/d.rs", "")];
    let found: Vec<String> = all.iter().flat_map(|source| rules::module_style(source, &all)).collect();
    assert_eq!(found, ["read/a.rs beside read/a/"]);
}

#[test]
fn arrows_that_run_back_are_found() {
    let uses =
        |room: &str, used: &[&str]| rules::arrows(room, &used.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
    assert!(uses("report", &["model", "indices"]).is_empty());
    assert_eq!(uses("store", &["model", "report"]), ["store uses report"]);
    assert_eq!(uses("report", &["report"]), ["report uses report"]);
    assert_eq!(uses("import", &["generate"]), ["import uses generate"]);
    assert!(uses("cli", &["generate", "engine"]).is_empty() && uses("generate", &["definitions"]).is_empty());
    assert_eq!(uses("generate", &["store"]), ["generate uses store"]);
    assert_eq!(uses("helpers", &[]), ["helpers has no place in the order"]);
}

#[test]
fn circles_are_found_through_paths_groups_and_re_exports() {
    let found = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files.iter().map(|(path, text)| file(path, text)).collect();
        circles("read", &sources.iter().collect::<Vec<_>>())
    };
    let line = [
        ("read/mod.rs", "mod a;\nmod b;\npub use a::A;\n"),
        ("read/a.rs", "pub struct A;"),
        ("read/b.rs", "use super::A;"),
    ];
    assert_eq!(found(&line), []);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let back = |text| [line[0], ("read/a.rs", text), line[2]];
    for text in ["use super::b::B;", "use crate::{c::C, b::{B, D}};", "fn f() { super::b::g() }"] {
        assert_eq!(found(&back(text)), [("read".to_owned(), names(&["a", "b"]))], "{text}");
    }
    // Below a folder: the circle is between the files side by side in it.
    let deep = [
        ("read/x/mod.rs", "mod a;\nmod b;\n"),
        ("read/x/a.rs", "use super::b::B;"),
        ("read/x/b.rs", "use crate::x::a::A;"),
        ("read/y.rs", "use super::x::Z;"),
    ];
    assert_eq!(found(&deep), [("read/x".to_owned(), names(&["a", "b"]))]);
    assert_eq!(found(&[("read/a.rs", "#[cfg(test)]\nuse super::b::B;"), ("read/b.rs", "use super::a::A;")]), []);
}
