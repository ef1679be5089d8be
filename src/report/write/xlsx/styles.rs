//! Cell formats by the kind of row and figure, each made once.

use std::collections::HashMap;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline};

use crate::plan::{CellFormat, RowStyle, Sense, Tone};
use crate::template::{Theme, rgb};

/// Makes formats and keeps those of table cells.
pub struct Styles<'a> {
    theme: &'a Theme,
    cells: HashMap<(RowStyle, Look), Format>,
}

/// How a cell of a table looks within its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Look {
    /// A figure or text of a kind.
    Shown(CellFormat),
    /// A shared place.
    SharedRank,
    /// A word in place of a figure.
    Absent,
    /// A change, coloured by what it means.
    Moved(CellFormat, Change),
    /// Words that lead to another sheet.
    Link,
}

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    Better,
    Worse,
    None,
}

impl Change {
    /// Judges a difference as it will be shown: what rounds to nothing is no change.
    pub fn of(difference: f64, digits: u8, sense: Sense) -> Self {
        let shown = (difference * 10_f64.powi(i32::from(digits))).round();
        match (shown > 0.0, shown < 0.0, sense) {
            (true, _, Sense::MoreIsBetter) | (_, true, Sense::LessIsBetter) => Self::Better,
            (true, _, Sense::LessIsBetter) | (_, true, Sense::MoreIsBetter) => Self::Worse,
            _ => Self::None,
        }
    }
}

impl<'a> Styles<'a> {
    pub fn new(theme: &'a Theme) -> Self {
        Self { theme, cells: HashMap::new() }
    }

    pub fn theme(&self) -> &'a Theme {
        self.theme
    }

    /// The format of a table's cell.
    pub fn cell(&mut self, style: RowStyle, look: Look) -> &Format {
        let theme = self.theme;
        self.cells.entry((style, look)).or_insert_with(|| cell(theme, style, look))
    }

    /// Headings of a table.
    pub fn header(&self) -> Format {
        let theme = self.theme;
        bordered(theme, base(theme))
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(colour(&theme.header_fill))
    }

    /// A heading that runs from the bottom up.
    pub fn upright(&self) -> Format {
        self.header().set_rotation(90)
    }

    /// The row "(1) (2) …".
    pub fn numbering(&self) -> Format {
        bordered(self.theme, base(self.theme)).set_italic().set_align(FormatAlign::Center)
    }

    /// Title of a sheet, or heading of a part.
    pub fn heading(&self, level: u8) -> Format {
        let format = base(self.theme).set_bold().set_font_color(colour(&self.theme.accent));
        if level == 1 {
            format
                .set_font_size(self.theme.title_size)
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_text_wrap()
        } else {
            format.set_font_size(self.theme.size + 2).set_align(FormatAlign::Bottom)
        }
    }

    pub fn paragraph(&self, tone: Tone) -> Format {
        let format = base(self.theme).set_text_wrap().set_align(FormatAlign::Top);
        match tone {
            Tone::Body => format,
            Tone::Subtitle => format.set_align(FormatAlign::Center).set_italic(),
            Tone::Unit => format.set_align(FormatAlign::Right).set_italic(),
            Tone::Note => format.set_italic().set_font_color(colour(&self.theme.muted)),
            Tone::Alert => format.set_font_color(colour(&self.theme.bad)),
        }
    }

    /// A line of a letterhead; what the form prints in capitals is bold.
    pub fn letterhead(&self, align: FormatAlign, text: &str) -> Format {
        let format = base(self.theme).set_text_wrap().set_align(align).set_align(FormatAlign::Top);
        if text == text.to_uppercase() { format.set_bold().set_font_size(self.theme.size + 2) } else { format }
    }

    /// Name of a fact, and what is known of it.
    pub fn fact(&self) -> (Format, Format) {
        let format = || base(self.theme).set_text_wrap().set_align(FormatAlign::Top);
        (format().set_font_color(colour(&self.theme.muted)), format().set_align(FormatAlign::Left))
    }
}

/// A colour of the template.
pub fn colour(text: &str) -> Color {
    let (red, green, blue) = rgb(text).unwrap_or_default();
    Color::RGB(u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue))
}

fn base(theme: &Theme) -> Format {
    Format::new().set_font_name(&theme.font).set_font_size(theme.size).set_font_color(colour(&theme.ink))
}

fn bordered(theme: &Theme, format: Format) -> Format {
    format.set_border(FormatBorder::Thin).set_border_color(colour(&theme.grid))
}

fn cell(theme: &Theme, style: RowStyle, look: Look) -> Format {
    let format = bordered(theme, base(theme)).set_align(FormatAlign::VerticalCenter);
    let format = match style {
        RowStyle::Body => format,
        RowStyle::Marked => format.set_background_color(colour(&theme.marked_fill)),
        RowStyle::Section | RowStyle::Sum => format.set_bold().set_background_color(colour(&theme.section_fill)),
        RowStyle::Total => format.set_bold().set_background_color(colour(&theme.total_fill)),
        RowStyle::Note => format.set_italic().set_font_color(colour(&theme.muted)).set_text_wrap(),
    };
    match look {
        Look::SharedRank => format.set_num_format("0\"=\"").set_align(FormatAlign::Center),
        Look::Absent => format.set_align(FormatAlign::Center).set_font_color(colour(&theme.muted)),
        Look::Shown(kind) => shown(format, style, kind),
        Look::Link => shown(format, style, CellFormat::Text)
            .set_font_color(colour(&theme.accent))
            .set_underline(FormatUnderline::Single),
        Look::Moved(kind, change) => {
            let ink = match change {
                Change::Better => &theme.good,
                Change::Worse => &theme.bad,
                Change::None => &theme.muted,
            };
            shown(format, style, kind).set_font_color(colour(ink))
        }
    }
}

fn shown(format: Format, style: RowStyle, kind: CellFormat) -> Format {
    match kind {
        // The head of a group runs over the empty cells beside it instead of growing tall.
        CellFormat::Text if style == RowStyle::Section => format.set_indent(1),
        CellFormat::Text => format.set_text_wrap().set_indent(1),
        CellFormat::Label => format.set_align(FormatAlign::Center),
        // The width of a bracket keeps figures off the border.
        CellFormat::Int => format.set_num_format("#,##0_)"),
        CellFormat::Percent(digits) => format.set_num_format(format!("{}%_)", decimals("0", digits))),
        CellFormat::Number(digits) => format.set_num_format(format!("{}_)", decimals("#,##0", digits))),
        CellFormat::Date => format.set_num_format("dd/mm/yyyy").set_align(FormatAlign::Center),
        CellFormat::Rank => format.set_num_format("0").set_align(FormatAlign::Center),
        CellFormat::Movement(digits, _) => {
            let number = decimals("#,##0", digits);
            let arrows = format!("\"▲ \"{number};\"▼ \"{number};\"0\"");
            format.set_num_format(arrows).set_align(FormatAlign::Center)
        }
    }
}

fn decimals(whole: &str, digits: u8) -> String {
    if digits == 0 { whole.to_owned() } else { format!("{whole}.{}", "0".repeat(usize::from(digits))) }
}
