//! What the program says is said in Vietnamese: no error or note of the source lacks its counterpart.

use std::path::Path;

use cchc_definitions::Sentences;

use crate::support::{Place, files_below};

/// What stands before the first text of a call that makes an error or a note.
const SPEAKERS: [&str; 12] = [
    "#[error(",
    "Usage(",
    "Usage(format!(",
    "bail!(",
    "anyhow!(",
    "note(",
    "note(&format!(",
    "tell(",
    "tell(&format!(",
    "EngineError::Request(format!(",
    "EngineError::Refused(format!(",
    "did_you_mean",
];

/// Texts of a source file that follow a speaker: `(line, text)`, with continued lines joined.
fn spoken(source: &str) -> Vec<(usize, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for (at, quote) in source.match_indices('"') {
        let before = source[..at].trim_end();
        if !SPEAKERS.iter().any(|speaker| before.ends_with(speaker)) {
            continue;
        }
        let mut text = String::new();
        let mut letters = source[at + quote.len()..].chars().peekable();
        while let Some(letter) = letters.next() {
            match (letter, letters.peek()) {
                ('"', _) => break,
                ('\\', Some('\n')) => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
                ('\\', Some('n')) => {
                    letters.next();
                    text.push('\n');
                }
                ('\\', _) => text.extend(letters.next()),
                (letter, _) => text.push(letter),
            }
        }
        found.push((source[..at].lines().count(), text));
    }
    found
}

/// Whether a text holds words of its own, and not only places and values.
fn has_words(text: &str) -> bool {
    let mut depth = 0_usize;
    let own: String = text
        .chars()
        .filter(|letter| {
            depth = match letter {
                '{' => depth + 1,
                '}' => depth.saturating_sub(1),
                _ => depth,
            };
            depth == 0 && *letter != '}'
        })
        .collect();
    own.split(|letter: char| !letter.is_alphabetic()).filter(|word| word.len() > 1).count() >= 2
}

#[test]
fn every_error_and_note_has_its_vietnamese() {
    let sentences = Sentences::load(None).unwrap();
    let mut lacking = Vec::new();
    for path in files_below(Path::new("src")) {
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        if !is_source || path.starts_with("src/generate") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for (line, text) in spoken(&source) {
            if has_words(&text) && !sentences.has(&text) {
                lacking.push(format!("{}:{line}: {text}", path.display()));
            }
        }
    }
    assert!(lacking.is_empty(), "report-templates/sentences.toml lacks:\n{}", lacking.join("\n"));
}

#[test]
fn a_sentence_that_is_missing_is_found() {
    let source =
        "fn f() { bail!(\n    \"{} nobody has put \\\n     into words\", 1) }\n#[cfg(test)]\nbail!(\"not this one\")";
    assert_eq!(spoken(source), [(2, "{} nobody has put into words".to_owned())]);
    assert!(!Sentences::load(None).unwrap().has("{} nobody has put into words"));
    assert!(has_words("{path}: no file") && !has_words("{path}: {no such gap}"));
}

#[test]
fn mistakes_are_answered_in_vietnamese_with_what_to_do() {
    let place = Place::new();
    let said = |arguments: &[&str], code: i32, sentence: &str| {
        let ran = place.run(&[&["--lang", "vi"], arguments].concat()).exits(code);
        assert!(ran.stderr.contains(sentence), "{sentence}\nis not in\n{}", ran.stderr);
    };
    said(&["rank", "--index", "x", "--period", "2025"], 2, "không có bộ chỉ số “x”.");
    let empty = Place::empty();
    let ran = empty.run(&["--lang", "vi", "history"]).exits(1);
    assert!(ran.stderr.contains("không phải kho số liệu.\nGợi ý: lập kho bằng `cchc init"), "{}", ran.stderr);
    said(&["impor"], 2, "Lỗi: không có lệnh “impor”.\nGợi ý: có phải");
    said(&["rank"], 2, "Lỗi: thiếu --index <MÃ>");
    said(&["rank", "--index", "x", "--period", "2025-Q9"], 2, "“2025-Q9” không phải kỳ báo cáo.\nGợi ý: ghi như 2023");
    said(&["form06", "--period", "2025", "--by", "x"], 2, "không nhận “x”.\nGợi ý: chọn unit, field");
    said(&["import", "--exported-at", "2020", "x"], 2, "“2020” không phải ngày; ghi như 2025-04-01");
}

#[test]
fn help_is_in_vietnamese_and_in_english_on_request() {
    let place = Place::new();
    let help = place.run(&["--lang", "vi", "rank", "--help"]).exits(0).stdout;
    for part in [
        "Xếp hạng đơn vị cùng loại\n\nCách dùng: cchc rank [TÙY_CHỌN] --index <MÃ> --period <KỲ>",
        "Tùy chọn chung:",
        "- exclude: không tính",
    ] {
        assert!(help.contains(part), "{part}\nis not in\n{help}");
    }
    assert!(place.run(&["--lang", "en", "rank", "--help"]).exits(0).stdout.contains("Usage: cchc rank [OPTIONS]"));
}
