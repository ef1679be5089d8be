//! The findings of a version, and the units that each concerns.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::names::named;
use super::{Engine, EngineError};
use cchc_indicators::Children;
use cchc_model::{Finding, Level, UnitIndex, Where};
pub use cchc_store::questions::FindingPage;
use cchc_store::questions::{self, KeptFinding};

/// Which findings to list; a field that is not set leaves nothing out.
#[derive(Debug, Clone, Default)]
pub struct FindingsRequest {
    /// Only files whose name contains this.
    pub file: Option<String>,
    /// Only this unit, by code or name: rows that are its own, and those of no known unit in its files.
    pub unit: Option<String>,
    /// Whether the units below that unit come with it.
    pub children: Children,
    /// Only this import.
    pub import: Option<i64>,
    /// Only this rule.
    pub rule: Option<String>,
    /// Only this level.
    pub level: Option<Level>,
    /// What becomes of findings that later imports have cleared.
    pub cleared: ClearedFindings,
}

/// What becomes of findings that later imports have cleared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClearedFindings {
    /// They are left out.
    #[default]
    LeftOut,
    /// They are listed, too.
    Listed,
}

/// One finding with its file, units and state.
#[derive(Debug, Clone)]
pub struct StoredFinding {
    /// The import that made it.
    pub import: i64,
    /// Where, by which rule, how grave.
    pub finding: Finding,
    /// Non-personal cells of a refused row as a JSON object; empty for every other finding.
    pub cells: String,
    /// Whether a row was refused; its cells may have been purged since.
    pub is_row: bool,
    /// Code of a refused row.
    pub code: String,
    /// Source that fitted the file.
    pub source: String,
    /// Units that it concerns: the row's own, or those for which the file reports.
    pub units: Vec<String>,
    /// Name of its unit; empty where they are several or none.
    pub unit_name: String,
    /// Sum of the file's content.
    pub sha256: String,
    /// Day on which the file was exported.
    pub exported_at: Option<NaiveDate>,
    /// What cleared it, if anything did.
    pub cleared: Option<Cleared>,
}

/// What cleared a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    /// The import, where one did.
    pub by: Option<i64>,
    /// `loaded`, `refused_again`, `read_again`, `purged`.
    pub how: String,
}

/// Findings that are held at once where all are: in a workbook, or for rows to correct.
const MOST_AT_ONCE: usize = 100_000;

impl Engine {
    /// The requested findings of the version, in order of import, file, sheet, row and rule.
    ///
    /// # Errors
    /// The request names no unit or several, more are asked for than fit into one answer, or the store cannot be read.
    pub async fn findings(&self, request: &FindingsRequest) -> Result<Vec<StoredFinding>, EngineError> {
        self.findings_that(request, |_| true).await
    }

    /// Those of them that are wanted.
    pub(super) async fn findings_that(
        &self,
        request: &FindingsRequest,
        is_wanted: impl Fn(&StoredFinding) -> bool,
    ) -> Result<Vec<StoredFinding>, EngineError> {
        let pages = self.finding_pages(request).await?;
        let mut all = Vec::new();
        for page in &pages.pages {
            all.extend(self.findings_of(&pages, page).await?.into_iter().filter(&is_wanted));
            if all.len() > MOST_AT_ONCE {
                return Err(EngineError::Request(format!(
                    "there are more than {MOST_AT_ONCE} findings, too many for a workbook: most are likely to have one \
                     cause, such as a wrong list of units, and are gone when that is put right and the file is imported \
                     again; or choose some with --file, --unit, --rule or --level, or list all with --format csv"
                )));
            }
        }
        Ok(all)
    }

    /// The findings that are asked for, to be answered page by page.
    ///
    /// # Errors
    /// The request names no unit or several, or the store cannot be read.
    pub async fn finding_pages(&self, request: &FindingsRequest) -> Result<FindingPages, EngineError> {
        let units =
            request.unit.as_deref().map(|name| requested_units(self.units(), name, request.children)).transpose()?;
        let mut pages = questions::finding_pages(&self.question()?.session).await?;
        pages.retain(|page| request.import.is_none_or(|import| page.may_hold(import)));
        // Names of files are kept masked, whoever looks for them may know them in full.
        let file = request.file.as_ref().map(|part| self.mask().text(part, Where::Name).into_owned());
        Ok(FindingPages { request: FindingsRequest { file, ..request.clone() }, units, pages })
    }

    /// Those of one page, in the same order.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn findings_of(
        &self,
        pages: &FindingPages,
        page: &FindingPage,
    ) -> Result<Vec<StoredFinding>, EngineError> {
        let FindingPages { request, units, .. } = pages;
        let kept = questions::findings(&self.question()?.session, page).await?;
        let mut found: Vec<StoredFinding> = kept.into_iter().map(|one| stored(one, self.units())).collect();
        found.retain(|stored| {
            let finding = &stored.finding;
            (request.cleared == ClearedFindings::Listed || stored.cleared.is_none())
                && request.file.as_ref().is_none_or(|part| finding.file.contains(part))
                && request.rule.as_ref().is_none_or(|rule| finding.rule == *rule)
                && request.level.is_none_or(|level| finding.level == level)
                && request.import.is_none_or(|import| stored.import == import)
                && units.as_ref().is_none_or(|units| stored.units.iter().any(|unit| units.contains(unit)))
        });
        Ok(found)
    }
}

/// The findings of a request, page by page.
#[derive(Debug)]
pub struct FindingPages {
    /// The pages in their order.
    pub pages: Vec<FindingPage>,
    request: FindingsRequest,
    units: Option<BTreeSet<String>>,
}

fn stored(kept: KeptFinding, known: &UnitIndex) -> StoredFinding {
    // Only refused rows have a code, be it an empty one; findings of older programs have cells.
    let (has_code, has_cells) = (kept.code.is_some(), !kept.cells.is_empty());
    let cleared = match kept.cleared_by {
        Some(import) => Some(Cleared { by: Some(import), how: kept.how }),
        None => (has_code && !has_cells).then(|| Cleared { by: None, how: "purged".to_owned() }),
    };
    let units = if kept.unit.is_empty() { kept.file_units } else { kept.unit };
    let units: Vec<String> = units.split(',').filter(|unit| !unit.is_empty()).map(str::to_owned).collect();
    let unit_name = match units.as_slice() {
        [one] => known.by_code(one).map_or_else(|| one.clone(), |unit| unit.name.clone()),
        _ => String::new(),
    };
    StoredFinding {
        import: kept.import,
        finding: kept.finding,
        cells: kept.cells,
        is_row: has_code || has_cells,
        code: kept.code.unwrap_or_default(),
        source: kept.source,
        units,
        unit_name,
        sha256: kept.sha256,
        exported_at: kept.exported_at,
        cleared,
    }
}

/// The unit that a request names, by code or name, and with its children all units below it.
fn requested_units(units: &UnitIndex, name: &str, children: Children) -> Result<BTreeSet<String>, EngineError> {
    let unit = named(units, name)?;
    let mut codes = BTreeSet::from([unit.code.clone()]);
    if children == Children::Added {
        let below = units.units().iter().filter(|one| units.ancestors(&one.code).any(|above| above.code == unit.code));
        codes.extend(below.map(|one| one.code.clone()));
    }
    Ok(codes)
}
