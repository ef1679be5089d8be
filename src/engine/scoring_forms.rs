//! The forms on which units score themselves by an index of points.

use super::{Engine, EngineError, file_name, form_words};
use cchc_definitions::{Definitions, PointsIndex, did_you_mean};
use cchc_model::{Period, UnitRef};
use cchc_normalise::in_name;
use cchc_report::write::ReportFile;
use cchc_report::{Counted, Figure, ScoringForm, ScoringFormWords, Theme, render_form};

/// Which forms to make.
#[derive(Debug, Clone)]
pub struct ScoringFormsRequest {
    /// An index of points.
    pub index: String,
    /// The period to be scored; without it the unit writes it in, and the newest version of the index is taken.
    pub period: Option<Period>,
    /// Who fills them in.
    pub units: FormUnits,
}

/// Who fills in forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormUnits {
    /// One form, into which the unit writes its name.
    Unnamed,
    /// The unit of this code.
    One(String),
    /// Each unit that the index scores.
    All,
}

/// A form and who fills it in.
#[derive(Debug, Clone)]
pub struct UnitScoringForm {
    /// The unit; none where it writes its name in.
    pub unit: Option<UnitRef>,
    /// The workbook, under the name that it has in a folder of forms.
    pub file: ReportFile,
}

/// What all forms of one answer share.
struct Maker<'d> {
    index: &'d PointsIndex,
    period: Option<&'d Period>,
    figures: Vec<Option<Figure<'d>>>,
    created: chrono::NaiveDateTime,
    words: ScoringFormWords,
    theme: Theme,
}

impl Engine {
    /// The forms of an index, in order of units.
    ///
    /// # Errors
    /// The request names what is not there, or a template cannot be read.
    pub fn forms(&self, request: &ScoringFormsRequest) -> Result<Vec<UnitScoringForm>, EngineError> {
        let period = request.period.as_ref();
        let index = version(self.definitions(), &request.index, period)?;
        let units = self.form_units(request, index)?;
        let maker = Maker {
            index,
            period,
            figures: figures(self.definitions(), index, period),
            created: self.created(),
            words: form_words(self.workspace().root())?,
            theme: self.theme()?,
        };
        units.into_iter().map(|unit| maker.form(unit)).collect()
    }

    fn form_units(
        &self,
        request: &ScoringFormsRequest,
        index: &PointsIndex,
    ) -> Result<Vec<Option<UnitRef>>, EngineError> {
        if request.units == FormUnits::Unnamed {
            return Ok(vec![None]);
        }
        let day = || {
            let day = self.version().time?;
            format!("{day}..{day}").parse::<Period>().ok()
        };
        let Some(period) = request.period.clone().or_else(day) else {
            let message = "the workspace holds no data yet; name the period with --period";
            return Err(EngineError::Request(message.to_owned()));
        };
        let kinds = &index.head.unit_kinds;
        let units = self
            .question_about(&period, self.config().policies)?
            .measuring(self.config().policies)
            .units_of_kinds(kinds, &period);
        let FormUnits::One(code) = &request.units else {
            if units.is_empty() {
                let (id, kinds) = (&request.index, kinds.join(", "));
                let message = format!("no unit of the kinds that '{id}' scores ({kinds}) in {period}");
                return Err(EngineError::Request(message));
            }
            return Ok(units.into_iter().map(Some).collect());
        };
        let found = units.iter().find(|unit| unit.unit_code == *code).cloned();
        let found = found.ok_or_else(|| {
            let hint = did_you_mean(code, units.iter().map(|unit| unit.unit_code.as_str()));
            EngineError::Request(format!("index '{}' scores no unit '{code}' in {period}{hint}", request.index))
        });
        Ok(vec![Some(found?)])
    }
}

impl Maker<'_> {
    fn form(&self, unit: Option<UnitRef>) -> Result<UnitScoringForm, EngineError> {
        let form = ScoringForm {
            index: self.index,
            unit: unit.as_ref().map(|unit| (unit.unit_code.as_str(), unit.unit_name.as_str())),
            period: self.period,
            figures: self.figures.clone(),
            created: self.created,
        };
        let bytes = render_form(&form, &self.words, &self.theme)?;
        Ok(UnitScoringForm { file: ReportFile { name: self.file_name(unit.as_ref()), bytes }, unit })
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
fn version<'d>(
    definitions: &'d Definitions,
    id: &str,
    period: Option<&Period>,
) -> Result<&'d PointsIndex, EngineError> {
    let versions = || definitions.points.iter().filter(|index| index.head.id == id);
    let found = match period {
        Some(period) => versions().find(|index| index.head.is_valid(period.end)),
        None => versions().max_by_key(|index| index.head.valid_from),
    };
    if let Some(found) = found {
        return Ok(found);
    }
    if let (Some(period), Some(_)) = (period, versions().next()) {
        return Err(EngineError::Request(format!("no version of index '{id}' is in force on {}", period.end)));
    }
    let others = definitions.indices.iter().map(|index| &index.id);
    if others.chain(definitions.composites.iter().map(|index| &index.head.id)).any(|other| other == id) {
        return Err(EngineError::Request(format!("'{id}' is no index of points, so nobody scores it by hand")));
    }
    let hint = did_you_mean(id, definitions.points.iter().map(|index| index.head.id.as_str()));
    Err(EngineError::Request(format!("no index of points '{id}'{hint}")))
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
