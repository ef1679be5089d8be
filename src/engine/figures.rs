//! Indicators and form 06 of a period, by unit or by another split.

use std::collections::BTreeSet;

use super::{Engine, EngineError, Turn};
use cchc_definitions::{Against, Indicator};
use cchc_indicators::{
    By, Children, GroupedRow, Measuring, PublishedCounts, StatedConflict, StatedGap, broken_identity, not_sent,
};
use cchc_model::{Disclosure, Form06Row, Measure, NotSent, Period, Policies};
use cchc_store::questions;

/// Which figures to measure.
#[derive(Debug, Clone)]
pub struct FiguresRequest {
    /// Ids of indicators; all in force without one.
    pub indicators: Vec<String>,
    /// The period.
    pub period: Period,
    /// Only units of this kind.
    pub kind: Option<String>,
    /// What the figures are of.
    pub by: By,
    /// From which day those of a month count.
    pub months: Months,
    /// The earlier period to compare with.
    pub against: Option<Against>,
    /// Whether a unit's row holds what its children resolve.
    pub children: Children,
    /// How doubtful dossiers count.
    pub policies: Policies,
}

/// From which day the figures of a month count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Months {
    /// From its own first.
    #[default]
    Apart,
    /// From the first day of the period.
    Cumulative,
}

/// Figures, with what a reader of them must know.
#[derive(Debug, Clone)]
pub struct Figures {
    /// By period, then unit code, then sums, then indicator in the order of `indicators`.
    pub rows: Vec<ComparedFigure>,
    /// The definitions, in the order of the request.
    pub indicators: Vec<Indicator>,
    /// Who has not sent the whole period, by code.
    pub not_sent: Vec<NotSent>,
    /// How much is published, where small counts are hidden.
    pub published: Option<PublishedCounts>,
    /// Periods and units, or sums, whose figures rest on ready-made counts.
    pub stated: BTreeSet<(String, String)>,
    /// What counts say twice, or leave out.
    pub doubts: StatedDoubts,
}

/// What ready-made counts state differently in several places, and which days of a period they leave out.
#[derive(Debug, Clone, Default)]
pub struct StatedDoubts {
    /// Figures that nothing uses.
    pub conflicts: Vec<StatedConflict>,
    /// Units without a figure of the period.
    pub gaps: Vec<StatedGap>,
}

/// A figure and, where one is compared with, that of an earlier period.
#[derive(Debug, Clone)]
pub struct ComparedFigure {
    /// The figure with its group.
    pub figure: GroupedRow,
    /// The earlier period.
    pub earlier_period: Option<String>,
    /// The figure of the earlier period; none where nothing is compared.
    pub earlier: Option<Measure>,
}

/// Which rows of form 06 are wanted.
#[derive(Debug, Clone)]
pub struct Form06Request {
    /// The period.
    pub period: Period,
    /// What the rows are of.
    pub by: By,
    /// Whether a unit's row holds what its children resolve.
    pub children: Children,
    /// How doubtful dossiers count.
    pub policies: Policies,
}

/// Form 06.
#[derive(Debug, Clone)]
pub struct Form06 {
    /// Each row with its period.
    pub rows: Vec<(Period, Form06Row)>,
    /// First and last day on which dossiers were received, where there are none in the period.
    pub received: Option<(chrono::NaiveDate, chrono::NaiveDate)>,
    /// How much is published, where small counts are hidden.
    pub published: Option<PublishedCounts>,
    /// What counts say twice, or leave out.
    pub doubts: StatedDoubts,
}

impl FiguresRequest {
    fn periods(&self) -> Result<Vec<Period>, EngineError> {
        if self.months == Months::Apart {
            return Ok(self.by.periods(&self.period));
        }
        if self.by != By::Month {
            return Err(EngineError::Request("--cumulative needs --by month".to_owned()));
        }
        Ok(self.period.months().into_iter().map(|month| self.period.up_to(month.end)).collect())
    }
}

async fn doubts(measuring: &Measuring<'_>, periods: &[Period], by: By) -> Result<StatedDoubts, EngineError> {
    if !by.is_by_unit() {
        return Ok(StatedDoubts::default());
    }
    let stated = measuring.stated(periods).await?;
    Ok(StatedDoubts { conflicts: stated.conflicts, gaps: stated.gaps })
}

impl Engine {
    /// Measures units, or other groups of dossiers.
    ///
    /// # Errors
    /// The request names what is not there, or the store cannot be read.
    pub async fn figures(&self, request: &FiguresRequest) -> Result<Figures, EngineError> {
        let question = self.question_about(&request.period, request.policies)?;
        let measuring = question.measuring(request.policies);
        loop {
            let figures = Box::pin(self.measured(&measuring, request)).await?;
            if let Turn::Tell(published) = question.turn(&measuring).await? {
                return Ok(Figures { published, ..figures });
            }
        }
    }

    async fn measured(&self, measuring: &Measuring<'_>, request: &FiguresRequest) -> Result<Figures, EngineError> {
        let chosen = measuring.chosen(&request.indicators, &request.period).map_err(EngineError::Request)?;
        if let Some(kind) = &request.kind {
            self.check_kind(kind)?;
        }
        let periods = request.periods()?;
        let mut rows = Vec::new();
        if let Some(against) = request.against {
            for period in &periods {
                let earlier = against.earlier(period);
                let compared = measuring.compare((period, &earlier), &chosen, request.by, request.children).await?;
                rows.extend(compared.into_iter().map(|(figure, measure)| ComparedFigure {
                    figure,
                    earlier_period: Some(earlier.to_string()),
                    earlier: measure,
                }));
            }
        } else {
            let measured = measuring.measure(&periods, &chosen, request.by, request.children).await?;
            let apart = |figure| ComparedFigure { figure, earlier_period: None, earlier: None };
            rows.extend(measured.into_iter().map(apart));
        }
        let is_wanted = |one: &ComparedFigure| {
            request.kind.as_ref().is_none_or(|kind| one.figure.row.unit.kind.as_ref() == Some(kind))
        };
        rows.retain(is_wanted);
        let not_sent = not_sent(measuring, &request.period).await?;
        let stated = measuring.counted_from_statements(&periods, request.by, request.children).await?;
        let doubts = doubts(measuring, &periods, request.by).await?;
        let indicators = chosen.into_iter().cloned().collect();
        Ok(Figures { rows, indicators, not_sent, published: None, stated, doubts })
    }

    /// The SQL that [`Engine::figures`] would run, statement by statement.
    ///
    /// # Errors
    /// The request names what is not there.
    pub fn figures_sql(&self, request: &FiguresRequest) -> Result<Vec<String>, EngineError> {
        let question = self.question_about(&request.period, request.policies)?;
        let measuring = question.measuring(request.policies);
        let chosen = measuring.chosen(&request.indicators, &request.period).map_err(EngineError::Request)?;
        Ok(measuring.sql(&chosen, &request.by.periods(&request.period), request.by))
    }

    /// Form 06, with its identities checked.
    ///
    /// # Errors
    /// A row does not add up, or the store cannot be read.
    pub async fn form06(&self, request: &Form06Request) -> Result<Form06, EngineError> {
        let question = self.question_about(&request.period, request.policies)?;
        let measuring = question.measuring(request.policies);
        loop {
            let form = Box::pin(self.counted(&measuring, request)).await?;
            if let Turn::Tell(published) = question.turn(&measuring).await? {
                return Ok(Form06 { published, ..form });
            }
        }
    }

    async fn counted(&self, measuring: &Measuring<'_>, request: &Form06Request) -> Result<Form06, EngineError> {
        let mut rows = Vec::new();
        for period in request.by.periods(&request.period) {
            let found = measuring.form06(&period, request.by, request.children).await?;
            if measuring.policies.disclosure == Disclosure::Suppress
                && let Some(broken) = broken_identity(&found)
            {
                let code = &broken.unit.unit_code;
                let message = format!("form 06 of {code} does not add up: received is not resolved + pending");
                return Err(EngineError::Refused(message));
            }
            rows.extend(found.into_iter().map(|row| (period.clone(), row)));
        }
        let is_empty = rows.last().is_none_or(|(_, row)| row.counts[0] == Some(0));
        let received = if is_empty { questions::received_days(&self.question()?.session).await? } else { None };
        let doubts = doubts(measuring, &request.by.periods(&request.period), request.by).await?;
        Ok(Form06 { rows, received, published: None, doubts })
    }

    /// Codes of units that dossiers name and the list of units lacks, with the number of their dossiers.
    pub async fn units_without_entry(&self) -> Result<Vec<(String, i64)>, EngineError> {
        Ok(questions::units_without_entry(&self.question()?.session).await?)
    }
}
