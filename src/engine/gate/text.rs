//! Limits on the text of a question, counted before a parser or a planner walks into it.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::Refusal;

/// KiB of one text.
const MOST_KIB: usize = 256;
/// Words, numbers and signs of one text. The longest that `--show-sql` prints has 3.000.
const MOST_WORDS: usize = 20_000;
/// Operations of one text: a chain of them is a tree as deep as it is long, and planning takes the square of it.
const MOST_OPERATIONS: usize = 1000;
/// Set operations of one text.
const MOST_UNIONS: usize = 100;
/// Brackets and parts within each other: where the parser gives up.
pub(crate) const DEEPEST: usize = 50;

/// Words that join or change conditions.
const OPERATIONS: [&str; 16] = [
    "AND", "OR", "NOT", "XOR", "IS", "IN", "LIKE", "ILIKE", "SIMILAR", "BETWEEN", "RLIKE", "REGEXP", "DIV", "AT",
    "COLLATE", "ESCAPE",
];
/// Words that set one answer against another.
const UNIONS: [&str; 4] = ["UNION", "INTERSECT", "EXCEPT", "MINUS"];

/// Refuses a text that is too long, too deep or has too many operations.
///
/// # Errors
/// The limit that it goes beyond. What no words can be told in is left to the parser, which says where.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    if text.len() > MOST_KIB << 10 {
        return Err(Refusal::Length(MOST_KIB));
    }
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, text).tokenize() else { return Ok(()) };
    let (mut words, mut operations, mut unions, mut depth, mut before) = (0, 0, 0, 0_usize, 0);
    for token in &tokens {
        match token {
            Token::Whitespace(_) => continue,
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => depth = depth.saturating_sub(1),
            Token::Word(word) if word.quote_style.is_none() => {
                let is = |list: &[&str]| list.iter().any(|one| word.value.eq_ignore_ascii_case(one));
                operations += usize::from(is(&OPERATIONS));
                unions += usize::from(is(&UNIONS));
                depth = (depth + usize::from(is(&["CASE"]))).saturating_sub(usize::from(is(&["END"])));
            }
            other => operations += usize::from(is_operator(other)),
        }
        words += 1;
        before = if stands_before(token) { before + 1 } else { 0 };
        if words > MOST_WORDS {
            return Err(Refusal::Words(MOST_WORDS));
        }
        if operations > MOST_OPERATIONS {
            return Err(Refusal::Operations(MOST_OPERATIONS));
        }
        if unions > MOST_UNIONS {
            return Err(Refusal::Unions(MOST_UNIONS));
        }
        if depth.max(before) > DEEPEST {
            return Err(Refusal::Depth(DEEPEST));
        }
    }
    Ok(())
}

/// Whether a token may stand before a value many times over.
fn stands_before(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.value.eq_ignore_ascii_case("NOT"),
        other => matches!(other, Token::Plus | Token::Minus | Token::Tilde),
    }
}

/// Every sign between or before values; what a text may have many of without going deep is none.
const fn is_operator(token: &Token) -> bool {
    !matches!(
        token,
        Token::Word(_)
            | Token::Number(..)
            | Token::Char(_)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::NationalStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::Comma
            | Token::Period
            | Token::SemiColon
            | Token::Placeholder(_)
            | Token::EOF
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_refused_by_the_limit_that_it_goes_beyond() {
        assert_eq!(check(&format!("SELECT 1{}", " OR 1".repeat(1001))), Err(Refusal::Operations(1000)));
        assert_eq!(check(&format!("SELECT 1{}", "+1".repeat(1001))), Err(Refusal::Operations(1000)));
        assert_eq!(check(&format!("SELECT {}1", "- ".repeat(51))), Err(Refusal::Depth(50)));
        assert_eq!(check(&format!("SELECT {}1", "NOT ".repeat(51))), Err(Refusal::Depth(50)));
        assert_eq!(check(&"CASE WHEN a THEN ".repeat(51)), Err(Refusal::Depth(50)));
        assert_eq!(check(&"SELECT 1 UNION ALL ".repeat(101)), Err(Refusal::Unions(100)));
        assert_eq!(check(&"(".repeat(51)), Err(Refusal::Depth(50)));
        assert_eq!(check(&"1,".repeat(10_001)), Err(Refusal::Words(20_000)));
        assert_eq!(check(&"a".repeat(300 << 10)), Err(Refusal::Length(256)));
    }

    #[test]
    fn long_lists_and_quoted_names_are_no_operations() {
        let list = ", 'a-x'".repeat(5000);
        assert_eq!(check(&format!("SELECT \"OR\" FROM a WHERE b IN ('a'{list})")), Ok(()));
        assert_eq!(check(&format!("SELECT 1{}", ", CASE WHEN a THEN 1 END".repeat(200))), Ok(()));
    }
}
