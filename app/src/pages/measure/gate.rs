//! GET /systems/{ref}/gate: whether a pipeline may go on now, why, and the lines that ask it from the common CI systems.

use crate::components::*;
use crate::pages::systems::frame::{self, Section as Part, href};
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use domain::ids::SystemRef;
use domain::measure::gate::{Gate, Reason};
use leptos::prelude::*;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let url = cx.url();
    let model = url.get("model").filter(|text| !text.trim().is_empty());
    let answer = store::measure::gate::ask(&cx.store, &cx.actor, header.located.reference, model).await?;
    let title = format!("Gate \u{b7} {}", header.located.name);
    let form = cx.form().fill_opt("model", model);
    let site = cx.state.site.base_url.clone();
    cx.form_page(&title, &form, || {
        let system = header.located.reference;
        let content = view! {
            <p class="back"><a href=href(system, "/scorecard")>"Scorecard"</a></p>
            {answered(&answer.gate)}
            {asked(system)}
            {lines(system, &site)}
        };
        frame::frame(&cx, &header, Part::Scorecard, content)
    })
}

fn answered(gate: &Gate) -> AnyView {
    let (tone, title) = match gate.allow {
        true => (Tone::Success, "The gate is open"),
        false => (Tone::Danger, "The gate is shut"),
    };
    let text = "A pipeline that asks now gets this answer, signed by this instance.";
    let rows = gate.reasons.iter().map(row).collect_view();
    view! {
        <h2>"Gate"</h2>
        <Callout tone title><p>{text}</p></Callout>
        <Table caption="What was asked" columns=vec![Column::text("Asked"), Column::text("Holds"), Column::text("Why")]>{rows}</Table>
    }
    .into_any()
}

fn row(reason: &Reason) -> impl IntoView + use<> {
    let (label, tone) = if reason.holds { ("Yes", Tone::Success) } else { ("No", Tone::Danger) };
    view! {
        <tr>
            <th scope="row">{reason.check.label()}</th>
            <td><Badge label tone/></td>
            <td>{format!("{}.", reason.says)}</td>
        </tr>
    }
}

fn asked(system: SystemRef) -> AnyView {
    view! {
        <Section title="Ask for a model version">
            <form class="form" method="get" action=href(system, "/gate")>
                <TextField name="model" label="Model version to deploy" optional=true chars=30
                    hint="As the approved dossier names it: 3.1, or gbm@3.1. Left empty, the model is not asked for."/>
                <div class="actions"><button class="button" type="submit">"Ask again"</button></div>
            </form>
        </Section>
    }
    .into_any()
}

/// What to paste. The token comes from the CI system's secrets, never from the file.
fn lines(system: SystemRef, site: &str) -> AnyView {
    let github = format!(
        "- name: Countersign gate\n  env:\n    COUNTERSIGN_URL: {site}\n    COUNTERSIGN_TOKEN: ${{{{ secrets.COUNTERSIGN_TOKEN }}}}\n  \
         run: countersign gate {system} --evidence results.json --model \"$MODEL_VERSION\" --format github"
    );
    let gitlab = format!(
        "countersign:\n  stage: test\n  variables:\n    COUNTERSIGN_URL: {site}\n  script:\n    - countersign gate {system} --evidence results.json \
         --format junit > gate.xml\n  artifacts:\n    when: always\n    reports:\n      junit: gate.xml"
    );
    let jenkins = format!(
        "withCredentials([string(credentialsId: 'countersign', variable: 'COUNTERSIGN_TOKEN')]) {{\n  \
         sh 'COUNTERSIGN_URL={site} countersign gate {system} --evidence results.json --format junit > gate.xml'\n}}"
    );
    let shell = format!(
        "export COUNTERSIGN_URL={site}\nexport COUNTERSIGN_TOKEN=\u{2026}\ncountersign gate {system} --evidence results.json && ./deploy.sh"
    );
    let blocks = [("GitHub Actions", github), ("GitLab CI", gitlab), ("Jenkins", jenkins), ("Shell", shell)]
        .into_iter()
        .map(|(name, text)| view! { <h3 class="apart">{name}</h3><pre class="code" tabindex="0"><code>{text}</code></pre> })
        .collect_view();
    view! {
        <Section title="From a pipeline"
            lead="It ends with 0 where the gate is open, 1 where it is shut, 2 where it could not ask. The token needs the scopes criteria:read and evidence:write; a service account that contributes to the system is the one to use.">
            {blocks}
        </Section>
    }
    .into_any()
}
