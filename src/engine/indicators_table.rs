//! The table `indicators` of a question in SQL: what the question filters for decides what is measured.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

use super::{Engine, EngineError, Turn};
use cchc_definitions::Indicator;
use cchc_indicators::{By, Children, GroupedRow};
use cchc_model::{Carry, Period, Unit, UnitsAsOf};
use cchc_store::{StoreError, questions};

/// The columns by which a filter decides what is measured; by all others rows are only left out afterwards.
const DECIDING: [&str; 2] = ["period", "indicator"];

/// The periods and the places of the indicators that were measured.
type Choice = (Vec<String>, Vec<usize>);

/// Figures of all units, measured when they are read.
pub(super) struct IndicatorsTable {
    engine: Engine,
    /// The only period; without one every month, quarter and year in which dossiers were received, and those named.
    period: Option<Period>,
    schema: SchemaRef,
    /// A question that reads the table twice measures once.
    measured: Mutex<Vec<(Choice, RecordBatch)>>,
}

impl std::fmt::Debug for IndicatorsTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndicatorsTable").field("period", &self.period).finish_non_exhaustive()
    }
}

impl IndicatorsTable {
    pub fn new(engine: &Engine, period: Option<Period>) -> std::result::Result<Self, EngineError> {
        let schema = batch(engine, &[]).map_err(StoreError::from)?.schema();
        Ok(Self { engine: engine.clone(), period, schema, measured: Mutex::default() })
    }

    /// Figures of these periods and indicators.
    async fn figures(&self, periods: &[Period], places: Vec<usize>) -> Result<RecordBatch> {
        let choice = (periods.iter().map(ToString::to_string).collect(), places);
        let known = {
            let measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
            measured.iter().find(|(known, _)| *known == choice).map(|(_, batch)| batch.clone())
        };
        if let Some(batch) = known {
            return Ok(batch);
        }
        let all = &self.engine.definitions().indicators;
        let indicators: Vec<&Indicator> = choice.1.iter().map(|at| &all[*at]).collect();
        let rows = if periods.is_empty() || indicators.is_empty() {
            Vec::new()
        } else {
            let mut rows = Vec::new();
            for alike in self.alike(periods) {
                rows.extend(self.measured(&alike, &indicators).await?);
            }
            rows
        };
        let batch = batch(&self.engine, &rows)?;
        self.measured.lock().unwrap_or_else(PoisonError::into_inner).push((choice, batch.clone()));
        Ok(batch)
    }

    /// Periods in groups that are for the same units, each group in one pass: a period counts for the units of its own last day.
    ///
    /// Where small counts are hidden all figures are for the units of the last day of all: they are told together.
    fn alike(&self, periods: &[Period]) -> Vec<Vec<Period>> {
        let policies = self.engine.config().policies;
        let mut groups: Vec<(Vec<bool>, Vec<Period>)> = Vec::new();
        for period in periods {
            let carry = self.engine.carry(period).filter(|_| !policies.protects());
            let units = carry.map_or_else(Vec::new, |carry| {
                self.engine.units().units().iter().map(|unit| carry.exists(unit)).collect()
            });
            match groups.iter_mut().find(|(known, _)| *known == units) {
                Some((_, group)) => group.push(period.clone()),
                None => groups.push((units, vec![period.clone()])),
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    async fn measured(&self, periods: &[Period], indicators: &[&Indicator]) -> Result<Vec<GroupedRow>> {
        let policies = self.engine.config().policies;
        let Some(last) = periods.iter().max_by_key(|period| period.end) else { return Ok(Vec::new()) };
        let question = self.engine.question_about(last, policies).map_err(external)?;
        let measuring = question.measuring(policies);
        loop {
            let rows = measuring.measure(periods, indicators, By::Unit, Children::Apart).await.map_err(external)?;
            if let Turn::Tell(_) = question.turn(&measuring).await.map_err(external)? {
                return Ok(rows);
            }
        }
    }

    /// The periods that the table has: all of the version, and those that a filter names.
    async fn periods(&self, filters: &[Expr]) -> Result<Vec<Period>> {
        if let Some(period) = &self.period {
            return Ok(vec![period.clone()]);
        }
        let question = self.engine.question().map_err(external)?;
        let months = questions::received_months(&question.session).await.map_err(external)?;
        let mut names: BTreeSet<String> = months
            .into_iter()
            .flat_map(|(year, month)| {
                [format!("{year}"), format!("{year}-Q{}", (month + 2) / 3), format!("{year}-{month:02}")]
            })
            .collect();
        names.extend(filters.iter().filter(|filter| is_only_of(filter, "period")).flat_map(named));
        let period = |name: &String| name.parse::<Period>().ok().filter(|period| period.to_string() == *name);
        Ok(names.iter().filter_map(period).collect())
    }
}

#[async_trait]
impl TableProvider for IndicatorsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| {
            // Inexact: the query engine applies the filter again to the measured rows.
            let decides = DECIDING.iter().any(|column| is_only_of(filter, column));
            if decides { TableProviderFilterPushDown::Inexact } else { TableProviderFilterPushDown::Unsupported }
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let periods = self.periods(filters).await?;
        let names: Vec<String> = periods.iter().map(ToString::to_string).collect();
        // Where small counts are hidden all is measured at once: figures of two scans are told together, too.
        let filters = if self.engine.config().policies.protects() { &[] } else { filters };
        let wanted = passing(state, filters, "period", &names)?;
        let periods: Vec<Period> = wanted.into_iter().map(|at| periods[at].clone()).collect();
        let ids: Vec<String> = self.engine.definitions().indicators.iter().map(|one| one.id.clone()).collect();
        let indicators = passing(state, filters, "indicator", &ids)?;
        let figures = self.figures(&periods, indicators).await?;
        Ok(MemorySourceConfig::try_new_exec(&[vec![figures]], self.schema(), projection.cloned())?)
    }
}

/// Whether a filter reads this column and no other.
fn is_only_of(filter: &Expr, column: &str) -> bool {
    let read = filter.column_refs();
    !filter.is_volatile() && !read.is_empty() && read.iter().all(|one| one.name == column)
}

/// Places of the values that pass all filters over this column alone.
fn passing(state: &dyn Session, filters: &[Expr], column: &str, values: &[String]) -> Result<Vec<usize>> {
    let schema = Arc::new(Schema::new(vec![Field::new(column, DataType::Utf8, true)]));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(values));
    let candidates = RecordBatch::try_new(Arc::clone(&schema), vec![texts])?;
    let named = DFSchema::try_from(schema)?;
    let mut wanted = vec![true; values.len()];
    for filter in filters.iter().filter(|filter| is_only_of(filter, column)) {
        let passes = state.create_physical_expr(filter.clone(), &named)?.evaluate(&candidates)?;
        let passes = passes.into_array(values.len())?;
        let passes = passes.as_boolean();
        for (at, wanted) in wanted.iter_mut().enumerate() {
            *wanted &= passes.is_valid(at) && passes.value(at);
        }
    }
    Ok(wanted.into_iter().enumerate().filter_map(|(at, wanted)| wanted.then_some(at)).collect())
}

/// The texts that a filter compares with by `=` or `IN`.
fn named(filter: &Expr) -> Vec<String> {
    let mut found = Vec::new();
    let text = |expression: &Expr| match expression {
        Expr::Literal(ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)), _) => Some(text.clone()),
        _ => None,
    };
    let walked = filter.apply(|expression| {
        match expression {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
                found.extend([left, right].into_iter().filter_map(|side| text(side)));
            }
            Expr::InList(list) if !list.negated => found.extend(list.list.iter().filter_map(text)),
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    });
    debug_assert!(walked.is_ok(), "the walk itself cannot fail");
    found
}

/// Figures as the columns that a question sees.
fn batch(engine: &Engine, rows: &[GroupedRow]) -> Result<RecordBatch> {
    let rows = || rows.iter().map(|one| &one.row);
    let text = |values: StringArray| Arc::new(values) as ArrayRef;
    let number = |values: Float64Array| Arc::new(values) as ArrayRef;
    let flag = |values: BooleanArray| Arc::new(values) as ArrayRef;
    let mut columns = vec![
        ("unit_code", text(rows().map(|row| Some(row.unit.unit_code.as_str())).collect())),
        ("unit_name", text(rows().map(|row| Some(row.unit.unit_name.as_str())).collect())),
        ("kind", text(rows().map(|row| row.unit.kind.as_deref()).collect())),
        ("period", text(rows().map(|row| Some(row.period.as_str())).collect())),
        ("indicator", text(rows().map(|row| Some(row.indicator.as_str())).collect())),
        ("numerator", number(rows().map(|row| row.measure.numerator).collect())),
        ("denominator", number(rows().map(|row| row.measure.denominator).collect())),
        ("value", number(rows().map(|row| row.measure.value).collect())),
        ("status", text(rows().map(|row| Some(row.measure.status.word())).collect())),
    ];
    if may_carry(engine) {
        columns.push(("estimate", flag(rows().map(|row| Some(row.measure.estimate)).collect())));
        let mut carries: BTreeMap<&str, Option<Carry>> = BTreeMap::new();
        for row in rows() {
            let carry = || engine.carry(&row.period.parse::<Period>().ok()?);
            carries.entry(row.period.as_str()).or_insert_with(carry);
        }
        let is_not_carried = rows().map(|row| {
            let carry = carries.get(row.period.as_str()).and_then(Option::as_ref);
            let unit = engine.units().by_code(&row.unit.unit_code);
            Some(carry.zip(unit).is_some_and(|(carry, unit)| !carry.exists(unit)))
        });
        columns.push(("not_carried", flag(is_not_carried.collect())));
    }
    let columns = columns.into_iter().map(|(name, values)| (name, values, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// Whether figures of any period may count for other units than the dossiers name.
fn may_carry(engine: &Engine) -> bool {
    let is_bounded = |unit: &Unit| unit.valid_from.is_some() || unit.valid_to.is_some();
    match engine.config().policies.units_as_of {
        UnitsAsOf::Day(_) => true,
        UnitsAsOf::AsReceived => false,
        UnitsAsOf::PeriodEnd => !engine.successions().is_empty() || engine.units().units().iter().any(is_bounded),
    }
}

fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
