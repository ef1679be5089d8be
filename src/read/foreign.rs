//! Names what a file is that somebody called a table: a page of a website, an answer of a server, a picture, an archive.

use serde::Deserialize;

/// The words by which pages tell of errors.
const WORDS: &str = include_str!("../../queries/containers.toml");
/// A page with more rows is one of data, whatever else stands in it.
const FEW_ROWS: usize = 20;

/// What a file is, if not a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// A page of frames: the data is in other files.
    Frameset,
    /// A page to log in.
    LogIn,
    /// A page that tells of an error.
    ErrorPage,
    /// Any other page without a table.
    PageWithoutTable,
    /// An answer in JSON.
    Json,
    /// A picture of this format.
    Picture(&'static str),
    /// An archive of this format.
    Packed(&'static str),
}

impl Foreign {
    /// The stable id under which findings name it.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Frameset => "frameset_page",
            Self::LogIn => "login_page",
            Self::ErrorPage => "error_page",
            Self::PageWithoutTable => "page_without_table",
            Self::Json => "json_answer",
            Self::Picture(_) => "picture",
            Self::Packed(_) => "other_archive",
        }
    }

    /// The format, which is the same in every language.
    #[must_use]
    pub const fn format(self) -> &'static str {
        match self {
            Self::Picture(format) | Self::Packed(format) => format,
            Self::Json => "JSON",
            _ => "HTML",
        }
    }
}

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Frameset => f.write_str(
                "a page of frames, which holds no data itself; open it in Excel with the folder beside it and save it as .xlsx",
            ),
            Self::LogIn => f.write_str("the page to log in; log in to the system and export again"),
            Self::ErrorPage => f.write_str("a page that tells of an error of the system; export again"),
            Self::PageWithoutTable => f.write_str("a web page without a table; export again, best as .xlsx"),
            Self::Json => f.write_str("an answer in JSON, often an error of the system; export again as .xlsx or .csv"),
            Self::Picture(format) => write!(f, "a picture ({format}); export the data itself as .xlsx or .csv"),
            Self::Packed(format) => write!(f, "a {format} archive; unpack it and import what it holds"),
        }
    }
}

/// What the first bytes of a file show.
pub(super) fn by_first_bytes(head: &[u8]) -> Option<Foreign> {
    Some(match head {
        [0x89, b'P', b'N', b'G', ..] => Foreign::Picture("PNG"),
        [0xff, 0xd8, 0xff, ..] => Foreign::Picture("JPEG"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Foreign::Picture("GIF"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Foreign::Picture("WebP"),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Foreign::Picture("TIFF"),
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Foreign::Picture("BMP"),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Foreign::Packed("RAR"),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Foreign::Packed("7-Zip"),
        [0x1f, 0x8b, 8, ..] => Foreign::Packed("gzip"),
        _ => return None,
    })
}

/// What a page is by the text of its head, in lower case; `None` if it may hold data.
pub(super) fn page(text: &str, is_whole: bool) -> Option<Foreign> {
    let rows = text.matches("<tr").count();
    if text.contains("<frameset") && rows <= FEW_ROWS {
        return Some(Foreign::Frameset);
    }
    if !is_whole || rows > FEW_ROWS {
        return None;
    }
    let asks_password =
        ["type=\"password\"", "type='password'", "type=password"].iter().any(|word| text.contains(word));
    if asks_password {
        return Some(Foreign::LogIn);
    }
    if tells_error(text) {
        return Some(Foreign::ErrorPage);
    }
    (!text.contains("<table")).then_some(Foreign::PageWithoutTable)
}

/// Whether the title of a page is that of an error.
fn tells_error(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Words {
        pages: Pages,
    }
    #[derive(Deserialize)]
    struct Pages {
        error_titles: Vec<String>,
    }
    let Some((_, after)) = text.split_once("<title") else { return false };
    let title = after.split_once('>').map_or("", |(_, title)| title);
    let title = title.split_once("</title").map_or("", |(title, _)| title).trim();
    let words: Words = toml::from_str(WORDS).expect("the embedded file is whole; every test of this file reads it");
    let is_word = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    words.pages.error_titles.iter().any(|word| {
        title.match_indices(word.as_str()).any(|(at, _)| {
            let before = title[..at].chars().next_back();
            !before.is_some_and(char::is_alphanumeric) && is_word(&title[at + word.len()..])
        })
    })
}

/// Whether text is JSON; of a file that goes on, whether it begins like it.
pub(super) fn is_json(text: &str, is_whole: bool) -> bool {
    let mut letters = text.chars().filter(|letter| !letter.is_whitespace());
    let (first, second) = (letters.next(), letters.next());
    let begins = matches!((first, second), (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | ']')));
    begins && (!is_whole || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_by_what_they_ask_and_by_their_title() {
        assert_eq!(
            page("<html><frameset rows=\"*\"><frame src=\"a_files/sheet001.htm\">", true),
            Some(Foreign::Frameset)
        );
        let log_in = "<html><title>a</title><table><tr><td><input type=\"password\"></table>";
        assert_eq!(page(log_in, true), Some(Foreign::LogIn));
        for title in ["404 not found", "runtime error", "lỗi hệ thống", "403 - forbidden"] {
            assert_eq!(page(&format!("<title>{title}</title><table><tr>"), true), Some(Foreign::ErrorPage), "{title}");
        }
        assert_eq!(page("<html><p>a</p>", true), Some(Foreign::PageWithoutTable));
    }

    #[test]
    fn tables_are_data_whatever_stands_beside_them() {
        for text in ["<title>danh sách 2025</title><table><tr><td>1", "<title>terrorism 5005</title><table><tr><td>1"]
        {
            assert_eq!(page(text, true), None, "{text}");
        }
        let rows = "<tr><td>1".repeat(30);
        assert_eq!(page(&format!("<title>error</title><input type=password><table>{rows}"), true), None);
        assert_eq!(page("<html><style>", false), None, "the table may come later");
    }

    #[test]
    fn json_is_told_from_lists_that_begin_with_a_bracket() {
        for text in ["{\"error\": \"x\"}", " [ {\"a\":1} ]", "{}", "[]"] {
            assert!(is_json(text, true), "{text}");
        }
        for text in ["{\"a\",b\n1,2", "[1] Mã,Tên\n1,2", "{a},b\n"] {
            assert!(!is_json(text, true), "{text}");
        }
        assert!(is_json("{\"a\": [1,", false));
    }
}
