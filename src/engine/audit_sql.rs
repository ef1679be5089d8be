//! Asks the rules of `audit/` of a period: their SQL passes the gate, their cases are counted unit by unit.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::scalar::ScalarValue;

use super::gate::Gate;
use super::{Engine, EngineError, Question};
use cchc_definitions::{AuditRule, Fault, did_you_mean};
use cchc_insight::{Case, Found, counted};
use cchc_model::{Period, UnitRef};
use cchc_store::{Rows, Session, filled, has_column, stored_columns, unit_column};

/// What to ask about.
#[derive(Debug, Clone)]
pub struct AuditRequest {
    /// The period.
    pub period: Period,
    /// Ids of rules; all without any.
    pub rules: Vec<String>,
    /// Only units of this kind.
    pub kind: Option<String>,
}

/// A question to a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditQuestion {
    /// The rule.
    pub rule: AuditRule,
    /// The unit.
    pub unit: UnitRef,
    /// How many cases show the pattern, of how many, and which.
    pub found: Found,
}

/// A rule that cannot be asked, or not of all units.
#[derive(Debug, Clone, PartialEq)]
pub struct NotAsked {
    /// The rule.
    pub rule: AuditRule,
    /// Columns that exports lack, as `table.column`; none where what they hold does not tell.
    pub lacks: Vec<String>,
    /// How many units it cannot be asked of.
    pub units: usize,
    /// Whether it can be asked of nobody.
    pub is_of_all: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audit {
    /// By rule, then by share, the largest first.
    pub questions: Vec<AuditQuestion>,
    /// By rule.
    pub not_asked: Vec<NotAsked>,
}

impl Engine {
    /// Asks the rules of a period.
    ///
    /// # Errors
    /// The request names what is not there, the SQL of a rule does not plan or is refused, or the store cannot be read.
    pub async fn audit(&self, request: &AuditRequest) -> Result<Audit, EngineError> {
        self.refuse_public("audit")?;
        if let Some(kind) = &request.kind {
            self.check_kind(kind)?;
        }
        let question = self.question()?;
        let mut audit = Audit::default();
        for rule in self.audit_rules(&request.rules)? {
            self.asked(&question, rule, request, &mut audit).await?;
        }
        Ok(audit)
    }

    fn audit_rules(&self, ids: &[String]) -> Result<Vec<&AuditRule>, EngineError> {
        let all = &self.definitions().audit;
        if ids.is_empty() {
            return Ok(all.iter().collect());
        }
        let rule = |id: &String| {
            let known = all.iter().map(|rule| rule.id.as_str());
            let missing = || EngineError::Request(format!("no rule '{id}'{}", did_you_mean(id, known)));
            all.iter().find(|rule| rule.id == *id).ok_or_else(missing)
        };
        ids.iter().map(rule).collect()
    }

    async fn asked(
        &self,
        question: &Question<'_>,
        rule: &AuditRule,
        request: &AuditRequest,
        audit: &mut Audit,
    ) -> Result<(), EngineError> {
        let lacking = lacking(&question.session, rule).await?;
        let found = counted(cases(&question.session, rule, &request.period).await?);
        let is_wanted = |unit: &UnitRef| request.kind.as_ref().is_none_or(|kind| unit.kind.as_ref() == Some(kind));
        let (mut asked, mut unknown, mut told, mut lacks) = (Vec::new(), 0, 0, BTreeSet::new());
        for (code, found) in found {
            let Some(unit) = self.reference(&code).filter(&is_wanted) else { continue };
            let missing: Vec<&String> =
                lacking.iter().filter(|(_, senders)| !senders.contains(&code)).map(|(column, _)| column).collect();
            if !missing.is_empty() || found.of == 0 {
                unknown += 1;
                lacks.extend(missing.into_iter().cloned());
                continue;
            }
            told += 1;
            if found.is_asked(rule.threshold, rule.fewest) {
                asked.push(AuditQuestion { rule: rule.clone(), unit, found });
            }
        }
        // Where a column is in no export at all, no case of it is looked at either.
        lacks.extend(lacking.iter().filter(|(_, senders)| senders.is_empty()).map(|(column, _)| column.clone()));
        if unknown > 0 || told == 0 {
            let lacks = lacks.into_iter().collect();
            audit.not_asked.push(NotAsked { rule: rule.clone(), lacks, units: unknown, is_of_all: told == 0 });
        }
        let share = |one: &AuditQuestion| one.found.count as f64 / one.found.of as f64;
        asked.sort_by(|left, right| {
            share(right).total_cmp(&share(left)).then_with(|| left.unit.unit_code.cmp(&right.unit.unit_code))
        });
        audit.questions.extend(asked);
        Ok(())
    }

    fn reference(&self, code: &str) -> Option<UnitRef> {
        let unit = self.units().by_code(code)?;
        Some(UnitRef { unit_code: unit.code.clone(), unit_name: unit.name.clone(), kind: Some(unit.kind.clone()) })
    }
}

/// For each needed column who has ever sent it: everybody where the table knows no units and has any.
async fn lacking(session: &Session, rule: &AuditRule) -> Result<Vec<(String, Senders)>, EngineError> {
    let mut all = Vec::new();
    for (table, column) in &rule.needs {
        if !has_column(table, column) {
            return Err(EngineError::Definitions(named_faults(rule)));
        }
        let filled: BTreeMap<String, u64> = filled(session, table, column).await?;
        let sent: BTreeSet<String> = filled.into_iter().filter(|(_, count)| *count > 0).map(|(unit, _)| unit).collect();
        let senders = match unit_column(table) {
            Some(_) => Senders::Units(sent),
            None if sent.is_empty() => Senders::Units(sent),
            None => Senders::All,
        };
        all.push((format!("{table}.{column}"), senders));
    }
    Ok(all)
}

/// Who has sent a column.
enum Senders {
    All,
    Units(BTreeSet<String>),
}

impl Senders {
    fn contains(&self, unit: &str) -> bool {
        match self {
            Self::All => true,
            Self::Units(units) => units.contains(unit),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Units(units) if units.is_empty())
    }
}

/// The cases that a rule looks at, in the order of its SQL.
async fn cases(session: &Session, rule: &AuditRule, period: &Period) -> Result<Vec<Case>, EngineError> {
    let day = |day: chrono::NaiveDate| ScalarValue::Date32(Some(day.to_epoch_days()));
    let parameters = [("from", day(period.start)), ("to", day(period.end))];
    let refused =
        |message: String| EngineError::Definitions(vec![Fault { file: rule.file.clone(), key: "sql".into(), message }]);
    let frame = Gate::new(session).ask(&rule.sql, &parameters).await;
    let frame = frame.map_err(|error| refused(first_line(&error.to_string())))?;
    let names: Vec<String> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    if names != COLUMNS {
        return Err(refused(format!("its columns are {}; they must be {}", names.join(", "), COLUMNS.join(", "))));
    }
    let batches = frame.collect().await.map_err(|error| refused(first_line(&error.to_string())))?;
    let case = |row: cchc_store::Row<'_>| Case { unit: row.string(0), code: row.string(1), asked: row.flag(2) };
    Ok(Rows::of(&batches)?.iter().map(case).collect())
}

/// The columns of the answer of a rule's SQL.
const COLUMNS: [&str; 3] = ["unit_code", "code", "asked"];

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// Faults of a rule that need no data: columns that are not there.
pub(super) fn named_faults(rule: &AuditRule) -> Vec<Fault> {
    let unknown = rule.needs.iter().filter(|(table, column)| !has_column(table, column));
    let fault = |(table, column): &(String, String)| {
        let columns = stored_columns(table);
        let hint = did_you_mean(column, columns.iter().map(|known| known.name));
        let message = format!("there is no column '{table}.{column}'{hint}");
        Fault { file: rule.file.clone(), key: "needs".into(), message }
    };
    unknown.map(fault).collect()
}
