//! Where "save and continue" leads: to what a submission still misses, and at last to the submission itself.

use super::frame::href;
use crate::server::{AppError, Cx};
use chrono::Days;
use domain::policy::Action;
use domain::readiness::{self, Onward, Step};
use domain::system::Status;
use store::systems::SystemHeader;
use store::work::APPROVAL_AHEAD;

/// Whether the system is on its way to the committee: nothing has to be submitted while an approval has long to go.
pub fn prepares(cx: &Cx, header: &SystemHeader) -> bool {
    let ends = header.decision.as_ref().and_then(|d| d.valid_until);
    match header.status {
        Status::Prohibited | Status::Retired | Status::InReview => false,
        // Renewed in time, an approval has no gap.
        Status::Approved | Status::Conditional => ends.is_some_and(|day| day <= cx.today() + Days::new(APPROVAL_AHEAD)),
        _ => true,
    }
}

/// The page after something was saved in a step; `list` where there is nothing to lead on to.
pub async fn onward(cx: &Cx, header: &SystemHeader, from: Step, list: &str) -> Result<String, AppError> {
    let (reference, id) = (header.located.reference, header.located.id);
    if !prepares(cx, header) {
        return Ok(href(reference, list));
    }
    let mut conn = cx.store.pool().acquire().await.map_err(store::Error::from)?;
    let facts = store::systems::readiness::facts(&mut conn, id, cx.today()).await?;
    drop(conn);
    let page = match readiness::onward(&readiness::readiness(&facts), from) {
        Onward::Missing(Step::Evidence) => match readiness::missing_evidence(&facts) {
            Some(kind) => format!("/evidence/new?kind={kind}"),
            None => "/evidence/new".to_owned(),
        },
        Onward::Missing(Step::Mitigations) => "/mitigations".to_owned(),
        Onward::Missing(step) => format!("/{}", step.page()),
        Onward::Ready if header.may(&cx.actor, Action::ReviewSubmit) => "/submit".to_owned(),
        Onward::Ready | Onward::Back => list.to_owned(),
    };
    Ok(href(reference, &page))
}
