//! All that Typst can see: one template, one file of data, four fonts. Whatever else it asks for does not exist.

use crate::Error;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt};

/// What every report shares, made once.
struct Shelf {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    data: FileId,
}

static SHELF: LazyLock<Result<Shelf, String>> = LazyLock::new(|| {
    let fonts: Vec<Font> = [
        include_bytes!(concat!(env!("OUT_DIR"), "/serif.otf")).as_slice(),
        include_bytes!(concat!(env!("OUT_DIR"), "/serif-italic.otf")),
        include_bytes!(concat!(env!("OUT_DIR"), "/serif-semibold.otf")),
        include_bytes!(concat!(env!("OUT_DIR"), "/mono.ttf")),
    ]
    .into_iter()
    .map(|font| Font::new(Bytes::new(font), 0).ok_or_else(|| "an embedded font can't be read".to_owned()))
    .collect::<Result<_, _>>()?;
    Ok(Shelf {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        template: Source::new(file("report.typ")?, include_str!("report.typ").to_owned()),
        data: file("document.json")?,
    })
});

/// Names a file that only exists here.
fn file(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|_| format!("{name} is no path"))?;
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

/// The world of one report.
pub struct World {
    shelf: &'static Shelf,
    data: Bytes,
}

impl World {
    /// With what the template reads as `document.json`.
    pub fn new(data: Vec<u8>) -> Result<Self, Error> {
        let shelf = SHELF.as_ref().map_err(|fault| Error::Typeset(fault.clone()))?;
        Ok(Self { shelf, data: Bytes::new(data) })
    }
}

fn missing<T>(id: FileId) -> FileResult<T> {
    Err(FileError::NotFound(id.get().vpath().get_without_slash().into()))
}

impl typst::World for World {
    fn library(&self) -> &LazyHash<Library> {
        &self.shelf.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shelf.book
    }

    fn main(&self) -> FileId {
        self.shelf.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.shelf.template.id() { Ok(self.shelf.template.clone()) } else { missing(id) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.shelf.data { Ok(self.data.clone()) } else { missing(id) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shelf.fonts.get(index).cloned()
    }

    /// No clock: a template that asks for the date fails.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
