//! Reads the sentences of scoring forms back into rules, so that an exported form gives its definition again.

use cchc_definitions::{Formula, Role, Rule};
use cchc_normalise::vietnamese_number;
use cchc_report::RuleWords;

/// The parts of the cell of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleCell {
    /// The sentences of the rule itself.
    pub sentences: String,
    /// The name of the figure that it reads, if the cell names one.
    pub figure: Option<String>,
    /// Whether the points are part of the total, a bonus or a deduction.
    pub role: Role,
}

/// Splits the cell of a rule into its parts.
pub(super) fn rule_cell(words: &RuleWords, text: &str) -> RuleCell {
    let mut sentences = text.trim();
    let mut figure = None;
    if let Some((before, after)) = around(&words.figure, "figure", sentences) {
        figure = Some(after.trim_end_matches('.').trim().to_owned()).filter(|name| !name.is_empty());
        sentences = before;
    }
    let mut role = Role::Points;
    for (aside, of) in [(&words.bonus, Role::Bonus), (&words.deducted, Role::Deduction)] {
        if let Some(before) = sentences.strip_suffix(aside.as_str()) {
            (sentences, role) = (before, of);
        }
        sentences = sentences.trim_end().trim_end_matches('.').trim_end();
    }
    RuleCell { sentences: sentences.to_owned(), figure, role }
}

/// The rule of a sentence of a form, its input without a name; yes/no and tiers are read in `rule.rs`.
pub(super) fn rule_of(
    words: &RuleWords,
    sentence: &str,
    max: f64,
    place: &dyn Fn(&str) -> Option<usize>,
) -> Option<Rule> {
    let input = String::new;
    let one = |template: &str, name: &str| {
        let found = of_max(template, sentence, max)?;
        let number = |value: &str| match captures(&words.percent_points, value).as_deref() {
            Some([(_, points)]) => share_or_number(points).map(|points| points / 100.0),
            _ => share_or_number(value),
        };
        let mut values = found.iter().filter(|(of, _)| *of == name).map(|(_, value)| number(value));
        let first = values.next()??;
        values.all(|value| value == Some(first)).then_some(first)
    };
    if of_max(&words.scored, sentence, max).is_some() {
        return Some(Rule::Scored);
    }
    if of_max(&words.linear, sentence, max).is_some() {
        return Some(Rule::Linear { input: input() });
    }
    if of_max(&words.relative_to_best, sentence, max).is_some() {
        return Some(Rule::RelativeToBest { input: input() });
    }
    if let Some(floor) = one(&words.floor, "floor") {
        return Some(Rule::Floor { input: input(), floor });
    }
    if let Some(target) = one(&words.target, "target") {
        return Some(Rule::Target { input: input(), target });
    }
    if let Some(per) = one(&words.deduction, "per") {
        return Some(Rule::Deduction { input: input(), per });
    }
    if let Some(factor) = one(&words.external, "factor") {
        return Some(Rule::External { input: input(), factor });
    }
    if let Some(by) = one(&words.improvement, "by") {
        return Some(Rule::Improvement { input: input(), by });
    }
    if let Some(by) = one(&words.decline, "by") {
        return Some(Rule::Improvement { input: input(), by: -by });
    }
    let found = of_max(&words.formula, sentence, max)?;
    let (_, text) = found.iter().find(|(name, _)| *name == "formula")?;
    Formula::parse(text, place).ok().map(|formula| Rule::Formula { formula })
}

/// The captures of a template whose every `{max}` is the maximum.
fn of_max<'t>(template: &'t str, words: &'t str, max: f64) -> Option<Vec<(&'t str, &'t str)>> {
    captures(template, words).filter(|found| found.iter().all(|(name, value)| *name != "max" || is(value, max)))
}

/// `95%` is 0.95, `1,5` one and a half.
fn share_or_number(text: &str) -> Option<f64> {
    vietnamese_number(text.trim())
}

fn is(text: &str, number: f64) -> bool {
    share_or_number(text).is_some_and(|read| (read - number).abs() < 1e-9)
}

/// The texts in the `{name}` places of a template; `None` if the text does not match it.
fn captures<'t>(template: &'t str, text: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
    let mut parts = template.split('{');
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let (name, literal) = part.split_once('}')?;
        let end = if literal.is_empty() && parts.peek().is_none() { rest.len() } else { rest.find(literal)? };
        found.push((name, &rest[..end]));
        rest = &rest[end + literal.len()..];
    }
    rest.is_empty().then_some(found)
}

/// The text before a template of one place, and the text in its place.
fn around<'t>(template: &str, name: &str, text: &'t str) -> Option<(&'t str, &'t str)> {
    let (label, _) = template.split_once(&format!("{{{name}}}"))?;
    let at = text.find(label.trim_end())?;
    Some((text[..at].trim_end().trim_end_matches('.'), &text[at + label.trim_end().len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cchc_definitions::Item;
    use cchc_report::{Counted, Figure, ScoringFormWords};

    fn words() -> ScoringFormWords {
        let text = cchc_definitions::TEMPLATES.get_file("form.toml").and_then(include_dir::File::contents_utf8);
        ScoringFormWords::parse(text.unwrap_or_default()).expect("the shipped words are whole")
    }

    #[test]
    fn every_sentence_of_a_form_is_read_back_as_the_rule_that_it_states() {
        let input = String::new;
        let place = |code: &str| (code == "2").then_some(1);
        let formula = Formula::parse("10 * min([2] / 20, 1)", place).expect("a formula");
        for (rule, role) in [
            (Rule::Scored, Role::Points),
            (Rule::Linear { input: input() }, Role::Points),
            (Rule::Floor { input: input(), floor: 0.955 }, Role::Points),
            (Rule::Target { input: input(), target: 0.8 }, Role::Deduction),
            (Rule::Deduction { input: input(), per: 0.25 }, Role::Points),
            (Rule::External { input: input(), factor: 2.0 }, Role::Bonus),
            (Rule::RelativeToBest { input: input() }, Role::Points),
            (Rule::Improvement { input: input(), by: 0.05 }, Role::Points),
            (Rule::Improvement { input: input(), by: -0.05 }, Role::Points),
            (Rule::Formula { formula }, Role::Points),
        ] {
            let item = Item {
                code: "1".into(),
                parent: None,
                name: "Một".into(),
                max: 2.5,
                role,
                rule: Some(rule.clone()),
                counts: None,
                not_applicable: None,
                zero: None,
                rounding: None,
                evidence: String::new(),
                source: String::new(),
            };
            let figure = rule.input().map(|_| Figure { name: "Tỷ lệ A", counted: Counted::Share });
            let text = words().rule_text(&item, figure);
            let cell = rule_cell(&words().rule, &text);
            assert_eq!((cell.figure.is_some(), cell.role), (figure.is_some(), role), "{text}");
            assert_eq!(
                rule_of(&words().rule, &cell.sentences, 2.5, &place).as_ref(),
                Some(&rule),
                "{text} → {}",
                cell.sentences
            );
            assert_eq!(
                rule_of(&words().rule, &cell.sentences, 3.0, &place).is_some(),
                matches!(rule, Rule::Formula { .. } | Rule::RelativeToBest { .. }) && !text.contains("2,5"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_text_of_another_shape_has_no_captures() {
        assert_eq!(captures("Tỷ lệ × {max} điểm", "Tỷ lệ × 3 điểm"), Some(vec![("max", "3")]));
        assert_eq!(captures("Tỷ lệ × {max} điểm", "Tỷ lệ × 3 điểm, thêm"), None);
        assert_eq!(captures("{a}-{b}", "x-y"), Some(vec![("a", "x"), ("b", "y")]));
    }
}
