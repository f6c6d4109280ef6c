//! POST /sign-out.

use crate::server::{Anon, Notice, PageResult, session::SessionChange};
use store::people::sign_in;

pub async fn save(cx: Anon) -> PageResult {
    if let Some(actor) = &cx.actor {
        sign_in::sign_out(&cx.store, actor).await?;
    }
    Ok(SessionChange::End.on(cx.redirect_with("/sign-in", Notice::SignedOut)?))
}
