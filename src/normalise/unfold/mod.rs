//! Reads a declared sheet of any layout by the dictionary of figures: each number gets its unit, figure and period from
//! the headings above it, the texts beside it, and the lines above the table.

mod lookup;
mod pairs;
mod table;

use crate::given::{self, Place};
use crate::periods::only_year;
use crate::text::{clean, without_diacritics};
use cchc_definitions::{ReadingWords, SourceDef};
use cchc_model::{Resolved, UnitIndex};

pub use lookup::FigureNames;
use lookup::Meaning;
use table::Labels;

/// One figure of a sheet, as the columns of the table of declared figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnfoldedRow {
    /// Row of the sheet.
    pub row: u32,
    /// Code of the unit, or what stands in its place.
    pub unit: String,
    /// Id of the figure or share.
    pub figure: String,
    /// The period, or what stands in its place.
    pub period: String,
    /// The part of a pair.
    pub numerator: Option<f64>,
    /// The whole of a pair.
    pub denominator: Option<f64>,
    /// A plain figure.
    pub value: Option<f64>,
}

/// What is wrong with a figure of a sheet, or asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The rule.
    pub rule: &'static str,
    /// Row of the sheet; 0 for a column.
    pub row: u32,
    /// The heading or name of the figure.
    pub column: String,
    /// The value.
    pub value: String,
    /// The other place, or the candidate.
    pub hint: String,
}

/// A sheet as figures.
#[derive(Debug, Clone, Default)]
pub struct Unfolded {
    /// Row of the last heading.
    pub heading_row: u32,
    /// In order of row.
    pub rows: Vec<UnfoldedRow>,
    /// Day of the figures, where a line above the table names it.
    pub declared_at: Option<String>,
    /// What is wrong and what is asked.
    pub remarks: Vec<Remark>,
}

/// What the reading of a sheet depends on.
pub struct Unfolding<'a> {
    /// The dictionary.
    pub names: &'a FigureNames<'a>,
    /// Units that cells may name.
    pub units: &'a UnitIndex,
    /// Words that the reader looks for.
    pub words: &'a ReadingWords,
    /// The source whose columns the figures feed.
    pub source: &'a SourceDef,
}

impl Unfolding<'_> {
    /// Whether these first rows of a sheet name so many figures that it is worth reading to its end: two figures, or one
    /// with a unit or period.
    #[must_use]
    pub fn promises(&self, rows: &[Vec<String>]) -> bool {
        let (mut figures, mut others) = (std::collections::BTreeSet::new(), 0);
        for text in rows.iter().flatten().filter(|text| text.len() > 1) {
            match self.names.meaning(text, self.units) {
                Meaning::Figure(id) => drop(figures.insert(id)),
                Meaning::Unit(_) | Meaning::Period(_) => others += 1,
                _ => {}
            }
        }
        figures.len() >= 2 || (figures.len() == 1 && others > 0)
    }

    /// The figures of a sheet; none where nothing says which they are.
    #[must_use]
    pub fn unfold(&self, rows: &[(u32, Vec<String>)], sheet: &str, file: &str) -> Option<Unfolded> {
        let first = rows.iter().position(|(_, texts)| self.is_heading(texts, false))?;
        let above: Vec<Vec<String>> = rows[..first].iter().map(|(_, texts)| texts.clone()).collect();
        let place = Place { sheet, file, shown: file, above: &above };
        let given = |column: &str| given::text(self.source, column, place, self.words);
        let lines = above.iter().flatten();
        let whole = Labels {
            unit: given("unit").or_else(|| self.unit_of_place(place)),
            period: given("period"),
            money: lines.filter_map(|line| self.names.money(line)).next_back(),
            ..Labels::default()
        };
        let mut found = Unfolded { declared_at: given("declared_at"), ..Unfolded::default() };
        let cells = self.cells(&rows[first..], &whole, only_year(sheet, &above), &mut found);
        found.rows = pairs::rows(cells, self.names, &mut found.remarks);
        (!found.rows.is_empty()).then_some(found)
    }

    /// The unit whose sheet it is: behind a colon, as the last line that is a unit, in the name of the sheet or file.
    fn unit_of_place(&self, place: Place<'_>) -> Option<String> {
        let resolve = |text: &str| match self.units.resolve(&clean(text)) {
            Resolved::One(unit) => Some(unit.code.clone()),
            _ => None,
        };
        let lines = || place.above.iter().flatten();
        let labelled = lines().filter_map(|line| resolve(line.split_once(':')?.1)).next_back();
        let alone = || lines().filter_map(|line| resolve(line)).next_back();
        labelled.or_else(alone).or_else(|| self.unit_in_name(place.sheet)).or_else(|| self.unit_in_name(place.file))
    }

    /// The unit with the longest name that a name holds, if only one has it.
    fn unit_in_name(&self, name: &str) -> Option<String> {
        let bare = |text: &str| {
            let words = text.split(|letter: char| !letter.is_alphanumeric()).map(cchc_model::fold_name);
            without_diacritics(&format!(" {} ", words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")))
        };
        let name = bare(&clean(name));
        let called = self.units.units().iter().flat_map(|unit| {
            let names = [&unit.name, &unit.short_name].into_iter().chain(&unit.aliases);
            names.map(|called| (bare(called), &unit.code)).collect::<Vec<_>>()
        });
        let held: Vec<(String, &String)> =
            called.filter(|(called, _)| called.len() >= 5 && name.contains(called.as_str())).collect();
        let longest = held.iter().map(|(called, _)| called.len()).max()?;
        let mut codes: Vec<&String> =
            held.iter().filter(|(called, _)| called.len() == longest).map(|(_, code)| *code).collect();
        codes.dedup();
        if let [code] = codes.as_slice() { Some((*code).clone()) } else { None }
    }
}
