//! What a failing criterion proposes for a risk, on the scorecard; POST /systems/{ref}/proposals answers one.

use crate::components::*;
use crate::pages::systems::frame::{self, href};
use crate::server::{AppError, Cx, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::ids::{CriterionRef, EvidenceRef, RiskRef, SystemRef};
use leptos::prelude::*;
use store::measure::Board;
use store::measure::proposals::{self, Answer, Open};

pub fn section(system: SystemRef, board: &Board, may_rate: bool) -> Option<AnyView> {
    (!board.proposals.is_empty()).then(|| {
        let items = board.proposals.iter().map(|open| item(system, open, may_rate)).collect_view();
        view! {
            <Section title="The evidence speaks for a higher rating" id="proposals"
                lead="Somebody who works on the system decides: the rating follows, or the reason why it does not is kept.">
                <ul class="list proposals">{items}</ul>
            </Section>
        }
        .into_any()
    })
}

fn item(system: SystemRef, open: &Open, may_rate: bool) -> AnyView {
    let risk = open.risk.to_string();
    let steps = format!("Likelihood {} \u{2192} {}, impact {} as it is.", open.now.0, open.likelihood, open.now.1);
    let field = format!("why-{risk}-{}", open.criterion);
    let answer = may_rate.then(|| {
        view! {
            <form class="form inline-answer" method="post" action=href(system, "/proposals")>
                <Hidden name="criterion" value=open.criterion.to_string()/>
                <Hidden name="risk" value=risk.clone()/>
                <Hidden name="evidence" value=open.evidence.to_string()/>
                <label for=field.clone()>"Your reason "<span class="muted">"(needed to keep the rating)"</span></label>
                <input type="text" id=field name="why" maxlength="200" autocomplete="off"/>
                <div class="actions">
                    <button class="button button-primary" type="submit" name="accepted" value="yes">"Rate as proposed"</button>
                    <button class="button" type="submit" name="accepted" value="no">"Keep the rating"</button>
                </div>
            </form>
        }
    });
    view! {
        <li>
            <p><a href=format!("/risks/{risk}")>{open.title.clone()}</a>" "<span class="ref">{risk.clone()}</span></p>
            <p>{format!("{}.", open.reason)}</p>
            <p class="muted">{steps}</p>
            {answer}
        </li>
    }
    .into_any()
}

pub async fn answer(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    let system = header.located.reference;
    let mut form = form.reader();
    let criterion = form.pick::<CriterionRef>("criterion", "Choose a proposal");
    let risk = form.pick::<RiskRef>("risk", "Choose a proposal");
    let evidence = form.pick::<EvidenceRef>("evidence", "Choose a proposal");
    let accepted = form.yes_no("accepted", "Accept it, or keep the rating");
    let why = form.opt_prose("why");
    let read = form.finish((criterion, risk, evidence, accepted));
    let Ok((criterion, risk, evidence, accepted)) = read else {
        return Err(AppError::Status(axum::http::StatusCode::UNPROCESSABLE_ENTITY));
    };
    if !accepted && why.is_none() {
        return Err(AppError::NotNow("Say why the rating stays as it is, then keep it".to_owned()));
    }
    let given = Answer { criterion, risk, evidence, accepted, why };
    // Sent twice, the second finds no such proposal.
    proposals::answer(&cx.store, &cx.actor, system, &given, None).await?;
    let notice = if accepted { Notice::ProposalAccepted } else { Notice::ProposalRejected };
    cx.redirect_with(href(system, "/scorecard"), notice)
}
