//! Reads the points that people gave, layer by layer, and finds the faults of their sheets.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{ScoreError, SheetFault};
use super::points::{Judged, Judgements};
use cchc_definitions::{Layer, PointsIndex, Sheets};
use cchc_indicators::Measuring;
use cchc_model::{Period, UnitRef};
use cchc_store::questions::{self, GivenPoints};

/// Layers that sheets hold, as messages call them.
const LAYERS: [(Layer, &str); 3] =
    [(Layer::SelfScored, "self-scored"), (Layer::Verified, "verified"), (Layer::Surveyed, "surveyed")];

/// The points that people gave for a period: sheets of that period, of one that ends in it or holds it, or without any.
///
/// Of a criterion the sheet of the closest period counts, of those the newest; another sheet of that period, or one
/// without a period, gives the layers that it leaves empty. A form says which set it scores by; sheets that do not say
/// count for every set whose codes and maxima they have, unless its definition takes named ones only; those passed over
/// for their maxima are named beside the points.
pub(super) async fn judgements(
    measuring: &Measuring<'_>,
    index: &PointsIndex,
    period: &Period,
    units: &[UnitRef],
    faults: &mut Vec<SheetFault>,
) -> Result<(Judgements, BTreeSet<String>), ScoreError> {
    let at_unit: BTreeMap<&str, usize> =
        units.iter().enumerate().map(|(at, unit)| (unit.unit_code.as_str(), at)).collect();
    let at_item: BTreeMap<&str, usize> = index.leaves().map(|(at, item)| (item.code.as_str(), at)).collect();
    let mut found: BTreeMap<(usize, usize), PointsOfPeople> = BTreeMap::new();
    let mut versions: Vec<String> = Vec::new();
    let rows = questions::given_points(measuring.session, period).await?;
    let foreign = foreign(index, &at_unit, &at_item, &rows);
    for row in rows {
        if row.set.is_none() && foreign.contains(&row.sheet) {
            continue;
        }
        let (Some(unit), Some(item)) = (at_unit.get(row.unit.as_str()), at_item.get(row.criterion.as_str())) else {
            continue;
        };
        match of_set(index, &row) {
            CriteriaSet::This => {}
            CriteriaSet::Other => continue,
            CriteriaSet::OtherVersion => {
                if row.is_exact && !versions.contains(&row.unit) {
                    faults.push(fault(&row, other_version(index, row.set.as_deref(), period)));
                    versions.push(row.unit);
                }
                continue;
            }
        }
        let max = index.items[*item].max;
        match found.get_mut(&(*item, *unit)) {
            None => {
                check(&row, max, index, faults);
                found.insert((*item, *unit), PointsOfPeople::of(row));
            }
            Some(known) if known.is_of_same_period(&row) => {
                check(&row, max, index, faults);
                faults.extend(known.add(row));
            }
            // Rows come with the closest period first; those of wider periods do not count.
            Some(_) => {}
        }
    }
    Ok((found.into_iter().map(|(place, known)| (place, known.judged)).collect(), foreign))
}

/// A sheet of fewer criteria is too small to decide which index it is for.
const FEWEST_CRITERIA: usize = 4;

/// Sheets that name no set and are for another index: the maxima of most of their criteria are not those of this one.
/// Where most agree, the others are faults of the sheet.
fn foreign(
    index: &PointsIndex,
    at_unit: &BTreeMap<&str, usize>,
    at_item: &BTreeMap<&str, usize>,
    rows: &[GivenPoints],
) -> BTreeSet<String> {
    let mut sheets: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    if index.sheets == Sheets::Named {
        return BTreeSet::new();
    }
    for row in rows.iter().filter(|row| row.set.is_none()) {
        let Some(max) = row.max.filter(|_| at_unit.contains_key(row.unit.as_str())) else { continue };
        let item = at_item.get(row.criterion.as_str()).map(|at| &index.items[*at]);
        let (agree, all) = sheets.entry(&row.sheet).or_default();
        *agree += usize::from(item.is_some_and(|item| (item.max - max).abs() <= 1e-9));
        *all += 1;
    }
    let is_foreign = |(_, (agree, all)): &(&str, (usize, usize))| *all >= FEWEST_CRITERIA && agree * 2 < *all;
    sheets.into_iter().filter(is_foreign).map(|(sheet, _)| sheet.to_owned()).collect()
}

fn fault(row: &GivenPoints, message: String) -> SheetFault {
    SheetFault { place: row.place.clone(), unit: row.unit.clone(), criterion: row.criterion.clone(), message }
}

/// Which set a row scores by.
enum CriteriaSet {
    This,
    Other,
    OtherVersion,
}

fn of_set(index: &PointsIndex, row: &GivenPoints) -> CriteriaSet {
    let Some(set) = &row.set else {
        return if index.sheets == Sheets::Any { CriteriaSet::This } else { CriteriaSet::Other };
    };
    if *set == index.set() {
        return CriteriaSet::This;
    }
    let id = set.split('@').next().unwrap_or_default();
    if id == index.head.id { CriteriaSet::OtherVersion } else { CriteriaSet::Other }
}

fn other_version(index: &PointsIndex, set: Option<&str>, period: &Period) -> String {
    let set = set.unwrap_or_default();
    format!("the form is of version '{set}'; on {} '{}' is in force", period.end, index.set())
}

/// The points of a criterion of a unit as far as sheets have been read.
struct PointsOfPeople {
    judged: Judged,
    span: Option<String>,
    /// For each layer when its points were exported, and their file, sheet and row.
    given: [Option<(Option<String>, String)>; 3],
}

impl PointsOfPeople {
    fn of(row: GivenPoints) -> Self {
        let given = row.points.map(|points| points.map(|_| (row.day.clone(), row.place.clone())));
        let [self_scored, verified, surveyed] = row.points;
        let judged =
            Judged { self_scored, verified, surveyed, applies: row.applies, reason: row.reason, place: row.place };
        Self { judged, span: row.span, given }
    }

    /// Whether a row is for the same period, or for none in particular.
    fn is_of_same_period(&self, row: &GivenPoints) -> bool {
        row.span.is_none() || row.span == self.span
    }

    /// Fills the layers that are empty. Two sheets of one day that differ are a fault; of two days the newer one counts.
    fn add(&mut self, row: GivenPoints) -> Option<SheetFault> {
        let mut twice = None;
        if self.judged.verified.is_none() && row.applies == Some(false) {
            self.judged.applies = row.applies;
        }
        for (at, (_, name)) in LAYERS.iter().enumerate() {
            let Some(points) = row.points[at] else { continue };
            let known = match at {
                0 => &mut self.judged.self_scored,
                1 => &mut self.judged.verified,
                _ => &mut self.judged.surveyed,
            };
            if let (Some(other), Some((day, place))) = (*known, &self.given[at]) {
                let is_twice = row.span == self.span && row.day == *day && (other - points).abs() > 1e-9;
                if is_twice && twice.is_none() {
                    let message = format!(
                        "scored twice: {points} {name} points here, {other} in {place}; withdraw one of the sheets"
                    );
                    twice = Some(fault(&row, message));
                }
            } else {
                *known = Some(points);
                self.given[at] = Some((row.day.clone(), row.place.clone()));
            }
        }
        if self.judged.reason.is_none() {
            self.judged.reason = row.reason;
        }
        twice
    }
}

/// Points and maximum of a row against the definition.
fn check(row: &GivenPoints, max: f64, index: &PointsIndex, faults: &mut Vec<SheetFault>) {
    if let Some(other) = row.max.filter(|other| (other - max).abs() > 1e-9) {
        let id = &index.head.id;
        faults.push(fault(row, format!("the sheet gives at most {other} points, index '{id}' at most {max}")));
    }
    for (points, (_, name)) in row.points.iter().zip(LAYERS) {
        if let Some(points) = points.filter(|points| !(0.0..=max + 1e-9).contains(points)) {
            faults.push(fault(row, format!("{points} {name} points; there are 0 to {max}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PointsOfPeople;
    use cchc_store::questions::GivenPoints;

    fn row(place: &str, day: Option<&str>, points: [Option<f64>; 3]) -> GivenPoints {
        GivenPoints {
            place: place.into(),
            day: day.map(str::to_owned),
            span: Some("2025".into()),
            applies: Some(true),
            points,
            ..GivenPoints::default()
        }
    }

    #[test]
    fn a_second_sheet_gives_the_layers_that_the_first_leaves_empty() {
        let mut known = PointsOfPeople::of(row("form", Some("2025-07-01"), [Some(2.0), None, None]));
        let fault = known.add(row("check", Some("2025-06-30"), [Some(1.5), Some(1.0), None]));
        assert_eq!(fault, None, "the newer form counts");
        assert_eq!((known.judged.self_scored, known.judged.verified), (Some(2.0), Some(1.0)));
    }

    #[test]
    fn two_sheets_of_one_day_that_differ_are_a_fault_and_those_that_agree_are_none() {
        let mut known = PointsOfPeople::of(row("one", None, [Some(2.0), None, None]));
        assert_eq!(known.add(row("same", None, [Some(2.0), None, None])), None);
        let fault = known.add(row("two", None, [Some(1.0), None, None]));
        let fault = fault.map(|fault| (fault.place, fault.message)).unwrap_or_default();
        assert_eq!(fault.0, "two");
        assert!(fault.1.contains("scored twice: 1 self-scored points here, 2 in one"), "{}", fault.1);
    }

    #[test]
    fn what_does_not_apply_is_taken_out_unless_verified_points_stand_against_it() {
        let out = GivenPoints { applies: Some(false), ..row("check", None, [None; 3]) };
        let mut known = PointsOfPeople::of(row("form", None, [Some(2.0), None, None]));
        known.add(out.clone());
        assert_eq!(known.judged.applies, Some(false));
        let mut known = PointsOfPeople::of(row("form", None, [None, Some(2.0), None]));
        known.add(out);
        assert_eq!(known.judged.applies, Some(true));
    }
}
