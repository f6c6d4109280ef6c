//! Every page in one table. The router is built from the same lines, so that the two can't differ; the role × route test
//! walks the table.

use crate::{
    pages,
    server::{AppError, AppState, error::framed},
};
use axum::{Router, extract::State, routing};
use domain::{actor::Role, policy::Action};

/// Who gets in; held before the handler runs. `store` decides again for every record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Everybody who is signed in.
    SignedIn,
    /// Those who hold one of these roles; to others it is a page that does not exist.
    Roles(&'static [domain::actor::Role]),
    /// Those who may do this to the record that the address names. It is asked before anything that was sent is read, so
    /// that who may not is told so, whatever the form holds.
    May(domain::policy::Action),
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// "GET" or "POST".
    pub method: &'static str,
    /// The path, with `{name}` for its variable parts.
    pub path: &'static str,
    /// Who gets in.
    pub access: Access,
}

/// `GET "/systems" Access::SignedIn => pages::systems::list::show,` a line.
macro_rules! routes {
    ($($method:ident $path:literal $access:expr => $handler:path,)+) => {
        /// Every route of the pages.
        pub const ROUTES: &[Route] = &[
            $(Route { method: stringify!($method), path: $path, access: $access },)+
        ];

        /// The router of the pages, for the program to add its layers to.
        pub fn router() -> Router<AppState> {
            let router = Router::new();
            $(let router = router.route($path, routes!(@$method $access, $handler));)+
            router
                .fallback(|state: State<AppState>, request: axum::extract::Request| framed(not_found, Access::Public, state, request))
                .method_not_allowed_fallback(|state: State<AppState>, request: axum::extract::Request| {
                    framed(wrong_method, Access::Public, state, request)
                })
        }
    };
    (@GET $access:expr, $handler:path) => { routing::get(routes!(@call $access, $handler)) };
    (@POST $access:expr, $handler:path) => { routing::post(routes!(@call $access, $handler)) };
    (@call $access:expr, $handler:path) => {
        |state: State<AppState>, request: axum::extract::Request| framed($handler, $access, state, request)
    };
}

/// Who reads the whole audit trail.
const TRAIL: &[Role] = &[Role::Auditor, Role::Admin, Role::Chair];

/// Who answers for the organisation.
const GOVERN: &[Role] = &[Role::Admin, Role::Committee, Role::Chair];

routes! {
    // One line a route, by area.
    GET "/work" Access::SignedIn => pages::work::show,
    GET "/systems" Access::SignedIn => pages::systems::list::show,
    GET "/systems.csv" Access::SignedIn => pages::systems::export::file,
    GET "/systems.xlsx" Access::SignedIn => pages::systems::export::file,
    POST "/systems/bulk" Access::SignedIn => pages::bulk::preview_systems,
    POST "/systems/bulk/save" Access::SignedIn => pages::bulk::save_systems,
    GET "/systems/new" Access::Roles(&[Role::Owner, Role::Admin]) => pages::systems::new::show,
    POST "/systems/new" Access::Roles(&[Role::Owner, Role::Admin]) => pages::systems::new::save,
    GET "/systems/similar" Access::Roles(&[Role::Owner, Role::Admin]) => pages::systems::new::look_alikes,
    GET "/systems/{reference}" Access::SignedIn => pages::systems::overview::show,
    GET "/systems/{reference}/profile" Access::SignedIn => pages::profile::system,
    GET "/systems/{reference}/profile.json" Access::SignedIn => pages::profile::oscal_system,
    GET "/systems/{reference}/profile/coverage" Access::SignedIn => pages::profile::coverage_system,
    POST "/systems/{reference}/profile/confirm" Access::May(Action::ProfileWrite) => pages::profile::confirm_all_system,
    POST "/systems/{reference}/profile/{control}/confirm" Access::May(Action::ProfileWrite) => pages::profile::confirm_system,
    GET "/systems/{reference}/profile/{control}" Access::SignedIn => pages::profile::control_system,
    POST "/systems/{reference}/profile/{control}" Access::May(Action::ProfileWrite) => pages::profile::save_system,
    POST "/systems/{reference}/profile/{control}/autosave" Access::May(Action::ProfileWrite) => pages::profile::autosave_system,
    POST "/systems/{reference}/profile/{control}/verify" Access::May(Action::ProfileWrite) => pages::profile::verify_system,
    GET "/govern" Access::SignedIn => pages::profile::govern,
    GET "/govern.json" Access::SignedIn => pages::profile::oscal_govern,
    GET "/govern/coverage" Access::SignedIn => pages::profile::coverage_govern,
    GET "/govern/catalog.json" Access::SignedIn => pages::profile::catalog,
    POST "/govern/confirm" Access::Roles(GOVERN) => pages::profile::confirm_all_govern,
    POST "/govern/{control}/confirm" Access::Roles(GOVERN) => pages::profile::confirm_govern,
    GET "/govern/{control}" Access::SignedIn => pages::profile::control_govern,
    POST "/govern/{control}" Access::Roles(GOVERN) => pages::profile::save_govern,
    POST "/govern/{control}/autosave" Access::Roles(GOVERN) => pages::profile::autosave_govern,
    POST "/govern/{control}/verify" Access::Roles(GOVERN) => pages::profile::verify_govern,
    GET "/systems/{reference}/ai-act" Access::SignedIn => pages::ai_act::show,
    GET "/systems/{reference}/ai-act/answers.json" Access::SignedIn => pages::ai_act::answers,
    POST "/systems/{reference}/ai-act/result" Access::May(Action::ScreeningWrite) => pages::ai_act::conclude,
    GET "/systems/{reference}/ai-act/{question}" Access::May(Action::ScreeningWrite) => pages::ai_act::ask,
    POST "/systems/{reference}/ai-act/{question}" Access::May(Action::ScreeningWrite) => pages::ai_act::save,
    GET "/systems/{reference}/edit" Access::SignedIn => pages::systems::edit::show,
    POST "/systems/{reference}/edit" Access::May(Action::SystemEdit) => pages::systems::edit::save,
    GET "/systems/{reference}/triage" Access::SignedIn => pages::systems::triage::show,
    POST "/systems/{reference}/triage" Access::May(Action::TriageAnswer) => pages::systems::triage::save,
    GET "/systems/{reference}/tier" Access::SignedIn => pages::systems::tier::show,
    POST "/systems/{reference}/tier" Access::May(Action::TierOverride) => pages::systems::tier::save,
    GET "/systems/{reference}/map" Access::SignedIn => pages::systems::map::show,
    POST "/systems/{reference}/map" Access::May(Action::SystemEdit) => pages::systems::map::save,
    GET "/systems/{reference}/people" Access::SignedIn => pages::systems::people::show,
    POST "/systems/{reference}/people/add" Access::May(Action::SystemTransfer) => pages::systems::people::add,
    POST "/systems/{reference}/people/remove" Access::May(Action::SystemTransfer) => pages::systems::people::remove,
    POST "/systems/{reference}/people/transfer" Access::May(Action::SystemTransfer) => pages::systems::people::transfer,
    GET "/systems/{reference}/retire" Access::SignedIn => pages::systems::retire::show,
    POST "/systems/{reference}/retire" Access::May(Action::SystemRetire) => pages::systems::retire::save,
    POST "/systems/{reference}/reopen" Access::May(Action::SystemRetire) => pages::systems::retire::reopen,
    GET "/reports" Access::Roles(READERS) => pages::reports::portfolio::show,
    GET "/reports.json" Access::Roles(READERS) => pages::reports::json::file,
    GET "/admin/import" Access::Roles(&[Role::Admin]) => pages::imports::list::show,
    POST "/admin/import" Access::Roles(&[Role::Admin]) => pages::imports::upload::save,
    GET "/admin/import/{stage}" Access::Roles(&[Role::Admin]) => pages::imports::map::show,
    POST "/admin/import/{stage}" Access::Roles(&[Role::Admin]) => pages::imports::map::save,
    POST "/admin/import/{stage}/sheet" Access::Roles(&[Role::Admin]) => pages::imports::map::sheet,
    GET "/admin/import/{stage}/preview" Access::Roles(&[Role::Admin]) => pages::imports::preview::show,
    GET "/admin/import/{stage}/rejected.csv" Access::Roles(&[Role::Admin]) => pages::imports::preview::rejected,
    POST "/admin/import/{stage}/import" Access::Roles(&[Role::Admin]) => pages::imports::run::save,
    POST "/admin/import/{stage}/discard" Access::Roles(&[Role::Admin]) => pages::imports::upload::discard,
    GET "/admin/import/runs/{run}" Access::Roles(&[Role::Admin]) => pages::imports::result::show,
    GET "/admin/import/runs/{run}/rejected.csv" Access::Roles(&[Role::Admin]) => pages::imports::result::rejected,
    GET "/" Access::Public => pages::session::sign_in::home,
    GET "/sign-in" Access::Public => pages::session::sign_in::show,
    POST "/sign-in" Access::Public => pages::session::sign_in::save,
    POST "/sign-out" Access::Public => pages::session::sign_out::save,
    GET "/invite/{secret}" Access::Public => pages::invitation::show,
    POST "/invite/{secret}" Access::Public => pages::invitation::save,
    GET "/admin" Access::Roles(&[Role::Admin]) => pages::admin::show,
    GET "/admin/people" Access::Roles(&[Role::Admin]) => pages::people::list::show,
    GET "/admin/people.csv" Access::Roles(&[Role::Admin]) => pages::people::export::file,
    GET "/admin/people.xlsx" Access::Roles(&[Role::Admin]) => pages::people::export::file,
    GET "/admin/people/invite" Access::Roles(&[Role::Admin]) => pages::people::invite::show,
    POST "/admin/people/invite" Access::Roles(&[Role::Admin]) => pages::people::invite::save,
    GET "/admin/people/{person}" Access::Roles(&[Role::Admin]) => pages::people::person::show,
    POST "/admin/people/{person}/roles" Access::Roles(&[Role::Admin]) => pages::people::person::save_roles,
    POST "/admin/people/{person}/link" Access::Roles(&[Role::Admin]) => pages::people::person::link,
    POST "/admin/people/{person}/sign-out" Access::Roles(&[Role::Admin]) => pages::people::person::sign_out,
    POST "/admin/people/{person}/deactivate" Access::Roles(&[Role::Admin]) => pages::people::person::deactivate,
    POST "/admin/people/{person}/reactivate" Access::Roles(&[Role::Admin]) => pages::people::person::reactivate,
    GET "/admin/units" Access::Roles(&[Role::Admin]) => pages::units::show,
    GET "/admin/units.csv" Access::Roles(&[Role::Admin]) => pages::units::export::file,
    GET "/admin/units.xlsx" Access::Roles(&[Role::Admin]) => pages::units::export::file,
    POST "/admin/units" Access::Roles(&[Role::Admin]) => pages::units::add,
    GET "/admin/units/{unit}" Access::Roles(&[Role::Admin]) => pages::units::edit,
    POST "/admin/units/{unit}" Access::Roles(&[Role::Admin]) => pages::units::rename,
    POST "/admin/units/{unit}/archive" Access::Roles(&[Role::Admin]) => pages::units::archive,
    POST "/admin/units/{unit}/restore" Access::Roles(&[Role::Admin]) => pages::units::restore,
    GET "/admin/matrix" Access::Roles(&[Role::Admin]) => pages::matrix::show::show,
    GET "/admin/matrix/edit" Access::Roles(&[Role::Admin]) => pages::matrix::edit::show,
    POST "/admin/matrix/edit" Access::Roles(&[Role::Admin]) => pages::matrix::edit::save,
    GET "/account" Access::SignedIn => pages::account::show::show,
    GET "/account/password" Access::SignedIn => pages::account::password::show,
    POST "/account/password" Access::SignedIn => pages::account::password::save,
    POST "/account/sessions/{session}/end" Access::SignedIn => pages::account::sessions::end,
    POST "/account/sessions/end-others" Access::SignedIn => pages::account::sessions::end_others,
    GET "/account/tokens" Access::SignedIn => pages::tokens::own::show,
    GET "/account/tokens/new" Access::SignedIn => pages::tokens::own::form,
    POST "/account/tokens/new" Access::SignedIn => pages::tokens::own::make,
    POST "/account/tokens/{token}/revoke" Access::SignedIn => pages::tokens::own::revoke,
    GET "/admin/tokens" Access::Roles(&[Role::Admin]) => pages::tokens::all::show,
    GET "/admin/tokens.csv" Access::Roles(&[Role::Admin]) => pages::tokens::all::file,
    GET "/admin/tokens.xlsx" Access::Roles(&[Role::Admin]) => pages::tokens::all::file,
    POST "/admin/tokens/{token}/revoke" Access::Roles(&[Role::Admin]) => pages::tokens::all::revoke,
    GET "/admin/metrics" Access::Roles(&[Role::Admin]) => pages::measure::vocabulary::show,
    GET "/admin/metrics.csv" Access::Roles(&[Role::Admin]) => pages::measure::vocabulary::file,
    GET "/admin/metrics.xlsx" Access::Roles(&[Role::Admin]) => pages::measure::vocabulary::file,
    GET "/admin/metrics/new" Access::Roles(&[Role::Admin]) => pages::measure::vocabulary::new,
    POST "/admin/metrics/new" Access::Roles(&[Role::Admin]) => pages::measure::vocabulary::add,
    GET "/admin/metrics/{key}" Access::Roles(&[Role::Admin]) => pages::measure::vocabulary::edit,
    POST "/admin/metrics/{key}" Access::Roles(&[Role::Admin]) => pages::measure::vocabulary::save,
    POST "/admin/metrics/{key}/remove" Access::Roles(&[Role::Admin]) => pages::measure::vocabulary::remove,
    GET "/admin/services" Access::Roles(&[Role::Admin]) => pages::tokens::services::show,
    GET "/admin/services.csv" Access::Roles(&[Role::Admin]) => pages::tokens::services::file,
    GET "/admin/services.xlsx" Access::Roles(&[Role::Admin]) => pages::tokens::services::file,
    POST "/admin/services" Access::Roles(&[Role::Admin]) => pages::tokens::services::add,
    GET "/admin/services/{person}" Access::Roles(&[Role::Admin]) => pages::tokens::services::one,
    POST "/admin/services/{person}" Access::Roles(&[Role::Admin]) => pages::tokens::services::make,
    GET "/api" Access::SignedIn => pages::api::show,
    GET "/evidence" Access::SignedIn => pages::evidence::list::all,
    GET "/evidence.csv" Access::SignedIn => pages::evidence::export::file,
    GET "/evidence.xlsx" Access::SignedIn => pages::evidence::export::file,
    GET "/systems/{reference}/evidence" Access::SignedIn => pages::evidence::list::of_system,
    GET "/systems/{reference}/evidence/new" Access::SignedIn => pages::evidence::new::show,
    POST "/systems/{reference}/evidence/new" Access::May(Action::EvidenceWrite) => pages::evidence::new::save,
    GET "/evidence/{reference}" Access::SignedIn => pages::evidence::show::show,
    GET "/evidence/{reference}/download" Access::SignedIn => pages::evidence::download::send,
    GET "/evidence/{reference}/edit" Access::SignedIn => pages::evidence::edit::show,
    POST "/evidence/{reference}/edit" Access::May(Action::EvidenceWrite) => pages::evidence::edit::save,
    GET "/evidence/{reference}/withdraw" Access::SignedIn => pages::evidence::withdraw::show,
    POST "/evidence/{reference}/withdraw" Access::May(Action::EvidenceWrite) => pages::evidence::withdraw::save,
    GET "/systems/{reference}/history" Access::SignedIn => pages::audit::history::of_system,
    GET "/search" Access::SignedIn => pages::search::show,
    GET "/search/suggest" Access::SignedIn => pages::search::suggest,
    GET "/audit" Access::Roles(TRAIL) => pages::audit::list::show,
    GET "/audit.csv" Access::Roles(TRAIL) => pages::audit::export::file,
    GET "/audit.xlsx" Access::Roles(TRAIL) => pages::audit::export::file,
    GET "/audit/verify" Access::Roles(TRAIL) => pages::audit::verify::show,
    POST "/audit/verify" Access::Roles(TRAIL) => pages::audit::verify::run,
    GET "/audit/head.json" Access::Roles(TRAIL) => pages::audit::verify::head,
    GET "/risks" Access::SignedIn => pages::risks::list::show,
    GET "/risks.csv" Access::SignedIn => pages::risks::export::file,
    GET "/risks.xlsx" Access::SignedIn => pages::risks::export::file,
    POST "/risks/bulk" Access::SignedIn => pages::bulk::preview_risks,
    POST "/risks/bulk/save" Access::SignedIn => pages::bulk::save_risks,
    GET "/risks/{reference}" Access::SignedIn => pages::risks::show::show,
    GET "/risks/{reference}/history" Access::SignedIn => pages::risks::history::show,
    GET "/risks/{reference}/edit" Access::SignedIn => pages::risks::edit::show,
    POST "/risks/{reference}/edit" Access::May(Action::RiskWrite) => pages::risks::edit::save,
    GET "/risks/{reference}/handle" Access::SignedIn => pages::risks::handle::show,
    POST "/risks/{reference}/handle" Access::May(Action::RiskWrite) => pages::risks::handle::save,
    GET "/risks/{reference}/rate" Access::SignedIn => pages::risks::rate::show,
    POST "/risks/{reference}/rate" Access::May(Action::RiskRate) => pages::risks::rate::save,
    POST "/risks/{reference}/close" Access::May(Action::RiskWrite) => pages::risks::handle::close,
    POST "/risks/{reference}/reopen" Access::May(Action::RiskWrite) => pages::risks::handle::reopen,
    GET "/systems/{reference}/risks" Access::SignedIn => pages::risks::system::show,
    GET "/systems/{reference}/risks/new" Access::SignedIn => pages::risks::pick::show,
    POST "/systems/{reference}/risks/new" Access::May(Action::RiskWrite) => pages::risks::new::save,
    GET "/systems/{reference}/risks/write" Access::SignedIn => pages::risks::write::show,
    POST "/systems/{reference}/risks/write" Access::May(Action::RiskWrite) => pages::risks::write::save,
    GET "/mitigations" Access::SignedIn => pages::mitigations::list::show,
    GET "/mitigations.csv" Access::SignedIn => pages::mitigations::export::file,
    GET "/mitigations.xlsx" Access::SignedIn => pages::mitigations::export::file,
    POST "/mitigations/bulk" Access::SignedIn => pages::bulk::preview_mitigations,
    POST "/mitigations/bulk/save" Access::SignedIn => pages::bulk::save_mitigations,
    GET "/mitigations/{reference}" Access::SignedIn => pages::mitigations::show::show,
    GET "/mitigations/{reference}/history" Access::SignedIn => pages::mitigations::history::show,
    GET "/mitigations/{reference}/edit" Access::SignedIn => pages::mitigations::edit::show,
    POST "/mitigations/{reference}/edit" Access::May(Action::MitigationWrite) => pages::mitigations::edit::save,
    POST "/mitigations/{reference}/advance" Access::May(Action::MitigationAdvance) => pages::mitigations::advance::save,
    GET "/systems/{reference}/mitigations" Access::SignedIn => pages::mitigations::system::show,
    GET "/systems/{reference}/mitigations/new" Access::SignedIn => pages::mitigations::new::show,
    POST "/systems/{reference}/mitigations/new" Access::May(Action::MitigationWrite) => pages::mitigations::new::save,
    GET "/evidence/{reference}/columns" Access::SignedIn => pages::evidence::columns::show,
    POST "/evidence/{reference}/columns" Access::May(Action::EvidenceWrite) => pages::evidence::columns::save,
    GET "/systems/{reference}/scorecard" Access::SignedIn => pages::measure::scorecard::show,
    POST "/systems/{reference}/proposals" Access::May(Action::RiskRate) => pages::measure::proposals::answer,
    GET "/systems/{reference}/criteria/new" Access::SignedIn => pages::measure::criterion::new,
    POST "/systems/{reference}/criteria/new" Access::May(Action::CriterionWrite) => pages::measure::criterion::add,
    GET "/criteria/{reference}" Access::SignedIn => pages::measure::criterion::show,
    POST "/criteria/{reference}" Access::May(Action::CriterionWrite) => pages::measure::criterion::save,
    POST "/criteria/{reference}/drop" Access::May(Action::CriterionWrite) => pages::measure::criterion::drop,
    GET "/systems/{reference}/compare" Access::SignedIn => pages::measure::compare::show,
    GET "/systems/{reference}/tevv" Access::SignedIn => pages::measure::report::show,
    GET "/systems/{reference}/tevv.md" Access::SignedIn => pages::measure::report::markdown,
    GET "/systems/{reference}/tevv.pdf" Access::SignedIn => pages::measure::report::paper,
    GET "/systems/{reference}/gate" Access::SignedIn => pages::measure::gate::show,
    POST "/views" Access::SignedIn => pages::views::save,
    POST "/views/{view}/delete" Access::SignedIn => pages::views::delete,
    POST "/theme" Access::Public => pages::theme::choose,
    GET "/committee" Access::Roles(READERS) => pages::reviews::committee::show,
    GET "/committee.csv" Access::Roles(READERS) => pages::reviews::export::file,
    GET "/committee.xlsx" Access::Roles(READERS) => pages::reviews::export::file,
    GET "/systems/{reference}/submit" Access::SignedIn => pages::reviews::submit::show,
    POST "/systems/{reference}/submit" Access::May(Action::ReviewSubmit) => pages::reviews::submit::save,
    GET "/systems/{reference}/reviews" Access::SignedIn => pages::reviews::passages::show,
    GET "/reviews/{reference}" Access::SignedIn => pages::reviews::show::show,
    GET "/reviews/{reference}/dossier" Access::SignedIn => pages::reviews::show::text,
    POST "/reviews/{reference}/open" Access::May(Action::ReviewOpen) => pages::reviews::act::open,
    POST "/reviews/{reference}/viewed" Access::May(Action::ReviewTick) => pages::reviews::viewed::save,
    POST "/reviews/{reference}/comments" Access::May(Action::ReviewComment) => pages::reviews::comment::write,
    POST "/reviews/{reference}/comments/{thread}/resolve" Access::May(Action::ReviewComment) => pages::reviews::comment::resolve,
    GET "/reviews/{reference}/vote" Access::SignedIn => pages::reviews::vote::show,
    POST "/reviews/{reference}/vote" Access::May(Action::ReviewVote) => pages::reviews::vote::save,
    GET "/reviews/{reference}/decide" Access::SignedIn => pages::reviews::decide::show,
    POST "/reviews/{reference}/decide" Access::May(Action::ReviewDecide) => pages::reviews::decide::save,
    GET "/reviews/{reference}/recuse" Access::SignedIn => pages::reviews::act::recuse,
    POST "/reviews/{reference}/recuse" Access::May(Action::ReviewRecuse) => pages::reviews::act::recuse_save,
    GET "/reviews/{reference}/request-changes" Access::SignedIn => pages::reviews::act::request_changes,
    POST "/reviews/{reference}/request-changes" Access::May(Action::ReviewRequestChanges) => pages::reviews::act::request_changes_save,
    GET "/reviews/{reference}/withdraw" Access::SignedIn => pages::reviews::act::withdraw,
    POST "/reviews/{reference}/withdraw" Access::May(Action::ReviewWithdraw) => pages::reviews::act::withdraw_save,
    GET "/decisions" Access::Roles(READERS) => pages::reviews::decisions::show,
    GET "/decisions.csv" Access::Roles(READERS) => pages::reviews::decisions::file,
    GET "/decisions.xlsx" Access::Roles(READERS) => pages::reviews::decisions::file,
    GET "/decisions/{reference}" Access::SignedIn => pages::reviews::decision::show,
    POST "/decisions/{reference}/revoke" Access::May(Action::DecisionRevoke) => pages::reviews::decision::revoke,
}

/// Those who read the whole portfolio (`Actor::reads_all`).
const READERS: &[Role] = &[Role::Committee, Role::Chair, Role::Executive, Role::Auditor, Role::Admin];

async fn not_found() -> AppError {
    AppError::NotFound
}

async fn wrong_method() -> AppError {
    AppError::Status(axum::http::StatusCode::METHOD_NOT_ALLOWED)
}
