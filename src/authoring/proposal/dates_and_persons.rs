//! The date patterns of a proposed source, with how often each occurs, and its personal columns.

use super::column::{InspectedColumn, Person};
use super::guess::ColumnGuess;
use super::text::{SourceWriter, list, or_none, quoted};
use super::words;
use cchc_model::ColumnType;

/// Both keys of the definition.
pub fn write(writer: &SourceWriter<'_>) -> String {
    writer.dates() + &writer.personal()
}

impl SourceWriter<'_> {
    fn dates(&self) -> String {
        let is_date = |fed: &&ColumnGuess| {
            self.guess.table.column(&fed.name).is_some_and(|column| column.kind == ColumnType::Time)
        };
        let fed = self.guess.fed.iter().chain(&self.guess.unsure).filter(is_date);
        let columns: Vec<&InspectedColumn> = fed.map(|fed| self.column(fed)).collect();
        let sum = |of: &dyn Fn(&InspectedColumn) -> u64| columns.iter().map(|column| of(column)).sum::<u64>();
        let seen = words::summed(columns.iter().flat_map(|column| &column.dates));
        let odd = words::summed(columns.iter().flat_map(|column| &column.odd_dates));
        let cells = seen.iter().find(|(pattern, _)| pattern.is_empty()).map_or(0, |(_, count)| *count);
        let seen: Vec<&(String, u64)> = seen.iter().filter(|(pattern, _)| !pattern.is_empty()).collect();
        let mut met: Vec<String> = seen.iter().map(|(pattern, count)| format!("{pattern} × {count}")).collect();
        for (count, key) in [(cells, "date_cells"), (sum(&|column| column.serials), "date_numbers")] {
            if count > 0 {
                met.push(self.fill(key, &[("count", &count)]));
            }
        }
        let mut text = format!("\n# {}", self.fill("dates_met", &[("patterns", &or_none(&met))]));
        let (day_first, month_first) = (sum(&|column| column.day_first), sum(&|column| column.month_first));
        if day_first > 0 {
            text.push_str(&format!(" {}", self.fill("day_first", &[("count", &day_first)])));
        }
        text.push('\n');
        if month_first > 0 {
            let remark = self.fill("month_first", &[("count", &month_first)]);
            text.push_str(&format!("{}\n", self.to_edit(&remark)));
        }
        if !odd.is_empty() {
            let shapes: Vec<String> = odd.iter().map(|(shape, _)| quoted(shape)).collect();
            let remark = self.fill("odd_dates", &[("shapes", &shapes.join(", "))]);
            text.push_str(&format!("{}\n", self.to_edit(&remark)));
        }
        let patterns = words::with_variants(&seen, &self.definitions.proposal.dates);
        text + &list("dates", patterns.into_iter())
    }

    fn personal(&self) -> String {
        let is_used = |at: usize| self.guess.fed.iter().any(|fed| fed.at == at);
        let mut listed: Vec<&str> = Vec::new();
        let mut lines = String::new();
        for (at, column) in self.layout.columns.iter().enumerate() {
            let Some(person) = column.person.filter(|_| !is_used(at)) else { continue };
            if self.is_hidden(&column.heading) || listed.contains(&column.heading.as_str()) {
                continue;
            }
            listed.push(&column.heading);
            let why = self.say(match person {
                Person::Names => "person_names",
                Person::Phones => "person_phones",
                Person::Numbers => "person_numbers",
                Person::Addresses => "person_addresses",
                Person::Known => "person_known",
                Person::Heading => "person_heading",
            });
            lines.push_str(&format!("    {}, # {}: {why}\n", quoted(&column.heading), self.place(at)));
        }
        let list = if lines.is_empty() { "personal = []\n".to_owned() } else { format!("personal = [\n{lines}]\n") };
        format!("\n# {}\n{list}", self.say("personal"))
    }
}
