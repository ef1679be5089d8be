//! One opened version of a workspace that answers questions: a plain request in, a plain result out.

mod audit_sql;
mod blocks;
mod check;
mod comparison;
mod corrections;
mod error;
mod explanation;
mod figures;
mod findings;
mod gate;
mod index_versions;
mod indicators_table;
mod isolated;
mod names;
mod publication;
mod ranking;
mod reconcile;
mod remarks;
mod report;
mod returned;
mod robustness;
mod scorecard;
mod scoring_forms;
mod source_trial;
mod sql;
mod sql_limits;
mod target;
mod templates;
mod trend;
mod unknown_names;

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use cchc_definitions::Definitions;
use cchc_indicators::{Measuring, Protection};
use cchc_model::{Carry, Mask, Period, Policies, Succession, UnitIndex, UnitsAsOf};
use cchc_store::{Config, Manifest, Session, Workspace, questions};
use cchc_units::stored_units;
use publication::{Publication, Turn, hides};

pub use audit_sql::{Audit, AuditQuestion, AuditRequest, NotAsked};
pub use cchc_indicators::PublishedCounts;
pub use check::{checked_definitions, unit_faults};
pub use comparison::{Compared, ComparedQuantity, Comparison, ComparisonRequest};
pub use corrections::Correction;
pub use error::{EngineError, ErrorChain};
pub use explanation::{Explanation, ExplanationRequest, ItemPart, Part, ScoreExplanation, StageValue};
pub use figures::{ComparedFigure, Figures, FiguresRequest, Form06, Form06Request, Months, StatedDoubts};
pub use findings::{Cleared, ClearedFindings, FindingPage, FindingPages, FindingsRequest, StoredFinding};
pub use gate::Refusal;
pub use index_versions::{ActingWeights, IndexVersion, index_text, index_versions, index_weights};
pub use isolated::{Asked, SERVE_SQL, SqlQuestion, ask_isolated, serve_sql};
pub use ranking::{RankingAnswer, RankingRequest};
pub use reconcile::{Reconciled, ReconciledFigure};
pub use remarks::Remarks;
pub use report::{Report, ReportRequest};
pub use returned::file_name;
pub use robustness::{FirmRank, FirmRanks, RobustnessRequest, Share, Trial};
pub use scorecard::{Scorecard, ScorecardRequest};
pub use scoring_forms::{FormUnits, ScoringFormsRequest, UnitScoringForm};
pub use source_trial::{Misfit, SourceTrial, try_source};
pub use sql::{SqlAnswer, SqlRequest};
pub use sql_limits::SqlLimits;
pub use target::{Alternative, Goal, Move, TargetAnswer, TargetChange, TargetRequest};
pub use templates::form_words;
pub use trend::{Trend, TrendMonth, TrendRequest};
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
    is_public: bool,
    publication: Option<Publication>,
}

/// What of a workspace is opened, and for whom.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Opening {
    /// A version's number, or a day; the newest version without it.
    pub as_of: Option<String>,
    /// For the units of which day figures count; the workspace's own choice without it.
    pub units_as_of: Option<UnitsAsOf>,
    /// What is told is public: no small counts.
    pub is_public: bool,
    /// What is told belongs to the publication of that name, is public, and tells figures of its version.
    pub publication: Option<String>,
}

impl Engine {
    /// Opens a version: its number, or the newest not later than a day; the newest if nothing is named. Figures count
    /// for the units of a day, if one is given.
    ///
    /// # Errors
    /// There is no such workspace or version, or its definitions have faults.
    pub async fn open(root: &Path, as_of: Option<&str>, units_as_of: Option<UnitsAsOf>) -> Result<Self, EngineError> {
        Self::open_for(root, &Opening { as_of: as_of.map(str::to_owned), units_as_of, ..Opening::default() }).await
    }

    /// Opens a version, also for what is to be public.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub async fn open_for(root: &Path, opening: &Opening) -> Result<Self, EngineError> {
        let mut workspace = Workspace::open(root)?;
        let publication = opening.publication.as_deref().map(|name| Publication::open(&workspace, name)).transpose()?;
        let is_public = opening.is_public || publication.is_some();
        if is_public {
            workspace.config.policies = workspace.config.policies.public();
        }
        let begun = publication.as_ref().and_then(Publication::data_version).map(|version| version.to_string());
        if let Some(units_as_of) = opening.units_as_of {
            workspace.config.policies.units_as_of = units_as_of;
        }
        let as_of = opening.as_of.as_deref().or(begun.as_deref());
        let definitions = Definitions::load(Some(root)).map_err(EngineError::Definitions)?;
        let faults = gate::definition_faults(&definitions);
        if !faults.is_empty() {
            return Err(EngineError::Definitions(faults));
        }
        let version = workspace.version(as_of)?;
        let session = workspace.session(&version, &definitions.calendar)?;
        let definitions = definitions.with_declared(questions::declared(&session).await?);
        let units = stored_units(&session).await?;
        let successions = questions::successions(&session).await?;
        Ok(Self(Arc::new(Opened {
            workspace,
            definitions,
            version,
            session,
            units,
            successions,
            is_public,
            publication,
        })))
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

    /// For which unit the figures of each unit count in a period, where they may be for others than the dossiers name.
    #[must_use]
    pub fn carry(&self, period: &Period) -> Option<Carry> {
        self.0.carry(self.config().policies, period.end)
    }

    /// Bytes that all questions hold at the moment.
    #[must_use]
    pub fn reserved(&self) -> usize {
        self.0.session.reserved()
    }

    /// Begins a question: all reading of the store goes through one, so that its memory is bounded by itself.
    fn question(&self) -> Result<Question<'_>, EngineError> {
        let (protection, read) = Question::protection(self)?;
        Ok(Question { opened: &self.0, session: self.0.session.question()?, carry: None, protection, read })
    }

    /// Begins a question about figures of a period, and of others that are compared with it.
    fn question_about(&self, period: &Period, policies: Policies) -> Result<Question<'_>, EngineError> {
        Ok(Question { carry: self.0.carry(policies, period.end), ..self.question()? })
    }
}

impl Opened {
    /// The units for which figures count by the policy; none where they are those that the dossiers name anyway.
    fn carry(&self, policies: Policies, end: NaiveDate) -> Option<Carry> {
        let carry = Carry::new(&self.successions, policies.units_as_of.day(end)?);
        let is_asked_for = matches!(policies.units_as_of, UnitsAsOf::Day(_));
        (is_asked_for || carry.matters(self.units.units())).then_some(carry)
    }
}

/// One question to a version, with memory of its own that is free when the question is done or dropped.
struct Question<'a> {
    opened: &'a Opened,
    session: Session,
    carry: Option<Carry>,
    protection: Protection,
    /// The version whose record of the publication was read, 0 if there was none.
    read: u64,
}

impl Question<'_> {
    /// All that measuring needs.
    fn measuring(&self, policies: Policies) -> Measuring<'_> {
        Measuring {
            session: &self.session,
            definitions: &self.opened.definitions,
            units: &self.opened.units,
            policies,
            carry: self.carry.as_ref(),
            protection: hides(policies).then_some(&self.protection),
        }
    }
}
