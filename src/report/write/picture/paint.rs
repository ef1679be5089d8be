//! Puts a scene on paper: SVG by plotters' backend, PNG from that same SVG.

use std::sync::{Arc, OnceLock};

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};
use unicode_normalization::UnicodeNormalization;

use super::face::{FAMILY, FILES, Weight};
use super::scene::{Anchor, Item, Rgb, Scene, Text};
use crate::ReportError;

/// Pixels of a PNG for each pixel of the scene, so that it stays sharp in print.
const SCALE: f32 = 2.0;
/// Faces that a reader of the SVG may have.
const SVG_FAMILY: &str = "Noto Sans, Arial, Helvetica, sans-serif";
/// plotters divides a size by this on its way into an SVG.
const SVG_SIZE: f64 = 1.24;

/// Draws a scene as PNG, with the bundled faces and no others.
pub fn png(scene: &Scene, name: &str) -> Result<Vec<u8>, ReportError> {
    static FACES: OnceLock<Arc<Database>> = OnceLock::new();
    let faces = FACES.get_or_init(|| {
        let mut faces = Database::new();
        for file in FILES {
            faces.load_font_data(file.to_vec());
        }
        faces.set_sans_serif_family(FAMILY);
        Arc::new(faces)
    });
    let options = Options { fontdb: Arc::clone(faces), font_family: FAMILY.to_owned(), ..Options::default() };
    let tree = Tree::from_str(&svg(scene, name)?, &options).map_err(|error| failure(name, &error))?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| failure(name, &"it has no size"))?;
    let mut paper = Pixmap::new(size.width(), size.height()).ok_or_else(|| failure(name, &"it is too large"))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut paper.as_mut());
    paper.encode_png().map_err(|error| failure(name, &error))
}

/// Draws a scene as SVG.
pub fn svg(scene: &Scene, name: &str) -> Result<String, ReportError> {
    let mut text = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut text, (scene.width.ceil() as u32, scene.height.ceil() as u32));
        draw(&mut backend, scene).map_err(|message| ReportError::Drawing { chart: name.to_owned(), message })?;
        backend.present().map_err(|error| failure(name, &error))?;
    }
    Ok(text)
}

fn failure(name: &str, error: &impl std::fmt::Display) -> ReportError {
    ReportError::Drawing { chart: name.to_owned(), message: error.to_string() }
}

fn pixel(value: f64) -> i32 {
    value.round() as i32
}

fn draw(backend: &mut SVGBackend<'_>, scene: &Scene) -> Result<(), String> {
    let (width, height) = backend.get_size();
    let paper = filled((255, 255, 255));
    backend.draw_rect((0, 0), (width as i32, height as i32), &paper, true).map_err(|error| error.to_string())?;
    for item in &scene.items {
        match item {
            Item::Rect { x, y, width, height, colour } => {
                let from = (pixel(*x), pixel(*y));
                // One pixel less, so that the parts of a stack stay apart.
                let to = (pixel(x + width) - 1, pixel(y + height) - 1);
                let to = (to.0.max(from.0), to.1.max(from.1));
                backend.draw_rect(from, to, &filled(*colour), true).map_err(|error| error.to_string())?;
            }
            Item::Path { points, width, colour } => {
                let points = points.iter().map(|(x, y)| (pixel(*x), pixel(*y)));
                let style = ShapeStyle { stroke_width: *width, ..filled(*colour) };
                backend.draw_path(points, &style).map_err(|error| error.to_string())?;
            }
            Item::Text(text) => words(backend, text)?,
        }
    }
    Ok(())
}

fn filled((red, green, blue): Rgb) -> ShapeStyle {
    ShapeStyle { color: RGBColor(red, green, blue).into(), filled: true, stroke_width: 1 }
}

fn font_style(weight: Weight) -> FontStyle {
    match weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
    }
}

fn words(backend: &mut SVGBackend<'_>, text: &Text) -> Result<(), String> {
    let h_pos = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let (red, green, blue) = text.colour;
    let colour = RGBColor(red, green, blue);
    let font = FontDesc::new(FontFamily::Name(SVG_FAMILY), text.em * SVG_SIZE, font_style(text.weight));
    let style = TextStyle::from(font).pos(Pos::new(h_pos, VPos::Top)).color(&colour);
    let words: String = text.words.nfc().collect();
    // An SVG text of plotters hangs 0,76 em below its point.
    let at = (pixel(text.x), pixel(text.baseline - 0.76 * text.em));
    backend.draw_text(&words, &style, at).map_err(|error| error.to_string())
}
