//! A catalogue in NIST's Open Security Controls Assessment Language (OSCAL), as JSON: groups within groups, controls
//! within groups and controls, texts in nested parts.
//!
//! Parameters stay in the texts as `{{ insert: param, … }}`; controls marked as withdrawn are left out.

use super::{BadFramework, Control, DEPTH_MAX, Format, Group, Imported, Making, Part, canonical, shown};
use serde_json::Value;

pub(super) fn read(catalog: &Value) -> Result<Imported, BadFramework> {
    let metadata =
        catalog.get("metadata").ok_or_else(|| BadFramework::NotAFramework("it has no metadata".to_owned()))?;
    let mut making = Making::new(Format::Oscal, String::new(), None);
    match making.line("metadata", "title", string(metadata, "title")) {
        Some(title) => making.title = title,
        None => making.fault("metadata", "there is no title"),
    }
    making.version = making.line("metadata", "version", string(metadata, "version"));
    Walk { making: &mut making }.level(catalog, &Inside::default())?;
    making.finish()
}

/// Where the walk is.
#[derive(Default, Clone)]
struct Inside {
    path: String,
    depth: usize,
    group: Option<String>,
    control: Option<String>,
}

struct Walk<'m> {
    making: &'m mut Making,
}

impl Walk<'_> {
    /// The groups and controls of a catalogue, a group or a control.
    fn level(&mut self, of: &Value, inside: &Inside) -> Result<(), BadFramework> {
        if inside.depth > DEPTH_MAX {
            self.making.fault(&inside.path, format!("it lies deeper than {DEPTH_MAX} levels"));
            return Ok(());
        }
        for (n, group) in list(of, "groups").iter().enumerate() {
            self.group(group, n, inside)?;
        }
        for (n, control) in list(of, "controls").iter().enumerate() {
            self.control(control, n, inside)?;
        }
        Ok(())
    }

    /// A group may have no identifier: its title stands in.
    fn group(&mut self, group: &Value, n: usize, inside: &Inside) -> Result<(), BadFramework> {
        let (id, title) = (string(group, "id"), string(group, "title"));
        let place = place(inside, "group", if id.is_empty() { title } else { id }, n);
        let title = self.making.line(&place, "title", title);
        let given = if id.is_empty() { title.clone().unwrap_or_default() } else { id.to_owned() };
        let Some(id) = self.making.id(&place, &given) else { return Ok(()) };
        let title = title.unwrap_or_else(|| id.clone());
        self.making.group(Group { id: id.clone(), title, parent: inside.group.clone() })?;
        let within = Inside { path: place, depth: inside.depth + 1, group: Some(id), control: None };
        self.level(group, &within)
    }

    fn control(&mut self, control: &Value, n: usize, inside: &Inside) -> Result<(), BadFramework> {
        let withdrawn = |prop: &Value| string(prop, "name") == "status" && string(prop, "value") == "withdrawn";
        if list(control, "props").iter().any(withdrawn) {
            return Ok(());
        }
        let place = place(inside, "control", string(control, "id"), n);
        let Some(id) = self.making.id(&place, string(control, "id")) else { return Ok(()) };
        let Some(title) = self.making.line(&place, "title", string(control, "title")) else {
            self.making.fault(&place, "there is no title");
            return Ok(());
        };
        let (mut statements, mut parts) = (Vec::new(), Vec::new());
        for part in list(control, "parts") {
            let prose = self.prose(part, &place);
            match string(part, "name") {
                "statement" => statements.push(prose),
                name => {
                    let name = self.making.line(&place, "name of a part", name).unwrap_or_else(|| "part".to_owned());
                    parts.extend(self.making.text(&place, "text of a part", &prose).map(|text| Part { name, text }));
                }
            }
        }
        let text = self.making.text(&place, "statement", &statements.join("\n"));
        let (group, parent) = (inside.group.clone(), inside.control.clone());
        let nist = canonical(&id);
        self.making.control(Control { nist, id: id.clone(), title, group: group.clone(), parent, text, parts })?;
        let within = Inside { path: place, depth: inside.depth + 1, group, control: Some(id) };
        self.level(control, &within)
    }

    /// A part's prose, and below it that of its own parts as a list, as Markdown.
    fn prose(&mut self, part: &Value, place: &str) -> String {
        let mut out = String::new();
        self.add_prose(part, place, (0, 0), &mut out);
        out
    }

    /// `depth` counts the parts that this one lies in, `indent` those of them that say something.
    fn add_prose(&mut self, part: &Value, place: &str, (depth, indent): (usize, usize), out: &mut String) {
        if depth > DEPTH_MAX {
            self.making.fault(place, format!("its parts lie deeper than {DEPTH_MAX} levels"));
            return;
        }
        let prose = string(part, "prose").trim();
        if !prose.is_empty() {
            let label = list(part, "props").iter().find(|prop| string(prop, "name") == "label");
            let label = label.map(|prop| string(prop, "value")).filter(|label| depth > 0 && !label.is_empty());
            let prose = label.map_or_else(|| prose.to_owned(), |label| format!("{label} {prose}"));
            out.push_str(&if depth == 0 { format!("{prose}\n\n") } else { item(&prose, indent) });
        }
        let within = indent + usize::from(depth > 0 && !prose.is_empty());
        for part in list(part, "parts") {
            self.add_prose(part, place, (depth + 1, within), out);
        }
    }
}

/// An item of a Markdown list, its further lines indented so that they belong to it.
fn item(prose: &str, indent: usize) -> String {
    let mut out = String::new();
    for (n, line) in prose.lines().enumerate() {
        if !line.is_empty() {
            out.push_str(&"  ".repeat(indent));
            out.push_str(if n == 0 { "- " } else { "  " });
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

fn place(inside: &Inside, what: &str, name: &str, n: usize) -> String {
    let name = if name.is_empty() { (n + 1).to_string() } else { shown(name) };
    if inside.path.is_empty() { format!("{what} {name}") } else { format!("{}, {what} {name}", inside.path) }
}

fn string<'v>(of: &'v Value, key: &str) -> &'v str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(of: &'v Value, key: &str) -> &'v [Value] {
    of.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
