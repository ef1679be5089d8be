//! Measures units: all indicators of a table compiled into one SQL pass; the only place that writes the SQL of figures.

mod carry;
mod compile;
mod derive;
mod due;
mod facts;
mod figure_facts;
mod figures;
mod formula;
mod lists;
mod protection;
mod stated;
mod trace;
mod within;
mod worktime;

use std::collections::BTreeSet;

use cchc_definitions::{Definitions, Indicator};
use cchc_model::{
    Carry, Disclosure, Form06Row, IndicatorRow, Measure, Period, Policies, Status, Unit, UnitIndex, UnitRef,
};
use cchc_store::{Answer, Session, StoreError};

pub use facts::{FACT_TABLES, fact_columns};
pub use formula::formula;
pub use lists::{late_dossiers, not_sent};
pub use protection::{AskedTable, Protection, PublishedCell, PublishedCounts};
use stated::StatedWholes;
pub use stated::{Stated, StatedConflict, StatedFigures, StatedGap, Statement};
pub use trace::{KeptFrom, Trace, TracedRow, trace};
pub use within::{WithinUnit, within_units};

/// What the figures are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// Units, with sums per kind and over all.
    #[default]
    Unit,
    /// Fields (lĩnh vực).
    Field,
    /// Procedures.
    Procedure,
    /// Channels.
    Channel,
    /// Service levels.
    Level,
    /// Units in each month of the period.
    Month,
}

impl By {
    /// Whether a row is a unit's or a sum over units, and not a group of dossiers.
    #[must_use]
    pub const fn is_by_unit(self) -> bool {
        matches!(self, Self::Unit | Self::Month)
    }

    /// The word that names it where tables are recorded.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Field => "field",
            Self::Procedure => "procedure",
            Self::Channel => "channel",
            Self::Level => "level",
            Self::Month => "month",
        }
    }

    /// What a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Unit, Self::Field, Self::Procedure, Self::Channel, Self::Level, Self::Month];
        all.into_iter().find(|by| by.word() == word)
    }

    /// The periods to measure.
    #[must_use]
    pub fn periods(self, period: &Period) -> Vec<Period> {
        if self == Self::Month { period.months() } else { vec![period.clone()] }
    }
}

/// Whether a unit's row holds what its children resolve, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Children {
    /// Only what the unit itself resolves.
    #[default]
    Apart,
    /// With all units below it.
    Added,
}

/// Everything that measuring needs.
#[derive(Debug, Clone, Copy)]
pub struct Measuring<'a> {
    /// One published version.
    pub session: &'a Session,
    /// Indicators and calendar.
    pub definitions: &'a Definitions,
    /// The units of that version.
    pub units: &'a UnitIndex,
    /// The named choices.
    pub policies: Policies,
    /// Set where figures count for the units of another day.
    pub carry: Option<&'a Carry>,
    /// The tables that are told together, where small counts are not told; without it each table is told alone.
    pub protection: Option<&'a Protection>,
}

/// One figure with the group it is of, where it is not by unit.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedRow {
    /// Field, procedure, channel or level; `None` by unit.
    pub group: Option<String>,
    /// The figure.
    pub row: IndicatorRow,
}

impl Measuring<'_> {
    /// Measures `indicators` in all `periods`, in one pass per fact table.
    ///
    /// Rows come by period, then unit code, then `*KIND` and `*`, then indicator in the order of `indicators`.
    ///
    /// # Errors
    /// The store cannot be read, or a definition's SQL does not plan.
    #[must_use]
    pub fn measure<'a>(
        &'a self,
        periods: &'a [Period],
        indicators: &'a [&'a Indicator],
        by: By,
        children: Children,
    ) -> Answer<'a, Vec<GroupedRow>> {
        Box::pin(
            async move { derive::measure(self, periods, indicators, by, children).await.map(|measured| measured.rows) },
        )
    }

    /// Measures `indicators` in a period and, for the same rows, in an earlier one. An earlier period without any rows has
    /// no figure, nor has an indicator that counts a catalogue, of which only today's state is known.
    ///
    /// # Errors
    /// As [`Measuring::measure`].
    #[must_use]
    pub fn compare<'a>(
        &'a self,
        (period, earlier): (&'a Period, &'a Period),
        indicators: &'a [&'a Indicator],
        by: By,
        children: Children,
    ) -> Answer<'a, Vec<(GroupedRow, Option<Measure>)>> {
        Box::pin(derive::compare(self, (period, earlier), indicators, by, children))
    }

    /// The SQL of each pass that [`Measuring::measure`] would run, then that of figures made of others.
    #[must_use]
    pub fn sql(&self, indicators: &[&Indicator], periods: &[Period], by: By) -> Vec<String> {
        let mut counted: Vec<&Indicator> = Vec::new();
        let behind = |period| indicators.iter().flat_map(move |one| derive::counted(self.definitions, one, period));
        for one in periods.iter().flat_map(behind) {
            if !counted.iter().any(|known| std::ptr::eq(*known, one)) {
                counted.push(one);
            }
        }
        let passes = compile::passes(self, periods, &counted, by).into_iter().map(|pass| pass.sql);
        passes.chain(derive::statements(self.definitions, indicators, periods, by)).collect()
    }

    /// Form 06, with its identities checked.
    ///
    /// # Errors
    /// The store cannot be read, or the definitions do not fill all counted columns.
    pub async fn form06(&self, period: &Period, by: By, children: Children) -> Result<Vec<Form06Row>, StoreError> {
        let columns: Vec<&Indicator> =
            self.definitions.indicators_in(period).filter(|one| one.form06.is_some()).collect();
        let alone = Protection::default();
        let mut told = *self;
        if self.policies.disclosure == Disclosure::Round5 {
            // Rounded below, sums too: those of rounded counts would be further from the truth.
            told.policies = Policies { suppress_below: 0, disclosure: Disclosure::Suppress, ..self.policies };
        } else if self.policies.protects() && self.protection.is_none() {
            told.protection = Some(&alone);
            told.measure(std::slice::from_ref(period), &columns, by, children).await?;
            alone.decide_alone(&told);
        }
        let rows = told.measure(std::slice::from_ref(period), &columns, by, children).await?;
        let stated = if by.is_by_unit() { self.stated(std::slice::from_ref(period)).await? } else { Stated::default() };
        let wholes = StatedWholes::of(self, &stated, (by, children));
        Ok(rows
            .chunk_by(|left, right| left.row.unit == right.row.unit && left.group == right.group)
            .map(|cells| told.form06_row(cells, &columns, (period, by, children)))
            .map(|row| wholes.put_into(row))
            .map(|row| if self.policies.disclosure == Disclosure::Round5 { rounded(row) } else { row })
            .collect())
    }

    /// What ready-made counts say of units without dossiers in these periods.
    ///
    /// # Errors
    /// The store cannot be read.
    #[must_use]
    pub fn stated<'a>(&'a self, periods: &'a [Period]) -> Answer<'a, Stated> {
        Box::pin(Stated::of(self, periods))
    }

    /// Whose figures rest on ready-made counts in these periods, sums too: period and code.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn counted_from_statements(
        &self,
        periods: &[Period],
        by: By,
        children: Children,
    ) -> Result<BTreeSet<(String, String)>, StoreError> {
        if !by.is_by_unit() {
            return Ok(BTreeSet::new());
        }
        let stated = self.stated(periods).await?;
        let receivers = stated.of.keys().flat_map(|(period, unit)| {
            figures::receivers(self, Some(unit), None, by, children).into_iter().map(|code| (period.clone(), code))
        });
        Ok(receivers.collect())
    }

    fn form06_row(
        &self,
        cells: &[GroupedRow],
        columns: &[&Indicator],
        (period, by, children): (&Period, By, Children),
    ) -> Form06Row {
        let count = |column: u8| {
            let at = columns.iter().position(|one| one.form06 == Some(column));
            let measure = at.map(|at| cells[at].row.measure);
            if measure.is_some_and(|measure| measure.status == Status::Suppressed) {
                return None;
            }
            Some(measure.and_then(|measure| measure.value).unwrap_or(0.0) as i64)
        };
        let sum = |column: u8, parts: &[u8]| match self.protection.filter(|_| self.policies.protects()) {
            Some(protection) if protection.is_decided() => protection.total(&cells[0], (by, children), period, column),
            _ => Some(parts.iter().filter_map(|part| count(*part)).sum()),
        };
        let [c4, c5, c6, c8, c9, c10, c12, c13] = [4, 5, 6, 8, 9, 10, 12, 13].map(count);
        let (c3, c7, c11) = (sum(3, &[4, 5, 6]), sum(7, &[8, 9, 10]), sum(11, &[12, 13]));
        Form06Row {
            unit: cells[0].row.unit.clone(),
            field: cells[0].group.clone(),
            estimate: cells.iter().any(|cell| cell.row.measure.estimate),
            stated: false,
            counts: [c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13],
        }
    }

    /// The indicators of those ids; all that are not columns of form 06 without any.
    pub fn chosen<'a>(&'a self, ids: &[String], period: &'a Period) -> Result<Vec<&'a Indicator>, String> {
        if ids.is_empty() {
            return Ok(self.definitions.indicators_in(period).filter(|one| one.form06.is_none()).collect());
        }
        ids.iter()
            .map(|id| {
                self.definitions.indicator(id, period).ok_or_else(|| {
                    let known = self.definitions.all_indicators().map(|one| one.id.as_str());
                    format!("no indicator '{id}'{}", cchc_definitions::did_you_mean(id, known))
                })
            })
            .collect()
    }

    /// Whether a unit existed on the day whose units figures are for; without such a day, in the period.
    fn exists(&self, unit: &Unit, period: &Period) -> bool {
        match self.carry {
            Some(carry) => carry.exists(unit),
            None => unit.exists_within(period.start, period.end),
        }
    }

    /// Whether a unit is in force on the day whose units figures are for: others have no rank.
    #[must_use]
    pub fn is_in_force(&self, code: &str) -> bool {
        self.carry.zip(self.units.by_code(code)).is_none_or(|(carry, unit)| carry.exists(unit))
    }

    /// Whether a unit existed in the period and ended in it without a successor: nobody has its dossiers, so it has a row.
    fn stays_in(&self, unit: &Unit, period: &Period) -> bool {
        unit.exists_within(period.start, period.end)
            && unit.valid_to.is_some_and(|last| last < period.end)
            && self.carry.is_some_and(|carry| carry.date == period.end && carry.is_left_behind(unit))
    }

    /// Who has a row of its own in a period: every unit that existed in it, except the root of the tree.
    #[must_use]
    pub fn units_in(&self, period: &Period) -> Vec<UnitRef> {
        let is_root = |code: &str| self.units.units().iter().any(|unit| unit.parent.as_deref() == Some(code));
        self.units
            .units()
            .iter()
            .filter(|unit| self.exists(unit, period) && !(unit.parent.is_none() && is_root(&unit.code)))
            .map(reference)
            .collect()
    }

    /// Those of them that an index or form for these kinds is about; all where no kind is named.
    #[must_use]
    pub fn units_of_kinds(&self, kinds: &[String], period: &Period) -> Vec<UnitRef> {
        let mut units = self.units_in(period);
        units.retain(|unit| kinds.is_empty() || unit.kind.as_ref().is_some_and(|kind| kinds.contains(kind)));
        units
    }
}

fn reference(unit: &Unit) -> UnitRef {
    UnitRef { unit_code: unit.code.clone(), unit_name: unit.name.clone(), kind: Some(unit.kind.clone()) }
}

fn rounded(row: Form06Row) -> Form06Row {
    let counts = row.counts.map(|count| count.map(|count| cchc_disclosure::rounded(count, protection::BASE)));
    Form06Row { counts, ..row }
}

/// The first row in which received is not resolved + pending (c3 = c7 + c11), if any.
#[must_use]
pub fn broken_identity(rows: &[Form06Row]) -> Option<&Form06Row> {
    // What others have counted may not add up, and was told when it was read.
    rows.iter().filter(|row| !row.stated).find(|row| {
        let sums = row.counts[0].zip(row.counts[4]).zip(row.counts[8]);
        sums.is_some_and(|((received, resolved), pending)| received != resolved + pending)
    })
}
