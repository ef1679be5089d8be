//! The rules of the house, each a plain function from a file to what is wrong in it.

use super::source::{Source, end_of_item};

/// A file has at most so many lines of code.
pub const LONGEST_FILE: usize = 400;
/// A function has at most so many lines.
pub const LONGEST_FUNCTION: usize = 60;

/// Words of SQL, in capitals as it is written here.
const SQL: [&str; 9] = [
    "SELECT ",
    " FROM ",
    "GROUP BY",
    "ORDER BY",
    " JOIN ",
    "UNION ALL",
    "CREATE VIEW",
    "PARTITION BY",
    "GROUPING SETS",
];

/// SQL text belongs into the store, the indicators, and the one gate through which texts of users pass.
pub fn sql(source: &Source) -> Vec<String> {
    let gate = source.room() == "engine" && ["gate", "sql"].iter().any(|name| source.path.contains(name));
    if ["store", "indicators"].contains(&source.room()) || gate {
        return Vec::new();
    }
    let is_sql = |text: &str| SQL.iter().any(|word| text.contains(word) || text.starts_with(word.trim_start()));
    lines(source, source.texts.iter().filter(|(_, text)| is_sql(text)))
}

/// Delta logs and Parquet files are written by the store.
pub fn delta(source: &Source) -> Vec<String> {
    if source.room() == "store" {
        return Vec::new();
    }
    let mut wrong = words(source, &["deltalake", "ArrowWriter", "SerializedFileWriter"]);
    wrong.extend(lines(source, source.texts.iter().filter(|(_, text)| text.contains("_delta_log"))));
    wrong
}

/// Only the command line prints, and a build script, which talks to cargo.
pub fn prints(source: &Source) -> Vec<String> {
    if source.room() == "cli" || source.path.ends_with("build.rs") {
        return Vec::new();
    }
    words(source, &["println!", "print!(", "eprintln!", "eprint!(", "io::stdout", "dbg!"])
}

/// Stages read no clock.
pub fn clock(source: &Source) -> Vec<String> {
    words(source, &["SystemTime::now", "Local::now", "Utc::now", "Local::today"])
}

/// Words for people and words that a reader matches are data; sample data is invented where it is made.
pub fn vietnamese(source: &Source) -> Vec<String> {
    if source.room() == "generate" {
        return Vec::new();
    }
    // One letter alone is no word: it is folded, counted or measured.
    let is_word = |text: &str| text.chars().filter(|letter| letter.is_alphabetic()).count() > 1;
    lines(source, source.texts.iter().filter(|(_, text)| is_word(text) && text.chars().any(is_vietnamese)))
}

/// A letter that English has not, from Latin-1 to the Vietnamese block of Unicode.
fn is_vietnamese(letter: char) -> bool {
    letter.is_alphabetic() && matches!(letter, '\u{c0}'..='\u{1b0}' | '\u{1ea0}'..='\u{1ef9}')
}

/// Columns of Arrow are decoded in one place.
pub fn arrow(source: &Source) -> Vec<String> {
    if source.path == "store/rows.rs" {
        return Vec::new();
    }
    let mut wrong = words(source, &[".as_primitive", ".as_string::<", ".as_string_view", ".as_boolean("]);
    let is_array = |line: &str| {
        line.split("downcast_ref::<")
            .skip(1)
            .any(|after| after.split('>').next().unwrap_or_default().ends_with("Array"))
    };
    let found = source.code.lines().enumerate().filter(|(_, line)| is_array(line));
    wrong.extend(found.map(|(at, line)| found_at(source, at + 1, line.trim())));
    wrong
}

/// Nothing below the command line waits for a future by blocking its thread.
pub fn blocks(source: &Source) -> Vec<String> {
    if source.room() == "cli" {
        return Vec::new();
    }
    words(source, &["block_on("])
}

/// No path climbs out of its room: a file has only so many modules above it.
pub fn climbs(source: &Source) -> Vec<String> {
    let depth = source.module().len();
    let found = source.code.lines().enumerate().filter(|(_, line)| {
        let mut rest = *line;
        let mut most = 0;
        while let Some(at) = rest.find("super::") {
            let count = rest[at..].split("super::").skip(1).take_while(|part| part.is_empty()).count() + 1;
            most = most.max(count);
            rest = &rest[at + count * "super::".len()..];
        }
        most > depth
    });
    found.map(|(at, line)| found_at(source, at + 1, line.trim())).collect()
}

/// Files have at most [`LONGEST_FILE`] lines of code.
pub fn long_file(source: &Source) -> Vec<String> {
    let lines = source.lines_of_code();
    if lines > LONGEST_FILE { vec![format!("{}: {lines} lines of code", source.path)] } else { Vec::new() }
}

/// Functions have at most [`LONGEST_FUNCTION`] lines; each is reported as `path name`.
pub fn long_functions(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, _) in source.code.match_indices("fn ") {
        let starts = at == 0 || source.code[..at].ends_with([' ', '\n', '(']);
        let name: String =
            source.code[at + 3..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if !starts || name.is_empty() {
            continue;
        }
        let lines = source.code[at..at + end_of_item(&source.code[at..])].matches('\n').count() + 1;
        if lines > LONGEST_FUNCTION {
            wrong.push(format!("{} {name}: {lines} lines", source.path));
        }
    }
    wrong
}

/// A folder is its `mod.rs`: there is no `x.rs` beside a folder `x/`.
pub fn module_style(source: &Source, all: &[Source]) -> Vec<String> {
    let folder = format!("{}/", source.path.trim_end_matches(".rs"));
    let beside = all.iter().any(|other| other.path.starts_with(&folder));
    if beside { vec![format!("{} beside {folder}", source.path)] } else { Vec::new() }
}

/// The order of the rooms: each uses only those before it.
pub const ORDER: [&str; 15] = [
    "model",
    "definitions",
    "read",
    "normalise",
    "store",
    "units",
    "disclosure",
    "indicators",
    "indices",
    "insight",
    "report",
    "authoring",
    "import",
    "engine",
    "cli",
];

/// Rooms that a room names in its manifest and may not.
pub fn arrows(room: &str, uses: &[String]) -> Vec<String> {
    let place = |room: &str| ORDER.iter().position(|other| *other == room);
    let may = |used: &str| match (room, used) {
        // Invented exports are no part of the order: they know the words of the definitions, and the command line offers them.
        ("generate", used) => ["model", "definitions"].contains(&used),
        ("cli", "generate") => true,
        (room, used) => place(used).zip(place(room)).is_some_and(|(used, own)| used < own),
    };
    if room != "generate" && place(room).is_none() {
        return vec![format!("{room} has no place in the order")];
    }
    uses.iter().filter(|used| !may(used)).map(|used| format!("{room} uses {used}")).collect()
}

/// Lines of code with one of these words.
fn words(source: &Source, words: &[&str]) -> Vec<String> {
    let has = |line: &str| {
        words.iter().any(|word| {
            line.match_indices(word).any(|(at, _)| {
                !line[..at].chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
                    || word.starts_with('.')
            })
        })
    };
    let found = source.code.lines().enumerate().filter(|(_, line)| has(line));
    found.map(|(at, line)| found_at(source, at + 1, line.trim())).collect()
}

fn lines<'a>(source: &Source, texts: impl Iterator<Item = &'a (usize, String)>) -> Vec<String> {
    texts.map(|(line, text)| found_at(source, *line, text.lines().next().unwrap_or_default())).collect()
}

fn found_at(source: &Source, line: usize, what: &str) -> String {
    format!("{}:{line}: {}", source.path, what.chars().take(80).collect::<String>())
}
