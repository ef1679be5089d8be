//! Formulas of other criteria's points: numbers, `[code]`, + − × ÷, brackets, min and max.

/// A formula, with the criteria as positions in the list of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    text: String,
    root: Node,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    Item(usize),
    Of(Operator, Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Min,
    Max,
}

/// Brackets within brackets; more are a mistake, and would fill the stack.
const DEEPEST: usize = 50;

/// Numbers, codes and operations of one formula: its tree is as deep as a chain of them is long.
const MOST_PARTS: usize = 500;

impl Formula {
    /// Parses a formula; `place` finds the item of a code.
    ///
    /// ```
    /// use cchc_definitions::Formula;
    /// let formula = Formula::parse("min([1.1] * 0.5 + 1, 2)", |code| (code == "1.1").then_some(0))?;
    /// assert_eq!(formula.value(&|_| Some(4.0)), Some(2.0));
    /// assert_eq!(formula.value(&|_| None), None);
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong, with the place in the text.
    pub fn parse(text: &str, place: impl Fn(&str) -> Option<usize>) -> Result<Self, String> {
        let mut parser = Parser { text, at: 0, place: &place, depth: 0, parts: 0 };
        let root = parser.sum()?;
        parser.space();
        if parser.at < text.len() {
            return Err(format!("'{}' is not understood", beginning(&text[parser.at..])));
        }
        Ok(Self { text: text.to_owned(), root })
    }

    /// The formula as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Positions of the items that it reads, each once.
    #[must_use]
    pub fn items(&self) -> Vec<usize> {
        let (mut open, mut items) = (vec![&self.root], Vec::new());
        while let Some(node) = open.pop() {
            match node {
                Node::Number(_) => {}
                Node::Item(at) => items.push(*at),
                Node::Of(_, left, right) => open.extend([left.as_ref(), right.as_ref()]),
            }
        }
        items.sort_unstable();
        items.dedup();
        items
    }

    /// Its value; none if an item has none, or on division by zero.
    pub fn value(&self, points: &impl Fn(usize) -> Option<f64>) -> Option<f64> {
        value(&self.root, points).filter(|value| value.is_finite())
    }
}

/// As much of a text as a message has room for.
fn beginning(text: &str) -> String {
    text.chars().take(40).collect()
}

fn value(node: &Node, points: &impl Fn(usize) -> Option<f64>) -> Option<f64> {
    Some(match node {
        Node::Number(number) => *number,
        Node::Item(at) => points(*at)?,
        Node::Of(operator, left, right) => {
            let (left, right) = (value(left, points)?, value(right, points)?);
            match operator {
                Operator::Plus => left + right,
                Operator::Minus => left - right,
                Operator::Times => left * right,
                Operator::Over => left / right,
                Operator::Min => left.min(right),
                Operator::Max => left.max(right),
            }
        }
    })
}

struct Parser<'t, F> {
    text: &'t str,
    at: usize,
    place: &'t F,
    depth: usize,
    parts: usize,
}

impl<F: Fn(&str) -> Option<usize>> Parser<'_, F> {
    fn sum(&mut self) -> Result<Node, String> {
        let mut left = self.product()?;
        loop {
            let operator = if self.take("+") {
                Operator::Plus
            } else if self.take("-") {
                Operator::Minus
            } else {
                return Ok(left);
            };
            left = Node::Of(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Node, String> {
        let mut left = self.atom()?;
        loop {
            let operator = if self.take("*") {
                Operator::Times
            } else if self.take("/") {
                Operator::Over
            } else {
                return Ok(left);
            };
            left = Node::Of(operator, Box::new(left), Box::new(self.atom()?));
        }
    }

    fn atom(&mut self) -> Result<Node, String> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(format!("more than {MOST_PARTS} parts; divide it into several formulas"));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} brackets within each other"));
        }
        let node = self.inner();
        self.depth -= 1;
        node
    }

    fn inner(&mut self) -> Result<Node, String> {
        for (word, operator) in [("min(", Operator::Min), ("max(", Operator::Max)] {
            if self.take(word) {
                let mut left = self.sum()?;
                while self.take(",") {
                    left = Node::Of(operator, Box::new(left), Box::new(self.sum()?));
                }
                return self.closed(")", left);
            }
        }
        if self.take("(") {
            let inner = self.sum()?;
            return self.closed(")", inner);
        }
        if self.take("[") {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(']') else { return Err("a '[' without ']'".to_owned()) };
            let code = rest[..end].trim();
            self.at += end + 1;
            return (self.place)(code).map(Node::Item).ok_or_else(|| format!("no item '{code}'"));
        }
        self.space();
        let rest = &self.text[self.at..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let number = rest[..end].parse().map_err(|_| {
            if rest.is_empty() {
                "ends too early".to_owned()
            } else {
                format!("'{}' begins with no number and no [code]", beginning(rest))
            }
        })?;
        self.at += end;
        Ok(Node::Number(number))
    }

    fn closed(&mut self, sign: &str, node: Node) -> Result<Node, String> {
        if self.take(sign) {
            Ok(node)
        } else {
            Err(format!("a bracket is not closed before '{}'", beginning(&self.text[self.at..])))
        }
    }

    fn take(&mut self, sign: &str) -> bool {
        self.space();
        let found = self.text[self.at..].starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Formula, String> {
        Formula::parse(text, |code| ["a", "3.1"].iter().position(|known| *known == code))
    }

    #[test]
    fn times_binds_closer_than_plus_and_minus_goes_from_the_left() {
        let is =
            |text: &str, value: f64| assert_eq!(parsed(text).unwrap().value(&|_| Some(3.0)), Some(value), "{text}");
        is("1 + 2 * 3", 7.0);
        is("10 - 2 - 3", 5.0);
        is("(1 + 2) * [a]", 9.0);
        is("max([3.1], 4, 2) / 8", 0.5);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, words) in [
            ("[b]", "no item 'b'"),
            ("1 +", "ends too early"),
            ("(1", "not closed"),
            ("1 2", "'2' is not understood"),
            ("[a", "without ']'"),
        ] {
            assert!(parsed(text).unwrap_err().contains(words), "{text}: {:?}", parsed(text));
        }
        assert!(parsed(&"(".repeat(100_000)).is_err());
        assert!(parsed(&format!("{}1", "1+".repeat(200_000))).unwrap_err().contains("more than 500 parts"));
    }

    #[test]
    fn division_by_zero_has_no_value() {
        assert_eq!(parsed("1 / [a]").unwrap().value(&|_| Some(0.0)), None);
    }
}
