//! One line of curl for an operation, with a body that could be sent.

use super::document::{Operation, resolved};
use serde_json::{Map, Value, json};

/// The call, for a shell.
pub fn curl(operation: &Operation, document: &Value, base: &str) -> String {
    let mut path = operation.path.clone();
    for field in operation.parameters.iter().filter(|field| field.place.as_deref() == Some("path")) {
        let value = value(document, &field.schema);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        path = path.replace(&format!("{{{}}}", field.name), &text);
    }
    let mut parts = vec!["curl".to_owned()];
    if operation.method != "GET" && (operation.method != "POST" || operation.body.is_none()) {
        parts.push(format!("-X {}", operation.method));
    }
    if !operation.open {
        parts.push("-H \"Authorization: Bearer $COUNTERSIGN_TOKEN\"".to_owned());
    }
    if operation.parameters.iter().any(|field| field.name == "If-Match") {
        parts.push("-H 'If-Match: \"1\"'".to_owned());
    }
    match &operation.body {
        Some(body) if body.media.starts_with("multipart/") => {
            let label = value(document, &body.schema["properties"]["label"]);
            parts.push(format!("-F {}", quoted(&format!("label={label};type=application/json"))));
            parts.push("-F file=@results.csv".to_owned());
        }
        Some(body) => {
            parts.push("-H 'Content-Type: application/json'".to_owned());
            parts.push(format!("-d {}", quoted(&value(document, &body.schema).to_string())));
        }
        None => {}
    }
    parts.push(format!("{base}{path}"));
    parts.join(" \\\n  ")
}

/// Within a shell's single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Something that a schema takes: its example, or the least that is whole.
fn value(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(example) = schema.get("example").or_else(|| schema.get("examples").and_then(|all| all.get(0))) {
        return example.clone();
    }
    if let Some(word) = schema["enum"].as_array().and_then(|words| words.first()) {
        return word.clone();
    }
    if let Some(options) = schema["oneOf"].as_array() {
        return options
            .iter()
            .find(|option| option["type"] != "null")
            .map_or(Value::Null, |option| value(document, option));
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match (kind, schema["format"].as_str()) {
        ("string", Some("uuid")) => json!("01990000-0000-7000-8000-000000000001"),
        ("string", Some("date")) => json!("2027-01-31"),
        ("string", Some("password")) => json!("your password"),
        ("string", _) => json!("\u{2026}"),
        ("integer", _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        ("boolean", _) => json!(true),
        ("array", _) => json!([value(document, &schema["items"])]),
        _ => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields = required.map(|name| (name.to_owned(), value(document, &schema["properties"][name])));
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_holds_what_is_required_and_survives_a_shell() {
        let document = json!({"components": {"schemas": {"Stage": {"type": "string", "enum": ["pilot", "live"]}}}});
        let schema = json!({"type": "object", "required": ["stage", "n"], "properties": {
            "stage": {"$ref": "#/components/schemas/Stage"}, "n": {"type": "integer", "minimum": 3}, "more": {"type": "string"}}});
        assert_eq!(value(&document, &schema), json!({"stage": "pilot", "n": 3}));
        assert_eq!(quoted("a'b"), r"'a'\''b'");
    }
}
