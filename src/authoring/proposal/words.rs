//! The words and dates of a proposed source: unknown words are listed to be filled in, with the nearest known one.

use std::collections::BTreeMap;

use super::column::{InspectedColumn, may_be_person};
use super::guess::ColumnGuess;
use super::text::{KnownAs, SourceWriter, quoted};
use cchc_definitions::fold_word;
use cchc_model::ColumnType;
use cchc_normalise::{CellMask, number_with_currency, without_diacritics};

/// Most unknown words that are listed for one column.
const MAX_WORDS: usize = 40;
/// The least likeness of a known word that is suggested.
const LEAST_LIKENESS: f64 = 0.5;

/// Words of its own that the source which the column is taken from gives it.
pub fn taken_over(writer: &SourceWriter<'_>, name: &str) -> String {
    let known_as = writer.known_as(name);
    let own =
        known_as.as_ref().and_then(|known_as| known_as.raw.rest.get("more_words")).and_then(toml::Value::as_table);
    let Some(own) = own.filter(|own| !own.is_empty()) else { return String::new() };
    let lines: String =
        own.iter().map(|(word, value)| [&quoted(word), " = ", &value.to_string(), "\n"].concat()).collect();
    format!("[columns.{name}.more_words]\n{lines}")
}

/// Words that the column's dictionary lacks, each ready to be given a meaning.
pub fn to_do(writer: &SourceWriter<'_>, fed: &ColumnGuess, column: &InspectedColumn) -> String {
    let Some(known_as) = writer.known_as(&fed.name) else { return String::new() };
    let Some(checked) = known_as.checked.filter(|checked| !checked.words.is_empty()) else { return String::new() };
    if column.words.is_empty() && column.filled > 0 && column.number_share < 0.5 {
        let remark = writer.fill("too_many_values", &[("count", &column.distinct)]);
        return writer.to_edit(&remark) + "\n";
    }
    let numbers = &writer.definitions.reading.numbers;
    let is_number = |word: &str| number_with_currency(word, numbers).is_some();
    let is_open = matches!(checked.kind, ColumnType::Int | ColumnType::Float)
        && !checked.words.keys().any(|word| is_number(word));
    let is_known = |word: &str| {
        let folded = fold_word(word);
        checked.words.contains_key(&folded) || checked.ignore.contains(&folded) || (is_open && is_number(word))
    };
    let unknown: Vec<&(String, u64)> = column.words.iter().filter(|(word, _)| !is_known(word)).collect();
    if unknown.is_empty() {
        return String::new();
    }
    // A column of codes that holds persons after all must not give them away.
    let signs = &writer.definitions.proposal.personal;
    let mask = CellMask::new(&writer.definitions.mask);
    let is_shown = |one: &&&(String, u64)| !may_be_person(&one.0, signs) && mask.text(&one.0) == one.0.as_str();
    let shown: Vec<&(String, u64)> = unknown.iter().filter(is_shown).copied().collect();
    let remark = writer.fill("unknown_words", &[("count", &unknown.len()), ("codes", &meanings(writer, &known_as))]);
    let mut text = writer.to_edit(&remark) + "\n";
    if taken_over(writer, &fed.name).is_empty() {
        text.push_str(&format!("[columns.{}.more_words]\n", fed.name));
    }
    for (word, rows) in shown.iter().take(MAX_WORDS) {
        let near = nearest(word, &checked.words);
        let (value, why) = match &near {
            Some(value) => (toml_value(value), format!("; {}", writer.say("nearest"))),
            None => ("?".to_owned(), String::new()),
        };
        let rows = writer.fill("rows", &[("count", rows)]);
        text.push_str(&format!("# {} = {value} # {rows}{why}\n", quoted(word)));
    }
    let more = unknown.len() - shown.len().min(MAX_WORDS);
    if more > 0 {
        text.push_str(&format!("# … {}\n", writer.fill("more_words", &[("count", &more)])));
    }
    text
}

/// Which codes there are and what they mean.
fn meanings(writer: &SourceWriter<'_>, known_as: &KnownAs<'_>) -> String {
    let dictionary = known_as.raw.words.as_deref().unwrap_or_default();
    let codes = writer.definitions.proposal.codes.get(dictionary);
    let mut codes: Vec<(&String, &String)> = codes.into_iter().flatten().collect();
    codes.sort_by_key(|(code, _)| (code.len(), (*code).clone()));
    let codes_and_meanings: Vec<String> = codes.iter().map(|(code, meaning)| format!("{code} {meaning}")).collect();
    if codes_and_meanings.is_empty() { format!("words.toml [{dictionary}]") } else { codes_and_meanings.join(", ") }
}

/// The code of the known word most like this one.
fn nearest(word: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let own = without_diacritics(&fold_word(word));
    let likeness = |other: &String| strsim::sorensen_dice(&own, &without_diacritics(other));
    let scored = known.iter().map(|(other, value)| (likeness(other), value));
    // Of equals the first.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.filter(|(like, _)| *like >= LEAST_LIKENESS).map(|(_, value)| value.clone())
}

fn toml_value(value: &str) -> String {
    if value.parse::<i64>().is_ok() { value.to_owned() } else { quoted(value) }
}

/// Counts of one text added up, the commonest first.
pub fn summed<'a>(counts: impl Iterator<Item = &'a (String, u64)>) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (text, count) in counts {
        *sums.entry(text).or_default() += count;
    }
    let mut sums: Vec<(String, u64)> = sums.into_iter().map(|(text, count)| (text.to_owned(), count)).collect();
    sums.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    sums
}

/// The patterns that were met, then their variants with and without a time; the usual ones if none was met.
pub fn with_variants<'a>(seen: &[&'a (String, u64)], known: &'a [String]) -> Vec<&'a str> {
    let separator = |pattern: &str| pattern.chars().find(|letter| matches!(letter, '/' | '-' | '.'));
    let met: Vec<&str> = seen.iter().map(|(pattern, _)| pattern.as_str()).collect();
    let is_wanted = |pattern: &str| {
        if met.is_empty() {
            separator(pattern) == Some('/')
        } else {
            met.iter().any(|met| separator(met) == separator(pattern)) && !met.contains(&pattern)
        }
    };
    let variants = known.iter().map(String::as_str).filter(|pattern| is_wanted(pattern));
    met.iter().copied().chain(variants).collect()
}
