//! Cuts a text into syllables, with what a name is told by: how each is written and what stands before it.

use unicode_normalization::char::decompose_canonical;

/// How the letters of a syllable are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// `Nguyễn`
    Title,
    /// `NGUYỄN`
    Upper,
    /// `nguyễn`
    Lower,
}

/// What stands between two syllables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// The text begins, or something stands between that no name goes across.
    Break,
    /// Blanks of any kind.
    Blank,
    /// `-`, `_`, `.` or `+`, which stand for blanks in names of files.
    Sign(char),
    /// Nothing: `NguyenVanAn`.
    Hump,
}

/// A run of letters.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    /// Small letters, as they stand.
    pub lower: String,
    /// The same without diacritics.
    pub plain: String,
    pub case: Case,
    /// What stands before it.
    pub gap: Gap,
    /// Whether that is the dot of an abbreviation, a colon or a quotation mark, with blanks.
    pub follows_dot: bool,
}

impl Token {
    /// Whether it is written without any sign above or below its letters.
    pub fn is_plain(&self) -> bool {
        self.lower == self.plain
    }

    /// Whether it belongs to what stands before it.
    pub fn is_near(&self) -> bool {
        self.gap != Gap::Break || self.follows_dot
    }
}

/// The syllables of a composed text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut letters = text.char_indices().peekable();
    let mut end_before = 0;
    while let Some((start, first)) = letters.next() {
        if !first.is_alphabetic() {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut last = first;
        while let Some((at, letter)) = letters.peek().copied().filter(|(_, letter)| letter.is_alphabetic()) {
            if last.is_lowercase() && letter.is_uppercase() {
                break;
            }
            letters.next();
            end = at + letter.len_utf8();
            last = letter;
        }
        let between = &text[end_before..start];
        let gap = if tokens.is_empty() { Gap::Break } else { gap(between) };
        let mut token = token(text, start, end, gap);
        token.follows_dot = !tokens.is_empty() && between.chars().all(|sign| matches!(sign, ' ' | '.' | ':' | '"'));
        tokens.push(token);
        end_before = end;
    }
    tokens
}

fn token(text: &str, start: usize, end: usize, gap: Gap) -> Token {
    let own = &text[start..end];
    let mut letters = own.chars();
    let is_first_upper = letters.next().is_some_and(char::is_uppercase);
    let is_rest_upper = own.chars().count() > 1 && letters.all(char::is_uppercase);
    let case = match (is_first_upper, is_rest_upper) {
        (true, true) => Case::Upper,
        (true, false) => Case::Title,
        (false, _) => Case::Lower,
    };
    let lower = own.to_lowercase();
    Token { start, end, plain: plain(&lower), lower, case, gap, follows_dot: false }
}

fn gap(between: &str) -> Gap {
    let mut signs = between.chars();
    match (signs.next(), signs.next()) {
        (None, _) => Gap::Hump,
        (Some(sign @ ('-' | '_' | '.' | '+')), None) => Gap::Sign(sign),
        _ if between.chars().all(char::is_whitespace) && !between.contains('\n') => Gap::Blank,
        _ if between == "%20" => Gap::Blank,
        _ => Gap::Break,
    }
}

/// A text without diacritics.
pub(super) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    text.chars().filter(|letter| !is_mark(*letter)).map(base).collect()
}

/// The letter below the signs of a composed letter.
pub(super) fn base(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    match letter {
        'đ' => 'd',
        'Đ' => 'D',
        _ => {
            let mut first = None;
            decompose_canonical(letter, |part| {
                first.get_or_insert(part);
            });
            first.unwrap_or(letter)
        }
    }
}

/// Whether it is a sign that stands behind its letter.
pub(super) const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Whether a plain syllable can be Vietnamese: consonants, vowels, and one of eight endings.
pub(super) fn is_syllable(plain: &str) -> bool {
    const VOWELS: &str = "aeiouy";
    const STARTS: [&str; 29] = [
        "", "b", "c", "ch", "d", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
        "q", "r", "s", "t", "th", "tr", "v", "x", "kr",
    ];
    const ENDS: [&str; 9] = ["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];
    let Some(first) = plain.find(|letter| VOWELS.contains(letter)) else { return false };
    let (start, rest) = plain.split_at(first);
    let vowels = rest.find(|letter| !VOWELS.contains(letter)).unwrap_or(rest.len());
    let (vowels, end) = rest.split_at(vowels);
    plain.len() <= 7 && vowels.len() <= 4 && STARTS.contains(&start) && ENDS.contains(&end)
}
