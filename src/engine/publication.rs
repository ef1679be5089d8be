//! Tells the tables of a question so that no small count follows from them, nor from those of the same publication.

use cchc_indicators::{AskedTable, By, Children, Measuring, Protection, PublishedCell, PublishedCounts};
use cchc_model::{Carry, Disclosure, Period, Policies, UnitsAsOf};
use cchc_store::{PublicationRecord, PublishedTable};
use chrono::NaiveDate;

use super::{Engine, EngineError, Question};

/// A publication that is opened by its name.
#[derive(Debug)]
pub(super) struct Publication {
    name: String,
    /// The version that held its record when the engine was opened, and the record.
    record: Option<(u64, PublicationRecord)>,
}

/// What is to be done with an answer.
pub(super) enum Turn {
    /// It only showed which tables are told; ask again.
    Again,
    /// Tell it.
    Tell(Option<PublishedCounts>),
}

impl Publication {
    pub fn open(workspace: &cchc_store::Workspace, name: &str) -> Result<Self, EngineError> {
        if name.trim().is_empty() {
            return Err(EngineError::Request("a publication needs a name".to_owned()));
        }
        Ok(Self { name: name.to_owned(), record: workspace.publication(name)? })
    }

    /// The version whose figures it tells, once something was published.
    pub fn data_version(&self) -> Option<u64> {
        self.record.as_ref().map(|(_, record)| record.data_version)
    }
}

impl Engine {
    /// Whether this engine tells nothing but what may be public.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.0.is_public
    }

    /// The name of the publication, if what is told belongs to one.
    #[must_use]
    pub fn publication(&self) -> Option<&str> {
        self.0.publication.as_ref().map(|publication| publication.name.as_str())
    }
}

impl Question<'_> {
    /// Begins to gather tables: with what the publication told before, if there is one.
    pub(super) fn protection(engine: &Engine) -> Result<(Protection, u64), EngineError> {
        let Some(publication) = &engine.0.publication else { return Ok((Protection::default(), 0)) };
        // Read again, since another question may have told more of it.
        let Some((version, record)) = engine.0.workspace.publication(&publication.name)? else {
            return Ok((Protection::default(), 0));
        };
        let cells = record.cells.iter().flat_map(|(line, slots)| {
            let cell = |(slot, shown): (&String, &bool)| PublishedCell {
                line: line.clone(),
                slot: slot.clone(),
                is_shown: *shown,
            };
            slots.iter().map(cell)
        });
        Ok((Protection::after(cells), version))
    }

    /// Called with each answer: where small counts are kept back, the first only shows which tables are told; what of
    /// them may be told is decided then, and recorded if they belong to a publication.
    ///
    /// # Errors
    /// What was published before cannot be kept together with these tables, or the record cannot be written.
    pub(super) async fn turn(&self, measuring: &Measuring<'_>) -> Result<Turn, EngineError> {
        let Some(protection) = measuring.protection else { return Ok(Turn::Tell(None)) };
        if let Some(told) = protection.told() {
            return Ok(Turn::Tell(Some(told)));
        }
        let Some(publication) = &self.opened.publication else {
            protection.decide(measuring).map_err(EngineError::Refused)?;
            return Ok(Turn::Again);
        };
        let asked = protection.gathered();
        let known = self.opened.workspace.publication(&publication.name)?.map(|(_, record)| record);
        if let Some(known) = &known {
            self.check_same(known, measuring.policies)?;
            for table in &known.tables {
                let carry = table.units_as_of.map(|day| Carry::new(&self.opened.successions, day));
                measure_again(&Measuring { carry: carry.as_ref(), ..*measuring }, table).await?;
            }
        }
        protection.decide(measuring).map_err(EngineError::Refused)?;
        self.record(&publication.name, known.as_ref(), &asked, measuring)?;
        Ok(Turn::Again)
    }

    /// Refuses what would make other figures of the same publication.
    fn check_same(&self, known: &PublicationRecord, policies: Policies) -> Result<(), EngineError> {
        let is_same = known.policies == policies
            && known.data_version == self.opened.version.number
            && known.units_as_of == fixed_day(policies);
        if is_same {
            return Ok(());
        }
        Err(EngineError::Request(format!(
            "publication '{}' was begun on version {} of the data with other policies or units; repeat them, or publish under another name",
            known.name, known.data_version
        )))
    }

    fn record(
        &self,
        name: &str,
        known: Option<&PublicationRecord>,
        asked: &[AskedTable],
        measuring: &Measuring<'_>,
    ) -> Result<(), EngineError> {
        let Some(protection) = measuring.protection else { return Ok(()) };
        let mut record = known.cloned().unwrap_or_else(|| PublicationRecord {
            name: name.to_owned(),
            data_version: self.opened.version.number,
            policies: measuring.policies,
            units_as_of: fixed_day(measuring.policies),
            ..PublicationRecord::default()
        });
        let day = measuring.carry.map(|carry| carry.date);
        for table in asked.iter().map(|asked| published(asked, day)) {
            if !record.tables.contains(&table) {
                record.tables.push(table);
            }
        }
        for cell in protection.cells() {
            record.cells.entry(cell.line).or_default().insert(cell.slot, cell.is_shown);
        }
        if known != Some(&record) {
            self.opened.workspace.record(&record, self.read)?;
        }
        Ok(())
    }
}

/// Measures a table of the publication again, so that its counts are known to the protection.
async fn measure_again(measuring: &Measuring<'_>, table: &PublishedTable) -> Result<(), EngineError> {
    let period = |text: &String| text.parse::<Period>().map_err(|error| EngineError::Refused(error.to_string()));
    let periods = table.periods.iter().map(period).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = periods.first() else { return Ok(()) };
    let indicators: Vec<_> = table
        .indicators
        .iter()
        .filter_map(|id| measuring.definitions.indicator(id, first))
        .filter(|indicator| indicator.derived.is_none())
        .collect();
    if indicators.len() != table.indicators.len() {
        let message = "definitions of the publication's indicators have changed; publish under another name";
        return Err(EngineError::Refused(message.to_owned()));
    }
    let children = if table.with_children { Children::Added } else { Children::Apart };
    let by = By::from_word(&table.by).unwrap_or_default();
    measuring.measure(&periods, &indicators, by, children).await?;
    Ok(())
}

/// The day of the units that all figures of a publication are for, if the policy names one.
const fn fixed_day(policies: Policies) -> Option<NaiveDate> {
    match policies.units_as_of {
        UnitsAsOf::Day(day) => Some(day),
        UnitsAsOf::PeriodEnd | UnitsAsOf::AsReceived => None,
    }
}

fn published(asked: &AskedTable, units_as_of: Option<NaiveDate>) -> PublishedTable {
    PublishedTable {
        units_as_of,
        periods: asked.periods.clone(),
        indicators: asked.indicators.clone(),
        by: asked.by.word().to_owned(),
        with_children: asked.children == Children::Added,
    }
}

/// Whether small counts are hidden, and not rounded.
pub(super) fn hides(policies: Policies) -> bool {
    policies.protects() && policies.disclosure == Disclosure::Suppress
}
