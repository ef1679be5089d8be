//! Gathers all that a report says from one version of the workspace.

use std::collections::BTreeMap;

use super::{Cards, Carried, Counts, FigureUnit, IndicatorInfo, Makeup, Ranking, ReportInput, RuleCount, Template};
use cchc_definitions::index::settings::First;
use cchc_definitions::{Direction, Indicator, Language, Rows};
use cchc_indicators::{By, Children, Measuring, formula, late_dossiers, not_sent};
use cchc_indices::{Index, ScoreError};
use cchc_model::{FileAccount, IndicatorRow, NotSent, Period};
use cchc_store::questions::{self, RuleTotal};
use cchc_store::{Config, Manifest, StoreError};

/// Measures everything that the report of a period shows, with rankings by `indices` and the requested scorecards.
///
/// # Errors
/// The store cannot be read, a definition's SQL does not plan, or an index cannot be computed.
pub async fn gather(
    measuring: &Measuring<'_>,
    config: &Config,
    version: &Manifest,
    period: &Period,
    indices: &[Index<'_>],
    cards: &Cards,
    template: Template,
) -> Result<ReportInput, ScoreError> {
    let (before, last_year) = (period.before(), period.last_year());
    let shown: Vec<&Indicator> =
        measuring.definitions.indicators_in(period).filter(|one| one.form06.is_none()).collect();
    let mut periods = vec![period.clone(), before.clone()];
    // Of a year the period before and the same one of last year are one, whose rows must not appear twice.
    periods.extend(Some(last_year.clone()).filter(|last_year| *last_year != before));
    let measured = measuring.measure(&periods, &shown, By::Unit, Children::Apart).await?;
    let indicators: Vec<IndicatorRow> = measured.into_iter().map(|row| row.row).collect();
    let not_sent = not_sent(measuring, period).await?;
    let mut rankings = Vec::new();
    for index in indices {
        rankings.push(ranking(measuring, index, period, &not_sent, cards).await?);
    }
    let files = files(measuring).await?;
    // Of several units above all others, as after a merger, the one that exists in the period and goes on.
    let roots = measuring.units.units().iter().filter(|unit| unit.parent.is_none());
    let root = roots.min_by_key(|unit| (!unit.exists_within(period.start, period.end), unit.valid_to.is_some()));
    let province_name = match (config.province.is_empty(), root) {
        (true, Some(unit)) => unit.name.clone(),
        _ => config.province.clone(),
    };
    let department = Some(&config.department).filter(|name| !name.is_empty());
    Ok(ReportInput {
        reporting_unit: department.unwrap_or(&province_name).clone(),
        province_name,
        period: period.clone(),
        before,
        last_year,
        unknown_years: measuring.definitions.calendar.unknown_years(period.start, period.end),
        policies: measuring.policies,
        carried: carried(measuring),
        data_version: version.number,
        data_time: version.time.unwrap_or(period.end).and_hms_opt(0, 0, 0).unwrap_or_default(),
        counts: counts(measuring, &files).await?,
        form06: measuring.form06(period, By::Unit, Children::Apart).await?,
        indicators,
        definitions: shown.iter().map(|indicator| info(measuring, indicator)).collect(),
        rankings,
        late: late_dossiers(measuring, period).await?,
        not_sent,
        files,
        findings_by_rule: findings(measuring).await?,
        kinds: kinds(measuring),
        template,
    })
}

async fn ranking(
    measuring: &Measuring<'_>,
    index: &Index<'_>,
    period: &Period,
    not_sent: &[NotSent],
    cards: &Cards,
) -> Result<Ranking, ScoreError> {
    let (basis, unit, direction) = match index {
        Index::Indicator(_, indicator) => {
            (Some(indicator.id.clone()), FigureUnit::from_word(&indicator.unit), indicator.direction)
        }
        Index::Points(_) | Index::Composite(_) => {
            let is_lowest = index.settings().first == First::Lowest;
            (None, FigureUnit::Points, if is_lowest { Direction::Lower } else { Direction::Higher })
        }
    };
    let ranked = match index.rank(measuring, period, not_sent).await {
        // Faults in what people filled in hide this index, never the report.
        Err(ScoreError::Sheets(faults)) => index.unscored(measuring, period, &faults),
        ranked => ranked?,
    };
    let makeup = match (index, ranked.cards) {
        (Index::Points(index), Some(cards)) => Makeup::Points(Box::new((*index).clone()), Box::new(cards)),
        (Index::Composite(index), _) => Makeup::Composite(Box::new((*index).clone()), ranked.composed),
        _ => Makeup::Indicator,
    };
    Ok(Ranking {
        index_id: index.id().to_owned(),
        title: index.name().to_owned(),
        basis,
        unit,
        display: index.display().clone(),
        higher_is_better: direction != Direction::Lower,
        legal_basis: index.legal_basis().to_owned(),
        is_published: is_published(measuring, index),
        rows: ranked.rows,
        makeup,
        set_aside: ranked.set_aside,
        gaps: ranked.gaps,
        inputs: inputs(measuring, index, period),
        cards: cards.clone(),
    })
}

fn is_published(measuring: &Measuring<'_>, index: &Index<'_>) -> bool {
    let tags = &measuring.definitions.source_tags;
    let are_items_sure = match index {
        Index::Points(points) => !points.items.iter().any(|item| tags.is_unsure(&item.source)),
        Index::Indicator(..) | Index::Composite(_) => true,
    };
    tags.is_published(index.legal_basis()) && are_items_sure
}

/// Names of what the rules of an index of points read, also where nobody has sent it.
fn inputs(measuring: &Measuring<'_>, index: &Index<'_>, period: &Period) -> BTreeMap<String, String> {
    let Index::Points(points) = index else { return BTreeMap::new() };
    let named = |id: &str| Some((id.to_owned(), measuring.definitions.indicator(id, period)?.name_vi.clone()));
    points.inputs().into_iter().filter_map(named).collect()
}

fn info(measuring: &Measuring<'_>, indicator: &Indicator) -> IndicatorInfo {
    let group = measuring.definitions.groups.iter().find(|group| group.id == indicator.group);
    IndicatorInfo {
        id: indicator.id.clone(),
        name_vi: indicator.name_vi.clone(),
        name_en: indicator.name_en.clone(),
        meaning: indicator.meaning.clone(),
        group: indicator.group.clone(),
        group_title: group.map_or(&indicator.group, |group| &group.title_vi).clone(),
        unit: FigureUnit::from_word(&indicator.unit),
        display: indicator.display.clone(),
        higher_is_better: indicator.direction != Direction::Lower,
        legal_basis: indicator.legal_basis.clone(),
        formula: formula(indicator),
        table: indicator.table.clone(),
        dated: indicator.rows != Rows::All,
    }
}

/// Kinds in the order of `units/kinds.toml`, then those that it does not name.
fn kinds(measuring: &Measuring<'_>) -> Vec<(String, String)> {
    let used = measuring.units.kinds();
    let known = measuring.definitions.kinds.iter().filter(|(id, _)| used.contains(&id.as_str()));
    let mut kinds: Vec<(String, String)> = known.cloned().collect();
    for kind in used {
        if !kinds.iter().any(|(id, _)| id == kind) {
            kinds.push((kind.to_owned(), kind.to_owned()));
        }
    }
    kinds
}

/// Imported files, with the names of their sources.
async fn files(measuring: &Measuring<'_>) -> Result<Vec<FileAccount>, StoreError> {
    let mut files = questions::imported_files(measuring.session).await?;
    for file in &mut files {
        if let Some(source) = measuring.definitions.sources.iter().find(|source| source.id == file.source) {
            file.source.clone_from(&source.name);
        }
    }
    Ok(files)
}

async fn counts(measuring: &Measuring<'_>, files: &[FileAccount]) -> Result<Counts, StoreError> {
    let sum = |of: fn(&FileAccount) -> u64| files.iter().map(of).sum();
    Ok(Counts {
        dossiers: questions::dossier_count(measuring.session).await?,
        files: files.len() as u64,
        rows: sum(|file| file.rows),
        loaded: sum(|file| file.loaded),
        updated: sum(|file| file.updated),
        duplicate: sum(|file| file.duplicate),
        rejected: sum(|file| file.rejected),
    })
}

async fn findings(measuring: &Measuring<'_>) -> Result<Vec<RuleCount>, StoreError> {
    let messages = &measuring.definitions.messages;
    let totals = questions::findings_by_rule(measuring.session).await?.into_iter();
    let named = |total: RuleTotal| {
        let sentence = messages.summary(&total.rule, Language::Vi);
        RuleCount { rule: total.rule, level: total.level, sentence, count: total.count }
    };
    Ok(totals.map(named).collect())
}

/// What counting for the units of another day makes of them.
fn carried(measuring: &Measuring<'_>) -> Option<Carried> {
    let carry = measuring.carry?;
    let left = measuring.units.units().iter().filter(|unit| !carry.exists(unit));
    Some(Carried { date: carry.date, left_behind: left.map(|unit| unit.code.clone()).collect() })
}
