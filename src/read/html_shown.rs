//! Tells what of an HTML file a browser shows: no scripts, templates or comments, and nothing that a style hides.

use std::mem;

use super::html_style::{Showing, Styles};
use super::markup::Attributes;

/// Elements of which a browser shows nothing, whatever their style.
const NEVER_SHOWN: [&str; 13] = [
    "script", "style", "title", "template", "noscript", "noframes", "noembed", "iframe", "object", "audio", "video",
    "datalist", "rp",
];
/// Of these, the ones that only their own closing tag ends, whatever stands in them.
const CLOSED_BY_NAME: [&str; 8] = ["script", "style", "title", "template", "noscript", "noframes", "noembed", "iframe"];
/// Elements without content.
const VOID: [&str; 12] = ["br", "hr", "img", "input", "col", "meta", "link", "area", "base", "wbr", "source", "param"];
/// Parts of a table: each begins or ends a cell.
const TABLE_PARTS: [&str; 6] = ["td", "th", "tr", "tbody", "thead", "tfoot"];
/// Elements that end an open paragraph.
const ENDS_PARAGRAPH: [&str; 10] = ["p", "div", "table", "ul", "ol", "li", "h1", "h2", "h3", "form"];

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a cell or caption, where text counts.
    Cell,
    /// Anywhere else.
    Outside,
}

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is shown.
    Shown,
    /// It is a table, a row, a group of rows or a cell that is hidden; what that means its reader decides.
    HiddenPart(Showing),
    /// It is not shown, nor is what stands in it.
    NotShown,
}

/// An element that is not shown, and is still open.
struct Hidden {
    name: String,
    /// Open elements of this name.
    depth: u32,
    /// Open tables in it.
    tables: u32,
    /// Whether parts of tables stand in it.
    holds_rows: bool,
    /// Whether text in it was meant for people once: no script.
    by_style: bool,
}

/// Follows a file's tags.
#[derive(Default)]
pub(super) struct Shown {
    styles: Styles,
    /// The style sheet being read.
    sheet: Option<String>,
    hidden: Option<Hidden>,
    /// A hidden element around tables, and how many of its name are open.
    around: Option<(String, u32)>,
    /// Whether text of the row was hidden by a style.
    hid_text: bool,
}

impl Shown {
    /// An element opens.
    pub(super) fn open(&mut self, name: &str, attributes: &Attributes<'_>, place: Place) -> Fate {
        if let Some(hidden) = &mut self.hidden {
            let is_closed_by_name = CLOSED_BY_NAME.contains(&hidden.name.as_str());
            let ends = (hidden.tables == 0 && TABLE_PARTS.contains(&name) && rank(name) >= rank(&hidden.name))
                || (hidden.name == "p" && ENDS_PARAGRAPH.contains(&name))
                || (hidden.name == "li" && name == "li" && hidden.depth == 1);
            if is_closed_by_name || !ends {
                hidden.depth += u32::from(name == hidden.name);
                hidden.tables += u32::from(name == "table");
                hidden.holds_rows |= name == "table" || TABLE_PARTS.contains(&name);
                self.begin_sheet(name);
                return Fate::NotShown;
            }
            self.hidden = None;
        }
        if let Some((around, depth)) = &mut self.around {
            *depth += u32::from(around == name);
        }
        let is_closed_dialog = name == "dialog" && attributes.get("open").is_none();
        if NEVER_SHOWN.contains(&name) || is_closed_dialog {
            self.hide(name, false);
            self.begin_sheet(name);
            return Fate::NotShown;
        }
        let showing = self.styles.showing(name, attributes);
        if showing == Showing::Shown {
            let in_hidden = name == "table" && place == Place::Outside && self.around.is_some();
            return if in_hidden { Fate::HiddenPart(Showing::Absent) } else { Fate::Shown };
        }
        let is_part = TABLE_PARTS.contains(&name) || name == "table" && place == Place::Outside;
        match place {
            _ if is_part => return Fate::HiddenPart(showing),
            _ if VOID.contains(&name) => {}
            Place::Cell => self.hide(name, true),
            Place::Outside => {
                self.around.get_or_insert((name.to_owned(), 1));
            }
        }
        Fate::NotShown
    }

    /// An element closes; whether that is any of the reader's business.
    pub(super) fn close(&mut self, name: &str) -> bool {
        if name == "style" {
            self.styles.add(&self.sheet.take().unwrap_or_default());
        }
        if let Some((around, depth)) = &mut self.around
            && around == name
        {
            *depth -= 1;
            if *depth == 0 {
                self.around = None;
            }
        }
        let Some(hidden) = &mut self.hidden else { return true };
        if hidden.name == name {
            hidden.depth -= 1;
            hidden.tables -= u32::from(name == "table" && hidden.tables > 0);
            if hidden.depth == 0 {
                self.hidden = None;
            }
            return false;
        }
        // The end of its cell ends whatever was left open in it.
        let is_part = name == "table" || TABLE_PARTS.contains(&name);
        let ends = hidden.tables == 0 && is_part && rank(name) >= rank(&hidden.name);
        if ends && !CLOSED_BY_NAME.contains(&hidden.name.as_str()) {
            self.hidden = None;
            return true;
        }
        hidden.tables -= u32::from(name == "table" && hidden.tables > 0);
        false
    }

    /// Whether text is shown.
    pub(super) fn shows(&mut self, text: &str) -> bool {
        if let Some(sheet) = &mut self.sheet {
            sheet.push_str(text);
        }
        let Some(hidden) = &self.hidden else { return true };
        self.hid_text |= hidden.by_style && !text.trim().is_empty();
        false
    }

    /// Hides what stands in a cell, or in a row of a table in a cell.
    pub(super) fn hide_part(&mut self, name: &str) {
        self.hide(name, true);
    }

    /// Whether the row that ends had text that a style hides.
    pub(super) fn take_hid_text(&mut self) -> bool {
        mem::take(&mut self.hid_text)
    }

    /// The element that is still open and of which nothing is shown, though rows stand in it.
    pub(super) fn swallowing(&self) -> Option<&'static str> {
        let hidden = self.hidden.as_ref().filter(|hidden| hidden.holds_rows)?;
        CLOSED_BY_NAME.into_iter().find(|name| *name == hidden.name)
    }

    fn hide(&mut self, name: &str, by_style: bool) {
        let tables = u32::from(name == "table");
        self.hidden = Some(Hidden { name: name.to_owned(), depth: 1, tables, holds_rows: false, by_style });
    }

    fn begin_sheet(&mut self, name: &str) {
        if name == "style" {
            self.sheet = Some(String::new());
        }
    }
}

/// How much of a table an element encloses: a part ends those that enclose no more than it.
fn rank(name: &str) -> u8 {
    match name {
        "table" => 3,
        "tbody" | "thead" | "tfoot" => 2,
        "tr" => 1,
        _ => 0,
    }
}
