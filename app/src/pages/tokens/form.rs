//! What is asked when a token is made, and the page that shows its secret.

use crate::{
    components::*,
    format,
    server::{Cx, FormState, PageResult, form::FormReader},
};
use domain::token::{DAYS, NewToken, Scope};
use leptos::prelude::*;
use store::tokens::Made;

/// The lives that are offered, in days.
const LIVES: [(u16, &str); 3] = [(30, "30 days"), (90, "90 days"), (365, "A year")];

/// A new form.
pub fn begun() -> FormState {
    FormState::default().fill("days", DAYS)
}

/// Reads it: the token, and the password that signs for it.
pub fn read(form: &mut FormReader) -> Result<(NewToken, String), FormState> {
    let name = form.text("name", "Say what the token is for");
    let scopes = form.picks::<Scope>("scopes");
    let days = form.pick::<u16>("days", "Choose how long it works");
    let password = form.password("password", "Enter your password");
    if let Err(wrong) = NewToken::parse(name.as_deref().unwrap_or("-"), scopes.clone(), days) {
        wrong.0.iter().for_each(|(field, why)| form.error(field, why));
    }
    let (name, days, password) = form.finish((name, days, password))?;
    // Asked above; what is left is the name's own form.
    match NewToken::parse(&name, scopes, Some(days)) {
        Ok(new) => Ok((new, password)),
        Err(wrong) => Err(form.refused(&wrong)),
    }
}

/// Scopes by area, in the order of the workflow.
fn groups() -> Vec<(String, Vec<Choice>)> {
    let mut groups: Vec<(String, Vec<Choice>)> = Vec::new();
    for scope in Scope::ALL {
        let area = scope.as_str().split(':').next().unwrap_or_default();
        let title = match area {
            "people" => "People and settings".to_owned(),
            "audit" => "Audit trail".to_owned(),
            other => format!("{}{}", other[..1].to_uppercase(), &other[1..]),
        };
        let choice = Choice::new(scope, scope.label()).hint(scope.as_str());
        match groups.last_mut().filter(|(last, _)| *last == title) {
            Some((_, choices)) => choices.push(choice),
            None => groups.push((title, vec![choice])),
        }
    }
    groups
}

/// The fields.
pub fn fields() -> impl IntoView {
    let lives = LIVES.iter().map(|(days, label)| Choice::new(days, *label)).collect();
    view! {
        <TextField name="name" label="What it is for" hint="As you would recognise it in the audit trail: nightly evaluations" chars=40/>
        <CheckboxGroups name="scopes" label="What it opens" groups=groups()/>
        <Radios name="days" label="How long it works" choices=lives inline=true/>
        <PasswordField name="password" label="Your password" hint="Asked again, so that a browser left open is no way to a lasting key."/>
    }
}

/// The secret, shown this once: an answer to the POST, so that no address leads back to it.
pub fn made_page(cx: &Cx, new: &NewToken, made: &Made, back: Crumb) -> PageResult {
    let lead = format!(
        "\u{201c}{}\u{201d} works until {}. Copy its secret now: it is not shown again.",
        new.name,
        format::instant(made.expires_at)
    );
    let secret = made.secret.clone();
    let scopes = new.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    let shell = "read -rs COUNTERSIGN_TOKEN && export COUNTERSIGN_TOKEN";
    let try_it = format!("curl -H \"Authorization: Bearer $COUNTERSIGN_TOKEN\" {}/api/v1/me", cx.state.site.base_url);
    let leave = back.clone();
    cx.page("Copy this secret", || {
        view! {
            <div class="narrow">
                <PageHeader title="Copy this secret" crumbs=vec![back] lead/>
                <p class="one-time-link" id="secret">{secret}</p>
                <p>"One click selects all of it. Keep it where your program keeps its secrets; if it gets lost, or out, revoke it and make another."</p>
                <KeyValues><KeyValue label="It opens">{scopes}</KeyValue></KeyValues>
                <p>"To try it in a shell, paste it after the first line:"</p>
                <pre class="try-it" tabindex="0" aria-label="Two lines for a shell"><code>{shell}"\n"{try_it}</code></pre>
                <div class="actions">
                    <a class="button" href=leave.href>{leave.label}</a>
                    <a class="button button-plain" href="/api">"What the API can do"</a>
                </div>
            </div>
        }
    })
}
