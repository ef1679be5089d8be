//! The questions of other rooms to a published version, each a function with a plain answer; they fail only where the
//! store cannot be read.

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub use super::finding_pages::{FindingPage, finding_pages};
use super::{Row, Session, StoreError};
use cchc_definitions::Aggregate;
use cchc_model::{FileAccount, Finding, Level, Period, Succession, Unit};

/// The figures that units have declared, by id: each a pair of numbers to divide, or a plain value.
pub async fn declared(session: &Session) -> Result<Vec<(String, Aggregate)>, StoreError> {
    let sql = "SELECT indicator, COUNT(numerator) + COUNT(denominator) AS pairs FROM declared \
               WHERE indicator IS NOT NULL GROUP BY indicator ORDER BY indicator";
    let rows = session.rows(sql).await?;
    let aggregate = |pairs: u64| if pairs > 0 { Aggregate::Quotient } else { Aggregate::Value };
    Ok(rows.iter().map(|row| (row.string(0), aggregate(row.count(1)))).collect())
}

/// The units, in order of code.
pub async fn units(session: &Session) -> Result<Vec<Unit>, StoreError> {
    let sql = "SELECT code, name, short_name, kind, parent_code, aliases, CAST(valid_from AS DATE), \
               CAST(valid_to AS DATE) FROM units ORDER BY code";
    let unit = |row: Row<'_>| Unit {
        code: row.string(0),
        name: row.string(1),
        short_name: row.string(2),
        kind: row.string(3),
        parent: row.filled(4).map(str::to_owned),
        aliases: row.string(5).split('|').filter(|alias| !alias.is_empty()).map(str::to_owned).collect(),
        valid_from: row.day(6),
        valid_to: row.day(7),
    };
    Ok(session.rows(sql).await?.iter().map(unit).collect())
}

/// Which unit became which, sorted.
pub async fn successions(session: &Session) -> Result<Vec<Succession>, StoreError> {
    let sql = "SELECT from_code, to_code, CAST(date AS DATE), is_default, split FROM successions";
    let succession = |row: Row<'_>| {
        Some(Succession {
            from: row.string(0),
            to: row.string(1),
            date: row.day(2)?,
            is_default: row.flag(3).unwrap_or_default(),
            split: row.flag(4).unwrap_or_default(),
        })
    };
    let mut list: Vec<Succession> = session.rows(sql).await?.iter().filter_map(succession).collect();
    list.sort();
    Ok(list)
}

/// A finding of an earlier import that nothing has cleared yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFinding {
    /// The import.
    pub import: i64,
    /// Its number in the import.
    pub number: i64,
    /// File as the user named it.
    pub file: String,
    /// Sheet of the file.
    pub sheet: String,
    /// Row of the sheet.
    pub row: u32,
    /// Rule id.
    pub rule: String,
    /// How grave.
    pub level: Level,
    /// Table that the row would have gone to.
    pub table: String,
    /// Code of a refused row.
    pub code: String,
    /// Cells of a refused row without a code, as a JSON object.
    pub cells: String,
    /// Sum of the file's content.
    pub sha256: String,
    /// Day on which the file was exported.
    pub exported_at: Option<NaiveDate>,
    /// Whether a row was refused.
    pub is_row: bool,
}

/// The findings of a page that nothing has cleared yet, in order of import and number.
pub async fn open_findings(session: &Session, page: &FindingPage) -> Result<Vec<OpenFinding>, StoreError> {
    let sql = format!(
        "SELECT f.file, f.sheet, f.rule, f.level, f.table_name, f.code, \
                      CASE WHEN f.rule = 'missing_code' THEN f.cells END AS cells, i.sha256, \
                      f.import, f.number, f.row, CAST(i.exported_at AS DATE) AS day, f.code IS NOT NULL AS is_row \
               FROM findings f \
               JOIN imports i ON i.import = f.import AND i.file = f.file \
               LEFT JOIN cleared c ON c.old_import = f.import AND c.number = f.number AND {cleared} \
               WHERE f.number IS NOT NULL AND c.number IS NULL AND (f.code IS NULL OR f.cells <> '') AND {found} \
               ORDER BY f.import, f.number",
        cleared = page.condition("c.old_import", "c.number"),
        found = page.condition("f.import", "f.number"),
    );
    let finding = |row: Row<'_>| OpenFinding {
        file: row.string(0),
        sheet: row.string(1),
        rule: row.string(2),
        level: level(row.text(3)),
        table: row.string(4),
        code: row.string(5),
        cells: row.string(6),
        sha256: row.string(7),
        import: row.integer(8).unwrap_or_default(),
        number: row.integer(9).unwrap_or_default(),
        row: row.count(10) as u32,
        exported_at: row.day(11),
        is_row: row.flag(12).unwrap_or_default(),
    };
    Ok(session.rows(&sql).await?.iter().map(finding).collect())
}

/// A finding as a version stores it, with its file and what cleared it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFinding {
    /// The import that made it.
    pub import: i64,
    /// Where, by which rule, how grave.
    pub finding: Finding,
    /// Non-personal cells of a refused row as a JSON object; empty for every other finding.
    pub cells: String,
    /// Code of a refused row, be it an empty one; none for every other finding.
    pub code: Option<String>,
    /// Code of the row's own unit.
    pub unit: String,
    /// Codes of the units for which the file reports, with commas between.
    pub file_units: String,
    /// Sum of the file's content.
    pub sha256: String,
    /// Source that fitted the file.
    pub source: String,
    /// Day on which the file was exported.
    pub exported_at: Option<NaiveDate>,
    /// The import that cleared it.
    pub cleared_by: Option<i64>,
    /// How it was cleared.
    pub how: String,
}

/// The findings of a page, in order of import, file, sheet, row and rule.
pub async fn findings(session: &Session, page: &FindingPage) -> Result<Vec<KeptFinding>, StoreError> {
    let sql = format!(
        "SELECT f.file, f.sheet, f.rule, f.level, f.column_name, f.value, f.hint, f.cells, f.code, f.unit, \
                      i.units, i.sha256, c.how, i.source, f.import, f.row, f.count, c.import AS cleared_by, \
                      CAST(i.exported_at AS DATE) AS day \
               FROM findings f \
               LEFT JOIN imports i ON i.import = f.import AND i.file = f.file \
               LEFT JOIN cleared c ON c.old_import = f.import AND c.number = f.number AND {cleared} \
               WHERE {found} ORDER BY f.import, f.file, f.sheet, f.row, f.rule, f.number",
        cleared = page.condition("c.old_import", "c.number"),
        found = page.condition("f.import", "f.number"),
    );
    let finding = |row: Row<'_>| KeptFinding {
        finding: Finding { rule: row.string(2).into(), ..Finding::new(level(row.text(3)), "", &row.string(0)) }
            .at(&row.string(1), row.count(15) as u32)
            .column(row.string(4))
            .value(row.string(5))
            .hint(row.string(6))
            .count(row.count(16)),
        cells: row.string(7),
        code: row.text(8).map(str::to_owned),
        unit: row.string(9),
        file_units: row.string(10),
        sha256: row.string(11),
        how: row.string(12),
        source: row.string(13),
        import: row.integer(14).unwrap_or_default(),
        cleared_by: row.integer(17),
        exported_at: row.day(18),
    };
    Ok(session.rows(&sql).await?.iter().map(finding).collect())
}

/// Sums of the contents of all files in which something was found.
///
/// # Errors
/// The store cannot be read.
pub async fn files_with_findings(session: &Session) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT DISTINCT i.sha256 FROM findings f JOIN imports i ON i.import = f.import AND i.file = f.file";
    Ok(session.rows(sql).await?.iter().map(|row| row.string(0)).collect())
}

/// How often a rule found something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTotal {
    /// Rule id.
    pub rule: String,
    /// How grave.
    pub level: Level,
    /// How often.
    pub count: u64,
}

/// All findings added up by rule, the gravest and the most frequent first.
pub async fn findings_by_rule(session: &Session) -> Result<Vec<RuleTotal>, StoreError> {
    let sql = "SELECT rule, level, CAST(SUM(count) AS BIGINT) AS total FROM findings GROUP BY rule, level \
               ORDER BY CASE level WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, total DESC, rule";
    let total = |row: Row<'_>| RuleTotal { rule: row.string(0), level: level(row.text(1)), count: row.count(2) };
    Ok(session.rows(sql).await?.iter().map(total).collect())
}

/// A name in a file that was no unit's, or several units', when the file was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnresolvedName {
    /// The name; empty where it may be a person's and is not kept.
    pub name: String,
    /// File that holds it.
    pub file: String,
    /// Rule id: whose name it was to be.
    pub rule: String,
    /// Rows with it.
    pub rows: i64,
}

/// Names of open findings of the newest import of each file.
pub async fn unresolved_names(session: &Session) -> Result<Vec<UnresolvedName>, StoreError> {
    let sql = "SELECT f.value, f.file, f.rule, CAST(SUM(f.count) AS BIGINT) FROM findings f \
               JOIN (SELECT file, MAX(import) AS import FROM imports GROUP BY file) newest \
               ON newest.file = f.file AND newest.import = f.import \
               LEFT JOIN cleared c ON c.old_import = f.import AND c.number = f.number \
               WHERE c.old_import IS NULL AND f.rule IN ('unknown_unit', 'unknown_receiving_unit', 'ambiguous_unit', \
               'ambiguous_receiving_unit') \
               GROUP BY f.value, f.file, f.rule ORDER BY f.value, f.file, f.rule";
    let name = |row: Row<'_>| UnresolvedName {
        name: row.string(0),
        file: row.string(1),
        rule: row.string(2),
        rows: row.integer(3).unwrap_or_default(),
    };
    Ok(session.rows(sql).await?.iter().map(name).collect())
}

/// Codes of units that dossiers name and the list of units lacks, with the number of their dossiers.
pub async fn units_without_entry(session: &Session) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT resolving_unit, COUNT(*) FROM dossiers WHERE resolving_unit NOT IN (SELECT code FROM units) \
               GROUP BY resolving_unit ORDER BY resolving_unit";
    let rows = session.rows(sql).await?;
    Ok(rows.iter().map(|row| (row.string(0), row.integer(1).unwrap_or_default())).collect())
}

/// The account of every imported file that was not purged, in order of import and file; the source by its id.
pub async fn imported_files(session: &Session) -> Result<Vec<FileAccount>, StoreError> {
    let sql = "SELECT file, source, CAST(CAST(exported_at AS DATE) AS VARCHAR), rows, loaded, updated, duplicate, \
               rejected FROM imports WHERE purged_by IS NULL ORDER BY import, file";
    let account = |row: Row<'_>| FileAccount {
        file: row.string(0),
        source: row.string(1),
        exported_at: row.text(2).map(str::to_owned),
        rows: row.count(3),
        loaded: row.count(4),
        updated: row.count(5),
        duplicate: row.count(6),
        rejected: row.count(7),
    };
    Ok(session.rows(sql).await?.iter().map(account).collect())
}

/// Number of dossiers.
pub async fn dossier_count(session: &Session) -> Result<u64, StoreError> {
    let rows = session.rows("SELECT CAST(COUNT(*) AS BIGINT) FROM dossiers").await?;
    Ok(rows.first().map_or(0, |row| row.count(0)))
}

/// First and last day on which dossiers were received.
pub async fn received_days(session: &Session) -> Result<Option<(NaiveDate, NaiveDate)>, StoreError> {
    let sql = "SELECT CAST(MIN(received_at) AS DATE), CAST(MAX(received_at) AS DATE) FROM dossiers";
    let rows = session.rows(sql).await?;
    Ok(rows.first().and_then(|row| Some((row.day(0)?, row.day(1)?))))
}

/// Years and months in which dossiers were received.
pub async fn received_months(session: &Session) -> Result<Vec<(i64, i64)>, StoreError> {
    let sql = "SELECT DISTINCT date_part('year', received_at), date_part('month', received_at) FROM dossiers \
               WHERE received_at IS NOT NULL";
    let rows = session.rows(sql).await?;
    Ok(rows.iter().filter_map(|row| Some((row.integer(0)?, row.integer(1)?))).collect())
}

/// Whether a dossier was received in a period.
pub async fn was_received_in(session: &Session, period: &Period) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT 1 FROM dossiers WHERE CAST(received_at AS DATE) BETWEEN DATE '{}' AND DATE '{}' LIMIT 1",
        period.start, period.end
    );
    Ok(!session.rows(&sql).await?.is_empty())
}

/// The newest export of each unit that sent any: its code and the day.
pub async fn newest_exports(session: &Session) -> Result<Vec<(String, Option<NaiveDate>)>, StoreError> {
    let rows = session.rows("SELECT unit, CAST(MAX(exported_at) AS DATE) FROM sent GROUP BY unit").await?;
    Ok(rows.iter().map(|row| (row.string(0), row.day(1))).collect())
}

/// Points that people gave for a criterion of a unit, as one row of a sheet says it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GivenPoints {
    /// Code of the unit.
    pub unit: String,
    /// Code of the criterion.
    pub criterion: String,
    /// Why.
    pub reason: Option<String>,
    /// File, sheet and row.
    pub place: String,
    /// File and sheet.
    pub sheet: String,
    /// Index and version that the sheet says it scores by.
    pub set: Option<String>,
    /// When it was exported, if that is known.
    pub day: Option<String>,
    /// Its period; none counts for every period.
    pub span: Option<String>,
    /// Whether its period is the one asked for.
    pub is_exact: bool,
    /// Whether the criterion applies to the unit, if the sheet says so.
    pub applies: Option<bool>,
    /// Most points that the sheet gives.
    pub max: Option<f64>,
    /// Self-scored, verified, surveyed.
    pub points: [Option<f64>; 3],
}

/// The points that people gave in sheets of a period, of one that ends in it or holds it, or without any; by unit and
/// criterion, those of the closest period first, of those the newest.
pub async fn given_points(session: &Session, period: &Period) -> Result<Vec<GivenPoints>, StoreError> {
    let sql = format!(
        "SELECT unit, criterion, reason, file, sheet, CAST(row AS VARCHAR) AS place, criteria_set, \
         CAST(exported_at AS VARCHAR) AS day, CAST(period_from AS VARCHAR) || ' ' || CAST(period_to AS VARCHAR) AS span, \
         CAST(applies AS INT) AS applies_to, max_points, self_points, verified_points, surveyed_points, \
         CASE WHEN period_to IS NULL THEN 3 \
         WHEN CAST(COALESCE(period_from, period_to) AS DATE) = DATE '{start}' AND CAST(period_to AS DATE) = DATE '{end}' THEN 0 \
         WHEN CAST(period_to AS DATE) BETWEEN DATE '{start}' AND DATE '{end}' THEN 1 ELSE 2 END AS distance\n\
         FROM criteria WHERE (criteria_set IS NOT NULL OR COALESCE(leaf, TRUE)) AND (period_to IS NULL\n\
         OR CAST(period_to AS DATE) BETWEEN DATE '{start}' AND DATE '{end}'\n\
         OR (CAST(period_from AS DATE) <= DATE '{start}' AND CAST(period_to AS DATE) >= DATE '{end}'))\n\
         ORDER BY unit, criterion, distance, period_to DESC, period_from DESC NULLS LAST, exported_at DESC NULLS LAST, \
         file, row",
        start = period.start,
        end = period.end
    );
    let given = |row: Row<'_>| GivenPoints {
        unit: row.string(0),
        criterion: row.string(1),
        reason: row.filled(2).map(str::to_owned),
        place: [3, 4, 5].map(|at| row.string(at)).join(" "),
        sheet: [3, 4].map(|at| row.string(at)).join(" "),
        set: row.filled(6).map(str::to_owned),
        day: row.text(7).map(str::to_owned),
        span: row.text(8).map(str::to_owned),
        applies: row.number(9).map(|applies| applies != 0.0),
        max: row.number(10),
        points: [row.number(11), row.number(12), row.number(13)],
        is_exact: row.number(14) == Some(0.0),
    };
    Ok(session.rows(&sql).await?.iter().map(given).collect())
}

fn level(word: Option<&str>) -> Level {
    match word {
        Some("error") => Level::Error,
        Some("warning") => Level::Warning,
        _ => Level::Info,
    }
}
