//! Writes a proposed source definition, with remarks that tell the user what to look at and what to fill in.

use super::Layout;
use super::column::{Column, may_be_person, plain};
use super::guess::{Fed, Guess};
use super::{dates_and_persons, words};
use cchc_definitions::{Definitions, KnownColumn, Language, SourceColumn};
use cchc_model::{Kind, fold_name, one_line};
use cchc_read::column_letters;

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
        let mut text = self.head() + &self.keys() + &dates_and_persons::write(self);
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

    pub fn column(&self, fed: &Fed) -> &Column {
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
            text.push_str(&self.elsewhere());
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

    /// Where to look if the guess of the table is wrong.
    fn elsewhere(&self) -> String {
        let mut text = String::new();
        if self.guess.fed.is_empty() {
            text.push_str(self.say(
                "# Không tiêu đề nào đã biết: bảng (table) chỉ là phỏng đoán; chọn bảng khác bằng --table.\n",
                "# No heading is known: the table is a mere guess; name another one with --table.\n",
            ));
        }
        let known = self.definitions.proposal.known.iter();
        let wide = known.filter(|source| source.is_wide && source.table == self.guess.table.name);
        let wide: Vec<String> = wide.map(|source| format!("cchc source show {}", source.id)).collect();
        if !wide.is_empty() {
            let remark = self.say(
                "Nếu một dòng gồm nhiều số liệu (mỗi cột một đơn vị hay một chỉ tiêu), chép từ nguồn",
                "If one row holds several figures (a column for each unit or indicator), copy from a source",
            );
            text.push_str(&format!("# {remark}: {}.\n", wide.join(", ")));
        }
        text
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

    pub fn place(&self, at: usize) -> String {
        format!("{} {}", self.say("cột", "column"), column_letters(at))
    }

    /// A heading that no source lists and that may itself name or number a person.
    pub fn is_hidden(&self, heading: &str) -> bool {
        may_be_person(heading, &self.definitions.proposal.personal)
    }
}

pub fn or_none(told: &[String]) -> String {
    if told.is_empty() { "–".to_owned() } else { told.join(", ") }
}

pub fn list<'a>(key: &str, values: impl Iterator<Item = &'a str>) -> String {
    format!("{key} = [{}]\n", values.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A TOML string of one line.
pub fn quoted(text: &str) -> String {
    let text = one_line(text);
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
