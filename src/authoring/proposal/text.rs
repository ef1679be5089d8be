//! Writes a proposed source definition, with remarks on what to check and what to fill in.

use std::fmt::Display;

use super::InspectedSheet;
use super::column::{InspectedColumn, may_be_person, plain};
use super::guess::{ColumnGuess, Guess};
use super::{dates_and_persons, words};
use cchc_definitions::{Definitions, KnownColumn, Language, SourceColumn};
use cchc_model::{ColumnType, Where, fold_name, one_line};
use cchc_read::column_letters;

/// The section of the wording with the remarks.
const SECTION: &str = "proposal";

/// Writes a definition.
pub struct SourceWriter<'a> {
    pub file: &'a str,
    pub id: &'a str,
    pub layout: &'a InspectedSheet,
    pub guess: &'a Guess<'a>,
    pub definitions: &'a Definitions,
    pub language: Language,
}

/// What sources know of a column.
pub struct KnownAs<'a> {
    /// As its file has it.
    pub raw: &'a KnownColumn,
    pub checked: Option<&'a SourceColumn>,
}

impl SourceWriter<'_> {
    /// The definition as text.
    pub fn write(&self) -> String {
        let mut text = self.head() + &self.keys() + &dates_and_persons::write(self);
        let missing = self.guess.missing();
        for fed in &self.guess.fed {
            text.push_str(&self.fed(fed));
        }
        for name in &missing {
            text.push_str(&self.missing(name));
        }
        text.push_str(&self.given(&missing));
        for unsure in self.guess.unsure.iter().filter(|unsure| !missing.contains(&unsure.name.as_str())) {
            text.push_str(&self.unsure(unsure));
        }
        text + &self.left_over()
    }

    /// A text in the language of the remarks.
    pub fn say<'s>(&'s self, key: &'s str) -> &'s str {
        self.definitions.wording.say(SECTION, key, self.language)
    }

    /// A sentence in the language of the remarks, with its `{names}` filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        self.definitions.wording.fill(SECTION, key, self.language, values)
    }

    /// A line of remarks that marks a place to be edited.
    pub fn to_edit(&self, remark: &str) -> String {
        format!("# {}: {remark}", self.say("edit"))
    }

    /// What the base knows of a column, or else any source of the table.
    pub fn known_as(&self, name: &str) -> Option<KnownAs<'_>> {
        let of_table = self.definitions.proposal.known.iter().filter(|source| source.table == self.guess.table.name);
        let source = std::iter::once(self.guess.base).chain(of_table).find(|source| source.column(name).is_some())?;
        let checked = self.definitions.sources.iter().find(|checked| checked.id == source.id);
        Some(KnownAs { raw: source.column(name)?, checked: checked.and_then(|checked| checked.column(name)) })
    }

    pub fn column(&self, fed: &ColumnGuess) -> &InspectedColumn {
        &self.layout.columns[fed.at]
    }

    fn head(&self) -> String {
        let sheet = &self.layout.sheet;
        let sheet =
            if sheet.is_empty() { String::new() } else { self.fill("head_sheet", &[("sheet", &quoted(sheet))]) };
        let mut text = format!(
            "# {}\n",
            self.fill(
                "head",
                &[
                    ("file", &quoted(self.file)),
                    ("sheet", &sheet),
                    ("row", &self.layout.heading_row),
                    ("rows", &self.layout.rows),
                    ("more", &if self.layout.is_cut { self.say("head_more") } else { "" }),
                ],
            )
        );
        let missing = self.guess.missing();
        if missing.is_empty() {
            text.push_str(&format!("# {}\n", self.say("complete")));
        } else {
            let values: [(&str, &dyn Display); 2] = [("count", &missing.len()), ("columns", &missing.join(", "))];
            text.push_str(&format!("{}\n", self.to_edit(&self.fill("incomplete", &values))));
            text.push_str(&self.elsewhere());
        }
        let clashes: Vec<String> = self.clashes().into_iter().map(quoted).collect();
        if !clashes.is_empty() {
            let remark = self.fill("clashes", &[("headings", &clashes.join(", "))]);
            text.push_str(&format!("{}\n", self.to_edit(&remark)));
        }
        text.push_str(&format!("# {}\n\n", self.fill("next", &[("id", &self.id)])));
        text.push_str(&format!("name = {} # {}\n", quoted(self.id), self.say("name")));
        let note = self.fill("note", &[("source", &self.guess.base.id)]);
        text + &format!("table = {}\nnote = {}\n", quoted(self.guess.table.name), quoted(&note))
    }

    /// Where to look if the guess of the table is wrong.
    fn elsewhere(&self) -> String {
        let mut text = String::new();
        if self.guess.fed.is_empty() {
            text.push_str(&format!("# {}\n", self.say("nothing_known")));
        }
        let known = self.definitions.proposal.known.iter();
        let wide = known.filter(|source| source.is_wide && source.table == self.guess.table.name);
        let wide: Vec<String> = wide.map(|source| format!("cchc source show {}", source.id)).collect();
        if !wide.is_empty() {
            text.push_str(&format!("# {}\n", self.fill("wide", &[("commands", &wide.join(", "))])));
        }
        text
    }

    /// Headings that feed a column and occur twice.
    fn clashes(&self) -> Vec<&str> {
        let times = |heading: &str| {
            let folded = fold_name(heading);
            self.layout.columns.iter().filter(|column| fold_name(&column.heading) == folded).count()
        };
        let fed = self.guess.fed.iter().map(|fed| fed.heading.as_str());
        fed.filter(|heading| times(heading) > 1).collect()
    }

    /// What the base says of the table beside headings.
    fn keys(&self) -> String {
        let base = self.guess.base;
        let mut text = format!("\n# {}\n", self.say("required"));
        text.push_str(&list("required", base.required.iter().map(String::as_str)));
        if !base.one_of.is_empty() {
            text.push_str(&list("one_of", base.one_of.iter().map(String::as_str)));
        }
        if let Some(encoding) = self.layout.encoding {
            text.push_str(&format!("encoding = {}\n", quoted(encoding.name())));
        }
        for (key, value) in &base.rest {
            if key == "fill_merged" {
                let names = value.as_array().into_iter().flatten().filter_map(toml::Value::as_str);
                text.push_str(&list(key, names.filter(|name| self.guess.is_fed(name))));
            } else {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text
    }

    fn fed(&self, fed: &ColumnGuess) -> String {
        let headings = [fed.heading.as_str()];
        let remark = format!("# {}\n", self.described(fed.at));
        format!("\n{remark}{}{}", self.block(&fed.name, &headings), words::to_do(self, fed, self.column(fed)))
    }

    /// A required column that no listed heading feeds: the heading that feeds it as a rule keeps its place.
    fn missing(&self, name: &str) -> String {
        let usual: Vec<&str> = self
            .known_as(name)
            .and_then(|known_as| known_as.raw.headings.first())
            .map(String::as_str)
            .into_iter()
            .collect();
        let usual = if usual.is_empty() { vec![name] } else { usual };
        let mut text = format!("\n{}", self.to_edit(self.say("lacking")));
        let unsure = self.guess.unsure.iter().find(|unsure| unsure.name == name);
        if let Some(unsure) = unsure {
            let values: [(&str, &dyn Display); 2] =
                [("column", &self.described(unsure.at)), ("heading", &quoted(&unsure.heading))];
            text.push_str(&format!(" {}", self.fill("lacking_maybe", &values)));
        }
        let kind = self.guess.table.column(name).map(|column| column.kind);
        let is_time = kind == Some(ColumnType::Time);
        let is_free = |at: usize| {
            let is_asked = unsure.is_some_and(|unsure| unsure.at == at);
            !is_asked && !self.guess.fed.iter().any(|fed| fed.at == at)
        };
        let dates = self.layout.columns.iter().enumerate().filter(|(at, column)| {
            is_time && column.date_share >= 0.5 && is_free(*at) && !self.is_hidden(&column.heading)
        });
        let dates: Vec<String> = dates.map(|(at, _)| self.described(at)).collect();
        if !dates.is_empty() {
            text.push_str(&format!("\n# {}", self.fill("other_dates", &[("columns", &dates.join("; "))])));
        }
        let mut block = self.block(name, &usual);
        if kind == Some(ColumnType::Unit) {
            block.extend(self.say("one_unit").lines().map(|line| ["# ", line, "\n"].concat()));
        }
        format!("{text}\n{block}")
    }

    /// Columns that something other than a heading feeds.
    fn given(&self, written: &[&str]) -> String {
        let is_there = |name: &str| self.guess.is_fed(name) || written.contains(&name);
        let given = self.guess.base.columns.iter().filter(|column| column.is_given && !is_there(&column.name));
        given.map(|column| "\n".to_owned() + &self.block(&column.name, &[])).collect()
    }

    /// A column guessed by likeness or content: a question, and lines to be uncommented.
    fn unsure(&self, unsure: &ColumnGuess) -> String {
        let block = self.block(&unsure.name, &[&unsure.heading]);
        let lines: String = block.lines().map(|line| ["# ", line, "\n"].concat()).collect();
        let usual = self
            .known_as(&unsure.name)
            .and_then(|known_as| known_as.raw.headings.first().map(|usual| format!("({})", quoted(usual))))
            .unwrap_or_default();
        let values: [(&str, &dyn Display); 3] =
            [("column", &self.described(unsure.at)), ("name", &unsure.name), ("usual", &usual)];
        format!("\n{}\n{lines}", self.to_edit(&self.fill("maybe", &values)))
    }

    fn block(&self, name: &str, headings: &[&str]) -> String {
        let mut text = format!("[columns.{name}]\n");
        if !headings.is_empty() {
            text.push_str(&list("headings", headings.iter().copied()));
        }
        for (key, value) in self.known_as(name).iter().flat_map(|known_as| &known_as.raw.rest) {
            if key != "more_words" {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text + &words::taken_over(self, name)
    }

    /// Columns that nothing uses.
    fn left_over(&self) -> String {
        let used = |at: usize| self.guess.fed.iter().chain(&self.guess.unsure).any(|fed| fed.at == at);
        let is_numbering = |column: &InspectedColumn| ["stt", "tt"].contains(&plain(&column.heading).as_str());
        let mut text = String::new();
        for (at, column) in self.layout.columns.iter().enumerate() {
            if used(at) || column.person.is_some() || column.heading.is_empty() || is_numbering(column) {
                continue;
            }
            text.push_str(&format!("#   {}\n", self.described(at)));
        }
        if !text.is_empty() {
            text = format!("\n# {}\n{text}", self.say("not_read"));
        }
        let is_known = |name: &str| self.guess.is_fed(name) || self.guess.missing().contains(&name);
        let free = self.guess.table.columns.iter().map(|column| column.name).filter(|name| !is_known(name));
        let free: Vec<&str> = free.collect();
        if !free.is_empty() {
            text.push_str(&format!("\n# {}\n", self.fill("not_fed", &[("columns", &free.join(", "))])));
        }
        text
    }

    /// A heading, its place and what its cells look like, never their content.
    fn described(&self, at: usize) -> String {
        let column = &self.layout.columns[at];
        let what = match column {
            _ if column.filled == 0 => "empty",
            _ if column.date_share > 0.5 => "dates",
            _ if column.unit_share > 0.5 => "units",
            _ if column.number_share > 0.5 => "numbers",
            _ => "text",
        };
        let is_hidden = self.is_hidden(&column.heading);
        let heading = if is_hidden { self.say("heading_hidden").to_owned() } else { quoted(&column.heading) };
        self.fill(
            "described",
            &[
                ("heading", &heading),
                ("place", &self.place(at)),
                ("what", &self.say(what)),
                ("filled", &column.filled),
                ("rows", &column.rows),
                ("distinct", &column.distinct),
            ],
        )
    }

    pub fn place(&self, at: usize) -> String {
        self.fill("place", &[("letters", &column_letters(at))])
    }

    /// A heading that no source lists and that may itself name or number a person.
    pub fn is_hidden(&self, heading: &str) -> bool {
        may_be_person(heading, &self.definitions.proposal.personal)
            || self.definitions.mask.kind(heading, Where::Name).is_some()
    }
}

pub fn or_none(texts: &[String]) -> String {
    if texts.is_empty() { "–".to_owned() } else { texts.join(", ") }
}

pub fn list<'a>(key: &str, values: impl Iterator<Item = &'a str>) -> String {
    format!("{key} = [{}]\n", values.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A TOML string of one line.
pub fn quoted(text: &str) -> String {
    let text = one_line(text);
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
