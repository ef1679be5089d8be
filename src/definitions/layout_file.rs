//! The layout as a source file writes it, checked against the table that it feeds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::did_you_mean;
use super::layout::{Figure, Fold, Given, Layout, MOST_HEADING_ROWS, Mark, SkipKind, SkipRows, Tried, Wide, WideCells};
use super::source::{SourceColumn, fold_word};
use cchc_model::Table;

/// One or several things that may feed a column; the first that there is does.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(Given),
    More(Vec<Given>),
}

impl OneOrMore {
    pub fn list(self) -> Vec<Given> {
        match self {
            Self::One(given) => vec![given],
            Self::More(list) => list,
        }
    }
}

/// The layout as a source file writes it.
#[derive(Default)]
pub(super) struct RawLayout {
    pub sheets: Vec<String>,
    pub heading_rows: Option<usize>,
    pub tried: Tried,
    pub decimal: Option<String>,
    pub key: Vec<String>,
    pub one_of: Vec<String>,
    pub given: Vec<(String, Given)>,
    pub skip_rows: Vec<RawSkipRows>,
    pub marks: Vec<RawMark>,
    pub outline: Option<String>,
    pub wide: Option<RawWide>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSkipRows {
    headings: Vec<String>,
    #[serde(default)]
    is: Vec<toml::Value>,
    kind: Option<SkipKind>,
    #[serde(default)]
    parts_follow: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMark {
    columns: Vec<String>,
    words: Vec<String>,
    set: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWide {
    heading: Option<String>,
    #[serde(default)]
    fold: Fold,
    cell: Option<String>,
    #[serde(default)]
    cells: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    figure: Vec<RawFigure>,
    blank: Option<toml::Value>,
    #[serde(default)]
    skips_empty: bool,
    least: Option<usize>,
    #[serde(default)]
    except: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFigure {
    set: BTreeMap<String, toml::Value>,
    cells: BTreeMap<String, Vec<String>>,
    blank: Option<toml::Value>,
    #[serde(default)]
    percent: bool,
}

/// Checks a layout against its table; faults go to `fault` as key and message.
pub(super) fn checked(
    raw: RawLayout,
    table: &Table,
    columns: &[SourceColumn],
    fault: &mut dyn FnMut(&str, String),
) -> Layout {
    let wide = raw.wide.map(|wide| wide_of(wide, fault)).and_then(|wide| wide);
    let decimal = match raw.decimal.as_deref() {
        None | Some(",") => ',',
        Some(".") => '.',
        Some(other) => {
            fault("decimal", format!("'{other}' is no decimal mark; write \",\" or \".\""));
            ','
        }
    };
    if raw.heading_rows.is_some_and(|rows| rows == 0 || rows > MOST_HEADING_ROWS) {
        fault("heading_rows", format!("headings stand in 1 to {MOST_HEADING_ROWS} rows"));
    }
    let layout = Layout {
        sheets: raw.sheets.iter().map(|name| fold_word(name)).collect(),
        heading_rows: raw.heading_rows,
        tried: raw.tried,
        decimal,
        key: raw.key,
        one_of: raw.one_of,
        given: raw.given,
        skip_rows: raw.skip_rows.into_iter().map(skip_rows).collect(),
        marks: raw
            .marks
            .into_iter()
            .map(|mark| Mark {
                columns: mark.columns,
                words: mark.words.iter().map(|word| fold_word(word)).collect(),
                set: texts(mark.set),
            })
            .collect(),
        outline: raw.outline,
        wide,
    };
    check_names(&layout, table, columns, fault);
    layout
}

fn check_names(layout: &Layout, table: &Table, columns: &[SourceColumn], fault: &mut dyn FnMut(&str, String)) {
    let mut known = |key: &str, name: &str| {
        if table.column(name).is_none() {
            let near = did_you_mean(name, table.columns.iter().map(|column| column.name));
            fault(key, format!("table '{}' has no column '{name}'{near}", table.name));
        }
    };
    layout.key.iter().for_each(|name| known("key", name));
    layout.one_of.iter().for_each(|name| known("one_of", name));
    for mark in &layout.marks {
        mark.columns.iter().for_each(|name| known("marks.columns", name));
        mark.set.iter().for_each(|(name, _)| known("marks.set", name));
    }
    for name in layout.other_columns() {
        known("wide", name);
    }
    for (name, given) in &layout.given {
        match given {
            Given::Column(other) => known(&format!("columns.{name}.from"), other),
            Given::Minutes(from, to) => {
                known(&format!("columns.{name}.from"), from);
                known(&format!("columns.{name}.from"), to);
            }
            _ => {}
        }
    }
    if let Some(outline) = &layout.outline {
        known("outline", outline);
        let area = table.column("area").is_some();
        if area && !columns.iter().any(|column| column.name == *outline && !column.headings.is_empty()) {
            fault("outline", format!("'{outline}' has no headings"));
        } else if !area {
            fault(
                "outline",
                format!("table '{}' has no columns for an outline (area, level, leaf, parent)", table.name),
            );
        }
    }
}

fn wide_of(raw: RawWide, fault: &mut dyn FnMut(&str, String)) -> Option<Wide> {
    let shapes = [!raw.figure.is_empty(), !raw.cells.is_empty(), raw.cell.is_some()];
    if shapes.iter().filter(|shape| **shape).count() != 1 {
        fault("wide", "give one of: [[wide.figure]], wide.cells, wide.cell".to_owned());
        return None;
    }
    let cells = match (raw.heading, raw.cell) {
        (None, None) if raw.cells.is_empty() => WideCells::Figures(
            raw.figure
                .into_iter()
                .map(|figure| Figure {
                    set: texts(figure.set),
                    cells: figure.cells.into_iter().collect(),
                    blank: figure.blank.map(text),
                    percent: figure.percent,
                })
                .collect(),
        ),
        (Some(heading), Some(cell)) => WideCells::Others { heading, fold: raw.fold, cell },
        (Some(heading), None) if !raw.cells.is_empty() => {
            WideCells::Stacked { heading, fold: raw.fold, cells: raw.cells.into_iter().collect() }
        }
        (Some(_), None) => {
            fault("wide.heading", "goes with wide.cells or wide.cell; a figure says its headings itself".to_owned());
            return None;
        }
        (None, _) => {
            fault("wide.heading", "is missing: the column that the heading feeds".to_owned());
            return None;
        }
    };
    Some(Wide {
        cells,
        blank: raw.blank.map(text),
        skips_empty: raw.skips_empty,
        least: raw.least.unwrap_or(1),
        except: raw.except.iter().map(|heading| fold_word(heading)).collect(),
    })
}

fn skip_rows(raw: RawSkipRows) -> SkipRows {
    let is = raw.is.into_iter().map(|value| fold_word(&text(value))).collect();
    SkipRows { headings: raw.headings, is, kind: raw.kind, parts_follow: raw.parts_follow }
}

fn texts(values: BTreeMap<String, toml::Value>) -> Vec<(String, String)> {
    values.into_iter().map(|(name, value)| (name, text(value))).collect()
}

fn text(value: toml::Value) -> String {
    match value {
        toml::Value::String(text) => text,
        other => other.to_string(),
    }
}
