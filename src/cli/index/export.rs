//! Writes the forms on which units score themselves by an index of points.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::NaiveDateTime;

use super::super::findings::{created, file_name};
use super::super::output::Columns;
use super::super::report::{save, template};
use super::super::{Global, Opened, PolicyArgs, Usage};
use super::Export;
use cchc_definitions::{Definitions, PointsIndex, TEMPLATES, did_you_mean};
use cchc_model::{Period, UnitRef};
use cchc_normalise::in_name;
use cchc_report::{Counted, Figure, Form, FormWords, Theme, render_form};

impl Export {
    pub fn run(&self, global: &Global) -> Result<()> {
        let opened = Opened::open(global)?;
        let index = version(&opened.definitions, &self.id, self.period.as_ref())?;
        let units = self.units(&opened, index)?;
        let maker = Maker {
            index,
            period: self.period.as_ref(),
            figures: figures(&opened.definitions, index, self.period.as_ref()),
            created: created(&opened),
            words: words(&global.workspace)?,
            theme: template(&global.workspace)?.theme,
        };
        let is_folder = self.all_units || self.out.extension().is_none_or(|extension| extension != "xlsx");
        let mut written = Vec::new();
        for unit in &units {
            let (folder, name) = if is_folder {
                (self.out.clone(), maker.file_name(unit.as_ref()))
            } else {
                let folder = self.out.parent().filter(|parent| !parent.as_os_str().is_empty());
                let name = self.out.file_name().map(|name| name.to_string_lossy().into_owned());
                (folder.unwrap_or(Path::new(".")).to_owned(), name.unwrap_or_default())
            };
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            written.push(save(&folder, &name, &maker.form(unit.as_ref())?)?);
        }
        tell(global, &units, &written)
    }

    /// Who fills in forms; one form without a unit if none is named.
    fn units(&self, opened: &Opened, index: &PointsIndex) -> Result<Vec<Option<UnitRef>>> {
        if self.unit.is_none() && !self.all_units {
            return Ok(vec![None]);
        }
        let day = || {
            let day = opened.version.time?;
            format!("{day}..{day}").parse::<Period>().ok()
        };
        let Some(period) = self.period.clone().or_else(day) else {
            return Err(Usage("the workspace holds no data yet; name the period with --period".to_owned()).into());
        };
        let kinds = &index.head.unit_kinds;
        let scored = |unit: &UnitRef| kinds.is_empty() || unit.kind.as_ref().is_some_and(|kind| kinds.contains(kind));
        let units = opened.engine(PolicyArgs::NONE).units_in(&period).into_iter().filter(scored);
        let units: Vec<UnitRef> = units.collect();
        let Some(code) = &self.unit else {
            if units.is_empty() {
                let kinds = kinds.join(", ");
                return Err(
                    Usage(format!("no unit of the kinds that '{}' scores ({kinds}) in {period}", self.id)).into()
                );
            }
            return Ok(units.into_iter().map(Some).collect());
        };
        let found = units.iter().find(|unit| unit.unit_code == *code).cloned();
        let found = found.ok_or_else(|| {
            let hint = did_you_mean(code, units.iter().map(|unit| unit.unit_code.as_str()));
            Usage(format!("index '{}' scores no unit '{code}' in {period}{hint}", self.id))
        });
        Ok(vec![Some(found?)])
    }
}

/// What all forms of one export share.
struct Maker<'d> {
    index: &'d PointsIndex,
    period: Option<&'d Period>,
    figures: Vec<Option<Figure<'d>>>,
    created: NaiveDateTime,
    words: FormWords,
    theme: Theme,
}

impl Maker<'_> {
    fn form(&self, unit: Option<&UnitRef>) -> Result<Vec<u8>> {
        let form = Form {
            index: self.index,
            unit: unit.map(|unit| (unit.unit_code.as_str(), unit.unit_name.as_str())),
            period: self.period,
            figures: self.figures.clone(),
            created: self.created,
        };
        Ok(render_form(&form, &self.words, &self.theme)?)
    }

    /// Index, period and unit in letters that every system can store. No part of it reads as a day of export.
    fn file_name(&self, unit: Option<&UnitRef>) -> String {
        let period = self.period.map(|period| undated(&file_name(&period.to_string(), None)));
        let unit = unit.map(|unit| undated(&file_name(&unit.unit_code, Some(&unit.unit_name))));
        let parts = [Some("tu-cham".to_owned()), Some(undated(&file_name(&self.index.head.id, None))), period, unit];
        format!("{}.xlsx", parts.into_iter().flatten().collect::<Vec<_>>().join("_"))
    }
}

/// The part of a name, so written that no import takes it for the day of export.
fn undated(part: &str) -> String {
    if in_name(part).is_none() {
        return part.to_owned();
    }
    let spelled = part.replace('-', ".");
    let digits =
        spelled.chars().map(|letter| if letter.is_ascii_digit() { format!("{letter}.") } else { letter.into() });
    if in_name(&spelled).is_none() { spelled } else { digits.collect() }
}

/// The version in force at the end of the period, or the newest one.
fn version<'d>(definitions: &'d Definitions, id: &str, period: Option<&Period>) -> Result<&'d PointsIndex> {
    let versions = || definitions.points.iter().filter(|index| index.head.id == id);
    let found = match period {
        Some(period) => versions().find(|index| index.head.is_valid(period.end)),
        None => versions().max_by_key(|index| index.head.valid_from),
    };
    if let Some(found) = found {
        return Ok(found);
    }
    if let (Some(period), Some(_)) = (period, versions().next()) {
        return Err(Usage(format!("no version of index '{id}' is in force on {}", period.end)).into());
    }
    let others = definitions.indices.iter().map(|index| &index.id);
    if others.chain(definitions.composites.iter().map(|index| &index.head.id)).any(|other| other == id) {
        return Err(Usage(format!("'{id}' is no index of points, so nobody scores it by hand")).into());
    }
    let hint = did_you_mean(id, definitions.points.iter().map(|index| index.head.id.as_str()));
    Err(Usage(format!("no index of points '{id}'{hint}")).into())
}

/// Names of what the rules read.
fn figures<'d>(definitions: &'d Definitions, index: &PointsIndex, period: Option<&Period>) -> Vec<Option<Figure<'d>>> {
    let figure = |input: &str| {
        let indicator = match period {
            Some(period) => definitions.indicator(input, period),
            None => definitions.indicators.iter().rfind(|one| one.id == input),
        }?;
        let counted = if indicator.unit == "rate" { Counted::Share } else { Counted::Number };
        Some(Figure { name: &indicator.name_vi, counted })
    };
    index.items.iter().map(|item| figure(item.rule.as_ref()?.input()?)).collect()
}

/// The words of the workspace's own template, or the shipped one.
pub(super) fn words(root: &Path) -> Result<FormWords> {
    let own = root.join("report-templates/form.toml");
    let text = if own.is_file() {
        std::fs::read_to_string(&own).with_context(|| own.display().to_string())?
    } else {
        let embedded = TEMPLATES.get_file("form.toml").and_then(include_dir::File::contents_utf8);
        embedded.unwrap_or_default().to_owned()
    };
    FormWords::parse(&text).with_context(|| "report-templates/form.toml")
}

/// Lists the files.
fn tell(global: &Global, units: &[Option<UnitRef>], written: &[PathBuf]) -> Result<()> {
    let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    Columns::default()
        .text("unit_code", units.iter().map(|unit| unit.as_ref().map(|unit| unit.unit_code.as_str())))
        .text("unit_name", units.iter().map(|unit| unit.as_ref().map(|unit| unit.unit_name.as_str())))
        .text("file", files.iter().map(|file| Some(file.as_str())))
        .write(global)
}
