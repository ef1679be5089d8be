//! Reads of styles in HTML whether an element is shown: attributes, and rules of style sheets by name, class and id.

use super::markup::Attributes;

/// Rules that hide or show; more are not looked at, since each is compared with every tag.
const MOST_RULES: usize = 500;

/// Whether an element is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Showing {
    /// It is.
    Shown,
    /// It keeps its place, empty.
    Blank,
    /// It has no place either.
    Absent,
}

/// What declarations say of showing, and how much each weighs.
#[derive(Debug, Default, Clone, Copy)]
struct Said {
    absent: Option<(Weight, bool)>,
    blank: Option<(Weight, bool)>,
}

/// Of two declarations the heavier one acts: important, inline, ids, classes, names.
type Weight = (bool, u8, u8, u8, u8);

/// `td.x#y` of a style sheet, and its declarations.
struct Rule {
    name: Option<String>,
    id: Option<String>,
    classes: Vec<String>,
    declarations: String,
}

/// The rules of a file that hide or show something.
#[derive(Default)]
pub(super) struct Styles {
    rules: Vec<Rule>,
}

impl Styles {
    /// Adds a style sheet. Rules of printers, and selectors that ask where an element stands, are left out.
    pub(super) fn add(&mut self, sheet: &str) {
        let sheet = without_comments(sheet).replace("<!--", " ").replace("-->", " ").to_ascii_lowercase();
        self.add_rules(&sheet, 0);
    }

    fn add_rules(&mut self, sheet: &str, depth: u8) {
        let mut rest = sheet;
        while let Some(at) = rest.find(['{', ';']) {
            let (prelude, after) = (rest[..at].trim(), &rest[at + 1..]);
            if rest.as_bytes()[at] == b';' {
                rest = after;
                continue;
            }
            let end = block_end(after);
            let block = &after[..end];
            rest = after.get(end + 1..).unwrap_or("");
            match prelude.strip_prefix('@') {
                None => prelude.split(',').for_each(|selector| self.add_rule(selector.trim(), block)),
                Some(query) => {
                    let media = query.strip_prefix("media").map(str::trim);
                    if depth < 4 && matches!(media, Some("all" | "screen" | "")) {
                        self.add_rules(block, depth + 1);
                    }
                }
            }
        }
    }

    fn add_rule(&mut self, selector: &str, declarations: &str) {
        let concerns = ["display", "visibility", "opacity", "font-size"].iter().any(|word| declarations.contains(word));
        if !concerns || self.rules.len() >= MOST_RULES {
            return;
        }
        let is_simple = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '#' | '*');
        if selector.is_empty() || !selector.chars().all(is_simple) {
            return;
        }
        let mut rule = Rule { name: None, id: None, classes: Vec::new(), declarations: declarations.to_owned() };
        let start = selector.find(['.', '#']).unwrap_or(selector.len());
        let (name, mut rest) = selector.split_at(start);
        rule.name = Some(name.trim_matches('*').to_owned()).filter(|name| !name.is_empty());
        while let Some(kind) = rest.chars().next() {
            let after = &rest[1..];
            let end = after.find(['.', '#']).unwrap_or(after.len());
            match kind {
                '.' => rule.classes.push(after[..end].to_owned()),
                _ => rule.id = Some(after[..end].to_owned()),
            }
            rest = &after[end..];
        }
        self.rules.push(rule);
    }

    /// Whether an element is shown, by its own attributes and the rules so far.
    pub(super) fn showing(&self, name: &str, attributes: &Attributes<'_>) -> Showing {
        let style = attributes.get("style");
        if style.is_none() && self.rules.is_empty() {
            return if attributes.get("hidden").is_some() { Showing::Absent } else { Showing::Shown };
        }
        let mut said = Said::default();
        if attributes.get("hidden").is_some() {
            said.absent = Some((Weight::default(), true));
        }
        if !self.rules.is_empty() {
            let classes = attributes.get("class").unwrap_or_default().to_ascii_lowercase();
            let id = attributes.get("id").unwrap_or_default().to_ascii_lowercase();
            for rule in &self.rules {
                let is_named = rule.name.as_ref().is_none_or(|own| own == name);
                let has = |class: &String| classes.split_ascii_whitespace().any(|own| own == class);
                if is_named && rule.id.as_ref().is_none_or(|own| *own == id) && rule.classes.iter().all(has) {
                    let classes = u8::try_from(rule.classes.len()).unwrap_or(u8::MAX);
                    let weight = (false, 0, u8::from(rule.id.is_some()), classes, u8::from(rule.name.is_some()));
                    said.declare(&rule.declarations, weight);
                }
            }
        }
        if let Some(style) = style {
            said.declare(&without_comments(style).to_ascii_lowercase(), (false, 1, 0, 0, 0));
        }
        match (said.absent, said.blank) {
            (Some((_, true)), _) => Showing::Absent,
            (_, Some((_, true))) => Showing::Blank,
            _ => Showing::Shown,
        }
    }
}

impl Said {
    /// Takes the declarations of one rule or attribute, in lower case.
    fn declare(&mut self, declarations: &str, weight: Weight) {
        for declaration in declarations.split(';') {
            let Some((property, value)) = declaration.split_once(':') else { continue };
            let value: String = value.chars().filter(|letter| !letter.is_whitespace()).collect();
            let plain = value.strip_suffix("!important");
            let weight = (plain.is_some(), weight.1, weight.2, weight.3, weight.4);
            let value = plain.unwrap_or(&value);
            let number = value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '%');
            let is_nothing = number.parse::<f64>() == Ok(0.0);
            let (said, hides) = match property.trim() {
                "display" => (&mut self.absent, value == "none"),
                "visibility" => (&mut self.blank, matches!(value, "hidden" | "collapse")),
                "opacity" | "font-size" => (&mut self.blank, is_nothing),
                _ => continue,
            };
            if said.is_none_or(|(before, _)| before <= weight) {
                *said = Some((weight, hides));
            }
        }
    }
}

/// Where the block ends that text is in, its inner blocks left aside.
fn block_end(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        kept.push_str(&rest[..start]);
        kept.push(' ');
        rest = rest[start + 2..].find("*/").map_or("", |end| &rest[start + 2 + end + 2..]);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn showing(sheet: &str, name: &str, attributes: &[(&str, &str)]) -> Showing {
        let mut styles = Styles::default();
        styles.add(sheet);
        let attributes = attributes.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))).collect();
        styles.showing(name, &Attributes::of(attributes))
    }

    #[test]
    fn what_a_style_hides_is_told_from_what_only_looks_like_it() {
        for style in ["display:none", " Display : NONE !important", "color:red;display:none;", "display:/**/none"] {
            assert_eq!(showing("", "span", &[("style", style)]), Showing::Absent, "{style}");
        }
        for style in ["visibility:hidden", "opacity: 0", "font-size:0pt"] {
            assert_eq!(showing("", "span", &[("style", style)]), Showing::Blank, "{style}");
        }
        for style in
            ["display:block", "display:none;display:inline", "opacity:0.5", "font-size:0.8em", "x-display:none"]
        {
            assert_eq!(showing("", "span", &[("style", style)]), Showing::Shown, "{style}");
        }
        assert_eq!(showing("", "td", &[("hidden", "")]), Showing::Absent);
        assert_eq!(showing("", "td", &[("hidden", ""), ("style", "display:table-cell")]), Showing::Shown);
    }

    #[test]
    fn rules_act_by_name_class_and_id_and_the_heavier_one_wins() {
        let sheet = "<!-- td{color:red} .an, span.x { display:none } #k{visibility:hidden} @page{margin:1px} \
                     @media print{.in{display:none}} @media screen{.man{display:none}} a .an2{display:none} -->";
        assert_eq!(showing(sheet, "td", &[("class", "a an")]), Showing::Absent);
        assert_eq!(showing(sheet, "span", &[("class", "x")]), Showing::Absent);
        assert_eq!(showing(sheet, "b", &[("class", "x")]), Showing::Shown);
        assert_eq!(showing(sheet, "b", &[("id", "k")]), Showing::Blank);
        assert_eq!(showing(sheet, "b", &[("class", "in")]), Showing::Shown, "print");
        assert_eq!(showing(sheet, "b", &[("class", "man")]), Showing::Absent, "screen");
        assert_eq!(showing(sheet, "b", &[("class", "an2")]), Showing::Shown, "where it stands is not known");
        assert_eq!(showing(".a{display:none} td.a{display:block}", "td", &[("class", "a")]), Showing::Shown);
        assert_eq!(
            showing(".a{display:none!important}", "td", &[("class", "a"), ("style", "display:block")]),
            Showing::Absent
        );
    }
}
