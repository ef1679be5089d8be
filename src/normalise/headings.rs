//! Finds the heading rows of a sheet and which column feeds what, by scoring against all sources.

use std::collections::HashMap;

use crate::correction::FoldedHeadings;
use crate::given;
use crate::text::{clean, without_diacritics};
use crate::wide::{Heading, LayoutMatch, LayoutNames};
use cchc_definitions::{MOST_HEADING_ROWS, ReadingWords, SourceDef, nearest};
use cchc_model::fold_name;

/// Most rows that headings take, unless a source has more.
const USUAL_HEADING_ROWS: usize = 3;

/// The weight of a heading that fits only without its diacritics; one that fits as it is has 1.
const WITHOUT_DIACRITICS: f64 = 0.9;

/// The rows of the headings, and what they map to.
#[derive(Debug, Clone)]
pub struct HeadingMatch {
    /// Position of the source among those offered.
    pub source: usize,
    /// Index of the first heading row among the rows offered.
    pub first_row: usize,
    /// Index of the last heading row among the rows offered.
    pub last_row: usize,
    /// What each column is.
    pub mapping: Mapping,
    /// How surely the sheet is one of this source, 0–1: the mean over the columns that its headings name (a numbering
    /// column aside), where a heading that the source lists counts 1, one that fits only without its diacritics 0.9,
    /// and one that the source does not know, or that claims what another column feeds, 0. All required columns are
    /// fed, or there would be no match.
    pub confidence: f64,
}

/// The columns of a sheet.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// For each column of the source the column of the sheet that feeds it.
    pub columns: Vec<Option<usize>>,
    /// The text of each heading as the sheet has it, bottom row.
    pub headings: Vec<String>,
    /// How many headings fit with their diacritics.
    pub exact: usize,
    /// How many columns have a heading, a numbering column aside.
    pub named: usize,
    /// Columns of the sheet that hold personal values.
    pub personal: Vec<usize>,
    /// Headings that feed nothing and are not personal.
    pub extra: Vec<String>,
    /// Columns whose heading means what another column feeds under a heading that is more certain.
    pub duplicates: Vec<Duplicate>,
    /// Two columns with one heading: either could be meant.
    pub clashes: Vec<Duplicate>,
    /// What the source's layout makes of the other columns.
    pub layout: LayoutMatch,
}

/// A column that is not read because another one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Its heading.
    pub heading: String,
    /// Its place in the sheet.
    pub column: usize,
    /// The place of the column that is read, if one column is.
    pub read: Option<usize>,
}

impl Duplicate {
    fn of(names: &HeadingNames, column: usize, read: Option<usize>) -> Self {
        Self { heading: names.bottom[column].clone(), column, read }
    }
}

impl Mapping {
    /// See [`HeadingMatch::confidence`].
    fn confidence(&self) -> f64 {
        let understood = self.columns.iter().flatten().count() + self.personal.len() + self.layout.used.len();
        let exact = self.exact.saturating_sub(self.duplicates.len() + self.clashes.len()).min(understood);
        (exact as f64 + WITHOUT_DIACRITICS * (understood - exact) as f64) / self.named.max(1) as f64
    }
}

/// A sheet that almost fits a source.
#[derive(Debug, Clone)]
pub struct NearMiss {
    /// Position of the source among those offered.
    pub source: usize,
    /// The required column that no heading feeds, and its usual heading.
    pub missing: Vec<(String, String)>,
    /// The heading of the sheet most like the first missing one.
    pub nearest: Option<String>,
    /// Index of the heading row among the rows offered.
    pub row: usize,
}

/// The headings of all sources, folded once for as many sheets as there are.
pub struct KnownHeadings<'a> {
    sources: &'a [SourceDef],
    synonyms: Vec<Synonyms<'a>>,
    words: &'a ReadingWords,
    corrected: FoldedHeadings,
}

impl<'a> KnownHeadings<'a> {
    /// Folds the headings of these sources.
    #[must_use]
    pub fn of(sources: &'a [SourceDef], words: &'a ReadingWords) -> Self {
        let synonyms = sources.iter().map(Synonyms::of).collect();
        Self { sources, synonyms, words, corrected: FoldedHeadings::of(&words.corrected) }
    }

    /// Finds the best fitting source; `rows` are the first rows of a sheet as text, `sheet` is its name.
    ///
    /// # Errors
    /// No source fits; the nearest miss, if any source shares at least three headings.
    pub fn find(&self, rows: &[Vec<String>], sheet: &str) -> Result<HeadingMatch, Option<NearMiss>> {
        let sources = self.sources;
        let synonyms: Vec<Option<&Synonyms<'_>>> = sources
            .iter()
            .zip(&self.synonyms)
            .map(|(source, synonyms)| given::takes_sheet(source, sheet).then_some(synonyms))
            .collect();
        let deepest = sources
            .iter()
            .filter_map(|source| source.layout.heading_rows)
            .max()
            .unwrap_or(USUAL_HEADING_ROWS)
            .max(USUAL_HEADING_ROWS);
        let mut best: Option<((usize, usize), HeadingMatch)> = None;
        let mut miss: Option<((usize, usize), NearMiss)> = None;
        for first in 0..rows.len() {
            for depth in 1..=deepest.min(MOST_HEADING_ROWS).min(rows.len() - first) {
                let stack = &rows[first..first + depth];
                if stack.last().is_some_and(|row| row.iter().filter(|cell| !cell.is_empty()).count() < 2) {
                    continue;
                }
                let names = HeadingNames::of(stack);
                for (at, source) in sources.iter().enumerate() {
                    let Some(synonyms) = synonyms[at].filter(|_| has_depth(source, depth)) else { continue };
                    let mapping = synonyms.map(&names, self);
                    let matched = mapping.columns.iter().flatten().count() + mapping.layout.named;
                    // Among sources that understand as many columns, the one that spells them as the sheet does.
                    let score = (matched, mapping.exact);
                    // A row of data is no heading row: what it lacks need not be looked for above it.
                    if matched == 0 {
                        continue;
                    }
                    let missing = missing(source, &mapping, &rows[..first], sheet, self.words);
                    if missing.is_empty() {
                        let last_row = first + depth - 1;
                        // The same rows without the title above them, which is no part of a heading.
                        let closer = |(other, found): &((usize, usize), HeadingMatch)| {
                            score == *other && found.source == at && found.last_row == last_row
                        };
                        if best.as_ref().is_none_or(|best| score > best.0 || closer(best)) {
                            let confidence = mapping.confidence();
                            best = Some((
                                score,
                                HeadingMatch { source: at, first_row: first, last_row, mapping, confidence },
                            ));
                        }
                    } else if matched >= 3 && miss.as_ref().is_none_or(|(other, _)| score > *other) {
                        let near = missing
                            .first()
                            .and_then(|(_, usual)| nearest(usual, mapping.extra.iter().map(String::as_str)))
                            .map(str::to_owned);
                        miss = Some((score, NearMiss { source: at, missing, nearest: near, row: first + depth - 1 }));
                    }
                }
            }
        }
        best.map(|(_, found)| found).ok_or(miss.map(|(_, near)| near))
    }
}

/// Of each column of a stack of heading rows its parts, from top to bottom.
#[must_use]
pub fn stacked_headings(stack: &[Vec<String>]) -> Vec<Vec<String>> {
    HeadingNames::of(stack).parts
}

/// Whether the source's headings may take so many rows.
fn has_depth(source: &SourceDef, depth: usize) -> bool {
    source.layout.heading_rows.map_or(depth <= USUAL_HEADING_ROWS, |rows| rows == depth)
}

fn missing(
    source: &SourceDef,
    mapping: &Mapping,
    above: &[Vec<String>],
    sheet: &str,
    words: &ReadingWords,
) -> Vec<(String, String)> {
    let fed = |name: &String| {
        source.columns.iter().zip(&mapping.columns).any(|(column, fed)| column.name == *name && fed.is_some())
            || given::text(source, name, given::Place { sheet, file: "", shown: "", above }, words).is_some()
    };
    let usual =
        |name: &String| source.column(name).and_then(|column| column.headings.first()).cloned().unwrap_or_default();
    let mut missing: Vec<(String, String)> =
        source.required.iter().filter(|name| !fed(name)).map(|name| (name.clone(), usual(name))).collect();
    let one_of = &source.layout.one_of;
    if !one_of.is_empty() && !one_of.iter().any(fed) {
        missing.push((one_of[0].clone(), usual(&one_of[0])));
    }
    if source.layout.wide.as_ref().is_some_and(|wide| mapping.layout.records.len() < wide.least) {
        missing.push((String::new(), given::usual_wide_heading(source)));
    }
    missing
}

/// The names under which each column of a stack of heading rows may be known.
struct HeadingNames {
    bottom: Vec<String>,
    /// Folded, and folded without diacritics.
    folded: Vec<Vec<(String, String)>>,
    /// From top to bottom, as they are written.
    parts: Vec<Vec<String>>,
}

impl HeadingNames {
    fn of(stack: &[Vec<String>]) -> Self {
        let joined = joined_headings(stack);
        let stack = joined.as_deref().unwrap_or(stack);
        let width = stack.iter().map(Vec::len).max().unwrap_or(0);
        let mut above = vec![String::new(); stack.len()];
        let (mut bottom, mut folded) = (Vec::with_capacity(width), Vec::with_capacity(width));
        let mut all_parts = Vec::with_capacity(width);
        for column in 0..width {
            let own: Vec<&str> = stack.iter().map(|row| row.get(column).map_or("", String::as_str)).collect();
            let lowest = own.iter().rev().find(|text| !text.is_empty()).copied().unwrap_or("");
            // A merged heading has its text in its first column only: an empty cell here continues its left neighbour
            // if a cell below it has text.
            let mut parts: Vec<String> = Vec::new();
            for (level, text) in own.iter().enumerate() {
                let text = if !text.is_empty() {
                    (*text).clone_into(&mut above[level]);
                    for deeper in &mut above[level + 1..] {
                        deeper.clear();
                    }
                    (*text).to_owned()
                } else if own[level + 1..].iter().any(|lower| !lower.is_empty()) {
                    above[level].clone()
                } else {
                    String::new()
                };
                if !text.is_empty() && parts.last() != Some(&text) {
                    parts.push(text);
                }
            }
            // The bottom text alone, then with one more of the texts above it each time; the longest that fits wins.
            let mut names = vec![fold_name(lowest)];
            for start in (0..parts.len().saturating_sub(1)).rev() {
                names.push(fold_name(&parts[start..].join(" ")));
            }
            names.retain(|name| !name.is_empty());
            let names = names
                .into_iter()
                .map(|name| (without_diacritics(&name), name))
                .map(|(bare, name)| (name, bare))
                .collect();
            bottom.push(clean(lowest).into_owned());
            folded.push(names);
            all_parts.push(parts);
        }
        Self { bottom, folded, parts: all_parts }
    }
}

/// Headings of one row that hold those above them too (`Đã giải quyết - Quá hạn`), as the rows that they stand for.
///
/// Three such headings are a habit of the file; one or two may be names with a hyphen.
fn joined_headings(stack: &[Vec<String>]) -> Option<Vec<Vec<String>>> {
    const BETWEEN: &str = " - ";
    let [row] = stack else { return None };
    let depth = |cell: &String| cell.matches(BETWEEN).count() + 1;
    let deepest = row.iter().map(depth).max()?;
    if row.iter().filter(|cell| cell.contains(BETWEEN)).count() < 3 || deepest > MOST_HEADING_ROWS {
        return None;
    }
    let part = |cell: &String, level: usize| cell.split(BETWEEN).nth(level).unwrap_or_default().to_owned();
    Some((0..deepest).map(|level| row.iter().map(|cell| part(cell, level)).collect()).collect())
}

/// The column of the source that a heading feeds (none if it is personal) and its rank among the synonyms.
type HeadingTarget = (Option<usize>, usize);

/// All headings of a source, folded, with and without diacritics.
struct Synonyms<'a> {
    exact: HashMap<String, HeadingTarget>,
    bare: HashMap<String, HeadingTarget>,
    /// Folded headings that feed nothing and are not extra.
    aside: &'a [String],
    columns: usize,
    layout: LayoutNames<'a>,
}

impl<'a> Synonyms<'a> {
    fn of(source: &'a SourceDef) -> Self {
        let mut all = Self {
            exact: HashMap::new(),
            bare: HashMap::new(),
            aside: &source.aside,
            columns: source.columns.len(),
            layout: LayoutNames::of(source),
        };
        let fed = source.columns.iter().enumerate().flat_map(|(target, column)| {
            column.headings.iter().enumerate().map(move |(rank, heading)| (heading, (Some(target), rank)))
        });
        for (heading, meaning) in fed.chain(source.personal.iter().map(|heading| (heading, (None, 0)))) {
            let folded = fold_name(heading);
            all.bare.entry(without_diacritics(&folded)).or_insert(meaning);
            all.exact.entry(folded).or_insert(meaning);
        }
        all
    }

    /// With its diacritics if they fit, else without; the joined name before the bottom one.
    fn target(&self, names: &[(String, String)]) -> Option<HeadingTarget> {
        let exact = names.iter().rev().find_map(|(folded, _)| self.exact.get(folded));
        exact.or_else(|| names.iter().rev().find_map(|(_, bare)| self.bare.get(bare))).copied()
    }

    fn map(&self, names: &HeadingNames, known: &KnownHeadings<'_>) -> Mapping {
        let mut chosen: Vec<Option<(usize, usize)>> = vec![None; self.columns];
        let mut mapping = Mapping { headings: names.bottom.clone(), ..Mapping::default() };
        // Columns that this program added to a corrected file feed nothing and are not extra.
        let is_corrected =
            known.corrected.is_corrected(&names.folded.iter().filter_map(|name| Some(name.first()?.0.as_str())));
        let mut unclaimed = Vec::new();
        for (position, folded) in names.folded.iter().enumerate() {
            mapping.exact += usize::from(folded.iter().any(|(name, _)| self.exact.contains_key(name)));
            let numbering = &known.words.headings.numbering;
            let is_aside = folded.first().is_some_and(|(name, bare)| {
                numbering.contains(bare) || (is_corrected && known.corrected.is_ours(name)) || self.aside.contains(name)
            });
            let target = self.target(folded);
            // A numbering column is one of them only where a source reads it, as the codes of criteria.
            mapping.named += usize::from(!folded.is_empty() && (!is_aside || target.is_some()));
            match target {
                Some((Some(target), rank)) => {
                    let duplicate = |column: usize, read: usize| Duplicate::of(names, column, Some(read));
                    match chosen[target] {
                        Some((read, other)) if other == rank => mapping.clashes.push(duplicate(position, read)),
                        Some((read, other)) if other < rank => mapping.duplicates.push(duplicate(position, read)),
                        before => {
                            mapping.duplicates.extend(before.map(|(column, _)| duplicate(column, position)));
                            chosen[target] = Some((position, rank));
                        }
                    }
                }
                Some((None, _)) => mapping.personal.push(position),
                None if folded.is_empty() || is_aside => {}
                None => unclaimed.push(position),
            }
        }
        self.map_layout(names, unclaimed, &mut mapping);
        mapping.columns = chosen.into_iter().map(|slot| slot.map(|(position, _)| position)).collect();
        mapping
    }

    /// Assigns the columns that no column of the source claims by the layout; the others are extra.
    fn map_layout(&self, names: &HeadingNames, mut unclaimed: Vec<usize>, mapping: &mut Mapping) {
        let headings: Vec<Heading<'_>> =
            names.folded.iter().zip(&names.parts).map(|(names, parts)| Heading { names, parts }).collect();
        let found = self.layout.claim(&headings, &unclaimed);
        mapping.exact += found.used.len();
        mapping.duplicates.extend(found.duplicates.iter().map(|at| Duplicate::of(names, *at, None)));
        let looked_at = |at: &usize| found.skips.contains(&Some(*at)) || found.days.iter().any(|(_, day)| day == at);
        unclaimed.retain(|at| !found.used.contains(at) && !looked_at(at));
        mapping.extra = unclaimed.into_iter().map(|at| names.bottom[at].clone()).collect();
        mapping.layout = found;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;
    use cchc_definitions::Definitions;

    fn confidence(headings: &str) -> f64 {
        confidence_in(headings, "")
    }

    fn confidence_in(headings: &str, sheet: &str) -> f64 {
        let definitions = Definitions::load(None).unwrap();
        let row = headings.split('|').map(str::to_owned).collect();
        KnownHeadings::of(&definitions.sources, &definitions.reading).find(&[row], sheet).unwrap().confidence
    }

    #[test]
    fn confidence_is_the_share_of_headings_that_the_source_knows() {
        let known = "Số hồ sơ|Cơ quan/đơn vị|Ngày tiếp nhận|Ngày hẹn trả|Ngày kết thúc xử lý";
        let close = |ours: f64, expected: f64| assert!((ours - expected).abs() < 1e-12, "{ours} is not {expected}");
        close(confidence(known), 1.0);
        close(confidence(&format!("STT|{known}|Chủ hồ sơ")), 1.0);
        close(confidence(&known.replace("Số hồ sơ", "So ho so")), (4.0 + 0.9) / 5.0);
        close(confidence(&format!("{known}|Màu bìa|Ngăn tủ|Kệ")), 5.0 / 8.0);
        close(confidence(&format!("{known}|Số hồ sơ")), 5.0 / 6.0);
        close(confidence_in("STT|Tiêu chí|Điểm tối đa|Tự chấm", "Sở A"), 1.0);
    }
}
