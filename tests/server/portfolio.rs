//! Every number of the portfolio is the number of rows behind its link, on the demonstration's year.

use std::sync::{Arc, Mutex};

use countersign::env::SystemEnv;
use domain::actor::{Actor, Role};
use sqlx::PgPool;
use store::{Env as _, Store};

use crate::browser::unescape;
use crate::world::{Client, server};

/// The lists that numbers lead to, and what their tables are called.
const LISTS: [(&str, &str); 4] = [
    ("/systems", "Systems"),
    ("/risks", "Risks"),
    ("/mitigations", "Mitigations"),
    ("/committee", "Reviews that wait"),
];

/// Where a link leads, and the number that stands on it.
fn numbers(html: &str) -> Vec<(String, i64)> {
    let main = html.split("<main").nth(1).unwrap();
    let mut found = Vec::new();
    for link in main.split("<a ").skip(1) {
        let (tag, rest) = link.split_once('>').unwrap();
        let Some(href) = tag.split("href=\"").nth(1).and_then(|h| h.split('"').next()) else { continue };
        let inner = rest.split("</a>").next().unwrap();
        let text: String = inner.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
        let digits = |c: char| c.is_ascii_digit() || c == ',';
        let number: String = text.chars().skip_while(|c| !digits(*c)).take_while(|c| digits(*c)).collect();
        let href = unescape(href);
        let list = LISTS.iter().any(|(path, _)| href.split('?').next() == Some(path));
        if let (true, Ok(number)) = (list, number.replace(',', "").parse()) {
            found.push((href, number));
        }
    }
    found
}

/// Rows of a list over all its pages, and the total that it says itself, where it says one.
async fn rows(client: &Client, who: &Actor, href: &str) -> (i64, Option<i64>) {
    let path = href.split('?').next().unwrap();
    let caption = LISTS.iter().find(|(p, _)| *p == path).unwrap().1;
    let (mut count, mut said, mut next) = (0, None, Some(href.to_owned()));
    while let Some(href) = next.take() {
        let page = client.get(who, &href).await;
        assert_eq!(page.status, 200, "{href}");
        let table = page.text.split("<table").find(|table| {
            table.split("<caption").nth(1).and_then(|c| c.split_once('>')).is_some_and(|(_, c)| c.starts_with(caption))
        });
        let body = table.and_then(|table| table.split("<tbody>").nth(1)).unwrap_or_default();
        count += body.split("</tbody>").next().unwrap().matches("<tr").count() as i64;
        let pager = page.text.split("class=\"pager\"").nth(1).map(|p| p.split("</nav>").next().unwrap());
        let summary = pager.and_then(|p| p.split("<span class=\"muted\">").nth(1)).and_then(|p| p.split('<').next());
        let words = summary.and_then(|s| s.split(" of ").last()).and_then(|s| s.split(' ').next());
        said = words.and_then(|n| n.replace(',', "").parse().ok()).or(said);
        let more = pager.and_then(|p| p.split("<a ").find(|a| a.contains("rel=\"next\"")));
        next = more.map(|a| unescape(a.split("href=\"").nth(1).unwrap().split('"').next().unwrap()));
    }
    (count, said)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_number_is_the_number_of_its_rows(pool: PgPool) {
    let kept: Arc<Mutex<Option<Store>>> = Arc::default();
    let (keep, options) = (kept.clone(), pool.connect_options().as_ref().clone());
    let open = move |env| {
        let store = Store::connect(options, 5, env, Arc::new(object_store::memory::InMemory::new()));
        *keep.lock().unwrap() = Some(store.clone());
        Ok(store)
    };
    assert!(countersign::demo::play(open, SystemEnv.now()).await.unwrap());
    let store = kept.lock().unwrap().take().unwrap();
    let client = Client::new(server(&store, Arc::new(SystemEnv)));
    let (id, name, email): (uuid::Uuid, String, String) =
        sqlx::query_as("select id, name, email from person where 'executive' = any (roles) order by email limit 1")
            .fetch_one(&pool)
            .await
            .unwrap();
    let executive = Actor { id: id.into(), name, email, roles: vec![Role::Executive], address: None, token: None };

    let units: Vec<uuid::Uuid> =
        sqlx::query_scalar("select id from business_unit order by lower(name)").fetch_all(&pool).await.unwrap();
    let pages = std::iter::once("/reports".to_owned()).chain(units.iter().map(|unit| format!("/reports?unit={unit}")));
    let (mut faults, mut checked, mut greatest) = (Vec::new(), 0, 0);
    for page in pages {
        let report = client.get(&executive, &page).await;
        assert_eq!(report.status, 200, "{page}");
        let mut links = numbers(&report.text);
        links.sort();
        links.dedup();
        assert!(links.len() >= 3, "{page}: {links:?}");
        for (href, number) in links {
            let (count, said) = rows(&client, &executive, &href).await;
            checked += 1;
            greatest = greatest.max(number);
            if count != number || said.is_some_and(|said| said != number) {
                faults.push(format!("{page}: {number} leads to {href}, which has {count} rows and says {said:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {checked}:\n{}", faults.len(), faults.join("\n"));
    assert!(checked > 150 && greatest > 50, "{checked} numbers, the greatest {greatest}: too few to say anything");
}
