//! `cchc audit`: patterns that flatter figures, as questions with their dossiers; never a verdict, never a person.

use anyhow::Result;
use clap::Args;

use super::output::Columns;
use super::{Global, OpenEngine, Outcome, period};
use cchc_definitions::fill;
use cchc_engine::{Audit as Answer, AuditQuestion, AuditRequest, NotAsked};
use cchc_model::Period;

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th
    #[arg(long, value_parser = period)]
    period: Period,
    /// Only these rules of queries/audit/
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Only units of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
}

impl Audit {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = OpenEngine::open(global)?;
        let engine = &opened.engine;
        let request = AuditRequest {
            period: self.period.clone(),
            rules: self.rule.clone(),
            kind: self.kind.as_deref().map(|kind| engine.kind_named(kind)),
        };
        let found = opened.wait(engine.audit(&request))?;
        for one in &found.not_asked {
            global.note(&not_asked(one));
        }
        if found.questions.is_empty() {
            global.note("no rule has a question");
        }
        write(global, &found)?;
        Ok(Outcome::Done)
    }
}

fn not_asked(one: &NotAsked) -> String {
    let whom = if one.is_of_all { "nobody".to_owned() } else { format!("{} unit(s) less", one.units) };
    let why = if one.lacks.is_empty() {
        "what their exports hold of this period does not tell".to_owned()
    } else {
        format!("their exports lack {}", one.lacks.join(", "))
    };
    format!("rule '{}' is asked of {whom}: {why}", one.rule.id)
}

/// A row of the table: a question, or a rule that nobody can be asked.
enum Line<'a> {
    Asked(&'a AuditQuestion),
    NotAsked(&'a NotAsked),
}

impl<'a> Line<'a> {
    fn asked(&self) -> Option<&'a AuditQuestion> {
        if let Self::Asked(one) = self { Some(one) } else { None }
    }

    fn rule(&self) -> &'a cchc_definitions::AuditRule {
        match self {
            Self::Asked(one) => &one.rule,
            Self::NotAsked(one) => &one.rule,
        }
    }
}

fn write(global: &Global, found: &Answer) -> Result<()> {
    let unasked = found.not_asked.iter().filter(|one| one.is_of_all).map(Line::NotAsked);
    let lines: Vec<Line<'_>> = found.questions.iter().map(Line::Asked).chain(unasked).collect();
    let examples: Vec<Option<String>> =
        lines.iter().map(|line| line.asked().map(|one| one.found.examples.join("; "))).collect();
    let questions: Vec<Option<String>> =
        lines.iter().map(|line| line.asked().map(|one| question(global, one))).collect();
    let lacks: Vec<Option<String>> = lines
        .iter()
        .map(|line| if let Line::NotAsked(one) = line { Some(one.lacks.join("; ")) } else { None })
        .collect();
    let count = |of: fn(&AuditQuestion) -> u64| lines.iter().map(move |line| line.asked().map(|one| of(one) as i64));
    let columns = Columns::default()
        .text("rule", lines.iter().map(|line| Some(line.rule().id.as_str())))
        .text("unit_code", lines.iter().map(|line| Some(line.asked().map_or("*", |one| one.unit.unit_code.as_str()))))
        .int("cases", count(|one| one.found.count))
        .int("of", count(|one| one.found.of))
        .number("threshold", lines.iter().map(|line| Some(line.rule().threshold)))
        .text("examples", examples.iter().map(Option::as_deref))
        .text("unit_name", lines.iter().map(|line| line.asked().map(|one| one.unit.unit_name.as_str())))
        .text("inquiry", questions.iter().map(Option::as_deref))
        .text("lacks", lacks.iter().map(Option::as_deref));
    // In words these are a count of dossiers and a question to people; other tables have times and SQL under the keys.
    if global.format.is_for_people() {
        columns.write(global)
    } else {
        columns.renamed("cases", "count").renamed("inquiry", "question").write(global)
    }
}

fn question(global: &Global, one: &AuditQuestion) -> String {
    let (count, of) = (one.found.count.to_string(), one.found.of.to_string());
    let values = [("unit", one.unit.unit_name.as_str()), ("count", &count), ("of", &of)];
    fill(one.rule.question(global.language()), &values)
}
