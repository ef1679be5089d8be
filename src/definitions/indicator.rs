//! Indicator definitions: what is counted, out of what, in which rows, and how it is shown.

use chrono::NaiveDate;
use serde::Deserialize;

use super::derived::{Derived, INDICATORS, RawDerived, link};
use super::{Fault, Files, did_you_mean, overlap, parse_toml};
use cchc_model::Period;

/// A theme: one file of `indicators/`, one sheet of the workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// File name without number and `.toml`.
    pub id: String,
    /// Title in Vietnamese.
    pub title_vi: String,
    /// Title in English.
    pub title_en: String,
}

/// One indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// The file that defines it.
    pub file: String,
    /// Id of the contract.
    pub id: String,
    /// The theme.
    pub group: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// What it means, in Vietnamese.
    pub meaning: String,
    /// The fact table.
    pub table: String,
    /// Which rows belong to the period.
    pub rows: Rows,
    /// What is computed of them.
    pub aggregate: Aggregate,
    /// SQL condition or number of the numerator; for means and percentiles the value itself.
    pub numerator: String,
    /// What the added-up value is divided by, such as 60 from minutes to hours: whole numbers add up the same in any
    /// order, fractions do not.
    pub per: f64,
    /// SQL condition of the rows of the denominator.
    pub denominator: String,
    /// SQL condition of the rows to which it applies.
    pub of: String,
    /// SQL number of the cases that a row counts for; each counts for one without it.
    pub weight: Option<String>,
    /// Columns without which it is missing.
    pub needs: Vec<String>,
    /// Which way is good.
    pub direction: Direction,
    /// `rate`, `days`, `hours` or `count`.
    pub unit: String,
    /// How it is rounded for display.
    pub display: Display,
    /// The regulation, with the tag of how sure it is.
    pub legal_basis: String,
    /// First day from which it holds.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it holds.
    pub valid_to: Option<NaiveDate>,
    /// Column of form 06 that it fills (4, 5, 6, 8, 9, 10, 12, 13).
    pub form06: Option<u8>,
    /// How it is made of other indicators, if it is.
    pub derived: Option<Derived>,
}

impl Indicator {
    /// Whether the definition is in force on the last day of a period.
    #[must_use]
    pub fn is_valid(&self, period: &Period) -> bool {
        self.valid_from.is_none_or(|from| from <= period.end) && self.valid_to.is_none_or(|to| period.end <= to)
    }
}

/// Which date puts a row in the period. State is read as of the end of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// Received in the period.
    Received,
    /// Finished in the period.
    Finished,
    /// Received by the end of the period and not finished by then.
    OpenAtEnd,
    /// Received in the period or carried over into it.
    InScope,
    /// All rows, whatever the period (catalogues).
    All,
}

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Rows with the numerator true ÷ rows with the denominator true.
    Ratio,
    /// Rows with the numerator true.
    Count,
    /// Sum of the value ÷ number of values.
    Mean,
    /// Interpolated percentile of the value, e.g. 0.5 for the median.
    Percentile(f64),
    /// Sum of the numerator ÷ sum of the denominator, over rows that have both.
    Quotient,
    /// Sum of the value.
    Sum,
    /// The value that a unit declared; sums over units have none.
    Value,
    /// Nothing is counted: it is made of other indicators.
    #[serde(skip)]
    Derived,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither.
    None,
}

/// Rounding for display only; ranking and sums use full precision.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    /// Digits after the decimal comma (of percent for rates), at most nine.
    #[serde(deserialize_with = "few_digits")]
    pub digits: u8,
    /// How halves are rounded.
    pub mode: Rounding,
    /// Why this mode.
    pub reason: String,
}

/// Digits after the decimal comma that a figure is shown with at most; a workbook shows no more.
const MOST_DIGITS: u8 = 9;

fn few_digits<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    let digits = u8::deserialize(from)?;
    if digits > MOST_DIGITS {
        return Err(serde::de::Error::custom(format!("{digits} digits are too many; write 0 to {MOST_DIGITS}")));
    }
    Ok(digits)
}

/// Rounding modes for display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Halves away from zero.
    HalfUp,
    /// Halves to the even digit.
    HalfEven,
    /// Cut off.
    Truncate,
    /// Whatever is left over makes one more.
    Ceil,
}

/// What a denominator of zero gives: no value. Files may say so; there is no other choice.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Zero {
    NotApplicable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    title_vi: String,
    title_en: String,
    #[serde(default)]
    indicator: Vec<RawIndicator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIndicator {
    id: String,
    name_vi: String,
    name_en: String,
    meaning: String,
    derived: Option<RawDerived>,
    table: Option<String>,
    rows: Option<Rows>,
    aggregate: Option<Aggregate>,
    numerator: Option<String>,
    per: Option<f64>,
    denominator: Option<String>,
    of: Option<String>,
    weight: Option<String>,
    #[serde(default)]
    needs: Vec<String>,
    direction: Direction,
    unit: String,
    display: Display,
    #[serde(rename = "zero")]
    _zero: Option<Zero>,
    legal_basis: String,
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    valid_to: Option<String>,
    #[serde(default)]
    form06: Option<u8>,
}

/// Indicators of all files together: each is compared with each.
const MOST_INDICATORS: usize = 2000;

/// What figures can be counted in.
const UNITS: [&str; 5] = ["rate", "days", "hours", "count", "number"];

/// Reads every file of `indicators/`.
pub(super) fn parse(files: &Files, faults: &mut Vec<Fault>) -> (Vec<Group>, Vec<Indicator>) {
    let (mut groups, mut indicators) = (Vec::new(), Vec::<Indicator>::new());
    for (path, text) in files.below("indicators/", "toml") {
        let Some(raw) = parse_toml::<RawFile>(path, text, faults) else { continue };
        let id = path
            .trim_start_matches("indicators/")
            .trim_end_matches(".toml")
            .trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '-')
            .to_owned();
        groups.push(Group { id: id.clone(), title_vi: raw.title_vi, title_en: raw.title_en });
        for indicator in raw.indicator {
            let indicator = checked(path, &id, indicator, faults);
            if let Some(other) = indicators.iter().find(|other| {
                other.id == indicator.id
                    && overlap((other.valid_from, other.valid_to), (indicator.valid_from, indicator.valid_to))
            }) {
                faults.push(Fault {
                    file: path.to_owned(),
                    key: indicator.id.clone(),
                    message: format!(
                        "defined twice for the same days (also in '{}'); limit one with valid_from or valid_to",
                        other.group
                    ),
                });
            }
            indicators.push(indicator);
        }
    }
    if indicators.len() > MOST_INDICATORS {
        let message = format!("there are more than {MOST_INDICATORS} indicators; remove what nobody reads");
        faults.push(Fault { file: "indicators".to_owned(), key: String::new(), message });
        return (groups, Vec::new());
    }
    link(&mut indicators, faults);
    (groups, indicators)
}

fn checked(path: &str, group: &str, raw: RawIndicator, faults: &mut Vec<Fault>) -> Indicator {
    let mut fault = |key: &str, message: String| {
        faults.push(Fault { file: path.to_owned(), key: format!("{}.{key}", raw.id), message });
    };
    check_keys(&raw, &mut fault);
    let mut day = |key: &str, text: &Option<String>| {
        let text = text.as_ref()?;
        let day = text.parse().ok();
        if day.is_none() {
            fault(key, format!("'{text}' is no day; write 2020-01-31"));
        }
        day
    };
    let (valid_from, valid_to) = (day("valid_from", &raw.valid_from), day("valid_to", &raw.valid_to));
    if !UNITS.contains(&raw.unit.as_str()) {
        fault("unit", format!("'{}' is no unit{}", raw.unit, did_you_mean(&raw.unit, UNITS)));
    }
    if let Some(Aggregate::Percentile(share)) = raw.aggregate
        && !(0.0..=1.0).contains(&share)
    {
        fault("aggregate", format!("percentile {share} is not between 0 and 1"));
    }
    let per = raw.per.unwrap_or(1.0);
    if !(per.is_finite() && per > 0.0) {
        fault("per", format!("{per} is not above 0"));
    }
    if raw.form06.is_some_and(|column| ![4, 5, 6, 8, 9, 10, 12, 13].contains(&column)) {
        fault("form06", "only columns 4, 5, 6, 8, 9, 10, 12 and 13 are counted; the others are their sums".to_owned());
    }
    let always = || "TRUE".to_owned();
    let counted = (raw.numerator.unwrap_or_default(), raw.denominator.unwrap_or_else(always));
    let is_derived = raw.derived.is_some();
    let derived = raw.derived.and_then(|derived| derived.checked(|message| fault("derived", message)));
    let (numerator, denominator) = derived.as_ref().map_or(counted, Derived::parts);
    Indicator {
        file: path.to_owned(),
        group: group.to_owned(),
        name_vi: raw.name_vi,
        name_en: raw.name_en,
        meaning: raw.meaning,
        table: if is_derived { INDICATORS.to_owned() } else { raw.table.unwrap_or_default() },
        rows: raw.rows.unwrap_or(if is_derived { Rows::InScope } else { Rows::All }),
        aggregate: raw.aggregate.unwrap_or(if is_derived { Aggregate::Derived } else { Aggregate::Count }),
        numerator,
        per,
        denominator,
        of: raw.of.unwrap_or_else(always),
        weight: raw.weight,
        needs: raw.needs,
        direction: raw.direction,
        unit: raw.unit,
        display: raw.display,
        legal_basis: raw.legal_basis,
        valid_from,
        valid_to,
        form06: raw.form06,
        derived,
        id: raw.id,
    }
}

/// An indicator either counts rows, which takes at least the first four keys, or is derived from others.
fn check_keys(raw: &RawIndicator, fault: &mut impl FnMut(&str, String)) {
    let given = [
        ("table", raw.table.is_some()),
        ("rows", raw.rows.is_some()),
        ("aggregate", raw.aggregate.is_some()),
        ("numerator", raw.numerator.is_some()),
        ("denominator", raw.denominator.is_some()),
        ("per", raw.per.is_some()),
        ("of", raw.of.is_some()),
        ("weight", raw.weight.is_some()),
        ("needs", !raw.needs.is_empty()),
        ("form06", raw.form06.is_some()),
    ];
    let is_derived = raw.derived.is_some();
    for (place, (key, is_given)) in given.into_iter().enumerate() {
        if is_derived && is_given {
            fault(key, "counts rows, but the indicator is derived from others; remove one of the two".to_owned());
        } else if !is_derived && place < 4 && !is_given {
            fault(key, format!("missing field `{key}`"));
        }
    }
}
