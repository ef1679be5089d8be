//! One benchmark per stage, on generated data: read, normalise, store, the whole import, measure (form 06 and all
//! indicators × 12 months), rank, report.
//!
//! `CCHC_BENCH_ROWS` sets the number of dossiers (100.000 without it; 1000000 for the figures in docs/performance.md).

use std::path::{Path, PathBuf};
use std::time::Duration;

use cchc::definitions::dates::DateSystem;
use cchc::definitions::index::settings::Ranking;
use cchc::definitions::{Definitions, Indicator, SourceDef};
use cchc::generate::{self, GenUnit, Layout, default_units, write_units};
use cchc::import::{Options, Progress, import};
use cchc::indicators::{By, Children, Measuring, not_sent};
use cchc::indices::{Index, Scored, rank};
use cchc::model::{ColumnType, IndicatorRow, Period, Policies, Table, UnitIndex};
use cchc::normalise::{RawBatch, SheetFacts, SheetNormaliser};
use cchc::read::{Cell, Flow, Limits, RowSink, Sheet, read_rows, sniff};
use cchc::report::{Cards, Template, build, gather, render_xlsx};
use cchc::store::{AcceptedRows, Config, Incoming, Session, Shell, Transaction, Workspace};
use cchc::units::{read_unit_list, stored_units, units_frame};
use criterion::{Criterion, criterion_group, criterion_main};

struct Quiet;

impl Progress for Quiet {
    fn files(&mut self, _: usize, _: u64) {}
    fn begun(&mut self, _: &str) {}
    fn done(&mut self, _: u64) {}
    fn waiting(&mut self) {}
    fn merging(&mut self) {}
}

struct Count(u64);

impl RowSink for Count {
    fn sheet(&mut self, _: &Sheet) -> Flow {
        Flow::Continue
    }

    fn row(&mut self, _: u32, cells: &[Cell<'_>]) -> Flow {
        self.0 += cells.len() as u64;
        Flow::Continue
    }
}

fn rows() -> u64 {
    std::env::var("CCHC_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(100_000)
}

/// A message CSV and the list of its 500 units.
fn export(folder: &Path) -> PathBuf {
    let units: Vec<GenUnit> = default_units(500);
    write_units(&units, &folder.join("units.csv")).expect("units are written");
    let day = |text: &str| text.parse().expect("a day");
    let options =
        generate::Options { rows: rows(), seed: 1, units, from: day("2024-01-01"), to: day("2024-12-31"), dirt: false };
    let path = folder.join("dong-bo_20250101.csv");
    generate::generate(&options, Layout::MessageCsv, &path, &mut |_| {}).expect("an export is written");
    path
}

fn workspace(folder: &Path, name: &str) -> Workspace {
    let root = folder.join(name);
    if root.exists() {
        std::fs::remove_dir_all(&root).expect("the old workspace is removed");
    }
    let workspace = Workspace::init(&root, &Config::default()).expect("a workspace");
    let units = read_unit_list(&folder.join("units.csv")).expect("a list of units");
    let lock = workspace.lock(true, || {}).expect("a lock");
    let mut transaction = Transaction::begin(&workspace, &lock).expect("a transaction");
    transaction.replace("units", units_frame(&units)).expect("units are stored");
    transaction.publish("init", None, Vec::new()).expect("a version");
    drop(lock);
    workspace
}

/// 16.384 rows of text as a reader hands them on.
fn raw_batch(source: &SourceDef, units: &UnitIndex) -> RawBatch {
    let mut raw = RawBatch::default().cleared(source.columns.iter().map(|_| true));
    for row in 0..1_u32 << 14 {
        raw.rows.push(row + 2);
        for (column, texts) in source.columns.iter().zip(raw.columns.iter_mut().flatten()) {
            let unit = &units.units()[1 + row as usize % (units.units().len() - 1)];
            match column.kind {
                ColumnType::Unit => texts.push(&unit.name),
                ColumnType::Time if column.name.starts_with("pause") || column.name == "refused_at" => texts.push(""),
                ColumnType::Time => texts.push(&format!("202401{:02}081500", 1 + row % 28)),
                ColumnType::Int | ColumnType::Float | ColumnType::Bool => texts.push("1"),
                ColumnType::Text | ColumnType::Period => texts.push(&format!("{}-{row}", unit.code)),
            }
        }
    }
    raw
}

struct Loaded {
    workspace: Workspace,
    session: Session,
    units: UnitIndex,
}

fn loaded(folder: &Path, export: &Path, definitions: &Definitions) -> Loaded {
    let workspace = workspace(folder, "measured");
    let shell = Shell::new().expect("threads");
    import(&workspace, definitions, &[export.to_owned()], &Options::default(), &shell, &mut Quiet).expect("an import");
    let version = workspace.version(None).expect("a version");
    let session = workspace.session(&version, &definitions.calendar).expect("a session");
    let units = shell.wait(stored_units(&session)).expect("units");
    Loaded { workspace, session, units }
}

#[allow(clippy::too_many_lines, reason = "one measurement after another, over one workspace")]
fn stages(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let export = export(folder.path());
    let definitions = Definitions::load(None).expect("the shipped definitions have no fault");
    let mut group = criterion.benchmark_group(format!("{} dossiers", rows()));
    group.sample_size(10).measurement_time(Duration::from_secs(10));

    group.bench_function("read", |bench| {
        bench.iter(|| {
            let sniffed = sniff(&export).expect("a container");
            let mut count = Count(0);
            read_rows(&export, &sniffed, sniffed.read_as(), &Limits::default(), &mut count).expect("rows");
            count.0
        });
    });
    let units = UnitIndex::new(read_unit_list(&folder.path().join("units.csv")).expect("a list of units"));
    let source = definitions.sources.iter().find(|source| source.id == "message").expect("the source of messages");
    let raw = raw_batch(source, &units);
    let headings: Vec<String> = source.columns.iter().map(|column| column.name.clone()).collect();
    let cells = cchc::normalise::CellMask::new(&definitions.mask);
    let normalise = || {
        let facts = SheetFacts {
            source,
            units: &units,
            policies: Policies::default(),
            words: &definitions.reading,
            file: "bench",
            sheet: String::new(),
            headings: headings.clone(),
            columns: (0..source.columns.len()).map(Some).collect(),
            records: Vec::new(),
            year: None,
            date_system: DateSystem::default(),
            swapped: std::collections::BTreeSet::new(),
            mask: &cells,
        };
        SheetNormaliser::new(facts).batch(&raw).expect("no date reads month-first only").frame
    };
    group.bench_function("normalise (a batch of 16.384 rows)", |bench| bench.iter(normalise));
    group.bench_function("store (merge of 16.384 rows)", |bench| {
        bench.iter_with_setup(
            || (workspace(folder.path(), "stored"), normalise()),
            |(workspace, frame)| {
                let lock = workspace.lock(true, || {}).expect("a lock");
                let mut transaction = Transaction::begin(&workspace, &lock).expect("a transaction");
                let (file, source) = ("bench".to_owned(), source.id.clone());
                let incoming = Incoming {
                    columns: None,
                    accepted: AcceptedRows::in_memory(frame, None),
                    file,
                    sheet: String::new(),
                    source,
                    exported_at: None,
                    rows: cchc::store::RowsOf::One,
                };
                let table = Table::named("dossiers").expect("the table of dossiers");
                let aside = cchc::store::Aside::of(&workspace, u64::MAX);
                transaction.merge(table, vec![incoming], &aside).expect("a merge");
                transaction.publish("bench", None, Vec::new()).expect("a version")
            },
        );
    });
    let shell = Shell::new().expect("threads");
    group.bench_function("import", |bench| {
        bench.iter_with_setup(
            || workspace(folder.path(), "imported"),
            |workspace| {
                let export = std::slice::from_ref(&export);
                import(&workspace, &definitions, export, &Options::default(), &shell, &mut Quiet).expect("an import")
            },
        );
    });

    let loaded = loaded(folder.path(), &export, &definitions);
    let engine = Measuring {
        session: &loaded.session,
        definitions: &definitions,
        units: &loaded.units,
        policies: Policies::default(),
        carry: None,
        protection: None,
    };
    let months: Vec<Period> = (1..=12).map(|month| format!("2024-{month:02}").parse().expect("a month")).collect();
    let peers = ["mean_days", "online_share_l3", "online_share_l4"];
    let form06: Vec<&Indicator> =
        definitions.indicators.iter().filter(|one| one.form06.is_some() || peers.contains(&one.id.as_str())).collect();
    let all: Vec<&Indicator> = definitions.indicators.iter().collect();
    for (name, indicators) in [("form 06 × 12 months", &form06), ("all indicators × 12 months", &all)] {
        group.bench_function(name, |bench| {
            bench.iter(|| shell.wait(engine.measure(&months, indicators, By::Unit, Children::Apart)).expect("figures"));
        });
    }
    let measured = shell.wait(engine.measure(&months, &[all[8]], By::Unit, Children::Apart)).expect("figures");
    let measured: Vec<IndicatorRow> = measured.into_iter().map(|row| row.row).collect();
    let scores = Scored::by_indicator(&measured);
    let missing = shell.wait(not_sent(&engine, &months[11])).expect("who has not sent");
    group.bench_function("rank", |bench| {
        bench.iter(|| rank([&scores, &scores, &scores], Ranking::default(), &missing));
    });

    let version = loaded.workspace.version(None).expect("a version");
    let template = Template::parse(include_str!("../report-templates/workbook.toml")).expect("a template");
    let quarter: Period = "2024-Q4".parse().expect("a quarter");
    let indices = definitions.indices.iter().map(|index| Index::find(&definitions, &index.id, &quarter));
    let indices: Vec<Index<'_>> = indices.collect::<Result<_, _>>().expect("shipped indices are in force");
    let config = &loaded.workspace.config;
    let input = gather(&engine, config, &version, &quarter, &indices, &Cards::None, template);
    let input = shell.wait(input).expect("input");
    let theme = input.template.theme.clone();
    group.bench_function("report", |bench| {
        bench.iter(|| render_xlsx(&build(input.clone()), &theme).expect("a workbook"));
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
