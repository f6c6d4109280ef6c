//! Reads a PDF again as another program would: letter by letter, through the font's own table of characters.
#![allow(dead_code)] // each test file takes what it needs

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::*;
use kurbo::{Affine, BezPath, Rect};

/// What a PDF says.
pub struct Read {
    /// One text a page. White space is left out: whether there is some between two letters is for the eye to say.
    pub pages: Vec<String>,
    /// How far to the right the rightmost letter of each page begins, in points.
    pub right: Vec<f64>,
    /// What the file says about itself.
    pub about: hayro_interpret::hayro_syntax::metadata::Metadata,
}

impl Read {
    /// All pages in a row.
    pub fn all(&self) -> String {
        self.pages.concat()
    }

    /// Whether this text stands somewhere, be it over two lines.
    pub fn says(&self, text: &str) -> bool {
        self.all().contains(&tight(text))
    }
}

/// Without white space.
pub fn tight(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Reads it, or panics.
pub fn read(bytes: &[u8]) -> Read {
    let pdf = Pdf::new(bytes.to_vec()).unwrap();
    let (mut pages, mut right) = (Vec::new(), Vec::new());
    for page in pdf.pages().iter() {
        let mut letters = Letters::default();
        let area = Rect::new(0.0, 0.0, 600.0, 850.0);
        let settings = InterpreterSettings::default();
        let mut context = Context::new(Affine::IDENTITY, area, &InterpreterCache::new(), pdf.xref(), settings);
        interpret_page(page, &mut context, &mut letters);
        pages.push(letters.text);
        right.push(letters.right);
    }
    Read { pages, right, about: pdf.metadata().clone() }
}

/// Draws nothing, and writes down what it should have drawn.
#[derive(Default)]
struct Letters {
    text: String,
    right: f64,
}

impl<'a> Device<'a> for Letters {
    fn draw_glyph(&mut self, glyph: &Glyph<'a>, transform: Affine, at: Affine, _: &Paint<'a>, _: &GlyphDrawMode) {
        let text = match glyph.as_unicode() {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => "\u{fffd}".to_owned(),
        };
        self.text.push_str(&tight(&text));
        self.right = self.right.max((transform * at).translation().x);
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
