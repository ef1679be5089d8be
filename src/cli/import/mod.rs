//! `cchc import`: files and folders as one new version.

mod accounts;
pub(super) mod mapping;
mod unknown_units;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use chrono::NaiveDate;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use self::accounts::Texts;
use super::output::safe;
use super::words::Words;
use super::{Format, Global, Outcome};
use cchc_definitions::Definitions;
use cchc_import::{ImportAccount, Options, Progress, import};
use cchc_model::{FinishedBeforeReceived, Level, MixedDates, Period};
use cchc_store::{Shell, Workspace};

#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Try only this source definition
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Day of export of all these files, instead of the day in names and letterheads
    #[arg(long, value_name = "DATE", value_parser = super::day)]
    exported_at: Option<NaiveDate>,
    /// Code or name of the unit whose lists these are, for files without a column of units
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Period of figures whose sheet, file name and letterhead name none
    #[arg(long, value_name = "PERIOD", value_parser = super::period)]
    period: Option<Period>,
    /// Read and check, write nothing; shows how headings map
    #[arg(long)]
    dry_run: bool,
    /// Fail if another import is running, instead of waiting
    #[arg(long)]
    no_wait: bool,
    /// What happens to a dossier that ended before it was received
    #[arg(long, value_enum)]
    finished_before_received: Option<FinishedBeforeReceived>,
    /// What happens to a file in which a spreadsheet program has swapped day and month of some dates
    #[arg(long, value_enum, default_value_t)]
    mixed_dates: MixedDates,
}

impl Import {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let workspace = Workspace::open(&global.workspace)?;
        let definitions = global.definitions()?;
        let words = Words::load(global)?;
        let options = Options {
            source: self.source.clone(),
            exported_at: self.exported_at,
            dry_run: self.dry_run,
            no_wait: self.no_wait,
            unit: self.unit.clone(),
            period: self.period.clone(),
            finished_before_received: self.finished_before_received,
            mixed_dates: self.mixed_dates,
        };
        let done = import(&workspace, &definitions, &self.paths, &options, &Shell::new()?, &mut Bar::new(global))?;
        if self.dry_run {
            mapping::write(global, &definitions, &words, &done)?;
        } else {
            let texts = Texts { messages: &definitions.messages, words: &words, language: global.language() };
            accounts::write(global, texts, &done)?;
        }
        for skipped in &done.skipped {
            global.note(&format!("skipped: {} (a lock file or a workspace)", safe(skipped)));
        }
        print_findings(global, &definitions, &done);
        unknown_units::note(global, &words.import, &done);
        match done.version {
            Some(version) => global.note(&format!("version {version}")),
            None if self.dry_run => global.note("nothing written"),
            None => global.note("nothing to load; the workspace is unchanged"),
        }
        let refused = done.findings.iter().any(|finding| finding.level == Level::Error);
        Ok(if refused { Outcome::WithErrors } else { Outcome::Done })
    }
}

/// Findings of files one by one, those of rows by rule; `cchc findings` lists all. The table has them already.
fn print_findings(global: &Global, definitions: &Definitions, done: &ImportAccount) {
    if global.quiet || global.format == Format::Table {
        return;
    }
    let language = global.language();
    let mut by_rule = std::collections::BTreeMap::new();
    for finding in done.findings.iter().filter(|finding| finding.level >= Level::Warning) {
        if finding.row == 0 || matches!(&*finding.rule, "missing_column" | "missing_unit_column") {
            global.tell(&format!(
                "{}: {}: {}",
                finding.level.as_str(),
                safe(&finding.file),
                safe(&definitions.messages.sentence(finding, language))
            ));
        } else {
            let entry = by_rule.entry((std::cmp::Reverse(finding.level), &finding.rule)).or_insert((0, finding));
            entry.0 += finding.count;
        }
    }
    for ((level, rule), (count, first)) in by_rule {
        let sentence = definitions.messages.summary(rule, language);
        let level = level.0.as_str();
        global.tell(&format!("{level}: {count} × {rule}: {sentence} ({} …, {})", safe(&first.file), first.row));
    }
}

/// Progress on standard error, on a terminal only: files done, and the time left by their bytes.
pub(super) struct Bar<'a> {
    global: &'a Global,
    drawn: Option<ProgressBar>,
    files: (usize, usize),
}

impl<'a> Bar<'a> {
    pub fn new(global: &'a Global) -> Self {
        if global.quiet || !std::io::stderr().is_terminal() {
            return Self { global, drawn: None, files: (0, 0) };
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} % {prefix} {wide_msg} {eta}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { global, drawn: Some(bar), files: (0, 0) }
    }

    fn count(&self) {
        if let Some(bar) = &self.drawn {
            bar.set_prefix(self.global.said(&format!("{}/{} files", self.files.0, self.files.1)));
        }
    }
}

impl Progress for Bar<'_> {
    fn files(&mut self, count: usize, bytes: u64) {
        self.files = (0, count);
        if let Some(bar) = &self.drawn {
            bar.set_length(bytes);
        }
        self.count();
    }

    fn begun(&mut self, name: &str) {
        if let Some(bar) = &self.drawn {
            bar.set_message(safe(name));
        }
    }

    fn done(&mut self, bytes: u64) {
        self.files.0 += 1;
        if let Some(bar) = &self.drawn {
            bar.inc(bytes);
        }
        self.count();
    }

    fn waiting(&mut self) {
        self.global.tell("another import is running; waiting for it to end");
    }

    fn merging(&mut self) {
        if let Some(bar) = &self.drawn {
            bar.finish_and_clear();
        }
    }
}
