//! Writes a proposed source definition, with remarks that tell the user what to look at and what to fill in.

use super::Layout;
use super::column::{Column, Person, may_be_person, plain};
use super::guess::{Fed, Guess};
use super::words;
use crate::definitions::{Definitions, KnownColumn, Language, SourceColumn};
use crate::model::{Kind, fold_name, one_line};
use crate::read::column_letters;

/// What the definition is written from.
pub struct Writer<'a> {
    pub file: &'a str,
    pub id: &'a str,
    pub layout: &'a Layout,
    pub guess: &'a Guess<'a>,
    pub definitions: &'a Definitions,
    pub language: Language,
}

/// What sources know of a column.
pub struct Origin<'a> {
    pub raw: &'a KnownColumn,
    pub checked: Option<&'a SourceColumn>,
}

impl Writer<'_> {
    /// The definition as text.
    pub fn write(&self) -> String {
        let mut text = self.head() + &self.keys() + &self.dates() + &self.personal();
        let missing = self.guess.missing();
        for fed in &self.guess.fed {
            text.push_str(&self.fed(fed));
        }
        for name in &missing {
            text.push_str(&self.missing(name));
        }
        text.push_str(&self.given(&missing));
        for asked in self.guess.asked.iter().filter(|asked| !missing.contains(&asked.name.as_str())) {
            text.push_str(&self.asked(asked));
        }
        text + &self.left_over()
    }

    /// A text in the language of the remarks.
    pub fn say(&self, vi: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Vi => vi,
            Language::En => en,
        }
    }

    /// What marks a place that has to be edited.
    pub fn edit(&self) -> &'static str {
        self.say("SỬA", "EDIT")
    }

    /// What the base knows of a column, or else any source of the table.
    pub fn origin(&self, name: &str) -> Option<Origin<'_>> {
        let of_table = self.definitions.proposal.known.iter().filter(|source| source.table == self.guess.table.name);
        let source = std::iter::once(self.guess.base).chain(of_table).find(|source| source.column(name).is_some())?;
        let checked = self.definitions.sources.iter().find(|checked| checked.id == source.id);
        Some(Origin { raw: source.column(name)?, checked: checked.and_then(|checked| checked.column(name)) })
    }

    fn column(&self, fed: &Fed) -> &Column {
        &self.layout.columns[fed.at]
    }

    fn head(&self) -> String {
        let sheet = &self.layout.sheet;
        let sheet = if sheet.is_empty() {
            String::new()
        } else {
            format!(", {} {}", self.say("trang", "sheet"), quoted(sheet))
        };
        let more = if self.layout.is_cut { self.say(" đầu", ", the first ones") } else { "" };
        let mut text = format!(
            "# {} {}{sheet}: {} {}, {} {} {}{more}.\n",
            self.say("Đề xuất theo tệp", "Proposed from file"),
            quoted(self.file),
            self.say("tiêu đề ở dòng", "headings in row"),
            self.layout.heading_row,
            self.say("đã xem", "looked at"),
            self.layout.rows,
            self.say("dòng", "rows"),
        );
        let missing = self.guess.missing();
        if missing.is_empty() {
            text.push_str(self.say(
                "# Đủ các cột bắt buộc: nhập được ngay; xem lại các chỗ có chữ SỬA.\n",
                "# All required columns are known: files can be imported; look at what says EDIT.\n",
            ));
        } else {
            text.push_str(&format!(
                "# {}: {} {}: {}. {}\n",
                self.edit(),
                self.say("CHƯA DÙNG ĐƯỢC, còn thiếu cột bắt buộc", "OF NO USE YET, required columns are missing"),
                missing.len(),
                missing.join(", "),
                self.say("Tìm các mục đó bên dưới và điền tiêu đề của tệp.", "Fill in their headings below."),
            ));
        }
        let clashes: Vec<String> = self.clashes().into_iter().map(quoted).collect();
        if !clashes.is_empty() {
            text.push_str(&format!(
                "# {}: {}: {}\n",
                self.edit(),
                self.say(
                    "hai cột trùng tiêu đề, tệp sẽ bị từ chối; đổi tên một cột trong tệp",
                    "two columns bear one heading and the file will be refused; rename one of them in the file"
                ),
                clashes.join(", ")
            ));
        }
        let (test, check) = (self.say("TỆP", "FILE"), self.say("Sau khi sửa", "After editing"));
        text.push_str(&format!(
            "# {check}: cchc check; cchc source test {} {test}; cchc import {test}. {}: docs/sources.md.\n\n",
            self.id,
            self.say("Cách viết", "How to write it")
        ));
        text.push_str(&format!("name = {} # {}\n", quoted(self.id), self.say("tên gọi", "what people call it")));
        text + &format!(
            "table = {}\nnote = {}\n",
            quoted(self.guess.table.name),
            quoted(&format!(
                "{} {}",
                self.say("cchc source new; như nguồn", "cchc source new; like"),
                self.guess.base.id
            ))
        )
    }

    /// Headings that feed a column and stand twice.
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
        let mut text = format!(
            "\n# {}\n",
            self.say(
                "Thiếu một trong các cột này thì tệp không khớp nguồn: đừng bỏ, kẻo số liệu sai mà không ai thấy.",
                "Without one of these a file does not fit: do not take them out, or figures go wrong unseen."
            )
        );
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

    fn fed(&self, fed: &Fed) -> String {
        let headings = [fed.heading.as_str()];
        let remark = format!("# {}\n", self.described(fed.at));
        format!("\n{remark}{}{}", self.block(&fed.name, &headings), words::to_do(self, fed, self.column(fed)))
    }

    /// A required column that no listed heading feeds: the heading that feeds it as a rule keeps its place.
    fn missing(&self, name: &str) -> String {
        let usual: Vec<&str> =
            self.origin(name).and_then(|origin| origin.raw.headings.first()).map(String::as_str).into_iter().collect();
        let usual = if usual.is_empty() { vec![name] } else { usual };
        let mut text =
            format!("\n# {}: {}.", self.edit(), self.say("tệp chưa có cột này", "the file lacks this column"));
        let asked = self.guess.asked.iter().find(|asked| asked.name == name);
        if let Some(asked) = asked {
            text.push_str(&format!(
                " {} {}? {}: headings = [{}]",
                self.say("Có phải là", "Is it"),
                self.described(asked.at),
                self.say("Nếu phải, thay dòng headings bằng", "If so, replace the line by"),
                quoted(&asked.heading)
            ));
        }
        let is_time = self.guess.table.column(name).is_some_and(|column| column.kind == Kind::Time);
        let is_free = |at: usize| {
            let is_asked = asked.is_some_and(|asked| asked.at == at);
            !is_asked && !self.guess.fed.iter().any(|fed| fed.at == at)
        };
        let dates = self.layout.columns.iter().enumerate().filter(|(at, column)| {
            is_time && column.date_share >= 0.5 && is_free(*at) && !self.is_hidden(&column.heading)
        });
        let dates: Vec<String> = dates.map(|(at, _)| self.described(at)).collect();
        if !dates.is_empty() {
            text.push_str(&format!(
                "\n# {}: {}",
                self.say("Các cột ngày khác", "Other columns of dates"),
                dates.join("; ")
            ));
        }
        format!("{text}\n{}", self.block(name, &usual))
    }

    /// Columns that something other than a heading feeds.
    fn given(&self, written: &[&str]) -> String {
        let is_there = |name: &str| self.guess.is_fed(name) || written.contains(&name);
        let given = self.guess.base.columns.iter().filter(|column| column.is_given && !is_there(&column.name));
        given.map(|column| "\n".to_owned() + &self.block(&column.name, &[])).collect()
    }

    /// A column that likeness or content speaks for: a question, and lines to be uncommented.
    fn asked(&self, asked: &Fed) -> String {
        let block = self.block(&asked.name, &[&asked.heading]);
        let lines: String = block.lines().map(|line| ["# ", line, "\n"].concat()).collect();
        format!(
            "\n# {}: {} {} {} {}? {}\n{lines}",
            self.edit(),
            self.described(asked.at),
            self.say("có phải là", "may be"),
            asked.name,
            self.origin(&asked.name)
                .and_then(|origin| origin.raw.headings.first().map(|usual| format!("({})", quoted(usual))))
                .unwrap_or_default(),
            self.say("Nếu phải, bỏ dấu # ở các dòng sau.", "If so, take the # off the next lines.")
        )
    }

    fn block(&self, name: &str, headings: &[&str]) -> String {
        let mut text = format!("[columns.{name}]\n");
        if !headings.is_empty() {
            text.push_str(&list("headings", headings.iter().copied()));
        }
        for (key, value) in self.origin(name).iter().flat_map(|origin| &origin.raw.rest) {
            if key != "more_words" {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text + &words::taken_over(self, name)
    }

    /// Columns that nothing uses.
    fn left_over(&self) -> String {
        let used = |at: usize| self.guess.fed.iter().chain(&self.guess.asked).any(|fed| fed.at == at);
        let is_numbering = |column: &Column| ["stt", "tt"].contains(&plain(&column.heading).as_str());
        let mut text = String::new();
        for (at, column) in self.layout.columns.iter().enumerate() {
            if used(at) || column.person.is_some() || column.heading.is_empty() || is_numbering(column) {
                continue;
            }
            text.push_str(&format!("#   {}\n", self.described(at)));
        }
        if !text.is_empty() {
            text = format!(
                "\n# {}\n{text}",
                self.say(
                    "Cột của tệp không được đọc; cần cột nào thì thêm tiêu đề của nó vào một mục [columns.…].",
                    "Columns of the file that are not read; to read one, list its heading below a [columns.…]."
                )
            );
        }
        let is_known = |name: &str| self.guess.is_fed(name) || self.guess.missing().contains(&name);
        let free = self.guess.table.columns.iter().map(|column| column.name).filter(|name| !is_known(name));
        let free: Vec<&str> = free.collect();
        if !free.is_empty() {
            let remark = self.say("Cột của bảng chưa có tiêu đề nào", "Columns of the table that nothing feeds");
            text.push_str(&format!("\n# {remark}: {}.\n", free.join(", ")));
        }
        text
    }

    /// A heading, its place and what its cells look like, never what stands in them.
    fn described(&self, at: usize) -> String {
        let column = &self.layout.columns[at];
        let what = if column.filled == 0 {
            self.say("không có nội dung", "empty")
        } else if column.date_share > 0.5 {
            self.say("ngày", "dates")
        } else if column.unit_share > 0.5 {
            self.say("đơn vị", "units")
        } else if column.number_share > 0.5 {
            self.say("số", "numbers")
        } else {
            self.say("chữ", "text")
        };
        let heading = if self.is_hidden(&column.heading) {
            self.say("(tiêu đề không ghi ra)", "(heading not shown)").to_owned()
        } else {
            quoted(&column.heading)
        };
        format!(
            "{heading} ({}: {what}, {}/{} {}, {} {})",
            self.place(at),
            column.filled,
            column.rows,
            self.say("ô", "cells"),
            column.distinct,
            self.say("giá trị", "values")
        )
    }

    fn place(&self, at: usize) -> String {
        format!("{} {}", self.say("cột", "column"), column_letters(at))
    }

    /// A heading that no source lists and that may itself name or number a person.
    fn is_hidden(&self, heading: &str) -> bool {
        may_be_person(heading, &self.definitions.proposal.personal)
    }
}

fn or_none(told: &[String]) -> String {
    if told.is_empty() { "–".to_owned() } else { told.join(", ") }
}

fn list<'a>(key: &str, values: impl Iterator<Item = &'a str>) -> String {
    format!("{key} = [{}]\n", values.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A TOML string of one line.
pub fn quoted(text: &str) -> String {
    let text = one_line(text);
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
