//! GET /account: who one is here, where one is signed in.

use crate::{
    components::*,
    server::{Cx, PageResult},
};
use leptos::prelude::*;
use store::people::sessions::{self, Listed};
use uuid::Uuid;

pub async fn show(cx: Cx) -> PageResult {
    let idle = chrono::Duration::from_std(cx.state.site.session_idle).unwrap_or_default();
    let listed = sessions::list(&cx.store, &cx.actor, cx.actor.id, idle).await?;
    let (actor, here) = (cx.actor.clone(), cx.frame.session);
    let roles = actor.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", ");
    let roles = if roles.is_empty() { "None: you work on systems that somebody added you to".into() } else { roles };
    let others = listed.iter().any(|session| Some(session.id) != here);
    cx.page("Your account", || {
        view! {
            <PageHeader title="Your account" action="Change your password" action_href="/account/password"
                more=vec![("API tokens".to_owned(), "/account/tokens".to_owned())]/>
            <KeyValues>
                <KeyValue label="Name">{actor.name}</KeyValue>
                <KeyValue label="E-mail address">{actor.email}</KeyValue>
                <KeyValue label="Roles">{roles}</KeyValue>
                <KeyValue label="Theme">"System, light or dark: choose it in the menu under your name"</KeyValue>
            </KeyValues>
            <Section title="Where you are signed in"
                lead="A session ends by itself when it is not used. End any that you do not recognise, then change your password.">
                <Table caption="Your sessions" columns=vec![
                    Column::text("With"), Column::text("From"), Column::text("Signed in"), Column::text("Last used"),
                    Column::hidden("End"),
                ]>{listed.into_iter().map(|session| row(session, here)).collect_view()}</Table>
                {others.then(|| view! {
                    <form method="post" action="/account/sessions/end-others">
                        <div class="actions"><button class="button" type="submit">"End all other sessions"</button></div>
                    </form>
                })}
            </Section>
        }
    })
}

fn row(session: Listed, here: Option<Uuid>) -> impl IntoView {
    let with = browser(session.user_agent.as_deref().unwrap_or_default());
    let since = session.created_at;
    let end = match Some(session.id) == here {
        true => view! { <Badge label="This session" tone=Tone::Info/> }.into_any(),
        false => view! {
            <form method="post" action=format!("/account/sessions/{}/end", session.id)>
                <button class="button button-small" type="submit">"End"<span class="sr-only">" the session since "<Instant at=since/></span></button>
            </form>
        }
        .into_any(),
    };
    view! {
        <tr>
            <td>{with}</td>
            <td>{session.address.unwrap_or_else(|| "unknown".into())}</td>
            <td><Instant at=session.created_at/></td>
            <td><Instant at=session.last_used_at/></td>
            <td>{end}</td>
        </tr>
    }
}

/// "Firefox on Linux", from what a browser calls itself; the text itself where it is neither.
fn browser(agent: &str) -> String {
    // The order matters: later ones name earlier ones too.
    let names =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let places = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(&names), find(&places)) {
        (Some(name), Some(place)) => format!("{name} on {place}"),
        (Some(name), None) => name.to_string(),
        _ if agent.is_empty() => "unknown".to_string(),
        _ => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn browsers_are_named_as_people_know_them() {
        assert_eq!(
            browser("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            "Firefox on Linux"
        );
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(browser(edge), "Edge on Windows");
        assert_eq!(browser("curl/8.0"), "curl/8.0");
        assert_eq!(browser(""), "unknown");
    }
}
