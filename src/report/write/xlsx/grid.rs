//! The grid of one worksheet: column widths that suit all its tables, and where the next block goes.

use std::collections::BTreeMap;

use rust_xlsxwriter::{ColNum, RowNum, Worksheet, XlsxError};

use super::measure;
use crate::plan::{Block, Cell, CellFormat, ColumnPlan, Filter, RowStyle, TablePlan, Turn};

/// Columns of a sheet without tables: together as wide as two charts side by side.
const FREE: [f64; 8] = [18.85; 8];
/// The widest that the names of facts make the first column.
const LONGEST_FACT: f64 = 34.0;
/// Pixels of a row whose height nobody set.
const ROW: f64 = 20.0;
/// Pixels between blocks beside each other.
const GAP: u32 = 16;

/// Widths, and the cursor.
pub struct Grid {
    /// Column widths in Excel's units.
    pub widths: Vec<f64>,
    /// Size of the text in points.
    pub points: u16,
    /// Next free row.
    pub row: RowNum,
    heights: BTreeMap<RowNum, f64>,
    /// First row and right edge in pixels of the block before.
    last: (RowNum, u32),
    /// First row under all charts so far.
    under_charts: RowNum,
    /// Right edge of the rightmost chart in pixels.
    right: u32,
    /// Rows at which charts begin under everything before them.
    pub chart_rows: Vec<RowNum>,
    /// Rows at which parts of the sheet begin with their headings.
    pub part_rows: Vec<RowNum>,
    /// Columns at the left that name the rows of the table, if it is wide.
    pub name_columns: ColNum,
    /// Columns at which further pages begin, of a table too wide for one.
    pub page_columns: Vec<ColNum>,
    /// Whether the sheet already has a table whose headings stay in sight.
    pub has_main: bool,
    /// Whether the sheet has several tables, of which only one can be filtered.
    pub tables: usize,
}

/// Where a chart goes.
pub struct Spot {
    pub row: RowNum,
    /// Pixels from the left edge of the sheet.
    pub x: u32,
}

impl Grid {
    pub fn new(blocks: &[Block], points: u16) -> Self {
        let tables = || {
            blocks.iter().filter_map(|block| match block {
                Block::Table(table) => Some(table),
                _ => None,
            })
        };
        let mut widths: Vec<f64> = Vec::new();
        for table in tables() {
            for (index, column) in table.columns.iter().enumerate() {
                let width = column_width(table, index, column, points);
                match widths.get_mut(index) {
                    Some(known) => *known = known.max(width),
                    None => widths.push(width),
                }
            }
        }
        if widths.is_empty() {
            widths = FREE.to_vec();
        }
        // Names of facts are in the first column if it holds words.
        let words = tables().all(|table| table.columns.first().is_some_and(|column| column.kind == CellFormat::Text));
        if words {
            widths[0] = widths[0].max((fact_width(blocks, points)).min(LONGEST_FACT));
        }
        let count = tables().count();
        let mut grid = Self {
            widths,
            points,
            row: 0,
            heights: BTreeMap::new(),
            last: (0, 0),
            under_charts: 0,
            right: 0,
            chart_rows: Vec::new(),
            part_rows: Vec::new(),
            name_columns: 0,
            page_columns: Vec::new(),
            has_main: false,
            tables: count,
        };
        if let Some(table) = tables().next().filter(|_| count == 1) {
            grid.name_columns = name_columns(table);
            grid.page_columns = grid.pages_of(table);
        }
        grid
    }

    /// Where pages begin of a table that cannot be read on one; between groups of columns, if these are not too wide.
    fn pages_of(&self, table: &TablePlan) -> Vec<ColNum> {
        let (names, whole) = (self.names_width(), self.pixels(self.widths.len()));
        if self.name_columns == 0 || whole <= measure::READABLE {
            return Vec::new();
        }
        let room = measure::READABLE - names;
        // Pages alike, so that the last one is no remnant.
        let share = (whole - names) / ((whole - names) / room).ceil();
        let starts_group = |at: usize| table.columns[at - 1].heading.first() != table.columns[at].heading.first();
        let (mut begins, mut used, mut group) = (Vec::new(), 0.0, 0);
        for at in usize::from(self.name_columns)..self.widths.len() {
            let width = self.pixels(at + 1) - self.pixels(at);
            if starts_group(at) {
                group = at;
            }
            let is_full = used + width > room || (used >= share && group == at);
            if is_full && used > 0.0 {
                let group_width = self.pixels(at) - self.pixels(group);
                let begin = if group > begins.last().map_or(0, |begin| usize::from(*begin)) && group_width < used / 2.0
                {
                    group
                } else {
                    at
                };
                begins.push(begin as ColNum);
                used = self.pixels(at) - self.pixels(begin);
            }
            used += width;
        }
        begins
    }

    pub fn set_widths(&self, worksheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (column, width) in self.widths.iter().enumerate() {
            worksheet.set_column_width(column as ColNum, *width)?;
        }
        Ok(())
    }

    pub fn last_column(&self) -> ColNum {
        (self.widths.len() - 1) as ColNum
    }

    /// Last column over which text runs: of a table that is printed on several pages beside each other, only the
    /// names of its rows, which every page repeats.
    pub fn text_column(&self) -> ColNum {
        if self.page_columns.is_empty() { self.last_column() } else { self.name_columns.saturating_sub(1) }
    }

    /// Width in pixels of the columns from the first to before the second.
    pub fn width_between(&self, from: ColNum, to: ColNum) -> f64 {
        self.pixels(usize::from(to)) - self.pixels(usize::from(from))
    }

    /// Width in pixels of the columns that name rows.
    pub fn names_width(&self) -> f64 {
        self.pixels(usize::from(self.name_columns))
    }

    pub fn total_width(&self) -> f64 {
        self.widths.iter().sum()
    }

    /// Width of neighbouring columns taken together.
    pub fn span(&self, from: ColNum, to: ColNum) -> f64 {
        self.widths[usize::from(from)..=usize::from(to)].iter().sum()
    }

    /// Sets a row's height in points, and remembers it to place charts.
    pub fn set_height(&mut self, worksheet: &mut Worksheet, row: RowNum, points: f64) -> Result<(), XlsxError> {
        worksheet.set_row_height(row, points)?;
        self.heights.insert(row, points * 96.0 / 72.0);
        Ok(())
    }

    /// Begins a block of text or a table, under every chart beside the block before.
    pub fn begin(&mut self) -> RowNum {
        self.row = self.row.max(self.under_charts);
        self.row
    }

    /// Ends a table: a chart may follow beside it.
    pub fn end_table(&mut self, first: RowNum, columns: usize) {
        self.last = (first, self.pixels(columns) as u32);
    }

    fn pixels(&self, columns: usize) -> f64 {
        self.widths[..columns].iter().map(|width| (width * measure::UNIT + 5.0).round()).sum()
    }

    fn row_pixels(&self, row: RowNum) -> f64 {
        self.heights.get(&row).copied().unwrap_or(ROW)
    }

    /// Width in pixels of all that is on the sheet.
    pub fn content_width(&self) -> f64 {
        self.pixels(self.widths.len()).max(f64::from(self.right))
    }

    /// Height in pixels of the rows from the first to before the second.
    pub fn height_between(&self, from: RowNum, to: RowNum) -> f64 {
        (from..to).map(|row| self.row_pixels(row)).sum()
    }

    /// First row under everything.
    pub fn end(&self) -> RowNum {
        self.row.max(self.under_charts)
    }

    pub fn beside(&mut self, width: u32, height: u32) -> Spot {
        let spot = Spot { row: self.last.0, x: self.last.1 + GAP };
        self.placed(&spot, width, height);
        spot
    }

    pub fn below(&mut self, width: u32, height: u32) -> Spot {
        let row = self.row.max(self.under_charts);
        self.row = row;
        let spot = Spot { row, x: 0 };
        self.chart_rows.push(row);
        self.placed(&spot, width, height);
        spot
    }

    fn placed(&mut self, spot: &Spot, width: u32, height: u32) {
        self.last = (spot.row, spot.x + width);
        self.right = self.right.max(spot.x + width);
        let (mut row, mut left) = (spot.row, f64::from(height) + ROW);
        while left > 0.0 {
            left -= self.row_pixels(row);
            row += 1;
        }
        self.under_charts = self.under_charts.max(row);
    }
}

fn fact_width(blocks: &[Block], points: u16) -> f64 {
    let facts = blocks.iter().filter_map(|block| match block {
        Block::Facts(facts) => Some(facts),
        _ => None,
    });
    facts.flatten().map(|(name, _)| measure::column(measure::width(name, points))).fold(0.0, f64::max)
}

/// Tables wider than this keep their names in sight.
const WIDE: usize = 7;

/// Columns up to the one that names a row, of a table wide enough to lose sight of it.
pub fn name_columns(table: &TablePlan) -> ColNum {
    let names = table.columns.iter().position(|column| column.kind == CellFormat::Text);
    names.filter(|_| table.columns.len() > WIDE).map_or(0, |column| column as ColNum + 1)
}

/// Fits the cells up to the column's own limit, and the longest word of its heading always.
fn column_width(table: &TablePlan, index: usize, column: &ColumnPlan, points: u16) -> f64 {
    // Figures of one table look best in columns that do not differ much.
    let figures =
        !matches!(column.kind, CellFormat::Text | CellFormat::Label | CellFormat::Rank) && column.turn == Turn::Across;
    let mut widest: f64 = if figures { 8.0 } else { 3.0 };
    let rows = table.rows.iter().filter(|row| row.style != RowStyle::Note);
    for row in rows {
        // The head of a group may run over the empty cell beside it.
        let beside = row.cells.get(index + 1).is_none_or(|cell| *cell == Cell::Empty);
        let runs_over = row.style == RowStyle::Section && column.kind == CellFormat::Text && beside;
        if let Some(cell) = row.cells.get(index).filter(|_| !runs_over) {
            let bold =
                if matches!(row.style, RowStyle::Total | RowStyle::Section | RowStyle::Sum) { 1.08 } else { 1.0 };
            widest = widest.max(measure::width(&measure::shown(cell, column.kind), points) * bold);
        }
    }
    // A filter's button takes some room of its own.
    let button = if table.filter == Filter::On { 1.5 } else { 0.0 };
    let heading = column.heading.last().map_or("", String::as_str);
    let words = heading.split(' ').map(|word| measure::width(word, points) * 1.1);
    let heading_word = words.fold(0.0, f64::max) + button;
    // Three lines of heading at most, as far as the limit lets.
    let heading_lines = measure::width(heading, points) * 1.1 / 2.4 + button;
    if column.turn == Turn::Upright {
        return measure::column(widest).max(f64::from(column.width)) + button;
    }
    let indent = if column.kind == CellFormat::Text { measure::INDENT } else { 0.0 };
    let limit = f64::from(column.width) + indent;
    let fitted = (measure::column(widest) + indent).max(measure::column(heading_lines).min(limit)).min(limit);
    fitted.max(measure::column(heading_word))
}
