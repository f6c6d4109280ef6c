//! The OpenAPI document as people read it: operations by tag, fields with their types in words.

use serde_json::Value;
use std::collections::BTreeMap;

/// What can be asked, and what is answered.
#[derive(Clone, Debug)]
pub struct Operation {
    /// "GET".
    pub method: String,
    /// "/systems/{reference}", below the base.
    pub path: String,
    /// One line.
    pub summary: String,
    /// More, where one line is not enough.
    pub description: Option<String>,
    /// What a token needs.
    pub scope: Option<String>,
    /// Whether it asks for no token at all.
    pub open: bool,
    /// In path, query and headers.
    pub parameters: Vec<Field>,
    /// What is sent.
    pub body: Option<Body>,
    /// What is answered when it works.
    pub answers: Vec<Answer>,
    /// Statuses of refusals.
    pub refusals: Vec<String>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its media type.
    pub media: String,
    /// Its schema.
    pub schema: Value,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// "201".
    pub status: String,
    /// What it means.
    pub text: String,
    /// What it holds.
    pub kind: Option<Kind>,
}

/// A field or a parameter.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where it stands: path, query, header; none in a body.
    pub place: Option<String>,
    /// Its type.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub text: String,
    /// "1 to 200 characters".
    pub limits: Option<String>,
    /// As the document has it.
    pub schema: Value,
}

/// A type in words, around a name that may be explained elsewhere on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// "list of ".
    pub before: &'static str,
    /// "text", "RiskView".
    pub name: String,
    /// " or null".
    pub after: &'static str,
    /// Whether the name is one of the document's own types.
    pub link: bool,
}

/// One of the document's own types.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// What it is.
    pub text: String,
    /// Its fields, for an object.
    pub fields: Vec<Field>,
    /// Its words, for a closed list.
    pub words: Vec<String>,
}

/// Operations by tag: tags in the document's order, operations by path.
pub fn by_tag(document: &Value) -> Vec<(String, Vec<Operation>)> {
    let named = document["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str());
    let mut tags: Vec<(String, Vec<Operation>)> = named.map(|name| (name.to_owned(), Vec::new())).collect();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, given) in item.as_object().into_iter().flatten() {
            let tag = given["tags"][0].as_str().unwrap_or("Other").to_owned();
            let operation = operation(document, method, path, given);
            match tags.iter_mut().find(|(name, _)| *name == tag) {
                Some((_, operations)) => operations.push(operation),
                None => tags.push((tag, vec![operation])),
            }
        }
    }
    tags.retain(|(_, operations)| !operations.is_empty());
    tags
}

fn operation(document: &Value, method: &str, path: &str, given: &Value) -> Operation {
    let security = &given["security"][0];
    let content = given["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
    let (mut answers, mut refusals) = (Vec::new(), Vec::new());
    for (status, answer) in given["responses"].as_object().into_iter().flatten() {
        if !status.starts_with('2') {
            if status != "default" {
                refusals.push(status.clone());
            }
            continue;
        }
        let content = answer["content"].as_object().and_then(|content| content.iter().next());
        answers.push(Answer {
            status: status.clone(),
            text: text(answer),
            kind: content.map(|(media, c)| held(media, c)),
        });
    }
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: given["summary"].as_str().unwrap_or_default().to_owned(),
        description: given["description"].as_str().map(str::to_owned),
        scope: security["token"][0].as_str().map(str::to_owned),
        open: security.get("token").is_none(),
        parameters: given["parameters"].as_array().into_iter().flatten().map(|p| parameter(document, p)).collect(),
        body: content.map(|(media, content)| Body {
            media: media.clone(),
            schema: resolved(document, &content["schema"]).clone(),
            fields: fields(document, &content["schema"]),
        }),
        answers,
        refusals,
    }
}

/// A file is bytes, whatever the schema calls them.
fn held(media: &str, content: &Value) -> Kind {
    match media.starts_with("application/octet-stream") {
        true => Kind { name: "the file's bytes".to_owned(), ..Kind::default() },
        false => kind(&content["schema"]),
    }
}

fn text(of: &Value) -> String {
    of["description"].as_str().unwrap_or_default().to_owned()
}

fn parameter(document: &Value, given: &Value) -> Field {
    let schema = &given["schema"];
    let mut schema = schema.clone();
    if let (Some(example), Some(schema)) = (given.get("example"), schema.as_object_mut()) {
        schema.insert("example".to_owned(), example.clone());
    }
    Field {
        name: given["name"].as_str().unwrap_or_default().to_owned(),
        place: given["in"].as_str().map(str::to_owned),
        kind: kind(&schema),
        required: given["required"].as_bool().unwrap_or_default(),
        text: text(given),
        limits: limits(document, &schema),
        schema,
    }
}

/// The fields of an object, those that must be there first named so.
fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let schema = resolved(document, schema);
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, given)| Field {
            name: name.clone(),
            place: None,
            kind: kind(given),
            required: required(name),
            text: text(given),
            limits: limits(document, given),
            schema: given.clone(),
        })
        .collect()
}

/// The schema that a reference names.
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(schema),
        None => schema,
    }
}

/// The type in words.
fn kind(schema: &Value) -> Kind {
    if let Some(name) = schema["$ref"].as_str() {
        return Kind { name: name.rsplit('/').next().unwrap_or_default().to_owned(), link: true, ..Kind::default() };
    }
    for one_of in ["oneOf", "anyOf", "allOf"] {
        if let Some(options) = schema[one_of].as_array() {
            let nothing = |option: &&Value| option["type"] == "null";
            let inner = options.iter().find(|option| !nothing(option)).map(kind).unwrap_or_default();
            let after = if options.iter().any(|option| nothing(&option)) { " or null" } else { inner.after };
            return Kind { after, ..inner };
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    };
    let after = if types.contains(&"null") { " or null" } else { "" };
    let name = match types.iter().find(|name| **name != "null").copied() {
        Some("array") => {
            let inner = kind(&schema["items"]);
            return Kind { before: "list of ", after, ..inner };
        }
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => "id (UUID)",
            Some("date") => "date",
            Some("date-time") => "time",
            Some("binary") => "file",
            _ => "text",
        },
        Some("integer") => "whole number",
        Some("boolean") => "true or false",
        Some("object") | None => "object",
        Some(other) => other,
    };
    Kind { name: name.to_owned(), after, ..Kind::default() }
}

/// Limits in words: a length, a range, the words of a closed list.
fn limits(document: &Value, schema: &Value) -> Option<String> {
    let schema = match schema["oneOf"].as_array() {
        Some(options) => options.iter().find(|option| option["type"] != "null").unwrap_or(schema),
        None => schema,
    };
    let schema = resolved(document, schema);
    let range = |low: &str, high: &str, unit: &str| match (schema[low].as_i64(), schema[high].as_i64()) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}{unit}")),
        (None, Some(high)) => Some(format!("at most {high}{unit}")),
        (Some(low), None) if low > 0 => Some(format!("at least {low}{unit}")),
        _ => None,
    };
    let words = schema["enum"].as_array().map(|words| words.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    words
        .map(|words| words.join(" \u{b7} "))
        .or_else(|| range("minLength", "maxLength", " characters"))
        .or_else(|| range("minimum", "maximum", ""))
        .or_else(|| range("minItems", "maxItems", " of them"))
}

/// The document's own types, by name.
pub fn schemas(document: &Value) -> Vec<Schema> {
    let mut found: Vec<Schema> = document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| Schema {
            name: name.clone(),
            text: text(schema),
            fields: fields(document, schema),
            words: schema["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|w| Some(w.as_str()?.to_owned()))
                .collect(),
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Every refusal's status, with what it means.
pub fn problems(document: &Value) -> Vec<(String, String)> {
    let mut all = BTreeMap::new();
    for item in document["paths"].as_object().into_iter().flat_map(|paths| paths.values()) {
        for operation in item.as_object().into_iter().flat_map(|item| item.values()) {
            for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
                if !status.starts_with('2') && status != "default" {
                    all.entry(status.clone()).or_insert_with(|| text(answer));
                }
            }
        }
    }
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(schema: Value) -> String {
        let kind = kind(&schema);
        format!("{}{}{}", kind.before, kind.name, kind.after)
    }

    #[test]
    fn types_are_said_in_words() {
        assert_eq!(said(json!({"type": "string"})), "text");
        assert_eq!(said(json!({"type": ["string", "null"], "format": "date"})), "date or null");
        assert_eq!(
            said(json!({"type": "array", "items": {"$ref": "#/components/schemas/RiskItem"}})),
            "list of RiskItem"
        );
        assert_eq!(said(json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Cell"}]})), "Cell or null");
    }

    #[test]
    fn limits_are_said_in_words() {
        let document = json!({"components": {"schemas": {"Word": {"type": "string", "enum": ["a", "b"]}}}});
        let limits = |schema| limits(&document, &schema);
        assert_eq!(
            limits(json!({"type": "string", "minLength": 1, "maxLength": 9})).as_deref(),
            Some("1 to 9 characters")
        );
        assert_eq!(limits(json!({"$ref": "#/components/schemas/Word"})).as_deref(), Some("a \u{b7} b"));
        assert_eq!(limits(json!({"type": "boolean"})), None);
    }
}
