//! `cchc units successions`: which unit became which.

use anyhow::Result;

use super::super::output::Columns;
use super::super::{Global, OpenEngine};
use super::{Successions, change};
use cchc_units::read_successions;

impl Successions {
    pub fn run(&self, global: &Global) -> Result<()> {
        let Some(file) = &self.file else { return list(global) };
        let successions = read_successions(file)?;
        let count = successions.len();
        change(global, |book| book.succeed(&successions))?;
        global.note(&format!("{count} successions from {}", file.display()));
        Ok(())
    }
}

fn list(global: &Global) -> Result<()> {
    let opened = OpenEngine::open(global)?;
    let all = opened.engine.successions();
    let name = |code: &str| opened.engine.units().by_code(code).map(|unit| unit.name.as_str());
    let dates: Vec<String> = all.iter().map(|one| one.date.to_string()).collect();
    Columns::default()
        .text("from_code", all.iter().map(|one| Some(one.from.as_str())))
        .text("from_name", all.iter().map(|one| name(&one.from)))
        .text("to_code", all.iter().map(|one| Some(one.to.as_str())))
        .text("to_name", all.iter().map(|one| name(&one.to)))
        .text("date", dates.iter().map(|date| Some(date.as_str())))
        .flag("default", all.iter().map(|one| one.is_default))
        .flag("split", all.iter().map(|one| one.split))
        .write(global)
}
