//! The dates that a proposed source reads, with what speaks for them, and its personal columns.

use super::column::{Column, Person};
use super::guess::Fed;
use super::text::{Writer, list, or_none, quoted};
use super::words;
use cchc_model::Kind;

/// Both keys of the definition.
pub fn write(writer: &Writer<'_>) -> String {
    writer.dates() + &writer.personal()
}

impl Writer<'_> {
    fn dates(&self) -> String {
        let is_date = |fed: &&Fed| self.guess.table.column(&fed.name).is_some_and(|column| column.kind == Kind::Time);
        let fed = self.guess.fed.iter().chain(&self.guess.asked).filter(is_date);
        let columns: Vec<&Column> = fed.map(|fed| self.column(fed)).collect();
        let sum = |of: &dyn Fn(&Column) -> u64| columns.iter().map(|column| of(column)).sum::<u64>();
        let seen = words::summed(columns.iter().flat_map(|column| &column.dates));
        let odd = words::summed(columns.iter().flat_map(|column| &column.odd_dates));
        let cells = seen.iter().find(|(pattern, _)| pattern.is_empty()).map_or(0, |(_, count)| *count);
        let seen: Vec<&(String, u64)> = seen.iter().filter(|(pattern, _)| !pattern.is_empty()).collect();
        let mut told: Vec<String> = seen.iter().map(|(pattern, count)| format!("{pattern} × {count}")).collect();
        for (count, what) in [
            (cells, self.say("ô ngày hoặc ISO", "date cells or ISO")),
            (sum(&|column| column.serials), self.say("số thứ tự ngày", "serial numbers")),
        ] {
            if count > 0 {
                told.push(format!("{what} × {count}"));
            }
        }
        let mut text = format!("\n# {}: {}.", self.say("Ngày đã gặp", "Dates met"), or_none(&told));
        let (day_first, month_first) = (sum(&|column| column.day_first), sum(&|column| column.month_first));
        if day_first > 0 {
            text.push_str(&format!(
                " {day_first} {}",
                self.say(
                    "ô có số đầu trên 12, nên ngày viết trước.",
                    "cells begin with more than 12: the day is first."
                )
            ));
        }
        text.push('\n');
        if month_first > 0 {
            text.push_str(&format!(
                "# {}: {month_first} {}\n",
                self.edit(),
                self.say(
                    "ô viết tháng trước ngày; tệp sẽ bị từ chối. Xuất lại với ngày trước tháng.",
                    "cells put the month first; the file will be refused. Export it with the day first."
                )
            ));
        }
        if !odd.is_empty() {
            let shapes: Vec<String> = odd.iter().map(|(shape, _)| quoted(shape)).collect();
            text.push_str(&format!(
                "# {}: {} {}\n",
                self.edit(),
                self.say(
                    "chưa có mẫu (dd, MM, yyyy, HH, mm, ss) cho các cách viết sau, 9 là một chữ số:",
                    "no pattern (dd, MM, yyyy, HH, mm, ss) reads these, 9 being a digit:"
                ),
                shapes.join(", ")
            ));
        }
        let patterns = words::with_variants(&seen, &self.definitions.proposal.dates);
        text + &list("dates", patterns.into_iter())
    }

    fn personal(&self) -> String {
        let is_used = |at: usize| self.guess.fed.iter().any(|fed| fed.at == at);
        let mut told: Vec<&str> = Vec::new();
        let mut lines = String::new();
        for (at, column) in self.layout.columns.iter().enumerate() {
            let Some(person) = column.person.filter(|_| !is_used(at)) else { continue };
            if self.is_hidden(&column.heading) || told.contains(&column.heading.as_str()) {
                continue;
            }
            told.push(&column.heading);
            let why = match person {
                Person::Names => self.say("nhiều ô giống tên người", "cells look like names"),
                Person::Phones => self.say("nhiều ô giống số điện thoại", "cells look like phone numbers"),
                Person::Numbers => self.say("nhiều ô giống số giấy tờ", "cells look like identity numbers"),
                Person::Addresses => self.say("nhiều ô giống địa chỉ", "cells look like addresses"),
                Person::Known => self.say("nguồn khác cũng coi là cá nhân", "personal in other sources"),
                Person::Heading => self.say("theo tiêu đề", "by its heading"),
            };
            lines.push_str(&format!("    {}, # {}: {why}\n", quoted(&column.heading), self.place(at)));
        }
        let list = if lines.is_empty() { "personal = []\n".to_owned() } else { format!("personal = [\n{lines}]\n") };
        let remark = self.say(
            "Cột cá nhân (tên, số giấy tờ, điện thoại, địa chỉ, chữ tự do): không lưu, không hiện. Thiếu thì thêm vào.",
            "Personal columns (names, numbers, phones, addresses, free text): never stored, never shown. Add what lacks.",
        );
        format!("\n# {remark}\n{list}")
    }
}
