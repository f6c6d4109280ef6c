//! Measuring: acceptance criteria, what the evidence says to them, the TEVV report, the gate that pipelines ask.

pub mod compare;
pub mod criteria;
pub mod gate;
pub mod report;
pub mod scorecard;
pub mod vocabulary;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(criteria::list, criteria::add))
        .routes(routes!(criteria::show, criteria::edit))
        .routes(routes!(criteria::drop))
        .routes(routes!(scorecard::scorecard))
        .routes(routes!(scorecard::answer))
        .routes(routes!(report::report))
        .routes(routes!(compare::compare))
        .routes(routes!(gate::gate))
        .routes(routes!(gate::keys))
        .routes(routes!(vocabulary::metrics))
}
