//! Finds Vietnamese names of persons: a family name and one to four syllables of the shape of a name.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::PersonWords;
use super::token::{Case, Gap, Token, base, is_mark, is_syllable, plain, tokens};
use crate::fold_name;

/// Syllables behind the family name at most.
const MOST: usize = 4;
/// Letters of the longest family name, and some.
const LONGEST: usize = 8;
/// Syllables of the longest unit word: "ủy ban nhân dân".
const UNIT_WORD: usize = 4;

/// How much a family name says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// It hardly begins anything but a name of a person.
    Sure,
    /// It is a word, too.
    Open,
    /// It is a word far more often than a name: only a sure middle name behind it tells.
    Rare,
}

/// How a run of syllables is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// With its diacritics: "do" is not "Đỗ".
    Marked,
    /// It is written without: "Nguyen" is "Nguyễn".
    Plain,
}

/// Words with and without their diacritics; what is written without is compared without.
#[derive(Debug, Default)]
struct Words {
    folded: HashSet<String>,
    plain: HashSet<String>,
}

impl Words {
    fn of<'w>(words: impl IntoIterator<Item = &'w String>) -> Self {
        let folded: HashSet<String> = words.into_iter().map(|word| fold_name(word)).collect();
        Self { plain: folded.iter().map(|word| plain(word)).collect(), folded }
    }

    fn has(&self, token: &Token, letters: Letters) -> bool {
        match letters {
            Letters::Plain => self.plain.contains(&token.plain),
            Letters::Marked => self.folded.contains(&fold_name(&token.lower)),
        }
    }
}

/// Knows names by their syllables.
#[derive(Debug)]
pub(super) struct Names {
    /// Family names without diacritics, as the bytes of small letters.
    first_looks: HashSet<Vec<u8>>,
    families: HashMap<String, Family>,
    plain_families: HashMap<String, Family>,
    sure_middles: Words,
    middles: Words,
    givens: Words,
    /// Words of address, which say little without diacritics.
    addresses: HashSet<String>,
    unit_words: HashSet<String>,
    plain_unit_words: HashSet<String>,
}

/// A text under search.
struct Search<'a> {
    names: &'a Names,
    tokens: &'a [Token],
    /// Whether any syllable is in small letters, so that capitals say something.
    has_lower: bool,
    /// Whether nothing in it has diacritics.
    is_plain: bool,
}

impl Names {
    pub fn new(words: &PersonWords) -> Self {
        // Of two that differ by diacritics only the surer one is meant where there are none.
        let lists = [
            (&words.rare_family_names, Family::Rare),
            (&words.other_family_names, Family::Open),
            (&words.family_names, Family::Sure),
        ];
        let all = || lists.iter().flat_map(|(names, family)| names.iter().map(|name| (fold_name(name), *family)));
        let families: HashMap<String, Family> = all().collect();
        let plain_families: HashMap<String, Family> = all().map(|(name, family)| (plain(&name), family)).collect();
        let middles = words.middle_names.iter().chain(&words.sure_middle_names);
        let givens = words.given_names.iter().chain(&words.middle_names);
        Self {
            first_looks: plain_families.keys().map(|name| name.as_bytes().to_vec()).collect(),
            families,
            plain_families,
            sure_middles: Words::of(&words.sure_middle_names),
            middles: Words::of(middles),
            givens: Words::of(givens),
            addresses: words.addresses.iter().map(|word| fold_name(word)).collect(),
            unit_words: words.unit_words.iter().map(|word| fold_name(word)).collect(),
            plain_unit_words: words.plain_unit_words.iter().map(|word| fold_name(word)).collect(),
        }
    }

    /// Whether any syllable may be a family name, told without copying anything.
    pub fn may_hold(&self, text: &str) -> bool {
        let mut word = [0_u8; LONGEST];
        let (mut length, mut was_lower) = (0, false);
        let is_family = |word: &[u8]| word.len() > 1 && self.first_looks.contains(word);
        for letter in text.chars() {
            if is_mark(letter) {
                continue;
            }
            let is_hump = was_lower && letter.is_uppercase();
            if !letter.is_alphabetic() || is_hump {
                if is_family(&word[..length.min(LONGEST)]) && length <= LONGEST {
                    return true;
                }
                length = 0;
            }
            was_lower = letter.is_lowercase();
            if letter.is_alphabetic() {
                if let Some(place) = word.get_mut(length) {
                    let base = base(letter).to_ascii_lowercase();
                    *place = u8::try_from(u32::from(base)).unwrap_or(b'?');
                }
                length += 1;
            }
        }
        length <= LONGEST && is_family(&word[..length])
    }

    /// The name of a unit without the words that say what kind of unit it is.
    pub fn without_unit_words<'n>(&self, name: &'n str) -> &'n str {
        let tokens = tokens(name);
        let search = Search::of(self, &tokens);
        let first = (1..tokens.len()).rev().find(|at| search.follows_unit_word(*at));
        first.map_or(name, |first| &name[tokens[first].start..])
    }

    /// Names in a text, in order.
    pub fn find(&self, text: &str, tokens: &[Token], places: &BTreeSet<String>) -> Vec<Range<usize>> {
        let search = Search::of(self, tokens);
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            at += match search.family(at) {
                None => 1,
                Some(_) if search.follows_unit_word(at) => 1 + search.run(at).min(MOST),
                Some(family) => match search.followers(at, family) {
                    None => 1,
                    Some(followers) => {
                        let last = at + followers;
                        let span = tokens[at].start..tokens[last].end;
                        // In a text of capitals or the like a run may end in the middle of a word with signs of its own.
                        debug_assert!(text.get(span.clone()).is_some());
                        if !search.is_place(at, followers, places) {
                            found.push(span);
                        }
                        followers + 1
                    }
                },
            };
        }
        found
    }
}

impl<'a> Search<'a> {
    fn of(names: &'a Names, tokens: &'a [Token]) -> Self {
        let has_lower = tokens.iter().any(|token| token.case == Case::Lower);
        Self { names, tokens, has_lower, is_plain: tokens.iter().all(Token::is_plain) }
    }

    fn family(&self, at: usize) -> Option<Family> {
        let token = &self.tokens[at];
        match self.letters(at) {
            Letters::Plain => self.names.plain_families.get(&token.plain).copied(),
            Letters::Marked => self.names.families.get(&fold_name(&token.lower)).copied(),
        }
    }

    /// Small letters without diacritics in a text that has some are whole words: "thiệt hại do thiên tai".
    fn letters(&self, at: usize) -> Letters {
        let is_plain = self.tokens[at..=at + self.run(at).min(MOST)].iter().all(Token::is_plain);
        let is_told = self.is_plain || self.tokens[at].case != Case::Lower;
        if is_plain && is_told { Letters::Plain } else { Letters::Marked }
    }

    /// How many syllables behind a family name are written like it, one more than a name has at most.
    fn run(&self, at: usize) -> usize {
        let first = &self.tokens[at];
        let Some(gap) = self.tokens.get(at + 1).map(|next| next.gap) else { return 0 };
        let is_like = |token: &&Token| {
            let is_letter = token.end - token.start == 1;
            let same_case = token.case == first.case || (is_letter && first.case == Case::Upper);
            let is_unit_word = !token.is_plain() && self.names.unit_words.contains(&fold_name(&token.lower));
            token.gap == gap
                && gap != Gap::Break
                && same_case
                && !is_unit_word
                && (is_letter || is_syllable(&token.plain))
        };
        self.tokens[at + 1..].iter().take(MOST + 1).take_while(is_like).count()
    }

    /// How many syllables behind a family name belong to a name of a person, if it begins one.
    fn followers(&self, at: usize, family: Family) -> Option<usize> {
        let run = self.run(at);
        let count = run.min(MOST);
        if count == 0 {
            return None;
        }
        let evidence = Evidence::of(self, at, family, run);
        let first = &self.tokens[at];
        match first.case {
            Case::Title => self.in_title_case(at, &evidence),
            Case::Upper if self.has_lower => self.in_title_case(at, &evidence),
            Case::Upper => self.in_capitals(at, &evidence),
            Case::Lower => self.in_small_letters(at, &evidence),
        }
    }

    fn in_title_case(&self, at: usize, evidence: &Evidence) -> Option<usize> {
        let Evidence { count, family, is_addressed, is_sure, has_middle, ends_given, is_whole, is_plain, .. } =
            *evidence;
        if is_addressed && (family == Family::Sure || (count > 1 && (has_middle || ends_given))) {
            return Some(count);
        }
        if count == 1 {
            let is_name = match family {
                Family::Sure => is_whole && !is_plain && (ends_given || evidence.is_all),
                Family::Open => evidence.is_all && ends_given && !is_plain,
                Family::Rare => false,
            };
            return is_name.then_some(1);
        }
        // Every Word Of A Sentence may begin with a capital: then the words themselves have to be those of a name.
        if evidence.is_loose {
            let is_likely = is_sure || (family == Family::Sure && has_middle);
            return if is_likely { self.longest_name(at, count) } else { None };
        }
        let is_name = match family {
            _ if is_sure => true,
            Family::Sure if is_plain => has_middle && ends_given,
            Family::Sure => has_middle || ends_given || is_whole,
            Family::Open if is_plain => has_middle && ends_given && is_whole,
            Family::Open => has_middle && (ends_given || evidence.is_all),
            Family::Rare => false,
        };
        is_name.then_some(count)
    }

    fn in_capitals(&self, at: usize, evidence: &Evidence) -> Option<usize> {
        let Evidence { count, family, is_addressed, is_sure, has_middle, ends_given, is_whole, is_plain, .. } =
            *evidence;
        if count == 1 {
            return (family == Family::Sure && is_whole && ends_given && !is_plain).then_some(1);
        }
        let is_name = match family {
            _ if is_sure => true,
            Family::Sure if is_plain => has_middle && ends_given,
            Family::Sure => has_middle || ends_given,
            Family::Open => has_middle && ends_given,
            Family::Rare => false,
        };
        if is_name && is_whole && !evidence.is_loose {
            return Some(count);
        }
        let is_likely = is_sure || is_addressed || (family == Family::Sure && has_middle);
        if is_likely { self.longest_name(at, count) } else { None }
    }

    fn in_small_letters(&self, at: usize, evidence: &Evidence) -> Option<usize> {
        let Evidence { count, family, is_sure, has_middle, ends_given, is_whole, is_plain, .. } = *evidence;
        if count == 1 {
            return (family == Family::Sure && evidence.is_all && ends_given && !is_plain).then_some(1);
        }
        let is_likely = match family {
            Family::Sure => is_sure || has_middle,
            Family::Open | Family::Rare => is_sure && (!is_plain || evidence.begins),
        };
        if is_likely && let Some(found) = self.longest_name(at, count) {
            return Some(found);
        }
        let is_named = is_whole && !evidence.is_loose && has_middle && ends_given;
        (is_named && family != Family::Rare).then_some(count)
    }

    /// The most syllables of which the last is a given name and all before it are names.
    fn longest_name(&self, at: usize, most: usize) -> Option<usize> {
        let (names, letters) = (self.names, self.letters(at));
        let is_given = |token: &Token| token.end - token.start == 1 || names.givens.has(token, letters);
        (2..=most).rev().find(|count| {
            let (last, between) = (&self.tokens[at + count], &self.tokens[at + 1..at + count]);
            is_given(last)
                && between.iter().all(|token| names.middles.has(token, letters) || names.givens.has(token, letters))
        })
    }

    /// Whether a name of a unit or of another thing is written like this, alone or with more behind it.
    fn is_place(&self, at: usize, followers: usize, places: &BTreeSet<String>) -> bool {
        let written = |count: usize| {
            let tokens = &self.tokens[at..=at + count];
            tokens.iter().map(|token| fold_name(&token.lower)).collect::<String>()
        };
        let beginnings = if followers >= MOST { 2..=followers } else { followers..=followers };
        beginnings.into_iter().any(|count| places.contains(&written(count)))
    }

    /// Whether a unit word stands directly before a syllable.
    fn follows_unit_word(&self, at: usize) -> bool {
        (1..=UNIT_WORD.min(at)).any(|count| {
            let before = &self.tokens[at - count..at];
            // A unit word is one run: "phường 5, Nguyễn Văn An" is none before a name.
            let is_near = before[1..].iter().chain([&self.tokens[at]]).all(Token::is_near);
            let word: String = before.iter().map(|token| fold_name(&token.lower)).collect();
            let is_plain = before.iter().all(Token::is_plain);
            let is_told = if is_plain && self.is_plain {
                self.names.plain_unit_words.contains(&word)
            } else {
                self.names.unit_words.contains(&word)
            };
            is_near && is_told
        })
    }
}

/// What speaks for a name.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is a sign that is weighed by itself")]
struct Evidence {
    /// Syllables behind the family name.
    count: usize,
    family: Family,
    /// A word of address stands before it.
    is_addressed: bool,
    /// Behind the family name stands a middle name that is hardly anything else there.
    is_sure: bool,
    has_middle: bool,
    /// The last syllable is a given name.
    ends_given: bool,
    /// Nothing stands beside it up to the next comma, bracket, number or end.
    is_whole: bool,
    /// Nothing stands before it.
    begins: bool,
    /// Nothing else is in the text.
    is_all: bool,
    /// It is written without diacritics.
    is_plain: bool,
    /// More words are written in the same way beside it.
    is_loose: bool,
}

impl Evidence {
    fn of(search: &Search<'_>, at: usize, family: Family, run: usize) -> Self {
        let (names, tokens, letters) = (search.names, search.tokens, search.letters(at));
        let count = run.min(MOST);
        let (first, second, last) = (&tokens[at], &tokens[at + 1], &tokens[at + count]);
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let is_apart = |token: &Token| token.gap == Gap::Break || token.gap != second.gap;
        let begins = before.is_none() || is_apart(first);
        let is_addressed =
            before.is_some_and(|before| first.gap != Gap::Break && names.addresses.contains(&fold_name(&before.lower)));
        let ends = tokens.get(at + count + 1).is_none_or(is_apart);
        let is_between = before.is_some_and(|before| !begins && !is_addressed && before.case == first.case);
        Self {
            count,
            family,
            is_addressed,
            is_sure: count > 1 && names.sure_middles.has(second, letters),
            has_middle: count > 1 && names.middles.has(second, letters),
            ends_given: last.end - last.start == 1 || names.givens.has(last, letters),
            is_whole: begins && ends,
            begins,
            is_all: begins && ends && tokens.len() == count + 1,
            is_plain: letters == Letters::Plain,
            is_loose: run > MOST || is_between,
        }
    }
}
