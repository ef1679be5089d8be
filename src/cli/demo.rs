//! `cchc demo`: the whole way on the sample province, from exports to workbook.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use include_dir::{Dir, include_dir};

use super::import::Bar;
use super::{Global, OpenEngine, Outcome, output, report};
use cchc_definitions::Definitions;
use cchc_engine::{RankingRequest, ReportRequest};
use cchc_import::{Options, import};
use cchc_model::{Period, RankRow};
use cchc_report::{Cards, FigureUnit, value_shown};
use cchc_store::{Config, Shell, Workspace};
use cchc_units::{publish_unit_list, read_unit_list};

static SAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../sample-data");

/// The quarter that the sample data is about.
const PERIOD: &str = "2025-Q1";

/// The file beside a workspace that says that it is one of the demo.
const MARK: &str = "demo.txt";
/// The indicator by which the index `on-time` ranks.
const RANKED: &str = "on_time_rate";
const MADE: &str = "Made by `cchc demo`, which replaces the folder kho beside this file each time it runs.\n";

/// Places shown of each kind.
const SHOWN: u32 = 5;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Folder for the sample data, its workspace (replaced each time), the workbook and the charts
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

impl Demo {
    pub fn run(&self, global: &Global) -> Result<Outcome> {
        let (sample, root, mark) = (self.out.join("sample-data"), self.out.join("kho"), self.out.join(MARK));
        if root.exists() {
            anyhow::ensure!(
                mark.is_file(),
                "{} was not made by `cchc demo`, which replaces only what it made; name another folder with --out",
                root.display()
            );
            std::fs::remove_dir_all(&root).with_context(|| root.display().to_string())?;
        }
        std::fs::create_dir_all(&self.out).with_context(|| self.out.display().to_string())?;
        std::fs::write(&mark, MADE).with_context(|| mark.display().to_string())?;
        extract(&sample)?;
        let workspace = Workspace::init(&root, &Config::default())?;
        publish_unit_list(&workspace, &read_unit_list(&sample.join("units.csv"))?, || ())?;
        let global = &Global { workspace: root, as_of: None, publication: None, ..*global };
        let definitions = global.definitions()?;
        let paths = [sample.join("exports"), sample.join("tables")];
        let done =
            import(&workspace, &definitions, &paths, &Options::default(), &Shell::new()?, &mut Bar::new(global))?;
        let sum = |of: fn(&cchc_model::FileAccount) -> u64| done.files.iter().map(of).sum::<u64>();
        global.note(&format!(
            "{} files, {} rows = {} loaded + {} updated + {} duplicate + {} rejected",
            done.files.len(),
            sum(|file| file.rows),
            sum(|file| file.loaded),
            sum(|file| file.updated),
            sum(|file| file.duplicate),
            sum(|file| file.rejected)
        ));
        let opened = OpenEngine::open(global)?;
        let (period, policies): (Period, _) = (PERIOD.parse()?, opened.engine.config().policies);
        let index = "on-time".to_owned();
        let request =
            RankingRequest { index, period: period.clone(), kind: None, within: None, blocks: None, policies };
        let ranking = opened.wait(opened.engine.ranking(&request))?.ranked.rows;
        output::plain(&global.in_words(&short(&ranking, &definitions)))?;
        let request = ReportRequest { period, indices: Vec::new(), cards: Cards::None, policies };
        report::write(global, &opened, &request, &self.out)
    }
}

fn extract(folder: &Path) -> Result<()> {
    for part in ["exports", "tables"] {
        let Some(dir) = SAMPLE.get_dir(part) else { continue };
        std::fs::create_dir_all(folder.join(part)).with_context(|| folder.display().to_string())?;
        for file in dir.files() {
            let path = folder.join(file.path());
            std::fs::write(&path, file.contents()).with_context(|| path.display().to_string())?;
        }
    }
    if let Some(units) = SAMPLE.get_file("units.csv") {
        std::fs::write(folder.join("units.csv"), units.contents()).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}

/// The first places of every kind.
fn short(ranking: &[RankRow], definitions: &Definitions) -> String {
    let mut text = format!("On-time rate, {PERIOD}\n");
    let title = |kind: &str| definitions.kinds.iter().find(|(known, _)| known == kind).map(|(_, title)| title.clone());
    let display = definitions.indicators.iter().find(|known| known.id == RANKED).map(|known| &known.display);
    for rows in ranking.chunk_by(|left, right| left.unit.kind == right.unit.kind) {
        let kind = rows[0].unit.kind.as_deref().unwrap_or_default();
        text.push_str(&format!("\n{}\n", title(kind).unwrap_or_else(|| kind.to_owned())));
        for row in rows.iter().filter(|row| row.rank.is_some_and(|rank| rank <= SHOWN)) {
            let rank = row.rank.unwrap_or_default();
            let tie = if row.tied { "=" } else { " " };
            let late = if row.not_sent { "  (has not sent the whole period)" } else { "" };
            let rate = row.score.zip(display).map(|(rate, display)| value_shown(rate, FigureUnit::Rate, display));
            let rate = rate.unwrap_or_default();
            text.push_str(&format!("{rank:3}{tie} {rate:>7}  {}{late}\n", row.unit.unit_name));
        }
    }
    text
}
