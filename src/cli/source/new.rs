//! `cchc source new`: writes a starting definition for a layout that no source knows.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::super::output;
use super::super::{Format, Global, Outcome, Usage};
use super::units;
use cchc_authoring::{Proposal, ProposalOptions, propose};
use cchc_definitions::{Files, did_you_mean};
use cchc_model::{TABLES, Table};
use cchc_store::Config;

#[derive(Debug, Args)]
pub(super) struct New {
    /// The file
    file: PathBuf,
    /// Table that the file feeds; without it the one whose headings it has most of
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// Id of the source; without it made of the file's name
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The sheet; without it the one with most known headings
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Write to this file instead of the workspace; `-` is standard output
    #[arg(long, value_name = "FILE.toml")]
    out: Option<PathBuf>,
}

/// Where the text goes.
enum Target {
    Standard,
    File(PathBuf),
}

impl New {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        if !matches!(global.format, Format::Table | Format::Json) {
            return Err(Usage("a definition is written as it is, or as --format json".to_owned()).into());
        }
        let table = self.table.as_deref().map(table).transpose()?;
        let definitions = global.definitions()?;
        let units = units(global, &definitions)?;
        let limits = Config::read(&global.workspace)?.limits;
        let language = Some(global.language());
        let wanted = ProposalOptions { id: self.id.as_deref(), sheet: self.sheet.as_deref(), table, language };
        let shown = self.file.display().to_string();
        let proposal = propose(&self.file, &wanted, &definitions, &units, &limits).with_context(|| shown)?;
        let target = self.target(global, &proposal.id)?;
        match &target {
            Target::Standard if global.format == Format::Json => {}
            Target::Standard => output::plain(&proposal.text)?,
            Target::File(path) => write(path, &proposal.text)?,
        }
        if global.format == Format::Json {
            output::json(&document(&proposal, &target))?;
        }
        note_proposal(global, &proposal, &target);
        Ok(Outcome::Done)
    }

    fn target(&self, global: &Global, id: &str) -> Result<Target> {
        if let Some(out) = &self.out {
            return Ok(if out.as_os_str() == "-" { Target::Standard } else { Target::File(out.clone()) });
        }
        let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
        if id.is_empty() || !id.chars().all(is_plain) {
            return Err(Usage(format!("'{id}' is no id; write small letters a–z, digits, - and _")).into());
        }
        if !global.workspace.join("FORMAT").is_file() {
            let workspace = global.workspace.display();
            bail!("no workspace in {workspace}; name one with --workspace, or write elsewhere with --out FILE.toml");
        }
        if Files::load(None, &mut Vec::new()).get(&format!("sources/{id}.toml")).is_some() {
            bail!("'{id}' is a shipped source, which a file of that name would replace; choose another name with --id");
        }
        Ok(Target::File(global.workspace.join(format!("queries/sources/{id}.toml"))))
    }
}

fn table(name: &str) -> Result<&'static Table, Usage> {
    Table::named(name).ok_or_else(|| {
        let hint = did_you_mean(name, TABLES.iter().map(|table| table.name));
        let all: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        Usage(format!("no table '{name}'{hint} There are: {}", all.join(", ")))
    })
}

/// Writes a new file; one that exists may have been edited and is left as it is.
fn write(path: &Path, text: &str) -> Result<()> {
    let context = || path.display().to_string();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(context)?;
    }
    match std::fs::File::create_new(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).with_context(context),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => bail!(
            "{} exists and is left as it is; choose another name with --id, write elsewhere with --out FILE.toml, or delete it first",
            path.display()
        ),
        Err(error) => Err(error).with_context(context),
    }
}

fn document(proposal: &Proposal, target: &Target) -> serde_json::Value {
    let path = if let Target::File(path) = target { Some(path.display().to_string()) } else { None };
    serde_json::json!([{
        "id": proposal.id, "table": proposal.table, "sheet": proposal.sheet, "heading_row": proposal.heading_row,
        "missing": proposal.missing, "fits": proposal.fits.as_ref().map(|(source, _)| source),
        "path": path, "definition": proposal.text,
    }])
}

fn note_proposal(global: &Global, proposal: &Proposal, target: &Target) {
    if let Some((source, sure)) = &proposal.fits {
        let sure = (sure * 100.0).floor();
        global.note(&format!(
            "source {source} fits this sheet already ({sure:.0} %); a definition of its own is needed only for \
             what that leaves out"
        ));
    }
    let sheet = if proposal.sheet.is_empty() { String::new() } else { format!("sheet '{}', ", proposal.sheet) };
    global.note(&format!("{sheet}headings in row {}, table {}", proposal.heading_row, proposal.table));
    let missing = &proposal.missing;
    if !missing.is_empty() {
        global.note(&format!(
            "{} needed columns are not recognised: {}; give their headings",
            missing.len(),
            missing.join(", ")
        ));
    }
    if let Target::File(path) = target {
        global.note(&format!(
            "written: {}; edit it, then `cchc check` and `cchc source test {} FILE`",
            path.display(),
            proposal.id
        ));
    }
}
