//! A picture as plain shapes and texts, before any backend draws it.

use super::face::Weight;

/// Shapes from back to front, in pixels from the upper left corner.
#[derive(Debug, Default)]
pub struct Scene {
    pub width: f64,
    pub height: f64,
    pub items: Vec<Item>,
}

/// A colour.
pub type Rgb = (u8, u8, u8);

/// One shape or text.
#[derive(Debug)]
pub enum Item {
    Rect { x: f64, y: f64, width: f64, height: f64, colour: Rgb },
    Path { points: Vec<(f64, f64)>, width: u32, colour: Rgb },
    Text(Text),
}

/// One line of text.
#[derive(Debug)]
pub struct Text {
    pub x: f64,
    pub baseline: f64,
    pub em: f64,
    pub weight: Weight,
    pub anchor: Anchor,
    pub colour: Rgb,
    pub words: String,
}

/// Which end of a text its `x` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Scene {
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: Rgb) {
        self.items.push(Item::Rect { x, y, width, height, colour });
    }

    pub fn path(&mut self, points: Vec<(f64, f64)>, width: u32, colour: Rgb) {
        self.items.push(Item::Path { points, width, colour });
    }

    pub fn text(&mut self, text: Text) {
        self.items.push(Item::Text(text));
    }
}
