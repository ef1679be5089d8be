//! `cchc report`: the workbook and the charts of a period.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::figures::set_aside;
use super::{Global, Opened, Outcome, PolicyArgs, Usage, note, period};
use cchc_definitions::{TEMPLATES, did_you_mean};
use cchc_indices::Index;
use cchc_model::Period;
use cchc_report::write::files;
use cchc_report::{Cards, Template, build, gather};

#[derive(Debug, Args)]
pub(super) struct Report {
    /// 2023, 2023-H1, 2023-Q1, 2023-03, 2023-01-01..2023-04-13; @nd09 for 15th to 14th
    #[arg(long, value_parser = period)]
    period: Period,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Show these indices too: ranking, and for points and composite indices heat table, areas and charts
    #[arg(long, value_name = "ID", num_args = 1..)]
    index: Vec<String>,
    /// Add the scorecard of every unit, for each index of points and composite index named
    #[arg(long, conflicts_with = "scorecard")]
    scorecards: bool,
    /// Add the scorecards of these units
    #[arg(long, value_name = "UNIT", num_args = 1..)]
    scorecard: Vec<String>,
    #[command(flatten)]
    policies: PolicyArgs,
}

impl Report {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let opened = Opened::open(global)?;
        let cards = match (self.scorecards, self.scorecard.as_slice()) {
            (true, _) => Cards::All,
            (false, []) => Cards::None,
            (false, units) => Cards::Of(units.to_vec()),
        };
        let wanted = Wanted { period: &self.period, indices: &self.index, cards, out: &self.out };
        let written = write(&opened, &global.workspace, self.policies, &wanted)?;
        for words in written.remarks {
            note(global, &words);
        }
        for path in written.paths {
            note(global, &path.display().to_string());
        }
        Ok(Outcome::Done)
    }
}

/// What a report is to show, and where it goes.
pub(super) struct Wanted<'a> {
    pub period: &'a Period,
    /// Indices beside those that every report has.
    pub indices: &'a [String],
    pub cards: Cards,
    pub out: &'a Path,
}

/// What was written.
pub(super) struct Written {
    pub paths: Vec<PathBuf>,
    /// What could not be shown, and why.
    pub remarks: Vec<String>,
}

/// Writes the workbook and a PNG and an SVG of each chart.
pub(super) fn write(opened: &Opened, root: &Path, policies: PolicyArgs, wanted: &Wanted<'_>) -> Result<Written> {
    let (period, out) = (wanted.period, wanted.out);
    let mut ids: Vec<&str> = opened.definitions.indices.iter().map(|index| index.id.as_str()).collect();
    for id in wanted.indices {
        if !ids.contains(&id.as_str()) {
            ids.push(id);
        }
    }
    let indices = ids.iter().map(|id| Index::find(&opened.definitions, id, period).map_err(Usage));
    let indices = indices.collect::<Result<Vec<_>, _>>()?;
    check_cards(opened, &indices, wanted)?;
    let template = template(root)?;
    let theme = template.theme.clone();
    let engine = opened.engine(policies);
    let input = gather(&engine, &opened.workspace.config, &opened.version, period, &indices, &wanted.cards, template)?;
    let mut remarks: Vec<String> = Vec::new();
    for ranking in &input.rankings {
        remarks.extend(ranking.set_aside.iter().map(|one| set_aside(&ranking.index_id, one)));
    }
    let cardless = input.without_card().into_iter();
    remarks
        .extend(cardless.map(|code| format!("no index named scores unit '{code}' in {period}: it has no scorecard")));
    let book = build(input);
    std::fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let written = files(&book, &theme, &["xlsx", "png", "svg"])?;
    let paths = written.iter().map(|file| save(out, &file.name, &file.bytes)).collect::<Result<_>>()?;
    Ok(Written { paths, remarks })
}

/// Refuses scorecards that no index named would have.
fn check_cards(opened: &Opened, indices: &[Index<'_>], wanted: &Wanted<'_>) -> Result<(), Usage> {
    if wanted.cards == Cards::None {
        return Ok(());
    }
    if indices.iter().all(|index| matches!(index, Index::Indicator(..))) {
        let message = "scorecards belong to an index of points or a composite one: name it with --index ID";
        return Err(Usage(message.to_owned()));
    }
    let Cards::Of(codes) = &wanted.cards else { return Ok(()) };
    for code in codes {
        let Some(unit) = opened.units.by_code(code) else {
            let known = opened.units.units().iter().map(|unit| unit.code.as_str());
            return Err(Usage(format!("no unit '{code}'{}", did_you_mean(code, known))));
        };
        if !indices.iter().any(|index| index.scores_kind(&unit.kind)) {
            return Err(Usage(format!("none of the indices named scores units like '{code}' ({})", unit.kind)));
        }
    }
    Ok(())
}

pub(super) fn template(root: &Path) -> Result<Template> {
    let own = root.join("report-templates/workbook.toml");
    if own.is_file() {
        let text = std::fs::read_to_string(&own).with_context(|| own.display().to_string())?;
        return Template::parse(&text).with_context(|| own.display().to_string());
    }
    let embedded = TEMPLATES.get_file("workbook.toml").and_then(include_dir::File::contents_utf8);
    Ok(Template::parse(embedded.unwrap_or_default())?)
}

/// Writes beside and renames, so that an open or unwritable old file stays whole.
pub(super) fn save(out: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    use std::io::Write;
    let path = out.join(name);
    let attempt = || -> std::io::Result<()> {
        let mut file = cchc_store::temporary_in(out)?;
        file.write_all(bytes)?;
        file.persist(&path)?;
        Ok(())
    };
    attempt().with_context(|| {
        format!("cannot write {}; close it if it is open, or name another folder with --out", path.display())
    })?;
    Ok(path)
}
