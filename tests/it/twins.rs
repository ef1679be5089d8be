//! The Vietnamese pages have the commands and blocks of the English ones, lead to pages that exist, and keep to the words of the guide.

use std::path::{Path, PathBuf};

use crate::support::{files_below, project};

/// The page that has no English twin.
const ALONE: &str = "tu-bang-den-chi-so.md";
const GUIDE: &str = "HUONG-DAN.md";
/// Set, the Vietnamese pages take the blocks of the English ones; sentences around them are looked at by people.
const WRITE: &str = "CCHC_WRITE_DOCS";

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// The pages of `docs/vi`.
fn pages() -> Vec<PathBuf> {
    files_below(&project("docs/vi"))
}

fn name(page: &Path) -> String {
    page.file_name().unwrap().to_string_lossy().into_owned()
}

/// The English page of which a page of `docs/vi` is the twin.
fn twin(page: &Path) -> PathBuf {
    project("docs").join(name(page))
}

/// The fenced blocks of a page, with their fences.
fn blocks(page: &str) -> Vec<String> {
    let (mut blocks, mut open) = (Vec::<String>::new(), false);
    for line in page.lines() {
        let fence = line.starts_with("```");
        if fence && !open {
            blocks.push(String::new());
        }
        if fence || open {
            let block = blocks.last_mut().expect("a fence opened the block");
            block.push_str(line);
            block.push('\n');
        }
        if fence {
            open = !open;
        }
    }
    blocks
}

/// A page with other blocks in the places of its own.
fn with_blocks(page: &str, blocks: &[String]) -> String {
    let (mut text, mut next, mut open) = (String::new(), blocks.iter(), false);
    for line in page.lines() {
        let fence = line.starts_with("```");
        if fence && !open {
            text.push_str(next.next().map_or("", String::as_str));
        }
        if !fence && !open {
            text.push_str(line);
            text.push('\n');
        }
        if fence {
            open = !open;
        }
    }
    text
}

/// The blocks of `README.md`, and those of the English pages.
fn english_blocks() -> (Vec<String>, Vec<String>) {
    let pages = files_below(&project("docs")).into_iter().filter(|page| page.parent() == Some(&*project("docs")));
    let texts = pages.filter(|page| page.extension().is_some_and(|kind| kind == "md")).map(|page| read(&page));
    (blocks(&read(&project("README.md"))), texts.flat_map(|text| blocks(&text)).collect())
}

/// What is left of a text without what stands between two marks; the marks may be one.
fn without(text: &str, open: char, close: char) -> String {
    let (mut left, mut inside) = (String::new(), false);
    for letter in text.chars() {
        if inside {
            inside = letter != close;
        } else if letter == open {
            inside = true;
            left.push(' ');
        } else {
            left.push(letter);
        }
    }
    left
}

/// The sentences of a page, in small letters: no blocks, no code, nothing quoted.
fn sentences(page: &str) -> String {
    let mut open = false;
    let mut text = String::new();
    for line in page.lines() {
        let fence = line.starts_with("```");
        if !fence && !open {
            text.push_str(line);
            text.push('\n');
        }
        if fence {
            open = !open;
        }
    }
    let text = without(&without(&text, '`', '`'), '“', '”').to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text has a word, or several, that are no part of longer ones.
fn has(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// The forbidden words, each with what to write instead.
fn forbidden() -> Vec<(String, String)> {
    let list = read(&project("tests/data/forbidden-vi.txt"));
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("{line:?} says not what to write instead")))
        .map(|(word, instead)| (word.to_owned(), instead.to_owned()))
        .collect()
}

/// The links of a page that lead to files.
fn links(page: &str) -> Vec<String> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets
        .filter(|target| !target.starts_with("http") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// The rules that a page on findings lists, in its order.
fn listed_rules(page: &str) -> Vec<String> {
    let (_, rest) = page.split_once("<!-- rules -->").expect("the list begins with a mark");
    let (list, _) = rest.split_once("<!-- end of rules -->").expect("the list ends with a mark");
    let cells = list.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    cells.map(|(id, _)| id.to_owned()).collect()
}

#[test]
fn a_vietnamese_page_has_the_blocks_of_its_english_twin() {
    let mut seen = 0;
    for page in pages().iter().filter(|page| name(page) != ALONE) {
        let (name, text) = (name(page), read(page));
        let (ours, theirs) = (blocks(&text), blocks(&read(&twin(page))));
        assert_eq!(ours.len(), theirs.len(), "docs/vi/{name} has not as many blocks as docs/{name}");
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(page, with_blocks(&text, &theirs)).unwrap();
            continue;
        }
        for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            assert_eq!(
                ours,
                theirs,
                "block {} of docs/vi/{name} is not that of docs/{name}; {WRITE}=1 takes it",
                at + 1
            );
        }
        seen += 1;
    }
    assert!(seen >= 7 || std::env::var_os(WRITE).is_some(), "{seen}");
}

#[test]
fn the_guide_has_the_blocks_of_the_readme_and_none_of_its_own() {
    let text = read(&project(GUIDE));
    let (readme, pages) = english_blocks();
    if std::env::var_os(WRITE).is_some() {
        // A block is known again by its first command.
        let first = |block: &str| block.lines().nth(1).map(str::to_owned);
        let anew = |ours: &String| {
            let of_its_command = readme.iter().chain(&pages).find(|block| first(block) == first(ours));
            if pages.contains(ours) { ours.clone() } else { of_its_command.unwrap_or(ours).clone() }
        };
        let anew: Vec<String> = blocks(&text).iter().map(anew).collect();
        std::fs::write(project(GUIDE), with_blocks(&text, &anew)).unwrap();
        return;
    }
    let guide = blocks(&text);
    for block in &readme {
        assert!(guide.contains(block), "{GUIDE} lacks a block of README.md ({WRITE}=1 takes it):\n{block}");
    }
    for block in &guide {
        let known = readme.contains(block) || pages.contains(block);
        assert!(known, "{GUIDE} has a block that no English page has ({WRITE}=1 takes theirs):\n{block}");
    }
}

#[test]
fn the_files_that_the_example_shows_are_those_of_the_sample_data() {
    let page = blocks(&read(&project("docs/vi").join(ALONE)));
    let files = files_below(&project("sample-data/human-development"));
    let files: Vec<String> = files.iter().map(|path| read(path)).collect();
    let mut seen = 0;
    for block in page.iter().filter(|block| block.starts_with("```toml") || block.starts_with("```csv")) {
        let (_, rest) = block.split_once('\n').expect("a fence is a line");
        let content = rest.strip_suffix("```\n").expect("a fence closes the block");
        assert!(files.iter().any(|file| file == content), "no file of the example is\n{content}");
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn no_vietnamese_page_has_a_forbidden_word() {
    let mut wrong = String::new();
    let forbidden = forbidden();
    assert!(forbidden.len() > 40, "{}", forbidden.len());
    for page in pages().into_iter().chain([project(GUIDE)]) {
        let text = sentences(&read(&page));
        for (word, instead) in forbidden.iter().filter(|(word, _)| has(&text, word)) {
            wrong.push_str(&format!("{}: {word} (instead: {instead})\n", name(&page)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn pages_and_their_twins_lead_to_each_other_and_to_files_that_exist() {
    for page in pages().into_iter().chain([project(GUIDE), project("README.md")]) {
        for link in links(&read(&page)) {
            let target = page.parent().unwrap().join(&link);
            assert!(target.exists(), "{} leads to {link}, which does not exist", name(&page));
        }
    }
    for page in pages().iter().filter(|page| name(page) != ALONE) {
        let name = name(page);
        assert!(read(page).contains(&format!("](../{name})")), "docs/vi/{name} does not lead to docs/{name}");
        assert!(read(&twin(page)).contains(&format!("](vi/{name})")), "docs/{name} does not lead to docs/vi/{name}");
    }
    assert!(read(&project("README.md")).contains(&format!("]({GUIDE})")), "README.md does not lead to {GUIDE}");
}

#[test]
fn both_pages_on_findings_list_the_same_rules() {
    let ours = listed_rules(&read(&project("docs/vi/findings.md")));
    assert_eq!(ours, listed_rules(&read(&project("docs/findings.md"))));
    assert!(ours.len() > 50, "{}", ours.len());
}

#[test]
fn blocks_words_and_links_are_read_from_a_page() {
    let page = "Một `file` và “import” [tệp](a.md#b), [x](https://c)\n```\nfile\n```\nhai\nba\n```toml\na = 1\n```\n";
    assert_eq!(blocks(page), ["```\nfile\n```\n", "```toml\na = 1\n```\n"]);
    assert_eq!(links(page), ["a.md"]);
    let other = ["```\nx\n```\n".to_owned(), "```sh\ny\n```\n".to_owned()];
    assert_eq!(blocks(&with_blocks(page, &other)), other);
    assert_eq!(with_blocks(page, &blocks(page)), page);
    let text = sentences(page);
    assert!(!has(&text, "file") && !has(&text, "import") && has(&text, "hai ba") && has(&text, "một"));
    assert!(!has("profile files", "file") && has("một file.", "file"));
}
