//! The command line: arguments in, one file per subcommand, data on stdout and everything else on stderr.

mod advice;
mod asked;
mod audit;
mod check;
mod check_store;
mod compare;
mod definition;
mod demo;
mod detail;
mod escape;
mod estimates;
mod explain;
mod explain_index;
mod figures;
mod files;
mod findings;
mod form06;
mod generate;
mod help;
mod hidden;
mod history;
mod import;
mod index;
mod indicators;
mod init;
mod lines;
mod man;
mod output;
mod peek;
mod purge;
mod rank;
mod reconcile;
mod recorded;
mod report;
mod robustness;
mod score;
mod source;
mod sql;
mod stated;
mod store_faults;
mod target;
mod trend;
mod units;
mod words;

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{LazyLock, OnceLock};

use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};

use asked::{day, period};
use cchc_definitions::{Definitions, Fault, Language, Sentences};
use cchc_engine::{Engine, EngineError, Opening, SERVE_SQL, serve_sql};
use cchc_model::{
    Compare, Disclosure, DueOnDayOff, Mask, MissingDue, Pause, Policies, SameUnit, UnitsAsOf, Where, Withdrawn, escaped,
};
use cchc_read::{SERVE_XLS, isolate_xls, serve_xls};
use cchc_store::Shell;
use recorded::Record;

/// Turns exports of one-stop systems into form 06, indicators, rankings and reports.
#[derive(Debug, Parser)]
#[command(name = "cchc", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Folder of the workspace
    #[arg(long, global = true, default_value = "./kho", value_name = "DIR")]
    workspace: PathBuf,
    /// How data is written to standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write text to CSV as it is, also where a spreadsheet program would take it for a formula
    #[arg(long, global = true)]
    raw: bool,
    /// Read an older version: its number, or a day (the newest version not later)
    #[arg(long, global = true, value_name = "VERSION|DATE")]
    as_of: Option<String>,
    /// For the units of which day dossiers count
    #[arg(long, global = true, value_name = "period_end|as_received|DATE")]
    units_as_of: Option<UnitsAsOf>,
    /// Language of findings and headings
    #[arg(long, global = true, value_enum, default_value_t = Lang::Vi, env = "CCHC_LANG")]
    lang: Lang,
    /// Tell no counts from 1 to 4, nor what they could be worked out from
    #[arg(long, global = true)]
    public: bool,
    /// As --public, and recorded under a name: nothing told under it later gives away what is hidden now
    #[arg(long, global = true, value_name = "NAME")]
    publication: Option<String>,
    /// Write nothing but data and errors
    #[arg(long, global = true)]
    quiet: bool,
}

impl Global {
    /// Which version of the workspace is opened, and how.
    fn opening(&self) -> Opening {
        Opening {
            as_of: self.as_of.clone(),
            units_as_of: self.units_as_of,
            is_public: self.public,
            publication: self.publication.clone(),
        }
    }

    /// The same at another version of the workspace.
    fn at_version(&self, version: &str) -> Self {
        Self {
            workspace: self.workspace.clone(),
            as_of: Some(version.to_owned()),
            publication: self.publication.clone(),
            ..*self
        }
    }

    /// Language of the sentences.
    const fn language(&self) -> Language {
        match self.lang {
            Lang::Vi => Language::Vi,
            Lang::En => Language::En,
        }
    }

    /// The definitions of the workspace, or the shipped ones where there is none.
    fn definitions(&self) -> Result<Definitions> {
        Definitions::load(Some(&self.workspace)).map_err(|found| faults(&found))
    }

    /// Writes a line to standard error, unless the user wants none.
    fn note(&self, text: &str) {
        if !self.quiet {
            self.tell(text);
        }
    }

    /// Writes a line to standard error, in the language asked for.
    fn tell(&self, text: &str) {
        eprintln!("{}", self.said(text));
    }

    /// A sentence in the language asked for: nothing in it acts on the terminal, and nobody is named in it.
    fn said(&self, text: &str) -> String {
        self.in_words(&said(text))
    }

    /// A text of lines that are for people, in the language asked for.
    fn in_words(&self, text: &str) -> String {
        in_language(text, self.language(), &self.workspace)
    }
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading in a terminal
    Table,
    /// Comma-separated values for programs
    Csv,
    /// For Excel: UTF-8 with its mark, `;` between cells, a comma in numbers, headings in words
    CsvExcel,
    /// One JSON array
    Json,
    /// One JSON object a line
    Ndjson,
    /// Parquet
    Parquet,
    /// An Excel workbook
    Xlsx,
}

impl Format {
    /// Whether people read it, in words and not by keys.
    const fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::CsvExcel | Self::Xlsx)
    }
}

/// Languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Vietnamese
    Vi,
    /// English
    En,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Import the sample data, print a short ranking, write workbook and charts
    Demo(demo::Demo),
    /// Start a workspace, or replace its list of units
    Init(init::Init),
    /// Import files and folders of exports as one new version
    Import(import::Import),
    /// Show the sheets, rows and cells of any file
    Peek(peek::Peek),
    /// List what imports found, refused rows included
    Findings(findings::Findings),
    /// Print form 06
    Form06(form06::Form06),
    /// Print indicators per unit
    Indicators(indicators::Indicators),
    /// Rank units among their own kind
    Rank(rank::Rank),
    /// Set ready-made counts and dossiers beside each other
    Reconcile(reconcile::Reconcile),
    /// Say why a figure, a score or a rank changed, in parts that add up
    Compare(compare::Compare),
    /// Say how firm ranks are: under other weights and methods, and within the sampling error of rates
    Robustness(robustness::Robustness),
    /// Follow a figure or score month by month, with control limits
    Trend(trend::Trend),
    /// Ask about patterns that flatter figures, with the dossiers that show them
    Audit(audit::Audit),
    /// Say what would bring a unit to a rank, a class or a score, and what it costs
    Target(target::Target),
    /// Show one unit's points, criterion by criterion
    Score(score::Score),
    /// List indices, show one, write and read the forms of self-scoring
    Index(index::Index),
    /// Write the workbook and the charts of a period
    Report(report::Report),
    /// List, show, propose and try definitions of how exports are read
    Source(source::Source),
    /// List, show and copy all other rules: indicators, indices, calendars, ready questions, templates
    Definition(definition::Definition),
    /// Ask a question in SQL (reading only)
    Sql(sql::Sql),
    /// Lead a figure back to its definition, SQL, files and dossiers
    Explain(explain::Explain),
    /// List units and unknown names; add aliases, official lists, successions
    Units(units::Units),
    /// Check all definitions, or all files of the workspace
    Check(check::Check),
    /// List the published versions
    History,
    /// Take the newest change back: show again what was before it
    Undo,
    /// Remove imports or dossiers for good, from all versions
    Purge(purge::Purge),
    /// Delete data files that no published version needs
    Vacuum(history::Vacuum),
    /// Make exports of any size from a seed
    Generate(generate::Generate),
    /// Print what completes commands and options in a shell
    Completions(man::Completions),
    /// Write a manual page of every command
    Man(man::Man),
    /// Reads .xls files for another process of this program
    #[command(hide = true, name = SERVE_XLS)]
    ServeXls,
    /// Computes a question in SQL for another process of this program
    #[command(hide = true, name = SERVE_SQL)]
    ServeSql,
}

/// Policies that a command may set for one run.
#[derive(Debug, Clone, Copy, Args)]
pub struct PolicyArgs {
    /// How a dossier without a due date counts in rates
    #[arg(long, value_enum)]
    missing_due: Option<MissingDue>,
    /// What a pause does to the due date
    #[arg(long, value_enum)]
    pause: Option<Pause>,
    /// Late after the due day, or after the due minute
    #[arg(long, value_enum)]
    compare: Option<Compare>,
    /// How a withdrawn dossier counts
    #[arg(long, value_enum)]
    withdrawn: Option<Withdrawn>,
    /// A due date on a weekend or a holiday
    #[arg(long, value_enum)]
    due_on_day_off: Option<DueOnDayOff>,
    /// Tell no counts from 1 to N − 1, nor what they could be worked out from
    #[arg(long, value_name = "N")]
    suppress_below: Option<u32>,
    /// How small counts are kept from being told
    #[arg(long, value_enum)]
    disclosure: Option<Disclosure>,
    /// Ready-made counts of one unit and period that differ from file to file
    #[arg(long, value_enum)]
    same_unit: Option<SameUnit>,
}

impl PolicyArgs {
    /// The workspace's own policies, but for those given.
    fn over(self, policies: Policies) -> Policies {
        Policies {
            missing_due: self.missing_due.unwrap_or(policies.missing_due),
            pause: self.pause.unwrap_or(policies.pause),
            compare: self.compare.unwrap_or(policies.compare),
            withdrawn: self.withdrawn.unwrap_or(policies.withdrawn),
            units_as_of: policies.units_as_of,
            due_on_day_off: self.due_on_day_off.unwrap_or(policies.due_on_day_off),
            suppress_below: self.suppress_below.unwrap_or(policies.suppress_below),
            disclosure: self.disclosure.unwrap_or(policies.disclosure),
            same_unit: self.same_unit.unwrap_or(policies.same_unit),
            finished_before_received: policies.finished_before_received,
            smallest: policies.smallest,
            smallest_asked: None,
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// Exit code 3: done, but a row or a file was refused.
    WithErrors,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match help::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    // Without it .xls files are read in this process, under the same limits but for memory and time.
    if let Ok(program) = std::env::current_exe() {
        isolate_xls(program);
    }
    match run(&cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::WithErrors) => ExitCode::from(3),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if store_faults::tell(&cli.global, &error) => ExitCode::from(1),
        Err(error) => {
            cli.global.tell(&format!("error: {}", without_repeats(&error)));
            if let Some(advice) = advice::advice(&error) {
                cli.global.tell(&format!("hint: {advice}"));
            }
            ExitCode::from(if is_usage(&error) { 2 } else { 1 })
        }
    }
}

fn run(cli: &Cli) -> Result<Outcome> {
    let global = &cli.global;
    let record = Record::before(global, &cli.command);
    let outcome = execute(global, &cli.command);
    record.after(global)?;
    outcome
}

fn execute(global: &Global, command: &Command) -> Result<Outcome> {
    match command {
        Command::Demo(command) => command.run(global),
        Command::Init(command) => command.run(global),
        Command::Import(command) => command.run(global),
        Command::Peek(command) => command.run(global),
        Command::Findings(command) => command.run(global),
        Command::Form06(command) => command.run(global),
        Command::Indicators(command) => command.run(global),
        Command::Rank(command) => command.run(global),
        Command::Reconcile(command) => command.run(global),
        Command::Compare(command) => command.run(global),
        Command::Robustness(command) => command.run(global),
        Command::Trend(command) => command.run(global),
        Command::Audit(command) => command.run(global),
        Command::Target(command) => command.run(global),
        Command::Score(command) => command.run(global),
        Command::Index(command) => command.run(global),
        Command::Report(command) => command.run(global),
        Command::Source(command) => command.run(global),
        Command::Definition(command) => command.run(global),
        Command::Sql(command) => command.run(global),
        Command::Explain(command) => command.run(global),
        Command::Units(command) => command.run(global),
        Command::Check(command) => command.run(global),
        Command::History => history::history(global),
        Command::Undo => history::take_back(global),
        Command::Purge(command) => command.run(global),
        Command::Vacuum(command) => command.run(global),
        Command::Generate(command) => command.run(global),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(global),
        Command::ServeXls => {
            serve_xls(std::io::stdin().lock(), std::io::stdout().lock()).map(|()| Outcome::Done).map_err(Into::into)
        }
        Command::ServeSql => {
            Shell::small()?.wait(serve_sql(std::io::stdin(), BufWriter::new(std::io::stdout())))?;
            Ok(Outcome::Done)
        }
    }
}

/// The user requested something that cannot be: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Whether the request itself is wrong, and not what happened while it was answered.
fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<Usage>() || matches!(error.downcast_ref(), Some(EngineError::Request(_)))
}

/// Whoever reads standard output has read enough; csv and arrow hide the kind of that error in its text.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        io == Some(std::io::ErrorKind::BrokenPipe) || cause.to_string().contains("Broken pipe")
    })
}

/// The error and its causes, without those whose text an outer one repeats.
fn without_repeats(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
        }
    }
    text
}

/// All faults of the definitions, one a line.
fn faults(faults: &[Fault]) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
    anyhow::anyhow!("{} fault(s) in the definitions:\n{}", faults.len(), lines.join("\n"))
}

/// An engine at the version asked for, with the shell that waits for its answers.
struct OpenEngine {
    engine: Engine,
    shell: Shell,
}

impl OpenEngine {
    fn open(global: &Global) -> Result<Self> {
        let shell = Shell::new()?;
        let engine = shell.wait(Engine::open_for(&global.workspace, &global.opening()))?;
        store_faults::warn(global, engine.workspace())?;
        Ok(Self { engine, shell })
    }

    /// Waits for an answer of the engine.
    fn wait<T>(&self, answer: impl Future<Output = Result<T, EngineError>>) -> Result<T> {
        Ok(self.shell.wait(answer)?)
    }
}

/// A sentence on standard error: nothing in it acts on the terminal, and nobody is named in it.
fn said(text: &str) -> String {
    escaped(&mask().text(text, Where::Sentence)).into_owned()
}

/// A sentence of the program as people read it.
fn in_language(text: &str, language: Language, workspace: &Path) -> String {
    static SENTENCES: OnceLock<Sentences> = OnceLock::new();
    if language == Language::En {
        return text.to_owned();
    }
    let own = || Sentences::load(Some(workspace)).or_else(|_| Sentences::load(None)).unwrap_or_default();
    SENTENCES.get_or_init(own).vietnamese(text).into_owned()
}

/// The mask of sentences, by the shipped words: some are said before a workspace is opened.
fn mask() -> &'static Mask {
    static MASK: LazyLock<Mask> = LazyLock::new(cchc_definitions::shipped_mask);
    &MASK
}
