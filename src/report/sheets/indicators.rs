//! The indicator sheets: one a theme, units against indicators, with the sums of each kind.

use cchc_definitions::fill;
use cchc_model::Status;

use super::super::input::IndicatorInfo;
use super::super::plan::{Block, Cell, CellFormat, ColumnPlan, Emphasis, RowPlan, RowStyle, Sheet, TablePlan, Tone};
use super::context::{ALL, Context, is_sum, kind_of, sense_of, sum_code};
use super::landscape;

pub fn sheets(context: &Context<'_>) -> Vec<Sheet> {
    let mut groups: Vec<&str> = Vec::new();
    for info in &context.input.definitions {
        if !groups.contains(&info.group.as_str()) {
            groups.push(&info.group);
        }
    }
    groups.into_iter().filter_map(|group| sheet(context, group)).collect()
}

/// A theme's sheet; none where no source gives any of its figures (the method sheet says so).
fn sheet(context: &Context<'_>, group: &str) -> Option<Sheet> {
    let words = &context.template.indicators;
    let infos = context.input.definitions.iter().filter(|info| info.group == group);
    let (shown, absent): (Vec<&IndicatorInfo>, Vec<&IndicatorInfo>) =
        infos.partition(|info| context.is_available(&info.id));
    let title = &shown.first()?.group_title;
    let place = |sentence: &str| fill(&context.fill(sentence), &[("group", title)]);
    let theme = ThemeSheet { context, fractions: shown.len() <= words.fractions_up_to, shown };
    let mut blocks = vec![
        Block::heading(1, place(&words.title).to_uppercase()),
        Block::paragraph(Tone::Subtitle, place(&words.subtitle)),
        Block::Table(TablePlan::new(theme.columns(), theme.rows()).filtered()),
        Block::paragraph(Tone::Note, &context.template.words.legend),
    ];
    if !absent.is_empty() {
        let names: Vec<&str> = absent.iter().map(|info| info.name_vi.as_str()).collect();
        blocks.push(Block::paragraph(Tone::Note, fill(&words.absent, &[("names", &names.join("; "))])));
    }
    Some(landscape(place(&words.sheet), blocks))
}

struct ThemeSheet<'a> {
    context: &'a Context<'a>,
    shown: Vec<&'a IndicatorInfo>,
    fractions: bool,
}

impl ThemeSheet<'_> {
    /// Whether numerator and denominator are shown beside the value: few columns, and the figure has both.
    fn has_fraction(&self, info: &IndicatorInfo) -> bool {
        let period = &self.context.now.id;
        self.fractions
            && self.context.measure(period, &info.id, ALL).is_some_and(|measure| measure.denominator.is_some())
    }

    fn columns(&self) -> Vec<ColumnPlan> {
        let words = &self.context.template.words;
        let mut columns = vec![
            ColumnPlan::new(&words.number, CellFormat::Label, 6),
            ColumnPlan::new(&words.unit, CellFormat::Text, 44),
        ];
        for info in &self.shown {
            let kind = kind_of(info.unit, info.display.digits);
            let emphasis =
                if kind == CellFormat::Int { Emphasis::DataBar } else { Emphasis::ColourScale(sense_of(info)) };
            if self.has_fraction(info) {
                columns.push(ColumnPlan::new(&words.numerator, CellFormat::Int, 12).under(&info.name_vi));
                columns.push(ColumnPlan::new(&words.denominator, CellFormat::Int, 12).under(&info.name_vi));
                columns.push(ColumnPlan::new(&words.value, kind, 12).under(&info.name_vi).emphasis(emphasis));
            } else {
                columns.push(ColumnPlan::new(&info.name_vi, kind, 14).emphasis(emphasis));
            }
        }
        columns
    }

    fn rows(&self) -> Vec<RowPlan> {
        let context = self.context;
        let mut rows = Vec::new();
        for (kind, title) in &context.kinds {
            rows.push(self.row(RowStyle::Section, Cell::Empty, title, &sum_code(kind)));
            let form = context.input.form06.iter().map(|row| &row.unit);
            let units = form.filter(|unit| unit.kind.as_deref() == Some(kind) && !is_sum(unit));
            let units: Vec<_> = units.collect();
            // One sentence says as much as pages of dashes.
            if !units.is_empty() && !units.iter().any(|unit| self.has_value(&unit.unit_code)) {
                let words = &context.template.indicators;
                let sentence = if self.has_value(&sum_code(kind)) { &words.only_sum } else { &words.no_unit };
                rows.push(RowPlan::new(RowStyle::Note, vec![Cell::text(sentence)]));
                continue;
            }
            for (place, unit) in units.into_iter().enumerate() {
                let number = Cell::Text((place + 1).to_string());
                rows.push(self.row(context.row_style(unit), number, &unit.unit_name, &unit.unit_code));
            }
        }
        rows.push(self.row(RowStyle::Total, Cell::Empty, &context.template.indicators.total, ALL));
        rows
    }

    fn has_value(&self, code: &str) -> bool {
        let period = &self.context.now.id;
        let measures = self.shown.iter().filter_map(|info| self.context.measure(period, &info.id, code));
        measures.into_iter().any(|measure| measure.value.is_some() || measure.status == Status::Suppressed)
    }

    fn row(&self, style: RowStyle, number: Cell, name: &str, code: &str) -> RowPlan {
        let mut cells = vec![number, Cell::text(name)];
        for info in &self.shown {
            let measure = self.context.measure(&self.context.now.id, &info.id, code);
            if self.has_fraction(info) {
                cells.push(self.context.count_cell(measure, |measure| measure.numerator));
                cells.push(self.context.count_cell(measure, |measure| measure.denominator));
            }
            cells.push(self.context.value_cell(measure));
        }
        RowPlan::new(style, cells)
    }
}
