//! Puts a scene on plotters' backends.

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};
use unicode_normalization::UnicodeNormalization;

use super::super::ReportError;
use super::face::{FAMILY, Faces, Weight};
use super::scene::{Anchor, Item, Rgb, Scene, Text};

/// Pixels of a PNG for each pixel of the scene, so that it stays sharp in print.
const SCALE: f64 = 2.0;
/// Faces that a reader of the SVG may have.
const SVG_FAMILY: &str = "Noto Sans, Arial, Helvetica, sans-serif";
/// plotters divides a size by this on its way into an SVG.
const SVG_SIZE: f64 = 1.24;

/// Draws a scene as PNG.
pub fn png(scene: &Scene, name: &str) -> Result<Vec<u8>, ReportError> {
    let faces = Faces::bundled()?;
    // plotters encodes PNG into a file only.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("chart.png");
    {
        let mut backend = BitMapBackend::new(&file, size(scene, SCALE));
        draw(&mut backend, scene, SCALE, |backend, text| letters(backend, text, faces))
            .map_err(|message| ReportError::Drawing { chart: name.to_owned(), message })?;
        backend.present().map_err(|error| failure(name, &error))?;
    }
    Ok(std::fs::read(file)?)
}

/// Draws a scene as SVG.
pub fn svg(scene: &Scene, name: &str) -> Result<String, ReportError> {
    let mut text = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut text, size(scene, 1.0));
        draw(&mut backend, scene, 1.0, words)
            .map_err(|message| ReportError::Drawing { chart: name.to_owned(), message })?;
        backend.present().map_err(|error| failure(name, &error))?;
    }
    Ok(text)
}

fn failure(name: &str, error: &impl std::fmt::Display) -> ReportError {
    ReportError::Drawing { chart: name.to_owned(), message: error.to_string() }
}

fn size(scene: &Scene, scale: f64) -> (u32, u32) {
    ((scene.width * scale).ceil() as u32, (scene.height * scale).ceil() as u32)
}

fn pixel(value: f64, scale: f64) -> i32 {
    (value * scale).round() as i32
}

fn draw<B: DrawingBackend>(
    backend: &mut B,
    scene: &Scene,
    scale: f64,
    mut write: impl FnMut(&mut B, &Text) -> Result<(), String>,
) -> Result<(), String> {
    let (width, height) = backend.get_size();
    let paper = filled((255, 255, 255));
    let told = |error: &dyn std::fmt::Display| error.to_string();
    backend.draw_rect((0, 0), (width as i32, height as i32), &paper, true).map_err(|error| told(&error))?;
    for item in &scene.items {
        match item {
            Item::Rect { x, y, width, height, colour } => {
                let from = (pixel(*x, scale), pixel(*y, scale));
                // A backend counts the last pixel in.
                let to = (pixel(x + width, scale) - 1, pixel(y + height, scale) - 1);
                let to = (to.0.max(from.0), to.1.max(from.1));
                backend.draw_rect(from, to, &filled(*colour), true).map_err(|error| told(&error))?;
            }
            Item::Path { points, width, colour } => {
                let points = points.iter().map(|(x, y)| (pixel(*x, scale), pixel(*y, scale)));
                let stroke = (f64::from(*width) * scale).round() as u32;
                let style = ShapeStyle { stroke_width: stroke, ..filled(*colour) };
                backend.draw_path(points, &style).map_err(|error| told(&error))?;
            }
            Item::Text(text) => write(backend, text)?,
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

/// Draws a text letter by letter, each at its own place (see `face`).
fn letters(backend: &mut BitMapBackend<'_>, text: &Text, faces: &Faces) -> Result<(), String> {
    let face = faces.face(text.weight);
    let em = text.em * SCALE;
    // plotters halves the size and cuts fractions: an even size keeps all letters on one baseline.
    let size = (em * face.height / 2.0).round() * 2.0;
    let font = FontDesc::new(FontFamily::Name(FAMILY), size, font_style(text.weight));
    let width = faces.width(&text.words, em, text.weight);
    let mut pen = text.x * SCALE
        - match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
    let top = pixel(text.baseline, SCALE) - (size / 2.0) as i32;
    for letter in text.words.nfc() {
        let metrics = face.metrics(letter);
        let left = pen.round() as i32 + (metrics.bearing * size / face.height).floor() as i32;
        let (red, green, blue) = text.colour;
        let drawn = font.draw(letter.encode_utf8(&mut [0; 4]), (left, top), |x, y, alpha| {
            backend.draw_pixel((x, y), RGBColor(red, green, blue).mix(f64::from(alpha)).to_backend_color())
        });
        drawn.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        pen += metrics.advance * em;
    }
    Ok(())
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
    let at = (pixel(text.x, 1.0), pixel(text.baseline - 0.76 * text.em, 1.0));
    backend.draw_text(&words, &style, at).map_err(|error| error.to_string())
}
