//! What a browser does with a page: finds its forms and sends what stands in them.

/// Fields in the order of the page.
pub type Fields = Vec<(String, String)>;

/// As `application/x-www-form-urlencoded`.
pub fn encode(fields: &[(String, String)]) -> String {
    let escape = |text: &str| -> String {
        let safe = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        text.bytes().map(|b| if safe(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
    };
    fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let mark = format!(" {name}=\"");
    let start = tag.find(&mark)? + mark.len();
    Some(unescape(&tag[start..start + tag[start..].find('"')?]))
}

/// The form with this action, as it would be sent when nothing is typed.
pub fn form(html: &str, action: &str) -> Option<Fields> {
    let at = html.find(&format!("action=\"{action}\""))?;
    let start = html[..at].rfind("<form")?;
    let form = &html[start..start + html[start..].find("</form>")?];
    let mut fields = Vec::new();
    for (at, _) in form.match_indices('<') {
        let tag = &form[at..at + form[at..].find('>').unwrap_or(0)];
        let Some(name) = attribute(tag, "name") else { continue };
        let rest = &form[at + tag.len()..];
        if tag.starts_with("<input") {
            let boxed = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
            if (!boxed || tag.contains(" checked")) && !tag.contains("type=\"file\"") {
                fields.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("<textarea") {
            fields.push((name, unescape(rest[1..rest.find("</textarea>")?].trim_start_matches('\n'))));
        } else if tag.starts_with("<select") {
            let options = &rest[..rest.find("</select>")?];
            let chosen =
                options.split("<option").find(|o| o.split('>').next().is_some_and(|o| o.contains(" selected")));
            fields.push((name, chosen.and_then(|o| attribute(o, "value")).unwrap_or_default()));
        }
    }
    Some(fields)
}

/// What was typed takes the place of what stood there.
pub fn typed(mut fields: Fields, typed: &[(&str, &str)]) -> Fields {
    fields.retain(|(name, _)| !typed.iter().any(|(t, _)| t == name));
    fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    fields
}
