//! XML as a stream of elements and texts. Entities are never expanded beyond the five that XML itself has.

use super::decoded::decoded;
use super::slim::{Room, Slim, short};
use super::{Source, Unreadable};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{self, BufRead, BufReader, Read};

/// Elements within each other.
const DEPTH: usize = 128;
/// Bytes of one tag or text.
const EVENT: usize = 16 * 1024 * 1024;
/// Attributes of one element that are kept.
const ATTRIBUTES: usize = 100;

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// An element begins: its name without prefix, and its attributes.
    Start(String, Attributes),
    /// Text within an element, cut; a long text may come in several.
    Text(String),
    /// An element ends.
    End,
    /// The document is over.
    Eof,
}

/// Attributes by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes(pub Vec<(String, String)>);

impl Attributes {
    /// The attribute, or nothing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }
}

/// A document that is read element by element.
pub struct Xml<'a> {
    reader: Reader<Metered<'a>>,
    buffer: Vec<u8>,
    open: Vec<String>,
    begun: bool,
    format: &'static str,
}

impl<'a> Xml<'a> {
    /// From the start of a file.
    pub fn new(file: &'a mut dyn Source, format: &'static str) -> Result<Self, Unreadable> {
        let inner = BufReader::with_capacity(64 * 1024, decoded(file)?);
        let mut reader = Reader::from_reader(Metered { inner, left: EVENT, lines: 1 });
        reader.config_mut().expand_empty_elements = true;
        Ok(Xml { reader, buffer: Vec::new(), open: Vec::new(), begun: false, format })
    }

    /// Names of the open elements, the outermost first.
    pub fn open(&self) -> &[String] {
        &self.open
    }

    /// What comes next.
    ///
    /// # Errors
    /// XML that is not well formed, or that asks for more than is read, with the line.
    pub fn next(&mut self) -> Result<Node, Unreadable> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().left = EVENT;
            let event = match self.reader.read_event_into(&mut self.buffer) {
                // What we refuse ourselves is `Other`; anything else is the stream.
                Err(quick_xml::Error::Io(e)) if e.kind() != io::ErrorKind::Other => {
                    return Err(Unreadable::Stream(e.to_string()));
                }
                read => read.map_err(|e| e.to_string()).and_then(event),
            };
            let line = self.reader.get_ref().lines;
            let broken = |what: &str| Unreadable::Broken { format: self.format, what: format!("line {line}: {what}") };
            return match event.map_err(|e| broken(&e))? {
                Some(Node::Start(..)) if self.open.len() >= DEPTH => Err(broken("elements are nested too deeply")),
                Some(Node::Start(..)) if self.begun && self.open.is_empty() => Err(broken("a second root element")),
                Some(Node::Start(name, attributes)) => {
                    self.begun = true;
                    self.open.push(name.clone());
                    Ok(Node::Start(name, attributes))
                }
                Some(Node::End) => {
                    self.open.pop();
                    Ok(Node::End)
                }
                Some(Node::Eof) => match self.open.last() {
                    Some(name) => Err(broken(&format!("the file ends within <{name}>"))),
                    None if !self.begun => Err(broken("no element")),
                    None => Ok(Node::Eof),
                },
                Some(Node::Text(_)) if self.open.is_empty() => continue,
                Some(text) => Ok(text),
                None => continue,
            };
        }
    }

    /// The rest of the element that has just begun, as a value: attributes and children by name, text alone as text. An
    /// element whose children are a list by definition (`list` says so by its name) becomes one.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn value(
        &mut self,
        attributes: Attributes,
        list: &dyn Fn(&str) -> List,
        room: &Room,
    ) -> Result<Slim, Unreadable> {
        let kind = self.open.last().map_or(List::No, |name| list(name));
        let mut entries: Vec<(String, Slim)> =
            attributes.0.into_iter().map(|(key, value)| (key, Slim::Text(value))).collect();
        let mut text = String::new();
        loop {
            match self.next()? {
                Node::Start(name, attributes) => {
                    let value = self.value(attributes, list, room)?;
                    if room.take(name.len()) {
                        entries.push((name, value));
                    }
                }
                Node::Text(more) if text.len() < 1_000 => text.push_str(&more),
                Node::Text(_) => {}
                Node::End | Node::Eof => break,
            }
        }
        let text = short(text.trim());
        if !room.take(text.len()) {
            return Ok(Slim::Null);
        }
        Ok(match kind {
            List::Plain => Slim::List(entries.into_iter().map(|(_, value)| value).collect()),
            List::Named => Slim::List(entries.into_iter().map(|entry| Slim::Map(vec![entry])).collect()),
            List::No if entries.is_empty() => Slim::Text(text),
            List::No => {
                if !text.is_empty() {
                    entries.push(("content".to_owned(), Slim::Text(text)));
                }
                Slim::Map(entries)
            }
        })
    }
}

/// Whether an element is a list of its children.
#[derive(Clone, Copy)]
pub enum List {
    /// It is not.
    No,
    /// Its children are the entries.
    Plain,
    /// Its children are the entries, each under its name.
    Named,
}

fn event(event: Event) -> Result<Option<Node>, String> {
    Ok(Some(match event {
        Event::Start(start) | Event::Empty(start) => {
            Node::Start(short(start.local_name().as_ref()), attributes(&start)?)
        }
        Event::End(_) => Node::End,
        Event::Text(text) => Node::Text(short(&text.xml10_content())),
        Event::CData(text) => Node::Text(short(&text.xml10_content())),
        Event::GeneralRef(entity) => {
            let char = match entity.resolve_char_ref().map_err(|e| e.to_string())? {
                Some(char) => char.to_string(),
                None => quick_xml::escape::resolve_predefined_entity(&entity.xml10_content())
                    .ok_or("an entity that XML does not have by itself")?
                    .to_owned(),
            };
            Node::Text(char)
        }
        Event::DocType(_) => return Err("a document type definition is not read".to_owned()),
        Event::Eof => Node::Eof,
        Event::Comment(_) | Event::Decl(_) | Event::PI(_) => return Ok(None),
    }))
}

fn attributes(start: &BytesStart) -> Result<Attributes, String> {
    let mut out = Vec::new();
    for attribute in start.attributes().take(ATTRIBUTES) {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| e.to_string())?;
        out.push((short(attribute.key.as_ref()), short(&value)));
    }
    Ok(Attributes(out))
}

/// Counts lines, and stops a single tag or text that would fill the memory.
struct Metered<'a> {
    inner: BufReader<Box<dyn Read + 'a>>,
    left: usize,
    lines: u64,
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(into)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Metered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("a tag or text of more than 16 MB"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        let lines = self.inner.buffer().iter().take(n).filter(|b| **b == b'\n').count();
        self.lines = self.lines.saturating_add(lines as u64);
        self.left = self.left.saturating_sub(n);
        self.inner.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(xml: &str) -> Result<String, String> {
        let mut file = std::io::Cursor::new(xml.as_bytes());
        let mut xml = Xml::new(&mut file, "XML").map_err(|e| e.to_string())?;
        let mut out = String::new();
        loop {
            match xml.next().map_err(|e| e.to_string())? {
                Node::Start(name, attributes) => out.push_str(&format!("<{name} {:?}>", attributes.0)),
                Node::Text(text) => out.push_str(&text),
                Node::End => out.push_str("</>"),
                Node::Eof => return Ok(out),
            }
        }
    }

    #[test]
    fn elements_texts_and_the_five_entities() {
        assert_eq!(
            all("<?xml version='1.0'?><!-- c --><p:a x='1 &lt; &#50;'>t &amp; <![CDATA[<u>]]>&#x41;<b/></p:a>\n")
                .unwrap(),
            r#"<a [("x", "1 < 2")]>t & <u>A<b []></></>"#
        );
    }

    #[test]
    fn another_encoding_is_read_if_the_first_line_names_it() {
        let mut file = std::io::Cursor::new(b"<?xml version='1.0' encoding=\"ISO-8859-1\"?><a>\xe4\x80</a>".to_vec());
        let mut xml = Xml::new(&mut file, "XML").unwrap();
        assert!(matches!(xml.next(), Ok(Node::Start(..))));
        assert_eq!(xml.next(), Ok(Node::Text("ä€".to_owned())));
        let mut file = std::io::Cursor::new(b"<a>\xe4</a>".to_vec());
        let mut xml = Xml::new(&mut file, "XML").unwrap();
        assert!(xml.next().is_ok() && xml.next().is_err());
    }

    #[test]
    fn what_is_hostile_or_broken_is_refused_with_the_line() {
        let laughs = "<?xml version='1.0'?>\n<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>\n<l>&b;</l>";
        assert!(all(laughs).unwrap_err().contains("line 2: a document type"));
        assert!(all("<l>\n&b;</l>").unwrap_err().contains("line 2: an entity"));
        assert!(all("<l x='&b;'/>").is_err());
        assert!(all("<l>\n<m>\ntext").unwrap_err().contains("line 3: "));
        assert!(all("<l></m>").is_err() && all("<a/><b/>").is_err() && all("").is_err() && all("<").is_err());
        assert!(all(&"<a>".repeat(1_000)).unwrap_err().contains("nested too deeply"));
        let long = format!("<a>{}</a>", "x".repeat(17 * 1024 * 1024));
        assert!(all(&long).unwrap_err().contains("16 MB"));
    }
}
