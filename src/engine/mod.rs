//! One opened version of a workspace that answers questions: a plain request in, a plain result out.

mod check;
mod corrections;
mod error;
mod explanation;
mod figures;
mod findings;
mod index_versions;
mod indicators_table;
mod ranking;
mod remarks;
mod report;
mod returned;
mod scorecard;
mod scoring_forms;
mod source_trial;
mod sql;
mod templates;
mod unknown_names;

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use cchc_definitions::Definitions;
use cchc_indicators::Measuring;
use cchc_model::{Carry, Mask, Policies, Succession, UnitIndex};
use cchc_store::{Config, Manifest, Session, Workspace, questions};
use cchc_units::stored_units;

pub use check::checked_definitions;
pub use corrections::Correction;
pub use error::EngineError;
pub use explanation::{Explanation, ExplanationRequest, ItemPart, Part, ScoreExplanation, StageValue};
pub use figures::{ComparedFigure, Figures, FiguresRequest, Form06, Form06Request, Months};
pub use findings::{Cleared, ClearedFindings, FindingsRequest, StoredFinding};
pub use index_versions::{IndexVersion, index_text, index_versions};
pub use ranking::{RankingAnswer, RankingRequest};
pub use remarks::Remarks;
pub use report::{Report, ReportRequest};
pub use returned::file_name;
pub use scorecard::{Scorecard, ScorecardRequest};
pub use scoring_forms::{FormUnits, ScoringFormsRequest, UnitScoringForm};
pub use source_trial::{Misfit, SourceTrial, try_source};
pub use sql::{SqlAnswer, SqlRequest, mentions_indicators};
pub use templates::form_words;
pub use unknown_names::{Suggestion, UnknownMeaning, UnknownName, UnknownNames};

/// One opened version of a workspace. A copy is cheap and answers from the same version; any number of questions may be
/// asked side by side.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Opened>);

/// What all copies of an engine share.
#[derive(Debug)]
struct Opened {
    workspace: Workspace,
    definitions: Definitions,
    version: Manifest,
    session: Session,
    units: UnitIndex,
    successions: Vec<Succession>,
    carry: Option<Carry>,
}

impl Engine {
    /// Opens a version: its number, or the newest not later than a day; the newest if nothing is named. Figures count
    /// for the units of a day, if one is given.
    ///
    /// # Errors
    /// There is no such workspace or version, or its definitions have faults.
    pub async fn open(root: &Path, as_of: Option<&str>, units_as_of: Option<NaiveDate>) -> Result<Self, EngineError> {
        let workspace = Workspace::open(root)?;
        let definitions = Definitions::load(Some(root)).map_err(EngineError::Definitions)?;
        let version = workspace.version(as_of)?;
        let session = workspace.session(&version, &definitions.calendar)?;
        let definitions = definitions.with_declared(questions::declared(&session).await?);
        let units = stored_units(&session).await?;
        let successions = questions::successions(&session).await?;
        let carry = units_as_of.map(|day| Carry::new(&successions, day));
        Ok(Self(Arc::new(Opened { workspace, definitions, version, session, units, successions, carry })))
    }

    /// The workspace.
    #[must_use]
    pub fn workspace(&self) -> &Workspace {
        &self.0.workspace
    }

    /// The workspace's own choices.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.workspace.config
    }

    /// All that is data and not code, with what units have declared.
    #[must_use]
    pub fn definitions(&self) -> &Definitions {
        &self.0.definitions
    }

    /// What hides personal values, with the units of the version.
    #[must_use]
    pub fn mask(&self) -> Mask {
        self.definitions().mask.knowing(self.units().units())
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &Manifest {
        &self.0.version
    }

    /// The units of the version.
    #[must_use]
    pub fn units(&self) -> &UnitIndex {
        &self.0.units
    }

    /// Which unit became which.
    #[must_use]
    pub fn successions(&self) -> &[Succession] {
        &self.0.successions
    }

    /// For which unit the figures of each unit count, where they are for the units of another day.
    #[must_use]
    pub fn carry(&self) -> Option<&Carry> {
        self.0.carry.as_ref()
    }

    /// Whether figures are for the units of a day on which this unit did not exist: no other unit has its figures.
    #[must_use]
    pub fn is_not_carried(&self, code: &str) -> bool {
        self.carry().zip(self.units().by_code(code)).is_some_and(|(carry, unit)| !carry.exists(unit))
    }

    /// Bytes that all questions hold at the moment.
    #[must_use]
    pub fn reserved(&self) -> usize {
        self.0.session.reserved()
    }

    /// Begins a question: all reading of the store goes through one, so that its memory is bounded by itself.
    fn question(&self) -> Result<Question<'_>, EngineError> {
        Ok(Question { opened: &self.0, session: self.0.session.question()? })
    }
}

/// One question to a version, with memory of its own that is free when the question is done or dropped.
struct Question<'a> {
    opened: &'a Opened,
    session: Session,
}

impl Question<'_> {
    /// All that measuring needs.
    fn measuring(&self, policies: Policies) -> Measuring<'_> {
        Measuring {
            session: &self.session,
            definitions: &self.opened.definitions,
            units: &self.opened.units,
            policies,
            carry: self.opened.carry.as_ref(),
        }
    }
}
